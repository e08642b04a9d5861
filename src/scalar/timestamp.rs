//! RFC 3339 instants as CEL reads them: nanoseconds since the Unix epoch, years 1 to 9999.

#[cfg(test)]
mod tests;

use jiff::SignedDuration;
use jiff::civil::{DateTime, datetime};

/// Nanoseconds in a second.
const SECOND: i128 = 1_000_000_000;
/// The wall clock in UTC that instants count from.
const EPOCH: DateTime = datetime(1970, 1, 1, 0, 0, 0, 0);
/// `0001-01-01T00:00:00Z` (cel-go `common/types/timestamp.go`, `minUnixTime`).
pub const MIN: i128 = -62_135_596_800 * SECOND;
/// `9999-12-31T23:59:59.999999999Z` (same place, `maxUnixTime`, with its whole second).
pub const MAX: i128 = 253_402_300_799 * SECOND + 999_999_999;

/// Why a text or number is not a timestamp.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// Not an RFC 3339 date and time.
    #[error("`{0}` is not a timestamp: expected RFC 3339, as in `2026-11-25T13:00:00Z`")]
    Malformed(String),
    /// Outside years 1 to 9999.
    #[error("timestamp outside years 0001 to 9999")]
    Range,
}

/// An instant, if it lies in years 1 to 9999.
pub fn checked(nanos: i128) -> Result<i128, TimestampError> {
    if (MIN..=MAX).contains(&nanos) { Ok(nanos) } else { Err(TimestampError::Range) }
}

/// The instant of so many seconds since the epoch, as `timestamp(int)` takes it.
pub fn from_unix_seconds(seconds: i64) -> Result<i128, TimestampError> {
    checked(i128::from(seconds) * SECOND)
}

/// Whole seconds since the epoch, rounded down, as `int(timestamp)` gives it.
pub fn unix_seconds(nanos: i128) -> i64 {
    i64::try_from(nanos.div_euclid(SECOND)).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
}

/// A later or earlier instant, within range.
pub fn add(nanos: i128, duration: i64) -> Result<i128, TimestampError> {
    checked(nanos.saturating_add(i128::from(duration)))
}

/// The time from `earlier` to `later` in nanoseconds, if a duration holds it.
pub fn between(later: i128, earlier: i128) -> Option<i64> {
    i64::try_from(later.checked_sub(earlier)?).ok()
}

/// Reads what Go's `time.Parse(time.RFC3339, …)` reads: upper case `T` and `Z`, one or two hour digits,
/// a fraction after `.` or `,`, offsets up to 24:60. No leap second.
pub fn parse(text: &str) -> Result<i128, TimestampError> {
    let malformed = || TimestampError::Malformed(text.to_owned());
    let (instant, offset) = civil(text).ok_or_else(malformed)?;
    let local = instant.duration_since(EPOCH).as_nanos();
    checked(local - i128::from(offset) * 60 * SECOND)
}

/// A cursor over ASCII fields of fixed width.
struct Fields<'a>(&'a str);

impl<'a> Fields<'a> {
    fn literal(&mut self, c: char) -> Option<()> {
        self.0 = self.0.strip_prefix(c)?;
        Some(())
    }

    fn digits(&mut self, width: usize) -> Option<i16> {
        let (field, rest) = self.0.split_at_checked(width)?;
        if !field.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        self.0 = rest;
        field.parse().ok()
    }

    /// One or two digits.
    fn hour(&mut self) -> Option<i16> {
        let two = self.0.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        self.digits(if two { 2 } else { 1 })
    }

    /// A fraction in nanoseconds; digits beyond the ninth are dropped, as in Go.
    fn fraction(&mut self) -> Option<i32> {
        let Some(rest) = self.0.strip_prefix(['.', ',']) else { return Some(0) };
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, rest): (&'a str, &'a str) = rest.split_at(end);
        if digits.is_empty() {
            return None;
        }
        self.0 = rest;
        let nine: String = digits.chars().chain(std::iter::repeat('0')).take(9).collect();
        nine.parse().ok()
    }
}

/// The local date and time, and the offset from UTC in minutes.
fn civil(text: &str) -> Option<(DateTime, i32)> {
    let mut fields = Fields(text);
    let year = fields.digits(4)?;
    fields.literal('-')?;
    let month = fields.digits(2)?;
    fields.literal('-')?;
    let day = fields.digits(2)?;
    fields.literal('T')?;
    let hour = fields.hour()?;
    fields.literal(':')?;
    let minute = fields.digits(2)?;
    fields.literal(':')?;
    let second = fields.digits(2)?;
    let nanos = fields.fraction()?;
    let small = |value: i16| i8::try_from(value).ok();
    let (month, day, hour) = (small(month)?, small(day)?, small(hour)?);
    let instant = DateTime::new(year, month, day, hour, small(minute)?, small(second)?, nanos).ok()?;
    Some((instant, offset(&mut fields)?))
}

/// `Z`, or a signed `hh:mm`, to the end of the text.
fn offset(fields: &mut Fields<'_>) -> Option<i32> {
    if fields.0 == "Z" {
        return Some(0);
    }
    let negative = fields.0.starts_with('-');
    fields.0 = fields.0.strip_prefix(['+', '-'])?;
    let hours = fields.digits(2)?;
    fields.literal(':')?;
    let minutes = fields.digits(2)?;
    if !fields.0.is_empty() || hours > 24 || minutes > 60 {
        return None;
    }
    let total = i32::from(hours) * 60 + i32::from(minutes);
    Some(if negative { -total } else { total })
}

/// The normal form: UTC, fraction only if there is one, no trailing zeros (Go's `RFC3339Nano`).
pub fn format(nanos: i128) -> String {
    let Some(time) = utc(nanos) else { return format!("{nanos}ns") };
    let base = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    match time.subsec_nanosecond() {
        0 => format!("{base}Z"),
        fraction => format!("{base}.{}Z", format!("{fraction:09}").trim_end_matches('0')),
    }
}

/// The wall clock in UTC; none outside the years that jiff knows (±9999). Its own instants end a day
/// before year 10000, so that the last day is reached from the epoch instead.
pub(super) fn utc(nanos: i128) -> Option<DateTime> {
    let seconds = i64::try_from(nanos.div_euclid(SECOND)).ok()?;
    let rest = i32::try_from(nanos.rem_euclid(SECOND)).ok()?;
    EPOCH.checked_add(SignedDuration::new(seconds, rest)).ok()
}
