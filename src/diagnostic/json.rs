//! Diagnostics for programs.

use serde::Serialize;

use super::{Diagnostic, LineColumn, Severity, Sources, Span};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: Option<Place<'a>>,
    label: Option<&'a str>,
    labels: Vec<ShownLabel<'a>>,
    notes: &'a [String],
    helps: Vec<ShownHelp<'a>>,
}

/// Lines and columns count from 1, columns in characters.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct ShownLabel<'a> {
    #[serde(flatten)]
    place: Option<Place<'a>>,
    text: &'a str,
}

#[derive(Serialize)]
struct ShownHelp<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<Replacement<'a>>,
}

#[derive(Serialize)]
struct Replacement<'a> {
    #[serde(flatten)]
    place: Option<Place<'a>>,
    text: &'a str,
}

/// A JSON array with one object per diagnostic, in the given order.
pub fn render_json(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let shown: Vec<Shown<'_>> = diagnostics.iter().map(|diagnostic| shown(diagnostic, sources)).collect();
    // Strings and numbers only: nothing here can fail to be JSON.
    let mut json = serde_json::to_string_pretty(&shown).unwrap_or_else(|_| String::from("[]"));
    json.push('\n');
    json
}

fn shown<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Shown<'a> {
    let label = |label: &'a super::Label| ShownLabel { place: place(sources, label.span), text: &label.text };
    let help = |help: &'a super::Help| ShownHelp {
        text: &help.text,
        replacement: help.replacement.as_ref().map(|(span, text)| Replacement { place: place(sources, *span), text }),
    };
    Shown {
        code: diagnostic.code.0,
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: &diagnostic.message,
        place: diagnostic.primary.as_ref().and_then(|label| place(sources, label.span)),
        label: diagnostic.primary.as_ref().map(|label| label.text.as_str()),
        labels: diagnostic.secondary.iter().map(label).collect(),
        notes: &diagnostic.notes,
        helps: diagnostic.helps.iter().map(help).collect(),
    }
}

fn place(sources: &Sources, span: Span) -> Option<Place<'_>> {
    let LineColumn { line, column, end_line, end_column } = sources.line_column(span)?;
    Some(Place { file: &sources.get(span.source)?.name, line, column, end_line, end_column })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::render_json;
    use crate::diagnostic::{Code, Diagnostic, Sources, Span};

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "ä: 1\nöx: on\n");
        let span = Span::new(id, 11..13);
        let found = Diagnostic::error(Code::E0004, "`on`", span, "here")
            .label(Span::new(id, 0..13), "all")
            .note("why")
            .suggest("quote it", span, "\"on\"")
            .help("or not");
        let read: Value = serde_json::from_str(&render_json(&[found], &sources)).unwrap();
        let place = json!({"file": "a.yaml", "line": 2, "column": 5, "endLine": 2, "endColumn": 7});
        let with = |mut more: Value, place: &Value| {
            more.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
            more
        };
        let all = json!({"file": "a.yaml", "line": 1, "column": 1, "endLine": 2, "endColumn": 7});
        let wanted = json!([with(
            json!({
                "code": "E0004", "severity": "error", "message": "`on`", "label": "here", "notes": ["why"],
                "labels": [with(json!({"text": "all"}), &all)],
                "helps": [{"text": "quote it", "replacement": with(json!({"text": "\"on\""}), &place)}, {"text": "or not"}],
            }),
            &place
        )]);
        assert_eq!(read, wanted);
    }
}
