//! What Kubernetes implies at the root of a resource.

use std::sync::LazyLock;

use serde_json::json;

use super::node::{Dialect, Schema, Type};

/// The schema of `metadata` (apimachinery `meta/v1` `ObjectMeta`), with its merge rules.
static METADATA: LazyLock<Schema> = LazyLock::new(|| {
    let text = json!({"type": "string"});
    let time = json!({"type": "string", "format": "date-time", "nullable": true});
    let texts = json!({"type": "object", "additionalProperties": text});
    let flag = json!({"type": "boolean"});
    let owner = json!({
        "type": "object",
        "required": ["apiVersion", "kind", "name", "uid"],
        "x-kubernetes-map-type": "atomic",
        "properties": {
            "apiVersion": text, "kind": text, "name": text, "uid": text,
            "controller": flag, "blockOwnerDeletion": flag
        }
    });
    let schema = json!({
        "type": "object",
        "properties": {
            "name": text, "generateName": text, "namespace": text, "selfLink": text, "uid": text,
            "resourceVersion": text, "generation": {"type": "integer", "format": "int64"},
            "creationTimestamp": time, "deletionTimestamp": time,
            "deletionGracePeriodSeconds": {"type": "integer", "format": "int64"},
            "labels": texts, "annotations": texts,
            "ownerReferences": {
                "type": "array", "items": owner,
                "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["uid"]
            },
            "finalizers": {"type": "array", "items": text, "x-kubernetes-list-type": "set"},
            "managedFields": {
                "type": "array", "items": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}
            }
        }
    });
    Schema::parse_kubernetes(&schema).unwrap_or_default()
});

/// Adds `apiVersion`, `kind` and `metadata` to a resource. What the author says about them (a pattern
/// for `metadata.name`) stays.
pub(super) fn imply(schema: &mut Schema) {
    schema.embedded_resource = true;
    let text = Schema { kind: Some(Type::String), dialect: Dialect::Kubernetes, ..Schema::default() };
    for name in ["apiVersion", "kind"] {
        schema.properties.entry(name.to_owned()).or_insert_with(|| text.clone());
    }
    let metadata = schema.properties.entry("metadata".to_owned()).or_default();
    let own = std::mem::replace(metadata, METADATA.clone());
    metadata.checks = own.checks;
    metadata.description = own.description;
    for (name, field) in own.properties {
        metadata.properties.insert(name, field);
    }
}
