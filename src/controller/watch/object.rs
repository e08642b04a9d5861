//! An object as the wire has it, cut to what is worth keeping.

use kube::api::TypeMeta;
use serde_json::{Value, json};

use crate::controller::names::Named;

/// Which object, even if the rest of it cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// Where it is; with an empty name where even that cannot be read.
    pub at: Named,
    /// Its UID; empty where that cannot be read.
    pub uid: String,
}

impl Identity {
    pub(super) fn of(object: &Value) -> Self {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        Self {
            at: Named::new(text("/metadata/namespace"), text("/metadata/name")),
            uid: text("/metadata/uid").to_owned(),
        }
    }
}

/// An object that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Which object.
    pub identity: Identity,
    /// Why, in words that quote nothing of it.
    pub error: String,
}

/// Moves a watch's position to that of an object it brought.
pub(super) fn advance(version: &mut String, object: &Value) {
    if let Some(newer) = object.pointer("/metadata/resourceVersion").and_then(Value::as_str) {
        newer.clone_into(version);
    }
}

/// Cuts what only the API server and `kubectl` need: managed fields and the last-applied copy are half of many
/// objects. What has no name is refused.
pub(super) fn slim(object: &mut Value) -> Result<(), String> {
    let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
    let Some(metadata) = metadata else { return Err("it has no metadata".to_owned()) };
    metadata.remove("managedFields");
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
    }
    let named = metadata.get("name").and_then(Value::as_str).is_some_and(|name| !name.is_empty());
    if named { Ok(()) } else { Err("it has no name".to_owned()) }
}

/// Items of a list say their type only where the list's own type does not.
pub(super) fn typed(item: &mut Value, types: &TypeMeta) {
    if let Some(members) = item.as_object_mut() {
        let kind = types.kind.strip_suffix("List").unwrap_or(&types.kind);
        members.entry("apiVersion").or_insert_with(|| json!(types.api_version));
        members.entry("kind").or_insert_with(|| json!(kind));
    }
}
