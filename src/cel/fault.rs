//! Why an evaluation has no value.

/// The reason why a function or operator gives no value. The evaluator adds the place.
///
/// Code decides by variant, never by text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A field or map key that is not there.
    #[error("no such key: {0}")]
    NoSuchKey(String),
    /// A list index that is not there.
    #[error("index out of bounds: {0}")]
    IndexOutOfBounds(i64),
    /// No overload of the function takes these arguments.
    #[error("no such overload: {0}")]
    NoSuchOverload(String),
    /// Integer, duration or timestamp arithmetic left its range.
    #[error("{0} overflow")]
    Overflow(&'static str),
    /// Division or modulus by zero.
    #[error("{0} by zero")]
    DivisionByZero(&'static str),
    /// A text or number that the function refuses (`quantity('x')`).
    #[error("{0}")]
    InvalidArgument(String),
    /// `optional.none().value()`.
    #[error("optional.none() has no value")]
    NoValue,
    /// A map literal that names a key twice.
    #[error("duplicate map key: {0}")]
    DuplicateKey(String),
    /// The expression spent its budget.
    #[error("cost limit of {limit} exceeded")]
    Budget {
        /// The limit, in cost units.
        limit: u64,
    },
    /// Evaluation nests deeper than any planned expression may.
    #[error("nesting limit exceeded")]
    Depth,
    /// A name of the scope (a variable, a facet's inputs) that failed itself.
    #[error("`{name}` failed: {cause}")]
    Root {
        /// The name, `variables.voters`.
        name: String,
        /// What failed in it.
        cause: Box<Fault>,
    },
}

/// A value, or why there is none.
pub type Result<T = super::Value> = std::result::Result<T, Fault>;
