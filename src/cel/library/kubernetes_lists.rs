//! Kubernetes' list functions (apiserver `pkg/cel/library/lists.go`).

use std::cmp::Ordering;

use crate::cel::{Fault, Meter, Result, Value};

use super::arithmetic::add;
use super::cost::TRAVERSAL;
use super::row::{LIST, invalid, method, mismatch, pure};
use super::{Environment, Function, Overload, Ty};

/// One overload for lists of each type that has an order; `element` gives back one of the elements.
macro_rules! comparable {
    (element $verb:literal, $call:expr) => {
        comparable!(element $verb, $call;
            "int" Ty::Int, "uint" Ty::Uint, "double" Ty::Double, "bool" Ty::Bool, "duration" Ty::Duration,
            "timestamp" Ty::Timestamp, "string" Ty::String, "bytes" Ty::Bytes)
    };
    (bool $verb:literal, $call:expr) => {
        comparable!(bool $verb, $call;
            "int" Ty::Int, "uint" Ty::Uint, "double" Ty::Double, "bool" Ty::Bool, "duration" Ty::Duration,
            "timestamp" Ty::Timestamp, "string" Ty::String, "bytes" Ty::Bytes)
    };
    (element $verb:literal, $call:expr; $($name:literal $ty:expr),*) => {
        &[$(method(concat!("list_", $name, $verb, $name), &[Ty::List(&$ty)], $ty, TRAVERSAL, $call)),*]
    };
    (bool $verb:literal, $call:expr; $($name:literal $ty:expr),*) => {
        &[$(method(concat!("list_", $name, $verb), &[Ty::List(&$ty)], Ty::Bool, TRAVERSAL, $call)),*]
    };
}

pub(super) const INDEX_OF: Overload =
    method("list_a_index_of_int", &[LIST, Ty::Param('T')], Ty::Int, TRAVERSAL, index_of);
pub(super) const LAST_INDEX_OF: Overload =
    method("list_a_last_index_of_int", &[LIST, Ty::Param('T')], Ty::Int, TRAVERSAL, last_index_of);

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "isSorted",
        overloads: comparable!(bool "_is_sorted_bool", is_sorted),
        doc: "Whether no element is greater than the next.",
        example: "[1, 2, 2].isSorted() && !['b', 'a'].isSorted()",
        since: Environment::Base,
    },
    Function {
        name: "sum",
        overloads: &[
            method("list_int_sum_int", &[Ty::List(&Ty::Int)], Ty::Int, TRAVERSAL, |a, _| sum(a, Value::Int(0))),
            method("list_uint_sum_uint", &[Ty::List(&Ty::Uint)], Ty::Uint, TRAVERSAL, |a, _| sum(a, Value::Uint(0))),
            method("list_double_sum_double", &[Ty::List(&Ty::Double)], Ty::Double, TRAVERSAL, |a, _| {
                sum(a, Value::Double(0.0))
            }),
            method("list_duration_sum_duration", &[Ty::List(&Ty::Duration)], Ty::Duration, TRAVERSAL, |a, _| {
                sum(a, Value::Duration(0))
            }),
        ],
        doc: "The sum of the elements, zero for none. Faults when it leaves its range.",
        example: "[1, 2, 3].sum() == 6 && [duration('1m'), duration('1s')].sum() == duration('61s')",
        since: Environment::Base,
    },
    Function {
        name: "min",
        overloads: comparable!(element "_min_", |args, _| best(args, "min", Ordering::Greater)),
        doc: "The least element. Faults on an empty list.",
        example: "[2, 1, 3].min() == 1",
        since: Environment::Base,
    },
    Function {
        name: "max",
        overloads: comparable!(element "_max_", |args, _| best(args, "max", Ordering::Less)),
        doc: "The greatest element. Faults on an empty list.",
        example: "['a', 'c', 'b'].max() == 'c'",
        since: Environment::Base,
    },
    Function {
        name: "includes",
        overloads: &[method(
            "list_includes_dyn_dyn",
            &[Ty::Dyn, Ty::Dyn],
            Ty::Bool,
            TRAVERSAL,
            pure!(
                [target, item] => Ok(Value::Bool(match target {
                    Value::List(items) => items.contains(item),
                    other => other == item,
                }))
            ),
        )],
        doc: "Whether a list has an element, or whether anything else is equal to it: for fields that hold one value \
              or many.",
        example: "[1, 2].includes(2) && 'a'.includes('a')",
        since: Environment::Kubernetes(37),
    },
];

fn items(args: &[Value]) -> Result<&[Value]> {
    match args.first() {
        Some(Value::List(items)) => Ok(items),
        _ => Err(mismatch()),
    }
}

fn ordered(item: &Value) -> Result<&Value> {
    Some(item)
        .filter(|item| item.is_ordered())
        .ok_or_else(|| Fault::NoSuchOverload(format!("values of `{}` have no order", item.type_name())))
}

/// What cannot be compared (`NaN`, another type) counts as in order, as in Kubernetes.
fn is_sorted(args: &[Value], _: &mut Meter) -> Result {
    let items = items(args)?;
    let mut previous: Option<&Value> = None;
    for item in items {
        if previous.replace(ordered(item)?).is_some_and(|before| before.compare(item) == Ok(Ordering::Greater)) {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

fn sum(args: &[Value], zero: Value) -> Result {
    items(args)?.iter().try_fold(zero, |sum, item| add(&sum, item))
}

/// The element that no other one beats; what cannot be compared never wins, as in Kubernetes.
fn best(args: &[Value], name: &str, loses: Ordering) -> Result {
    let mut best: Option<&Value> = None;
    for item in items(args)? {
        let item = ordered(item)?;
        if best.is_none_or(|best| best.compare(item) == Ok(loses)) {
            best = Some(item);
        }
    }
    best.cloned().ok_or_else(|| invalid(format!("{name} called on empty list")))
}

fn index_of(args: &[Value], _: &mut Meter) -> Result {
    let [Value::List(items), item] = args else { return Err(mismatch()) };
    found(items.iter().position(|other| other == item))
}

fn last_index_of(args: &[Value], _: &mut Meter) -> Result {
    let [Value::List(items), item] = args else { return Err(mismatch()) };
    found(items.iter().rposition(|other| other == item))
}

fn found(position: Option<usize>) -> Result {
    let position = position.map_or(Ok(-1), i64::try_from);
    position.map(Value::Int).map_err(|_| Fault::Overflow("integer"))
}
