//! Where our answer and Kubernetes' differ, and in which direction.

use std::fmt;

use serde::Deserialize;

use super::case::{Answer, Case};
use super::ours::{Ours, Verdict};
use super::tagged;

/// The way in which two answers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    /// We fail where Kubernetes has a value.
    Stricter,
    /// Both have a value, but not the same.
    Other,
    /// We have a value where Kubernetes fails. Never a known difference: it would be failing open.
    Looser,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stricter => "stricter",
            Self::Other => "other",
            Self::Looser => "looser",
        })
    }
}

/// How the answers differ; `None` when they agree.
///
/// An expression that parses but that Kubernetes refuses before it runs may fail here too, or have the value that
/// its unchecked evaluation has: types are not checked before evaluation yet.
pub(crate) fn difference(ours: &Ours, theirs: &Answer) -> Option<Direction> {
    match (&ours.verdict, &theirs.value) {
        (Verdict::Value(ours), Some(theirs)) => {
            (tagged::normal(&tagged::encode(ours)) != tagged::normal(theirs)).then_some(Direction::Other)
        }
        (Verdict::Value(_), None) => Some(Direction::Looser),
        (_, Some(_)) if theirs.refused.is_none() => Some(Direction::Stricter),
        _ => None,
    }
}

/// A line about a difference, for people.
pub(crate) fn describe(case: &Case, ours: &Ours, theirs: &Answer, direction: Direction) -> String {
    let ours = match &ours.verdict {
        Verdict::Value(value) => tagged::encode(value).to_string(),
        Verdict::Compile(text) => format!("does not compile: {text}"),
        Verdict::Fault(fault) => format!("fails: {fault}"),
    };
    let kubernetes = match (&theirs.value, &theirs.error) {
        (Some(value), _) => tagged::normal(value).to_string(),
        (None, Some(error)) => format!("fails: {} in {}", error.kind, error.stage),
        (None, None) => "says nothing".to_string(),
    };
    let named =
        case.vars.iter().filter(|(name, _)| case.expr.split(|c: char| !c.is_alphanumeric()).any(|word| word == *name));
    let vars: String = named.map(|(name, value)| format!("\n    {name} = {value}")).collect();
    let refused = theirs.refused.as_ref().map(|why| format!(" (refused: {why})")).unwrap_or_default();
    format!("{direction} {}: `{}`{vars}\n    ours {ours}\n    kubernetes {kubernetes}{refused}", case.id, case.expr)
}
