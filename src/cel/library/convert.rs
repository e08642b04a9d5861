//! `bool int uint double string bytes dyn type`.

use std::sync::Arc;

use crate::cel::value::{floor_to_i64, floor_to_u64, i64_to_f64, u64_to_f64};
use crate::cel::{Fault, Opaque, Result, Value};
use crate::scalar::{duration, timestamp};

use super::cost::{FIRST, ONE};
use super::row::{global, invalid, pure};
use super::{Environment, Function, Ty, go_text};

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "bool",
        overloads: &[
            global("bool_to_bool", &[Ty::Bool], Ty::Bool, ONE, pure!([same] => Ok(same.clone()))),
            global("string_to_bool", &[Ty::String], Ty::Bool, ONE, pure!([Value::String(text)] => parse_bool(text))),
        ],
        doc: "The boolean that a text says: `true`, `True`, `TRUE`, `t`, `T`, `1` and their opposites; faults on \
              anything else.",
        example: "bool('true') && !bool('0')",
        since: Environment::Base,
    },
    Function {
        name: "int",
        overloads: &[
            global("int64_to_int64", &[Ty::Int], Ty::Int, ONE, pure!([same] => Ok(same.clone()))),
            global(
                "double_to_int64",
                &[Ty::Double],
                Ty::Int,
                ONE,
                pure!(
                    [Value::Double(from)] => floor_to_i64(*from).map(Value::Int).ok_or(Fault::Overflow("integer"))
                ),
            ),
            global(
                "duration_to_int64",
                &[Ty::Duration],
                Ty::Int,
                ONE,
                pure!(
                    [Value::Duration(nanos)] => Ok(Value::Int(*nanos))
                ),
            ),
            global(
                "string_to_int64",
                &[Ty::String],
                Ty::Int,
                ONE,
                pure!(
                    [Value::String(text)] => text.parse().map(Value::Int).map_err(|_| refused(text, "int"))
                ),
            ),
            global(
                "timestamp_to_int64",
                &[Ty::Timestamp],
                Ty::Int,
                ONE,
                pure!(
                    [Value::Timestamp(nanos)] => narrow(nanos.div_euclid(1_000_000_000))
                ),
            ),
            global(
                "uint64_to_int64",
                &[Ty::Uint],
                Ty::Int,
                ONE,
                pure!(
                    [Value::Uint(from)] => narrow(i128::from(*from))
                ),
            ),
        ],
        doc: "The `int` of a number (a fraction is dropped), of decimal text, of a duration in nanoseconds, of a \
              timestamp in Unix seconds. Faults when it does not fit.",
        example: "int('-42') == -42 && int(1.9) == 1 && int(duration('1s')) == 1000000000",
        since: Environment::Base,
    },
    Function {
        name: "uint",
        overloads: &[
            global("uint64_to_uint64", &[Ty::Uint], Ty::Uint, ONE, pure!([same] => Ok(same.clone()))),
            global(
                "double_to_uint64",
                &[Ty::Double],
                Ty::Uint,
                ONE,
                pure!(
                    [Value::Double(from)] => floor_to_u64(*from).map(Value::Uint).ok_or(Fault::Overflow("unsigned integer"))
                ),
            ),
            global(
                "int64_to_uint64",
                &[Ty::Int],
                Ty::Uint,
                ONE,
                pure!(
                    [Value::Int(from)] => u64::try_from(*from).map(Value::Uint).map_err(|_| Fault::Overflow("unsigned integer"))
                ),
            ),
            global(
                "string_to_uint64",
                &[Ty::String],
                Ty::Uint,
                ONE,
                pure!(
                    [Value::String(text)] => parse_uint(text)
                ),
            ),
        ],
        doc: "The `uint` of a number (a fraction is dropped) or of decimal text without sign. Faults when it does \
              not fit.",
        example: "uint('42') == 42u && uint(1.9) == 1u",
        since: Environment::Base,
    },
    Function {
        name: "double",
        overloads: &[
            global("double_to_double", &[Ty::Double], Ty::Double, ONE, pure!([same] => Ok(same.clone()))),
            global(
                "int64_to_double",
                &[Ty::Int],
                Ty::Double,
                ONE,
                pure!(
                    [Value::Int(from)] => Ok(Value::Double(i64_to_f64(*from)))
                ),
            ),
            global(
                "string_to_double",
                &[Ty::String],
                Ty::Double,
                ONE,
                pure!(
                    [Value::String(text)] => go_text::parse_float(text).map(Value::Double).ok_or_else(|| refused(text, "double"))
                ),
            ),
            global(
                "uint64_to_double",
                &[Ty::Uint],
                Ty::Double,
                ONE,
                pure!(
                    [Value::Uint(from)] => Ok(Value::Double(u64_to_f64(*from)))
                ),
            ),
        ],
        doc: "The double nearest to a number or to the number that a text says (`1e3`, `NaN`, `-inf`). Faults on \
              other text, and on one beyond the range.",
        example: "double('1.5') == 1.5 && double(2) == 2.0",
        since: Environment::Base,
    },
    Function {
        name: "string",
        overloads: &[
            global("string_to_string", &[Ty::String], Ty::String, ONE, pure!([same] => Ok(same.clone()))),
            global("int64_to_string", &[Ty::Int], Ty::String, ONE, pure!([from] => text(from))),
            global("uint64_to_string", &[Ty::Uint], Ty::String, ONE, pure!([from] => text(from))),
            global("double_to_string", &[Ty::Double], Ty::String, ONE, pure!([from] => text(from))),
            global("bool_to_string", &[Ty::Bool], Ty::String, ONE, pure!([from] => text(from))),
            global("bytes_to_string", &[Ty::Bytes], Ty::String, FIRST, pure!([from] => text(from))),
            global("duration_to_string", &[Ty::Duration], Ty::String, ONE, pure!([from] => text(from))),
            global("timestamp_to_string", &[Ty::Timestamp], Ty::String, ONE, pure!([from] => text(from))),
            global("ip_to_string", &[Ty::Opaque(Opaque::IP)], Ty::String, ONE, pure!([from] => text(from))),
            global("cidr_to_string", &[Ty::Opaque(Opaque::CIDR)], Ty::String, ONE, pure!([from] => text(from))),
        ],
        doc: "The text of a scalar, an IP address or a network: bytes must be UTF-8, durations are in seconds (`5400s`), \
              timestamps RFC 3339.",
        example: "string(42) == '42' && string(duration('1h30m')) == '5400s' && string(1.5) == '1.5'",
        since: Environment::Base,
    },
    Function {
        name: "bytes",
        overloads: &[
            global("bytes_to_bytes", &[Ty::Bytes], Ty::Bytes, ONE, pure!([same] => Ok(same.clone()))),
            global(
                "string_to_bytes",
                &[Ty::String],
                Ty::Bytes,
                FIRST,
                pure!(
                    [Value::String(text)] => Ok(Value::bytes(text.as_bytes()))
                ),
            ),
        ],
        doc: "The UTF-8 bytes of a text.",
        example: "bytes('abc') == b'abc'",
        since: Environment::Base,
    },
    Function {
        name: "dyn",
        overloads: &[global("to_dyn", &[Ty::Param('A')], Ty::Dyn, ONE, pure!([same] => Ok(same.clone())))],
        doc: "The value itself; the checker forgets its type.",
        example: "dyn(1) == 1.0",
        since: Environment::Base,
    },
    Function {
        name: "type",
        overloads: &[global(
            "type",
            &[Ty::Param('A')],
            Ty::Type,
            ONE,
            pure!(
                [value] => Ok(Value::Type(Arc::from(value.type_name())))
            ),
        )],
        doc: "The type of a value.",
        example: "type(1) == int && type('a') == string && type(type(1)) == type",
        since: Environment::Base,
    },
];

fn refused(text: &str, to: &str) -> Fault {
    let shown: String = text.chars().take(60).collect();
    invalid(format!("`{shown}` is no {to}"))
}

fn narrow(value: i128) -> Result {
    i64::try_from(value).map(Value::Int).map_err(|_| Fault::Overflow("integer"))
}

/// Go's `strconv.ParseBool`.
fn parse_bool(text: &str) -> Result {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
        _ => Err(refused(text, "bool")),
    }
}

/// Go's `strconv.ParseUint` knows no sign, not even `+`.
fn parse_uint(text: &str) -> Result {
    let unsigned = Some(text).filter(|text| !text.starts_with('+'));
    unsigned.and_then(|text| text.parse().ok()).map(Value::Uint).ok_or_else(|| refused(text, "uint"))
}

fn text(value: &Value) -> Result {
    to_text(value).map(Value::from)
}

/// `string(x)`, and `%s` of a scalar.
pub(super) fn to_text(value: &Value) -> Result<String> {
    Ok(match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Double(value) => go_text::shortest(*value),
        Value::String(text) => String::from(&**text),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return Err(invalid("the bytes are not UTF-8")),
        },
        Value::Duration(nanos) => duration::to_cel_string(*nanos),
        Value::Timestamp(nanos) => timestamp::format(*nanos),
        Value::Type(name) => String::from(&**name),
        Value::Opaque(address @ (Opaque::Ip(_) | Opaque::Cidr(_))) => address.to_string(),
        _ => return Err(Fault::NoSuchOverload(format!("`string({})`", value.type_name()))),
    })
}
