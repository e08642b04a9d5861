use proptest::prelude::*;
use serde_json::{Value, json};

use super::write;
use crate::diagnostic::Sources;
use crate::yaml::read;

fn back(value: &Value) -> Result<Value, String> {
    let text = write(value);
    let mut sources = Sources::default();
    let id = sources.add("a.yaml", text.as_str());
    let documents = read(&sources, id).map_err(|found| format!("{text:?}: {found:?}"))?;
    Ok(documents.into_iter().next().map_or(Value::Null, |document| document.value))
}

#[test]
fn what_yaml_could_mistake_is_quoted_and_lines_make_blocks() {
    let value = json!({"on": "yes", "n": ["0755", "1_000", "22:30", "~", "", "2001-01-01", "<<", "a: b", "=", "1e3"], "text": "a\n  b\n"});
    let wanted = "\
\"n\":
- \"0755\"
- \"1_000\"
- \"22:30\"
- \"~\"
- \"\"
- \"2001-01-01\"
- \"<<\"
- \"a: b\"
- \"=\"
- \"1e3\"
\"on\": \"yes\"
text: |
  a
    b
";
    assert_eq!(write(&value), wanted);
}

#[test]
fn expressions_survive() {
    let value =
        json!({"a": "${x ? {'b': 1}['b'] : \"c\"} # no comment", "b": ["${x}", "$${y}"], "c": {"d": "- ${x:\ny}\n\n"}});
    assert_eq!(back(&value), Ok(value));
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9_:.+~#-]{0,6}",
        "[ynYNofFOeEsStrueal]{1,5}",
        "[0-9_:.eExXob+-]{1,6}",
        "([a-z$#:'\"{}\\[\\] -]{0,9}\r?\n){0,3}[ a-z]{0,4}",
        "\\PC{0,6}",
        any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("as the reader has it", |n| n.is_finite() && (n.fract() != 0.0 || n.abs() >= 1e21))
            .prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(text(), inner, 0..5)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(value in value()) {
        prop_assert_eq!(back(&value), Ok(value));
    }
}

#[test]
fn a_key_that_only_begins_like_a_number_is_a_text() {
    let value = serde_json::json!({"": {"0ob": null, "0b2": null, "0xg": null}});
    assert_eq!(back(&value), Ok(value));
}
