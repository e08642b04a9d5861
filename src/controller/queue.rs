//! What to work on next. A pure data structure: time is passed in, nothing here waits.
//!
//! *Guarantees*
//! - A key is never handed out twice at once; added while it is worked on, it is handed out again afterwards.
//! - Nothing is dropped: what fails comes back, ever later up to a ceiling, until it settles.
//! - The most urgent class first, in order of arrival within a class; a group (namespace) that has its share
//!   in flight lets others pass.
//! - A catalog's change reaches its claims at a bounded pace, so that tenants' edits never stand behind it.
//!
//! Times are durations since an origin that the caller chooses once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::random::Random;

mod item;
#[cfg(test)]
mod tests;

use item::{Hold, Item, Ticket, Timer};

/// How urgent a run is; the greater, the sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Nothing is known to have changed: a look around after a long time.
    Resync,
    /// A shared object (catalog, tenant) changed, and this is one of the many that use it. Paced.
    FanOut,
    /// Something that belongs to the key changed: its cluster, its Secret, its request.
    Observed,
    /// Its owner changed what they want.
    Edit,
}

impl Priority {
    /// All classes, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Edit, Self::Observed, Self::FanOut, Self::Resync];

    /// The class's name in metrics and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resync => "resync",
            Self::FanOut => "fan-out",
            Self::Observed => "observed",
            Self::Edit => "edit",
        }
    }

    /// The class of a run that follows from one of this class: an edit is urgent once.
    const fn follow_up(self) -> Self {
        match self {
            Self::Edit => Self::Observed,
            other => other,
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing more to do until something changes.
    Settled,
    /// All is well; look again after this time, or sooner if something changes.
    Requeue(Duration),
    /// It failed and is retried after a wait that grows with each failure.
    Failed,
    /// As [`Outcome::Failed`], and the server asked not to come back before this time.
    Throttled(Duration),
}

/// The bounds of a queue.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Keys worked on at once; at least one.
    pub in_flight: usize,
    /// Keys of one group worked on at once; at least one.
    pub per_group: usize,
    /// Keys of [`Priority::FanOut`] handed out in a second; at least one.
    pub fan_out_per_second: u32,
    /// Wait after the first failure.
    pub backoff_base: Duration,
    /// Longest wait after a failure.
    pub backoff_ceiling: Duration,
    /// Longest wait after a failure once something that belongs to the key has changed.
    pub backoff_observed: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            in_flight: 16,
            per_group: 4,
            fan_out_per_second: 50,
            backoff_base: Duration::from_secs(1),
            backoff_ceiling: Duration::from_mins(5),
            backoff_observed: Duration::from_secs(10),
        }
    }
}

/// How full a queue is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Depths {
    /// Keys that wait for a free worker, by class; every class is there.
    pub waiting: BTreeMap<Priority, usize>,
    /// Keys that wait for a time to come.
    pub delayed: usize,
    /// Keys being worked on.
    pub running: usize,
    /// Keys whose last run failed.
    pub failing: usize,
}

/// The queue of one kind of key.
#[derive(Debug)]
pub struct Queue<K> {
    limits: Limits,
    group: fn(&K) -> Option<&str>,
    random: Random,
    items: BTreeMap<K, Item>,
    ready: BTreeMap<Ticket, K>,
    /// By group: what was ready while the group had its share.
    parked: BTreeMap<String, BTreeMap<Ticket, K>>,
    timers: BTreeSet<(Duration, K)>,
    groups: BTreeMap<String, usize>,
    running: usize,
    next_fan_out: Duration,
    tickets: u64,
}

impl<K: Ord + Clone> Queue<K> {
    /// An empty queue. `group` names what shares a cap (a namespace), if anything.
    pub fn new(limits: Limits, group: fn(&K) -> Option<&str>, random: Random) -> Self {
        Self {
            limits,
            group,
            random,
            items: BTreeMap::new(),
            ready: BTreeMap::new(),
            parked: BTreeMap::new(),
            timers: BTreeSet::new(),
            groups: BTreeMap::new(),
            running: 0,
            next_fan_out: Duration::ZERO,
            tickets: 0,
        }
    }

    /// Asks for a run. An edit is run as soon as a worker is free, whatever failed before; what was merely
    /// observed waits for the key's backoff, though not longer than [`Limits::backoff_observed`]; the rest
    /// waits for it in full. The run that comes next answers all that was asked before it began.
    pub fn add(&mut self, key: &K, priority: Priority, now: Duration) {
        let ticket = self.ticket(priority);
        self.admit(key, ticket, now);
    }

    /// Asks for a run at a time, which earlier runs do not answer. Of several times, the earliest counts.
    pub fn add_after(&mut self, key: &K, priority: Priority, at: Duration) {
        self.change(key, |item| item.promise(Timer { at, priority }));
    }

    /// Hands out the most urgent key that may run now. The caller owes a [`Queue::done`] for it.
    pub fn next(&mut self, now: Duration) -> Option<K> {
        self.fire(now);
        if self.running >= self.limits.in_flight.max(1) {
            return None;
        }
        loop {
            let (ticket, key) = self.candidate(now)?;
            self.ready.remove(&ticket);
            match (self.group)(&key).map(str::to_owned) {
                Some(group) if self.is_full(&group) => {
                    self.parked.entry(group).or_default().insert(ticket, key);
                }
                group => {
                    self.start(&key, ticket.priority.0, group, now);
                    return Some(key);
                }
            }
        }
    }

    /// Ends the run of a key. Unknown or idle keys are ignored.
    pub fn done(&mut self, key: &K, outcome: Outcome, now: Duration) {
        let Some(item) = self.items.get(key) else { return };
        let Some(priority) = item.running else { return };
        let failures = item.failures.saturating_add(1);
        let pending = item.ticket;
        let hold = self.hold_after(outcome, failures, now);
        let retry = match outcome {
            Outcome::Settled => None,
            Outcome::Requeue(wait) => Some(now.saturating_add(wait)),
            Outcome::Failed | Outcome::Throttled(_) => hold.map(|hold| hold.since.saturating_add(hold.wait)),
        };
        self.change(key, |item| {
            item.running = None;
            item.ticket = None;
            item.failures = if hold.is_some() { failures } else { 0 };
            item.hold = hold;
            if let Some(at) = retry {
                item.retry_at(Timer { at, priority: priority.follow_up() });
            }
        });
        self.release(key);
        if let Some(ticket) = pending {
            self.admit(key, ticket, now);
        }
    }

    /// When [`Queue::next`] is worth asking again, if nothing is added or done before; `Duration::ZERO` for now.
    pub fn next_at(&self) -> Option<Duration> {
        if self.running >= self.limits.in_flight.max(1) {
            return None;
        }
        let timer = self.timers.first().map(|(at, _)| *at);
        let unpaced = self.ready.keys().next().filter(|ticket| ticket.priority.0 != Priority::FanOut);
        let unpaced = unpaced.or_else(|| self.ready.range(Ticket::first_of(Priority::Resync)..).next().map(|it| it.0));
        let ready = match unpaced {
            Some(_) => Some(Duration::ZERO),
            None => self.ready.first_key_value().map(|_| self.next_fan_out),
        };
        timer.into_iter().chain(ready).min()
    }

    /// How full the queue is.
    pub fn depths(&self) -> Depths {
        let mut waiting: BTreeMap<_, _> = Priority::ALL.into_iter().map(|class| (class, 0)).collect();
        let tickets = self.items.values().filter_map(|item| item.ticket);
        for ticket in tickets {
            *waiting.entry(ticket.priority.0).or_default() += 1;
        }
        let failing = self.items.values().filter(|item| item.failures > 0).count();
        Depths { waiting, delayed: self.timers.len(), running: self.running, failing }
    }

    fn ticket(&mut self, priority: Priority) -> Ticket {
        self.tickets = self.tickets.saturating_add(1);
        Ticket { priority: Reverse(priority), order: self.tickets }
    }

    /// The first in line whose class may run now.
    fn candidate(&self, now: Duration) -> Option<(Ticket, K)> {
        let (first, key) = self.ready.first_key_value()?;
        if first.priority.0 != Priority::FanOut || now >= self.next_fan_out {
            return Some((*first, key.clone()));
        }
        self.ready.range(Ticket::first_of(Priority::Resync)..).next().map(|(ticket, key)| (*ticket, key.clone()))
    }

    fn is_full(&self, group: &str) -> bool {
        self.groups.get(group).is_some_and(|running| *running >= self.limits.per_group.max(1))
    }

    fn start(&mut self, key: &K, priority: Priority, group: Option<String>, now: Duration) {
        self.running += 1;
        if let Some(group) = group {
            *self.groups.entry(group).or_default() += 1;
        }
        if priority == Priority::FanOut {
            let interval =
                Duration::from_nanos(1_000_000_000_u64.div_ceil(u64::from(self.limits.fan_out_per_second.max(1))));
            self.next_fan_out = self.next_fan_out.max(now).saturating_add(interval);
        }
        self.change(key, |item| {
            item.ticket = None;
            item.retry = None;
            item.running = Some(priority);
        });
    }

    /// Frees the worker of a key, and lets the first of its group that had to step aside back in line.
    fn release(&mut self, key: &K) {
        self.running = self.running.saturating_sub(1);
        let Some(group) = (self.group)(key) else { return };
        if let Some(running) = self.groups.get_mut(group) {
            *running = running.saturating_sub(1);
            if *running == 0 {
                self.groups.remove(group);
            }
        }
        if let Some(parked) = self.parked.get_mut(group) {
            if let Some((ticket, key)) = parked.pop_first() {
                self.ready.insert(ticket, key);
            }
            if parked.is_empty() {
                self.parked.remove(group);
            }
        }
    }

    fn hold_after(&mut self, outcome: Outcome, failures: u32, now: Duration) -> Option<Hold> {
        let Limits { backoff_base, backoff_ceiling, backoff_observed, .. } = self.limits;
        let at_least = match outcome {
            Outcome::Settled | Outcome::Requeue(_) => return None,
            Outcome::Failed => Duration::ZERO,
            Outcome::Throttled(wait) => wait.min(backoff_ceiling),
        };
        let wait = self.random.backoff(failures, backoff_base, backoff_ceiling).max(at_least);
        Some(Hold { since: now, wait, observed: wait.min(backoff_observed.max(at_least)) })
    }

    /// Puts a key in line, or lets it wait for its backoff.
    fn admit(&mut self, key: &K, ticket: Ticket, now: Duration) {
        let Some(item) = self.items.get(key) else { return self.place(key, ticket) };
        match item.hold {
            Some(hold) if item.running.is_none() && hold.ends(ticket.priority.0) > now => {
                let at = hold.ends(ticket.priority.0);
                self.change(key, |item| item.retry_at(Timer { at, priority: ticket.priority.0 }));
            }
            _ => self.place(key, ticket),
        }
    }

    /// Gives a key its place in line, unless it has one that is no worse.
    fn place(&mut self, key: &K, ticket: Ticket) {
        let item = self.items.get(key);
        let (held, running) = item.map_or((None, false), |item| (item.ticket, item.running.is_some()));
        if held.is_some_and(|held| held.priority <= ticket.priority) {
            return;
        }
        if let Some(held) = held {
            self.unplace(key, held);
        }
        self.change(key, |item| item.ticket = Some(ticket));
        if !running {
            self.ready.insert(ticket, key.clone());
        }
    }

    fn unplace(&mut self, key: &K, ticket: Ticket) {
        if self.ready.remove(&ticket).is_some() {
            return;
        }
        let Some(group) = (self.group)(key) else { return };
        if let Some(parked) = self.parked.get_mut(group) {
            parked.remove(&ticket);
            if parked.is_empty() {
                self.parked.remove(group);
            }
        }
    }

    /// Puts in line what was to wait until now.
    fn fire(&mut self, now: Duration) {
        while self.timers.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, key)) = self.timers.pop_first() else { return };
            let mut due = None;
            self.change(&key, |item| due = item.take_due(now));
            if let Some(priority) = due {
                let ticket = self.ticket(priority);
                self.admit(&key, ticket, now);
            }
        }
    }

    /// Changes an item, keeps its timer in the index, and forgets it once there is nothing to remember.
    fn change(&mut self, key: &K, change: impl FnOnce(&mut Item)) {
        let (key, mut item) = self.items.remove_entry(key).unwrap_or_else(|| (key.clone(), Item::default()));
        if let Some(at) = item.wakes_at() {
            self.timers.remove(&(at, key.clone()));
        }
        change(&mut item);
        if let Some(at) = item.wakes_at() {
            self.timers.insert((at, key.clone()));
        }
        if !item.is_idle() {
            self.items.insert(key, item);
        }
    }
}
