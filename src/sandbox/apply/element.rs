//! Steps of a path to a field, and the order that managed fields keep.

use std::cmp::Ordering;
use std::fmt;

use serde_json::{Map, Number, Value};

use crate::cel::library::go_text;

/// A value that tells a list item apart, ordered as Kubernetes orders values: numbers by size whatever
/// their kind, then texts, booleans, lists, maps, null.
#[derive(Clone, Debug)]
pub(super) struct Scalar(Value);

impl Scalar {
    /// The value itself.
    pub(super) fn value(&self) -> &Value {
        &self.0
    }
}

impl From<Value> for Scalar {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl Ord for Scalar {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(&self.0, &other.0)
    }
}

impl PartialOrd for Scalar {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Scalar {}

/// Whether two values are the same to Kubernetes, to which `1` and `1.0` are.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    compare(a, b).is_eq()
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => compare_numbers(a, b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Array(a), Value::Array(b)) => compare_all(a.iter(), b.iter()),
        (Value::Object(a), Value::Object(b)) => compare_maps(a, b),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn compare_all<'v>(a: impl Iterator<Item = &'v Value>, b: impl Iterator<Item = &'v Value>) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        match (a.next(), b.next()) {
            (Some(a), Some(b)) if compare(a, b).is_eq() => {}
            (Some(a), Some(b)) => return compare(a, b),
            (a, b) => return a.is_some().cmp(&b.is_some()),
        }
    }
}

fn compare_maps(a: &Map<String, Value>, b: &Map<String, Value>) -> Ordering {
    let pairs = a.iter().zip(b.iter());
    let unequal = pairs.map(|((name, value), (other, against))| name.cmp(other).then_with(|| compare(value, against)));
    unequal.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Number(_) => 0,
        Value::String(_) => 1,
        Value::Bool(_) => 2,
        Value::Array(_) => 3,
        Value::Object(_) => 4,
        Value::Null => 5,
    }
}

fn compare_numbers(a: &Number, b: &Number) -> Ordering {
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.as_f64().unwrap_or(f64::NAN).total_cmp(&b.as_f64().unwrap_or(f64::NAN)),
    }
}

/// A number without a fraction, of a size at which doubles still are a subset of 128-bit integers.
pub(super) fn whole(number: &Number) -> Option<i128> {
    const LIMIT: f64 = 1e30;
    if let Some(value) = number.as_i64() {
        return Some(value.into());
    }
    if let Some(value) = number.as_u64() {
        return Some(value.into());
    }
    let value = number.as_f64().filter(|value| value.fract() == 0.0 && value.abs() < LIMIT)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within the limit")]
    Some(value as i128)
}

/// One step of a path. The order of variants is the order in managed fields.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Element {
    /// A field of an object or a key of a map.
    Field(String),
    /// The item of a list whose key fields have these values; sorted by name.
    Key(Vec<(String, Scalar)>),
    /// The item of a set.
    Value(Scalar),
    /// The item at a place. Only read, never written: lists without keys are owned as a whole.
    Index(i64),
}

/// As error messages name a step: `.name`, `[name="a",port=80]`, `[="a"]`, `[0]`.
impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, ".{name}"),
            Self::Key(keys) => {
                let keys: Vec<String> =
                    keys.iter().map(|(name, value)| format!("{name}={}", show(value.value()))).collect();
                write!(f, "[{}]", keys.join(","))
            }
            Self::Value(value) => write!(f, "[={}]", show(value.value())),
            Self::Index(at) => write!(f, "[{at}]"),
        }
    }
}

/// A path as error messages write it.
pub(super) fn show_path(path: &[Element]) -> String {
    path.iter().map(Element::to_string).collect()
}

fn show(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let mut quoted = String::new();
            go_text::quote(text, &mut quoted);
            quoted
        }
        Value::Number(number) if number.is_f64() => go_text::shortest(number.as_f64().unwrap_or(f64::NAN)),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn key(name: &str, value: Value) -> Element {
        Element::Key(vec![(name.to_owned(), Scalar(value))])
    }

    #[test]
    fn numbers_are_the_same_whatever_their_kind() {
        assert_eq!(key("port", json!(80)), key("port", json!(80.0)));
        assert!(same(&json!({"a": [1]}), &json!({"a": [1.0]})));
        assert!(!same(&json!(9_007_199_254_740_993_u64), &json!(9_007_199_254_740_992_u64)));
        assert!(!same(&json!(1), &json!("1")));
    }

    #[test]
    fn fields_stand_before_keys_before_values_before_places() {
        let order = [
            Element::Field("z".to_owned()),
            key("a", json!("x")),
            Element::Value(Scalar(json!(1))),
            Element::Value(Scalar(json!("a"))),
            Element::Index(0),
        ];
        assert!(order.is_sorted());
    }

    #[test]
    fn paths_read_as_the_server_writes_them() {
        let keys = vec![("name".to_owned(), Scalar(json!("a\"b"))), ("port".to_owned(), Scalar(json!(1e6)))];
        let path = [
            Element::Field("spec".to_owned()),
            Element::Key(keys),
            Element::Value(Scalar(json!(true))),
            Element::Index(3),
        ];
        assert_eq!(show_path(&path), r#".spec[name="a\"b",port=1e+06][=true][3]"#);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-4_i64..4).prop_map(Value::from),
            (-8_i32..8).prop_map(|half| json!(f64::from(half) / 2.0)),
            "[ab]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[ab]", inner, 0..3)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_order_of_values_is_total(a in value(), b in value(), c in value()) {
            let (a, b, c) = (Scalar(a), Scalar(b), Scalar(c));
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            if a <= b && b <= c {
                prop_assert!(a <= c);
            }
        }
    }
}
