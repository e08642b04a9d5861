//! What a plain (unquoted) scalar means, where go-yaml v2 and YAML 1.2 agree about it.

/// The meaning of a plain scalar.
#[derive(Debug, PartialEq)]
pub(super) enum Plain {
    Null,
    Bool(bool),
    Integer(i64),
    /// Not integral, or beyond 64 bits.
    Float(f64),
    Text,
    /// The readers disagree; what each reads, and what to write for the reading of `kubectl`.
    Trap {
        message: String,
        meant: Option<String>,
    },
    /// A number that JSON or 64 bits cannot carry.
    Beyond(String),
}

/// Resolves a plain scalar.
pub(super) fn resolve(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Bool(true),
        "false" | "False" | "FALSE" => return Plain::Bool(false),
        _ => {}
    }
    if text.len() <= 3
        && let Some(value) = boolean_of_1_1(text)
    {
        let message = format!("`{text}` is the boolean `{value}` to kubectl (YAML 1.1) and a text to YAML 1.2");
        return Plain::Trap { message, meant: Some(value.to_string()) };
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Plain::Text;
    }
    number(text)
}

/// Every casing, although go-yaml knows three of each: nobody can be expected to remember which.
fn boolean_of_1_1(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "on" => Some(true),
        "n" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn number(text: &str) -> Plain {
    let bare = text.replace('_', "");
    let digits = bare.strip_prefix(['+', '-']).unwrap_or(&bare);
    let trap = |reading: &str, meant: Option<String>| Plain::Trap { message: format!("`{text}` {reading}"), meant };
    if matches!(digits.to_ascii_lowercase().as_str(), ".inf" | ".nan") {
        return Plain::Beyond(format!("`{text}` is no number that JSON can carry"));
    }
    if radix(digits) {
        return trap("is a number in another base to some readers of YAML and a text to others", None);
    }
    if sexagesimal(digits) {
        return trap("is a number of base 60 to YAML 1.1 and a text to YAML 1.2", None);
    }
    let integer = is_digits(digits);
    if !integer && !is_float(digits) {
        return Plain::Text;
    }
    if text.contains('_') {
        return trap("is a number to kubectl (YAML 1.1) and a text to YAML 1.2", Some(bare.clone()));
    }
    if digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.") && !is_zero_exponent(digits) {
        return trap("is octal to kubectl (YAML 1.1) and decimal to YAML 1.2", None);
    }
    if integer {
        return bare.parse().map_or_else(
            |_| Plain::Beyond(format!("`{text}` does not fit into 64 bits, so digits would be lost")),
            Plain::Integer,
        );
    }
    float(text)
}

/// A float as the API server gets it: Go writes an integral one without point and exponent.
fn float(text: &str) -> Plain {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => integral(value).map_or(Plain::Float(value), Plain::Integer),
        _ => Plain::Beyond(format!("`{text}` does not fit into a 64-bit floating-point number")),
    }
}

/// Go's JSON has an exponent from 1e21 on; below that, an integral number is read back as an integer
/// if it fits. Both languages print the shortest digits that identify the number.
fn integral(value: f64) -> Option<i64> {
    if value.fract() != 0.0 || value.abs() >= 1e21 {
        return None;
    }
    format!("{value}").parse().ok()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_zero_exponent(digits: &str) -> bool {
    digits.strip_prefix('0').is_some_and(|rest| rest.starts_with(['e', 'E']))
}

/// `\.[0-9]+ | [0-9]+(\.[0-9]*)?` and an exponent, without a sign.
fn is_float(digits: &str) -> bool {
    let (mantissa, exponent) = digits.split_once(['e', 'E']).map_or((digits, None), |(m, e)| (m, Some(e)));
    if exponent.is_some_and(|exponent| !is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))) {
        return false;
    }
    match mantissa.split_once('.') {
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || is_digits(fraction)),
        None => is_digits(mantissa),
    }
}

/// `0x1F`, `0o17`, `0b11`; Go reads a sign behind the prefix, too.
fn radix(digits: &str) -> bool {
    let Some(rest) = digits.strip_prefix('0') else { return false };
    let Some(rest) = rest.strip_prefix(['x', 'X', 'o', 'O', 'b', 'B']) else { return false };
    let rest = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `22:30`, `1:30:00.5`: groups behind the first are below 60.
fn sexagesimal(digits: &str) -> bool {
    let whole = digits
        .split_once('.')
        .map_or(digits, |(whole, fraction)| if fraction.is_empty() || is_digits(fraction) { whole } else { "" });
    let mut groups = whole.split(':');
    let first = groups.next().is_some_and(is_digits);
    let rest: Vec<&str> = groups.collect();
    let below_60 = |group: &&str| is_digits(group) && group.len() <= 2 && group.parse::<u8>().is_ok_and(|n| n < 60);
    first && !rest.is_empty() && rest.iter().all(below_60)
}
