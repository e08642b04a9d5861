//! Whether an object may be stored.

use std::sync::Arc;

use serde_json::Value;

use super::{ApiError, metadata, words};
use crate::sandbox::answer::Cause;
use crate::sandbox::kinds::{self, Kind, Shape};
use crate::sandbox::object;
use crate::schema::path::{self, Path};
use crate::schema::{Violation, ViolationKind};

/// Refuses an object that is not valid, or that `old` may not become.
pub(super) fn check(kind: &Kind, object: &Value, old: Option<&Value>) -> Result<(), ApiError> {
    let mut causes = metadata::check(kind, object);
    if let Some(old) = old {
        let new = new_finalizers(object, old);
        // Kubernetes checks the metadata of custom kinds twice, and tells it twice.
        causes.extend(new.clone().filter(|_| kind.custom));
        causes.extend(new);
        causes.extend(kinds::check_change(kind, old, object));
    }
    if super::is_definition(&kind.bucket) {
        causes.extend(kinds::refuse_change(object));
    }
    let found = match kind.shape {
        Shape::Plain => kind.schema.validate(object),
        Shape::Event => kind.schema.validate(&kind.show(&Arc::new(object.clone()))),
    };
    causes.extend(found.iter().filter(|found| !ratcheted(found, object, old)).flat_map(words::violation));
    if let Some(rules) = &kind.rules {
        if causes.iter().any(words::blocks_rules) {
            causes.push(words::rules_not_run());
        } else {
            let broken = rules.evaluate(object, old);
            causes.extend(broken.iter().map(|violation| words::rule(violation, object, &kind.schema)));
        }
    }
    if causes.is_empty() {
        return Ok(());
    }
    Err(ApiError::invalid(&kind.group, &kind.kind, object::name(object), &causes))
}

/// What was wrong before and has not changed may stay.
fn ratcheted(violation: &Violation, object: &Value, old: Option<&Value>) -> bool {
    let Some(old) = old else { return false };
    let place = match violation.kind {
        ViolationKind::Missing => violation.path.parent().unwrap_or_default(),
        _ => violation.path.clone(),
    };
    let at = |value, place: &Path| path::get(value, place).cloned();
    !place.is_root() && at(object, &place).is_some() && at(object, &place) == at(old, &place)
}

fn new_finalizers(object: &Value, old: &Value) -> Option<Cause> {
    if !object::is_deleting(old) {
        return None;
    }
    let before = object::finalizers(old);
    let new: Vec<&str> = object::finalizers(object).into_iter().filter(|name| !before.contains(name)).collect();
    let shown: Vec<String> = new.iter().map(|name| format!("\"{name}\"")).collect();
    (!new.is_empty()).then(|| {
        let message = format!(
            "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers \
             []string{{{}}}",
            shown.join(", ")
        );
        Cause::new("FieldValueForbidden", "metadata.finalizers", message)
    })
}
