use serde_json::json;

use crate::diagnostic::{Diagnostic, Sources, Span};
use crate::yaml::{Document, MAX_BYTES, read};

fn sources(text: &str) -> (Sources, Result<Vec<Document>, Vec<Diagnostic>>) {
    let mut sources = Sources::default();
    let id = sources.add("a.yaml", text);
    let documents = read(&sources, id);
    (sources, documents)
}

fn document(text: &str) -> Document {
    let documents = sources(text).1.unwrap();
    assert_eq!(documents.len(), 1, "{text}");
    documents.into_iter().next().unwrap()
}

fn refused(text: &str) -> Vec<Diagnostic> {
    sources(text).1.unwrap_err()
}

fn shown(text: &str, span: Span) -> &str {
    text.get(usize::try_from(span.start).unwrap()..usize::try_from(span.end).unwrap()).unwrap()
}

const SAMPLE: &str = "\
metadata: {name: \"x\\u0041y\", labels: {a/b~c: '1'}}
spec:
  list:
  - one
  - two: |
      first ${line}
        second
    three: 3
  none:
";

#[test]
fn every_value_and_key_has_its_place() {
    let positions = document(SAMPLE).positions;
    let value = |pointer: &str| shown(SAMPLE, positions.value(pointer).unwrap());
    let key = |pointer: &str| shown(SAMPLE, positions.key(pointer).unwrap());
    assert_eq!(value("/metadata"), "{name: \"x\\u0041y\", labels: {a/b~c: '1'}}");
    assert_eq!(value("/metadata/name"), "\"x\\u0041y\"");
    assert_eq!(value("/metadata/labels/a~1b~0c"), "'1'");
    assert_eq!(key("/metadata/labels/a~1b~0c"), "a/b~c");
    assert_eq!(value("/spec/list/0"), "one");
    assert_eq!(value("/spec/list/1/two"), "first ${line}\n        second");
    assert_eq!(value("/spec/list/1"), "two: |\n      first ${line}\n        second\n    three: 3");
    assert_eq!(key("/spec/list/1/three"), "three");
    assert_eq!(value("/spec/none"), "");
    assert_eq!(value(""), SAMPLE.trim_end().trim_end_matches(':'));
    assert_eq!(positions.key("/spec/list/0"), None);
    assert_eq!(positions.value("/spec/lost"), None);
    assert_eq!(positions.key("/spec/lost"), None);
}

#[test]
fn what_is_missing_is_shown_at_its_closest_ancestor() {
    let positions = document(SAMPLE).positions;
    assert_eq!(positions.nearest("/spec/list/0/deeper/still"), positions.value("/spec/list/0").unwrap());
    assert_eq!(positions.nearest("/lost"), positions.value("").unwrap());
}

#[test]
fn a_place_inside_a_text_is_found_in_its_source() {
    let positions = document(SAMPLE).positions;
    let within = |pointer: &str, range| shown(SAMPLE, positions.within(pointer, range));
    assert_eq!(within("/metadata/name", 0..1), "x");
    assert_eq!(within("/metadata/name", 1..2), "\\u0041");
    assert_eq!(within("/metadata/name", 2..3), "y");
    assert_eq!(within("/spec/list/1/two", 6..13), "${line}");
    assert_eq!(within("/spec/list/1/two", 16..22), "second");
    assert_eq!(within("/spec/list/1/two", 6..99), "first ${line}\n        second");
    assert_eq!(within("/spec/list/1/three", 0..1), "3");
    assert_eq!(within("/spec/list/9", 0..1), shown(SAMPLE, positions.value("/spec/list").unwrap()));
}

#[test]
fn documents_are_read_in_order_and_empty_ones_skipped() {
    let documents = sources("# nothing\n---\n---\na: 1\n--- # two\nb: 2\n---\n").1.unwrap();
    let values: Vec<_> = documents.iter().map(|document| document.value.clone()).collect();
    assert_eq!(values, [json!({"a": 1}), json!({"b": 2})]);
}

#[test]
fn one_pass_reports_everything_that_is_refused() {
    let codes: Vec<_> = refused("a: on\nb: &x 1\n2: z\na: 0755\nb: 1\n").iter().map(|found| found.code.0).collect();
    assert_eq!(codes, ["E0004", "E0006", "E0007", "E0004", "E0005", "E0005"]);
}

#[test]
fn an_ambiguous_scalar_comes_with_both_edits() {
    let text = "mode: on\n";
    let found = refused(text);
    assert_eq!(found[0].message, "`on` is the boolean `true` to kubectl (YAML 1.1) and a text to YAML 1.2");
    let edits: Vec<_> = found[0].helps.iter().filter_map(|help| help.replacement.clone()).collect();
    assert_eq!(edits.iter().map(|edit| edit.1.as_str()).collect::<Vec<_>>(), ["\"on\"", "true"]);
    assert!(edits.iter().all(|edit| shown(text, edit.0) == "on"));
}

#[test]
fn an_expression_without_quotes_is_shown_whole() {
    for (text, expression) in [
        ("{a: ${x}, b: 1}", "${x}"),
        ("a: ${x ? 'b' : 'c'}\n", "${x ? 'b' : 'c'}"),
        ("a: [${f(x)}]\n", "${f(x)}"),
        ("a: ${x + ' #'}\n", "${x + '"),
    ] {
        let found = refused(text);
        assert_eq!(found[0].code.0, "E0010", "{text}");
        assert_eq!(shown(text, found[0].primary.as_ref().unwrap().span), expression);
    }
}

#[test]
fn nesting_beyond_the_limit_is_refused_without_recursing_further() {
    for text in ["[".repeat(200_000), "- ".repeat(200_000), "{a: ".repeat(200_000), "? ".repeat(100_000)] {
        let found = refused(&text);
        assert_eq!(found.len(), 1);
    }
    assert_eq!(refused(&"[".repeat(200_000))[0].code.0, "E0002");
    assert!(sources(&format!("{}{}", "[".repeat(64), "]".repeat(64))).1.is_ok());
}

#[test]
fn a_bomb_of_aliases_stops_at_the_first_hundred_findings() {
    let level = |at: u32| format!("a{at}: &a{at} [{}]", format!("*a{}, ", at.saturating_sub(1)).repeat(9));
    let text = (0..200).map(level).collect::<Vec<_>>().join("\n");
    assert_eq!(refused(&text).len(), 100);
}

#[test]
fn a_file_beyond_a_limit_is_refused() {
    assert_eq!(refused(&"a".repeat(MAX_BYTES + 1))[0].code.0, "E0002");
    assert_eq!(refused(&"- 1\n".repeat(300_000))[0].code.0, "E0002");
    assert_eq!(refused(&"y: y\n".repeat(300_000)).len(), 100);
    assert_eq!(refused(&"\0".repeat(MAX_BYTES)).len(), 10);
}
