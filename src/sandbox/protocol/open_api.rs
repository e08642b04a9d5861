//! OpenAPI v3: as much as `kubectl explain`, `apply` and `diff` read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::sandbox::kinds::{Kind, Kinds};

/// `/openapi/v3`
pub(super) fn index(kinds: &Kinds) -> Value {
    let mut paths = Map::new();
    for kind in kinds.all() {
        let path = place(&kind.group, &kind.version);
        if paths.contains_key(&path) {
            continue;
        }
        let document = document(kinds, &kind.group, &kind.version).unwrap_or_default();
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(document.to_string()));
        paths.insert(path.clone(), json!({"serverRelativeURL": format!("/openapi/v3/{path}?hash={digest}")}));
    }
    json!({"paths": paths})
}

fn place(group: &str, version: &str) -> String {
    if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
}

/// The document of one group and version.
pub(super) fn document(kinds: &Kinds, group: &str, version: &str) -> Option<Value> {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for kind in kinds.all().filter(|kind| kind.group == group && kind.version == version) {
        paths.extend(paths_of(kind));
        schemas.insert(name_of(kind), schema_of(kind));
    }
    (!schemas.is_empty()).then(|| {
        json!({
            "openapi": "3.0.0", "info": {"title": "Kubernetes", "version": super::VERSION},
            "paths": paths, "components": {"schemas": schemas},
        })
    })
}

/// `org.openbao.v1alpha1.OpenBaoCluster`
fn name_of(kind: &Kind) -> String {
    let group = if kind.group.is_empty() { "core.api.k8s.io" } else { &kind.group };
    let mut parts: Vec<&str> = group.split('.').rev().collect();
    parts.extend([kind.version.as_str(), kind.kind.as_str()]);
    parts.join(".")
}

fn identity(kind: &Kind) -> Value {
    json!({"group": kind.group, "version": kind.version, "kind": kind.kind})
}

fn schema_of(kind: &Kind) -> Value {
    let mut schema = Value::clone(&kind.open_api);
    if let Some(fields) = schema.as_object_mut() {
        fields.insert("x-kubernetes-group-version-kind".into(), json!([identity(kind)]));
    }
    schema
}

fn paths_of(kind: &Kind) -> Vec<(String, Value)> {
    let root = place(&kind.group, &kind.version);
    let within = if kind.namespaced { "namespaces/{namespace}/" } else { "" };
    let collection = format!("/{root}/{within}{}", kind.plural);
    let object = format!("{collection}/{{name}}");
    let mut paths = vec![
        (
            object.clone(),
            json!({
                "get": operation(kind, "get"), "put": operation(kind, "put"), "patch": operation(kind, "patch"),
                "delete": operation(kind, "delete"),
            }),
        ),
        (collection, json!({"get": operation(kind, "list"), "post": operation(kind, "post")})),
    ];
    if kind.status {
        let status = json!({"get": operation(kind, "get"), "patch": operation(kind, "patch")});
        paths.push((format!("{object}/status"), status));
    }
    paths
}

fn operation(kind: &Kind, action: &str) -> Value {
    let parameters: &[&str] = match action {
        "patch" => &["dryRun", "fieldManager", "fieldValidation", "force"],
        "post" | "put" => &["dryRun", "fieldManager", "fieldValidation"],
        "delete" => &["dryRun", "gracePeriodSeconds", "propagationPolicy"],
        _ => &[],
    };
    let parameters: Vec<Value> = parameters
        .iter()
        .map(|name| json!({"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": true}}))
        .collect();
    let mut operation = json!({
        "x-kubernetes-action": action, "x-kubernetes-group-version-kind": identity(kind), "parameters": parameters,
        "responses": {"200": {"description": "OK"}},
    });
    if let Some(fields) = operation.as_object_mut().filter(|_| action == "patch") {
        let own: &[&str] = if kind.custom { &[] } else { &["application/strategic-merge-patch+json"] };
        let types = ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"];
        let content: Map<String, Value> =
            types.iter().chain(own).map(|kind| ((*kind).to_owned(), json!({"schema": {"type": "object"}}))).collect();
        fields.insert("requestBody".into(), json!({"content": content, "required": true}));
    }
    operation
}
