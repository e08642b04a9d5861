//! The operator: reconcilers that feed the engine from an API server and carry out what it decides.

pub mod acts;
pub mod claim;
pub mod clock;
pub mod conditions;
pub mod context;
pub mod entry;
pub mod failure;
pub mod names;
pub mod queue;
pub mod random;
pub mod registry;
pub mod server;
pub mod world;
