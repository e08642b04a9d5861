//! What is wrong with a value, in words.

use std::fmt::{self, Display, Formatter};

use serde_json::Value;

use super::node::Type;
use super::path::Path;

/// Characters of a value or pattern that a message shows.
const SHOWN: usize = 64;

/// One thing that a schema refuses in a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// Where.
    pub path: Path,
    /// What.
    pub kind: ViolationKind,
}

impl Display for Violation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.path, self.kind)
    }
}

/// What a schema refuses.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ViolationKind {
    /// A value of another type.
    #[error("found {}, expected {}{}", kind_of(.found), types(.expected), hint(.found, .expected, .allowed))]
    Type {
        /// The value.
        found: Value,
        /// Types that the schema takes.
        expected: Vec<Type>,
        /// Members of the schema's `enum`.
        allowed: Vec<Value>,
    },
    /// `null` where the schema is not nullable.
    #[error("found null, expected {}; leave the field out, or give it a value", types(.expected))]
    Null {
        /// Types that the schema takes.
        expected: Vec<Type>,
    },
    /// A value that is no member of the `enum`.
    #[error("found {}, expected {}{}", show(.found), one_of(.allowed), did_you_mean(.nearest.as_deref()))]
    Enum {
        /// The value.
        found: Value,
        /// Members of the `enum`.
        allowed: Vec<Value>,
        /// The member that comes closest.
        nearest: Option<String>,
    },
    /// A text with more characters than `maxLength`.
    #[error("found {found} characters, expected at most {limit}")]
    TooLong {
        /// Characters.
        found: u64,
        /// `maxLength`.
        limit: u64,
    },
    /// A text with fewer characters than `minLength`.
    #[error("found {found} characters, expected at least {limit}")]
    TooShort {
        /// Characters.
        found: u64,
        /// `minLength`.
        limit: u64,
    },
    /// A text that `pattern` does not match.
    #[error("found {}, expected text that matches `{}`", show(.found), cut(.pattern))]
    Pattern {
        /// The text.
        found: Value,
        /// The pattern.
        pattern: String,
    },
    /// A text that is not of its `format`.
    #[error("found {}, expected format `{format}`: {reason}", show(.found))]
    Format {
        /// The text.
        found: Value,
        /// The format.
        format: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// A number above `maximum`.
    #[error("found {}, expected {} {limit}", show(.found), if *.exclusive { "less than" } else { "at most" })]
    TooLarge {
        /// The number.
        found: Value,
        /// `maximum`.
        limit: f64,
        /// Whether the limit itself is out.
        exclusive: bool,
    },
    /// A number below `minimum`.
    #[error("found {}, expected {} {limit}", show(.found), if *.exclusive { "more than" } else { "at least" })]
    TooSmall {
        /// The number.
        found: Value,
        /// `minimum`.
        limit: f64,
        /// Whether the limit itself is out.
        exclusive: bool,
    },
    /// A number that is no multiple of `multipleOf`.
    #[error("found {}, expected a multiple of {factor}", show(.found))]
    Multiple {
        /// The number.
        found: Value,
        /// `multipleOf`.
        factor: f64,
    },
    /// A number that its `format` cannot hold.
    #[error("found {}, expected a number that fits `{format}`", show(.found))]
    Range {
        /// The number.
        found: Value,
        /// `int32` or `float`.
        format: &'static str,
    },
    /// More items or fields than allowed.
    #[error("found {found} {what}, expected at most {limit}")]
    TooMany {
        /// How many there are.
        found: u64,
        /// `maxItems` or `maxProperties`.
        limit: u64,
        /// `items` or `fields`.
        what: &'static str,
    },
    /// Fewer items or fields than needed.
    #[error("found {found} {what}, expected at least {limit}")]
    TooFew {
        /// How many there are.
        found: u64,
        /// `minItems` or `minProperties`.
        limit: u64,
        /// `items` or `fields`.
        what: &'static str,
    },
    /// A required field that is absent; the path names it.
    #[error("required, and missing: add it")]
    Missing,
    /// A field that `additionalProperties: false` keeps out.
    #[error("no such field is allowed here: remove it")]
    NotAllowed,
    /// An item of a `set` list that was there before.
    #[error("duplicate item {}: remove one", show(.found))]
    DuplicateItem {
        /// The item.
        found: Value,
    },
    /// An item of a `map` list whose key was there before.
    #[error("duplicate item with {key}: each key may appear once")]
    DuplicateKey {
        /// The key fields, `name="a", port=80`.
        key: String,
    },
    /// An item of a `map` list that is no object.
    #[error("found {}, expected an object with the fields {}", kind_of(.found), .keys.join(", "))]
    KeylessItem {
        /// The item.
        found: Value,
        /// The key fields.
        keys: Vec<String>,
    },
    /// Nothing in `anyOf` takes the value.
    #[error("matches none of {count} alternatives: {closest}")]
    AnyOf {
        /// How many alternatives there are.
        count: usize,
        /// What keeps it from the alternative that comes closest.
        closest: String,
    },
    /// Not exactly one entry of `oneOf` takes the value.
    #[error("matches {matched} of {count} alternatives, expected exactly one{}", after_colon(.closest.as_deref()))]
    OneOf {
        /// How many alternatives take it.
        matched: usize,
        /// How many there are.
        count: usize,
        /// When none does: what keeps it from the one that comes closest.
        closest: Option<String>,
    },
    /// `not` takes the value.
    #[error("matches what the schema rules out with `not`")]
    Not,
    /// `apiVersion`, `kind` or `metadata` of a resource.
    #[error("{0}")]
    Resource(String),
    /// A value that nests too deeply to be judged.
    #[error("nests deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
}

/// A value as a message shows it: scalars as written, bounded; the rest by its kind.
pub(super) fn show(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) => format!("`{}`", cut(text)),
        scalar => format!("`{scalar}`"),
    }
}

/// The first characters of a text, on one line.
pub(super) fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

fn kind_of(value: &Value) -> String {
    match value {
        Value::Bool(_) => format!("boolean {}", show(value)),
        Value::Number(_) => format!("number {}", show(value)),
        Value::String(_) => format!("text {}", show(value)),
        other => show(other),
    }
}

fn types(expected: &[Type]) -> String {
    let words = expected.iter().map(|kind| match kind {
        Type::Object => "an object",
        Type::Array => "a list",
        Type::String => "text",
        Type::Integer => "an integer",
        Type::Number => "a number",
        Type::Boolean => "`true` or `false`",
    });
    words.collect::<Vec<_>>().join(" or ")
}

fn one_of(allowed: &[Value]) -> String {
    let shown: Vec<String> = allowed.iter().take(16).map(show).collect();
    let more = if allowed.len() > shown.len() { ", …" } else { "" };
    let of = if allowed.len() == 1 { "" } else { "one of " };
    format!("{of}{}{more}", shown.join(", "))
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!(", did you mean `{}`?", cut(nearest)))
}

fn after_colon(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!(": {text}"))
}

/// Words that YAML 1.1, which `kubectl` speaks, reads as booleans.
const TRUE_WORDS: [&str; 4] = ["true", "on", "yes", "y"];
const FALSE_WORDS: [&str; 4] = ["false", "off", "no", "n"];

/// What to try when a scalar of another type stands where the schema wants text, and the other way round.
fn hint(found: &Value, expected: &[Type], allowed: &[Value]) -> String {
    let wants = |kind: Type| expected.contains(&kind);
    match found {
        Value::Bool(truth) if wants(Type::String) => {
            let words = if *truth { TRUE_WORDS } else { FALSE_WORDS };
            let meant = |text: &&str| words.iter().any(|word| word.eq_ignore_ascii_case(text));
            let texts = || allowed.iter().filter_map(Value::as_str);
            let list = if allowed.is_empty() { String::new() } else { format!(", {}", one_of(allowed)) };
            match texts().find(meant) {
                Some(text) => format!("{list}; if you meant the text `{text}`, quote it"),
                None => format!("{list}; if you meant the text `{truth}`, quote it"),
            }
        }
        Value::Number(number) if wants(Type::String) => format!("; if you meant the text `{number}`, quote it"),
        Value::String(text) if wants(Type::Integer) && text.parse::<i64>().is_ok() => unquote(text),
        Value::String(text) if wants(Type::Number) && text.parse::<f64>().is_ok() => unquote(text),
        Value::String(text) if wants(Type::Boolean) && matches!(text.as_str(), "true" | "false") => unquote(text),
        Value::Number(number) if wants(Type::Integer) && number.is_f64() => {
            "; only whole numbers between -2^63 and 2^63 - 1 are integers".to_owned()
        }
        scalar if wants(Type::Array) && !scalar.is_object() => "; put it into a list".to_owned(),
        _ => String::new(),
    }
}

fn unquote(text: &str) -> String {
    format!("; write `{}` without quotes", cut(text))
}
