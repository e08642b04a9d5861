//! Operator and sandbox in one process, on virtual time, under faults: a schedule follows from a seed, and the same
//! schedule plays out the same, call by call, on every run.
//!
//! - `schedule`: who does what when, and what goes wrong, drawn from a seed;
//! - `wire`, `faults`: the way between a client and the server, and what befalls a call on it;
//! - `replica`, `runtime`, `people`: the operator, the simulated service operator, and everybody else;
//! - `oath`: what must hold at each change; `verdict`: what must hold once the dust has settled;
//! - `play`: a schedule played on a fresh thread; `shrink`: the least of it that still fails.

mod entropy;
mod faults;
mod fixtures;
mod journal;
mod model;
mod oath;
mod people;
mod play;
mod replica;
mod runtime;
mod schedule;
mod shrink;
mod verdict;
mod wire;

pub use fixtures::prepare;
pub use play::{Played, play};
pub use schedule::Schedule;
pub use shrink::shrink;
