//! Diagnostics as annotations of GitHub's workflow runs.

use super::clean::clean;
use super::{Diagnostic, LineColumn, Severity, Sources, Span};

/// One workflow command per diagnostic, in the given order. What was read cannot start a command or a
/// property of its own: `%`, line ends, `:` and `,` are escaped as the runner unescapes them
/// (`actions/toolkit`, `packages/core/src/command.ts`).
pub fn render_github(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    diagnostics.iter().map(|diagnostic| command(diagnostic, sources)).collect()
}

fn command(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let name = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = diagnostic.primary.as_ref().and_then(|label| place(sources, label.span)).unwrap_or_default();
    let text: Vec<_> = diagnostic.lines().map(|line| clean(&line)).collect();
    format!("::{name} {place}title={}::{}\n", property(diagnostic.code.0), data(&text.join("\n")))
}

/// Columns are told for one line only: the runner drops an annotation that has them over several.
fn place(sources: &Sources, span: Span) -> Option<String> {
    let LineColumn { line, column, end_line, end_column } = sources.line_column(span)?;
    let file = property(&clean(&sources.get(span.source)?.name));
    let columns = if line == end_line { format!("col={column},endColumn={end_column},") } else { String::new() };
    Some(format!("file={file},line={line},endLine={end_line},{columns}"))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::render_github;
    use crate::diagnostic::{Code, Diagnostic, Sources, Span};

    #[test]
    fn what_was_read_cannot_start_a_command_or_a_property() {
        let mut sources = Sources::default();
        let id = sources.add("a,line=9:b%.yaml", "x: on\n");
        let found = Diagnostic::error(Code::E0004, "`on`: 100%", Span::new(id, 3..5), "here")
            .note("two\n::error::lines")
            .suggest("quote it", Span::new(id, 3..5), "\"on\"");
        assert_eq!(
            render_github(&[found], &sources),
            "::error file=a%2Cline=9%3Ab%25.yaml,line=1,endLine=1,col=4,endColumn=6,title=E0004::\
             `on`: 100%25%0Anote: two ::error::lines%0Ahelp: quote it: `\"on\"`\n"
        );
    }

    #[test]
    fn a_place_over_several_lines_has_no_columns_and_no_place_no_file() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "a:\n  b\n");
        let long = Diagnostic::error(Code::E0003, "long", Span::new(id, 0..6), "").warning();
        let nowhere = Diagnostic::unlocated(Code::E0200, "nothing");
        assert_eq!(
            render_github(&[long, nowhere], &sources),
            "::warning file=a.yaml,line=1,endLine=2,title=E0003::long\n::error title=E0200::nothing\n"
        );
    }
}
