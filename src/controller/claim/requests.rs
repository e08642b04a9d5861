//! Requests for a claim: which candidate they let through, which revision they move it to, and what became of them.
//!
//! Terminal phases are final. An approval needs no tombstone: contracts say which candidates were applied, and
//! by whose word.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use serde_json::json;

use crate::api::{Approver, OpenBaoClaimRequestSpec, PendingChange, RequestPhase, RequestStatus};
use crate::controller::conditions::{self, Told};
use crate::controller::context::Context;
use crate::controller::entry::ObjectEntry;
use crate::controller::names::Named;
use crate::controller::registry::{Bound, Selected};
use crate::controller::server::REQUEST;
use crate::controller::world::Watched;

use super::Failure;
use super::classify::{Voice, by_request};
use super::custody::fence;
use super::dereference::Seen;
use super::edit::{self, Case, Edit, Step};
use super::materialize::Applied;
use super::outcome::Outcome;

/// What a request has come to.
#[derive(Debug)]
struct Answer {
    phase: RequestPhase,
    reason: String,
    message: String,
    transition: Option<PendingChange>,
    scheduled: Option<Timestamp>,
}

impl Answer {
    fn new(phase: RequestPhase, reason: &str, message: impl Into<String>) -> Self {
        Self { phase, reason: reason.to_owned(), message: message.into(), transition: None, scheduled: None }
    }

    fn with(mut self, transition: Option<PendingChange>) -> Self {
        self.transition = transition;
        self
    }
}

fn is_final(phase: RequestPhase) -> bool {
    !matches!(phase, RequestPhase::Pending | RequestPhase::Running)
}

pub(super) fn finished(request: &ObjectEntry) -> bool {
    request.status::<RequestStatus>().ok().and_then(|status| status.phase).is_some_and(is_final)
}

/// The oldest open request that approves a candidate.
pub(super) fn approving<'a>(
    requests: &'a [Arc<ObjectEntry>],
    uid: &str,
    candidate: &str,
) -> Option<&'a Arc<ObjectEntry>> {
    requests.iter().find(|request| {
        let Ok(spec) = request.spec::<OpenBaoClaimRequestSpec>() else { return false };
        speaks(request, &spec, uid)
            && spec.approve.as_ref().and_then(|approve| approve.candidate.as_deref()) == Some(candidate)
    })
}

/// Whether a request may have an effect on the claim with this UID.
fn speaks(request: &ObjectEntry, spec: &OpenBaoClaimRequestSpec, uid: &str) -> bool {
    request.meta.deleted.is_none()
        && !finished(request)
        && !spec.dry_run
        && spec.claim_ref.uid.as_deref().is_none_or(|wanted| wanted == uid)
}

/// The move that the oldest open request for a revision asks for, if it is cleared.
pub(super) async fn revision_move(ctx: &Context, seen: &Seen, applied: &Arc<Applied>) -> Result<Option<Step>, Failure> {
    for request in &seen.requests {
        let Ok(spec) = request.spec::<OpenBaoClaimRequestSpec>() else { continue };
        let Some(revision) = spec.approve.as_ref().and_then(|approve| approve.revision.clone()) else { continue };
        if !speaks(request, &spec, seen.uid()) || revision == applied.entry.spec.revision.name {
            continue;
        }
        if let Ok(step @ Step::Take(_)) = preview(ctx, seen, applied, request, &revision).await? {
            return Ok(Some(step));
        }
    }
    Ok(None)
}

/// What taking the applied parameters to a revision comes to; `Err`: it cannot even be tried.
async fn preview(
    ctx: &Context,
    seen: &Seen,
    applied: &Arc<Applied>,
    request: &ObjectEntry,
    revision: &str,
) -> Result<Result<Step, Answer>, Failure> {
    let pending = |reason: &str, message: String| Ok(Err(Answer::new(RequestPhase::Pending, reason, message)));
    let spec = &applied.entry.spec;
    let bound = match seen.registry.bound(revision) {
        Ok(bound) => bound,
        Err(finding) => return pending(&finding.reason, finding.message),
    };
    if bound.revision.profile != spec.profile.name {
        let message = format!(
            "revision `{revision}` is of profile `{}`, the claim runs `{}`",
            bound.revision.profile, spec.profile.name
        );
        return Ok(Err(Answer::new(RequestPhase::Denied, "OtherProfile", message)));
    }
    let offering = spec.offering.as_ref().and_then(|it| seen.registry.offerings.get(&it.name)?.as_ref().ok().cloned());
    if let Some(reason) = offering.as_ref().and_then(|offering| offering.withdrawn.get(revision)) {
        let message = format!("revision `{revision}` is withdrawn: {reason}");
        return Ok(Err(Answer::new(RequestPhase::Denied, "RevisionWithdrawn", message)));
    }
    let content = match applied.content(ctx).await? {
        Ok(content) => content,
        Err(held) => return pending(&held.finding.reason, held.finding.message),
    };
    // The applied parameters, as far as the claim said them itself: all others follow the revision's defaults.
    let mut claim = seen.claim.claim.clone();
    let mut parameters = spec.parameters.0.clone();
    if let Some(members) = parameters.as_object_mut() {
        members.retain(|name, _| spec.given.contains(name));
    }
    claim.spec.parameters = parameters.into();
    claim.spec.offering_ref.clone_from(&spec.offering);
    claim.spec.profile_ref = spec.offering.is_none().then(|| spec.profile.clone());
    let before: Option<&Bound> = applied.bound.as_ref().ok();
    let selected = Selected { offering, bound: bound.clone() };
    let case = Case {
        seen,
        inputs: edit::inputs(seen, &claim, &selected, Some(&content), before),
        bound,
        generation: spec.claim_generation,
        voice: Voice::Request(by_request(request)),
        held: &spec.reservations,
    };
    Ok(Ok(edit::judge(&case)))
}

/// Tells every request what became of it; when the next finished one is to be removed.
pub(super) async fn settle(ctx: &Context, seen: &Seen, outcome: &Outcome) -> Result<Option<Duration>, Failure> {
    let mut next: Option<Duration> = None;
    for request in &seen.requests {
        let status = request.status::<RequestStatus>().unwrap_or_default();
        if status.phase.is_some_and(is_final) {
            next = next.into_iter().chain(expire(ctx, seen, request, &status).await?).min();
            continue;
        }
        let answer = match request.spec::<OpenBaoClaimRequestSpec>() {
            Ok(spec) => answer(ctx, seen, outcome, request, &spec).await?,
            Err(malformed) => Answer::new(RequestPhase::Denied, "Malformed", malformed.to_string()),
        };
        write(ctx, request, &status, answer).await?;
    }
    Ok(next)
}

async fn answer(
    ctx: &Context,
    seen: &Seen,
    outcome: &Outcome,
    request: &ObjectEntry,
    spec: &OpenBaoClaimRequestSpec,
) -> Result<Answer, Failure> {
    if spec.claim_ref.uid.as_deref().is_some_and(|uid| uid != seen.uid()) {
        let message = "the claim of this name is another one than the request was made for";
        return Ok(Answer::new(RequestPhase::Denied, "UidMismatch", message));
    }
    if let Some(by) = seen.requests.iter().find(|later| supersedes(later, request)) {
        let message = format!("request `{}` took its place", by.meta.at.name);
        return Ok(Answer::new(RequestPhase::Superseded, "Superseded", message));
    }
    let Some(approve) = &spec.approve else {
        let message = "this release of the operator runs no operations; nothing was touched";
        return Ok(Answer::new(RequestPhase::Denied, "NotSupported", message));
    };
    let Some(applied) = &outcome.applied else {
        let message = "the claim has nothing applied yet: until then every edit is taken without approval";
        return Ok(Answer::new(RequestPhase::Pending, "NothingApplied", message));
    };
    let by_this = applied.entry.spec.approval.as_ref().is_some_and(|approval| approval.uid == request.meta.uid);
    if by_this {
        let message = format!("applied as service contract `{}`", applied.entry.meta.at.name);
        return Ok(Answer::new(RequestPhase::Succeeded, "Applied", message));
    }
    match (&approve.candidate, &approve.revision) {
        (Some(candidate), _) => Ok(candidate_answer(outcome, applied, spec, candidate)),
        (None, Some(revision)) => revision_answer(ctx, seen, applied, request, spec, revision).await,
        (None, None) => Ok(Answer::new(RequestPhase::Denied, "Malformed", "it approves nothing")),
    }
}

fn supersedes(later: &ObjectEntry, request: &ObjectEntry) -> bool {
    let spec = later.spec::<OpenBaoClaimRequestSpec>().ok();
    later.meta.uid != request.meta.uid
        && later.meta.deleted.is_none()
        && spec.and_then(|spec| spec.supersedes).as_deref() == Some(request.meta.at.name.as_str())
}

fn candidate_answer(outcome: &Outcome, applied: &Applied, spec: &OpenBaoClaimRequestSpec, candidate: &str) -> Answer {
    let contract = &applied.entry.spec;
    let executed = contract.digest == candidate || contract.history.iter().any(|past| past.digest == candidate);
    let pending = match &outcome.edit {
        Edit::Gated(change) | Edit::Waiting(change, _) | Edit::Suspended(Some(change)) => Some(change),
        Edit::Blocked { change, .. } => change.as_ref(),
        _ => None,
    };
    let pending = pending.filter(|change| change.candidate.as_deref() == Some(candidate));
    match (pending, &outcome.edit) {
        (Some(change), _) if spec.dry_run => {
            Answer::new(RequestPhase::Succeeded, "DryRun", "nothing was touched").with(Some(change.clone()))
        }
        (Some(change), Edit::Blocked { .. }) => {
            let message = "the change is blocked, which no tenant's approval lifts";
            Answer::new(RequestPhase::Denied, "ChangeBlocked", message).with(Some(change.clone()))
        }
        (Some(change), _) if change.changes.iter().any(|it| it.approver == Some(Approver::Platform)) => {
            let message = "the change is the platform team's to approve";
            Answer::new(RequestPhase::Denied, "NeedsPlatform", message).with(Some(change.clone()))
        }
        (Some(_), Edit::Waiting(_, next)) => awaiting_window(*next),
        (Some(_), _) => Answer::new(RequestPhase::Pending, "Waiting", "the candidate is not applied yet"),
        (None, _) if executed => Answer::new(
            RequestPhase::AlreadyExecuted,
            "AlreadyExecuted",
            "this candidate was applied before; nothing was touched",
        ),
        (None, _) => {
            let message = "no pending change of the claim has this digest; compare `status.pending.candidate`";
            Answer::new(RequestPhase::Pending, "CandidateNotFound", message)
        }
    }
}

async fn revision_answer(
    ctx: &Context,
    seen: &Seen,
    applied: &Arc<Applied>,
    request: &ObjectEntry,
    spec: &OpenBaoClaimRequestSpec,
    revision: &str,
) -> Result<Answer, Failure> {
    if applied.entry.spec.revision.name == revision {
        let message = format!("the claim runs revision `{revision}` already; nothing was touched");
        return Ok(Answer::new(RequestPhase::AlreadyExecuted, "AlreadyExecuted", message));
    }
    let step = match preview(ctx, seen, applied, request, revision).await? {
        Ok(step) => step,
        Err(answer) => return Ok(answer),
    };
    Ok(match step {
        Step::Take(cleared) if spec.dry_run => {
            Answer::new(RequestPhase::Succeeded, "DryRun", "nothing was touched").with(cleared.change)
        }
        Step::Take(_) => Answer::new(RequestPhase::Pending, "Waiting", "the move is not made yet"),
        Step::Refused(held) => Answer::new(RequestPhase::Pending, &held.finding.reason, held.finding.message),
        Step::Stay(edit) => refused(edit),
    })
}

fn awaiting_window(next: Option<Timestamp>) -> Answer {
    let mut answer = Answer::new(RequestPhase::Pending, "AwaitingWindow", "it is approved and waits for a window");
    answer.scheduled = next;
    answer
}

/// Why a move cannot be made.
fn refused(edit: Edit) -> Answer {
    let first = |findings: &[crate::engine::Finding]| {
        findings.first().map_or(("ChangeBlocked".to_owned(), "the change is blocked".to_owned()), |finding| {
            (finding.reason.clone(), finding.message.clone())
        })
    };
    match edit {
        Edit::Pending(findings) => {
            let (reason, message) = first(&findings);
            Answer::new(RequestPhase::Pending, &reason, message)
        }
        Edit::Denied(findings) => {
            let (reason, message) = first(&findings);
            Answer::new(RequestPhase::Denied, &reason, message)
        }
        Edit::Blocked { findings, change } => {
            let (reason, message) = first(&findings);
            Answer::new(RequestPhase::Denied, &reason, message).with(change)
        }
        Edit::Gated(change) => {
            let message = "the change is the platform team's to approve";
            Answer::new(RequestPhase::Denied, "NeedsPlatform", message).with(Some(change))
        }
        Edit::Waiting(change, next) => awaiting_window(next).with(Some(change)),
        Edit::Suspended(change) => {
            Answer::new(RequestPhase::Pending, "Suspended", "the claim is suspended").with(change)
        }
        Edit::Current | Edit::Unjudged => Answer::new(RequestPhase::Pending, "Waiting", "the claim is being looked at"),
    }
}

async fn write(ctx: &Context, request: &ObjectEntry, old: &RequestStatus, answer: Answer) -> Result<(), Failure> {
    let ended = is_final(answer.phase);
    let message = crate::engine::bounded(&answer.message, crate::api::bounds::MAX_MESSAGE);
    let word = |yes: bool| if yes { "True" } else { "False" };
    let succeeded = matches!(answer.phase, RequestPhase::Succeeded | RequestPhase::AlreadyExecuted);
    let mut status = RequestStatus {
        observed_generation: Some(request.meta.generation),
        phase: Some(answer.phase),
        reason: Some(answer.reason.clone()),
        message: Some(message.clone()),
        transition: answer.transition,
        scheduled_for: answer.scheduled.map(Time),
        completion_time: ended
            .then(|| old.completion_time.clone().unwrap_or(Time(conditions::whole_seconds(ctx.now())))),
        ..RequestStatus::default()
    };
    let told = [("Ready", word(succeeded)), ("Reconciling", word(!ended)), ("Stalled", word(ended && !succeeded))];
    let told = told.map(|(kind, status)| Told::new(kind, status, &answer.reason, &message));
    status.conditions = conditions::merge(&old.conditions, &told, request.meta.generation, ctx.now());
    if json!(status) == json!(old) {
        return Ok(());
    }
    fence(ctx)?;
    match ctx.server.write_status(REQUEST, &request.meta.at, &request.meta.uid, &json!(status)).await {
        Ok(answer) => ctx.wrote(Watched::Request, &answer),
        Err(failure) if failure.is_not_found() => {}
        Err(failure) => return Err(failure.into()),
    }
    Ok(())
}

/// Removes a finished request when its time has come; otherwise, how long that is.
async fn expire(
    ctx: &Context,
    seen: &Seen,
    request: &ObjectEntry,
    status: &RequestStatus,
) -> Result<Option<Duration>, Failure> {
    let Some(ended) = status.completion_time.as_ref().map(|time| time.0) else { return Ok(None) };
    let spec = request.spec::<OpenBaoClaimRequestSpec>().unwrap_or_default();
    let ttl = spec.ttl_seconds_after_finished.and_then(|seconds| u64::try_from(seconds).ok());
    let ttl = ttl.map_or(ctx.settings.request_ttl, Duration::from_secs);
    let age = u64::try_from(seen.now.as_second().saturating_sub(ended.as_second())).unwrap_or(0);
    if age < ttl.as_secs() || request.meta.deleted.is_some() {
        return Ok(Some(Duration::from_secs(ttl.as_secs().saturating_sub(age).max(1))));
    }
    fence(ctx)?;
    ctx.server.delete(REQUEST, &request.meta.at, &request.meta.uid).await?;
    Ok(None)
}

/// Answers a request whose claim is not there.
pub(super) async fn orphan(ctx: &Context, at: &Named) -> Result<Option<Duration>, Failure> {
    let Some(request) = ctx.world().requests.get(at).cloned() else { return Ok(None) };
    let status = request.status::<RequestStatus>().unwrap_or_default();
    let Ok(spec) = request.spec::<OpenBaoClaimRequestSpec>() else { return Ok(None) };
    let claim = Named::new(&at.namespace, &spec.claim_ref.name);
    if status.phase.is_some_and(is_final) || ctx.world().claims.get(&claim).is_some() {
        return Ok(None);
    }
    let message = format!("there is no claim `{}` in this namespace", claim.name);
    write(ctx, &request, &status, Answer::new(RequestPhase::Pending, "ClaimNotFound", message)).await?;
    Ok(None)
}
