//! The diagnostics about what YAML allows and we do not.

use super::{MAX_DEPTH, MAX_NODES};
use crate::diagnostic::{Code, Diagnostic, Span};

pub(super) fn too_much(span: Span, deep: bool) -> Diagnostic {
    let message = if deep {
        format!("more than {MAX_DEPTH} collections inside each other")
    } else {
        format!("more than {MAX_NODES} values in one file")
    };
    Diagnostic::error(Code::E0002, message, span, "the limit is passed here")
}

pub(super) fn special(span: Span, what: &str, help: &str) -> Diagnostic {
    Diagnostic::error(Code::E0006, format!("{what} is not supported"), span, "").help(help)
}

pub(super) fn duplicate(again: Span, first: Span, key: &str) -> Diagnostic {
    Diagnostic::error(Code::E0005, format!("the key `{key}` appears twice in one mapping"), again, "again")
        .label(first, "first here")
        .help("remove one of the two")
}

pub(super) fn collection_key(span: Span) -> Diagnostic {
    Diagnostic::error(Code::E0007, "a key must be a string, and this one is a collection", span, "")
}

pub(super) fn key_of_another_type(span: Span, raw: &str) -> Diagnostic {
    let message = if raw.is_empty() {
        "a key is missing in front of `:`".to_owned()
    } else {
        format!("a key must be a string, and `{raw}` without quotes is none")
    };
    let diagnostic = Diagnostic::error(Code::E0007, message, span, "");
    if raw.is_empty() { diagnostic } else { diagnostic.suggest("quote it", span, quoted(raw)) }
}

pub(super) fn trap(span: Span, raw: &str, message: String, meant: Option<String>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::E0004, message, span, "ambiguous").suggest(
        "quote it to mean the text",
        span,
        quoted(raw),
    );
    match meant {
        Some(meant) => diagnostic.suggest(format!("or write `{meant}`"), span, meant),
        None => diagnostic,
    }
}

pub(super) fn beyond(span: Span, raw: &str, message: String) -> Diagnostic {
    Diagnostic::error(Code::E0008, message, span, "").suggest("quote it to mean the text", span, quoted(raw))
}

pub(super) fn json_escape(span: Span) -> Diagnostic {
    Diagnostic::error(Code::E0004, "an escape that JSON knows and YAML 1.1 does not", span, "kubectl refuses it")
        .help("write the character itself, or one escape `\\U` with eight digits")
}

pub(super) fn tab(span: Span) -> Diagnostic {
    Diagnostic::error(Code::E0003, "a tab where YAML wants spaces", span, "").help("use spaces")
}

/// go-yaml wants at least one space, and no tab behind the spaces from which it learns the indentation.
pub(super) fn block_indentation(span: Span, tab: bool) -> Diagnostic {
    let message = if tab { "a block text that begins with a tab" } else { "a block text without indentation" };
    Diagnostic::error(Code::E0003, message, span, "kubectl does not read this").help("indent it with spaces")
}

pub(super) fn flow_indicator(span: Span, raw: &str) -> Diagnostic {
    let message = format!("inside brackets, kubectl (YAML 1.1) does not read `{raw}` as one text");
    Diagnostic::error(Code::E0004, message, span, "").suggest("quote it", span, quoted(raw))
}

/// A plain scalar that begins an expression and does not end it.
pub(super) fn cut_expression(span: Span, raw: &str) -> Diagnostic {
    let shown = raw.lines().next().unwrap_or_default();
    Diagnostic::error(
        Code::E0010,
        format!("without quotes, YAML cuts this expression behind `{shown}`"),
        span,
        "quote it",
    )
    .help(
        "put the whole expression in quotes; `: `, ` #` and, inside `{}` or `[]`, also `{` and `,` end a text without",
    )
}

/// Double quotes where nothing needs an escape, else single quotes.
fn quoted(raw: &str) -> String {
    if raw.contains(['"', '\\']) { format!("'{}'", raw.replace('\'', "''")) } else { format!("\"{raw}\"") }
}
