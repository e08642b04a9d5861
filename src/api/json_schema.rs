//! JSON Schemas (draft-07) of the kinds that people write, for editors: derived from the CRDs.

use serde_json::{Map, Value as Json, json};

use super::common::API_VERSION;
use super::crd::{INTERNAL, crds};

/// The draft that `yaml-language-server` and the editors that use it read.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// File name and schema: one for each kind that tenants and admins write, and `catalog.json`, which chooses among
/// them by `kind` and takes objects of other groups as they are.
///
/// Stricter than the API server in that fields it does not know are an error, as they are to `check`; rules in CEL have
/// no counterpart.
///
/// *Errors*: a definition that cannot be said as JSON.
pub fn json_schemas() -> Result<Vec<(String, Json)>, serde_json::Error> {
    let mut files = Vec::new();
    let mut kinds = Vec::new();
    for crd in crds() {
        let kind = crd.spec.names.kind;
        if INTERNAL.contains(&kind.as_str()) {
            continue;
        }
        let schema = crd.spec.versions.into_iter().find_map(|version| version.schema?.open_api_v3_schema);
        let schema = serde_json::to_value(schema)?;
        files.push((format!("{kind}.json"), object(&kind, crd.spec.scope == "Namespaced", &schema)));
        kinds.push(kind);
    }
    files.push(("catalog.json".to_owned(), catalog(&kinds)));
    Ok(files)
}

/// An object of any kind.
fn catalog(kinds: &[String]) -> Json {
    let by_kind = kinds.iter().map(|kind| {
        let condition = json!({"required": ["kind"], "properties": {"kind": {"const": kind}}});
        json!({"if": condition, "then": {"$ref": format!("{kind}.json")}})
    });
    let ours = json!({"required": ["apiVersion"], "properties": {"apiVersion": {"const": API_VERSION}}});
    let known = json!({"if": ours, "then": {"required": ["kind"], "properties": {"kind": {"enum": kinds}}}});
    json!({
        "$schema": DRAFT,
        "description": "An object of a catalog, a claim, or what stands beside them.",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "allOf": std::iter::once(known).chain(by_kind).collect::<Vec<_>>(),
    })
}

/// An object of one kind, without what its controller writes.
fn object(kind: &str, namespaced: bool, schema: &Json) -> Json {
    let name = json!({"type": "string", "minLength": 1, "maxLength": 253});
    let namespace = if namespaced { json!({"type": "string", "minLength": 1, "maxLength": 63}) } else { json!(false) };
    let mut metadata = json!({
        "description": "Name, labels and annotations.",
        "type": "object",
        "properties": {"name": name, "generateName": name, "namespace": namespace},
        "anyOf": [{"required": ["name"]}, {"required": ["generateName"]}],
    });
    if namespaced && let Some(fields) = metadata.as_object_mut() {
        fields.insert("required".to_owned(), json!(["namespace"]));
    }
    json!({
        "$schema": DRAFT,
        "description": schema.get("description"),
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": false,
        "properties": {
            "apiVersion": {"description": "Group and version.", "type": "string", "const": API_VERSION},
            "kind": {"description": "The kind.", "type": "string", "const": kind},
            "metadata": metadata,
            "spec": schema.pointer("/properties/spec").map(node),
        },
    })
}

/// What JSON Schema says as OpenAPI does, and the rest in its words.
fn node(schema: &Json) -> Json {
    let Json::Object(fields) = schema else { return schema.clone() };
    let mut out = Map::new();
    for (key, value) in fields {
        let said = match (key.as_str(), value) {
            ("properties", Json::Object(properties)) => {
                properties.iter().map(|(name, property)| (name.clone(), node(property))).collect()
            }
            ("items" | "additionalProperties", child) => node(child),
            // Formats of numbers and what only the API server knows.
            ("default" | "nullable" | "format", _) => continue,
            (key, _) if key.starts_with("x-kubernetes-") => continue,
            _ => value.clone(),
        };
        out.insert(key.clone(), said);
    }
    if flag(fields, "x-kubernetes-int-or-string") {
        out.insert("type".to_owned(), json!(["integer", "string"]));
    }
    if flag(fields, "nullable")
        && let Some(kind) = out.get("type").cloned()
    {
        out.insert("type".to_owned(), json!([kind, "null"]));
    }
    let open = flag(fields, "x-kubernetes-preserve-unknown-fields") || fields.contains_key("additionalProperties");
    if fields.contains_key("properties") && !open {
        out.insert("additionalProperties".to_owned(), json!(false));
    }
    Json::Object(out)
}

fn flag(fields: &Map<String, Json>, name: &str) -> bool {
    fields.get(name) == Some(&Json::Bool(true))
}
