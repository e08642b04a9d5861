//! Optional values.
//!
//! `or` and `orValue` stand here for the checker and the docs; the evaluator runs them itself, since it
//! evaluates their argument only if it is needed.

use std::sync::Arc;

use crate::cel::{Fault, Meter, Result, Value};

use super::cost::ONE;
use super::row::{LIST, OPTIONAL, global, invalid, method, mismatch, pure};
use super::{Environment, Function, Ty};

const T: Ty = Ty::Param('T');

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "optional.of",
        overloads: &[global("optional_of", &[T], OPTIONAL, ONE, pure!([value] => Ok(Value::some(value.clone()))))],
        doc: "An optional that holds the value, whatever it is.",
        example: "optional.of(0).hasValue()",
        since: Environment::Kubernetes(28),
    },
    Function {
        name: "optional.none",
        overloads: &[global("optional_none", &[], OPTIONAL, ONE, |_, _| Ok(Value::none()))],
        doc: "The optional that holds nothing.",
        example: "!optional.none().hasValue()",
        since: Environment::Kubernetes(28),
    },
    Function {
        name: "optional.ofNonZeroValue",
        overloads: &[global(
            "optional_ofNonZeroValue",
            &[T],
            OPTIONAL,
            ONE,
            pure!(
                [value] => Ok(if value.is_zero() { Value::none() } else { Value::some(value.clone()) })
            ),
        )],
        doc: "An optional that holds the value, unless it is null, false, zero or empty.",
        example: "!optional.ofNonZeroValue('').hasValue() && optional.ofNonZeroValue('a').hasValue()",
        since: Environment::Kubernetes(28),
    },
    Function {
        name: "hasValue",
        overloads: &[method(
            "optional_hasValue",
            &[OPTIONAL],
            Ty::Bool,
            ONE,
            pure!(
                [Value::Optional(held)] => Ok(Value::Bool(held.is_some()))
            ),
        )],
        doc: "Whether the optional holds a value.",
        example: "optional.of(1).hasValue()",
        since: Environment::Kubernetes(28),
    },
    Function {
        name: "value",
        overloads: &[method(
            "optional_value",
            &[OPTIONAL],
            T,
            ONE,
            pure!(
                [Value::Optional(held)] => held.as_deref().cloned().ok_or(Fault::NoValue)
            ),
        )],
        doc: "The value that the optional holds. Faults if it holds none.",
        example: "optional.of(1).value() == 1",
        since: Environment::Kubernetes(28),
    },
    Function {
        name: "or",
        overloads: &[method(
            "optional_or_optional",
            &[OPTIONAL, OPTIONAL],
            OPTIONAL,
            ONE,
            pure!(
                [first @ Value::Optional(held), second] => Ok(if held.is_some() { first.clone() } else { second.clone() })
            ),
        )],
        doc: "The first optional if it holds a value, else the second, which is evaluated only then.",
        example: "optional.none().or(optional.of(1)).value() == 1",
        since: Environment::Kubernetes(28),
    },
    Function {
        name: "orValue",
        overloads: &[method(
            "optional_orValue_value",
            &[OPTIONAL, T],
            T,
            ONE,
            pure!(
                [Value::Optional(held), other] => Ok(held.as_deref().unwrap_or(other).clone())
            ),
        )],
        doc: "The value that the optional holds, else the argument, which is evaluated only then.",
        example: "optional.none().orValue(1) == 1",
        since: Environment::Kubernetes(28),
    },
    Function {
        name: "first",
        overloads: &[method(
            "list_first",
            &[LIST],
            OPTIONAL,
            ONE,
            pure!(
                [Value::List(items)] => Ok(Value::Optional(items.first().cloned().map(Arc::new)))
            ),
        )],
        doc: "The first element, as an optional.",
        example: "[1, 2].first().value() == 1 && ![].first().hasValue()",
        since: Environment::Kubernetes(28),
    },
    Function {
        name: "last",
        overloads: &[method(
            "list_last",
            &[LIST],
            OPTIONAL,
            ONE,
            pure!(
                [Value::List(items)] => Ok(Value::Optional(items.last().cloned().map(Arc::new)))
            ),
        )],
        doc: "The last element, as an optional.",
        example: "[1, 2].last().value() == 2",
        since: Environment::Kubernetes(28),
    },
    Function {
        name: "optional.unwrap",
        overloads: &[global("optional_unwrap", &[Ty::List(&OPTIONAL)], LIST, ONE, unwrap)],
        doc: "The values that the optionals of a list hold, without those that hold none.",
        example: "optional.unwrap([optional.of(1), optional.none()]) == [1]",
        since: Environment::Kubernetes(28),
    },
    Function {
        name: "unwrapOpt",
        overloads: &[method("optional_unwrapOpt", &[Ty::List(&OPTIONAL)], LIST, ONE, unwrap)],
        doc: "The values that the optionals of a list hold, without those that hold none.",
        example: "[optional.of(1), optional.none()].unwrapOpt() == [1]",
        since: Environment::Kubernetes(28),
    },
];

fn unwrap(args: &[Value], meter: &mut Meter) -> Result {
    let [Value::List(items)] = args else { return Err(mismatch()) };
    super::row::Growth::default().elements(items.len(), meter)?;
    let mut held = Vec::new();
    for item in items.iter() {
        match item {
            Value::Optional(value) => held.extend(value.as_deref().cloned()),
            other => return Err(invalid(format!("a `{}` among the optionals", other.type_name()))),
        }
    }
    Ok(Value::list(held))
}
