use serde_json::{Value as Json, json};

use super::*;

fn rules(schema: &Json) -> Rules {
    let schema = Schema::parse_kubernetes(schema).unwrap_or_else(|errors| panic!("{errors:#?}"));
    Rules::compile(&schema).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// A schema with one rule at the root.
fn ruled(properties: &Json, rule: &Json) -> Rules {
    rules(&json!({"type": "object", "properties": properties, "x-kubernetes-validations": [rule]}))
}

fn texts(rules: &Rules, object: &Json, old: Option<&Json>) -> Vec<String> {
    rules.evaluate(object, old).iter().map(ToString::to_string).collect()
}

#[test]
fn a_broken_rule_says_its_message_at_its_field_path() {
    let properties = json!({"a": {"type": "integer"}, "b": {"type": "integer"}});
    let rule = json!({"rule": "self.a < self.b", "message": "a is below b", "fieldPath": ".a", "reason": "FieldValueForbidden"});
    let rules = ruled(&properties, &rule);
    assert_eq!(texts(&rules, &json!({"a": 1, "b": 2}), None), Vec::<String>::new());
    let failures = rules.evaluate(&json!({"a": 2, "b": 2}), None);
    assert_eq!(failures[0].to_string(), "`a`: a is below b");
    assert_eq!((failures[0].reason, failures[0].cause), (Reason::Forbidden, Cause::False));
}

#[test]
fn a_message_expression_speaks_first_and_falls_back() {
    let properties = json!({"a": {"type": "string"}});
    let rule = |expression: &str| json!({"rule": "self.a == 'x'", "message": "plain", "messageExpression": expression});
    let says = |expression: &str| texts(&ruled(&properties, &rule(expression)), &json!({"a": "y"}), None);
    assert_eq!(says("'found ' + self.a"), ["`.`: found y"]);
    assert_eq!(says("'  '"), ["`.`: plain"]);
    assert_eq!(says("'a\\nb'"), ["`.`: plain"]);
    assert_eq!(says("self.b"), ["`.`: plain"]);
    let silent = ruled(&properties, &json!({"rule": "self.a == 'x'"}));
    assert_eq!(texts(&silent, &json!({"a": "y"}), None), ["`.`: failed rule: `self.a == 'x'`"]);
}

#[test]
fn a_rule_without_value_is_a_failure_that_names_key_and_rule() {
    let properties = json!({"a": {"type": "string"}});
    let rules = ruled(&properties, &json!({"rule": "self.a == 'x'", "message": "a is x"}));
    let failures = rules.evaluate(&json!({}), None);
    assert_eq!(failures[0].to_string(), "`.`: no such key: a, in the rule: a is x");
    assert_eq!(failures[0].cause, Cause::Fault);
}

#[test]
fn transition_rules_run_on_updates_of_places_that_were_there() {
    let properties =
        json!({"a": {"type": "string", "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "fixed"}]}});
    let rules = rules(&json!({"type": "object", "properties": properties}));
    for (old, new, fails) in [
        (None, json!({"a": "x"}), false),
        (Some(json!({})), json!({"a": "x"}), false),
        (Some(json!({"a": "y"})), json!({"a": "x"}), true),
        (Some(json!({"a": "x"})), json!({"a": "x"}), false),
        (Some(json!({"a": "x"})), json!({}), false),
    ] {
        assert_eq!(!rules.evaluate(&new, old.as_ref()).is_empty(), fails, "{old:?} {new}");
    }
}

#[test]
fn an_optional_old_self_makes_a_transition_rule_run_always() {
    let properties = json!({"a": {"type": "integer"}});
    let rule = json!({"rule": "!oldSelf.hasValue() || oldSelf.value().a <= self.a", "optionalOldSelf": true});
    let rules = ruled(&properties, &rule);
    assert_eq!(rules.evaluate(&json!({"a": 1}), None), []);
    assert_eq!(rules.evaluate(&json!({"a": 1}), Some(&json!({"a": 2}))).len(), 1);
}

#[test]
fn what_has_not_changed_is_excused_from_rules_without_old_self() {
    let inner = json!({"type": "object", "properties": {"a": {"type": "integer"}},
        "x-kubernetes-validations": [{"rule": "self.a > 5"}]});
    let rules = rules(&json!({"type": "object", "properties": {"in": inner, "b": {"type": "integer"}}}));
    let old = json!({"in": {"a": 1}, "b": 1});
    assert_eq!(rules.evaluate(&json!({"in": {"a": 1}, "b": 2}), Some(&old)), []);
    assert_eq!(texts(&rules, &json!({"in": {"a": 2}, "b": 1}), Some(&old)), ["`in`: failed rule: `self.a > 5`"]);
    assert_eq!(rules.evaluate(&old, None).len(), 1);
}

#[test]
fn items_of_map_lists_meet_their_old_selves_by_key() {
    let item = json!({
        "type": "object", "required": ["k"], "properties": {"k": {"type": "string"}, "v": {"type": "integer"}},
        "x-kubernetes-validations": [{"rule": "self.v >= oldSelf.v", "message": "only up"}]
    });
    let list = |kind: &str| {
        let mut list = json!({"type": "array", "items": item, "x-kubernetes-list-type": kind});
        if kind == "map" {
            list["x-kubernetes-list-map-keys"] = json!(["k"]);
        }
        json!({"type": "object", "properties": {"l": list}})
    };
    let old = json!({"l": [{"k": "a", "v": 2}, {"k": "b", "v": 1}]});
    let new = json!({"l": [{"k": "b", "v": 1}, {"k": "c", "v": 0}, {"k": "a", "v": 1}]});
    assert_eq!(texts(&rules(&list("map")), &new, Some(&old)), ["`l[2]`: only up"]);
    let atomic = Rules::compile(&Schema::parse_kubernetes(&list("atomic")).unwrap()).unwrap_err();
    assert_eq!(atomic[0].kind, RuleErrorKind::Uncorrelatable);
    assert_eq!(atomic[0].pointer, "/properties/l/items/x-kubernetes-validations/0");
}

#[test]
fn values_have_the_types_that_the_schema_gives_them() {
    let properties = json!({
        "duration": {"type": "string", "format": "duration"}, "time": {"type": "string", "format": "date-time"},
        "same_duration": {"type": "string", "format": "duration"}, "same_time": {"type": "string", "format": "date-time"},
        "date": {"type": "string", "format": "date"}, "bytes": {"type": "string", "format": "byte"},
        "number": {"type": "number"}, "port": {"x-kubernetes-int-or-string": true}, "a-b": {"type": "string"},
        "namespace": {"type": "string"}, "map": {"type": "object", "additionalProperties": {"type": "integer"}}
    });
    let object = json!({
        "duration": "90m", "same_duration": "1h30m", "time": "2026-01-02T03:04:05Z", "same_time": "2026-01-02T04:04:05+01:00", "date": "2026-01-02", "bytes": "aGk=", "number": 2,
        "port": "http", "a-b": "x", "namespace": "n", "map": {"a-b": 1}, "hidden": 1
    });
    for rule in [
        "self.duration == self.same_duration",
        "self.time == self.same_time",
        "self.date < self.time",
        "self.bytes == b'hi'",
        "self.number / 4.0 == 0.5",
        "type(self.port) == string",
        "self.a__dash__b == 'x'",
        "self.__namespace__ == 'n'",
        "self.map['a-b'] == 1",
        "!has(self.hidden)",
    ] {
        let found = texts(&ruled(&properties, &json!({"rule": rule})), &object, None);
        assert_eq!(found, Vec::<String>::new(), "{rule}");
    }
}

#[test]
fn a_change_of_keys_that_rules_cannot_see_is_a_change() {
    let properties = json!({"free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    let rules = ruled(&properties, &json!({"rule": "self.free == oldSelf.free"}));
    let (old, new) = (json!({"free": {"a": 1, "b": 1}}), json!({"free": {"z": 1, "y": 1}}));
    assert_eq!(rules.evaluate(&new, Some(&old)).len(), 1);
    assert_eq!(rules.evaluate(&old, Some(&old)), []);
}

#[test]
fn of_metadata_rules_see_the_name_only() {
    let schema = json!({"type": "object", "x-kubernetes-validations": [
        {"rule": "self.metadata.name == 'a' && !has(self.metadata.labels) && self.kind == 'K'"}
    ]});
    let rules = Rules::compile(&Schema::parse_resource(&schema).unwrap()).unwrap();
    let object = json!({"apiVersion": "v1", "kind": "K", "metadata": {"name": "a", "labels": {}}});
    assert_eq!(rules.evaluate(&object, None), []);
}

#[test]
fn the_budget_of_an_object_ends() {
    let list = json!({"type": "array", "items": {"type": "integer"}});
    let slow = "self.l.all(a, self.l.all(b, self.l.all(c, a + b + c >= 0)))";
    let rules = ruled(&json!({"l": list}), &json!({"rule": slow}));
    let failures = rules.evaluate(&json!({"l": vec![0; 200]}), None);
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].cause, Cause::Budget);
}

#[test]
fn rules_that_do_not_compile_are_told_with_their_places() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string", "x-kubernetes-validations": [
        {"rule": "self ==", "message": "m"}, {"rule": "nobody == 1"}, {"rule": "self == 'x'", "optionalOldSelf": true}
    ]}}});
    let errors = Rules::compile(&Schema::parse_kubernetes(&schema).unwrap()).unwrap_err();
    let places: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
    let at = |end: &str| format!("/properties/a/x-kubernetes-validations/{end}");
    assert_eq!(places, [at("0/rule"), at("1/rule"), at("2")]);
}
