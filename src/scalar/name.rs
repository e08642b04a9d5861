//! Kubernetes' names and label parts. A valid name is its own normal form.

#[cfg(test)]
mod tests;

/// Longest DNS label and label value in bytes.
pub const LABEL_LENGTH: usize = 63;
/// Longest DNS subdomain in bytes.
pub const SUBDOMAIN_LENGTH: usize = 253;
/// Longest qualified name: prefix, slash, name.
pub const QUALIFIED_LENGTH: usize = SUBDOMAIN_LENGTH + 1 + LABEL_LENGTH;

/// Why a text is not a name of its kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing where something must be.
    #[error("{what} must not be empty")]
    Empty {
        /// What is empty.
        what: &'static str,
    },
    /// Too many bytes.
    #[error("{what} has at most {max} bytes, this has {length}: shorten it")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// Bytes allowed.
        max: usize,
        /// Bytes found.
        length: usize,
    },
    /// A dot in a single label.
    #[error("`{text}` contains a dot: {what} is one label; replace dots with `-`")]
    Dots {
        /// The whole text.
        text: String,
        /// What it should be.
        what: &'static str,
    },
    /// A character or end that the kind does not allow.
    #[error("`{text}` is not {what}: {found}; use {expected}")]
    Form {
        /// The whole text.
        text: String,
        /// What it should be.
        what: &'static str,
        /// What was found.
        found: String,
        /// What the kind consists of.
        expected: &'static str,
    },
    /// More than one slash.
    #[error("`{0}` is not a qualified name: it has more than one `/`")]
    Slashes(String),
}

/// A kind of single name: its characters and what may stand at its ends.
struct Kind {
    what: &'static str,
    max: usize,
    inner: fn(char) -> bool,
    first: fn(char) -> bool,
    last: fn(char) -> bool,
    expected: &'static str,
}

fn lower_alphanumeric(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

fn alphanumeric(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

const DNS1123_LABEL: Kind = Kind {
    what: "a DNS label",
    max: LABEL_LENGTH,
    inner: |c| lower_alphanumeric(c) || c == '-',
    first: lower_alphanumeric,
    last: lower_alphanumeric,
    expected: "lower-case letters, digits and `-`, with a letter or digit at both ends",
};

const DNS1035_LABEL: Kind = Kind {
    what: "a DNS label that starts with a letter",
    first: |c| c.is_ascii_lowercase(),
    expected: "lower-case letters, digits and `-`, with a letter first and a letter or digit last",
    ..DNS1123_LABEL
};

const SUBDOMAIN_LABEL: Kind = Kind {
    what: "a DNS subdomain",
    max: SUBDOMAIN_LENGTH,
    expected: "lower-case letters, digits, `-` and `.`, with a letter or digit at both ends of each part",
    ..DNS1123_LABEL
};

const LABEL_VALUE: Kind = Kind {
    what: "a label value",
    max: LABEL_LENGTH,
    inner: |c| alphanumeric(c) || "-_.".contains(c),
    first: alphanumeric,
    last: alphanumeric,
    expected: "letters, digits, `-`, `_` and `.`, with a letter or digit at both ends",
};

const QUALIFIED_NAME: Kind = Kind { what: "a qualified name", ..LABEL_VALUE };

impl Kind {
    /// Checks length and form; `whole` is what an error quotes.
    fn check(&self, whole: &str, text: &str) -> Result<(), NameError> {
        let (what, max) = (self.what, self.max);
        if text.is_empty() {
            return Err(NameError::Empty { what });
        }
        if text.len() > max {
            return Err(NameError::TooLong { what, max, length: text.len() });
        }
        let Some(found) = self.flaw(text) else { return Ok(()) };
        Err(NameError::Form { text: whole.to_owned(), what, found, expected: self.expected })
    }

    /// The first thing that is wrong with the characters.
    fn flaw(&self, text: &str) -> Option<String> {
        if let Some((c, position)) = text.chars().zip(1..).find(|(c, _)| !(self.inner)(*c)) {
            return Some(format!("`{}` at {position}", c.escape_debug()));
        }
        let start = text.chars().next().filter(|c| !(self.first)(*c));
        let end = text.chars().next_back().filter(|c| !(self.last)(*c));
        start.map(|c| format!("it starts with `{c}`")).or_else(|| end.map(|c| format!("it ends with `{c}`")))
    }
}

/// Kubernetes' `IsDNS1123Label`: most object names that become host names.
pub fn check_dns1123_label(text: &str) -> Result<(), NameError> {
    match DNS1123_LABEL.check(text, text) {
        Err(NameError::Form { .. }) if check_dns1123_subdomain(text).is_ok() => {
            Err(NameError::Dots { text: text.to_owned(), what: DNS1123_LABEL.what })
        }
        verdict => verdict,
    }
}

/// Kubernetes' `IsDNS1123Subdomain`: most object names. Parts between dots have no bound of their own.
pub fn check_dns1123_subdomain(text: &str) -> Result<(), NameError> {
    let what = SUBDOMAIN_LABEL.what;
    if text.len() > SUBDOMAIN_LENGTH {
        return Err(NameError::TooLong { what, max: SUBDOMAIN_LENGTH, length: text.len() });
    }
    if text.is_empty() {
        return Err(NameError::Empty { what });
    }
    text.split('.').try_for_each(|label| match SUBDOMAIN_LABEL.check(text, label) {
        Err(NameError::Empty { .. }) => Err(NameError::Form {
            text: text.to_owned(),
            what,
            found: "it has an empty part".to_owned(),
            expected: SUBDOMAIN_LABEL.expected,
        }),
        verdict => verdict,
    })
}

/// Kubernetes' `IsDNS1035Label`: names of Services.
pub fn check_dns1035_label(text: &str) -> Result<(), NameError> {
    DNS1035_LABEL.check(text, text)
}

/// Kubernetes' `IsValidLabelValue`: empty is valid.
pub fn check_label_value(text: &str) -> Result<(), NameError> {
    if text.is_empty() { Ok(()) } else { LABEL_VALUE.check(text, text) }
}

/// Kubernetes' `IsQualifiedName`: a label key, with or without a DNS subdomain and a slash before it.
pub fn check_qualified_name(text: &str) -> Result<(), NameError> {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    if name.contains('/') {
        return Err(NameError::Slashes(text.to_owned()));
    }
    if let Some(prefix) = prefix {
        check_dns1123_subdomain(prefix)?;
    }
    QUALIFIED_NAME.check(text, name)
}

/// What a `generateName` may be: the trailing `-` is followed by more, so it is checked as a letter.
///
/// As in Kubernetes, the character before that `-` is replaced with it.
pub fn without_trailing_dash(text: &str) -> String {
    let mut kept: Vec<char> = text.chars().collect();
    if kept.len() < 2 || kept.last() != Some(&'-') {
        return text.to_owned();
    }
    kept.truncate(kept.len() - 2);
    kept.into_iter().chain(['a']).collect()
}
