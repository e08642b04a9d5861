//! Which `format`s a schema may name, and what they ask.

use super::node::{Dialect, Type};
use crate::scalar::format;

/// Formats of strings that Kubernetes checks (apiextensions-apiserver `validation/formats.go`, without
/// hyphens). It ignores all others.
const KUBERNETES: [&str; 26] = [
    "bsonobjectid",
    "byte",
    "cidr",
    "creditcard",
    "date",
    "datetime",
    "duration",
    "email",
    "hexcolor",
    "hostname",
    "ipv4",
    "ipv6",
    "isbn",
    "isbn10",
    "isbn13",
    "k8slongname",
    "k8sshortname",
    "mac",
    "password",
    "rgbcolor",
    "ssn",
    "uri",
    "uuid",
    "uuid3",
    "uuid4",
    "uuid5",
];

/// Whether a format means something for a type.
pub(super) fn is_known(dialect: Dialect, kind: Option<Type>, name: &str) -> bool {
    match kind {
        Some(Type::Integer) => matches!(name, "int32" | "int64"),
        Some(Type::Number) => matches!(name, "float" | "double"),
        None | Some(Type::String) => match dialect {
            Dialect::Kubernetes => KUBERNETES.contains(&name.replace('-', "").as_str()),
            Dialect::Catalog => format::known().any(|known| known == name),
        },
        Some(_) => false,
    }
}

/// The formats that mean something for a type, in a catalog.
pub(super) fn names(kind: Option<Type>) -> Vec<&'static str> {
    match kind {
        Some(Type::Integer) => vec!["int32", "int64"],
        Some(Type::Number) => vec!["float", "double"],
        None | Some(Type::String) => format::known().collect(),
        Some(_) => Vec::new(),
    }
}

/// Whether a format bounds the length of a text by itself.
pub(super) fn is_bounded(name: &str) -> bool {
    format::max_length(name).is_some()
}

/// What keeps a text from having a format, and how it would be written.
pub(super) fn check(name: &str, text: &str) -> Result<(), String> {
    match format::check(name, text) {
        None | Some(Ok(())) => Ok(()),
        Some(Err(error)) => Err(match &error.normal_form {
            Some(normal) => format!("{error}; write `{normal}`"),
            None => error.to_string(),
        }),
    }
}
