//! `OpenBaoServiceProfile`: the definition of a service.

use super::bounds;
use super::common::{Free, RevisionIdentity};
use super::language::{
    Comparison, Creation, Health, Projection, RenderBlock, SensitivityRule, SourceKind, Unique, Validation, Variable,
};
use super::operation::Operation;
use super::status::CatalogDiagnostic;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Parameters, components and how they are wired, rules, health, connection.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "claims.openbao.org",
    version = "v1alpha1",
    kind = "OpenBaoServiceProfile",
    plural = "openbaoserviceprofiles",
    shortname = "obp",
    category = "openbao",
    category = "claims",
    status = "ProfileStatus",
    derive = "PartialEq",
    derive = "Default",
    doc = "The definition of a service: what tenants may say, the components and their wiring, rules, health and connection. Edited in place; claims bind its revisions.",
    printcolumn = r#"{"name":"Revision","type":"string","jsonPath":".status.currentRevision.name"}"#,
    printcolumn = r#"{"name":"Number","type":"integer","jsonPath":".status.currentRevision.number"}"#,
    printcolumn = r#"{"name":"Compiled","type":"string","jsonPath":".status.conditions[?(@.type==\"Compiled\")].status"}"#,
    printcolumn = r#"{"name":"Claims","type":"integer","jsonPath":".status.claims"}"#,
    printcolumn = r#"{"name":"Reason","type":"string","jsonPath":".status.conditions[?(@.type==\"Compiled\")].reason","priority":1}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase")]
pub struct OpenBaoServiceProfileSpec {
    /// What is rendered, and the releases of its schema that the profile is checked against.
    pub target: Target,
    /// Kubernetes minor release whose CEL this object's expressions are written in, `1.37`; absent: the operator's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::filled::<16>")]
    pub cel_environment: Option<String>,
    /// True: a claim may name the profile itself. Its own eligibility holds either way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub selectable: bool,
    /// Who may bind, whatever offering leads here: all must hold, an error denies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Validation, 32>")]
    pub eligibility: Vec<Validation>,
    /// What tenants may say: structural `OpenAPI` v3 schema of an object, with every string, list and map bounded.
    /// Absent: nothing.
    #[serde(default, skip_serializing_if = "Free::is_absent")]
    #[schemars(schema_with = "bounds::free_object::<32>")]
    pub parameters: Free,
    /// Named expressions, read as `variables.NAME` here and in `with`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Variable, 128>")]
    pub variables: Vec<Variable>,
    /// The wiring: facet (storage, unseal, exposure, …) to the component that fills it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "bounds::map::<ComponentBinding, 32>")]
    pub components: BTreeMap<String, ComponentBinding>,
    /// What must hold for every claim.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Validation, 128>")]
    pub validations: Vec<Validation>,
    /// What the profile itself contributes to the rendered object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<RenderBlock, 128>")]
    pub render: Vec<RenderBlock>,
    /// What changes may do. The first match speaks; components and rule sets can only tighten it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<SensitivityRule, 256>")]
    pub sensitivity: Vec<SensitivityRule>,
    /// What equal means where the target's schema does not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Comparison, 128>")]
    pub comparisons: Vec<Comparison>,
    /// Bytes that are copied beside the target object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Projection, 32>")]
    pub projections: Vec<Projection>,
    /// Values that one claim at most may hold in the whole platform.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Unique, 16>")]
    pub unique: Vec<Unique>,
    /// What the tenant gets to reach the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<Connection>,
    /// What must hold before the target object is first made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation: Option<Creation>,
    /// What must hold before a claim is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion: Option<Deletion>,
    /// Day-2 operations by name; names are unique in a profile and its components.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "bounds::map::<Operation, 32>")]
    pub operations: BTreeMap<String, Operation>,
    /// How the service is judged from what is observed of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
}

/// What a profile renders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Kind of the target, `OpenBaoCluster`.
    #[schemars(schema_with = "bounds::label")]
    pub kind: String,
    /// Releases of the target's schema, each of which the profile must fit: `0.5.1`, `main`.
    #[schemars(schema_with = "bounds::some_texts::<8, 63>")]
    pub releases: Vec<String>,
}

/// One facet of a profile.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComponentBinding {
    /// Name of the component that fills the facet.
    #[schemars(schema_with = "bounds::name")]
    pub component: String,
    /// Its inputs: name to value; strings may hold `${…}`. What is not given has the component's default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "bounds::map::<Free, 64>")]
    pub with: BTreeMap<String, Free>,
    /// CEL expression; when it yields false the facet is not there at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::expression")]
    pub when: Option<String>,
}

/// The connection Secret that a claim gets, in the form of the Service Binding specification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// Type of the binding, `openbao`.
    #[serde(rename = "type")]
    #[schemars(schema_with = "bounds::label")]
    pub binding_type: String,
    /// Entries made of text: key to text with `${…}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "bounds::text_map::<32, { bounds::MAX_EXPRESSION }>")]
    pub data: BTreeMap<String, String>,
    /// Entries whose bytes are copied from another object. No expression ever sees them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<CopiedKey, 32>")]
    pub copy: Vec<CopiedKey>,
}

/// One copied entry of the connection Secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CopiedKey {
    /// Key in the connection Secret.
    #[schemars(schema_with = "bounds::name")]
    pub key: String,
    /// Where the bytes come from.
    pub from: CopySource,
    /// True: the connection is published without this entry while the source lacks it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// The source of a copied entry, in the claim's own namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CopySource {
    /// `Secret` or `ConfigMap`.
    pub kind: SourceKind,
    /// Name of the source; may hold `${…}`, not of what a tenant can write.
    #[schemars(schema_with = "bounds::expression")]
    pub name: String,
    /// Key in the source.
    #[schemars(schema_with = "bounds::name")]
    pub key: String,
}

/// What must hold before a claim is deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deletion {
    /// True: DELETE is refused until annotation `claims.openbao.org/confirm-deletion` holds the claim's name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirm: bool,
}

/// What the operator observed of a profile.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfileStatus {
    /// Generation that this status speaks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::generation")]
    pub observed_generation: Option<i64>,
    /// The newest revision that compiled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_revision: Option<RevisionIdentity>,
    /// How many claims are bound to revisions of this profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::count")]
    pub claims: Option<i64>,
    /// Why the profile as it stands makes no revision; the first 32 faults.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<CatalogDiagnostic, 32>")]
    pub diagnostics: Vec<CatalogDiagnostic>,
    /// `Ready`, `Compiled`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::conditions")]
    pub conditions: Vec<Condition>,
}
