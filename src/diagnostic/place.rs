//! From bytes to what people see: lines, columns, excerpts. Spans are clamped here and nowhere else.

use std::ops::Range;

use super::{Sources, Span};

/// Where a span begins and ends, for people: lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column behind the last character.
    pub end_column: usize,
}

impl Sources {
    /// Lines and columns of a span; `None` for a source that is not there. A span that reaches beyond
    /// the text, stands inside a character or ends before it begins is clamped.
    pub fn line_column(&self, span: Span) -> Option<LineColumn> {
        let text = &self.get(span.source)?.text;
        let range = clamp(text, span);
        let (line, column) = position(text, range.start);
        let (end_line, end_column) = position(text, range.end);
        Some(LineColumn { line, column, end_line, end_column })
    }
}

/// The bytes of a span that there are.
pub(super) fn clamp(text: &str, span: Span) -> Range<usize> {
    let at = |at: u32| usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
    let start = text.floor_char_boundary(at(span.start));
    start..text.ceil_char_boundary(at(span.end)).max(start)
}

/// Line and column of a byte, from 1.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before.get(start..).unwrap_or_default().chars().count() + 1)
}

/// A span on the line on which it begins.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    /// The source's name.
    pub(super) name: &'a str,
    pub(super) text: &'a str,
    /// From 1.
    pub(super) line: usize,
    /// From 1, in characters.
    pub(super) column: usize,
    /// Bytes of that line, without its end.
    pub(super) whole: Range<usize>,
    /// Bytes of the span, cut at the line's end: a mapping over fifty lines is known by its first.
    pub(super) marked: Range<usize>,
}

pub(super) fn place(sources: &Sources, span: Span) -> Option<Place<'_>> {
    let source = sources.get(span.source)?;
    let text: &str = &source.text;
    let range = clamp(text, span);
    let (line, column) = position(text, range.start);
    let start = text.get(..range.start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let end = text.get(range.start..)?.find('\n').map_or(text.len(), |newline| range.start + newline);
    let end = if text.get(start..end)?.ends_with('\r') { (end - 1).max(range.start) } else { end };
    let marked = range.start..range.end.min(end).max(range.start);
    Some(Place { name: &source.name, text, line, column, whole: start..end, marked })
}
