//! What is remembered of a claim between two reconciles. All of it can be found out again.

use k8s_openapi::jiff::Timestamp;

use crate::controller::conditions::Told;
use crate::engine::Health;

use super::comply::ComplianceKey;
use super::edit::Edit;
use super::outcome::Held;
use super::publish::Published;

/// What one replica remembers of one claim.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    uid: String,
    /// The last decision, and the inputs that it stands on.
    pub(super) decided: Option<(DecisionKey, Edit)>,
    /// Fingerprint of the live cluster, and contract, between which no drift was found that is to be put right.
    pub(super) verified: Option<(String, String)>,
    /// Paths that are ahead of the contract.
    pub(super) ahead: Vec<String>,
    /// When drift was put right lately.
    pub(super) corrections: Vec<Timestamp>,
    /// Paths that the last correction was about.
    pub(super) contested: Vec<String>,
    /// Paths that were dropped and are still there, with who holds them.
    pub(super) removal_held: Option<String>,
    /// Health of a version of the cluster under a contract.
    pub(super) health: Option<((u64, String), Health)>,
    /// How the platform's rules judge what runs, and what that stands on.
    pub(super) compliant: Option<(ComplianceKey, Told)>,
    /// A candidate that the API server refused, what it stood on, and until when it is not tried again.
    pub(super) rejected: Option<(DecisionKey, Held, Timestamp)>,
    /// The connection as it was last published.
    pub(super) published: Option<Published>,
    /// When copies were last held against their sources.
    pub(super) copies_checked: Option<Timestamp>,
}

/// Everything that a decision reads, by versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DecisionKey {
    pub(super) generation: i64,
    pub(super) registry: u64,
    pub(super) tenant: Option<u64>,
    pub(super) namespace: Option<u64>,
    pub(super) applied: Option<String>,
    pub(super) requests: Vec<String>,
}

impl Memory {
    /// What is remembered of the claim with this UID: of a former one of the same name, nothing.
    pub(super) fn of(self, uid: &str) -> Self {
        if self.uid == uid { self } else { Self { uid: uid.to_owned(), ..Self::default() } }
    }
}
