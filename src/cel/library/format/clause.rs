//! The clauses of `format`.

use crate::cel::{Fault, Key, Result, Value};

use super::Output;
use super::number::{self, Precision};
use crate::cel::library::convert::to_text;
use crate::cel::library::go_text::quote;
use crate::cel::library::row::invalid;

/// How deep `%s` goes into lists and maps.
const MAX_DEPTH: usize = 64;

/// What stands after a `%`.
#[derive(Debug)]
pub(super) struct Clause {
    verb: char,
    precision: Option<Precision>,
}

/// The clause at the start of a text, and the text behind it.
pub(super) fn parse(text: &str) -> Result<(Clause, &str)> {
    let (precision, text) = match text.strip_prefix('.') {
        None => (None, text),
        Some(after) => {
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let (digits, after) = after.split_at(end);
            (Some(Precision::parse(digits)?), after)
        }
    };
    let mut rest = text.chars();
    match rest.next() {
        Some(verb @ ('s' | 'd' | 'f' | 'e' | 'b' | 'o' | 'x' | 'X')) => Ok((Clause { verb, precision }, rest.as_str())),
        Some(other) => Err(invalid(format!("`%{other}` is no clause: use %s %d %f %e %b %o %x %X or %%"))),
        None => Err(invalid("the text ends inside a clause; a percent sign is `%%`")),
    }
}

impl Clause {
    /// Its letter.
    pub(super) fn verb(&self) -> char {
        self.verb
    }

    pub(super) fn write(&self, value: &Value, out: &mut Output<'_>) -> Result<()> {
        match (self.verb, value) {
            ('s', _) => plain(value, out),
            ('d', Value::Int(value)) => out.push(&value.to_string()),
            ('d', Value::Uint(value)) => out.push(&value.to_string()),
            ('f', _) => number::fixed(self.double(value)?, self.precision, out),
            ('e', _) => number::scientific(self.double(value)?, self.precision, out),
            ('b', Value::Int(value)) => signed(*value, |magnitude| format!("{magnitude:b}"), out),
            ('b', Value::Uint(value)) => out.push(&format!("{value:b}")),
            ('b', Value::Bool(value)) => out.push(if *value { "1" } else { "0" }),
            ('o', Value::Int(value)) => signed(*value, |magnitude| format!("{magnitude:o}"), out),
            ('o', Value::Uint(value)) => out.push(&format!("{value:o}")),
            ('x' | 'X', Value::Int(value)) => signed(*value, |magnitude| self.hex(magnitude), out),
            ('x' | 'X', Value::Uint(value)) => out.push(&self.hex(*value)),
            ('x' | 'X', Value::String(text)) => self.hex_bytes(text.as_bytes(), out),
            ('x' | 'X', Value::Bytes(bytes)) => self.hex_bytes(bytes, out),
            _ => Err(self.refuse(value)),
        }
    }

    fn refuse(&self, value: &Value) -> Fault {
        let takes = match self.verb {
            'd' | 'o' => "integers",
            'b' => "integers and booleans",
            'f' | 'e' => "doubles",
            _ => "integers, text and bytes",
        };
        invalid(format!("`%{}` takes {takes}, found a `{}`", self.verb, value.type_name()))
    }

    /// A double, or one of the three texts that stand for one.
    fn double(&self, value: &Value) -> Result<f64> {
        match value {
            Value::Double(value) => Ok(*value),
            Value::String(text) => match &**text {
                "NaN" => Ok(f64::NAN),
                "Infinity" => Ok(f64::INFINITY),
                "-Infinity" => Ok(f64::NEG_INFINITY),
                _ => Err(self.refuse(value)),
            },
            _ => Err(self.refuse(value)),
        }
    }

    fn hex(&self, value: u64) -> String {
        if self.verb == 'X' { format!("{value:X}") } else { format!("{value:x}") }
    }

    fn hex_bytes(&self, bytes: &[u8], out: &mut Output<'_>) -> Result<()> {
        bytes.iter().try_for_each(|byte| {
            let pair = if self.verb == 'X' { format!("{byte:02X}") } else { format!("{byte:02x}") };
            out.push(&pair)
        })
    }
}

fn signed(value: i64, digits: impl Fn(u64) -> String, out: &mut Output<'_>) -> Result<()> {
    if value < 0 {
        out.push("-")?;
    }
    out.push(&digits(value.unsigned_abs()))
}

/// `%s` itself: text without quotes.
fn plain(value: &Value, out: &mut Output<'_>) -> Result<()> {
    match value {
        Value::String(text) => out.push(text),
        Value::Null => out.push("null"),
        Value::List(_) | Value::Map(_) => nested(value, out, 0),
        Value::Optional(_) | Value::Opaque(_) => Err(invalid(format!("`%s` does not take a `{}`", value.type_name()))),
        scalar => out.push(&to_text(scalar)?),
    }
}

/// A value inside a list or map: as CEL text, doubles with six decimals.
fn nested(value: &Value, out: &mut Output<'_>, depth: usize) -> Result<()> {
    if depth > MAX_DEPTH {
        return Err(Fault::Depth);
    }
    match value {
        Value::List(items) => list(items, out, depth),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| Ok((key_text(key), value)));
            map(entries.collect::<Result<_>>()?, out, depth)
        }
        Value::String(text) => out.push(&quoted(text)),
        Value::Bytes(_) => {
            let text = to_text(value)?;
            out.push("b")?;
            out.push(&quoted(&text))
        }
        Value::Double(double) if double.is_finite() => out.push(&format!("{double:.6}")),
        Value::Double(_) => out.push(&quoted(&to_text(value)?)),
        Value::Duration(_) => out.push(&format!("duration({})", quoted(&to_text(value)?))),
        Value::Timestamp(_) => out.push(&format!("timestamp({})", quoted(&to_text(value)?))),
        other => plain(other, out),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    quote(text, &mut quoted);
    quoted
}

fn list(items: &[Value], out: &mut Output<'_>, depth: usize) -> Result<()> {
    out.push("[")?;
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            out.push(", ")?;
        }
        nested(item, out, depth + 1)?;
    }
    out.push("]")
}

/// Entries are ordered by the text of their keys, quotes included.
fn map(mut entries: Vec<(String, &Value)>, out: &mut Output<'_>, depth: usize) -> Result<()> {
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    out.push("{")?;
    for (position, (key, value)) in entries.into_iter().enumerate() {
        if position > 0 {
            out.push(", ")?;
        }
        out.push(&key)?;
        out.push(":")?;
        nested(value, out, depth + 1)?;
    }
    out.push("}")
}

fn key_text(key: &Key) -> String {
    match key {
        Key::Bool(value) => value.to_string(),
        Key::Int(value) => value.to_string(),
        Key::Uint(value) => value.to_string(),
        Key::String(text) => quoted(text),
    }
}
