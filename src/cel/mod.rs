//! The expression language: Kubernetes' CEL, scanned, parsed, planned and evaluated within a budget.

pub mod ast;
mod branches;
pub mod check;
mod context;
pub mod cost;
pub mod crd_rules;
mod error;
mod eval;
mod fault;
mod guard;
pub mod library;
pub mod logic;
mod meter;
mod opaque;
mod parse;
mod plan;
mod program;
pub mod reference;
mod scan;
mod scope;
mod syntax;
mod template;
mod value;

pub use branches::{Branch, BranchWay, branches};
pub use context::{Activation, Context, EvalError, Trace};
pub use error::{ExprError, ExprErrorKind};
pub use fault::{Fault, Result};
pub use meter::Meter;
pub use opaque::Opaque;
pub use parse::parse;
pub use program::{Program, Read, compile};
pub use scope::{Presence, RootId, Scope};
pub use template::{Segment, Template};
pub use value::{Entries, Incomparable, Key, ToJsonError, Value};
