//! The two ways to write, and what they do to owners.

use serde_json::{Value, json};

use super::compare::{Comparison, compare};
use super::element::same;
use super::kubectl;
use super::managed::{Id, Managers};
use super::merge::merge;
use super::of_value::of_value;
use super::place::Place;
use super::prune::prune;
use super::reconcile::reconciled;
use super::validate::validate;
use super::{ApplyError, Operation, Writer};
use crate::schema::{MAX_VALUE_DEPTH, Schema, nests_deeper};

/// Owns what is there when an object of which no owners are known is first applied.
const BEFORE_FIRST_APPLY: &str = "before-first-apply";

/// What a write starts from.
#[derive(Clone, Copy)]
pub(super) struct Write<'a> {
    /// The stored object; `None` where there is none.
    pub(super) live: Option<&'a Value>,
    /// Its schema.
    pub(super) schema: &'a Schema,
    /// Who writes.
    pub(super) writer: &'a Writer<'a>,
}

impl Write<'_> {
    /// Server-side apply.
    pub(super) fn apply(self, config: &Value, force: bool) -> Result<Value, ApplyError> {
        check(self.live, config)?;
        if managed_fields(config).is_some_and(|entries| !entries.is_null()) {
            return Err(ApplyError::Invalid("metadata.managedFields must be nil".to_owned()));
        }
        validate(self.place(), config)?;
        let mut object = match self.attempt(config, force) {
            Err(ApplyError::Conflicts(conflicts)) if kubectl::is_kubectl(self.writer) => {
                let conflicts = kubectl::without_own(conflicts, self.live, self.place(), self.writer);
                if !conflicts.is_empty() {
                    return Err(ApplyError::Conflicts(conflicts));
                }
                self.attempt(config, true)?
            }
            other => other?,
        };
        if kubectl::is_kubectl(self.writer) {
            kubectl::refresh(&mut object, config);
        }
        // Empty collections of metadata go last: applied again, they count as a change, as they do there.
        let mut settled = settle(self.live, object);
        drop_empty_metadata(&mut settled);
        Ok(settled)
    }

    fn attempt(self, config: &Value, force: bool) -> Result<Value, ApplyError> {
        let old = self.live.map_or_else(|| empty(config), bare);
        let mut managers = self.owners(config)?;
        let id = Id::of(self.writer, Operation::Apply);
        let new = self.merged(&old, config, &mut managers, &id)?;
        let changes = self.compare(&old, &new)?;
        let conflicts = managers.conflicts(&changes, &id);
        if !force && !conflicts.is_empty() {
            return Err(ApplyError::Conflicts(conflicts));
        }
        managers.take(&changes, Some(&id));
        managers.strip(&id);
        if same(&old, &new) {
            return Ok(sealed(old, &managers));
        }
        managers.touch(&id, self.writer.time);
        Ok(sealed(with_defaults(new, self.schema), &managers))
    }

    /// The owners that an apply starts from. What is there and has none is given to one of its own, so that
    /// conflicts show.
    fn owners(self, config: &Value) -> Result<Managers, ApplyError> {
        let known = Managers::read(self.live.and_then(managed_fields));
        let mut managers = known.map_err(|error| invalid("failed to decode managed fields", &error))?;
        managers.map(|fields| reconciled(self.place(), fields));
        if let (Some(live), true) = (self.live, managers.is_empty()) {
            let first = Writer { manager: BEFORE_FIRST_APPLY, ..*self.writer };
            Write { writer: &first, ..self }.book(&empty(config), &bare(live), &mut managers)?;
        }
        Ok(managers)
    }

    /// What the object becomes. The writer's fields in `managers` become those that it applies now.
    fn merged(self, old: &Value, config: &Value, managers: &mut Managers, id: &Id) -> Result<Value, ApplyError> {
        let place = self.place();
        let merged =
            merge(place, Some(old), Some(config)).map_err(|error| invalid("failed to merge config", &error))?;
        let merged = merged.unwrap_or_else(|| config.clone());
        let last = managers.get(id).map(|owned| owned.fields.clone());
        managers.set(id, of_value(place, config), self.writer.api_version);
        Ok(match last {
            Some(last) => prune(place, &merged, &last, &managers.all_fields()),
            None => merged,
        })
    }

    /// Any other write.
    pub(super) fn track(self, mut new: Value) -> Result<Value, ApplyError> {
        check(self.live, &new)?;
        let mut managers = self.claimed(&new);
        managers.map(|fields| reconciled(self.place(), fields));
        take_managed_fields(&mut new);
        drop_empty_metadata(&mut new);
        if managers.is_empty() && self.live.is_some() {
            // Owners that were forgotten are only known again from the first apply on.
            return Ok(new);
        }
        let old = self.live.map_or_else(|| empty(&new), bare);
        self.book(&old, &new, &mut managers)?;
        managers.cap();
        Ok(settle(self.live, sealed(new, &managers)))
    }

    /// The owners that an update starts from: those that it states, else those that are known.
    fn claimed(self, new: &Value) -> Managers {
        let known = || Managers::read(self.live.and_then(managed_fields)).unwrap_or_default();
        let stated = managed_fields(new).filter(|_| self.writer.subresource.is_none());
        match stated.and_then(Value::as_array).map(Vec::as_slice) {
            Some([]) if is_built_in(new) => Managers::default(),
            Some([Value::Object(entry)]) if entry.is_empty() => Managers::default(),
            _ => match Managers::read(stated) {
                Ok(stated) if !stated.is_empty() => stated,
                _ => known(),
            },
        }
    }

    /// Gives the writer what differs between two objects, and takes it from the others.
    fn book(self, old: &Value, new: &Value, managers: &mut Managers) -> Result<(), ApplyError> {
        let id = Id::of(self.writer, Operation::Update);
        let changes = self.compare(old, new)?;
        managers.take(&changes, None);
        managers.give(&id, &changes.written(), self.writer.api_version, self.writer.time);
        Ok(())
    }

    fn compare(self, old: &Value, new: &Value) -> Result<Comparison, ApplyError> {
        compare(self.place(), old, new).map_err(|error| invalid("failed to compare objects", &error))
    }

    fn place(&self) -> Place<'_> {
        Place::root(self.schema)
    }
}

/// Defaults belong to nobody. Where null stands for what may not be null, such as an object that lost its last
/// field, the API server refuses the object: it is left as it is, for validation to see. Of places without a
/// type, and of metadata, null just goes.
fn with_defaults(mut object: Value, schema: &Schema) -> Value {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|_, value| !value.is_null());
    }
    let untyped = |place: &Schema| place.kind.is_none() && !place.int_or_string;
    if schema.dropped_nulls(&object).iter().all(|path| schema.at(path).is_some_and(untyped)) {
        schema.apply_defaults(&mut object);
    }
    object
}

/// Whether the kind of an object is Kubernetes' own: of custom resources the API server reads an empty list
/// as none. Groups of Kubernetes' own have no dot or end in `.k8s.io`.
fn is_built_in(object: &Value) -> bool {
    let group = object.get("apiVersion").and_then(Value::as_str).and_then(|version| version.split_once('/'));
    group.is_none_or(|(group, _)| !group.contains('.') || group.ends_with(".k8s.io"))
}

/// An object of the same kind with nothing in it.
fn empty(object: &Value) -> Value {
    let of = |name: &str| object.get(name).cloned().unwrap_or_default();
    json!({"apiVersion": of("apiVersion"), "kind": of("kind")})
}

fn managed_fields(object: &Value) -> Option<&Value> {
    object.get("metadata")?.get("managedFields")
}

fn take_managed_fields(object: &mut Value) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
}

/// Empty collections of `metadata` are not stored: the API server reads it into a type that leaves them out.
fn drop_empty_metadata(object: &mut Value) {
    const COLLECTIONS: [&str; 4] = ["annotations", "finalizers", "labels", "ownerReferences"];
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    metadata.retain(|name, value| {
        let empty = match value {
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            other => other.is_null(),
        };
        !(empty && COLLECTIONS.contains(&name.as_str()))
    });
}

/// An object without its owners.
fn bare(object: &Value) -> Value {
    let mut object = object.clone();
    take_managed_fields(&mut object);
    object
}

/// An object with its owners.
fn sealed(mut object: Value, managers: &Managers) -> Value {
    let entries = managers.write();
    let root = object.as_object_mut();
    if let (Some(entries), Some(root)) = (entries, root) {
        let metadata = root.entry("metadata").or_insert_with(|| json!({}));
        if let Some(metadata) = metadata.as_object_mut() {
            metadata.insert("managedFields".to_owned(), entries);
        }
    }
    object
}

/// What differs by the times of owners alone is what is there: a write without effect leaves no trace.
fn settle(live: Option<&Value>, new: Value) -> Value {
    match live {
        Some(live) if same(&timeless(live), &timeless(&new)) => live.clone(),
        _ => new,
    }
}

fn timeless(object: &Value) -> Value {
    let mut object = object.clone();
    let entries = object.get_mut("metadata").and_then(|metadata| metadata.get_mut("managedFields"));
    for entry in entries.and_then(Value::as_array_mut).into_iter().flatten() {
        entry.as_object_mut().map(|entry| entry.remove("time"));
    }
    object
}

fn check(live: Option<&Value>, new: &Value) -> Result<(), ApplyError> {
    if !new.is_object() {
        return Err(ApplyError::Invalid("expected an object".to_owned()));
    }
    if [live, Some(new)].into_iter().flatten().any(|object| nests_deeper(object, MAX_VALUE_DEPTH)) {
        return Err(ApplyError::Invalid(format!("nests deeper than {MAX_VALUE_DEPTH} levels")));
    }
    Ok(())
}

fn invalid(what: &str, error: &str) -> ApplyError {
    ApplyError::Invalid(format!("{what}: {error}"))
}
