//! Host names in their one normal form: lower case, no trailing dot, A-labels, no wildcard.

#[cfg(test)]
mod tests;

/// Longest host name in bytes.
pub const MAX_LENGTH: usize = 253;
/// Longest label in bytes (RFC 1035 2.3.4).
const MAX_LABEL: usize = 63;

/// Why a text is not a host name in normal form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostnameError {
    /// The same name in another spelling.
    #[error("`{text}` is not in normal form: write `{normal}`")]
    NotNormal {
        /// The whole text.
        text: String,
        /// Its normal form.
        normal: String,
    },
    /// Nothing.
    #[error("a host name must not be empty")]
    Empty,
    /// Longer than [`MAX_LENGTH`].
    #[error("a host name has at most {MAX_LENGTH} characters, this has {0}: shorten it")]
    TooLong(usize),
    /// `*.example.com`.
    #[error("`{0}` is a wildcard: name one host")]
    Wildcard(String),
    /// `.example.com`, `a..b`.
    #[error("`{0}` has an empty label: remove the extra dot")]
    EmptyLabel(String),
    /// A label of more than 63 bytes.
    #[error("`{text}` has a label of {length} characters: at most {MAX_LABEL} are allowed between dots")]
    LongLabel {
        /// The whole text.
        text: String,
        /// Characters of the label.
        length: usize,
    },
    /// A label that starts or ends with `-`.
    #[error("`{text}` has the label `{label}`: labels start and end with a letter or digit")]
    Hyphen {
        /// The whole text.
        text: String,
        /// The label.
        label: String,
    },
    /// `xx--…` that is no A-label, or an A-label that decodes to nothing.
    #[error("`{text}` has the label `{label}`: `--` after two characters is reserved for IDNA names (`xn--…`)")]
    Reserved {
        /// The whole text.
        text: String,
        /// The label.
        label: String,
    },
    /// Letters beyond ASCII.
    #[error("`{text}` contains `{character}`: write international names in their ASCII form (`xn--…`)")]
    International {
        /// The whole text.
        text: String,
        /// The first such character.
        character: char,
    },
    /// Another character.
    #[error("`{text}` contains `{character}` at {position}: host names consist of letters, digits, `-` and `.`")]
    Character {
        /// The whole text.
        text: String,
        /// The first bad character, escaped if it is not printable.
        character: String,
        /// Its place in characters, from 1.
        position: usize,
    },
    /// `10.0.0.1` or the like: the last label may not be a number.
    #[error("`{0}` is an address or ends in a number: expected a name")]
    Numeric(String),
}

/// Checks that a text is a host name in normal form. Stricter than Kubernetes' format of this name,
/// which takes capitals, symbols and any script.
pub fn check(text: &str) -> Result<(), HostnameError> {
    let normal = normalize(text)?;
    if normal == text { Ok(()) } else { Err(HostnameError::NotNormal { text: text.to_owned(), normal }) }
}

/// The normal form of a host name in any spelling: lower case, without a trailing dot.
pub fn normalize(text: &str) -> Result<String, HostnameError> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if name.is_empty() {
        return Err(HostnameError::Empty);
    }
    if name.len() > MAX_LENGTH {
        return Err(HostnameError::TooLong(name.len()));
    }
    if name.split('.').any(|label| label == "*") {
        return Err(HostnameError::Wildcard(text.to_owned()));
    }
    check_characters(text, name)?;
    let name = name.to_ascii_lowercase();
    for label in name.split('.') {
        check_label(text, label)?;
    }
    if name.rsplit('.').next().is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit())) {
        return Err(HostnameError::Numeric(text.to_owned()));
    }
    Ok(name)
}

fn check_characters(text: &str, name: &str) -> Result<(), HostnameError> {
    let found = name.chars().zip(1..).find(|(c, _)| !c.is_ascii_alphanumeric() && !"-.".contains(*c));
    let Some((character, position)) = found else { return Ok(()) };
    let text = text.to_owned();
    Err(if character.is_alphanumeric() {
        HostnameError::International { text, character }
    } else {
        HostnameError::Character { text, character: character.escape_debug().to_string(), position }
    })
}

fn check_label(text: &str, label: &str) -> Result<(), HostnameError> {
    if label.is_empty() {
        return Err(HostnameError::EmptyLabel(text.to_owned()));
    }
    if label.len() > MAX_LABEL {
        return Err(HostnameError::LongLabel { text: text.to_owned(), length: label.len() });
    }
    let owned = || (text.to_owned(), label.to_owned());
    if label.starts_with('-') || label.ends_with('-') {
        let (text, label) = owned();
        return Err(HostnameError::Hyphen { text, label });
    }
    let reserved = label.get(2..4) == Some("--") && label.strip_prefix("xn--").is_none_or(str::is_empty);
    if reserved {
        let (text, label) = owned();
        return Err(HostnameError::Reserved { text, label });
    }
    Ok(())
}
