//! Source texts and places in them.

use std::sync::Arc;

/// Names one text in a [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A half-open range of bytes of one source text.
///
/// A span may come from untrusted arithmetic: whoever renders it clamps it to the text and to
/// character boundaries, once, at the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A named text.
#[derive(Clone, Debug)]
pub struct Source {
    /// How people find it: a path as it was given, or `Kind/name` of an object in a cluster.
    pub name: String,
    /// The text.
    pub text: Arc<str>,
}

/// All texts that were read, in the order in which they were.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a text and names it.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        let id = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.push(Source { name: name.into(), text: text.into() });
        SourceId(id)
    }

    /// The text behind a name; `None` for an id of another `Sources`.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.0.get(usize::try_from(id.0).ok()?)
    }

    /// All texts.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.0.iter().enumerate().map(|(at, source)| (SourceId(u32::try_from(at).unwrap_or(u32::MAX)), source))
    }
}

impl Span {
    /// A range of bytes, saturating at 4 GiB (files are bounded far below that).
    pub fn new(source: SourceId, range: std::ops::Range<usize>) -> Self {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { source, start: clamp(range.start), end: clamp(range.end) }
    }
}
