//! YAML with positions: what `kubectl` would read, or a diagnostic; never a guess.
//!
//! The grammar comes from `granit-parser` (YAML 1.2); what a scalar means is decided here, and only
//! where go-yaml v2, which `kubectl` and the API server use, decides the same.

mod align;
mod plain;
mod positions;
mod reader;
mod refuse;
mod syntax;
mod text;
mod write;

#[cfg(test)]
mod dialect_tests;

pub use positions::{Document, Positions};
pub use write::write;

use crate::diagnostic::{Code, Diagnostic, SourceId, Sources, Span};

/// Bytes of one file. An object in etcd has 1.5 MiB at most, and a file of a catalog holds a few.
pub const MAX_BYTES: usize = 10 << 20;
/// Collections inside collections.
pub const MAX_DEPTH: usize = 64;
/// Scalars and collections of one file.
pub const MAX_NODES: usize = 250_000;
/// Diagnostics of one file; the reader stops after as many.
const MAX_DIAGNOSTICS: usize = 100;

/// All documents of one text, in order; empty ones are skipped.
pub fn read(sources: &Sources, id: SourceId) -> Result<Vec<Document>, Vec<Diagnostic>> {
    let Some(source) = sources.get(id) else {
        return Err(vec![Diagnostic::unlocated(Code::E0001, "no such text was loaded")]);
    };
    if source.text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes, and {MAX_BYTES} are the limit", source.text.len());
        return Err(vec![
            Diagnostic::error(Code::E0002, message, Span::new(id, 0..0), "").help("split it into several files"),
        ]);
    }
    let found = text::check(id, &source.text);
    if !found.is_empty() {
        return Err(found);
    }
    reader::documents(id, &source.text)
}
