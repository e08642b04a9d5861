//! Durations and timestamps: conversions and accessors (cel-go `common/types/{duration,timestamp}.go`).

use jiff::civil::DateTime;

use crate::cel::value::floor_to_i64;
use crate::cel::{Result, Value};
use crate::scalar::duration;
use crate::scalar::timestamp;
use crate::scalar::timezone::Zone;

use super::cost::ONE;
use super::row::{global, invalid, method, mismatch, pure};
use super::{Environment, Function, Overload, Ty};

const AT: &[Ty] = &[Ty::Timestamp];
const AT_ZONE: &[Ty] = &[Ty::Timestamp, Ty::String];

/// The two rows of a timestamp's field: in UTC, and in a zone.
macro_rules! field {
    ($id:literal, $zone_id:literal, $field:expr) => {{
        const READ: fn(&DateTime) -> i64 = $field;
        (
            method($id, AT, Ty::Int, ONE, |args, _| read(args, READ)),
            method($zone_id, AT_ZONE, Ty::Int, ONE, |args, _| read(args, READ)),
        )
    }};
}

/// A row that takes a timestamp, and a duration as well if it says so.
macro_rules! accessor {
    ($name:literal, $id:literal, $zone_id:literal, $field:expr, $doc:literal, $example:literal $(, $duration:expr)?) => {
        Function {
            name: $name,
            overloads: {
                const FIELD: (Overload, Overload) = field!($id, $zone_id, $field);
                &[FIELD.0, FIELD.1, $($duration)?]
            },
            doc: $doc,
            example: $example,
            since: Environment::Base,
        }
    };
}

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "duration",
        overloads: &[
            global("duration_to_duration", &[Ty::Duration], Ty::Duration, ONE, pure!([same] => Ok(same.clone()))),
            global(
                "string_to_duration",
                &[Ty::String],
                Ty::Duration,
                ONE,
                pure!(
                    [Value::String(text)] => match duration::parse(text) {
                        Ok(nanos) => Ok(Value::Duration(nanos)),
                        Err(error) => Err(invalid(error.to_string())),
                    }
                ),
            ),
        ],
        doc: "The duration that a text says: numbers with units h, m, s, ms, us, ns. Faults on any other text and \
              beyond 292 years.",
        example: "duration('1h30m') == duration('90m') && duration('-1.5s') < duration('0')",
        since: Environment::Base,
    },
    Function {
        name: "timestamp",
        overloads: &[
            global("timestamp_to_timestamp", AT, Ty::Timestamp, ONE, pure!([same] => Ok(same.clone()))),
            global(
                "int64_to_timestamp",
                &[Ty::Int],
                Ty::Timestamp,
                ONE,
                pure!(
                    [Value::Int(seconds)] => instant(timestamp::from_unix_seconds(*seconds))
                ),
            ),
            global(
                "string_to_timestamp",
                &[Ty::String],
                Ty::Timestamp,
                ONE,
                pure!(
                    [Value::String(text)] => instant(timestamp::parse(text))
                ),
            ),
        ],
        doc: "The instant that an RFC 3339 text or a count of Unix seconds says, in years 1 to 9999. Faults otherwise.",
        example: "timestamp('1970-01-01T01:00:00+01:00') == timestamp(0)",
        since: Environment::Base,
    },
    accessor!(
        "getFullYear",
        "timestamp_to_year",
        "timestamp_to_year_with_tz",
        |at| at.year().into(),
        "The year, in UTC or a time zone (`Europe/Berlin`, `+01:00`).",
        "timestamp('2026-01-01T00:30:00Z').getFullYear() == 2026 && timestamp('2026-01-01T00:30:00Z').getFullYear('-01:00') == 2025"
    ),
    accessor!(
        "getMonth",
        "timestamp_to_month",
        "timestamp_to_month_with_tz",
        |at| i64::from(at.month()) - 1,
        "The month from 0 (January), in UTC or a time zone.",
        "timestamp('2026-12-01T00:00:00Z').getMonth() == 11 && timestamp('2026-12-01T00:00:00Z').getMonth('-01:00') == 10"
    ),
    accessor!(
        "getDayOfYear",
        "timestamp_to_day_of_year",
        "timestamp_to_day_of_year_with_tz",
        |at| i64::from(at.day_of_year()) - 1,
        "The day of the year from 0, in UTC or a time zone.",
        "timestamp('2026-01-02T00:00:00Z').getDayOfYear() == 1 && timestamp('2026-01-02T00:00:00Z').getDayOfYear('-01:00') == 0"
    ),
    accessor!(
        "getDayOfMonth",
        "timestamp_to_day_of_month",
        "timestamp_to_day_of_month_with_tz",
        |at| i64::from(at.day()) - 1,
        "The day of the month from 0, in UTC or a time zone.",
        "timestamp('2026-01-02T00:00:00Z').getDayOfMonth() == 1 && timestamp('2026-01-02T00:00:00Z').getDayOfMonth('-01:00') == 0"
    ),
    accessor!(
        "getDate",
        "timestamp_to_day_of_month_1_based",
        "timestamp_to_day_of_month_1_based_with_tz",
        |at| at.day().into(),
        "The day of the month from 1, in UTC or a time zone.",
        "timestamp('2026-01-02T00:00:00Z').getDate() == 2 && timestamp('2026-01-02T00:00:00Z').getDate('-01:00') == 1"
    ),
    accessor!(
        "getDayOfWeek",
        "timestamp_to_day_of_week",
        "timestamp_to_day_of_week_with_tz",
        |at| at.weekday().to_sunday_zero_offset().into(),
        "The day of the week from 0 (Sunday), in UTC or a time zone.",
        "timestamp('2026-11-25T13:00:00Z').getDayOfWeek() == 3 && timestamp('2026-11-25T13:00:00Z').getDayOfWeek('+12:00') == 4"
    ),
    accessor!(
        "getHours",
        "timestamp_to_hours",
        "timestamp_to_hours_with_tz",
        |at| at.hour().into(),
        "The hour of the day, in UTC or a time zone; of a duration, all its whole hours.",
        "timestamp('2026-11-25T13:00:00Z').getHours('Europe/Berlin') == 14 && duration('90m').getHours() == 1",
        method("duration_to_hours", &[Ty::Duration], Ty::Int, ONE, |args, _| whole(args, duration::hours))
    ),
    accessor!(
        "getMinutes",
        "timestamp_to_minutes",
        "timestamp_to_minutes_with_tz",
        |at| at.minute().into(),
        "The minute of the hour, in UTC or a time zone; of a duration, all its whole minutes.",
        "timestamp('2026-11-25T13:05:00Z').getMinutes() == 5 && duration('2h').getMinutes() == 120 && timestamp('2026-11-25T13:05:00Z').getMinutes('+05:30') == 35",
        method("duration_to_minutes", &[Ty::Duration], Ty::Int, ONE, |args, _| whole(args, duration::minutes))
    ),
    accessor!(
        "getSeconds",
        "timestamp_to_seconds",
        "timestamp_to_seconds_tz",
        |at| at.second().into(),
        "The second of the minute; of a duration, all its whole seconds.",
        "timestamp('2026-11-25T13:00:07Z').getSeconds() == 7 && duration('2m').getSeconds() == 120 && timestamp('2026-11-25T13:00:07Z').getSeconds('Europe/Berlin') == 7",
        method("duration_to_seconds", &[Ty::Duration], Ty::Int, ONE, |args, _| whole(args, duration::seconds))
    ),
    accessor!(
        "getMilliseconds",
        "timestamp_to_milliseconds",
        "timestamp_to_milliseconds_with_tz",
        |at| i64::from(at.subsec_nanosecond() / 1_000_000),
        "The millisecond of the second; of a duration, all its whole milliseconds.",
        "timestamp('2026-11-25T13:00:00.123Z').getMilliseconds() == 123 && duration('2s').getMilliseconds() == 2000 && timestamp('2026-11-25T13:00:00.123Z').getMilliseconds('Europe/Berlin') == 123",
        method(
            "duration_to_milliseconds",
            &[Ty::Duration],
            Ty::Int,
            ONE,
            pure!(
                [Value::Duration(nanos)] => Ok(Value::Int(nanos / 1_000_000))
            )
        )
    ),
];

fn instant(nanos: std::result::Result<i128, timestamp::TimestampError>) -> Result {
    nanos.map(Value::Timestamp).map_err(|error| invalid(error.to_string()))
}

/// A field of the wall clock, in UTC or the zone of the second argument.
fn read(args: &[Value], field: fn(&DateTime) -> i64) -> Result {
    let (nanos, zone) = match args {
        [Value::Timestamp(nanos)] => (*nanos, Ok(Zone::Utc)),
        [Value::Timestamp(nanos), Value::String(zone)] => (*nanos, Zone::parse(zone)),
        _ => return Err(mismatch()),
    };
    let civil = zone.and_then(|zone| zone.civil(nanos)).map_err(|error| invalid(error.to_string()))?;
    Ok(Value::Int(field(&civil)))
}

/// A duration in whole units, as cel-go cuts off Go's double.
fn whole(args: &[Value], unit: fn(i64) -> f64) -> Result {
    let [Value::Duration(nanos)] = args else { return Err(mismatch()) };
    floor_to_i64(unit(*nanos)).map(Value::Int).ok_or_else(mismatch)
}
