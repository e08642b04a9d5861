//! Compiling, each content once: what has not changed is not compiled again, and what is broken spoils only
//! what uses it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::api::{CatalogDiagnostic, ComponentBinding, Free, OpenBaoServiceProfile, SourceObject};
use crate::catalog::{
    Catalog, Compiled, Digest, Entry, Kinds, Offering, Revision, RuleSet, Targets, compile_offering, compile_profile,
    compile_rule_set,
};
use crate::controller::world::Watched;
use crate::diagnostic::{Code, nearest};

use super::blame::{Faults, Owner};
use super::read::{Reading, target_of};

/// What one content compiled to. Faults stand with the object that holds them.
#[derive(Debug)]
pub(super) struct Outcome<T> {
    pub(super) value: Option<Arc<T>>,
    pub(super) faults: Faults,
}

/// A profile and its components as they are.
#[derive(Clone, Debug)]
pub(super) struct Closure {
    /// The digest that the revision will have.
    pub(super) digest: Digest,
    /// The profile first, then its components by name.
    pub(super) sources: Vec<SourceObject>,
}

/// Why there is no closure yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unlinked {
    /// One word.
    pub(super) reason: &'static str,
    /// Faults, as the profile's status shows them.
    pub(super) diagnostics: Vec<CatalogDiagnostic>,
}

/// Compiled contents that are in use.
#[derive(Debug, Default)]
pub(super) struct Cache {
    closures: Used<(String, Digest), Outcome<Revision>>,
    components: Used<(String, Digest), Faults>,
    offerings: Used<(String, Digest), Outcome<Offering>>,
    rule_sets: Used<(String, Digest), Outcome<RuleSet>>,
}

/// A map that forgets what a whole round did not ask for.
#[derive(Debug)]
struct Used<K, V> {
    known: BTreeMap<K, Arc<V>>,
    asked: BTreeSet<K>,
}

impl<K, V> Default for Used<K, V> {
    fn default() -> Self {
        Self { known: BTreeMap::new(), asked: BTreeSet::new() }
    }
}

impl<K: Ord + Clone, V> Used<K, V> {
    fn get(&mut self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        self.asked.insert(key.clone());
        Arc::clone(self.known.entry(key).or_insert_with(|| Arc::new(make())))
    }

    fn end_round(&mut self) {
        let asked = std::mem::take(&mut self.asked);
        self.known.retain(|key, _| asked.contains(key));
    }
}

impl Cache {
    /// Forgets what was not asked for since the last call.
    pub(super) fn end_round(&mut self) {
        self.closures.end_round();
        self.components.end_round();
        self.offerings.end_round();
        self.rule_sets.end_round();
    }

    /// The revision that a closure is. `reading` holds its objects.
    pub(super) fn closure(
        &mut self,
        profile: &str,
        digest: &Digest,
        reading: &Reading,
        targets: &Targets,
    ) -> Arc<Outcome<Revision>> {
        self.closures.get((profile.to_owned(), digest.clone()), || {
            let compiled = compile_profile(profile, &reading.catalog, targets);
            outcome(reading, &Owner::new(Watched::Profile, profile), compiled)
        })
    }

    /// As [`Cache::closure`], for the objects that a stored revision keeps: they are read only when nothing is known.
    pub(super) fn stored(
        &mut self,
        profile: &str,
        digest: &Digest,
        sources: &[SourceObject],
        kinds: &Kinds,
        targets: &Targets,
    ) -> Arc<Outcome<Revision>> {
        self.closures.get((profile.to_owned(), digest.clone()), || {
            let reading = Reading::of_sources(sources, kinds);
            if !reading.faults.is_empty() {
                return Outcome { value: None, faults: reading.faults };
            }
            let compiled = compile_profile(profile, &reading.catalog, targets);
            outcome(&reading, &Owner::new(Watched::Profile, profile), compiled)
        })
    }

    /// What is wrong with a component by itself, whoever uses it. One that fits one release of the target is
    /// fine by itself; a profile that wants another says so.
    pub(super) fn component(&mut self, name: &str, reading: &Reading, targets: &Targets) -> Arc<Faults> {
        let content = reading.catalog.components.get(name).map(|entry| &entry.content);
        let key = (name.to_owned(), spec_digest(content));
        self.components.get(key, || component(name, reading, targets).unwrap_or_default())
    }

    /// An offering. `profile`: what a new claim gets now.
    pub(super) fn offering(
        &mut self,
        name: &str,
        reading: &Reading,
        revision: Option<&Revision>,
    ) -> Arc<Outcome<Offering>> {
        let content = reading.catalog.offerings.get(name).map(|entry| &entry.content);
        let shape = revision.map(|revision| revision.digest.to_string());
        let key = (name.to_owned(), Digest::of(&json!([spec_digest(content).to_string(), shape])));
        self.offerings.get(key, || {
            let catalog = offering_alone(name, reading);
            let compiled = compile_offering(name, &catalog, revision.map(|revision| &revision.parameters));
            outcome(reading, &Owner::new(Watched::Offering, name), compiled)
        })
    }

    /// A rule set, checked against every release of the target.
    pub(super) fn rule_set(
        &mut self,
        name: &str,
        reading: &Reading,
        targets: &Targets,
    ) -> Option<Arc<Outcome<RuleSet>>> {
        let entry = reading.catalog.rule_sets.get(name)?;
        let key = (name.to_owned(), spec_digest(Some(&entry.content)));
        let compile = || outcome(reading, &Owner::new(Watched::RuleSet, name), compile_rule_set(entry, targets));
        Some(self.rule_sets.get(key, compile))
    }
}

fn outcome<T>(reading: &Reading, whose: &Owner, compiled: Compiled<T>) -> Outcome<T> {
    let faults = reading.texts.blame(whose, compiled.diagnostics);
    Outcome { value: compiled.value.map(Arc::new), faults }
}

fn spec_of(content: &Json) -> Json {
    content.get("spec").cloned().unwrap_or_default()
}

fn spec_digest(content: Option<&Json>) -> Digest {
    Digest::of(&content.map(spec_of).unwrap_or_default())
}

/// Compiles a component as the only one of a profile that nobody wrote, once for each release until one fits.
fn component(name: &str, reading: &Reading, targets: &Targets) -> Option<Faults> {
    let owner = Owner::new(Watched::Component, name);
    let entry = reading.catalog.components.get(name)?;
    let origin = reading.nowhere()?;
    let mut catalog = Catalog::default();
    catalog.components.insert(name.to_owned(), entry.clone());
    let mut newest = None;
    for (release, target) in targets.0.iter().rev() {
        let mut profile = OpenBaoServiceProfile::default();
        profile.spec.target = target_of(release, &target.kind);
        let binding = ComponentBinding { component: name.to_owned(), ..ComponentBinding::default() };
        profile.spec.components.insert("component".to_owned(), binding);
        let content = serde_json::to_value(&profile).unwrap_or_default();
        catalog.profiles.insert(String::new(), Entry { object: profile, content, origin: Arc::clone(&origin) });
        let mut found = compile_profile("", &catalog, targets).diagnostics;
        // What stands beside it, other components and the profile write.
        found.retain(|diagnostic| diagnostic.code != Code::E0409);
        let mut faults = reading.texts.blame(&owner, found);
        faults.retain(|owner, _| owner.kind == Watched::Component);
        if faults.is_empty() {
            return None;
        }
        newest.get_or_insert(faults);
    }
    newest
}

/// The offering in a catalog where its profile exists: a profile that is gone is no fault of its expressions.
fn offering_alone(name: &str, reading: &Reading) -> Catalog {
    let mut catalog = Catalog::default();
    if let (Some(entry), Some(origin)) = (reading.catalog.offerings.get(name), reading.nowhere()) {
        let profile = entry.object.spec.profile_ref.name.clone();
        let stub = Entry { object: OpenBaoServiceProfile::default(), content: Json::Null, origin };
        catalog.profiles.insert(profile, stub);
        catalog.offerings.insert(name.to_owned(), entry.clone());
    }
    catalog
}

impl Closure {
    /// The closure of a profile that was read, or what is missing of it.
    pub(super) fn of(name: &str, reading: &Reading) -> Result<Self, Unlinked> {
        let owner = Owner::new(Watched::Profile, name);
        let Some(profile) = reading.catalog.profiles.get(name) else {
            let diagnostics = reading.faults.get(&owner).cloned().unwrap_or_default();
            return Err(Unlinked { reason: "Invalid", diagnostics });
        };
        let used: BTreeSet<_> = profile.object.spec.components.values().map(|binding| &binding.component).collect();
        unlinked(profile, reading)?;
        let mut sources = vec![reading.source(&owner, "OpenBaoServiceProfile", spec_of(&profile.content))];
        for name in used {
            let Some(component) = reading.catalog.components.get(name) else { continue };
            let owner = Owner::new(Watched::Component, name);
            sources.push(reading.source(&owner, "OpenBaoServiceComponent", spec_of(&component.content)));
        }
        Ok(Self { digest: digest(&sources), sources })
    }
}

impl Reading {
    fn source(&self, owner: &Owner, kind: &str, spec: Json) -> SourceObject {
        let identity = self.identity(owner);
        SourceObject {
            kind: kind.to_owned(),
            name: owner.name.clone(),
            uid: identity.map(|(uid, _)| uid.clone()),
            generation: identity.map(|(_, generation)| *generation),
            spec: Free(spec),
        }
    }
}

/// The digest of a revision's sources: that of [`Revision::digest`], found without compiling.
pub(super) fn digest(sources: &[SourceObject]) -> Digest {
    let mut sources = sources.iter();
    let profile = sources.next().map(|profile| profile.spec.0.clone()).unwrap_or_default();
    let components: Map<_, _> = sources.map(|source| (source.name.clone(), source.spec.0.clone())).collect();
    Digest::of(&json!({"profile": profile, "components": components}))
}

/// Whether each reference of a profile leads to something that can be used.
fn unlinked(profile: &Entry<OpenBaoServiceProfile>, reading: &Reading) -> Result<(), Unlinked> {
    let (mut missing, mut unusable) = (Vec::new(), Vec::new());
    for (facet, binding) in &profile.object.spec.components {
        let name = &binding.component;
        if reading.catalog.components.contains_key(name) {
            continue;
        }
        let path = crate::schema::path::Path::root().field("spec").field("components").field(facet).to_string();
        let told = |message: String| CatalogDiagnostic {
            code: Code::E0207.to_string(),
            path: Some(path.clone()),
            line: None,
            column: None,
            message,
        };
        if reading.faults.contains_key(&Owner::new(Watched::Component, name)) {
            unusable.push(told(format!("the component `{name}` is not valid; its own status tells why")));
        } else {
            let known = reading.catalog.components.keys().map(String::as_str);
            let help = nearest(name, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            missing.push(told(format!("there is no component `{name}`{help}")));
        }
    }
    let reason = if missing.is_empty() { "ComponentInvalid" } else { "ReferenceNotFound" };
    missing.append(&mut unusable);
    if missing.is_empty() { Ok(()) } else { Err(Unlinked { reason, diagnostics: missing }) }
}
