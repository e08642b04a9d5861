//! Go's `time.Duration`: `90s`, `1h30m`, `-1.5ms`. Nanoseconds in 64 bits, about ±292 years.

#[cfg(test)]
mod tests;

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;
/// Nanoseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Nanoseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Not a sequence of numbers with units.
    #[error("`{0}` is not a duration: expected numbers with units, as in `90s`, `1h30m`, `1.5h`")]
    Malformed(String),
    /// A number without a unit.
    #[error("`{0}` lacks a unit: write `{0}s` for seconds, or use one of ns, us, ms, s, m, h")]
    NoUnit(String),
    /// Days or longer, which Go does not know. Holds what was written and the same in hours.
    #[error("`{text}` uses a unit that durations lack: the largest unit is h; {text} = {hours}h")]
    Calendar {
        /// The whole text.
        text: String,
        /// The same in whole hours.
        hours: u64,
    },
    /// A unit that does not exist.
    #[error("`{text}` has the unknown unit `{unit}`: use one of ns, us, ms, s, m, h")]
    Unit {
        /// The whole text.
        text: String,
        /// What stands for a unit.
        unit: String,
    },
    /// Beyond 64 bits of nanoseconds.
    #[error("`{0}` is beyond ±2562047h47m16.854775807s, the longest duration")]
    Overflow(String),
}

/// Reads what Go's `time.ParseDuration` reads, to nanoseconds. Fractions below a nanosecond are cut off.
pub fn parse(text: &str) -> Result<i64, DurationError> {
    let malformed = || DurationError::Malformed(text.to_owned());
    let overflow = || DurationError::Overflow(text.to_owned());
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(malformed());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (term, tail) = term(text, rest)?;
        rest = tail;
        // One more than i64::MAX is in range for a negative duration.
        total = total.checked_add(term).filter(|sum| *sum <= i64::MIN.unsigned_abs()).ok_or_else(overflow)?;
    }
    let signed = if negative { 0_i64.checked_sub_unsigned(total) } else { 0_i64.checked_add_unsigned(total) };
    signed.ok_or_else(overflow)
}

/// One number with its unit, in nanoseconds, and what follows.
fn term<'a>(text: &str, rest: &'a str) -> Result<(u64, &'a str), DurationError> {
    let overflow = || DurationError::Overflow(text.to_owned());
    let (whole, after) = digits(rest);
    let (fraction, after) = match after.strip_prefix('.') {
        Some(after) => digits(after),
        None => ("", after),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(DurationError::Malformed(text.to_owned()));
    }
    let (unit, tail) = after.split_at(after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len()));
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| overflow())? };
    let scale = unit_scale(unit).ok_or_else(|| unit_error(text, unit))?;
    let mut nanos = whole.checked_mul(scale).ok_or_else(overflow)?;
    if !fraction.is_empty() {
        nanos = nanos.checked_add(fraction_of(fraction, scale)).ok_or_else(overflow)?;
    }
    Ok((nanos, tail))
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// Nanoseconds in a unit. Both micro signs (U+00B5, U+03BC) are read.
fn unit_scale(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => SECOND.unsigned_abs(),
        "m" => MINUTE.unsigned_abs(),
        "h" => HOUR.unsigned_abs(),
        _ => return None,
    })
}

/// `0.fraction` of a unit. Go's way: as many digits as fit 63 bits, in double precision, cut off.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "Go computes the fraction in doubles and truncates; the result is below one unit"
)]
fn fraction_of(fraction: &str, scale: u64) -> u64 {
    let (mut value, mut divisor) = (0_u64, 1_f64);
    for digit in fraction.bytes().map(|b| u64::from(b.wrapping_sub(b'0'))) {
        // Go stops at the first digit that leaves 63 bits, and reads on without counting.
        let Some(next) = value.checked_mul(10).and_then(|v| v.checked_add(digit)).filter(|v| *v <= 1 << 63) else {
            break;
        };
        value = next;
        divisor *= 10.0;
    }
    (value as f64 * (scale as f64 / divisor)) as u64
}

/// The most helpful error for an unknown unit.
fn unit_error(text: &str, unit: &str) -> DurationError {
    let hours = match unit.trim() {
        "d" | "D" | "day" | "days" => Some(24),
        "w" | "W" | "week" | "weeks" => Some(24 * 7),
        _ => None,
    };
    let count = text.strip_suffix(unit).and_then(|count| count.parse::<u64>().ok());
    if let Some(hours) = hours.zip(count).and_then(|(hours, count)| count.checked_mul(hours)) {
        return DurationError::Calendar { text: text.to_owned(), hours };
    }
    match unit {
        "" => DurationError::NoUnit(text.to_owned()),
        _ => DurationError::Unit { text: text.to_owned(), unit: unit.to_owned() },
    }
}

/// Go's `Duration.String`: `1h30m0s`, `1.5s`, `20ms`, `0s`.
pub fn format(nanos: i64) -> String {
    let total = nanos.unsigned_abs();
    let sign = if nanos < 0 { "-" } else { "" };
    let (second, minute, hour) = (SECOND.unsigned_abs(), MINUTE.unsigned_abs(), HOUR.unsigned_abs());
    if total < second {
        let (unit, scale) = match total {
            0 => return "0s".to_owned(),
            1..1_000 => ("ns", 1),
            1_000..1_000_000 => ("\u{b5}s", 1_000),
            _ => ("ms", 1_000_000),
        };
        return format!("{sign}{}{unit}", decimal(total, scale));
    }
    let seconds = decimal(total % minute, second);
    match (total / hour, total / minute % 60) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

/// `value / scale` with as many decimals as it needs; `scale` is a power of ten.
fn decimal(value: u64, scale: u64) -> String {
    let width = usize::try_from(scale.ilog10()).unwrap_or_default();
    let (whole, rest) = (value / scale, value % scale);
    if rest == 0 {
        return whole.to_string();
    }
    let fraction = format!("{rest:0width$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

/// CEL's `string(duration)`: seconds as a shortest double, `5400s`, `-0.0015s`.
pub fn to_cel_string(nanos: i64) -> String {
    format!("{}s", seconds(nanos))
}

/// Go's `Duration.Hours`: a double.
pub fn hours(nanos: i64) -> f64 {
    fractional(nanos, HOUR)
}

/// Go's `Duration.Minutes`: a double.
pub fn minutes(nanos: i64) -> f64 {
    fractional(nanos, MINUTE)
}

/// Go's `Duration.Seconds`: a double.
pub fn seconds(nanos: i64) -> f64 {
    fractional(nanos, SECOND)
}

/// Go adds whole units and the rest as two doubles, so that long durations may round to the next unit.
#[expect(clippy::cast_precision_loss, reason = "Go's result is this double")]
fn fractional(nanos: i64, unit: i64) -> f64 {
    (nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64
}
