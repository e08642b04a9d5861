//! Creating objects.

use serde_json::Value;

use super::{ApiError, Booked, Done, Server, Write, checks, intake, is_definition};
use crate::sandbox::apply::track_update;
use crate::sandbox::kinds;
use crate::sandbox::object::{self, set, set_meta};

impl Server {
    /// Creates an object, as POST does.
    pub(crate) fn create(&mut self, write: &Write<'_>, mut body: Value) -> Result<Done, ApiError> {
        if object::namespace(&body).is_empty() {
            intake::name_from_path(&mut body, write.namespace, "");
        }
        let (object, warnings) = intake::take(write, body)?;
        if !object::resource_version(&object).is_empty() {
            return Err(ApiError::new(500, "", "resourceVersion should not be set on objects to be created"));
        }
        self.create_object(write, object, Booked::No, warnings)
    }

    /// Creates an object of known type whose defaults are in.
    pub(super) fn create_object(
        &mut self,
        write: &Write<'_>,
        mut object: Value,
        booked: Booked,
        warnings: Vec<String>,
    ) -> Result<Done, ApiError> {
        let kind = write.kind;
        intake::check_place(write, &object, None)?;
        self.name(&mut object);
        self.admit_into_namespace(write, object::name(&object))?;
        self.begin(write, &mut object);
        if booked == Booked::No {
            let (version, time) = (kind.api_version(), self.time());
            let booked = track_update(None, object, &kind.merge_schema, &write.writer(&version, &time));
            object = booked.map_err(|error| ApiError::new(500, "", error.to_string()))?;
        }
        kinds::found(kind, &mut object);
        if kind.custom {
            // A definition's default for the status, which no creation may bring: every read would fill it in.
            kind.schema.apply_defaults(&mut object);
        }
        checks::check(kind, &object, None)?;
        if let Some(there) = self.store.get(&kind.bucket, &write.key(object::name(&object))) {
            let mut error = ApiError::already_exists(&kind.group, &kind.plural, object::name(&object));
            if object::is_deleting(there) {
                error.message.insert_str(0, "object is being deleted: ");
            }
            return Err(error);
        }
        if is_definition(&kind.bucket) {
            kinds::establish(&mut object, &self.time());
        }
        let object = if write.dry_run { object.into() } else { self.commit(kind, object) };
        Ok(Done { object, created: true, warnings })
    }

    fn name(&mut self, object: &mut Value) {
        let prefix = object::text(object, "/metadata/generateName");
        if object::name(object).is_empty() && !prefix.is_empty() {
            // Kubernetes cuts the prefix so that the name stays a label.
            let cut: String = prefix.chars().take(58).collect();
            let name = format!("{cut}{}", self.uids.suffix());
            set_meta(object, "name", Some(name.into()));
        }
    }

    /// What the server alone decides about a new object.
    fn begin(&mut self, write: &Write<'_>, object: &mut Value) {
        let kind = write.kind;
        for field in ["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
            set_meta(object, field, None);
        }
        set_meta(object, "uid", Some(self.uids.next_uid().into()));
        set_meta(object, "creationTimestamp", Some(self.time().into()));
        if kind.generation {
            set_meta(object, "generation", Some(1.into()));
        }
        if kind.status {
            set(object, "status", None);
        }
        kinds::default_created(kind, object);
        kinds::before_write(kind, object);
    }
}
