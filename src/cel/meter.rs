//! The budget of an evaluation.

use super::{Fault, Result};

/// Counts cost units (Kubernetes' runtime cost model, facts/kubernetes-cel.md 3) against a limit.
///
/// Whatever could be large is charged before it is done.
#[derive(Debug)]
pub struct Meter {
    limit: u64,
    spent: u64,
}

impl Meter {
    /// Kubernetes' `PerCallLimit`: cost units of one evaluation (apiserver `pkg/apis/cel/config.go`).
    pub const PER_CALL_LIMIT: u64 = 1_000_000;

    /// Cost units of all evaluations of one decision: Kubernetes' `RuntimeCELCostBudget` for one object.
    pub const DECISION_LIMIT: u64 = 10_000_000;

    /// A fresh budget of `limit` cost units.
    pub fn new(limit: u64) -> Self {
        Self { limit, spent: 0 }
    }

    /// Cost units charged so far.
    pub fn spent(&self) -> u64 {
        self.spent
    }

    /// Charges `units`, or faults when that passes the limit.
    pub fn charge(&mut self, units: u64) -> Result<()> {
        self.spent = self.spent.saturating_add(units);
        if self.spent > self.limit { Err(Fault::Budget { limit: self.limit }) } else { Ok(()) }
    }
}
