use proptest::prelude::*;

use super::{MAX, MIN, TimestampError, add, between, format, from_unix_seconds, parse, unix_seconds};

/// Text; nanoseconds since the epoch, normal form. Recorded from Go 1.26 (`time.Parse(time.RFC3339, …)`),
/// within cel-go's range.
type Golden = (&'static str, Option<(i128, &'static str)>);

const GOLDEN: &[Golden] = &[
    ("2026-11-25T13:00:00Z", Some((1_795_611_600_000_000_000, "2026-11-25T13:00:00Z"))),
    ("2026-11-25T13:00:00.5Z", Some((1_795_611_600_500_000_000, "2026-11-25T13:00:00.5Z"))),
    ("2026-11-25T13:00:00.123456789Z", Some((1_795_611_600_123_456_789, "2026-11-25T13:00:00.123456789Z"))),
    ("2026-11-25T13:00:00.1234567899Z", Some((1_795_611_600_123_456_789, "2026-11-25T13:00:00.123456789Z"))),
    ("2026-11-25T13:00:00+01:00", Some((1_795_608_000_000_000_000, "2026-11-25T12:00:00Z"))),
    ("2026-11-25T13:00:00-23:59", Some((1_795_697_940_000_000_000, "2026-11-26T12:59:00Z"))),
    ("2026-11-25T13:00:00+24:00", Some((1_795_525_200_000_000_000, "2026-11-24T13:00:00Z"))),
    ("2026-11-25T13:00:00+24:60", Some((1_795_521_600_000_000_000, "2026-11-24T12:00:00Z"))),
    ("2026-11-25T13:00:00+25:00", None),
    ("2026-11-25T13:00:00+01:61", None),
    ("2026-11-25T1:00:00Z", Some((1_795_568_400_000_000_000, "2026-11-25T01:00:00Z"))),
    ("2026-11-25T13:00:00,5Z", Some((1_795_611_600_500_000_000, "2026-11-25T13:00:00.5Z"))),
    ("2026-11-25t13:00:00Z", None),
    ("2026-11-25T13:00:00z", None),
    ("2026-11-25 13:00:00Z", None),
    ("2026-11-25", None),
    ("2026-11-25T13:00Z", None),
    ("2026-11-25T13:00:00", None),
    ("2026-11-25T13:00:60Z", None),
    ("2026-11-25T24:00:00Z", None),
    ("2026-11-25T13:60:00Z", None),
    ("2026-02-29T00:00:00Z", None),
    ("2024-02-29T00:00:00Z", Some((1_709_164_800_000_000_000, "2024-02-29T00:00:00Z"))),
    ("2026-13-01T00:00:00Z", None),
    ("2026-00-01T00:00:00Z", None),
    ("2026-01-00T00:00:00Z", None),
    ("2026-01-32T00:00:00Z", None),
    ("0001-01-01T00:00:00Z", Some((-62_135_596_800_000_000_000, "0001-01-01T00:00:00Z"))),
    ("0000-12-31T23:59:59Z", None),
    ("0001-01-01T00:00:00+00:01", None),
    ("9999-12-31T23:59:59.999999999Z", Some((253_402_300_799_999_999_999, "9999-12-31T23:59:59.999999999Z"))),
    ("9999-12-31T23:59:59-00:01", None),
    ("1970-01-01T00:00:00Z", Some((0, "1970-01-01T00:00:00Z"))),
    ("1969-12-31T23:59:59.999999999Z", Some((-1, "1969-12-31T23:59:59.999999999Z"))),
    ("10000-01-01T00:00:00Z", None),
    ("2026-11-25T13:00:00.Z", None),
    ("2026-11-25T13:00:00Z ", None),
    (" 2026-11-25T13:00:00Z", None),
    ("2026-1-25T13:00:00Z", None),
    ("2026-11-25T13:0:00Z", None),
    ("2026-11-25T13:00:0Z", None),
    ("2026-11-25T13:00:00+0100", None),
    ("2026-11-25T13:00:00+1:00", None),
    ("2026-11-25T013:00:00Z", None),
    ("+026-11-25T13:00:00Z", None),
    ("", None),
    ("2026-11-25T13:00:00.5,5Z", None),
    ("1677-09-21T00:12:43.145224191Z", Some((-9_223_372_036_854_775_809, "1677-09-21T00:12:43.145224191Z"))),
    ("2262-04-11T23:47:16.854775808Z", Some((9_223_372_036_854_775_808, "2262-04-11T23:47:16.854775808Z"))),
];

#[test]
fn texts_mean_what_they_mean_to_go() {
    for (text, expected) in GOLDEN {
        let found = parse(text).ok();
        assert_eq!(found.map(|n| (n, format(n))), expected.map(|(n, normal)| (n, normal.to_owned())), "{text:?}");
    }
}

#[test]
fn the_range_is_years_1_to_9999() {
    assert_eq!(format(MIN), "0001-01-01T00:00:00Z");
    assert_eq!(format(MAX), "9999-12-31T23:59:59.999999999Z");
    assert_eq!(add(MAX, 1), Err(TimestampError::Range));
    assert_eq!(add(MIN, -1), Err(TimestampError::Range));
    assert_eq!(from_unix_seconds(253_402_300_800), Err(TimestampError::Range));
    assert_eq!(from_unix_seconds(i64::MIN), Err(TimestampError::Range));
    assert_eq!(between(MAX, MIN), None);
    assert_eq!(between(5, 7), Some(-2));
    assert_eq!(unix_seconds(-1), -1);
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn printing_and_reading_keeps_the_instant(nanos in MIN..=MAX) {
        prop_assert_eq!(parse(&format(nanos)), Ok(nanos));
    }
}
