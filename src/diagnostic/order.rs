//! Which diagnostics are shown, and in which order.

use std::cmp::Ordering;

use super::{Diagnostic, Severity, Span};

/// Sorted by source and place, each said once, at most `cap`, and how many were dropped for that.
/// Errors are dropped last, so that no warning hides why an input was refused.
pub fn sorted_capped(mut diagnostics: Vec<Diagnostic>, cap: usize) -> (Vec<Diagnostic>, usize) {
    diagnostics.sort_by(by_place);
    diagnostics.dedup_by(|again, first| by_place(again, first) == Ordering::Equal);
    diagnostics.sort_by_key(|diagnostic| diagnostic.severity);
    let dropped = diagnostics.len().saturating_sub(cap);
    diagnostics.truncate(cap);
    diagnostics.sort_by(by_place);
    (diagnostics, dropped)
}

fn by_place(a: &Diagnostic, b: &Diagnostic) -> Ordering {
    key(a).cmp(&key(b))
}

fn key(diagnostic: &Diagnostic) -> (Option<Span>, Severity, &str, &str) {
    let span = diagnostic.primary.as_ref().map(|label| label.span);
    (span, diagnostic.severity, diagnostic.code.0, &diagnostic.message)
}

#[cfg(test)]
mod tests {
    use super::sorted_capped;
    use crate::diagnostic::{Code, Diagnostic, Sources, Span};

    fn at(start: usize) -> Diagnostic {
        let id = Sources::default().add("a", "");
        Diagnostic::error(Code::E0003, format!("at {start}"), Span::new(id, start..start + 1), "")
    }

    fn messages(diagnostics: &[Diagnostic]) -> Vec<&str> {
        diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect()
    }

    #[test]
    fn diagnostics_come_in_the_order_of_their_places_each_once() {
        let (shown, dropped) = sorted_capped(vec![at(7), at(1), Diagnostic::unlocated(Code::E0001, "x"), at(7)], 9);
        assert_eq!(messages(&shown), ["x", "at 1", "at 7"]);
        assert_eq!(dropped, 0);
    }

    #[test]
    fn warnings_are_dropped_before_errors() {
        let (shown, dropped) = sorted_capped(vec![at(1).warning(), at(2).warning(), at(3), at(4)], 3);
        assert_eq!(messages(&shown), ["at 1", "at 3", "at 4"]);
        assert_eq!(dropped, 1);
    }
}
