//! One segment of a path or object key: what cannot climb, nest or be mistaken.

#[cfg(test)]
mod tests;

/// Longest segment in bytes (`NAME_MAX` of common file systems).
pub const MAX_LENGTH: usize = 255;

/// Why a text is not a path segment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathSegmentError {
    /// Nothing.
    #[error("a path segment must not be empty")]
    Empty,
    /// Longer than [`MAX_LENGTH`].
    #[error("a path segment has at most {MAX_LENGTH} bytes, this has {0}: shorten it")]
    TooLong(usize),
    /// `.` or `..`.
    #[error("`{0}` is a relative path segment: use a name")]
    Relative(String),
    /// A character outside the plain set.
    #[error("`{text}` is not a path segment: `{character}` at {position}; use letters, digits, `.`, `_`, `-`")]
    Character {
        /// The whole text.
        text: String,
        /// The first bad character, escaped if it is not printable.
        character: String,
        /// Its place in characters, from 1.
        position: usize,
    },
}

/// Checks one segment: ASCII letters, digits, `.`, `_` and `-`, but neither `.` nor `..`. Its text is
/// its normal form.
pub fn check(text: &str) -> Result<(), PathSegmentError> {
    if text.is_empty() {
        return Err(PathSegmentError::Empty);
    }
    if text.len() > MAX_LENGTH {
        return Err(PathSegmentError::TooLong(text.len()));
    }
    if matches!(text, "." | "..") {
        return Err(PathSegmentError::Relative(text.to_owned()));
    }
    match text.chars().zip(1..).find(|(c, _)| !c.is_ascii_alphanumeric() && !"._-".contains(*c)) {
        None => Ok(()),
        Some((character, position)) => Err(PathSegmentError::Character {
            text: text.to_owned(),
            character: character.escape_debug().to_string(),
            position,
        }),
    }
}
