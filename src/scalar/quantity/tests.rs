use std::cmp::Ordering;

use proptest::prelude::*;

use super::{Quantity, QuantityError, Style};

fn quantity(text: &str) -> Quantity {
    Quantity::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Text; canonical form, value as an integer, value as a double. Recorded from apimachinery v0.37.2
/// (`ParseQuantity`, `CanonicalizeBytes`, `AsInt64`, `AsApproximateFloat64`).
type Golden = (&'static str, Option<(&'static str, Option<i64>, &'static str)>);

const GOLDEN: &[Golden] = &[
    ("0", Some(("0", Some(0), "0e+00"))),
    ("", None),
    ("-", Some(("0", Some(0), "0e+00"))),
    ("+", Some(("0", Some(0), "0e+00"))),
    (".", Some(("0", Some(0), "0e+00"))),
    ("-.", Some(("0", Some(0), "0e+00"))),
    ("1", Some(("1", Some(1), "1e+00"))),
    ("+1", Some(("1", Some(1), "1e+00"))),
    ("-1", Some(("-1", Some(-1), "-1e+00"))),
    ("01", Some(("1", Some(1), "1e+00"))),
    ("1.", Some(("1", Some(1), "1e+00"))),
    ("1.k", Some(("1k", Some(1000), "1e+03"))),
    (".5", Some(("500m", None, "5e-01"))),
    ("-.5", Some(("-500m", None, "-5e-01"))),
    (".k", Some(("0", Some(0), "0e+00"))),
    ("5.Ki", Some(("5Ki", Some(5120), "5.12e+03"))),
    (".5Ki", Some(("512", None, "5.12e+02"))),
    ("1.5Gi", Some(("1536Mi", None, "1.610612736e+09"))),
    ("1536Mi", Some(("1536Mi", Some(1_610_612_736), "1.610612736e+09"))),
    ("2048Mi", Some(("2Gi", Some(2_147_483_648), "2.147483648e+09"))),
    ("2Gi", Some(("2Gi", Some(2_147_483_648), "2.147483648e+09"))),
    ("1000m", Some(("1", None, "1e+00"))),
    ("1500m", Some(("1500m", None, "1.5e+00"))),
    ("100m", Some(("100m", None, "1e-01"))),
    ("0.1", Some(("100m", None, "1e-01"))),
    ("0.1m", Some(("100u", None, "1e-04"))),
    ("1e3", Some(("1e3", Some(1000), "1e+03"))),
    ("1E3", Some(("1e3", Some(1000), "1e+03"))),
    ("1k", Some(("1k", Some(1000), "1e+03"))),
    ("1E", Some(("1E", Some(1_000_000_000_000_000_000), "1e+18"))),
    ("1Ei", Some(("1Ei", None, "1.152921504606847e+18"))),
    ("8Ei", Some(("9223372036854775807", None, "9.223372036854776e+18"))),
    ("7Ei", Some(("7Ei", None, "8.070450532247929e+18"))),
    ("9Ei", Some(("9223372036854775807", None, "9.223372036854776e+18"))),
    ("-9Ei", Some(("-9223372036854775807", None, "-9.223372036854776e+18"))),
    ("16Ei", Some(("9223372036854775807", None, "9.223372036854776e+18"))),
    ("1e20", Some(("100e18", None, "1e+20"))),
    ("1e21", Some(("1e21", None, "1e+21"))),
    ("1e-9", Some(("1e-9", None, "1e-09"))),
    ("1e-10", Some(("1e-9", None, "1e-09"))),
    ("0.1n", Some(("1n", None, "1e-09"))),
    ("-0.1n", Some(("-1n", None, "-1e-09"))),
    ("1n", Some(("1n", None, "1e-09"))),
    ("1000n", Some(("1u", None, "1.0000000000000002e-06"))),
    ("1000000n", Some(("1m", None, "1e-03"))),
    ("0.5n", Some(("1n", None, "1e-09"))),
    ("1.1n", Some(("2n", None, "2e-09"))),
    ("9223372036854775807", Some(("9223372036854775807", None, "9.223372036854776e+18"))),
    ("9223372036854775808", Some(("9223372036854775808", None, "9.223372036854776e+18"))),
    ("-9223372036854775808", Some(("-9223372036854775808", None, "-9.223372036854776e+18"))),
    ("99999999999999999999", Some(("99999999999999999999", None, "1e+20"))),
    ("123456789012345678", Some(("123456789012345678", Some(123_456_789_012_345_678), "1.2345678901234568e+17"))),
    ("1234567890123456789", Some(("1234567890123456789", None, "1.234567890123457e+18"))),
    ("12345678901234567.8", Some(("12345678901234567800m", None, "1.2345678901234568e+16"))),
    ("123456789012345678.9", Some(("123456789012345678900m", None, "1.2345678901234568e+17"))),
    ("0.000000000001", Some(("1n", None, "1e-09"))),
    ("1.0000000001", Some(("1000000001n", None, "1.000000001e+00"))),
    ("1Ki", Some(("1Ki", Some(1024), "1.024e+03"))),
    ("1023", Some(("1023", Some(1023), "1.023e+03"))),
    ("1024", Some(("1024", Some(1024), "1.024e+03"))),
    ("1024Ki", Some(("1Mi", Some(1_048_576), "1.048576e+06"))),
    ("1.0Ki", Some(("1Ki", None, "1.024e+03"))),
    ("1.1Ki", Some(("1126400m", None, "1.1264e+03"))),
    ("0.1Ki", Some(("102400m", None, "1.024e+02"))),
    ("0.0001Ki", Some(("102400u", None, "1.024e-01"))),
    ("-0.0001Ki", Some(("-102400u", None, "-1.024e-01"))),
    ("0.001Mi", Some(("1048576m", None, "1.048576e+03"))),
    ("100Ki", Some(("100Ki", Some(102_400), "1.024e+05"))),
    ("1000Ki", Some(("1000Ki", Some(1_024_000), "1.024e+06"))),
    ("12e6", Some(("12e6", Some(12_000_000), "1.2e+07"))),
    ("12e7", Some(("120e6", Some(120_000_000), "1.2e+08"))),
    ("12E-1", Some(("1200e-3", None, "1.2000000000000002e+00"))),
    ("1.25e2", Some(("125", Some(125), "1.25e+02"))),
    ("1e400", Some(("10e399", None, "inf"))),
    ("0e400", Some(("0", Some(0), "NaN"))),
    ("-1e400", Some(("-10e399", None, "-inf"))),
    ("1e-400", Some(("1e-9", None, "1e-09"))),
    ("00", Some(("0", Some(0), "0e+00"))),
    ("00.00", Some(("0", None, "0e+00"))),
    ("0.0", Some(("0", None, "0e+00"))),
    ("0Ki", Some(("0", Some(0), "0e+00"))),
    ("0.0Gi", Some(("0", None, "0e+00"))),
    ("Gi", Some(("0", Some(0), "0e+00"))),
    ("Ki", Some(("0", Some(0), "0e+00"))),
    ("k", Some(("0", Some(0), "0e+00"))),
    ("1K", None),
    ("1ki", None),
    ("1KI", None),
    ("1 ", None),
    ("\u{a0}1", None),
    (" 1", None),
    ("1 k", None),
    ("1b", None),
    ("1e", None),
    ("1e+3", Some(("1e3", Some(1000), "1e+03"))),
    ("1e-3", Some(("1e-3", None, "1e-03"))),
    ("1e3.5", None),
    ("1e1.5", None),
    ("e3", Some(("0", Some(0), "0e+00"))),
    ("--1", None),
    ("+-1", None),
    ("1.2.3", None),
    ("1..2", None),
    ("1,5", None),
    ("1_000", None),
    ("1u", Some(("1u", None, "1e-06"))),
    ("1U", None),
    ("1M", Some(("1M", Some(1_000_000), "1e+06"))),
    ("1G", Some(("1G", Some(1_000_000_000), "1e+09"))),
    ("1T", Some(("1T", Some(1_000_000_000_000), "1e+12"))),
    ("1P", Some(("1P", Some(1_000_000_000_000_000), "1e+15"))),
    ("12345678901234Ki", Some(("12345678901234Ki", None, "1.2641975194863616e+16"))),
    ("123456789012345Ki", Some(("123456789012345Ki", None, "1.2641975194864128e+17"))),
    ("999999999999Mi", Some(("999999999999Mi", None, "1.0485759999989516e+18"))),
    ("9007199254740993", Some(("9007199254740993", Some(9_007_199_254_740_993), "9.007199254740992e+15"))),
    ("0.3", Some(("300m", None, "3.0000000000000004e-01"))),
    ("0.30000000000000004", Some(("300000001n", None, "3.00000001e-01"))),
    ("1e15", Some(("1e15", Some(1_000_000_000_000_000), "1e+15"))),
    ("3.14159265358979323846", Some(("3141592654n", None, "3.141592654e+00"))),
    ("99999999999999999999999999999", Some(("99999999999999999999999999999", None, "1.0000000000000001e+29"))),
    ("1Mi", Some(("1Mi", Some(1_048_576), "1.048576e+06"))),
    ("1.5Ki", Some(("1536", None, "1.536e+03"))),
    ("1.5", Some(("1500m", None, "1.5e+00"))),
    ("1.5k", Some(("1500", Some(1500), "1.5e+03"))),
    ("1.5M", Some(("1500k", Some(1_500_000), "1.5e+06"))),
    ("1.05Gi", Some(("1127428915200m", None, "1.1274289152e+09"))),
    ("4.5e3", Some(("4500", Some(4500), "4.5e+03"))),
    ("1e1", Some(("10", Some(10), "1e+01"))),
    ("1e2", Some(("100", Some(100), "1e+02"))),
    ("10", Some(("10", Some(10), "1e+01"))),
    ("100", Some(("100", Some(100), "1e+02"))),
    ("10k", Some(("10k", Some(10000), "1e+04"))),
    ("1000k", Some(("1M", Some(1_000_000), "1e+06"))),
    ("1000000", Some(("1M", Some(1_000_000), "1e+06"))),
    ("1e0", Some(("1", Some(1), "1e+00"))),
    ("1n1", None),
    ("1m5", None),
    ("1k3", None),
    ("1Ki3", None),
    ("1ei", None),
    ("1Eie", None),
    ("1iK", None),
    ("１", None),
];

#[test]
fn texts_mean_what_they_mean_to_kubernetes() {
    for (text, expected) in GOLDEN {
        let found = Quantity::parse(text).ok();
        let found = found.map(|q| (q.to_string(), q.as_i64(), format!("{:e}", q.as_approximate_f64())));
        let expected = expected.map(|(canonical, integer, float)| {
            let float: f64 = float.parse().unwrap();
            (canonical.to_owned(), integer, format!("{float:e}"))
        });
        assert_eq!(found, expected, "{text:?}");
    }
}

#[test]
fn a_form_beyond_the_largest_suffix_keeps_its_value() {
    // Go prints `1` here, since it finds no suffix for 10^21.
    assert_eq!(quantity("1000E").to_string(), "1000E");
    assert_eq!(quantity("1000000000000000.1P").to_string(), "1000000000000000100T");
    assert_eq!(quantity(&format!("1{}", "0".repeat(50))), quantity("1e50"));
    assert_eq!(quantity("7Ei").add(&quantity("7Ei")).unwrap().to_string(), "14Ei");
}

#[test]
fn case_023_equal_quantities_in_other_spellings_compare_equal() {
    for (a, b) in
        [("2048Mi", "2Gi"), ("1.5Gi", "1536Mi"), ("1000m", "1"), ("1e3", "1k"), ("0", "0.0Ki"), ("1e400", "10e399")]
    {
        assert_eq!(quantity(a), quantity(b), "{a} {b}");
    }
    assert!(quantity("1Gi") > quantity("1G"));
    assert!(quantity("-1") < quantity("-1m"));
    assert!(quantity("1e9000") > quantity("9e8999"));
    assert!(quantity("1e9000") > quantity("170000000000000000000000000000n"));
}

#[test]
fn sums_take_the_style_of_the_left_side_unless_it_is_zero() {
    let sum = |a: &str, b: &str| quantity(a).add(&quantity(b)).unwrap();
    assert_eq!(sum("1Gi", "1G").to_string(), "2073741824");
    assert_eq!(sum("1Gi", "1Gi").to_string(), "2Gi");
    assert_eq!(sum("0", "1Gi").style(), Style::BinarySi);
    assert_eq!(sum("50k", "20k").to_string(), "70k");
    assert_eq!(sum("9223372036854775807", "1").to_string(), "9223372036854775808");
    assert_eq!(sum("1e20", "1m").to_string(), "100000000000000000000001e-3");
    assert_eq!(quantity("50k").sub(&quantity("20k")).unwrap(), quantity("30k"));
    assert_eq!(quantity("1").sub(&quantity("1n")).unwrap().to_string(), "999999999n");
}

#[test]
fn the_smallest_integer_can_be_subtracted() {
    // Go negates it onto itself and answers -2^63.
    let difference = quantity("0").sub(&Quantity::from_i64(i64::MIN)).unwrap();
    assert_eq!(difference, quantity("9223372036854775808"));
}

#[test]
fn what_does_not_fit_is_refused_and_never_wraps() {
    assert_eq!(quantity("1e100").add(&quantity("1n")).unwrap_err(), QuantityError::Overflow);
    let long = "1".repeat(40);
    assert_eq!(Quantity::parse(&long).unwrap_err(), QuantityError::TooLong(long.clone()));
    for text in ["1e4294967299", "1e99999999999999999999", "1e-10000"] {
        assert_eq!(Quantity::parse(text).unwrap_err(), QuantityError::Exponent(text.to_owned()));
    }
}

#[test]
fn an_unknown_suffix_is_named() {
    let error = Quantity::parse("1ki").unwrap_err().to_string();
    assert!(error.starts_with("`1ki` has the unknown suffix `ki`: use one of"), "{error}");
}

fn texts() -> impl Strategy<Value = String> {
    "[+-]?[0-9]{0,20}(\\.[0-9]{0,12})?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|e-?[0-9]{1,3})?"
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = Quantity::parse(&text);
    }

    #[test]
    fn printing_and_reading_keeps_the_value(text in texts()) {
        if let Ok(q) = Quantity::parse(&text) {
            let printed = q.to_string();
            prop_assert_eq!(Quantity::parse(&printed).unwrap(), q, "{}", printed);
            prop_assert_eq!(Quantity::parse(&printed).unwrap().to_string(), printed);
        }
    }

    #[test]
    fn order_is_total_and_agrees_with_differences(a in texts(), b in texts(), c in texts()) {
        let (Ok(a), Ok(b), Ok(c)) = (Quantity::parse(&a), Quantity::parse(&b), Quantity::parse(&c)) else { return Ok(()) };
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
        if let Ok(difference) = a.sub(&b) {
            prop_assert_eq!(a.cmp(&b), difference.sign().cmp(&0));
        }
    }

    #[test]
    fn integers_survive(value in any::<i64>()) {
        let text = value.to_string();
        prop_assert_eq!(quantity(&text).cmp(&Quantity::from_i64(value)), Ordering::Equal);
        prop_assert_eq!(Quantity::from_i64(value).as_i64(), Some(value));
    }
}
