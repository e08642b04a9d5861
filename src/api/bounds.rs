//! Schema pieces with bounds. Every string, list and map of a CRD has one, so that no object can grow past what
//! etcd stores, and so that the API server can bound the cost of the CRD's own CEL rules.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// Longest CEL expression in bytes of UTF-8, at most one character each: what the scanner accepts.
pub const MAX_EXPRESSION: usize = 8_192;
/// Longest message that an author writes or a status shows, in characters.
pub const MAX_MESSAGE: usize = 1_024;
/// Longest name of a Kubernetes object (DNS-1123 subdomain), in characters.
pub const MAX_NAME: usize = 253;
/// Longest name of a namespace or of a thing inside an object (DNS-1123 label), in characters.
pub const MAX_LABEL: usize = 63;
/// Longest path of a sensitivity rule or of a change, in characters.
pub const MAX_PATH: usize = 512;
/// Length of `sha256:` and 64 hex digits.
pub const MAX_DIGEST: usize = 71;

/// A string of at most `MAX` characters.
pub(super) fn text<const MAX: usize>(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "maxLength": MAX})
}

/// A string of 1 to `MAX` characters.
pub(super) fn filled<const MAX: usize>(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "minLength": 1, "maxLength": MAX})
}

/// The name of an object.
pub(super) fn name(generator: &mut SchemaGenerator) -> Schema {
    filled::<MAX_NAME>(generator)
}

/// The name of a namespace, kind, facet, variable, block or key.
pub(super) fn label(generator: &mut SchemaGenerator) -> Schema {
    filled::<MAX_LABEL>(generator)
}

/// A CEL expression, or a text with `${…}` in it.
pub(super) fn expression(generator: &mut SchemaGenerator) -> Schema {
    filled::<MAX_EXPRESSION>(generator)
}

/// One line for people.
pub(super) fn message(generator: &mut SchemaGenerator) -> Schema {
    text::<MAX_MESSAGE>(generator)
}

/// A machine-readable reason in the form that conditions demand.
pub(super) fn reason(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string", "minLength": 1, "maxLength": MAX_LABEL,
        "pattern": "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"
    })
}

/// `sha256:` and 64 lower-case hex digits.
pub(super) fn digest(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "maxLength": MAX_DIGEST, "pattern": "^sha256:[0-9a-f]{64}$"})
}

/// An object's UID.
pub(super) fn uid(generator: &mut SchemaGenerator) -> Schema {
    text::<128>(generator)
}

/// A point in time, RFC 3339.
pub(super) fn time(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "format": "date-time", "maxLength": 40})
}

/// A whole number that counts something.
pub(super) fn count(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "format": "int64", "minimum": 0})
}

/// The generation of the object that a status speaks about. It may be below zero while none was seen.
pub(super) fn generation(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "format": "int64"})
}

/// Up to `ITEMS` strings of 1 to `LEN` characters. Ordered, written as a whole.
pub(super) fn texts<const ITEMS: usize, const LEN: usize>(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array", "maxItems": ITEMS, "x-kubernetes-list-type": "atomic",
        "items": {"type": "string", "minLength": 1, "maxLength": LEN}
    })
}

/// The same with at least one item.
pub(super) fn some_texts<const ITEMS: usize, const LEN: usize>(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = texts::<ITEMS, LEN>(generator);
    schema.insert("minItems".to_owned(), 1.into());
    schema
}

/// Up to `PROPS` named strings of at most `LEN` characters.
pub(super) fn text_map<const PROPS: usize, const LEN: usize>(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object", "maxProperties": PROPS,
        "additionalProperties": {"type": "string", "maxLength": LEN}
    })
}

/// Up to `ITEMS` values of `T`. Ordered, written as a whole.
pub(super) fn list<T: JsonSchema, const ITEMS: usize>(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array", "maxItems": ITEMS, "x-kubernetes-list-type": "atomic",
        "items": generator.subschema_for::<T>()
    })
}

/// Up to `PROPS` named values of `T`.
pub(super) fn map<T: JsonSchema, const PROPS: usize>(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object", "maxProperties": PROPS,
        "additionalProperties": generator.subschema_for::<T>()
    })
}

/// An object of any content with at most `PROPS` keys of its own.
pub(super) fn free_object<const PROPS: usize>(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "maxProperties": PROPS, "x-kubernetes-preserve-unknown-fields": true})
}

/// Any content at all. Without `type` on purpose: over a child that says `type: object`, the API server's
/// `self == oldSelf` overlooks keys that change while their number stays.
pub(super) fn free(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"x-kubernetes-preserve-unknown-fields": true})
}

/// One word of `T`, described by the field that holds it.
pub(super) fn choice<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = generator.subschema_for::<T>();
    schema.remove("description");
    schema
}

/// A switch that can only be on.
pub(super) fn only_true(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "boolean", "enum": [true]})
}

/// Kubernetes conditions: one of each type.
pub(super) fn conditions(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array", "maxItems": 32, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"],
        "items": {
            "type": "object",
            "description": "One aspect of the present state.",
            "required": ["type", "status", "reason", "message", "lastTransitionTime"],
            "properties": {
                "type": {"type": "string", "minLength": 1, "maxLength": 316, "description": "What is told, in CamelCase."},
                "status": {"type": "string", "maxLength": 16, "enum": ["True", "False", "Unknown"], "description": "Whether it holds."},
                "reason": {
                    "type": "string", "minLength": 1, "maxLength": 256,
                    "pattern": "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
                    "description": "Why, for programs: one word in CamelCase."
                },
                "message": {"type": "string", "maxLength": 4096, "description": "Why, for people. May be empty."},
                "lastTransitionTime": {
                    "type": "string", "format": "date-time", "maxLength": 40,
                    "description": "When `status` last changed."
                },
                "observedGeneration": {
                    "type": "integer", "format": "int64", "minimum": 0,
                    "description": "The generation of the object that this condition speaks about."
                }
            }
        }
    })
}
