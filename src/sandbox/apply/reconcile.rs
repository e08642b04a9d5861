//! Owners under a schema that has changed since they wrote.

use super::element::Element;
use super::field_set::FieldSet;
use super::place::{Items, Kind, Place};

/// Whoever owned something inside a list or map that merges as a whole by now owns the whole. The other way
/// round needs nothing: an owner of the whole goes on owning the place alone.
pub(super) fn reconciled(place: Place<'_>, set: &FieldSet) -> FieldSet {
    let mut fitting = FieldSet::default();
    set.members().for_each(|element| fitting.add(element.clone()));
    for (element, below) in set.children() {
        match inner(place, element) {
            Some(place) if merges_whole(place) => fitting.add(element.clone()),
            Some(place) => fitting.add_below(element.clone(), reconciled(place, below)),
            None => fitting.add_below(element.clone(), below.clone()),
        }
    }
    fitting
}

fn inner<'s>(place: Place<'s>, element: &Element) -> Option<Place<'s>> {
    match (place.kind(None), element) {
        (Kind::Map, Element::Field(name)) => place.declared(name),
        (Kind::List, _) => Some(place.item()),
        _ => None,
    }
}

fn merges_whole(place: Place<'_>) -> bool {
    match place.kind(None) {
        Kind::Scalar => false,
        Kind::Map => place.is_atomic_map(),
        Kind::List => place.items() == Items::Atomic,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::codec::{decode, encode};
    use super::*;
    use crate::schema::Schema;

    fn fitting(property: &Value, fields: &Value) -> Value {
        let schema = json!({"type": "object", "properties": {"p": property, "s": {"type": "string"}}});
        let schema = Schema::parse_kubernetes(&schema).expect("a schema");
        encode(&reconciled(Place::root(&schema), &decode(fields).expect("a set")))
    }

    #[test]
    fn owners_of_items_own_a_list_that_became_atomic() {
        let list = json!({"type": "array", "items": {"type": "string"}});
        let before = json!({"f:p": {"v:\"a\"": {}}, "f:s": {}});
        assert_eq!(fitting(&list, &before), json!({"f:p": {}, "f:s": {}}));
        assert_eq!(fitting(&list, &json!({"f:p": {}})), json!({"f:p": {}}));
    }

    #[test]
    fn owners_of_fields_own_a_map_that_became_atomic() {
        let map =
            json!({"type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": {"type": "string"}});
        assert_eq!(fitting(&map, &json!({"f:p": {".": {}, "f:a": {}}})), json!({"f:p": {}}));
    }

    #[test]
    fn what_merges_field_by_field_stays_as_it_is_and_so_does_what_is_unknown() {
        let map = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
        let fields = json!({"f:p": {".": {}, "f:a": {"f:b": {}}}, "f:gone": {"f:x": {}}});
        assert_eq!(fitting(&map, &fields), fields);
    }
}
