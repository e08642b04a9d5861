//! Lists and watches that keep little and never stop.
//!
//! *Guarantees*
//! - An object becomes what the caller projects it to as soon as it is read: managed fields and the last-applied
//!   annotation are cut first, and no whole object outlives its page.
//! - An object that cannot be read is reported and hinders no other.
//! - Each list is a full replacement, so that what vanished unseen is known to be gone.
//! - Nothing is asked for in a tight loop: a watch that breaks, expires or closes at once is followed by a wait
//!   that grows, drawn from the given seed.
//!
//! It stands on kube's requests and event streams rather than on `kube::runtime::watcher`, which opens a closed
//! watch again at once and for ever with a version that the server answers with 410, and decodes whole objects
//! twice where one of them may be malformed.

use std::time::Duration;

use futures::stream::{BoxStream, Stream, StreamExt, unfold};
use kube::api::{Api, DynamicObject, ListParams, ObjectList, WatchEvent, WatchParams};
use kube::core::Request;
use serde_json::Value;
use tokio::time::Instant;

use super::failure::{ApiFailure, Verb};
use super::random::Random;
use super::ready::Mark;

mod object;
#[cfg(test)]
mod tests;

pub use object::{Identity, Malformed};

/// Objects in a page of a list, as `kubectl` asks.
pub const PAGE_SIZE: u32 = 500;
/// Seconds after which the server ends a watch, so that a silently broken one is noticed.
const WATCH_SECONDS: u32 = 240;
/// Up to this many more are drawn, so that watches do not all end together.
const WATCH_SPREAD: Duration = Duration::from_secs(45);
/// A watch that is silent for this long after the server should have ended it is dead.
const SILENCE: Duration = Duration::from_secs(5);
/// A watch that lived this long was a good one, even if it brought nothing.
const HEALTHY: Duration = Duration::from_secs(10);
const BACKOFF_BASE: Duration = Duration::from_millis(500);
const BACKOFF_CEILING: Duration = Duration::from_secs(30);

/// How much of each object is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// All of it.
    #[default]
    Whole,
    /// The metadata only (`PartialObjectMetadata`).
    Metadata,
}

/// What to watch, and whom to tell that the first list is there.
#[derive(Debug, Default)]
pub struct Options {
    /// Labels that objects must have.
    pub labels: Option<String>,
    /// Fields that objects must have.
    pub fields: Option<String>,
    /// How much of each object is sent.
    pub detail: Detail,
    /// Set once the first list was taken from the stream and the next change is asked for, that is, handled.
    pub mark: Option<Mark>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<T> {
    /// All that there is. What is in neither list is gone.
    Replaced {
        /// What could be read.
        objects: Vec<T>,
        /// What could not.
        malformed: Vec<Malformed>,
    },
    /// An object was added or changed.
    Applied(T),
    /// An object is gone.
    Deleted(Identity),
    /// An object was added or changed and cannot be read.
    Malformed(Malformed),
}

/// Follows a resource for ever. `project` keeps of an object what is needed, or says why it cannot: in words that
/// may be shown to anyone who may see the object's name. It is given each object once, in the order of the server,
/// an item of a list before the [`Change::Replaced`] that it is part of.
pub fn watch<T, P>(
    api: Api<DynamicObject>,
    options: Options,
    project: P,
    random: Random,
) -> impl Stream<Item = Change<T>> + Send + use<T, P>
where
    T: Send + 'static,
    P: Fn(Value) -> Result<T, String> + Send + Sync + 'static,
{
    let url = api.resource_url().to_owned();
    let resource = url.rsplit('/').next().unwrap_or_default().to_owned();
    let watch = Watch {
        request: Request::new(url),
        client: api.into_client(),
        resource,
        options,
        project,
        random,
        state: State::Unknown,
        handed_over: false,
        failures: 0,
        wait: Duration::ZERO,
    };
    unfold(watch, |mut watch| async {
        let change = watch.change().await;
        Some((change, watch))
    })
}

struct Watch<P> {
    client: kube::Client,
    request: Request,
    resource: String,
    options: Options,
    project: P,
    random: Random,
    state: State,
    handed_over: bool,
    failures: u32,
    wait: Duration,
}

enum State {
    /// Nothing is known, or too little: list.
    Unknown,
    /// All is known up to this version: watch from there.
    Known(String),
    Watching(Open),
}

struct Open {
    version: String,
    events: BoxStream<'static, kube::Result<WatchEvent<Value>>>,
    since: Instant,
    patience: Duration,
}

impl<T, P: Fn(Value) -> Result<T, String>> Watch<P> {
    async fn change(&mut self) -> Change<T> {
        if self.handed_over
            && let Some(mark) = self.options.mark.take()
        {
            mark.set();
        }
        loop {
            let wait = std::mem::take(&mut self.wait);
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            match std::mem::replace(&mut self.state, State::Unknown) {
                State::Unknown => match self.list().await {
                    Ok((change, version)) => {
                        self.state = State::Known(version);
                        self.handed_over = true;
                        return change;
                    }
                    Err(failure) => self.failed(&failure),
                },
                State::Known(version) => self.open(version).await,
                State::Watching(open) => {
                    if let Some(change) = self.follow(open).await {
                        return change;
                    }
                }
            }
        }
    }

    async fn list(&mut self) -> Result<(Change<T>, String), ApiFailure> {
        let (mut objects, mut malformed) = (Vec::new(), Vec::new());
        let mut continue_token = None;
        loop {
            let page = self.page(continue_token).await.map_err(|error| self.failure(Verb::List, &error))?;
            for mut item in page.items {
                object::typed(&mut item, &page.types);
                match self.read(item) {
                    Ok(object) => objects.push(object),
                    Err(broken) => malformed.push(broken),
                }
            }
            continue_token = page.metadata.continue_.filter(|token| !token.is_empty());
            if continue_token.is_none() {
                let version = page.metadata.resource_version.unwrap_or_default();
                return Ok((Change::Replaced { objects, malformed }, version));
            }
        }
    }

    async fn page(&mut self, continue_token: Option<String>) -> kube::Result<ObjectList<Value>> {
        let params = ListParams {
            label_selector: self.options.labels.clone(),
            field_selector: self.options.fields.clone(),
            limit: Some(PAGE_SIZE),
            continue_token,
            ..ListParams::default()
        };
        let request = match self.options.detail {
            Detail::Whole => self.request.list(&params),
            Detail::Metadata => self.request.list_metadata(&params),
        };
        // Decoded here: the client's own decoding logs the whole answer when it fails.
        let text = self.client.request_text(request.map_err(kube::Error::BuildRequest)?).await?;
        serde_json::from_str(&text).map_err(kube::Error::SerdeError)
    }

    async fn open(&mut self, version: String) {
        let spread = u32::try_from(self.random.up_to(WATCH_SPREAD).as_secs()).unwrap_or_default();
        let seconds = WATCH_SECONDS.saturating_add(spread);
        match self.events(&version, seconds).await {
            Ok(events) => {
                let patience = Duration::from_secs(u64::from(seconds)).saturating_add(SILENCE);
                self.state = State::Watching(Open { version, events, since: Instant::now(), patience });
            }
            Err(error) => {
                let failure = self.failure(Verb::Watch, &error);
                self.state = if failure.is_expired() { State::Unknown } else { State::Known(version) };
                self.failed(&failure);
            }
        }
    }

    async fn events(
        &mut self,
        version: &str,
        seconds: u32,
    ) -> kube::Result<BoxStream<'static, kube::Result<WatchEvent<Value>>>> {
        let params = WatchParams {
            label_selector: self.options.labels.clone(),
            field_selector: self.options.fields.clone(),
            timeout: Some(seconds),
            bookmarks: true,
            send_initial_events: false,
        };
        let request = match self.options.detail {
            Detail::Whole => self.request.watch(&params, version),
            Detail::Metadata => self.request.watch_metadata(&params, version),
        };
        let events = self.client.request_events(request.map_err(kube::Error::BuildRequest)?).await?;
        Ok(events.boxed())
    }

    /// Takes the next event. `None` where there is nothing to tell; the state is set in each case.
    async fn follow(&mut self, mut open: Open) -> Option<Change<T>> {
        let next = tokio::time::timeout(open.patience, open.events.next()).await;
        let Ok(Some(event)) = next else {
            if open.since.elapsed() < HEALTHY {
                self.back_off();
            } else {
                self.failures = 0;
            }
            self.state = State::Known(open.version);
            return None;
        };
        match event {
            Ok(WatchEvent::Error(status)) => {
                self.broken(open.version, &kube::Error::Api(status));
                None
            }
            Err(error) => {
                self.broken(open.version, &error);
                None
            }
            Ok(event) => {
                self.failures = 0;
                let change = self.told(&mut open, event);
                self.state = State::Watching(open);
                change
            }
        }
    }

    fn told(&self, open: &mut Open, event: WatchEvent<Value>) -> Option<Change<T>> {
        match event {
            WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                object::advance(&mut open.version, &object);
                Some(self.read(object).map_or_else(Change::Malformed, Change::Applied))
            }
            WatchEvent::Deleted(object) => {
                object::advance(&mut open.version, &object);
                Some(Change::Deleted(Identity::of(&object)))
            }
            WatchEvent::Bookmark(bookmark) => {
                open.version = bookmark.metadata.resource_version;
                None
            }
            WatchEvent::Error(_) => None,
        }
    }

    /// After an event that is none, what comes next is known by a new watch only; after one that is no JSON, or too
    /// late, by a new list only.
    fn broken(&mut self, version: String, error: &kube::Error) {
        let failure = self.failure(Verb::Watch, error);
        let lost = failure.is_expired() || matches!(error, kube::Error::SerdeError(_));
        self.state = if lost { State::Unknown } else { State::Known(version) };
        self.failed(&failure);
    }

    fn read(&self, mut object: Value) -> Result<T, Malformed> {
        let identity = Identity::of(&object);
        let read = object::slim(&mut object).and_then(|()| (self.project)(object));
        read.map_err(|error| Malformed { identity, error })
    }

    fn failure(&self, verb: Verb, error: &kube::Error) -> ApiFailure {
        ApiFailure::new(verb, &self.resource, "", error)
    }

    fn failed(&mut self, failure: &ApiFailure) {
        self.back_off();
        if let Some(asked) = failure.retry_after() {
            self.wait = self.wait.max(asked.min(BACKOFF_CEILING));
        }
        let wait = self.wait.as_millis();
        if failure.is_expired() {
            tracing::debug!(%failure, wait, "listing again");
        } else {
            tracing::warn!(%failure, wait, failures = self.failures, "a watch is interrupted");
        }
    }

    fn back_off(&mut self) {
        self.failures = self.failures.saturating_add(1);
        self.wait = self.random.backoff(self.failures, BACKOFF_BASE, BACKOFF_CEILING);
    }
}
