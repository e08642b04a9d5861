//! cel-go's sets extension: lists compared as sets, by CEL's equality.

use crate::cel::{Result, Value};

use super::cost::{PAIRS, PAIRS_TWICE};
use super::row::{LIST, global, mismatch};
use super::{Environment, Function, Ty};

const TWO: &[Ty] = &[LIST, LIST];

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "sets.contains",
        overloads: &[global("list_sets_contains_list", TWO, Ty::Bool, PAIRS, |args, _| {
            lists(args).map(|(all, some)| Value::Bool(contains(all, some)))
        })],
        doc: "Whether the first list has every element of the second.",
        example: "sets.contains([1, 2, 3], [3, 1]) && sets.contains([], [])",
        since: Environment::Kubernetes(29),
    },
    Function {
        name: "sets.equivalent",
        overloads: &[global("list_sets_equivalent_list", TWO, Ty::Bool, PAIRS_TWICE, |args, _| {
            lists(args).map(|(left, right)| Value::Bool(contains(left, right) && contains(right, left)))
        })],
        doc: "Whether two lists have the same elements, in any order and number.",
        example: "sets.equivalent([1, 2, 2], [2, 1])",
        since: Environment::Kubernetes(29),
    },
    Function {
        name: "sets.intersects",
        overloads: &[global("list_sets_intersects_list", TWO, Ty::Bool, PAIRS, |args, _| {
            lists(args).map(|(left, right)| Value::Bool(left.iter().any(|item| right.contains(item))))
        })],
        doc: "Whether two lists share an element.",
        example: "sets.intersects([1, 2], [2, 3]) && !sets.intersects([1], [])",
        since: Environment::Kubernetes(29),
    },
];

fn lists(args: &[Value]) -> Result<(&[Value], &[Value])> {
    match args {
        [Value::List(left), Value::List(right)] => Ok((left, right)),
        _ => Err(mismatch()),
    }
}

fn contains(all: &[Value], some: &[Value]) -> bool {
    some.iter().all(|item| all.contains(item))
}
