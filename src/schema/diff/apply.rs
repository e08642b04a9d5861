//! Carrying changes over to an object.

use serde_json::Value;

use super::Change;
use crate::schema::path::{Blocked, Path, Segment, get, insert, remove};

/// Makes the changes in `value`: applied to the old object of a diff, this gives the new one, up to the
/// order of items in set and map lists.
pub fn apply(value: &mut Value, changes: &[Change]) -> Result<(), Blocked> {
    let gone = || changes.iter().filter(|change| change.new.is_none()).map(|change| &change.path);
    for path in gone().filter(|path| item_of_key(path).is_none()) {
        remove(value, path);
        drop_emptied(value, path.clone());
    }
    // An item is found by its key fields, so these go last, and the item with them.
    for item in gone().filter_map(item_of_key) {
        remove(value, &item);
        drop_emptied(value, item);
    }
    // Sorted by path, so a container is put in place before what it holds.
    for change in changes {
        if let Some(new) = &change.new {
            insert(value, &change.path, new.clone())?;
        }
    }
    Ok(())
}

/// The item of a map list whose key field `path` is.
fn item_of_key(path: &Path) -> Option<Path> {
    match path.segments() {
        [.., Segment::Key(keys), Segment::Field(name)] if keys.contains_key(name) => path.parent(),
        _ => None,
    }
}

/// A container that has lost its last entry goes with it; one that stays says so in a change.
fn drop_emptied(value: &mut Value, mut path: Path) {
    while path.pop().is_some() && !path.is_root() {
        let empty = match get(value, &path) {
            Some(Value::Object(fields)) => fields.is_empty(),
            Some(Value::Array(items)) => items.is_empty(),
            _ => false,
        };
        if !empty {
            return;
        }
        remove(value, &path);
    }
}
