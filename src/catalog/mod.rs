//! From catalog objects to immutable, compiled values: load, link, compile, digest.
//!
//! *Guarantees*: a [`Revision`] is self-contained and shares nothing mutable; the same objects give
//! the same revision, whatever the order of files and keys; all errors of a catalog are found in one
//! pass.

mod checks;
mod compile;
mod coverage;
mod digest;
mod feasible;
mod flatten;
mod graph;
mod labels;
mod module;
mod names;
mod object;
mod origin;
mod presence;
mod prove;
mod report;
mod revision;
mod rules;
mod scopes;
pub(crate) mod shape;
pub mod shipped;
mod taint;
mod target;
mod values;
mod wires;
mod wiring;

pub use compile::compile_profile;
pub use coverage::{Coverage, coverage};
pub use digest::{Digest, canonical, canonical_len};
pub use graph::{Node, Reach, Reaches, Reads};
pub use names::{Binding, Bindings};
pub use object::{Catalog, Entry, Key, Kinds};
pub(crate) use object::{unknown_fields, violations};
pub use origin::{Origin, Site, rule_id};
pub use report::Compiled;
pub use revision::*;
pub use rules::{Offering, RuleSet, compile_offering, compile_rule_set};
pub use scopes::{NameEntry, ScopeEntry, scopes};
pub use target::{
    Access, Bounds, MetadataPlace, ReservedMetadata, SystemSecret, Target, TargetError, TargetFacts, Targets,
};
pub use wires::{Terminal, Wires, wires};
