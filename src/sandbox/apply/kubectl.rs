//! What the API server does for `kubectl apply --server-side` alone: it takes over objects of client-side
//! apply, whose last configuration is an annotation, and keeps that annotation up to date.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::codec::escaped;
use super::compare::compare;
use super::element::show_path;
use super::of_value::of_value;
use super::place::Place;
use super::validate::validate;
use super::{Conflict, Writer};

const MANAGER: &str = "kubectl";
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Whether a writer is `kubectl`, under its own name.
pub(super) fn is_kubectl(writer: &Writer<'_>) -> bool {
    writer.manager == MANAGER
}

/// Conflicts that are none: the field still is what client-side apply made it.
pub(super) fn without_own(
    conflicts: Vec<Conflict>,
    live: Option<&Value>,
    place: Place<'_>,
    writer: &Writer<'_>,
) -> Vec<Conflict> {
    let own = live.and_then(|live| client_side(live, place, writer)).unwrap_or_default();
    conflicts.into_iter().filter(|conflict| !own.contains(&conflict.field)).collect()
}

fn client_side(live: &Value, place: Place<'_>, writer: &Writer<'_>) -> Option<BTreeSet<String>> {
    let last: Value = serde_json::from_str(annotation(live)?).ok()?;
    if last.get("apiVersion")?.as_str()? != writer.api_version || validate(place, &last).is_err() {
        return None;
    }
    let changes = compare(place, &last, live).ok()?;
    let own = of_value(place, &last).difference(&changes.all());
    Some(own.paths().iter().map(|path| show_path(path)).collect())
}

/// Writes the configuration into the annotation, where there is one.
pub(super) fn refresh(object: &mut Value, config: &Value) {
    if annotation(object).is_none() {
        return;
    }
    let mut config = config.clone();
    if let Some(annotations) = annotations_mut(&mut config) {
        annotations.remove(LAST_APPLIED);
    }
    if let Some(annotations) = annotations_mut(object) {
        annotations.insert(LAST_APPLIED.to_owned(), json!(format!("{}\n", escaped(&config))));
    }
}

fn annotation(object: &Value) -> Option<&str> {
    let annotations = object.get("metadata")?.get("annotations")?;
    annotations.get(LAST_APPLIED)?.as_str().filter(|text| !text.is_empty())
}

fn annotations_mut(object: &mut Value) -> Option<&mut serde_json::Map<String, Value>> {
    object.get_mut("metadata")?.get_mut("annotations")?.as_object_mut()
}
