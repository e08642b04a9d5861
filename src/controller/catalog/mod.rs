//! The catalog's reconcile: from offerings, profiles, components and rule sets to revisions, to what claims
//! see, and to statuses.
//!
//! *Guarantees*: a broken object affects only what uses it; the last good revision stays current and says so;
//! a second run without a change writes nothing; a revision that anything may still need is never deleted.
//! *Assumptions*: the first run comes after every kind was listed once, and runs never overlap.

mod blame;
mod collect;
mod compile;
mod decide;
mod fan_out;
mod live;
mod read;
mod revisions;
mod settle;
mod snapshot;
mod status;
#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::time::Instant;

pub use live::{Fit, fit_of_live_target};
pub use revisions::PROFILE;

use super::context::{About, Context, Severity};
use super::entry::ObjectEntry;
use super::failure::ApiFailure;
use super::names::Named;
use super::queue::Priority;
use super::server::{Kind, PROFILE as PROFILE_KIND, REVISION};
use super::world::{Watched, Work};
use decide::{NewRevision, Plan, Remembered, Surroundings};
use snapshot::Snapshot;
use status::StatusWrite;

/// What is remembered between reconciles. Losing it costs work and one more wait, never truth.
#[derive(Debug, Default)]
pub struct Memory {
    remembered: Remembered,
    /// The start of the reconciler's own clock.
    origin: Option<Instant>,
}

/// Reconciles the whole catalog. Returns when to run again although nothing happens.
pub async fn reconcile(ctx: &Context) -> Result<Option<Duration>, ApiFailure> {
    let mut failures = Failures::default();
    let mut plan = publish(ctx);
    if ctx.fence.may_write() && !plan.make.is_empty() {
        for new in std::mem::take(&mut plan.make) {
            failures.note(make(ctx, &new).await);
        }
        // What was just made is current from now on, and statuses say so at once.
        plan = publish(ctx);
    }
    if ctx.fence.may_write() {
        for write in &plan.statuses {
            failures.note(write_status(ctx, write).await);
        }
    }
    if ctx.fence.may_write() {
        for (revision, uid) in &plan.delete {
            failures.note(delete(ctx, revision, uid).await);
        }
    }
    failures.first.map_or(Ok(plan.next), Err)
}

/// Decides, shows claims what they see from now on, and queues those whom the difference concerns.
fn publish(ctx: &Context) -> Plan {
    let snapshot = Snapshot::of(&ctx.world());
    let mut plan = {
        let mut memory = ctx.catalog();
        let now = Instant::now();
        let time = now.saturating_duration_since(*memory.origin.get_or_insert(now));
        let around = Surroundings {
            kinds: &ctx.kinds,
            targets: &ctx.targets,
            settle: ctx.settings.settle,
            history: ctx.settings.history,
            time,
            wall: ctx.now(),
        };
        memory.remembered.decide(&snapshot, around)
    };
    let (old, new) = (ctx.registry(), std::mem::take(&mut plan.registry));
    if fan_out::differs(&old, &new) {
        let concerned = fan_out::concerned(&old, &new, &snapshot.usage);
        ctx.set_registry(new);
        for claim in concerned {
            ctx.queue.add(Work::Claim(claim.clone()), Priority::FanOut);
        }
    }
    plan
}

/// The first failure: everything else is tried all the same.
#[derive(Default)]
struct Failures {
    first: Option<ApiFailure>,
}

impl Failures {
    fn note(&mut self, outcome: Result<(), ApiFailure>) {
        if let Err(failure) = outcome {
            self.first.get_or_insert(failure);
        }
    }
}

async fn make(ctx: &Context, new: &NewRevision) -> Result<(), ApiFailure> {
    match ctx.server.create(REVISION, "", &new.object).await {
        Ok(object) => {
            ctx.wrote(Watched::Revision, &object);
            let note = format!("revision `{}` (number {}) was made", new.name, new.number);
            tell(ctx, PROFILE_KIND, &new.profile, Severity::Normal, "RevisionCreated", &note);
            Ok(())
        }
        Err(failure) if failure.is_already_exists() => {
            // A lost answer to an earlier try, or a former leader: if it is this very content, all is well; if
            // not, the next round finds that it cannot be used, and the profile's status says so.
            let found = ctx.server.get(REVISION, &Named::cluster(&new.name)).await?;
            if let Some(found) = &found {
                ctx.wrote(Watched::Revision, found);
                if !revisions::same(&new.object, found) {
                    tracing::warn!(revision = %new.name, "a revision of this name holds other content");
                }
            }
            Ok(())
        }
        Err(failure) => Err(failure),
    }
}

async fn write_status(ctx: &Context, write: &StatusWrite) -> Result<(), ApiFailure> {
    let meta = &write.entry.meta;
    match ctx.server.write_status(write.kind, &meta.at, &meta.uid, &write.status).await {
        Ok(object) => {
            ctx.wrote(write.watched, &object);
            for told in &write.events {
                tell(ctx, write.kind, &write.entry, told.severity, &told.reason, &told.note);
            }
            Ok(())
        }
        // It is gone, and the watch will say so.
        Err(failure) if failure.is_not_found() => Ok(()),
        Err(failure) => Err(failure),
    }
}

async fn delete(ctx: &Context, revision: &Named, uid: &str) -> Result<(), ApiFailure> {
    ctx.server.delete(REVISION, revision, uid).await?;
    tracing::info!(revision = %revision, "a revision that nobody needs was collected");
    Ok(())
}

fn tell(ctx: &Context, kind: Kind, entry: &ObjectEntry, severity: Severity, reason: &str, note: &str) {
    let api_version = kind.api_version();
    let about = About { api_version: &api_version, kind: kind.kind, at: &entry.meta.at, uid: &entry.meta.uid };
    ctx.events.tell(about, severity, reason, note);
}
