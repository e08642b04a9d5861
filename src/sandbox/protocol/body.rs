//! Bodies of requests.

use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::query::Query;
use crate::sandbox::answer::{ApiError, Cause};
use crate::sandbox::kinds::Kind;
use crate::sandbox::object::{self, set};
use crate::sandbox::verbs::{DeleteOptions, FieldValidation, Patch, Propagation, not_strict};

const OBJECTS: &str = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
const PATCHES: &str = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

/// The content type, without parameters.
fn content_type(request: &Request<Bytes>) -> &str {
    let told = super::header(request.headers(), CONTENT_TYPE);
    told.split(';').next().unwrap_or_default().trim()
}

/// A body and the fields that stand in it twice.
fn decoded(bytes: &[u8], kind: &Kind) -> Result<(Value, Vec<String>), ApiError> {
    let unrecognised = |why: &str| {
        let name = &kind.kind;
        ApiError::bad_request(format!("the object provided is unrecognized (must be of type {name}): {why}"))
    };
    let (body, repeated) = super::decode::json(bytes).map_err(|error| {
        let end = if error.is_eof() { "unexpected end of JSON input".to_owned() } else { error.to_string() };
        unrecognised(&format!("couldn't get version/kind; json parse error: {end} ({})", start_of(bytes)))
    })?;
    if kind.custom && body.is_object() && object::text(&body, "/kind").is_empty() {
        let text = String::from_utf8_lossy(bytes);
        return Err(unrecognised(&format!("Object 'Kind' is missing in '{text}' ({})", start_of(bytes))));
    }
    Ok((body, repeated))
}

/// How a body begins.
fn start_of(bytes: &[u8]) -> String {
    /// Bytes that are shown.
    const SHOWN: usize = 30;
    match bytes.get(..SHOWN) {
        Some(start) if bytes.len() > SHOWN => format!("{} ...", String::from_utf8_lossy(start)),
        _ if bytes.is_empty() => "<empty>".to_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn json(bytes: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| ApiError::bad_request(format!("the body is no JSON: {error}")))
}

fn yaml(bytes: &[u8]) -> Result<Value, ApiError> {
    if let Ok(value) = serde_json::from_slice(bytes) {
        return Ok(value);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ApiError::bad_request("the body is no UTF-8"))?;
    serde_saphyr::from_str(text).map_err(|error| {
        let error = error.to_string();
        let line = error.lines().next().unwrap_or_default();
        ApiError::bad_request(format!("error decoding YAML: {line}"))
    })
}

/// The object to be created or put. Built-in kinds need not say what they are.
/// Answers it with warnings.
pub(super) fn object(
    request: &Request<Bytes>,
    kind: &Kind,
    validation: FieldValidation,
) -> Result<(Value, Vec<String>), ApiError> {
    let (mut body, repeated) = match content_type(request) {
        "" | "application/json" => decoded(request.body(), kind)?,
        "application/yaml" => (yaml(request.body())?, Vec::new()),
        "application/vnd.kubernetes.protobuf" => (super::protobuf::object(request.body(), kind)?, Vec::new()),
        _ => return Err(ApiError::media_type(OBJECTS)),
    };
    if validation == FieldValidation::Strict && !repeated.is_empty() {
        return Err(not_strict(kind, &repeated));
    }
    if !kind.custom && body.is_object() {
        for (field, value) in [("apiVersion", kind.api_version()), ("kind", kind.kind.clone())] {
            if object::text(&body, &format!("/{field}")).is_empty() {
                set(&mut body, field, Some(value.into()));
            }
        }
    }
    Ok((body, if validation == FieldValidation::Warn { repeated } else { Vec::new() }))
}

/// The patch.
pub(super) fn patch(request: &Request<Bytes>, kind: &Kind, query: &Query) -> Result<Patch, ApiError> {
    match content_type(request) {
        "application/json-patch+json" => {
            let invalid = || ApiError::bad_request("invalid JSON patch");
            let operations: Value = serde_json::from_slice(request.body()).map_err(|_| invalid())?;
            if operations.is_object() {
                let why = "json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp";
                return Err(ApiError::bad_request(format!("error decoding patch: {why}")));
            }
            let operations = serde_json::from_value(operations).map_err(|_| invalid())?;
            Ok(Patch::Json(operations))
        }
        "application/merge-patch+json" => {
            let change = serde_json::from_slice(request.body());
            Ok(Patch::Merge(change.map_err(|_| ApiError::bad_request("invalid JSON patch"))?))
        }
        "application/strategic-merge-patch+json" if !kind.custom => Ok(Patch::Strategic(json(request.body())?)),
        "application/apply-patch+yaml" => {
            if query.get("fieldManager").is_empty() {
                let message = "Required value: is required for apply patch";
                let cause = Cause::new("FieldValueRequired", "fieldManager", message);
                return Err(ApiError::invalid("meta.k8s.io", "PatchOptions", "", &[cause]));
            }
            Ok(Patch::Apply { config: yaml(request.body())?, force: query.flag("force") })
        }
        _ if kind.custom => Err(ApiError::media_type(PATCHES)),
        _ => Err(ApiError::media_type(&format!("{PATCHES}, application/strategic-merge-patch+json"))),
    }
}

/// `DeleteOptions`, from the body or from parameters.
pub(super) fn delete_options(request: &Request<Bytes>, query: &Query) -> Result<DeleteOptions, ApiError> {
    let body = if request.body().is_empty() { Value::Null } else { json(request.body())? };
    let told = |pointer: &str| Some(object::text(&body, pointer).to_owned()).filter(|text| !text.is_empty());
    let policy = told("/propagationPolicy").unwrap_or_else(|| query.get("propagationPolicy").to_owned());
    let orphan = body.get("orphanDependents").and_then(Value::as_bool);
    let propagation = match (policy.as_str(), orphan) {
        ("Background", _) | ("", Some(false)) => Some(Propagation::Background),
        ("Foreground", _) => Some(Propagation::Foreground),
        ("Orphan", _) | ("", Some(true)) => Some(Propagation::Orphan),
        ("", None) => None,
        (other, _) => {
            let message = format!(
                "Unsupported value: \"{other}\": supported values: \"Background\", \"Foreground\", \"Orphan\", \"nil\""
            );
            let cause = Cause::new("FieldValueNotSupported", "propagationPolicy", message);
            return Err(ApiError::invalid("meta.k8s.io", "DeleteOptions", "", &[cause]));
        }
    };
    let dry_run = body.get("dryRun").and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| one == "All"));
    Ok(DeleteOptions {
        propagation,
        uid: told("/preconditions/uid"),
        resource_version: told("/preconditions/resourceVersion"),
        dry_run: dry_run || query.dry_run("DeleteOptions")?,
    })
}
