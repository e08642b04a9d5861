//! Tests of catalogs: cases beside them say what claims become, and a trial tells whether they do.
//!
//! *Guarantees*: pure, as the engine below it. A case that cannot be judged fails; it never passes by being left out.
//! A case that expects a refusal names its reason, and fails when the claim is refused for another.

mod case;
mod compare;
mod coverage;
mod generate;
mod mutate;
mod parallel;
mod parts;
mod run;
mod snapshot;
mod texts;
mod witness;

pub use case::{Case, ClaimSource, Expect, Previous, Suite, read};
pub use coverage::{Coverage, Share, Unseen};
pub use generate::{Domain, Fault, Generated, Rng, Wrong, domain, generate, value};
pub use mutate::{Fate, Ground, Mutant, Score, Survivor, mutate};
pub use parallel::{STACK, in_parallel};
pub use run::{Failure, Trial, run};
pub use snapshot::Snapshot;
pub use witness::Witness;
