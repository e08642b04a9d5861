//! `OpenBaoServiceComponent`: a reusable function of policy for one facet.

use super::bounds;
use super::common::Free;
use super::language::{
    Comparison, Creation, Health, Projection, RenderBlock, SensitivityRule, Unique, Validation, Variable,
};
use super::operation::Operation;
use super::status::CatalogDiagnostic;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Typed inputs in; rules, operations and health out.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "claims.openbao.org",
    version = "v1alpha1",
    kind = "OpenBaoServiceComponent",
    plural = "openbaoservicecomponents",
    shortname = "obcomp",
    category = "openbao",
    category = "claims",
    status = "ComponentStatus",
    derive = "PartialEq",
    derive = "Default",
    doc = "A reusable function of policy for one facet of a service: storage, unseal, exposure, backup, network. It knows no other component; profiles wire it.",
    printcolumn = r#"{"name":"Compiled","type":"string","jsonPath":".status.conditions[?(@.type==\"Compiled\")].status"}"#,
    printcolumn = r#"{"name":"Profiles","type":"integer","jsonPath":".status.profiles"}"#,
    printcolumn = r#"{"name":"Reason","type":"string","jsonPath":".status.conditions[?(@.type==\"Compiled\")].reason","priority":1}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase")]
pub struct OpenBaoServiceComponentSpec {
    /// Kubernetes minor release whose CEL this object's expressions are written in, `1.37`; absent: the operator's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::filled::<16>")]
    pub cel_environment: Option<String>,
    /// What profiles may pass in: structural `OpenAPI` v3 schema of an object. A constant is an input with a default
    /// that no profile overrides. Absent: nothing.
    #[serde(default, skip_serializing_if = "Free::is_absent")]
    #[schemars(schema_with = "bounds::free_object::<32>")]
    pub inputs: Free,
    /// Named expressions, read as `variables.NAME`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Variable, 128>")]
    pub variables: Vec<Variable>,
    /// What must hold for every claim that uses the component.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Validation, 128>")]
    pub validations: Vec<Validation>,
    /// What the component contributes to the rendered object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<RenderBlock, 128>")]
    pub render: Vec<RenderBlock>,
    /// What changes may do. The first match speaks; others can only tighten it.
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
    /// What must hold before the target object is first made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation: Option<Creation>,
    /// Day-2 operations by name; names are unique in a profile and its components.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "bounds::map::<Operation, 32>")]
    pub operations: BTreeMap<String, Operation>,
    /// How this facet is judged from what is observed of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
}

/// What the operator observed of a component.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComponentStatus {
    /// Generation that this status speaks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::generation")]
    pub observed_generation: Option<i64>,
    /// How many profiles use the component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::count")]
    pub profiles: Option<i64>,
    /// Faults of the component by itself; the first 32.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<CatalogDiagnostic, 32>")]
    pub diagnostics: Vec<CatalogDiagnostic>,
    /// `Ready`, `Compiled`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::conditions")]
    pub conditions: Vec<Condition>,
}
