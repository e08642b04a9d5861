use proptest::prelude::*;

use crate::diagnostic::Sources;
use crate::yaml::read;

/// Where each ASCII letter and digit of the first value of `{key: value}` stands in the source.
fn check(text: &str) -> Result<(), TestCaseError> {
    let mut sources = Sources::default();
    let id = sources.add("a.yaml", text);
    let documents = read(&sources, id).map_err(|found| TestCaseError::fail(format!("{text:?}: {found:?}")))?;
    let value = documents[0].value["key"].as_str().unwrap_or_default();
    for (at, c) in value.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()) {
        let span = documents[0].positions.within("/key", at..at + 1);
        let range = usize::try_from(span.start).unwrap()..usize::try_from(span.end).unwrap();
        prop_assert_eq!(text.get(range).map(str::to_owned), Some(c.to_string()), "{} of {:?} in {:?}", at, value, text);
    }
    let all = documents[0].positions.within("/key", 0..value.len());
    let whole = documents[0].positions.value("/key").unwrap();
    prop_assert!(all.start >= whole.start && all.end <= whole.end);
    Ok(())
}

/// Words of letters that no escape is made of, so that what is found must be itself.
fn words() -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof!["[G-MQ-Z5-9]{1,5}", "[G-M]#[Q-Z]", "ü[G-M]{1,2}"];
    proptest::collection::vec(word, 1..12)
}

fn breaks() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(0_usize..8, 12)
}

fn flow(words: &[String], breaks: &[usize], separators: &[&str]) -> String {
    let mut out = String::new();
    for (word, choice) in words.iter().zip(breaks) {
        out.push_str(word);
        out.push_str(separators[choice % separators.len()]);
    }
    out.push('Z');
    out
}

fn block(header: &str, indent: usize, words: &[String], breaks: &[usize], line_break: &str) -> String {
    let mut out = format!("key: {header}{line_break}");
    for (at, (word, choice)) in words.iter().zip(breaks).enumerate() {
        // The first line sets the indentation.
        let deeper = if at > 0 && *choice == 1 { "   " } else { "" };
        out.extend([&" ".repeat(indent), deeper, word, " x", line_break]);
        out.push_str(&line_break.repeat(choice.saturating_sub(5)));
    }
    out
}

proptest! {
    #[test]
    fn every_character_of_a_flow_scalar_is_found(words in words(), breaks in breaks()) {
        let plain = flow(&words, &breaks, &[" ", "  ", "\n  ", "\n\n   ", " \n \n  ", "-", "\r\n  "]);
        check(&format!("key: {plain}\n"))?;
        check(&format!("{{key: {plain} }}\n"))?;
        let single = flow(&words, &breaks, &[" ", "''", "\n  ", "\n\n\n ", " '' ", "\r\n ", ": ", " # "]);
        check(&format!("key: '{single}'\n"))?;
        let double = flow(
            &words, &breaks,
            &[" ", "\\n", "\\\n   ", "\n  \\ ", "\\u0020\\x0a", "\\\\", "\\U0001F600 \\\"", "\r\n\r\n  ", " \\t \n "],
        );
        check(&format!("key: \"{double}\"\n"))?;
    }

    #[test]
    fn every_character_of_a_block_scalar_is_found(
        words in words(), breaks in breaks(), indent in 1_usize..6, folded: bool, chomp in 0_usize..3,
        explicit: bool, windows: bool, leading in 0_usize..3,
    ) {
        let mut header = String::from(if folded { ">" } else { "|" });
        header.push_str(["", "-", "+"][chomp]);
        if explicit {
            header.push_str(&indent.to_string());
        }
        let line_break = if windows { "\r\n" } else { "\n" };
        header.push_str(&line_break.repeat(leading));
        check(&block(&header, indent, &words, &breaks, line_break))?;
    }
}

#[test]
fn an_escape_is_found_whole() {
    let text = "key: \"a\\u0042c\"\n";
    let mut sources = Sources::default();
    let id = sources.add("a.yaml", text);
    let documents = read(&sources, id).unwrap();
    let span = documents[0].positions.within("/key", 1..2);
    assert_eq!((span.start, span.end), (7, 13));
    let empty = documents[0].positions.within("/key", 1..1);
    assert_eq!((empty.start, empty.end), (7, 7));
}
