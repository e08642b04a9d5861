//! drift: what of a live cluster is not as its contract says, and which of it may be put right.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::api::Sensitivity;
use crate::catalog::Revision;
use crate::schema::path::{self, Path};

use super::classify::{ClassifiedChange, classify};
use super::contract::{Contract, Rendered, Shown};
use super::input::Inputs;
use super::project::Terms;

/// One owned path that differs.
#[derive(Clone, Debug)]
pub struct Drift {
    /// Where.
    pub path: Path,
    /// What the contract says.
    pub contract: Option<Json>,
    /// What is there.
    pub live: Option<Json>,
    /// The live value could be reached by a change below `Blocked`, and the way back is `Blocked`: it is told and
    /// left, since putting it right would do what the rules forbid (facts/api-machinery.md 3).
    pub ahead: bool,
}

/// Compares a live cluster with the contract that is applied to it, over the paths that the contract writes.
/// `inputs.revision` is the contract's own, `inputs.observed` the live cluster.
pub fn drift(contract: &Contract, terms: &Terms, live: &Json, inputs: &Inputs<'_>) -> Vec<Drift> {
    let Some(found) = observed_contract(contract, live, inputs.revision) else { return Vec::new() };
    let there = way(contract, &found, terms, inputs);
    if there.is_empty() {
        return Vec::new();
    }
    let back = way(&found, contract, terms, inputs);
    there
        .into_iter()
        .map(|change| {
            let back = back.iter().find(|back| back.path == change.path).map_or(Sensitivity::Blocked, |it| it.class);
            let ahead = change.class < Sensitivity::Blocked && back == Sensitivity::Blocked;
            Drift { path: change.path, contract: change.old, live: change.new, ahead }
        })
        .collect()
}

/// Paths that `previous` wrote, `next` does not, and that are still there and not at their default.
pub fn held(previous: &Contract, next: &Contract, live: &Json, revision: &Revision) -> Vec<Path> {
    let Some(target) = revision.targets.first() else { return Vec::new() };
    let mut live = comparable(live);
    target.schema.apply_defaults(&mut live);
    let written = crate::schema::diff::diff(&target.schema, &next.object, &previous.object);
    let dropped = written.into_iter().filter(|change| change.old.is_none()).map(|change| change.path);
    dropped
        .filter(|path| {
            let found = path::get(&live, path);
            found.is_some() && found != path::get(&next.defaulted, path)
        })
        .collect()
}

/// The live object as a contract that differs from `contract` in owned paths only.
pub(super) fn observed_contract(contract: &Contract, live: &Json, revision: &Revision) -> Option<Contract> {
    let target = revision.targets.first()?;
    let mut live = comparable(live);
    target.schema.apply_defaults(&mut live);
    let mut defaulted = Json::clone(&contract.defaulted);
    for change in crate::schema::diff::diff(&target.schema, &contract.defaulted, &live) {
        if !owned(&contract.object, &change.path) {
            continue;
        }
        match change.new {
            Some(value) => {
                path::insert(&mut defaulted, &change.path, value).ok()?;
            }
            None => {
                path::remove(&mut defaulted, &change.path);
            }
        }
    }
    let mut found = contract.clone();
    found.object = defaulted.clone();
    found.defaulted = Shown::new(defaulted);
    Some(found)
}

/// Whether the contract wrote this path itself, or the atomic value that holds it.
fn owned(object: &Json, path: &Path) -> bool {
    path::get(object, path).is_some()
}

/// Type, name, namespace, labels, annotations and spec: what contracts speak of.
fn comparable(live: &Json) -> Json {
    let mut object = serde_json::Map::new();
    for name in ["apiVersion", "kind", "spec"] {
        if let Some(value) = live.get(name) {
            object.insert(name.to_owned(), value.clone());
        }
    }
    let mut metadata = serde_json::Map::new();
    for name in ["name", "namespace", "labels", "annotations"] {
        if let Some(value) = live.pointer(&format!("/metadata/{name}")) {
            metadata.insert(name.to_owned(), value.clone());
        }
    }
    object.insert("metadata".to_owned(), Json::Object(metadata));
    Json::Object(object)
}

fn way(from: &Contract, to: &Contract, terms: &Terms, inputs: &Inputs<'_>) -> Vec<ClassifiedChange> {
    let candidate = Rendered {
        contract: to.clone(),
        given: BTreeSet::new(),
        writers: BTreeMap::new(),
        verdicts: Vec::new(),
        facts: terms.facts(),
    };
    classify(from, &candidate, inputs).changes
}
