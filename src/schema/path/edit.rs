//! Reading and changing the value at a path.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Path, Segment};

/// A path that cannot be reached, since something else stands in its way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot hold anything below it")]
pub struct Blocked(pub Path);

/// The value at `path`.
pub fn get<'a>(value: &'a Value, path: &Path) -> Option<&'a Value> {
    path.segments().iter().try_fold(value, |at, segment| match segment {
        Segment::Field(name) => at.as_object()?.get(name),
        Segment::Index(index) => at.as_array()?.get(*index),
        Segment::Key(keys) => at.as_array()?.iter().find(|item| has_keys(item, keys)),
    })
}

/// Puts `new` at `path`, making the parents that are absent, and hands back what was there.
///
/// A list item that is absent is added at the end; a position beyond the end is refused.
pub fn insert(value: &mut Value, path: &Path, new: Value) -> Result<Option<Value>, Blocked> {
    let mut at = value;
    for (depth, segment) in path.segments().iter().enumerate() {
        let blocked = || Blocked(path.segments().iter().take(depth).cloned().collect());
        at = enter(at, segment).ok_or_else(blocked)?;
    }
    let old = std::mem::replace(at, new);
    Ok(if old == Value::Null { None } else { Some(old) })
}

/// Takes the value at `path` away and hands it back; parents stay, even when that empties them.
pub fn remove(value: &mut Value, path: &Path) -> Option<Value> {
    let (last, above) = path.segments().split_last()?;
    let parent = above.iter().try_fold(value, |at, segment| match segment {
        Segment::Field(name) => at.as_object_mut()?.get_mut(name),
        Segment::Index(index) => at.as_array_mut()?.get_mut(*index),
        Segment::Key(keys) => at.as_array_mut()?.iter_mut().find(|item| has_keys(item, keys)),
    })?;
    match last {
        Segment::Field(name) => parent.as_object_mut()?.remove(name),
        Segment::Index(index) => {
            let items = parent.as_array_mut()?;
            (*index < items.len()).then(|| items.remove(*index))
        }
        Segment::Key(keys) => {
            let items = parent.as_array_mut()?;
            let index = items.iter().position(|item| has_keys(item, keys))?;
            Some(items.remove(index))
        }
    }
}

/// Whether a list item has these key fields; an absent field counts as `null`.
pub(super) fn has_keys(item: &Value, keys: &BTreeMap<String, Value>) -> bool {
    let own = |name: &String| item.get(name).unwrap_or(&Value::Null);
    item.is_object() && keys.iter().all(|(name, value)| own(name) == value)
}

/// One step down, making what is absent. `null` counts as absent.
fn enter<'a>(at: &'a mut Value, segment: &Segment) -> Option<&'a mut Value> {
    if at.is_null() {
        *at = match segment {
            Segment::Field(_) => Value::Object(Map::new()),
            Segment::Index(_) | Segment::Key(_) => Value::Array(Vec::new()),
        };
    }
    match (segment, at) {
        (Segment::Field(name), Value::Object(fields)) => Some(fields.entry(name.clone()).or_insert(Value::Null)),
        (Segment::Index(index), Value::Array(items)) => {
            if *index == items.len() {
                items.push(Value::Null);
            }
            items.get_mut(*index)
        }
        (Segment::Key(keys), Value::Array(items)) => {
            let index = items.iter().position(|item| has_keys(item, keys)).unwrap_or(items.len());
            if index == items.len() {
                let present = keys.iter().filter(|(_, value)| !value.is_null());
                items.push(Value::Object(present.map(|(k, v)| (k.clone(), v.clone())).collect()));
            }
            items.get_mut(index)
        }
        _ => None,
    }
}
