//! A cluster in memory: what the shell does with a plan, done to a world at once.

use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::catalog::{Kinds, Targets, shipped};
use crate::controller::catalog::decide::{Remembered, Surroundings};
use crate::controller::catalog::{fan_out, snapshot::Snapshot};
use crate::controller::names::Named;
use crate::controller::registry::Registry;
use crate::controller::world::{Watched, World};
use crate::diagnostic::Sources;
use crate::yaml;

pub(super) const SETTLE: u64 = 10;

/// Our own kinds and the shipped releases, read once for all tests.
pub(super) fn surroundings() -> &'static (Kinds, Targets) {
    static SHARED: OnceLock<(Kinds, Targets)> = OnceLock::new();
    SHARED.get_or_init(|| (Kinds::new().unwrap(), shipped::targets(|_| true).unwrap()))
}

/// All objects of shipped files.
pub(super) fn shipped_objects(folders: &[&str]) -> Vec<Json> {
    let mut objects = Vec::new();
    for folder in folders {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        // `tests.yaml` is no catalog.
        files.retain(|file| file.extension().is_some_and(|it| it == "yaml") && !file.ends_with("tests.yaml"));
        for file in files {
            let mut sources = Sources::default();
            let id = sources.add("file", std::fs::read_to_string(file).unwrap());
            objects.extend(yaml::read(&sources, id).unwrap().into_iter().map(|document| document.value));
        }
    }
    objects
}

pub(super) struct Cluster {
    pub(super) world: World,
    memory: Remembered,
    pub(super) registry: Registry,
    time: u64,
    version: u64,
    pub(super) history: usize,
}

/// What one run did.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) made: Vec<String>,
    pub(super) written: Vec<String>,
    pub(super) told: Vec<String>,
    pub(super) deleted: Vec<String>,
    pub(super) queued: Vec<String>,
    pub(super) next: Option<u64>,
}

impl Run {
    pub(super) fn wrote_nothing(&self) -> bool {
        self.made.is_empty() && self.written.is_empty() && self.deleted.is_empty()
    }
}

impl Cluster {
    pub(super) fn empty() -> Self {
        let (world, memory) = (World::new("system"), Remembered::default());
        Self { world, memory, registry: Registry::default(), time: 0, version: 1, history: 10 }
    }

    /// The development catalog with the shipped components and rules.
    pub(super) fn development() -> Self {
        Self::of(&["catalogs/components", "catalogs/development", "rules"])
    }

    /// Shipped folders without their claims.
    pub(super) fn of(folders: &[&str]) -> Self {
        let mut cluster = Self::empty();
        for object in shipped_objects(folders).into_iter().filter(|object| object["kind"] != "OpenBaoClusterClaim") {
            cluster.put(object);
        }
        cluster
    }

    fn kind(object: &Json) -> Option<Watched> {
        Some(match object["kind"].as_str().unwrap() {
            "OpenBaoServiceOffering" => Watched::Offering,
            "OpenBaoServiceProfile" => Watched::Profile,
            "OpenBaoServiceComponent" => Watched::Component,
            "OpenBaoRuleSet" => Watched::RuleSet,
            "OpenBaoServiceRevision" => Watched::Revision,
            "OpenBaoClusterClaim" => Watched::Claim,
            "OpenBaoServiceContract" => Watched::Contract,
            _ => return None,
        })
    }

    /// Makes an object, or changes one of the same name as an API server would.
    pub(super) fn put(&mut self, mut object: Json) {
        let Some(kind) = Self::kind(&object) else { return };
        self.version += 1;
        let (known, version) = (self.object(kind, object["metadata"]["name"].as_str().unwrap()), self.version);
        let spec = object["spec"].clone();
        let metadata = object["metadata"].as_object_mut().unwrap();
        metadata.insert("resourceVersion".to_owned(), json!(version.to_string()));
        if let Some(known) = known {
            let generation = known["metadata"]["generation"].as_i64().unwrap();
            let generation = if known["spec"] == spec { generation } else { generation + 1 };
            metadata.insert("uid".to_owned(), known["metadata"]["uid"].clone());
            metadata.insert("generation".to_owned(), json!(generation));
            if object.get("status").is_none() && known.get("status").is_some() {
                object["status"] = known["status"].clone();
            }
        } else {
            metadata.insert("uid".to_owned(), json!(format!("uid-{version}")));
            metadata.insert("generation".to_owned(), json!(1));
        }
        self.world.observe(kind, &object).unwrap();
    }

    pub(super) fn object(&self, kind: Watched, name: &str) -> Option<Json> {
        let at = Named::cluster(name);
        let store = match kind {
            Watched::Offering => &self.world.offerings,
            Watched::Profile => &self.world.profiles,
            Watched::Component => &self.world.components,
            Watched::RuleSet => &self.world.rule_sets,
            Watched::Revision => &self.world.revisions,
            _ => return None,
        };
        store.get(&at).map(|entry| entry.object.clone())
    }

    pub(super) fn edit(&mut self, kind: Watched, name: &str, edit: impl FnOnce(&mut Json)) {
        let mut object = self.object(kind, name).unwrap();
        edit(&mut object["spec"]);
        self.put(object);
    }

    pub(super) fn remove(&mut self, kind: Watched, name: &str) {
        self.world.forget(kind, &Named::cluster(name));
    }

    pub(super) fn claim(&mut self, name: &str, offering: &str) {
        self.put(json!({
            "kind": "OpenBaoClusterClaim", "metadata": {"name": name, "namespace": "team"},
            "spec": {"tenantRef": {"name": "team"}, "offeringRef": {"name": offering}},
        }));
    }

    pub(super) fn bind(&mut self, claim: &str, sequence: i64, profile: &str, revision: &str) {
        let engine = json!({"version": "1", "fingerprint": 1, "celEnvironment": "1.37", "targetRelease": "main",
            "targetSchema": ""});
        self.put(json!({
            "kind": "OpenBaoServiceContract",
            "metadata": {"name": format!("{claim}-x-{sequence}"), "namespace": "system"},
            "spec": {
                "claim": {"namespace": "team", "name": claim}, "claimGeneration": 1, "sequence": sequence,
                "tenant": {"namespace": "team", "name": "team"}, "profile": {"name": profile},
                "revision": {"name": revision}, "digest": "", "engine": engine,
            },
            "status": {"state": "Applied"},
        }));
    }

    pub(super) fn pass(&mut self, seconds: u64) {
        self.time += seconds;
    }

    /// A new process: what was remembered is lost.
    pub(super) fn restart(&mut self) {
        self.memory = Remembered::default();
        self.registry = Registry::default();
    }

    pub(super) fn run(&mut self) -> Run {
        let mut run = Run::default();
        let mut plan = self.decide(&mut run);
        if !plan.make.is_empty() {
            for new in plan.make {
                run.made.push(new.name);
                self.put(new.object);
            }
            plan = self.decide(&mut run);
            assert!(plan.make.is_empty(), "a revision that is there is made again");
        }
        for write in plan.statuses {
            let name = &write.entry.meta.at.name;
            let mut object = self.object(write.watched, name).unwrap();
            object["status"] = write.status;
            self.put(object);
            run.written.push(format!("{:?}/{name}", write.watched));
            run.told.extend(write.events.into_iter().map(|told| format!("{:?}/{name} {}", write.watched, told.reason)));
        }
        for (at, _) in plan.delete {
            self.world.forget(Watched::Revision, &at);
            run.deleted.push(at.name);
        }
        run.next = plan.next.map(|next| next.as_secs());
        run
    }

    fn decide(&mut self, run: &mut Run) -> crate::controller::catalog::decide::Plan {
        let (kinds, targets) = surroundings();
        let snapshot = Snapshot::of(&self.world);
        let around = Surroundings {
            kinds,
            targets,
            settle: Duration::from_secs(SETTLE),
            history: self.history,
            time: Duration::from_secs(self.time),
            wall: k8s_openapi::jiff::Timestamp::from_second(1_800_000_000 + i64::try_from(self.time).unwrap()).unwrap(),
        };
        let mut plan = self.memory.decide(&snapshot, around);
        let new = std::mem::take(&mut plan.registry);
        let queued = fan_out::concerned(&self.registry, &new, &snapshot.usage);
        run.queued.extend(queued.into_iter().map(|claim| claim.name.clone()));
        self.registry = new;
        plan
    }

    /// Runs, lets the catalog settle, and runs again.
    pub(super) fn settle(&mut self) -> Run {
        self.run();
        self.pass(SETTLE);
        self.run()
    }

    /// Status, reason and message of a condition.
    pub(super) fn condition(&self, kind: Watched, name: &str, condition: &str) -> [String; 3] {
        let object = self.object(kind, name).unwrap();
        let found = object["status"]["conditions"].as_array().unwrap().iter().find(|it| it["type"] == condition);
        ["status", "reason", "message"].map(|field| found.unwrap()[field].as_str().unwrap().to_owned())
    }

    pub(super) fn current(&self, profile: &str) -> Option<String> {
        self.registry.profiles.get(profile).and_then(|state| state.current.clone())
    }

    pub(super) fn revisions(&self) -> Vec<(String, i64)> {
        let all = self.world.revisions.all();
        all.map(|entry| (entry.meta.at.name.clone(), entry.object["spec"]["number"].as_i64().unwrap())).collect()
    }
}
