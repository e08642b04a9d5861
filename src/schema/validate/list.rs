//! Uniqueness in `set` and `map` lists.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Judge;
use crate::schema::node::{ListType, Schema};
use crate::schema::path::Name;
use crate::schema::violation::ViolationKind;

impl Judge<'_> {
    pub(super) fn list_keys(&mut self, items: &[Value], schema: &Schema) {
        match schema.list_type {
            ListType::Atomic => {}
            ListType::Set => self.set(items),
            ListType::Map => self.map(items, &schema.map_keys),
        }
    }

    fn set(&mut self, items: &[Value]) {
        let (mut seen, mut told) = (BTreeSet::new(), BTreeSet::new());
        for (at, item) in items.iter().enumerate() {
            let text = item.to_string();
            // A third appearance says nothing new.
            if !seen.insert(text.clone()) && told.insert(text) {
                let found = item.clone();
                self.below(Name::Index(at), |judge| judge.report(ViolationKind::DuplicateItem { found }));
            }
        }
    }

    /// An absent key field is a key value of its own, as in Kubernetes.
    fn map(&mut self, items: &[Value], keys: &[String]) {
        let mut seen = BTreeSet::new();
        for (at, item) in items.iter().enumerate() {
            if !item.is_object() && !item.is_null() {
                let kind = ViolationKind::KeylessItem { found: item.clone(), keys: keys.to_vec() };
                self.below(Name::Index(at), |judge| judge.report(kind));
                continue;
            }
            let own = keys.iter().filter_map(|key| Some(format!("{key}={}", item.get(key)?)));
            let key = own.collect::<Vec<_>>().join(", ");
            if !seen.insert(key.clone()) {
                let key = if key.is_empty() { "no key".to_owned() } else { format!("key `{key}`") };
                self.below(Name::Index(at), |judge| judge.report(ViolationKind::DuplicateKey { key }));
            }
        }
    }
}
