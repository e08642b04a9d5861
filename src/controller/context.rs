//! What every reconcile stands on: the API server, what is known, what the catalog compiles to, the time.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use serde_json::Value as Json;

use crate::catalog::{Kinds, Targets};

use super::clock::Clock;
use super::entry::Malformed;
use super::names::Named;
use super::queue::Priority;
use super::registry::Registry;
use super::server::Server;
use super::world::{Due, Watched, Work, World};

/// What an installation chooses.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The operator's own namespace: contracts, reservations and interventions live there.
    pub system: String,
    /// How long a profile's closure must be unchanged before it becomes a revision (api-machinery 14).
    pub settle: Duration,
    /// How many revisions of a profile that nobody runs are kept.
    pub history: usize,
    /// How long contracts of a deleted claim are kept.
    pub retention: Duration,
    /// How long an applied contract may take until the service is up.
    pub convergence: Duration,
    /// How often a claim is looked at although nothing happened: copies have no watch.
    pub resync: Duration,
    /// Time to live of a finished request that names none.
    pub request_ttl: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let days = |days: u64| Duration::from_hours(days * 24);
        Self {
            system: "openbao-claims".to_owned(),
            settle: Duration::from_secs(10),
            history: 10,
            retention: days(30),
            convergence: Duration::from_mins(15),
            resync: Duration::from_mins(30),
            request_ttl: days(7),
        }
    }
}

/// Where keys are added to the queue.
pub trait Enqueue: Send + Sync {
    /// As soon as its turn comes.
    fn add(&self, work: Work, priority: Priority);
    /// Not before some time has passed.
    fn add_after(&self, work: Work, priority: Priority, delay: Duration);
}

/// Where transitions are told. Telling never fails a reconcile.
pub trait Tell: Send + Sync {
    /// One event about an object. `note` depends on the verdict only.
    fn tell(&self, about: About<'_>, kind: Severity, reason: &str, note: &str);
}

/// The object that an event is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Its `apiVersion`.
    pub api_version: &'a str,
    /// Its kind.
    pub kind: &'a str,
    /// Where it is.
    pub at: &'a Named,
    /// Its UID.
    pub uid: &'a str,
}

/// `Normal` or `Warning`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// As it should be.
    Normal,
    /// Somebody should look.
    Warning,
}

/// Whether this replica may write.
pub trait Fence: Send + Sync {
    /// Asked right before each burst of writes.
    fn may_write(&self) -> bool;
}

/// What every reconcile stands on: what the shell chose, and what is known.
pub struct Context {
    shell: Shell,
    /// What is known; never locked across an await.
    world: Mutex<World>,
    /// What the catalog compiles to.
    registry: RwLock<Arc<Registry>>,
    memory: Mutex<BTreeMap<Named, super::claim::Memory>>,
    catalog: Mutex<super::catalog::Memory>,
}

impl Deref for Context {
    type Target = Shell;

    fn deref(&self) -> &Shell {
        &self.shell
    }
}

/// The parts that a shell chooses.
pub struct Shell {
    /// The API server.
    pub server: Server,
    /// The wall clock, for times that are shown.
    pub clock: Arc<dyn Clock>,
    /// Choices of the installation.
    pub settings: Settings,
    /// The queue.
    pub queue: Arc<dyn Enqueue>,
    /// Events.
    pub events: Arc<dyn Tell>,
    /// Leadership.
    pub fence: Arc<dyn Fence>,
    /// Our own kinds, for strict reading.
    pub kinds: Kinds,
    /// Releases of the target.
    pub targets: Targets,
}

impl Context {
    /// Nothing is known yet.
    pub fn new(shell: Shell) -> Self {
        Self {
            world: Mutex::new(World::new(&shell.settings.system)),
            registry: RwLock::default(),
            memory: Mutex::default(),
            catalog: Mutex::default(),
            shell,
        }
    }

    /// What is known. A panic elsewhere left it whole: every change of it is one call.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the catalog compiles to, now.
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces what the catalog compiles to.
    pub fn set_registry(&self, registry: Registry) {
        let mut current = self.registry.write().unwrap_or_else(PoisonError::into_inner);
        let version = current.version.saturating_add(1);
        *current = Arc::new(Registry { version, ..registry });
    }

    /// What is remembered of a claim between reconciles; losing it costs work, never truth.
    pub fn memory(&self, claim: &Named) -> super::claim::Memory {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).get(claim).cloned().unwrap_or_default()
    }

    /// Remembers.
    pub fn remember(&self, claim: &Named, memory: super::claim::Memory) {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).insert(claim.clone(), memory);
    }

    /// What the catalog's reconcile remembers; losing it costs work, never truth.
    pub(super) fn catalog(&self) -> MutexGuard<'_, super::catalog::Memory> {
        self.catalog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets a claim.
    pub fn forget(&self, claim: &Named) {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).remove(claim);
    }

    /// The time that is shown.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Takes in an object that was listed or watched, and queues whom it concerns, at most as urgently as `ceiling`.
    pub fn observe(&self, kind: Watched, object: &Json, ceiling: Priority) -> Result<(), Malformed> {
        let due = self.world().observe(kind, object)?;
        self.enqueue(due.into_iter().map(|(work, priority)| (work, priority.min(ceiling))));
        self.count(kind);
        Ok(())
    }

    /// The catalog tells how many claims use what. It is counted some time after claims have changed, once for many.
    fn count(&self, kind: Watched) {
        const GATHER: Duration = Duration::from_secs(5);
        if matches!(kind, Watched::Claim | Watched::Contract) {
            self.queue.add_after(Work::Catalog, Priority::Resync, GATHER);
        }
    }

    /// Takes in the answer to a write of our own: it concerns nobody that is not at work already.
    pub fn wrote(&self, kind: Watched, object: &Json) {
        // An answer that cannot be read is read again from the watch, which says so.
        let _ = self.world().observe(kind, object);
        if kind == Watched::Contract {
            self.count(kind);
        }
    }

    /// An object is gone.
    pub fn gone(&self, kind: Watched, at: &Named) {
        let due = self.world().forget(kind, at);
        self.enqueue(due);
        self.count(kind);
    }

    /// A list has ended: what was not in it is gone.
    pub fn listed(&self, kind: Watched, listed: &BTreeSet<Named>) {
        let due = self.world().keep(kind, listed);
        self.enqueue(due);
        self.count(kind);
    }

    fn enqueue(&self, due: impl IntoIterator<Item = Due>) {
        for (work, priority) in due {
            self.queue.add(work, priority);
        }
    }
}
