//! When conditions hold, as logic: what an expression says of the places that it reads, and whether some
//! claim can make several conditions hold at once.
//!
//! [`symbolic`] turns a program into a [`Symbol`]; conditions become [`Formula`]s over [`Atom`]s. What logic
//! does not know (any function's result, loops) is an atom of its own, so that [`solve`] never says that
//! something cannot be where it can.

mod solve;
mod symbol;
mod symbolic;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use solve::{Answer, solve};
pub use symbol::{Place, Symbol, there};
pub use symbolic::{Symbols, condition, nonempty, symbolic};

/// The values that a place can have, as far as its schema tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Domain {
    /// true and false
    Bool,
    /// integers between these, both included
    Int(i64, i64),
    /// these texts and no others
    Texts(Arc<[Arc<str>]>),
    /// any text
    AnyText,
}

/// A value that places are compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Constant {
    /// `true`
    Bool(bool),
    /// `1`
    Int(i64),
    /// `'a'`
    Text(Arc<str>),
}

/// How a place is compared with a constant; the other comparisons are these negated or turned around.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compared {
    /// `==`
    Equal,
    /// `<`
    Less,
}

/// What may hold or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Atom {
    /// a place, by its name, has a value
    There(Arc<str>),
    /// the value of a place compares so
    Test {
        /// the place's name
        place: Arc<str>,
        /// what values it can have
        domain: Domain,
        /// how
        compared: Compared,
        /// with what
        constant: Constant,
    },
    /// anything else, by its text
    Other(Arc<str>),
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula {
    /// the same for every claim
    Known(bool),
    /// one fact
    Atom(Atom),
    /// the contrary
    Not(Box<Formula>),
    /// all hold
    All(Vec<Formula>),
    /// one of them holds
    Any(Vec<Formula>),
}

impl Formula {
    /// All of them hold.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::join(parts, false, Self::All)
    }

    /// One of them holds.
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::join(parts, true, Self::Any)
    }

    /// It does not hold.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Known(holds) => Self::Known(!holds),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// Joins what is not decided yet; `decides`: the value that one part needs for the whole to have it.
    fn join(parts: impl IntoIterator<Item = Self>, decides: bool, make: fn(Vec<Self>) -> Self) -> Self {
        let mut open = Vec::new();
        for part in parts {
            match part {
                Self::Known(value) if value == decides => return Self::Known(decides),
                Self::Known(_) => {}
                other if open.contains(&other) => {}
                other => open.push(other),
            }
        }
        match open.len() {
            0 => Self::Known(!decides),
            1 => open.pop().unwrap_or(Self::Known(!decides)),
            _ => make(open),
        }
    }

    /// Calls `visit` with every atom, from left to right.
    pub fn atoms<'f>(&'f self, visit: &mut dyn FnMut(&'f Atom)) {
        match self {
            Self::Known(_) => {}
            Self::Atom(atom) => visit(atom),
            Self::Not(inner) => inner.atoms(visit),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.atoms(visit)),
        }
    }
}
