//! What is wrong with an expression before it runs.

use std::ops::Range;

/// One located error of an expression or template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct ExprError {
    /// Bytes of the text that was compiled.
    pub range: Range<usize>,
    /// What is wrong.
    pub kind: ExprErrorKind,
    /// What to try: one line.
    pub help: Option<String>,
}

impl ExprError {
    pub(crate) fn new(range: Range<usize>, kind: ExprErrorKind) -> Self {
        Self { range, kind, help: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExprErrorKind {
    /// More bytes than any expression may have.
    #[error("an expression of {found} bytes is longer than {limit}")]
    TooLong {
        /// bytes of the text
        found: usize,
        /// bytes that are allowed
        limit: usize,
    },
    /// Brackets within brackets, or a chain of operators, beyond what may recurse.
    #[error("{what} nests deeper than {limit}")]
    TooDeep {
        /// what is nested or chained
        what: &'static str,
        /// the bound
        limit: usize,
    },
    /// A string, comment or bracket that has no end, or a character that no token starts with.
    #[error("{0}")]
    Token(String),
    /// A token where it cannot be.
    #[error("{0}")]
    Syntax(String),
    /// A literal that its type cannot hold.
    #[error("{0}")]
    Literal(String),
    /// A name that the scope does not have.
    #[error("unknown name `{0}`")]
    UnknownName(String),
    /// A namespace used as if it were a value.
    #[error("`{0}` is a group of names, not a value")]
    Namespace(String),
    /// A function that the language does not have.
    #[error("unknown function `{0}`")]
    UnknownFunction(String),
    /// A function that exists, called otherwise than it can be.
    #[error("`{function}` {wanted}")]
    WrongCall {
        /// name of the function or macro
        function: String,
        /// how it is called, and how it was
        wanted: String,
    },
    /// A macro whose arguments have the wrong form.
    #[error("{0}")]
    Macro(String),
    /// A comprehension variable that hides a name of the scope.
    #[error("`{0}` is already a name here and cannot be a variable")]
    Shadowing(String),
    /// A map literal that names a key twice.
    #[error("the key {0} appears twice")]
    DuplicateKey(String),
    /// A template that mixes text with something that is not text.
    #[error("{0}")]
    Template(String),
}
