//! Fields that a manager no longer applies.

use serde_json::{Map, Value};

use super::element::Element;
use super::field_set::FieldSet;
use super::of_value::of_value;
use super::place::{Items, Kind, Place, with_named_parents};

/// Removes from `merged` what the applying manager owned (`last`) and nobody owns now (`owned`: the fields
/// of all managers, the new ones of the applying manager among them).
pub(super) fn prune(place: Place<'_>, merged: &Value, last: &FieldSet, owned: &FieldSet) -> Value {
    let last = with_named_parents(Some(place), last);
    let all = with_named_parents(Some(place), &of_value(place, merged));
    let fields = |value: &Value| with_named_parents(Some(place), &of_value(place, value));
    // All that goes with what was owned, and then back what somebody owns. ...
    let pruned = remove(place, merged, &last);
    let kept = fields(&pruned).union(&with_named_parents(Some(place), owned));
    let pruned = remove(place, merged, &all.difference(&kept));
    // ... What hangs below a removed field but was never the manager's own comes back, too.
    remove(place, merged, &all.difference(&fields(&pruned)).intersection(&last))
}

/// `value` without some fields; null where nothing is left.
pub(super) fn remove(place: Place<'_>, value: &Value, fields: &FieldSet) -> Value {
    match (place.kind(Some(value)), value) {
        (Kind::Scalar, _) => value.clone(),
        (Kind::Map, Value::Object(object)) if !place.is_atomic_map() => remove_fields(place, object, fields),
        (Kind::List, Value::Array(items)) if place.items() != Items::Atomic => remove_items(place, items, fields),
        _ => Value::Null,
    }
}

fn remove_fields(place: Place<'_>, object: &Map<String, Value>, fields: &FieldSet) -> Value {
    let mut left = Map::new();
    for (name, value) in object {
        let element = Element::Field(name.clone());
        if !fields.has(&element) {
            left.insert(name.clone(), inside(place.field(name), value, fields.below(&element)));
        }
    }
    if left.is_empty() { Value::Null } else { Value::Object(left) }
}

fn remove_items(place: Place<'_>, items: &[Value], fields: &FieldSet) -> Value {
    let mut left = Vec::new();
    for item in items {
        let Ok(element) = place.element(item) else {
            left.push(item.clone());
            continue;
        };
        if !fields.has(&element) {
            left.push(inside(place.item(), item, fields.below(&element)));
        }
    }
    if left.is_empty() { Value::Null } else { Value::Array(left) }
}

fn inside(place: Place<'_>, value: &Value, fields: Option<&FieldSet>) -> Value {
    fields.map_or_else(|| value.clone(), |fields| remove(place, value, fields))
}
