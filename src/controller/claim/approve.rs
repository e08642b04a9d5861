//! approve: may the claim have this revision on these parameters?

use crate::engine::{self, Approved, Finding, Refusal};

use super::edit::Case;

/// Why there are no approved terms. Reasons are those of the findings.
#[derive(Debug)]
pub(super) enum ApproveError {
    /// Somebody else has to act first.
    Pending(Vec<Finding>),
    /// The claim may not have this.
    Denied(Vec<Finding>),
}

/// Judges claim, tenant and selection.
pub(super) fn approve(case: &Case<'_>) -> Result<Approved, ApproveError> {
    engine::approve(&case.inputs).map_err(|refusal| match refusal {
        Refusal::Pending(findings) => ApproveError::Pending(findings),
        Refusal::Denied(findings) => ApproveError::Denied(findings),
    })
}
