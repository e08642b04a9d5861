//! dereference: all that a decision about one claim stands on. Everything is named by the claim or by what was
//! made for it; nothing is searched for.

use std::sync::Arc;

use k8s_openapi::jiff::Timestamp;

use crate::api::{ContractState, OpenBaoServiceOfferingSpec, Window};
use crate::controller::context::Context;
use crate::controller::entry::{ClaimEntry, ClusterEntry, ContractEntry, NamespaceEntry, ObjectEntry, TenantEntry};
use crate::controller::names::{self, Named};
use crate::controller::registry::Registry;
use crate::engine::{Namespace, TargetIdentity, Tenant};

use super::outcome::Held;

/// One consistent look at everything around a claim.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) at: Named,
    pub(super) claim: Arc<ClaimEntry>,
    pub(super) target: TargetIdentity,
    pub(super) tenant: Option<Arc<TenantEntry>>,
    pub(super) namespace: Option<Arc<NamespaceEntry>>,
    pub(super) cluster: Option<Arc<ClusterEntry>>,
    /// Oldest first.
    pub(super) contracts: Vec<Arc<ContractEntry>>,
    /// Oldest first.
    pub(super) requests: Vec<Arc<ObjectEntry>>,
    pub(super) registry: Arc<Registry>,
    pub(super) now: Timestamp,
    /// Windows of the claim's offering.
    pub(super) windows: Vec<Window>,
    no_labels: Namespace,
}

/// What the contracts say of a claim.
#[derive(Debug)]
pub(super) enum Standing {
    /// Nothing was made yet.
    New,
    /// A first contract is written, and its writes may be on their way.
    Begun(Arc<ContractEntry>),
    /// A contract is applied.
    Runs {
        /// It.
        applied: Arc<ContractEntry>,
        /// A later one that is written and may be on its way.
        begun: Option<Arc<ContractEntry>>,
    },
}

impl Seen {
    /// Looks; `None`: there is no such claim.
    pub(super) fn gather(ctx: &Context, at: &Named) -> Option<Self> {
        let registry = ctx.registry();
        let now = ctx.now();
        let world = ctx.world();
        let claim = Arc::clone(world.claims.get(at)?);
        let target = TargetIdentity::of(&claim.claim);
        let wanted = &claim.claim.spec.tenant_ref;
        let tenant = Named::new(wanted.namespace.as_deref().unwrap_or(&at.namespace), &wanted.name);
        let contracts = world.contracts_of(&target);
        let offering = claim.claim.spec.offering_ref.as_ref().map(|offering| Named::cluster(&offering.name));
        let offering = offering.and_then(|at| world.offerings.get(&at)?.spec::<OpenBaoServiceOfferingSpec>().ok());
        Some(Self {
            at: at.clone(),
            tenant: world.tenants.get(&tenant).cloned(),
            namespace: world.namespaces.get(&Named::cluster(&at.namespace)).cloned(),
            cluster: world.clusters.get(&Named::new(&target.namespace, &target.name)).cloned(),
            contracts,
            requests: world.requests_of(at),
            claim,
            target,
            registry,
            now,
            windows: offering.map(|offering| offering.windows).unwrap_or_default(),
            no_labels: Namespace::default(),
        })
    }

    pub(super) fn uid(&self) -> &str {
        &self.claim.meta.uid
    }

    pub(super) fn generation(&self) -> i64 {
        self.claim.meta.generation
    }

    pub(super) fn tenant(&self) -> Option<&Tenant> {
        self.tenant.as_ref().map(|entry| &entry.tenant)
    }

    pub(super) fn labels(&self) -> &Namespace {
        self.namespace.as_ref().map_or(&self.no_labels, |entry| &entry.namespace)
    }

    /// Whether the claim's namespace is going.
    pub(super) fn terminating(&self) -> bool {
        self.namespace.as_ref().is_none_or(|entry| entry.meta.deleted.is_some())
    }

    pub(super) fn cluster_at(&self) -> Named {
        Named::new(&self.target.namespace, &self.target.name)
    }

    /// The next free place in the claim's history. Places of a former claim of the same name are taken.
    pub(super) fn next_sequence(&self) -> i64 {
        self.contracts.iter().map(|contract| contract.spec.sequence).max().unwrap_or_default().saturating_add(1)
    }

    /// Contracts of this life of the claim, or of one that nobody has ended; oldest first.
    pub(super) fn open(&self) -> impl DoubleEndedIterator<Item = &Arc<ContractEntry>> {
        self.contracts.iter().filter(|contract| contract.status.state != Some(ContractState::Released))
    }

    /// What the contracts and the marks on the cluster say; `Err`: they contradict the claim, and nothing is touched.
    pub(super) fn standing(&self) -> Result<Standing, Held> {
        if let Some(other) = self.open().find(|contract| contract.spec.claim.uid.as_deref() != Some(self.uid())) {
            return Err(uid_mismatch(&format!("service contract `{}`", other.meta.at.name)));
        }
        let newest = self.open().next_back();
        if let Some(cluster) = &self.cluster {
            let marked = cluster.meta.mark(names::CLAIM_UID);
            if marked.is_some_and(|uid| uid != self.uid()) {
                return Err(uid_mismatch(&format!("OpenBaoCluster `{}`", self.target.name)));
            }
            let live = cluster.meta.mark(names::SEQUENCE).and_then(|text| text.parse::<i64>().ok());
            if live > newest.map(|contract| contract.spec.sequence) && marked.is_some() {
                return Err(contract_behind(&self.target.name));
            }
        }
        let Some(newest) = newest else { return Ok(Standing::New) };
        let is_applied = |contract: &&Arc<ContractEntry>| contract.status.state == Some(ContractState::Applied);
        let applied = self.open().rev().find(is_applied);
        Ok(match applied {
            None => Standing::Begun(Arc::clone(newest)),
            Some(applied) => Standing::Runs {
                applied: Arc::clone(applied),
                begun: (newest.spec.sequence > applied.spec.sequence).then(|| Arc::clone(newest)),
            },
        })
    }
}

fn uid_mismatch(what: &str) -> Held {
    Held::blocked("UidMismatch", format!("{what} was made for a claim of this name with another UID"))
        .help("after a restore from backup, a platform admin re-binds it by an intervention; else it has to go first")
}

fn contract_behind(target: &str) -> Held {
    let message = format!("OpenBaoCluster `{target}` is ahead of the newest service contract that is known");
    Held::blocked("ContractBehind", message)
        .help("contracts were restored from an older backup; a platform admin has to re-bind the claim")
}
