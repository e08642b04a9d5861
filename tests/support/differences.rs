//! The known differences, `tests/oracle/differences.jsonl`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::oracle::compare::Direction;
use crate::oracle::{case, folder};

/// What differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum About {
    /// The value.
    #[default]
    Value,
    /// The checker's verdict.
    Verdict,
}

/// Cases that differ for one reason.
#[derive(Debug, Deserialize)]
pub(crate) struct Known {
    pub(crate) direction: Direction,
    /// What differs: the value of an expression, or the verdict on it before it runs.
    #[serde(default)]
    pub(crate) about: About,
    pub(crate) reason: String,
    /// Ids of the cases.
    pub(crate) ids: Vec<String>,
}

fn listed(about: About) -> impl Iterator<Item = Known> {
    case::lines::<Known>(&folder().join("differences.jsonl")).into_iter().filter(move |known| known.about == about)
}

/// All known differences of values, each case with its direction.
pub(crate) fn known() -> BTreeMap<String, Direction> {
    let mut known = BTreeMap::new();
    for entry in listed(About::Value) {
        assert_ne!(entry.direction, Direction::Looser, "failing open is not allowed: {}", entry.reason);
        for id in entry.ids {
            assert!(known.insert(id.clone(), entry.direction).is_none(), "{id} is listed twice");
        }
    }
    known
}

/// All known differences of verdicts: what we accept and Kubernetes refuses, and what is of another type.
pub(crate) fn verdicts() -> BTreeMap<String, Direction> {
    let entries = listed(About::Verdict);
    entries.flat_map(|entry| entry.ids.into_iter().map(move |id| (id, entry.direction))).collect()
}
