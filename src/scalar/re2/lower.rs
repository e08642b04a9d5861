//! Go's regular expression syntax, rewritten piece by piece.

use super::PatternError;
use super::class;

/// Largest count in a repetition (Go `regexp/syntax`, `maxRepeat`).
pub(super) const MAX_REPEAT: u32 = 1000;

/// Reads a pattern by Go's rules and writes the same for the `regex` crate.
pub(super) fn lower(pattern: &str) -> Result<String, PatternError> {
    let mut lowering = Lowering { rest: pattern, out: String::with_capacity(pattern.len()), repeated: false };
    while let Some(c) = lowering.rest.chars().next() {
        lowering.step(c)?;
    }
    Ok(lowering.out)
}

/// A character that means itself, inside or outside a class.
pub(super) fn literal(c: char) -> String {
    if c.is_ascii_alphanumeric() || !c.is_ascii() { c.to_string() } else { format!("\\x{{{:x}}}", u32::from(c)) }
}

struct Lowering<'a> {
    rest: &'a str,
    out: String,
    /// The last thing written was a repetition, which may not be repeated.
    repeated: bool,
}

impl<'a> Lowering<'a> {
    fn step(&mut self, c: char) -> Result<(), PatternError> {
        let repeated = std::mem::take(&mut self.repeated);
        match c {
            '\\' => self.escape(),
            '[' => {
                let (text, rest) = class::lower(self.rest)?;
                self.out.push_str(&text);
                self.rest = rest;
                Ok(())
            }
            '(' => self.group(),
            '*' | '+' | '?' => {
                let (operator, rest) = self.rest.split_at(1);
                self.repeat(operator, rest, repeated)
            }
            '{' => {
                let Some((low, high, operator, rest)) = repetition(self.rest) else { return self.copy_literal(c) };
                if low.max(high) > MAX_REPEAT || high < low {
                    return Err(PatternError::construct(operator, "counts go up to 1000, the smaller one first"));
                }
                self.repeat(operator, rest, repeated)
            }
            '.' | '^' | '$' | '|' | ')' => self.keep(1),
            _ => self.copy_literal(c),
        }
    }

    fn copy_literal(&mut self, c: char) -> Result<(), PatternError> {
        self.rest = self.rest.strip_prefix(c).ok_or(PatternError::Malformed("it ends too early"))?;
        self.out.push_str(&literal(c));
        Ok(())
    }

    /// A quantifier, with the `?` that makes it lazy.
    fn repeat(&mut self, operator: &'a str, rest: &'a str, repeated: bool) -> Result<(), PatternError> {
        if repeated {
            return Err(PatternError::construct(operator, "it repeats a repetition; put the inner one in a group"));
        }
        self.out.push_str(operator);
        self.rest = rest;
        if let Some(rest) = rest.strip_prefix('?') {
            self.out.push('?');
            self.rest = rest;
        }
        self.repeated = true;
        Ok(())
    }

    /// `(`, `(?P<name>`, `(?<name>`, `(?flags)`, `(?flags:`.
    fn group(&mut self) -> Result<(), PatternError> {
        let Some(inner) = self.rest.strip_prefix("(?") else { return self.keep(1) };
        if ["=", "!", "<=", "<!"].iter().any(|look| inner.starts_with(look)) {
            return Err(PatternError::construct(head(self.rest, 3), "look-around does not exist in RE2"));
        }
        if let Some(name) = inner.strip_prefix("P<").or_else(|| inner.strip_prefix('<')) {
            let (name, rest) = name.split_once('>').ok_or(PatternError::Malformed("a group name is not closed"))?;
            if !is_group_name(name) {
                return Err(PatternError::construct(name, "a group name consists of letters, digits and `_`"));
            }
            return self.keep(self.rest.len() - rest.len());
        }
        let end = inner.find([':', ')']).ok_or(PatternError::Malformed("a group is not closed"))?;
        let (flags, _) = inner.split_at(end);
        if !flags.chars().all(|c| "imsU-".contains(c)) {
            return Err(PatternError::construct(head(self.rest, end + 2), "the flags are i, m, s and U"));
        }
        self.keep(2 + end + 1)
    }

    /// Copies so many bytes as they are.
    fn keep(&mut self, bytes: usize) -> Result<(), PatternError> {
        let (kept, rest) = self.rest.split_at_checked(bytes).ok_or(PatternError::Malformed("it ends too early"))?;
        self.out.push_str(kept);
        self.rest = rest;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), PatternError> {
        let after = self.rest.strip_prefix('\\').unwrap_or_default();
        if let Some(quoted) = after.strip_prefix('Q') {
            let (text, rest) = quoted.split_once("\\E").unwrap_or((quoted, ""));
            self.out.extend(text.chars().map(literal));
            self.rest = rest;
            return Ok(());
        }
        let assertion = match after.chars().next() {
            Some('A') => "\\A",
            Some('z') => "\\z",
            Some('b') => "(?-u:\\b)",
            Some('B') => return Err(PatternError::construct("\\B", "it has no exact counterpart; use `\\b`")),
            _ => {
                let (text, rest) = class::escape(self.rest)?;
                self.out.push_str(&text);
                self.rest = rest;
                return Ok(());
            }
        };
        self.out.push_str(assertion);
        self.rest = after.split_at(1).1;
        Ok(())
    }
}

fn is_group_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The first few characters, for an error.
pub(super) fn head(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// `{n}`, `{n,}` or `{n,m}`: both counts, the operator and what follows. Anything else is literal text.
fn repetition(text: &str) -> Option<(u32, u32, &str, &str)> {
    let end = text.find('}')?;
    let (operator, rest) = text.split_at_checked(end + 1)?;
    let inner = operator.strip_prefix('{')?.strip_suffix('}')?;
    let count = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        // Leading zeros are no count in Go. Counts too long for 32 bits are still counts, and too large.
        let plain = plain && (digits.len() == 1 || !digits.starts_with('0'));
        plain.then(|| digits.parse().unwrap_or(u32::MAX))
    };
    match inner.split_once(',') {
        None => count(inner).map(|n| (n, n, operator, rest)),
        Some((low, "")) => count(low).map(|n| (n, n, operator, rest)),
        Some((low, high)) => Some((count(low)?, count(high)?, operator, rest)),
    }
}
