//! Kubernetes' `resource.Quantity`: `500m`, `1.5Gi`, `2e3`.

mod amount;
mod parse;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use amount::Amount;

/// Which family of suffixes a quantity was written with, and is printed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// powers of ten by letter: `n u m k M G T P E`
    DecimalSi,
    /// powers of 1024: `Ki Mi Gi Ti Pi Ei`
    BinarySi,
    /// powers of ten by exponent: `e3`, `E-6`
    DecimalExponent,
}

/// An exact decimal amount. Equality and order are by value: `1024Mi`, `1Gi` and `1073741824` are one.
///
/// As in Go there are two forms: a 64-bit integer with a decimal scale, and a big decimal for what is
/// longer, finer than nano, or a binary fraction. They differ in two ways that rules can see: a big
/// decimal is rounded up to a multiple of `1n`, and is never an integer (`isInteger`). Binary amounts
/// are capped at 2^63-1. Beyond Go's behaviour, exponents outside ±9999 and amounts of more than
/// 38 digits are refused, where Go wraps or never returns.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    amount: Amount,
    style: Style,
}

/// Why a text is not a quantity, or a calculation has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not a number followed by a suffix.
    #[error("`{0}` is not a quantity: expected a number and an optional suffix, as in `500m`, `1.5Gi`, `2e3`")]
    Malformed(String),
    /// A suffix that does not exist.
    #[error(
        "`{text}` has the unknown suffix `{suffix}`: use one of n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or an exponent"
    )]
    Suffix {
        /// The whole text.
        text: String,
        /// The part that is no suffix.
        suffix: String,
    },
    /// An exponent outside ±9999.
    #[error("`{0}` has an exponent outside ±9999")]
    Exponent(String),
    /// More digits than are kept.
    #[error("`{0}` needs more than 38 digits")]
    TooLong(String),
    /// A sum or difference of more than 38 digits.
    #[error("quantity overflow: the result needs more than 38 digits")]
    Overflow,
}

impl Quantity {
    /// Reads a quantity as `resource.ParseQuantity` does: no white space, sign allowed.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        parse::parse(text)
    }

    /// A whole number, as `quantity.add(int)` makes it.
    pub fn from_i64(value: i64) -> Self {
        Self { amount: Amount::Scaled { value, scale: 0 }, style: Style::DecimalExponent }
    }

    /// The suffix family.
    pub fn style(&self) -> Style {
        self.style
    }

    /// -1, 0 or 1.
    pub fn sign(&self) -> i8 {
        match self.amount.unscaled().cmp(&0) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }
    }

    /// The value as an integer, if Go's fast form holds it without loss. `1000m` is none: its scale is
    /// finer than 1, whatever its digits.
    pub fn as_i64(&self) -> Option<i64> {
        let Amount::Scaled { value, scale } = self.amount else { return None };
        u32::try_from(scale).ok().and_then(|scale| amount::shift_i64(value, scale))
    }

    /// The value as a double: mantissa times power of ten, each rounded once (infinite beyond 1e308).
    pub fn as_approximate_f64(&self) -> f64 {
        self.amount.approximate()
    }

    /// The sum, in the style of `self`, or of `other` when `self` is zero.
    pub fn add(&self, other: &Self) -> Result<Self, QuantityError> {
        let style = if self.sign() == 0 { other.style } else { self.style };
        let amount = self.amount.add(other.amount).ok_or(QuantityError::Overflow)?;
        Ok(Self { amount, style })
    }

    /// The difference, in the style of `self`, or of `other` when `self` is zero.
    pub fn sub(&self, other: &Self) -> Result<Self, QuantityError> {
        let style = if self.sign() == 0 { other.style } else { self.style };
        let amount = self.amount.add(other.amount.negated()).ok_or(QuantityError::Overflow)?;
        Ok(Self { amount, style })
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.amount.cmp_value(&other.amount)
    }
}

/// Decimal suffixes from 10^-9 upwards in steps of 10^3.
const DECIMAL_SUFFIXES: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
/// Binary suffixes from 1024^0 upwards.
const BINARY_SUFFIXES: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// The canonical form: no fraction, the largest suffix, no `+`, `0` for any zero. A binary amount that
/// is a fraction, or within ±1024, is printed in decimal style. Unlike Go's, a form beyond the largest
/// suffix keeps its zeros (`1000E`; Go prints `1`).
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sign() == 0 {
            return f.write_str("0");
        }
        let whole = self.amount.whole().filter(|value| self.style == Style::BinarySi && value.unsigned_abs() >= 1024);
        if let Some(mut value) = whole {
            let mut suffixes = BINARY_SUFFIXES.iter();
            let mut suffix = suffixes.next().copied().unwrap_or_default();
            while let Some(next) = suffixes.next().filter(|_| value % 1024 == 0) {
                value /= 1024;
                suffix = next;
            }
            return write!(f, "{value}{suffix}");
        }
        let (digits, exponent) = self.amount.canonical_decimal();
        if self.style == Style::DecimalExponent {
            return if exponent == 0 { f.write_str(&digits) } else { write!(f, "{digits}e{exponent}") };
        }
        let index = usize::try_from(exponent / 3 + 3).unwrap_or(0);
        let last = DECIMAL_SUFFIXES.len() - 1;
        let zeros = index.saturating_sub(last).saturating_mul(3);
        let suffix = DECIMAL_SUFFIXES.get(index.min(last)).copied().unwrap_or_default();
        write!(f, "{digits}{:0<zeros$}{suffix}", "")
    }
}
