//! Strings, bytes and numbers.

use super::{ExprError, ExprErrorKind, TokenKind, span_of};

/// The number at the start of `rest` with its length; `None` if none starts there.
pub(super) fn number(rest: &str) -> Option<(TokenKind, usize)> {
    if let Some(hex) = rest.strip_prefix("0x") {
        let digits = span_of(hex, |c| c.is_ascii_hexdigit());
        if digits > 0 {
            return Some(integer(rest, 2 + digits));
        }
    }
    let whole = digits(rest, 0);
    let fraction = if rest.get(whole..)?.starts_with('.') { digits(rest, whole + 1) } else { 0 };
    let mantissa = if fraction > 0 { whole + 1 + fraction } else { whole };
    if mantissa == 0 {
        return None;
    }
    let exponent = exponent(rest.get(mantissa..)?);
    if fraction > 0 || exponent > 0 {
        return Some((TokenKind::Double, mantissa + exponent));
    }
    Some(integer(rest, whole))
}

/// An integer of `length` bytes, and the `u` after it.
fn integer(rest: &str, length: usize) -> (TokenKind, usize) {
    match rest.get(length..) {
        Some(after) if after.starts_with(['u', 'U']) => (TokenKind::Uint, length + 1),
        _ => (TokenKind::Int, length),
    }
}

/// Digits of `rest` from byte `at`.
fn digits(rest: &str, at: usize) -> usize {
    rest.get(at..).map_or(0, |tail| span_of(tail, |c| c.is_ascii_digit()))
}

/// Bytes of `e+10` at the start of `tail`; 0 if there is none.
fn exponent(tail: &str) -> usize {
    if !tail.starts_with(['e', 'E']) {
        return 0;
    }
    let sign = usize::from(tail.get(1..).is_some_and(|after| after.starts_with(['+', '-'])));
    match digits(tail, 1 + sign) {
        0 => 0,
        found => 1 + sign + found,
    }
}

/// How a string is written.
struct Form {
    bytes: bool,
    raw: bool,
    quote: &'static str,
    /// bytes before the contents
    head: usize,
}

/// The string or bytes at the start of `rest` with its length; `None` if none starts there.
pub(super) fn string(rest: &str, at: usize) -> Result<Option<(TokenKind, usize)>, ExprError> {
    let Some(form) = form(rest) else { return Ok(None) };
    let kind = if form.bytes { TokenKind::Bytes } else { TokenKind::String };
    let mut end = form.head;
    while let Some(tail) = rest.get(end..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with(form.quote) {
            return Ok(Some((kind, end + form.quote.len())));
        }
        if form.quote.len() == 1 && tail.starts_with(['\n', '\r']) {
            break;
        }
        end += match tail.strip_prefix('\\') {
            Some(escape) if !form.raw => 1 + escaped(escape, form.bytes).ok_or_else(|| bad_escape(escape, at + end))?,
            _ => tail.chars().next().map_or(1, char::len_utf8),
        };
    }
    let text = format!("the string that starts here has no closing `{}`", form.quote);
    Err(ExprError::new(at..at + form.head, ExprErrorKind::Token(text)))
}

/// Prefix and quotes at the start of `rest`.
fn form(rest: &str) -> Option<Form> {
    let after_b = rest.strip_prefix(['b', 'B']).unwrap_or(rest);
    let after_r = after_b.strip_prefix(['r', 'R']).unwrap_or(after_b);
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| after_r.starts_with(quote))?;
    let prefix = rest.len() - after_r.len();
    Some(Form {
        bytes: after_b.len() < rest.len(),
        raw: after_r.len() < after_b.len(),
        quote,
        head: prefix + quote.len(),
    })
}

/// Bytes of a valid escape after its backslash.
fn escaped(escape: &str, bytes: bool) -> Option<usize> {
    let first = escape.chars().next()?;
    let hex = |count: usize| {
        let digits = escape.get(1..=count)?;
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        (bytes || char::from_u32(value).is_some()).then_some(1 + count)
    };
    match first {
        'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '"' | '\'' | '\\' | '?' | '`' => Some(1),
        'x' | 'X' => hex(2),
        'u' if !bytes => hex(4),
        'U' if !bytes => hex(8),
        '0'..='3' => escape.get(1..3)?.bytes().all(|b| (b'0'..=b'7').contains(&b)).then_some(3),
        _ => None,
    }
}

fn bad_escape(escape: &str, at: usize) -> ExprError {
    let shown = escape.chars().next().map_or_else(String::new, |c| c.escape_debug().to_string());
    let length = 1 + escape.chars().next().map_or(0, char::len_utf8);
    ExprError::new(at..at + length, ExprErrorKind::Token(format!("invalid escape `\\{shown}` in a string")))
        .help("write `\\\\` for a backslash, or a raw string `r'…'`")
}
