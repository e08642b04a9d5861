use std::collections::BTreeMap;
use std::ops::Range;

use crate::cel::ast::NodeId;
use crate::cel::*;

mod refused;

pub(crate) fn part<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    text.get(range.clone()).expect("a range of the text")
}

/// Names with values; those without are absent.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) scope: Scope,
    values: BTreeMap<RootId, Value>,
}

impl Names {
    pub(crate) fn with(mut self, path: &str, value: Value) -> Self {
        let id = self.scope.declare(path, Presence::Always);
        self.values.insert(id, value);
        self
    }

    fn absent(mut self, path: &str) -> Self {
        self.scope.declare(path, Presence::Optional);
        self
    }
}

impl Activation for Names {
    fn load(&self, root: RootId, _: &mut Context<'_>) -> Result<Option<Value>> {
        Ok(self.values.get(&root).cloned())
    }
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::map(entries.map(|(key, value)| (Key::string(key), value)))
}

pub(crate) fn names() -> Names {
    let gateway = map([("name", Value::string("edge")), ("port", Value::Int(443))]);
    Names::default()
        .with("params", map([("size", Value::string("small")), ("gateway", gateway), ("none", Value::Null)]))
        .with("variables.voters", Value::Int(3))
        .with("exposure.inputs", map([("hostname", Value::string("a.example"))]))
        .with("list", Value::list(vec![Value::Int(1), Value::Int(2), Value::Int(3)]))
        .with("observed", Value::none())
        .with("old", Value::some(map([("a", Value::Int(1))])))
        .absent("backup.inputs")
}

/// The value as text, or the fault with the text that it is at.
fn run(text: &str) -> String {
    let names = names();
    let program = match compile(text, &names.scope) {
        Ok(program) => program,
        Err(errors) => return format!("refused: {}", errors[0]),
    };
    match program.eval(&names, &mut Context::new(Meter::PER_CALL_LIMIT)) {
        Ok(value) => value.to_cel_text(1_000).replace('"', "'"),
        Err(error) => format!("{} at `{}`", error.fault, part(text, &error.range)).replace('"', "'"),
    }
}

fn cost(text: &str) -> u64 {
    let names = names();
    let mut cx = Context::new(Meter::PER_CALL_LIMIT);
    compile(text, &names.scope).expect(text).eval(&names, &mut cx).expect(text);
    cx.meter.spent()
}

fn all_are(cases: &[(&str, &str)]) {
    for (text, wanted) in cases {
        assert_eq!(run(text), *wanted, "{text}");
    }
}

#[test]
fn logical_operators_absorb_errors_of_the_other_side() {
    all_are(&[
        ("false && 1 / 0 == 1", "false"),
        ("1 / 0 == 1 && false", "false"),
        ("true || 1 / 0 == 1", "true"),
        ("1 / 0 == 1 || true", "true"),
        ("1 / 0 == 1 && true", "division by zero at `1 / 0`"),
        ("true && 1 / 0 == 1", "division by zero at `1 / 0`"),
        ("1 / 0 == 1 || false", "division by zero at `1 / 0`"),
        ("dyn(1) && false", "false"),
        ("dyn(1) || true", "true"),
        ("true ? 1 : 1 / 0", "1"),
        ("false ? 1 / 0 : 2", "2"),
        ("1 / 0 == 1 ? 1 : 2", "division by zero at `1 / 0`"),
    ]);
}

#[test]
fn macros_mean_what_they_mean_in_cel_go() {
    all_are(&[
        ("[1, 2].all(x, x > 0)", "true"),
        ("[0, 1].all(x, 1 / x > 1)", "false"),
        ("[1, 0].all(x, 1 / x > 1)", "false"),
        ("[0, 1].all(x, 1 / x > 0)", "division by zero at `1 / x`"),
        ("[0, 1].exists(x, 1 / x > 0)", "true"),
        ("[0, 1].exists(x, 1 / x > 1)", "division by zero at `1 / x`"),
        ("[].all(x, false) && ![].exists(x, true)", "true"),
        ("[1, 2, 2].exists_one(x, x == 1)", "true"),
        ("[1, 2, 2].existsOne(i, x, x == 2)", "false"),
        ("['a', 'b'].exists_one(i, x, i == 1 && x == 'b')", "true"),
        ("[1, 0].exists_one(x, 1 / x == 1)", "division by zero at `1 / x`"),
        ("{'a': 1, 'b': 2}.all(k, k < 'c')", "true"),
        ("[1, 2, 3].map(x, x * 2)", "[2, 4, 6]"),
        ("[1, 2, 3].map(x, x > 1, x * 2)", "[4, 6]"),
        ("{'b': 1, 'a': 2}.map(k, k)", "['a', 'b']"),
        ("[1, 2, 3].filter(x, x > 1)", "[2, 3]"),
        ("['a', 'b'].all(i, v, i < 2 && v < 'c')", "true"),
        ("{'a': 1}.exists(k, v, k == 'a' && v == 1)", "true"),
        ("['a', 'b'].transformList(i, v, v + string(i))", "['a0', 'b1']"),
        ("['a', 'b'].transformList(i, v, i == 1, v)", "['b']"),
        ("['a'].transformMap(i, v, v + v)", "{0: 'aa'}"),
        ("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v + 1)", "{'b': 3}"),
        ("{'a': 'x', 'b': 'y'}.transformMapEntry(k, v, {v: k})", "{'x': 'a', 'y': 'b'}"),
        ("['x', 'x'].transformMapEntry(i, v, {v: i})", "duplicate map key: 'x' at `{v: i}`"),
        ("cel.bind(x, 1 + 1, x * x)", "4"),
        ("cel.bind(x, 1 / 0, true)", "true"),
        ("cel.bind(x, 1 / 0, x == 1 || true)", "true"),
        ("cel.bind(x, 1, cel.bind(x, x + 1, x))", "2"),
        ("['bb', 'a'].sortBy(x, size(x))", "['a', 'bb']"),
        ("optional.of(1).optMap(x, x + 1)", "optional.of(2)"),
        ("optional.none().optMap(x, x / 0)", "optional.none()"),
        ("optional.of(1).optFlatMap(x, optional.none())", "optional.none()"),
        ("optional.of(1).orValue(1 / 0)", "1"),
        ("optional.none().or(optional.of(2))", "optional.of(2)"),
        ("'a'.map(x, x)", "no such overload: a macro ranges over a list or a map, found string at `'a'`"),
        ("[[1], [2, 3]].map(x, x.map(y, y + 1))", "[[2], [3, 4]]"),
        ("[1].map(x, [2].map(x, x))", "[[2]]"),
        ("math.greatest(1, 2, 3)", "3"),
    ]);
}

#[test]
fn fields_are_read_as_cel_go_reads_attributes() {
    all_are(&[
        ("params.size", "'small'"),
        ("params['gateway'].port", "443"),
        ("params.sze", "no such key: sze at `params.sze`"),
        ("params.?sze", "optional.none()"),
        ("params.?gateway.port", "optional.of(443)"),
        ("params.?gateway.prt", "optional.none()"),
        ("params.?sze.port.x", "optional.none()"),
        ("params[?'size']", "optional.of('small')"),
        ("has(params.size) && !has(params.sze)", "true"),
        ("has(params.gateway.port)", "true"),
        ("has(params.sze.port)", "no such key: sze at `params.sze`"),
        ("has(params.none.port)", "false"),
        ("has(params.?sze.port)", "false"),
        ("params.size.x", "no such key: x at `params.size.x`"),
        ("list[0]", "1"),
        ("list[2.0]", "3"),
        ("list[3]", "index out of bounds: 3 at `list[3]`"),
        ("list[-1]", "index out of bounds: -1 at `list[-1]`"),
        ("list[?3]", "optional.none()"),
        ("list['a']", "no such overload: `list[string]` at `list['a']`"),
        ("{1: 'a'}[1u]", "'a'"),
        ("{1: 'a'}[1.0]", "'a'"),
        ("params[null]", "refused: a key must be string, int, uint, bool or double, found null_type"),
        ("{'a-b': 1}.`a-b`", "1"),
        ("(true ? params : params).size", "'small'"),
        ("old.a", "optional.of(1)"),
        ("old.b.c", "optional.none()"),
        ("observed.status.phase", "optional.none()"),
        ("has(observed.status)", "false"),
        ("has(old.a)", "true"),
        ("observed.orValue({})", "{}"),
    ]);
}

#[test]
fn an_absent_root_is_an_optional_a_test_or_a_fault() {
    all_are(&[
        ("backup.?inputs", "optional.none()"),
        ("backup.?inputs.bucket.orValue('none')", "'none'"),
        ("has(backup.inputs)", "false"),
        ("has(backup.inputs.bucket)", "no such key: inputs at `backup.inputs`"),
        ("backup.inputs.bucket", "no such key: inputs at `backup.inputs`"),
        ("has(backup.inputs) && backup.inputs.bucket == 'x'", "false"),
        ("exposure.?inputs.hostname", "optional.of('a.example')"),
        ("variables.voters + 1", "4"),
        (".variables.voters", "3"),
    ]);
}

#[test]
fn literals_are_what_they_say() {
    all_are(&[
        ("-9223372036854775808", "-9223372036854775808"),
        ("0xffffffffffffffffu", "18446744073709551615u"),
        ("[1, ?params.?sze, ?params.?size]", "[1, 'small']"),
        ("{'a': 1, ?'b': params.?sze}", "{'a': 1}"),
        ("[?1]", "no such overload: `?` takes an optional, found int at `1`"),
        ("{'a': 1, 'a': 2}", "refused: the key `a` appears twice"),
        ("{1: 1, 1u: 2}", "refused: the key `1` appears twice"),
        ("{'a' + 'b': 1, 'ab': 2}", "duplicate map key: 'ab' at `'ab'`"),
        ("{1.5: 1}", "no such overload: a map key must be string, int, uint or bool, found double at `1.5`"),
        ("type(1) == int && type({}) == map && google.protobuf.Timestamp != google.protobuf.Duration", "true"),
        ("1 in []", "false"),
        ("1 / 0 in []", "false"),
        ("2u in [1, 2]", "true"),
        ("'\\u00e9' == 'é'", "true"),
    ]);
}

/// Costs that cel-go 0.29 counts (its interpreter/runtimecost.go, with Kubernetes' options).
#[test]
fn costs_are_counted_as_cel_go_counts_them() {
    let cases = [
        ("params", 1),
        ("params.size", 2),
        ("params.gateway.port", 3),
        ("{'small': 1}[params.size]", 3),
        ("list.exists(x, x > 0)", 1 + 6 + 3 + 2),
        ("1 / 0 == 1 || true", 2),
        ("has(params.size)", 1),
        ("[1, 2]", 0),
        ("[params]", 11),
        ("{'a': params}", 31),
        ("1 in [1, 2]", 0),
        ("list.all(x, x > 0)", 1 + 3 * (3 + 2) + 2),
        ("list.exists(x, x > 5)", 1 + 3 * (4 + 2) + 2),
        ("list.map(x, x)", 1 + 3 * 13 + 2),
        ("list.filter(x, x > 1)", 1 + 3 * 2 + 2 * 13 + 2),
        ("true ? params.size : ''", 1),
    ];
    for (text, wanted) in cases {
        assert_eq!(cost(text), wanted, "{text}");
    }
}

#[test]
fn the_budget_ends_any_expression_even_within_operators_that_absorb_errors() {
    let names = names();
    let text = "true || [1,2,3,4,5,6,7,8].map(a, [1,2,3,4,5,6,7,8].map(b, list.map(c, [a, b, c]))) == []";
    let flipped = format!("({}) || true", text.trim_start_matches("true || "));
    let error = compile(&flipped, &names.scope).unwrap().eval(&names, &mut Context::new(1_000)).unwrap_err();
    assert_eq!(error.fault, Fault::Budget { limit: 1_000 });
    assert!(compile(text, &names.scope).unwrap().eval(&names, &mut Context::new(10)).is_ok());
}

struct Loop<'a>(&'a Program);

impl Activation for Loop<'_> {
    fn load(&self, _: RootId, cx: &mut Context<'_>) -> Result<Option<Value>> {
        self.0.eval(self, cx).map(Some).map_err(|error| error.fault)
    }
}

#[test]
fn programs_that_load_each_other_without_end_fault_before_the_stack_does() {
    let mut scope = Scope::new();
    scope.declare("x", Presence::Always);
    for text in [
        "x",
        "x + 1",
        "[x].map(y, y)",
        "true ? x : 1",
        "x.a",
        "{'a': [x]}",
        "cel.bind(y, x, y)",
        "optional.of(x).optMap(y, y)",
        "x && x",
    ] {
        let program = compile(text, &scope).unwrap();
        let error = program.eval(&Loop(&program), &mut Context::new(1_000_000)).unwrap_err();
        assert_eq!(error.fault, Fault::Depth, "{text}");
    }
}

#[test]
fn the_deepest_expression_that_compiles_evaluates() {
    let names = Names::default().with("a", map([])).with("f", Value::Null);
    for text in crate::cel::parse::tests::deepest() {
        if let Ok(program) = compile(&text, &names.scope) {
            let result = program.eval(&names, &mut Context::new(10_000_000));
            assert_ne!(
                result.map_err(|error| error.fault),
                Err(Fault::Depth),
                "{}",
                part(&text, &(0..30.min(text.len())))
            );
        }
    }
}

#[derive(Default)]
struct Seen(Vec<String>);

impl Trace for Seen {
    fn value(&mut self, text: &str, _: NodeId, range: &Range<usize>, result: &Result<Value>) {
        let value = result.as_ref().map_or_else(ToString::to_string, |value| value.to_cel_text(40).replace('"', "'"));
        self.0.push(format!("{} = {value}", part(text, range)));
    }
}

#[test]
fn the_trace_sees_every_value_with_its_text() {
    let names = names();
    let mut seen = Seen::default();
    let program = compile("params.gateway.port > 1 ? params.size : 'x'", &names.scope).unwrap();
    program.eval(&names, &mut Context::traced(100, &mut seen)).unwrap();
    let shown: Vec<&str> = seen.0.iter().map(String::as_str).filter(|line| !line.starts_with("params =")).collect();
    assert_eq!(
        shown,
        [
            "params.gateway = {'name': 'edge', 'port': 443}",
            "params.gateway.port = 443",
            "1 = 1",
            "params.gateway.port > 1 = true",
            "params.size = 'small'",
            "params.gateway.port > 1 ? params.size : 'x' = 'small'",
        ]
    );
}

#[test]
fn every_macro_of_the_docs_does_what_its_example_says() {
    for entry in library::macros::MACROS {
        assert_eq!(run(entry.example), "true", "{}", entry.name);
    }
    assert!(library::macros::MACROS.is_sorted_by_key(|entry| entry.name));
}

#[test]
fn programs_are_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    shared(&compile("1", &Scope::new()).unwrap());
    shared(&Template::compile("a", &Scope::new()).unwrap());
}

proptest::proptest! {
    #[test]
    fn evaluation_depends_on_nothing_but_its_inputs(text in "(list|params|\\{'b': 1, 'a': 2\\}|\\[\\])\\.(map|filter|all|exists)\\(x, (x|true|x == 1|\\[x\\]|x \\+ 1|params\\[x\\])\\)") {
        let names = names();
        let evaluate = || {
            let mut cx = Context::new(1_000);
            let result = compile(&text, &names.scope).map(|program| program.eval(&names, &mut cx));
            (result, cx.meter.spent())
        };
        proptest::prop_assert_eq!(format!("{:?}", evaluate()), format!("{:?}", evaluate()));
    }
}
