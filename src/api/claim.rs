//! `OpenBaoClusterClaim`: a tenant's request for a service.
//!
//! The spec's schema states types only. Lengths, required fields and which fields go together are the engine's to
//! judge: a claim that the API server refuses with 422 can make a forcing GitOps tool delete and re-create it.

use super::bounds;
use super::common::{Free, NameRef, ObjectRef, RevisionIdentity};
use super::status::PendingChange;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::CustomResource;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// What a tenant wants. The operator never writes it.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "claims.openbao.org",
    version = "v1alpha1",
    kind = "OpenBaoClusterClaim",
    plural = "openbaoclusterclaims",
    namespaced,
    shortname = "obclaim",
    category = "openbao",
    category = "claims",
    status = "ClaimStatus",
    derive = "PartialEq",
    derive = "Default",
    doc = "A tenant's request for an OpenBao service: tenant, offering and parameters. Its status tells what runs, what waits and why.",
    printcolumn = r#"{"name":"Offering","type":"string","jsonPath":".spec.offeringRef.name"}"#,
    printcolumn = r#"{"name":"Phase","type":"string","jsonPath":".status.phase"}"#,
    printcolumn = r#"{"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"}"#,
    printcolumn = r#"{"name":"Reason","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].reason"}"#,
    printcolumn = r#"{"name":"Revision","type":"string","jsonPath":".status.revision.name"}"#,
    printcolumn = r#"{"name":"Suspended","type":"boolean","jsonPath":".spec.suspend","priority":1}"#,
    printcolumn = r#"{"name":"Summary","type":"string","jsonPath":".status.summary","priority":1}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase")]
pub struct OpenBaoClusterClaimSpec {
    /// Tenant that the service is for. Its target namespace must be the claim's own.
    #[serde(default)]
    pub tenant_ref: TenantRef,
    /// Offering that is asked for. Either this or `profileRef`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "claimed_name")]
    pub offering_ref: Option<NameRef>,
    /// Profile that is asked for, where it is selectable. Either this or `offeringRef`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "claimed_name")]
    pub profile_ref: Option<NameRef>,
    /// What the service should be like, in the words of its profile. At most 64 KiB as JSON.
    #[serde(default, skip_serializing_if = "Free::is_absent")]
    #[schemars(schema_with = "claimed_parameters")]
    pub parameters: Free,
    /// True: nothing is applied and no drift corrected until it is taken off. Deletion and status go on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspend: bool,
}

/// An `OpenBaoTenant`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantRef {
    /// Name of the tenant. Empty: nothing was named, which the engine denies.
    #[serde(default)]
    pub name: String,
    /// Namespace of the tenant object; absent: the claim's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// A reference whose name has a type and nothing else.
fn claimed_name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object", "nullable": true,
        "properties": {"name": {"type": "string", "description": "Name of the object."}}
    })
}

/// Any object, or null, which means absent.
fn claimed_parameters(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "nullable": true, "x-kubernetes-preserve-unknown-fields": true})
}

/// Where a claim stands, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ClaimPhase {
    /// Something that the claim needs is not there yet.
    Pending,
    /// The service is being made.
    Provisioning,
    /// The last edit is applied and the service is healthy.
    Ready,
    /// The service is up and not well.
    Degraded,
    /// The last edit cannot be applied, or nothing may be made; what ran before runs on.
    Blocked,
    /// The service is down for good without help.
    Failed,
    /// The claim is being deleted.
    Deleting,
}

/// What the operator observed and did. No decision reads it back: contracts and markers are the truth.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimStatus {
    /// Generation that this status speaks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::generation")]
    pub observed_generation: Option<i64>,
    /// Where the claim stands, in one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::choice::<ClaimPhase>")]
    pub phase: Option<ClaimPhase>,
    /// Where the claim stands, in one line: the first cause, whose turn it is, what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::text::<512>")]
    pub summary: Option<String>,
    /// Revision that the claim is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionIdentity>,
    /// Newer revision that is there to approve. Its absence and presence alike are healthy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available_revision: Option<RevisionIdentity>,
    /// The contract that is applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<AppliedContract>,
    /// What waits or is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingChange>,
    /// Request that is being worked on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_request: Option<RequestSummary>,
    /// How many requests wait behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::count")]
    pub queued_requests: Option<i64>,
    /// Start of the next window, while something waits for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::time")]
    pub scheduled_for: Option<Time>,
    /// What was made for the claim; the cluster first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<ObjectRef, 64>")]
    pub resources: Vec<ObjectRef>,
    /// How to reach the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionStatus>,
    /// The connection Secret, as the Service Binding specification wants it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding: Option<BindingRef>,
    /// `Accepted`, `Approved`, `Rendered`, `Materialized`, `ConnectionPublished`, `Compliant`, `RolloutPending`,
    /// `MaintenanceActive`, `ServiceAvailable`, and `Ready`, `Reconciling`, `Stalled` as kstatus reads them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::conditions")]
    pub conditions: Vec<Condition>,
}

/// The contract that a claim's cluster was last made equal to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppliedContract {
    /// Name of the service contract in the operator's namespace.
    #[schemars(schema_with = "bounds::name")]
    pub name: String,
    /// Its place in the claim's history, from 1.
    #[schemars(schema_with = "bounds::count")]
    pub sequence: i64,
    /// Digest of the rendered contract.
    #[schemars(schema_with = "bounds::digest")]
    pub digest: String,
    /// Generation of the claim that it came from.
    #[schemars(schema_with = "bounds::generation")]
    pub generation: i64,
}

/// A request in brief.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestSummary {
    /// Name of the request.
    #[schemars(schema_with = "bounds::name")]
    pub name: String,
    /// UID of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::uid")]
    pub uid: Option<String>,
    /// `Approve`, or the name of the operation.
    #[schemars(schema_with = "bounds::label")]
    pub operation: String,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::choice::<super::request::RequestPhase>")]
    pub phase: Option<super::request::RequestPhase>,
}

/// How to reach the service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionStatus {
    /// Address of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::text::<2048>")]
    pub uri: Option<String>,
    /// Keys that the connection Secret holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::texts::<64, 253>")]
    pub keys: Vec<String>,
    /// Digest over UIDs and resource versions of the sources, never over content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::digest")]
    pub sources: Option<String>,
}

/// The name of a binding Secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BindingRef {
    /// Name of the Secret in the claim's namespace.
    #[schemars(schema_with = "bounds::name")]
    pub name: String,
}
