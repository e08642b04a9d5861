//! Changing objects.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{ApiError, Booked, Done, Server, Write, checks, intake};
use crate::sandbox::answer::Cause;
use crate::sandbox::apply::track_update;
use crate::sandbox::kinds::{self, Kind};
use crate::sandbox::object::{self, carry, carry_meta, set, set_meta};
use crate::sandbox::store::Key;

/// What Kubernetes says where the resource version is an old one.
pub(super) const MODIFIED: &str =
    "the object has been modified; please apply your changes to the latest version and try again";

impl Server {
    /// Replaces an object, as PUT does.
    pub(crate) fn update(&mut self, write: &Write<'_>, name: &str, mut body: Value) -> Result<Done, ApiError> {
        let kind = write.kind;
        intake::name_from_path(&mut body, write.namespace, "");
        let (object, warnings) = intake::take(write, body)?;
        intake::check_place(write, &object, Some(name))?;
        let Some(live) = self.store.get(&kind.bucket, &write.key(name)).cloned() else {
            if kind.create_on_update && !write.status {
                return self.create_object(write, object, Booked::No, warnings);
            }
            return Err(ApiError::not_found(&kind.group, &kind.plural, name));
        };
        let (told, is) = (object::uid(&object), object::uid(&live));
        if !told.is_empty() && told != is {
            let why = format!("Precondition failed: UID in precondition: {told}, UID in object meta: {is}");
            return Err(write.conflict(name, &why));
        }
        if object::resource_version(&object).is_empty() && !kind.unconditional {
            let cause = Cause::new(
                "FieldValueInvalid",
                "metadata.resourceVersion",
                "Invalid value: 0: must be specified for an update",
            );
            return Err(ApiError::invalid(&kind.group, &kind.plural, name, &[cause]));
        }
        self.replace(write, &live, object, Booked::No, warnings)
    }

    /// Puts `object` in the place of `live`: whole objects, defaults in.
    pub(super) fn replace(
        &mut self,
        write: &Write<'_>,
        live: &Arc<Value>,
        mut object: Value,
        booked: Booked,
        warnings: Vec<String>,
    ) -> Result<Done, ApiError> {
        let (kind, name) = (write.kind, object::name(live));
        let told = object::resource_version(&object);
        if !told.is_empty() && told != object::resource_version(live) {
            return Err(write.conflict(name, MODIFIED));
        }
        check_identity(kind, &object, live)?;
        carry_identity(&mut object, live);
        if write.status {
            intake::only_status(&mut object, live);
        } else if kind.status {
            carry(&mut object, live, "status");
        }
        kinds::before_write(kind, &mut object);
        if booked == Booked::No {
            let (version, time) = (kind.api_version(), self.time());
            let booked = track_update(Some(live), object, &kind.merge_schema, &write.writer(&version, &time));
            object = booked.map_err(|error| ApiError::new(500, "", error.to_string()))?;
        }
        count_generation(kind, &mut object, live);
        checks::check(kind, &object, Some(live))?;
        if same_but_times(&object, live) {
            return Ok(Done { object: Arc::clone(live), created: false, warnings });
        }
        if super::is_definition(&kind.bucket) {
            kinds::establish(&mut object, &self.time());
        }
        let object = self.store_change(write, object);
        Ok(Done { object, created: false, warnings })
    }

    /// Stores a change, which for a deleted object without finalizers is its end: then watchers see its last stored
    /// state, and the writer what it wrote.
    fn store_change(&mut self, write: &Write<'_>, object: Value) -> Arc<Value> {
        if write.dry_run {
            return object.into();
        }
        if !object::is_deleting(&object) || super::delete::is_held(&object) {
            return self.commit(write.kind, object);
        }
        self.drop_object(&write.kind.bucket, &Key::of(&object), None);
        object.into()
    }
}

/// Refuses an object that claims to be another one.
fn check_identity(kind: &Kind, object: &Value, live: &Value) -> Result<(), ApiError> {
    let told = object::uid(object);
    if told.is_empty() || told == object::uid(live) {
        return Ok(());
    }
    let cause = Cause::invalid("metadata.uid", &json!(told), "field is immutable");
    // Kubernetes checks the metadata of custom kinds twice, and tells it twice.
    let causes = vec![cause; if kind.custom { 2 } else { 1 }];
    Err(ApiError::invalid(&kind.group, &kind.kind, object::name(live), &causes))
}

fn carry_identity(object: &mut Value, live: &Value) {
    let fields = [
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "generateName",
    ];
    for field in fields {
        carry_meta(object, live, field);
    }
}

/// Counts a change of anything but metadata; `status` has been carried over where it is a subresource.
fn count_generation(kind: &Kind, object: &mut Value, live: &Value) {
    let same = |name: &String| name == "metadata" || (kind.status && name == "status");
    let differs = |a: &Value, b: &Value| {
        a.as_object().into_iter().flatten().any(|(name, value)| !same(name) && b.get(name) != Some(value))
    };
    if kind.generation && (differs(object, live) || differs(live, object)) {
        let counted = live.pointer("/metadata/generation").and_then(Value::as_i64).unwrap_or_default();
        set_meta(object, "generation", Some(counted.saturating_add(1).into()));
    }
}

/// Whether nothing changed but, at most, when fields were written.
fn same_but_times(object: &Value, live: &Value) -> bool {
    let without = |value: &Value| {
        let mut value = value.clone();
        let managers = value.pointer_mut("/metadata/managedFields").and_then(Value::as_array_mut);
        managers.into_iter().flatten().for_each(|manager| set(manager, "time", None));
        value
    };
    object == live || without(object) == without(live)
}
