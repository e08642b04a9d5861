//! Doubles as `golang.org/x/text/message` prints them for `en_US`, which is what Kubernetes uses.
//!
//! Its limits are kept, since texts must agree: the least number of decimals of `%.Nf` is taken modulo
//! 256; `%.Ne` reads `N` as a width, modulo 65,536, and always has six decimals.

use crate::cel::Result;
use crate::cel::library::row::invalid;

use super::Output;

/// The number behind the dot of `%.2f`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Precision(usize);

impl Precision {
    /// More than any double needs, and as much as Go's printer takes for a number.
    const MAX: usize = 1_000_000;

    pub(super) fn parse(digits: &str) -> Result<Self> {
        let number = digits.parse().ok().filter(|number| *number <= Self::MAX);
        number.map(Self).ok_or_else(|| {
            invalid(format!(
                "after `%.` a number up to {} must stand, found `{}`",
                Self::MAX,
                digits.get(..20).unwrap_or(digits)
            ))
        })
    }
}

/// Decimals of `%f` and `%e` unless said otherwise.
const DECIMALS: usize = 6;
/// The most decimals that a double can have.
const MOST_DECIMALS: usize = 1_074;

/// `%f`: thousands grouped, halves to even.
pub(super) fn fixed(value: f64, precision: Option<Precision>, out: &mut Output<'_>) -> Result<()> {
    let Some(value) = finite(value) else { return out.push(special(value)) };
    let precision = precision.map_or(DECIMALS, |precision| precision.0);
    let most = precision.min(MOST_DECIMALS);
    let least = precision % 256;
    let digits = format!("{:.most$}", value.abs());
    let (whole, decimals) = digits.split_once('.').unwrap_or((&digits, ""));
    if value < 0.0 {
        out.push("-")?;
    }
    out.push(&grouped(whole))?;
    let needed = decimals.trim_end_matches('0').len().max(least.min(decimals.len()));
    if needed > 0 {
        out.push(".")?;
        out.push(decimals.get(..needed).unwrap_or(decimals))?;
    }
    Ok(())
}

/// `%e`: `1.234568×10⁰⁶`, right-aligned to a width.
pub(super) fn scientific(value: f64, precision: Option<Precision>, out: &mut Output<'_>) -> Result<()> {
    let width = precision.map_or(DECIMALS, |precision| precision.0 % 65_536);
    let text = match finite(value) {
        Some(value) => power_of_ten(value),
        None => special(value).to_owned(),
    };
    out.pad(width.saturating_sub(text.chars().count()))?;
    out.push(&text)
}

fn power_of_ten(value: f64) -> String {
    // Zero has no sign here.
    let value = if value.abs() > 0.0 { value } else { 0.0 };
    let text = format!("{value:.DECIMALS$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ("⁻", exponent),
        None => ("", exponent),
    };
    let raised: String = format!("{exponent:0>2}").chars().map(superscript).collect();
    format!("{digits}×10{sign}{raised}")
}

fn superscript(digit: char) -> char {
    match digit {
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        _ => '⁰',
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn special(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "∞"
    } else {
        "-∞"
    }
}

/// A comma after each group of three digits, counted from the end.
fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
