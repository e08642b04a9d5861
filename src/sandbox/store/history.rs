//! The recent past of one resource.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;

use super::Compacted;

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Added,
    Modified,
    Deleted,
}

/// One change of one object.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The resource version that it made.
    pub(crate) version: u64,
    pub(crate) change: Change,
    /// The object afterwards; its last state where it was deleted.
    pub(crate) object: Arc<Value>,
    /// The object before.
    pub(crate) previous: Option<Arc<Value>>,
}

#[derive(Debug)]
pub(super) struct History {
    kept: usize,
    events: VecDeque<Event>,
    /// Everything after this version is known.
    floor: u64,
    tell: watch::Sender<u64>,
}

impl History {
    pub(super) fn new(kept: usize) -> Self {
        Self { kept, events: VecDeque::new(), floor: 0, tell: watch::Sender::new(0) }
    }

    pub(super) fn push(&mut self, event: Event) {
        let version = event.version;
        self.events.push_back(event);
        while self.events.len() > self.kept {
            if let Some(forgotten) = self.events.pop_front() {
                self.floor = forgotten.version;
            }
        }
        self.tell.send_replace(version);
    }

    /// Changes after `version`, oldest first.
    pub(super) fn after(&self, version: u64) -> Result<impl DoubleEndedIterator<Item = &Event>, Compacted> {
        if version < self.floor {
            return Err(Compacted { oldest: self.floor });
        }
        let start = self.events.partition_point(|event| event.version <= version);
        Ok(self.events.range(start..))
    }

    pub(super) fn compact(&mut self) {
        if let Some(last) = self.events.back() {
            self.floor = last.version;
        }
        self.events.clear();
    }

    pub(super) fn signal(&self) -> watch::Receiver<u64> {
        self.tell.subscribe()
    }
}
