//! Cases and Kubernetes' answers to them, as `tests/oracle/README.md` describes them.

use std::collections::BTreeMap;
use std::fs;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

/// One question.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) expr: String,
    /// Variables in tagged JSON.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) vars: BTreeMap<String, Json>,
    /// What they are declared to be: a type as CEL writes it, or a schema. Others are of any type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) types: BTreeMap<String, Json>,
}

/// What Kubernetes says.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Answer {
    /// The value in tagged JSON; `Some(Json::Null)` is CEL's null.
    #[serde(default, deserialize_with = "present")]
    pub(crate) value: Option<Json>,
    #[serde(default)]
    pub(crate) error: Option<Failure>,
    /// Why the type checker refuses the expression; the rest comes from evaluating it unchecked.
    #[serde(default)]
    pub(crate) refused: Option<String>,
    /// Kubernetes' cost units.
    #[serde(default)]
    pub(crate) cost: u64,
    /// Absent where the expression does not parse.
    #[serde(default)]
    pub(crate) verdict: Option<Verdict>,
}

/// What Kubernetes says before an expression runs, its variables being as declared.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Verdict {
    /// Why it refuses the expression; all else is of accepted ones.
    #[serde(default)]
    pub(crate) refused: Option<String>,
    /// The type of the value, as CEL writes it.
    #[serde(default, rename = "type")]
    pub(crate) ty: String,
    /// Estimated cost units, at least.
    #[serde(default)]
    pub(crate) min: u64,
    /// Estimated cost units, at most.
    #[serde(default)]
    pub(crate) max: u64,
    /// What it cost.
    #[serde(default)]
    pub(crate) cost: u64,
}

/// Why there is no value.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Failure {
    pub(crate) stage: String,
    pub(crate) kind: String,
}

fn present<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(input).map(Some)
}

/// The JSON lines of a file.
pub(crate) fn lines<T: for<'de> Deserialize<'de>>(file: &std::path::Path) -> Vec<T> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let parsed = text.lines().enumerate().map(|(at, line)| {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{}:{}: {error}", file.display(), at + 1))
    });
    parsed.collect()
}
