//! Equality and order, as cel-go defines them (`common/types`, version 0.29).

use std::cmp::Ordering;

use super::{Value, i64_to_f64, u64_to_f64};

/// Why two values have no order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Incomparable {
    /// One of them is `NaN`.
    #[error("NaN values cannot be ordered")]
    NotANumber,
    /// Their kinds have no common order.
    #[error("values of these types have no order")]
    Kinds,
}

impl Value {
    /// The order of two values: numbers of any type by value (integers as the nearest double where
    /// the other is one), else within one kind. Lists, maps, null, types and opaque values have none.
    pub fn compare(&self, other: &Self) -> Result<Ordering, Incomparable> {
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => Ok(left.cmp(right)),
            (Self::String(left), Self::String(right)) => Ok(left.cmp(right)),
            (Self::Bytes(left), Self::Bytes(right)) => Ok(left.cmp(right)),
            (Self::Duration(left), Self::Duration(right)) => Ok(left.cmp(right)),
            (Self::Timestamp(left), Self::Timestamp(right)) => Ok(left.cmp(right)),
            _ => compare_numbers(self, other).unwrap_or(Err(Incomparable::Kinds)),
        }
    }

    fn holds_values(&self) -> bool {
        matches!(self, Self::List(_) | Self::Map(_) | Self::Optional(Some(_)))
    }

    /// Whether values of this kind have an order among themselves.
    pub fn is_ordered(&self) -> bool {
        match self {
            Self::Bool(_)
            | Self::Int(_)
            | Self::Uint(_)
            | Self::Double(_)
            | Self::String(_)
            | Self::Bytes(_)
            | Self::Duration(_)
            | Self::Timestamp(_) => true,
            Self::Null | Self::List(_) | Self::Map(_) | Self::Optional(_) | Self::Type(_) | Self::Opaque(_) => false,
        }
    }
}

/// `None`: not both are numbers.
fn compare_numbers(left: &Value, right: &Value) -> Option<Result<Ordering, Incomparable>> {
    let doubles = |left: f64, right: f64| left.partial_cmp(&right).ok_or(Incomparable::NotANumber);
    Some(match (left, right) {
        (Value::Int(left), Value::Int(right)) => Ok(left.cmp(right)),
        (Value::Uint(left), Value::Uint(right)) => Ok(left.cmp(right)),
        (Value::Int(left), Value::Uint(right)) => Ok(i128::from(*left).cmp(&i128::from(*right))),
        (Value::Uint(left), Value::Int(right)) => Ok(i128::from(*left).cmp(&i128::from(*right))),
        (Value::Double(left), Value::Double(right)) => doubles(*left, *right),
        (Value::Double(left), Value::Int(right)) => doubles(*left, i64_to_f64(*right)),
        (Value::Int(left), Value::Double(right)) => doubles(i64_to_f64(*left), *right),
        (Value::Double(left), Value::Uint(right)) => doubles(*left, u64_to_f64(*right)),
        (Value::Uint(left), Value::Double(right)) => doubles(u64_to_f64(*left), *right),
        _ => return None,
    })
}

impl PartialEq for Value {
    /// CEL's `==`. Walks with its own stack, so that deep values cannot exhaust the thread's.
    fn eq(&self, other: &Self) -> bool {
        if !(self.holds_values() && other.holds_values()) {
            return equal_leaves(self, other);
        }
        let mut open = vec![(self, other)];
        while let Some((left, right)) = open.pop() {
            let same = match (left, right) {
                (Self::List(left), Self::List(right)) => {
                    open.extend(left.iter().zip(right.iter()));
                    left.len() == right.len()
                }
                (Self::Map(left), Self::Map(right)) => {
                    open.extend(left.values().zip(right.values()));
                    left.len() == right.len() && left.keys().eq(right.keys())
                }
                (Self::Optional(Some(left)), Self::Optional(Some(right))) => {
                    open.push((left, right));
                    true
                }
                _ => equal_leaves(left, right),
            };
            if !same {
                return false;
            }
        }
        true
    }
}

fn equal_leaves(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) | (Value::Optional(None), Value::Optional(None)) => true,
        (Value::Type(left), Value::Type(right)) => left == right,
        (Value::Opaque(left), Value::Opaque(right)) => left == right,
        _ => left.compare(right) == Ok(Ordering::Equal),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::strategy::{small_number, value};
    use super::super::{Key, Value};
    use super::*;

    #[test]
    fn numbers_are_equal_across_types() {
        assert_eq!(Value::Int(1), Value::Uint(1));
        assert_eq!(Value::Int(1), Value::Double(1.0));
        assert_eq!(Value::Uint(1), Value::Double(1.0));
        assert_ne!(Value::Int(-1), Value::Uint(u64::MAX));
        assert_ne!(Value::Double(f64::NAN), Value::Double(f64::NAN));
        assert_ne!(Value::Double(1.1), Value::Int(1));
    }

    #[test]
    fn integers_meet_doubles_as_the_nearest_double() {
        assert_eq!(Value::Int(9_007_199_254_740_993), Value::Double(9_007_199_254_740_992.0));
        assert_eq!(Value::Int(i64::MAX), Value::Double(9_223_372_036_854_775_808.0));
    }

    #[test]
    fn equality_is_deep_and_crosses_types() {
        let left = Value::map([(Key::Int(1), Value::list(vec![Value::Uint(2), Value::Null]))]);
        let right = Value::map([(Key::Uint(1), Value::list(vec![Value::Double(2.0), Value::Null]))]);
        assert_eq!(left, right);
        assert_ne!(left, Value::map([(Key::Int(2), Value::Null)]));
        assert_ne!(Value::list(vec![Value::Null]), Value::list(vec![]));
        assert_eq!(Value::some(Value::Int(1)), Value::some(Value::Uint(1)));
        assert_ne!(Value::some(Value::Null), Value::none());
        assert_ne!(Value::Null, Value::Bool(false));
    }

    #[test]
    fn order_exists_within_a_kind_and_among_numbers() {
        let compare = |left: Value, right: Value| left.compare(&right);
        assert_eq!(compare(Value::Int(-1), Value::Uint(0)), Ok(Ordering::Less));
        assert_eq!(compare(Value::string("b"), Value::string("a")), Ok(Ordering::Greater));
        assert_eq!(compare(Value::Double(f64::NAN), Value::Int(1)), Err(Incomparable::NotANumber));
        assert_eq!(compare(Value::Int(1), Value::string("1")), Err(Incomparable::Kinds));
        assert_eq!(compare(Value::Null, Value::Null), Err(Incomparable::Kinds));
        assert_eq!(compare(Value::list(vec![]), Value::list(vec![])), Err(Incomparable::Kinds));
    }

    #[test]
    fn deep_values_compare_without_recursion() {
        let nest = || (0..10_000).fold(Value::Null, |inner, _| Value::Optional(Some(Arc::new(inner))));
        let (left, right) = (nest(), nest());
        assert_eq!(left, right);
        // Dropping them would recurse: that is the constructor's business, whose inputs are bounded.
        std::mem::forget((left, right));
    }

    proptest! {
        #[test]
        fn equality_is_symmetric(left in value(), right in value()) {
            prop_assert_eq!(left == right, right == left);
        }

        #[test]
        fn equality_is_transitive_where_doubles_are_exact(
            a in small_number(), b in small_number(), c in small_number()
        ) {
            if a == b && b == c {
                prop_assert_eq!(a, c);
            }
        }

        #[test]
        fn order_is_antisymmetric_and_agrees_with_equality(left in value(), right in value()) {
            if let Ok(order) = left.compare(&right) {
                prop_assert_eq!(right.compare(&left), Ok(order.reverse()));
                prop_assert_eq!(order == Ordering::Equal, left == right);
            }
        }
    }
}
