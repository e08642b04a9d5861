//! `OpenBaoServiceOffering`: the stable name that tenants choose.

use super::bounds;
use super::common::{NameRef, RevisionIdentity, Window};
use super::language::Validation;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is offered, to whom, and which revision new claims get.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "claims.openbao.org",
    version = "v1alpha1",
    kind = "OpenBaoServiceOffering",
    plural = "openbaoserviceofferings",
    shortname = "obo",
    category = "openbao",
    category = "claims",
    status = "OfferingStatus",
    derive = "PartialEq",
    derive = "Default",
    doc = "A service that tenants may choose: a profile, which of its revisions new claims get, lifecycle, eligibility and windows.",
    printcolumn = r#"{"name":"Profile","type":"string","jsonPath":".spec.profileRef.name"}"#,
    printcolumn = r#"{"name":"State","type":"string","jsonPath":".spec.lifecycle.state"}"#,
    printcolumn = r#"{"name":"Revision","type":"string","jsonPath":".status.currentRevision.name"}"#,
    printcolumn = r#"{"name":"Claims","type":"integer","jsonPath":".status.claims"}"#,
    printcolumn = r#"{"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"}"#,
    printcolumn = r#"{"name":"Display Name","type":"string","jsonPath":".spec.displayName","priority":1}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase")]
pub struct OpenBaoServiceOfferingSpec {
    /// Name for people, in portals and tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::filled::<128>")]
    pub display_name: Option<String>,
    /// Profile that defines the service.
    pub profile_ref: NameRef,
    /// Kubernetes minor release whose CEL this object's expressions are written in, `1.37`; absent: the operator's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::filled::<16>")]
    pub cel_environment: Option<String>,
    /// Which revision new claims get; absent: the newest that compiled. Existing claims never follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionChoice>,
    /// Revisions that may not be bound any more. Who runs one is told, not moved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<WithdrawnRevision, 64>")]
    pub withdrawn: Vec<WithdrawnRevision>,
    /// Whether new claims may choose the offering; absent: they may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
    /// When rollouts and approved gated changes may be applied; absent: always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Window, 16>")]
    pub windows: Vec<Window>,
    /// Who may bind: all must hold, an error denies. Expressions read `claim`, `tenant`, `namespaceObject`, `params`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Validation, 32>")]
    pub eligibility: Vec<Validation>,
}

/// Which revision new claims get.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevisionChoice {
    /// Name of the one revision that new claims get; absent: the newest that compiled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::name")]
    pub pin: Option<String>,
}

/// A revision that binds no more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WithdrawnRevision {
    /// Name of the revision.
    #[schemars(schema_with = "bounds::name")]
    pub revision: String,
    /// Why, for those who run it: one line.
    #[schemars(schema_with = "bounds::message")]
    pub reason: String,
    /// Name of the revision to move to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::name")]
    pub replacement: Option<String>,
}

/// Where an offering stands in its life.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lifecycle {
    /// `Active` (the default), `Deprecated` (binds, with a warning) or `Retired` (binds no more).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::choice::<LifecycleState>")]
    pub state: Option<LifecycleState>,
    /// Offering that takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement_ref: Option<NameRef>,
}

/// Whether new claims may bind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum LifecycleState {
    /// New claims may bind.
    #[default]
    Active,
    /// New claims may bind and are warned.
    Deprecated,
    /// New claims may not bind; existing ones stay as they are.
    Retired,
}

/// What the operator observed of an offering.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferingStatus {
    /// Generation that this status speaks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::generation")]
    pub observed_generation: Option<i64>,
    /// Revision that a new claim gets now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_revision: Option<RevisionIdentity>,
    /// How many claims name the offering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::count")]
    pub claims: Option<i64>,
    /// How many of them run a withdrawn revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::count")]
    pub claims_on_withdrawn: Option<i64>,
    /// Start of the next window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::time")]
    pub next_window: Option<Time>,
    /// `Ready`, `Compiled` (the expressions of this object), `ProfileResolved`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::conditions")]
    pub conditions: Vec<Condition>,
}
