//! Which groups, versions and resources there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::sandbox::kinds::{Kind, Kinds};

const VERBS: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
/// Those of custom kinds, in the order in which Kubernetes tells them.
const CUSTOM_VERBS: [&str; 8] = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const STATUS_VERBS: [&str; 3] = ["get", "patch", "update"];

/// Groups and, in each, versions with their kinds; versions as they first appear.
type Groups<'a> = BTreeMap<&'a str, Vec<(&'a str, Vec<&'a Arc<Kind>>)>>;

fn groups(kinds: &Kinds) -> Groups<'_> {
    let mut groups = Groups::new();
    for kind in kinds.all() {
        let versions = groups.entry(kind.group.as_str()).or_default();
        match versions.iter_mut().find(|(version, _)| *version == kind.version) {
            Some((_, kinds)) => kinds.push(kind),
            None => versions.push((kind.version.as_str(), vec![kind])),
        }
    }
    groups
}

fn group_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

/// `/api`
pub(super) fn core() -> Value {
    json!({
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"}],
    })
}

/// `/apis`
pub(super) fn all(kinds: &Kinds) -> Value {
    let groups = groups(kinds);
    let named = groups.iter().filter(|(group, _)| !group.is_empty());
    let groups: Vec<Value> = named.map(|(group, versions)| about(group, versions)).collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

/// `/apis/GROUP`
pub(super) fn group(kinds: &Kinds, name: &str) -> Option<Value> {
    let groups = groups(kinds);
    let mut about = about(name, groups.get(name).filter(|_| !name.is_empty())?);
    if let Some(fields) = about.as_object_mut() {
        fields.insert("kind".into(), "APIGroup".into());
        fields.insert("apiVersion".into(), "v1".into());
    }
    Some(about)
}

fn about(group: &str, versions: &[(&str, Vec<&Arc<Kind>>)]) -> Value {
    let versions: Vec<Value> = versions
        .iter()
        .map(|(version, _)| json!({"groupVersion": group_version(group, version), "version": version}))
        .collect();
    json!({"name": group, "preferredVersion": versions.first(), "versions": versions})
}

/// `/api/v1`, `/apis/GROUP/VERSION`
pub(super) fn resources(kinds: &Kinds, group: &str, version: &str) -> Option<Value> {
    let groups = groups(kinds);
    let (_, kinds) = groups.get(group)?.iter().find(|(known, _)| *known == version)?;
    let mut list = json!({
        "kind": "APIResourceList", "groupVersion": group_version(group, version),
        "resources": kinds.iter().flat_map(|kind| resource(kind)).collect::<Vec<_>>(),
    });
    if let Some(fields) = list.as_object_mut().filter(|_| !group.is_empty()) {
        fields.insert("apiVersion".into(), "v1".into());
    }
    Some(list)
}

fn verbs(kind: &Kind) -> [&'static str; 8] {
    if kind.custom { CUSTOM_VERBS } else { VERBS }
}

/// Tells clients whether the stored form has changed.
fn storage_hash(kind: &Kind) -> String {
    let digest = Sha256::digest(format!("{}/{}/{}", kind.group, kind.version, kind.kind));
    STANDARD.encode(digest.get(..8).unwrap_or_default())
}

fn resource(kind: &Kind) -> Vec<Value> {
    let mut main = Map::new();
    main.insert("name".into(), kind.plural.as_str().into());
    main.insert("singularName".into(), kind.singular.as_str().into());
    main.insert("namespaced".into(), kind.namespaced.into());
    main.insert("kind".into(), kind.kind.as_str().into());
    main.insert("verbs".into(), verbs(kind).to_vec().into());
    main.insert("storageVersionHash".into(), storage_hash(kind).into());
    for (field, names) in [("shortNames", &kind.short_names), ("categories", &kind.categories)] {
        if !names.is_empty() {
            main.insert(field.into(), names.clone().into());
        }
    }
    let status = kind.status.then(|| {
        json!({
            "name": format!("{}/status", kind.plural), "singularName": "", "namespaced": kind.namespaced,
            "kind": kind.kind, "verbs": STATUS_VERBS,
        })
    });
    std::iter::once(Value::Object(main)).chain(status).collect()
}

/// Everything in one document. `core`: the core group, else all others.
pub(super) fn aggregated(kinds: &Kinds, core: bool) -> Value {
    let groups = groups(kinds);
    let items: Vec<Value> = groups
        .iter()
        .filter(|(group, _)| group.is_empty() == core)
        .map(|(group, versions)| {
            let versions: Vec<Value> = versions
                .iter()
                .map(|(version, kinds)| {
                    let resources: Vec<Value> = kinds.iter().map(|kind| discovered(kind)).collect();
                    json!({"version": version, "resources": resources, "freshness": "Current"})
                })
                .collect();
            let metadata = if core { json!({}) } else { json!({"name": group}) };
            json!({"metadata": metadata, "versions": versions})
        })
        .collect();
    json!({
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items,
    })
}

fn discovered(kind: &Kind) -> Value {
    let response = json!({"group": kind.group, "version": kind.version, "kind": kind.kind});
    let mut found = json!({
        "resource": kind.plural, "responseKind": response, "singularResource": kind.singular, "verbs": verbs(kind),
        "scope": if kind.namespaced { "Namespaced" } else { "Cluster" },
    });
    let Some(fields) = found.as_object_mut() else { return found };
    for (field, names) in [("shortNames", &kind.short_names), ("categories", &kind.categories)] {
        if !names.is_empty() {
            fields.insert(field.into(), names.clone().into());
        }
    }
    if kind.status {
        let status = json!([{"subresource": "status", "responseKind": response, "verbs": STATUS_VERBS}]);
        fields.insert("subresources".into(), status);
    }
    found
}
