//! Durations and timestamps. The types' own golden tables are in `scalar`.

use super::{gives, i, is_no_overload, message, on, run, s};
use crate::cel::Value;

#[test]
fn conversions_read_text_and_seconds() {
    gives(run("duration", &[s("1h30m")]), Value::Duration(5_400_000_000_000));
    gives(run("timestamp", &[i(-1)]), Value::Timestamp(-1_000_000_000));
    gives(run("timestamp", &[s("1970-01-01T01:00:00+01:00")]), Value::Timestamp(0));
    gives(run("timestamp", &[Value::Timestamp(5)]), Value::Timestamp(5));
    assert!(message(run("duration", &[s("30d")])).ends_with("the largest unit is h; 30d = 720h"));
    assert!(message(run("timestamp", &[s("tomorrow")])).starts_with("`tomorrow` is not a timestamp"));
    assert_eq!(message(run("timestamp", &[i(253_402_300_800)])), "timestamp outside years 0001 to 9999");
    assert!(is_no_overload(&run("duration", &[i(1)])));
}

#[test]
fn fields_are_read_in_utc_or_a_zone() {
    let at = run("timestamp", &[s("2023-12-31T23:30:45.678Z")]).unwrap();
    for (name, utc, berlin) in [
        ("getFullYear", 2023, 2024),
        ("getMonth", 11, 0),
        ("getDayOfYear", 364, 0),
        ("getDayOfMonth", 30, 0),
        ("getDate", 31, 1),
        ("getDayOfWeek", 0, 1),
        ("getHours", 23, 0),
        ("getMinutes", 30, 30),
        ("getSeconds", 45, 45),
        ("getMilliseconds", 678, 678),
    ] {
        gives(on(name, std::slice::from_ref(&at)), i(utc));
        gives(on(name, &[at.clone(), s("Europe/Berlin")]), i(berlin));
        gives(on(name, &[at.clone(), s("+01:00")]), i(berlin));
    }
    assert!(message(on("getDate", &[at, s("Nowhere")])).starts_with("unknown time zone `Nowhere`"));
}

#[test]
fn durations_are_cut_off_at_whole_units() {
    let of = |nanos, name| on(name, &[Value::Duration(nanos)]);
    gives(of(-5_400_000_000_001, "getHours"), i(-1));
    gives(of(5_400_000_000_000, "getMinutes"), i(90));
    gives(of(1_999_999_999, "getSeconds"), i(1));
    gives(of(1_999_999_999, "getMilliseconds"), i(1999));
}
