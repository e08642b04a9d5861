//! The fields of an object.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::element::Element;
use super::field_set::FieldSet;
use super::place::{Items, Kind, Place};

/// The fields that somebody who applies `value` says something about.
pub(super) fn of_value(place: Place<'_>, value: &Value) -> FieldSet {
    below(place, value).1
}

/// Whether the place itself is a field of its own, and the fields below it.
fn below(place: Place<'_>, value: &Value) -> (bool, FieldSet) {
    match (place.kind(Some(value)), value) {
        (Kind::Scalar, _) => (true, FieldSet::default()),
        (Kind::List, _) if place.items() == Items::Atomic => (true, FieldSet::default()),
        (Kind::Map, _) if place.is_atomic_map() => (true, FieldSet::default()),
        (Kind::List, Value::Array(items)) => (false, of_items(place, items)),
        (Kind::Map, Value::Object(fields)) => (false, of_fields(place, fields)),
        _ => (false, FieldSet::default()),
    }
}

fn of_fields(place: Place<'_>, fields: &Map<String, Value>) -> FieldSet {
    let mut set = FieldSet::default();
    for (name, value) in fields {
        let (own, inner) = below(place.field(name), value);
        let empty = value.is_null() || value.as_object().is_some_and(Map::is_empty);
        let element = Element::Field(name.clone());
        if own || empty || !place.names(name) {
            set.add(element.clone());
        }
        set.add_below(element, inner);
    }
    set
}

/// Items that are there more than once are owned as one, without their fields.
fn of_items(place: Place<'_>, items: &[Value]) -> FieldSet {
    let mut found: BTreeMap<Element, Vec<&Value>> = BTreeMap::new();
    for item in items {
        if let Ok(element) = place.element(item) {
            found.entry(element).or_default().push(item);
        }
    }
    let mut set = FieldSet::default();
    for (element, items) in found {
        set.add(element.clone());
        if let [item] = items.as_slice() {
            set.add_below(element, below(place.item(), item).1);
        }
    }
    set
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::codec::encode;
    use super::*;
    use crate::schema::Schema;

    fn fields(schema: &Value, value: &Value) -> Value {
        let schema = Schema::parse_kubernetes(schema).expect("a schema");
        encode(&of_value(Place::root(&schema), value))
    }

    #[test]
    fn named_parents_are_implied_and_keys_of_maps_are_not() {
        let schema = json!({"type": "object", "properties": {
            "spec": {"type": "object", "properties": {"size": {"type": "integer"}}},
            "data": {"type": "object", "additionalProperties": {
                "type": "object", "properties": {"a": {"type": "string"}}
            }}
        }});
        assert_eq!(
            fields(&schema, &json!({"spec": {"size": 1}, "data": {"k": {"a": "x"}}})),
            json!({"f:spec": {"f:size": {}}, "f:data": {"f:k": {".": {}, "f:a": {}}}})
        );
    }

    #[test]
    fn lists_are_owned_as_their_type_says() {
        let item = json!({"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"}, "size": {"type": "integer"}
        }});
        let schema = json!({"type": "object", "properties": {
            "whole": {"type": "array", "items": item},
            "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
            "map": {
                "type": "array", "items": item,
                "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]
            }
        }});
        let value = json!({"whole": [{"name": "a"}], "set": ["x"], "map": [{"name": "a", "size": 1}]});
        assert_eq!(
            fields(&schema, &value),
            json!({
                "f:whole": {}, "f:set": {"v:\"x\"": {}},
                "f:map": {"k:{\"name\":\"a\"}": {".": {}, "f:name": {}, "f:size": {}}}
            })
        );
    }

    #[test]
    fn empty_objects_and_nulls_are_owned_and_empty_keyed_lists_are_not() {
        let schema = json!({"type": "object", "properties": {
            "object": {"type": "object", "properties": {"a": {"type": "string"}}},
            "null": {"type": "string", "nullable": true},
            "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
            "list": {"type": "array", "items": {"type": "string"}}
        }});
        let value = json!({"object": {}, "null": null, "set": [], "list": []});
        assert_eq!(fields(&schema, &value), json!({"f:object": {}, "f:null": {}, "f:list": {}}));
    }

    #[test]
    fn unknown_places_are_owned_field_by_field_with_their_parents() {
        let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
        assert_eq!(
            fields(&schema, &json!({"a": {"b": [1, {"c": 2}], "d": {}}})),
            json!({"f:a": {".": {}, "f:b": {}, "f:d": {}}})
        );
    }

    #[test]
    fn items_that_are_there_twice_are_owned_without_their_fields() {
        let schema = json!({"type": "object", "properties": {"set": {
            "type": "array", "x-kubernetes-list-type": "set", "items": {"type": "integer"}
        }}});
        assert_eq!(fields(&schema, &json!({"set": [1, 1, 2]})), json!({"f:set": {"v:1": {}, "v:2": {}}}));
    }
}
