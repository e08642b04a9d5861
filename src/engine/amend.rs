//! Contracts that differ from what a catalog renders: how tests show rules what no claim brings about.

use json_patch::merge;
use serde_json::Value as Json;

use crate::catalog::Target;

use super::contract::{Contract, Shown};

impl Contract {
    /// Changes what was rendered by a merge patch (RFC 7386), and completes and digests it anew. `spec` and `metadata`
    /// are the object's; `projections: {NAME: null}` takes a copy away, and says nothing else.
    pub(crate) fn amend(&mut self, patch: &Json, target: &Target) {
        let mut patch = patch.clone();
        let copies = patch.as_object_mut().and_then(|patch| patch.remove("projections")).unwrap_or_default();
        self.projections.retain(|copy| !copies.get(&copy.name).is_some_and(Json::is_null));
        merge(&mut self.object, &patch);
        let mut defaulted = self.object.clone();
        target.schema.apply_defaults(&mut defaulted);
        self.defaulted = Shown::new(defaulted);
        let keys = self.unique.iter().map(|key| (key.name.clone(), key.digest().to_string()));
        self.digest = Self::digest_of(&self.identity, &self.object, &self.projections, keys);
    }
}
