//! Compiled expressions.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ast::Expr;
use super::context::{Activation, Context, EvalError};
use super::plan::{self, Plan};
use super::scope::{RootId, Scope};
use super::{ExprError, Value, eval, parse};

/// What an expression reads of one root.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// the root
    pub root: RootId,
    /// the fields and constant keys below it that the expression names, as far as they are literal
    pub fields: Vec<String>,
    /// more is read than that path names: the root itself is the value, or a computed key follows
    pub whole: bool,
}

/// A compiled expression. Cloning is O(1).
#[derive(Clone, Debug)]
pub struct Program(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    text: String,
    ast: Expr,
    plan: Plan,
    roots: BTreeSet<RootId>,
}

/// Compiles one expression over the names of `scope`.
pub fn compile(text: &str, scope: &Scope) -> Result<Program, Vec<ExprError>> {
    let ast = parse(text).map_err(|error| vec![error])?;
    let plan = plan::plan(&ast, scope)?;
    let roots = plan.reads.iter().map(|read| read.root).collect();
    Ok(Program(Arc::new(Inner { text: text.to_string(), ast, plan, roots })))
}

impl Program {
    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Its syntax tree.
    pub fn ast(&self) -> &Expr {
        &self.0.ast
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.0.plan
    }

    /// The roots that it names, in branches that may not run too.
    pub fn roots(&self) -> &BTreeSet<RootId> {
        &self.0.roots
    }

    /// What it reads of them.
    pub fn reads(&self) -> &BTreeSet<Read> {
        &self.0.plan.reads
    }

    /// Its value within the budget of `cx`.
    pub fn eval(&self, env: &dyn Activation, cx: &mut Context<'_>) -> Result<Value, EvalError> {
        eval::run(&self.0.plan, &self.0.text, env, cx)
    }
}

#[cfg(test)]
pub(crate) mod tests;
