//! What is known of the cluster: caches by kind, and whom a change concerns.
//!
//! *Guarantees*: an older version of an object never replaces a newer one, so that what we wrote and were
//! answered stays until the watch has caught up. Iteration is in order of names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use crate::api::{ClaimStatus, OpenBaoClaimRequestSpec};
use crate::engine::{TargetIdentity, target_name};

use super::entry::{
    ClaimEntry, ClusterEntry, ContractEntry, Malformed, Meta, NamespaceEntry, ObjectEntry, TenantEntry,
};
use super::names::{self, Named};
use super::queue::Priority;

/// Something that is reconciled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// The catalog as a whole: its objects depend on one another.
    Catalog,
    /// A claim, and the requests for it.
    Claim(Named),
    /// A request, rollout or intervention that no claim's reconcile answers.
    Act(Watched, Named),
}

impl Work {
    /// Whose fair share it counts against: the namespace of a tenant's object.
    pub fn group(&self) -> Option<&str> {
        match self {
            Self::Catalog => None,
            Self::Claim(at) | Self::Act(_, at) => Some(at.namespace.as_str()),
        }
    }
}

/// The kinds that are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Watched {
    /// `OpenBaoClusterClaim`
    Claim,
    /// `OpenBaoClaimRequest`
    Request,
    /// `OpenBaoServiceContract`, in the operator's namespace
    Contract,
    /// the target's clusters that carry our label
    Cluster,
    /// `OpenBaoTenant`
    Tenant,
    /// `Namespace`
    Namespace,
    /// `OpenBaoServiceOffering`
    Offering,
    /// `OpenBaoServiceProfile`
    Profile,
    /// `OpenBaoServiceComponent`
    Component,
    /// `OpenBaoRuleSet`
    RuleSet,
    /// `OpenBaoServiceRevision`
    Revision,
    /// `OpenBaoServiceOfferingRollout`
    Rollout,
    /// `OpenBaoClaimIntervention`, in the operator's namespace
    Intervention,
}

impl Watched {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Claim,
        Self::Request,
        Self::Contract,
        Self::Cluster,
        Self::Tenant,
        Self::Namespace,
        Self::Offering,
        Self::Profile,
        Self::Component,
        Self::RuleSet,
        Self::Revision,
        Self::Rollout,
        Self::Intervention,
    ];
}

/// Objects of one kind.
#[derive(Debug)]
pub struct Store<V> {
    entries: BTreeMap<Named, Arc<V>>,
}

impl<V> Default for Store<V> {
    fn default() -> Self {
        Self { entries: BTreeMap::new() }
    }
}

/// What has metadata.
pub trait Known {
    /// Its metadata.
    fn meta(&self) -> &Meta;
}

macro_rules! known {
    ($($entry:ty),+) => { $(impl Known for $entry {
        fn meta(&self) -> &Meta { &self.meta }
    })+ };
}
known!(ClaimEntry, ClusterEntry, ContractEntry, NamespaceEntry, ObjectEntry, TenantEntry);

impl<V: Known> Store<V> {
    /// An object by name.
    pub fn get(&self, at: &Named) -> Option<&Arc<V>> {
        self.entries.get(at)
    }

    /// All objects, in order of namespace and name.
    pub fn all(&self) -> impl Iterator<Item = &Arc<V>> {
        self.entries.values()
    }

    /// The objects of a namespace.
    pub fn within<'a>(&'a self, namespace: &'a str) -> impl Iterator<Item = &'a Arc<V>> {
        let from = Named::new(namespace, "");
        self.entries.range(from..).take_while(move |(at, _)| at.namespace == namespace).map(|(_, entry)| entry)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes in an object; `false`: what is known is as new.
    fn take(&mut self, entry: V) -> bool {
        let at = entry.meta().at.clone();
        let known = self.entries.get(&at).map(|known| known.meta());
        // Resource versions of one resource can be compared, those of a former life included.
        if known.is_some_and(|known| known.version >= entry.meta().version && known.version > 0) {
            return false;
        }
        self.entries.insert(at, Arc::new(entry));
        true
    }

    fn drop(&mut self, at: &Named) -> Option<Arc<V>> {
        self.entries.remove(at)
    }
}

/// A key of the queue and how urgent it is.
pub type Due = (Work, Priority);

/// Everything that is known.
#[derive(Debug, Default)]
pub struct World {
    /// claims
    pub claims: Store<ClaimEntry>,
    /// requests
    pub requests: Store<ObjectEntry>,
    /// live clusters with our label
    pub clusters: Store<ClusterEntry>,
    /// tenants
    pub tenants: Store<TenantEntry>,
    /// namespaces
    pub namespaces: Store<NamespaceEntry>,
    /// offerings
    pub offerings: Store<ObjectEntry>,
    /// profiles
    pub profiles: Store<ObjectEntry>,
    /// components
    pub components: Store<ObjectEntry>,
    /// rule sets
    pub rule_sets: Store<ObjectEntry>,
    /// revisions
    pub revisions: Store<ObjectEntry>,
    /// rollouts
    pub rollouts: Store<ObjectEntry>,
    /// interventions
    pub interventions: Store<ObjectEntry>,
    /// Where contracts live.
    pub system: String,
    contracts: Store<ContractEntry>,
    /// Key of a unique value → contracts that hold it.
    holders: BTreeMap<String, BTreeSet<Named>>,
    /// Cluster → claim, for clusters that may not carry our marks.
    targets: BTreeMap<Named, String>,
    /// Objects that cannot be read, with the reason.
    pub malformed: BTreeMap<(Watched, Named), String>,
}

impl World {
    /// Nothing is known yet. `system`: the operator's namespace.
    pub fn new(system: &str) -> Self {
        Self { system: system.to_owned(), ..Self::default() }
    }

    /// The contracts of a cluster name, oldest first.
    pub fn contracts_of(&self, target: &TargetIdentity) -> Vec<Arc<ContractEntry>> {
        let prefix = format!("{}-", target.name);
        let from = Named::new(&self.system, &prefix);
        let named = self.contracts.entries.range(from..).take_while(|(at, _)| at.name.starts_with(&prefix));
        let of = |it: &&Arc<ContractEntry>| it.target() == target.name && it.spec.claim.namespace == target.namespace;
        let mut found: Vec<_> = named.map(|(_, entry)| entry).filter(of).map(Arc::clone).collect();
        found.sort_by_key(|contract| contract.spec.sequence);
        found
    }

    /// How many claims are in each phase, as their statuses say.
    pub fn phases(&self) -> BTreeMap<String, usize> {
        let mut phases = BTreeMap::new();
        for claim in self.claims.all() {
            let status: Option<ClaimStatus> = serde_json::from_str(&claim.status).ok();
            let phase =
                status.and_then(|status| status.phase).map_or("Unknown".to_owned(), |phase| format!("{phase:?}"));
            let count: &mut usize = phases.entry(phase).or_default();
            *count = count.saturating_add(1);
        }
        phases
    }

    /// All contracts.
    pub fn contracts(&self) -> &Store<ContractEntry> {
        &self.contracts
    }

    /// The contracts that name a unique value, whatever became of them.
    pub fn holders<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a Arc<ContractEntry>> {
        self.holders.get(key).into_iter().flatten().filter_map(|at| self.contracts.get(at))
    }

    fn holds(&mut self, contract: &ContractEntry, yes: bool) {
        for reservation in &contract.spec.reservations {
            let holders = self.holders.entry(reservation.key.clone()).or_default();
            if yes {
                holders.insert(contract.meta.at.clone());
            } else {
                holders.remove(&contract.meta.at);
            }
            if holders.is_empty() {
                self.holders.remove(&reservation.key);
            }
        }
    }

    /// The requests for a claim, oldest first.
    pub fn requests_of(&self, claim: &Named) -> Vec<Arc<ObjectEntry>> {
        let of = |entry: &&Arc<ObjectEntry>| claim_of_request(entry).as_deref() == Some(claim.name.as_str());
        let mut found: Vec<_> = self.requests.within(&claim.namespace).filter(of).map(Arc::clone).collect();
        found.sort_by(|a, b| (a.meta.created, &a.meta.at.name).cmp(&(b.meta.created, &b.meta.at.name)));
        found
    }

    /// Takes in an object as it was listed, watched or answered, and tells whom it concerns.
    pub fn observe(&mut self, kind: Watched, object: &Json) -> Result<Vec<Due>, Malformed> {
        let outcome = self.take(kind, object);
        if let Ok(meta) = Meta::of_object(object) {
            match &outcome {
                Ok(_) => self.malformed.remove(&(kind, meta.at)),
                Err(malformed) => self.malformed.insert((kind, meta.at), malformed.part.clone()),
            };
        }
        outcome
    }

    fn take(&mut self, kind: Watched, object: &Json) -> Result<Vec<Due>, Malformed> {
        Ok(match kind {
            Watched::Claim => self.take_claim(ClaimEntry::read(object)?),
            Watched::Contract => {
                let contract = ContractEntry::read(object)?;
                let due = claim_of_contract(&contract, Priority::Observed);
                let at = contract.meta.at.clone();
                let known = self.contracts.get(&at).cloned();
                if !self.contracts.take(contract) {
                    return Ok(Vec::new());
                }
                if let Some(known) = known {
                    self.holds(&known, false);
                }
                if let Some(new) = self.contracts.get(&at).cloned() {
                    self.holds(&new, true);
                }
                due
            }
            Watched::Cluster => {
                let cluster = ClusterEntry::read(object)?;
                let due = self.claim_of_cluster(&cluster.meta);
                if self.clusters.take(cluster) { due } else { Vec::new() }
            }
            Watched::Tenant => {
                let tenant = TenantEntry::read(object)?;
                let namespace = tenant.tenant.target_namespace().unwrap_or_default().to_owned();
                if self.tenants.take(tenant) { self.claims_within(&namespace, Priority::Observed) } else { Vec::new() }
            }
            Watched::Namespace => {
                let namespace = NamespaceEntry::read(object)?;
                let name = namespace.meta.at.name.clone();
                let known = self.namespaces.get(&namespace.meta.at);
                let same = known.is_some_and(|known| {
                    known.namespace.labels == namespace.namespace.labels && known.meta.deleted == namespace.meta.deleted
                });
                if self.namespaces.take(namespace) && !same {
                    self.claims_within(&name, Priority::Observed)
                } else {
                    Vec::new()
                }
            }
            other => {
                let entry = ObjectEntry::read(object)?;
                let due = self.concerned(other, &entry);
                let store = self.objects(other);
                if store.is_some_and(|store| store.take(entry)) { due } else { Vec::new() }
            }
        })
    }

    fn take_claim(&mut self, claim: ClaimEntry) -> Vec<Due> {
        let at = claim.meta.at.clone();
        let cluster = Named::new(&at.namespace, target_name(&at.namespace, &at.name));
        let known = self.claims.get(&at);
        // Our own status writes come back as events; they concern nobody.
        let same = known.is_some_and(|known| {
            known.meta.uid == claim.meta.uid
                && known.meta.generation == claim.meta.generation
                && known.meta.deleted == claim.meta.deleted
                && known.meta.finalizers == claim.meta.finalizers
                && known.status == claim.status
        });
        self.targets.insert(cluster, at.name.clone());
        if self.claims.take(claim) && !same { vec![(Work::Claim(at), Priority::Edit)] } else { Vec::new() }
    }

    /// An object is gone.
    pub fn forget(&mut self, kind: Watched, at: &Named) -> Vec<Due> {
        self.malformed.remove(&(kind, at.clone()));
        match kind {
            Watched::Claim => {
                self.claims.drop(at);
                self.targets.remove(&Named::new(&at.namespace, target_name(&at.namespace, &at.name)));
                let requests = self.requests_of(at);
                requests
                    .iter()
                    .map(|it| (Work::Act(Watched::Request, it.meta.at.clone()), Priority::Observed))
                    .collect()
            }
            Watched::Contract => {
                let gone = self.contracts.drop(at);
                if let Some(gone) = &gone {
                    self.holds(gone, false);
                }
                gone.map(|contract| claim_of_contract(&contract, Priority::Observed)).unwrap_or_default()
            }
            Watched::Cluster => {
                let gone = self.clusters.drop(at);
                gone.map(|cluster| self.claim_of_cluster(&cluster.meta)).unwrap_or_default()
            }
            Watched::Tenant => {
                let gone = self.tenants.drop(at);
                let namespace = gone.and_then(|gone| gone.tenant.target_namespace().map(ToOwned::to_owned));
                self.claims_within(&namespace.unwrap_or_default(), Priority::Observed)
            }
            Watched::Namespace => {
                self.namespaces.drop(at);
                self.claims_within(&at.name, Priority::Observed)
            }
            other => {
                let gone = self.objects(other).and_then(|store| store.drop(at));
                gone.map(|entry| self.concerned(other, &entry)).unwrap_or_default()
            }
        }
    }

    /// After a list: what is known and was not in it is gone.
    pub fn keep(&mut self, kind: Watched, listed: &BTreeSet<Named>) -> Vec<Due> {
        let gone: Vec<_> = self.known(kind).into_iter().filter(|at| !listed.contains(at)).collect();
        gone.iter().flat_map(|at| self.forget(kind, at)).collect()
    }

    fn known(&self, kind: Watched) -> Vec<Named> {
        fn names<V: Known>(store: &Store<V>) -> Vec<Named> {
            store.entries.keys().cloned().collect()
        }
        match kind {
            Watched::Claim => names(&self.claims),
            Watched::Request => names(&self.requests),
            Watched::Contract => names(&self.contracts),
            Watched::Cluster => names(&self.clusters),
            Watched::Tenant => names(&self.tenants),
            Watched::Namespace => names(&self.namespaces),
            Watched::Offering => names(&self.offerings),
            Watched::Profile => names(&self.profiles),
            Watched::Component => names(&self.components),
            Watched::RuleSet => names(&self.rule_sets),
            Watched::Revision => names(&self.revisions),
            Watched::Rollout => names(&self.rollouts),
            Watched::Intervention => names(&self.interventions),
        }
    }

    fn objects(&mut self, kind: Watched) -> Option<&mut Store<ObjectEntry>> {
        Some(match kind {
            Watched::Request => &mut self.requests,
            Watched::Offering => &mut self.offerings,
            Watched::Profile => &mut self.profiles,
            Watched::Component => &mut self.components,
            Watched::RuleSet => &mut self.rule_sets,
            Watched::Revision => &mut self.revisions,
            Watched::Rollout => &mut self.rollouts,
            Watched::Intervention => &mut self.interventions,
            Watched::Claim | Watched::Contract | Watched::Cluster | Watched::Tenant | Watched::Namespace => {
                return None;
            }
        })
    }

    fn concerned(&self, kind: Watched, entry: &ObjectEntry) -> Vec<Due> {
        match kind {
            Watched::Request => {
                let at = &entry.meta.at;
                let claim = claim_of_request(entry).map(|name| Named::new(&at.namespace, name));
                match claim.filter(|claim| self.claims.get(claim).is_some()) {
                    Some(claim) => vec![(Work::Claim(claim), Priority::Edit)],
                    None => vec![(Work::Act(kind, at.clone()), Priority::Edit)],
                }
            }
            Watched::Rollout | Watched::Intervention => vec![(Work::Act(kind, entry.meta.at.clone()), Priority::Edit)],
            _ => vec![(Work::Catalog, Priority::Observed)],
        }
    }

    fn claims_within(&self, namespace: &str, priority: Priority) -> Vec<Due> {
        self.claims.within(namespace).map(|claim| (Work::Claim(claim.meta.at.clone()), priority)).collect()
    }

    fn claim_of_cluster(&self, meta: &Meta) -> Vec<Due> {
        let by_mark = meta.mark(names::CLAIM_NAME).map(ToOwned::to_owned);
        let claim = self.targets.get(&meta.at).cloned().or(by_mark);
        claim.map(|name| (Work::Claim(Named::new(&meta.at.namespace, name)), Priority::Observed)).into_iter().collect()
    }
}

fn claim_of_contract(contract: &ContractEntry, priority: Priority) -> Vec<Due> {
    let claim = &contract.spec.claim;
    vec![(Work::Claim(Named::new(&claim.namespace, &claim.name)), priority)]
}

/// The name of the claim that a request is for.
fn claim_of_request(entry: &ObjectEntry) -> Option<String> {
    entry.spec::<OpenBaoClaimRequestSpec>().ok().map(|spec| spec.claim_ref.name)
}
