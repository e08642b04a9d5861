//! Server-side apply and managed fields, as Kubernetes has them: pure functions over objects and their schema.
//!
//! [`apply`] merges what a manager wants into an object, [`track_update`] books what any other write changed.
//! Both answer the object to be stored, `metadata.managedFields` included. Fields that a strategy resets
//! (`status` of a write to the main resource, all but `status` of one to the subresource) are the caller's
//! business: it resets them in `config` or `new` before the call, and nobody comes to own them.

mod codec;
mod compare;
mod element;
mod field_set;
mod kubectl;
mod managed;
mod merge;
mod metadata;
mod of_value;
mod place;
mod prune;
mod reconcile;
mod update;
mod validate;

use serde_json::Value as Json;

use crate::cel::library::go_text::quote;
use crate::schema::Schema;

pub use metadata::{kind_schema, metadata_schema};
use update::Write;

/// Who writes, and when.
#[derive(Clone, Copy, Debug)]
pub struct Writer<'a> {
    /// `fieldManager` of the request, or what stands before the `/` in its user agent; empty is `unknown`.
    pub manager: &'a str,
    /// `apiVersion` of the request.
    pub api_version: &'a str,
    /// `status` or `scale`; `None` for the main resource.
    pub subresource: Option<&'a str>,
    /// Now: RFC 3339 in UTC with whole seconds, such as `2026-01-01T00:00:00Z`.
    pub time: &'a str,
}

/// How a manager came to own fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// By server-side apply.
    Apply,
    /// By any other write.
    Update,
}

/// A field that another manager owns with another value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// The owner.
    pub manager: String,
    /// How it came to own the field.
    pub operation: Operation,
    /// `apiVersion` that the owner used.
    pub api_version: String,
    /// Subresource that the owner wrote to.
    pub subresource: Option<String>,
    /// The field, such as `.spec.items[name="a"].port`.
    pub field: String,
}

impl Conflict {
    /// What the API server says of the owner, without the field.
    pub fn cause(&self) -> String {
        format!("conflict with {}", self.owner())
    }

    fn owner(&self) -> String {
        let mut owner = String::new();
        quote(&self.manager, &mut owner);
        if let Some(subresource) = &self.subresource {
            owner.push_str(" with subresource ");
            quote(subresource, &mut owner);
        }
        if self.operation == Operation::Update {
            owner.push_str(" using ");
            owner.push_str(&self.api_version);
        }
        owner
    }
}

/// Why a write was refused. The texts are those of the API server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Fields that others own, sorted by manager and then in the order of the fields; HTTP 409.
    #[error("{}", describe(.0))]
    Conflicts(Vec<Conflict>),
    /// The object does not fit its schema, or cannot be merged; HTTP 500, and 400 where `config` states
    /// owners.
    #[error("{0}")]
    Invalid(String),
}

fn describe(conflicts: &[Conflict]) -> String {
    if let [only] = conflicts {
        return format!("Apply failed with 1 conflict: {}: {}", only.cause(), only.field);
    }
    let owned = conflicts.chunk_by(|a, b| a.owner() == b.owner()).map(|fields| {
        let owner = fields.first().map(Conflict::owner).unwrap_or_default();
        let fields: Vec<&str> = fields.iter().map(|conflict| conflict.field.as_str()).collect();
        format!("conflicts with {owner}:\n- {}", fields.join("\n- "))
    });
    format!("Apply failed with {} conflicts: {}", conflicts.len(), owned.collect::<Vec<_>>().join("\n"))
}

/// Server-side apply: `config` onto `live`, which is `None` where the object does not exist yet.
///
/// `schema` describes the whole object ([`kind_schema`]). With `force`, fields in conflict change hands.
/// Where nothing changes, neither fields nor owners, the answer equals `live`.
pub fn apply(
    live: Option<&Json>,
    config: &Json,
    schema: &Schema,
    writer: &Writer<'_>,
    force: bool,
) -> Result<Json, ApplyError> {
    Write { live, schema, writer }.apply(config, force)
}

/// Books a create (`live` is `None`), an update or a patch: `new` is the object as it is to be stored.
///
/// `metadata.managedFields` of `new` counts where it says something: `[]` or `[{}]` forgets all owners.
pub fn track_update(live: Option<&Json>, new: Json, schema: &Schema, writer: &Writer<'_>) -> Result<Json, ApplyError> {
    Write { live, schema, writer }.track(new)
}

#[cfg(test)]
mod tests;
