//! The sandbox as others hold it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;

use super::answer::ApiError;
use super::object;
use super::protocol::{Shared, lock};
use super::service::{Interceptor, SandboxService};
use super::store::Key;
use super::time::Clock;
use super::verbs::{FieldValidation, Server, Write};

/// How long the background waits for more to happen before it looks.
const SETTLE: Duration = Duration::from_millis(20);

/// What a sandbox is given.
pub struct SandboxConfig {
    /// The time of day: [`super::runtime_clock`] for most.
    pub clock: Arc<dyn Clock>,
    /// Decides all UIDs and generated names.
    pub seed: u64,
    /// How many changes of each resource watches can go back; [`SandboxConfig::KEPT`] for most.
    pub kept: usize,
}

impl SandboxConfig {
    /// A past that is long enough for every watch that reads on.
    pub const KEPT: usize = 2_048;
}

/// An API server in memory. Clones hold the same server.
#[derive(Clone)]
pub struct Sandbox {
    shared: Shared,
    unswept: Arc<Notify>,
}

impl Sandbox {
    /// A server with nothing but the namespaces that every cluster has.
    pub fn new(config: SandboxConfig) -> Self {
        let server = Server::new(config.clock, config.seed, config.kept);
        let unswept = server.unswept();
        Self { shared: Arc::new(Mutex::new(server)), unswept }
    }

    /// The state, for the parts of the sandbox that live beside the server.
    pub(super) fn shared(&self) -> Shared {
        Arc::clone(&self.shared)
    }

    /// A service for [`kube::Client::new`], or to be served on a listener.
    pub fn service(&self) -> SandboxService {
        SandboxService::new(Arc::clone(&self.shared), None)
    }

    /// A service with faults. Each counts its own requests.
    pub fn service_with(&self, interceptor: Arc<dyn Interceptor>) -> SandboxService {
        SandboxService::new(Arc::clone(&self.shared), Some(interceptor))
    }

    /// A client of this server, in namespace `default`.
    pub fn client(&self) -> kube::Client {
        kube::Client::new(self.service(), "default")
    }

    /// What a cluster does in the background: garbage collection, the end of namespaces and of definitions. Never ends.
    pub async fn run_background(self) {
        loop {
            self.unswept.notified().await;
            tokio::time::sleep(SETTLE).await;
            self.settle();
        }
    }

    /// Does at once all that the background would do. Waits for nothing.
    pub fn settle(&self) {
        while lock(&self.shared).collect() {}
    }

    /// Forgets the past: watches and pages that were not up to date have to begin anew (410).
    pub fn compact(&self) {
        lock(&self.shared).store.compact();
    }

    /// Creates an object, as a client without a name would by POST: definitions, fixtures. Answers what was stored.
    pub fn create(&self, object: Value) -> Result<Value, ApiError> {
        let mut server = lock(&self.shared);
        let (group, version) = group_version(&object);
        let named = object::text(&object, "/kind");
        let kind = server.kinds.named(&group, &version, named).cloned().ok_or_else(ApiError::no_resource)?;
        let namespace = if kind.namespaced { object::namespace(&object).to_owned() } else { String::new() };
        let namespace = if kind.namespaced && namespace.is_empty() { "default".to_owned() } else { namespace };
        let write = Write {
            kind: &kind,
            namespace: &namespace,
            manager: "sandbox",
            dry_run: false,
            validation: FieldValidation::Strict,
            status: false,
        };
        Ok(Value::clone(&server.create(&write, object)?.object))
    }

    /// An object as it is stored; none where there is none. `namespace` is empty for kinds without.
    pub fn get(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Option<Value> {
        let server = lock(&self.shared);
        let (group, version) = split(api_version);
        let kind = server.kinds.named(group, version, kind)?;
        Some(Value::clone(&*kind.show(server.store.get(&kind.bucket, &Key::new(namespace, name))?)))
    }

    /// Every object of every kind, by resource, namespace and name.
    pub fn objects(&self) -> Vec<Value> {
        let server = lock(&self.shared);
        server.store.all().map(|(_, _, object)| Value::clone(object)).collect()
    }

    /// The resource version of the last change of anything.
    pub fn version(&self) -> u64 {
        lock(&self.shared).store.version()
    }
}

fn split(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

fn group_version(object: &Value) -> (String, String) {
    let (group, version) = split(object::text(object, "/apiVersion"));
    (group.to_owned(), version.to_owned())
}
