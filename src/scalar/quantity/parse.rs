//! Text to quantity, by Go's two paths.

use super::amount::{Amount, shift_i128};
use super::{Quantity, QuantityError, Style};

/// Decimal digits that Go's fast path may hold (`maxInt64Factors`, apimachinery `resource/math.go`).
const FAST_DIGITS: usize = 18;
/// Significant digits that the slow path keeps; 10^38 is the largest power of ten below 2^127.
const SLOW_DIGITS: usize = 38;
/// The finest scale: 10^-9.
const NANO: i32 = -9;
/// The largest exponent of ten that is read.
const MAX_EXPONENT: i32 = 9999;
/// Cap of binary amounts: 2^63-1.
const MAX_BINARY: i128 = i64::MAX as i128;

/// The parts of a written quantity.
struct Parts<'a> {
    negative: bool,
    /// Digits before the point, without leading zeros; empty for none.
    whole: &'a str,
    /// Digits after the point, as written.
    fraction: &'a str,
    suffix: &'a str,
}

/// Splits off the leading run of characters that `accept` takes.
fn run(text: &str, accept: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !accept(c)).unwrap_or(text.len()))
}

/// Go's scanner: an optional sign, digits, an optional point with digits (either side may be empty),
/// suffix letters, an optional sign and digits.
fn split(text: &str) -> Option<Parts<'_>> {
    if text.is_empty() {
        return None;
    }
    let negative = text.starts_with('-');
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text).trim_start_matches('0');
    let (whole, rest) = run(rest, |c| c.is_ascii_digit());
    let (fraction, suffix) = match rest.strip_prefix('.') {
        Some(rest) => run(rest, |c| c.is_ascii_digit()),
        None => ("", rest),
    };
    let (_, tail) = run(suffix, |c| "eEinumkKMGTP".contains(c));
    let tail = tail.strip_prefix(['-', '+']).unwrap_or(tail);
    tail.chars().all(|c| c.is_ascii_digit()).then_some(Parts { negative, whole, fraction, suffix })
}

/// What a suffix means: a style, and the exponent of 10 or of 2.
fn interpret(text: &str, suffix: &str) -> Result<(Style, i32), QuantityError> {
    let decimal = super::DECIMAL_SUFFIXES.iter().zip((-9..=18).step_by(3)).find(|(s, _)| **s == suffix);
    if let Some((_, exponent)) = decimal {
        return Ok((Style::DecimalSi, exponent));
    }
    let binary = super::BINARY_SUFFIXES.iter().zip((0..=60).step_by(10)).find(|(s, _)| **s == suffix);
    if let Some((_, exponent)) = binary {
        return Ok((Style::BinarySi, exponent));
    }
    let unknown = || QuantityError::Suffix { text: text.to_owned(), suffix: suffix.to_owned() };
    let exponent = suffix.strip_prefix(['e', 'E']).ok_or_else(unknown)?;
    let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
        return Err(unknown());
    }
    match exponent.parse::<i32>() {
        Ok(value) if value.abs() <= MAX_EXPONENT => Ok((Style::DecimalExponent, value)),
        _ => Err(QuantityError::Exponent(text.to_owned())),
    }
}

/// Reads a quantity.
pub(super) fn parse(text: &str) -> Result<Quantity, QuantityError> {
    let parts = split(text).ok_or_else(|| QuantityError::Malformed(text.to_owned()))?;
    let (style, exponent) = interpret(text, parts.suffix)?;
    let fast = match style {
        Style::DecimalSi | Style::DecimalExponent => fast_decimal(&parts, exponent),
        Style::BinarySi => fast_binary(&parts, exponent),
    };
    if let Some((value, scale)) = fast {
        let value = if parts.negative { -value } else { value };
        return Ok(Quantity { amount: Amount::Scaled { value, scale }, style });
    }
    let too_long = || QuantityError::TooLong(text.to_owned());
    let (value, scale) = slow_digits(&parts).ok_or_else(too_long)?;
    let (amount, style) = match style {
        Style::BinarySi => slow_binary(value, scale, exponent).ok_or_else(too_long)?,
        _ => (slow_decimal(value, scale + exponent), style),
    };
    Ok(Quantity { amount: if parts.negative { amount.negated() } else { amount }, style })
}

/// The digits of both sides as one integer; none if they do not fit.
fn joined(parts: &Parts<'_>) -> Option<i64> {
    let whole = if parts.whole.is_empty() { "0" } else { parts.whole };
    format!("{whole}{}", parts.fraction).parse().ok()
}

/// How many digits Go counts: an empty whole part is one zero.
fn digits(parts: &Parts<'_>) -> usize {
    parts.whole.len().max(1) + parts.fraction.len()
}

fn fast_decimal(parts: &Parts<'_>, exponent: i32) -> Option<(i64, i32)> {
    if digits(parts) > FAST_DIGITS {
        return None;
    }
    let scale = exponent.checked_sub(i32::try_from(parts.fraction.len()).ok()?)?;
    if scale < NANO { None } else { Some((joined(parts)?, scale)) }
}

fn fast_binary(parts: &Parts<'_>, exponent: i32) -> Option<(i64, i32)> {
    // 2^10 is about 10^3: Go keeps this many digits of room for the factor.
    let room = i32::try_from(parts.whole.len().max(1)).ok()? + exponent * 3 / 10;
    if !parts.fraction.is_empty() || room > 14 {
        return None;
    }
    let factor = 1_i64.checked_shl(exponent.unsigned_abs())?;
    Some((joined(parts)?.checked_mul(factor)?, 0))
}

/// Mantissa and scale of a number of at most 38 significant digits.
fn slow_digits(parts: &Parts<'_>) -> Option<(i128, i32)> {
    let fraction = parts.fraction.trim_end_matches('0');
    let scale = -i32::try_from(fraction.len()).ok()?;
    let all = format!("{}{fraction}", parts.whole);
    let digits = all.trim_start_matches('0');
    if digits.is_empty() {
        return Some((0, 0));
    }
    if digits.len() <= SLOW_DIGITS {
        return Some((digits.parse().ok()?, scale));
    }
    let significant = digits.trim_end_matches('0');
    let zeros = i32::try_from(digits.len() - significant.len()).ok()?;
    (significant.len() <= SLOW_DIGITS).then_some((significant.parse().ok()?, scale.checked_add(zeros)?))
}

/// `value` (not negative) times 10^`scale` in units of 10^-9, rounded up; none beyond 128 bits.
fn round_to_nano(value: i128, scale: i32) -> Option<i128> {
    let shift = scale.checked_sub(NANO)?;
    if shift >= 0 {
        return shift_i128(value, shift.unsigned_abs());
    }
    // A power of ten beyond 128 bits is more than any mantissa, so that what is left is one nano.
    let Some(divisor) = 10_i128.checked_pow(shift.unsigned_abs()) else { return Some(value.signum()) };
    Some(value / divisor + (value % divisor).signum())
}

/// A decimal amount off the fast path, in nanos as Go has it, or as it is where 128 bits hold no nanos.
fn slow_decimal(value: i128, scale: i32) -> Amount {
    let nanos = round_to_nano(value, scale).map(|value| Amount::Big { value, scale: NANO });
    nanos.unwrap_or(Amount::Big { value, scale })
}

/// A binary amount off the fast path: capped at 2^63-1; one below 1 becomes decimal.
fn slow_binary(value: i128, scale: i32, exponent: i32) -> Option<(Amount, Style)> {
    let capped = (Amount::Big { value: MAX_BINARY, scale: 0 }, Style::BinarySi);
    let factor = 1_i128.checked_shl(exponent.unsigned_abs())?;
    let Some(scaled) = value.checked_mul(factor) else {
        // The product is beyond 2^127 > 10^38; with at most 19 decimals the value is beyond 10^19 > 2^63.
        return (scale >= -19).then_some(capped);
    };
    let Some(nanos) = round_to_nano(scaled, scale) else { return Some(capped) };
    let unit = 10_i128.pow(NANO.unsigned_abs());
    if nanos > MAX_BINARY * unit {
        return Some(capped);
    }
    let style = if nanos > 0 && nanos < unit { Style::DecimalSi } else { Style::BinarySi };
    Some((Amount::Big { value: nanos, scale: NANO }, style))
}
