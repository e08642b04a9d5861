//! Semantic versions (apiserver `cel/library/semverlib.go`, version 1).

use std::sync::Arc;

use crate::cel::{Fault, Opaque, Result, Value};
use crate::scalar::semver::{Version, VersionError};

use super::cost::{FIRST, ONE};
use super::row::{global, invalid, method, pure};
use super::{Environment, Function, Ty};

const SEMVER: Ty = Ty::Opaque(Opaque::SEMVER);
const SINCE: Environment = Environment::Kubernetes(33);

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "semver",
        overloads: &[
            global(
                "string_to_semver",
                &[Ty::String],
                SEMVER,
                FIRST,
                pure!(
                    [Value::String(text)] => value(Version::parse(text))
                ),
            ),
            global(
                "string_bool_to_semver",
                &[Ty::String, Ty::Bool],
                SEMVER,
                FIRST,
                pure!(
                    [Value::String(text), Value::Bool(normalize)] => value(parse(text, *normalize))
                ),
            ),
        ],
        doc: "The semantic version that a text says. With `true`, a leading `v`, leading zeros and missing numbers are \
              forgiven. Faults on any other text.",
        example: "semver('1.2.3+a') == semver('1.2.3') && semver('v1.2', true) == semver('1.2.0')",
        since: SINCE,
    },
    Function {
        name: "isSemver",
        overloads: &[
            global(
                "is_semver_string",
                &[Ty::String],
                Ty::Bool,
                FIRST,
                pure!(
                    [Value::String(text)] => Ok(Value::Bool(Version::parse(text).is_ok()))
                ),
            ),
            global(
                "is_semver_string_bool",
                &[Ty::String, Ty::Bool],
                Ty::Bool,
                FIRST,
                pure!(
                    [Value::String(text), Value::Bool(normalize)] => Ok(Value::Bool(parse(text, *normalize).is_ok()))
                ),
            ),
        ],
        doc: "Whether `semver` reads the text.",
        example: "isSemver('1.2.3-rc.1') && !isSemver('v1.2') && isSemver('v1.2', true)",
        since: SINCE,
    },
    Function {
        name: "major",
        overloads: &[method(
            "semver_major",
            &[SEMVER],
            Ty::Int,
            ONE,
            pure!(
                [Value::Opaque(Opaque::Semver(version))] => number(version.major())
            ),
        )],
        doc: "The first number of a version. Faults beyond 63 bits.",
        example: "semver('1.2.3').major() == 1",
        since: SINCE,
    },
    Function {
        name: "minor",
        overloads: &[method(
            "semver_minor",
            &[SEMVER],
            Ty::Int,
            ONE,
            pure!(
                [Value::Opaque(Opaque::Semver(version))] => number(version.minor())
            ),
        )],
        doc: "The second number of a version. Faults beyond 63 bits.",
        example: "semver('1.2.3').minor() == 2",
        since: SINCE,
    },
    Function {
        name: "patch",
        overloads: &[method(
            "semver_patch",
            &[SEMVER],
            Ty::Int,
            ONE,
            pure!(
                [Value::Opaque(Opaque::Semver(version))] => number(version.patch())
            ),
        )],
        doc: "The third number of a version. Faults beyond 63 bits.",
        example: "semver('1.2.3').patch() == 3",
        since: SINCE,
    },
];

fn parse(text: &str, normalize: bool) -> std::result::Result<Version, VersionError> {
    if normalize { Version::parse_normalized(text) } else { Version::parse(text) }
}

fn value(version: std::result::Result<Version, VersionError>) -> Result {
    version.map(|version| Value::Opaque(Opaque::Semver(Arc::new(version)))).map_err(|error| invalid(error.to_string()))
}

/// Kubernetes wraps numbers beyond 63 bits to negative ones.
fn number(value: u64) -> Result {
    i64::try_from(value).map(Value::Int).map_err(|_| Fault::Overflow("integer"))
}
