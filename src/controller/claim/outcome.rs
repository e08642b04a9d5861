//! What a reconcile came to, before it is told.

use std::sync::Arc;

use crate::engine::Finding;

use super::edit::Edit;
use super::materialize::Applied;
use super::publish::Connection;
use super::service::Service;

/// Why nothing is written.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// Whose turn it is.
    pub(super) kind: HeldKind,
    /// Why.
    pub(super) finding: Finding,
}

/// Whether waiting may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeldKind {
    /// Something may still come by itself, or by somebody who makes it.
    Pending,
    /// Somebody has to decide.
    Blocked,
}

impl Held {
    /// Something may still come.
    pub(super) fn pending(reason: &str, message: impl Into<String>) -> Self {
        Self { kind: HeldKind::Pending, finding: Finding::new(reason, message) }
    }

    /// Somebody has to decide.
    pub(super) fn blocked(reason: &str, message: impl Into<String>) -> Self {
        Self { kind: HeldKind::Blocked, finding: Finding::new(reason, message) }
    }

    /// Adds what to try.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.finding.help = Some(help.into());
        self
    }
}

/// What a reconcile came to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// What became of the last edit.
    pub(super) edit: Edit,
    /// Why the candidate, or anything, could not be written.
    pub(super) held: Option<Held>,
    /// What is applied.
    pub(super) applied: Option<Arc<Applied>>,
    /// How the service is.
    pub(super) service: Option<Service>,
    /// What is published.
    pub(super) connection: Connection,
}

impl Outcome {
    /// Nothing may be touched.
    pub(super) fn held(held: Held) -> Self {
        Self { held: Some(held), ..Self::default() }
    }
}
