//! Numbers: whole or not, and how they compare with bounds.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::node::{Additional, Schema, Type};

/// Whole doubles up to 2^53 stand for themselves only.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Schema {
    /// Gives every number the form of its place: `2` becomes `2.0` in a `number`, `2.0` becomes `2` in
    /// an `integer` and in an int-or-string. What would lose digits stays as it is.
    pub fn normalise_numbers(&self, value: &mut Value) {
        match value {
            Value::Number(number) => {
                let whole = self.kind == Some(Type::Integer) || self.int_or_string;
                let form = if whole { as_integer(number).map(Number::from) } else { None };
                let form = if self.kind == Some(Type::Number) { as_double(number) } else { form };
                if let Some(form) = form {
                    *number = form;
                }
            }
            Value::Array(items) => {
                let Some(schema) = self.items.as_deref() else { return };
                for item in items {
                    schema.normalise_numbers(item);
                }
            }
            Value::Object(fields) => {
                for (name, field) in fields {
                    let additional = match &self.additional {
                        Some(Additional::Schema(schema)) => Some(&**schema),
                        _ => None,
                    };
                    if let Some(schema) = self.properties.get(name).or(additional) {
                        schema.normalise_numbers(field);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The 64-bit integer that a number is, written with a fraction of zero or without one.
///
/// Kubernetes also takes a double within a billionth of a whole number for whole; here that is refused.
pub(super) fn as_integer(number: &Number) -> Option<i64> {
    if number.is_f64() {
        let value = number.as_f64().filter(|value| value.fract() == 0.0 && value.abs() <= EXACT)?;
        return Some(whole(value));
    }
    number.as_i64()
}

fn as_double(number: &Number) -> Option<Number> {
    let value = double(number.as_i64()?);
    (value.abs() <= EXACT).then(|| Number::from_f64(value)).flatten()
}

/// A number against a bound, exactly: an integer is never rounded first.
pub(super) fn compare(number: &Number, bound: f64) -> Option<Ordering> {
    match number.as_i64() {
        Some(value) if bound.abs() <= EXACT => {
            let floor = bound.floor();
            let by_whole = value.cmp(&whole(floor));
            Some(if by_whole == Ordering::Equal && floor < bound { Ordering::Less } else { by_whole })
        }
        _ => number.as_f64()?.partial_cmp(&bound),
    }
}

/// Kubernetes' test for `multipleOf`: exact for integers, within a billionth for doubles.
pub(super) fn is_multiple(number: &Number, factor: f64) -> bool {
    match number.as_i64() {
        Some(value) if factor.fract() == 0.0 && factor.abs() <= EXACT => {
            value.checked_rem(whole(factor)).is_some_and(|rest| rest == 0)
        }
        _ => {
            let value = number.as_f64().unwrap_or(f64::NAN);
            let times = if factor < 1.0 { 1.0 / factor * value } else { value / factor };
            is_nearly_whole(times)
        }
    }
}

/// Whether a double is a whole number up to a relative error of 10^-9 (go-openapi `swag`).
fn is_nearly_whole(value: f64) -> bool {
    if !value.is_finite() || value.abs() >= EXACT {
        return false;
    }
    let apart = (value - value.trunc()).abs();
    apart == 0.0 || apart / (value.abs() + value.trunc().abs()) < 1e-9
}

#[expect(clippy::cast_possible_truncation, reason = "callers bound the value to 2^53")]
fn whole(value: f64) -> i64 {
    value as i64
}

#[expect(clippy::cast_precision_loss, reason = "callers check that the result stays within 2^53")]
fn double(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn number(value: Value) -> Number {
        let Value::Number(number) = value else { panic!("no number") };
        number
    }

    #[test]
    fn integers_compare_with_bounds_exactly() {
        assert_eq!(compare(&number(json!(2)), 2.5), Some(Ordering::Less));
        assert_eq!(compare(&number(json!(-2)), -2.5), Some(Ordering::Greater));
        assert_eq!(compare(&number(json!(2)), 2.0), Some(Ordering::Equal));
        assert_eq!(compare(&number(json!(i64::MAX)), 1e300), Some(Ordering::Less));
        assert_eq!(compare(&number(json!(2.5)), 2.0), Some(Ordering::Greater));
    }

    #[test]
    fn multiples_are_exact_for_integers_and_near_for_doubles() {
        assert!(is_multiple(&number(json!(9)), 3.0));
        assert!(!is_multiple(&number(json!(10)), 3.0));
        assert!(is_multiple(&number(json!(0.3)), 0.1));
        assert!(!is_multiple(&number(json!(0.35)), 0.1));
        assert!(is_multiple(&number(json!(3)), 1.5));
    }

    #[test]
    fn only_whole_doubles_within_two_to_the_53_are_integers() {
        assert_eq!(as_integer(&number(json!(2.0))), Some(2));
        assert_eq!(as_integer(&number(json!(2.5))), None);
        assert_eq!(as_integer(&number(json!(1e300))), None);
        assert_eq!(as_integer(&number(json!(u64::MAX))), None);
        assert_eq!(as_integer(&number(json!(1_000_000_000.5))), None);
    }
}
