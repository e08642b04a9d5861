//! What is wrong with an object, in Kubernetes' words.

use serde_json::Value;

use crate::cel::crd_rules::RuleViolation;
use crate::sandbox::answer::Cause;
use crate::schema::path::{self, Path, Segment};
use crate::schema::{Reason, Schema, Violation, ViolationKind as Kind};

/// A path as Kubernetes writes fields: `spec.items[0].name`.
pub(super) fn field(path: &Path) -> String {
    let mut shown = String::new();
    for segment in path.segments() {
        match segment {
            Segment::Field(name) => {
                if !shown.is_empty() {
                    shown.push('.');
                }
                shown.push_str(name);
            }
            Segment::Index(at) => shown.extend(["[", &at.to_string(), "]"]),
            Segment::Key(keys) => {
                let keys: Vec<String> = keys.iter().map(|(name, value)| format!("{name}={value}")).collect();
                shown.extend(["[", &keys.join(","), "]"]);
            }
        }
    }
    shown
}

/// A schema's refusal. A value of the wrong type is no member of its `enum` either.
pub(super) fn violation(violation: &Violation) -> Vec<Cause> {
    let field = field(&violation.path);
    let mut all = vec![told(&field, &violation.kind)];
    if let Kind::Type { found, allowed, .. } = &violation.kind
        && !allowed.is_empty()
    {
        all.push(unsupported(found, allowed));
    }
    all.into_iter().map(|(reason, message)| Cause::new(reason, field.clone(), message)).collect()
}

fn unsupported(found: &Value, allowed: &[Value]) -> (&'static str, String) {
    let allowed: Vec<String> = allowed.iter().map(quoted).collect();
    let message = format!("Unsupported value: {found}: supported values: {}", allowed.join(", "));
    ("FieldValueNotSupported", message)
}

fn invalid(value: &impl std::fmt::Display, field: &str, what: &str) -> (&'static str, String) {
    ("FieldValueInvalid", format!("Invalid value: {value}: {field} in body {what}"))
}

fn told(field: &str, kind: &Kind) -> (&'static str, String) {
    match kind {
        Kind::Type { found, expected, .. } => wrong_type(field, type_of(found), expected),
        Kind::Null { expected } => wrong_type(field, "null", expected),
        Kind::Enum { found, allowed, .. } => unsupported(found, allowed),
        Kind::TooLong { limit, .. } => ("FieldValueTooLong", format!("Too long: may not be more than {limit} bytes")),
        Kind::TooShort { limit, .. } => invalid(&"\"\"", field, &format!("should be at least {limit} chars long")),
        Kind::Pattern { found, pattern } => invalid(found, field, &format!("should match '{pattern}'")),
        Kind::Format { found, format, .. } => {
            let (_, message) = invalid(found, field, &format!("must be of type {format}: {found}"));
            ("FieldValueTypeInvalid", message)
        }
        Kind::TooLarge { found, limit, exclusive } => {
            let or_equal = if *exclusive { "" } else { " or equal to" };
            invalid(found, field, &format!("should be less than{or_equal} {limit}"))
        }
        Kind::TooSmall { found, limit, exclusive } => {
            let or_equal = if *exclusive { "" } else { " or equal to" };
            invalid(found, field, &format!("should be greater than{or_equal} {limit}"))
        }
        Kind::Multiple { found, factor } => invalid(found, field, &format!("should be a multiple of {factor}")),
        Kind::TooMany { found, limit, .. } => {
            ("FieldValueTooMany", format!("Too many: {found}: must have at most {limit} items"))
        }
        Kind::TooFew { found, limit, what } => {
            let what = if *what == "fields" { "properties" } else { what };
            invalid(found, field, &format!("should have at least {limit} {what}"))
        }
        Kind::Missing => ("FieldValueRequired", "Required value".to_owned()),
        Kind::DuplicateItem { found } => ("FieldValueDuplicate", format!("Duplicate value: {found}")),
        Kind::DuplicateKey { key } => ("FieldValueDuplicate", format!("Duplicate value: {{{}}}", keys(key))),
        other => ("FieldValueInvalid", format!("Invalid value: {other}")),
    }
}

/// `name="a", port=80` as Kubernetes shows keys: JSON.
fn keys(told: &str) -> String {
    let pairs = told.trim_start_matches("key ").trim_matches('`').split(", ").map(|pair| match pair.split_once('=') {
        Some((name, value)) => format!("\"{name}\":{value}"),
        None => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join(",")
}

fn wrong_type(field: &str, found: &str, expected: &[crate::schema::Type]) -> (&'static str, String) {
    let expected: Vec<&str> = expected.iter().map(|kind| kind.keyword()).collect();
    let expected = expected.join(",");
    let message = format!("Invalid value: \"{found}\": {field} in body must be of type {expected}: \"{found}\"");
    ("FieldValueTypeInvalid", message)
}

fn quoted(value: &Value) -> String {
    value.as_str().map_or_else(|| format!("\"{value}\""), |text| format!("\"{text}\""))
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The refusal of a rule in CEL. A message that an expression made stands alone.
pub(super) fn rule(violation: &RuleViolation, object: &Value, schema: &Schema) -> Cause {
    let value = path::get(object, &violation.path);
    let shown = match value {
        Some(Value::Object(_)) | None => "\"object\"".to_owned(),
        Some(Value::Array(_)) => "\"array\"".to_owned(),
        Some(scalar) => scalar.to_string(),
    };
    let message = &violation.message;
    let own = schema.at(&violation.path).into_iter().flat_map(|schema| &schema.validations);
    let made = own.into_iter().any(|rule| rule.rule == violation.rule && rule.message_expression.is_some());
    let (reason, message) = match violation.reason {
        Reason::Invalid if made => ("FieldValueInvalid", format!("Invalid value: {message}")),
        Reason::Invalid => ("FieldValueInvalid", format!("Invalid value: {shown}: {message}")),
        Reason::Forbidden => ("FieldValueForbidden", format!("Forbidden: {message}")),
        Reason::Required => ("FieldValueRequired", format!("Required value: {message}")),
        Reason::Duplicate => ("FieldValueDuplicate", format!("Duplicate value: {shown}")),
    };
    let field = field(&violation.path);
    Cause::new(reason, if field.is_empty() { "<nil>".to_owned() } else { field }, message)
}

/// Whether a refusal keeps rules in CEL from being run.
pub(super) fn blocks_rules(cause: &Cause) -> bool {
    matches!(
        cause.reason,
        "FieldValueRequired"
            | "FieldValueTooLong"
            | "FieldValueTooMany"
            | "FieldValueTypeInvalid"
            | "FieldValueNotSupported"
    )
}

/// What stands in for rules that were not run.
pub(super) fn rules_not_run() -> Cause {
    let message = "Invalid value: null: some validation rules were not checked because the object was invalid; correct \
                   the existing errors to complete validation";
    Cause::new("FieldValueInvalid", "<nil>", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn refusals_of_a_schema_are_worded_as_kubernetes_does() {
        let schema = json!({"type": "object", "required": ["b"], "properties": {
            "a": {"type": "integer", "minimum": 1}, "b": {"type": "string"},
            "c": {"type": "string", "enum": ["x", "y"]}, "d": {"type": "array", "items": {"type": "string"}, "maxItems": 1},
        }});
        let schema = crate::schema::Schema::parse_kubernetes(&schema).unwrap();
        let told = |value: Value| {
            let found = schema.validate(&value);
            found
                .iter()
                .flat_map(violation)
                .map(|cause| format!("{}: {}", cause.field, cause.message))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            told(json!({"a": 0, "c": "z", "d": ["p", "q"]})),
            [
                "a: Invalid value: 0: a in body should be greater than or equal to 1",
                "b: Required value",
                "c: Unsupported value: \"z\": supported values: \"x\", \"y\"",
                "d: Too many: 2: must have at most 1 items",
            ]
        );
        assert_eq!(
            told(json!({"a": "one", "b": ""})),
            ["a: Invalid value: \"string\": a in body must be of type integer: \"string\""]
        );
    }
}
