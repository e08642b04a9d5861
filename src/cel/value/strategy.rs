//! Random values for property tests.

use proptest::prelude::*;

use super::{Key, Value};

/// A number whose value every number type can hold exactly.
pub(crate) fn small_number() -> impl Strategy<Value = Value> {
    (0_i32..8, 0_u8..3).prop_map(|(number, kind)| match kind {
        0 => Value::Int(i64::from(number)),
        1 => Value::Uint(u64::from(number.unsigned_abs())),
        _ => Value::Double(f64::from(number)),
    })
}

fn interesting_int() -> impl Strategy<Value = i64> {
    prop_oneof![
        Just(i64::MIN),
        Just(i64::MIN + 1),
        Just(-1),
        Just(0),
        Just(1),
        Just(2),
        Just(i64::MAX),
        -20_i64..40,
        any::<i64>()
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c,%]{0,4}",
        "\\PC{0,6}",
        "%\\.?[0-9]{0,3}[sdfebxXo%]",
        Just("10Mi".to_owned()),
        Just("1h2m".to_owned()),
        Just("(a+)(b)?".to_owned()),
        Just("10.0.0.0/8".to_owned()),
        Just("1.2.3".to_owned())
    ]
}

/// A map key.
fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        any::<bool>().prop_map(Key::Bool),
        interesting_int().prop_map(Key::Int),
        any::<u64>().prop_map(Key::Uint),
        text().prop_map(|text| Key::string(&text)),
    ]
}

/// Any value that holds no other.
pub(crate) fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        interesting_int().prop_map(Value::Int),
        prop_oneof![0_u64..20, any::<u64>()].prop_map(Value::Uint),
        prop_oneof![any::<f64>(), Just(f64::NAN), Just(1.5), -3.0..3.0].prop_map(Value::Double),
        text().prop_map(Value::from),
        proptest::collection::vec(any::<u8>(), 0..5).prop_map(|bytes| Value::bytes(&bytes)),
        interesting_int().prop_map(Value::Duration),
        (-62_135_596_800_i64..253_402_300_800, 0_i64..1_000_000_000)
            .prop_map(|(seconds, nanos)| Value::Timestamp(i128::from(seconds) * 1_000_000_000 + i128::from(nanos))),
        Just(Value::none()),
        Just(Value::Type("int".into())),
    ]
}

/// Any value but opaque ones, nested up to three levels.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::list),
            proptest::collection::vec((key(), inner.clone()), 0..4).prop_map(Value::map),
            inner.prop_map(Value::some),
        ]
    })
}
