//! Time zones of CEL's timestamp accessors: `Europe/Berlin`, `UTC`, `+01:00`.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::timestamp;

/// A time zone by name, or a fixed offset.
#[derive(Clone, Debug)]
pub enum Zone {
    /// UTC, which the empty name means, too.
    Utc,
    /// Minutes east of UTC. As in cel-go, hours have no bound of their own.
    Fixed(i64),
    /// From the bundled IANA database.
    Named(TimeZone),
}

/// Why a text names no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// Not in the IANA database.
    #[error("unknown time zone `{0}`: expected an IANA name, as in `Europe/Berlin`, or an offset, as in `+01:00`")]
    Unknown(String),
    /// Something with a colon that is no offset.
    #[error("`{0}` is not an offset from UTC: expected hours and minutes, as in `+01:00`")]
    Offset(String),
    /// The local time would leave the years that exist.
    #[error("timestamp outside years 0001 to 9999 in time zone")]
    Range,
}

impl Zone {
    /// Reads a zone as cel-go does: whatever has a colon is an offset, all else a name in exact spelling.
    pub fn parse(text: &str) -> Result<Self, ZoneError> {
        if let Some((hours, minutes)) = text.split_once(':') {
            return offset(text, hours, minutes).ok_or_else(|| ZoneError::Offset(text.to_owned()));
        }
        if matches!(text, "" | "UTC") {
            return Ok(Self::Utc);
        }
        // The database answers to any case; Go's is a file tree and does not. Its machine-local zone is
        // never meant by a catalog.
        let zone = jiff::tz::db().get(text).ok();
        let exact = zone.filter(|zone| zone.iana_name() == Some(text) && text != "Local");
        exact.map(Self::Named).ok_or_else(|| ZoneError::Unknown(text.to_owned()))
    }

    /// The wall clock in this zone at an instant.
    pub fn civil(&self, nanos: i128) -> Result<DateTime, ZoneError> {
        let east = match self {
            Self::Utc => 0,
            Self::Fixed(minutes) => i128::from(*minutes) * 60,
            Self::Named(zone) => {
                // Within the last day of year 9999 the zone's last offset holds.
                let instant = Timestamp::from_nanosecond(nanos).unwrap_or(Timestamp::MAX);
                zone.to_offset(instant).seconds().into()
            }
        };
        timestamp::utc(nanos + east * 1_000_000_000).ok_or(ZoneError::Range)
    }
}

/// Signed hours and minutes of 0 to 59; a `-` makes both negative.
fn offset(text: &str, hours: &str, minutes: &str) -> Option<Zone> {
    let hours: i64 = integer(hours)?;
    let minutes = integer(minutes).filter(|m| (0..60).contains(m))?;
    let hours = hours.checked_mul(60)?;
    let total = if text.starts_with('-') { hours.checked_sub(minutes) } else { hours.checked_add(minutes) };
    Some(Zone::Fixed(total?))
}

/// Go's `strconv.Atoi`: an optional sign and digits.
fn integer(text: &str) -> Option<i64> {
    text.parse().ok()
}
