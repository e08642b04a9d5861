//! Namespaces: what may be made in them, and how they end.

use serde_json::{Value, json};

use super::{ApiError, DeleteOptions, FieldValidation, Server, Write};
use crate::sandbox::answer::Cause;
use crate::sandbox::kinds::Kind;
use crate::sandbox::object::{self, set_below};
use crate::sandbox::store::{Bucket, Key};

/// Namespaces that every cluster has.
const FOUNDED: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];
/// Those of them that cannot be deleted.
const ETERNAL: [&str; 3] = ["default", "kube-public", "kube-system"];

fn namespaces() -> Bucket {
    Bucket::new("", "namespaces")
}

fn is_namespace(kind: &Kind) -> bool {
    kind.bucket == namespaces()
}

pub(super) fn refuse_deletion(kind: &Kind, name: &str) -> Result<(), ApiError> {
    if is_namespace(kind) && ETERNAL.contains(&name) {
        return Err(ApiError::forbidden("", "namespaces", name, "this namespace may not be deleted"));
    }
    Ok(())
}

/// Begins the end of a namespace.
pub(super) fn terminate(kind: &Kind, object: &mut Value) {
    if is_namespace(kind) {
        set_below(object, "status", "phase", Some("Terminating".into()));
    }
}

impl Server {
    /// Makes the namespaces that every cluster has.
    pub(super) fn found(&mut self) {
        let Some(kind) = self.kinds.get("", "v1", "namespaces").cloned() else { return };
        let write = Write {
            kind: &kind,
            namespace: "",
            manager: "kube-apiserver",
            dry_run: false,
            validation: FieldValidation::Ignore,
            status: false,
        };
        for name in FOUNDED {
            let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
            // Nothing exists yet that could refuse them.
            drop(self.create(&write, body));
        }
    }

    /// Nothing is made in a namespace that does not exist or is about to end.
    pub(super) fn admit_into_namespace(&self, write: &Write<'_>, name: &str) -> Result<(), ApiError> {
        if !write.kind.namespaced {
            return Ok(());
        }
        let namespace = self.store.get(&namespaces(), &Key::new("", write.namespace));
        let Some(namespace) = namespace else {
            return Err(ApiError::not_found("", "namespaces", write.namespace));
        };
        if !object::is_deleting(namespace) {
            return Ok(());
        }
        let name_of = write.namespace;
        let why = format!("unable to create new content in namespace {name_of} because it is being terminated");
        let mut error = write.forbidden(name, &why);
        let message = format!("namespace {name_of} is being terminated");
        let cause = Cause::new("NamespaceTerminating", "metadata.namespace", message);
        let causes = json!([{"reason": cause.reason, "message": cause.message, "field": cause.field}]);
        object::set(&mut error.details, "causes", Some(causes));
        Err(error)
    }

    /// One step of ending namespaces: deletes what is in them, and lets go those that are empty. Whether anything
    /// changed.
    pub(super) fn end_namespaces(&mut self) -> bool {
        let ending: Vec<String> = self
            .store
            .objects(&namespaces())
            .filter(|(_, namespace)| object::is_deleting(namespace))
            .map(|(key, _)| key.name.clone())
            .collect();
        let mut changed = false;
        for name in ending {
            changed |= self.end_namespace(&name);
        }
        changed
    }

    fn end_namespace(&mut self, name: &str) -> bool {
        let within = |key: &Key| key.namespace == name;
        let content: Vec<(Bucket, Key, bool)> = self
            .store
            .all()
            .filter(|(_, key, _)| within(key))
            .map(|(bucket, key, object)| (bucket.clone(), key.clone(), object::is_deleting(object)))
            .collect();
        let mut changed = false;
        for (bucket, key, deleting) in content.iter().filter(|(_, _, deleting)| !deleting) {
            debug_assert!(!deleting);
            let Some(kind) = self.kinds.stored(bucket).cloned() else { continue };
            changed |= self.delete(&kind, &key.namespace, &key.name, &DeleteOptions::default()).is_ok();
        }
        if self.store.all().any(|(_, key, _)| within(key)) {
            return changed;
        }
        let (bucket, key) = (namespaces(), Key::new("", name));
        let Some(namespace) = self.store.get(&bucket, &key) else { return changed };
        let mut last = Value::clone(namespace);
        set_below(&mut last, "spec", "finalizers", None);
        if super::delete::is_held(&last) {
            let held = last == **namespace;
            let Some(kind) = self.kinds.stored(&bucket).cloned() else { return changed };
            if !held {
                self.commit(&kind, last);
            }
            return changed || !held;
        }
        self.drop_object(&bucket, &key, Some(last)).is_some() || changed
    }
}
