//! The operator: reconcilers that feed the engine from an API server and carry out what it decides.

pub mod acts;
pub mod catalog;
pub mod claim;
pub mod client;
pub mod clock;
pub mod conditions;
pub mod context;
pub mod entry;
pub mod events;
pub mod failure;
pub mod health;
pub mod lease;
pub mod metrics;
pub mod names;
pub mod queue;
pub mod random;
pub mod ready;
pub mod registry;
pub mod run;
pub mod server;
pub mod shell;
pub mod telemetry;
#[cfg(test)]
mod testing;
pub mod watch;
pub mod workers;
pub mod world;
