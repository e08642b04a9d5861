//! `OpenBaoServiceContract`: what was agreed and exactly what it produces; the audit trail.

use super::bounds;
use super::common::{ClaimIdentity, Free, NameRef, ObjectRef, RevisionIdentity};
use super::language::ProjectionMode;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Approved and rendered contract of one claim. Named `TARGET-SEQUENCE`, written before what it describes is applied,
/// at most 24 KiB.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "claims.openbao.org",
    version = "v1alpha1",
    kind = "OpenBaoServiceContract",
    plural = "openbaoservicecontracts",
    namespaced,
    shortname = "obcon",
    category = "openbao",
    category = "claims",
    status = "ContractStatus",
    derive = "PartialEq",
    derive = "Default",
    doc = "The persisted, immutable pair of approved and rendered contract of one claim. It lives in the operator's namespace and is the operator's truth.",
    printcolumn = r#"{"name":"Namespace","type":"string","jsonPath":".spec.claim.namespace"}"#,
    printcolumn = r#"{"name":"Claim","type":"string","jsonPath":".spec.claim.name"}"#,
    printcolumn = r#"{"name":"Sequence","type":"integer","jsonPath":".spec.sequence"}"#,
    printcolumn = r#"{"name":"Revision","type":"string","jsonPath":".spec.revision.name"}"#,
    printcolumn = r#"{"name":"State","type":"string","jsonPath":".status.state"}"#,
    printcolumn = r#"{"name":"Digest","type":"string","jsonPath":".spec.digest","priority":1}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = spec_rules()))]
pub struct OpenBaoServiceContractSpec {
    /// The claim.
    pub claim: ClaimIdentity,
    /// Generation of the claim that was approved.
    #[schemars(schema_with = "bounds::generation")]
    pub claim_generation: i64,
    /// The tenant as it was.
    pub tenant: TenantIdentity,
    /// Offering that led here; absent when the claim names a profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offering: Option<NameRef>,
    /// Profile.
    pub profile: NameRef,
    /// Revision that was rendered.
    pub revision: RevisionIdentity,
    /// Place in the claim's history, from 1. Creating the same place twice fails, which makes it the lock.
    #[schemars(schema_with = "bounds::count")]
    pub sequence: i64,
    /// Digest of the rendered contract: the candidate's digest, the same on a laptop and in the cluster.
    #[schemars(schema_with = "bounds::digest")]
    pub digest: String,
    /// What rendered it.
    pub engine: EngineIdentity,
    /// Final parameters, defaults filled in.
    #[serde(default, skip_serializing_if = "Free::is_absent")]
    pub parameters: Free,
    /// Names of the parameters that the claim said itself; all others are defaults.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::texts::<256, 253>")]
    pub given: Vec<String>,
    /// Facts that the expressions read: of tenant and namespace, no more than was read.
    #[serde(default, skip_serializing_if = "Free::is_absent")]
    pub facts: Free,
    /// The trail of verdicts, in the order of judgement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Verdict, 256>")]
    pub verdicts: Vec<Verdict>,
    /// Who approved it, where somebody had to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// The target object, exactly as it is applied.
    #[serde(default, skip_serializing_if = "Free::is_absent")]
    pub object: Free,
    /// Bytes that are copied beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<ContractProjection, 32>")]
    pub projections: Vec<ContractProjection>,
    /// Unique values that the claim holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Reservation, 64>")]
    pub reservations: Vec<Reservation>,
    /// All that exists for the claim, so that deletion needs nothing else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<ObjectRef, 128>")]
    pub inventory: Vec<ObjectRef>,
    /// The contracts before this one, newest first, of which digests are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<PastContract, 10>")]
    pub history: Vec<PastContract>,
}

fn spec_rules() -> Value {
    json!([{"rule": "self == oldSelf", "message": "a contract never changes"}])
}

/// An `OpenBaoTenant` as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantIdentity {
    /// Namespace of the tenant object.
    #[schemars(schema_with = "bounds::label")]
    pub namespace: String,
    /// Name of the tenant object.
    #[schemars(schema_with = "bounds::name")]
    pub name: String,
    /// UID of the tenant object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::uid")]
    pub uid: Option<String>,
}

/// What rendered a contract. Output that differs with equal inputs is explained by a difference here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EngineIdentity {
    /// Version of the operator.
    #[schemars(schema_with = "bounds::filled::<64>")]
    pub version: String,
    /// Version of the list of inputs that the digest covers.
    #[schemars(schema_with = "bounds::count")]
    pub fingerprint: i64,
    /// Kubernetes minor release whose CEL was spoken, `1.37`.
    #[schemars(schema_with = "bounds::filled::<16>")]
    pub cel_environment: String,
    /// Release of the target's schema, `0.5.1`, or `live`.
    #[schemars(schema_with = "bounds::filled::<63>")]
    pub target_release: String,
    /// Digest of the target's schema.
    #[schemars(schema_with = "bounds::digest")]
    pub target_schema: String,
}

/// How one rule judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum VerdictOutcome {
    /// It held.
    Passed,
    /// It does not speak of this object.
    Skipped,
    /// It failed, and had failed before: the edit is not held up.
    Tolerated,
    /// It failed, and an intervention waived it.
    Waived,
}

/// One step of the trail that led to a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The rule, `ruleset/posture#validations[3]`.
    #[schemars(schema_with = "bounds::filled::<512>")]
    pub rule: String,
    /// How it judged.
    pub outcome: VerdictOutcome,
    /// Its words, where it did not simply hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::text::<256>")]
    pub message: Option<String>,
}

/// The act that let a gated or blocked candidate through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// What kind of act it was.
    pub kind: ApprovalSource,
    /// Namespace of the act; absent for a rollout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::label")]
    pub namespace: Option<String>,
    /// Name of the act.
    #[schemars(schema_with = "bounds::name")]
    pub name: String,
    /// UID of the act.
    #[schemars(schema_with = "bounds::uid")]
    pub uid: String,
    /// Paths that an intervention acknowledged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::texts::<256, { bounds::MAX_PATH }>")]
    pub acknowledged: Vec<String>,
}

/// Who can let a candidate through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ApprovalSource {
    /// A tenant, by request.
    Request,
    /// A platform admin, by rollout.
    Rollout,
    /// A platform admin, by intervention.
    Intervention,
}

/// One copy beside the target object: whence and whither, never what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContractProjection {
    /// Name that templates know it by.
    #[schemars(schema_with = "bounds::label")]
    pub name: String,
    /// The source.
    pub source: ObjectRef,
    /// Resource version of the source that was copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::text::<128>")]
    pub resource_version: Option<String>,
    /// Name of the copy in the claim's namespace.
    #[schemars(schema_with = "bounds::name")]
    pub target_name: String,
    /// Keys that are copied: key in the copy to key in the source.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "bounds::text_map::<32, 253>")]
    pub keys: BTreeMap<String, String>,
    /// Whether the copy follows its source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<ProjectionMode>,
}

/// One unique value that a claim holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reservation {
    /// Name of the pool.
    #[schemars(schema_with = "bounds::label")]
    pub name: String,
    /// Digest of name and normalised value.
    #[schemars(schema_with = "bounds::digest")]
    pub key: String,
    /// Name of the Lease that stands for it in the operator's namespace.
    #[schemars(schema_with = "bounds::name")]
    pub lease: String,
}

/// What is kept of an older contract.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastContract {
    /// Its place in the claim's history.
    #[schemars(schema_with = "bounds::count")]
    pub sequence: i64,
    /// Its digest.
    #[schemars(schema_with = "bounds::digest")]
    pub digest: String,
    /// Name of its revision.
    #[schemars(schema_with = "bounds::name")]
    pub revision: String,
}

/// How far a contract has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ContractState {
    /// It is written; nothing else is.
    #[default]
    Prepared,
    /// Writes may be on their way. It counts as materialized.
    Applying,
    /// The cluster was read back and equals it.
    Applied,
    /// The claim is gone, and what was made for it was deleted or given up. Kept as a record.
    Released,
}

/// What became of a contract.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContractStatus {
    /// Generation that this status speaks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::generation")]
    pub observed_generation: Option<i64>,
    /// How far it has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ContractState>,
    /// What was made, with the UIDs that later writes and deletes must meet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<ObjectRef, 128>")]
    pub objects: Vec<ObjectRef>,
    /// Digest over the cluster's spec, labels and annotations as they were read back. While the live ones give the
    /// same, nobody has touched them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::digest")]
    pub fingerprint: Option<String>,
    /// When it was first applied in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::time")]
    pub applied_at: Option<Time>,
    /// `Ready` (the contract is applied).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::conditions")]
    pub conditions: Vec<Condition>,
}
