//! The known differences, `tests/oracle/differences.jsonl`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::oracle::compare::Direction;
use crate::oracle::{case, folder};

/// Cases that differ for one reason.
#[derive(Debug, Deserialize)]
pub(crate) struct Known {
    pub(crate) direction: Direction,
    pub(crate) reason: String,
    /// Ids of the cases.
    pub(crate) ids: Vec<String>,
}

/// All known differences, each case with its direction.
pub(crate) fn known() -> BTreeMap<String, Direction> {
    let mut known = BTreeMap::new();
    for entry in case::lines::<Known>(&folder().join("differences.jsonl")) {
        assert_ne!(entry.direction, Direction::Looser, "failing open is not allowed: {}", entry.reason);
        for id in entry.ids {
            assert!(known.insert(id.clone(), entry.direction).is_none(), "{id} is listed twice");
        }
    }
    known
}
