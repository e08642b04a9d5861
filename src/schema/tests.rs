use serde_json::{Value, json};

use super::path::Path;
use super::*;

/// Takes a value apart without recursion: dropping one of 10,000 levels could exhaust the stack.
pub(super) fn dismantle(value: Value) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => open.extend(fields.into_iter().map(|(_, field)| field)),
            _ => {}
        }
    }
}

/// 10,000 levels, each an object with the one field `key`. `json!` would recurse.
pub(super) fn nest(end: Value, key: &str) -> Value {
    (0..10_000).fold(end, |value, _| Value::Object([(key.to_owned(), value)].into_iter().collect()))
}

fn parse(value: &Value) -> Schema {
    Schema::parse(value).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// `pointer: message` of each error.
fn errors(value: &Value) -> Vec<String> {
    let errors = Schema::parse(value).err().unwrap_or_default();
    errors.iter().map(|error| format!("{}: {error}", error.pointer)).collect()
}

#[test]
fn hostile_depth_is_refused_in_schemas_and_values() {
    for key in ["not", "items", "additionalProperties"] {
        let deep = nest(json!({"type": "object"}), key);
        let refused = Schema::parse(&deep).unwrap_err();
        assert!(
            matches!(refused[..], [SchemaError { kind: SchemaErrorKind::TooDeep { limit: 64 }, .. }]),
            "{refused:?}"
        );
        dismantle(deep);
    }
    let deep = (0..100).fold(json!({"type": "object"}), |schema, _| json!({"type": "array", "items": schema}));
    assert!(errors(&deep).iter().any(|error| error.ends_with("nests deeper than 64 levels")));

    let free = parse(&json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}));
    let strict = parse(&json!({"type": "object", "properties": {"x": {"type": "object"}}}));
    for schema in [&free, &strict] {
        let mut deep = nest(json!(1), "x");
        assert_eq!(schema.validate(&deep)[0].kind, ViolationKind::TooDeep { limit: 128 });
        schema.apply_defaults(&mut deep);
        schema.normalise_numbers(&mut deep);
        schema.unknown_fields(&deep);
        schema.prune(&mut deep);
        dismantle(deep);
    }
    let mut lists = (0..10_000).fold(json!(1), |value, _| Value::Array(vec![value]));
    lists = Value::Object([("x".to_owned(), lists)].into_iter().collect());
    strict.prune(&mut lists);
    dismantle(lists);
}

#[test]
fn huge_patterns_are_refused() {
    let found =
        errors(&json!({"type": "object", "properties": {"a": {"type": "string", "pattern": "((a{500}){500}){500}"}}}));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("/properties/a/pattern: `((a{500}){500}){500}` is not a pattern"), "{found:?}");
}

#[test]
fn all_errors_of_a_schema_are_told_at_once_with_their_places() {
    let schema = json!({
        "type": "object",
        "required": ["sise"],
        "properties": {
            "size": {"type": "sting", "maxLenght": 3},
            "list": {"type": "array"},
            "tree": {"properties": {"a/b": {"minimum": 1}}},
            "mode": {"type": "string", "enum": ["on", true]},
            "host": {"type": "string", "format": "hostnam"}
        }
    });
    assert_eq!(
        errors(&schema),
        [
            "/properties/host/format: unknown format `hostnam`, did you mean `hostname`?",
            "/properties/list: `items` is missing: a list needs the schema of its items",
            "/properties/mode/enum/1: no value can be `true`: the type is `string`; if you meant the text, quote it",
            "/properties/size/maxLenght: unknown keyword `maxLenght`, did you mean `maxLength`?",
            "/properties/size/type: unknown type `sting`, expected object, array, string, integer, number or boolean",
            "/properties/tree: `type` is missing: add `type: object`",
            "/properties/tree/properties/a~1b: `type` is missing: add `type: integer`",
            "/required/0: `required` names `sise`, which is not in `properties`, did you mean `size`?",
        ]
    );
}

#[test]
fn case_021_a_boolean_where_a_text_belongs_is_told_to_be_quoted() {
    let schema = parse(&json!({
        "type": "object",
        "properties": {"mode": {"type": "string", "enum": ["on", "off", "auto"]}, "name": {"type": "string"}}
    }));
    let texts = |value: Value| schema.validate(&value).iter().map(Violation::to_string).collect::<Vec<_>>();
    assert_eq!(
        texts(json!({"mode": true})),
        [
            "`mode`: found boolean `true`, expected text, one of `on`, `off`, `auto`; if you meant the text `on`, quote it"
        ]
    );
    assert_eq!(
        texts(json!({"name": false})),
        ["`name`: found boolean `false`, expected text; if you meant the text `false`, quote it"]
    );
    assert_eq!(
        texts(json!({"name": 755})),
        ["`name`: found number `755`, expected text; if you meant the text `755`, quote it"]
    );
    assert_eq!(
        texts(json!({"mode": "of"})),
        ["`mode`: found `of`, expected one of `on`, `off`, `auto`, did you mean `off`?"]
    );
}

#[test]
fn case_029_unknown_fields_come_with_the_nearest_name() {
    let schema = parse(&json!({"type": "object", "properties": {"hostname": {"type": "string"}}}));
    let mut value = json!({"hostnmae": "a", "other": 1});
    let unknown = schema.unknown_fields(&value);
    let texts: Vec<String> = unknown.iter().map(Unknown::to_string).collect();
    assert_eq!(texts, ["unknown field `hostnmae`, did you mean `hostname`?", "unknown field `other`"]);
    assert_eq!(schema.prune(&mut value).len(), 2);
    assert_eq!(value, json!({}));
}

#[test]
fn case_004_defaults_below_an_absent_parent_are_pointed_out() {
    let days = json!({"type": "object", "properties": {"days": {"type": "integer", "default": 14}}});
    let schema = parse(&json!({"type": "object", "properties": {"backup": days}}));
    let mut value = json!({});
    schema.apply_defaults(&mut value);
    assert_eq!(value, json!({}));
    let path = |text: &str| text.parse::<Path>().unwrap();
    assert_eq!(schema.unreached_defaults(), [(path("backup.days"), path("backup"))]);
}

#[test]
fn case_008_numbers_have_one_form_however_they_are_written() {
    let schema = parse(&json!({
        "type": "object",
        "properties": {"ratio": {"type": "number"}, "count": {"type": "integer"}, "port": {"x-kubernetes-int-or-string": true}}
    }));
    for text in ["2", "2.0", "2e0"] {
        let number: Value = serde_json::from_str(text).unwrap();
        let mut value = json!({"ratio": number, "count": number, "port": number});
        assert_eq!(schema.validate(&value), []);
        schema.normalise_numbers(&mut value);
        assert_eq!(value.to_string(), r#"{"count":2,"port":2,"ratio":2.0}"#);
    }
}

#[test]
fn everything_a_tenant_fills_in_has_to_be_bounded() {
    let text = json!({"type": "string"});
    let schema = parse(&json!({
        "type": "object",
        "properties": {
            "a": text, "b": {"type": "string", "maxLength": 3}, "c": {"type": "string", "enum": ["x"]},
            "d": {"type": "string", "format": "uuid"}, "e": {"type": "array", "items": text},
            "f": {"type": "object", "additionalProperties": {"type": "integer"}},
            "g": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            "h": {"type": "integer"}, "i": {"x-kubernetes-int-or-string": true}
        }
    }));
    let errors = schema.check_bounded();
    let places: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(
        places,
        ["/properties/a", "/properties/e", "/properties/e/items", "/properties/f", "/properties/g", "/properties/i"]
    );
    assert_eq!(errors[0].to_string(), "text without a bound: add `maxLength`");
}

#[test]
fn leaves_are_the_units_of_change() {
    let schema = parse(&json!({
        "type": "object",
        "properties": {
            "a": {"type": "object", "properties": {"b": {"type": "string"}}},
            "list": {"type": "array", "items": {"type": "string"}},
            "keyed": {
                "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
                "items": {"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}}}
            },
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
        }
    }));
    let leaves: Vec<String> = schema.leaf_paths().iter().map(ToString::to_string).collect();
    assert_eq!(leaves, ["a.b", "free.**", "keyed[*].k", "labels.*", "list"]);
    let path: Path = r#"keyed[k="x"].k"#.parse().unwrap();
    assert_eq!(schema.at(&path).and_then(|schema| schema.kind), Some(Type::String));
    assert_eq!(schema.at(&"a.c".parse().unwrap()), None);
}

#[test]
fn a_crd_implies_metadata_and_keeps_what_the_author_says_about_it() {
    let crd = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "spec": {
            "group": "example.org", "names": {"kind": "Thing", "plural": "things"}, "scope": "Namespaced",
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object",
                "properties": {
                    "metadata": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 5}}},
                    "spec": {"type": "object", "properties": {"a": {"type": "string", "format": "quantity"}}}
                }
            }}}]
        }
    });
    let crd = Crd::parse(&crd).unwrap();
    assert_eq!((crd.group.as_str(), crd.kind.as_str(), crd.plural.as_str()), ("example.org", "Thing", "things"));
    let schema = &crd.storage().unwrap().schema;
    let texts = |value: Value| schema.validate(&value).iter().map(Violation::to_string).collect::<Vec<_>>();
    assert_eq!(
        texts(json!({"kind": "Thing", "metadata": {"name": "longer", "labels": {"a": 1}}, "spec": {"a": "x"}})),
        [
            "`apiVersion`: required, and missing: add it",
            "`metadata.labels.a`: found number `1`, expected text; if you meant the text `1`, quote it",
            "`metadata.name`: found 6 characters, expected at most 5",
        ]
    );
    let unknown = schema.unknown_fields(&json!({"metadata": {"lables": {}, "labels": {"x": "y"}}, "speck": {}}));
    let texts: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        ["unknown field `metadata.lables`, did you mean `labels`?", "unknown field `speck`, did you mean `spec`?"]
    );
}
