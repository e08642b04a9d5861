//! What differs between two objects of one schema.

mod apply;
mod list;

use serde_json::{Map, Value};

use super::node::{ListType, MAX_VALUE_DEPTH, MapType, Schema};
use super::path::{Path, Segment};
use super::validate::nests_deeper;

pub use apply::apply;

/// One difference.
///
/// The unit is a scalar, a list or map that merges as a whole, or an empty container. `{}` and absent
/// are two things; `null` and absent are, too.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where.
    pub path: Path,
    /// What was there; `None` where nothing was.
    pub old: Option<Value>,
    /// What is there now; `None` where nothing is.
    pub new: Option<Value>,
}

/// What differs between two objects that have their defaults and the numbers' normal form; sorted by
/// path, so the same for the same objects.
///
/// A subtree that appears or vanishes is a change at each leaf, empty containers among them. A container
/// that loses its last entry and stays is, beside that, a change of its own. Where one kind of value
/// replaces another, the place changes and so does each leaf below. Items of a map list are matched by
/// key in any order, sets are compared as sets; if keys are missing or double, as a whole.
///
/// Values nested deeper than [`MAX_VALUE_DEPTH`], which no schema accepts, are not looked into: the root
/// is told as changed, from null to null.
pub fn diff(schema: &Schema, old: &Value, new: &Value) -> Vec<Change> {
    let mut walk = Walk { path: Path::root(), changes: Vec::new() };
    if [old, new].into_iter().any(|value| nests_deeper(value, MAX_VALUE_DEPTH)) {
        walk.change(Some(Value::Null), Some(Value::Null));
        return walk.changes;
    }
    walk.compare(Some(schema), Some(old), Some(new));
    walk.changes.sort_by(|a, b| a.path.cmp(&b.path));
    walk.changes
}

/// How the inside of a value is compared.
enum Form {
    Whole,
    Fields,
    Set,
    Items,
}

struct Walk {
    path: Path,
    changes: Vec<Change>,
}

impl Walk {
    fn change(&mut self, old: Option<Value>, new: Option<Value>) {
        self.changes.push(Change { path: self.path.clone(), old, new });
    }

    fn compare(&mut self, schema: Option<&Schema>, old: Option<&Value>, new: Option<&Value>) {
        match (old, new) {
            (None, None) => {}
            (Some(old), Some(new)) => self.both(schema, old, new),
            (old, new) => match old.or(new).map(|value| (form(schema, value), value)) {
                Some((Form::Fields, Value::Object(fields))) if !fields.is_empty() => {
                    let (old, new) = (old.and_then(Value::as_object), new.and_then(Value::as_object));
                    self.fields(schema, old, new);
                }
                Some((Form::Items, Value::Array(items))) if !items.is_empty() => {
                    let (old, new) = (old.and_then(Value::as_array), new.and_then(Value::as_array));
                    self.keyed(schema, old.map_or(&[], Vec::as_slice), new.map_or(&[], Vec::as_slice));
                }
                _ => self.change(old.cloned(), new.cloned()),
            },
        }
    }

    fn both(&mut self, schema: Option<&Schema>, old: &Value, new: &Value) {
        match (form(schema, old), form(schema, new), old, new) {
            (Form::Fields, Form::Fields, Value::Object(before), Value::Object(after)) => {
                if after.is_empty() && !before.is_empty() && !self.path.is_root() {
                    self.change(Some(old.clone()), Some(new.clone()));
                }
                self.fields(schema, Some(before), Some(after));
            }
            (Form::Items, Form::Items, Value::Array(before), Value::Array(after)) => {
                if after.is_empty() && !before.is_empty() {
                    self.change(Some(old.clone()), Some(new.clone()));
                }
                self.keyed(schema, before, after);
            }
            (Form::Set, Form::Set, Value::Array(before), Value::Array(after)) => {
                if !list::same_set(before, after) {
                    self.change(Some(old.clone()), Some(new.clone()));
                }
            }
            (Form::Whole, Form::Whole, ..) if old == new => {}
            _ => {
                self.change(Some(old.clone()), Some(new.clone()));
                self.inside(schema, Some(old), None);
                self.inside(schema, None, Some(new));
            }
        }
    }

    /// The leaves below a value whose own place is told already.
    fn inside(&mut self, schema: Option<&Schema>, old: Option<&Value>, new: Option<&Value>) {
        match old.or(new) {
            Some(value @ Value::Object(_)) if matches!(form(schema, value), Form::Fields) => {
                self.fields(schema, old.and_then(Value::as_object), new.and_then(Value::as_object));
            }
            Some(value @ Value::Array(_)) if matches!(form(schema, value), Form::Items) => {
                let items = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
                self.keyed(schema, &items(old), &items(new));
            }
            _ => {}
        }
    }

    fn fields(&mut self, schema: Option<&Schema>, old: Option<&Map<String, Value>>, new: Option<&Map<String, Value>>) {
        let before = old.into_iter().flat_map(Map::keys);
        let after = new.into_iter().flat_map(Map::keys);
        let added = after.filter(|name| !old.is_some_and(|old| old.contains_key(*name)));
        for name in before.chain(added) {
            let below = schema.and_then(|schema| schema.field(name));
            self.path.push(Segment::Field(name.clone()));
            self.compare(below, old.and_then(|old| old.get(name)), new.and_then(|new| new.get(name)));
            self.path.pop();
        }
    }

    fn keyed(&mut self, schema: Option<&Schema>, old: &[Value], new: &[Value]) {
        let Some(schema) = schema else { return };
        for (key, before, after) in list::pairs(&schema.map_keys, old, new) {
            self.path.push(key);
            self.compare(schema.items.as_deref(), before, after);
            self.path.pop();
        }
    }
}

fn form(schema: Option<&Schema>, value: &Value) -> Form {
    match (value, schema) {
        (Value::Object(_), Some(schema)) if schema.map_type == MapType::Atomic => Form::Whole,
        (Value::Object(_), _) => Form::Fields,
        (Value::Array(_), Some(schema)) if schema.list_type == ListType::Set => Form::Set,
        (Value::Array(items), Some(schema)) if schema.list_type == ListType::Map => {
            if list::keys_are_unique(&schema.map_keys, items) { Form::Items } else { Form::Whole }
        }
        _ => Form::Whole,
    }
}

#[cfg(test)]
mod tests;
