//! Tests over the whole table, and helpers of the golden tables (whose values Kubernetes' CEL gave).

mod kubernetes;
mod lists;
mod numbers;
mod table;
mod text;
mod time;

use super::{call, find};
use crate::cel::{Fault, Meter, Result, Value};

/// `name(args…)`
fn run(name: &str, args: &[Value]) -> Result {
    invoke(name, false, args)
}

/// `args[0].name(args[1..]…)`
fn on(name: &str, args: &[Value]) -> Result {
    invoke(name, true, args)
}

fn invoke(name: &str, receiver: bool, args: &[Value]) -> Result {
    let function = find(name).unwrap_or_else(|| panic!("no function `{name}`"));
    call(function, receiver, args, &mut Meter::new(Meter::PER_CALL_LIMIT))
}

fn message(result: Result) -> String {
    result.unwrap_err().to_string()
}

fn s(text: &str) -> Value {
    Value::string(text)
}

fn i(value: i64) -> Value {
    Value::Int(value)
}

fn u(value: u64) -> Value {
    Value::Uint(value)
}

fn d(value: f64) -> Value {
    Value::Double(value)
}

fn l<const N: usize>(items: [Value; N]) -> Value {
    Value::list(items.into())
}

/// Equal, and of the same types throughout: `1` is not `1.0` here, `NaN` is `NaN`.
fn same(left: &Value, right: &Value) -> bool {
    format!("{left:?}") == format!("{right:?}")
}

/// Checks that a call gives exactly this value.
#[expect(clippy::needless_pass_by_value, reason = "rows of the tables read better without borrows")]
fn gives(result: Result, expected: Value) {
    match result {
        Ok(value) => assert!(same(&value, &expected), "{value:?} is not {expected:?}"),
        Err(fault) => panic!("{fault} instead of {expected:?}"),
    }
}

fn is_no_overload(result: &Result) -> bool {
    matches!(result, Err(Fault::NoSuchOverload(_)))
}
