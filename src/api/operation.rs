//! Day-2 operations that a catalog declares and a request runs.

use super::bounds;
use super::common::Free;
use super::language::Validation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One operation. It has exactly one effect, `patch` or `create`, evaluated once per request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// What a request may say: structural `OpenAPI` v3 schema of an object; absent: nothing.
    #[serde(default, skip_serializing_if = "Free::is_absent")]
    #[schemars(schema_with = "bounds::free_object::<32>")]
    pub parameters: Free,
    /// What must hold before the effect is written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Validation, 32>")]
    pub preconditions: Vec<Validation>,
    /// Effect: merge patch of the claim's cluster, of paths that no template writes. Strings may hold `${…}`.
    #[serde(default, skip_serializing_if = "Free::is_absent")]
    #[schemars(schema_with = "bounds::free_object::<16>")]
    pub patch: Free,
    /// Effect: an object that is made, named and owned by the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create: Option<CreatedObject>,
    /// CEL expression that yields true when the operation has succeeded; absent: as soon as the effect is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::expression")]
    pub succeeded: Option<String>,
    /// CEL expression that yields true when the operation has failed for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::expression")]
    pub failed: Option<String>,
    /// What the request's status tells at the end: name to CEL expression that yields a string, integer or boolean.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "bounds::text_map::<32, { bounds::MAX_EXPRESSION }>")]
    pub results: BTreeMap<String, String>,
    /// Longest time from the effect to its end, `1h`; afterwards the request has failed. Absent: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::filled::<32>")]
    pub timeout: Option<String>,
    /// How long the request, and what it created, stay after the end, `168h`; absent: the operator's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::filled::<32>")]
    pub retain: Option<String>,
    /// True for a destructive operation: its requests must carry the claim's UID, so that none written for an earlier
    /// life of the claim can run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirm: bool,
}

/// An object that an operation makes in the claim's namespace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedObject {
    /// Name under which the operation's expressions read the object.
    #[serde(rename = "as")]
    #[schemars(schema_with = "bounds::label")]
    pub bind_as: String,
    /// Group and version of the object.
    #[schemars(schema_with = "bounds::filled::<253>")]
    pub api_version: String,
    /// Kind of the object.
    #[schemars(schema_with = "bounds::label")]
    pub kind: String,
    /// Its spec; strings may hold `${…}`.
    #[schemars(schema_with = "bounds::free_object::<64>")]
    pub spec: Free,
}
