//! Comparing our evaluator with Kubernetes' own CEL: cases, answers, known differences.

#![allow(clippy::allow_attributes, dead_code, reason = "each suite uses a part of it, and which one differs")]

pub(crate) mod agreement;
pub(crate) mod case;
pub(crate) mod compare;
pub(crate) mod declared;
pub(crate) mod kinds;
pub(crate) mod notation;
pub(crate) mod ours;
pub(crate) mod rules;
pub(crate) mod tagged;
pub(crate) mod verdict;

/// Where cases, answers and known differences stand.
pub(crate) fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle")
}
