use proptest::prelude::*;

use super::{DurationError, HOUR, format, hours, minutes, parse, seconds, to_cel_string};

/// Text; nanoseconds, Go's form, CEL's form. Recorded from Go 1.26.
type Golden = (&'static str, Option<(i64, &'static str, &'static str)>);

const GOLDEN: &[Golden] = &[
    ("0", Some((0, "0s", "0s"))),
    ("-0", Some((0, "0s", "0s"))),
    ("+0", Some((0, "0s", "0s"))),
    ("", None),
    ("-", None),
    ("5s", Some((5_000_000_000, "5s", "5s"))),
    ("30s", Some((30_000_000_000, "30s", "30s"))),
    ("1478s", Some((1_478_000_000_000, "24m38s", "1478s"))),
    ("-5s", Some((-5_000_000_000, "-5s", "-5s"))),
    ("+5s", Some((5_000_000_000, "5s", "5s"))),
    ("5.0s", Some((5_000_000_000, "5s", "5s"))),
    ("5.6s", Some((5_600_000_000, "5.6s", "5.6s"))),
    ("5.s", Some((5_000_000_000, "5s", "5s"))),
    (".5s", Some((500_000_000, "500ms", "0.5s"))),
    ("1.0s", Some((1_000_000_000, "1s", "1s"))),
    ("1.00s", Some((1_000_000_000, "1s", "1s"))),
    ("1.004s", Some((1_004_000_000, "1.004s", "1.004s"))),
    ("1.0040s", Some((1_004_000_000, "1.004s", "1.004s"))),
    ("100.00100s", Some((100_001_000_000, "1m40.001s", "100.001s"))),
    ("10ns", Some((10, "10ns", "0.00000001s"))),
    ("11us", Some((11000, "11\u{b5}s", "0.000011s"))),
    ("12\u{b5}s", Some((12000, "12\u{b5}s", "0.000012s"))),
    ("12\u{3bc}s", Some((12000, "12\u{b5}s", "0.000012s"))),
    ("13ms", Some((13_000_000, "13ms", "0.013s"))),
    ("14s", Some((14_000_000_000, "14s", "14s"))),
    ("15m", Some((900_000_000_000, "15m0s", "900s"))),
    ("16h", Some((57_600_000_000_000, "16h0m0s", "57600s"))),
    ("3h30m", Some((12_600_000_000_000, "3h30m0s", "12600s"))),
    ("10.5s4m", Some((250_500_000_000, "4m10.5s", "250.5s"))),
    ("-2m3.4s", Some((-123_400_000_000, "-2m3.4s", "-123.4s"))),
    ("1h2m3s4ms5us6ns", Some((3_723_004_005_006, "1h2m3.004005006s", "3723.004005006s"))),
    ("39h9m14.425s", Some((140_954_425_000_000, "39h9m14.425s", "140954.425s"))),
    ("52763797000ns", Some((52_763_797_000, "52.763797s", "52.763797s"))),
    ("0.3333333333333333333h", Some((1_200_000_000_000, "20m0s", "1200s"))),
    ("9007199254740993ns", Some((9_007_199_254_740_993, "2501h59m59.254740993s", "9007199.254740993s"))),
    ("9223372036854775807ns", Some((9_223_372_036_854_775_807, "2562047h47m16.854775807s", "9223372036.854776s"))),
    ("9223372036854775.807us", Some((9_223_372_036_854_775_807, "2562047h47m16.854775807s", "9223372036.854776s"))),
    ("9223372036s854ms775us807ns", Some((9_223_372_036_854_775_807, "2562047h47m16.854775807s", "9223372036.854776s"))),
    ("-9223372036854775808ns", Some((-9_223_372_036_854_775_808, "-2562047h47m16.854775808s", "-9223372036.854776s"))),
    ("-9223372036854775.808us", Some((-9_223_372_036_854_775_808, "-2562047h47m16.854775808s", "-9223372036.854776s"))),
    ("9223372036854775808ns", None),
    ("-9223372036854775809ns", None),
    ("9223372036854ms775us808ns", None),
    ("0.100000000000000000000h", Some((360_000_000_000, "6m0s", "360s"))),
    ("0.830103483285477580700h", Some((2_988_372_539_827, "49m48.372539827s", "2988.372539827s"))),
    ("24h", Some((86_400_000_000_000, "24h0m0s", "86400s"))),
    ("24h0m0s", Some((86_400_000_000_000, "24h0m0s", "86400s"))),
    ("720h", Some((2_592_000_000_000_000, "720h0m0s", "2592000s"))),
    ("720h0m0s", Some((2_592_000_000_000_000, "720h0m0s", "2592000s"))),
    ("30d", None),
    ("1w", None),
    ("1d", None),
    ("1.5d", None),
    ("3", None),
    ("-3", None),
    (".", None),
    (".s", None),
    ("-.", None),
    ("+.s", None),
    ("1 h", None),
    ("1h 30m", None),
    (" 1h", None),
    ("1h ", None),
    ("1H", None),
    ("1hour", None),
    ("1e3s", None),
    ("--1s", None),
    ("1s1", None),
    ("\u{fffd}\u{fffd}", None),
    ("\u{ffff}", None),
    ("hello \u{ffff}", None),
    ("3000000h", None),
    ("2562047h47m16.854775807s", Some((9_223_372_036_854_775_807, "2562047h47m16.854775807s", "9223372036.854776s"))),
    ("2562047h47m16.854775808s", None),
    (
        "-2562047h47m16.854775808s",
        Some((-9_223_372_036_854_775_808, "-2562047h47m16.854775808s", "-9223372036.854776s")),
    ),
    ("1us", Some((1000, "1\u{b5}s", "0.000001s"))),
    ("1.5us", Some((1500, "1.5\u{b5}s", "0.0000015s"))),
    ("1500ns", Some((1500, "1.5\u{b5}s", "0.0000015s"))),
    ("999ms", Some((999_000_000, "999ms", "0.999s"))),
    ("1ms", Some((1_000_000, "1ms", "0.001s"))),
    ("1.0000000001s", Some((1_000_000_000, "1s", "1s"))),
    ("0.0000000009s", Some((0, "0s", "0s"))),
    ("100000000h", None),
    ("1m", Some((60_000_000_000, "1m0s", "60s"))),
    ("60s", Some((60_000_000_000, "1m0s", "60s"))),
    ("90m", Some((5_400_000_000_000, "1h30m0s", "5400s"))),
    ("0.9999999999s", Some((999_999_999, "999.999999ms", "0.999999999s"))),
    ("99999999999999999999s", None),
    ("0s", Some((0, "0s", "0s"))),
    ("00005s", Some((5_000_000_000, "5s", "5s"))),
];

#[test]
fn texts_mean_what_they_mean_to_go() {
    for (text, expected) in GOLDEN {
        let found = parse(text).ok();
        let expected = expected.map(|(nanos, go, cel)| (nanos, go.to_owned(), cel.to_owned()));
        assert_eq!(found.map(|n| (n, format(n), to_cel_string(n))), expected, "{text:?}");
    }
}

/// Nanoseconds; whole hours, minutes, seconds, milliseconds as Go's accessors cut them off.
const PARTS: &[(i64, i64, i64, i64, i64)] = &[
    (0, 0, 0, 0, 0),
    (1, 0, 0, 0, 0),
    (-1, 0, 0, 0, 0),
    (999_999_999, 0, 0, 0, 999),
    (1_000_000_000, 0, 0, 1, 1000),
    (3_599_999_999_999, 0, 59, 3599, 3_599_999),
    (-3_599_999_999_999, 0, -59, -3599, -3_599_999),
    (3_600_000_000_000, 1, 60, 3600, 3_600_000),
    (9_223_372_036_854_775_807, 2_562_047, 153_722_867, 9_223_372_036, 9_223_372_036_854),
    (-9_223_372_036_854_775_808, -2_562_047, -153_722_867, -9_223_372_036, -9_223_372_036_854),
    (9_223_369_199_999_999_999, 2_562_047, 153_722_820, 9_223_369_200, 9_223_369_199_999),
    (5_400_000_000_000, 1, 90, 5400, 5_400_000),
    (-5_400_000_000_001, -1, -90, -5400, -5_400_000),
    (123_456_789_012_345_678, 34293, 2_057_613, 123_456_789, 123_456_789_012),
];

#[test]
#[expect(clippy::cast_possible_truncation, reason = "cutting off is what the accessors do")]
fn accessors_round_as_go_does() {
    for (nanos, h, m, s, ms) in PARTS {
        let found = (hours(*nanos) as i64, minutes(*nanos) as i64, seconds(*nanos) as i64, nanos / 1_000_000);
        assert_eq!(found, (*h, *m, *s, *ms), "{nanos}");
    }
}

#[test]
fn case_026_days_are_refused_with_the_same_in_hours() {
    let error = parse("30d").unwrap_err();
    assert_eq!(error, DurationError::Calendar { text: "30d".to_owned(), hours: 720 });
    assert!(error.to_string().ends_with("the largest unit is h; 30d = 720h"), "{error}");
    assert_eq!(parse("720h").unwrap(), parse("720h0m0s").unwrap());
    assert_eq!(parse("5").unwrap_err(), DurationError::NoUnit("5".to_owned()));
    assert!(matches!(parse("5y"), Err(DurationError::Unit { .. })));
    assert!(matches!(parse("99999999999999999999d"), Err(DurationError::Unit { .. } | DurationError::Overflow(_))));
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn no_near_duration_panics(text in "[+-]?([0-9]{0,22}\\.?[0-9]{0,22}(ns|us|\u{b5}s|ms|s|m|h|d|)){0,4}") {
        let _ = parse(&text);
    }

    #[test]
    fn printing_and_reading_keeps_the_value(nanos in any::<i64>()) {
        prop_assert_eq!(parse(&format(nanos)), Ok(nanos));
    }

    #[test]
    fn short_durations_survive_cel_strings(nanos in -HOUR..HOUR) {
        prop_assert!((parse(&to_cel_string(nanos)).unwrap() - nanos).abs() <= 1);
    }
}
