//! Kinds that definitions bring.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::apart::apart;
use super::builtin_schema::metadata_open_api;
use super::column::Column;
use super::kind::{Kind, Shape};
use crate::cel::crd_rules::Rules;
use crate::sandbox::answer::Cause;
use crate::sandbox::apply::kind_schema;
use crate::sandbox::object::{self, set, set_below, text};
use crate::sandbox::store::Bucket;
use crate::schema::{Crd, CrdError, Schema};

/// Group and plural of definitions themselves.
pub(crate) const CRDS: (&str, &str) = ("apiextensions.k8s.io", "customresourcedefinitions");
/// The finalizer that holds a deleted definition until its objects are gone.
pub(crate) const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";

/// The resource that a definition defines.
pub(super) fn bucket(crd: &Value) -> Bucket {
    Bucket::new(text(crd, "/spec/group"), text(crd, "/spec/names/plural"))
}

/// Fills in what authors of definitions leave out.
pub(super) fn complete(crd: &mut Value) {
    let kind = text(crd, "/spec/names/kind").to_owned();
    let Some(spec) = crd.get_mut("spec") else { return };
    if spec.get("conversion").is_none() {
        set(spec, "conversion", Some(json!({"strategy": "None"})));
    }
    let Some(names) = spec.get_mut("names") else { return };
    for (field, value) in [("singular", kind.to_lowercase()), ("listKind", format!("{kind}List"))] {
        if names.get(field).is_none() {
            set(names, field, Some(value.into()));
        }
    }
}

/// What is wrong with a definition: its name, its schemas, their rules.
pub(crate) fn refuse_change(crd: &Value) -> Vec<Cause> {
    let expected = format!("{}.{}", text(crd, "/spec/names/plural"), text(crd, "/spec/group"));
    if object::name(crd) != expected {
        let why = "must be spec.names.plural+\".\"+spec.group";
        return vec![Cause::invalid("metadata.name", &json!(object::name(crd)), why)];
    }
    defined(crd).causes.clone()
}

/// What a definition comes to.
struct Defined {
    causes: Vec<Cause>,
    kinds: Vec<Arc<Kind>>,
}

/// Definitions by the digest of their `spec`, which alone decides what they come to. To parse and compile one takes
/// up to seconds in a debug build, and tests make thousands of sandboxes with the same ones.
static KNOWN: LazyLock<Mutex<BTreeMap<Vec<u8>, Arc<Defined>>>> = LazyLock::new(Mutex::default);
/// How many are remembered.
const REMEMBERED: usize = 64;

fn defined(crd: &Value) -> Arc<Defined> {
    let key = Sha256::digest(crd.get("spec").unwrap_or(&Value::Null).to_string()).to_vec();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= REMEMBERED && !known.contains_key(&key) {
        known.clear();
    }
    let compile = || apart(|| Arc::new(Defined { causes: faults(crd), kinds: compile(crd) }));
    Arc::clone(known.entry(key).or_insert_with(compile))
}

/// What is wrong with schemas and rules.
fn faults(crd: &Value) -> Vec<Cause> {
    let parsed = match Crd::parse(crd) {
        Ok(parsed) => parsed,
        Err(CrdError::Schema { errors, .. }) => {
            let cause = |error: &crate::schema::SchemaError| {
                Cause::new("FieldValueInvalid", field(&error.pointer), format!("Invalid value: {}", error.kind))
            };
            return errors.iter().map(cause).collect();
        }
        Err(error) => return vec![Cause::new("FieldValueInvalid", "spec", error.to_string())],
    };
    let stored = parsed.versions.iter().filter(|version| version.storage).count();
    if stored != 1 {
        let why = "must have exactly one version marked as storage version";
        return vec![Cause::invalid("spec.versions", &json!([]), why)];
    }
    let rules = parsed.versions.iter().enumerate().filter_map(|(at, version)| {
        let errors = Rules::compile(&version.schema).err()?;
        let below = format!("/spec/versions/{at}/schema/openAPIV3Schema");
        Some(errors.into_iter().map(move |error| {
            let place = field(&format!("{below}{}", error.pointer));
            Cause::new("FieldValueInvalid", place, format!("Invalid value: compilation failed: {}", error.kind))
        }))
    });
    rules.flatten().collect()
}

/// A JSON pointer as Kubernetes writes fields: `spec.versions[0].name`.
fn field(pointer: &str) -> String {
    let mut shown = String::new();
    for token in pointer.split('/').skip(1) {
        if token.chars().all(|c| c.is_ascii_digit()) {
            shown.extend(["[", token, "]"]);
        } else {
            if !shown.is_empty() {
                shown.push('.');
            }
            shown.push_str(token);
        }
    }
    shown
}

/// Marks a definition as served. `now`: as `metav1.Time`.
pub(crate) fn establish(crd: &mut Value, now: &str) {
    let names = crd.pointer("/spec/names").cloned().unwrap_or_default();
    let stored: Vec<Value> = versions(crd)
        .filter(|version| version.get("storage").and_then(Value::as_bool) == Some(true))
        .filter_map(|version| version.get("name").cloned())
        .collect();
    let condition = |kind: &str, reason: &str, message: &str| json!({"type": kind, "status": "True", "reason": reason, "message": message, "lastTransitionTime": now});
    let conditions = json!([
        condition("NamesAccepted", "NoConflicts", "no conflicts found"),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ]);
    if crd.pointer("/status/conditions").is_none() {
        set_below(crd, "status", "conditions", Some(conditions));
    }
    set_below(crd, "status", "acceptedNames", Some(names));
    if crd.pointer("/status/storedVersions").is_none() {
        set_below(crd, "status", "storedVersions", Some(stored.into()));
    }
}

fn versions(crd: &Value) -> impl Iterator<Item = &Value> {
    crd.pointer("/spec/versions").and_then(Value::as_array).into_iter().flatten()
}

/// The kinds of every served version of a definition that [`refuse_change`] found nothing wrong with.
pub(super) fn kinds(crd: &Value) -> Vec<Arc<Kind>> {
    defined(crd).kinds.clone()
}

fn compile(crd: &Value) -> Vec<Arc<Kind>> {
    let Ok(parsed) = Crd::parse(crd) else { return Vec::new() };
    let served = versions(crd).zip(parsed.versions).filter(|(_, version)| version.served);
    served.map(|(raw, version)| Arc::new(kind(crd, raw, version.schema, version.storage))).collect()
}

fn kind(crd: &Value, raw: &Value, schema: Schema, stored: bool) -> Kind {
    let names = |field: &str| {
        let names = crd.pointer(&format!("/spec/names/{field}")).and_then(Value::as_array);
        names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let told = |pointer: &str| text(crd, pointer).to_owned();
    let rules = Rules::compile(&schema).ok().filter(|rules| !rules.is_empty());
    Kind {
        group: told("/spec/group"),
        version: text(raw, "/name").to_owned(),
        kind: told("/spec/names/kind"),
        list_kind: told("/spec/names/listKind"),
        plural: told("/spec/names/plural"),
        singular: told("/spec/names/singular"),
        short_names: names("shortNames"),
        categories: names("categories"),
        namespaced: text(crd, "/spec/scope") == "Namespaced",
        status: raw.pointer("/subresources/status").is_some(),
        generation: true,
        unconditional: false,
        create_on_update: false,
        custom: true,
        stored,
        columns: columns(raw),
        selectable: selectable(raw),
        merge_schema: Arc::new(kind_schema(Some(&schema))),
        schema: Arc::new(schema),
        rules: rules.map(Arc::new),
        open_api: Arc::new(open_api(raw)),
        bucket: bucket(crd),
        shape: Shape::Plain,
    }
}

fn columns(raw: &Value) -> Vec<Column> {
    let own = raw.get("additionalPrinterColumns").and_then(Value::as_array).filter(|columns| !columns.is_empty());
    let Some(own) = own else { return vec![Column::name(), Column::age().of_type("date")] };
    std::iter::once(Column::name()).chain(own.iter().filter_map(Column::custom)).collect()
}

fn selectable(raw: &Value) -> Vec<String> {
    let fields = raw.get("selectableFields").and_then(Value::as_array);
    let paths = fields.into_iter().flatten().map(|field| text(field, "/jsonPath").trim_start_matches('.').to_owned());
    paths.collect()
}

/// The schema with what is implied, as the OpenAPI document shows it.
fn open_api(raw: &Value) -> Value {
    let mut schema = raw.pointer("/schema/openAPIV3Schema").cloned().unwrap_or_else(|| json!({"type": "object"}));
    let mut implied = Map::new();
    let version = "APIVersion defines the versioned schema of this representation of an object.";
    let kind = "Kind is a string value representing the REST resource this object represents.";
    implied.insert("apiVersion".into(), json!({"type": "string", "description": version}));
    implied.insert("kind".into(), json!({"type": "string", "description": kind}));
    implied.insert("metadata".into(), metadata_open_api());
    for (name, field) in implied {
        set_below(&mut schema, "properties", &name, Some(field));
    }
    schema
}
