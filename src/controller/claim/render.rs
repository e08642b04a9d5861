//! render: what the approved terms produce, held against the target and the platform's rules.

use crate::api::PendingChange;
use crate::engine::{self, Approved, Finding, Rendered};

use super::edit::Case;

/// Why there is no rendered contract.
#[derive(Debug)]
pub(super) enum RenderError {
    /// Nothing runs yet, and this may not.
    Denied(Vec<Finding>),
    /// A service runs, and this may not replace it; with what would have changed, where it could be rendered.
    Blocked(Vec<Finding>, Option<PendingChange>),
}

/// Renders and judges.
pub(super) fn render(case: &Case<'_>, approved: Approved) -> Result<Rendered, RenderError> {
    let mut rendered = engine::render(approved, &case.inputs).map_err(|findings| refused(case, findings, None))?;
    let findings = engine::judge(&mut rendered, &case.inputs);
    if findings.is_empty() {
        return Ok(rendered);
    }
    let change = case.inputs.applied.map(|applied| {
        engine::classify(applied, &rendered, &case.inputs).to_wire(Some(case.generation), case.bound.identity())
    });
    Err(refused(case, findings, change))
}

fn refused(case: &Case<'_>, findings: Vec<Finding>, change: Option<PendingChange>) -> RenderError {
    if case.inputs.applied.is_some() { RenderError::Blocked(findings, change) } else { RenderError::Denied(findings) }
}
