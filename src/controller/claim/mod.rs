//! The reconciler of claims. One generic interpreter: nothing here knows a service shape.
//!
//! *Guarantees*: level-triggered: what is done follows from what is, not from what happened. Contracts and marks
//! are the truth, the claim's status never is. A reconcile with unchanged inputs evaluates nothing and writes
//! nothing. What runs is never moved, replaced or let go by anything but a cleared candidate or a deletion.

mod approve;
mod classify;
mod comply;
mod copies;
mod custody;
mod delete;
mod dereference;
mod drift;
mod edit;
mod materialize;
mod memory;
mod outcome;
mod publish;
mod render;
mod report;
mod requests;
mod reserve;
mod service;
mod verdict;

use std::time::Duration;

use super::context::Context;
use super::failure::ApiFailure;
use super::names::Named;
use super::queue::Priority;
use super::world::Work;

pub use memory::Memory;

use dereference::{Seen, Standing};
use outcome::Outcome;

/// Why a reconcile has to be tried again.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The API server did not do what was asked.
    #[error(transparent)]
    Api(#[from] ApiFailure),
    /// Another replica leads.
    #[error("this replica does not lead any more")]
    NotLeader,
}

/// When a claim is looked at again although nothing happens.
pub type Next = Option<Duration>;

/// Reconciles one claim: dereference → approve → render → classify → materialize → publish → report.
pub async fn reconcile(ctx: &Context, at: &Named) -> Result<Next, Failure> {
    let Some(seen) = Seen::gather(ctx, at) else {
        ctx.forget(at);
        return delete::expire(ctx, at).await;
    };
    if !ctx.registry().ready && seen.claim.meta.deleted.is_none() {
        // The catalog is not read yet: nobody can be told anything true.
        return Ok(Some(Duration::from_secs(1)));
    }
    if !ctx.fence.may_write() {
        return Err(Failure::NotLeader);
    }
    if seen.claim.meta.deleted.is_some() {
        return delete::run(ctx, &seen).await;
    }
    let mut memory = ctx.memory(at).of(&seen.claim.meta.uid);
    custody::protect(ctx, &seen).await?;
    report::greet(ctx, &seen).await?;
    let outcome = match seen.standing() {
        Ok(standing) => step(ctx, &seen, standing, &mut memory).await,
        Err(held) => Ok(Outcome::held(held)),
    };
    ctx.remember(at, memory.clone());
    let outcome = match outcome {
        // Trying again is for failures that pass; that somebody has to grant a right is told at once.
        Err(Failure::Api(failure)) if failure.is_forbidden() && !failure.is_namespace_terminating() => {
            report::forbidden(ctx, &seen, &failure).await?;
            return Err(failure.into());
        }
        outcome => outcome?,
    };
    let next = report::run(ctx, &seen, &outcome, &mut memory).await?;
    let finished = requests::settle(ctx, &seen, &outcome).await?;
    ctx.remember(at, memory);
    Ok(next.into_iter().chain(finished).min())
}

/// Finishes what was begun, takes what may be taken, keeps what runs, publishes it.
async fn step(ctx: &Context, seen: &Seen, standing: Standing, memory: &mut Memory) -> Result<Outcome, Failure> {
    let applied = match materialize::finish(ctx, seen, standing).await {
        Ok(applied) => applied,
        Err(materialize::MaterializeError::Held(held)) => return Ok(Outcome::held(held)),
        Err(materialize::MaterializeError::Failed(failure)) => return Err(failure),
    };
    let (edit, applied, held) = match edit::decide(ctx, seen, applied.as_ref(), memory).await? {
        edit::Step::Take(cleared) => {
            let judged = cleared.wire.claim_generation == seen.generation();
            match materialize::take(ctx, seen, applied.clone(), cleared).await {
                Ok(taken) if judged => (edit::Edit::Current, Some(taken), None),
                // A move to another revision leaves the last edit to be judged on it.
                Ok(taken) => {
                    ctx.queue.add(Work::Claim(seen.at.clone()), Priority::Edit);
                    (edit::Edit::Unjudged, Some(taken), None)
                }
                Err(materialize::MaterializeError::Held(held)) => {
                    edit::refuse(seen, applied.as_ref(), &held, memory);
                    (edit::Edit::Unjudged, applied, Some(held))
                }
                Err(materialize::MaterializeError::Failed(failure)) => return Err(failure),
            }
        }
        edit::Step::Stay(edit) => (edit, applied, None),
        edit::Step::Refused(held) => (edit::Edit::Unjudged, applied, Some(held)),
    };
    let Some(applied) = applied else { return Ok(Outcome { edit, held, ..Outcome::default() }) };
    let service = service::keep(ctx, seen, &applied, memory).await?;
    copies::refresh(ctx, seen, &applied, memory).await?;
    comply::judge(ctx, seen, &applied, &service, memory).await?;
    let connection = publish::run(ctx, seen, &applied, &service, memory).await?;
    Ok(Outcome { edit, held, applied: Some(applied), service: Some(service), connection })
}

/// Answers a request whose claim is not there.
pub async fn orphaned_request(ctx: &Context, at: &Named) -> Result<Next, Failure> {
    requests::orphan(ctx, at).await
}
