//! Values as the CEL text that yields them, for explanations.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Key, Value};
use crate::cel::Opaque;
use crate::scalar::{duration, timestamp};

/// How deep nested values are shown before an ellipsis.
const MAX_DEPTH: usize = 16;

impl Value {
    /// The value as CEL text, cut with `…` after about `limit` bytes (`["a", 1.0, 2u]`).
    pub fn to_cel_text(&self, limit: usize) -> String {
        let mut writer = Writer { text: String::new(), limit };
        writer.value(self, 0);
        if writer.full() {
            let mut end = limit;
            while !writer.text.is_char_boundary(end) {
                end = end.saturating_sub(1);
            }
            writer.text.truncate(end);
            writer.text.push('…');
        }
        writer.text
    }
}

struct Writer {
    text: String,
    limit: usize,
}

impl Writer {
    fn full(&self) -> bool {
        self.text.len() > self.limit
    }

    fn push(&mut self, args: std::fmt::Arguments<'_>) {
        // Writing into a `String` cannot fail.
        let _ = self.text.write_fmt(args);
    }

    fn value(&mut self, value: &Value, depth: usize) {
        if self.full() {
            return;
        }
        if depth > MAX_DEPTH {
            self.text.push('…');
            return;
        }
        match value {
            Value::Null => self.text.push_str("null"),
            Value::Bool(value) => self.push(format_args!("{value}")),
            Value::Int(value) => self.push(format_args!("{value}")),
            Value::Uint(value) => self.push(format_args!("{value}u")),
            Value::Double(value) => self.double(*value),
            Value::String(text) => self.quoted(text),
            Value::Bytes(bytes) => self.bytes(bytes),
            Value::Duration(nanos) => self.push(format_args!("duration(\"{}\")", duration::to_cel_string(*nanos))),
            Value::Timestamp(nanos) => self.push(format_args!("timestamp(\"{}\")", timestamp::format(*nanos))),
            Value::List(items) => self.sequence('[', items.iter(), ']', |writer, item| writer.value(item, depth + 1)),
            Value::Map(entries) => self.sequence('{', entries.iter(), '}', |writer, (key, value)| {
                writer.key(key);
                writer.text.push_str(": ");
                writer.value(value, depth + 1);
            }),
            Value::Optional(None) => self.text.push_str("optional.none()"),
            Value::Optional(Some(inner)) => {
                self.text.push_str("optional.of(");
                self.value(inner, depth + 1);
                self.text.push(')');
            }
            Value::Type(name) => self.text.push_str(name),
            Value::Opaque(opaque) => self.opaque(opaque),
        }
    }

    fn sequence<T>(&mut self, open: char, items: impl Iterator<Item = T>, close: char, each: impl Fn(&mut Self, T)) {
        self.text.push(open);
        for (position, item) in items.enumerate() {
            if self.full() {
                return;
            }
            if position > 0 {
                self.text.push_str(", ");
            }
            each(self, item);
        }
        self.text.push(close);
    }

    fn key(&mut self, key: &Key) {
        match key {
            Key::Bool(value) => self.push(format_args!("{value}")),
            Key::Int(value) => self.push(format_args!("{value}")),
            Key::Uint(value) => self.push(format_args!("{value}u")),
            Key::String(text) => self.quoted(text),
        }
    }

    fn opaque(&mut self, opaque: &Opaque) {
        let function = match opaque {
            Opaque::Quantity(_) => "quantity",
            Opaque::Semver(_) => "semver",
            Opaque::Ip(_) => "ip",
            Opaque::Cidr(_) => "cidr",
            Opaque::Url(_) => "url",
            Opaque::Format(format) => return self.push(format_args!("format.{}()", format.name())),
        };
        self.push(format_args!("{function}("));
        self.quoted(&opaque.to_string());
        self.text.push(')');
    }

    fn double(&mut self, value: f64) {
        if value.is_finite() {
            self.push(format_args!("{value:?}"));
        } else {
            self.push(format_args!("double(\"{value}\")"));
        }
    }

    fn quoted(&mut self, text: &str) {
        self.text.push('"');
        for c in text.chars() {
            if self.full() {
                return;
            }
            match c {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                c if c.is_control() => self.push(format_args!("\\u{:04x}", u32::from(c))),
                c => self.text.push(c),
            }
        }
        self.text.push('"');
    }

    fn bytes(&mut self, bytes: &[u8]) {
        if let Ok(text) = std::str::from_utf8(bytes) {
            self.text.push('b');
            self.quoted(text);
        } else {
            let shown = bytes.get(..self.limit).unwrap_or(bytes);
            self.push(format_args!("base64.decode(\"{}\")", STANDARD.encode(shown)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_the_cel_that_makes_them() {
        let value = Value::map([
            (Key::string("a"), Value::list(vec![Value::Int(1), Value::Uint(2), Value::Double(3.0), Value::Null])),
            (Key::Int(1), Value::some(Value::Bool(true))),
            (Key::Uint(2), Value::string("x\"\n\u{1}")),
        ]);
        assert_eq!(value.to_cel_text(1_000), r#"{1: optional.of(true), 2u: "x\"\n\u0001", "a": [1, 2u, 3.0, null]}"#);
        assert_eq!(Value::bytes(b"hi").to_cel_text(99), r#"b"hi""#);
        assert_eq!(Value::bytes(&[255]).to_cel_text(99), r#"base64.decode("/w==")"#);
        assert_eq!(Value::Duration(1_500_000_000).to_cel_text(99), r#"duration("1.5s")"#);
        assert_eq!(Value::Double(f64::NAN).to_cel_text(99), r#"double("NaN")"#);
    }

    #[test]
    fn library_values_read_as_the_call_that_makes_them() {
        let quantity = crate::scalar::quantity::Quantity::parse("1Gi").unwrap();
        assert_eq!(Value::Opaque(Opaque::Quantity(quantity)).to_cel_text(99), r#"quantity("1Gi")"#);
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        let text = Value::string(&"ü".repeat(100)).to_cel_text(10);
        assert_eq!(text, "\"üüüü…");
        let list = Value::list(vec![Value::Int(7); 1_000]).to_cel_text(20);
        assert_eq!(list, "[7, 7, 7, 7, 7, 7, 7…");
    }

    #[test]
    fn deep_values_end_in_an_ellipsis() {
        let deep = (0..100).fold(Value::Null, |inner, _| Value::list(vec![inner]));
        assert!(deep.to_cel_text(1_000).contains("[…]"));
    }
}
