//! The operator over an API server, with a simulated runtime: what the suites of the operator share.

#![allow(
    clippy::allow_attributes,
    dead_code,
    unused_macros,
    unused_imports,
    reason = "each suite uses a part of it, and which one differs"
)]

pub(crate) mod cases;
pub(crate) mod env;
pub(crate) mod runtime;
#[path = "../shipped.rs"]
mod shipped;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use openbao_claims::catalog::{Kinds, shipped as releases};
use openbao_claims::controller::clock::{Clock, TokioClock};
use openbao_claims::controller::context::{About, Context, Enqueue, Fence, Settings, Severity, Shell, Tell};
use openbao_claims::controller::metrics::Metrics;
use openbao_claims::controller::queue::{Limits, Priority};
use openbao_claims::controller::random::Random;
use openbao_claims::controller::run::{self, Operator};
use openbao_claims::controller::server::Server;
use openbao_claims::controller::shell::{Installation, serve};
use openbao_claims::controller::world::Work;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use self::shipped::texts;
use crate::api::{APPLY, Api, JSON_PATCH};

/// The operator's namespace.
pub(crate) const SYSTEM: &str = "openbao-claims";
/// Bytes that no object but Secrets, no event and no log may ever hold.
pub(crate) const CANARY: &str = "c4n4ry-6f1d";

/// Events that were told.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<String>>>);

impl Tell for Told {
    fn tell(&self, about: About<'_>, kind: Severity, reason: &str, note: &str) {
        self.0.lock().unwrap().push(format!("{kind:?} {reason} {}/{}: {note}", about.kind, about.at));
    }
}

impl Told {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

struct Always;

impl Fence for Always {
    fn may_write(&self) -> bool {
        true
    }
}

/// An operator at work.
pub(crate) struct Running {
    operator: Option<Operator>,
    pub(crate) metrics: Metrics,
    pub(crate) told: Told,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Settings for tests: a short time to gather edits.
pub(crate) fn settings() -> Settings {
    Settings { system: SYSTEM.to_owned(), settle: Duration::from_secs(2), ..Settings::default() }
}

impl Running {
    /// Starts an operator over a service that answers as an API server does.
    pub(crate) fn start(connect: impl Fn(&Metrics) -> kube::Client, settings: Settings, seed: u64) -> Self {
        let metrics = Metrics::new();
        let client = connect(&metrics);
        let mut random = Random::seeded(seed);
        let queue = run::queue(Limits::default(), Random::seeded(random.number()));
        let told = Told::default();
        let start = Timestamp::from_second(1_790_000_000).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(TokioClock::starting_at(start));
        let shell = Shell {
            server: Server::new(client),
            clock,
            settings,
            queue: Arc::new(queue.clone()) as Arc<dyn Enqueue>,
            events: Arc::new(told.clone()),
            fence: Arc::new(Always),
            kinds: Kinds::new().unwrap(),
            targets: releases::targets(|_| true).unwrap(),
        };
        let operator = Operator::new(Arc::new(Context::new(shell)), queue, metrics.clone());
        let (follower, worker) = (operator.clone(), operator.clone());
        let follow = tokio::spawn(async move { follower.follow(&mut random).await });
        let work = tokio::spawn(async move { worker.work(std::future::pending()).await });
        Self { operator: Some(operator), metrics, told, tasks: vec![follow, work] }
    }

    /// Starts a replica as a process does, with a Lease that decides who writes.
    pub(crate) fn elected(connect: impl Fn(&Metrics) -> kube::Client, settings: Settings, identity: &str) -> Self {
        let metrics = Metrics::new();
        let client = connect(&metrics);
        let start = Timestamp::from_second(1_790_000_000).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(TokioClock::starting_at(start));
        let (told, publisher) = (Told::default(), identity.to_owned());
        let installation = Installation {
            client,
            metrics: metrics.clone(),
            clock,
            settings,
            limits: Limits::default(),
            identity: publisher,
            elect: true,
            probes: None,
            targets: releases::targets(|_| true).unwrap(),
            seed: 3,
        };
        let task = tokio::spawn(async move { drop(serve(installation, std::future::pending()).await) });
        Self { operator: None, metrics, told, tasks: vec![task] }
    }

    /// Calls so far that may have changed objects of a resource.
    pub(crate) fn mutations_of(&self, resource: &str) -> u64 {
        self.count(|line| line.contains(&format!("resource=\"{resource}\"")))
    }

    /// Calls so far that may have changed something.
    pub(crate) fn mutations(&self) -> u64 {
        self.count(|_| true)
    }

    fn count(&self, wanted: impl Fn(&str) -> bool) -> u64 {
        let text = self.metrics.text();
        let mutating = |line: &&str| {
            ["create", "update", "patch", "delete"].iter().any(|verb| line.contains(&format!("verb=\"{verb}\"")))
        };
        let counted = text
            .lines()
            .filter(|line| line.starts_with("openbao_claims_api_calls_total"))
            .filter(mutating)
            .filter(|line| wanted(line));
        counted.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
    }

    /// Looks at every claim and at the catalog, as after a long time.
    pub(crate) fn resync(&self) {
        let context = self.operator.as_ref().unwrap().context();
        let claims: Vec<_> = context.world().claims.all().map(|claim| claim.meta.at.clone()).collect();
        for claim in claims {
            context.queue.add(Work::Claim(claim), Priority::Resync);
        }
        context.queue.add(Work::Catalog, Priority::Resync);
    }
}

/// A cluster with our definitions, the operator's namespace and a runtime.
pub(crate) struct Cluster {
    pub(crate) api: Api,
    /// Whether the operator has only the rights of `deploy/rbac.yaml`, bound in each namespace that is made.
    bound: bool,
    background: Vec<JoinHandle<()>>,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for task in &self.background {
            task.abort();
        }
    }
}

impl Cluster {
    /// Installs what every installation has.
    pub(crate) async fn prepare(client: kube::Client) -> Self {
        let api = Api::new(client.clone());
        api.install(&crate::definitions::ours()).await;
        api.install(&crate::definitions::target()).await;
        let cluster = Self { api, bound: false, background: vec![tokio::spawn(runtime::run(client))] };
        cluster.namespace(SYSTEM).await;
        cluster
    }

    /// The same where the API server asks who calls: with the roles that `deploy/` gives the operator.
    pub(crate) async fn prepare_with_roles(client: kube::Client) -> Self {
        let mut cluster = Self::prepare(client).await;
        cluster.apply_text(include_str!("../../../deploy/rbac.yaml")).await;
        cluster.bind();
        cluster
    }

    /// From now on, lets the operator work in each namespace that is made.
    pub(crate) fn bind(&mut self) {
        self.bound = true;
    }

    /// Makes a namespace.
    pub(crate) async fn namespace(&self, name: &str) {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        self.api.post("/api/v1/namespaces", &namespace).await.expect_status(201);
        if self.bound {
            self.bind_in(name).await;
        }
    }

    /// Lets the operator work in a namespace, as the platform does for a tenant.
    pub(crate) async fn bind_in(&self, namespace: &str) {
        let mut binding: Value = serde_saphyr::from_str(include_str!("../../../deploy/tenant-namespace.yaml")).unwrap();
        binding["metadata"]["namespace"] = namespace.into();
        self.apply(&binding).await;
    }

    /// Applies every object of a folder of the repository.
    pub(crate) async fn apply_folder(&self, folder: &str) {
        for text in texts(folder) {
            self.apply_text(&text).await;
        }
    }

    /// Applies every document of a text.
    pub(crate) async fn apply_text(&self, text: &str) {
        let documents: Vec<Value> = serde_saphyr::from_multiple(text).unwrap();
        for document in documents {
            self.apply(&document).await;
        }
    }

    /// Applies one object as a person would, by server-side apply.
    pub(crate) async fn apply(&self, object: &Value) -> Value {
        let path = path_of(object);
        let reply = self.api.patch(&format!("{path}?fieldManager=person&force=true"), APPLY, object).await;
        assert!(reply.status < 300, "{path}: {} {:#}", reply.status, reply.body);
        reply.body
    }

    /// A JSON patch.
    pub(crate) async fn edit(&self, path: &str, operations: Value) -> Value {
        self.api.patch(path, JSON_PATCH, &operations).await.expect_status(200)
    }

    /// Waits until an object is as wanted.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.api.get_until(path, |reply| reply.status == 200 && wanted(&reply.body)).await.body
    }

    /// Waits until there is no such object.
    pub(crate) async fn gone(&self, path: &str) {
        self.api.get_until(path, |reply| reply.status == 404).await;
    }
}

/// The path of an object.
pub(crate) fn path_of(object: &Value) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (version, kind) = (text("/apiVersion"), text("/kind"));
    let plural = format!("{}s", kind.to_lowercase());
    let root = if version.contains('/') { "/apis" } else { "/api" };
    match text("/metadata/namespace") {
        "" => format!("{root}/{version}/{plural}/{}", text("/metadata/name")),
        namespace => format!("{root}/{version}/namespaces/{namespace}/{plural}/{}", text("/metadata/name")),
    }
}

/// The path of a claim.
pub(crate) fn claim_path(namespace: &str, name: &str) -> String {
    format!("/apis/claims.openbao.org/v1alpha1/namespaces/{namespace}/openbaoclusterclaims/{name}")
}

/// Status and reason of a condition.
pub(crate) fn condition(object: &Value, kind: &str) -> (String, String) {
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten();
    let found = conditions.into_iter().find(|condition| condition["type"] == kind);
    let text = |name: &str| found.and_then(|it| it[name].as_str()).unwrap_or_default().to_owned();
    (text("status"), text("reason"))
}
