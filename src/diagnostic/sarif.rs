//! Diagnostics as SARIF 2.1.0 (OASIS), which code scanning services read.

use serde_json::{Value as Json, json};

use super::{CODES, Code, Diagnostic, LineColumn, Severity, Sources, Span};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One log with one run: every code that was found as a rule, every diagnostic as a result in the given order.
pub fn render_sarif(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let rules: Vec<_> = CODES.iter().filter(|(code, _)| diagnostics.iter().any(|it| it.code == *code)).collect();
    let results: Vec<_> = diagnostics.iter().map(|diagnostic| result(diagnostic, &rules, sources)).collect();
    let rules: Vec<_> = rules.iter().map(|(code, title)| rule(*code, title)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "openbao-claims", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

/// A code with its page, which code scanning shows beside each result.
fn rule(code: Code, title: &str) -> Json {
    let page = code.page();
    json!({"id": code.0, "shortDescription": {"text": title}, "help": {"text": page, "markdown": page}})
}

fn result(diagnostic: &Diagnostic, rules: &[&(Code, &str)], sources: &Sources) -> Json {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let text: Vec<_> = diagnostic.lines().collect();
    let related: Vec<_> =
        diagnostic.secondary.iter().filter_map(|label| location(sources, label.span, &label.text)).collect();
    let primary = diagnostic.primary.as_ref().and_then(|label| location(sources, label.span, &label.text));
    let mut result = json!({
        "ruleId": diagnostic.code.0,
        "level": level,
        "message": {"text": text.join("\n")},
        "locations": primary.into_iter().collect::<Vec<_>>(),
        "relatedLocations": related,
    });
    let index = rules.iter().position(|(code, _)| *code == diagnostic.code);
    if let (Some(index), Some(fields)) = (index, result.as_object_mut()) {
        fields.insert(String::from("ruleIndex"), json!(index));
    }
    result
}

fn location(sources: &Sources, span: Span, text: &str) -> Option<Json> {
    let LineColumn { line, column, end_line, end_column } = sources.line_column(span)?;
    let mut location = json!({"physicalLocation": {
        "artifactLocation": {"uri": reference(&sources.get(span.source)?.name)},
        "region": {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column},
    }});
    if let (false, Some(fields)) = (text.is_empty(), location.as_object_mut()) {
        fields.insert(String::from("message"), json!({"text": text}));
    }
    Some(location)
}

/// A path as a URI reference: all that RFC 3986 does not allow in a path is escaped, and `:` too, which
/// would make a scheme of the first segment.
fn reference(path: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    path.bytes().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::render_sarif;
    use crate::diagnostic::{Code, Diagnostic, Sources, Span};

    #[test]
    fn a_log_has_the_fields_that_the_standard_requires() {
        let mut sources = Sources::default();
        let id = sources.add("a b:ä.yaml", "ä: 1\nöx: on\n");
        let found = Diagnostic::error(Code::E0004, "`on`", Span::new(id, 11..13), "here")
            .label(Span::new(id, 0..2), "first")
            .help("quote it");
        let nowhere = Diagnostic::unlocated(Code::E0200, "nothing").warning();
        let log: Value = serde_json::from_str(&render_sarif(&[nowhere, found], &sources)).unwrap();
        let run = &log["runs"][0];
        assert_eq!(log["version"], "2.1.0");
        assert_eq!(run["tool"]["driver"]["name"], "openbao-claims");
        let rules: Vec<_> = run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
        assert_eq!(rules, ["E0004", "E0200"]);
        assert_eq!(run["tool"]["driver"]["rules"][0]["help"]["markdown"], Code::E0004.page());
        let place = |line, from, to| {
            json!({
                "artifactLocation": {"uri": "a%20b%3A%C3%A4.yaml"},
                "region": {"startLine": line, "startColumn": from, "endLine": line, "endColumn": to},
            })
        };
        assert_eq!(
            run["results"],
            json!([
                {"ruleId": "E0200", "ruleIndex": 1, "level": "warning", "message": {"text": "nothing"},
                 "locations": [], "relatedLocations": []},
                {"ruleId": "E0004", "ruleIndex": 0, "level": "error", "message": {"text": "`on`\nhelp: quote it"},
                 "locations": [{"physicalLocation": place(2, 5, 7), "message": {"text": "here"}}],
                 "relatedLocations": [{"physicalLocation": place(1, 1, 2), "message": {"text": "first"}}]},
            ])
        );
    }

    #[test]
    fn nothing_found_is_a_run_with_no_result() {
        let log: Value = serde_json::from_str(&render_sarif(&[], &Sources::default())).unwrap();
        assert_eq!(log["runs"][0]["results"], json!([]));
    }
}
