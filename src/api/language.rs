//! The words that profiles, components, rule sets and offerings are written in. Expressions are CEL in plain
//! strings; templates are free-form content with `${…}` in its strings.

use super::bounds;
use super::common::Free;
use schemars::{JsonSchema, json_schema};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A named expression, evaluated at most once per candidate, and only when something reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Variable {
    /// Name under `variables`: a CEL identifier, neither reserved nor the name of another scope.
    #[schemars(schema_with = "bounds::label")]
    pub name: String,
    /// CEL expression that gives the value.
    #[schemars(schema_with = "bounds::expression")]
    pub expression: String,
}

/// A condition that must hold. An error in it counts as a failure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Validation {
    /// CEL expression that yields true when all is well. One that mentions `object` is judged after rendering.
    #[schemars(schema_with = "bounds::expression")]
    pub expression: String,
    /// What a person is told when it fails: one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::message")]
    pub message: Option<String>,
    /// CEL expression that yields the message; used before `message`, which stands in when it errs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::expression")]
    pub message_expression: Option<String>,
    /// What a program is told when it fails: one word in CamelCase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::reason")]
    pub reason: Option<String>,
}

/// A part of the rendered object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenderBlock {
    /// Name of the block, unique in its list; it is what messages and traces call it.
    #[schemars(schema_with = "bounds::label")]
    pub name: String,
    /// CEL expression; when it yields false the block contributes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::expression")]
    pub when: Option<String>,
    /// One entry, item name to CEL expression of a list or map: the block contributes once per element, in list
    /// order or in key order.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "bounds::text_map::<1, { bounds::MAX_EXPRESSION }>")]
    pub for_each: BTreeMap<String, String>,
    /// True lets a profile's block write paths that a component's block writes too; the profile wins.
    #[serde(default, rename = "override", skip_serializing_if = "std::ops::Not::not")]
    pub overrides: bool,
    /// True adds to lists that others write too, in place of a conflict. Every writer of the list must say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub append: bool,
    /// The content, shaped like the target object; strings may hold `${…}`.
    #[schemars(schema_with = "bounds::free_object::<16>")]
    pub template: Free,
}

/// What a change may do, from harmless to refused. The order is the order of strictness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Sensitivity {
    /// Nothing changes.
    Unchanged,
    /// Applied at once.
    InPlace,
    /// Waits for an approval.
    Gated,
    /// Refused; only an intervention gets past it.
    Blocked,
}

/// Who may approve a gated change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Approver {
    /// Whoever may create a request beside the claim.
    #[default]
    Tenant,
    /// A platform admin, by intervention or rollout.
    Platform,
}

/// The class of a change at some paths. The first rule of a list that matches speaks for that list; the strictest
/// answer of all lists counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SensitivityRule {
    /// Where the rule speaks: paths of the rendered object (`spec.a`, `['a.b/c']` for other names, `*` one segment,
    /// `[*]` list items, `.**` itself and all below), `projections.NAME`, or `tenant`, `target`, `offering`, `profile`.
    #[schemars(schema_with = "bounds::some_texts::<64, { bounds::MAX_PATH }>")]
    pub paths: Vec<String>,
    /// Class of every change there: `InPlace`, `Gated` or `Blocked`. Either this or `expression`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "class")]
    pub class: Option<Sensitivity>,
    /// CEL expression that yields the class of a modification. Either this or `class`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::expression")]
    pub expression: Option<String>,
    /// Class when the path appears, beside `expression`; absent: `Blocked`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "class")]
    pub on_add: Option<Sensitivity>,
    /// Class when the path goes away, beside `expression`; absent: `Blocked`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "class")]
    pub on_remove: Option<Sensitivity>,
    /// Who approves a gated change: `Tenant` (the default) or `Platform`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::choice::<Approver>")]
    pub approver: Option<Approver>,
    /// Why, for the person who waits: one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::message")]
    pub message: Option<String>,
}

/// The classes that a rule may answer: nobody may declare a change to be none.
fn class(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    json_schema!({"type": "string", "enum": ["InPlace", "Gated", "Blocked"]})
}

/// What equal means at some paths, where the target's schema only says string or list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// Where it holds; the same patterns as in a sensitivity rule.
    #[schemars(schema_with = "bounds::some_texts::<64, { bounds::MAX_PATH }>")]
    pub paths: Vec<String>,
    /// How two values are compared: `quantity`, `duration` and `version` by value, `set` as a list in any order.
    #[serde(rename = "as")]
    pub compare_as: CompareAs,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CompareAs {
    /// Kubernetes quantity: `1Gi` equals `1024Mi`.
    Quantity,
    /// Go duration: `1h` equals `60m`.
    Duration,
    /// Semantic version; a leading `v` is passed over, build metadata does not count.
    Version,
    /// List whose order means nothing.
    Set,
}

/// Named bytes that are copied beside the target object. No expression ever sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Projection {
    /// Name under `projections`; templates say `${projections.NAME.name}`.
    #[schemars(schema_with = "bounds::label")]
    pub name: String,
    /// Suffix of a system Secret of the target that the copy becomes, `tls-server`, where the target's facts call it
    /// writable; absent: the copy's name is derived.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::label")]
    pub target_suffix: Option<String>,
    /// Where the bytes come from.
    pub from: ProjectionSource,
    /// Whether the copy follows its source: `Live` (the default) or `BootstrapOnly`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::choice::<ProjectionMode>")]
    pub mode: Option<ProjectionMode>,
}

/// The source of a projection: an object that the platform names, or a parameter with `x-reference`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectionSource {
    /// `Secret` or `ConfigMap`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::choice::<SourceKind>")]
    pub kind: Option<SourceKind>,
    /// Namespace of the source; never an expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::label")]
    pub namespace: Option<String>,
    /// Name of the source; an expression in it may not depend on what a tenant can write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::expression")]
    pub name: Option<String>,
    /// Keys that are copied: key in the copy to key in the source.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "bounds::text_map::<32, 253>")]
    pub keys: BTreeMap<String, String>,
    /// Name of the parameter whose value names a Secret in the claim's own namespace, in place of all the above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::label")]
    pub parameter: Option<String>,
}

/// The kinds whose bytes can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum SourceKind {
    /// A Secret.
    Secret,
    /// A `ConfigMap`.
    ConfigMap,
}

/// Whether a copy follows its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ProjectionMode {
    /// The copy follows its source.
    #[default]
    Live,
    /// The copy is made once; a later change of the source means nothing.
    BootstrapOnly,
}

/// A value that one claim at most may hold in the whole platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unique {
    /// What kind of value it is; the same name in two components is the same pool.
    #[schemars(schema_with = "bounds::label")]
    pub name: String,
    /// CEL expression that yields the value, a string; two values that belong together are joined in it.
    #[schemars(schema_with = "bounds::expression")]
    pub key: String,
}

/// What must hold before the target object is first made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Creation {
    /// Objects in the claim's namespace that may not be there: volumes of an earlier life, say. One that is there
    /// blocks until an intervention says `reuseData`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<AbsentObject, 32>")]
    pub absent: Vec<AbsentObject>,
}

/// An object that may not be there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AbsentObject {
    /// Group and version of the object; absent: `v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::filled::<253>")]
    pub api_version: Option<String>,
    /// Kind of the object.
    #[schemars(schema_with = "bounds::label")]
    pub kind: String,
    /// Name of the object; may hold `${…}`.
    #[schemars(schema_with = "bounds::expression")]
    pub name: String,
    /// Reason that the claim shows when it is there: one word in CamelCase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::reason")]
    pub reason: Option<String>,
}

/// How the service is judged from what is observed of it. Healthy means: every `ready` holds, no `degraded` does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// Holds when this part of the service is up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<HealthRule>,
    /// Holds when this part of the service is up and yet not well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degraded: Option<HealthRule>,
}

/// One judgement of an observed service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthRule {
    /// CEL expression over `cluster`, the target object as it is observed.
    #[schemars(schema_with = "bounds::expression")]
    pub expression: String,
    /// What the claim's status says: one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::message")]
    pub message: Option<String>,
    /// CEL expression that yields the message; used before `message`, which stands in when it errs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::expression")]
    pub message_expression: Option<String>,
    /// Reason in the claim's conditions: one word in CamelCase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::reason")]
    pub reason: Option<String>,
}
