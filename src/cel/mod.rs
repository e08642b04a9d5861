//! The expression language: Kubernetes' CEL, scanned, parsed, planned and evaluated within a budget.

mod fault;
pub mod library;
mod meter;
mod opaque;
mod value;

pub use fault::{Fault, Result};
pub use meter::Meter;
pub use opaque::Opaque;
pub use value::{Incomparable, Key, ToJsonError, Value};
