//! Refusals in the words of the API server: `Status` objects with their codes and reasons.

use serde_json::{Value, json};

/// Why a request failed; becomes the body of the answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// HTTP status code.
    pub code: u16,
    /// `reason` of the `Status`; empty where Kubernetes gives none.
    pub reason: &'static str,
    /// `message` of the `Status`.
    pub message: String,
    /// `details` of the `Status`; null where there are none.
    pub details: Value,
}

/// One entry of `details.causes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cause {
    /// `FieldValueInvalid` and its like.
    pub(crate) reason: &'static str,
    /// What is wrong, without the field.
    pub(crate) message: String,
    /// The field, as Kubernetes writes it: `spec.items[0].name`.
    pub(crate) field: String,
}

impl Cause {
    pub(crate) fn new(reason: &'static str, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), field: field.into() }
    }

    pub(crate) fn invalid(field: impl Into<String>, value: &Value, message: &str) -> Self {
        Self::new("FieldValueInvalid", field, format!("Invalid value: {value}: {message}"))
    }
}

/// Group and plural of a resource, as messages name it: `openbaoclusters.openbao.org`, `secrets`.
pub(crate) fn qualified(name: &str, group: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") }
}

impl ApiError {
    /// An error without details.
    pub fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), details: Value::Null }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub(crate) fn not_found(group: &str, plural: &str, name: &str) -> Self {
        let message = format!("{} \"{name}\" not found", qualified(plural, group));
        Self::new(404, "NotFound", message).about(group, plural, name)
    }

    /// A path that leads nowhere.
    pub(crate) fn no_resource() -> Self {
        Self { details: json!({}), ..Self::new(404, "NotFound", "the server could not find the requested resource") }
    }

    pub(crate) fn already_exists(group: &str, plural: &str, name: &str) -> Self {
        let message = format!("{} \"{name}\" already exists", qualified(plural, group));
        Self::new(409, "AlreadyExists", message).about(group, plural, name)
    }

    pub(crate) fn conflict(group: &str, plural: &str, name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {} \"{name}\": {why}", qualified(plural, group));
        Self::new(409, "Conflict", message).about(group, plural, name)
    }

    pub(crate) fn forbidden(group: &str, plural: &str, name: &str, why: &str) -> Self {
        let message = format!("{} \"{name}\" is forbidden: {why}", qualified(plural, group));
        Self::new(403, "Forbidden", message).about(group, plural, name)
    }

    /// `kind` is the kind, not the resource: Kubernetes differs here.
    pub(crate) fn invalid(group: &str, kind: &str, name: &str, causes: &[Cause]) -> Self {
        let mut lines: Vec<String> = Vec::new();
        for cause in causes {
            let line = format!("{}: {}", cause.field, cause.message);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let all = match lines.as_slice() {
            [one] => one.clone(),
            _ => format!("[{}]", lines.join(", ")),
        };
        let message = format!("{} \"{name}\" is invalid: {all}", qualified(kind, group));
        let mut error = Self::new(422, "Invalid", message).about(group, kind, name);
        let causes: Vec<Value> = causes
            .iter()
            .map(|cause| json!({"reason": cause.reason, "message": cause.message, "field": cause.field}))
            .collect();
        if let Some(details) = error.details.as_object_mut() {
            details.insert("causes".into(), causes.into());
        }
        error
    }

    pub(crate) fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self { details: json!({}), ..Self::new(405, "MethodNotAllowed", message) }
    }

    pub(crate) fn media_type(accepted: &str) -> Self {
        let message =
            format!("the body of the request was in an unknown format - accepted media types include: {accepted}");
        Self::new(415, "UnsupportedMediaType", message)
    }

    fn about(mut self, group: &str, kind: &str, name: &str) -> Self {
        let mut details = serde_json::Map::new();
        for (field, value) in [("name", name), ("group", group), ("kind", kind)] {
            if !value.is_empty() {
                details.insert(field.into(), value.into());
            }
        }
        self.details = Value::Object(details);
        self
    }

    /// The `Status` object.
    pub fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "code": self.code,
        });
        if let Some(fields) = status.as_object_mut() {
            if !self.reason.is_empty() {
                fields.insert("reason".into(), self.reason.into());
            }
            if !self.details.is_null() {
                fields.insert("details".into(), self.details.clone());
            }
        }
        status
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_object_is_named_with_its_group() {
        let status = ApiError::not_found("openbao.org", "openbaoclusters", "a").status();
        assert_eq!(
            status,
            json!({
                "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 404,
                "message": "openbaoclusters.openbao.org \"a\" not found", "reason": "NotFound",
                "details": {"name": "a", "group": "openbao.org", "kind": "openbaoclusters"},
            })
        );
        assert_eq!(ApiError::not_found("", "secrets", "a").message, "secrets \"a\" not found");
    }

    #[test]
    fn several_causes_stand_in_brackets_and_one_does_not() {
        let one = Cause::invalid("spec.a", &json!(1), "must be 2");
        let two = Cause::new("FieldValueRequired", "spec.b", "Required value");
        let error = ApiError::invalid("g", "K", "n", std::slice::from_ref(&one));
        assert_eq!(error.message, "K.g \"n\" is invalid: spec.a: Invalid value: 1: must be 2");
        let error = ApiError::invalid("g", "K", "n", &[one, two]);
        assert_eq!(
            error.message,
            "K.g \"n\" is invalid: [spec.a: Invalid value: 1: must be 2, spec.b: Required value]"
        );
        assert_eq!(error.status()["details"]["causes"][1]["field"], "spec.b");
    }
}
