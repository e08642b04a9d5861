//! From parser events to values with positions.
//!
//! What is refused is noted and replaced by null, so one pass reports everything; only the parser's
//! own errors end it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as MapEntry;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;
use serde_saphyr::granit_parser::{self as granit, Event, Parser, ScalarStyle, StrInput, StructureStyle};

use super::align::Style;
use super::plain::{self, Plain};
use super::positions::{Document, Entry, Node, Positions, Shape, Text};
use super::{MAX_DEPTH, MAX_DIAGNOSTICS, MAX_NODES, refuse, syntax};
use crate::diagnostic::{Code, Diagnostic, SourceId, Span};

/// Reads all documents of `text`.
pub(super) fn documents(id: SourceId, text: &Arc<str>) -> Result<Vec<Document>, Vec<Diagnostic>> {
    let options = granit::options! {
        disallow_directives: true,
        block_scalar_eof_without_line_feed: true,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader { id, text, parser, found: Vec::new(), nodes: 0, flow: 0, behind: 0, last_plain: None };
    let documents = reader.stream();
    match documents {
        Ok(documents) if reader.found.is_empty() => Ok(documents),
        Err(Stop) if reader.found.is_empty() => {
            Err(vec![Diagnostic::error(Code::E0003, "this is not YAML", Span::new(id, 0..0), "")])
        }
        _ => Err(reader.found),
    }
}

/// Reading cannot go on; the reason is among the findings.
struct Stop;

struct Reader<'a> {
    id: SourceId,
    text: &'a Arc<str>,
    parser: Parser<'a, StrInput<'a>>,
    found: Vec<Diagnostic>,
    nodes: usize,
    /// Open collections in flow style.
    flow: u32,
    /// End of the last scalar or bracket: what follows up to the next one is white space and punctuation.
    behind: usize,
    /// The plain scalar read last, where an expression without quotes may have been cut.
    last_plain: Option<Range<usize>>,
}

type Read = Result<(Value, Node), Stop>;

impl<'a> Reader<'a> {
    fn stream(&mut self) -> Result<Vec<Document>, Stop> {
        let mut documents = Vec::new();
        loop {
            let (event, span) = self.next()?;
            self.gap(range(&span).start)?;
            match event {
                Event::StreamEnd => return Ok(documents),
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => {
                    let (value, root) = self.node(event, &span, 0)?;
                    if !value.is_null() {
                        let span = Span { source: self.id, start: root.span.start, end: root.span.end };
                        let positions = Positions::new(self.id, Arc::clone(self.text), root);
                        documents.push(Document { value, positions, span });
                    }
                }
            }
        }
    }

    /// The next event but anchors, which are refused on the way.
    fn next(&mut self) -> Result<(Event<'a>, granit::Span), Stop> {
        loop {
            match self.parser.next() {
                Some(Ok((Event::Anchor(_, _), span))) => {
                    let span = Span::new(self.id, range(&span));
                    self.refuse(refuse::special(span, "an anchor", "write the value out where it is needed"))?;
                }
                Some(Ok(event)) => return Ok(event),
                Some(Err(error)) => {
                    let cut = self.last_plain.take();
                    self.found.push(syntax::explain(self.id, self.text, &error, cut));
                    return Err(Stop);
                }
                None => return Err(Stop),
            }
        }
    }

    fn refuse(&mut self, diagnostic: Diagnostic) -> Result<(), Stop> {
        self.found.push(diagnostic);
        if self.found.len() < MAX_DIAGNOSTICS { Ok(()) } else { Err(Stop) }
    }

    fn node(&mut self, event: Event<'a>, span: &granit::Span, depth: usize) -> Read {
        self.nodes += 1;
        let place = range(span);
        let here = Span::new(self.id, place.clone());
        if self.nodes > MAX_NODES || depth > MAX_DEPTH {
            self.found.push(refuse::too_much(here, depth > MAX_DEPTH));
            return Err(Stop);
        }
        if span.tag_start().is_some() {
            let tag = span.tag_span().map_or(here, |tag| Span::new(self.id, range(&tag)));
            self.refuse(refuse::special(tag, "a tag", "quote the value to make it a text, and leave the tag out"))?;
        }
        self.gap(place.start)?;
        match event {
            Event::Scalar(value, style, _, _) => {
                self.behind = place.end;
                self.scalar(&value, style, span)
            }
            Event::SequenceStart(style, ..) => self.collection(style, |reader| reader.list(place, depth)),
            Event::MappingStart(style, ..) => self.collection(style, |reader| reader.map(place, depth)),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.refuse(refuse::special(here, "an alias", "write the value out"))?;
                Ok((Value::Null, Node { span: narrow(&place), shape: Shape::Atom }))
            }
            _ => Err(Stop),
        }
    }

    fn collection(&mut self, style: StructureStyle, read: impl FnOnce(&mut Self) -> Read) -> Read {
        let flow = u32::from(style == StructureStyle::Flow);
        self.flow += flow;
        let result = read(self);
        self.flow -= flow;
        result
    }

    /// go-yaml takes tabs between tokens in some places only; inside brackets it takes them everywhere.
    fn gap(&mut self, next: usize) -> Result<(), Stop> {
        let start = self.behind;
        let gap = self.text.get(start..next).unwrap_or_default();
        self.behind = self.behind.max(next);
        if self.flow > 0 || !gap.contains('\t') {
            return Ok(());
        }
        let mut line_start = start;
        for line in gap.split_inclusive('\n') {
            let code = line.split('#').next().unwrap_or_default();
            if let Some(tab) = code.find('\t') {
                self.refuse(refuse::tab(Span::new(self.id, line_start + tab..line_start + tab + 1)))?;
            }
            line_start += line.len();
        }
        Ok(())
    }

    fn list(&mut self, mut place: Range<usize>, depth: usize) -> Read {
        let (mut values, mut nodes) = (Vec::new(), Vec::new());
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                place.end = place.end.max(closing(&span));
                return Ok((Value::Array(values), Node { span: narrow(&place), shape: Shape::List(nodes) }));
            }
            let (value, node) = self.node(event, &span, depth + 1)?;
            place.end = place.end.max(wide(node.span.end));
            values.push(value);
            nodes.push(node);
        }
    }

    fn map(&mut self, mut place: Range<usize>, depth: usize) -> Read {
        let mut values = serde_json::Map::new();
        let mut entries = BTreeMap::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                place.end = place.end.max(closing(&span));
                return Ok((Value::Object(values), Node { span: narrow(&place), shape: Shape::Map(entries) }));
            }
            let key = self.key(event, &span, depth)?;
            let (event, value_span) = self.next()?;
            let (value, node) = self.node(event, &value_span, depth + 1)?;
            place.end = place.end.max(wide(node.span.end)).max(range(&span).end);
            let Some(key) = key else { continue };
            let key_place = narrow(&range(&span));
            match entries.entry(key.clone()) {
                MapEntry::Vacant(free) => {
                    free.insert(Entry { key: key_place, node });
                    values.insert(key, value);
                }
                MapEntry::Occupied(taken) => {
                    let first = self.span(&taken.get().key);
                    let again = self.span(&key_place);
                    self.refuse(refuse::duplicate(again, first, &key))?;
                }
            }
        }
    }

    /// A key, or `None` for one that was refused.
    fn key(&mut self, event: Event<'a>, span: &granit::Span, depth: usize) -> Result<Option<String>, Stop> {
        let place = Span::new(self.id, range(span));
        let Event::Scalar(text, style, _, tag) = event else {
            let (_, node) = self.node(event, span, depth + 1)?;
            let place = self.span(&node.span);
            self.refuse(refuse::collection_key(place))?;
            return Ok(None);
        };
        let plain = style == ScalarStyle::Plain;
        let before = self.found.len();
        self.node(Event::Scalar(text.clone(), style, 0, tag), span, depth)?;
        if self.found.len() > before {
            return Ok(None);
        }
        if plain && text == "<<" {
            self.refuse(refuse::special(place, "a merge key", "write the keys out, or quote it"))?;
            return Ok(None);
        }
        let raw = self.text.get(range(span)).unwrap_or_default();
        if plain && syntax::open_expression(raw) {
            self.refuse(refuse::cut_expression(place, raw))?;
            return Ok(None);
        }
        if plain && plain::resolve(&text) != Plain::Text {
            self.refuse(refuse::key_of_another_type(place, raw))?;
            return Ok(None);
        }
        Ok(Some(text.into_owned()))
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, span: &granit::Span) -> Read {
        let mut place = range(span);
        let text: &'a str = self.text;
        let raw = text.get(place.clone()).unwrap_or_default();
        if style == ScalarStyle::Plain {
            self.last_plain = Some(place.clone());
            return self.plain(value, raw, place);
        }
        self.last_plain = None;
        let (style, content) = match style {
            ScalarStyle::SingleQuoted => (Style::Single, place.start + 1),
            ScalarStyle::DoubleQuoted => (Style::Double, place.start + 1),
            _ => {
                // The line breaks behind a block scalar are no part of what people would mark.
                place.end = place.start + raw.trim_end_matches(['\r', '\n', ' ']).len();
                let tab = value.trim_start_matches('\n').starts_with('\t');
                if tab || span.start.col() == 0 && !value.is_empty() {
                    self.refuse(refuse::block_indentation(Span::new(self.id, place.clone()), tab))?;
                }
                (Style::Block(u32::try_from(span.start.col()).unwrap_or(u32::MAX)), place.start)
            }
        };
        if style == Style::Double
            && let Some(escape) = json_escape(raw)
        {
            let start = place.start + escape.start;
            self.refuse(refuse::json_escape(Span::new(self.id, start..place.start + escape.end)))?;
        }
        Ok(self.text_node(value, style, content, &place))
    }

    fn text_node(&self, value: &str, style: Style, content: usize, place: &Range<usize>) -> (Value, Node) {
        let same = self.text.get(content..place.end).is_some_and(|raw| raw.starts_with(value));
        let decoded = (!same).then(|| Box::from(value));
        let text = Text { style, content: u32::try_from(content).unwrap_or(u32::MAX), decoded };
        (Value::String(value.to_owned()), Node { span: narrow(place), shape: Shape::Text(text) })
    }

    fn plain(&mut self, value: &str, raw: &str, place: Range<usize>) -> Read {
        let here = Span::new(self.id, place.clone());
        if self.flow > 0 && (raw.contains('?') || raw.starts_with(':')) {
            self.refuse(refuse::flow_indicator(here, raw))?;
        }
        if raw.contains('\t') && raw.contains('\n') {
            self.refuse(refuse::tab(here))?;
        }
        let value = match plain::resolve(value) {
            Plain::Text => {
                let behind = self.text.get(place.end..).unwrap_or_default();
                let comment = behind.trim_start_matches([' ', '\t']).starts_with('#');
                if comment && syntax::open_expression(raw) {
                    self.refuse(refuse::cut_expression(here, raw))?;
                }
                return Ok(self.text_node(value, Style::Plain, place.start, &place));
            }
            Plain::Null => Value::Null,
            Plain::Bool(value) => Value::Bool(value),
            Plain::Integer(value) => Value::from(value),
            Plain::Float(value) => Value::from(value),
            Plain::Trap { message, meant } => {
                self.refuse(refuse::trap(here, raw, message, meant))?;
                Value::Null
            }
            Plain::Beyond(message) => {
                self.refuse(refuse::beyond(here, raw, message))?;
                Value::Null
            }
        };
        Ok((value, Node { span: narrow(&place), shape: Shape::Atom }))
    }

    fn span(&self, place: &Range<u32>) -> Span {
        Span { source: self.id, start: place.start, end: place.end }
    }
}

fn range(span: &granit::Span) -> Range<usize> {
    let at = |marker: granit::Marker| marker.byte_offset().unwrap_or_default();
    at(span.start)..at(span.end).max(at(span.start))
}

/// The end of a collection in flow style; one in block style ends with what it holds, and its closing
/// event stands, empty, at whatever comes next.
fn closing(span: &granit::Span) -> usize {
    let place = range(span);
    if place.is_empty() { 0 } else { place.end }
}

/// Files are bounded far below 4 GiB.
fn narrow(place: &Range<usize>) -> Range<u32> {
    let at = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    at(place.start)..at(place.end)
}

fn wide(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// An escape that only JSON knows and go-yaml refuses: of a slash, or of half a character.
fn json_escape(raw: &str) -> Option<Range<usize>> {
    let mut at = 0;
    while let Some(found) = raw.get(at..)?.find('\\') {
        let start = at + found;
        let escape = raw.get(start + 1..)?;
        if escape.starts_with('/') {
            return Some(start..start + 2);
        }
        let half = |hex: &str| hex.starts_with(['d', 'D']) && hex.get(1..2).is_some_and(|digit| digit >= "8");
        if escape.strip_prefix('u').is_some_and(half) {
            return Some(start..start + 6);
        }
        at = start + 1 + escape.chars().next().map_or(0, char::len_utf8);
    }
    None
}

#[cfg(test)]
mod tests;
