use serde_json::json;

use super::{Checked, Declarations, MistakeKind, Type, check};
use crate::cel::parse;
use crate::schema::Schema;

fn declarations() -> Declarations {
    let schema = Schema::parse(&json!({"type": "object", "required": ["count"], "properties": {
        "size": {"type": "string", "enum": ["small", "large"], "default": "small"},
        "host": {"type": "string", "maxLength": 63},
        "count": {"type": "integer"},
        "ratio": {"type": "number", "default": 1.5},
        "backup": {"type": "object", "properties": {"schedule": {"type": "string", "maxLength": 9}}},
        "peers": {"type": "array", "default": [], "maxItems": 3, "items": {"type": "object", "required": ["name"],
            "properties": {"name": {"type": "string", "maxLength": 9}, "port": {"type": "integer"}}}},
        "limit": {"x-kubernetes-int-or-string": true, "default": 1},
        "note": {"type": "string", "nullable": true, "default": "", "maxLength": 9},
        "labels": {"type": "object", "default": {}, "maxProperties": 3,
            "additionalProperties": {"type": "string", "maxLength": 9}},
    }}))
    .unwrap();
    Declarations::default()
        .with("params", Type::from(&schema), true)
        .with("exposure.inputs", Type::from(&schema), false)
        .with("anything", Type::Dyn, true)
}

fn checked(text: &str, guards: &[&str]) -> Checked {
    let guards: Vec<_> = guards.iter().map(|guard| parse(guard).unwrap()).collect();
    check(&parse(text).unwrap(), &declarations(), &guards.iter().map(|guard| (guard, true)).collect::<Vec<_>>())
}

/// Each mistake as `marked text: message / help`.
fn told(text: &str) -> Vec<String> {
    let tell = |it: &super::Mistake| {
        format!("{}: {it} / {}", text.get(it.range.clone()).unwrap(), it.help.clone().unwrap_or_default())
    };
    checked(text, &[]).mistakes.iter().map(tell).collect()
}

#[track_caller]
fn sound(text: &str) {
    assert_eq!(told(text), Vec::<String>::new(), "{text}");
}

#[track_caller]
fn wrong(text: &str, expected: &str) {
    let told = told(text);
    assert!(told.len() == 1 && told[0].starts_with(expected), "{text}: {told:?}");
}

#[test]
fn an_optional_field_is_read_with_a_test_or_a_default() {
    wrong(
        "params.host == 'a'",
        "host: `params.host` may be absent / test it with `has(params.host)`, or give a default: `params.?host.orValue(…)`",
    );
    sound("has(params.host) && params.host == 'a'");
    sound("!has(params.host) || params.host == 'a'");
    sound("has(params.host) ? params.host : 'none'");
    sound("params.?host.orValue('a') == 'a'");
    sound("params.?host.hasValue() && params.host != ''");
    sound("params.?backup.schedule.orValue('x') == 'x'");
    sound("'a' in params.labels && params.labels['a'] == 'b'");
    sound("params.size == 'small'");
}

#[test]
fn a_fact_holds_only_where_it_was_learned() {
    wrong("has(params.host) || params.host == 'a'", "host: `params.host` may be absent");
    wrong("!has(params.host) && params.host == 'a'", "host: `params.host` may be absent");
    wrong("has(params.host) ? 'a' : params.host", "host: `params.host` may be absent");
    wrong("has(params.backup) && params.backup.schedule == ''", "schedule: `params.backup.schedule` may be absent");
    wrong("params.labels['a'] == 'b'", "'a': `params.labels.a` may be absent");
}

#[test]
fn a_guard_of_the_block_counts_for_what_stands_in_it() {
    assert!(checked("params.host", &["has(params.host)"]).mistakes.is_empty());
    assert_eq!(checked("params.host", &["has(params.backup)"]).mistakes.len(), 1);
}

#[test]
fn a_facet_that_may_not_be_there_is_an_optional() {
    wrong("exposure.inputs.count > 1", "exposure.inputs: `exposure.inputs` may be absent");
    sound("has(exposure.inputs) && exposure.inputs.count > 1");
    sound("exposure.?inputs.count.orValue(0) > 1");
}

#[test]
fn a_field_that_no_schema_has_is_named_with_the_nearest() {
    wrong("params.cuont > 1", "cuont: `params` has no field `cuont` / did you mean `count`?");
    wrong("params.peers.all(p, p.nmae == '')", "nmae: `p` has no field `nmae` / did you mean `name`?");
    sound("anything.?whatever.it.is.orValue(0) == 1");
    wrong("anything.whatever == 1", "whatever: `anything.whatever` may be absent");
}

#[test]
fn a_table_has_an_entry_for_every_value() {
    sound("{'small': 1, 'large': 3}[params.size] > 1");
    wrong("{'small': 1}[params.size] > 1", "params.size: the table has no entry for `large`");
    wrong("{'small': 1}['smal'] > 1", "'smal': the table has no entry for `smal` / did you mean `small`?");
    sound("{'small': 1}[?params.size].orValue(2) > 1");
    wrong("{'small': 1}[params.?host.orValue('')] > 1", "params.?host.orValue(''): `the table's entry");
}

#[test]
fn a_value_that_cannot_be_is_told() {
    wrong("params.size == 'smal'", "'smal': `smal` is not one of the possible values / did you mean `small`?");
    wrong("'huge' != params.size", "'huge': `huge` is not one of the possible values / it is one of `large`, `small`");
}

#[test]
fn types_are_not_mixed() {
    wrong("params.count + 'a' == ''", "params.count + 'a': no such overload: `int + string`");
    wrong("params.count == 'a'", "params.count == 'a': no such overload: `int == string`");
    wrong("params.?host == 'a'", "params.?host == 'a': no such overload: `optional(string) == string`");
    wrong("params.count.startsWith('a')", "startsWith: no such overload: `int.startsWith(string)`");
    wrong("quantity('1') < quantity('2')", "quantity('1') < quantity('2'): no such overload");
    wrong("params.count && true", "params.count: a condition must be bool, found int");
    wrong("true ? 1 : 'a'", "'a': branches have different types: int and string");
    wrong("[1, 'a'].size()", "'a': elements have different types: int and string");
    wrong("params.count.map(x, x)", "params.count: a macro ranges over a list or a map, found int");
    wrong("params.size.orValue('')", "params.size: expected an optional");
    sound("params.count > 1.5 && params.ratio > 1 && params.count < 3u");
    sound("quantity('1Gi').isLessThan(quantity('2Gi'))");
}

#[test]
fn a_call_of_constants_that_always_fails_is_told_where_it_stands() {
    wrong("params.count > 1 || duration('1d') > duration('1h')", "duration('1d'): never has a value: ");
    wrong("int('x') == params.count", "int('x'): never has a value: ");
    wrong("params.size.matches('(')", "'(': never has a value: ");
    wrong("params.count / (2 - 2) == 1 || 1 / 0 == 1", "1 / 0: never has a value: division by zero");
    sound("params.count / 2 == 1 && duration('1h') > duration('1m') && params.size.matches('^s.*$')");
}

#[test]
fn each_clause_of_a_format_takes_its_value() {
    sound("'%s has %d of %.1f'.format([params.size, params.count, params.ratio]) == ''");
    sound("'%s'.format([[1, 'a', null]]) == ''");
    wrong("'%d'.format([params.size]) == ''", "params.size: no such overload: `%d of string`");
    wrong("'%s%s'.format([params.size]) == ''", "'%s%s': never has a value: the text has 2 clauses for 1 values");
    wrong("'%q'.format([params.size]) == ''", "'%q': never has a value: ");
}

#[test]
fn lists_and_maps_hold_values_of_one_type() {
    wrong("[dyn(1), 'a'].size() == 2", "'a': elements have different types: dyn and string");
    sound("[dyn(1), dyn('a')].size() == 2");
    wrong("[int, string].size() == 2", "string: elements have different types: type and type");
    wrong("math.greatest(params.count, 2, 3.5) > 1", "3.5: arguments have different types: int and double");
    wrong("[1, 2].sortBy(x, [x]) == []", "[x]: no such overload: `list(int).sortBy with list(int)`");
    wrong("params.peers[?0u].hasValue()", "0u: no such overload: `list(object)[uint]`");
    wrong("params.size == null", "params.size == null: no such overload: `string == null`");
    wrong("[].max() == 1", "max: no such overload: `list(dyn).max()`");
}

#[test]
fn the_type_of_the_whole_is_known() {
    let kind = |text: &str| checked(text, &[]).kind.to_string();
    assert_eq!(kind("params.peers.map(p, p.name)"), "list(string)");
    assert_eq!(kind("params.?host"), "optional(string)");
    assert_eq!(kind("params.labels.transformMap(k, v, size(v))"), "map(string, int)");
    assert_eq!(kind("cel.bind(x, params.count, x + 1)"), "int");
    assert_eq!(kind("[]"), "list(dyn)");
    assert_eq!(kind("anything.x"), "dyn");
}

#[test]
fn comparisons_teach_presence_and_types() {
    sound("params.?host.orValue('') != '' && params.host.size() > 3");
    sound("params.?host.orValue('') == '' || params.host.size() > 3");
    sound("params.?host.orValue('x') == 'y' ? params.host == 'y' : true");
    wrong("params.?host.orValue('x') == 'x' && params.host == 'x'", "host: `params.host` may be absent");
    wrong("params.?host.orValue('x') != 'y' && params.host == 'x'", "host: `params.host` may be absent");
    sound("size(params.peers) > 1 && params.peers[1].name == ''");
    wrong("size(params.peers) > 1 && params.peers[2].name == ''", "2: `params.peers[2]` may be absent");
    sound("params.peers.size() == 0 || params.peers[0].name == ''");
    sound("1 <= size(params.peers) && params.peers[0].name == ''");
    wrong("params.peers[0].name == ''", "0: `params.peers[0]` may be absent");
    sound("['a', 'b'][1] == 'b'");
    sound("params.size != 'small' ? {'large': 1}[params.size] > 0 : true");
    sound("params.size == 'small' || {'large': 1}[params.size] > 0");
    sound("params.size in ['large'] && {'large': 1}[params.size] > 0");
    wrong("params.size in ['lagre']", "'lagre': `lagre` is not one of the possible values / did you mean `large`?");
}

#[test]
fn null_and_numbers_as_text_are_asked_for_before_they_are_used() {
    sound("params.note != null && params.note.size() > 1");
    sound("params.note == null ? true : params.note.size() > 1");
    wrong("params.note.size() > 1", "size: no such overload: `string or null.size()` / ask `!= null` before");
    sound("string(params.limit).size() > 1 && params.limit == 5 && params.limit != 'all'");
    wrong("params.limit > 1", "params.limit > 1: no such overload: `int or string > int`");
    sound("type(params.limit) == int && params.limit > 1");
}

#[test]
fn an_optional_is_opened_only_where_it_holds_something() {
    wrong("params.?host.value() == ''", "value: `params.host` may be absent");
    sound("params.?host.hasValue() && params.?host.value() == ''");
    sound("optional.of(1).value() == 1");
    wrong("params.?host.optFlatMap(h, h).hasValue()", "h: expected an optional, found string");
}

#[test]
fn what_is_known_of_elements_outlives_the_filter() {
    sound("params.peers.filter(p, has(p.port)).all(q, q.port > 1)");
    wrong("params.peers.filter(p, p.name != '').all(q, q.port > 1)", "port: `q.port` may be absent");
}

#[test]
fn both_ways_of_a_conditional_teach() {
    sound("(has(params.host) ? params.host != '' : false) && params.host == 'a'");
    sound("!(has(params.host) && params.host == 'a') || params.host == 'a'");
    assert_eq!(checked("math.greatest(1, 2, params.count)", &[]).kind.to_string(), "int");
}

#[test]
fn elements_are_checked_and_filters_teach() {
    wrong("params.peers.exists(p, p.port > 1)", "port: `p.port` may be absent");
    sound("params.peers.exists(p, has(p.port) && p.port > 1)");
    sound("params.peers.map(p, has(p.port), p.port).sum() > 1");
}

#[test]
fn all_mistakes_are_told_in_order_up_to_a_hundred() {
    let many = |count: usize| vec!["params.host"; count].join(" + ");
    assert_eq!(checked(&many(3), &[]).mistakes.len(), 3);
    let list = format!("[{}]", vec!["params.host"; 120].join(", "));
    assert_eq!(checked(&list, &[]).mistakes.len(), 100);
}

/// What the docs of the function table show is never refused: each example runs, so each has a type.
#[test]
fn every_example_of_the_table_is_accepted_and_a_condition() {
    let functions = crate::cel::library::functions().iter().map(|row| row.example);
    let macros = crate::cel::library::macros::MACROS.iter().map(|row| row.example);
    let mut refused = Vec::new();
    for example in functions.chain(macros) {
        let mut checked = check(&parse(example).unwrap(), &Declarations::default(), &[]);
        // What an optional holds is plain to see in an example, and proven in a catalog.
        let plain = MistakeKind::MayBeAbsent("the optional's value".to_owned());
        checked.mistakes.retain(|mistake| mistake.kind != plain);
        if !checked.mistakes.is_empty() || !matches!(checked.kind, Type::Bool | Type::Dyn) {
            refused.push(format!("{example}: {} {:?}", checked.kind, told(example)));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
