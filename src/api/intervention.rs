//! `OpenBaoClaimIntervention`: a platform admin's one-shot, audited act on one claim.

use super::bounds;
use super::common::ClaimIdentity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One act, its reason and its expiry. Immutable.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "claims.openbao.org",
    version = "v1alpha1",
    kind = "OpenBaoClaimIntervention",
    plural = "openbaoclaiminterventions",
    namespaced,
    shortname = "obint",
    category = "openbao",
    category = "claims",
    status = "InterventionStatus",
    derive = "PartialEq",
    doc = "A platform admin's one-shot, audited act on one claim. It lives in the operator's namespace, is immutable and expires.",
    printcolumn = r#"{"name":"Namespace","type":"string","jsonPath":".spec.claimRef.namespace"}"#,
    printcolumn = r#"{"name":"Claim","type":"string","jsonPath":".spec.claimRef.name"}"#,
    printcolumn = r#"{"name":"Phase","type":"string","jsonPath":".status.phase"}"#,
    printcolumn = r#"{"name":"Expires","type":"string","jsonPath":".spec.expiresAt"}"#,
    printcolumn = r#"{"name":"Reason","type":"string","jsonPath":".spec.reason","priority":1}"#,
    printcolumn = r#"{"name":"Message","type":"string","jsonPath":".status.message","priority":1}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = spec_rules()))]
pub struct OpenBaoClaimInterventionSpec {
    /// The claim.
    pub claim_ref: ClaimIdentity,
    /// Apply a candidate although a rule gates or blocks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apply: Option<ApplyCandidate>,
    /// Bind the claim to what an earlier life of it made, after a restore that changed UIDs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebind: Option<Rebind>,
    /// True: make the cluster although objects of an earlier life are there, and let it use them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schemars(schema_with = "bounds::only_true")]
    pub reuse_data: bool,
    /// True: give up custody of all that was made, without deleting it, by taking our markers off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schemars(schema_with = "bounds::only_true")]
    pub abandon: bool,
    /// Why, for the audit trail.
    #[schemars(schema_with = "bounds::filled::<1024>")]
    pub reason: String,
    /// When the act is void if it has not been done.
    #[schemars(schema_with = "bounds::time")]
    pub expires_at: Time,
}

fn spec_rules() -> Value {
    json!([
        {"rule": "self == oldSelf", "message": "an intervention never changes: make another one"},
        {
            "rule": "[has(self.apply), has(self.rebind), has(self.reuseData), has(self.abandon)].filter(x, x).size() == 1",
            "message": "say exactly one of apply, rebind, reuseData and abandon"
        }
    ])
}

/// A candidate that is applied by an admin's word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplyCandidate {
    /// Digest of the candidate.
    #[schemars(schema_with = "bounds::digest")]
    pub candidate: String,
    /// Every path of the candidate that is gated or blocked, by name.
    #[schemars(schema_with = "bounds::some_texts::<256, { bounds::MAX_PATH }>")]
    pub acknowledge: Vec<String>,
}

/// The contract that a claim is bound to again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rebind {
    /// Name of the service contract whose content the live cluster has.
    #[schemars(schema_with = "bounds::name")]
    pub contract: String,
}

/// Where an intervention stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum InterventionPhase {
    /// It waits to be done.
    Pending,
    /// It is done. Final.
    Done,
    /// It cannot be done as written. Final.
    Denied,
    /// Its time ran out. Final.
    Expired,
}

/// What the operator did about an intervention.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InterventionStatus {
    /// Generation that this status speaks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::generation")]
    pub observed_generation: Option<i64>,
    /// Where the intervention stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::choice::<InterventionPhase>")]
    pub phase: Option<InterventionPhase>,
    /// Why, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::reason")]
    pub reason: Option<String>,
    /// Why, for people: one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::message")]
    pub message: Option<String>,
    /// Name of the service contract that came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::name")]
    pub contract: Option<String>,
    /// When the intervention ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::time")]
    pub completion_time: Option<Time>,
    /// `Ready` (the act is done), `Reconciling`, `Stalled`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::conditions")]
    pub conditions: Vec<Condition>,
}
