use proptest::prelude::*;

use super::Zone;
use crate::scalar::timestamp;

/// Zone; the wall clock in it at 2026-03-29T00:30:15Z. Recorded from Go 1.26 by cel-go's rules.
const GOLDEN: &[(&str, Option<&str>)] = &[
    ("", Some("2026-03-29T00:30:15")),
    ("UTC", Some("2026-03-29T00:30:15")),
    ("utc", None),
    ("Europe/Berlin", Some("2026-03-29T01:30:15")),
    ("europe/berlin", None),
    ("America/New_York", Some("2026-03-28T20:30:15")),
    ("US/Central", Some("2026-03-28T19:30:15")),
    ("Asia/Kathmandu", Some("2026-03-29T06:15:15")),
    ("Local", Some("2026-03-29T00:30:15")),
    ("Nowhere/City", None),
    ("GMT", Some("2026-03-29T00:30:15")),
    ("EST5EDT", Some("2026-03-28T20:30:15")),
    ("Etc/GMT+5", Some("2026-03-28T19:30:15")),
    ("../UTC", None),
    ("/UTC", None),
    ("+01:00", Some("2026-03-29T01:30:15")),
    ("-01:00", Some("2026-03-28T23:30:15")),
    ("-00:30", Some("2026-03-29T00:00:15")),
    ("01:00", Some("2026-03-29T01:30:15")),
    ("+1:00", Some("2026-03-29T01:30:15")),
    ("+14:00", Some("2026-03-29T14:30:15")),
    ("+25:00", Some("2026-03-30T01:30:15")),
    ("+01:60", None),
    ("+01:-1", None),
    ("+01:0", Some("2026-03-29T01:30:15")),
    ("+0100", None),
    ("+:", None),
    (":", None),
    (":30", None),
    ("1:2:3", None),
    ("+01:00 ", None),
    ("a:00", None),
    ("+100:00", Some("2026-04-02T04:30:15")),
    ("-24:01", Some("2026-03-28T00:29:15")),
];

#[test]
fn zones_mean_what_they_mean_to_cel_go() {
    let instant = timestamp::parse("2026-03-29T00:30:15.123456789Z").unwrap();
    for (zone, expected) in GOLDEN {
        // The machine's own zone is never meant.
        let expected = expected.filter(|_| *zone != "Local");
        let found =
            Zone::parse(zone).ok().map(|zone| zone.civil(instant).unwrap().strftime("%Y-%m-%dT%H:%M:%S").to_string());
        assert_eq!(found.as_deref(), expected, "{zone:?}");
    }
}

proptest! {
    #[test]
    fn nothing_panics(zone in any::<String>(), offset in "[+-]?[0-9]{0,20}:[0-9]{0,20}", nanos in timestamp::MIN..=timestamp::MAX) {
        for zone in [Zone::parse(&zone), Zone::parse(&offset), Zone::parse("Asia/Kathmandu")].into_iter().flatten() {
            let _ = zone.civil(nanos);
        }
    }
}
