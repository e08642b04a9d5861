//! What the sandbox serves: built-in kinds and those of custom resource definitions.

mod apart;
mod builtin;
mod builtin_schema;
mod cells;
mod column;
mod custom;
mod event;
mod json_path;
mod kind;
mod strategy;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

pub(crate) use column::Column;
pub(crate) use custom::{CLEANUP, CRDS, establish, refuse_change};
pub(crate) use kind::{Kind, Shape};
pub(crate) use strategy::{before_write, check_change, default_created, found};

use super::store::Bucket;

/// Every kind that is served, by resource; the versions of one resource in the order of preference.
#[derive(Clone, Debug)]
pub(crate) struct Kinds(BTreeMap<Bucket, Vec<Arc<Kind>>>);

impl Kinds {
    /// The built-in kinds.
    pub(crate) fn builtin() -> Self {
        let mut kinds = Self(BTreeMap::new());
        for kind in builtin::kinds() {
            let bucket = Bucket::new(&kind.group, &kind.plural);
            kinds.0.entry(bucket).or_default().push(Arc::clone(kind));
        }
        kinds
    }

    /// The kind behind a group, version and plural.
    pub(crate) fn get(&self, group: &str, version: &str, plural: &str) -> Option<&Arc<Kind>> {
        self.0.get(&Bucket::new(group, plural))?.iter().find(|kind| kind.version == version)
    }

    /// The kind in which the objects of a bucket are stored.
    pub(crate) fn stored(&self, bucket: &Bucket) -> Option<&Arc<Kind>> {
        let versions = self.0.get(bucket)?;
        versions.iter().find(|kind| kind.stored).or_else(|| versions.first())
    }

    /// A kind by what objects say of themselves.
    pub(crate) fn named(&self, group: &str, version: &str, kind: &str) -> Option<&Arc<Kind>> {
        self.all().find(|known| known.group == group && known.version == version && known.kind == kind)
    }

    /// Serves the versions of a definition, in place of what it served before.
    pub(crate) fn define(&mut self, crd: &Value) {
        let bucket = custom::bucket(crd);
        self.0.insert(bucket, custom::kinds(crd));
    }

    /// Serves a resource no more.
    pub(crate) fn withdraw(&mut self, bucket: &Bucket) {
        self.0.remove(bucket);
    }

    /// Every kind, in the order of groups, resources and preference.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Kind>> {
        self.0.values().flatten()
    }
}

#[cfg(test)]
mod tests;
