//! Located messages as data: code, severity, labels, notes, help. Renderers live at the edge.

mod clean;
mod code;
mod github;
mod human;
mod json;
mod nearest;
mod order;
mod place;
mod sarif;
mod source;

pub use code::{CODES, Code};
pub use github::render_github;
pub use human::{Style, render_human};
pub use json::render_json;
pub use nearest::nearest;
pub use order::sorted_capped;
pub use place::LineColumn;
pub use sarif::render_sarif;
pub use source::{Source, SourceId, Sources, Span};

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input is refused.
    Error,
    /// The input is accepted, and its author should look again.
    Warning,
}

/// A marked piece of source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What is marked.
    pub span: Span,
    /// What is said at the mark; may be empty.
    pub text: String,
}

/// One thing that the author can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// One line, lower case, no full stop.
    pub text: String,
    /// The edit that would do it, when there is exactly one.
    pub replacement: Option<(Span, String)>,
}

/// One located message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable identity, `E0107`.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// One line: lower case, no full stop, user input in backticks.
    pub message: String,
    /// The place that is wrong; `None` where no text exists (an empty folder, say).
    pub primary: Option<Label>,
    /// Other places that matter, in the order to be shown.
    pub secondary: Vec<Label>,
    /// Facts that explain the message.
    pub notes: Vec<String>,
    /// What to try.
    pub helps: Vec<Help>,
}

impl Diagnostic {
    /// An error at `span`, whose label says `label`.
    pub fn error(code: Code, message: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: one_line(message.into()),
            primary: Some(Label { span, text: label.into() }),
            secondary: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
        }
    }

    /// An error that no text shows.
    pub fn unlocated(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: one_line(message.into()),
            primary: None,
            secondary: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
        }
    }

    /// The same, as a warning.
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Adds a second place.
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds a fact.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds a help line.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.helps.push(Help { text: text.into(), replacement: None });
        self
    }

    /// Adds a help line with the edit that does it.
    pub fn suggest(mut self, text: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.helps.push(Help { text: text.into(), replacement: Some((span, replacement.into())) });
        self
    }
}

impl Diagnostic {
    /// Message, notes and helps with their edits, a line each, for readers that show text alone.
    fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let notes = self.notes.iter().map(|note| format!("note: {note}"));
        let helps = self.helps.iter().map(|help| match &help.replacement {
            Some((_, edit)) => format!("help: {}: `{edit}`", help.text),
            None => format!("help: {}", help.text),
        });
        std::iter::once(self.message.clone()).chain(notes).chain(helps)
    }
}

/// A message stays on one line, whatever text of an author it repeats.
fn one_line(message: String) -> String {
    if message.contains(char::is_control) {
        message.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    } else {
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_repeats_a_text_of_several_lines_is_one_line() {
        let diagnostic = Diagnostic::unlocated(Code::E0003, "kubectl does not read `a\n  > 2` as one text");
        assert_eq!(diagnostic.message, "kubectl does not read `a   > 2` as one text");
    }
}
