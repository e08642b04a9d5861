//! What the runtime does to objects, by the verbs that anyone has.

use std::sync::Arc;

use serde_json::{Value, json};

use super::MANAGER;
use crate::sandbox::kinds::Kind;
use crate::sandbox::object;
use crate::sandbox::time::seconds;
use crate::sandbox::verbs::{FieldValidation, Patch, Server, Write};

fn kind_of(server: &Server, object: &Value) -> Option<Arc<Kind>> {
    let told = object::text(object, "/apiVersion");
    let (group, version) = told.split_once('/').unwrap_or(("", told));
    server.kinds.named(group, version, object::text(object, "/kind")).cloned()
}

fn write<'a>(kind: &'a Arc<Kind>, namespace: &'a str, status: bool) -> Write<'a> {
    Write { kind, namespace, manager: MANAGER, dry_run: false, validation: FieldValidation::Ignore, status }
}

/// Merges a change into an object. What the server refuses is left undone: the next look tries again.
fn merge(server: &mut Server, live: &Value, change: Value, status: bool) {
    let Some(kind) = kind_of(server, live) else { return };
    let (namespace, name) = (object::namespace(live).to_owned(), object::name(live).to_owned());
    drop(server.patch(&write(&kind, &namespace, status), &name, Patch::Merge(change)));
}

/// Reports a status; `conditions` keep the time of their last transition.
pub(super) fn report(server: &mut Server, live: &Value, mut status: Value) {
    let now = seconds(server.now());
    let before = live.pointer("/status/conditions").and_then(Value::as_array);
    let conditions = status.get_mut("conditions").and_then(Value::as_array_mut);
    for condition in conditions.into_iter().flatten() {
        let kind = condition.get("type");
        let same = before.into_iter().flatten().find(|before| before.get("type") == kind);
        let same = same.filter(|before| before.get("status") == condition.get("status"));
        let since = same.and_then(|before| before.get("lastTransitionTime")).cloned();
        object::set(condition, "lastTransitionTime", Some(since.unwrap_or_else(|| now.clone().into())));
    }
    merge(server, live, json!({"status": status}), true);
}

/// Makes sure that an object bears the runtime's finalizer.
pub(super) fn hold(server: &mut Server, live: &Value, finalizer: &str) {
    let mut finalizers = object::finalizers(live);
    if !finalizers.contains(&finalizer) && !object::is_deleting(live) {
        finalizers.push(finalizer);
        merge(server, live, json!({"metadata": {"finalizers": finalizers}}), false);
    }
}

/// Takes the runtime's finalizer away.
pub(super) fn let_go(server: &mut Server, live: &Value, finalizer: &str) {
    let kept: Vec<&str> = object::finalizers(live).into_iter().filter(|name| *name != finalizer).collect();
    merge(server, live, json!({"metadata": {"finalizers": kept}}), false);
}

/// Creates an object that does not exist yet.
pub(super) fn create(server: &mut Server, new: Value) {
    let Some(kind) = kind_of(server, &new) else { return };
    let namespace = object::namespace(&new).to_owned();
    if server.get(&kind, &namespace, object::name(&new)).is_err() {
        drop(server.create(&write(&kind, &namespace, false), new));
    }
}

/// A condition as the runtime reports it.
pub(super) fn condition(live: &Value, kind: &str, holds: bool, reason: &str, message: &str) -> Value {
    json!({
        "type": kind, "status": if holds { "True" } else { "False" }, "reason": reason, "message": message,
        "observedGeneration": live.pointer("/metadata/generation").cloned().unwrap_or_else(|| 0.into()),
    })
}
