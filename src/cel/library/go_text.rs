//! Text as Go's `strconv` reads and writes it.

use std::sync::LazyLock;

use crate::cel::value::u64_to_f64;

/// Go's `%g` of a double: as many digits as tell it apart, with an exponent below 1e-4 and from 1e6 on.
pub(crate) fn shortest(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    // `{:e}` writes the shortest digits and a bare exponent: `1.234567e6`.
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let power: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&power) {
        return format!("{value}");
    }
    let sign = if power < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", power.unsigned_abs())
}

/// Go's `strconv.ParseFloat`: decimal or hexadecimal, underscores between digits, `inf`, `infinity`,
/// `nan` in any case. `None` for other text and for what is beyond the range.
pub(super) fn parse_float(text: &str) -> Option<f64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = rest.to_ascii_lowercase();
    match lower.as_str() {
        "inf" | "infinity" => return Some(sign * f64::INFINITY),
        "nan" => return (rest.len() == text.len()).then_some(f64::NAN),
        _ => {}
    }
    let digits = without_underscores(&lower)?;
    let magnitude = match digits.strip_prefix("0x") {
        Some(hex) => parse_hex(hex)?,
        None if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') => digits.parse().ok()?,
        None => return None,
    };
    magnitude.is_finite().then_some(sign * magnitude)
}

/// Underscores may stand between digits, or between a hexadecimal prefix and a digit.
fn without_underscores(text: &str) -> Option<String> {
    if !text.contains('_') {
        return Some(text.to_owned());
    }
    let hex = text.starts_with("0x");
    let is_digit = |c: char| c.is_ascii_digit() || (hex && c.is_ascii_hexdigit());
    let body = text.strip_prefix("0x").unwrap_or(text);
    let mut before = if hex { '0' } else { '.' };
    let mut clean = String::from(if hex { "0x" } else { "" });
    let mut rest = body.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '_' {
            let between = is_digit(before) && rest.peek().is_some_and(|next| is_digit(*next));
            if !between {
                return None;
            }
        } else {
            clean.push(c);
        }
        before = c;
    }
    Some(clean)
}

/// `1.8p-3` after `0x`; the exponent is binary and must be there.
fn parse_hex(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once('p')?;
    let well_formed = exponent.trim_start_matches(['+', '-']).chars().all(|c| c.is_ascii_digit());
    let exponent: i32 = exponent.parse().ok().filter(|_| well_formed)?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = [whole, fraction].concat();
    // More digits than 64 bits hold would need Go's own rounding: refused rather than misread.
    let mantissa = u64::from_str_radix(&all, 16).ok().filter(|_| !all.starts_with('+'))?;
    let scale = exponent.checked_sub(i32::try_from(fraction.len()).ok()?.checked_mul(4)?)?;
    Some(u64_to_f64(mantissa) * 2_f64.powi(scale))
}

/// Go's `strconv.Quote`: `"` and backslash escaped, unprintable characters as `\a…`, `\x..`, `\u....`.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            ' '..='~' => out.push(c),
            c if is_print(c) => out.push(c),
            c => out.push_str(&escaped(u32::from(c))),
        }
    }
    out.push('"');
}

fn escaped(code: u32) -> String {
    match code {
        0..0x20 | 0x7f => format!("\\x{code:02x}"),
        0x20..0x1_0000 => format!("\\u{code:04x}"),
        _ => format!("\\U{code:08x}"),
    }
}

/// Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols; of spaces only the ASCII one.
fn is_print(c: char) -> bool {
    static PRINTABLE: LazyLock<Option<regex::Regex>> =
        LazyLock::new(|| regex::Regex::new(r"^[\p{L}\p{M}\p{N}\p{P}\p{S}]$").ok());
    PRINTABLE.as_ref().is_some_and(|class| class.is_match(c.encode_utf8(&mut [0; 4])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_read_as_go_writes_them() {
        for (value, text) in [
            (1_234_567.0, "1.234567e+06"),
            (123_456_789.0, "1.23456789e+08"),
            (100_000.0, "100000"),
            (123_456.5, "123456.5"),
            (1_000_000.0, "1e+06"),
            (1e21, "1e+21"),
            (0.0001, "0.0001"),
            (0.000_01, "1e-05"),
            (-0.0, "-0"),
            (1e300, "1e+300"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            assert_eq!(shortest(value), text);
        }
    }

    #[test]
    fn float_text_is_gos() {
        for (text, value) in [
            ("1_000", Some(1000.0)),
            ("0x1p-2", Some(0.25)),
            ("0x1_0p0", Some(16.0)),
            ("0x_1p0", Some(1.0)),
            ("1.", Some(1.0)),
            (".5", Some(0.5)),
            ("+1e3", Some(1000.0)),
            ("-Infinity", Some(f64::NEG_INFINITY)),
            ("1e400", None),
            (" 1", None),
            ("+nan", None),
            (".", None),
            ("", None),
            ("1e", None),
            ("_1", None),
            ("1_", None),
            ("1__0", None),
            ("0x1", None),
            ("--1", None),
        ] {
            assert_eq!(parse_float(text), value, "{text}");
        }
        assert!(parse_float("nAn").is_some_and(f64::is_nan));
    }

    #[test]
    fn quoting_escapes_what_cannot_be_seen() {
        let quoted = |text| {
            let mut out = String::new();
            quote(text, &mut out);
            out
        };
        assert_eq!(quoted("a\"\n\u{e9}\u{200b}\u{1}"), "\"a\\\"\\né\\u200b\\x01\"");
        assert_eq!(quoted("\u{1f600}\u{ad}\u{e000}\u{7f}"), "\"😀\\u00ad\\ue000\\x7f\"");
        assert_eq!(quoted("\u{a0}\u{80}"), "\"\\u00a0\\u0080\"");
    }
}
