//! Texts that several suites share: one name and one place for each, however a suite reached it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{SourceId, Sources, Span};

/// The texts of all suites, each once.
#[derive(Debug, Default)]
pub(super) struct Texts {
    sources: Sources,
    files: BTreeMap<String, SourceId>,
}

impl Texts {
    /// The texts that spans of [`Texts::place`] point into.
    pub(super) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The file of a span of `sources`, by the one name that `file` gives it, and the span in it.
    pub(super) fn place(
        &mut self,
        span: Span,
        sources: &Sources,
        file: &dyn Fn(&str) -> String,
    ) -> Option<(String, Span)> {
        let source = sources.get(span.source)?;
        let name = file(&source.name);
        let add = || self.sources.add(name.clone(), Arc::clone(&source.text));
        let id = *self.files.entry(name.clone()).or_insert_with(add);
        Some((name, Span { source: id, ..span }))
    }
}
