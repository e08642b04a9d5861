//! Text of durations and timestamps.

use std::fmt::Write as _;

use super::i64_to_f64;

/// Nanoseconds of a second.
pub(super) const NANOS: i128 = 1_000_000_000;

/// The first second of year 1, Unix time (cel-go `common/types/timestamp.go`, `minUnixTime`).
pub(super) const MIN_SECONDS: i128 = -62_135_596_800;

/// RFC 3339 in UTC, with as many decimals as needed (Go's `RFC3339Nano`).
pub(crate) fn rfc3339(nanos: i128) -> String {
    let seconds = nanos.div_euclid(NANOS);
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let clock = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (clock / 3_600, clock / 60 % 60, clock % 60);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    let rest = nanos.rem_euclid(NANOS);
    if rest > 0 {
        let _ = write!(text, ".{}", format!("{rest:09}").trim_end_matches('0'));
    }
    text.push('Z');
    text
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
///
/// Counts in years that begin in March, so that the leap day comes last: such a year has months of
/// 153 days per five, and 400 of them have 146,097 days.
fn civil(day: i128) -> (i128, i128, i128) {
    let shifted = day + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_of_era + i128::from(month <= 2), month, day)
}

/// Decimal seconds and an `s`, as CEL's `string(duration)` gives them (`5400s`, `0.1s`).
pub(crate) fn duration_seconds_text(nanos: i64) -> String {
    // Go's `Duration.Seconds`: whole seconds and the rest are rounded apart, then added.
    let seconds = i64_to_f64(nanos / 1_000_000_000) + i64_to_f64(nanos % 1_000_000_000) / 1e9;
    format!("{seconds}s")
}

/// Go's `time.Duration.String`: `1h30m0s`, `1.5s`, `100ms`, `1µs`, `0s`.
pub(super) fn go_duration(nanos: i64) -> String {
    let magnitude = nanos.unsigned_abs();
    let mut text = String::from(if nanos < 0 { "-" } else { "" });
    match magnitude {
        0 => text.push_str("0s"),
        1..1_000 => push_unit(&mut text, magnitude, 1, "ns"),
        1_000..1_000_000 => push_unit(&mut text, magnitude, 1_000, "µs"),
        1_000_000..1_000_000_000 => push_unit(&mut text, magnitude, 1_000_000, "ms"),
        _ => push_clock(&mut text, magnitude),
    }
    text
}

fn push_clock(text: &mut String, nanos: u64) {
    let minutes = nanos / 60_000_000_000;
    // Writing into a `String` cannot fail.
    let _ = match minutes {
        0 => Ok(()),
        1..60 => write!(text, "{minutes}m"),
        _ => write!(text, "{}h{}m", minutes / 60, minutes % 60),
    };
    push_unit(text, nanos % 60_000_000_000, 1_000_000_000, "s");
}

/// `value / unit` with its decimals, trailing zeros dropped.
fn push_unit(text: &mut String, value: u64, unit: u64, name: &str) {
    let digits = unit.ilog10() as usize;
    let _ = write!(text, "{}", value / unit);
    let rest = format!("{:0digits$}", value % unit);
    let rest = rest.trim_end_matches('0');
    if digits > 0 && !rest.is_empty() {
        let _ = write!(text, ".{rest}");
    }
    text.push_str(name);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_go_writes_them() {
        for (nanos, text) in [
            (0, "0s"),
            (1, "1ns"),
            (1_100, "1.1µs"),
            (2_200_000, "2.2ms"),
            (1_000_000_000, "1s"),
            (60_000_000_000, "1m0s"),
            (5_400_000_000_000, "1h30m0s"),
            (3_661_001_000_000, "1h1m1.001s"),
            (-1_500_000_000, "-1.5s"),
            (i64::MAX, "2562047h47m16.854775807s"),
            (i64::MIN, "-2562047h47m16.854775808s"),
        ] {
            assert_eq!(go_duration(nanos), text);
        }
    }

    #[test]
    fn cel_writes_durations_in_seconds() {
        assert_eq!(duration_seconds_text(5_400_000_000_000), "5400s");
        assert_eq!(duration_seconds_text(-100_000_000), "-0.1s");
        assert_eq!(duration_seconds_text(1), "0.000000001s");
        assert_eq!(duration_seconds_text(i64::MAX), "9223372036.854776s");
    }

    #[test]
    fn timestamps_carry_the_decimals_they_need() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(1_500_000_000), "1970-01-01T00:00:01.5Z");
        assert_eq!(rfc3339(MIN_SECONDS * NANOS), "0001-01-01T00:00:00Z");
        assert_eq!(rfc3339(253_402_300_799_999_999_999), "9999-12-31T23:59:59.999999999Z");
        assert_eq!(rfc3339(951_782_400 * NANOS), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999999999Z");
    }

    #[test]
    fn dates_agree_with_another_calendar() {
        for day in (-719_162..2_932_000).step_by(97) {
            let stamp = jiff::Timestamp::from_second(day * 86_400).unwrap();
            assert_eq!(rfc3339(i128::from(day) * 86_400 * NANOS), stamp.to_string());
        }
    }
}
