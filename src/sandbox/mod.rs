//! An embedded API server with a simulated runtime: enough of Kubernetes for the operator and `kubectl`, in memory.
//!
//! For trying out, for tests and for fault injection; never a production store.
//!
//! - `store`: objects, the one resource version, and the past that watches go back to;
//! - `kinds`: what is served, and how objects of a kind are treated;
//! - `apply`: server-side apply and managed fields;
//! - `verbs`: create, update, patch, delete, and what a cluster does in the background;
//! - `runtime`: what an OpenBao operator would report;
//! - `protocol`: HTTP requests and answers, lists, watches, tables, discovery, OpenAPI.

mod answer;
pub mod apply;
mod handle;
mod kinds;
mod object;
mod protocol;
mod runtime;
mod service;
mod store;
mod time;
mod verbs;

pub use answer::ApiError;
pub use handle::{Sandbox, SandboxConfig};
pub use protocol::WatchEvent;
pub use runtime::{BEHAVIOUR, Behaviour, CA_CANARY, Runtime, SECRET_CANARY};
pub use service::{After, AnswerBody, Before, Call, Interceptor, OnEvent, SandboxService, kubeconfig};
pub use time::{Clock, runtime_clock};

#[cfg(test)]
mod tests;
