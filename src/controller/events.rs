//! Transitions told as `events.k8s.io/v1` Events. Telling is best effort: it costs a reconcile no time and never
//! fails it. Whether something is worth an event is the caller's decision; what is told again within the hour
//! counts up the event that is there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::api::events::v1::Event;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::clock::Clock;
use super::context::{About, Severity, Tell};
use super::failure::{ApiFailure, Verb};
use super::names::Named;

#[cfg(test)]
mod tests;

/// Longest note in bytes, as Kubernetes has it.
pub const MAX_NOTE: usize = 1_024;
/// Events that wait to be written; more are dropped, since the API server is in trouble then.
const WAITING: usize = 1_024;
/// How long the same is the same event, as long as the API server keeps it.
const SERIES: Duration = Duration::from_hours(1);
/// Series that are remembered; a forgotten one begins anew.
const REMEMBERED: usize = 4_096;
/// How long a shutdown waits for what is still to be told.
const LAST_WORDS: Duration = Duration::from_secs(5);
const CONTROLLER: &str = "claims.openbao.org/operator";
const ACTION: &str = "Reconcile";

/// What there is to tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    api_version: String,
    kind: String,
    at: Named,
    uid: String,
    severity: &'static str,
    reason: String,
    note: String,
}

/// Where events are told.
#[derive(Clone)]
pub struct Events {
    told: mpsc::Sender<(Told, Timestamp)>,
    clock: Arc<dyn Clock>,
}

impl Tell for Events {
    fn tell(&self, about: About<'_>, kind: Severity, reason: &str, note: &str) {
        let told = Told {
            api_version: about.api_version.to_owned(),
            kind: about.kind.to_owned(),
            at: about.at.clone(),
            uid: about.uid.to_owned(),
            severity: match kind {
                Severity::Normal => "Normal",
                Severity::Warning => "Warning",
            },
            reason: reason.to_owned(),
            note: bounded(note),
        };
        if self.told.try_send((told, self.clock.now())).is_err() {
            tracing::debug!(reason, object = %about.at, "an event is dropped");
        }
    }
}

#[derive(Debug)]
struct Series {
    name: String,
    count: i32,
    last: Instant,
}

/// Writes the events that were told.
pub struct Publisher {
    told: mpsc::Receiver<(Told, Timestamp)>,
    client: kube::Client,
    identity: String,
    series: BTreeMap<Told, Series>,
}

/// A place to tell events, and the task that writes them. `identity` is this replica's, at most 128 bytes.
pub fn events(client: kube::Client, clock: Arc<dyn Clock>, identity: &str) -> (Events, Publisher) {
    let (told, waiting) = mpsc::channel(WAITING);
    let publisher = Publisher { told: waiting, client, identity: identity.to_owned(), series: BTreeMap::new() };
    (Events { told, clock }, publisher)
}

impl Publisher {
    /// Writes until `shutdown`, then for at most five seconds what was told before.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                told = self.told.recv() => match told {
                    Some((told, at)) => self.publish(told, at).await,
                    None => return,
                },
            }
        }
        self.told.close();
        let rest = async {
            while let Some((told, at)) = self.told.recv().await {
                self.publish(told, at).await;
            }
        };
        // What is not told by then is lost with the process.
        let _ = tokio::time::timeout(LAST_WORDS, rest).await;
    }

    async fn publish(&mut self, told: Told, at: Timestamp) {
        self.forget_old();
        if let Err(failure) = self.write(told, at).await {
            tracing::debug!(%failure, "an event is not written");
        }
    }

    async fn write(&mut self, told: Told, at: Timestamp) -> Result<(), ApiFailure> {
        // Events about what has no namespace live in `default`, as Kubernetes has it.
        let namespace = if told.at.namespace.is_empty() { "default" } else { &told.at.namespace };
        let api: Api<Event> = Api::namespaced(self.client.clone(), namespace);
        if let Some(series) = self.series.get_mut(&told) {
            series.count = series.count.saturating_add(1);
            series.last = Instant::now();
            let again = json!({"series": {"count": series.count, "lastObservedTime": MicroTime(at)}});
            let patched = api.patch(&series.name, &PatchParams::default(), &Patch::Merge(again)).await;
            match patched.map_err(|error| ApiFailure::new(Verb::Patch, "events", &series.name, &error)) {
                Err(failure) if failure.is_not_found() => {}
                other => return other.map(drop),
            }
        }
        let event = event(&told, at, namespace, &self.identity);
        let name = event.metadata.name.clone().unwrap_or_default();
        let created = api.create(&PostParams::default(), &event).await;
        match created.map_err(|error| ApiFailure::new(Verb::Create, "events", &name, &error)) {
            Ok(_) => {}
            // The name says what and when: this very event was written, and its answer lost.
            Err(failure) if failure.is_already_exists() => {}
            Err(failure) => return Err(failure),
        }
        self.series.insert(told, Series { name, count: 1, last: Instant::now() });
        Ok(())
    }

    fn forget_old(&mut self) {
        self.series.retain(|_, series| series.last.elapsed() < SERIES);
        if self.series.len() >= REMEMBERED {
            self.series.clear();
        }
    }
}

fn event(told: &Told, at: Timestamp, namespace: &str, identity: &str) -> Event {
    let regarding = ObjectReference {
        api_version: Some(told.api_version.clone()),
        kind: Some(told.kind.clone()),
        name: Some(told.at.name.clone()),
        namespace: Some(told.at.namespace.clone()).filter(|namespace| !namespace.is_empty()),
        uid: Some(told.uid.clone()),
        ..ObjectReference::default()
    };
    let metadata =
        ObjectMeta { name: Some(name(told, at)), namespace: Some(namespace.to_owned()), ..ObjectMeta::default() };
    Event {
        metadata,
        event_time: Some(MicroTime(at)),
        type_: Some(told.severity.to_owned()),
        reason: Some(told.reason.clone()),
        note: Some(told.note.clone()),
        action: Some(ACTION.to_owned()),
        regarding: Some(regarding),
        reporting_controller: Some(CONTROLLER.to_owned()),
        reporting_instance: Some(identity.to_owned()),
        ..Event::default()
    }
}

/// The same event gets the same name, another one (or the same later) another.
fn name(told: &Told, at: Timestamp) -> String {
    let mut hash = Sha256::new();
    for part in [&told.uid, &told.reason, &told.note] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(at.as_nanosecond().to_be_bytes());
    let object = told.at.name.get(..told.at.name.floor_char_boundary(200)).unwrap_or_default();
    let object = object.trim_end_matches(['.', '-']);
    let mut name = format!("{object}.");
    for byte in hash.finalize().iter().take(8) {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

fn bounded(note: &str) -> String {
    if note.len() <= MAX_NOTE {
        return note.to_owned();
    }
    let cut = note.floor_char_boundary(MAX_NOTE.saturating_sub('…'.len_utf8()));
    format!("{}…", note.get(..cut).unwrap_or_default())
}
