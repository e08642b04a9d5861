//! From a claim to a classified candidate: approve, render, judge, classify, explain.
//!
//! *Guarantees*: pure and deterministic: the same [`Inputs`] give the same [`Decision`], bytes and
//! order included. Fail closed: an error, an unknown field, an unclassified change is a finding or
//! `Blocked`, never a guess. Secret values are never seen, only names.
//!
//! *Typestate*: only [`Approved`] terms render, only a [`Rendered`] contract is judged, classified
//! and, by the shell, applied.

mod amend;
mod approve;
mod assemble;
mod classify;
mod compare;
mod comply;
mod contract;
mod decide;
mod drift;
mod env;
mod explain;
mod finding;
mod input;
mod judge;
mod name;
mod pending;
mod platform;
mod project;
mod record;
mod render;
mod window;
mod wire;

pub use approve::{MAX_FOREIGN_INPUT, MAX_PARAMETERS, Refusal, approve};
pub use classify::{ClassifiedChange, DefaultChange, Transition, classify};
pub use comply::{Compliance, compliance};
pub use contract::{Approved, Contract, Identity, Rendered, RenderedKey, RenderedProjection, Shown};
pub(crate) use decide::decide_amended;
pub use decide::{Candidate, Decision, decide};
pub use drift::{Drift, drift, held};
pub use explain::{Explained, Used, UsedParameter, explain};
pub use finding::{Finding, Place};
pub use input::{Inputs, Namespace, Selection, TargetIdentity, Tenant};
pub use judge::{MAX_RENDERED, judge};
pub use name::{MAX_LENGTH, projection_name, target_name};
pub use pending::bounded;
pub use platform::{Before, Platform, Unselected};
pub use project::{ConnectionPlan, CopyPlan, ForbiddenObject, Health, Terms, connection, health, must_be_absent};
pub use record::{Recorder, Way};
pub use render::render;
pub use window::{WindowState, window_state};
pub use wire::{CEL_ENVIRONMENT, FINGERPRINT, WireError, facts_read, from_wire, to_wire};
