//! What happened, as lines that read like a story, and a hash over all of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};
use tokio::time::Instant;

/// What happened so far, and what was wrong with it. Clones share one.
#[derive(Clone)]
pub(crate) struct Journal(Arc<Mutex<Inner>>);

struct Inner {
    origin: Instant,
    lines: Vec<String>,
    hash: Sha256,
    broken: Vec<String>,
    mutations: u64,
    orphans: u64,
}

impl Journal {
    /// An empty journal, whose time begins now.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Inner {
            origin: Instant::now(),
            lines: Vec::new(),
            hash: Sha256::new(),
            broken: Vec::new(),
            mutations: 0,
            orphans: 0,
        })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a line.
    pub(crate) fn tell(&self, who: &str, what: &str) {
        let mut inner = self.inner();
        let line = format!("{:>9.3}s  {who:<12} {what}", inner.origin.elapsed().as_secs_f64());
        inner.hash.update(line.as_bytes());
        inner.lines.push(line);
    }

    /// Counts bytes that are too long to be told.
    pub(crate) fn weigh(&self, bytes: &[u8]) {
        self.inner().hash.update(bytes);
    }

    /// Something that must never be.
    pub(crate) fn broken(&self, what: String) {
        self.tell("!", &what);
        self.inner().broken.push(what);
    }

    /// A call of an operator that changed something.
    pub(crate) fn mutated(&self) {
        self.inner().mutations += 1;
    }

    /// How many there were.
    pub(crate) fn mutations(&self) -> u64 {
        self.inner().mutations
    }

    /// A cluster that came about after its claim was gone: a late write, which is reported and never deleted.
    pub(crate) fn orphaned(&self) {
        self.inner().orphans += 1;
    }

    /// Milliseconds since the beginning.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.inner().origin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Lines, hash, what was broken, and orphans.
    pub(crate) fn close(&self) -> (Vec<String>, String, Vec<String>, u64) {
        let inner = self.inner();
        let hash = inner.hash.clone().finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        (inner.lines.clone(), hash, inner.broken.clone(), inner.orphans)
    }
}
