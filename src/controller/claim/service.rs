//! The service itself: whether its cluster is there, as it should be, and well.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::controller::context::Context;
use crate::controller::entry::ClusterEntry;
use crate::controller::failure::{ApiFailure, Verb};
use crate::controller::server::CLUSTER;
use crate::controller::world::Watched;
use crate::engine::{self, Health};

use super::Failure;
use super::dereference::Seen;
use super::materialize::{self, Applied};
use super::memory::Memory;
use super::outcome::Held;
use super::{custody, drift};

/// How the service is.
#[derive(Clone, Debug)]
pub(super) enum Service {
    /// Its cluster is not the one that was made.
    Lost(Held),
    /// Its revision is not at hand, so its health cannot be told.
    Unknown(Held),
    /// It is observed.
    Observed(Observed),
}

/// An observed service.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    pub(super) live: Arc<ClusterEntry>,
    pub(super) health: Health,
    /// The applied contract has had its time, and the service is not up.
    pub(super) overdue: bool,
}

/// Keeps what is applied as it is, and looks how it does.
pub(super) async fn keep(
    ctx: &Context,
    seen: &Seen,
    applied: &Applied,
    memory: &mut Memory,
) -> Result<Service, Failure> {
    if applied.removal_held.is_some() {
        memory.removal_held.clone_from(&applied.removal_held);
    }
    let Some(live) = live(ctx, seen).await? else { return Ok(Service::Lost(materialize::gone(&seen.target.name))) };
    if applied.cluster_uid().is_some_and(|uid| uid != live.meta.uid) {
        return Ok(Service::Lost(materialize::replaced(&seen.target.name)));
    }
    if live.meta.deleted.is_some() {
        let message = format!("OpenBaoCluster `{}` is being deleted behind the claim's back", seen.target.name);
        return Ok(Service::Lost(Held::blocked("ClusterGone", message)));
    }
    drift::correct(ctx, seen, applied, &live, memory).await?;
    let bound = match &applied.bound {
        Ok(bound) => bound,
        Err(finding) => {
            let held = Held { kind: super::outcome::HeldKind::Pending, finding: (**finding).clone() };
            return Ok(Service::Unknown(held));
        }
    };
    let key = (live.meta.version, applied.entry.meta.at.name.clone());
    let health = match &memory.health {
        Some((known, health)) if *known == key => health.clone(),
        _ => {
            let object = live.object();
            let facts = bound.revision.targets.first().map(|target| target.facts.observed_generation.as_str());
            let current = has_seen(&object, facts.unwrap_or_default());
            engine::health(&bound.revision, &applied.terms, current.then_some(&object))
        }
    };
    memory.health = Some((key, health.clone()));
    let applied_at = applied.entry.status.applied_at.as_ref().map(|time| time.0);
    let age = applied_at.map_or(0, |at| seen.now.as_second().saturating_sub(at.as_second()));
    let overdue = !health.is_up() && u64::try_from(age).unwrap_or(0) >= ctx.settings.convergence.as_secs();
    Ok(Service::Observed(Observed { live, health, overdue }))
}

/// The live cluster, from the cache or, where that has none, from the API server: a label that was taken off hides
/// it from the watch.
async fn live(ctx: &Context, seen: &Seen) -> Result<Option<Arc<ClusterEntry>>, Failure> {
    let at = seen.cluster_at();
    let known = ctx.world().clusters.get(&at).cloned();
    if known.is_some() {
        return Ok(known);
    }
    let Some(object) = ctx.server.get(CLUSTER, &at).await? else { return Ok(None) };
    let entry = ClusterEntry::read(&object).map_err(|_| ApiFailure::unreadable(Verb::Get, CLUSTER.plural, &at.name))?;
    if custody::is_ours(&entry.meta, seen) {
        ctx.wrote(Watched::Cluster, &object);
    }
    Ok(Some(Arc::new(entry)))
}

/// Whether the runtime's status speaks about the spec as it is: a stale `Running` proves nothing. `path`: where the
/// target says which generation it has seen, dotted; empty: nowhere, then any status counts.
fn has_seen(object: &Json, path: &str) -> bool {
    if path.is_empty() {
        return object.get("status").is_some();
    }
    let seen = path.split('.').try_fold(object, |at, field| at.get(field)).and_then(Json::as_i64);
    let generation = object.pointer("/metadata/generation").and_then(Json::as_i64);
    seen.is_some() && seen >= generation
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_status_that_has_not_seen_the_last_write_proves_nothing() {
        let at = |seen: i64| json!({"metadata": {"generation": 3}, "status": {"observedGeneration": seen}});
        assert!(!has_seen(&at(2), "status.observedGeneration"));
        assert!(has_seen(&at(3), "status.observedGeneration"));
        assert!(!has_seen(&json!({"metadata": {"generation": 3}, "status": {}}), "status.observedGeneration"));
    }
}
