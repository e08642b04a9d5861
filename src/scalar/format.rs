//! The `format` of a string in a schema: our own formats and Kubernetes'.
//!
//! Formats that name things (`hostname`, `dns1123Label`, `uuid`, …) have one normal form and refuse any
//! other spelling; formats that measure (`quantity`, `duration`, `semver`, `cron`) take every spelling
//! that their parser reads, and are compared by value. An unknown format is not checked, as in
//! Kubernetes, where hyphens in names do not count either (`date-time` is `datetime`).
//!
//! Three names are Kubernetes' as well, and stricter here: `hostname` (no capitals, symbols or other
//! scripts), `duration` (Go's grammar only: Kubernetes also reads `30d` and `2 weeks`), and the address
//! formats (no leading zeros).

mod kubernetes;
mod named;
mod registry;
#[cfg(test)]
mod tests;

pub use named::NamedFormat;
pub use registry::{check, known, max_length};

/// Why a text does not have the format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FormatError {
    /// What was found, what was expected, what to try.
    pub message: String,
    /// The same value in the form that would be accepted, if there is one.
    pub normal_form: Option<String>,
}

impl FormatError {
    fn new(message: String) -> Self {
        Self { message, normal_form: None }
    }

    fn with(error: &impl ToString, normal_form: Option<String>) -> Self {
        Self { message: error.to_string(), normal_form }
    }
}
