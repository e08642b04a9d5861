use super::*;

#[test]
fn kubernetes_functions_ignore_what_has_no_order_with_the_rest() {
    gives(on("min", &[l([i(1), s("a")])]), i(1));
    gives(on("max", &[l([i(1), s("a")])]), i(1));
    gives(on("min", &[l([d(1.0), d(f64::NAN)])]), d(1.0));
    gives(on("min", &[l([d(f64::NAN), d(1.0)])]), d(f64::NAN));
    gives(on("isSorted", &[l([d(2.0), d(f64::NAN), d(1.0)])]), true.into());
    gives(on("isSorted", &[l([i(2), i(1)])]), false.into());
    assert!(is_no_overload(&on("min", &[l([Value::Null])])));
    assert!(is_no_overload(&on("isSorted", &[l([i(1), Value::Null])])));
    assert_eq!(message(on("min", &[l([])])), "min called on empty list");
}

#[test]
fn sums_start_at_zero_and_never_wrap() {
    gives(on("sum", &[l([])]), i(0));
    gives(on("sum", &[l([u(1), u(2)])]), u(3));
    gives(on("sum", &[l([Value::Duration(1), Value::Timestamp(1)])]), Value::Timestamp(2));
    assert!(on("sum", &[l([i(1), d(1.0)])]).is_err());
    assert!(on("sum", &[l([i(i64::MAX), i(1)])]).is_err());
    assert!(is_no_overload(&on("sum", &[l([s("a")])])));
}

#[test]
fn elements_are_found_by_equality() {
    gives(on("indexOf", &[l([i(1), i(2)]), d(2.0)]), i(1));
    gives(on("lastIndexOf", &[l([i(2), i(2)]), u(2)]), i(1));
    gives(on("indexOf", &[l([i(1)]), s("a")]), i(-1));
    gives(on("indexOf", &[l([Value::Null]), Value::Null]), i(0));
    gives(on("includes", &[s("a"), s("a")]), true.into());
    gives(on("includes", &[l([i(1)]), d(1.0)]), true.into());
    gives(on("includes", &[Value::Null, i(1)]), false.into());
}

#[test]
fn slices_stay_inside_the_list() {
    let list = || l([i(1), i(2), i(3)]);
    gives(on("slice", &[list(), i(1), i(2)]), l([i(2)]));
    gives(on("slice", &[list(), i(3), i(3)]), l([]));
    for (from, to) in [(-1, 1), (0, -1), (2, 1), (0, 4)] {
        assert!(on("slice", &[list(), i(from), i(to)]).is_err(), "{from}..{to}");
    }
    assert_eq!(message(on("slice", &[list(), i(1), i(4)])), "cannot slice(1, 4), list is length 3");
}

#[test]
fn flattening_goes_as_deep_as_said() {
    let nested = || l([l([l([i(1)])]), i(2), l([])]);
    gives(on("flatten", &[nested()]), l([l([i(1)]), i(2)]));
    gives(on("flatten", &[nested(), i(2)]), l([i(1), i(2)]));
    gives(on("flatten", &[nested(), i(0)]), nested());
    gives(on("flatten", &[l([i(1)])]), l([i(1)]));
    assert_eq!(message(on("flatten", &[nested(), i(-1)])), "level must be non-negative");
    assert!(matches!(on("flatten", &[nested(), i(i64::MAX)]), Err(Fault::Budget { .. })));
}

#[test]
fn a_range_is_bounded_before_it_is_made() {
    gives(run("lists.range", &[i(3)]), l([i(0), i(1), i(2)]));
    gives(run("lists.range", &[i(0)]), l([]));
    assert!(run("lists.range", &[i(-1)]).is_err());
    assert!(matches!(run("lists.range", &[i(999_999)]), Err(Fault::Budget { .. })));
    assert!(matches!(run("lists.range", &[i(i64::MAX)]), Err(Fault::Budget { .. })));
}

#[test]
fn sorting_wants_one_ordered_type() {
    gives(on("sort", &[l([i(3), i(1), i(2)])]), l([i(1), i(2), i(3)]));
    gives(on("sort", &[l([d(2.0), d(f64::NAN), d(1.0)])]), l([d(2.0), d(f64::NAN), d(1.0)]));
    gives(on("sort", &[l([])]), l([]));
    assert!(on("sort", &[l([i(3), s("a")])]).is_err());
    assert!(on("sort", &[l([i(3), d(1.0)])]).is_err());
    assert!(on("sort", &[l([Value::Null])]).is_err());
    assert!(on("@sortByAssociatedKeys", &[l([i(1)]), l([i(1), i(2)])]).is_err());
    let long = Value::list((0..100).rev().map(Value::Int).collect());
    gives(on("sort", &[long]), Value::list((0..100).map(Value::Int).collect()));
    let not_a_number = Value::list((0..30).map(|n| if n % 3 == 0 { d(f64::NAN) } else { d(f64::from(-n)) }).collect());
    assert!(on("sort", &[not_a_number]).is_ok());
}

#[test]
fn equal_keys_keep_the_order_of_the_list() {
    let items = l([s("a"), s("b"), s("c"), s("d")]);
    let keys = l([i(1), i(0), i(1), i(0)]);
    gives(on("@sortByAssociatedKeys", &[items, keys]), l([s("b"), s("d"), s("a"), s("c")]));
}

#[test]
fn sets_and_distinct_use_equality_across_types() {
    gives(on("distinct", &[l([i(1), u(1), d(1.0), i(2), Value::Null, Value::Null])]), l([i(1), i(2), Value::Null]));
    gives(run("sets.contains", &[l([i(1)]), l([d(1.0), u(1)])]), true.into());
    gives(run("sets.equivalent", &[l([i(1), i(2)]), l([i(2), i(1), i(1)])]), true.into());
    gives(run("sets.intersects", &[l([i(1)]), l([])]), false.into());
    gives(run("sets.contains", &[l([]), l([])]), true.into());
}

#[test]
fn optionals_hold_or_fault() {
    gives(run("optional.ofNonZeroValue", &[Value::Timestamp(0)]), Value::some(Value::Timestamp(0)));
    gives(run("optional.ofNonZeroValue", &[l([])]), Value::none());
    gives(run("optional.ofNonZeroValue", &[Value::none()]), Value::some(Value::none()));
    assert_eq!(on("value", &[Value::none()]), Err(Fault::NoValue));
    gives(on("or", &[Value::none(), Value::some(i(1))]), Value::some(i(1)));
    gives(on("orValue", &[Value::some(i(2)), i(1)]), i(2));
    gives(run("optional.unwrap", &[l([Value::some(i(1)), Value::none()])]), l([i(1)]));
    gives(on("first", &[l([])]), Value::none());
    gives(on("last", &[l([i(1), i(2)])]), Value::some(i(2)));
    assert!(on("unwrapOpt", &[l([i(1)])]).is_err());
    assert!(on("unwrapOpt", &[l([Value::none(), i(1)])]).is_err());
}

#[test]
fn doubling_a_list_runs_into_the_budget() {
    let mut meter = Meter::new(Meter::PER_CALL_LIMIT);
    let mut list = l([i(1)]);
    let add = find("_+_").unwrap();
    let fault = loop {
        match call(add, false, &[list.clone(), list], &mut meter) {
            Ok(longer) => list = longer,
            Err(fault) => break fault,
        }
    };
    assert!(matches!(fault, Fault::Budget { .. }));
}
