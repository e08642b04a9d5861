//! Runtime values.

mod compare;
mod json;
mod key;
mod map;
mod number;
#[cfg(test)]
pub(crate) mod strategy;
mod text;

use std::sync::Arc;

use super::Opaque;

pub use compare::Incomparable;
pub use json::ToJsonError;
pub use key::Key;
pub use map::Entries;
pub(crate) use number::{floor_to_i64, floor_to_u64, i64_to_f64, u64_to_f64};

/// Go's zero `time.Time`, the start of year 1, in nanoseconds since 1970.
const GO_ZERO_TIME: i128 = -62_135_596_800_000_000_000;

/// A CEL value. Cloning is O(1): compound values are shared.
///
/// JSON is turned into values once per decision, never per expression. `==` is CEL's own equality:
/// numbers compare by value across types, `NaN` equals nothing, different kinds are unequal.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// 64-bit signed
    Int(i64),
    /// 64-bit unsigned
    Uint(u64),
    /// IEEE 754 double
    Double(f64),
    /// UTF-8 text
    String(Arc<str>),
    /// bytes
    Bytes(Arc<[u8]>),
    /// nanoseconds, within Go's `time.Duration` (±2^63 ns)
    Duration(i64),
    /// nanoseconds since the Unix epoch, UTC; years 1 to 9999
    Timestamp(i128),
    /// ordered
    List(Arc<[Value]>),
    /// ordered by key, so that nothing depends on hash order
    Map(Entries),
    /// `optional.of(x)`, `optional.none()`
    Optional(Option<Arc<Value>>),
    /// a type's name, as `type(x)` gives it
    Type(Arc<str>),
    /// a value of a Kubernetes library type
    Opaque(Opaque),
}

impl Value {
    /// The longest text that a function may build, in bytes: `MaxRequestSizeBytes` of Kubernetes
    /// (apiserver `pkg/cel/limits.go`), beyond which no object could carry it anyway.
    pub const MAX_TEXT_BYTES: usize = 3 * 1024 * 1024;

    /// A string value.
    pub fn string(text: &str) -> Self {
        Self::String(Arc::from(text))
    }

    /// A bytes value.
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::Bytes(Arc::from(bytes))
    }

    /// A list value.
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Arc::from(items))
    }

    /// A map value; of entries with equal keys the last one stays.
    pub fn map(entries: impl IntoIterator<Item = (Key, Value)>) -> Self {
        Self::Map(entries.into_iter().collect())
    }

    /// `optional.of(value)`
    pub fn some(value: Value) -> Self {
        Self::Optional(Some(Arc::new(value)))
    }

    /// `optional.none()`
    pub fn none() -> Self {
        Self::Optional(None)
    }

    /// `type(x)` of this value, by its CEL name (`int`, `optional_type`, `kubernetes.Quantity`).
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::String(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Optional(_) => "optional_type",
            Self::Type(_) => "type",
            Self::Opaque(opaque) => opaque.type_name(),
        }
    }

    /// What `size(x)` gives: characters, bytes, elements or entries; `None` for anything else.
    pub fn size(&self) -> Option<usize> {
        match self {
            Self::String(text) => Some(text.chars().count()),
            Self::Bytes(bytes) => Some(bytes.len()),
            Self::List(items) => Some(items.len()),
            Self::Map(entries) => Some(entries.len()),
            _ => None,
        }
    }

    /// Whether `optional.ofNonZeroValue` drops this value (cel-go's `IsZeroValue`): a zero timestamp
    /// is Go's, the first second of year 1, not the epoch; optionals, types and opaque values never are.
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(value) => !value,
            Self::Int(value) | Self::Duration(value) => *value == 0,
            Self::Uint(value) => *value == 0,
            Self::Double(value) => value.abs() <= 0.0,
            Self::String(text) => text.is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Map(entries) => entries.is_empty(),
            Self::Timestamp(nanos) => *nanos == GO_ZERO_TIME,
            Self::Optional(_) | Self::Type(_) | Self::Opaque(_) => false,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Uint(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(Arc::from(text))
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::list(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_names_its_cel_type() {
        for (value, name) in [
            (Value::Null, "null_type"),
            (Value::Uint(1), "uint"),
            (Value::Duration(1), "google.protobuf.Duration"),
            (Value::Timestamp(1), "google.protobuf.Timestamp"),
            (Value::none(), "optional_type"),
            (Value::Type("int".into()), "type"),
            (Value::map([]), "map"),
        ] {
            assert_eq!(value.type_name(), name);
        }
    }

    #[test]
    fn zero_values_are_those_of_cel_go() {
        assert!(Value::Double(-0.0).is_zero());
        assert!(!Value::Double(f64::NAN).is_zero());
        assert!(!Value::Timestamp(0).is_zero());
        assert!(Value::Timestamp(-62_135_596_800_000_000_000).is_zero());
        assert!(!Value::none().is_zero());
        assert!(Value::list(vec![]).is_zero());
    }

    #[test]
    fn size_counts_characters_not_bytes() {
        assert_eq!(Value::string("grüße").size(), Some(5));
        assert_eq!(Value::bytes("ü".as_bytes()).size(), Some(2));
        assert_eq!(Value::Int(3).size(), None);
    }
}
