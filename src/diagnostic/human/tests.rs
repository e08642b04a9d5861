use proptest::prelude::*;

use super::{Style, render_human};
use crate::diagnostic::{Code, Diagnostic, Help, Sources, Span, render_json};

const TEXT: &str = "metadata:\n  name: a\nspec:\n  mode: on\n  list: [1,\n    2]\n";

fn rendered(diagnostic: Diagnostic, sources: &Sources) -> String {
    render_human(&[diagnostic], sources, Style::Plain)
}

fn error(span: Span, label: &str) -> Diagnostic {
    Diagnostic::error(Code::E0004, "`on` is a boolean", span, label)
}

#[test]
fn a_message_shows_its_places_notes_and_edits() {
    let mut sources = Sources::default();
    let id = sources.add("dir/a.yaml", TEXT);
    let other = sources.add("b.yaml", "x: y\n");
    let on = Span::new(id, 34..36);
    let diagnostic = error(on, "ambiguous")
        .label(Span::new(id, 12..16), "of this name")
        .label(Span::new(other, 0..1), "asked for here")
        .note("YAML has two versions")
        .help("do this")
        .suggest("quote it", on, "\"on\"");
    let wanted = "\
error[E0004]: `on` is a boolean
 --> dir/a.yaml:4:9
  |
2 |   name: a
  |   ---- of this name
3 | spec:
4 |   mode: on
  |         ^^ ambiguous
  |
 ::: b.yaml:1:1
  |
1 | x: y
  | - asked for here
  |
  = note: YAML has two versions
  = help: do this
help: quote it
  |
4 -   mode: on
4 +   mode: \"on\"
  |
";
    assert_eq!(rendered(diagnostic, &sources), wanted);
}

#[test]
fn a_place_over_several_lines_is_known_by_its_first() {
    let mut sources = Sources::default();
    let id = sources.add("a.yaml", TEXT);
    let wanted = "\
warning[E0004]: `on` is a boolean
 --> a.yaml:5:9
  |
5 |   list: [1,
  |         ^^^ this list
";
    assert_eq!(rendered(error(Span::new(id, 45..55), "this list").warning(), &sources), wanted);
}

#[test]
fn without_a_place_only_words_are_left() {
    let diagnostic = Diagnostic::unlocated(Code::E0001, "nothing there").help("look elsewhere");
    let wanted = "error[E0001]: nothing there\n |\n = help: look elsewhere\n";
    assert_eq!(rendered(diagnostic, &Sources::default()), wanted);
}

#[test]
fn a_long_line_is_cut_to_what_is_marked_and_keeps_its_column() {
    let mut sources = Sources::default();
    let words = "word ".repeat(200_000);
    let id = sources.add("a.yaml", format!("a: {words}${{x}} {words}"));
    let place = Span::new(id, 1_000_003..1_000_007);
    let wanted = "\
error[E0004]: `on` is a boolean
 --> a.yaml:1:1000004
  |
1 | …word word word word word word word word word word word word ${x} word word word word word word word word word word word word…
  |                                                              ^^^^ here
  |
  = help: quote it: `\"${x}\"`
";
    assert_eq!(rendered(error(place, "here").suggest("quote it", place, "\"${x}\""), &sources), wanted);
}

#[test]
fn columns_count_characters_and_carets_stand_under_them() {
    let mut sources = Sources::default();
    let id = sources.add("a.yaml", "größe: \u{1b}[31mon\r\n");
    let wanted = "\
error[E0004]: `on` is a boolean
 --> a.yaml:1:13
  |
1 | größe: ␛[31mon
  |             ^^ here
";
    assert_eq!(rendered(error(Span::new(id, 14..16), "here"), &sources), wanted);
}

#[test]
fn escapes_in_messages_reach_no_terminal() {
    let mut sources = Sources::default();
    let id = sources.add("\u{1b}]0;a.yaml", "a: \u{9b}31m\u{202e}b\n");
    let diagnostic = error(Span::new(id, 0..1), "\u{7}bell\nand more").note("\u{1b}[2J").help("\u{202e}").suggest(
        "x",
        Span::new(id, 0..1),
        "\u{1b}c",
    );
    let shown = rendered(diagnostic, &sources);
    assert!(shown.chars().all(|c| c == '\n' || !super::is_harmful(c)), "{shown:?}");
    assert!(shown.contains("\\u{1b}[2J"), "{shown}");
}

#[test]
fn colours_are_only_there_when_asked_for() {
    let mut sources = Sources::default();
    let id = sources.add("a.yaml", TEXT);
    let diagnostics = [error(Span::new(id, 34..36), "")];
    assert!(render_human(&diagnostics, &sources, Style::Colour).contains("\u{1b}["));
    assert!(!render_human(&diagnostics, &sources, Style::Plain).contains('\u{1b}'));
}

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z :]{0,9}",
        "\\PC{0,4}",
        any::<char>().prop_map(String::from),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("word ".repeat(60))
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_span_and_no_text_makes_a_renderer_fail(
        texts in proptest::collection::vec(any_text(), 1..3),
        spans in proptest::collection::vec((0_usize..4, 0_u32..400, 0_u32..400), 1..5),
        words in any_text(),
    ) {
        let mut sources = Sources::default();
        let mut ids: Vec<_> = texts.iter().map(|text| sources.add("a.yaml", text.as_str())).collect();
        let mut others = sources.clone();
        ids.push(others.add("elsewhere", ""));
        let mut spans = spans.iter().map(|(at, start, end)| Span { source: ids[at % ids.len()], start: *start, end: *end });
        let mut diagnostic = Diagnostic::error(Code::E0001, words.as_str(), spans.next().unwrap(), words.as_str());
        for span in spans {
            diagnostic.helps.push(Help { text: words.clone(), replacement: Some((span, words.clone())) });
            diagnostic = diagnostic.label(span, words.as_str());
        }
        let shown = rendered(diagnostic.clone(), &sources);
        prop_assert!(shown.chars().all(|c| c == '\n' || !super::is_harmful(c)), "{:?}", shown);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&render_json(&[diagnostic], &sources)).is_ok());
    }
}
