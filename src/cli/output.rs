//! Where text goes: results to standard output, diagnostics to standard error.

use std::io::{IsTerminal as _, Write};

use serde_json::Value as Json;

use crate::diagnostic::{
    Diagnostic, Severity, Sources, Style, render_github, render_human, render_json, render_sarif, sorted_capped,
};

use super::args::{Colour, Format};

/// Most diagnostics that are shown in one run.
const MAX_DIAGNOSTICS: usize = 100;

/// The two streams and how to write on them.
pub(super) struct Output {
    format: Format,
    colour: Colour,
    text: Vec<u8>,
    documents: Vec<Json>,
    diagnostics: Vec<Json>,
    /// whether people were shown any diagnostic
    told: bool,
}

impl Output {
    pub(super) fn new(format: Format, colour: Colour) -> Self {
        Self { format, colour, text: Vec::new(), documents: Vec::new(), diagnostics: Vec::new(), told: false }
    }

    /// Whether people read the result.
    pub(super) fn is_human(&self) -> bool {
        self.format == Format::Human
    }

    /// Text for standard output.
    pub(super) fn stdout(&mut self) -> &mut impl Write {
        &mut self.text
    }

    /// A line for people.
    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        self.text.extend_from_slice(line.as_ref().as_bytes());
        self.text.push(b'\n');
    }

    /// A result for programs.
    pub(super) fn document(&mut self, document: Json) {
        self.documents.push(document);
    }

    /// Shows diagnostics: at once to people, with the result to programs.
    pub(super) fn diagnostics(&mut self, found: &[Diagnostic], sources: &Sources) {
        // A report is kept and compared by programs: what is missing there counts as mended.
        let cap = if self.format.is_report() { usize::MAX } else { MAX_DIAGNOSTICS };
        let (shown, dropped) = sorted_capped(found.to_vec(), cap);
        if self.format == Format::Sarif {
            self.text.extend(render_sarif(&shown, sources).into_bytes());
        } else if self.format == Format::Github {
            self.text.extend(render_github(&shown, sources).into_bytes());
        } else if self.is_human() {
            let style = if self.coloured() { Style::Colour } else { Style::Plain };
            let rendered = render_human(&shown, sources, style);
            // Messages stand apart from those that were told before.
            let apart = self.told && !rendered.is_empty();
            self.told = self.told || !rendered.is_empty();
            let mut text = if apart { format!("\n{rendered}") } else { rendered };
            if dropped > 0 {
                text.push_str("… and ");
                text.push_str(&dropped.to_string());
                text.push_str(" more\n");
            }
            // Nobody is left to tell when standard error is gone.
            let _ = std::io::stderr().write_all(text.as_bytes());
        } else {
            let json = serde_json::from_str(&render_json(&shown, sources));
            self.diagnostics.extend(json.unwrap_or_else(|_| Vec::new()));
        }
    }

    /// Says to people where more is written about what they were shown: of the first error, or else of the first warning.
    pub(super) fn more_about(&self, found: &[Diagnostic]) {
        let first = |severity| found.iter().find(move |it: &&Diagnostic| it.severity == severity);
        let Some(first) = first(Severity::Error).or_else(|| first(Severity::Warning)).filter(|_| self.is_human())
        else {
            return;
        };
        let what = if first.severity == Severity::Error { "an error" } else { "a warning" };
        let hint = format!("\nfor more information about {what}, try `openbao-claims explain {}`\n", first.code);
        // Nobody is left to tell when standard error is gone.
        let _ = std::io::stderr().write_all(hint.as_bytes());
    }

    fn coloured(&self) -> bool {
        match self.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let stderr = std::io::stderr();
                stderr.is_terminal() && anstream::AutoStream::choice(&stderr) != anstream::ColorChoice::Never
            }
        }
    }

    /// Writes everything so far, and begins anew. `false`: standard output could not be written.
    pub(super) fn flush(&mut self) -> bool {
        let Self { text, documents, diagnostics, .. } = std::mem::replace(self, Self::new(self.format, self.colour));
        let text = match self.format {
            Format::Human | Format::Sarif | Format::Github => text,
            _ if documents.is_empty() && diagnostics.is_empty() => text,
            Format::Json => {
                let value = serde_json::json!({"results": documents, "diagnostics": diagnostics});
                let mut text = serde_json::to_vec_pretty(&value).unwrap_or_default();
                text.push(b'\n');
                text
            }
            Format::Yaml => {
                // Each result is a document of its own, so that it can be read back.
                let mut text = String::new();
                for document in &documents {
                    text.push_str("---\n");
                    text.push_str(&crate::yaml::write(document));
                }
                if !diagnostics.is_empty() {
                    let diagnostics = crate::yaml::write(&Json::Array(diagnostics));
                    let _ = std::io::stderr().write_all(diagnostics.as_bytes());
                }
                text.into_bytes()
            }
        };
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(&text).and_then(|()| stdout.flush()).is_ok()
    }
}

/// How many errors and warnings there are, as people say it.
pub(super) fn counted(found: &[Diagnostic]) -> String {
    let errors = found.iter().filter(|it| it.severity == Severity::Error).count();
    format!("{}, {}", plural(errors, "error"), plural(found.len() - errors, "warning"))
}

/// `1 claim`, `2 claims`.
pub(super) fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Tells on a terminal what runs, in a line that is written over; nothing clears it.
pub(super) fn progress(what: &str) {
    let mut stderr = std::io::stderr().lock();
    if stderr.is_terminal() {
        // Nobody is left to tell when standard error is gone.
        let _ = write!(stderr, "\r\x1b[2K{what}");
    }
}
