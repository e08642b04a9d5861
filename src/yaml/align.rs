//! From bytes of a scalar's value to bytes of its source.
//!
//! Folding, indentation and escapes make the two differ in white space and in what stands behind a
//! backslash; everything else appears in both in the same order. So both are walked at once.

use std::ops::Range;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    /// Literal or folded, with the columns that are indentation.
    Block(u32),
}

/// Where `range` of `value` is in `raw`, the source from the first byte of content on; `None` when
/// the two do not match.
pub(super) fn locate(raw: &str, style: Style, value: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let mut walk = Walk { raw, at: 0, style };
    let mut start = None;
    let mut end = 0;
    for (offset, wanted) in value.char_indices() {
        if offset >= range.end && start.is_some() {
            break;
        }
        let piece = walk.find(wanted)?;
        if offset + wanted.len_utf8() > range.start {
            start.get_or_insert(piece.start);
            end = if range.is_empty() { piece.start } else { piece.end };
        }
    }
    let start = start.unwrap_or(walk.at);
    Some(start..end.max(start))
}

struct Walk<'a> {
    raw: &'a str,
    at: usize,
    style: Style,
}

impl Walk<'_> {
    /// The source of the next character of the value; empty for white space that none stands for.
    fn find(&mut self, wanted: char) -> Option<Range<usize>> {
        loop {
            let Some((length, written)) = self.piece() else { return Some(self.at..self.at) };
            let piece = self.at..self.at + length;
            let folded = wanted == ' ' && written == Some('\n');
            if written == Some(wanted) || folded {
                self.at = piece.end;
                if written == Some('\n') && !self.raw.get(piece.clone()).is_some_and(|raw| raw.starts_with('\\')) {
                    self.skip_indentation();
                }
                return Some(piece);
            }
            if written.is_none_or(is_blank) {
                self.at = piece.end;
            } else if is_blank(wanted) {
                return Some(self.at..self.at);
            } else {
                return None;
            }
        }
    }

    fn rest(&self) -> &str {
        self.raw.get(self.at..).unwrap_or_default()
    }

    /// Length of the next piece of source, and the character that it stands for, if any.
    fn piece(&self) -> Option<(usize, Option<char>)> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        Some(match (self.style, first) {
            (Style::Double, '\\') => escape(rest),
            (Style::Single, '\'') if rest.starts_with("''") => (2, Some('\'')),
            (_, '\r') if rest.starts_with("\r\n") => (2, Some('\n')),
            _ => (first.len_utf8(), Some(first)),
        })
    }

    fn skip_indentation(&mut self) {
        let most = match self.style {
            Style::Block(indent) => usize::try_from(indent).unwrap_or(usize::MAX),
            _ => usize::MAX,
        };
        let flow = !matches!(self.style, Style::Block(_));
        let blank = |byte: &u8| *byte == b' ' || flow && *byte == b'\t';
        self.at += self.rest().bytes().take(most).take_while(blank).count();
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Length and meaning of the escape that `rest` begins with.
fn escape(rest: &str) -> (usize, Option<char>) {
    let Some(kind) = rest.chars().nth(1) else { return (1, None) };
    let hex = |digits: usize| {
        let code = rest.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        (2 + digits, code.and_then(char::from_u32))
    };
    match kind {
        'x' => hex(2),
        'u' => hex(4),
        'U' => hex(8),
        // An escaped line break joins lines: it and the next line's indentation stand for nothing.
        '\n' | '\r' => {
            let line_break = if rest.starts_with("\\\r\n") { 3 } else { 2 };
            let behind = rest.get(line_break..).unwrap_or_default();
            (line_break + behind.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count(), None)
        }
        _ => (1 + kind.len_utf8(), Some(named(kind))),
    }
}

fn named(kind: char) -> char {
    match kind {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        itself => itself,
    }
}

#[cfg(test)]
mod tests;
