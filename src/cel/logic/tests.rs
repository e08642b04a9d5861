//! The solver against the evaluator: on conditions over a small schema, whether some claim makes a condition
//! hold is found out by trying all claims.

use proptest::prelude::*;
use serde_json::json;

use super::{Answer, Formula, Place, Symbol, Symbols, condition, nonempty, solve};
use crate::cel::{Activation, Context, Fault, Meter, Program, RootId, Scope, Value, compile};
use crate::schema::Schema;

struct Params<'s>(&'s Schema);

impl<'s> Symbols<'s> for Params<'s> {
    fn root(&mut self, _: RootId) -> (Formula, Symbol<'s>) {
        (Formula::Known(true), Symbol::Place(Place::new("params", Some(self.0))))
    }

    fn context(&self) -> &'static str {
        ""
    }
}

struct Given(Value);

impl Activation for Given {
    fn load(&self, _: RootId, _: &mut Context<'_>) -> Result<Option<Value>, Fault> {
        Ok(Some(self.0.clone()))
    }
}

fn schema() -> Schema {
    let schema = json!({"type": "object", "required": ["on"], "properties": {
        "on": {"type": "boolean"},
        "mode": {"type": "string", "enum": ["a", "b", "c"]},
        "size": {"type": "integer", "minimum": 1, "maximum": 4, "default": 2},
        "name": {"type": "string", "maxLength": 3},
        "list": {"type": "array", "maxItems": 2, "items": {"type": "string", "maxLength": 3}},
    }});
    Schema::parse(&schema).unwrap()
}

fn program(text: &str) -> Program {
    let mut scope = Scope::new();
    scope.declare("params", crate::cel::Presence::Always);
    compile(text, &scope).unwrap()
}

/// Every claim that the conditions here can tell apart.
fn claims() -> Vec<Value> {
    let mut all = Vec::new();
    for on in [true, false] {
        for mode in [None, Some("a"), Some("b"), Some("c")] {
            for size in 1..=4 {
                for name in [None, Some("x"), Some("y")] {
                    for list in [None, Some(0), Some(1), Some(2)] {
                        let mut claim = json!({"on": on, "size": size});
                        let members = claim.as_object_mut().unwrap();
                        members.extend(mode.map(|mode| ("mode".to_owned(), json!(mode))));
                        members.extend(name.map(|name| ("name".to_owned(), json!(name))));
                        members.extend(list.map(|count| ("list".to_owned(), json!(vec!["e"; count]))));
                        all.push(Value::from_json(&claim));
                    }
                }
            }
        }
    }
    all
}

fn holds(program: &Program, claim: &Value) -> bool {
    let value = program.eval(&Given(claim.clone()), &mut Context::new(Meter::PER_CALL_LIMIT));
    value.unwrap() == Value::Bool(true)
}

/// Whether the solver finds a claim, as far as it can tell.
fn solved(text: &str) -> Answer {
    let schema = schema();
    solve(&condition(&program(text), &mut Params(&schema)), &[])
}

fn leaf() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "params.on",
        "params.on == false",
        "has(params.mode)",
        "params.?mode.hasValue()",
        "params.?mode.orValue('c') == 'b'",
        "params.?mode.orValue('a') in ['a', 'b']",
        "params.?mode.orValue('a') != 'a'",
        "has(params.mode) && params.mode == 'c'",
        "params.size > 2",
        "params.size <= 1",
        "3 < params.size",
        "params.size == 2",
        "params.size in [1, 4]",
        "params.?name.orValue('') == 'x'",
        "params.?list.orValue([]).size() > 1",
        "size(params.?list.orValue(['e'])) == 1",
        "{'a': true, 'b': false, 'c': true}[params.?mode.orValue('b')]",
        "(params.on ? params.size : 1) == 4",
        "cel.bind(n, params.size, n >= 3)",
        "params.?mode.optMap(m, m == 'a').orValue(false)",
        "params.?mode.or(params.?name).hasValue()",
        "optional.none().hasValue()",
        "'mode' in params",
        "false",
    ])
    .prop_map(str::to_owned)
}

fn conditions() -> impl Strategy<Value = String> {
    leaf().prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("({one}) && ({two})")),
            (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("({one}) || ({two})")),
            inner.clone().prop_map(|one| format!("!({one})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(one, two, three)| format!("({one}) ? ({two}) : ({three})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_condition_is_possible_exactly_where_some_claim_makes_it_hold(text in conditions()) {
        let program = program(&text);
        let possible = claims().iter().any(|claim| holds(&program, claim));
        match solved(&text) {
            Answer::Where(_) => prop_assert!(possible, "no claim makes it hold: {text}"),
            Answer::Never => prop_assert!(!possible, "a claim makes it hold: {text}"),
            Answer::Unclear => prop_assert!(false, "not told: {text}"),
        }
    }
}

fn told(text: &str) -> String {
    match solved(text) {
        Answer::Where(cases) => cases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        other => format!("{other:?}"),
    }
}

#[test]
fn an_answer_says_what_is_so() {
    assert_eq!(
        told("params.on && params.?mode.orValue('a') == 'b'"),
        "`params.on` is true, `params.mode` is given, `params.mode` is `b`"
    );
    assert_eq!(told("!has(params.mode) && params.size > 3"), "`params.mode` is absent, `params.size` is 4");
    assert_eq!(
        told("params.name.startsWith('x')\n   && !params.on"),
        "`params.name.startsWith('x')` holds, `params.on` is false"
    );
}

#[test]
fn what_logic_does_not_know_may_be_either_way_but_only_one_way_at_once() {
    assert!(matches!(solved("params.name.startsWith('x')"), Answer::Where(_)));
    assert_eq!(solved("params.name.startsWith('x') && !params.name.startsWith('x')"), Answer::Never);
    assert_eq!(solved("params.name != params.mode && params.name != params.mode ? false : false"), Answer::Never);
}

#[test]
fn assumptions_count_where_they_speak_of_the_same_things() {
    let schema = schema();
    let formula = |text: &str| condition(&program(text), &mut Params(&schema));
    let goal = formula("has(params.mode) && params.size == 4");
    assert!(matches!(solve(&goal, &[formula("params.on")]), Answer::Where(_)));
    assert_eq!(solve(&goal, &[formula("!has(params.mode) || params.on"), formula("!params.on")]), Answer::Never);
}

#[test]
fn a_range_has_elements_where_its_list_has() {
    let schema = schema();
    let range = |text: &str| nonempty(&program(text), &mut Params(&schema));
    assert_eq!(range("['a']"), Formula::Known(true));
    assert_eq!(range("[]"), Formula::Known(false));
    let empty = range("params.?list.orValue([]).map(x, x + 'y')").negated();
    assert!(matches!(solve(&empty, &[]), Answer::Where(_)));
    let absent = Formula::all([
        range("params.?list.orValue([])"),
        condition(&program("!has(params.list)"), &mut Params(&schema)),
    ]);
    assert_eq!(solve(&absent, &[]), Answer::Never);
}

#[test]
fn too_many_possibilities_are_said_to_be_too_many() {
    let any = |from: usize| {
        let names = (from..from + 100).map(|at| format!("params.name.startsWith('{at}')"));
        format!("({})", names.collect::<Vec<_>>().join(" || "))
    };
    assert_eq!(solved(&format!("{} && {}", any(0), any(100))), Answer::Unclear);
}
