//! cel-go's math extension, version 2.
//!
//! `math.greatest` and `math.least` are macros in cel-go. Here they are functions of one number, two
//! numbers or a list; `call` takes three and more numbers as a list (`is_variadic`).

use std::cmp::Ordering;

use crate::cel::value::{i64_to_f64, u64_to_f64};
use crate::cel::{Fault, Incomparable, Result, Value};

use super::cost::ONE;
use super::row::{global, invalid, mismatch, pure};
use super::{Environment, Function, Overload, Ty};

/// A function of one double.
const fn rounding(id: &'static str, call: fn(&[Value], &mut crate::cel::Meter) -> Result) -> Overload {
    global(id, &[Ty::Double], Ty::Double, ONE, call)
}

macro_rules! on_double {
    ($name:literal, $id:literal, $method:path, $doc:literal, $example:literal) => {
        Function {
            name: $name,
            overloads: &[rounding($id, pure!([Value::Double(x)] => Ok(Value::Double($method(*x)))))],
            doc: $doc,
            example: $example,
            since: Environment::Extension,
        }
    };
}

macro_rules! test_double {
    ($name:literal, $id:literal, $method:path, $doc:literal, $example:literal) => {
        Function {
            name: $name,
            overloads: &[global($id, &[Ty::Double], Ty::Bool, ONE, pure!(
                [Value::Double(x)] => Ok(Value::Bool($method(*x)))
            ))],
            doc: $doc,
            example: $example,
            since: Environment::Extension,
        }
    };
}

macro_rules! bitwise {
    ($name:literal, $int:literal, $uint:literal, |$a:ident, $b:ident| $body:expr, $doc:literal, $example:literal) => {
        Function {
            name: $name,
            overloads: &[
                global($int, &[Ty::Int, Ty::Int], Ty::Int, ONE, pure!(
                    [Value::Int($a), Value::Int($b)] => Ok(Value::Int($body))
                )),
                global($uint, &[Ty::Uint, Ty::Uint], Ty::Uint, ONE, pure!(
                    [Value::Uint($a), Value::Uint($b)] => Ok(Value::Uint($body))
                )),
            ],
            doc: $doc,
            example: $example,
            since: Environment::Extension,
        }
    };
}

/// The overloads of `math.greatest` and `math.least`, by cel-go's ids.
macro_rules! extremes {
    ($name:literal, $call:expr) => {
        &[
            global(concat!("math_@", $name, "_int"), &[Ty::Int], Ty::Int, ONE, $call),
            global(concat!("math_@", $name, "_uint"), &[Ty::Uint], Ty::Uint, ONE, $call),
            global(concat!("math_@", $name, "_double"), &[Ty::Double], Ty::Double, ONE, $call),
            global(concat!("math_@", $name, "_int_int"), &[Ty::Int, Ty::Int], Ty::Int, ONE, $call),
            global(concat!("math_@", $name, "_uint_uint"), &[Ty::Uint, Ty::Uint], Ty::Uint, ONE, $call),
            global(concat!("math_@", $name, "_double_double"), &[Ty::Double, Ty::Double], Ty::Double, ONE, $call),
            global(concat!("math_@", $name, "_int_uint"), &[Ty::Int, Ty::Uint], Ty::Dyn, ONE, $call),
            global(concat!("math_@", $name, "_int_double"), &[Ty::Int, Ty::Double], Ty::Dyn, ONE, $call),
            global(concat!("math_@", $name, "_uint_int"), &[Ty::Uint, Ty::Int], Ty::Dyn, ONE, $call),
            global(concat!("math_@", $name, "_uint_double"), &[Ty::Uint, Ty::Double], Ty::Dyn, ONE, $call),
            global(concat!("math_@", $name, "_double_int"), &[Ty::Double, Ty::Int], Ty::Dyn, ONE, $call),
            global(concat!("math_@", $name, "_double_uint"), &[Ty::Double, Ty::Uint], Ty::Dyn, ONE, $call),
            global(concat!("math_@", $name, "_list_int"), &[Ty::List(&Ty::Int)], Ty::Int, ONE, $call),
            global(concat!("math_@", $name, "_list_uint"), &[Ty::List(&Ty::Uint)], Ty::Uint, ONE, $call),
            global(concat!("math_@", $name, "_list_double"), &[Ty::List(&Ty::Double)], Ty::Double, ONE, $call),
        ]
    };
}

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "math.greatest",
        overloads: extremes!("max", |args, _| extreme(args, Ordering::Less)),
        doc: "The greatest of numbers of any type, or of the numbers of a list. Faults on an empty list and on `NaN`.",
        example: "math.greatest(1) == 1 && math.greatest(2, 1) == 2 && math.greatest(1, 3, 2) == 3 && math.greatest([1.5, 0.5]) == 1.5",
        since: Environment::Extension,
    },
    Function {
        name: "math.least",
        overloads: extremes!("min", |args, _| extreme(args, Ordering::Greater)),
        doc: "The least of numbers of any type, or of the numbers of a list. Faults on an empty list and on `NaN`.",
        example: "math.least(1) == 1 && math.least(2, 1) == 1 && math.least(3, 1, 2) == 1 && math.least([1.5, 0.5]) == 0.5",
        since: Environment::Extension,
    },
    on_double!("math.ceil", "math_ceil_double", f64::ceil, "Rounds up.", "math.ceil(1.2) == 2.0"),
    on_double!("math.floor", "math_floor_double", f64::floor, "Rounds down.", "math.floor(-1.2) == -2.0"),
    on_double!(
        "math.round",
        "math_round_double",
        f64::round,
        "Rounds to the nearest whole number, halves away from zero.",
        "math.round(2.5) == 3.0 && math.round(-2.5) == -3.0"
    ),
    on_double!("math.trunc", "math_trunc_double", f64::trunc, "Drops the fraction.", "math.trunc(-1.9) == -1.0"),
    test_double!("math.isNaN", "math_isNaN_double", f64::is_nan, "Whether it is `NaN`.", "math.isNaN(0.0 / 0.0)"),
    test_double!(
        "math.isInf",
        "math_isInf_double",
        f64::is_infinite,
        "Whether it is an infinity.",
        "math.isInf(1.0 / 0.0)"
    ),
    test_double!(
        "math.isFinite",
        "math_isFinite_double",
        f64::is_finite,
        "Whether it is neither `NaN` nor an infinity.",
        "math.isFinite(1.5) && !math.isFinite(1.0 / 0.0)"
    ),
    Function {
        name: "math.abs",
        overloads: &[
            rounding("math_abs_double", pure!([Value::Double(x)] => Ok(Value::Double(x.abs())))),
            global(
                "math_abs_int",
                &[Ty::Int],
                Ty::Int,
                ONE,
                pure!(
                    [Value::Int(x)] => x.checked_abs().map(Value::Int).ok_or(Fault::Overflow("integer"))
                ),
            ),
            global("math_abs_uint", &[Ty::Uint], Ty::Uint, ONE, pure!([same] => Ok(same.clone()))),
        ],
        doc: "The number without its sign. Faults on the smallest `int`.",
        example: "math.abs(-1) == 1 && math.abs(-1.5) == 1.5",
        since: Environment::Extension,
    },
    Function {
        name: "math.sign",
        overloads: &[
            rounding("math_sign_double", pure!([Value::Double(x)] => Ok(Value::Double(sign(*x))))),
            global("math_sign_int", &[Ty::Int], Ty::Int, ONE, pure!([Value::Int(x)] => Ok(Value::Int(x.signum())))),
            global(
                "math_sign_uint",
                &[Ty::Uint],
                Ty::Uint,
                ONE,
                pure!(
                    [Value::Uint(x)] => Ok(Value::Uint(u64::from(*x > 0)))
                ),
            ),
        ],
        doc: "-1, 0 or 1 of the number's own type; `NaN` for `NaN`.",
        example: "math.sign(-42) == -1 && math.sign(0.0) == 0.0 && math.sign(7u) == 1u",
        since: Environment::Extension,
    },
    Function {
        name: "math.sqrt",
        overloads: &[
            rounding("math_sqrt_double", pure!([Value::Double(x)] => Ok(Value::Double(x.sqrt())))),
            global(
                "math_sqrt_int",
                &[Ty::Int],
                Ty::Double,
                ONE,
                pure!(
                    [Value::Int(x)] => Ok(Value::Double(i64_to_f64(*x).sqrt()))
                ),
            ),
            global(
                "math_sqrt_uint",
                &[Ty::Uint],
                Ty::Double,
                ONE,
                pure!(
                    [Value::Uint(x)] => Ok(Value::Double(u64_to_f64(*x).sqrt()))
                ),
            ),
        ],
        doc: "The square root; `NaN` of a negative number.",
        example: "math.sqrt(81) == 9.0",
        since: Environment::Extension,
    },
    bitwise!(
        "math.bitAnd",
        "math_bitAnd_int_int",
        "math_bitAnd_uint_uint",
        |a, b| a & b,
        "Bits set in both.",
        "math.bitAnd(3, 5) == 1"
    ),
    bitwise!(
        "math.bitOr",
        "math_bitOr_int_int",
        "math_bitOr_uint_uint",
        |a, b| a | b,
        "Bits set in either.",
        "math.bitOr(1u, 2u) == 3u"
    ),
    bitwise!(
        "math.bitXor",
        "math_bitXor_int_int",
        "math_bitXor_uint_uint",
        |a, b| a ^ b,
        "Bits set in one of them only.",
        "math.bitXor(3, 5) == 6"
    ),
    Function {
        name: "math.bitNot",
        overloads: &[
            global("math_bitNot_int_int", &[Ty::Int], Ty::Int, ONE, pure!([Value::Int(x)] => Ok(Value::Int(!x)))),
            global("math_bitNot_uint_uint", &[Ty::Uint], Ty::Uint, ONE, pure!([Value::Uint(x)] => Ok(Value::Uint(!x)))),
        ],
        doc: "All bits flipped.",
        example: "math.bitNot(1) == -2",
        since: Environment::Extension,
    },
    Function {
        name: "math.bitShiftLeft",
        overloads: &[
            global(
                "math_bitShiftLeft_int_int",
                &[Ty::Int, Ty::Int],
                Ty::Int,
                ONE,
                pure!(
                    [Value::Int(x), Value::Int(by)] => {
                        distance("math.bitShiftLeft()", *by).map(|by| Value::Int(x.checked_shl(by).unwrap_or(0)))
                    }
                ),
            ),
            global(
                "math_bitShiftLeft_uint_int",
                &[Ty::Uint, Ty::Int],
                Ty::Uint,
                ONE,
                pure!(
                    [Value::Uint(x), Value::Int(by)] => {
                        distance("math.bitShiftLeft()", *by).map(|by| Value::Uint(x.checked_shl(by).unwrap_or(0)))
                    }
                ),
            ),
        ],
        doc: "Bits moved up by a distance; zero from 64 on. Faults on a negative distance.",
        example: "math.bitShiftLeft(1, 2) == 4",
        since: Environment::Extension,
    },
    Function {
        name: "math.bitShiftRight",
        overloads: &[
            global(
                "math_bitShiftRight_int_int",
                &[Ty::Int, Ty::Int],
                Ty::Int,
                ONE,
                pure!(
                    [Value::Int(x), Value::Int(by)] => distance("math.bitShiftRight()", *by)
                        .map(|by| Value::Int(x.cast_unsigned().checked_shr(by).unwrap_or(0).cast_signed()))
                ),
            ),
            global(
                "math_bitShiftRight_uint_int",
                &[Ty::Uint, Ty::Int],
                Ty::Uint,
                ONE,
                pure!(
                    [Value::Uint(x), Value::Int(by)] => {
                        distance("math.bitShiftRight()", *by).map(|by| Value::Uint(x.checked_shr(by).unwrap_or(0)))
                    }
                ),
            ),
        ],
        doc: "Bits moved down by a distance, zeros in front, also for `int`. Faults on a negative distance.",
        example: "math.bitShiftRight(1024, 2) == 256",
        since: Environment::Extension,
    },
];

fn distance(name: &str, by: i64) -> Result<u32> {
    if by < 0 {
        return Err(invalid(format!("{name} negative offset: {by}")));
    }
    Ok(u32::try_from(by).unwrap_or(u32::MAX))
}

fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else if x.is_nan() {
        x
    } else {
        0.0
    }
}

/// The one that no other beats, the first of equal ones.
fn extreme(args: &[Value], loses: Ordering) -> Result {
    let numbers = match args {
        [Value::List(items)] => &**items,
        _ => args,
    };
    let (first, rest) = numbers.split_first().ok_or_else(|| invalid("the list of numbers is empty"))?;
    let best = rest.iter().try_fold(first, |best, next| match best.compare(next) {
        Ok(order) => Ok(if order == loses { next } else { best }),
        Err(Incomparable::NotANumber) => Err(invalid("NaN values cannot be ordered")),
        Err(Incomparable::Kinds) => Err(mismatch()),
    })?;
    match best {
        Value::Int(_) | Value::Uint(_) | Value::Double(_) => Ok(best.clone()),
        _ => Err(mismatch()),
    }
}
