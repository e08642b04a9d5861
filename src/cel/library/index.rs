//! `x[i]` and `size`.

use std::cmp::Ordering;

use crate::cel::value::{floor_to_i64, i64_to_f64};
use crate::cel::{Fault, Meter, Result, Value};

use super::cost::ONE;
use super::row::{LIST, global, method, mismatch};
use super::{Environment, Function, Ty};

const MAP: Ty = Ty::Map(&Ty::Param('K'), &Ty::Param('V'));
const OPTIONAL_LIST: Ty = Ty::Optional(&LIST);
const OPTIONAL_MAP: Ty = Ty::Optional(&MAP);

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "_[_]",
        overloads: &[
            global("index_list", &[LIST, Ty::Int], Ty::Param('T'), ONE, index),
            global("index_map", &[MAP, Ty::Param('K')], Ty::Param('V'), ONE, index),
            global("optional_list_index_int", &[OPTIONAL_LIST, Ty::Int], Ty::Optional(&Ty::Param('T')), ONE, index),
            global(
                "optional_map_index_value",
                &[OPTIONAL_MAP, Ty::Param('K')],
                Ty::Optional(&Ty::Param('V')),
                ONE,
                index,
            ),
        ],
        doc: "The element at a position, counted from zero, or the value under a key. Faults when it is not there; \
              on an optional it gives an optional.",
        example: "[1, 2, 3][0] == 1 && {'a': 1}['a'] == 1",
        since: Environment::Base,
    },
    Function {
        name: "size",
        overloads: &[
            global("size_string", &[Ty::String], Ty::Int, ONE, size),
            global("size_bytes", &[Ty::Bytes], Ty::Int, ONE, size),
            global("size_list", &[LIST], Ty::Int, ONE, size),
            global("size_map", &[MAP], Ty::Int, ONE, size),
            method("string_size", &[Ty::String], Ty::Int, ONE, size),
            method("bytes_size", &[Ty::Bytes], Ty::Int, ONE, size),
            method("list_size", &[LIST], Ty::Int, ONE, size),
            method("map_size", &[MAP], Ty::Int, ONE, size),
        ],
        doc: "How many characters, bytes, elements or entries there are.",
        example: "size('grüße') == 5 && [1, 2].size() == 2 && {'a': 1}.size() == 1",
        since: Environment::Base,
    },
];

fn size(args: &[Value], _: &mut Meter) -> Result {
    let size = args.first().and_then(Value::size).ok_or_else(mismatch)?;
    i64::try_from(size).map(Value::Int).map_err(|_| Fault::Overflow("integer"))
}

/// `x[i]`, also where the checker knew neither: a position may be any number that is whole.
pub(super) fn index(args: &[Value], _: &mut Meter) -> Result {
    match args {
        [Value::Optional(None), _] => Ok(Value::none()),
        [Value::Optional(Some(inner)), index] => match at(inner, index) {
            Ok(found) => Ok(Value::some(found.clone())),
            Err(Fault::NoSuchKey(_) | Fault::IndexOutOfBounds(_)) => Ok(Value::none()),
            Err(other) => Err(other),
        },
        [value, index] => at(value, index).cloned(),
        _ => Err(mismatch()),
    }
}

fn at<'value>(value: &'value Value, index: &Value) -> Result<&'value Value> {
    match value {
        Value::List(items) => {
            let position = position(index)?;
            let found = usize::try_from(position).ok().and_then(|position| items.get(position));
            found.ok_or(Fault::IndexOutOfBounds(position))
        }
        Value::Map(entries) => entries.find(index).ok_or_else(|| Fault::NoSuchKey(index.to_cel_text(80))),
        _ => Err(Fault::NoSuchOverload(format!("`{}[{}]`", value.type_name(), index.type_name()))),
    }
}

fn position(index: &Value) -> Result<i64> {
    let position = match index {
        Value::Int(position) => Some(*position),
        Value::Uint(position) => i64::try_from(*position).ok(),
        Value::Double(double) => {
            let whole = |int: &i64| i64_to_f64(*int).partial_cmp(double) == Some(Ordering::Equal);
            floor_to_i64(*double).filter(whole)
        }
        _ => None,
    };
    position.ok_or_else(|| Fault::NoSuchOverload(format!("`list[{}]`", index.type_name())))
}
