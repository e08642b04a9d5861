//! Map keys.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{Value, floor_to_i64, floor_to_u64, i64_to_f64, u64_to_f64};

/// A map key. `1` and `1u` are the same key; each keeps the type that it was written with.
#[derive(Clone, Debug)]
pub enum Key {
    /// boolean
    Bool(bool),
    /// 64-bit signed
    Int(i64),
    /// 64-bit unsigned
    Uint(u64),
    /// text
    String(Arc<str>),
}

impl Key {
    /// A text key.
    pub fn string(text: &str) -> Self {
        Self::String(Arc::from(text))
    }

    /// The key by which `map[value]` looks: integers, booleans, strings, and doubles that are
    /// integral. `None` for anything else, which no map holds.
    pub fn lookup(value: &Value) -> Option<Self> {
        let Value::Double(double) = value else { return Self::literal(value) };
        if let Some(int) = floor_to_i64(*double).filter(|int| same(i64_to_f64(*int), *double)) {
            return Some(Self::Int(int));
        }
        floor_to_u64(*double).filter(|uint| same(u64_to_f64(*uint), *double)).map(Self::Uint)
    }

    /// The key that a map literal may hold: as `lookup`, but doubles are refused.
    pub fn literal(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(Self::Bool(*value)),
            Value::Int(value) => Some(Self::Int(*value)),
            Value::Uint(value) => Some(Self::Uint(*value)),
            Value::String(text) => Some(Self::String(Arc::clone(text))),
            _ => None,
        }
    }

    /// This key against a text key.
    pub(super) fn cmp_text(&self, text: &str) -> Ordering {
        if let Self::String(own) = self { own.as_ref().cmp(text) } else { Ordering::Less }
    }

    /// The key as a value, as a comprehension sees it.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Uint(value) => Value::Uint(*value),
            Self::String(text) => Value::String(Arc::clone(text)),
        }
    }
}

fn same(left: f64, right: f64) -> bool {
    left.partial_cmp(&right) == Some(Ordering::Equal)
}

impl Ord for Key {
    /// Booleans, then integers by value, then text by bytes.
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::String(left), Self::String(right)) => left.cmp(right),
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Int(left), Self::Int(right)) => left.cmp(right),
            (Self::Uint(left), Self::Uint(right)) => left.cmp(right),
            (Self::Int(left), Self::Uint(right)) => i128::from(*left).cmp(&i128::from(*right)),
            (Self::Uint(left), Self::Int(right)) => i128::from(*left).cmp(&i128::from(*right)),
            (Self::Bool(_), _) | (_, Self::String(_)) => Ordering::Less,
            (_, Self::Bool(_)) | (Self::String(_), _) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self::string(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_finds_all_equal_numbers() {
        assert_eq!(Key::lookup(&Value::Double(1.0)), Some(Key::Uint(1)));
        assert_eq!(Key::lookup(&Value::Uint(1)), Some(Key::Int(1)));
        assert_eq!(Key::lookup(&Value::Double(1.5)), None);
        assert_eq!(Key::lookup(&Value::Double(f64::NAN)), None);
        assert_eq!(Key::lookup(&Value::Double(1e19)), Some(Key::Uint(10_000_000_000_000_000_000)));
        assert_eq!(Key::lookup(&Value::Null), None);
    }

    #[test]
    fn a_literal_key_is_no_double() {
        assert_eq!(Key::literal(&Value::Double(1.0)), None);
    }

    #[test]
    fn keys_order_by_kind_then_value() {
        let mut keys = [Key::string("a"), Key::Uint(u64::MAX), Key::Bool(true), Key::Int(-1), Key::Uint(3)];
        keys.sort();
        assert_eq!(keys, [Key::Bool(true), Key::Int(-1), Key::Int(3), Key::Uint(u64::MAX), Key::string("a")]);
    }

    #[test]
    fn a_key_keeps_the_type_it_was_written_with() {
        assert_eq!(Key::Uint(7).to_value().type_name(), "uint");
    }
}
