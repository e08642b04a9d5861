//! The types that direct the generator, as `functions.jsonl` writes them.

use super::rng::Rng;
pub(crate) use crate::oracle::notation::{Bound, Type, list, map, optional, plain};

const SCALARS: &[&str] =
    &["bool", "int", "uint", "double", "string", "bytes", "google.protobuf.Duration", "google.protobuf.Timestamp"];
const LIBRARY: &[&str] =
    &["kubernetes.Quantity", "kubernetes.Semver", "net.IP", "net.CIDR", "kubernetes.URL", "null_type", "type"];

impl Type {
    /// The type with its parameters replaced; those that nothing is known of become any type.
    pub(crate) fn fill(&self, bound: &mut Bound, rng: &mut Rng) -> Self {
        match self {
            Self::Param(name) => bound.entry(name.clone()).or_insert_with(|| any(rng, 1)).clone(),
            Self::Of(head, items) => Self::Of(head.clone(), items.iter().map(|item| item.fill(bound, rng)).collect()),
            Self::Plain(name) if name == "dyn" => any(rng, 1),
            plain @ Self::Plain(_) => plain.clone(),
        }
    }
}

/// Some type, at most `depth` deep in lists, maps and optionals.
pub(crate) fn any(rng: &mut Rng, depth: usize) -> Type {
    match rng.below(20) {
        0..=2 if depth > 0 => list(any(rng, depth - 1)),
        3..=4 if depth > 0 => map(plain(rng.pick(&["string", "string", "int", "bool"])), any(rng, depth - 1)),
        5 if depth > 0 => optional(any(rng, depth - 1)),
        6..=7 => plain(rng.pick(LIBRARY)),
        _ => scalar(rng),
    }
}

/// A type whose values have an order.
pub(crate) fn scalar(rng: &mut Rng) -> Type {
    plain(rng.pick(SCALARS))
}
