//! A platform: everything that a catalog compiles to, and the way from a claim to its decision.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::OpenBaoClusterClaim;
use crate::catalog::{
    Catalog, Key, Offering, Revision, RuleSet, Targets, compile_offering, compile_profile, compile_rule_set,
};
use crate::diagnostic::{Code, Diagnostic, Severity, nearest};

use super::contract::Contract;
use super::decide::{Decision, decide};
use super::finding::Finding;
use super::input::{Inputs, Namespace, Selection, Tenant};

/// Compiled catalogs and rule sets.
#[derive(Clone, Debug, Default)]
pub struct Platform {
    /// Revisions by profile.
    pub revisions: BTreeMap<String, Arc<Revision>>,
    /// Profiles that do not compile, with the code of the first error.
    pub broken_profiles: BTreeMap<String, Code>,
    /// Offerings that do not compile, with the code of the first error.
    pub broken_offerings: BTreeMap<String, Code>,
    /// Offerings by name.
    pub offerings: BTreeMap<String, Arc<Offering>>,
    /// Rule sets in order of name.
    pub rule_sets: Vec<Arc<RuleSet>>,
    /// Rule sets that do not compile.
    pub broken_rule_sets: Vec<String>,
    tenants: BTreeMap<Key, Tenant>,
    namespaces: BTreeMap<String, Namespace>,
    no_labels: Namespace,
}

/// What to compare a claim with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Before<'a> {
    /// What is applied.
    pub applied: Option<&'a Contract>,
    /// The revision that it was rendered on, where that is at hand.
    pub revision: Option<&'a Revision>,
}

impl Platform {
    /// Compiles all that a catalog holds; every fault of it is returned.
    pub fn compile(catalog: &Catalog, targets: &Targets) -> (Self, Vec<Diagnostic>) {
        let mut platform = Self::default();
        let mut found = Vec::new();
        for ((kind, name), code) in &catalog.refused {
            match kind.as_str() {
                "OpenBaoServiceProfile" => platform.broken_profiles.insert(name.clone(), *code),
                "OpenBaoServiceOffering" => platform.broken_offerings.insert(name.clone(), *code),
                _ => None,
            };
        }
        for name in catalog.profiles.keys() {
            let compiled = compile_profile(name, catalog, targets);
            if let Some(revision) = compiled.value {
                platform.revisions.insert(name.clone(), Arc::new(revision));
            } else {
                platform.broken_profiles.insert(name.clone(), first_error(&compiled.diagnostics));
            }
            found.extend(compiled.diagnostics);
        }
        for name in catalog.offerings.keys() {
            let profile = catalog.offerings.get(name).map(|entry| &entry.object.spec.profile_ref.name);
            let revision = profile.and_then(|profile| platform.revisions.get(profile));
            let compiled = compile_offering(name, catalog, revision.map(|revision| &revision.parameters));
            if let Some(offering) = compiled.value {
                platform.offerings.insert(name.clone(), Arc::new(offering));
            } else {
                platform.broken_offerings.insert(name.clone(), first_error(&compiled.diagnostics));
            }
            found.extend(compiled.diagnostics);
        }
        for (name, entry) in &catalog.rule_sets {
            let compiled = compile_rule_set(entry, targets);
            match compiled.value {
                Some(rule_set) => platform.rule_sets.push(Arc::new(rule_set)),
                None => platform.broken_rule_sets.push(name.clone()),
            }
            found.extend(compiled.diagnostics);
        }
        let tenants = catalog.tenants.iter().map(|(key, entry)| (key.clone(), Tenant::from_object(&entry.object)));
        platform.tenants = tenants.collect();
        let namespaces = catalog.namespaces.iter();
        platform.namespaces =
            namespaces.map(|(name, entry)| (name.clone(), Namespace::from_object(&entry.object))).collect();
        (platform, found)
    }

    /// Decides about a claim.
    pub fn decide(&self, claim: &OpenBaoClusterClaim, before: Before<'_>) -> Decision {
        match self.inputs(claim, before) {
            Ok(inputs) => decide(&inputs),
            Err(Unselected::Denied(finding)) => Decision::Denied(vec![*finding]),
            Err(Unselected::Pending(finding)) => Decision::Pending(vec![*finding]),
        }
    }

    /// Collects what a decision about a claim sees.
    pub fn inputs<'a>(&'a self, claim: &'a OpenBaoClusterClaim, before: Before<'a>) -> Result<Inputs<'a>, Unselected> {
        let (selection, revision) = self.select(claim)?;
        let namespace = claim.metadata.namespace.clone().unwrap_or_default();
        let tenant_namespace = claim.spec.tenant_ref.namespace.clone().unwrap_or_else(|| namespace.clone());
        let tenant = self.tenants.get(&(tenant_namespace, claim.spec.tenant_ref.name.clone()));
        Ok(Inputs {
            claim,
            tenant,
            namespace: self.namespaces.get(&namespace).unwrap_or(&self.no_labels),
            selection,
            revision,
            rule_sets: &self.rule_sets,
            broken_rule_sets: &self.broken_rule_sets,
            applied: before.applied,
            applied_revision: before.revision.filter(|applied| applied.digest != revision.digest),
            observed: None,
            recorder: None,
        })
    }

    fn select<'a>(&'a self, claim: &OpenBaoClusterClaim) -> Result<(Selection<'a>, &'a Revision), Unselected> {
        let (selection, profile) = match (&claim.spec.offering_ref, &claim.spec.profile_ref) {
            (Some(offering), _) => match self.offerings.get(&offering.name) {
                Some(offering) => (Selection::Offering(offering), offering.profile.as_str()),
                None => return Err(self.no_offering(&offering.name)),
            },
            (None, Some(profile)) => (Selection::Profile, profile.name.as_str()),
            (None, None) => {
                let finding =
                    Finding::new("InvalidSelection", "the claim names no offering").help("set `offeringRef.name`");
                return Err(Unselected::Denied(Box::new(finding)));
            }
        };
        if let Some(revision) = self.revisions.get(profile) {
            if let Selection::Offering(offering) = selection
                && let Some(pin) = &offering.pin
                && *pin != revision.name
            {
                let message = format!(
                    "the offering `{}` gives revision `{pin}`, and only `{}` is at hand",
                    offering.name, revision.name
                );
                return Err(Unselected::Pending(Box::new(
                    Finding::new("RevisionNotFound", message).field("/spec/offeringRef/name"),
                )));
            }
            return Ok((selection, revision));
        }
        let finding = match self.broken_profiles.get(profile) {
            Some(code) => {
                Finding::new("ProfileNotCompiled", format!("the profile `{profile}` does not compile ({code})"))
            }
            None => Finding::new("ProfileNotFound", format!("there is no profile `{profile}`")),
        };
        let field = if claim.spec.offering_ref.is_some() { "/spec/offeringRef/name" } else { "/spec/profileRef/name" };
        Err(Unselected::Pending(Box::new(finding.field(field))))
    }

    fn no_offering(&self, name: &str) -> Unselected {
        if let Some(code) = self.broken_offerings.get(name) {
            let message = format!("the offering `{name}` does not compile ({code})");
            return Unselected::Pending(Box::new(
                Finding::new("OfferingNotCompiled", message).field("/spec/offeringRef/name"),
            ));
        }
        let finding =
            Finding::new("OfferingNotFound", format!("there is no offering `{name}`")).field("/spec/offeringRef/name");
        Unselected::Pending(Box::new(match nearest(name, self.offerings.keys().map(String::as_str)) {
            Some(nearest) => finding.help(format!("did you mean `{nearest}`?")),
            None => finding,
        }))
    }
}

fn first_error(found: &[Diagnostic]) -> Code {
    let mut errors = found.iter().filter(|it| it.severity == Severity::Error);
    errors.next().map_or(Code::E0207, |it| it.code)
}

/// Why a claim has no revision.
#[derive(Debug)]
pub enum Unselected {
    /// The claim's fault.
    Denied(Box<Finding>),
    /// The platform's; it may come.
    Pending(Box<Finding>),
}
