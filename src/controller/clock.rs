//! Wall-clock time, passed in: what statuses, leases, events and windows are stamped with.
//!
//! How long something takes and when it is due is never judged by this clock, but by `tokio::time`, which
//! neither jumps nor runs backwards and which tests pause.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A source of wall-clock time.
pub trait Clock: Send + Sync {
    /// The time now, to be compared with stamps that others wrote only where skew does no harm.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the operator reads the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that starts at a given time and advances with `tokio::time`, paused or not: the same run shows the
/// same stamps.
#[derive(Debug, Clone, Copy)]
pub struct TokioClock {
    start: Timestamp,
    origin: Instant,
}

impl TokioClock {
    /// A clock that shows `start` now. Its start is read from the runtime, so it is made inside of one.
    pub fn starting_at(start: Timestamp) -> Self {
        Self { start, origin: Instant::now() }
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        SignedDuration::try_from(self.origin.elapsed())
            .ok()
            .and_then(|elapsed| self.start.checked_add(elapsed).ok())
            .unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_shows_exactly_what_was_slept() {
        let start: Timestamp = "2026-01-31T23:59:59Z".parse().unwrap();
        let clock = TokioClock::starting_at(start);
        assert_eq!(clock.now(), start);
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert_eq!(clock.now(), "2026-02-01T00:00:00.5Z".parse().unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_at_the_end_of_time_stays_there() {
        let clock = TokioClock::starting_at(Timestamp::MAX);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(clock.now(), Timestamp::MAX);
    }

    #[test]
    fn the_machine_s_clock_is_past_the_year_this_was_written() {
        assert!(SystemClock.now() > "2026-01-01T00:00:00Z".parse().unwrap());
    }
}
