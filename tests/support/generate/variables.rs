//! The variables of generated cases: their types, and values in tagged JSON.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::rng::Rng;
use super::types::{self, Type};

/// Names and types.
pub(crate) const VARIABLES: &[(&str, &str)] = &[
    ("b", "bool"),
    ("i", "int"),
    ("j", "int"),
    ("u", "uint"),
    ("d", "double"),
    ("s", "string"),
    ("t", "string"),
    ("y", "bytes"),
    ("span", "google.protobuf.Duration"),
    ("at", "google.protobuf.Timestamp"),
    ("li", "list(int)"),
    ("ls", "list(string)"),
    ("ll", "list(list(int))"),
    ("ms", "map(string, int)"),
    ("mi", "map(int, string)"),
    ("mm", "map(string, map(string, int))"),
    ("oi", "optional_type(int)"),
    ("om", "optional_type(map(string, int))"),
    ("n", "null_type"),
];

/// What an expression may read of `o`, whose type is a schema: by itself, or after the test beside it.
pub(crate) const READS: &[(&str, &str)] = &[
    ("o.name", "string"),
    ("o.count", "int"),
    ("o.ratio", "double"),
    ("o.flag", "bool"),
    ("o.size", "string"),
    ("o.hosts", "list(string)"),
    ("o.labels", "map(string, string)"),
    ("o.grid", "list(list(int))"),
    ("o.host", "string"),
    ("o.note", "string"),
    ("o.labels.team", "string"),
    ("has(o.host)", "bool"),
    ("o.?host", "optional_type(string)"),
    ("o.?inner.depth", "optional_type(int)"),
    ("o.inner.depth", "int"),
    ("(has(o.host) ? o.host : o.name)", "string"),
    ("(has(o.inner) && o.inner.?depth.orValue(0) > 1)", "bool"),
    ("string(o.limit)", "string"),
    ("(type(o.limit) == int && o.limit > 3)", "bool"),
    ("{'small': 1, 'large': 3}[o.size]", "int"),
    ("{'small': 1}[o.size]", "int"),
    ("(o.size == 'smal')", "bool"),
    ("(o.size in ['small', 'large'])", "bool"),
    ("o.peers.map(p, p.name)", "list(string)"),
    ("o.peers.filter(p, has(p.port)).map(p, p.port)", "list(int)"),
    ("o.peers.all(p, o.peers.exists_one(q, q.name == p.name))", "bool"),
    ("o.peers.exists(p, p.port > 1024)", "bool"),
    ("size(o.peers)", "int"),
    ("o.peers.map(p, p.?tags.orValue([]))", "list(list(string))"),
    ("o.backends.transformMap(key, held, held.weight)", "map(string, int)"),
];

/// The schema of `o`.
pub(crate) fn schema() -> Json {
    let text = |most: u64| json!({ "type": "string", "maxLength": most });
    json!({
        "type": "object",
        "required": ["name", "hosts", "labels", "grid", "peers", "backends", "limit"],
        "properties": {
            "name": text(63),
            "host": text(253),
            "count": { "type": "integer", "default": 1, "minimum": 0, "maximum": 9 },
            "ratio": { "type": "number", "default": 1.5 },
            "flag": { "type": "boolean", "default": false },
            "size": { "type": "string", "enum": ["small", "large"], "default": "small" },
            "note": { "type": "string", "maxLength": 9, "nullable": true, "default": "" },
            "limit": { "x-kubernetes-int-or-string": true, "maxLength": 9 },
            "hosts": { "type": "array", "maxItems": 3, "items": text(20) },
            "labels": { "type": "object", "maxProperties": 3, "additionalProperties": text(9) },
            "grid": { "type": "array", "maxItems": 3, "items": {
                "type": "array", "maxItems": 3, "items": { "type": "integer" } } },
            "inner": { "type": "object", "properties": { "depth": { "type": "integer" }, "open": text(5) } },
            "peers": { "type": "array", "maxItems": 4, "items": { "type": "object", "required": ["name"],
                "properties": {
                    "name": text(9),
                    "port": { "type": "integer" },
                    "tags": { "type": "array", "maxItems": 2, "items": text(5) } } } },
            "backends": { "type": "object", "maxProperties": 3, "additionalProperties": { "type": "object",
                "required": ["weight"], "properties": { "weight": { "type": "integer" } } } },
        },
    })
}

/// What they are declared to be.
pub(crate) fn types() -> BTreeMap<String, Json> {
    let plain = VARIABLES.iter().map(|(name, ty)| ((*name).to_string(), json!(ty)));
    plain.chain([("o".to_string(), schema())]).collect()
}

/// A value that a schema accepts, with all fields that are required or have a default.
fn fitting(rng: &mut Rng, schema: &Json) -> Json {
    if schema["nullable"] == json!(true) && rng.percent(20) {
        return Json::Null;
    }
    if let Some(allowed) = schema["enum"].as_array() {
        return allowed[rng.below(allowed.len())].clone();
    }
    match schema["type"].as_str() {
        Some("string") => json!(rng.pick(&["", "a", "abc", "é😀"])),
        Some("boolean") => json!(rng.percent(50)),
        Some("integer") => json!({ "int": rng.pick(&["0", "1", "7"]) }),
        Some("number") => json!({ "double": rng.pick(&["0", "1.5"]) }),
        Some("array") => (0..rng.below(3)).map(|_| fitting(rng, &schema["items"])).collect(),
        Some(_) => fitting_map(rng, schema),
        None if rng.percent(50) => json!({ "int": "5" }),
        None => json!("5%"),
    }
}

fn fitting_map(rng: &mut Rng, schema: &Json) -> Json {
    let Some(properties) = schema["properties"].as_object() else {
        let keys: Vec<_> = ["a", "team"].into_iter().filter(|_| rng.percent(50)).collect();
        let entries = keys.into_iter().map(|key| json!([key, fitting(rng, &schema["additionalProperties"])]));
        return json!({ "map": entries.collect::<Vec<_>>() });
    };
    let required = |name: &String| schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
    let mut entries = Vec::new();
    for (name, property) in properties {
        if required(name) || !property["default"].is_null() || rng.percent(50) {
            entries.push(json!([name, fitting(rng, property)]));
        }
    }
    json!({ "map": entries })
}

/// A value for every variable. In the arbitrary mood some have another type than they should.
pub(crate) fn values(rng: &mut Rng, arbitrary: bool) -> BTreeMap<String, Json> {
    let typed = VARIABLES.iter().map(|(name, ty)| {
        let ty = if arbitrary && rng.percent(20) { types::any(rng, 2) } else { Type::parse(ty) };
        ((*name).to_string(), value(rng, &ty))
    });
    let mut values: BTreeMap<_, _> = typed.collect();
    values.insert("o".to_string(), fitting(rng, &schema()));
    values
}

fn value(rng: &mut Rng, ty: &Type) -> Json {
    match ty {
        Type::Plain(name) => scalar(rng, name),
        Type::Param(_) => Json::Null,
        Type::Of(head, items) => match (head.as_str(), items.as_slice()) {
            ("list", [item]) => (0..rng.below(4)).map(|_| value(rng, item)).collect(),
            ("map", [key, item]) => {
                let count = rng.below(4);
                json!({ "map": keys(&key_name(key)).iter().take(count).map(|key| json!([key, value(rng, item)])).collect::<Vec<_>>() })
            }
            (_, [item]) if rng.percent(70) => json!({ "some": value(rng, item) }),
            _ => json!({ "none": true }),
        },
    }
}

fn key_name(key: &Type) -> String {
    if let Type::Plain(name) = key { name.clone() } else { String::new() }
}

fn keys(ty: &str) -> Vec<Json> {
    match ty {
        "int" => [1, 2, 0].map(|n| json!({ "int": n.to_string() })).to_vec(),
        "bool" => vec![json!(true), json!(false)],
        _ => ["a", "b", "k-1"].map(|k| json!(k)).to_vec(),
    }
}

fn scalar(rng: &mut Rng, name: &str) -> Json {
    let (tag, pool): (&str, &[&str]) = match name {
        "bool" => return json!(rng.percent(50)),
        "string" => {
            return json!(rng.pick(&["", "a", "b", "abc", "é😀", "10.0.0.1", "5Gi", "a,b", "1", "https://a.b"]));
        }
        "int" => ("int", &["0", "1", "2", "-1", "7", "9223372036854775807", "-9223372036854775808"]),
        "uint" => ("uint", &["0", "1", "2", "7", "18446744073709551615"]),
        "double" => ("double", &["0", "-0", "1", "1.5", "-2.5", "NaN", "+Inf", "1e300"]),
        "bytes" => ("bytes", &["", "YQ==", "/w==", "w6k="]),
        "google.protobuf.Duration" => ("duration", &["0", "1", "1500000000", "-3600000000000"]),
        "google.protobuf.Timestamp" => ("timestamp", &["0", "1709209845123456789", "-62135510400000000000"]),
        _ => return Json::Null,
    };
    json!({ tag: rng.pick(pool) })
}
