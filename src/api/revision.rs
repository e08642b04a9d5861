//! `OpenBaoServiceRevision`: the immutable closure of one profile.

use super::bounds;
use super::common::Free;
use super::status::CatalogDiagnostic;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A profile and its components as they were. Sources only, at most 512 KiB; what they compile to is made when needed.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "claims.openbao.org",
    version = "v1alpha1",
    kind = "OpenBaoServiceRevision",
    plural = "openbaoservicerevisions",
    shortname = "obrev",
    category = "openbao",
    category = "claims",
    status = "RevisionStatus",
    derive = "PartialEq",
    derive = "Default",
    doc = "The immutable closure of one profile: it and its components as they were. Made by the operator; claims bind revisions, never profiles.",
    printcolumn = r#"{"name":"Profile","type":"string","jsonPath":".spec.profile"}"#,
    printcolumn = r#"{"name":"Number","type":"integer","jsonPath":".spec.number"}"#,
    printcolumn = r#"{"name":"Claims","type":"integer","jsonPath":".status.claims"}"#,
    printcolumn = r#"{"name":"Compiled","type":"string","jsonPath":".status.conditions[?(@.type==\"Compiled\")].status"}"#,
    printcolumn = r#"{"name":"Digest","type":"string","jsonPath":".spec.digest","priority":1}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = spec_rules()))]
pub struct OpenBaoServiceRevisionSpec {
    /// Name of the profile.
    #[schemars(schema_with = "bounds::name")]
    pub profile: String,
    /// Position among the revisions of the profile, from 1.
    #[schemars(schema_with = "bounds::count")]
    pub number: i64,
    /// Digest of the sources in canonical JSON. Its first 12 hex digits are in the revision's name.
    #[schemars(schema_with = "bounds::digest")]
    pub digest: String,
    /// Version of the operator that made the revision.
    #[schemars(schema_with = "bounds::filled::<64>")]
    pub engine_version: String,
    /// Kubernetes minor release whose CEL holds for sources that name none, `1.37`.
    #[schemars(schema_with = "bounds::filled::<16>")]
    pub cel_environment: String,
    /// The objects: the profile first, then its components by name.
    #[schemars(schema_with = "bounds::list::<SourceObject, 33>")]
    pub sources: Vec<SourceObject>,
}

fn spec_rules() -> Value {
    json!([{"rule": "self == oldSelf", "message": "a revision never changes"}])
}

/// A catalog object as it was.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceObject {
    /// Kind of the object.
    #[schemars(schema_with = "bounds::label")]
    pub kind: String,
    /// Name of the object.
    #[schemars(schema_with = "bounds::name")]
    pub name: String,
    /// UID of the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::uid")]
    pub uid: Option<String>,
    /// Generation of the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::generation")]
    pub generation: Option<i64>,
    /// Its spec.
    pub spec: Free,
}

/// What the operator observed of a revision.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevisionStatus {
    /// Generation that this status speaks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::generation")]
    pub observed_generation: Option<i64>,
    /// How many claims are bound to the revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::count")]
    pub claims: Option<i64>,
    /// Why the revision does not compile any more, on this release of the operator and these schemas; the first 32.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<CatalogDiagnostic, 32>")]
    pub diagnostics: Vec<CatalogDiagnostic>,
    /// `Ready`, `Compiled`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::conditions")]
    pub conditions: Vec<Condition>,
}
