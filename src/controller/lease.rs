//! Leader election by a `Lease`: of several replicas, one writes.
//!
//! *Guarantees*, as long as clocks run equally fast to within [`Terms::margin`]
//! - No two replicas believe to lead at once. A leader counts its term from before it asked for it; the others count
//!   from when they saw the lease change, by their own monotonic clock, which is never earlier. What the lease says
//!   about the time is for people only: clocks may be wrong by hours.
//! - Every write names the version that it was decided on, so of two that take a lease, one is refused.
//! - A leader that cannot renew knows that its term is over before anyone else may begin one.
//!
//! A write that a leader sent before its term ended may still arrive after it: that is why each burst of writes asks
//! [`Leadership::check`] first, and why contracts are created by compare-and-swap.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use kube::api::{Api, PostParams};
use tokio::sync::watch;
use tokio::time::Instant;

use super::clock::Clock;
use super::context::Fence;
use super::failure::{ApiFailure, Verb};

#[cfg(test)]
mod tests;

/// Somebody else wrote the lease: see soon who.
const CONFLICT: Duration = Duration::from_millis(100);

/// What is campaigned for, and by whom.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The lease's namespace.
    pub namespace: String,
    /// The lease's name.
    pub name: String,
    /// This replica, named as no other process ever is (pod name and start, say).
    pub identity: String,
    /// How long a term lasts without renewal; whole seconds.
    pub duration: Duration,
    /// How long before a term's end its leader stops to write.
    pub margin: Duration,
    /// How often a leader renews, at most a third of the duration.
    pub renew: Duration,
    /// How often a candidate looks, and a leader tries again whose renewal failed.
    pub retry: Duration,
}

impl Terms {
    /// Terms of 15 seconds, as Kubernetes' own controllers have. One renewal may fail without ending the term.
    pub fn new(namespace: &str, name: &str, identity: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            identity: identity.to_owned(),
            duration: Duration::from_secs(15),
            margin: Duration::from_secs(2),
            renew: Duration::from_secs(4),
            retry: Duration::from_secs(2),
        }
    }
}

/// A term that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fenced {
    /// How often the lease has changed hands: greater for each later leader.
    pub term: i32,
    /// How long writes may still begin.
    pub left: Duration,
}

/// This replica does not lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this replica does not lead: nothing is written")]
pub struct NotLeader;

#[derive(Debug, Clone, Copy)]
struct Held {
    term: i32,
    until: Instant,
}

/// Whether this replica leads. Cheap to clone and to ask: no call is made.
#[derive(Debug, Clone)]
pub struct Leadership {
    held: watch::Receiver<Option<Held>>,
}

impl Leadership {
    /// Whether writes may begin now.
    pub fn is_leader(&self) -> bool {
        self.check().is_ok()
    }

    /// The fence: to be passed right before each burst of writes.
    pub fn check(&self) -> Result<Fenced, NotLeader> {
        let held = (*self.held.borrow()).ok_or(NotLeader)?;
        match held.until.checked_duration_since(Instant::now()) {
            Some(left) if !left.is_zero() => Ok(Fenced { term: held.term, left }),
            _ => Err(NotLeader),
        }
    }

    /// Returns once this replica leads; never, if its election has ended.
    pub async fn elected(&self) {
        let mut held = self.held.clone();
        while !self.is_leader() {
            if held.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Returns once this replica does not lead (any more): to stop work that only a leader does.
    pub async fn lost(&self) {
        let mut held = self.held.clone();
        while let Ok(fenced) = self.check() {
            tokio::select! {
                biased;
                changed = held.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(fenced.left) => {}
            }
        }
    }
}

impl Fence for Leadership {
    fn may_write(&self) -> bool {
        self.is_leader()
    }
}

/// The lease as last seen.
#[derive(Debug)]
struct Observed {
    lease: Lease,
    /// When this replica saw it change.
    at: Instant,
}

/// One replica's campaign.
pub struct Election {
    api: Api<Lease>,
    terms: Terms,
    clock: Arc<dyn Clock>,
    held: watch::Sender<Option<Held>>,
    observed: Option<Observed>,
    /// The observed lease is what the server has, as far as we know: no need to read it first.
    fresh: bool,
}

/// A campaign, not begun yet, and the view of its success.
pub fn election(client: kube::Client, terms: Terms, clock: Arc<dyn Clock>) -> (Election, Leadership) {
    let (held, view) = watch::channel(None);
    let api = Api::namespaced(client, &terms.namespace);
    (Election { api, terms, clock, held, observed: None, fresh: false }, Leadership { held: view })
}

impl Election {
    /// Campaigns and renews until `shutdown`, then gives the lease up so that the next need not wait. `shutdown` comes
    /// after the last write: when the workers have finished.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let wait = tokio::select! {
                biased;
                () = &mut shutdown => break,
                wait = self.attempt() => wait,
            };
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                () = tokio::time::sleep(wait) => {}
            }
        }
        self.release().await;
    }

    /// One try to take or keep the lease, and how long to wait for the next.
    async fn attempt(&mut self) -> Duration {
        let since = Instant::now();
        let tried = tokio::time::timeout(self.terms.renew, self.campaign(since)).await;
        match tried {
            Ok(Ok(true)) => return self.terms.renew,
            Ok(Ok(false)) => {}
            Ok(Err(failure)) => {
                self.fresh = false;
                if failure.is_conflict() || failure.is_already_exists() {
                    return CONFLICT;
                }
                tracing::warn!(%failure, "the lease cannot be taken or kept");
            }
            Err(_) => {
                self.fresh = false;
                tracing::warn!("the API server did not answer about the lease in time");
            }
        }
        self.terms.retry
    }

    /// Whether this replica leads thereby. `since` is from before anything was asked.
    async fn campaign(&mut self, since: Instant) -> Result<bool, ApiFailure> {
        if !self.fresh {
            self.look().await?;
        }
        let Some(observed) = &self.observed else { return self.write(None, since).await };
        let spec = observed.lease.spec.clone().unwrap_or_default();
        let holder = spec.holder_identity.as_deref().unwrap_or_default();
        let free = holder.is_empty() || holder == self.terms.identity;
        if !free && observed.at.elapsed() < duration(&spec).unwrap_or(self.terms.duration) {
            self.held.send_if_modified(|held| held.take().is_some());
            self.fresh = false;
            return Ok(false);
        }
        self.write(Some(observed.lease.clone()), since).await
    }

    async fn look(&mut self) -> Result<(), ApiFailure> {
        let found = self.api.get_opt(&self.terms.name).await.map_err(|error| self.failure(Verb::Get, &error))?;
        match found {
            None => self.observed = None,
            Some(lease) if self.observed.as_ref().is_some_and(|seen| version(&seen.lease) == version(&lease)) => {}
            Some(lease) => self.observed = Some(Observed { lease, at: Instant::now() }),
        }
        Ok(())
    }

    async fn write(&mut self, before: Option<Lease>, since: Instant) -> Result<bool, ApiFailure> {
        let creates = before.is_none();
        let lease = taken(before.unwrap_or_else(|| self.unheld()), &self.terms, self.clock.now());
        let term = lease.spec.as_ref().and_then(|spec| spec.lease_transitions).unwrap_or_default();
        let written = self.put(creates, &lease).await?;
        let until = since.checked_add(self.terms.duration.saturating_sub(self.terms.margin)).unwrap_or(since);
        let began = self.held.borrow().is_none_or(|held| held.term != term);
        self.held.send_replace(Some(Held { term, until }));
        self.observed = Some(Observed { lease: written, at: Instant::now() });
        self.fresh = true;
        if began {
            tracing::info!(term, identity = self.terms.identity, "this replica leads");
        }
        Ok(true)
    }

    async fn put(&self, creates: bool, lease: &Lease) -> Result<Lease, ApiFailure> {
        let how = PostParams::default();
        if creates {
            return self.api.create(&how, lease).await.map_err(|error| self.failure(Verb::Create, &error));
        }
        self.api.replace(&self.terms.name, &how, lease).await.map_err(|error| self.failure(Verb::Update, &error))
    }

    fn unheld(&self) -> Lease {
        let name = Some(self.terms.name.clone());
        Lease { metadata: ObjectMeta { name, ..ObjectMeta::default() }, spec: None }
    }

    /// Gives up what is held, as well as it can be: if this fails, the term simply runs out.
    async fn release(mut self) {
        let held = self.held.send_replace(None);
        if held.is_none() {
            return;
        }
        let released = tokio::time::timeout(self.terms.renew, async {
            self.look().await?;
            let Some(observed) = &self.observed else { return Ok(()) };
            let mut lease = observed.lease.clone();
            let spec = lease.spec.get_or_insert_default();
            if spec.holder_identity.as_deref() != Some(self.terms.identity.as_str()) {
                return Ok(());
            }
            spec.holder_identity = Some(String::new());
            spec.renew_time = Some(MicroTime(self.clock.now()));
            self.put(false, &lease).await.map(drop)
        });
        match released.await {
            Ok(Ok(())) => tracing::info!("the lease is given up"),
            Ok(Err(failure)) => tracing::warn!(%failure, "the lease runs out by itself"),
            Err(_) => tracing::warn!("the lease runs out by itself"),
        }
    }

    fn failure(&self, verb: Verb, error: &kube::Error) -> ApiFailure {
        ApiFailure::new(verb, "leases", &format!("{}/{}", self.terms.namespace, self.terms.name), error)
    }
}

/// The lease, held by this replica from now.
fn taken(mut lease: Lease, terms: &Terms, now: Timestamp) -> Lease {
    let spec = lease.spec.get_or_insert_default();
    if spec.holder_identity.as_deref() != Some(terms.identity.as_str()) {
        let changed_hands = spec.lease_transitions.map_or(0, |times| times.saturating_add(1));
        spec.holder_identity = Some(terms.identity.clone());
        spec.lease_transitions = Some(changed_hands);
        spec.acquire_time = Some(MicroTime(now));
    }
    spec.lease_duration_seconds = Some(i32::try_from(terms.duration.as_secs()).unwrap_or(i32::MAX));
    spec.renew_time = Some(MicroTime(now));
    lease
}

/// How long the holder said that its term lasts.
fn duration(spec: &LeaseSpec) -> Option<Duration> {
    let seconds = spec.lease_duration_seconds.and_then(|seconds| u64::try_from(seconds).ok());
    seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs)
}

fn version(lease: &Lease) -> &str {
    lease.metadata.resource_version.as_deref().unwrap_or_default()
}
