//! Kubernetes' structural schemas: parsing, defaulting, pruning, validation, paths and bounds.
//!
//! A [`Schema`] is parsed once and judges any number of values. No walk over a value or schema can
//! exhaust the stack: schemas nest at most [`MAX_SCHEMA_DEPTH`] levels, and what lies deeper in a value
//! than its schema is refused, left alone, or walked without recursion.

mod bounded;
mod compat;
mod crd;
mod default;
pub mod diff;
mod error;
mod extend;
mod format;
mod json_schema;
mod node;
mod number;
mod parse;
pub mod path;
mod prune;
mod resource;
mod validate;
mod violation;

pub use compat::{Effect, SchemaChange, schema_changes};
pub use crd::{Crd, CrdError, CrdVersion};
pub use error::{SchemaError, SchemaErrorKind};
pub use json_schema::JSON_SCHEMA_DIALECT;
pub use node::{
    Additional, Bound, Checks, CompiledPattern, Dialect, ListType, MAX_SCHEMA_DEPTH, MAX_VALUE_DEPTH, MapType, Nested,
    Reason, Reference, Schema, Type, ValidationRule,
};
pub use prune::Unknown;
pub(crate) use validate::nests_deeper;
pub use violation::{Violation, ViolationKind};

#[cfg(test)]
mod behaviour;
#[cfg(test)]
mod tests;
