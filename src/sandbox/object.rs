//! Reading and writing the parts of an object that every kind has.

use serde_json::{Map, Value};

/// The text at a JSON pointer; empty where there is none.
pub(crate) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

pub(crate) fn name(object: &Value) -> &str {
    text(object, "/metadata/name")
}

pub(crate) fn namespace(object: &Value) -> &str {
    text(object, "/metadata/namespace")
}

pub(crate) fn uid(object: &Value) -> &str {
    text(object, "/metadata/uid")
}

pub(crate) fn resource_version(object: &Value) -> &str {
    text(object, "/metadata/resourceVersion")
}

pub(crate) fn is_deleting(object: &Value) -> bool {
    object.pointer("/metadata/deletionTimestamp").is_some()
}

pub(crate) fn finalizers(object: &Value) -> Vec<&str> {
    let items = object.pointer("/metadata/finalizers").and_then(Value::as_array);
    items.into_iter().flatten().filter_map(Value::as_str).collect()
}

pub(crate) fn owners(object: &Value) -> impl Iterator<Item = &Value> {
    object.pointer("/metadata/ownerReferences").and_then(Value::as_array).into_iter().flatten()
}

/// Puts `value` under `name` in an object, or takes the field away.
pub(crate) fn set(object: &mut Value, name: &str, value: Option<Value>) {
    let Some(fields) = object.as_object_mut() else { return };
    match value {
        Some(value) => drop(fields.insert(name.to_owned(), value)),
        None => drop(fields.remove(name)),
    }
}

/// Puts `value` under `name` in `object.parent`, which is made where it is absent; or takes the field away.
pub(crate) fn set_below(object: &mut Value, parent: &str, name: &str, value: Option<Value>) {
    let Some(fields) = object.as_object_mut() else { return };
    let below = fields.entry(parent.to_owned()).or_insert_with(|| Value::Object(Map::new()));
    if !below.is_object() {
        *below = Value::Object(Map::new());
    }
    set(below, name, value);
}

/// Sets or removes one field of `metadata`.
pub(crate) fn set_meta(object: &mut Value, name: &str, value: Option<Value>) {
    set_below(object, "metadata", name, value);
}

/// The same field in both: `from` decides.
pub(crate) fn carry(to: &mut Value, from: &Value, name: &str) {
    set(to, name, from.get(name).cloned());
}

/// The same field of `metadata` in both: `from` decides.
pub(crate) fn carry_meta(to: &mut Value, from: &Value, name: &str) {
    set_meta(to, name, from.get("metadata").and_then(|metadata| metadata.get(name)).cloned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn metadata_is_made_where_it_is_missing() {
        let mut object = json!({"kind": "A", "metadata": null});
        set_meta(&mut object, "name", Some("a".into()));
        assert_eq!(name(&object), "a");
    }

    #[test]
    fn carrying_an_absent_field_removes_it() {
        let mut to = json!({"status": 1, "spec": 2});
        carry(&mut to, &json!({"spec": 3}), "status");
        assert_eq!(to, json!({"spec": 2}));
    }
}
