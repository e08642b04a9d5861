//! Labels of the claim's namespace are read by literal keys only.

use crate::cel::Program;
use crate::diagnostic::{Code, Diagnostic};

use super::names::{Binding, Bindings};
use super::origin::Site;

/// Finds reads of a namespace's labels that no text tells. `offset` is where the program's text starts
/// in the text at `site`.
pub(super) fn check(program: &Program, offset: usize, bindings: &Bindings, site: &Site) -> Option<Diagnostic> {
    let computed = |read: &crate::cel::Read| {
        bindings.get(&read.root) == Some(&Binding::NamespaceObject)
            && read.whole
            && matches!(read.fields.as_slice(), [] | [_])
            && read.fields.first().is_none_or(|field| field == "labels")
    };
    program.reads().iter().any(computed).then(|| {
        let span = site.within(offset..offset + program.text().len());
        let message = "labels of a namespace are read by literal keys only";
        Diagnostic::error(Code::E0108, message, span, "not a literal key")
            .note("what an expression reads decides when a claim is looked at again")
            .help("write `namespaceObject.labels[?'team'].orValue('')`")
    })
}
