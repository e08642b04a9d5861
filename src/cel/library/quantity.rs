//! Kubernetes quantities (apiserver `cel/library/quantity.go`).

use crate::cel::{Opaque, Result, Value};
use crate::scalar::quantity::{Quantity, QuantityError};

use super::cost::{FIRST, ONE};
use super::row::{global, invalid, method, pure};
use super::{Environment, Function, Ty};

const QUANTITY: Ty = Ty::Opaque(Opaque::QUANTITY);
const SINCE: Environment = Environment::Kubernetes(28);

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "quantity",
        overloads: &[global(
            "string_to_quantity",
            &[Ty::String],
            QUANTITY,
            FIRST,
            pure!(
                [Value::String(text)] => value(Quantity::parse(text))
            ),
        )],
        doc: "The quantity that a text says (`500m`, `1.5Gi`, `2e3`). Faults on any other text.",
        example: "quantity('1Gi') == quantity('1024Mi')",
        since: SINCE,
    },
    Function {
        name: "isQuantity",
        overloads: &[global(
            "is_quantity_string",
            &[Ty::String],
            Ty::Bool,
            FIRST,
            pure!(
                [Value::String(text)] => Ok(Value::Bool(Quantity::parse(text).is_ok()))
            ),
        )],
        doc: "Whether `quantity` reads the text.",
        example: "isQuantity('1.3Gi') && !isQuantity('200K')",
        since: SINCE,
    },
    Function {
        name: "sign",
        overloads: &[global(
            "quantity_sign",
            &[QUANTITY],
            Ty::Int,
            ONE,
            pure!(
                [Value::Opaque(Opaque::Quantity(quantity))] => Ok(Value::Int(quantity.sign().into()))
            ),
        )],
        doc: "-1, 0 or 1 for a negative, zero or positive quantity. Written as a function, not as a method.",
        example: "sign(quantity('-1k')) == -1",
        since: SINCE,
    },
    Function {
        name: "isInteger",
        overloads: &[method(
            "quantity_is_integer",
            &[QUANTITY],
            Ty::Bool,
            ONE,
            pure!(
                [Value::Opaque(Opaque::Quantity(quantity))] => Ok(Value::Bool(quantity.as_i64().is_some()))
            ),
        )],
        doc: "Whether `asInteger` gives a value: false for fractions, for what is beyond 64 bits, and for a quantity \
              written in a unit below one, as `1000m`.",
        example: "quantity('50k').isInteger() && !quantity('50.3').isInteger()",
        since: SINCE,
    },
    Function {
        name: "asInteger",
        overloads: &[method(
            "quantity_get_int",
            &[QUANTITY],
            Ty::Int,
            ONE,
            pure!(
                [Value::Opaque(Opaque::Quantity(quantity))] => match quantity.as_i64() {
                    Some(value) => Ok(Value::Int(value)),
                    None => Err(invalid(format!("`{quantity}` is no integer of 64 bits"))),
                }
            ),
        )],
        doc: "The quantity as an integer. Faults when `isInteger` is false.",
        example: "quantity('50k').asInteger() == 50000",
        since: SINCE,
    },
    Function {
        name: "asApproximateFloat",
        overloads: &[method(
            "quantity_get_float",
            &[QUANTITY],
            Ty::Double,
            ONE,
            pure!(
                [Value::Opaque(Opaque::Quantity(quantity))] => Ok(Value::Double(quantity.as_approximate_f64()))
            ),
        )],
        doc: "The nearest double, give or take the last bits; infinite beyond 1e308.",
        example: "quantity('1.5').asApproximateFloat() == 1.5",
        since: SINCE,
    },
    Function {
        name: "add",
        overloads: &[
            method(
                "quantity_add",
                &[QUANTITY, QUANTITY],
                QUANTITY,
                ONE,
                pure!(
                    [Value::Opaque(Opaque::Quantity(left)), Value::Opaque(Opaque::Quantity(right))] => value(left.add(right))
                ),
            ),
            method(
                "quantity_add_int",
                &[QUANTITY, Ty::Int],
                QUANTITY,
                ONE,
                pure!(
                    [Value::Opaque(Opaque::Quantity(left)), Value::Int(right)] => value(left.add(&Quantity::from_i64(*right)))
                ),
            ),
        ],
        doc: "The exact sum of a quantity and a quantity or integer. Faults beyond 38 digits.",
        example: "quantity('50k').add(quantity('20k')).add(5) == quantity('70005')",
        since: SINCE,
    },
    Function {
        name: "sub",
        overloads: &[
            method(
                "quantity_sub",
                &[QUANTITY, QUANTITY],
                QUANTITY,
                ONE,
                pure!(
                    [Value::Opaque(Opaque::Quantity(left)), Value::Opaque(Opaque::Quantity(right))] => value(left.sub(right))
                ),
            ),
            method(
                "quantity_sub_int",
                &[QUANTITY, Ty::Int],
                QUANTITY,
                ONE,
                pure!(
                    [Value::Opaque(Opaque::Quantity(left)), Value::Int(right)] => value(left.sub(&Quantity::from_i64(*right)))
                ),
            ),
        ],
        doc: "The exact difference of a quantity and a quantity or integer. Faults beyond 38 digits.",
        example: "quantity('50k').sub(quantity('20k')).sub(5) == quantity('29995')",
        since: SINCE,
    },
];

fn value(quantity: std::result::Result<Quantity, QuantityError>) -> Result {
    quantity.map(|quantity| Value::Opaque(Opaque::Quantity(quantity))).map_err(|error| invalid(error.to_string()))
}
