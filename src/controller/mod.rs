//! The operator: reconcilers that feed the engine from an API server and carry out what it decides.

pub mod clock;
pub mod failure;
pub mod queue;
pub mod random;
