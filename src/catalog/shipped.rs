//! The target's releases that are shipped with the binary: CRDs and facts of `crds/external`.

use std::sync::Arc;

use serde_json::Value as Json;

use super::target::{Target, TargetError, TargetFacts, Targets};

/// One shipped release: its name, the CRD of its cluster kind, and the facts beside it.
struct Shipped {
    release: &'static str,
    crd: &'static str,
    facts: &'static str,
}

macro_rules! release {
    ($release:literal) => {
        Shipped {
            release: $release,
            crd: include_str!(concat!("../../crds/external/", $release, "/openbaoclusters.yaml")),
            facts: include_str!(concat!("../../crds/external/", $release, "/target.yaml")),
        }
    };
}

const RELEASES: &[Shipped] = &[release!("0.5.1"), release!("main")];

/// Why a release cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ShippedError {
    /// The text is not YAML of the expected form.
    #[error("release {release}: {reason}")]
    Unreadable {
        /// the release
        release: String,
        /// what the reader says
        reason: String,
    },
    /// The content is not a usable target.
    #[error(transparent)]
    Target(#[from] TargetError),
}

/// The names of all shipped releases.
pub fn releases() -> impl Iterator<Item = &'static str> {
    RELEASES.iter().map(|shipped| shipped.release)
}

/// Loads the shipped releases whose names `wanted` accepts; each costs milliseconds.
pub fn targets(wanted: impl Fn(&str) -> bool) -> Result<Targets, ShippedError> {
    let mut targets = Targets::default();
    for shipped in RELEASES.iter().filter(|shipped| wanted(shipped.release)) {
        let target = parse(shipped.release, shipped.crd, shipped.facts)?;
        targets.0.insert(shipped.release.to_owned(), Arc::new(target));
    }
    Ok(targets)
}

/// Reads a CRD and a table of facts from YAML.
pub fn parse(release: &str, crd: &str, facts: &str) -> Result<Target, ShippedError> {
    let unreadable = |error: serde_saphyr::Error| ShippedError::Unreadable {
        release: release.to_owned(),
        reason: error.to_string(),
    };
    let crd: Json = serde_saphyr::from_str(crd).map_err(unreadable)?;
    let facts: TargetFacts = serde_saphyr::from_str(facts).map_err(unreadable)?;
    Ok(Target::new(&crd, facts)?)
}

/// A CRD that somebody brings, with the facts of the newest shipped release: a live cluster tells its
/// schema, and facts change with releases of ours.
pub fn with_newest_facts(release: &str, crd: &str) -> Result<Target, ShippedError> {
    let facts = RELEASES.last().map(|shipped| shipped.facts).unwrap_or_default();
    let target = parse(release, crd, facts)?;
    Ok(Target { release: release.to_owned(), ..target })
}
