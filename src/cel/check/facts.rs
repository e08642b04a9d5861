//! Places that are known to be there.

use std::collections::BTreeSet;

use crate::cel::ast::{Expr, Kind, Literal};

/// A place as people write it: `params.backup.schedule`, `xs[0]`, `table[params.size]`.
pub(super) type Place = String;

/// Places that are there.
pub(super) type Facts = BTreeSet<Place>;

/// The place that an expression reads; `None` where it computes.
pub(super) fn place(expr: &Expr) -> Option<Place> {
    match &expr.kind {
        Kind::Ident { name, .. } => Some(name.to_string()),
        Kind::Select { operand, field, .. } => Some(format!("{}.{field}", place(operand)?)),
        Kind::Index { operand, index, .. } => key(&place(operand)?, index),
        _ => None,
    }
}

/// The place of a key or position below another place.
pub(super) fn key(below: &str, index: &Expr) -> Option<Place> {
    match &index.kind {
        Kind::Literal(Literal::String(key)) => Some(format!("{below}.{key}")),
        Kind::Literal(Literal::Int(at)) => Some(format!("{below}[{at}]")),
        Kind::Literal(_) => None,
        _ => Some(format!("{below}[{}]", place(index)?)),
    }
}

/// A place and all places on the way to it: who has `a.b.c` has `a.b`.
pub(super) fn with_parents(expr: &Expr) -> Facts {
    let mut found = Facts::new();
    let mut at = Some(expr);
    while let Some(expr) = at {
        found.extend(place(expr));
        at = match &expr.kind {
            Kind::Select { operand, .. } | Kind::Index { operand, .. } => Some(operand),
            _ => None,
        };
    }
    found
}
