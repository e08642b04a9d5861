//! What the catalog compiles to, as claims see it: replaced as a whole whenever it changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::{OpenBaoClusterClaimSpec, RevisionIdentity};
use crate::catalog::{Digest, Offering, Revision, RuleSet};
use crate::diagnostic::nearest;
use crate::engine::Finding;

/// Compiled catalogs: revisions that exist in the cluster, offerings, rule sets.
#[derive(Debug, Default)]
pub struct Registry {
    /// Revisions by name, those that claims run and those that nobody runs.
    pub revisions: BTreeMap<String, Bound>,
    /// Revisions that this release of the operator cannot compile, and why, in one line.
    pub broken_revisions: BTreeMap<String, String>,
    /// Profiles by name.
    pub profiles: BTreeMap<String, ProfileState>,
    /// Offerings by name; one that does not compile has the reason, in one line.
    pub offerings: BTreeMap<String, Result<Arc<Offering>, String>>,
    /// Rule sets in order of name.
    pub rule_sets: Vec<Arc<RuleSet>>,
    /// Rule sets that do not compile: they block candidates and nothing else.
    pub broken_rule_sets: Vec<String>,
    /// Changes whenever a rule set does.
    pub rules: Option<Digest>,
    /// Grows with every change, so that decisions know what they stand on.
    pub version: u64,
    /// Whether the catalog was seen whole once. Until then nothing is decided.
    pub ready: bool,
}

/// A revision that can be bound.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The compiled closure.
    pub revision: Arc<Revision>,
    /// Its place among the revisions of its profile.
    pub number: i64,
}

impl Bound {
    /// How statuses and contracts name it.
    pub fn identity(&self) -> RevisionIdentity {
        RevisionIdentity {
            name: self.revision.name.clone(),
            number: Some(self.number),
            digest: Some(self.revision.digest.to_string()),
        }
    }
}

/// Where a profile stands.
#[derive(Clone, Debug, Default)]
pub struct ProfileState {
    /// The newest revision that compiled: what new claims get.
    pub current: Option<String>,
    /// Why the profile as it is now does not compile, in one line; `None`: it does, or is still gathered.
    pub fault: Option<String>,
}

/// How a claim comes to a revision.
#[derive(Clone, Debug)]
pub struct Selected {
    /// The offering; `None`: the claim names the profile.
    pub offering: Option<Arc<Offering>>,
    /// The revision.
    pub bound: Bound,
}

impl Registry {
    /// The revision that a claim is decided on. `applied`: profile and revision of what it runs; an edit stays on
    /// that revision as long as it stays on that profile, and only an approval moves it.
    ///
    /// The finding of a failure is something that may come; nothing of it is the claim's fault alone.
    pub fn select(
        &self,
        spec: &OpenBaoClusterClaimSpec,
        applied: Option<(&str, &str)>,
    ) -> Result<Selected, Box<Finding>> {
        let (offering, profile) = self.profile_of(spec)?;
        if let Some((_, revision)) = applied.filter(|(of, _)| *of == profile) {
            return Ok(Selected { offering, bound: self.bound(revision)? });
        }
        let pin = offering.as_ref().and_then(|offering| offering.pin.clone());
        let revision = match pin {
            Some(pin) => pin,
            None => self.current(&profile)?,
        };
        Ok(Selected { offering, bound: self.bound(&revision)? })
    }

    fn profile_of(&self, spec: &OpenBaoClusterClaimSpec) -> Result<(Option<Arc<Offering>>, String), Box<Finding>> {
        let Some(wanted) = &spec.offering_ref else {
            let profile = spec.profile_ref.as_ref().map(|profile| profile.name.clone());
            return match profile.filter(|name| !name.is_empty()) {
                Some(profile) => Ok((None, profile)),
                None => {
                    Err(pending("InvalidSelection", "the claim names no offering").map_help("set `offeringRef.name`"))
                }
            };
        };
        match self.offerings.get(&wanted.name) {
            Some(Ok(offering)) => Ok((Some(Arc::clone(offering)), offering.profile.clone())),
            Some(Err(fault)) => Err(pending(
                "OfferingNotCompiled",
                format!("the offering `{}` does not compile: {fault}; the platform team has to repair it", wanted.name),
            )),
            None => {
                let finding = pending("OfferingNotFound", format!("there is no offering `{}`", wanted.name));
                Err(match nearest(&wanted.name, self.offerings.keys().map(String::as_str)) {
                    Some(nearest) => finding.map_help(&format!("did you mean `{nearest}`?")),
                    None => finding,
                })
            }
        }
    }

    fn current(&self, profile: &str) -> Result<String, Box<Finding>> {
        let Some(state) = self.profiles.get(profile) else {
            return Err(pending("ProfileNotFound", format!("there is no profile `{profile}`")));
        };
        match (&state.current, &state.fault) {
            (Some(current), _) => Ok(current.clone()),
            (None, Some(fault)) => Err(pending(
                "ProfileNotCompiled",
                format!("the profile `{profile}` does not compile: {fault}; the platform team has to repair it"),
            )),
            (None, None) => Err(pending(
                "CatalogNotReady",
                format!("the profile `{profile}` has no revision yet; it is being made"),
            )),
        }
    }

    /// A revision by name.
    pub fn bound(&self, name: &str) -> Result<Bound, Box<Finding>> {
        match (self.revisions.get(name), self.broken_revisions.get(name)) {
            (Some(bound), _) => Ok(bound.clone()),
            (None, Some(fault)) => Err(pending(
                "RevisionNotCompiled",
                format!("this release of the operator cannot compile revision `{name}`: {fault}"),
            )),
            (None, None) => Err(pending("RevisionNotFound", format!("there is no revision `{name}`"))),
        }
    }

    /// The newer revision of a profile that a claim on `revision` could move to.
    pub fn newer(&self, profile: &str, revision: &str) -> Option<&Bound> {
        let current = self.profiles.get(profile)?.current.as_ref()?;
        let (current, bound) = (self.revisions.get(current)?, self.revisions.get(revision));
        (current.revision.name != revision && bound.is_none_or(|bound| bound.number < current.number))
            .then_some(current)
    }
}

fn pending(reason: &str, message: impl Into<String>) -> Box<Finding> {
    Box::new(Finding::new(reason, message))
}

/// Help on a boxed finding.
trait MapHelp {
    fn map_help(self, help: &str) -> Self;
}

impl MapHelp for Box<Finding> {
    fn map_help(mut self, help: &str) -> Self {
        self.help = Some(help.to_owned());
        self
    }
}
