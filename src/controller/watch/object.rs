//! An object as the wire has it, cut to what is worth keeping.

use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{DynamicObject, TypeMeta};
use serde_json::{Map, Value};

/// Which object, even if the rest of it cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// The namespace; `None` for what is cluster-wide.
    pub namespace: Option<String>,
    /// The name; empty where even that cannot be read.
    pub name: String,
    /// The UID; empty where that cannot be read.
    pub uid: String,
}

impl Identity {
    pub(super) fn of(object: &Value) -> Self {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        Self {
            namespace: text("/metadata/namespace"),
            name: text("/metadata/name").unwrap_or_default(),
            uid: text("/metadata/uid").unwrap_or_default(),
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{namespace}/{}", self.name),
            None => f.write_str(&self.name),
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

/// The object without what only the API server and `kubectl` need: managed fields and the last-applied copy are
/// half of many objects.
pub(super) fn slim(object: Value) -> Result<DynamicObject, String> {
    let Value::Object(mut object) = object else { return Err("is not an object".to_owned()) };
    let types = types(&mut object);
    let mut metadata = object.remove("metadata").unwrap_or_default();
    if let Some(fields) = metadata.as_object_mut() {
        fields.remove("managedFields");
        if let Some(annotations) = fields.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
        }
    }
    // The decoder's own words quote values.
    let metadata: ObjectMeta =
        serde_json::from_value(metadata).map_err(|_| "its metadata cannot be read".to_owned())?;
    if metadata.name.as_deref().unwrap_or_default().is_empty() {
        return Err("it has no name".to_owned());
    }
    Ok(DynamicObject { types, metadata, data: Value::Object(object) })
}

/// Items of a list have none where the list's own type says it.
fn types(object: &mut Map<String, Value>) -> Option<TypeMeta> {
    let mut text = |key: &str| object.remove(key).and_then(|value| value.as_str().map(str::to_owned));
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    Some(TypeMeta { api_version: api_version?, kind: kind? })
}
