//! The verbs in their one order: approve → render → judge → classify.

use serde_json::Value as Json;

use crate::api::Sensitivity;

use super::approve::{Refusal, approve};
use super::classify::{Transition, classify};
use super::contract::Rendered;
use super::finding::Finding;
use super::input::Inputs;
use super::judge::judge;
use super::render::render;

/// The outcome of one decision about one claim.
#[derive(Debug)]
pub enum Decision {
    /// Somebody else has to act first.
    Pending(Vec<Finding>),
    /// The claim may not have this, and nothing of it is applied.
    Denied(Vec<Finding>),
    /// A service runs, and what the claim asks for now may not replace it.
    Blocked {
        /// Why; empty when it is the changes themselves.
        findings: Vec<Finding>,
        /// What would have changed, where it could be rendered.
        candidate: Option<Box<Candidate>>,
    },
    /// The claim has a contract that may be applied, at once or when it is approved.
    Candidate(Box<Candidate>),
}

impl Decision {
    /// One word for it: `Approved`, `Gated`, `Blocked`, `Denied` or `Pending`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pending(_) => "Pending",
            Self::Denied(_) => "Denied",
            Self::Blocked { .. } => "Blocked",
            Self::Candidate(candidate) => match candidate.sensitivity() {
                Sensitivity::Gated => "Gated",
                _ => "Approved",
            },
        }
    }

    /// Why it is no candidate; empty for one.
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Pending(findings) | Self::Denied(findings) | Self::Blocked { findings, .. } => findings,
            Self::Candidate(_) => &[],
        }
    }

    /// Its candidate, where one could be rendered.
    pub fn candidate(&self) -> Option<&Candidate> {
        match self {
            Self::Blocked { candidate, .. } => candidate.as_deref(),
            Self::Candidate(candidate) => Some(candidate),
            _ => None,
        }
    }
}

/// A rendered contract and the way to it.
#[derive(Debug)]
pub struct Candidate {
    /// What would be applied.
    pub rendered: Rendered,
    /// The way from what is applied; `None` before the first materialization.
    pub transition: Option<Transition>,
}

impl Candidate {
    /// What applying it may do; a first materialization is nobody's change.
    pub fn sensitivity(&self) -> Sensitivity {
        self.transition.as_ref().map_or(Sensitivity::InPlace, |transition| transition.sensitivity)
    }
}

/// Decides about a claim on one revision.
pub fn decide(inputs: &Inputs<'_>) -> Decision {
    decide_amended(inputs, None)
}

/// The same, about an object that differs by a merge patch from what the revision renders.
pub(crate) fn decide_amended(inputs: &Inputs<'_>, patch: Option<&Json>) -> Decision {
    let approved = match approve(inputs) {
        Ok(approved) => approved,
        Err(Refusal::Pending(findings)) => return Decision::Pending(findings),
        Err(Refusal::Denied(findings)) => return Decision::Denied(findings),
    };
    let mut rendered = match render(approved, inputs) {
        Ok(rendered) => rendered,
        Err(findings) => return refused(findings, None, inputs),
    };
    if let (Some(patch), Some(target)) = (patch, inputs.revision.targets.first()) {
        rendered.contract.amend(patch, target);
    }
    let findings = judge(&mut rendered, inputs);
    let transition = inputs.applied.map(|applied| classify(applied, &rendered, inputs));
    let candidate = Box::new(Candidate { rendered, transition });
    if !findings.is_empty() {
        return refused(findings, Some(candidate), inputs);
    }
    if candidate.sensitivity() == Sensitivity::Blocked {
        return Decision::Blocked { findings, candidate: Some(candidate) };
    }
    Decision::Candidate(candidate)
}

/// A failure after rendering is `Denied` before the first materialization and `Blocked` after it.
fn refused(findings: Vec<Finding>, candidate: Option<Box<Candidate>>, inputs: &Inputs<'_>) -> Decision {
    if inputs.applied.is_some() { Decision::Blocked { findings, candidate } } else { Decision::Denied(findings) }
}
