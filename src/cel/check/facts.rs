//! What is known where an expression runs: places that are there, and types narrower than declared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::Type;
use crate::cel::ast::{Expr, Kind, Literal};

/// A place that an expression reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// a name
    Name(Arc<str>),
    /// a field, or an entry under a literal key
    Key(Arc<Place>, Arc<str>),
    /// a position of a list
    At(Arc<Place>, i64),
    /// an entry under a key that is itself read from a place
    Of(Arc<Place>, Arc<Place>),
}

impl Place {
    /// The place that an expression reads, whether with `?` or without; `None` where it computes.
    pub(super) fn of(expr: &Expr) -> Option<Self> {
        match &expr.kind {
            Kind::Ident { name, .. } => Some(Self::Name(Arc::clone(name))),
            Kind::Select { operand, field, .. } => Some(Self::of(operand)?.field(field)),
            Kind::Index { operand, index, .. } => Self::of(operand)?.below(index),
            _ => None,
        }
    }

    pub(super) fn field(self, name: &Arc<str>) -> Self {
        Self::Key(Arc::new(self), Arc::clone(name))
    }

    /// The place of a key or position below this one.
    pub(super) fn below(self, index: &Expr) -> Option<Self> {
        match &index.kind {
            Kind::Literal(Literal::String(key)) => Some(self.field(key)),
            Kind::Literal(Literal::Int(at)) => Some(Self::At(Arc::new(self), *at)),
            Kind::Literal(_) => None,
            _ => Some(Self::Of(Arc::new(self), Arc::new(Self::of(index)?))),
        }
    }

    fn parent(&self) -> Option<&Self> {
        match self {
            Self::Name(_) => None,
            Self::Key(below, _) | Self::At(below, _) | Self::Of(below, _) => Some(below),
        }
    }

    fn mentions(&self, variable: &str) -> bool {
        match self {
            Self::Name(name) => &**name == variable,
            Self::Key(below, _) | Self::At(below, _) => below.mentions(variable),
            Self::Of(below, key) => below.mentions(variable) || key.mentions(variable),
        }
    }

    /// The fields that lead here from a variable; `None` where it starts elsewhere or passes a position.
    fn fields_from(&self, variable: &str) -> Option<Vec<Arc<str>>> {
        match self {
            Self::Name(name) if &**name == variable => Some(Vec::new()),
            Self::Key(below, field) => {
                let mut fields = below.fields_from(variable)?;
                fields.push(Arc::clone(field));
                Some(fields)
            }
            _ => None,
        }
    }
}

/// As people write it: `params.backup.schedule`, `xs[0]`, `table[params.size]`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Key(below, field) if is_word(field) => write!(f, "{below}.{field}"),
            Self::Key(below, field) => write!(f, "{below}['{field}']"),
            Self::At(below, at) => write!(f, "{below}[{at}]"),
            Self::Of(below, key) => write!(f, "{below}[{key}]"),
        }
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    there: BTreeSet<Place>,
    types: BTreeMap<Place, Type>,
}

impl Facts {
    /// A place is there, and so is all on the way to it.
    pub(super) fn there(place: &Place) -> Self {
        let mut there = BTreeSet::new();
        let mut at = Some(place);
        while let Some(place) = at {
            there.insert(place.clone());
            at = place.parent();
        }
        Self { there, types: BTreeMap::new() }
    }

    /// The value at a place is of a type.
    pub(super) fn typed(place: Place, ty: Type) -> Self {
        Self { there: BTreeSet::new(), types: BTreeMap::from([(place, ty)]) }
    }

    /// Both are known. Of two types the other's counts: it was learned where this was known.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.there.extend(other.there.iter().cloned());
        self.types.extend(other.types.iter().map(|(place, ty)| (place.clone(), ty.clone())));
        self
    }

    /// One of both is known, and nobody knows which.
    pub(super) fn or(&self, other: &Self) -> Self {
        let types = self.types.iter().filter_map(|(place, ty)| {
            let joined = ty.join(other.types.get(place)?)?;
            Some((place.clone(), joined))
        });
        Self { there: self.there.intersection(&other.there).cloned().collect(), types: types.collect() }
    }

    /// Nothing is known of a variable any more: another one takes its name.
    pub(super) fn forget(&mut self, variable: &str) {
        self.there.retain(|place| !place.mentions(variable));
        self.types.retain(|place, _| !place.mentions(variable));
    }

    pub(super) fn has(&self, place: &Place) -> bool {
        self.there.contains(place)
    }

    pub(super) fn ty(&self, place: &Place) -> Option<&Type> {
        self.types.get(place)
    }

    /// What is known of a variable's fields, as changes to its type.
    pub(super) fn refine(&self, variable: &str, ty: Type) -> Type {
        let mut refined = ty;
        for place in &self.there {
            if let Some(fields) = place.fields_from(variable) {
                refined = refined.having(&fields, None);
            }
        }
        for (place, ty) in &self.types {
            if let Some(fields) = place.fields_from(variable) {
                refined = refined.having(&fields, Some(ty));
            }
        }
        refined
    }
}
