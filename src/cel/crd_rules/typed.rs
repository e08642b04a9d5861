//! From JSON to values, typed by the schema (apiserver `pkg/cel/common/values.go`).

use base64::Engine;
use serde_json::{Map, Value as Json};

use super::name::escape;
use crate::cel::{Key, Value};
use crate::scalar::{duration, timestamp};
use crate::schema::{Additional, Schema, Type};

/// Before the names of fields that the schema does not show to expressions. They take part in equality
/// and size only, where Kubernetes' own equality looks at their number alone.
const HIDDEN: char = '\0';

/// A value as an expression sees it.
pub(super) fn value(json: &Json, schema: &Schema) -> Value {
    match json {
        Json::Object(fields) => object(fields, schema),
        Json::Array(items) => match schema.items.as_deref() {
            Some(schema) => items.iter().map(|item| value(item, schema)).collect(),
            None => Value::from_json(json),
        },
        Json::String(text) => formatted(text, schema),
        Json::Number(number) if schema.kind == Some(Type::Number) => {
            number.as_f64().map_or_else(|| Value::from_json(json), Value::Double)
        }
        // `2.0` is valid in an `integer`, and an integer there.
        Json::Number(number) if number.is_f64() && (schema.kind == Some(Type::Integer) || schema.int_or_string) => {
            let mut whole = json.clone();
            schema.normalise_numbers(&mut whole);
            Value::from_json(&whole)
        }
        _ => Value::from_json(json),
    }
}

fn object(fields: &Map<String, Json>, schema: &Schema) -> Value {
    let entries = fields.iter().map(|(name, field)| match (schema.properties.get(name), &schema.additional) {
        (Some(below), _) => match escape(name) {
            Some(key) if schema.embedded_resource && name == "metadata" => (Key::string(&key), metadata(field, below)),
            Some(key) => (Key::string(&key), value(field, below)),
            None => hidden(name, field),
        },
        (None, Some(Additional::Schema(below))) => (Key::from(name.as_str()), value(field, below)),
        (None, _) => hidden(name, field),
    });
    Value::map(entries)
}

/// Of a resource's metadata, rules see the name only.
fn metadata(json: &Json, schema: &Schema) -> Value {
    let Json::Object(fields) = json else { return value(json, schema) };
    let shown = |name: &str| matches!(name, "name" | "generateName");
    let entries = fields.iter().map(|(name, field)| match schema.properties.get(name) {
        Some(below) if shown(name) => (Key::from(name.as_str()), value(field, below)),
        _ => hidden(name, field),
    });
    Value::map(entries)
}

fn hidden(name: &str, json: &Json) -> (Key, Value) {
    (Key::from(format!("{HIDDEN}{name}").as_str()), Value::from_json(json))
}

/// Text of the formats that have a type of their own. What does not parse stays text: the schema has
/// refused it already.
fn formatted(text: &str, schema: &Schema) -> Value {
    let format = schema.checks.format.as_deref().filter(|_| schema.kind == Some(Type::String));
    let typed = match format {
        Some("duration") => duration::parse(text).ok().map(Value::Duration),
        Some("date") => timestamp::parse(&format!("{text}T00:00:00Z")).ok().map(Value::Timestamp),
        Some("date-time") => timestamp::parse(text).ok().map(Value::Timestamp),
        Some("byte") => base64::engine::general_purpose::STANDARD.decode(text).ok().map(|bytes| Value::bytes(&bytes)),
        _ => None,
    };
    typed.unwrap_or_else(|| Value::string(text))
}
