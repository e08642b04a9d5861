//! What expressions cost at most, before they run: an abstract run of the plan over sizes instead of values.
//!
//! Each call's price comes from the same row of the function table that the evaluator pays by, asked about
//! extents (see [`Extent`]); forms other than calls cost what `eval` charges. Branches count by the dearer
//! one, comprehensions by the largest range (facts/kubernetes-cel.md 3). All arithmetic saturates.

mod estimate;
mod extent;
mod results;
#[cfg(test)]
mod tests;

pub use estimate::{Bracket, Estimate, Extents, estimate};
pub use extent::{Extent, Unbounded};
