//! What the statuses of several kinds share.

use super::bounds;
use super::common::RevisionIdentity;
use super::language::{Approver, Sensitivity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One fault of a catalog object, located.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogDiagnostic {
    /// Stable code, `E0107`; `openbao-claims explain E0107` tells more.
    #[schemars(schema_with = "bounds::filled::<16>")]
    pub code: String,
    /// Path of the faulty field inside the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::text::<512>")]
    pub path: Option<String>,
    /// Line inside the field's text, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::count")]
    pub line: Option<i64>,
    /// Column inside the field's text, from 1, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::count")]
    pub column: Option<i64>,
    /// What is wrong and what to try.
    #[schemars(schema_with = "bounds::message")]
    pub message: String,
}

/// What a claim's edit, or another revision, would do, not yet applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PendingChange {
    /// Digest of the candidate; a request that approves it names this. Absent when nothing could be rendered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::digest")]
    pub candidate: Option<String>,
    /// Generation of the claim that the candidate was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::generation")]
    pub generation: Option<i64>,
    /// Revision that the candidate was rendered on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionIdentity>,
    /// The strictest class among the changes.
    pub sensitivity: Sensitivity,
    /// The changes, strictest first, cut at 32.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Change, 32>")]
    pub changes: Vec<Change>,
    /// How many changes there are in all.
    #[schemars(schema_with = "bounds::count")]
    pub total: i64,
}

/// One change between what is applied and a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Path in the rendered object, `projections.NAME`, or `tenant`, `target`, `offering`, `profile`.
    #[schemars(schema_with = "bounds::filled::<{ bounds::MAX_PATH }>")]
    pub path: String,
    /// What the change may do.
    pub class: Sensitivity,
    /// Who may approve it, when it is gated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::choice::<Approver>")]
    pub approver: Option<Approver>,
    /// The rule that decided, `profile/hardened#sensitivity[0]`; absent: no rule speaks of this path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::text::<512>")]
    pub rule: Option<String>,
    /// Value before, as JSON; a long one as digest and length; absent: the path was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::text::<256>")]
    pub old: Option<String>,
    /// Value after, as JSON; a long one as digest and length; absent: the path goes away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::text::<256>")]
    pub new: Option<String>,
    /// Parameters of the claim that the change came from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::texts::<16, 256>")]
    pub parameters: Vec<String>,
    /// Why, in the rule's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::message")]
    pub message: Option<String>,
}
