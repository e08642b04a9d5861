//! Which fields differ between two objects.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::element::{Element, same};
use super::field_set::FieldSet;
use super::place::{Items, Kind, Place};

/// What differs, field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    /// Fields that only the old object has.
    pub(super) removed: FieldSet,
    /// Fields of both with different values.
    pub(super) modified: FieldSet,
    /// Fields that only the new object has.
    pub(super) added: FieldSet,
}

impl Comparison {
    /// What the new object says otherwise than the old one.
    pub(super) fn written(&self) -> FieldSet {
        self.modified.union(&self.added)
    }

    /// All that differs.
    pub(super) fn all(&self) -> FieldSet {
        self.written().union(&self.removed)
    }
}

/// Compares two objects of one schema.
pub(super) fn compare(place: Place<'_>, old: &Value, new: &Value) -> Result<Comparison, String> {
    let mut walk = Walk { path: Vec::new(), found: Comparison::default() };
    walk.both(place, Some(old), Some(new))?;
    Ok(walk.found)
}

struct Walk {
    path: Vec<Element>,
    found: Comparison,
}

/// A value before and after; one of them is there.
type Sides<'v, T> = (Option<&'v T>, Option<&'v T>);

impl Walk {
    fn both(&mut self, place: Place<'_>, old: Option<&Value>, new: Option<&Value>) -> Result<(), String> {
        let (before, after) = (place.deduce(old), place.deduce(new));
        if let (Some(_), Some(_), true) = (old, new, before != after) {
            // One kind of value replaces another: what the old one had counts, too.
            self.walk(place, before.unwrap_or(Kind::Map), old, new)?;
        }
        let kind = if new.is_some() { after } else { before };
        let leaf = self.walk(place, kind.unwrap_or(Kind::Map), old, new)?;
        if !leaf && (old.is_none() || new.is_none()) {
            self.leaf(old, new);
        }
        Ok(())
    }

    /// Whether the place is a leaf, and booked.
    fn walk(&mut self, place: Place<'_>, kind: Kind, old: Option<&Value>, new: Option<&Value>) -> Result<bool, String> {
        match kind {
            Kind::Scalar => {}
            Kind::Map => {
                let (before, after) = (old.and_then(Value::as_object), new.and_then(Value::as_object));
                let empty = before.is_none_or(Map::is_empty) && after.is_none_or(Map::is_empty);
                if !empty && !place.is_atomic_map() {
                    return self.fields(place, (before, after)).map(|()| false);
                }
            }
            Kind::List => {
                let (before, after) = (old.and_then(Value::as_array), new.and_then(Value::as_array));
                let empty = before.is_none_or(Vec::is_empty) && after.is_none_or(Vec::is_empty);
                if !empty && place.items() != Items::Atomic {
                    return self.items(place, (before, after)).map(|()| false);
                }
            }
        }
        self.leaf(old, new);
        Ok(true)
    }

    fn leaf(&mut self, old: Option<&Value>, new: Option<&Value>) {
        match (old, new) {
            (None, _) => self.found.added.insert(&self.path),
            (_, None) => self.found.removed.insert(&self.path),
            (Some(old), Some(new)) if !same(old, new) => self.found.modified.insert(&self.path),
            _ => {}
        }
    }

    fn fields(&mut self, place: Place<'_>, (old, new): Sides<'_, Map<String, Value>>) -> Result<(), String> {
        let names: BTreeSet<&String> = old.into_iter().chain(new).flat_map(Map::keys).collect();
        for name in names {
            let (before, after) = (old.and_then(|old| old.get(name)), new.and_then(|new| new.get(name)));
            self.below(Element::Field(name.clone()), place.field(name), before, after)?;
        }
        Ok(())
    }

    fn below(
        &mut self,
        element: Element,
        place: Place<'_>,
        old: Option<&Value>,
        new: Option<&Value>,
    ) -> Result<(), String> {
        self.path.push(element);
        let result = self.both(place, old, new);
        self.path.pop();
        result
    }

    /// Items that are there more than once count as one value, and only while there are several.
    fn items(&mut self, place: Place<'_>, (old, new): Sides<'_, Vec<Value>>) -> Result<(), String> {
        let (before, mut after) = (by_name(place, old)?, by_name(place, new)?);
        for (element, old) in before {
            let new = after.remove(&element).unwrap_or_default();
            self.item(element, place, &old, &new)?;
        }
        for (element, new) in after {
            self.item(element, place, &[], &new)?;
        }
        Ok(())
    }

    fn item(&mut self, element: Element, place: Place<'_>, old: &[&Value], new: &[&Value]) -> Result<(), String> {
        match (old, new) {
            (&[] | &[_], &[] | &[_]) => self.below(element, place.item(), old.first().copied(), new.first().copied()),
            (&[_, _, ..], &[_, _, ..]) => {
                if old.len() != new.len() || old.iter().zip(new).any(|(old, new)| !same(old, new)) {
                    self.book(element, |found| &mut found.modified);
                }
                Ok(())
            }
            (&[_, _, ..], single) => {
                if let Some(single) = single.first() {
                    self.below(element.clone(), place.item(), None, Some(single))?;
                }
                self.book(element, |found| &mut found.removed);
                Ok(())
            }
            (single, _) => {
                if let Some(single) = single.first() {
                    self.below(element.clone(), place.item(), Some(single), None)?;
                }
                self.book(element, |found| &mut found.added);
                Ok(())
            }
        }
    }

    fn book(&mut self, element: Element, set: impl FnOnce(&mut Comparison) -> &mut FieldSet) {
        self.path.push(element);
        set(&mut self.found).insert(&self.path);
        self.path.pop();
    }
}

fn by_name<'v>(place: Place<'_>, list: Option<&'v Vec<Value>>) -> Result<BTreeMap<Element, Vec<&'v Value>>, String> {
    let mut found: BTreeMap<Element, Vec<&Value>> = BTreeMap::new();
    for (at, item) in list.into_iter().flatten().enumerate() {
        let element = place.element(item).map_err(|error| format!("element {at}: {error}"))?;
        found.entry(element).or_default().push(item);
    }
    Ok(found)
}
