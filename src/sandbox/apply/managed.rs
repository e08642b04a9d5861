//! `metadata.managedFields`: who owns what.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::codec;
use super::compare::Comparison;
use super::element::{Element, show_path};
use super::field_set::FieldSet;
use super::{Conflict, Operation, Writer};

/// How many managers that do not apply are told apart; Kubernetes' own bound.
const MAX_UPDATERS: usize = 10;

/// The manager that the oldest ones beyond the bound are joined in.
const ANCIENT: &str = "ancient-changes";

/// What tells managers apart. The order is that of Kubernetes' messages about conflicts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    manager: String,
    operation: Operation,
    /// Empty for those that apply: they are one manager whatever version they apply in.
    api_version: String,
    subresource: Option<String>,
}

impl Id {
    /// The manager of a request.
    pub(super) fn of(writer: &Writer<'_>, operation: Operation) -> Self {
        let manager = if writer.manager.is_empty() { "unknown" } else { writer.manager };
        let api_version = if operation == Operation::Apply { "" } else { writer.api_version };
        Self {
            manager: manager.to_owned(),
            operation,
            api_version: api_version.to_owned(),
            subresource: writer.subresource.filter(|name| !name.is_empty()).map(str::to_owned),
        }
    }
}

/// What a manager owns.
#[derive(Clone, Debug)]
pub(super) struct Owned {
    /// The fields.
    pub(super) fields: FieldSet,
    api_version: String,
    time: Option<String>,
}

/// All managers of an object.
#[derive(Clone, Debug, Default)]
pub(super) struct Managers(BTreeMap<Id, Owned>);

impl Managers {
    /// Reads `metadata.managedFields`, which may be absent.
    pub(super) fn read(entries: Option<&Value>) -> Result<Self, String> {
        let mut managers = Self::default();
        for entry in entries.and_then(Value::as_array).into_iter().flatten() {
            let (id, owned) = read_entry(entry)?;
            managers.0.insert(id, owned);
        }
        Ok(managers)
    }

    /// As `metadata.managedFields`; `None` where nobody owns anything.
    pub(super) fn write(&self) -> Option<Value> {
        let mut entries: Vec<(&Id, &Owned)> = self.0.iter().collect();
        entries.sort_by_key(|(id, owned)| {
            (id.operation, owned.seconds(), &id.manager, &owned.api_version, id.subresource.as_deref())
        });
        (!entries.is_empty()).then(|| entries.into_iter().map(write_entry).collect())
    }

    /// Whether nobody owns anything.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a manager owns.
    pub(super) fn get(&self, id: &Id) -> Option<&Owned> {
        self.0.get(id)
    }

    /// What anybody owns.
    pub(super) fn all_fields(&self) -> FieldSet {
        self.0.values().fold(FieldSet::default(), |all, owned| all.union(&owned.fields))
    }

    /// Changes what everybody owns; who is left with nothing goes.
    pub(super) fn map(&mut self, change: impl Fn(&FieldSet) -> FieldSet) {
        for owned in self.0.values_mut() {
            owned.fields = change(&owned.fields);
        }
        self.0.retain(|_, owned| !owned.fields.is_empty());
    }

    /// Replaces what a manager owns; the time stays.
    pub(super) fn set(&mut self, id: &Id, fields: FieldSet, api_version: &str) {
        let time = self.0.get(id).and_then(|owned| owned.time.clone());
        self.0.insert(id.clone(), Owned { fields, api_version: api_version.to_owned(), time });
    }

    /// Fields of others that a write of `writer` would change.
    pub(super) fn conflicts(&self, changes: &Comparison, writer: &Id) -> Vec<Conflict> {
        let written = changes.written();
        let others = self.0.iter().filter(|(id, _)| *id != writer);
        others
            .flat_map(|(id, owned)| {
                let fields = owned.fields.intersection(&written).paths();
                fields.into_iter().map(|path| Conflict {
                    manager: id.manager.clone(),
                    operation: id.operation,
                    api_version: owned.api_version.clone(),
                    subresource: id.subresource.clone(),
                    field: show_path(&path),
                })
            })
            .collect()
    }

    /// Takes what changed from everybody, but for `keeper`. Who is left with nothing goes.
    pub(super) fn take(&mut self, changes: &Comparison, keeper: Option<&Id>) {
        let differing = changes.all();
        for (_, owned) in self.0.iter_mut().filter(|(id, _)| Some(*id) != keeper) {
            owned.fields = owned.fields.difference(&differing);
        }
        self.0.retain(|_, owned| !owned.fields.is_empty());
    }

    /// Gives more fields to a manager; its time moves if there are any.
    pub(super) fn give(&mut self, id: &Id, fields: &FieldSet, api_version: &str, time: &str) {
        let fields = fields.difference(&identity());
        if fields.is_empty() {
            return;
        }
        let all = self.0.get(id).map_or_else(|| fields.clone(), |owned| owned.fields.union(&fields));
        let owned = Owned { fields: all, api_version: api_version.to_owned(), time: Some(time.to_owned()) };
        self.0.insert(id.clone(), owned);
    }

    /// Moves the time of a manager.
    pub(super) fn touch(&mut self, id: &Id, time: &str) {
        if let Some(owned) = self.0.get_mut(id) {
            owned.time = Some(time.to_owned());
        }
    }

    /// Takes from a manager what nobody owns. If nothing is left, it goes.
    pub(super) fn strip(&mut self, id: &Id) {
        if let Some(owned) = self.0.get_mut(id) {
            owned.fields = owned.fields.difference(&identity());
            if owned.fields.is_empty() {
                self.0.remove(id);
            }
        }
    }

    /// Joins the oldest managers that do not apply, until there are no more than the bound allows.
    pub(super) fn cap(&mut self) {
        let mut updaters: Vec<Id> = self.0.keys().filter(|id| id.operation == Operation::Update).cloned().collect();
        updaters.sort_by_key(|id| self.0.get(id).and_then(Owned::seconds));
        let mut excess = updaters.len().saturating_sub(MAX_UPDATERS);
        // The first one of each version is joined with the second; one alone gains nothing.
        let mut first: BTreeMap<String, Id> = BTreeMap::new();
        for id in updaters {
            if excess == 0 {
                break;
            }
            let Some(earlier) = first.get(&id.api_version) else {
                first.insert(id.api_version.clone(), id);
                continue;
            };
            let bucket = Id { manager: ANCIENT.to_owned(), subresource: None, ..id.clone() };
            let (Some(newer), known) = (self.0.remove(&id), self.bucket(&bucket, earlier)) else { continue };
            let fields = known.union(&newer.fields);
            self.0.insert(bucket, Owned { fields, ..newer });
            excess = excess.saturating_sub(1);
        }
    }

    /// What the bucket holds already; where there is none, what the one that it begins with held.
    fn bucket(&mut self, bucket: &Id, first: &Id) -> FieldSet {
        let known = self.0.remove(bucket).or_else(|| self.0.remove(first));
        known.map(|owned| owned.fields).unwrap_or_default()
    }
}

impl Owned {
    fn seconds(&self) -> Option<i64> {
        Some(self.time.as_ref()?.parse::<Timestamp>().ok()?.as_second())
    }
}

fn read_entry(entry: &Value) -> Result<(Id, Owned), String> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let operation = match text("operation").as_str() {
        "Apply" => Operation::Apply,
        "Update" => Operation::Update,
        _ => return Err("operation must be `Apply` or `Update`".to_owned()),
    };
    let api_version = text("apiVersion");
    if api_version.is_empty() {
        return Err("apiVersion must not be empty".to_owned());
    }
    if text("fieldsType") != "FieldsV1" {
        return Err(format!("fieldsType is `{}`, it must be `FieldsV1`", text("fieldsType")));
    }
    let fields = entry.get("fieldsV1").filter(|fields| !fields.is_null());
    let fields = fields.map_or_else(|| Ok(FieldSet::default()), codec::decode)?;
    let id = Id {
        manager: text("manager"),
        operation,
        api_version: if operation == Operation::Apply { String::new() } else { api_version.clone() },
        subresource: Some(text("subresource")).filter(|name| !name.is_empty()),
    };
    let time = entry.get("time").and_then(Value::as_str).map(str::to_owned);
    Ok((id, Owned { fields, api_version, time }))
}

fn write_entry((id, owned): (&Id, &Owned)) -> Value {
    let operation = match id.operation {
        Operation::Apply => "Apply",
        Operation::Update => "Update",
    };
    let mut entry = Map::new();
    let mut put = |name: &str, value: Value| entry.insert(name.to_owned(), value);
    put("operation", operation.into());
    put("apiVersion", owned.api_version.as_str().into());
    put("fieldsType", json!("FieldsV1"));
    put("fieldsV1", codec::encode(&owned.fields));
    let optional = [
        ("manager", Some(&id.manager).filter(|name| !name.is_empty())),
        ("time", owned.time.as_ref()),
        ("subresource", id.subresource.as_ref()),
    ];
    for (name, value) in optional {
        value.map(|value| put(name, value.as_str().into()));
    }
    Value::Object(entry)
}

/// What the server sets, or what makes the object the one it is: nobody owns it.
fn identity() -> FieldSet {
    const METADATA: [&str; 9] = [
        "name",
        "namespace",
        "creationTimestamp",
        "selfLink",
        "uid",
        "clusterName",
        "generation",
        "managedFields",
        "resourceVersion",
    ];
    let field = |name: &str| Element::Field(name.to_owned());
    let top = ["apiVersion", "kind", "metadata"].map(|name| vec![field(name)]);
    let below = METADATA.map(|name| vec![field("metadata"), field(name)]);
    top.into_iter().chain(below).collect()
}
