//! What is wrong with a schema, in words.

use super::violation::Violation;

/// One thing that is wrong with a schema.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{kind}")]
pub struct SchemaError {
    /// Where in the schema's document, as a JSON pointer (`/properties/size/type`); empty for its root.
    pub pointer: String,
    /// What is wrong there.
    pub kind: SchemaErrorKind,
}

/// What is wrong with a schema.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SchemaErrorKind {
    /// A schema that is no object.
    #[error("a schema is an object such as `{{type: string, maxLength: 63}}`, found {0}")]
    NotASchema(String),
    /// A keyword that no schema has.
    #[error("unknown keyword `{keyword}`{}", match .nearest { Some(n) => format!(", did you mean `{n}`?"), None => String::new() })]
    UnknownKeyword {
        /// The keyword.
        keyword: String,
        /// The keyword that comes closest.
        nearest: Option<String>,
    },
    /// A keyword of JSON Schema that structural schemas do not have.
    #[error("`{0}` is not part of structural schemas: {1}")]
    Unsupported(String, &'static str),
    /// A keyword whose value has the wrong form.
    #[error("`{keyword}` takes {expected}, found {found}")]
    Value {
        /// The keyword.
        keyword: String,
        /// What it takes.
        expected: &'static str,
        /// What it has.
        found: String,
    },
    /// No `type`.
    #[error("`type` is missing: add `type: {0}`")]
    NoType(&'static str),
    /// A type that does not exist.
    #[error("unknown type `{found}`, expected object, array, string, integer, number or boolean")]
    UnknownType {
        /// What was found.
        found: String,
    },
    /// A root that is no object.
    #[error("the root has to be `type: object`, found `{0}`")]
    RootType(&'static str),
    /// Something that is not allowed at this place.
    #[error("`{keyword}` cannot stand here: {reason}")]
    Forbidden {
        /// The keyword.
        keyword: String,
        /// Why, and what to do.
        reason: &'static str,
    },
    /// Something that has to be at this place.
    #[error("`{keyword}` is missing: {reason}")]
    Needed {
        /// The keyword.
        keyword: String,
        /// Why.
        reason: &'static str,
    },
    /// A pattern that is no regular expression of RE2.
    #[error("`{pattern}` is not a pattern: {reason}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A format that does not exist for the type.
    #[error("unknown format `{format}`{}", match .nearest { Some(n) => format!(", did you mean `{n}`?"), None => String::new() })]
    UnknownFormat {
        /// The format.
        format: String,
        /// The format that comes closest.
        nearest: Option<String>,
    },
    /// A member of `enum` that the type refuses.
    #[error("no value can be {member}: the type is `{kind}`{hint}")]
    EnumMember {
        /// The member.
        member: String,
        /// The type.
        kind: &'static str,
        /// What to try.
        hint: String,
    },
    /// A bound above its counterpart.
    #[error("`{least}` is greater than `{most}`: nothing is valid")]
    EmptyRange {
        /// The lower bound's keyword.
        least: &'static str,
        /// The upper bound's keyword.
        most: &'static str,
    },
    /// A default that the schema itself refuses.
    #[error("the default is not valid: {0}")]
    Default(Violation),
    /// A default with a field that the schema does not know.
    #[error("the default is not valid: {0}")]
    DefaultField(super::prune::Unknown),
    /// A required field that `properties` does not have.
    #[error("`required` names `{name}`, which is not in `properties`{}", match .nearest { Some(n) => format!(", did you mean `{n}`?"), None => String::new() })]
    RequiredUnknown {
        /// The field.
        name: String,
        /// The field that comes closest.
        nearest: Option<String>,
    },
    /// Something under `allOf`, `anyOf`, `oneOf` or `not` that the structure around it does not have.
    #[error(
        "`{0}` is constrained here but not declared outside of `allOf`, `anyOf`, `oneOf` and `not`: declare it there"
    )]
    Undeclared(String),
    /// A list-map key that is no scalar property of the items, required or with a default.
    #[error("list-map key `{key}` {problem}")]
    MapKey {
        /// The key.
        key: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A schema that nests too deeply.
    #[error("nests deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// A string, list or map without bound, where a tenant fills it in.
    #[error("{what} without a bound: add `{keyword}`")]
    Unbounded {
        /// What it is.
        what: &'static str,
        /// What would bound it.
        keyword: &'static str,
    },
    /// Something that no keyword can bound.
    #[error("`{keyword}` has no bound, and tenants fill this in: {instead}")]
    Unboundable {
        /// The keyword.
        keyword: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
}
