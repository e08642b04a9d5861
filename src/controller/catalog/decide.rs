//! The reconcile without its hands: from a snapshot to what is to be written, and to what claims see.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::api::{CatalogDiagnostic, ProfileStatus};
use crate::catalog::{Digest, Kinds, Offering, Revision, Targets};
use crate::controller::entry::ObjectEntry;
use crate::controller::names::Named;
use crate::controller::registry::{Bound, ProfileState, Registry};
use crate::controller::world::Watched;
use crate::diagnostic::Code;

use super::blame::{Faults, MAX_SHOWN, Owner, summary};
use super::collect::{Condemned, surplus};
use super::compile::{Cache, Closure, Unlinked};
use super::read::Reading;
use super::revisions::{self, Library, library, next_number, revision_name};
use super::settle::{Now, Step, Track};
use super::snapshot::Snapshot;
use super::status::{self, StatusWrite};

/// What is remembered between reconciles. Losing it costs work and one more wait, never truth.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    reading: Reading,
    cache: Cache,
    tracks: BTreeMap<String, Track>,
    condemned: Condemned,
}

/// What decisions take from outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'a> {
    pub(super) kinds: &'a Kinds,
    pub(super) targets: &'a Targets,
    pub(super) settle: Duration,
    pub(super) history: usize,
    /// Time on the reconciler's own clock, which never jumps.
    pub(super) time: Duration,
    /// The time that is shown.
    pub(super) wall: Timestamp,
}

/// What is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    /// What claims see from now on.
    pub(super) registry: Registry,
    /// Revisions to be made.
    pub(super) make: Vec<NewRevision>,
    /// Statuses that differ.
    pub(super) statuses: Vec<StatusWrite>,
    /// Revisions to be deleted, with their UIDs.
    pub(super) delete: Vec<(Named, String)>,
    /// When to look again although nothing happens.
    pub(super) next: Option<Duration>,
}

/// A revision to be made.
#[derive(Debug)]
pub(super) struct NewRevision {
    pub(super) profile: Arc<ObjectEntry>,
    pub(super) name: String,
    pub(super) number: i64,
    pub(super) object: Json,
}

/// A profile, judged.
#[derive(Debug)]
pub(super) struct Profile {
    pub(super) entry: Arc<ObjectEntry>,
    /// The revision that it is now, made or not.
    pub(super) content: Result<Arc<Revision>, Unlinked>,
    /// What new claims get.
    pub(super) current: Option<String>,
    found: Faults,
    make: Option<NewRevision>,
    wait: Option<Duration>,
}

/// Everything that was found out in one round.
#[derive(Debug)]
pub(super) struct Standing<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) reading: &'a Reading,
    pub(super) library: Library,
    pub(super) profiles: BTreeMap<String, Profile>,
    pub(super) offerings: BTreeMap<String, Result<Arc<Offering>, Vec<CatalogDiagnostic>>>,
    /// Faults of components; empty where there is none.
    pub(super) components: BTreeMap<String, Vec<CatalogDiagnostic>>,
    /// Faults of rule sets; empty where there is none.
    pub(super) rule_sets: BTreeMap<String, Vec<CatalogDiagnostic>>,
    pub(super) surplus: BTreeSet<String>,
    pub(super) wall: Timestamp,
}

impl Remembered {
    /// Decides what a snapshot asks for.
    pub(super) fn decide(&mut self, snapshot: &Snapshot, around: Surroundings<'_>) -> Plan {
        let Self { reading, cache, tracks, condemned } = self;
        if !reading.is_of(snapshot) {
            *reading = Reading::of(snapshot, around.kinds);
        }
        let library = library(&snapshot.revisions, cache, around.kinds, around.targets);
        let mut round = Round { snapshot, reading, library: &library, cache, around };
        let profiles = round.profiles(tracks);
        let offerings = round.offerings(&profiles);
        let components = round.components(&profiles);
        let mut registry = Registry { ready: true, ..Registry::default() };
        let rule_sets = round.rule_sets(&mut registry);
        cache.end_round();
        let current: BTreeSet<_> = profiles.values().filter_map(|profile| profile.current.as_deref()).collect();
        let surplus = surplus(&library, snapshot, &current, around.history);
        let verdict = condemned.judge(&surplus, &library, around.time);
        let standing = Standing {
            snapshot,
            reading,
            library,
            profiles,
            offerings,
            components,
            rule_sets,
            surplus,
            wall: around.wall,
        };
        standing.register(&mut registry);
        let statuses = status::differing(&standing);
        let waits = standing.profiles.values().filter_map(|profile| profile.wait);
        let next = waits.chain(verdict.wait).min();
        let make = standing.profiles.into_values().filter_map(|profile| profile.make).collect();
        Plan { registry, make, statuses, delete: verdict.delete, next }
    }
}

/// One pass over everything.
struct Round<'a> {
    snapshot: &'a Snapshot,
    reading: &'a Reading,
    library: &'a Library,
    cache: &'a mut Cache,
    around: Surroundings<'a>,
}

impl Round<'_> {
    fn profiles(&mut self, tracks: &mut BTreeMap<String, Track>) -> BTreeMap<String, Profile> {
        let mut before = std::mem::take(tracks);
        let mut judged = BTreeMap::new();
        for entry in &self.snapshot.profiles {
            let name = &entry.meta.at.name;
            // A profile of the same name with another UID is another one: nothing of it has been seen.
            let key = format!("{name}/{}", entry.meta.uid);
            let (track, profile) = self.profile(entry, before.remove(&key).as_ref());
            tracks.insert(key, track);
            judged.insert(name.clone(), profile);
        }
        judged
    }

    fn profile(&mut self, entry: &Arc<ObjectEntry>, known: Option<&Track>) -> (Track, Profile) {
        let name = &entry.meta.at.name;
        let (content, found, object) = self.content(name);
        let wanted = content.as_ref().ok().map(|revision| (&revision.digest, revision.name.as_str()));
        let usable = |name: &str| self.library.get(name).is_some_and(|stored| stored.compiled.is_ok());
        let told = entry.status::<ProfileStatus>().ok().and_then(|status| status.current_revision);
        let told = told.map(|revision| revision.name).filter(|told| self.is_of(told, name));
        let now = Now {
            time: self.around.time,
            settle: self.around.settle,
            content: wanted,
            stored: wanted.is_some_and(|(_, name)| usable(name)),
            told: told.as_deref(),
            newest: self.newest(name, &entry.meta.uid),
        };
        let (track, step) = Track::advance(known, now, usable);
        let number = next_number(name, self.library);
        let make = object.filter(|_| step == Step::Make).and_then(|object| {
            let revision = wanted.map(|(_, name)| name.to_owned())?;
            Some(NewRevision { profile: Arc::clone(entry), name: revision, number, object })
        });
        let wait = if let Step::Wait(left) = step { Some(left) } else { None };
        let profile = Profile { entry: Arc::clone(entry), current: track.current.clone(), content, found, make, wait };
        (track, profile)
    }

    /// What a profile compiles to now, faults by object, and the revision object where there is none yet.
    fn content(&mut self, name: &str) -> (Result<Arc<Revision>, Unlinked>, Faults, Option<Json>) {
        let closure = match Closure::of(name, self.reading) {
            Ok(closure) => closure,
            Err(unlinked) => return (Err(unlinked), Faults::new(), None),
        };
        let outcome = self.cache.closure(name, &closure.digest, self.reading, self.around.targets);
        let Some(revision) = outcome.value.clone() else {
            let diagnostics = in_profile(name, &outcome.faults, self.reading);
            return (Err(Unlinked { reason: "NotCompiled", diagnostics }), outcome.faults.clone(), None);
        };
        let fault = |reason, fault| (Err(Unlinked { reason, diagnostics: vec![fault] }), Faults::new(), None);
        match self.library.get(&revision_name(name, &closure.digest)).map(|stored| &stored.compiled) {
            Some(Ok(_)) => (Ok(revision), Faults::new(), None),
            Some(Err(broken)) => fault("RevisionUnusable", taken(&revision.name, &broken.diagnostics)),
            None => match revisions::object(name, &closure, next_number(name, self.library)) {
                Ok(object) => (Ok(revision), Faults::new(), Some(object)),
                Err(diagnostic) => fault("TooLarge", diagnostic),
            },
        }
    }

    fn is_of(&self, revision: &str, profile: &str) -> bool {
        self.library.get(revision).is_some_and(|stored| stored.profile == profile)
    }

    /// The usable revision with the highest number that was made from exactly this profile.
    fn newest(&self, profile: &str, uid: &str) -> Option<&str> {
        let of = self.library.iter().filter(|(_, stored)| {
            stored.profile == profile && stored.compiled.is_ok() && stored.profile_uid.as_deref() == Some(uid)
        });
        of.max_by_key(|(_, stored)| stored.number).map(|(name, _)| name.as_str())
    }

    fn offerings(
        &mut self,
        profiles: &BTreeMap<String, Profile>,
    ) -> BTreeMap<String, Result<Arc<Offering>, Vec<CatalogDiagnostic>>> {
        let mut judged = BTreeMap::new();
        for entry in &self.snapshot.offerings {
            let name = &entry.meta.at.name;
            let owner = Owner::new(Watched::Offering, name);
            let Some(read) = self.reading.catalog.offerings.get(name) else {
                judged.insert(name.clone(), Err(self.reading.faults.get(&owner).cloned().unwrap_or_default()));
                continue;
            };
            let spec = &read.object.spec;
            let pin = spec.revision.as_ref().and_then(|choice| choice.pin.as_deref());
            let current = || profiles.get(&spec.profile_ref.name).and_then(|profile| profile.current.as_deref());
            let stored = pin.or_else(current).and_then(|revision| self.library.get(revision));
            let revision = stored.and_then(|stored| stored.compiled.as_ref().ok());
            let outcome = self.cache.offering(name, self.reading, revision.map(AsRef::as_ref));
            let faults = || outcome.faults.get(&owner).cloned().unwrap_or_default();
            judged.insert(name.clone(), outcome.value.clone().ok_or_else(faults));
        }
        judged
    }

    fn components(&mut self, profiles: &BTreeMap<String, Profile>) -> BTreeMap<String, Vec<CatalogDiagnostic>> {
        let mut judged = BTreeMap::new();
        for entry in &self.snapshot.components {
            let name = &entry.meta.at.name;
            let owner = Owner::new(Watched::Component, name);
            let alone = self.cache.component(name, self.reading, self.around.targets);
            let used = profiles.values().filter_map(|profile| profile.found.get(&owner));
            let mut shown = self.reading.faults.get(&owner).cloned().unwrap_or_default();
            for fault in alone.get(&owner).into_iter().chain(used).flatten() {
                if !shown.contains(fault) {
                    shown.push(fault.clone());
                }
            }
            shown.truncate(MAX_SHOWN);
            judged.insert(name.clone(), shown);
        }
        judged
    }

    /// Compiles rule sets into the registry. What cannot be read or compiled blocks candidates.
    fn rule_sets(&mut self, registry: &mut Registry) -> BTreeMap<String, Vec<CatalogDiagnostic>> {
        let mut judged = BTreeMap::new();
        let mut contents = Vec::new();
        for entry in &self.snapshot.rule_sets {
            let name = &entry.meta.at.name;
            let owner = Owner::new(Watched::RuleSet, name);
            contents.push(json!([name, entry.object.get("spec")]));
            let outcome = self.cache.rule_set(name, self.reading, self.around.targets);
            let faults = match &outcome {
                Some(outcome) => outcome.faults.get(&owner),
                None => self.reading.faults.get(&owner),
            };
            judged.insert(name.clone(), faults.cloned().unwrap_or_default());
            match outcome.and_then(|outcome| outcome.value.clone()) {
                Some(rule_set) => registry.rule_sets.push(rule_set),
                None => registry.broken_rule_sets.push(name.clone()),
            }
        }
        for name in &self.snapshot.unreadable_rule_sets {
            contents.push(json!([name]));
            registry.broken_rule_sets.push(name.clone());
        }
        registry.rules = Some(Digest::of(&Json::Array(contents)));
        judged
    }
}

impl Standing<'_> {
    fn register(&self, registry: &mut Registry) {
        for (name, stored) in &self.library {
            match &stored.compiled {
                // What is about to be collected is bound no more.
                Ok(_) if self.surplus.contains(name) => {}
                Ok(revision) => {
                    let bound = Bound { revision: Arc::clone(revision), number: stored.number };
                    registry.revisions.insert(name.clone(), bound);
                }
                Err(broken) => {
                    registry.broken_revisions.insert(name.clone(), summary(&broken.diagnostics));
                }
            }
        }
        for (name, profile) in &self.profiles {
            let fault = profile.content.as_ref().err().map(|unlinked| summary(&unlinked.diagnostics));
            let state = ProfileState { current: profile.current.clone(), fault };
            registry.profiles.insert(name.clone(), state);
        }
        for (name, offering) in &self.offerings {
            let offering = offering.clone().map_err(|faults| summary(&faults));
            registry.offerings.insert(name.clone(), offering);
        }
    }
}

/// Faults as a profile's status shows them: its own in full, those of each component in one line.
fn in_profile(name: &str, faults: &Faults, reading: &Reading) -> Vec<CatalogDiagnostic> {
    let mut shown = faults.get(&Owner::new(Watched::Profile, name)).cloned().unwrap_or_default();
    let wired = reading.catalog.profiles.get(name).map(|profile| &profile.object.spec.components);
    let mut told = BTreeSet::new();
    for (facet, binding) in wired.into_iter().flatten() {
        let Some(found) = faults.get(&Owner::new(Watched::Component, &binding.component)) else { continue };
        if told.insert(&binding.component) {
            let path = crate::schema::path::Path::root().field("spec").field("components").field(facet);
            shown.push(CatalogDiagnostic {
                code: found.first().map(|fault| fault.code.clone()).unwrap_or_default(),
                path: Some(path.to_string()),
                message: format!("the component `{}` does not compile: {}", binding.component, summary(found)),
                ..CatalogDiagnostic::default()
            });
        }
    }
    shown.truncate(MAX_SHOWN);
    shown
}

fn taken(name: &str, why: &[CatalogDiagnostic]) -> CatalogDiagnostic {
    CatalogDiagnostic {
        code: Code::E0206.to_string(),
        message: format!(
            "the revision `{name}` is there and cannot be used: {}; delete it if nobody runs it",
            summary(why)
        ),
        ..CatalogDiagnostic::default()
    }
}
