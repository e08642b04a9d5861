//! Deletion: from the recorded inventory alone. It creates nothing and evaluates nothing, so it ends with catalog,
//! tenant, namespace or schema gone. What does not carry this claim's UID is left alone.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use k8s_openapi::jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::api::{ClaimPhase, ClaimStatus, ContractState, ObjectRef};
use crate::controller::conditions::{self, Told};
use crate::controller::context::Context;
use crate::controller::entry::{ContractEntry, Meta};
use crate::controller::failure::{ApiFailure, Verb};
use crate::controller::names::{self, Named};
use crate::controller::server::{CLUSTER, CONTRACT, Kind};
use crate::controller::world::Watched;
use crate::engine::{TargetIdentity, bounded, target_name};

use super::custody::{self, fence};
use super::dereference::Seen;
use super::{Failure, Next, report, reserve};

/// How often what is awaited is looked at, beside its events.
const LOOK: Duration = Duration::from_secs(15);

/// What became of an object that has to go.
enum Going {
    Gone,
    /// It is still there; in one line, what holds it.
    Waits(String),
}

/// Takes a deleted claim to its end.
pub(super) async fn run(ctx: &Context, seen: &Seen) -> Result<Next, Failure> {
    if !seen.claim.meta.protected() {
        return Ok(None);
    }
    // Past all caches: one that lags would let the claim go before what was made for it.
    let ours = contracts(ctx, seen).await?;
    let made: BTreeSet<_> =
        ours.iter().flat_map(|it| &it.status.objects).filter_map(|object| object.uid.clone()).collect();
    if let Going::Waits(what) = remove(ctx, seen, CLUSTER, &seen.cluster_at(), &made).await? {
        told(ctx, seen, &what).await?;
        return Ok(Some(LOOK));
    }
    // From here on the cluster is gone: what it used can go, and values that it held are free.
    for reference in ours.iter().flat_map(|contract| &contract.spec.inventory) {
        let Some(kind) = Kind::by_name(&reference.kind).filter(|kind| *kind != CLUSTER) else { continue };
        if let Going::Waits(what) = remove(ctx, seen, kind, &place(seen, reference), &made).await? {
            told(ctx, seen, &what).await?;
            return Ok(Some(LOOK));
        }
    }
    for contract in &ours {
        reserve::release(ctx, seen.uid(), &contract.spec.reservations, &[]).await?;
        released(ctx, contract, seen.now).await?;
    }
    fence(ctx)?;
    custody::release(ctx, seen).await?;
    ctx.forget(&seen.at);
    Ok(None)
}

/// The contracts of this claim that nobody has ended.
async fn contracts(ctx: &Context, seen: &Seen) -> Result<Vec<ContractEntry>, Failure> {
    let query = format!("labelSelector={}%3D{}", names::CLAIM_UID, seen.uid());
    let listed = ctx.server.list(CONTRACT, &ctx.settings.system, &query).await?;
    let read = listed
        .iter()
        .map(|object| ContractEntry::read(object).map_err(|_| ApiFailure::unreadable(Verb::List, CONTRACT.plural, "")));
    let mut open = Vec::new();
    for contract in read {
        let contract = contract?;
        if contract.status.state != Some(ContractState::Released) {
            open.push(contract);
        }
    }
    Ok(open)
}

fn place(seen: &Seen, reference: &ObjectRef) -> Named {
    Named::new(reference.namespace.as_deref().unwrap_or(&seen.at.namespace), &reference.name)
}

/// Asks an object of ours to go, and looks whether it has. Ours is what we recorded as made, whatever became of its
/// marks, and what carries them although the record of its making was lost.
async fn remove(ctx: &Context, seen: &Seen, kind: Kind, at: &Named, made: &BTreeSet<String>) -> Result<Going, Failure> {
    let found = match ctx.server.get(kind, at).await {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(Going::Gone),
        // Our rights went with the namespace: what the watch does not see any more is gone (field case 78).
        Err(failure) if failure.is_forbidden() && seen.terminating() && !known(ctx, kind, at) => {
            return Ok(Going::Gone);
        }
        Err(failure) => return Err(failure.into()),
    };
    let meta = Meta::of_object(&found).map_err(|_| ApiFailure::unreadable(Verb::Get, kind.plural, &at.name))?;
    if !made.contains(&meta.uid) && !custody::is_ours(&meta, seen) {
        return Ok(Going::Gone);
    }
    if meta.deleted.is_none() {
        fence(ctx)?;
        ctx.server.delete(kind, at, &meta.uid).await?;
        // Most objects go at once.
        if meta.finalizers.is_empty() && ctx.server.get(kind, at).await?.is_none() {
            return Ok(Going::Gone);
        }
    }
    Ok(Going::Waits(awaited(kind, at, &meta, &found)))
}

fn known(ctx: &Context, kind: Kind, at: &Named) -> bool {
    kind == CLUSTER && ctx.world().clusters.get(at).is_some()
}

/// What is awaited, since when, who holds it, and what it says of itself.
fn awaited(kind: Kind, at: &Named, meta: &Meta, object: &Json) -> String {
    let mut text = format!("waiting for {} `{}` to go", kind.kind, at.name);
    if let Some(since) = meta.deleted {
        let _ = write!(text, " since {since}");
    }
    if !meta.finalizers.is_empty() {
        let _ = write!(text, "; finalizers: {}", bounded(&meta.finalizers.join(", "), 256));
    }
    let conditions = object.pointer("/status/conditions").and_then(Json::as_array).into_iter().flatten();
    let mut ready = conditions.filter(|condition| condition.get("type").and_then(Json::as_str) == Some("Ready"));
    if let Some(words) = ready.find_map(|it| it.get("message").and_then(Json::as_str)) {
        let _ = write!(text, "; it says: {}", bounded(words, 256));
    }
    text
}

/// Tells what is awaited.
async fn told(ctx: &Context, seen: &Seen, what: &str) -> Result<(), Failure> {
    let old: ClaimStatus = serde_json::from_str(&seen.claim.status).unwrap_or_default();
    let told = [
        Told::new("Ready", "False", "Deleting", what),
        Told::new("Reconciling", "True", "Deleting", what),
        Told::new("Stalled", "False", "Deleting", ""),
    ];
    let status = ClaimStatus {
        observed_generation: Some(seen.generation()),
        phase: Some(ClaimPhase::Deleting),
        summary: Some(bounded(what, 512)),
        conditions: conditions::merge(&old.conditions, &told, seen.generation(), seen.now),
        ..old.clone()
    };
    report::write(ctx, seen, &old, &status).await
}

/// Marks a contract as the record of a service that is no more.
async fn released(ctx: &Context, contract: &ContractEntry, now: Timestamp) -> Result<(), Failure> {
    let mut status = contract.status.clone();
    status.state = Some(ContractState::Released);
    let told = [Told::new("Ready", "False", "Released", "the claim is gone")];
    status.conditions = conditions::merge(&status.conditions, &told, contract.meta.generation, now);
    fence(ctx)?;
    match ctx.server.write_status(CONTRACT, &contract.meta.at, &contract.meta.uid, &json!(status)).await {
        Ok(answer) => ctx.wrote(Watched::Contract, &answer),
        Err(failure) if failure.is_not_found() => {}
        Err(failure) => return Err(failure.into()),
    }
    Ok(())
}

/// There is no claim of this name: its records go when their time has come.
pub(super) async fn expire(ctx: &Context, at: &Named) -> Result<Next, Failure> {
    let target = TargetIdentity { namespace: at.namespace.clone(), name: target_name(&at.namespace, &at.name) };
    let contracts = ctx.world().contracts_of(&target);
    let (mut next, now) = (None, ctx.now());
    for contract in contracts.iter().filter(|it| it.status.state == Some(ContractState::Released)) {
        let since = contract.status.conditions.first().map(released_at);
        let age = since.map_or(0, |since| now.as_second().saturating_sub(since.as_second()));
        let left = ctx.settings.retention.saturating_sub(Duration::from_secs(u64::try_from(age).unwrap_or(0)));
        if left.is_zero() {
            if !ctx.fence.may_write() {
                return Err(Failure::NotLeader);
            }
            ctx.server.delete(CONTRACT, &contract.meta.at, &contract.meta.uid).await?;
        } else {
            next = next.into_iter().chain([left]).min();
        }
    }
    Ok(next)
}

fn released_at(condition: &Condition) -> Timestamp {
    condition.last_transition_time.0
}
