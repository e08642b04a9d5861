//! Strategic merge patches: a merge patch that merges lists by key where the schema says so.
//!
//! Kubernetes takes the keys from Go's field tags; the schema's `x-kubernetes-list-map-keys` name the same ones for the
//! kinds served here. `$retainKeys` and the order of `$setElementOrder` are not followed: no kind here needs them.

use serde_json::{Map, Value};

use crate::schema::{ListType, Schema};

const PATCH: &str = "$patch";
const ORDER: &str = "$setElementOrder/";
const RETAIN: &str = "$retainKeys";
const DELETE: &str = "$deleteFromPrimitiveList/";

/// Merges `patch` into `value`.
pub(super) fn merge(value: &mut Value, patch: &Value, schema: Option<&Schema>) {
    let Value::Object(patch) = patch else {
        *value = patch.clone();
        return;
    };
    match directive(patch) {
        Some("replace") => *value = Value::Object(without_directives(patch)),
        Some("delete") => *value = Value::Null,
        _ => merge_fields(value, patch, schema),
    }
}

fn merge_fields(value: &mut Value, patch: &Map<String, Value>, schema: Option<&Schema>) {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let Some(fields) = value.as_object_mut() else { return };
    for (name, change) in patch {
        if name.starts_with(ORDER) || name == RETAIN || name == PATCH {
            continue;
        }
        if let Some(list) = name.strip_prefix(DELETE) {
            if let (Some(Value::Array(items)), Value::Array(gone)) = (fields.get_mut(list), change) {
                items.retain(|item| !gone.contains(item));
            }
            continue;
        }
        let below = schema.and_then(|schema| schema.field(name));
        match change {
            Value::Null => drop(fields.remove(name)),
            Value::Array(items) => merge_list(fields.entry(name.clone()).or_insert(Value::Null), items, below),
            _ => {
                let field = fields.entry(name.clone()).or_insert(Value::Null);
                merge(field, change, below);
                if field.is_null() {
                    fields.remove(name);
                }
            }
        }
    }
}

fn merge_list(value: &mut Value, patch: &[Value], schema: Option<&Schema>) {
    let list_type = schema.map_or(ListType::Atomic, |schema| schema.list_type);
    let replaced = patch.iter().filter_map(Value::as_object).any(|item| directive(item) == Some("replace"));
    let (Value::Array(items), false, ListType::Map | ListType::Set) = (&mut *value, replaced, list_type) else {
        let items = patch.iter().filter(|item| item.as_object().is_none_or(|item| directive(item).is_none()));
        *value = items.cloned().collect();
        return;
    };
    let keys = schema.map(|schema| schema.map_keys.as_slice()).unwrap_or_default();
    let same = |a: &Value, b: &Value| match list_type {
        ListType::Map => keys.iter().all(|key| a.get(key) == b.get(key)),
        _ => a == b,
    };
    for change in patch {
        let at = items.iter().position(|item| same(item, change));
        if change.as_object().and_then(directive) == Some("delete") {
            at.map(|at| items.remove(at));
            continue;
        }
        match at.and_then(|at| items.get_mut(at)) {
            Some(item) => merge(item, change, schema.and_then(|schema| schema.items.as_deref())),
            None => items.push(change.clone()),
        }
    }
}

fn directive(patch: &Map<String, Value>) -> Option<&str> {
    patch.get(PATCH).and_then(Value::as_str)
}

fn without_directives(patch: &Map<String, Value>) -> Map<String, Value> {
    patch.iter().filter(|(name, _)| *name != PATCH).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn merged(mut value: Value, patch: &Value) -> Value {
        let schema = json!({"type": "object", "properties": {
            "conditions": {
                "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"],
                "items": {"type": "object", "required": ["type"],
                          "properties": {"type": {"type": "string"}, "status": {"type": "string"}}},
            },
            "finalizers": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
            "modes": {"type": "array", "items": {"type": "string"}},
        }});
        let schema = Schema::parse_kubernetes(&schema).unwrap();
        merge(&mut value, patch, Some(&schema));
        value
    }

    #[test]
    fn map_lists_merge_by_key_and_items_can_be_deleted() {
        let before = json!({"conditions": [{"type": "a", "status": "1"}, {"type": "b", "status": "1"}]});
        let patch = json!({
            "$setElementOrder/conditions": [{"type": "b"}],
            "conditions": [{"type": "b", "status": "2"}, {"type": "a", "$patch": "delete"}, {"type": "c"}]
        });
        let after = json!({"conditions": [{"type": "b", "status": "2"}, {"type": "c"}]});
        assert_eq!(merged(before, &patch), after);
    }

    #[test]
    fn sets_grow_and_shrink_and_other_lists_are_replaced() {
        let before = json!({"finalizers": ["x", "y"], "modes": ["p"]});
        let patch = json!({"finalizers": ["z"], "$deleteFromPrimitiveList/finalizers": ["x"], "modes": ["q"]});
        assert_eq!(merged(before, &patch), json!({"finalizers": ["y", "z"], "modes": ["q"]}));
    }

    #[test]
    fn null_removes_and_a_directive_replaces() {
        let before = json!({"a": 1, "b": {"c": 1, "d": 2}});
        assert_eq!(merged(before.clone(), &json!({"a": null})), json!({"b": {"c": 1, "d": 2}}));
        assert_eq!(merged(before, &json!({"b": {"$patch": "replace", "e": 3}})), json!({"a": 1, "b": {"e": 3}}));
    }
}
