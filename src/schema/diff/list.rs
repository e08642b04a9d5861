//! Lists that merge by value or by key.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::schema::path::Segment;

/// Whether two lists hold the same values, in any order and however often.
pub(super) fn same_set(a: &[Value], b: &[Value]) -> bool {
    let texts = |items: &[Value]| items.iter().map(Value::to_string).collect::<BTreeSet<_>>();
    texts(a) == texts(b)
}

/// Whether every item is an object and no two have the same key.
pub(super) fn keys_are_unique(keys: &[String], items: &[Value]) -> bool {
    let own: BTreeSet<Segment> = items.iter().map(|item| key_of(keys, item)).collect();
    own.len() == items.len() && items.iter().all(Value::is_object)
}

/// The items of two lists by key, sorted by key.
pub(super) fn pairs<'a>(
    keys: &[String],
    old: &'a [Value],
    new: &'a [Value],
) -> Vec<(Segment, Option<&'a Value>, Option<&'a Value>)> {
    let mut pairs: BTreeMap<Segment, (Option<&Value>, Option<&Value>)> = BTreeMap::new();
    for item in old {
        pairs.entry(key_of(keys, item)).or_default().0 = Some(item);
    }
    for item in new {
        pairs.entry(key_of(keys, item)).or_default().1 = Some(item);
    }
    pairs.into_iter().map(|(key, (before, after))| (key, before, after)).collect()
}

/// An absent key field counts as `null`.
fn key_of(keys: &[String], item: &Value) -> Segment {
    let field = |key: &String| (key.clone(), item.get(key).cloned().unwrap_or(Value::Null));
    Segment::Key(keys.iter().map(field).collect())
}
