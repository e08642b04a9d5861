//! Mutants: a catalog with one small change in it, such as a slip of the hand makes. A case that then fails has
//! noticed it; where none does, the cases do not say what that part is for.

mod apply;
mod list;
mod rewrite;
mod run;
mod score;

pub use list::Mutant;
pub use run::{Fate, Ground, mutate};
pub use score::{Score, Survivor};
