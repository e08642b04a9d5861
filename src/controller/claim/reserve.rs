//! Unique values: one holder in the whole platform, by atomic creation of a Lease that is named by the hash of
//! name and value. Nobody learns who holds it.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::api::{ContractState, Reservation};
use crate::controller::context::Context;
use crate::controller::entry::{ContractEntry, Meta};
use crate::controller::names::{self, Named};
use crate::controller::server::LEASE;
use crate::controller::world::World;
use crate::engine::TargetIdentity;

use super::Failure;
use super::custody::fence;
use super::dereference::Seen;
use super::outcome::Held;

/// Takes the values that a candidate needs. Those that it has already are taken as they are.
pub(super) async fn take(ctx: &Context, seen: &Seen, wanted: &[Reservation]) -> Result<Result<(), Held>, Failure> {
    for reservation in wanted {
        // Leases can be lost in a restore; contracts are what they are filled from again.
        if held_by_contract(ctx, seen, reservation) || !lease(ctx, seen, reservation).await? {
            return Ok(Err(not_unique(reservation)));
        }
    }
    Ok(Ok(()))
}

fn not_unique(reservation: &Reservation) -> Held {
    let message = format!("another claim holds this {}", reservation.name);
    Held::blocked("NotUnique", message).help("choose another value; whoever holds it is not told either")
}

fn held_by_contract(ctx: &Context, seen: &Seen, wanted: &Reservation) -> bool {
    let world = ctx.world();
    world.holders(&wanted.key).any(|contract| {
        contract.spec.claim.uid.as_deref() != Some(seen.uid())
            && contract.status.state != Some(ContractState::Released)
            && !superseded(&world, contract)
    })
}

/// Whether a later contract of the same cluster is applied: what this one held and that one does not is free.
fn superseded(world: &World, contract: &ContractEntry) -> bool {
    let target =
        TargetIdentity { namespace: contract.spec.claim.namespace.clone(), name: contract.target().to_owned() };
    let later = |other: &Arc<ContractEntry>| {
        other.spec.sequence > contract.spec.sequence && other.status.state == Some(ContractState::Applied)
    };
    world.contracts_of(&target).iter().any(later)
}

/// Whether the lease is the claim's now.
async fn lease(ctx: &Context, seen: &Seen, reservation: &Reservation) -> Result<bool, Failure> {
    let lease = json!({
        "apiVersion": LEASE.api_version(),
        "kind": LEASE.kind,
        "metadata": {
            "name": reservation.lease,
            "namespace": ctx.settings.system,
            "labels": {names::MANAGED: "true"},
            "annotations": {names::CLAIM_UID: seen.uid()},
        },
        "spec": {"holderIdentity": seen.uid()},
    });
    fence(ctx)?;
    match ctx.server.create(LEASE, &ctx.settings.system, &lease).await {
        Ok(_) => Ok(true),
        Err(failure) if failure.is_already_exists() => {
            let at = Named::new(&ctx.settings.system, &reservation.lease);
            let found = ctx.server.get(LEASE, &at).await?;
            let holder = found.as_ref().and_then(|lease| lease.pointer("/spec/holderIdentity")).and_then(Json::as_str);
            Ok(holder == Some(seen.uid()))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Lets go of values that the claim holds and `kept` does not need. Called when the cluster carries them no longer.
pub(super) async fn release(
    ctx: &Context,
    uid: &str,
    held: &[Reservation],
    kept: &[Reservation],
) -> Result<(), Failure> {
    for reservation in held.iter().filter(|held| kept.iter().all(|kept| kept.key != held.key)) {
        let at = Named::new(&ctx.settings.system, &reservation.lease);
        let Some(lease) = ctx.server.get(LEASE, &at).await? else { continue };
        let holder = lease.pointer("/spec/holderIdentity").and_then(Json::as_str);
        if holder == Some(uid)
            && let Ok(meta) = Meta::of_object(&lease)
        {
            fence(ctx)?;
            ctx.server.delete(LEASE, &at, &meta.uid).await?;
        }
    }
    Ok(())
}
