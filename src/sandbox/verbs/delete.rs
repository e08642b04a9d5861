//! Deleting objects.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{ApiError, Server};
use crate::sandbox::kinds::{CLEANUP, Kind};
use crate::sandbox::object::{self, set_meta};
use crate::sandbox::store::Key;

/// Finalizer of a deletion that waits for dependents.
pub(super) const FOREGROUND: &str = "foregroundDeletion";
/// Finalizer of a deletion that lets dependents live.
pub(super) const ORPHAN: &str = "orphan";

/// What becomes of dependents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Propagation {
    Background,
    Foreground,
    Orphan,
}

/// `DeleteOptions`, as far as they matter here.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeleteOptions {
    pub(crate) propagation: Option<Propagation>,
    /// Precondition.
    pub(crate) uid: Option<String>,
    /// Precondition.
    pub(crate) resource_version: Option<String>,
    pub(crate) dry_run: bool,
}

/// What a deletion did.
#[derive(Clone, Debug)]
pub(crate) struct Deleted {
    /// The object: its last state, or one that waits for its finalizers.
    pub(crate) object: Arc<Value>,
    /// Whether it is gone.
    pub(crate) gone: bool,
}

/// Whether something still holds a deleted object.
pub(super) fn is_held(object: &Value) -> bool {
    let namespace = object::text(object, "/kind") == "Namespace" && object::text(object, "/apiVersion") == "v1";
    let held = object.pointer("/spec/finalizers").and_then(Value::as_array).is_some_and(|held| !held.is_empty());
    !object::finalizers(object).is_empty() || (namespace && held)
}

impl Server {
    /// Deletes an object, or begins to.
    pub(crate) fn delete(
        &mut self,
        kind: &Kind,
        namespace: &str,
        name: &str,
        options: &DeleteOptions,
    ) -> Result<Deleted, ApiError> {
        let live = Arc::clone(self.get(kind, namespace, name)?);
        check_preconditions(kind, &live, options)?;
        super::namespace::refuse_deletion(kind, name)?;
        let mut object = Value::clone(&live);
        let finalizers = finalizers_of(kind, &live, options.propagation);
        set_meta(&mut object, "finalizers", (!finalizers.is_empty()).then(|| json!(finalizers)));
        if !is_held(&object) {
            let key = Key::new(namespace, name);
            let gone = if options.dry_run { None } else { self.drop_object(&kind.bucket, &key, None) };
            return Ok(Deleted { object: gone.unwrap_or(live), gone: true });
        }
        if !object::is_deleting(&live) {
            self.begin_deletion(kind, &mut object);
        }
        if options.dry_run || object == *live {
            return Ok(Deleted { object: object.into(), gone: false });
        }
        Ok(Deleted { object: self.commit(kind, object), gone: false })
    }

    fn begin_deletion(&self, kind: &Kind, object: &mut Value) {
        set_meta(object, "deletionTimestamp", Some(self.time().into()));
        set_meta(object, "deletionGracePeriodSeconds", Some(0.into()));
        if kind.generation {
            let counted = object.pointer("/metadata/generation").and_then(Value::as_i64).unwrap_or_default();
            set_meta(object, "generation", Some(counted.saturating_add(1).into()));
        }
        super::namespace::terminate(kind, object);
    }
}

fn finalizers_of(kind: &Kind, live: &Value, propagation: Option<Propagation>) -> Vec<String> {
    let mut finalizers: Vec<String> = object::finalizers(live).into_iter().map(str::to_owned).collect();
    if let Some(propagation) = propagation {
        finalizers.retain(|name| name != FOREGROUND && name != ORPHAN);
        match propagation {
            Propagation::Background => {}
            Propagation::Foreground => finalizers.push(FOREGROUND.to_owned()),
            Propagation::Orphan => finalizers.push(ORPHAN.to_owned()),
        }
    }
    let definition = super::is_definition(&kind.bucket) && !object::is_deleting(live);
    if definition && !finalizers.iter().any(|name| name == CLEANUP) {
        finalizers.push(CLEANUP.to_owned());
    }
    finalizers
}

fn check_preconditions(kind: &Kind, live: &Value, options: &DeleteOptions) -> Result<(), ApiError> {
    let refuse = |what: &str, told: &str, is: &str| {
        let happened = if what == "UID" { "deleted and then recreated" } else { "modified" };
        let why = format!(
            "the {what} in the precondition ({told}) does not match the {what} in record ({is}). The object might have \
             been {happened}"
        );
        Err(ApiError::conflict(&kind.group, &kind.kind, object::name(live), &why))
    };
    match (&options.uid, &options.resource_version) {
        (Some(uid), _) if uid != object::uid(live) => refuse("UID", uid, object::uid(live)),
        (_, Some(version)) if version != object::resource_version(live) => {
            refuse("ResourceVersion", version, object::resource_version(live))
        }
        _ => Ok(()),
    }
}
