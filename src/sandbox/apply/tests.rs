//! What holds for all objects. What holds for particular ones is recorded in `tests/apply_corpus`.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn schema() -> Schema {
    let text = json!({"type": "string"});
    let texts = json!({"type": "object", "additionalProperties": text});
    let item = json!({"type": "object", "required": ["name"], "properties": {
        "name": text, "value": {"type": "integer"}
    }});
    let written = json!({"type": "object", "properties": {
        "data": texts,
        "spec": {"type": "object", "properties": {
            "nested": {"type": "object", "properties": {"a": text, "b": text}},
            "list": {"type": "array", "items": text},
            "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": text},
            "items": {
                "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                "items": item
            },
            "labels": texts,
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
        }}
    }});
    kind_schema(Some(&Schema::parse_resource(&written).expect("a structural schema")))
}

fn object(fields: Json) -> Json {
    let mut object = json!({"apiVersion": "test.example/v1", "kind": "Test", "metadata": {"name": "x"}});
    if let (Some(object), Json::Object(fields)) = (object.as_object_mut(), fields) {
        object.extend(fields);
    }
    object
}

fn write(live: Option<&Json>, config: &Json, manager: &str, second: usize, force: bool) -> Result<Json, ApplyError> {
    let time = format!("2026-01-01T00:00:{second:02}Z");
    let writer = Writer { manager, api_version: "test.example/v1", subresource: None, time: &time };
    apply(live, config, &schema(), &writer, force)
}

/// An object without its owners.
fn plain(mut object: Json) -> Json {
    if let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut) {
        metadata.remove("managedFields");
    }
    object
}

/// A configuration that says something in each container that it names.
fn config(names: &'static str) -> impl Strategy<Value = Json> {
    let texts = || prop::collection::btree_map(names, "[xy]", 1..3).prop_map(|fields| json!(fields));
    let distinct = || prop::collection::btree_set(names, 1..4).prop_map(Vec::from_iter).prop_shuffle();
    let items = distinct().prop_flat_map(|names| {
        let values = prop::collection::vec(prop::option::of(0..3), names.len());
        values.prop_map(move |values| {
            let item = |(name, value): (&String, Option<i32>)| match value {
                Some(value) => json!({"name": name, "value": value}),
                None => json!({"name": name}),
            };
            names.iter().zip(values).map(item).collect::<Json>()
        })
    });
    let fields = (
        prop::option::of(distinct().prop_map(|tags| json!(tags))),
        prop::option::of(items),
        prop::option::of(texts()),
        texts(),
    );
    fields.prop_map(|(tags, items, labels, free)| {
        let fields = [("tags", tags), ("items", items), ("labels", labels), ("free", Some(free))];
        let spec: Json = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        object(json!({"spec": spec}))
    })
}

/// What applying means for one map of texts, told without tries and schemas.
#[derive(Default)]
struct Reference(BTreeMap<String, (String, BTreeSet<&'static str>)>);

impl Reference {
    /// The keys in conflict; nothing is changed then.
    fn apply(&mut self, config: &BTreeMap<String, String>, manager: &'static str, force: bool) -> Vec<String> {
        let contested = |(key, wanted): &(&String, &String)| match self.0.get(*key) {
            Some((value, owners)) => value != *wanted && owners.iter().any(|owner| *owner != manager),
            None => false,
        };
        let conflicts: Vec<String> = config.iter().filter(contested).map(|(key, _)| key.clone()).collect();
        if !conflicts.is_empty() && !force {
            return conflicts;
        }
        for (key, wanted) in config {
            let (value, owners) = self.0.entry(key.clone()).or_default();
            if value != wanted {
                owners.clear();
            }
            value.clone_from(wanted);
            owners.insert(manager);
        }
        for (_, (_, owners)) in self.0.iter_mut().filter(|(key, _)| !config.contains_key(*key)) {
            owners.remove(manager);
        }
        self.0.retain(|_, (_, owners)| !owners.is_empty());
        Vec::new()
    }
}

fn owners(object: &Json, key: &str) -> BTreeSet<String> {
    let entries = object["metadata"]["managedFields"].as_array().into_iter().flatten();
    let owning = entries.filter(|entry| entry["fieldsV1"]["f:data"].get(format!("f:{key}")).is_some());
    owning.filter_map(|entry| entry["manager"].as_str().map(str::to_owned)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn applying_twice_changes_nothing(config in config("[abc]")) {
        let once = write(None, &config, "m", 0, false).expect("a new object");
        prop_assert_eq!(write(Some(&once), &config, "m", 1, false), Ok(once.clone()));
    }

    #[test]
    fn what_the_only_manager_drops_is_gone(before in config("[abc]"), after in config("[bcd]")) {
        let live = write(None, &before, "m", 0, false).expect("a new object");
        let new = write(Some(&live), &after, "m", 1, false).expect("no conflict with oneself");
        prop_assert_eq!(plain(new), after);
    }

    #[test]
    fn managers_of_disjoint_fields_do_not_touch_each_other(one in config("[abc]"), other in config("[xyz]")) {
        let live = write(None, &one, "m", 0, false).expect("a new object");
        let both = write(Some(&live), &other, "n", 1, false).expect("no conflict");
        prop_assert_eq!(write(Some(&both), &one, "m", 2, false), Ok(both.clone()));
        let alone = write(Some(&both), &object(json!({})), "n", 3, false).expect("no conflict");
        prop_assert_eq!(alone, live);
    }

    #[test]
    fn maps_of_texts_follow_the_plain_reference(
        steps in prop::collection::vec(
            (prop::collection::btree_map("[abc]", "[xy]", 1..4), 0..3_usize, any::<bool>()), 1..6)
    ) {
        let (mut reference, mut live) = (Reference::default(), None::<Json>);
        for (second, (config, manager, force)) in steps.into_iter().enumerate() {
            let manager = ["m", "n", "o"][manager];
            let conflicts = reference.apply(&config, manager, force);
            match write(live.as_ref(), &object(json!({"data": config})), manager, second, force) {
                Ok(new) => {
                    prop_assert!(conflicts.is_empty());
                    live = Some(new);
                }
                Err(ApplyError::Conflicts(found)) => {
                    let found: BTreeSet<String> = found.into_iter().map(|conflict| conflict.field).collect();
                    prop_assert_eq!(found, conflicts.iter().map(|key| format!(".data.{key}")).collect());
                }
                Err(other) => prop_assert!(false, "{}", other),
            }
            let object = live.as_ref().expect("an object");
            let values: BTreeMap<&String, &String> = reference.0.iter().map(|(key, (value, _))| (key, value)).collect();
            prop_assert_eq!(&object["data"], &json!(values));
            for (key, (_, known)) in &reference.0 {
                prop_assert_eq!(owners(object, key), known.iter().map(|owner| (*owner).to_owned()).collect());
            }
        }
    }
}

#[test]
fn managers_of_the_same_second_are_sorted_by_name() {
    let live = write(None, &object(json!({"data": {"a": "x"}})), "z", 0, false).expect("a new object");
    let both = write(Some(&live), &object(json!({"data": {"b": "x"}})), "a", 0, false).expect("no conflict");
    let names: Vec<&Json> =
        both["metadata"]["managedFields"].as_array().into_iter().flatten().map(|entry| &entry["manager"]).collect();
    assert_eq!(names, ["a", "z"]);
}

#[test]
fn what_is_no_object_or_nests_too_deep_is_refused() {
    assert!(matches!(write(None, &json!([]), "m", 0, false), Err(ApplyError::Invalid(_))));
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let config = object(json!({"spec": {"free": {"a": deep}}}));
    assert!(matches!(write(None, &config, "m", 0, false), Err(ApplyError::Invalid(_))));
}
