//! Where the values of a document stand in its source.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::align::{self, Style};
use crate::diagnostic::{SourceId, Span};

/// One YAML document.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it says.
    pub value: serde_json::Value,
    /// Where it says so.
    pub positions: Positions,
    /// All of it.
    pub span: Span,
}

/// From JSON pointers into a document to places in its source; cheap to clone.
#[derive(Clone, Debug)]
pub struct Positions(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: SourceId,
    text: Arc<str>,
    root: Node,
}

/// A value's place; the tree has the value's shape.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Range<u32>,
    pub(super) shape: Shape,
}

#[derive(Debug)]
pub(super) enum Shape {
    /// Null, booleans, numbers: nothing inside to point at.
    Atom,
    Text(Text),
    List(Vec<Node>),
    Map(BTreeMap<String, Entry>),
}

#[derive(Debug)]
pub(super) struct Text {
    pub(super) style: Style,
    /// First byte of content: behind an opening quote.
    pub(super) content: u32,
    /// The value, where the source differs from it.
    pub(super) decoded: Option<Box<str>>,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: Range<u32>,
    pub(super) node: Node,
}

/// How far a pointer leads.
struct Found<'a> {
    node: &'a Node,
    key: Option<&'a Range<u32>>,
    whole: bool,
}

impl Positions {
    pub(super) fn new(source: SourceId, text: Arc<str>, root: Node) -> Self {
        Self(Arc::new(Inner { source, text, root }))
    }

    /// The place of a value; `""` is the whole document.
    pub fn value(&self, pointer: &str) -> Option<Span> {
        let found = self.find(pointer);
        found.whole.then(|| self.span(&found.node.span))
    }

    /// The place of the key that leads to a value; elements of lists have none.
    pub fn key(&self, pointer: &str) -> Option<Span> {
        let found = self.find(pointer);
        found.key.filter(|_| found.whole).map(|key| self.span(key))
    }

    /// The place of a value, or of the closest ancestor that exists.
    pub fn nearest(&self, pointer: &str) -> Span {
        self.span(&self.find(pointer).node.span)
    }

    /// The place of a range of bytes of a string value; all of the value when the range lies outside.
    pub fn within(&self, pointer: &str, range: Range<usize>) -> Span {
        let found = self.find(pointer);
        let all = || self.span(&found.node.span);
        let Shape::Text(text) = &found.node.shape else { return all() };
        if !found.whole || range.start > range.end {
            return all();
        }
        self.within_text(found.node, text, &range).map_or_else(all, |place| Span::new(self.0.source, place))
    }

    fn within_text(&self, node: &Node, text: &Text, range: &Range<usize>) -> Option<Range<usize>> {
        let content = usize::try_from(text.content).ok()?;
        let end = usize::try_from(node.span.end).ok()?;
        let place = match &text.decoded {
            None => range.clone(),
            Some(value) if range.end > value.len() => return None,
            Some(value) => align::locate(self.0.text.get(content..end)?, text.style, value, range)?,
        };
        let place = content + place.start..content + place.end;
        (place.end <= end.max(content)).then_some(place)
    }

    fn span(&self, range: &Range<u32>) -> Span {
        Span { source: self.0.source, start: range.start, end: range.end }
    }

    fn find(&self, pointer: &str) -> Found<'_> {
        let mut found = Found { node: &self.0.root, key: None, whole: true };
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let (node, key) = match &found.node.shape {
                Shape::List(items) => (token.parse::<usize>().ok().and_then(|at| items.get(at)), None),
                Shape::Map(entries) => {
                    let entry = entries.get(&token);
                    (entry.map(|entry| &entry.node), entry.map(|entry| &entry.key))
                }
                Shape::Atom | Shape::Text(_) => (None, None),
            };
            let Some(node) = node else { return Found { whole: false, ..found } };
            found = Found { node, key, whole: true };
        }
        found
    }
}
