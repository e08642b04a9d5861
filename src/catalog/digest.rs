//! Content digests: canonical JSON under SHA-256.
//!
//! RFC 8785 would print every number as a double and give two different integers one digest
//! (9007199254740993 and …992). Ours keeps 64-bit integers exact and is otherwise the same idea:
//! sorted keys, no white space, one spelling per value; a double with an integral value inside the
//! exact range is spelled as that integer, so that `2`, `2.0` and `2e0` are one value.

use std::fmt;
use std::fmt::Write as _;

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, written `sha256:` and 64 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(String);

/// Largest magnitude up to which every integer has its own double (2^53).
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Digest {
    /// The digest of a JSON value.
    pub fn of(value: &Json) -> Self {
        let mut text = String::new();
        write_canonical(value, &mut text);
        Self::of_text(&text)
    }

    /// The digest of an object of these members, whose values are written canonically already.
    pub fn of_members(mut members: Vec<(&str, &str)>) -> Self {
        members.sort_unstable();
        let members: Vec<_> = members.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        Self::of_text(&format!("{{{}}}", members.join(",")))
    }

    /// The digest of a text.
    pub fn of_text(text: &str) -> Self {
        let mut hex = String::with_capacity(64);
        for byte in Sha256::digest(text.as_bytes()) {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Self(hex)
    }

    /// Reads `sha256:` and 64 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix("sha256:")?;
        let valid = hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        valid.then(|| Self(hex.to_owned()))
    }

    /// The first `digits` hex digits.
    pub fn short(&self, digits: usize) -> &str {
        self.0.get(..digits).unwrap_or(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

/// The canonical text of a JSON value.
pub fn canonical(value: &Json) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

/// Bytes of the canonical text of a JSON value.
pub fn canonical_len(value: &Json) -> usize {
    let mut count = Count(0);
    write_canonical(value, &mut count);
    count.0
}

/// Takes a text and keeps its length.
struct Count(usize);

impl fmt::Write for Count {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len());
        Ok(())
    }
}

/// `out` takes anything: what it says is dropped.
fn write_canonical(value: &Json, out: &mut impl fmt::Write) {
    let _ = match value {
        Json::Null => out.write_str("null"),
        Json::Bool(value) => out.write_str(if *value { "true" } else { "false" }),
        Json::Number(number) => write_number(number, out),
        Json::String(text) => write_text(text, out),
        Json::Array(items) => {
            let mut before = '[';
            for item in items {
                let _ = out.write_char(before);
                before = ',';
                write_canonical(item, out);
            }
            out.write_str(if items.is_empty() { "[]" } else { "]" })
        }
        Json::Object(fields) => {
            // Sorted here and not by the map's own order, which a dependency's feature could change.
            if fields.keys().is_sorted() {
                write_fields(fields, out)
            } else {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_by_key(|(key, _)| key.as_str());
                write_fields(fields, out)
            }
        }
    };
}

fn write_fields<'a>(
    fields: impl IntoIterator<Item = (&'a String, &'a Json)>,
    out: &mut impl fmt::Write,
) -> fmt::Result {
    out.write_char('{')?;
    for (at, (key, field)) in fields.into_iter().enumerate() {
        if at > 0 {
            out.write_char(',')?;
        }
        write_text(key, out)?;
        out.write_char(':')?;
        write_canonical(field, out);
    }
    out.write_char('}')
}

fn write_number(number: &serde_json::Number, out: &mut impl fmt::Write) -> fmt::Result {
    let integral = number.as_f64().filter(|value| number.is_f64() && value.fract() == 0.0 && value.abs() <= EXACT);
    match integral {
        // `-0.0` is `0`: one value, one spelling.
        Some(value) => write!(out, "{:.0}", value + 0.0),
        None => write!(out, "{number}"),
    }
}

fn write_text(text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    out.write_char('"')?;
    let mut rest = text;
    // Most texts have nothing to escape, and are copied as they are.
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        let (plain, escaped) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.write_str(plain)?;
        let mut following = escaped.chars();
        write_escaped(following.next().unwrap_or_default(), out)?;
        rest = following.as_str();
    }
    out.write_str(rest)?;
    out.write_char('"')
}

fn write_escaped(character: char, out: &mut impl fmt::Write) -> fmt::Result {
    match character {
        '"' => out.write_str("\\\""),
        '\\' => out.write_str("\\\\"),
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        '\u{8}' => out.write_str("\\b"),
        '\u{c}' => out.write_str("\\f"),
        control => write!(out, "\\u{:04x}", u32::from(control)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn neighbouring_integers_beyond_the_exact_doubles_have_different_digests() {
        assert_ne!(Digest::of(&json!(9_007_199_254_740_993_i64)), Digest::of(&json!(9_007_199_254_740_992_i64)));
        assert_eq!(canonical(&json!([i64::MIN, i64::MAX])), "[-9223372036854775808,9223372036854775807]");
    }

    #[test]
    fn a_whole_double_is_the_integer_that_it_equals() {
        assert_eq!(canonical(&json!([2.0, -0.0, 2.5, 1e300])), "[2,0,2.5,1e+300]");
        assert_eq!(Digest::of(&json!({"a": 2.0})), Digest::of(&json!({"a": 2})));
    }

    #[test]
    fn members_make_the_digest_of_their_object() {
        let (list, empty) = (json!([1, {"b": []}]), json!({}));
        let (first, second) = (canonical(&list), canonical(&empty));
        assert_eq!(
            Digest::of_members(vec![("x", &first), ("a", &second)]),
            Digest::of(&json!({"x": list, "a": empty}))
        );
    }

    #[test]
    fn keys_are_sorted_and_text_is_escaped_once() {
        assert_eq!(canonical(&json!({"b": "\"\\\n\u{1}é", "a": null})), "{\"a\":null,\"b\":\"\\\"\\\\\\n\\u0001é\"}");
    }

    proptest! {
        #[test]
        fn canonical_text_reads_back_as_the_same_text(text in ".*", number in any::<i64>()) {
            let value = json!({text.clone(): [text, number]});
            let read: Json = serde_json::from_str(&canonical(&value)).unwrap();
            prop_assert_eq!(canonical_len(&value), canonical(&value).len());
            prop_assert_eq!(read, value);
        }

        #[test]
        fn a_digest_reads_back(text in ".*") {
            let digest = Digest::of_text(&text);
            prop_assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
        }
    }
}
