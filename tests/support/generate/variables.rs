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

/// What they are declared to be.
pub(crate) fn types() -> BTreeMap<String, Json> {
    VARIABLES.iter().map(|(name, ty)| ((*name).to_string(), json!(ty))).collect()
}

/// A value for every variable. In the arbitrary mood some have another type than they should.
pub(crate) fn values(rng: &mut Rng, arbitrary: bool) -> BTreeMap<String, Json> {
    let typed = VARIABLES.iter().map(|(name, ty)| {
        let ty = if arbitrary && rng.percent(20) { types::any(rng, 2) } else { Type::parse(ty) };
        ((*name).to_string(), value(rng, &ty))
    });
    typed.collect()
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
