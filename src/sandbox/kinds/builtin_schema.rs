//! Schemas of built-in kinds: from the types of `k8s-openapi`, made structural.

use k8s_openapi::schemars::generate::SchemaSettings;
use k8s_openapi::schemars::{JsonSchema, generate::SchemaGenerator};
use serde_json::{Map, Value, json};

/// Lists that merge by key: pointer below `properties` (joined by `/`), and the key.
const KEYED: [(&str, &str); 3] =
    [("status/conditions", "type"), ("spec/matchConditions", "name"), ("spec/variables", "name")];
/// Objects that merge as a whole, read from Kubernetes' published OpenAPI document of 1.37.
const ATOMIC: [&str; 9] = [
    "involvedObject",
    "regarding",
    "related",
    "roleRef",
    "spec/selector",
    "spec/matchConstraints",
    "spec/matchResources",
    "spec/paramKind",
    "spec/paramRef",
];

/// The schema of a built-in type as a structural schema. What recurs or has no form of its own (a schema within a
/// `CustomResourceDefinition`, raw JSON) keeps whatever it holds.
pub(super) fn structural<T: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::default();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = SchemaGenerator::new(settings).into_root_schema_for::<T>().to_value();
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("$defs");
        fields.remove("title");
        fields.remove("required");
    }
    tidy(&mut schema);
    for (path, key) in KEYED {
        if let Some(list) = at(&mut schema, path) {
            list.insert("x-kubernetes-list-type".into(), "map".into());
            list.insert("x-kubernetes-list-map-keys".into(), json!([key]));
        }
    }
    for path in ATOMIC {
        if let Some(object) = at(&mut schema, path) {
            object.insert("x-kubernetes-map-type".into(), "atomic".into());
        }
    }
    schema
}

/// `ObjectMeta`, as OpenAPI shows it.
pub(super) fn metadata_open_api() -> Value {
    structural::<k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta>()
}

fn at<'a>(schema: &'a mut Value, path: &str) -> Option<&'a mut Map<String, Value>> {
    let pointer = format!("/properties/{}", path.replace('/', "/properties/"));
    schema.pointer_mut(&pointer)?.as_object_mut()
}

fn tidy(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else {
        *schema = open();
        return;
    };
    // A type that holds itself: of the built-in kinds served here only the schema of a definition does.
    if fields.contains_key("$ref") {
        *schema = open();
        return;
    }
    let formless = !fields.contains_key("properties") && !fields.contains_key("additionalProperties");
    if fields.get("type").and_then(Value::as_str) == Some("object") && formless {
        fields.insert("x-kubernetes-preserve-unknown-fields".into(), true.into());
    }
    // The schema of a schema.
    if fields.get("properties").is_some_and(|known| known.get("x-kubernetes-preserve-unknown-fields").is_some()) {
        *schema = open();
        return;
    }
    for (_, field) in fields.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        tidy(field);
    }
    for keyword in ["items", "additionalProperties"] {
        fields.get_mut(keyword).into_iter().for_each(tidy);
    }
}

/// Whatever there is.
fn open() -> Value {
    json!({"x-kubernetes-preserve-unknown-fields": true})
}
