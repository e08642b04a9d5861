//! What an evaluation runs with: names, budget, depth, trace.

use std::ops::Range;

use super::ast::NodeId;
use super::scope::RootId;
use super::{Fault, Meter, Result, Value};

/// How deep evaluation may nest, over all programs that load each other. A debug build stays well within
/// a thread of 2 MiB (a test runs it); what the guard lets pass nests at most 256 deep by itself.
pub(crate) const MAX_NESTING: usize = 400;
/// Levels that a program counts by itself, for the frames between it and what loads it.
pub(crate) const PROGRAM_NESTING: usize = 2;

/// Gives the values of names.
pub trait Activation {
    /// The value of a root; `None` if an optional one is absent.
    ///
    /// Called when the value is needed, maybe several times in one evaluation. May evaluate another program with the same context.
    fn load(&self, root: RootId, cx: &mut Context<'_>) -> Result<Option<Value>>;
}

/// Sees every value of an evaluation.
pub trait Trace {
    /// A node was evaluated. Nodes in a comprehension are seen once an iteration.
    fn value(&mut self, program_text: &str, node: NodeId, range: &Range<usize>, result: &Result<Value>);
}

/// Budget, depth and trace, shared by the programs of one decision.
pub struct Context<'t> {
    /// The budget.
    pub meter: Meter,
    pub(crate) depth: usize,
    pub(crate) trace: Option<&'t mut dyn Trace>,
}

impl<'t> Context<'t> {
    /// A budget of `limit` cost units.
    pub fn new(limit: u64) -> Self {
        Self { meter: Meter::new(limit), depth: 0, trace: None }
    }

    /// The same, and every value is shown to `trace`.
    pub fn traced(limit: u64, trace: &'t mut dyn Trace) -> Self {
        Self { meter: Meter::new(limit), depth: 0, trace: Some(trace) }
    }
}

/// Why an expression has no value, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct EvalError {
    /// Why.
    pub fault: Fault,
    /// Bytes of the text that was compiled.
    pub range: Range<usize>,
}
