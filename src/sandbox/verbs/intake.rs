//! From what a client sent to an object of the kind: fields that nobody knows, defaults.

use serde_json::Value;

use super::words::field;
use super::{ApiError, FieldValidation, Write};
use crate::sandbox::answer::Cause;
use crate::sandbox::kinds::Kind;
use crate::sandbox::object::{self, set};

/// Checks that a body is of the kind that the path names, drops what the kind does not know, and fills in defaults.
/// Answers the object as it is stored, and warnings.
pub(super) fn take(write: &Write<'_>, mut body: Value) -> Result<(Value, Vec<String>), ApiError> {
    let kind = write.kind;
    check_type(kind, &body)?;
    let unknown: Vec<String> = kind.schema.unknown_fields(&body).iter().map(|found| unknown(&found.path)).collect();
    if write.validation == FieldValidation::Strict && !unknown.is_empty() {
        return Err(not_strict(kind, &unknown));
    }
    settle(kind, &mut body);
    let warnings = if write.validation == FieldValidation::Warn { unknown } else { Vec::new() };
    Ok((kind.store(body), warnings))
}

/// The same for what a patch made of an object, which fails in other words.
pub(super) fn take_patched(write: &Write<'_>, body: Value) -> Result<(Value, Vec<String>), ApiError> {
    let shown = Value::from(body.to_string());
    take(write, body).map_err(|error| match error.message.split_once(STRICT) {
        None => error,
        Some((_, fields)) => {
            let cause = Cause::invalid("patch", &shown, &format!("{STRICT}{fields}"));
            ApiError::invalid("", "", "", &[cause])
        }
    })
}

const STRICT: &str = "strict decoding error: ";

/// The refusal of a body with fields that nobody knows, or that stand there twice.
pub(crate) fn not_strict(kind: &Kind, faults: &[String]) -> ApiError {
    let (name, version) = (&kind.kind, &kind.version);
    ApiError::bad_request(format!(
        "{name} in version \"{version}\" cannot be handled as a {name}: {STRICT}{}",
        faults.join(", ")
    ))
}

/// Drops what the kind does not know and fills in defaults.
pub(super) fn settle(kind: &Kind, object: &mut Value) {
    kind.schema.prune(object);
    kind.schema.apply_defaults(object);
    // Metadata is typed on the server: empty collections do not survive there.
    for name in ["labels", "annotations", "finalizers", "ownerReferences"] {
        let found = object.pointer(&format!("/metadata/{name}"));
        let empty = match found {
            Some(Value::Array(items)) => items.is_empty(),
            Some(Value::Object(fields)) => fields.is_empty(),
            Some(Value::Null) => true,
            _ => false,
        };
        if empty {
            object::set_meta(object, name, None);
        }
    }
}

fn unknown(path: &crate::schema::path::Path) -> String {
    format!("unknown field \"{}\"", field(path))
}

pub(super) fn check_type(kind: &Kind, body: &Value) -> Result<(), ApiError> {
    if !body.is_object() {
        return Err(ApiError::bad_request("the request body is no JSON object"));
    }
    let (told, expected) = (object::text(body, "/apiVersion"), kind.api_version());
    if object::text(body, "/kind").is_empty() {
        return Err(ApiError::bad_request(format!("Object 'Kind' is missing in '{body}'")));
    }
    if told != expected {
        return Err(ApiError::bad_request(format!(
            "the API version in the data ({told}) does not match the expected API version ({expected})"
        )));
    }
    let found = object::text(body, "/kind");
    if found != kind.kind && kind.custom {
        let why = format!("must be {}", kind.kind);
        let cause = Cause::invalid("kind", &found.into(), &why);
        return Err(ApiError::invalid(&kind.group, found, object::name(body), &[cause]));
    }
    if found != kind.kind {
        return Err(ApiError::bad_request(format!(
            "the kind in the data ({found}) does not match the expected kind ({})",
            kind.kind
        )));
    }
    Ok(())
}

/// Adds what a body may leave out where the path says it.
pub(super) fn name_from_path(body: &mut Value, namespace: &str, name: &str) {
    for (field, value) in [("namespace", namespace), ("name", name)] {
        if !value.is_empty() && object::text(body, &format!("/metadata/{field}")).is_empty() {
            object::set_meta(body, field, Some(value.into()));
        }
    }
}

/// Refuses a body that belongs elsewhere than its path says.
pub(super) fn check_place(write: &Write<'_>, body: &Value, name: Option<&str>) -> Result<(), ApiError> {
    let told = object::namespace(body);
    if told != write.namespace {
        return Err(ApiError::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    match name {
        Some(name) if object::name(body) != name => Err(ApiError::bad_request(format!(
            "the name of the object ({}) does not match the name on the URL ({name})",
            object::name(body)
        ))),
        _ => Ok(()),
    }
}

/// Keeps of a body what a write to `status` may bring.
pub(super) fn only_status(body: &mut Value, live: &Value) {
    let status = body.get("status").cloned();
    let managed = body.pointer("/metadata/managedFields").cloned();
    *body = live.clone();
    set(body, "status", status);
    if managed.is_some() {
        object::set_meta(body, "managedFields", managed);
    }
}
