//! Sequences of raw requests with the answers of a real API server (`tests/api_corpus`).

#![allow(clippy::allow_attributes, dead_code, reason = "each suite uses a part of it, and which one differs")]

pub(crate) mod normal;
pub(crate) mod replay;

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Requests that depend on each other, in a namespace of their own: a file `NAME.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sequence {
    #[serde(skip)]
    pub(crate) name: String,
    /// What it is about, in a sentence.
    pub(crate) about: String,
    pub(crate) steps: Vec<Step>,
}

/// One request. In path and body, `{ns}` is the sequence's namespace and `${ID/POINTER}` a value that an earlier
/// answer gave.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    /// By which later steps refer to the answer.
    #[serde(default)]
    pub(crate) id: Option<String>,
    /// Method and path with query, `GET /version`.
    pub(crate) call: String,
    /// Content type: `json`, `merge`, `patch`, `strategic`, `apply`, or one written out.
    #[serde(default, rename = "type")]
    pub(crate) kind: Option<String>,
    /// What answer is asked for: `table`, `partial`, `partials`, or a media type written out.
    #[serde(default)]
    pub(crate) accept: Option<String>,
    /// JSON, or a text that is sent as it is.
    #[serde(default)]
    pub(crate) body: Option<Value>,
    /// The request is a watch that is read until so many events came.
    #[serde(default)]
    pub(crate) events: Option<usize>,
    /// The request is repeated until this status comes; only the last answer counts.
    #[serde(default)]
    pub(crate) until: Option<u16>,
    /// Only these places of the answer count (JSON pointers).
    #[serde(default)]
    pub(crate) pick: Vec<String>,
}

/// What came back, without what differs from run to run. A line of `NAME.answers.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// Place of the step in its sequence, from 1.
    pub(crate) step: usize,
    /// The request, so that the file of answers can be read alone.
    pub(crate) call: String,
    pub(crate) status: u16,
    /// Media type of the body.
    #[serde(default, rename = "type", skip_serializing_if = "String::is_empty")]
    pub(crate) kind: String,
    /// Texts of `Warning` headers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) warnings: Vec<String>,
    /// The body; the events of a watch as a list; a text where it is no JSON.
    pub(crate) body: Value,
}

/// Where all of it lives.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/api_corpus")
}

/// All sequences in the order of their names.
pub(crate) fn sequences() -> Vec<Sequence> {
    let entries = fs::read_dir(folder()).expect("the corpus is committed");
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.strip_suffix(".yaml")?.to_owned()))
        // `widgets.crd.yaml` is no sequence.
        .filter(|name| !name.contains('.'))
        .collect();
    names.sort();
    names.into_iter().map(|name| read(&name)).collect()
}

fn read(name: &str) -> Sequence {
    let text = fs::read_to_string(folder().join(format!("{name}.yaml"))).expect("it was listed");
    let sequence: Sequence = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}.yaml: {error}"));
    Sequence { name: name.to_owned(), ..sequence }
}

/// The definition that the sequences use beside ours.
pub(crate) fn widgets() -> Value {
    let text = fs::read_to_string(folder().join("widgets.crd.yaml")).expect("it is committed");
    serde_saphyr::from_str(&text).expect("it is YAML")
}

impl Sequence {
    fn file(&self) -> PathBuf {
        folder().join(format!("{}.answers.jsonl", self.name))
    }

    /// The answers of the real server; none where it was never asked.
    pub(crate) fn recorded(&self) -> Vec<Answer> {
        let text = fs::read_to_string(self.file()).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("the recorder wrote it")).collect()
    }

    /// Writes answers down.
    pub(crate) fn record(&self, answers: &[Answer]) {
        let lines = answers.iter().map(|answer| serde_json::to_string(answer).expect("an answer is JSON") + "\n");
        fs::write(self.file(), lines.collect::<String>()).expect("the corpus can be written");
    }
}

/// Places where two bodies differ, as `POINTER: LEFT, not RIGHT`; `absent` where a side has nothing.
pub(crate) fn differences(left: &Value, right: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    compare("", Some(left), Some(right), &mut found);
    found
}

fn compare(at: &str, left: Option<&Value>, right: Option<&Value>, found: &mut Vec<(String, String)>) {
    match (left, right) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            for key in one.keys().chain(other.keys().filter(|key| !one.contains_key(*key))) {
                let below = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                compare(&below, one.get(key), other.get(key), found);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for index in 0..one.len().max(other.len()) {
                compare(&format!("{at}/{index}"), one.get(index), other.get(index), found);
            }
        }
        (one, other) if one == other => {}
        (one, other) => {
            let show = |side: Option<&Value>| side.map_or_else(|| "absent".to_owned(), Value::to_string);
            found.push((at.to_owned(), format!("{}, not {}", show(one), show(other))));
        }
    }
}
