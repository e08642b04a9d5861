//! `+ - * / % !`: numbers never wrap, text and lists concatenate, times shift.

use crate::cel::{Fault, Meter, Result, Value};

use super::cost::{BOTH, ONE};
use super::row::{Growth, LIST, global, mismatch, pure};
use super::{Environment, Function, Ty};

/// Nanoseconds of a second.
const NANOS: i64 = 1_000_000_000;
/// Unix seconds of years 1 to 9999 (cel-go `common/types/timestamp.go`).
const SECONDS: std::ops::RangeInclusive<i128> = -62_135_596_800..=253_402_300_799;

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "_+_",
        overloads: &[
            global("add_int64", &[Ty::Int, Ty::Int], Ty::Int, ONE, pure!([a, b] => add(a, b))),
            global("add_string", &[Ty::String, Ty::String], Ty::String, BOTH, add_text),
            global("add_list", &[LIST, LIST], LIST, ONE, add_lists),
            global("add_double", &[Ty::Double, Ty::Double], Ty::Double, ONE, pure!([a, b] => add(a, b))),
            global("add_uint64", &[Ty::Uint, Ty::Uint], Ty::Uint, ONE, pure!([a, b] => add(a, b))),
            global("add_bytes", &[Ty::Bytes, Ty::Bytes], Ty::Bytes, BOTH, add_text),
            global(
                "add_duration_duration",
                &[Ty::Duration, Ty::Duration],
                Ty::Duration,
                ONE,
                pure!([a, b] => add(a, b)),
            ),
            global(
                "add_duration_timestamp",
                &[Ty::Duration, Ty::Timestamp],
                Ty::Timestamp,
                ONE,
                pure!([a, b] => add(a, b)),
            ),
            global(
                "add_timestamp_duration",
                &[Ty::Timestamp, Ty::Duration],
                Ty::Timestamp,
                ONE,
                pure!([a, b] => add(a, b)),
            ),
        ],
        doc: "Adds numbers of one type, durations and timestamps; concatenates strings, bytes and lists. \
              Faults when the result leaves its range.",
        example: "1 + 2 == 3 && 'a' + 'b' == 'ab' && [1] + [2] == [1, 2]",
        since: Environment::Base,
    },
    Function {
        name: "_-_",
        overloads: &[
            global("subtract_int64", &[Ty::Int, Ty::Int], Ty::Int, ONE, pure!([a, b] => subtract(a, b))),
            global("subtract_double", &[Ty::Double, Ty::Double], Ty::Double, ONE, pure!([a, b] => subtract(a, b))),
            global("subtract_uint64", &[Ty::Uint, Ty::Uint], Ty::Uint, ONE, pure!([a, b] => subtract(a, b))),
            global(
                "subtract_duration_duration",
                &[Ty::Duration, Ty::Duration],
                Ty::Duration,
                ONE,
                pure!([a, b] => subtract(a, b)),
            ),
            global(
                "subtract_timestamp_timestamp",
                &[Ty::Timestamp, Ty::Timestamp],
                Ty::Duration,
                ONE,
                pure!([a, b] => subtract(a, b)),
            ),
            global(
                "subtract_timestamp_duration",
                &[Ty::Timestamp, Ty::Duration],
                Ty::Timestamp,
                ONE,
                pure!([a, b] => subtract(a, b)),
            ),
        ],
        doc: "Subtracts numbers of one type, durations and timestamps. Faults when the result leaves its range: \
              a `uint` never goes below zero.",
        example: "5 - 3 == 2 && timestamp('2026-01-02T00:00:00Z') - duration('24h') == timestamp('2026-01-01T00:00:00Z')",
        since: Environment::Base,
    },
    Function {
        name: "_*_",
        overloads: &[
            global("multiply_int64", &[Ty::Int, Ty::Int], Ty::Int, ONE, pure!([a, b] => multiply(a, b))),
            global("multiply_double", &[Ty::Double, Ty::Double], Ty::Double, ONE, pure!([a, b] => multiply(a, b))),
            global("multiply_uint64", &[Ty::Uint, Ty::Uint], Ty::Uint, ONE, pure!([a, b] => multiply(a, b))),
        ],
        doc: "Multiplies numbers of one type. Faults when an integer result leaves its range.",
        example: "6 * 7 == 42 && 0.5 * 4.0 == 2.0",
        since: Environment::Base,
    },
    Function {
        name: "_/_",
        overloads: &[
            global("divide_int64", &[Ty::Int, Ty::Int], Ty::Int, ONE, pure!([a, b] => divide(a, b))),
            global("divide_double", &[Ty::Double, Ty::Double], Ty::Double, ONE, pure!([a, b] => divide(a, b))),
            global("divide_uint64", &[Ty::Uint, Ty::Uint], Ty::Uint, ONE, pure!([a, b] => divide(a, b))),
        ],
        doc: "Divides numbers of one type; integers round towards zero. Faults on an integer zero divisor; \
              doubles give infinity or `NaN`.",
        example: "7 / 2 == 3 && -7 / 2 == -3 && 7.0 / 2.0 == 3.5",
        since: Environment::Base,
    },
    Function {
        name: "_%_",
        overloads: &[
            global("modulo_int64", &[Ty::Int, Ty::Int], Ty::Int, ONE, pure!([a, b] => modulo(a, b))),
            global("modulo_uint64", &[Ty::Uint, Ty::Uint], Ty::Uint, ONE, pure!([a, b] => modulo(a, b))),
        ],
        doc: "The remainder of a division of integers, with the sign of the dividend. Faults on a zero divisor.",
        example: "7 % 3 == 1 && -7 % 3 == -1",
        since: Environment::Base,
    },
    Function {
        name: "-_",
        overloads: &[
            global("negate_int64", &[Ty::Int], Ty::Int, ONE, pure!([a] => negate(a))),
            global("negate_double", &[Ty::Double], Ty::Double, ONE, pure!([a] => negate(a))),
        ],
        doc: "Negates a number. Faults on the smallest `int`.",
        example: "-(5) == -5",
        since: Environment::Base,
    },
    Function {
        name: "!_",
        overloads: &[global("logical_not", &[Ty::Bool], Ty::Bool, ONE, pure!([Value::Bool(a)] => Ok(Value::Bool(!a))))],
        doc: "Negates a boolean.",
        example: "!false",
        since: Environment::Base,
    },
];

const INT: Fault = Fault::Overflow("integer");
const UINT: Fault = Fault::Overflow("unsigned integer");

/// `a + b`; also what `sum` adds up with.
pub(super) fn add(a: &Value, b: &Value) -> Result {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.checked_add(*b).map(Value::Int).ok_or(INT),
        (Value::Uint(a), Value::Uint(b)) => a.checked_add(*b).map(Value::Uint).ok_or(UINT),
        (Value::Double(a), Value::Double(b)) => Ok(Value::Double(a + b)),
        (Value::Duration(a), Value::Duration(b)) => a.checked_add(*b).map(Value::Duration).ok_or(INT),
        (Value::Timestamp(at), Value::Duration(by)) | (Value::Duration(by), Value::Timestamp(at)) => shift(*at, *by),
        _ => Err(mismatch()),
    }
}

fn shift(at: i128, by: i64) -> Result {
    let moved = at.saturating_add(i128::from(by));
    let inside = SECONDS.contains(&moved.div_euclid(i128::from(NANOS)));
    if inside { Ok(Value::Timestamp(moved)) } else { Err(Fault::Overflow("timestamp")) }
}

fn subtract(a: &Value, b: &Value) -> Result {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.checked_sub(*b).map(Value::Int).ok_or(INT),
        (Value::Uint(a), Value::Uint(b)) => a.checked_sub(*b).map(Value::Uint).ok_or(UINT),
        (Value::Double(a), Value::Double(b)) => Ok(Value::Double(a - b)),
        (Value::Duration(a), Value::Duration(b)) => a.checked_sub(*b).map(Value::Duration).ok_or(INT),
        // The duration is negated first, so its smallest value faults (`subtractTimeDurationChecked`).
        (Value::Timestamp(at), Value::Duration(by)) => by.checked_neg().ok_or(INT).and_then(|by| shift(*at, by)),
        (Value::Timestamp(a), Value::Timestamp(b)) => between(*a, *b).map(Value::Duration).ok_or(INT),
        _ => Err(mismatch()),
    }
}

/// The nanoseconds from `b` to `a`. Whole seconds are scaled before the rest is added, and either
/// step may overflow (`subtractTimeChecked`).
fn between(a: i128, b: i128) -> Option<i64> {
    let nanos = i128::from(NANOS);
    let seconds = i64::try_from(a.div_euclid(nanos) - b.div_euclid(nanos)).ok()?;
    let rest = i64::try_from(a.rem_euclid(nanos) - b.rem_euclid(nanos)).ok()?;
    seconds.checked_mul(NANOS)?.checked_add(rest)
}

fn multiply(a: &Value, b: &Value) -> Result {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.checked_mul(*b).map(Value::Int).ok_or(INT),
        (Value::Uint(a), Value::Uint(b)) => a.checked_mul(*b).map(Value::Uint).ok_or(UINT),
        (Value::Double(a), Value::Double(b)) => Ok(Value::Double(a * b)),
        _ => Err(mismatch()),
    }
}

fn divide(a: &Value, b: &Value) -> Result {
    match (a, b) {
        (Value::Int(_), Value::Int(0)) | (Value::Uint(_), Value::Uint(0)) => Err(Fault::DivisionByZero("division")),
        (Value::Int(a), Value::Int(b)) => a.checked_div(*b).map(Value::Int).ok_or(INT),
        (Value::Uint(a), Value::Uint(b)) => a.checked_div(*b).map(Value::Uint).ok_or(UINT),
        (Value::Double(a), Value::Double(b)) => Ok(Value::Double(a / b)),
        _ => Err(mismatch()),
    }
}

fn modulo(a: &Value, b: &Value) -> Result {
    match (a, b) {
        (Value::Int(_), Value::Int(0)) | (Value::Uint(_), Value::Uint(0)) => Err(Fault::DivisionByZero("modulus")),
        (Value::Int(a), Value::Int(b)) => a.checked_rem(*b).map(Value::Int).ok_or(INT),
        (Value::Uint(a), Value::Uint(b)) => a.checked_rem(*b).map(Value::Uint).ok_or(UINT),
        _ => Err(mismatch()),
    }
}

fn negate(a: &Value) -> Result {
    match a {
        Value::Int(a) => a.checked_neg().map(Value::Int).ok_or(INT),
        Value::Double(a) => Ok(Value::Double(-a)),
        _ => Err(mismatch()),
    }
}

/// Text and bytes: priced in full by `BOTH`, so only the absolute bound is left to check.
fn add_text(args: &[Value], _: &mut Meter) -> Result {
    let unmetered = &mut Meter::new(u64::MAX);
    match args {
        [Value::String(a), Value::String(b)] => {
            Growth::default().text(a.len().saturating_add(b.len()), unmetered)?;
            Ok(Value::from([&**a, &**b].concat()))
        }
        [Value::Bytes(a), Value::Bytes(b)] => {
            Growth::default().text(a.len().saturating_add(b.len()), unmetered)?;
            Ok(Value::bytes(&[&**a, &**b].concat()))
        }
        _ => Err(mismatch()),
    }
}

/// Kubernetes prices this at one, since cel-go links the lists; ours are copied.
fn add_lists(args: &[Value], meter: &mut Meter) -> Result {
    let [left @ Value::List(a), right @ Value::List(b)] = args else { return Err(mismatch()) };
    if a.is_empty() {
        return Ok(right.clone());
    }
    if b.is_empty() {
        return Ok(left.clone());
    }
    Growth::default().elements(a.len().saturating_add(b.len()), meter)?;
    Ok(a.iter().chain(b.iter()).cloned().collect())
}
