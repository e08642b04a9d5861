//! `== != < <= > >= in`.

use std::cmp::Ordering;

use crate::cel::{Fault, Incomparable, Meter, Result, Value};

use super::cost::{EQUALITY, MEMBERSHIP, ONE, SHORTER};
use super::row::{global, invalid, mismatch, pure};
use super::{Environment, Function, Overload, Ty};

const PAIR: &[Ty] = &[Ty::Param('A'), Ty::Param('A')];

/// The overloads of one order operator, named as cel-go names them.
macro_rules! orders {
    ($prefix:literal, $holds:expr) => {
        &[
            order(concat!($prefix, "_int64"), &[Ty::Int, Ty::Int], $holds),
            order(concat!($prefix, "_int64_double"), &[Ty::Int, Ty::Double], $holds),
            order(concat!($prefix, "_int64_uint64"), &[Ty::Int, Ty::Uint], $holds),
            order(concat!($prefix, "_uint64"), &[Ty::Uint, Ty::Uint], $holds),
            order(concat!($prefix, "_uint64_double"), &[Ty::Uint, Ty::Double], $holds),
            order(concat!($prefix, "_uint64_int64"), &[Ty::Uint, Ty::Int], $holds),
            order(concat!($prefix, "_double"), &[Ty::Double, Ty::Double], $holds),
            order(concat!($prefix, "_double_int64"), &[Ty::Double, Ty::Int], $holds),
            order(concat!($prefix, "_double_uint64"), &[Ty::Double, Ty::Uint], $holds),
            text_order(concat!($prefix, "_string"), &[Ty::String, Ty::String], $holds),
            text_order(concat!($prefix, "_bytes"), &[Ty::Bytes, Ty::Bytes], $holds),
            order(concat!($prefix, "_bool"), &[Ty::Bool, Ty::Bool], $holds),
            order(concat!($prefix, "_timestamp"), &[Ty::Timestamp, Ty::Timestamp], $holds),
            order(concat!($prefix, "_duration"), &[Ty::Duration, Ty::Duration], $holds),
        ]
    };
}

type Implementation = fn(&[Value], &mut Meter) -> Result;

const fn order(id: &'static str, params: &'static [Ty], call: Implementation) -> Overload {
    global(id, params, Ty::Bool, ONE, call)
}

const fn text_order(id: &'static str, params: &'static [Ty], call: Implementation) -> Overload {
    global(id, params, Ty::Bool, SHORTER, call)
}

const LESS: Implementation = |args, _| compare(args, Ordering::is_lt);
const LESS_EQUALS: Implementation = |args, _| compare(args, Ordering::is_le);
const GREATER: Implementation = |args, _| compare(args, Ordering::is_gt);
const GREATER_EQUALS: Implementation = |args, _| compare(args, Ordering::is_ge);

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "_==_",
        overloads: &[global("equals", PAIR, Ty::Bool, EQUALITY, pure!([a, b] => equal(a, b).map(Value::Bool)))],
        doc: "Whether two values are equal: numbers of any type by value, lists and maps deeply, optionals by what \
              they hold. `NaN` equals nothing; values of different kinds are unequal. A library value (`quantity('1')`) compares \
              with its own type and null only, anything else is an error.",
        example: "1 == 1 && [1, 2] == [1, 2] && {'a': 1} == {'a': 1}",
        since: Environment::Base,
    },
    Function {
        name: "_!=_",
        overloads: &[global(
            "not_equals",
            PAIR,
            Ty::Bool,
            SHORTER,
            pure!(
                [a, b] => Ok(Value::Bool(!equal(a, b).unwrap_or(false)))
            ),
        )],
        doc: "Whether `==` does not hold; true also where `==` has no value, as in Kubernetes.",
        example: "1 != 2 && 'a' != 'b'",
        since: Environment::Base,
    },
    Function {
        name: "_<_",
        overloads: orders!("less", LESS),
        doc: "Whether the first is less: numbers of any type by value, text and bytes byte by byte, false before \
              true, durations, timestamps. Faults on `NaN`.",
        example: "1 < 2 && 'a' < 'b' && 1 < 1.5",
        since: Environment::Base,
    },
    Function {
        name: "_<=_",
        overloads: orders!("less_equals", LESS_EQUALS),
        doc: "Whether the first is less or equal; see `<`.",
        example: "2 <= 2 && 'a' <= 'b'",
        since: Environment::Base,
    },
    Function {
        name: "_>_",
        overloads: orders!("greater", GREATER),
        doc: "Whether the first is greater; see `<`.",
        example: "3 > 2 && duration('1m') > duration('59s')",
        since: Environment::Base,
    },
    Function {
        name: "_>=_",
        overloads: orders!("greater_equals", GREATER_EQUALS),
        doc: "Whether the first is greater or equal; see `<`.",
        example: "2 >= 2 && 2u >= 1",
        since: Environment::Base,
    },
    Function {
        name: "@in",
        overloads: &[
            global(
                "in_list",
                &[Ty::Param('A'), Ty::List(&Ty::Param('A'))],
                Ty::Bool,
                MEMBERSHIP,
                pure!(
                    [item, Value::List(items)] => Ok(Value::Bool(items.contains(item)))
                ),
            ),
            global("in_map", &[Ty::Param('A'), Ty::Map(&Ty::Param('A'), &Ty::Param('B'))], Ty::Bool, ONE, in_map),
        ],
        doc: "`x in list`: whether an element equals `x`. `x in map`: whether a key does.",
        example: "2 in [1, 2, 3] && 'a' in {'a': 1} && !('b' in {'a': 1})",
        since: Environment::Base,
    },
];

/// As `==` of the values, but a library value on the left refuses what is of another type, also inside
/// of optionals (its `Equal` in Kubernetes gives an error there).
fn equal(a: &Value, b: &Value) -> Result<bool> {
    let (mut left, mut right) = (a, b);
    while let (Value::Optional(Some(inner_left)), Value::Optional(Some(inner_right))) = (left, right) {
        (left, right) = (inner_left, inner_right);
    }
    match (left, right) {
        (Value::Opaque(opaque), other) if !matches!(other, Value::Null) && opaque.type_name() != other.type_name() => {
            Err(Fault::NoSuchOverload(format!("`{} == {}`", opaque.type_name(), other.type_name())))
        }
        _ => Ok(a == b),
    }
}

fn in_map(args: &[Value], _: &mut Meter) -> Result {
    let [key, Value::Map(entries)] = args else { return Err(mismatch()) };
    if let Value::Bytes(_) = key {
        return Err(invalid("bytes are never a key of a map"));
    }
    Ok(Value::Bool(entries.find(key).is_some()))
}

fn compare(args: &[Value], holds: fn(Ordering) -> bool) -> Result {
    let [a, b] = args else { return Err(mismatch()) };
    match a.compare(b) {
        Ok(order) => Ok(Value::Bool(holds(order))),
        Err(Incomparable::NotANumber) => Err(invalid("NaN values cannot be ordered")),
        Err(Incomparable::Kinds) => Err(mismatch()),
    }
}
