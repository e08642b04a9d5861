//! Comparisons that quantities and versions share (apiserver `cel/library/{quantity,semverlib}.go`).

use std::cmp::Ordering;

use crate::cel::{Meter, Opaque, Result, Value};

use super::cost::ONE;
use super::row::{method, mismatch};
use super::{Environment, Function, Ty};

const QUANTITIES: &[Ty] = &[Ty::Opaque(Opaque::QUANTITY), Ty::Opaque(Opaque::QUANTITY)];
const VERSIONS: &[Ty] = &[Ty::Opaque(Opaque::SEMVER), Ty::Opaque(Opaque::SEMVER)];
const SINCE: Environment = Environment::Kubernetes(28);

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "isGreaterThan",
        overloads: &[
            method("quantity_is_greater_than", QUANTITIES, Ty::Bool, ONE, is_greater),
            method("semver_is_greater_than", VERSIONS, Ty::Bool, ONE, is_greater),
        ],
        doc: "Whether the left quantity or version is greater. Build metadata of versions does not count.",
        example: "quantity('1Gi').isGreaterThan(quantity('1G')) && semver('1.10.0').isGreaterThan(semver('1.9.0'))",
        since: SINCE,
    },
    Function {
        name: "isLessThan",
        overloads: &[
            method("quantity_is_less_than", QUANTITIES, Ty::Bool, ONE, is_less),
            method("semver_is_less_than", VERSIONS, Ty::Bool, ONE, is_less),
        ],
        doc: "Whether the left quantity or version is less. Build metadata of versions does not count.",
        example: "quantity('1m').isLessThan(quantity('1')) && semver('1.0.0-rc.1').isLessThan(semver('1.0.0'))",
        since: SINCE,
    },
    Function {
        name: "compareTo",
        overloads: &[
            method("quantity_compare_to", QUANTITIES, Ty::Int, ONE, compare_to),
            method("semver_compare_to", VERSIONS, Ty::Int, ONE, compare_to),
        ],
        doc: "-1, 0 or 1 when the left quantity or version is less, equal or greater.",
        example: "quantity('1000m').compareTo(quantity('1')) == 0 && semver('1.2.3').compareTo(semver('2.0.0')) == -1",
        since: SINCE,
    },
];

fn is_greater(args: &[Value], _: &mut Meter) -> Result {
    compare(args).map(|order| Value::Bool(order == Ordering::Greater))
}

fn is_less(args: &[Value], _: &mut Meter) -> Result {
    compare(args).map(|order| Value::Bool(order == Ordering::Less))
}

fn compare_to(args: &[Value], _: &mut Meter) -> Result {
    compare(args).map(|order| Value::Int(order as i64))
}

fn compare(args: &[Value]) -> Result<Ordering> {
    match args {
        [Value::Opaque(Opaque::Quantity(left)), Value::Opaque(Opaque::Quantity(right))] => Ok(left.cmp(right)),
        [Value::Opaque(Opaque::Semver(left)), Value::Opaque(Opaque::Semver(right))] => Ok(left.cmp(right)),
        _ => Err(mismatch()),
    }
}
