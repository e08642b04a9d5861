//! Self-service OpenBao clusters: claims, catalogs and CEL in, hardened `OpenBaoCluster` objects out.
//!
//! The modules form floors, and a lower one never imports an upper one (`tests/layering.rs`):
//! `api`, `diagnostic`, `scalar`, `schema`, `yaml` < `cel` < `catalog` < `engine` <
//! `controller`, `sandbox`, `trial` < `cli`.
//! Everything up to `engine` is pure: no clock, no file, no client, no environment.

pub mod api;
pub mod catalog;
pub mod cel;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "operator")]
pub mod controller;
pub mod diagnostic;
pub mod engine;
#[cfg(feature = "operator")]
pub mod sandbox;
pub mod scalar;
pub mod schema;
pub mod trial;
pub mod yaml;
