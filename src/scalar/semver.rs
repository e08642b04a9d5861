//! Semantic versions 2.0.0, ordered by precedence: build metadata does not count.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;

/// A version. `1.2.3+a` and `1.2.3+b` are equal, as in Kubernetes' CEL.
#[derive(Clone, Debug)]
pub struct Version(semver::Version);

/// Why a text is not a version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// What the parser says about the offending part.
    #[error("`{text}` is not a semantic version: {reason}; expected MAJOR.MINOR.PATCH, as in `2.5.3` or `2.5.3-rc.1`")]
    Malformed {
        /// The whole text.
        text: String,
        /// The part that does not parse.
        reason: String,
    },
    /// A text that is a version after normalization.
    #[error("`{text}` is not a semantic version: write `{normal}`")]
    Loose {
        /// The whole text.
        text: String,
        /// The version that normalization makes of it.
        normal: String,
    },
}

impl Version {
    /// Reads a strict semantic version.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        strict(text).map_err(|reason| match loose(text) {
            Ok(version) => VersionError::Loose { text: text.to_owned(), normal: version.to_string() },
            Err(_) => VersionError::Malformed { text: text.to_owned(), reason },
        })
    }

    /// Reads a version after Kubernetes' normalization: a leading `v`, leading zeros of the numbers and
    /// missing minor and patch are forgiven. A shortened version may not carry a pre-release or build.
    pub fn parse_normalized(text: &str) -> Result<Self, VersionError> {
        loose(text).map_err(|reason| VersionError::Malformed { text: text.to_owned(), reason })
    }

    /// The first number.
    pub fn major(&self) -> u64 {
        self.0.major
    }

    /// The second number.
    pub fn minor(&self) -> u64 {
        self.0.minor
    }

    /// The third number.
    pub fn patch(&self) -> u64 {
        self.0.patch
    }

    /// The pre-release identifiers, empty for a release.
    pub fn pre_release(&self) -> &str {
        self.0.pre.as_str()
    }
}

fn strict(text: &str) -> Result<Version, String> {
    let version = semver::Version::parse(text).map_err(|error| error.to_string())?;
    // Kubernetes' parser keeps numeric identifiers in 64 bits.
    let fits = |id: &str| !id.bytes().all(|b| b.is_ascii_digit()) || id.parse::<u64>().is_ok();
    match version.pre.split('.').find(|id| !id.is_empty() && !fits(id)) {
        Some(id) => Err(format!("pre-release number `{id}` is beyond 64 bits")),
        None => Ok(Version(version)),
    }
}

fn loose(text: &str) -> Result<Version, String> {
    let mut parts: Vec<String> =
        text.strip_prefix('v').unwrap_or(text).splitn(3, '.').map(without_leading_zeros).collect();
    let short = parts.len() < 3;
    if short && parts.last().is_some_and(|part| part.contains(['+', '-'])) {
        return Err("a shortened version cannot carry a pre-release or build".to_owned());
    }
    parts.resize(3, "0".to_owned());
    strict(&parts.join("."))
}

/// `007` is `7`, `00-rc` is `0-rc`; a lone character stays.
fn without_leading_zeros(part: &str) -> String {
    if part.len() < 2 {
        return part.to_owned();
    }
    let stripped = part.trim_start_matches('0');
    let zero = if stripped.starts_with(|c: char| c.is_ascii_digit()) { "" } else { "0" };
    format!("{zero}{stripped}")
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp_precedence(&other.0)
    }
}
