//! Maps.

use std::sync::Arc;

use super::{Key, Value};

/// The entries of a map in order of key, each key once. Cloning is O(1).
///
/// A slice and no tree: maps are made once, read often, and small.
#[derive(Clone, Debug)]
pub struct Entries(Arc<[(Key, Value)]>);

impl Entries {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value under a key.
    pub fn get(&self, key: &Key) -> Option<&Value> {
        let at = self.0.binary_search_by(|(own, _)| own.cmp(key)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// The value that `map[key]` finds.
    pub fn find(&self, key: &Value) -> Option<&Value> {
        let Value::String(text) = key else { return self.get(&Key::lookup(key)?) };
        let at = self.0.binary_search_by(|(own, _)| own.cmp_text(text)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// Keys and values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Key, &Value)> + Clone {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Keys.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Key> {
        self.iter().map(|(key, _)| key)
    }

    /// Values, in order of their keys.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }
}

/// Of entries with equal keys the last one stays.
impl FromIterator<(Key, Value)> for Entries {
    fn from_iter<I: IntoIterator<Item = (Key, Value)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        if !entries.is_sorted_by(|(a, _), (b, _)| a < b) {
            entries.reverse();
            // Stable: of equal keys the one that was last comes first now, and stays.
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            entries.dedup_by(|(later, _), (first, _)| later == first);
        }
        Self(entries.into())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::strategy::value;
    use super::*;

    fn key() -> impl Strategy<Value = Key> {
        prop_oneof![
            any::<bool>().prop_map(Key::Bool),
            (-2..3_i64).prop_map(Key::Int),
            (0..3_u64).prop_map(Key::Uint),
            "[ab]{0,2}".prop_map(|text| Key::string(&text)),
        ]
    }

    proptest! {
        #[test]
        fn entries_hold_what_an_ordered_map_would(
            entries in proptest::collection::vec((key(), any::<i64>().prop_map(Value::Int)), 0..12),
            wanted in key(),
        ) {
            let map: BTreeMap<_, _> = entries.iter().cloned().collect();
            let own: Entries = entries.into_iter().collect();
            prop_assert_eq!(own.iter().collect::<Vec<_>>(), map.iter().collect::<Vec<_>>());
            prop_assert_eq!(own.get(&wanted), map.get(&wanted));
            prop_assert_eq!(own.find(&wanted.to_value()), map.get(&wanted));
        }

        #[test]
        fn any_value_finds_what_the_key_that_it_is_finds(
            entries in proptest::collection::vec((key(), Just(Value::Null)), 0..12),
            wanted in value(),
        ) {
            let own: Entries = entries.into_iter().collect();
            prop_assert_eq!(own.find(&wanted), Key::lookup(&wanted).and_then(|key| own.get(&key)));
        }
    }
}
