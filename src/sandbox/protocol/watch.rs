//! Watches.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch::Receiver;
use tokio::time::{Instant, sleep_until};

use super::Shared;
use super::list;
use super::query::Query;
use super::selector::Selector;
use super::view::View;
use crate::sandbox::answer::{ApiError, Cause};
use crate::sandbox::kinds::Kind;
use crate::sandbox::object;
use crate::sandbox::store::{Change, Event};
use crate::sandbox::verbs::Server;

/// How often a quiet watch hears where it stands.
const BOOKMARKS: Duration = Duration::from_mins(1);
/// How long a watch lasts whose client does not say.
const LASTS: u64 = 1_800;

/// One line of a watch.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchEvent {
    /// `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK` or `ERROR`.
    pub kind: &'static str,
    /// The object, in the form that the client asked for.
    pub object: Arc<Value>,
}

impl WatchEvent {
    /// The line.
    pub(crate) fn line(&self) -> Vec<u8> {
        let mut line = format!("{{\"type\":\"{}\",\"object\":{}}}", self.kind, self.object).into_bytes();
        line.push(b'\n');
        line
    }

    fn error(error: &ApiError) -> Self {
        Self { kind: "ERROR", object: Arc::new(error.status()) }
    }
}

/// A watch that goes on until its time is up or its past is gone.
pub(crate) struct Watch {
    server: Shared,
    kind: Arc<Kind>,
    selector: Selector,
    view: View,
    /// Everything up to this version has been told.
    told: u64,
    signal: Receiver<u64>,
    queue: VecDeque<WatchEvent>,
    bookmarks: Option<Instant>,
    end: Instant,
    over: bool,
    /// Whether the columns of a table have been told.
    headed: bool,
}

/// What a watch begins with.
enum Begin {
    /// Everything there is, then what happens.
    Now,
    After(u64),
}

impl Watch {
    /// Begins a watch as `query` asks for it.
    pub(super) fn begin(
        shared: &Shared,
        server: &mut Server,
        kind: &Arc<Kind>,
        selector: Selector,
        view: View,
        query: &Query,
    ) -> Result<Self, ApiError> {
        let version = list::version(query).map_err(|why| ApiError::new(500, "", why))?;
        let initial = query.get("sendInitialEvents");
        if !initial.is_empty() && query.get("resourceVersionMatch") != "NotOlderThan" {
            let why = "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
            let cause = Cause::new("FieldValueForbidden", "resourceVersionMatch", why);
            return Err(ApiError::invalid("meta.k8s.io", "ListOptions", "", &[cause]));
        }
        let begin = match (initial, version) {
            ("true", _) | ("", 0) => Begin::Now,
            ("false", 0) => Begin::After(server.store.version()),
            _ => Begin::After(version),
        };
        let lasts = query.number("timeoutSeconds")?.filter(|seconds| *seconds > 0).unwrap_or(LASTS);
        let now = Instant::now();
        let bookmarks = query.flag("allowWatchBookmarks");
        let mut watch = Self {
            server: Arc::clone(shared),
            kind: Arc::clone(kind),
            selector,
            view,
            told: 0,
            signal: server.store.signal(&kind.bucket),
            queue: VecDeque::new(),
            bookmarks: bookmarks.then(|| now.checked_add(BOOKMARKS)).flatten(),
            end: now.checked_add(Duration::from_secs(lasts)).unwrap_or(now),
            over: false,
            headed: false,
        };
        match begin {
            Begin::After(version) => watch.told = version,
            Begin::Now => watch.tell_everything(server, bookmarks && initial == "true"),
        }
        Ok(watch)
    }

    fn tell_everything(&mut self, server: &mut Server, mark_end: bool) {
        let now = server.now();
        for (_, object) in server.store.objects(&self.kind.bucket) {
            let object = self.kind.show(object);
            if self.selector.holds(&object) {
                let object = self.view.one(&self.kind, &object, now);
                self.queue.push_back(WatchEvent { kind: "ADDED", object });
            }
        }
        self.told = server.store.version();
        if mark_end {
            let annotations = json!({"k8s.io/initial-events-end": "true"});
            self.mark(&json!({"resourceVersion": self.told.to_string(), "annotations": annotations}));
        }
    }

    fn mark(&mut self, metadata: &Value) {
        let object = Arc::new(self.view.bookmark(&self.kind, metadata));
        self.queue.push_back(WatchEvent { kind: "BOOKMARK", object });
    }

    /// The next event; none when the watch is over.
    pub(crate) async fn next(&mut self) -> Option<WatchEvent> {
        loop {
            if let Some(mut event) = self.queue.pop_front() {
                if std::mem::replace(&mut self.headed, true) {
                    self.view.behead(&mut event.object);
                }
                return Some(event);
            }
            if self.over {
                return None;
            }
            self.signal.borrow_and_update();
            self.catch_up();
            if !self.queue.is_empty() || self.over {
                continue;
            }
            let bookmark = self.bookmarks.unwrap_or(self.end).min(self.end);
            tokio::select! {
                biased;
                changed = self.signal.changed() => self.over = changed.is_err(),
                () = sleep_until(bookmark) => self.quiet(),
            }
        }
    }

    /// Some time without events has passed.
    fn quiet(&mut self) {
        self.catch_up();
        if Instant::now() >= self.end {
            self.over = true;
        }
        if let Some(due) = &mut self.bookmarks {
            *due = due.checked_add(BOOKMARKS).unwrap_or(*due);
            if self.queue.is_empty() {
                self.mark(&json!({"resourceVersion": self.told.to_string()}));
            }
        }
    }

    /// Reads what has happened since.
    fn catch_up(&mut self) {
        let shared = Arc::clone(&self.server);
        let mut server = super::lock(&shared);
        match server.store.events_after(&self.kind.bucket, self.told) {
            Err(compacted) => {
                let message = format!("too old resource version: {} ({})", self.told, compacted.oldest);
                self.queue.push_back(WatchEvent::error(&ApiError::expired(message)));
                self.over = true;
            }
            Ok(events) => {
                let now = server.now();
                let shown: Vec<WatchEvent> = events.iter().filter_map(|event| self.show(event, now)).collect();
                self.queue.extend(shown);
                self.told = self.told.max(server.store.version());
            }
        }
    }

    /// A change as seen through the selector: what begins to match is added, what ends to match is deleted.
    fn show(&self, event: &Event, now: i128) -> Option<WatchEvent> {
        let shown = self.kind.show(&event.object);
        let before = event.previous.as_ref().map(|previous| self.kind.show(previous));
        let was = before.as_ref().is_some_and(|before| self.selector.holds(before));
        let is = event.change != Change::Deleted && self.selector.holds(&shown);
        let (kind, object) = match (was, is) {
            (false, true) => ("ADDED", shown),
            (true, true) => ("MODIFIED", shown),
            (true, false) if event.change == Change::Deleted => ("DELETED", shown),
            (true, false) => {
                let mut last = Value::clone(&before.unwrap_or(shown));
                object::set_meta(&mut last, "resourceVersion", Some(event.version.to_string().into()));
                ("DELETED", Arc::new(last))
            }
            (false, false) => return None,
        };
        Some(WatchEvent { kind, object: self.view.one(&self.kind, &object, now) })
    }
}
