//! What differs between two contracts, and what only looks different.

use serde_json::Value as Json;

use crate::api::CompareAs;
use crate::catalog::{Comparison, canonical};
use crate::scalar::{duration, quantity, semver};
use crate::schema::Schema;
use crate::schema::diff::{Change, diff};
use crate::schema::path::Path;

use super::contract::{Contract, RenderedProjection};

/// Every difference between two contracts, in order of path: content by the target's schema after its
/// defaulting, copies by name, and identity.
pub(super) fn changes(schema: &Schema, old: &Contract, new: &Contract, comparisons: &[&Comparison]) -> Vec<Change> {
    let mut changes = diff(schema, &old.defaulted, &new.defaulted);
    changes.retain(|change| !equal_by_meaning(change, comparisons));
    changes.extend(projections(old, new));
    for ((name, before), (_, after)) in old.identity.parts().into_iter().zip(new.identity.parts()) {
        if before != after {
            let text = |value: Option<&str>| value.map(|value| Json::String(value.to_owned()));
            changes.push(Change { path: Path::root().field(name), old: text(before), new: text(after) });
        }
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    changes
}

/// The path of a projection: `projections.token`, `projections.unseal.token`.
fn projection_path(name: &str) -> Path {
    name.split('.').fold(Path::root().field("projections"), |path, part| path.field(part))
}

fn projections(old: &Contract, new: &Contract) -> Vec<Change> {
    let mut names: Vec<_> = old.projections.iter().chain(&new.projections).map(|it| it.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let content = |contract: &Contract, name: &str| {
        contract.projections.iter().find(|projection| projection.name == name).map(RenderedProjection::content)
    };
    names
        .into_iter()
        .map(|name| Change { path: projection_path(name), old: content(old, name), new: content(new, name) })
        .filter(|change| change.old != change.new)
        .collect()
}

fn equal_by_meaning(change: &Change, comparisons: &[&Comparison]) -> bool {
    let (Some(old), Some(new)) = (&change.old, &change.new) else { return false };
    comparisons.iter().any(|comparison| {
        comparison.paths.iter().any(|pattern| pattern.matches(&change.path)) && equal(comparison.meaning, old, new)
    })
}

/// Two values that mean the same. What does not parse is only equal to itself.
fn equal(meaning: CompareAs, old: &Json, new: &Json) -> bool {
    if let CompareAs::Set = meaning {
        let sorted = |value: &Json| {
            let mut items: Vec<_> = value.as_array()?.iter().map(canonical).collect();
            items.sort_unstable();
            items.dedup();
            Some(items)
        };
        return sorted(old).is_some_and(|old| Some(old) == sorted(new));
    }
    let (Some(old), Some(new)) = (text(old), text(new)) else { return false };
    match meaning {
        CompareAs::Quantity => {
            both(quantity::Quantity::parse(&old).ok(), quantity::Quantity::parse(&new).ok(), |a, b| a.cmp(b).is_eq())
        }
        CompareAs::Duration => both(duration::parse(&old).ok(), duration::parse(&new).ok(), |a, b| a == b),
        CompareAs::Version => {
            let version = |text: &str| semver::Version::parse(text.strip_prefix('v').unwrap_or(text)).ok();
            both(version(&old), version(&new), |a, b| a.cmp(b).is_eq())
        }
        CompareAs::Set => false,
    }
}

fn both<T>(old: Option<T>, new: Option<T>, equal: impl Fn(&T, &T) -> bool) -> bool {
    matches!((old, new), (Some(old), Some(new)) if equal(&old, &new))
}

/// A quantity may be written as a number.
fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
