//! JSON with the fields that stand in an object twice: the last one counts, and Kubernetes tells of them.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads a value, and words for what is repeated in it: `duplicate field "spec.a"`.
pub(super) fn json(bytes: &[u8]) -> Result<(Value, Vec<String>), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let mut repeated = Vec::new();
    let value = At { path: String::new(), repeated: &mut repeated }.deserialize(&mut reader)?;
    reader.end()?;
    Ok((value, repeated))
}

/// A place in the document.
struct At<'a> {
    path: String,
    repeated: &'a mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let path = format!("{}[{}]", self.path, list.len());
            match items.next_element_seed(At { path, repeated: self.repeated })? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let path = if self.path.is_empty() { name.clone() } else { format!("{}.{name}", self.path) };
            let value = entries.next_value_seed(At { path: path.clone(), repeated: self.repeated })?;
            if fields.insert(name, value).is_some() {
                self.repeated.push(format!("duplicate field \"{path}\""));
            }
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_last_of_several_counts_and_each_is_told() {
        let (value, repeated) = json(br#"{"a": {"b": 1, "b": -2.5}, "c": [{"d": null, "d": "x"}]}"#).unwrap();
        assert_eq!(value, json!({"a": {"b": -2.5}, "c": [{"d": "x"}]}));
        assert_eq!(repeated, ["duplicate field \"a.b\"", "duplicate field \"c[0].d\""]);
    }

    #[test]
    fn what_is_no_json_fails() {
        assert!(json(b"{").unwrap_err().is_eof());
        assert!(json(b"{} x").is_err());
    }
}
