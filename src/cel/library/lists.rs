//! cel-go's lists extension, version 3.

use std::cmp::Ordering;

use crate::cel::{Meter, Result, Value};

use super::cost::{COPY, FLATTEN, KEYS_COMPARE, RANGE, SELF_COMPARE, SLICE};
use super::row::{Growth, LIST, global, invalid, method, mismatch};
use super::{Environment, Function, Ty};

/// The longest list that `lists.range` makes (cel-go `ext/lists.go`, `defaultMaxRangeSize`).
const MAX_RANGE: i64 = 1_000_000;

/// One overload for each type that has an order.
macro_rules! comparable {
    ($after:literal, $cost:expr, $call:expr, |$ty:ident| $params:expr, $result:expr) => {
        comparable!($after, $cost, $call, |$ty| $params, $result;
            "int" Int, "uint" Uint, "double" Double, "bool" Bool, "google.protobuf.Duration" Duration,
            "google.protobuf.Timestamp" Timestamp, "string" String, "bytes" Bytes)
    };
    ($after:literal, $cost:expr, $call:expr, |$ty:ident| $params:expr, $result:expr;
     $($name:literal $kind:ident),*) => {
        &[$({
            const $ty: Ty = Ty::List(&Ty::$kind);
            method(concat!("list_", $name, $after), $params, $result, $cost, $call)
        }),*]
    };
}

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "slice",
        overloads: &[method("list_slice", &[LIST, Ty::Int, Ty::Int], LIST, SLICE, slice)],
        doc: "The elements from one position up to, not including, another. Faults outside the list.",
        example: "[1, 2, 3, 4].slice(1, 3) == [2, 3]",
        since: Environment::Kubernetes(34),
    },
    Function {
        name: "flatten",
        overloads: &[
            method("list_flatten", &[Ty::List(&LIST)], LIST, FLATTEN, flatten),
            method("list_flatten_int", &[Ty::List(&Ty::Dyn), Ty::Int], Ty::List(&Ty::Dyn), FLATTEN, flatten),
        ],
        doc: "The list with lists inside replaced by their elements, one level deep or as many as said. Faults on a \
              negative depth.",
        example: "[[1], [2, 3]].flatten() == [1, 2, 3] && [[[1], [2]], [[3]]].flatten(2) == [1, 2, 3]",
        since: Environment::Kubernetes(34),
    },
    Function {
        name: "lists.range",
        overloads: &[global("lists_range", &[Ty::Int], Ty::List(&Ty::Int), RANGE, range)],
        doc: "The integers from 0 up to, not including, `n`. Faults on a negative `n` and on one over a million.",
        example: "lists.range(3) == [0, 1, 2]",
        since: Environment::Kubernetes(34),
    },
    Function {
        name: "distinct",
        overloads: &[method("list_distinct", &[LIST], LIST, SELF_COMPARE, distinct)],
        doc: "The list without elements that are equal to an earlier one.",
        example: "[1, 2, 1].distinct() == [1, 2]",
        since: Environment::Kubernetes(34),
    },
    Function {
        name: "reverse",
        overloads: &[method("list_reverse", &[LIST], LIST, COPY, reverse)],
        doc: "The elements in opposite order.",
        example: "[1, 2, 3].reverse() == [3, 2, 1]",
        since: Environment::Kubernetes(34),
    },
    Function {
        name: "sort",
        overloads: comparable!("_sort", SELF_COMPARE, sort, |ITEMS| &[ITEMS], ITEMS),
        doc: "The elements in ascending order. Faults when they are of several types or have no order.",
        example: "[3, 1, 2].sort() == [1, 2, 3]",
        since: Environment::Kubernetes(34),
    },
    Function {
        name: "@sortByAssociatedKeys",
        overloads: comparable!("_sortByAssociatedKeys", KEYS_COMPARE, sort_by_keys, |KEYS| &[LIST, KEYS], LIST),
        doc: "What `list.sortBy(x, key)` becomes: the list in the order of the list of keys; equal keys keep theirs.",
        example: "['a', 'b', 'c'].sortBy(x, x == 'b' ? 0 : 1) == ['b', 'a', 'c']",
        since: Environment::Kubernetes(34),
    },
];

fn slice(args: &[Value], _: &mut Meter) -> Result {
    let [Value::List(items), Value::Int(start), Value::Int(end)] = args else { return Err(mismatch()) };
    let refuse = |why: &str| invalid(format!("cannot slice({start}, {end}), {why}"));
    let (Ok(from), Ok(to)) = (usize::try_from(*start), usize::try_from(*end)) else {
        return Err(refuse("negative indexes not supported"));
    };
    if from > to {
        return Err(refuse("start index must be less than or equal to end index"));
    }
    let part = items.get(from..to).ok_or_else(|| refuse(&format!("list is length {}", items.len())))?;
    Ok(Value::List(part.into()))
}

fn flatten(args: &[Value], meter: &mut Meter) -> Result {
    let (items, depth) = match args {
        [Value::List(items)] => (items, 1),
        [Value::List(items), Value::Int(depth)] => (items, *depth),
        _ => return Err(mismatch()),
    };
    if depth < 0 {
        return Err(invalid("level must be non-negative"));
    }
    let mut growth = Growth::default();
    let mut flat = Vec::new();
    let mut open = vec![(items.iter(), depth)];
    while let Some((rest, depth)) = open.last_mut() {
        let depth = *depth;
        match rest.next() {
            Some(Value::List(inner)) if depth > 0 => open.push((inner.iter(), depth - 1)),
            Some(item) => {
                growth.elements(1, meter)?;
                flat.push(item.clone());
            }
            None => {
                open.pop();
            }
        }
    }
    Ok(Value::list(flat))
}

fn range(args: &[Value], _: &mut Meter) -> Result {
    let [Value::Int(n)] = args else { return Err(mismatch()) };
    match *n {
        0..=MAX_RANGE => Ok((0..*n).map(Value::Int).collect()),
        n if n < 0 => Err(invalid(format!("lists.range: size must be non-negative, got {n}"))),
        n => Err(invalid(format!("lists.range: size {n} exceeds maximum allowed ({MAX_RANGE})"))),
    }
}

fn distinct(args: &[Value], _: &mut Meter) -> Result {
    let [Value::List(items)] = args else { return Err(mismatch()) };
    let mut seen: Vec<Value> = Vec::new();
    for item in items.iter() {
        if !seen.contains(item) {
            seen.push(item.clone());
        }
    }
    Ok(Value::list(seen))
}

fn reverse(args: &[Value], _: &mut Meter) -> Result {
    let [Value::List(items)] = args else { return Err(mismatch()) };
    Ok(items.iter().rev().cloned().collect())
}

fn sort(args: &[Value], _: &mut Meter) -> Result {
    let [Value::List(items)] = args else { return Err(mismatch()) };
    sorted(items, items)
}

fn sort_by_keys(args: &[Value], _: &mut Meter) -> Result {
    let [Value::List(items), Value::List(keys)] = args else { return Err(mismatch()) };
    sorted(items, keys)
}

fn sorted(items: &[Value], keys: &[Value]) -> Result {
    if items.len() != keys.len() {
        return Err(invalid(format!("{} elements cannot be sorted by {} keys", items.len(), keys.len())));
    }
    let Some(first) = keys.first() else { return Ok(Value::list(vec![])) };
    if !first.is_ordered() {
        return Err(invalid("list elements must be comparable"));
    }
    if keys.iter().any(|key| key.type_name() != first.type_name()) {
        return Err(invalid("list elements must have the same type"));
    }
    let mut pairs: Vec<(&Value, &Value)> = keys.iter().zip(items).collect();
    if pairs.len() <= INSERTION {
        insertion_sort(&mut pairs);
    } else {
        pairs.sort_by(|left, right| total(left.0, right.0));
    }
    Ok(pairs.into_iter().map(|(_, item)| item.clone()).collect())
}

/// Up to this length Go's `sort.Slice` sorts by insertion, which is stable and leaves `NaN` in place.
const INSERTION: usize = 12;

fn insertion_sort(pairs: &mut [(&Value, &Value)]) {
    for end in 1..pairs.len() {
        let mut at = end;
        while at > 0 && less(pairs, at, at - 1) {
            pairs.swap(at, at - 1);
            at -= 1;
        }
    }
}

fn less(pairs: &[(&Value, &Value)], left: usize, right: usize) -> bool {
    match (pairs.get(left), pairs.get(right)) {
        (Some(left), Some(right)) => left.0.compare(right.0) == Ok(Ordering::Less),
        _ => false,
    }
}

/// A total order: `NaN` behind all numbers.
fn total(left: &Value, right: &Value) -> Ordering {
    let is_nan = |value: &Value| matches!(value, Value::Double(double) if double.is_nan());
    left.compare(right).unwrap_or_else(|_| is_nan(left).cmp(&is_nan(right)))
}
