//! Whether an applied object fits its schema as far as merging goes.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::ApplyError;
use super::element::Element;
use super::place::{Items, Kind, Place};
use crate::schema::{Schema, Type};

/// Refuses fields that the schema does not know, values of another type, and items that cannot be told
/// apart, in the words of the API server.
pub(super) fn validate(place: Place<'_>, config: &Value) -> Result<(), ApplyError> {
    let mut walk = Walk { path: String::new(), errors: Vec::new() };
    walk.value(place, config);
    let errors = match walk.errors.as_slice() {
        [] => return Ok(()),
        [error] => error.clone(),
        errors => format!("errors:\n  {}", errors.join("\n  ")),
    };
    Err(ApplyError::Invalid(format!("failed to create typed patch object ({}): {errors}", describe(config))))
}

/// `NAMESPACE/NAME; GROUP/VERSION, Kind=KIND`
fn describe(object: &Value) -> String {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let metadata = |name: &str| text(object.get("metadata").and_then(|metadata| metadata.get(name)));
    let version = text(object.get("apiVersion"));
    let version = if version.contains('/') { version } else { format!("/{version}") };
    format!("{}/{}; {version}, Kind={}", metadata("namespace"), metadata("name"), text(object.get("kind")))
}

struct Walk {
    path: String,
    errors: Vec<String>,
}

impl Walk {
    fn fail(&mut self, message: &str) {
        let colon = if self.path.is_empty() { "" } else { ": " };
        self.errors.push(format!("{}{colon}{message}", self.path));
    }

    fn below(&mut self, step: &str, judge: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(step);
        judge(self);
        self.path.truncate(length);
    }

    fn value(&mut self, place: Place<'_>, value: &Value) {
        match (place.kind(Some(value)), value) {
            (_, Value::Null) => {}
            (Kind::Scalar, value) => self.scalar(place, value),
            (Kind::Map, Value::Object(fields)) => self.fields(place, fields),
            (Kind::List, Value::Array(items)) => self.items(place, items),
            (Kind::Map, other) => self.fail(&format!("expected map, got &{{{}}}", plain(other))),
            (Kind::List, other) => self.fail(&format!("expected list, got &{{{}}}", plain(other))),
        }
    }

    fn scalar(&mut self, place: Place<'_>, value: &Value) {
        let Place::Described { schema, .. } = place else { return };
        match (scalar_type(schema), value) {
            (Some(Type::Integer | Type::Number), Value::Number(_))
            | (Some(Type::Boolean), Value::Bool(_))
            | (Some(Type::String), Value::String(_)) => {}
            (Some(Type::Integer | Type::Number), other) => {
                self.fail(&format!("expected numeric (int or float), got {}", go_type(other)));
            }
            (Some(Type::Boolean), other) => self.fail(&format!("expected boolean, got &{{{}}}", plain(other))),
            (Some(Type::String), other) => {
                self.fail(&format!("expected string, got &value.valueUnstructured{{Value:{}}}", literal(other)));
            }
            (_, Value::Array(_) | Value::Object(_)) => {
                self.fail(&format!("expected any scalar, got &{{{}}}", plain(value)));
            }
            _ => {}
        }
    }

    fn fields(&mut self, place: Place<'_>, fields: &Map<String, Value>) {
        for (name, value) in fields {
            self.below(&format!(".{name}"), |walk| match place.declared(name) {
                Some(inner) => walk.value(inner, value),
                None => walk.fail("field not declared in schema"),
            });
        }
    }

    fn items(&mut self, place: Place<'_>, items: &[Value]) {
        let mut seen: BTreeSet<Element> = BTreeSet::new();
        for (at, item) in items.iter().enumerate() {
            if place.items() == Items::Atomic {
                self.below(&format!("[{at}]"), |walk| walk.value(place.item(), item));
                continue;
            }
            let element = match place.element(item) {
                Ok(element) => element,
                // Later items are not looked at: the server does not, either.
                Err(error) => return self.fail(&format!("element {at}: {error}")),
            };
            if seen.contains(&element) {
                self.fail(&format!("duplicate entries for key {element}"));
            }
            self.below(&element.to_string(), |walk| walk.value(place.item(), item));
            seen.insert(element);
        }
    }
}

/// The type that merging checks: of texts with a format it checks nothing.
fn scalar_type(schema: &Schema) -> Option<Type> {
    let formatted = schema.checks.format.as_deref().is_some_and(|format| format != "byte" && !format.is_empty());
    schema.kind.filter(|kind| *kind != Type::String || !formatted)
}

/// Go's name of a type.
fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// Go's `%v`.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", join(items.iter().map(plain), " ")),
        Value::Object(fields) => {
            format!("map[{}]", join(fields.iter().map(|(name, value)| format!("{name}:{}", plain(value))), " "))
        }
        other => other.to_string(),
    }
}

/// Go's `%#v`.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::Array(items) => format!("[]interface {{}}{{{}}}", join(items.iter().map(literal), ", ")),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name:?}:{}", literal(value)));
            format!("map[string]interface {{}}{{{}}}", join(fields, ", "))
        }
        other => other.to_string(),
    }
}

fn join(texts: impl Iterator<Item = String>, separator: &str) -> String {
    texts.collect::<Vec<_>>().join(separator)
}
