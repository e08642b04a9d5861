//! The function table: one row a function, read by the evaluator, and by checker, cost and docs.
//!
//! Names, ids, results and errors are those of cel-go 0.29 (`common/stdlib`, `ext`) and of Kubernetes
//! 1.37 (`apiserver/pkg/cel/library`); costs are its runtime rules. Where a result may be far larger
//! than the arguments, the excess is charged as well, before it is built (`row::Growth`).
//!
//! Overloads are chosen at run time as cel-go does: by arity, call style and the kinds of the
//! arguments; of a list or map parameter with a concrete element type the first element counts.

mod arithmetic;
mod cidr;
mod comparison;
mod convert;
mod cost;
mod dispatch;
mod encoding;
mod format;
pub(crate) mod go_text;
mod index;
mod ip;
mod jsonpatch;
mod kubernetes_lists;
mod lists;
pub mod macros;
mod math;
mod named_format;
mod optional;
mod pattern;
mod quantity;
mod relation;
mod row;
mod semver;
mod sets;
mod strings;
#[cfg(test)]
mod tests;
mod time;
mod url;

use super::{Meter, Result, Value};

pub use cost::Arg;
pub(crate) use cost::tenths;
pub(in crate::cel) use dispatch::PARTS;
pub use dispatch::{call, find, functions, is_variadic, names};
pub(crate) use format::format_verbs;
pub(crate) use pattern::Pattern;

/// A type in a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ty {
    /// any value
    Dyn,
    /// `null_type`
    Null,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `uint`
    Uint,
    /// `double`
    Double,
    /// `string`
    String,
    /// `bytes`
    Bytes,
    /// `google.protobuf.Duration`
    Duration,
    /// `google.protobuf.Timestamp`
    Timestamp,
    /// `list(T)`
    List(&'static Ty),
    /// `map(K, V)`
    Map(&'static Ty, &'static Ty),
    /// `optional_type(T)`
    Optional(&'static Ty),
    /// `type(T)`
    Type,
    /// a type parameter of this overload, by its letter
    Param(char),
    /// a library type, by its CEL name (`kubernetes.Quantity`)
    Opaque(&'static str),
}

/// What one call costs at run time, in cost units, known before the call from its arguments.
///
/// Kubernetes' and cel-go's rules (facts/kubernetes-cel.md 3); a static estimate reads the same rows.
#[derive(Clone, Copy, Debug)]
pub enum Cost {
    /// always the same
    Fixed(u64),
    /// by the arguments (receiver first); the function names the rule that it follows
    ByArguments(fn(&[Arg<'_>]) -> u64),
}

/// One signature of a function.
#[derive(Clone, Copy, Debug)]
pub struct Overload {
    /// Stable id, as cel-go or Kubernetes name it (`string_starts_with_string`).
    pub id: &'static str,
    /// Called as `x.f(…)`; then `params[0]` is `x`.
    pub receiver: bool,
    /// Types of the arguments, receiver first.
    pub params: &'static [Ty],
    /// Type of the result.
    pub result: Ty,
    /// What a call costs.
    pub cost: Cost,
    /// The implementation: called with exactly `params.len()` values, whose outermost kinds match
    /// `params`. Charges the meter itself only for what `cost` cannot know.
    pub call: fn(&[Value], &mut Meter) -> Result,
}

/// Where a function comes from, and since when: catalogs pin an environment, so a row never moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Environment {
    /// In every Kubernetes that we know.
    Base,
    /// In Kubernetes' own environment since this minor version (`Kubernetes(28)` is 1.28).
    Kubernetes(u8),
    /// Not in Kubernetes' environment: cel-go extensions that we add (`cel.bind`, math, base64).
    Extension,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Name as written in calls; operators by cel-go's names (`_+_`, `_==_`, `@in`, `_[_]`, `-_`, `!_`).
    pub name: &'static str,
    /// Signatures, tried in order.
    pub overloads: &'static [Overload],
    /// What it does: one or two sentences with errors and bounds.
    pub doc: &'static str,
    /// An expression over constants that yields `true`; a test runs it.
    pub example: &'static str,
    /// Where it comes from.
    pub since: Environment,
}
