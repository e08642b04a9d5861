//! What the checker finds.

use std::ops::Range;

use super::Type;

/// One mistake and its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Mistake {
    /// Bytes of the expression's text.
    pub range: Range<usize>,
    /// What is wrong.
    pub kind: MistakeKind,
    /// What to write instead: one line.
    pub help: Option<String>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MistakeKind {
    /// A field, key or name is read that some input does not have.
    #[error("`{0}` may be absent")]
    MayBeAbsent(String),
    /// A field that the schema does not have.
    #[error("`{parent}` has no field `{name}`")]
    UnknownField {
        /// what is looked into
        parent: String,
        /// the field
        name: String,
    },
    /// A table that lacks a key which is asked of it.
    #[error("the table has no entry for {}", quoted(.0))]
    NotInTable(Vec<String>),
    /// A function or operator that does not take these types.
    #[error("no such overload: `{0}`")]
    NoOverload(String),
    /// A condition that is no `bool`.
    #[error("a condition must be bool, found {0}")]
    NotBool(Type),
    /// Branches, elements or entries of types that nothing has in common.
    #[error("{what} have different types: {one} and {two}")]
    Mixed {
        /// `branches`, `elements`
        what: &'static str,
        /// one of them
        one: Type,
        /// another
        two: Type,
    },
    /// A comparison with a value that is not among the possible ones.
    #[error("`{0}` is not one of the possible values")]
    Impossible(String),
    /// A call of constants that has no value.
    #[error("never has a value: {0}")]
    AlwaysFails(String),
    /// A macro over something that has no elements.
    #[error("a macro ranges over a list or a map, found {0}")]
    NotARange(Type),
    /// `optMap` and its kin of something that is no optional.
    #[error("expected an optional, found {0}")]
    NotOptional(Type),
}

/// What is not wrong, and may not be what its author means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Bytes of the expression's text.
    pub range: Range<usize>,
    /// What it is.
    pub kind: RemarkKind,
}

/// What may not be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemarkKind {
    /// Two texts in an order: `'10Gi' < '9Gi'`.
    TextOrder,
    /// A pattern for `matches` without `^` and `$`.
    Unanchored,
}

/// At most six of the names.
pub(super) fn quoted<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<String> = names.iter().take(6).map(|name| format!("`{}`", name.as_ref())).collect();
    format!("{}{}", shown.join(", "), if names.len() > shown.len() { ", …" } else { "" })
}
