//! `OpenBaoRuleSet`: the platform's judgement of rendered objects.

use super::bounds;
use super::language::{Comparison, SensitivityRule, Validation, Variable};
use super::status::CatalogDiagnostic;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rules that no profile can bypass. A rule set renders nothing.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "claims.openbao.org",
    version = "v1alpha1",
    kind = "OpenBaoRuleSet",
    plural = "openbaorulesets",
    shortname = "obrules",
    category = "openbao",
    category = "claims",
    status = "RuleSetStatus",
    derive = "PartialEq",
    derive = "Default",
    doc = "The platform's judgement of rendered objects, which no profile can bypass. It is read as it is now, for every candidate, and never changes what runs.",
    printcolumn = r#"{"name":"Compiled","type":"string","jsonPath":".status.conditions[?(@.type==\"Compiled\")].status"}"#,
    printcolumn = r#"{"name":"Violations","type":"integer","jsonPath":".status.violatingClaims"}"#,
    printcolumn = r#"{"name":"Reason","type":"string","jsonPath":".status.conditions[?(@.type==\"Compiled\")].reason","priority":1}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase")]
pub struct OpenBaoRuleSetSpec {
    /// Kubernetes minor release whose CEL this object's expressions are written in, `1.37`; absent: the operator's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::filled::<16>")]
    pub cel_environment: Option<String>,
    /// CEL expression that tells whether the rule set speaks of an object; it counts when it holds for the old or the
    /// new one, an error counts as true. Absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::expression")]
    pub when: Option<String>,
    /// Named expressions, read as `variables.NAME`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Variable, 128>")]
    pub variables: Vec<Variable>,
    /// What must hold for `object`. One that the applied object fails already holds up no edit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Validation, 256>")]
    pub validations: Vec<Validation>,
    /// What changes may do. The first match speaks; it can only tighten what profile and components say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<SensitivityRule, 256>")]
    pub sensitivity: Vec<SensitivityRule>,
    /// What equal means where the target's schema does not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Comparison, 128>")]
    pub comparisons: Vec<Comparison>,
}

/// What the operator observed of a rule set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleSetStatus {
    /// Generation that this status speaks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::generation")]
    pub observed_generation: Option<i64>,
    /// How many running claims fail a rule of this set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::count")]
    pub violating_claims: Option<i64>,
    /// Faults of the rule set; the first 32. While there is one, candidates are blocked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<CatalogDiagnostic, 32>")]
    pub diagnostics: Vec<CatalogDiagnostic>,
    /// `Ready`, `Compiled`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::conditions")]
    pub conditions: Vec<Condition>,
}
