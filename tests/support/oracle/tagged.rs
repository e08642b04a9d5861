//! Values as tagged JSON, which loses nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openbao_claims::cel::{Key, Opaque, Value};
use openbao_claims::scalar::quantity::Quantity;
use serde_json::{Value as Json, json};

/// The value in tagged JSON.
pub(crate) fn encode(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!({ "int": value.to_string() }),
        Value::Uint(value) => json!({ "uint": value.to_string() }),
        Value::Double(value) => json!({ "double": double_text(*value) }),
        Value::String(text) => json!(&**text),
        Value::Bytes(bytes) => json!({ "bytes": STANDARD.encode(bytes) }),
        Value::Duration(nanos) => json!({ "duration": nanos.to_string() }),
        Value::Timestamp(nanos) => json!({ "timestamp": nanos.to_string() }),
        Value::List(items) => items.iter().map(encode).collect(),
        Value::Map(entries) => {
            let pairs = entries.iter().map(|(key, value)| json!([encode(&key.to_value()), encode(value)]));
            json!({ "map": sorted(pairs.collect()) })
        }
        Value::Optional(Some(value)) => json!({ "some": encode(value) }),
        Value::Optional(None) => json!({ "none": true }),
        Value::Type(name) => json!({ "type": &**name }),
        Value::Opaque(value) => json!({ tag(value): value.to_string() }),
    }
}

fn tag(value: &Opaque) -> &'static str {
    match value {
        Opaque::Quantity(_) => "quantity",
        Opaque::Semver(_) => "semver",
        Opaque::Ip(_) => "ip",
        Opaque::Cidr(_) => "cidr",
        Opaque::Url(_) => "url",
        Opaque::Format(_) => "format",
    }
}

/// All that an expression can tell of a double; every NaN is the same.
fn double_text(value: f64) -> String {
    if value.is_nan() { "NaN".to_string() } else { format!("{value:?}") }
}

fn sorted(mut pairs: Vec<Json>) -> Json {
    pairs.sort_by_key(Json::to_string);
    Json::Array(pairs)
}

/// One form for equal values: doubles in our notation, map entries in one order.
pub(crate) fn normal(tagged: &Json) -> Json {
    match tagged {
        Json::Array(items) => items.iter().map(normal).collect(),
        Json::Object(members) => members.iter().map(|(tag, content)| (tag.clone(), member(tag, content))).collect(),
        plain => plain.clone(),
    }
}

fn member(tag: &str, content: &Json) -> Json {
    match (tag, content) {
        ("double", Json::String(text)) => json!(double_text(text.parse().expect(text))),
        // Kubernetes keeps the text that a quantity was written with until it is computed with.
        ("quantity", Json::String(text)) => json!(Quantity::parse(text).expect(text).to_string()),
        ("map", Json::Array(pairs)) => sorted(pairs.iter().map(normal).collect()),
        _ => normal(content),
    }
}

/// The value of tagged JSON; library types have no variables.
pub(crate) fn decode(tagged: &Json) -> Value {
    match tagged {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::String(text) => Value::string(text),
        Json::Array(items) => Value::list(items.iter().map(decode).collect()),
        Json::Object(members) => {
            let (tag, content) = members.iter().next().expect("a tagged value has a tag");
            decode_tagged(tag, content)
        }
        Json::Number(number) => panic!("`{number}` has no tag"),
    }
}

fn decode_tagged(tag: &str, content: &Json) -> Value {
    let text = content.as_str().unwrap_or_default();
    match tag {
        "int" => Value::Int(text.parse().expect(text)),
        "uint" => Value::Uint(text.parse().expect(text)),
        "double" => Value::Double(text.parse().expect(text)),
        "bytes" => Value::bytes(&STANDARD.decode(text).expect(text)),
        "duration" => Value::Duration(text.parse().expect(text)),
        "timestamp" => Value::Timestamp(text.parse().expect(text)),
        "map" => Value::map(content.as_array().expect("pairs").iter().map(decode_pair)),
        "some" => Value::some(decode(content)),
        "none" => Value::none(),
        other => panic!("`{other}` is no tag of a variable"),
    }
}

fn decode_pair(pair: &Json) -> (Key, Value) {
    (Key::literal(&decode(&pair[0])).expect("a key"), decode(&pair[1]))
}
