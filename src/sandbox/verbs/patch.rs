//! Patches: JSON patch, merge patch, strategic merge patch, server-side apply.

use std::collections::BTreeMap;
use std::sync::Arc;

use json_patch::{AddOperation, PatchOperation};
use serde_json::Value;

use super::{ApiError, Booked, Done, Server, Write, intake, strategic};
use crate::sandbox::answer::Cause;
use crate::sandbox::apply::{ApplyError, Conflict, Operation, apply};
use crate::sandbox::object::{self, set};

/// A patch of one of the kinds that there are.
#[derive(Clone, Debug)]
pub(crate) enum Patch {
    Json(Vec<PatchOperation>),
    Merge(Value),
    Strategic(Value),
    Apply { config: Value, force: bool },
}

impl Server {
    /// Patches an object; server-side apply creates it where it does not exist.
    pub(crate) fn patch(&mut self, write: &Write<'_>, name: &str, patch: Patch) -> Result<Done, ApiError> {
        let kind = write.kind;
        if let Patch::Apply { config, force } = patch {
            return self.apply(write, name, config, force);
        }
        let live = Arc::clone(self.get(kind, write.namespace, name)?);
        let mut object = Value::clone(&kind.show(&live));
        match patch {
            Patch::Json(operations) => {
                let operations: Vec<PatchOperation> =
                    operations.into_iter().map(|operation| lenient(operation, &object)).collect();
                json_patch::patch(&mut object, &operations).map_err(|_| rejected())?;
            }
            Patch::Merge(change) => json_patch::merge(&mut object, &change),
            Patch::Strategic(change) => strategic::merge(&mut object, &change, Some(&kind.merge_schema)),
            Patch::Apply { .. } => {}
        }
        let (object, warnings) = intake::take_patched(write, object)?;
        intake::check_place(write, &object, Some(name))?;
        self.replace(write, &live, object, Booked::No, warnings)
    }

    fn apply(&mut self, write: &Write<'_>, name: &str, mut config: Value, force: bool) -> Result<Done, ApiError> {
        let kind = write.kind;
        if object::text(&config, "/kind").is_empty() {
            return Err(ApiError::bad_request("invalid object type: /, Kind="));
        }
        intake::check_type(kind, &config)?;
        let mut placed = config.clone();
        intake::name_from_path(&mut placed, write.namespace, name);
        intake::check_place(write, &placed, Some(name))?;
        if config.pointer("/metadata/managedFields").is_some_and(|managed| !managed.is_null()) {
            return Err(ApiError::bad_request("metadata.managedFields must be nil"));
        }
        let live = self.store.get(&kind.bucket, &write.key(name)).cloned();
        if let Some(live) = &live {
            check_versions(write, &config, live)?;
        } else if write.status {
            return Err(ApiError::not_found(&kind.group, &kind.plural, name));
        } else if !object::uid(&config).is_empty() {
            let told = object::uid(&config);
            let why =
                format!("uid mismatch: the provided object specified uid {told}, and no existing object was found");
            return Err(write.conflict(name, &why));
        }
        let told_uid = object::uid(&config).to_owned();
        narrow(write, &mut config);
        let shown = live.as_ref().map(|live| kind.show(live));
        let (version, time) = (kind.api_version(), self.time());
        let writer = write.writer(&version, &time);
        let merged = apply(shown.as_deref(), &config, &kind.merge_schema, &writer, force);
        let mut merged = merged.map_err(refused)?;
        intake::name_from_path(&mut merged, write.namespace, name);
        intake::settle(kind, &mut merged);
        let mut merged = kind.store(merged);
        let Some(live) = live else { return self.create_object(write, merged, Booked::Yes, Vec::new()) };
        if !told_uid.is_empty() {
            object::set_meta(&mut merged, "uid", Some(told_uid.into()));
        }
        self.replace(write, &live, merged, Booked::Yes, Vec::new())
    }
}

/// The resource version that an applied configuration asks for.
fn check_versions(write: &Write<'_>, config: &Value, live: &Value) -> Result<(), ApiError> {
    let told = object::resource_version(config);
    if !told.is_empty() && told != object::resource_version(live) {
        return Err(write.conflict(object::name(live), super::update::MODIFIED));
    }
    Ok(())
}

/// Takes out of an applied configuration what its endpoint does not write, so that nobody comes to own it.
fn narrow(write: &Write<'_>, config: &mut Value) {
    for field in ["resourceVersion", "uid", "creationTimestamp", "generation", "selfLink", "deletionTimestamp"] {
        object::set_meta(config, field, None);
    }
    if !write.status {
        if write.kind.status {
            set(config, "status", None);
        }
        return;
    }
    if let Some(fields) = config.as_object_mut() {
        fields.retain(|name, _| matches!(name.as_str(), "apiVersion" | "kind" | "metadata" | "status"));
    }
    if let Some(metadata) = config.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|name, _| matches!(name.as_str(), "name" | "namespace"));
    }
}

/// Kubernetes' library replaces a field also where there is none yet.
fn lenient(operation: PatchOperation, object: &Value) -> PatchOperation {
    let absent = |path: &str| {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        object.pointer(path).is_none() && object.pointer(parent).is_some_and(Value::is_object)
    };
    match operation {
        PatchOperation::Replace(replace) if absent(replace.path.as_str()) => {
            PatchOperation::Add(AddOperation { path: replace.path, value: replace.value })
        }
        other => other,
    }
}

fn rejected() -> ApiError {
    let message = "the server rejected our request due to an error in our request";
    ApiError { details: serde_json::json!({}), ..ApiError::new(422, "Invalid", message) }
}

fn refused(error: ApplyError) -> ApiError {
    match error {
        ApplyError::Conflicts(conflicts) => in_conflict(&conflicts),
        ApplyError::Invalid(why) => ApiError::new(500, "", why),
    }
}

/// The answer to a conflict of managers, which `kubectl` and people read.
fn in_conflict(conflicts: &[Conflict]) -> ApiError {
    let message = match conflicts {
        [one] => format!("Apply failed with 1 conflict: conflict with {}: {}", by(one), one.field),
        _ => format!("Apply failed with {} conflicts: {}", conflicts.len(), by_manager(conflicts).join("\n")),
    };
    let causes: Vec<Value> = conflicts
        .iter()
        .map(|conflict| {
            let cause = Cause::new("FieldManagerConflict", &conflict.field, format!("conflict with {}", by(conflict)));
            serde_json::json!({"reason": cause.reason, "message": cause.message, "field": cause.field})
        })
        .collect();
    ApiError { details: serde_json::json!({"causes": causes}), ..ApiError::new(409, "Conflict", message) }
}

/// `"kubectl" using v1`, as Kubernetes names a manager.
fn by(conflict: &Conflict) -> String {
    let subresource =
        conflict.subresource.as_ref().map_or_else(String::new, |name| format!(" with subresource \"{name}\""));
    match conflict.operation {
        Operation::Apply => format!("\"{}\"{subresource}", conflict.manager),
        Operation::Update => format!("\"{}\"{subresource} using {}", conflict.manager, conflict.api_version),
    }
}

fn by_manager(conflicts: &[Conflict]) -> Vec<String> {
    let mut lines = BTreeMap::<String, Vec<String>>::new();
    for conflict in conflicts {
        lines.entry(by(conflict)).or_default().push(format!("- {}", conflict.field));
    }
    let lines = lines
        .into_iter()
        .flat_map(|(manager, fields)| std::iter::once(format!("conflicts with {manager}:")).chain(fields));
    lines.collect()
}
