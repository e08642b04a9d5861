//! Generated claims: what a profile's parameters allow is approved, rendered and changed, and what then goes wrong is
//! the catalog's fault.
//!
//! *Guarantees*: the same seed gives the same claims. Where the parameters allow so few that all are tried, that is a
//! proof, and said.

mod domain;
mod rng;
mod run;
mod samples;
mod shrink;

pub use domain::{Domain, domain, value};
pub use rng::Rng;
pub use run::{Fault, Generated, Wrong, generate};
