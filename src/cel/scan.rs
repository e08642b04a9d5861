//! Tokens: the first look at an expression, before any code that recurses or that is not ours sees it.

mod literal;

use std::ops::Range;

use super::error::{ExprError, ExprErrorKind};

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// what it is
    pub kind: TokenKind,
    /// its bytes
    pub range: Range<usize>,
}

/// Kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// a name, reserved words included
    Ident,
    /// a field in backticks
    Quoted,
    /// `1`, `0x1f`
    Int,
    /// `1u`
    Uint,
    /// `1.5`, `1e3`
    Double,
    /// any string form
    String,
    /// any bytes form
    Bytes,
    /// `true`, `false`, `null`
    Word,
    /// an operator or punctuation; `in` too
    Sign(&'static str),
}

/// Every sign, longer ones first. `=`, `&` and `|` are no tokens of CEL: they are here so that the
/// message can be about them.
const SIGNS: [&str; 28] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":", "+", "*",
    "/", "%", "=", "&", "|", ";",
];

impl Token {
    /// Is it this sign?
    pub(crate) fn is(&self, sign: &str) -> bool {
        matches!(self.kind, TokenKind::Sign(found) if found == sign)
    }
}

/// What the text starts with.
enum Lexeme {
    Blank(usize),
    Token(TokenKind, usize),
}

/// All tokens of `text`.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, ExprError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        match lexeme(rest, at)? {
            Lexeme::Blank(length) => at += length,
            Lexeme::Token(kind, length) => {
                found.push(Token { kind, range: at..at + length });
                at += length;
            }
        }
    }
    Ok(found)
}

/// Where the expression that starts at `start` ends: the byte of the `}` that closes it. Braces within
/// strings, comments and map literals do not count.
pub(crate) fn closing_brace(text: &str, start: usize) -> Result<usize, ExprError> {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        match lexeme(rest, at)? {
            Lexeme::Token(TokenKind::Sign("}"), _) if depth == 0 => return Ok(at),
            Lexeme::Token(TokenKind::Sign("}"), length) => {
                depth -= 1;
                at += length;
            }
            Lexeme::Token(TokenKind::Sign("{"), length) => {
                depth += 1;
                at += length;
            }
            Lexeme::Blank(length) | Lexeme::Token(_, length) => at += length,
        }
    }
    let open = start.saturating_sub(2)..start;
    Err(ExprError::new(open, ExprErrorKind::Template("`${` without its closing `}`".into()))
        .help("write `$${` for the two characters themselves"))
}

/// The token at the start of `rest`, which starts at byte `at` of the whole text.
fn lexeme(rest: &str, at: usize) -> Result<Lexeme, ExprError> {
    let blank = span_of(rest, |c| matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{c}'));
    if blank > 0 {
        return Ok(Lexeme::Blank(blank));
    }
    if rest.starts_with("//") {
        return Ok(Lexeme::Blank(span_of(rest, |c| c != '\n')));
    }
    if let Some((kind, length)) = literal::string(rest, at)? {
        return Ok(Lexeme::Token(kind, length));
    }
    let word = span_of(rest, |c| c.is_ascii_alphanumeric() || c == '_');
    if word > 0 && !rest.starts_with(|c: char| c.is_ascii_digit()) {
        let kind = match rest.get(..word) {
            Some("true" | "false" | "null") => TokenKind::Word,
            Some("in") => TokenKind::Sign("in"),
            _ => TokenKind::Ident,
        };
        return Ok(Lexeme::Token(kind, word));
    }
    if let Some(quoted) = rest.strip_prefix('`') {
        let length = span_of(quoted, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | ' '));
        if length > 0 && quoted.get(length..).is_some_and(|after| after.starts_with('`')) {
            return Ok(Lexeme::Token(TokenKind::Quoted, length + 2));
        }
    }
    if let Some((kind, length)) = literal::number(rest) {
        return Ok(Lexeme::Token(kind, length));
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok(Lexeme::Token(TokenKind::Sign(sign), sign.len())),
        None => Err(stray(rest, at)),
    }
}

/// Bytes at the start of `text` whose characters all satisfy `is`.
fn span_of(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.char_indices().find(|(_, c)| !is(*c)).map_or(text.len(), |(at, _)| at)
}

/// A character that starts no token.
fn stray(rest: &str, at: usize) -> ExprError {
    let found = rest.chars().next().unwrap_or_default();
    let help = match found {
        '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => Some("strings are quoted with `'` or `\"`"),
        '$' => Some("inside an expression names are written without `$`"),
        '#' => Some("a comment starts with `//`"),
        '`' => Some("backticks are for fields of letters, digits and `_.-/ `; others are read as `a['…']`"),
        '@' | '~' | '^' | '\\' => None,
        other if other.is_alphabetic() => Some("names consist of ASCII letters, digits and `_`"),
        _ => None,
    };
    let text = format!("unexpected character `{}`", found.escape_debug());
    ExprError::new(at..at + found.len_utf8(), ExprErrorKind::Token(text)).maybe_help(help.map(String::from))
}

#[cfg(test)]
mod tests;
