//! Watching decisions: whoever tests a catalog learns which of its parts were evaluated, and to what.

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use crate::catalog::SensitivityRule;
use crate::cel::ast::NodeId;
use crate::cel::{Result, Trace, Value};

/// How a changed path came before a sensitivity rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// It was there before, and is there after.
    Modify,
    /// It appears.
    Add,
    /// It goes.
    Remove,
}

/// Sees what decisions evaluate.
///
/// *Guarantees*: no decision depends on it; without one, nothing is shown and nothing is spent.
pub trait Recorder: Debug + Send + Sync {
    /// A node of an expression was evaluated. `text` is the very text of its [`crate::cel::Program`]: its address
    /// tells programs apart for as long as they live.
    fn value(&self, text: &str, node: NodeId, result: &Result<Value>);
    /// A sensitivity rule was asked about a change.
    fn asked(&self, rule: &SensitivityRule, way: Way);
}

/// A recorder as one evaluation shows its values to it. Evaluations nest, so each has its own.
pub(super) struct Shown(pub(super) Arc<dyn Recorder>);

impl Trace for Shown {
    fn value(&mut self, program_text: &str, node: NodeId, _: &Range<usize>, result: &Result<Value>) {
        self.0.value(program_text, node, result);
    }
}
