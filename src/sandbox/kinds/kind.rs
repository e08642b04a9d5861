//! One version of one resource.

use std::sync::Arc;

use serde_json::Value;

use super::Column;
use crate::cel::crd_rules::Rules;
use crate::sandbox::store::Bucket;
use crate::schema::Schema;

/// How what is stored becomes what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As it is, but for `apiVersion`.
    Plain,
    /// An event of `events.k8s.io/v1`, stored as one of `v1`.
    Event,
}

/// One version of one resource, and how its objects are treated.
#[expect(clippy::struct_excessive_bools, reason = "each is one independent trait of a kind")]
#[expect(clippy::struct_field_names, reason = "the names that Kubernetes has for them")]
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
    pub(crate) list_kind: String,
    pub(crate) plural: String,
    pub(crate) singular: String,
    pub(crate) short_names: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) namespaced: bool,
    /// Whether `status` is a subresource.
    pub(crate) status: bool,
    /// Whether `metadata.generation` counts changes.
    pub(crate) generation: bool,
    /// Whether an update may leave out the resource version.
    pub(crate) unconditional: bool,
    /// Whether an update of what does not exist creates it.
    pub(crate) create_on_update: bool,
    /// Whether it comes from a definition.
    pub(crate) custom: bool,
    /// Whether objects are stored in this version.
    pub(crate) stored: bool,
    pub(crate) columns: Vec<Column>,
    /// JSON paths that field selectors may use, beside name and namespace.
    pub(crate) selectable: Vec<String>,
    pub(crate) schema: Arc<Schema>,
    /// The schema for merging: with `metadata` as Kubernetes merges it.
    pub(crate) merge_schema: Arc<Schema>,
    /// `x-kubernetes-validations`; none where there are none.
    pub(crate) rules: Option<Arc<Rules>>,
    /// The schema as OpenAPI shows it.
    pub(crate) open_api: Arc<Value>,
    pub(crate) bucket: Bucket,
    pub(crate) shape: Shape,
}

impl Kind {
    /// `v1` or `openbao.org/v1alpha1`.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// An object as stored, in this version.
    pub(crate) fn show(&self, stored: &Arc<Value>) -> Arc<Value> {
        let version = self.api_version();
        let told = stored.get("apiVersion").and_then(Value::as_str);
        match self.shape {
            Shape::Event => Arc::new(super::event::to_events_v1(stored)),
            Shape::Plain if told == Some(version.as_str()) => Arc::clone(stored),
            Shape::Plain => {
                let mut shown = Value::clone(stored);
                crate::sandbox::object::set(&mut shown, "apiVersion", Some(version.into()));
                Arc::new(shown)
            }
        }
    }

    /// What a client sent in this version, as it is stored.
    pub(crate) fn store(&self, sent: Value) -> Value {
        match self.shape {
            Shape::Event => super::event::to_core_v1(sent),
            Shape::Plain => sent,
        }
    }
}
