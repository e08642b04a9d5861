//! Regular expressions with Go's syntax and meaning (RE2), run by the `regex` crate.
//!
//! Each construct is read by Go's rules and written again for the crate, so that the same text cannot
//! mean two things: `\d`, `\w`, `\s`, `\b` are ASCII, classes know no set operations, braces that
//! are no repetition are literal, `\Q…\E` and octal escapes exist; look-around, back-references, nested
//! quantifiers, counts over 1000 and the crate's own extensions are refused. What cannot be written
//! exactly (`\B`, `\C`, rare Unicode class names) is refused, too.

mod class;
mod lower;
#[cfg(test)]
mod tests;

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind, Look};

/// Bytes that a compiled pattern may take.
const SIZE_LIMIT: usize = 1 << 20;
/// Nesting of groups and classes that is compiled (Go: 1000).
const NEST_LIMIT: u32 = 100;

/// Why a text is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A construct that RE2 lacks or that cannot be run with its exact meaning.
    #[error("`{construct}` is not allowed in a pattern: {reason}")]
    Construct {
        /// The text of the construct.
        construct: String,
        /// Why not, and what to try.
        reason: &'static str,
    },
    /// Something that is missing or out of place.
    #[error("the pattern is malformed: {0}")]
    Malformed(&'static str),
    /// A pattern that compiles to more than a megabyte or nests too deeply.
    #[error("the pattern is too large when compiled: lower its repetition counts")]
    TooLarge,
    /// What the crate says about a pattern that we let through.
    #[error("the pattern is malformed: {0}")]
    Syntax(String),
}

impl PatternError {
    fn construct(construct: impl Into<String>, reason: &'static str) -> Self {
        Self::Construct { construct: construct.into(), reason }
    }
}

/// Compiles a pattern. It searches: without anchors, a match anywhere counts.
pub fn compile(pattern: &str) -> Result<Regex, PatternError> {
    let lowered = lower::lower(pattern)?;
    if repeats_too_often(&lowered) {
        return Err(PatternError::TooLarge);
    }
    let built = RegexBuilder::new(&lowered).size_limit(SIZE_LIMIT).nest_limit(NEST_LIMIT).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => PatternError::TooLarge,
        other => PatternError::Syntax(last_line(&other.to_string())),
    })
}

/// Whether counts within counts multiply to more than one count may be (Go `regexp/syntax`, `repeatIsValid`).
fn repeats_too_often(lowered: &str) -> bool {
    // What the crate cannot read, it refuses by itself.
    lowered.contains('{') && regex_syntax::parse(lowered).is_ok_and(|hir| exceeds(&hir, lower::MAX_REPEAT))
}

fn exceeds(hir: &Hir, left: u32) -> bool {
    let HirKind::Repetition(repetition) = hir.kind() else {
        return hir.kind().subs().iter().any(|sub| exceeds(sub, left));
    };
    let times = repetition.max.unwrap_or(repetition.min);
    times > left || exceeds(&repetition.sub, left.checked_div(times).unwrap_or(left))
}

/// The crate draws the pattern over several lines; the last one says what is wrong.
fn last_line(message: &str) -> String {
    let line = message.lines().next_back().unwrap_or(message);
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// Whether every match of a valid pattern starts at the start and ends at the end of the text. An
/// allow-list that is not anchored lets more through than it shows.
pub fn is_anchored(pattern: &str) -> bool {
    let Some(hir) = lower::lower(pattern).ok().and_then(|lowered| regex_syntax::parse(&lowered).ok()) else {
        return false;
    };
    let properties = hir.properties();
    properties.look_set_prefix().contains(Look::Start) && properties.look_set_suffix().contains(Look::End)
}
