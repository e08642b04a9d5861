//! What the statuses of catalog objects say, and which of them differ from what is stored.

use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::api::{
    CatalogDiagnostic, ComponentStatus, OfferingStatus, ProfileStatus, RevisionIdentity, RevisionStatus, RuleSetStatus,
};
use crate::catalog::Offering;
use crate::controller::conditions::{self, Told};
use crate::controller::context::Severity;
use crate::controller::entry::ObjectEntry;
use crate::controller::server::{self, Kind};
use crate::controller::world::Watched;

use super::blame::summary;
use super::decide::Standing;
use super::revisions::Stored;
use super::snapshot::Bound;

/// A status that is not what is stored.
#[derive(Debug)]
pub(super) struct StatusWrite {
    pub(super) watched: Watched,
    pub(super) kind: Kind,
    pub(super) entry: Arc<ObjectEntry>,
    pub(super) status: Json,
    /// Transitions that are told once the status is written.
    pub(super) events: Vec<Transition>,
}

/// One transition.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Transition {
    pub(super) severity: Severity,
    pub(super) reason: String,
    pub(super) note: String,
}

/// A status with conditions.
trait Conditioned: Serialize + DeserializeOwned + Default + PartialEq {
    fn conditions(&self) -> &[Condition];
    fn conditions_mut(&mut self) -> &mut Vec<Condition>;
}

macro_rules! conditioned {
    ($($status:ty),+) => { $(impl Conditioned for $status {
        fn conditions(&self) -> &[Condition] { &self.conditions }
        fn conditions_mut(&mut self) -> &mut Vec<Condition> { &mut self.conditions }
    })+ };
}
conditioned!(ComponentStatus, OfferingStatus, ProfileStatus, RevisionStatus, RuleSetStatus);

/// All statuses that differ from what is stored.
pub(super) fn differing(standing: &Standing<'_>) -> Vec<StatusWrite> {
    let mut writes = Vec::new();
    for (name, profile) in &standing.profiles {
        writes.extend(write(standing, Watched::Profile, server::PROFILE, &profile.entry, |_| {
            profile_status(standing, name)
        }));
    }
    for entry in &standing.snapshot.components {
        let status = |_: &ComponentStatus| component_status(standing, &entry.meta.at.name);
        writes.extend(write(standing, Watched::Component, server::COMPONENT, entry, status));
    }
    for entry in &standing.snapshot.rule_sets {
        let status = |old: &RuleSetStatus| rule_set_status(standing, &entry.meta.at.name, old);
        writes.extend(write(standing, Watched::RuleSet, server::RULE_SET, entry, status));
    }
    for entry in &standing.snapshot.offerings {
        let status = |old: &OfferingStatus| offering_status(standing, &entry.meta.at.name, old);
        writes.extend(write(standing, Watched::Offering, server::OFFERING, entry, status));
    }
    for (name, stored) in &standing.library {
        let status = |_: &RevisionStatus| revision_status(standing, name, stored);
        writes.extend(write(standing, Watched::Revision, server::REVISION, &stored.entry, status));
    }
    writes
}

/// `make` gives a status without times, and its conditions.
fn write<S: Conditioned>(
    standing: &Standing<'_>,
    watched: Watched,
    kind: Kind,
    entry: &Arc<ObjectEntry>,
    make: impl FnOnce(&S) -> (S, Vec<Told>),
) -> Option<StatusWrite> {
    let stored = entry.status::<S>();
    let unknown = S::default();
    let old = stored.as_ref().unwrap_or(&unknown);
    let (mut new, told) = make(old);
    *new.conditions_mut() = conditions::merge(old.conditions(), &told, entry.meta.generation, standing.wall);
    if stored.as_ref().is_ok_and(|stored| *stored == new) {
        return None;
    }
    let events = transitions(old.conditions(), new.conditions());
    let status = serde_json::to_value(&new).unwrap_or_default();
    Some(StatusWrite { watched, kind, entry: Arc::clone(entry), status, events })
}

/// What people are told: that something stopped compiling, works again, or lost its profile.
fn transitions(old: &[Condition], new: &[Condition]) -> Vec<Transition> {
    let mut told = Vec::new();
    for condition in new {
        let before = old.iter().find(|before| before.type_ == condition.type_);
        let (was, is) = (before.map(|it| it.status.as_str()), condition.status.as_str());
        let watched = matches!(condition.type_.as_str(), "Compiled" | "ProfileResolved");
        let severity = match (was, is) {
            (was, "False") if watched && was != Some("False") => Severity::Warning,
            (Some("False"), "True") if watched => Severity::Normal,
            _ if condition.reason == "ProfileGone" && before.is_some_and(|it| it.reason != "ProfileGone") => {
                Severity::Warning
            }
            _ => continue,
        };
        told.push(Transition { severity, reason: condition.reason.clone(), note: condition.message.clone() });
    }
    told
}

fn profile_status(standing: &Standing<'_>, name: &str) -> (ProfileStatus, Vec<Told>) {
    let Some(profile) = standing.profiles.get(name) else { return (ProfileStatus::default(), Vec::new()) };
    let current = profile.current.as_deref();
    let stays = current.map(|name| format!("; the last good revision `{name}` stays current")).unwrap_or_default();
    let diagnostics = profile.content.as_ref().err().map(|unlinked| unlinked.diagnostics.clone()).unwrap_or_default();
    let told = match &profile.content {
        Err(unlinked) => {
            let message = format!("{}{stays}", summary(&unlinked.diagnostics));
            vec![no("Compiled", unlinked.reason, message.clone()), no("Ready", unlinked.reason, message)]
        }
        Ok(revision) => {
            let compiled = yes("Compiled", "Compiled", "the profile and its components compile".to_owned());
            let ready = if current == Some(revision.name.as_str()) {
                yes("Ready", "Current", format!("new claims get the revision `{}`", revision.name))
            } else {
                let message = format!("`{}` becomes current once nothing has changed for a moment", revision.name);
                no("Ready", "Gathering", message)
            };
            vec![compiled, ready]
        }
    };
    let status = ProfileStatus {
        observed_generation: Some(profile.entry.meta.generation),
        current_revision: current.and_then(|name| identity(standing, name)),
        claims: Some(standing.snapshot.usage.bound(|bound| bound.profile == name)),
        diagnostics,
        conditions: Vec::new(),
    };
    (status, told)
}

fn component_status(standing: &Standing<'_>, name: &str) -> (ComponentStatus, Vec<Told>) {
    let faults = standing.components.get(name).cloned().unwrap_or_default();
    let profiles = standing.reading.catalog.profiles.values();
    let uses = profiles.filter(|it| it.object.spec.components.values().any(|binding| binding.component == name));
    let read = standing.reading.catalog.components.contains_key(name);
    let told = compiled(read, &faults, "the component compiles", "");
    let status = ComponentStatus {
        observed_generation: generation(&standing.snapshot.components, name),
        profiles: i64::try_from(uses.count()).ok(),
        diagnostics: faults,
        conditions: Vec::new(),
    };
    (status, told)
}

fn rule_set_status(standing: &Standing<'_>, name: &str, old: &RuleSetStatus) -> (RuleSetStatus, Vec<Told>) {
    let faults = standing.rule_sets.get(name).cloned().unwrap_or_default();
    let read = standing.reading.catalog.rule_sets.contains_key(name);
    let told = compiled(read, &faults, "the rule set compiles", "; candidates are blocked until it does");
    let status = RuleSetStatus {
        observed_generation: generation(&standing.snapshot.rule_sets, name),
        // Whoever judges claims counts them.
        violating_claims: old.violating_claims,
        diagnostics: faults,
        conditions: Vec::new(),
    };
    (status, told)
}

fn compiled(read: bool, faults: &[CatalogDiagnostic], fine: &str, consequence: &str) -> Vec<Told> {
    if faults.is_empty() {
        return vec![yes("Compiled", "Compiled", fine.to_owned()), yes("Ready", "Compiled", fine.to_owned())];
    }
    let reason = if read { "NotCompiled" } else { "Invalid" };
    let message = format!("{}{consequence}", summary(faults));
    vec![no("Compiled", reason, message.clone()), no("Ready", reason, message)]
}

fn yes(kind: &str, reason: &str, message: String) -> Told {
    Told::new(kind, "True", reason, message)
}

fn no(kind: &str, reason: &str, message: String) -> Told {
    Told::new(kind, "False", reason, message)
}

fn generation(entries: &[Arc<ObjectEntry>], name: &str) -> Option<i64> {
    entries.iter().find(|entry| entry.meta.at.name == name).map(|entry| entry.meta.generation)
}

fn identity(standing: &Standing<'_>, name: &str) -> Option<RevisionIdentity> {
    let stored = standing.library.get(name)?;
    let digest = stored.compiled.as_ref().ok().map(|revision| revision.digest.to_string());
    Some(RevisionIdentity { name: name.to_owned(), number: Some(stored.number), digest })
}

fn offering_status(standing: &Standing<'_>, name: &str, old: &OfferingStatus) -> (OfferingStatus, Vec<Told>) {
    let usage = &standing.snapshot.usage;
    let mut status = OfferingStatus {
        observed_generation: generation(&standing.snapshot.offerings, name),
        claims: Some(usage.of_offering(name, |_| true)),
        // Whoever knows windows keeps it.
        next_window: old.next_window.clone(),
        ..OfferingStatus::default()
    };
    let Some(Ok(offering)) = standing.offerings.get(name) else {
        let faults = standing.offerings.get(name).and_then(|judged| judged.as_ref().err());
        return (status, not_offered(standing, name, faults.map(Vec::as_slice).unwrap_or_default()));
    };
    let withdrawn = |bound: Option<&Bound>| bound.is_some_and(|it| offering.withdrawn.contains_key(&it.revision));
    status.claims_on_withdrawn = Some(usage.of_offering(name, withdrawn));
    let gives = gives(standing, offering);
    status.current_revision = gives.as_ref().ok().and_then(|revision| identity(standing, revision));
    let profile = &offering.profile;
    let resolved = if standing.profiles.contains_key(profile) {
        yes("ProfileResolved", "ProfileFound", format!("the profile `{profile}` is there"))
    } else {
        let message = "claims that run its revisions keep them, and new ones wait";
        no("ProfileResolved", "ProfileNotFound", format!("there is no profile `{profile}`; {message}"))
    };
    let ready = match gives {
        Ok(revision) => yes("Ready", "Offered", format!("new claims get the revision `{revision}`")),
        Err((reason, message)) => no("Ready", reason, message),
    };
    let compiled = yes("Compiled", "Compiled", "the offering compiles".to_owned());
    (status, vec![compiled, resolved, ready])
}

fn not_offered(standing: &Standing<'_>, name: &str, faults: &[CatalogDiagnostic]) -> Vec<Told> {
    let read = standing.reading.catalog.offerings.contains_key(name);
    let reason = if read { "NotCompiled" } else { "Invalid" };
    let (message, unknown) = (summary(faults), "not known while the offering does not compile".to_owned());
    vec![
        no("Compiled", reason, message.clone()),
        Told::new("ProfileResolved", "Unknown", reason, unknown),
        no("Ready", reason, message),
    ]
}

/// The revision that a new claim of an offering gets, or why it gets none.
fn gives(standing: &Standing<'_>, offering: &Offering) -> Result<String, (&'static str, String)> {
    let profile = &offering.profile;
    let revision = match (&offering.pin, standing.profiles.get(profile)) {
        (Some(pin), _) => pin.clone(),
        (None, None) => return Err(("ProfileNotFound", format!("there is no profile `{profile}`"))),
        (None, Some(found)) => match (&found.current, &found.content) {
            (Some(current), _) => current.clone(),
            (None, Ok(_)) => return Err(("Gathering", format!("the first revision of `{profile}` is being made"))),
            (None, Err(_)) => {
                return Err((
                    "ProfileNotCompiled",
                    format!("the profile `{profile}` does not compile and has no revision"),
                ));
            }
        },
    };
    if let Some(reason) = offering.withdrawn.get(&revision) {
        return Err(("RevisionWithdrawn", format!("the revision `{revision}` is withdrawn: {reason}")));
    }
    match standing.library.get(&revision) {
        None => Err(("RevisionNotFound", format!("there is no revision `{revision}`"))),
        Some(stored) if stored.profile != *profile => {
            Err(("RevisionNotFound", format!("the revision `{revision}` is not one of the profile `{profile}`")))
        }
        Some(Stored { compiled: Err(broken), .. }) => {
            Err(("RevisionNotCompiled", format!("the revision `{revision}`: {}", summary(&broken.diagnostics))))
        }
        Some(_) => Ok(revision),
    }
}

fn revision_status(standing: &Standing<'_>, name: &str, stored: &Stored) -> (RevisionStatus, Vec<Told>) {
    let claims = standing.snapshot.usage.bound(|bound| bound.revision == name);
    let diagnostics = stored.compiled.as_ref().err().map(|broken| broken.diagnostics.clone()).unwrap_or_default();
    let told = if let Err(broken) = &stored.compiled {
        let message = summary(&broken.diagnostics);
        vec![no("Compiled", broken.reason, message.clone()), no("Ready", broken.reason, message)]
    } else {
        let (reason, message) = place(standing, name, stored, claims > 0);
        vec![yes("Compiled", "Compiled", "the revision compiles".to_owned()), yes("Ready", reason, message)]
    };
    let observed_generation = Some(stored.entry.meta.generation);
    (RevisionStatus { observed_generation, claims: Some(claims), diagnostics, conditions: Vec::new() }, told)
}

fn place(standing: &Standing<'_>, name: &str, stored: &Stored, used: bool) -> (&'static str, String) {
    let profile = standing.profiles.get(&stored.profile);
    let current = profile.is_some_and(|profile| profile.current.as_deref() == Some(name));
    if profile.is_none() && used {
        let message = "claims that run this revision keep it, and no new one is made";
        ("ProfileGone", format!("the profile `{}` is gone; {message}", stored.profile))
    } else if current {
        ("Current", "new claims get it".to_owned())
    } else if standing.surplus.contains(name) {
        ("Unused", "nobody needs it, and it is being collected".to_owned())
    } else {
        ("Kept", "it can be bound by name".to_owned())
    }
}
