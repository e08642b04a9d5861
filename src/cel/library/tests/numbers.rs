use super::*;
use crate::cel::Key;

const MIN: i64 = i64::MIN;
const MAX: i64 = i64::MAX;

#[test]
fn arithmetic_never_wraps() {
    let integer = "integer overflow";
    for (name, a, b) in [
        ("_+_", i(MAX), i(1)),
        ("_-_", i(MIN), i(1)),
        ("_*_", i(MAX), i(2)),
        ("_/_", i(MIN), i(-1)),
        ("_%_", i(MIN), i(-1)),
        ("_+_", Value::Duration(MAX), Value::Duration(1)),
        ("_-_", Value::Timestamp(0), Value::Duration(MIN)),
    ] {
        assert_eq!(message(run(name, &[a, b])), integer, "{name}");
    }
    assert_eq!(message(run("_-_", &[u(0), u(1)])), "unsigned integer overflow");
    assert_eq!(message(run("_+_", &[u(u64::MAX), u(1)])), "unsigned integer overflow");
    assert_eq!(message(run("-_", &[i(MIN)])), integer);
    assert_eq!(message(run("_/_", &[i(1), i(0)])), "division by zero");
    assert_eq!(message(run("_%_", &[u(1), u(0)])), "modulus by zero");
}

#[test]
fn doubles_follow_ieee() {
    gives(run("_/_", &[d(1.0), d(0.0)]), d(f64::INFINITY));
    gives(run("_/_", &[d(0.0), d(0.0)]), d(f64::NAN));
    gives(run("-_", &[d(0.0)]), d(-0.0));
}

#[test]
fn integers_divide_towards_zero() {
    gives(run("_/_", &[i(-7), i(2)]), i(-3));
    gives(run("_%_", &[i(-7), i(2)]), i(-1));
    gives(run("_%_", &[i(7), i(-2)]), i(1));
}

#[test]
fn operands_of_different_types_do_not_mix() {
    assert!(is_no_overload(&run("_+_", &[i(1), d(1.0)])));
    assert!(is_no_overload(&run("_+_", &[s("a"), i(1)])));
    assert!(is_no_overload(&run("!_", &[i(1)])));
    gives(run("-_", &[Value::Duration(5)]), Value::Duration(-5));
}

#[test]
fn timestamps_stay_within_years_one_to_9999() {
    let last = Value::Timestamp(253_402_300_799_999_999_999);
    assert_eq!(message(run("_+_", &[last.clone(), Value::Duration(1)])), "timestamp overflow");
    let first = Value::Timestamp(-62_135_596_800_000_000_000);
    assert_eq!(message(run("_-_", &[first.clone(), Value::Duration(1)])), "timestamp overflow");
    gives(run("_+_", &[Value::Duration(1), Value::Timestamp(1)]), Value::Timestamp(2));
    gives(run("_-_", &[Value::Timestamp(5), Value::Timestamp(7)]), Value::Duration(-2));
    assert_eq!(message(run("_-_", &[first, last])), "integer overflow");
    // The whole seconds alone leave the range, although the sum would not.
    let half = Value::Timestamp(-9_223_372_036_500_000_000);
    assert_eq!(message(run("_-_", &[half, Value::Timestamp(0)])), "integer overflow");
}

#[test]
fn order_crosses_number_types_and_refuses_nan() {
    gives(run("_<_", &[i(-1), u(0)]), true.into());
    gives(run("_>=_", &[d(2.0), u(2)]), true.into());
    gives(run("_<_", &[Value::bytes(&[1]), Value::bytes(&[1, 0])]), true.into());
    gives(run("_<_", &[false.into(), true.into()]), true.into());
    assert_eq!(message(run("_<_", &[d(1.0), d(f64::NAN)])), "NaN values cannot be ordered");
    assert!(is_no_overload(&run("_<_", &[i(1), s("a")])));
    assert!(is_no_overload(&run("_<_", &[l([]), l([])])));
}

#[test]
fn positions_and_keys_may_be_any_whole_number() {
    let list = l([i(1), i(2), i(3)]);
    for index in [i(1), u(1), d(1.0)] {
        gives(run("_[_]", &[list.clone(), index]), i(2));
    }
    assert_eq!(run("_[_]", &[list.clone(), i(3)]), Err(Fault::IndexOutOfBounds(3)));
    assert_eq!(run("_[_]", &[list.clone(), i(-1)]), Err(Fault::IndexOutOfBounds(-1)));
    assert!(is_no_overload(&run("_[_]", &[list.clone(), d(1.5)])));
    assert!(is_no_overload(&run("_[_]", &[list, s("a")])));
    let map = Value::map([(Key::Int(1), s("one")), (Key::string("a"), s("A"))]);
    gives(run("_[_]", &[map.clone(), u(1)]), s("one"));
    assert_eq!(run("_[_]", &[map.clone(), s("b")]), Err(Fault::NoSuchKey("\"b\"".into())));
    gives(run("@in", &[d(1.0), map.clone()]), true.into());
    gives(run("@in", &[l([]), map.clone()]), false.into());
    assert!(run("@in", &[Value::bytes(b"a"), map]).is_err());
    assert!(run("_[_]", &[i(1), s("a")]).is_err());
}

#[test]
fn an_optional_is_indexed_through() {
    let list = Value::some(l([i(1)]));
    gives(run("_[_]", &[list.clone(), i(0)]), Value::some(i(1)));
    gives(run("_[_]", &[list, i(5)]), Value::none());
    gives(run("_[_]", &[Value::none(), i(0)]), Value::none());
    gives(run("_[_]", &[Value::some(Value::map([])), s("a")]), Value::none());
}

#[test]
fn conversions_have_the_ranges_of_cel_go() {
    gives(run("int", &[d(-1.9)]), i(-1));
    gives(run("int", &[s("+5")]), i(5));
    gives(run("int", &[Value::Timestamp(-1)]), i(-1));
    gives(run("uint", &[d(1.9)]), u(1));
    for (name, from) in [
        ("int", d(-9_223_372_036_854_775_808.0)),
        ("int", d(f64::NAN)),
        ("int", u(u64::MAX)),
        ("int", s("")),
        ("int", s("1_0")),
        ("int", s("1.0")),
        ("uint", s("+5")),
        ("uint", i(-1)),
        ("uint", d(-0.5)),
        ("double", s("1e400")),
        ("bool", s("yes")),
        ("string", Value::bytes(&[255])),
    ] {
        assert!(
            matches!(run(name, std::slice::from_ref(&from)), Err(Fault::Overflow(_) | Fault::InvalidArgument(_))),
            "{name}({from:?})"
        );
    }
    assert!(is_no_overload(&run("string", &[Value::Null])));
    assert!(is_no_overload(&run("string", &[Value::Type("int".into())])));
    assert!(is_no_overload(&run("int", &[true.into()])));
}

#[test]
fn scalars_read_as_cel_go_writes_them() {
    for (from, text) in [
        (d(1_234_567.0), "1.234567e+06"),
        (d(0.000_01), "1e-05"),
        (d(-0.0), "-0"),
        (d(f64::NEG_INFINITY), "-Inf"),
        (Value::Duration(5_400_000_000_000), "5400s"),
        (Value::Timestamp(1_500_000_000), "1970-01-01T00:00:01.5Z"),
        (u(7), "7"),
        (true.into(), "true"),
    ] {
        gives(run("string", &[from]), s(text));
    }
    gives(run("type", &[Value::none()]), Value::Type("optional_type".into()));
}

#[test]
fn math_has_the_edges_of_cel_go() {
    gives(run("math.round", &[d(-2.5)]), d(-3.0));
    gives(run("math.round", &[d(0.499_999_999_999_999_94)]), d(0.0));
    gives(run("math.sign", &[d(f64::NAN)]), d(f64::NAN));
    gives(run("math.sign", &[d(-0.0)]), d(0.0));
    gives(run("math.bitShiftLeft", &[i(1), i(64)]), i(0));
    gives(run("math.bitShiftLeft", &[i(1), i(63)]), i(MIN));
    gives(run("math.bitShiftRight", &[i(-1), i(1)]), i(MAX));
    gives(run("math.bitShiftRight", &[u(u64::MAX), i(MAX)]), u(0));
    gives(run("math.greatest", &[i(1), d(1.0)]), i(1));
    gives(run("math.least", &[u(3), i(-1)]), i(-1));
    gives(run("math.greatest", &[l([i(1), d(2.5)])]), d(2.5));
    assert_eq!(message(run("math.abs", &[i(MIN)])), "integer overflow");
    assert_eq!(message(run("math.bitShiftLeft", &[i(1), i(-1)])), "math.bitShiftLeft() negative offset: -1");
    assert!(run("math.greatest", &[l([])]).is_err());
    assert!(run("math.least", &[d(1.0), d(f64::NAN)]).is_err());
    assert!(run("math.greatest", &[i(1), s("a"), i(2)]).is_err());
    assert!(is_no_overload(&run("math.ceil", &[i(1)])));
}

#[test]
fn a_library_value_refuses_to_be_compared_with_another_type() {
    let quantity = || run("quantity", &[s("1")]).unwrap();
    gives(run("_==_", &[quantity(), run("quantity", &[s("1000m")]).unwrap()]), true.into());
    gives(run("_==_", &[quantity(), Value::Null]), false.into());
    gives(run("_!=_", &[quantity(), Value::Null]), true.into());
    gives(run("_==_", &[i(1), quantity()]), false.into());
    assert_eq!(message(run("_==_", &[quantity(), i(1)])), "no such overload: `kubernetes.Quantity == int`");
    // `!=` is true wherever `==` is not: also where that has no value.
    gives(run("_!=_", &[quantity(), s("1")]), true.into());
    assert!(is_no_overload(&run("_==_", &[Value::some(quantity()), Value::some(i(1))])));
    gives(run("_==_", &[Value::some(quantity()), Value::none()]), false.into());
    gives(run("@in", &[quantity(), l([i(1)])]), false.into());
}
