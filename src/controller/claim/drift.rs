//! Drift: owned paths of the live cluster that are not as the contract says are put right, told when the rules
//! forbid that, and told instead of fought over when somebody keeps changing them.

use serde_json::Value as Json;

use crate::controller::context::Context;
use crate::controller::entry::ClusterEntry;
use crate::controller::server::{Apply, CLUSTER};
use crate::controller::world::Watched;
use crate::engine::{self, Drift};
use crate::schema::path;

use super::Failure;
use super::custody::{self, fence};
use super::dereference::Seen;
use super::edit;
use super::materialize::{Applied, marked};
use super::memory::Memory;
use crate::controller::registry::Selected;

/// Corrections within [`CONTEST_SECONDS`] after which a path counts as contested.
const CONTEST: usize = 3;
const CONTEST_SECONDS: i64 = 600;

/// Holds the live cluster against its contract. Nothing is read or evaluated while nobody has touched it.
pub(super) async fn correct(
    ctx: &Context,
    seen: &Seen,
    applied: &Applied,
    live: &ClusterEntry,
    memory: &mut Memory,
) -> Result<(), Failure> {
    let contract = applied.entry.meta.at.name.clone();
    let stamp = (live.fingerprint.clone(), contract.clone());
    let untouched = applied.entry.status.fingerprint.as_deref() == Some(live.fingerprint.as_str());
    if untouched {
        memory.ahead.clear();
        memory.contested.clear();
        return Ok(());
    }
    if memory.verified.as_ref() == Some(&stamp) {
        return Ok(());
    }
    let Ok(bound) = applied.bound.clone() else { return Ok(()) };
    let Ok(content) = applied.content(ctx).await? else { return Ok(()) };
    let selected = Selected { offering: None, bound };
    let object = live.object();
    let claim = &seen.claim.claim;
    let inputs = engine::Inputs { observed: Some(&object), ..edit::inputs(seen, claim, &selected, None, None) };
    let found = engine::drift(&content, &applied.terms, &object, &inputs);
    let marks_lost = !custody::is_ours(&live.meta, seen)
        || live.meta.mark(crate::controller::names::CONTRACT) != Some(contract.as_str());
    memory.ahead = found.iter().filter(|drift| drift.ahead).map(|drift| drift.path.to_string()).collect();
    let wrong: Vec<_> = found.iter().filter(|drift| !drift.ahead).map(|drift| drift.path.to_string()).collect();
    if (wrong.is_empty() && !marks_lost) || seen.claim.claim.spec.suspend {
        memory.verified = Some(stamp);
        memory.contested.clear();
        return Ok(());
    }
    let since = |at: &k8s_openapi::jiff::Timestamp| seen.now.as_second().saturating_sub(at.as_second());
    memory.corrections.retain(|at| since(at) < CONTEST_SECONDS);
    if memory.corrections.len() >= CONTEST {
        // Two writers: it is told, and tried again when the last corrections are a while ago.
        memory.contested = wrong;
        return Ok(());
    }
    memory.corrections.push(seen.now);
    put_right(ctx, seen, applied, &content.object, &found, memory).await
}

/// Applies the contract again; paths that are ahead keep their live value.
async fn put_right(
    ctx: &Context,
    seen: &Seen,
    applied: &Applied,
    object: &Json,
    found: &[Drift],
    memory: &mut Memory,
) -> Result<(), Failure> {
    let mut object = object.clone();
    for drift in found.iter().filter(|drift| drift.ahead) {
        if let Some(live) = &drift.live {
            let _ = path::insert(&mut object, &drift.path, live.clone());
        }
    }
    let name = &applied.entry.meta.at.name;
    let mut object = marked(seen, name, &applied.entry.spec, &object);
    custody::expect(&mut object, applied.cluster_uid());
    fence(ctx)?;
    let live = ctx.server.apply(CLUSTER, &seen.cluster_at(), &object, Apply::default()).await?;
    ctx.wrote(Watched::Cluster, &live);
    memory.verified = Some((crate::controller::entry::fingerprint(&live), name.clone()));
    Ok(())
}
