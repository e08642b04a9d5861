//! The queue at work: keys handed out to tasks, sleeping until the next is due, stopping without breaking off.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;

use super::queue::{Depths, Outcome, Priority, Queue};

#[cfg(test)]
mod tests;

/// A queue that watches, timers and reconcilers share. Cheap to clone.
#[derive(Debug)]
pub struct Work<K> {
    shared: Arc<Shared<K>>,
}

#[derive(Debug)]
struct Shared<K> {
    queue: Mutex<Queue<K>>,
    changed: Notify,
    origin: Instant,
}

impl<K> Clone for Work<K> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<K: Ord + Clone> Work<K> {
    /// Shares a queue whose times count from now. Made inside of a runtime.
    pub fn new(queue: Queue<K>) -> Self {
        Self { shared: Arc::new(Shared { queue: Mutex::new(queue), changed: Notify::new(), origin: Instant::now() }) }
    }

    /// Asks for a run; see [`Queue::add`].
    pub fn add(&self, key: &K, priority: Priority) {
        let now = self.now();
        self.queue().add(key, priority, now);
        self.shared.changed.notify_one();
    }

    /// Asks for a run after a time; see [`Queue::add_after`].
    pub fn add_after(&self, key: &K, priority: Priority, wait: Duration) {
        let at = self.now().saturating_add(wait);
        self.queue().add_after(key, priority, at);
        self.shared.changed.notify_one();
    }

    /// How full the queue is.
    pub fn depths(&self) -> Depths {
        self.queue().depths()
    }

    /// Hands out keys to `reconcile`, each in a task of its own, until `shutdown` is ready; then waits for what
    /// still runs and takes nothing new. A reconcile that panics has failed. The keys that were not handed out
    /// stay in the queue, so a later call (leadership won again) goes on with them.
    ///
    /// One call at a time: the queue wakes one runner.
    pub async fn run<F, Fut>(&self, reconcile: F, shutdown: impl Future<Output = ()>)
    where
        K: Debug,
        F: Fn(K) -> Fut,
        Fut: Future<Output = Outcome> + Send + 'static,
    {
        let mut shutdown = pin!(shutdown);
        let mut tasks = Tasks { work: self, set: JoinSet::new(), keys: BTreeMap::new() };
        loop {
            while let Some(key) = self.take() {
                tasks.start(key.clone(), reconcile(key));
            }
            let wake = self.wake();
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(ended) = tasks.set.join_next_with_id() => tasks.ended(ended),
                () = self.shared.changed.notified() => {}
                () = sleep_until(wake) => {}
            }
        }
        while let Some(ended) = tasks.set.join_next_with_id().await {
            tasks.ended(ended);
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue<K>> {
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.shared.origin.elapsed()
    }

    fn take(&self) -> Option<K> {
        let now = self.now();
        self.queue().next(now)
    }

    fn done(&self, key: &K, outcome: Outcome) {
        let now = self.now();
        self.queue().done(key, outcome, now);
        self.shared.changed.notify_one();
    }

    fn wake(&self) -> Option<Instant> {
        self.queue().next_at().and_then(|at| self.shared.origin.checked_add(at))
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake).await,
        None => std::future::pending().await,
    }
}

/// The tasks of one call of [`Work::run`]. Dropped with tasks in it, it aborts them, and their keys have failed.
struct Tasks<'a, K: Ord + Clone> {
    work: &'a Work<K>,
    set: JoinSet<Outcome>,
    keys: BTreeMap<Id, K>,
}

impl<K: Ord + Clone + Debug> Tasks<'_, K> {
    fn start(&mut self, key: K, run: impl Future<Output = Outcome> + Send + 'static) {
        let handle = self.set.spawn(run);
        self.keys.insert(handle.id(), key);
    }

    fn ended(&mut self, ended: Result<(Id, Outcome), JoinError>) {
        let (id, outcome) = match ended {
            Ok(ended) => ended,
            Err(error) => (error.id(), Outcome::Failed),
        };
        let Some(key) = self.keys.remove(&id) else { return };
        if ended_badly(outcome) {
            tracing::debug!(?key, ?outcome, "a run is retried");
        }
        self.work.done(&key, outcome);
    }
}

fn ended_badly(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::Throttled(_))
}

impl<K: Ord + Clone> Drop for Tasks<'_, K> {
    fn drop(&mut self) {
        for key in self.keys.values() {
            self.work.done(key, Outcome::Failed);
        }
    }
}
