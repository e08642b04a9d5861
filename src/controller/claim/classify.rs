//! classify: what the way from what is applied to a candidate may do, and who let it through.

use std::collections::BTreeSet;

use crate::api::{Approval, ApprovalSource, Approver, PendingChange, Sensitivity};
use crate::controller::entry::ObjectEntry;
use crate::engine::{self, Rendered, WindowState};
use k8s_openapi::jiff::Timestamp;

use super::edit::Case;
use super::requests;

/// Why a rendered contract is not cleared.
#[derive(Debug)]
pub(super) enum ClassifyError {
    /// Nothing changes.
    Unchanged,
    /// It waits for an approval.
    Gated(PendingChange),
    /// It is approved, and waits for a window of its offering; the next start.
    Waiting(PendingChange, Option<Timestamp>),
    /// It is not allowed.
    Blocked(PendingChange),
}

/// Who speaks for a candidate.
#[derive(Clone, Debug)]
pub(super) enum Voice {
    /// Requests that name its digest.
    Candidate,
    /// This request, which asks for the move to a revision.
    Request(Approval),
}

/// A rendered contract that may be applied now.
#[derive(Debug)]
pub(super) struct Cleared {
    pub(super) rendered: Rendered,
    /// What it changes; `None` before the first materialization.
    pub(super) change: Option<PendingChange>,
    /// Everything about it that is stored, with who let it through, where somebody had to.
    pub(super) wire: crate::api::OpenBaoServiceContractSpec,
}

/// Classifies a candidate.
pub(super) fn classify(case: &Case<'_>, rendered: Rendered) -> Result<Cleared, ClassifyError> {
    let Some(applied) = case.inputs.applied else { return Ok(cleared(case, rendered, None, None)) };
    let transition = engine::classify(applied, &rendered, &case.inputs);
    let change = transition.to_wire(Some(case.generation), case.bound.identity());
    match transition.sensitivity {
        Sensitivity::Unchanged if moves(case, &rendered) => {
            let approval = approval(case, &transition.candidate.to_string());
            in_window(case, &change)?;
            Ok(cleared(case, rendered, Some(change), approval))
        }
        // Nothing of the cluster changes, and yet other values are to be held.
        Sensitivity::Unchanged if other_values(case, &rendered) => Ok(cleared(case, rendered, Some(change), None)),
        Sensitivity::Unchanged => Err(ClassifyError::Unchanged),
        Sensitivity::InPlace => Ok(cleared(case, rendered, Some(change), None)),
        Sensitivity::Blocked => Err(ClassifyError::Blocked(change)),
        Sensitivity::Gated => {
            let platform = transition.changes.iter().any(|it| it.approver == Some(Approver::Platform));
            match approval(case, &transition.candidate.to_string()) {
                // A tenant's request does not speak for the platform.
                Some(approval) if !platform => {
                    in_window(case, &change)?;
                    Ok(cleared(case, rendered, Some(change), Some(approval)))
                }
                _ => Err(ClassifyError::Gated(change)),
            }
        }
    }
}

/// Windows hold what was approved; changes in place, and a first service, wait for none.
fn in_window(case: &Case<'_>, change: &PendingChange) -> Result<(), ClassifyError> {
    match engine::window_state(&case.seen.windows, case.seen.now) {
        WindowState::Open => Ok(()),
        WindowState::Closed { next } => Err(ClassifyError::Waiting(change.clone(), next)),
    }
}

/// Whether the candidate is of another revision than what is applied, and asked for: equal bytes are no reason to
/// stay on the old one.
fn moves(case: &Case<'_>, rendered: &Rendered) -> bool {
    matches!(case.voice, Voice::Request(_))
        && case.inputs.applied.is_some_and(|applied| applied.revision != rendered.contract.revision)
}

/// Whether the candidate needs other unique values than the claim holds.
fn other_values(case: &Case<'_>, rendered: &Rendered) -> bool {
    let held: BTreeSet<_> = case.held.iter().map(|held| held.key.clone()).collect();
    let wanted: BTreeSet<_> = rendered.contract.unique.iter().map(|key| key.digest().to_string()).collect();
    held != wanted
}

fn approval(case: &Case<'_>, candidate: &str) -> Option<Approval> {
    match &case.voice {
        Voice::Request(approval) => Some(approval.clone()),
        Voice::Candidate => {
            let request = requests::approving(&case.seen.requests, case.seen.uid(), candidate)?;
            Some(by_request(request))
        }
    }
}

/// The record of a request's approval.
pub(super) fn by_request(request: &ObjectEntry) -> Approval {
    Approval {
        kind: ApprovalSource::Request,
        namespace: Some(request.meta.at.namespace.clone()),
        name: request.meta.at.name.clone(),
        uid: request.meta.uid.clone(),
        acknowledged: Vec::new(),
    }
}

fn cleared(case: &Case<'_>, rendered: Rendered, change: Option<PendingChange>, approval: Option<Approval>) -> Cleared {
    let mut wire = engine::to_wire(&rendered, &case.inputs, case.seen.next_sequence());
    wire.claim_generation = case.generation;
    wire.revision = case.bound.identity();
    wire.tenant.uid = case.seen.tenant.as_ref().map(|tenant| tenant.meta.uid.clone()).filter(|uid| !uid.is_empty());
    wire.approval = approval;
    Cleared { rendered, change, wire }
}
