//! A simulated OpenBao runtime: what the OpenBao operator would report, without any OpenBao.
//!
//! It looks at `OpenBaoCluster` and `OpenBaoTenant` objects of `openbao.org/v1alpha1` and moves their status along as
//! the real one does, one stage per pace, and keeps the Secrets that others read. No cluster serves anything, and
//! `OpenBaoRestore` objects are left alone. A cluster or tenant can be told to misbehave ([`Behaviour`]).

mod act;
mod cluster;
mod secrets;
mod tenant;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

pub use secrets::{CA_CANARY, SECRET_CANARY};

use super::handle::Sandbox;
use super::object;
use super::protocol::{Shared, lock};
use super::store::{Bucket, Key};
use super::verbs::Server;

/// Annotation by which an object chooses its [`Behaviour`].
pub const BEHAVIOUR: &str = "sandbox.openbao.org/behaviour";
/// The group that the runtime serves.
const GROUP: &str = "openbao.org";
/// The field manager of all that it writes.
const MANAGER: &str = "openbao-operator";

/// How the runtime treats one object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Behaviour {
    /// Everything works.
    #[default]
    Normal,
    /// It comes up and fails: phase `Failed`; a tenant is never provisioned.
    Fail,
    /// It runs, but one replica is missing and `Available` is false.
    Degrade,
    /// It runs, and changes between healthy and degraded at every pace.
    Flap,
    /// Nothing moves any more.
    Stall,
}

impl FromStr for Behaviour {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "normal" => Ok(Self::Normal),
            "fail" => Ok(Self::Fail),
            "degrade" => Ok(Self::Degrade),
            "flap" => Ok(Self::Flap),
            "stall" => Ok(Self::Stall),
            other => Err(format!("found `{other}`, expected `normal`, `fail`, `degrade`, `flap` or `stall`")),
        }
    }
}

/// Which of the two kinds an object is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Cluster,
    Tenant,
}

impl Subject {
    const ALL: [Self; 2] = [Self::Cluster, Self::Tenant];

    fn bucket(self) -> Bucket {
        Bucket::new(GROUP, if self == Self::Cluster { "openbaoclusters" } else { "openbaotenants" })
    }
}

/// What an object does next, and when that began.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Progress {
    uid: String,
    /// Stages that have passed.
    stage: u64,
    /// When the present one began, in nanoseconds since the Unix epoch.
    since: i128,
}

type Orders = BTreeMap<(String, String), Behaviour>;

/// The simulated runtime of one sandbox. Clones give orders to the same one.
#[derive(Clone)]
pub struct Runtime {
    shared: Shared,
    pace: Duration,
    orders: Arc<Mutex<Orders>>,
    ordered: Arc<Notify>,
}

/// What the running task knows.
#[derive(Default)]
struct Memory {
    progress: BTreeMap<(Subject, Key), Progress>,
    /// Objects to look at, by when.
    due: BTreeSet<(i128, Subject, Key)>,
    /// Up to which change each kind has been read.
    told: BTreeMap<Subject, u64>,
}

impl Runtime {
    /// A runtime that takes `pace` for each stage: two to bring a cluster up, one for everything else.
    pub fn new(sandbox: &Sandbox, pace: Duration) -> Self {
        Self { shared: sandbox.shared(), pace, orders: Arc::default(), ordered: Arc::default() }
    }

    /// Orders how one cluster or tenant behaves, whatever its annotation says.
    pub fn order(&self, namespace: &str, name: &str, behaviour: Behaviour) {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.insert((namespace.to_owned(), name.to_owned()), behaviour);
        self.ordered.notify_one();
    }

    /// Works. Never ends.
    pub async fn run(self) {
        let mut memory = Memory::default();
        let mut signals = {
            let mut server = lock(&self.shared);
            Subject::ALL.map(|subject| server.store.signal(&subject.bucket()))
        };
        let [clusters, tenants] = &mut signals;
        loop {
            clusters.borrow_and_update();
            tenants.borrow_and_update();
            let wait = self.step(&mut memory);
            let wake = Instant::now().checked_add(wait).unwrap_or_else(Instant::now);
            tokio::select! {
                biased;
                _ = clusters.changed() => {}
                _ = tenants.changed() => {}
                () = self.ordered.notified() => memory.look_at_all(),
                () = sleep_until(wake) => {}
            }
        }
    }

    /// Looks at everything that changed or is due, and answers how long nothing more is.
    fn step(&self, memory: &mut Memory) -> Duration {
        /// How long to sleep when nothing is due.
        const REST: Duration = Duration::from_hours(1);
        let mut server = lock(&self.shared);
        let now = server.now();
        memory.read(&mut server, now);
        let due: Vec<(i128, Subject, Key)> = memory.due.iter().take_while(|(at, _, _)| *at <= now).cloned().collect();
        for entry in due {
            memory.due.remove(&entry);
            let (_, subject, key) = entry;
            if let Some(again) = self.look_at(&mut server, memory, subject, &key, now) {
                memory.due.insert((now.saturating_add(again), subject, key));
            }
        }
        let next = memory.due.first().map(|(at, _, _)| at.saturating_sub(now).max(0));
        let next = next.and_then(|nanos| u64::try_from(nanos).ok()).map(Duration::from_nanos);
        next.unwrap_or(REST)
    }

    /// Moves one object along. Answers in how many nanoseconds to look again.
    fn look_at(
        &self,
        server: &mut Server,
        memory: &mut Memory,
        subject: Subject,
        key: &Key,
        now: i128,
    ) -> Option<i128> {
        let place = (subject, key.clone());
        let Some(object) = server.store.get(&subject.bucket(), key).cloned() else {
            memory.progress.remove(&place);
            return None;
        };
        let fresh = || Progress { uid: object::uid(&object).to_owned(), stage: first_stage(&object), since: now };
        let progress = memory.progress.entry(place).or_insert_with(fresh);
        if progress.uid != object::uid(&object) {
            *progress = fresh();
        }
        let behaviour = self.behaviour(&object);
        let stage_time = i128::try_from(self.pace.as_nanos()).unwrap_or(i128::MAX).max(1);
        if now.saturating_sub(progress.since) >= stage_time && behaviour != Behaviour::Stall {
            progress.stage = progress.stage.saturating_add(1);
            progress.since = now;
        }
        let more = match subject {
            Subject::Cluster => cluster::reconcile(server, &object, progress, behaviour),
            Subject::Tenant => tenant::reconcile(server, &object, progress, behaviour),
        };
        more.then(|| progress.since.saturating_add(stage_time).saturating_sub(now).max(1))
    }

    fn behaviour(&self, object: &Value) -> Behaviour {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (object::namespace(object).to_owned(), object::name(object).to_owned());
        let told = object.pointer("/metadata/annotations").and_then(|annotations| annotations.get(BEHAVIOUR));
        let told = told.and_then(Value::as_str).and_then(|text| text.parse().ok());
        orders.get(&place).copied().or(told).unwrap_or_default()
    }
}

/// Where an object stands that the runtime has not seen before: what has a phase went through the first stages.
fn first_stage(object: &Value) -> u64 {
    match object::text(object, "/status/phase") {
        "" => 0,
        "Initializing" => 1,
        _ => 2,
    }
}

impl Memory {
    /// Notes what changed since the last step.
    fn read(&mut self, server: &mut Server, now: i128) {
        for subject in Subject::ALL {
            let told = self.told.get(&subject).copied().unwrap_or_default();
            let bucket = subject.bucket();
            let changed: BTreeSet<Key> = match server.store.events_after(&bucket, told) {
                Ok(events) => events.iter().map(|event| Key::of(&event.object)).collect(),
                Err(_) => server.store.objects(&bucket).map(|(key, _)| key.clone()).collect(),
            };
            self.told.insert(subject, server.store.version());
            self.due.extend(changed.into_iter().map(|key| (now, subject, key)));
        }
    }

    fn look_at_all(&mut self) {
        let all: Vec<(Subject, Key)> = self.progress.keys().cloned().collect();
        self.due.extend(all.into_iter().map(|(subject, key)| (i128::MIN, subject, key)));
    }
}

#[cfg(test)]
mod tests;
