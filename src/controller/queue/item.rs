//! What the queue remembers of one key.

use std::cmp::Reverse;
use std::time::Duration;

use super::Priority;

/// A place in line: by class, then by arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket {
    pub(super) priority: Reverse<Priority>,
    pub(super) order: u64,
}

impl Ticket {
    /// Before every ticket of this class, behind those of the more urgent ones.
    pub(super) const fn first_of(priority: Priority) -> Self {
        Self { priority: Reverse(priority), order: 0 }
    }
}

/// A run that is due at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timer {
    pub(super) at: Duration,
    pub(super) priority: Priority,
}

impl Timer {
    /// One timer for both: as early as the earlier, as urgent as the more urgent.
    fn merged(self, other: Option<Self>) -> Self {
        other.map_or(self, |other| Self { at: self.at.min(other.at), priority: self.priority.max(other.priority) })
    }
}

/// How long a key that failed is left alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hold {
    pub(super) since: Duration,
    pub(super) wait: Duration,
    /// The wait if something that belongs to the key changed; at most `wait`.
    pub(super) observed: Duration,
}

impl Hold {
    pub(super) fn ends(self, priority: Priority) -> Duration {
        match priority {
            Priority::Edit => self.since,
            Priority::Observed => self.since.saturating_add(self.observed),
            Priority::FanOut | Priority::Resync => self.since.saturating_add(self.wait),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Item {
    /// Its place in line; while it runs, the place that it takes afterwards.
    pub(super) ticket: Option<Ticket>,
    /// Asked for at a time: only a run at or after it answers that.
    pub(super) promised: Option<Timer>,
    /// A retry, or another look: the next run answers it, whatever started that.
    pub(super) retry: Option<Timer>,
    pub(super) running: Option<Priority>,
    /// Runs that failed since the last that did not.
    pub(super) failures: u32,
    pub(super) hold: Option<Hold>,
}

impl Item {
    pub(super) fn promise(&mut self, timer: Timer) {
        self.promised = Some(timer.merged(self.promised));
    }

    pub(super) fn retry_at(&mut self, timer: Timer) {
        self.retry = Some(timer.merged(self.retry));
    }

    pub(super) fn wakes_at(&self) -> Option<Duration> {
        self.promised.iter().chain(&self.retry).map(|timer| timer.at).min()
    }

    /// The class of what is due by now, which is due no longer.
    pub(super) fn take_due(&mut self, now: Duration) -> Option<Priority> {
        let promised = self.promised.take_if(|timer| timer.at <= now);
        let retry = self.retry.take_if(|timer| timer.at <= now);
        promised.iter().chain(&retry).map(|timer| timer.priority).max()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.ticket.is_none() && self.wakes_at().is_none() && self.running.is_none() && self.failures == 0
    }
}
