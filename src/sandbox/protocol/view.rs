//! In which form objects are shown: whole, as metadata only, as rows of a table.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::sandbox::answer::ApiError;
use crate::sandbox::kinds::Kind;
use crate::sandbox::object;

/// What of an object stands beside its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    Nothing,
    Metadata,
    Object,
}

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    Whole,
    Metadata,
    Table(Beside),
}

impl View {
    /// The first form that the client takes and the server has.
    pub(crate) fn negotiate(accept: &str, include: &str) -> Result<Self, ApiError> {
        let ranges = accept.split(',').map(str::trim).filter(|range| !range.is_empty());
        let mut ranges = ranges.peekable();
        if ranges.peek().is_none() {
            return Ok(Self::Whole);
        }
        let found = ranges.find_map(|range| Self::of_range(range, include));
        found.ok_or_else(|| {
            let message = "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, \
                           application/vnd.kubernetes.protobuf, application/json;stream=watch, \
                           application/vnd.kubernetes.protobuf;stream=watch";
            ApiError { details: json!({}), ..ApiError::new(406, "NotAcceptable", message) }
        })
    }

    fn of_range(range: &str, include: &str) -> Option<Self> {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next()?;
        let parameter = |name: &str| {
            let pairs = range.split(';').skip(1).filter_map(|pair| pair.trim().split_once('='));
            pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next().unwrap_or_default()
        };
        if !matches!(kind, "application/json" | "application/*" | "*/*") {
            return None;
        }
        match (parameter("as"), parameter("g"), parameter("v")) {
            ("", _, _) => Some(Self::Whole),
            ("Table", "meta.k8s.io", "v1") => Some(Self::Table(match include {
                "None" => Beside::Nothing,
                "Object" => Beside::Object,
                _ => Beside::Metadata,
            })),
            ("PartialObjectMetadata" | "PartialObjectMetadataList", "meta.k8s.io", "v1") => Some(Self::Metadata),
            _ => None,
        }
    }

    /// One object.
    pub(crate) fn one(self, kind: &Kind, object: &Arc<Value>, now: i128) -> Arc<Value> {
        match self {
            Self::Whole => Arc::clone(object),
            Self::Metadata => Arc::new(metadata_only(object)),
            Self::Table(beside) => {
                let version = object::resource_version(object);
                let metadata = json!({"resourceVersion": version});
                Arc::new(table(kind, &metadata, std::slice::from_ref(object), beside, now))
            }
        }
    }

    /// A list. `metadata`: the list's own.
    pub(crate) fn many(self, kind: &Kind, metadata: &Value, objects: &[Arc<Value>], now: i128) -> Value {
        match self {
            Self::Whole => json!({
                "kind": kind.list_kind, "apiVersion": kind.api_version(), "metadata": list_metadata(kind, metadata),
                "items": objects.iter().map(|object| item(kind, object)).collect::<Vec<_>>(),
            }),
            Self::Metadata => json!({
                "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
                "items": objects.iter().map(|object| metadata_only(object)).collect::<Vec<_>>(),
            }),
            Self::Table(beside) => table(kind, metadata, objects, beside, now),
        }
    }

    /// Takes the columns out of a table that follows another one.
    pub(crate) fn behead(self, object: &mut Arc<Value>) {
        if matches!(self, Self::Table(_)) && object.get("columnDefinitions").is_some() {
            let mut table = Value::clone(object);
            crate::sandbox::object::set(&mut table, "columnDefinitions", Some(Value::Null));
            *object = Arc::new(table);
        }
    }

    /// The object of a bookmark, which has nothing but a version.
    pub(crate) fn bookmark(self, kind: &Kind, metadata: &Value) -> Value {
        match self {
            Self::Whole => json!({"kind": kind.kind, "apiVersion": kind.api_version(), "metadata": metadata}),
            Self::Metadata => {
                json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata})
            }
            Self::Table(_) => table(kind, metadata, &[], Beside::Nothing, 0),
        }
    }
}

/// Kubernetes writes where a list goes on also where it does not, for kinds that it has no type for.
fn list_metadata(kind: &Kind, metadata: &Value) -> Value {
    let mut metadata = metadata.clone();
    if kind.custom && metadata.get("continue").is_none() {
        object::set(&mut metadata, "continue", Some("".into()));
    }
    metadata
}

/// An object within a list: those of built-in kinds do not say again what they are.
fn item(kind: &Kind, object: &Value) -> serde_json::Map<String, Value> {
    let fields = object.as_object().into_iter().flatten();
    let told = |name: &str| kind.custom || !matches!(name, "apiVersion" | "kind");
    fields.filter(|(name, _)| told(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn metadata_only(object: &Value) -> Value {
    json!({
        "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object.get("metadata"),
    })
}

fn table(kind: &Kind, metadata: &Value, objects: &[Arc<Value>], beside: Beside, now: i128) -> Value {
    let rows = objects.iter().map(|object| {
        let cells: Vec<Value> = kind.columns.iter().map(|column| column.cell(object, now)).collect();
        let shown = match beside {
            Beside::Nothing => Value::Null,
            Beside::Metadata => metadata_only(object),
            Beside::Object => Value::clone(object),
        };
        json!({"cells": cells, "object": shown})
    });
    json!({
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
        "columnDefinitions": kind.columns.iter().map(crate::sandbox::kinds::Column::head).collect::<Vec<_>>(),
        "rows": rows.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_form_that_is_known_is_taken() {
        let kubectl = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,\
                       application/json";
        assert_eq!(View::negotiate(kubectl, ""), Ok(View::Table(Beside::Metadata)));
        assert_eq!(View::negotiate("application/vnd.kubernetes.protobuf, application/json", ""), Ok(View::Whole));
        assert_eq!(View::negotiate("*/*", ""), Ok(View::Whole));
        assert_eq!(View::negotiate("", ""), Ok(View::Whole));
        let metadata = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
        assert_eq!(View::negotiate(metadata, ""), Ok(View::Metadata));
        assert_eq!(View::negotiate("application/vnd.kubernetes.protobuf", "").unwrap_err().code, 406);
    }
}
