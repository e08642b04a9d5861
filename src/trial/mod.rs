//! Tests of catalogs: cases beside them say what claims become, and a trial tells whether they do.
//!
//! *Guarantees*: pure, as the engine below it. A case that cannot be judged fails; it never passes by being left out.
//! A case that expects a refusal names its reason, and fails when the claim is refused for another.

mod case;
mod compare;
mod coverage;
mod run;
mod snapshot;

pub use case::{Case, ClaimSource, Expect, Previous, Suite, read};
pub use coverage::{Coverage, Share, Unseen, Witness};
pub use run::{Failure, Trial, run};
pub use snapshot::Snapshot;
