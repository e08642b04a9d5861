//! An embedded API server with a simulated runtime: enough of Kubernetes for the operator and `kubectl`, in memory.
//!
//! For trying out, for tests and for fault injection; never a production store.

pub mod apply;
