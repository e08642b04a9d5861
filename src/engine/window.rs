//! Windows: when held changes may be applied. The time is passed in, so a preview can be made for any.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::api::Window;
use crate::scalar::cron::Schedule;
use crate::scalar::duration;

/// Longest window that is honoured, in minutes: a week.
const LONGEST: i64 = 7 * 24 * 60;
/// How far ahead the next start is looked for, in minutes: a month and a bit.
const AHEAD: i64 = 32 * 24 * 60;

/// Whether held changes may be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowState {
    /// Now.
    Open,
    /// Not now.
    Closed {
        /// The next start, if there is one within 32 days.
        next: Option<Timestamp>,
    },
}

/// Judges windows at a time; without any, it is always open. One that cannot be read never opens.
pub fn window_state(windows: &[Window], now: Timestamp) -> WindowState {
    if windows.is_empty() {
        return WindowState::Open;
    }
    let windows: Vec<_> = windows.iter().filter_map(Read::of).collect();
    if windows.iter().any(|window| window.is_open(now)) {
        return WindowState::Open;
    }
    WindowState::Closed { next: windows.iter().filter_map(|window| window.next(now)).min() }
}

struct Read {
    schedule: Schedule,
    /// How long it stays open, in minutes.
    minutes: i64,
    zone: TimeZone,
}

impl Read {
    fn of(window: &Window) -> Option<Self> {
        let nanoseconds = duration::parse(&window.duration).ok()?;
        let zone = match &window.time_zone {
            Some(name) => TimeZone::get(name).ok()?,
            None => TimeZone::UTC,
        };
        let minutes = nanoseconds.checked_div(60_000_000_000)?.min(LONGEST);
        Some(Self { schedule: Schedule::parse(&window.schedule).ok()?, minutes, zone })
    }

    /// Whether it starts in the minute that is `offset` minutes from the one of `now`; that minute's begin.
    fn starts(&self, now: Timestamp, offset: i64) -> Option<Timestamp> {
        let second = now.as_second().checked_sub(now.as_second().rem_euclid(60))?;
        let begin = Timestamp::from_second(second).ok()?;
        let begin = begin.checked_add(SignedDuration::from_mins(offset)).ok()?;
        let local = begin.to_zoned(self.zone.clone());
        let number = |value: i8| u8::try_from(value).unwrap_or_default();
        let weekday = number(local.weekday().to_sunday_zero_offset());
        let (minute, hour, day, month) =
            (number(local.minute()), number(local.hour()), number(local.day()), number(local.month()));
        self.schedule.matches(minute, hour, day, month, weekday).then_some(begin)
    }

    fn is_open(&self, now: Timestamp) -> bool {
        (0..self.minutes).any(|ago| self.starts(now, ago.saturating_neg()).is_some())
    }

    fn next(&self, now: Timestamp) -> Option<Timestamp> {
        (1..AHEAD).find_map(|ahead| self.starts(now, ahead))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn sunday(zone: Option<&str>) -> Window {
        Window { schedule: "0 2 * * 0".to_owned(), duration: "2h".to_owned(), time_zone: zone.map(ToOwned::to_owned) }
    }

    #[test]
    fn case_064_a_friday_change_waits_for_sunday() {
        let friday = at("2026-11-27T16:00:00Z");
        let next = Some(at("2026-11-29T02:00:00Z"));
        assert_eq!(window_state(&[sunday(None)], friday), WindowState::Closed { next });
        assert_eq!(window_state(&[sunday(None)], at("2026-11-29T02:00:00Z")), WindowState::Open);
        assert_eq!(window_state(&[sunday(None)], at("2026-11-29T03:59:59Z")), WindowState::Open);
        let after = window_state(&[sunday(None)], at("2026-11-29T04:00:00Z"));
        assert_eq!(after, WindowState::Closed { next: Some(at("2026-12-06T02:00:00Z")) });
    }

    #[test]
    fn the_schedule_is_read_in_its_own_time_zone() {
        let berlin = [sunday(Some("Europe/Berlin"))];
        assert_eq!(window_state(&berlin, at("2026-11-29T01:30:00Z")), WindowState::Open);
        assert_eq!(window_state(&berlin, at("2026-07-05T00:30:00Z")), WindowState::Open);
    }

    #[test]
    fn what_cannot_be_read_never_opens_and_nothing_is_always_open() {
        let now = at("2026-11-29T02:00:00Z");
        let broken = Window { schedule: "0 2 * *".to_owned(), ..sunday(None) };
        assert_eq!(window_state(&[broken], now), WindowState::Closed { next: None });
        assert_eq!(window_state(&[], now), WindowState::Open);
    }
}
