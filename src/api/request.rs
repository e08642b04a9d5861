//! `OpenBaoClaimRequest`: a tenant's explicit act on one claim.

use super::bounds;
use super::common::{Free, ObjectRef};
use super::status::PendingChange;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::CustomResource;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Approve a candidate, or run an operation. Immutable.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "claims.openbao.org",
    version = "v1alpha1",
    kind = "OpenBaoClaimRequest",
    plural = "openbaoclaimrequests",
    namespaced,
    shortname = "obreq",
    category = "openbao",
    category = "claims",
    status = "RequestStatus",
    derive = "PartialEq",
    derive = "Default",
    doc = "A tenant's explicit act on one claim: approve a candidate or a revision, or run an operation that the catalog declares. Its spec is immutable.",
    printcolumn = r#"{"name":"Claim","type":"string","jsonPath":".spec.claimRef.name"}"#,
    printcolumn = r#"{"name":"Operation","type":"string","jsonPath":".spec.operation"}"#,
    printcolumn = r#"{"name":"Phase","type":"string","jsonPath":".status.phase"}"#,
    printcolumn = r#"{"name":"Reason","type":"string","jsonPath":".status.reason"}"#,
    printcolumn = r#"{"name":"Dry Run","type":"boolean","jsonPath":".spec.dryRun","priority":1}"#,
    printcolumn = r#"{"name":"Message","type":"string","jsonPath":".status.message","priority":1}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = spec_rules()))]
pub struct OpenBaoClaimRequestSpec {
    /// Claim in the request's own namespace.
    pub claim_ref: RequestClaimRef,
    /// What is approved. Either this or `operation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve: Option<Approve>,
    /// Name of the operation to run, as the claim's revision declares it. Either this or `approve`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::label")]
    pub operation: Option<String>,
    /// Parameters of the operation, an object in the shape that the operation declares. At most 64 KiB as JSON.
    #[serde(default, skip_serializing_if = "Free::is_absent")]
    pub parameters: Free,
    /// True: only tell what would happen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Name of a request of the same claim that is stuck and is ended by this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::name")]
    pub supersedes: Option<String>,
    /// Any text that makes this request differ from an equal one that ran before; without it, an equal one is
    /// `AlreadyExecuted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::filled::<128>")]
    pub nonce: Option<String>,
    /// Seconds from the end of the request to its removal; absent: the operation's `retain` or the operator's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "time_to_live")]
    pub ttl_seconds_after_finished: Option<i64>,
}

/// At least five minutes, so that whoever waits sees the end; at most ten years.
fn time_to_live(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "format": "int64", "minimum": 300, "maximum": 315_360_000})
}

fn spec_rules() -> Value {
    json!([
        {"rule": "self == oldSelf", "message": "a request never changes: make another one"},
        {"rule": "has(self.approve) != has(self.operation)", "message": "say exactly one of approve and operation"}
    ])
}

/// The claim that a request is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestClaimRef {
    /// Name of the claim.
    #[schemars(schema_with = "bounds::name")]
    pub name: String,
    /// UID of the claim. Destructive operations demand it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::uid")]
    pub uid: Option<String>,
}

/// What is approved: one candidate of the claim's edit, or the move to a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = approve_rules()))]
pub struct Approve {
    /// Digest of the candidate, as `status.pending.candidate` and `openbao-claims render` show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::digest")]
    pub candidate: Option<String>,
    /// Name of the revision that the applied parameters move to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::name")]
    pub revision: Option<String>,
}

fn approve_rules() -> Value {
    json!([{"rule": "has(self.candidate) != has(self.revision)", "message": "say exactly one of candidate and revision"}])
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum RequestPhase {
    /// It waits: for its turn, for the catalog, for a window.
    Pending,
    /// Its effect is written and its end awaited.
    Running,
    /// It has done what it should. Final.
    Succeeded,
    /// It has not done what it should, and will not. Final.
    Failed,
    /// It may not run. Final.
    Denied,
    /// A later request ended it. Final.
    Superseded,
    /// An equal one ran before; nothing was touched. Final.
    AlreadyExecuted,
}

/// What the operator did about a request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestStatus {
    /// Generation that this status speaks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::generation")]
    pub observed_generation: Option<i64>,
    /// Where the request stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::choice::<RequestPhase>")]
    pub phase: Option<RequestPhase>,
    /// Why, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::reason")]
    pub reason: Option<String>,
    /// Why, for people: one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::message")]
    pub message: Option<String>,
    /// Digest of claim, act and parameters: an equal one is not run twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::digest")]
    pub digest: Option<String>,
    /// The effect as it was evaluated, before it is written: a merge patch or a whole object.
    #[serde(default, skip_serializing_if = "Free::is_absent")]
    pub effect: Free,
    /// What the effect was written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_ref: Option<ObjectRef>,
    /// What an approval changed, or what a dry run would change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<PendingChange>,
    /// Results that the operation declares.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "bounds::text_map::<32, 1024>")]
    pub results: BTreeMap<String, String>,
    /// Start of the window that the request waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::time")]
    pub scheduled_for: Option<Time>,
    /// When the effect was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::time")]
    pub start_time: Option<Time>,
    /// When the request ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::time")]
    pub completion_time: Option<Time>,
    /// `Ready` (the request has succeeded), `Reconciling`, `Stalled`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::conditions")]
    pub conditions: Vec<Condition>,
}
