//! Keys in JSON patches (apiserver `cel/library/jsonpatch.go`).

use crate::cel::Value;

use super::cost::FIRST;
use super::row::{global, pure};
use super::{Environment, Function, Ty};

pub(super) const ROWS: &[Function] = &[Function {
    name: "jsonpatch.escapeKey",
    overloads: &[global(
        "string_jsonpatch_escapeKey_string",
        &[Ty::String],
        Ty::String,
        FIRST,
        pure!(
            // The tilde first: it is what the slash's escape starts with.
            [Value::String(key)] => Ok(Value::from(key.replace('~', "~0").replace('/', "~1")))
        ),
    )],
    doc: "A key as it stands in the path of a JSON patch: `~` becomes `~0`, `/` becomes `~1`.",
    example: "jsonpatch.escapeKey('k8s.io/my~label') == 'k8s.io~1my~0label'",
    since: Environment::Extension,
}];
