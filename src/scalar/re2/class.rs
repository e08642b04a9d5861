//! Character classes and escapes, by Go's rules.

use super::PatternError;
use super::lower::{head, literal};

/// General categories and scripts that Go and the `regex` crate know by the same name and meaning.
const UNICODE: &[&str] = &[
    "L",
    "Ll",
    "Lm",
    "Lo",
    "Lt",
    "Lu",
    "M",
    "Mc",
    "Me",
    "Mn",
    "N",
    "Nd",
    "Nl",
    "No",
    "P",
    "Pc",
    "Pd",
    "Pe",
    "Pf",
    "Pi",
    "Po",
    "Ps",
    "S",
    "Sc",
    "Sk",
    "Sm",
    "So",
    "Z",
    "Zl",
    "Zp",
    "Zs",
    "Cc",
    "Cf",
    "Co",
    "Arabic",
    "Armenian",
    "Bengali",
    "Common",
    "Cyrillic",
    "Devanagari",
    "Georgian",
    "Greek",
    "Han",
    "Hangul",
    "Hebrew",
    "Hiragana",
    "Katakana",
    "Latin",
    "Tamil",
    "Thai",
];
/// POSIX classes, the same in both.
const POSIX: &[&str] = &[
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

/// One escape that stands for a character or a set: its rewriting, and what follows it. The text starts
/// with the backslash.
pub(super) fn escape(text: &str) -> Result<(String, &str), PatternError> {
    if let Some(set) = set(text)? {
        return Ok(set);
    }
    let (character, rest) = character_escape(text)?;
    Ok((literal(character), rest))
}

/// `\d`, `\W`, `\pL`, `\P{Greek}`: a class in brackets.
fn set(text: &str) -> Result<Option<(String, &str)>, PatternError> {
    let after = text.strip_prefix('\\').unwrap_or_default();
    let mut characters = after.chars();
    let perl = match characters.next() {
        Some('d') => "[0-9]",
        Some('D') => "[^0-9]",
        Some('w') => "[0-9A-Za-z_]",
        Some('W') => "[^0-9A-Za-z_]",
        Some('s') => "[\\t\\n\\f\\r\\x20]",
        Some('S') => "[^\\t\\n\\f\\r\\x20]",
        Some(sign @ ('p' | 'P')) => return unicode(text, sign == 'P', characters.as_str()).map(Some),
        _ => return Ok(None),
    };
    Ok(Some((perl.to_owned(), characters.as_str())))
}

fn unicode<'a>(text: &str, negated: bool, after: &'a str) -> Result<(String, &'a str), PatternError> {
    let (name, rest) = match after.strip_prefix('{') {
        Some(braced) => braced.split_once('}').ok_or(PatternError::Malformed("a Unicode class is not closed"))?,
        None => after.split_at(after.chars().next().map_or(0, char::len_utf8)),
    };
    let (inverted, name) = name.strip_prefix('^').map_or((false, name), |name| (true, name));
    if !UNICODE.contains(&name) {
        let construct = head(text, name.chars().count() + 4);
        return Err(PatternError::construct(construct, "only general categories and common scripts are known"));
    }
    let letter = if negated == inverted { 'p' } else { 'P' };
    Ok((format!("\\{letter}{{{name}}}"), rest))
}

/// An escape for one character.
fn character_escape(text: &str) -> Result<(char, &str), PatternError> {
    let after = text.strip_prefix('\\').unwrap_or_default();
    let mut characters = after.chars();
    let Some(c) = characters.next() else { return Err(PatternError::Malformed("it ends in a backslash")) };
    let rest = characters.as_str();
    let plain = match c {
        'a' => '\u{7}',
        'f' => '\u{c}',
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'v' => '\u{b}',
        'x' => return hexadecimal(text, rest),
        // One digit other than 0 is a back-reference; more are an octal number.
        '0'..='7' if c == '0' || rest.starts_with(|c: char| c.is_digit(8)) => return Ok(octal(after)),
        '1'..='9' => return Err(PatternError::construct(head(text, 2), "back-references do not exist in RE2")),
        _ if c.is_ascii() && !c.is_ascii_alphanumeric() => c,
        _ => return Err(PatternError::construct(head(text, 2), "RE2 has no such escape")),
    };
    Ok((plain, rest))
}

/// Up to three octal digits.
fn octal(after: &str) -> (char, &str) {
    let digits = after.bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
    let (digits, rest) = after.split_at(digits);
    let value = u32::from_str_radix(digits, 8).unwrap_or_default();
    (char::from_u32(value).unwrap_or_default(), rest)
}

/// `\x7F` or `\x{10FFFF}`.
fn hexadecimal<'a>(text: &str, after: &'a str) -> Result<(char, &'a str), PatternError> {
    let (digits, rest) = match after.strip_prefix('{') {
        Some(braced) => braced.split_once('}').ok_or(PatternError::Malformed("an escape is not closed"))?,
        None => after.split_at_checked(2).ok_or(PatternError::Malformed("`\\x` needs two digits"))?,
    };
    let valid = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let value = if valid { u32::from_str_radix(digits, 16).ok().and_then(char::from_u32) } else { None };
    let bad = || PatternError::construct(head(text, digits.chars().count() + 4), "it is no Unicode character");
    Ok((value.ok_or_else(bad)?, rest))
}

/// A bracket class: its rewriting, and what follows it. The text starts with `[`.
pub(super) fn lower(text: &str) -> Result<(String, &str), PatternError> {
    const OPEN: PatternError = PatternError::Malformed("a character class is not closed with `]`");
    let mut rest = text.strip_prefix('[').unwrap_or_default();
    let mut out = String::from("[");
    if let Some(tail) = rest.strip_prefix('^') {
        out.push('^');
        rest = tail;
    }
    let mut first = true;
    loop {
        if let Some(tail) = rest.strip_prefix(']').filter(|_| !first) {
            out.push(']');
            return Ok((out, tail));
        }
        first = false;
        if let Some((posix, tail)) = posix(rest)? {
            out.push_str(&posix);
            rest = tail;
        } else if let Some((set, tail)) = if rest.starts_with('\\') { set(rest)? } else { None } {
            out.push_str(&set);
            rest = tail;
        } else {
            let (low, tail) = member(rest).ok_or(OPEN)??;
            rest = tail;
            out.push_str(&literal(low));
            // A hyphen makes a range unless it is the last character.
            if let Some(tail) = rest.strip_prefix('-').filter(|tail| !tail.starts_with(']')) {
                let (high, tail) = member(tail).ok_or(OPEN)??;
                if high < low {
                    return Err(PatternError::construct(format!("{low}-{high}"), "the range runs backwards"));
                }
                out.push('-');
                out.push_str(&literal(high));
                rest = tail;
            }
        }
    }
}

/// One character of a class; none at the end of the text.
fn member(text: &str) -> Option<Result<(char, &str), PatternError>> {
    let c = text.chars().next()?;
    if c == '\\' {
        return Some(character_escape(text));
    }
    Some(Ok((c, text.split_at(c.len_utf8()).1)))
}

/// `[:alpha:]` or `[:^alpha:]`.
fn posix(text: &str) -> Result<Option<(String, &str)>, PatternError> {
    let Some((name, rest)) = text.strip_prefix("[:").and_then(|text| text.split_once(":]")) else { return Ok(None) };
    let bare = name.strip_prefix('^').unwrap_or(name);
    if !POSIX.contains(&bare) {
        return Err(PatternError::construct(format!("[:{name}:]"), "there is no such POSIX class"));
    }
    Ok(Some((format!("[:{name}:]"), rest)))
}
