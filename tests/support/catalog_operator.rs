//! The catalog's reconcile on a sandbox, run by hand: what it wrote, told and queued is seen after each run.

#[path = "shipped.rs"]
mod texts;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt, ready};
use http::StatusCode;
use openbao_claims::catalog::{Kinds, Targets, shipped};
use openbao_claims::controller::catalog;
use openbao_claims::controller::clock::TokioClock;
use openbao_claims::controller::context::{About, Context, Enqueue, Fence, Settings, Severity, Shell, Tell};
use openbao_claims::controller::failure::ApiFailure;
use openbao_claims::controller::names::Named;
use openbao_claims::controller::queue::Priority;
use openbao_claims::controller::server::{self, Kind, Server};
use openbao_claims::controller::world::{Watched, Work};
use openbao_claims::diagnostic::Sources;
use openbao_claims::sandbox::{After, ApiError, Before, Call, Interceptor, Sandbox, SandboxConfig, runtime_clock};
use openbao_claims::yaml;
use serde_json::{Value as Json, json};

use super::definitions;

const START: i64 = 1_790_000_000;

/// Read once for all tests.
static TARGETS: OnceLock<Targets> = OnceLock::new();

/// The kinds that the catalog's reconcile sees.
const SEEN: [(Watched, Kind); 7] = [
    (Watched::Offering, server::OFFERING),
    (Watched::Profile, server::PROFILE),
    (Watched::Component, server::COMPONENT),
    (Watched::RuleSet, server::RULE_SET),
    (Watched::Revision, server::REVISION),
    (Watched::Claim, server::CLAIM),
    (Watched::Contract, server::CONTRACT),
];

/// What happens to the next mutating call whose path holds a text.
pub(crate) enum Fault {
    /// It is refused and does nothing.
    Refused,
    /// It is done, and the answer is lost.
    Lost,
}

#[derive(Default)]
struct Line {
    mutations: Mutex<Vec<String>>,
    fault: Mutex<Option<(Fault, String)>>,
}

impl Line {
    fn strike(&self, call: &Call, refused: bool) -> bool {
        let mut fault = self.fault.lock().unwrap();
        let hit = matches!(&*fault, Some((kind, path))
            if call.mutates() && call.path.contains(path) && matches!(kind, Fault::Refused) == refused);
        if hit {
            *fault = None;
        }
        hit
    }
}

impl Interceptor for Line {
    fn before<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Before> {
        if call.mutates() {
            self.mutations.lock().unwrap().push(format!("{} {}", call.method, call.path));
        }
        let refusal = || Before::Refuse(ApiError::new(503, "ServiceUnavailable", "not now"));
        ready(if self.strike(call, true) { refusal() } else { Before::Pass }).boxed()
    }

    fn after<'a>(&'a self, call: &'a Call, _: StatusCode) -> BoxFuture<'a, After> {
        let lost = self.strike(call, false);
        ready(if lost { After::Fail("the connection broke".to_owned()) } else { After::Deliver }).boxed()
    }
}

#[derive(Default)]
struct Heard {
    told: Mutex<Vec<String>>,
    queued: Mutex<Vec<String>>,
    follows: AtomicBool,
}

impl Tell for Heard {
    fn tell(&self, about: About<'_>, _: Severity, reason: &str, _: &str) {
        self.told.lock().unwrap().push(format!("{}/{} {reason}", about.kind, about.at));
    }
}

impl Enqueue for Heard {
    fn add(&self, work: Work, priority: Priority) {
        if let (Work::Claim(claim), Priority::FanOut) = (work, priority) {
            self.queued.lock().unwrap().push(claim.name);
        }
    }

    fn add_after(&self, work: Work, priority: Priority, _: Duration) {
        self.add(work, priority);
    }
}

impl Fence for Heard {
    fn may_write(&self) -> bool {
        !self.follows.load(Ordering::Relaxed)
    }
}

/// What one run did.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) result: Result<Option<Duration>, ApiFailure>,
    pub(crate) mutations: Vec<String>,
    pub(crate) told: Vec<String>,
    pub(crate) queued: Vec<String>,
}

/// A sandbox, people who write to it, and the catalog's reconcile.
pub(crate) struct Operator {
    pub(crate) sandbox: Sandbox,
    people: Server,
    line: Arc<Line>,
    heard: Arc<Heard>,
    pub(crate) ctx: Context,
}

impl Operator {
    pub(crate) fn new() -> Self {
        let clock = runtime_clock(i128::from(START) * 1_000_000_000);
        let sandbox = Sandbox::new(SandboxConfig { clock, seed: 1, kept: SandboxConfig::KEPT });
        for definition in definitions::ours().into_iter().chain(definitions::target()) {
            sandbox.create(definition).unwrap();
        }
        let namespace = |name: &str| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        sandbox.create(namespace("openbao-claims")).unwrap();
        sandbox.create(namespace("team")).unwrap();
        let people = Server::new(sandbox.client());
        let (line, heard) = (Arc::<Line>::default(), Arc::<Heard>::default());
        let ctx = context(&sandbox, &line, &heard, 10);
        Self { sandbox, people, line, heard, ctx }
    }

    /// A new process on the same cluster.
    pub(crate) fn restart(&mut self, history: usize) {
        self.ctx = context(&self.sandbox, &self.line, &self.heard, history);
    }

    /// Whether this replica may write.
    pub(crate) fn leads(&self, leads: bool) {
        self.heard.follows.store(!leads, Ordering::Relaxed);
    }

    /// What befalls the next mutating call whose path holds `path`.
    pub(crate) fn next(&self, fault: Fault, path: &str) {
        *self.line.fault.lock().unwrap() = Some((fault, path.to_owned()));
    }

    /// Creates the objects of shipped folders, without claims.
    pub(crate) fn ship(&self, folders: &[&str]) {
        for object in objects(folders).into_iter().filter(|object| object["kind"] != "OpenBaoClusterClaim") {
            if object["apiVersion"] == "claims.openbao.org/v1alpha1" {
                self.sandbox.create(object).unwrap();
            }
        }
    }

    pub(crate) fn get(&self, kind: Kind, name: &str) -> Option<Json> {
        self.sandbox.get(&kind.api_version(), kind.kind, "", name)
    }

    pub(crate) async fn edit(&self, kind: Kind, name: &str, edit: impl FnOnce(&mut Json)) {
        let mut spec = self.get(kind, name).unwrap()["spec"].clone();
        edit(&mut spec);
        let patch = json!([{"op": "add", "path": "/spec", "value": spec}]);
        self.people.patch(kind, &Named::cluster(name), None, &patch).await.unwrap();
    }

    pub(crate) async fn delete(&self, kind: Kind, name: &str) {
        let uid = self.get(kind, name).unwrap()["metadata"]["uid"].as_str().unwrap().to_owned();
        self.people.delete(kind, &Named::cluster(name), &uid).await.unwrap();
    }

    /// Takes in what the cluster holds, as watches would.
    pub(crate) async fn watch(&self) {
        for (watched, kind) in SEEN {
            let items = self.people.list(kind, "", "").await.unwrap();
            for item in &items {
                self.ctx.observe(watched, item, Priority::Edit).unwrap();
            }
            let named = |item: &Json| {
                let part = |field: &str| item["metadata"][field].as_str().unwrap_or_default().to_owned();
                Named::new(part("namespace"), part("name"))
            };
            self.ctx.listed(watched, &items.iter().map(named).collect());
        }
    }

    /// One run on what was seen last.
    pub(crate) async fn blind(&self) -> Run {
        self.line.mutations.lock().unwrap().clear();
        let result = catalog::reconcile(&self.ctx).await;
        let take = |list: &Mutex<Vec<String>>| std::mem::take(&mut *list.lock().unwrap());
        Run {
            result,
            mutations: take(&self.line.mutations),
            told: take(&self.heard.told),
            queued: take(&self.heard.queued),
        }
    }

    /// One run on what the cluster holds.
    pub(crate) async fn run(&self) -> Run {
        self.watch().await;
        self.blind().await
    }

    /// Runs, waits until the catalog has settled, and runs again.
    pub(crate) async fn settle(&self) -> Run {
        self.run().await.result.unwrap();
        tokio::time::advance(self.ctx.settings.settle).await;
        self.run().await
    }

    pub(crate) fn current(&self, profile: &str) -> Option<String> {
        self.ctx.registry().profiles.get(profile)?.current.clone()
    }

    /// Status and reason of a condition.
    pub(crate) fn condition(&self, kind: Kind, name: &str, condition: &str) -> (String, String) {
        let object = self.get(kind, name).unwrap();
        let conditions = object["status"]["conditions"].as_array().unwrap();
        let found = conditions.iter().find(|it| it["type"] == condition).unwrap();
        let text = |field: &str| found[field].as_str().unwrap().to_owned();
        (text("status"), text("reason"))
    }
}

fn context(sandbox: &Sandbox, line: &Arc<Line>, heard: &Arc<Heard>, history: usize) -> Context {
    let interceptor: Arc<dyn Interceptor> = Arc::clone(line) as _;
    let client = kube::Client::new(sandbox.service_with(interceptor), "default");
    Context::new(Shell {
        server: Server::new(client),
        clock: Arc::new(TokioClock::starting_at(jiff::Timestamp::from_second(START).unwrap())),
        settings: Settings { history, ..Settings::default() },
        queue: Arc::clone(heard) as _,
        events: Arc::clone(heard) as _,
        fence: Arc::clone(heard) as _,
        kinds: Kinds::new().unwrap(),
        targets: TARGETS.get_or_init(|| shipped::targets(|_| true).unwrap()).clone(),
    })
}

fn objects(folders: &[&str]) -> Vec<Json> {
    let mut objects = Vec::new();
    for text in folders.iter().flat_map(|folder| texts::texts(folder)) {
        let mut sources = Sources::default();
        let id = sources.add("file", text);
        objects.extend(yaml::read(&sources, id).unwrap().into_iter().map(|document| document.value));
    }
    objects
}
