//! JSON in and out.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use super::{Key, Value};
use crate::cel::Opaque;
use crate::scalar::{duration, timestamp};

/// How deep a value may nest on its way to JSON; YAML and JSON readers stop far earlier.
const MAX_DEPTH: usize = 128;

/// Why a value cannot leave CEL as JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ToJsonError {
    /// `NaN` or an infinity.
    #[error("`{0}` has no JSON form")]
    NotFinite(String),
    /// An `optional` inside a value.
    #[error("an optional has no JSON form; end it with `.orValue(…)`, `.value()` or `optional.unwrap(…)`")]
    Optional,
    /// A type.
    #[error("the type `{0}` has no JSON form; use `string(type(…))` for its name")]
    Type(String),
    /// A value of a library type.
    #[error("a `{0}` has no JSON form; {1}")]
    Opaque(&'static str, &'static str),
    /// Nests too deep.
    #[error("the value nests deeper than {MAX_DEPTH} levels")]
    Depth,
}

impl Value {
    /// The value of a JSON document. Integers keep all 64 bits: `int` where they fit, else `uint`,
    /// else `double`.
    ///
    /// Recurses as deep as the document nests, which its reader has bounded.
    pub fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => from_number(number),
            Json::String(text) => Self::string(text),
            Json::Array(items) => Self::List(items.iter().map(Self::from_json).collect()),
            Json::Object(entries) => {
                Self::map(entries.iter().map(|(key, value)| (Key::string(key), Self::from_json(value))))
            }
        }
    }

    /// The JSON form: integers exact, durations as Go writes them (`1h30m0s`), timestamps RFC 3339,
    /// bytes base64, integer and boolean map keys as text.
    pub fn to_json(&self) -> Result<Json, ToJsonError> {
        to_json(self, 0)
    }
}

fn from_number(number: &serde_json::Number) -> Value {
    match (number.as_i64(), number.as_u64()) {
        (Some(int), _) => Value::Int(int),
        (None, Some(uint)) => Value::Uint(uint),
        (None, None) => Value::Double(number.as_f64().unwrap_or(f64::NAN)),
    }
}

fn to_json(value: &Value, depth: usize) -> Result<Json, ToJsonError> {
    if depth > MAX_DEPTH {
        return Err(ToJsonError::Depth);
    }
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::from(*value),
        Value::Int(value) => Json::from(*value),
        Value::Uint(value) => Json::from(*value),
        Value::Double(value) => {
            let number = serde_json::Number::from_f64(*value);
            Json::Number(number.ok_or_else(|| ToJsonError::NotFinite(value.to_string()))?)
        }
        Value::String(text) => Json::from(&**text),
        Value::Bytes(bytes) => Json::from(STANDARD.encode(bytes)),
        Value::Duration(nanos) => Json::from(duration::format(*nanos)),
        Value::Timestamp(nanos) => Json::from(timestamp::format(*nanos)),
        Value::List(items) => Json::Array(items.iter().map(|item| to_json(item, depth + 1)).collect::<Result<_, _>>()?),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| Ok((key_text(key), to_json(value, depth + 1)?)));
            Json::Object(entries.collect::<Result<_, _>>()?)
        }
        Value::Optional(_) => return Err(ToJsonError::Optional),
        Value::Type(name) => return Err(ToJsonError::Type(name.to_string())),
        Value::Opaque(opaque) => {
            return Err(ToJsonError::Opaque(opaque.type_name(), text_of(opaque)));
        }
    })
}

/// What to write instead of a library value.
fn text_of(opaque: &Opaque) -> &'static str {
    match opaque {
        Opaque::Ip(_) | Opaque::Cidr(_) => "use `string(…)`",
        Opaque::Quantity(_) => "use the text that it was made from, or `.asInteger()`",
        Opaque::Url(_) => "use the text that it was made from, or a part of it such as `.getHost()`",
        Opaque::Semver(_) | Opaque::Format(_) => "use the text that it was made from",
    }
}

fn key_text(key: &Key) -> String {
    match key {
        Key::Bool(value) => value.to_string(),
        Key::Int(value) => value.to_string(),
        Key::Uint(value) => value.to_string(),
        Key::String(text) => String::from(&**text),
    }
}

impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        Self::from_json(json)
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::List(Arc::from_iter(items))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn integers_keep_all_their_bits() {
        for json in [json!(i64::MIN), json!(i64::MAX), json!(u64::MAX), json!(9_007_199_254_740_993_i64)] {
            assert_eq!(Value::from_json(&json).to_json(), Ok(json));
        }
        assert_eq!(Value::from_json(&json!(u64::MAX)).type_name(), "uint");
        assert_eq!(Value::from_json(&json!(1)).type_name(), "int");
        assert_eq!(Value::from_json(&json!(1.0)).type_name(), "double");
    }

    #[test]
    fn scalars_have_the_json_form_that_kubernetes_reads() {
        assert_eq!(Value::Duration(5_400_000_000_000).to_json(), Ok(json!("1h30m0s")));
        assert_eq!(Value::Timestamp(0).to_json(), Ok(json!("1970-01-01T00:00:00Z")));
        assert_eq!(Value::bytes(b"hello").to_json(), Ok(json!("aGVsbG8=")));
        assert_eq!(Value::map([(Key::Int(1), Value::Null)]).to_json(), Ok(json!({"1": null})));
    }

    #[test]
    fn what_json_cannot_say_is_refused_with_a_way_out() {
        let inside = |value| Value::list(vec![value]).to_json().unwrap_err();
        assert_eq!(inside(Value::Double(f64::INFINITY)), ToJsonError::NotFinite("inf".into()));
        assert_eq!(inside(Value::Type("int".into())), ToJsonError::Type("int".into()));
        assert_eq!(
            inside(Value::none()).to_string(),
            "an optional has no JSON form; end it with `.orValue(…)`, `.value()` or `optional.unwrap(…)`"
        );
    }

    #[test]
    fn a_value_that_nests_too_deep_is_refused() {
        let deep = (0..200).fold(Value::Null, |inner, _| Value::list(vec![inner]));
        assert_eq!(deep.to_json(), Err(ToJsonError::Depth));
    }

    fn json_document() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<u64>().prop_map(Json::from),
            any::<f64>().prop_filter_map("finite", |value| serde_json::Number::from_f64(value).map(Json::Number)),
            "\\PC{0,5}".prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
                proptest::collection::btree_map("\\PC{0,4}", inner, 0..5)
                    .prop_map(|entries| Json::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_comes_back_as_it_went_in(json in json_document()) {
            prop_assert_eq!(Value::from_json(&json).to_json(), Ok(json));
        }

        #[test]
        fn no_value_makes_rendering_panic(value in super::super::strategy::value()) {
            let _ = value.to_json();
            let _ = value.to_cel_text(80);
        }
    }
}
