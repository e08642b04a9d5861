//! From objects in the cluster to a [`Catalog`], strictly: what the API server let through and this release
//! does not know is a fault of that object alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::api::{SourceObject, Target};
use crate::catalog::{Catalog, Kinds, Origin};
use crate::controller::entry::ObjectEntry;
use crate::controller::world::Watched;
use crate::yaml::Positions;

use super::blame::{Faults, Owner, Texts};
use super::snapshot::Snapshot;

/// All objects of the catalog, read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) catalog: Catalog,
    pub(super) texts: Texts,
    /// What is wrong with objects by themselves.
    pub(super) faults: Faults,
    /// UID and generation of what was read.
    identities: BTreeMap<Owner, (String, i64)>,
    /// Stands in where a component is judged without a profile.
    nowhere: Option<Positions>,
}

/// The kinds that are read, with the names that the catalog knows them by.
pub(super) const KINDS: [(Watched, &str); 4] = [
    (Watched::Offering, "OpenBaoServiceOffering"),
    (Watched::Profile, "OpenBaoServiceProfile"),
    (Watched::Component, "OpenBaoServiceComponent"),
    (Watched::RuleSet, "OpenBaoRuleSet"),
];

impl Snapshot {
    pub(super) fn objects(&self, kind: Watched) -> &[Arc<ObjectEntry>] {
        match kind {
            Watched::Offering => &self.offerings,
            Watched::Profile => &self.profiles,
            Watched::Component => &self.components,
            Watched::RuleSet => &self.rule_sets,
            Watched::Revision => &self.revisions,
            _ => &[],
        }
    }

    fn identities(&self) -> BTreeMap<Owner, (String, i64)> {
        let named = KINDS.iter().flat_map(|(kind, _)| self.objects(*kind).iter().map(|entry| (*kind, &entry.meta)));
        named.map(|(kind, meta)| (Owner::new(kind, &meta.at.name), (meta.uid.clone(), meta.generation))).collect()
    }
}

impl Reading {
    /// Reads what a snapshot holds.
    pub(super) fn of(snapshot: &Snapshot, kinds: &Kinds) -> Self {
        let mut reading = Self { identities: snapshot.identities(), ..Self::default() };
        for (kind, name) in KINDS {
            for entry in snapshot.objects(kind) {
                let spec = entry.object.get("spec");
                reading.add(&Owner::new(kind, &entry.meta.at.name), name, spec, kinds);
            }
        }
        reading.with_nowhere()
    }

    /// Reads the objects that a revision keeps.
    pub(super) fn of_sources(sources: &[SourceObject], kinds: &Kinds) -> Self {
        let mut reading = Self::default();
        for source in sources {
            let known = KINDS.iter().find(|(_, name)| *name == source.kind);
            if let Some((kind, name)) = known {
                reading.add(&Owner::new(*kind, &source.name), name, Some(&source.spec.0), kinds);
            }
        }
        reading
    }

    /// Whether this is what reading the snapshot would give: specs change with generations only.
    pub(super) fn is_of(&self, snapshot: &Snapshot) -> bool {
        self.identities == snapshot.identities()
    }

    /// UID and generation of an object that was read.
    pub(super) fn identity(&self, owner: &Owner) -> Option<&(String, i64)> {
        self.identities.get(owner)
    }

    fn add(&mut self, owner: &Owner, kind: &str, spec: Option<&Json>, kinds: &Kinds) {
        let found = match self.texts.document(owner.clone(), kind, spec) {
            Ok(document) => self.catalog.add(document, kinds),
            Err(found) => found,
        };
        for (owner, faults) in self.texts.blame(owner, found) {
            self.faults.entry(owner).or_default().extend(faults);
        }
    }

    fn with_nowhere(mut self) -> Self {
        let document = self.texts.document(Owner::new(Watched::Profile, ""), "OpenBaoServiceProfile", None);
        self.nowhere = document.ok().map(|document| document.positions);
        self
    }

    /// An origin for a profile that nobody wrote.
    pub(super) fn nowhere(&self) -> Option<Arc<Origin>> {
        let positions = self.nowhere.clone()?;
        let kind = "OpenBaoServiceProfile".to_owned();
        Some(Arc::new(Origin { kind, namespace: None, name: String::new(), positions }))
    }
}

/// The target that a component is judged against where no profile names one.
pub(super) fn target_of(release: &str, kind: &str) -> Target {
    Target { kind: kind.to_owned(), releases: vec![release.to_owned()] }
}
