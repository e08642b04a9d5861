//! Our words for the parser's errors, by kind and never by its text.

use std::ops::Range;

use serde_saphyr::granit_parser::{ErrorKind, ScanError};

use super::{MAX_DEPTH, refuse};
use crate::diagnostic::{Code, Diagnostic, SourceId, Span};

/// The diagnostic for a parser's error; `plain` is the plain scalar in front of it.
pub(super) fn explain(id: SourceId, text: &str, error: &ScanError, plain: Option<Range<usize>>) -> Diagnostic {
    let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    if let Some(plain) = plain
        && let Some(expression) = cut(text, &plain, at)
    {
        let raw = text.get(plain).unwrap_or_default();
        return refuse::cut_expression(Span::new(id, expression), raw);
    }
    let width = text.get(at..).and_then(|rest| rest.chars().next()).filter(|c| *c != '\n').map_or(0, char::len_utf8);
    let (code, message, help) = words(error.kind());
    let diagnostic = Diagnostic::error(code, message, Span::new(id, at..at + width), "");
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The expression that a plain scalar left open, up to its line's end, if the error is its fault.
fn cut(text: &str, plain: &Range<usize>, at: usize) -> Option<Range<usize>> {
    let raw = text.get(plain.clone())?;
    let line = text.get(plain.end..)?.lines().next().unwrap_or_default();
    let braced = raw.ends_with('$') && line.starts_with('{');
    if !(braced || open_expression(raw)) || at < plain.start {
        return None;
    }
    let start = plain.start + if braced { raw.len() - 1 } else { raw.rfind("${")? };
    let rest = text.get(start..plain.end + line.len())?;
    Some(start..start + closed(rest).unwrap_or(rest.trim_end().len()))
}

/// Whether the text ends inside a `${…}`. `$${` is a literal, and braces in texts do not count.
pub(super) fn open_expression(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest.get(..at).is_some_and(|before| before.ends_with('$')) {
            rest = rest.get(at + 2..).unwrap_or_default();
            continue;
        }
        let expression = rest.get(at..).unwrap_or_default();
        let Some(length) = closed(expression) else { return true };
        rest = expression.get(length..).unwrap_or_default();
    }
    false
}

/// Length of the `${…}` that `text` begins with.
fn closed(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') if depth <= 1 => return Some(at + 1),
            (None, '}') => depth -= 1,
            _ => {}
        }
    }
    None
}

fn words(kind: &ErrorKind) -> (Code, String, Option<&'static str>) {
    use ErrorKind as E;
    let syntax = |message: &str, help| (Code::E0003, message.to_owned(), Some(help));
    match kind {
        E::RecursionLimitExceeded => {
            (Code::E0002, format!("more than {MAX_DEPTH} collections inside each other"), None)
        }
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabAtBlockScalarStart
        | E::TabInPlainScalar => syntax("a tab where YAML wants spaces", "indent with spaces"),
        E::BomInsideDocument => (Code::E0009, "a byte order mark".to_owned(), Some("remove it")),
        E::DirectiveDisallowed => (Code::E0006, "a directive is not supported".to_owned(), Some("remove the line")),
        E::UndeclaredTagHandle
        | E::InvalidTagTerminator
        | E::MissingTagUri
        | E::UnclosedVerbatimTag
        | E::ExpectedTagBang => {
            (Code::E0006, "a tag is not supported".to_owned(), Some("quote a text that begins with `!`"))
        }
        E::MissingAnchorOrAliasName => (
            Code::E0006,
            "an anchor or alias is not supported".to_owned(),
            Some("quote a text that begins with `*` or `&`"),
        ),
        E::UnclosedQuotedScalar => syntax("a quoted text that never ends", "close the quotes"),
        E::UnknownQuotedScalarEscape | E::InvalidQuotedScalarHexEscape | E::InvalidUnicodeEscape => syntax(
            "an escape that double quotes do not know",
            "write `\\\\` for a backslash, or use single quotes, which know no escapes",
        ),
        E::UnexpectedCharacter { character } => (
            Code::E0003,
            format!("a text without quotes cannot begin with `{}`", character.escape_debug()),
            Some("quote it"),
        ),
        E::MappingValueNotAllowed | E::InvalidColonPlacement | E::InvalidMappingValueWhitespace => {
            syntax("a `:` where no key can stand in front of it", "quote a text that holds `: `, or begin a new line")
        }
        E::SimpleKeyExpected | E::InvalidSimpleKey | E::ExpectedBlockMappingKey | E::MappingKeyNotAllowed => syntax(
            "a `key: value` was expected here",
            "check the indentation and the `:` of this line and the one above",
        ),
        E::ExpectedBlockSequenceEntry | E::BlockSequenceEntryNotAllowed | E::BlockEntryInFlowCollection => syntax(
            "a list and something else are mixed here",
            "check the indentation and the `-` of this line and the one above",
        ),
        kind => brackets(kind),
    }
}

fn brackets(kind: &ErrorKind) -> (Code, String, Option<&'static str>) {
    use ErrorKind as E;
    let (message, help) = match kind {
        E::UnclosedFlowCollection { open } => (format!("the `{open}` is never closed"), "close it"),
        E::MismatchedFlowCollectionEnd { open, close } => {
            (format!("`{close}` closes what `{open}` opened"), "make the brackets match")
        }
        E::MisplacedFlowCollectionEnd => ("a closing bracket without an opening one".to_owned(), "remove or quote it"),
        E::ExpectedFlowMappingSeparator | E::UnexpectedEofFlowMapping | E::UnexpectedEofImplicitFlowMapping => {
            ("`,` or `}` was expected here".to_owned(), "quote texts that hold `{`, `}`, `[`, `]` or `,`")
        }
        E::ExpectedFlowSequenceSeparator | E::UnexpectedEofFlowSequence => {
            ("`,` or `]` was expected here".to_owned(), "quote texts that hold `{`, `}`, `[`, `]` or `,`")
        }
        E::InvalidIndentation
        | E::InvalidBlockScalarIndent
        | E::InvalidQuotedScalarIndent
        | E::InvalidFlowScalarIndent => ("the indentation fits no line above".to_owned(), "indent siblings alike"),
        E::InvalidBlockScalarHeader | E::ZeroBlockScalarIndent => (
            "a block text begins with `|` or `>`, then `-` or `+`, then 1 to 9".to_owned(),
            "put the text on the next line",
        ),
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            ("text behind a closing quote".to_owned(), "quote all of it, or escape the quote inside")
        }
        E::CommentNotSeparated | E::CommentInterceptedScalar => {
            ("a comment in the middle of a text".to_owned(), "quote the text, or move the comment")
        }
        _ => ("this is not YAML".to_owned(), "check the indentation, quotes and brackets up to here"),
    };
    (Code::E0003, message, Some(help))
}
