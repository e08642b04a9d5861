//! What Kubernetes does beyond a schema to objects of built-in kinds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Kind;
use crate::sandbox::answer::Cause;
use crate::sandbox::object::{self, set, set_below};

/// Fields that a new object gets where its author said nothing.
pub(crate) fn default_created(kind: &Kind, object: &mut Value) {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Secret") => absent(object, "type", || "Opaque".into()),
        ("", "PersistentVolumeClaim") => {
            absent_below(object, "spec", "volumeMode", || "Filesystem".into());
        }
        ("rbac.authorization.k8s.io", "ClusterRole" | "Role") => absent(object, "rules", || Value::Null),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy") => {
            absent_below(object, "spec", "failurePolicy", || "Fail".into());
        }
        _ => {}
    }
}

/// Fields that the server alone gives a new object: nobody owns them.
pub(crate) fn found(kind: &Kind, object: &mut Value) {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Namespace") => {
            set_below(object, "spec", "finalizers", Some(json!(["kubernetes"])));
            set_below(object, "status", "phase", Some("Active".into()));
        }
        ("", "PersistentVolumeClaim") => set_below(object, "status", "phase", Some("Pending".into())),
        _ => {}
    }
}

/// What every write does, new object or not.
pub(crate) fn before_write(kind: &Kind, object: &mut Value) {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Namespace") => name_label(object),
        ("", "Secret") => encode(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => super::custom::complete(object),
        _ => {}
    }
}

/// What may not change.
pub(crate) fn check_change(kind: &Kind, old: &Value, new: &Value) -> Vec<Cause> {
    let fixed: &[&str] = match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Secret") if frozen(old) => &["type", "data", "immutable"],
        ("", "Secret") => &["type"],
        ("", "ConfigMap") if frozen(old) => &["data", "binaryData", "immutable"],
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => &["roleRef"],
        _ => &[],
    };
    let changed = fixed.iter().filter(|field| old.get(**field) != new.get(**field));
    changed
        .map(|field| match *field {
            "type" => Cause::invalid("type", new.get("type").unwrap_or(&Value::Null), "field is immutable"),
            "roleRef" => Cause::invalid("roleRef", new.get("roleRef").unwrap_or(&Value::Null), "cannot change roleRef"),
            "immutable" => Cause::new("FieldValueForbidden", *field, forbidden("when `immutable` is set")),
            field => Cause::new("FieldValueForbidden", field, forbidden("when `immutable` is set")),
        })
        .collect()
}

fn forbidden(why: &str) -> String {
    format!("Forbidden: field is immutable {why}")
}

fn frozen(object: &Value) -> bool {
    object.get("immutable").and_then(Value::as_bool) == Some(true)
}

fn absent(object: &mut Value, field: &str, value: impl FnOnce() -> Value) {
    if object.get(field).is_none() {
        set(object, field, Some(value()));
    }
}

fn absent_below(object: &mut Value, parent: &str, field: &str, value: impl FnOnce() -> Value) {
    if object.get(parent).is_some_and(|parent| parent.get(field).is_none()) {
        set_below(object, parent, field, Some(value()));
    }
}

fn name_label(object: &mut Value) {
    let name = object::name(object).to_owned();
    if let Some(metadata) = object.get_mut("metadata") {
        set_below(metadata, "labels", "kubernetes.io/metadata.name", Some(name.into()));
    }
}

/// `stringData` is for writing only: it becomes data.
fn encode(object: &mut Value) {
    let Some(Value::Object(texts)) = object.as_object_mut().and_then(|fields| fields.remove("stringData")) else {
        return;
    };
    for (key, text) in texts {
        let bytes = STANDARD.encode(text.as_str().unwrap_or_default());
        set_below(object, "data", &key, Some(bytes.into()));
    }
}
