//! What the catalog's reconcile sees of the world, taken in one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::api::ContractState;
use crate::controller::entry::{ContractEntry, ObjectEntry};
use crate::controller::names::Named;
use crate::controller::world::{Store, Watched, World};

/// The catalog's objects, and who uses them.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    pub(super) offerings: Vec<Arc<ObjectEntry>>,
    pub(super) profiles: Vec<Arc<ObjectEntry>>,
    pub(super) components: Vec<Arc<ObjectEntry>>,
    pub(super) rule_sets: Vec<Arc<ObjectEntry>>,
    pub(super) revisions: Vec<Arc<ObjectEntry>>,
    /// Rule sets that cannot even be taken in.
    pub(super) unreadable_rule_sets: Vec<String>,
    pub(super) usage: Usage,
}

/// Who uses what.
#[derive(Debug, Default)]
pub(super) struct Usage {
    /// Every claim.
    pub(super) claims: BTreeMap<Named, Use>,
    /// Revisions that something may still need: contracts of claims and clusters that exist, approvals, rollouts.
    pub(super) held: BTreeSet<String>,
    /// Whether some contract cannot be read, so that nobody knows what it holds.
    pub(super) uncertain: bool,
}

/// What one claim uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Use {
    /// The offering that it names.
    pub(super) offering: Option<String>,
    /// The profile that it names itself.
    pub(super) profile: Option<String>,
    /// Profile and revision of the newest contract that was applied, or may have been.
    pub(super) bound: Option<Bound>,
}

/// What a claim runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) profile: String,
    pub(super) revision: String,
    sequence: i64,
}

impl Snapshot {
    pub(super) fn of(world: &World) -> Self {
        let all = |store: &Store<ObjectEntry>| store.all().cloned().collect();
        let unreadable = world.malformed.keys().filter(|(kind, _)| *kind == Watched::RuleSet);
        Self {
            offerings: all(&world.offerings),
            profiles: all(&world.profiles),
            components: all(&world.components),
            rule_sets: all(&world.rule_sets),
            revisions: all(&world.revisions),
            unreadable_rule_sets: unreadable.map(|(_, at)| at.name.clone()).collect(),
            usage: Usage::of(world),
        }
    }
}

impl Usage {
    fn of(world: &World) -> Self {
        let mut usage = Self::default();
        for claim in world.claims.all() {
            let spec = &claim.claim.spec;
            let offering = spec.offering_ref.as_ref().map(|offering| offering.name.clone());
            let profile = spec.profile_ref.as_ref().filter(|_| offering.is_none()).map(|profile| profile.name.clone());
            usage.claims.insert(claim.meta.at.clone(), Use { offering, profile, bound: None });
        }
        for contract in world.contracts().all() {
            usage.take(contract, world);
        }
        usage.uncertain = world.malformed.keys().any(|(kind, _)| *kind == Watched::Contract);
        let wanted = |entry: &ObjectEntry, pointer: &str| {
            entry.object.pointer(pointer).and_then(|name| name.as_str()).map(ToOwned::to_owned)
        };
        usage.held.extend(world.requests.all().filter_map(|entry| wanted(entry, "/spec/approve/revision")));
        usage.held.extend(world.rollouts.all().filter_map(|entry| wanted(entry, "/spec/revision")));
        usage
    }

    /// A contract holds its revision while its claim is there, in whatever form, or its cluster is.
    fn take(&mut self, contract: &ContractEntry, world: &World) {
        let spec = &contract.spec;
        let claim = Named::new(&spec.claim.namespace, &spec.claim.name);
        let cluster = Named::new(&spec.claim.namespace, contract.target());
        let known = self.claims.get_mut(&claim);
        let unreadable = world.malformed.contains_key(&(Watched::Claim, claim));
        if known.is_some() || unreadable || world.clusters.get(&cluster).is_some() {
            self.held.insert(spec.revision.name.clone());
        }
        let counts = matches!(contract.status.state, Some(ContractState::Applying | ContractState::Applied));
        if let Some(known) = known.filter(|_| counts)
            && known.bound.as_ref().is_none_or(|bound| bound.sequence < spec.sequence)
        {
            let (profile, revision) = (spec.profile.name.clone(), spec.revision.name.clone());
            known.bound = Some(Bound { profile, revision, sequence: spec.sequence });
        }
    }

    fn count(&self, wanted: impl Fn(&Use) -> bool) -> i64 {
        i64::try_from(self.claims.values().filter(|used| wanted(used)).count()).unwrap_or(i64::MAX)
    }

    /// How many claims run a revision that `wanted` accepts.
    pub(super) fn bound(&self, wanted: impl Fn(&Bound) -> bool) -> i64 {
        self.count(|used| used.bound.as_ref().is_some_and(&wanted))
    }

    /// How many claims name an offering and, where they run something, run what `wanted` accepts.
    pub(super) fn of_offering(&self, offering: &str, wanted: impl Fn(Option<&Bound>) -> bool) -> i64 {
        self.count(|used| used.offering.as_deref() == Some(offering) && wanted(used.bound.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn claim(world: &mut World, name: &str, spec: &Json) {
        let metadata = json!({"name": name, "namespace": "team", "resourceVersion": "1", "uid": name});
        world.observe(Watched::Claim, &json!({"metadata": metadata, "spec": spec})).unwrap();
    }

    fn contract(world: &mut World, claim: &str, sequence: i64, revision: &str, state: &str) {
        let metadata = json!({"name": format!("{claim}-x-{sequence}"), "namespace": "system", "resourceVersion": "1"});
        let engine = json!({"version": "1", "fingerprint": 1, "celEnvironment": "1.37", "targetRelease": "main",
            "targetSchema": "sha256:"});
        let spec = json!({
            "claim": {"namespace": "team", "name": claim}, "claimGeneration": 1, "sequence": sequence,
            "tenant": {"namespace": "team", "name": "team"}, "profile": {"name": "hardened"},
            "revision": {"name": revision}, "digest": "sha256:", "engine": engine,
        });
        let object = json!({"metadata": metadata, "spec": spec, "status": {"state": state}});
        world.observe(Watched::Contract, &object).unwrap();
    }

    fn offered() -> Json {
        json!({"tenantRef": {"name": "team"}, "offeringRef": {"name": "standard"}})
    }

    #[test]
    fn a_claim_counts_for_the_revision_of_its_newest_contract_that_reached_the_cluster() {
        let mut world = World::new("system");
        claim(&mut world, "a", &offered());
        contract(&mut world, "a", 1, "hardened-1", "Applied");
        contract(&mut world, "a", 2, "hardened-2", "Applying");
        contract(&mut world, "a", 3, "hardened-3", "Prepared");
        let usage = Usage::of(&world);
        let on = |name: &'static str| usage.bound(move |bound| bound.revision == name);
        assert_eq!((on("hardened-1"), on("hardened-2"), on("hardened-3")), (0, 1, 0));
        assert_eq!(usage.bound(|bound| bound.profile == "hardened"), 1);
        assert_eq!(usage.of_offering("standard", |_| true), 1);
        // What is written but not yet applied may be next, and what was applied before may be asked again.
        assert_eq!(
            usage.held.iter().map(String::as_str).collect::<Vec<_>>(),
            ["hardened-1", "hardened-2", "hardened-3"]
        );
    }

    #[test]
    fn a_contract_holds_its_revision_no_longer_than_its_claim_and_cluster_exist() {
        let mut world = World::new("system");
        contract(&mut world, "gone", 1, "hardened-1", "Applied");
        assert!(Usage::of(&world).held.is_empty());
        let metadata = json!({"name": "gone-x", "namespace": "team", "resourceVersion": "1"});
        world.observe(Watched::Cluster, &json!({"metadata": metadata})).unwrap();
        assert!(Usage::of(&world).held.contains("hardened-1"));
    }

    #[test]
    fn a_claim_that_cannot_be_read_still_holds_its_revision() {
        let mut world = World::new("system");
        contract(&mut world, "odd", 1, "hardened-1", "Applied");
        let metadata = json!({"name": "odd", "namespace": "team", "resourceVersion": "1"});
        world.observe(Watched::Claim, &json!({"metadata": metadata, "spec": 7})).unwrap_err();
        assert!(Usage::of(&world).held.contains("hardened-1"));
    }

    #[test]
    fn a_request_that_approves_a_revision_holds_it() {
        let mut world = World::new("system");
        let metadata = json!({"name": "r", "namespace": "team", "resourceVersion": "1"});
        let spec = json!({"claimRef": {"name": "a"}, "approve": {"revision": "hardened-7"}});
        world.observe(Watched::Request, &json!({"metadata": metadata, "spec": spec})).unwrap();
        assert!(Usage::of(&world).held.contains("hardened-7"));
    }

    #[test]
    fn a_contract_that_cannot_be_read_makes_usage_uncertain() {
        let mut world = World::new("system");
        let metadata = json!({"name": "a-x-1", "namespace": "system", "resourceVersion": "1"});
        world.observe(Watched::Contract, &json!({"metadata": metadata, "spec": 7})).unwrap_err();
        assert!(Usage::of(&world).uncertain);
    }
}
