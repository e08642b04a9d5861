//! The last edit of a claim: what it asks for, and whether that may be applied now.

use std::sync::Arc;

use crate::api::{OpenBaoClusterClaim, PendingChange, Reservation};
use crate::controller::context::Context;
use crate::controller::registry::{Bound, Selected};
use crate::engine::{Contract, Finding, Inputs, Selection, facts_read};
use k8s_openapi::jiff::Timestamp;

use super::Failure;
use super::approve::{ApproveError, approve};
use super::classify::{ClassifyError, Cleared, Voice, classify};
use super::dereference::Seen;
use super::materialize::Applied;
use super::memory::{DecisionKey, Memory};
use super::outcome::Held;
use super::render::{RenderError, render};
use super::requests;

/// How long a candidate that the API server refused is not tried again: the platform may lift the refusal.
const REFUSED_FOR: std::time::Duration = std::time::Duration::from_mins(2);

/// What became of the last edit.
#[derive(Clone, Debug, Default)]
pub(super) enum Edit {
    /// It was not judged: something else comes first.
    #[default]
    Unjudged,
    /// What is applied is what is asked for.
    Current,
    /// Somebody else has to act first.
    Pending(Vec<Finding>),
    /// The claim may not have this, and nothing of it is applied.
    Denied(Vec<Finding>),
    /// A service runs, and what is asked for may not replace it.
    Blocked {
        /// Why; empty when it is the changes themselves.
        findings: Vec<Finding>,
        /// What would have changed, where it could be rendered.
        change: Option<PendingChange>,
    },
    /// It waits for an approval.
    Gated(PendingChange),
    /// It is approved, and waits for a window; the next start.
    Waiting(PendingChange, Option<Timestamp>),
    /// It could be applied, and the claim says `suspend`.
    Suspended(Option<PendingChange>),
}

/// What is to be done about the edit.
pub(super) enum Step {
    /// Apply this.
    Take(Box<Cleared>),
    /// Apply nothing.
    Stay(Edit),
    /// The API server refused this very candidate a moment ago.
    Refused(Held),
}

/// One candidate under judgement.
pub(super) struct Case<'a> {
    pub(super) seen: &'a Seen,
    pub(super) inputs: Inputs<'a>,
    pub(super) bound: Bound,
    /// Generation of the claim that the candidate is made from.
    pub(super) generation: i64,
    /// Who speaks for it.
    pub(super) voice: Voice,
    /// Unique values that the claim holds.
    pub(super) held: &'a [Reservation],
}

/// Judges the last edit, or the move to another revision that a request asks for. With unchanged inputs nothing is
/// evaluated.
pub(super) async fn decide(
    ctx: &Context,
    seen: &Seen,
    applied: Option<&Arc<Applied>>,
    memory: &mut Memory,
) -> Result<Step, Failure> {
    if let Some(applied) = applied
        && let Some(step) = requests::revision_move(ctx, seen, applied).await?
    {
        return Ok(step);
    }
    let spec = &seen.claim.claim.spec;
    let before = applied.map(|it| (it.entry.spec.profile.name.as_str(), it.entry.spec.revision.name.as_str()));
    let selected = match seen.registry.select(spec, before) {
        Ok(selected) => selected,
        Err(finding) if finding.reason == "InvalidSelection" => return Ok(Step::Stay(Edit::Denied(vec![*finding]))),
        Err(finding) => return Ok(Step::Stay(Edit::Pending(vec![*finding]))),
    };
    if applied.is_some_and(|applied| is_current(seen, applied, &selected)) {
        return Ok(Step::Stay(Edit::Current));
    }
    let key = key(seen, applied);
    if let Some((known, edit)) = &memory.decided
        && *known == key
    {
        return Ok(Step::Stay(edit.clone()));
    }
    if let Some((known, held, until)) = &memory.rejected
        && *known == key
        && seen.now < *until
    {
        return Ok(Step::Refused(held.clone()));
    }
    let content = match applied {
        Some(applied) => match applied.content(ctx).await? {
            Ok(content) => Some(content),
            Err(held) => return Ok(Step::Stay(unreadable(held))),
        },
        None => None,
    };
    let applied_bound = applied.and_then(|applied| applied.bound.as_ref().ok());
    let case = Case {
        seen,
        inputs: inputs(seen, &seen.claim.claim, &selected, content.as_ref(), applied_bound),
        bound: selected.bound.clone(),
        generation: seen.generation(),
        voice: Voice::Candidate,
        held: applied.map(|applied| applied.entry.spec.reservations.as_slice()).unwrap_or_default(),
    };
    let step = judge(&case);
    // A window opens without any input changing.
    if let Step::Stay(edit) = &step
        && !matches!(edit, Edit::Waiting(..))
    {
        memory.decided = Some((key, edit.clone()));
    }
    Ok(step)
}

/// The verbs in their one order.
pub(super) fn judge(case: &Case<'_>) -> Step {
    let cleared = approve(case)
        .map_err(Edit::from)
        .and_then(|approved| render(case, approved).map_err(Edit::from))
        .and_then(|rendered| classify(case, rendered).map_err(Edit::from));
    match cleared {
        Ok(cleared) if case.seen.claim.claim.spec.suspend => Step::Stay(Edit::Suspended(cleared.change)),
        Ok(cleared) => Step::Take(Box::new(cleared)),
        Err(edit) => Step::Stay(edit),
    }
}

/// What a decision sees.
pub(super) fn inputs<'a>(
    seen: &'a Seen,
    claim: &'a OpenBaoClusterClaim,
    selected: &'a Selected,
    applied: Option<&'a Contract>,
    applied_bound: Option<&'a Bound>,
) -> Inputs<'a> {
    let revision = &*selected.bound.revision;
    Inputs {
        claim,
        tenant: seen.tenant(),
        namespace: seen.labels(),
        selection: selected.offering.as_deref().map_or(Selection::Profile, Selection::Offering),
        revision,
        rule_sets: &seen.registry.rule_sets,
        broken_rule_sets: &seen.registry.broken_rule_sets,
        applied,
        applied_revision: applied_bound.map(|it| &*it.revision).filter(|it| it.digest != revision.digest),
        observed: None,
        recorder: None,
    }
}

/// Whether nothing that the applied contract was made from has changed: then it is what is asked for, whatever a
/// newer engine or catalog would make of it.
fn is_current(seen: &Seen, applied: &Applied, selected: &Selected) -> bool {
    let (spec, wanted) = (&applied.entry.spec, &seen.claim.claim.spec);
    let tenant = seen.tenant.as_ref();
    let facts = facts_read(&selected.bound.revision, seen.tenant(), seen.labels());
    spec.claim_generation == seen.generation()
        && spec.revision.name == selected.bound.revision.name
        && spec.offering.as_ref().map(|it| &it.name) == wanted.offering_ref.as_ref().map(|it| &it.name)
        // A tenant that is gone changes nothing about what runs; its facts are those of the contract.
        && tenant.is_none_or(|tenant| {
            spec.tenant.name == tenant.meta.at.name && spec.tenant.namespace == tenant.meta.at.namespace
                && facts == spec.facts
        })
}

fn key(seen: &Seen, applied: Option<&Arc<Applied>>) -> DecisionKey {
    DecisionKey {
        generation: seen.generation(),
        registry: seen.registry.version,
        tenant: seen.tenant.as_ref().map(|tenant| tenant.meta.version),
        namespace: seen.namespace.as_ref().map(|namespace| namespace.meta.version),
        applied: applied.map(|applied| applied.entry.meta.at.name.clone()),
        requests: seen
            .requests
            .iter()
            .map(|request| format!("{}/{}", request.meta.uid, request.meta.version))
            .collect(),
    }
}

/// Remembers that the API server refused a candidate, so that it is not written again and again.
pub(super) fn refuse(seen: &Seen, applied: Option<&Arc<Applied>>, held: &Held, memory: &mut Memory) {
    if held.finding.reason == "ApplyRejected" {
        let until = seen.now.saturating_add(REFUSED_FOR).unwrap_or(seen.now);
        memory.rejected = Some((key(seen, applied), held.clone(), until));
    }
}

fn unreadable(held: Held) -> Edit {
    Edit::Blocked { findings: vec![held.finding], change: None }
}

impl From<ApproveError> for Edit {
    fn from(error: ApproveError) -> Self {
        match error {
            ApproveError::Pending(findings) => Self::Pending(findings),
            ApproveError::Denied(findings) => Self::Denied(findings),
        }
    }
}

impl From<RenderError> for Edit {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::Denied(findings) => Self::Denied(findings),
            RenderError::Blocked(findings, change) => Self::Blocked { findings, change },
        }
    }
}

impl From<ClassifyError> for Edit {
    fn from(error: ClassifyError) -> Self {
        match error {
            ClassifyError::Unchanged => Self::Current,
            ClassifyError::Gated(change) => Self::Gated(change),
            ClassifyError::Waiting(change, next) => Self::Waiting(change, next),
            ClassifyError::Blocked(change) => Self::Blocked { findings: Vec::new(), change: Some(change) },
        }
    }
}
