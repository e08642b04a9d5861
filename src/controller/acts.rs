//! Rollouts and interventions: their kinds exist, and this release says that it does not carry them out.

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::api::{InterventionPhase, RolloutPhase};

use super::claim::{Failure, Next};
use super::conditions::{self, Told};
use super::context::Context;
use super::entry::ObjectEntry;
use super::names::Named;
use super::server::{INTERVENTION, ROLLOUT};
use super::world::Watched;

const MESSAGE: &str = "this release of the operator does not carry it out; nothing was touched";

/// Says `NotSupported` in the status of a rollout or an intervention.
pub async fn refuse(ctx: &Context, kind: Watched, at: &Named) -> Result<Next, Failure> {
    let (found, resource, phase) = {
        let world = ctx.world();
        match kind {
            Watched::Rollout => (world.rollouts.get(at).cloned(), ROLLOUT, json!(RolloutPhase::Stopped)),
            Watched::Intervention => {
                (world.interventions.get(at).cloned(), INTERVENTION, json!(InterventionPhase::Denied))
            }
            _ => return Ok(None),
        }
    };
    let Some(entry) = found else { return Ok(None) };
    let status = refusal(&entry, &phase, ctx.now());
    if entry.object.get("status") == Some(&status) {
        return Ok(None);
    }
    if !ctx.fence.may_write() {
        return Err(Failure::NotLeader);
    }
    match ctx.server.write_status(resource, at, &entry.meta.uid, &status).await {
        Ok(answer) => ctx.wrote(kind, &answer),
        Err(failure) if failure.is_not_found() => {}
        Err(failure) => return Err(failure.into()),
    }
    Ok(None)
}

fn refusal(entry: &ObjectEntry, phase: &Json, now: Timestamp) -> Json {
    let old = entry.object.pointer("/status/conditions").cloned().unwrap_or_else(|| json!([]));
    let old: Vec<_> = serde_json::from_value(old).unwrap_or_default();
    let told = [
        Told::new("Ready", "False", "NotSupported", MESSAGE),
        Told::new("Reconciling", "False", "NotSupported", MESSAGE),
        Told::new("Stalled", "True", "NotSupported", MESSAGE),
    ];
    json!({
        "observedGeneration": entry.meta.generation,
        "phase": phase,
        "conditions": conditions::merge(&old, &told, entry.meta.generation, now),
    })
}
