use serde_json::json;

use super::*;
use crate::schema::tests::{dismantle, nest};

fn schema() -> Schema {
    let text = json!({"type": "string"});
    let item = json!({
        "type": "object", "required": ["path"],
        "properties": {"path": text, "type": text, "options": {"type": "object", "additionalProperties": text}}
    });
    Schema::parse(&json!({
        "type": "object",
        "properties": {
            "size": {"type": "integer"},
            "none": {"type": "string", "nullable": true},
            "service": {"type": "object", "properties": {"kind": text, "ports": {"type": "array", "items": {"type": "integer"}}}},
            "labels": {"type": "object", "additionalProperties": text},
            "selector": {"type": "object", "additionalProperties": text, "x-kubernetes-map-type": "atomic"},
            "zones": {"type": "array", "items": text, "x-kubernetes-list-type": "set"},
            "audit": {
                "type": "array", "items": item,
                "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["path"]
            },
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
        }
    }))
    .unwrap()
}

/// The changes, as `path: old -> new`.
fn changes(old: &Value, new: &Value) -> Vec<String> {
    let show = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), Value::to_string);
    let changes = diff(&schema(), old, new);
    changes.iter().map(|change| format!("{}: {} -> {}", change.path, show(&change.old), show(&change.new))).collect()
}

#[test]
fn scalars_lists_and_maps_change_in_their_units() {
    for (old, new, expected) in [
        (json!({"size": 1}), json!({"size": 2}), vec!["size: 1 -> 2"]),
        (json!({"none": null}), json!({}), vec!["none: null -> -"]),
        (
            json!({"service": {"ports": [1, 2]}}),
            json!({"service": {"ports": [2, 1]}}),
            vec!["service.ports: [1,2] -> [2,1]"],
        ),
        (json!({"labels": {"a": "1"}}), json!({"labels": {"a": "2"}}), vec![r#"labels.a: "1" -> "2""#]),
        (json!({"selector": {"a": "1"}}), json!({"selector": {"b": "1"}}), vec![r#"selector: {"a":"1"} -> {"b":"1"}"#]),
        (json!({"zones": ["a", "b"]}), json!({"zones": ["b", "a"]}), vec![]),
        (json!({"zones": ["a"]}), json!({"zones": ["b"]}), vec![r#"zones: ["a"] -> ["b"]"#]),
        (json!({"free": {"x": {"y": [1]}}}), json!({"free": {"x": {"y": [2]}}}), vec!["free.x.y: [1] -> [2]"]),
        (json!({"odd": 1}), json!({"odd": 2}), vec!["odd: 1 -> 2"]),
    ] {
        assert_eq!(changes(&old, &new), expected, "{old} {new}");
    }
}

#[test]
fn case_038_absent_and_empty_containers_differ() {
    for (old, new, expected) in [
        (json!({}), json!({"service": {}}), vec!["service: - -> {}"]),
        (json!({"service": {}}), json!({}), vec!["service: {} -> -"]),
        (json!({"service": {}}), json!({"service": {"kind": "A"}}), vec![r#"service.kind: - -> "A""#]),
        (
            json!({"service": {"kind": "A"}}),
            json!({"service": {}}),
            vec![r#"service: {"kind":"A"} -> {}"#, r#"service.kind: "A" -> -"#],
        ),
        (json!({"zones": []}), json!({}), vec!["zones: [] -> -"]),
        (json!({"audit": []}), json!({}), vec!["audit: [] -> -"]),
        (json!({"labels": {}}), json!({"labels": {}}), vec![]),
    ] {
        assert_eq!(changes(&old, &new), expected, "{old} {new}");
    }
}

#[test]
fn a_subtree_that_comes_or_goes_is_a_change_at_each_leaf() {
    let full = json!({"service": {"kind": "A", "ports": [1]}, "labels": {"a": "1", "b": "2"}});
    let came =
        [r#"labels.a: - -> "1""#, r#"labels.b: - -> "2""#, r#"service.kind: - -> "A""#, "service.ports: - -> [1]"];
    assert_eq!(changes(&json!({}), &full), came);
    let went =
        [r#"labels.a: "1" -> -"#, r#"labels.b: "2" -> -"#, r#"service.kind: "A" -> -"#, "service.ports: [1] -> -"];
    assert_eq!(changes(&full, &json!({})), went);
}

#[test]
fn map_lists_compare_by_key_in_any_order() {
    let old = json!({"audit": [{"path": "x", "type": "file"}, {"path": "y", "type": "file"}]});
    let new = json!({"audit": [{"path": "z"}, {"path": "x", "type": "socket"}]});
    assert_eq!(
        changes(&old, &new),
        [
            r#"audit[path="x"].type: "file" -> "socket""#,
            r#"audit[path="y"].path: "y" -> -"#,
            r#"audit[path="y"].type: "file" -> -"#,
            r#"audit[path="z"].path: - -> "z""#,
        ]
    );
    let turned = json!({"audit": [{"path": "y", "type": "file"}, {"path": "x", "type": "file"}]});
    assert_eq!(changes(&old, &turned), Vec::<String>::new());
}

#[test]
fn a_map_list_with_double_keys_compares_as_a_whole() {
    let old = json!({"audit": [{"path": "x"}]});
    let new = json!({"audit": [{"path": "x"}, {"path": "x"}]});
    assert_eq!(
        changes(&old, &new),
        [r#"audit: [{"path":"x"}] -> [{"path":"x"},{"path":"x"}]"#, r#"audit[path="x"].path: "x" -> -"#]
    );
}

#[test]
fn where_a_kind_of_value_replaces_another_the_place_and_its_leaves_change() {
    let expected = [r#"free: null -> {"a":1}"#, "free.a: - -> 1"];
    assert_eq!(changes(&json!({"free": null}), &json!({"free": {"a": 1}})), expected);
}

#[test]
fn hostile_depth_ends() {
    let (old, new) = (nest(json!(1), "free"), nest(json!(2), "free"));
    assert_eq!(diff(&schema(), &old, &new).len(), 1);
    dismantle(old);
    dismantle(new);
}

mod properties {
    use proptest::collection::{btree_map, btree_set, vec};
    use proptest::option::of;
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = Value> {
        "[ab]{0,2}".prop_map(Value::from)
    }

    fn texts() -> impl Strategy<Value = Value> {
        btree_map("[ab]", text(), 0..3).prop_map(|map| map.into_iter().collect())
    }

    fn object(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
        let fields =
            fields.into_iter().map(|(name, value)| of(value).prop_map(move |v| v.map(|v| (name.to_owned(), v))));
        let fields: Vec<_> = fields.map(Strategy::boxed).collect();
        fields.prop_map(|fields| Value::Object(fields.into_iter().flatten().collect())).boxed()
    }

    fn free() -> BoxedStrategy<Value> {
        let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), text()];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..3).prop_map(Value::from),
                btree_map("[ab]", inner, 0..3).prop_map(|map| map.into_iter().collect()),
            ]
        })
        .boxed()
    }

    fn audit() -> BoxedStrategy<Value> {
        let rest = object(vec![("type", text().boxed()), ("options", texts().boxed())]);
        btree_map("[xyz]", rest, 0..4)
            .prop_map(|items| {
                let item = |(path, mut rest): (String, Value)| {
                    rest["path"] = Value::from(path);
                    rest
                };
                items.into_iter().map(item).collect()
            })
            .boxed()
    }

    fn value() -> BoxedStrategy<Value> {
        let ports = vec(0..3_i32, 0..3).prop_map(Value::from).boxed();
        object(vec![
            ("size", (0..3_i32).prop_map(Value::from).boxed()),
            ("none", prop_oneof![Just(Value::Null), text()].boxed()),
            ("service", object(vec![("kind", text().boxed()), ("ports", ports)])),
            ("labels", texts().boxed()),
            ("selector", texts().boxed()),
            ("zones", btree_set("[ab]", 0..3).prop_map(|set| set.into_iter().collect()).boxed()),
            ("audit", audit()),
            ("free", object(vec![("a", free()), ("b", free())])),
            ("odd", free()),
        ])
    }

    proptest! {
        #[test]
        fn nothing_differs_from_itself(value in value()) {
            prop_assert_eq!(diff(&schema(), &value, &value), vec![]);
        }

        #[test]
        fn the_changes_carry_the_old_object_over_to_the_new_one(old in value(), new in value()) {
            let changes = diff(&schema(), &old, &new);
            let mut carried = old.clone();
            apply(&mut carried, &changes).unwrap();
            let mut rest = diff(&schema(), &carried, &new);
            // The root itself always stays.
            rest.retain(|change| !change.path.is_root());
            prop_assert_eq!(rest, vec![], "{} became {} for {} by {:?}", old, carried, new, changes);
        }

        #[test]
        fn both_directions_see_the_same_leaves(old in value(), new in value()) {
            let paths = |a: &Value, b: &Value| {
                let changes = diff(&schema(), a, b).into_iter();
                // An emptied container is told in one direction only.
                let leaf = |v: &Option<Value>| !v.as_ref().is_some_and(|v| v == &json!({}) || v == &json!([]));
                changes.filter(|c| leaf(&c.old) && leaf(&c.new)).map(|c| c.path).collect::<Vec<_>>()
            };
            prop_assert_eq!(paths(&old, &new), paths(&new, &old));
        }
    }
}
