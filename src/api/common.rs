//! What several kinds share: names of the group, references, free-form content.

use super::bounds;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The API group of all our kinds.
pub const GROUP: &str = "claims.openbao.org";
/// The one version of the group.
pub const VERSION: &str = "v1alpha1";
/// `apiVersion` of all our kinds.
pub const API_VERSION: &str = "claims.openbao.org/v1alpha1";

/// Content whose shape is not the CRD's business: templates, parameters, schemas inside schemas.
/// `null` at the top means absent; inside, all that JSON can say is kept, integers with all 64 bits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Free(pub serde_json::Value);

impl Free {
    /// True when nothing was written.
    pub fn is_absent(&self) -> bool {
        self.0.is_null()
    }
}

impl From<serde_json::Value> for Free {
    fn from(value: serde_json::Value) -> Self {
        Self(value)
    }
}

impl JsonSchema for Free {
    fn schema_name() -> Cow<'static, str> {
        "Free".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        bounds::free(generator)
    }
}

/// The name of a cluster-scoped object, or of one in the same namespace. The schema demands it except in a claim,
/// where a name that is missing reads as empty and is the engine's to deny.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("required" = ["name"]))]
pub struct NameRef {
    /// Name of the object.
    #[serde(default)]
    #[schemars(schema_with = "bounds::name")]
    pub name: String,
}

/// One object in the cluster, exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectRef {
    /// Group and version, as in the object's own `apiVersion`.
    #[schemars(schema_with = "bounds::text::<253>")]
    pub api_version: String,
    /// Kind of the object.
    #[schemars(schema_with = "bounds::label")]
    pub kind: String,
    /// Namespace of the object; absent for a cluster-scoped one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::label")]
    pub namespace: Option<String>,
    /// Name of the object.
    #[schemars(schema_with = "bounds::name")]
    pub name: String,
    /// UID of the object, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::uid")]
    pub uid: Option<String>,
}

/// One claim, exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimIdentity {
    /// Namespace of the claim.
    #[schemars(schema_with = "bounds::label")]
    pub namespace: String,
    /// Name of the claim.
    #[schemars(schema_with = "bounds::name")]
    pub name: String,
    /// UID of the claim; when given, a claim of the same name with another UID is not meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::uid")]
    pub uid: Option<String>,
}

/// One revision of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevisionIdentity {
    /// Name of the revision: the profile's name, `-` and 12 hex digits of the digest.
    #[schemars(schema_with = "bounds::name")]
    pub name: String,
    /// Position among the revisions of its profile, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::count")]
    pub number: Option<i64>,
    /// Digest of the revision's content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::digest")]
    pub digest: Option<String>,
}

/// A recurring span of time in which held changes may be applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// When the window opens: five cron fields (minute, hour, day of month, month, day of week).
    #[schemars(schema_with = "bounds::filled::<128>")]
    pub schedule: String,
    /// How long it stays open, `2h` or `90m`; the largest unit is the hour.
    #[schemars(schema_with = "bounds::filled::<32>")]
    pub duration: String,
    /// Name of the time zone in the IANA database in which the schedule is read; absent: UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::filled::<64>")]
    pub time_zone: Option<String>,
}
