//! An object on the way down: its JSON, and the value that rules see of it, made at most once.

use serde_json::Value as Json;

use super::typed::value;
use crate::cel::{Key, Value};
use crate::schema::Schema;

/// A place of an object. Where a place above has been turned into a value already, this is a part of it.
#[derive(Clone, Debug)]
pub(super) struct Seen<'a> {
    pub(super) json: &'a Json,
    value: Option<Value>,
}

impl<'a> Seen<'a> {
    pub(super) fn new(json: &'a Json) -> Self {
        Self { json, value: None }
    }

    /// What rules see.
    pub(super) fn value(&mut self, schema: &Schema) -> Value {
        self.value.get_or_insert_with(|| value(self.json, schema)).clone()
    }

    /// A field; `key`: its name in expressions, absent where the place above does not show it as it is.
    pub(super) fn field(&self, name: &str, key: Option<&Key>) -> Option<Self> {
        let json = self.json.get(name)?;
        let value = match (&self.value, key) {
            (Some(Value::Map(entries)), Some(key)) => entries.get(key).cloned(),
            _ => None,
        };
        Some(Self { json, value })
    }

    /// The items of a list.
    pub(super) fn items(&self) -> impl Iterator<Item = Self> {
        let values = if let Some(Value::List(values)) = &self.value { values.as_ref() } else { &[] };
        let items = self.json.as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().enumerate().map(|(at, json)| Self { json, value: values.get(at).cloned() })
    }
}
