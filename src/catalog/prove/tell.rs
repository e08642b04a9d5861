//! A mistake that the checker finds, as a diagnostic where it stands.

use crate::catalog::origin::Site;
use crate::cel::check::{Mistake, MistakeKind, Remark, RemarkKind};
use crate::diagnostic::{Code, Diagnostic};

/// `offset`: where the expression starts in the text at `site`.
pub(super) fn mistake(mistake: Mistake, offset: usize, site: &Site) -> Diagnostic {
    let span = site.within(mistake.range.start + offset..mistake.range.end + offset);
    let (code, label) = described(&mistake.kind);
    let diagnostic = Diagnostic::error(code, mistake.kind.to_string(), span, label);
    match mistake.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// What is not wrong and may not be meant.
pub(super) fn remark(remark: &Remark, offset: usize, site: &Site) -> Diagnostic {
    let span = site.within(remark.range.start + offset..remark.range.end + offset);
    match remark.kind {
        RemarkKind::TextOrder => Diagnostic::error(Code::W0713, "texts are ordered letter by letter", span, "here")
            .note("`'10Gi' < '9Gi'` and `'1.10.0' < '1.9.0'` hold")
            .help("compare `quantity(…)`, `semver(…)` or `duration(…)` of both, by `.isLessThan(…)` or by sign"),
        RemarkKind::Unanchored => {
            Diagnostic::error(Code::W0714, "the pattern matches anywhere in the text", span, "not anchored")
                .note("what guards a name, host or path has to see all of it")
                .help("write `^…$`, or `find(…)` where a part is meant")
        }
    }
    .warning()
}

/// The code of a mistake, and what stands at the mark.
fn described(kind: &MistakeKind) -> (Code, &'static str) {
    match kind {
        MistakeKind::UnknownField { .. } => (Code::E0107, "unknown field"),
        MistakeKind::MayBeAbsent(_) => (Code::E0109, "may be absent"),
        MistakeKind::NoOverload(_) => (Code::E0110, "does not take these types"),
        MistakeKind::NotBool(_) => (Code::E0110, "not true or false"),
        MistakeKind::Mixed { .. } => (Code::E0110, "of another type"),
        MistakeKind::NotARange(_) => (Code::E0110, "has no elements"),
        MistakeKind::NotOptional(_) => (Code::E0110, "not an optional"),
        MistakeKind::NotInTable(_) => (Code::E0111, "not all are in the table"),
        MistakeKind::AlwaysFails(_) => (Code::E0116, "always fails"),
        MistakeKind::Impossible(_) => (Code::E0113, "never equal"),
    }
}
