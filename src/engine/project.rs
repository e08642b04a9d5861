//! project: what an applied contract says about the service that is observed: health, connection, and
//! what may not be there before it is first made.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::api::SourceKind;
use crate::catalog::{Revision, Validation};
use crate::cel::Value;

use super::approve::{Judgement, judge};
use super::env::{ChangeValues, Memo, Scene};
use super::finding::{Failure, Finding};
use super::input::{Facts, TargetIdentity};
use super::record::Recorder;

/// The terms that a contract was made on: what its expressions read, as it was.
#[derive(Clone, Debug)]
pub struct Terms {
    facts: Facts,
    target: TargetIdentity,
}

impl Terms {
    /// Terms from the parts of a stored contract. `claim` and `tenant` are `(namespace, name)`; `facts` is
    /// what [`super::to_wire`] stored: `{"tenant": {"spec": …}, "namespaceObject": {"labels": …}}`.
    pub fn new(
        claim: (&str, &str),
        target: &TargetIdentity,
        tenant: (&str, &str),
        parameters: &Json,
        facts: &Json,
    ) -> Self {
        let part = |pointer: &str| facts.pointer(pointer).cloned().unwrap_or_else(|| json!({}));
        let tenant = json!({"namespace": tenant.0, "name": tenant.1, "spec": part("/tenant/spec")});
        let namespace = json!({"name": claim.0, "labels": part("/namespaceObject/labels")});
        let parameters = if parameters.is_object() { parameters.clone() } else { json!({}) };
        Self {
            facts: Facts {
                claim: Value::from_json(&json!({"namespace": claim.0, "name": claim.1})),
                tenant: Value::from_json(&tenant),
                namespace: Value::from_json(&namespace),
                target: Value::from_json(&json!({"namespace": target.namespace, "name": target.name})),
                params: Value::from_json(&parameters),
                recorder: None,
            },
            target: target.clone(),
        }
    }

    /// The same, and `recorder` sees what is evaluated on them.
    #[must_use]
    pub fn recorded(mut self, recorder: Option<&Arc<dyn Recorder>>) -> Self {
        self.facts.recorder = recorder.cloned();
        self
    }

    pub(super) fn facts(&self) -> Facts {
        self.facts.clone()
    }
}

/// How a service is.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// `ready` rules that do not hold, or could not be judged.
    pub missing: Vec<Finding>,
    /// `degraded` rules that hold, or could not be judged.
    pub degraded: Vec<Finding>,
}

impl Health {
    /// Every `ready` holds: the service can be used.
    pub fn is_up(&self) -> bool {
        self.missing.is_empty()
    }

    /// It is up, and no `degraded` holds.
    pub fn is_healthy(&self) -> bool {
        self.missing.is_empty() && self.degraded.is_empty()
    }
}

/// A connection as it is to be published: texts, and names of what is copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionPlan {
    /// Service Binding's `type`; `None`: the profile publishes no connection.
    pub kind: Option<String>,
    /// Key → text.
    pub data: BTreeMap<String, String>,
    /// Bytes that are copied.
    pub copies: Vec<CopyPlan>,
}

/// One key that is copied from another object of the claim's namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyPlan {
    /// Key in the connection Secret.
    pub key: String,
    /// Kind of the source.
    pub kind: SourceKind,
    /// Name of the source.
    pub name: String,
    /// Key in the source.
    pub source_key: String,
    /// Whether the connection is whole without it.
    pub optional: bool,
}

/// An object of the claim's namespace that may not be there before the cluster is first made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForbiddenObject {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The reason that the claim shows.
    pub reason: String,
}

/// Judges the health of an observed cluster. `cluster`: the live object once its status has seen our
/// last write; until then nothing is known, so nothing is up.
pub fn health(revision: &Revision, terms: &Terms, cluster: Option<&Json>) -> Health {
    let memo = Memo::new(&revision.graph);
    let live = live(cluster);
    let scene = scene(revision, terms, &memo, &live);
    if cluster.is_none() {
        let unseen = Finding::new("NotObserved", "the runtime has not seen the last change yet");
        return Health { missing: vec![unseen], degraded: Vec::new() };
    }
    Health {
        missing: revision.health.ready.iter().filter_map(|rule| fails(rule, &scene)).collect(),
        degraded: revision.health.degraded.iter().filter_map(|rule| holds_against(rule, &scene)).collect(),
    }
}

/// A `ready` rule that does not hold; one that errs is no proof of health.
fn fails(rule: &Validation, scene: &Scene<'_>) -> Option<Finding> {
    match judge(rule, scene) {
        Judgement::Holds | Judgement::DoesNotSpeak => None,
        Judgement::Fails(finding) => Some(finding),
    }
}

/// A `degraded` rule that holds, or errs: unknown never means fine.
fn holds_against(rule: &Validation, scene: &Scene<'_>) -> Option<Finding> {
    match judge(rule, scene) {
        // The rule's own words tell of the state in which it holds.
        Judgement::Holds => {
            let reason = if rule.reason == "NotHealthy" { "Degraded" } else { rule.reason.as_str() };
            Some(Finding::new(reason, super::approve::message(rule, scene)).by(&rule.rule.site, None))
        }
        Judgement::Fails(finding) if finding.reason == "RuleError" => Some(finding),
        Judgement::DoesNotSpeak | Judgement::Fails(_) => None,
    }
}

/// What the connection of an applied contract is to hold. All that cannot be told is returned at once.
pub fn connection(revision: &Revision, terms: &Terms, cluster: Option<&Json>) -> Result<ConnectionPlan, Vec<Finding>> {
    let memo = Memo::new(&revision.graph);
    let live = live(cluster);
    let scene = scene(revision, terms, &memo, &live);
    let mut plan = ConnectionPlan { kind: revision.connection.kind.clone(), ..ConnectionPlan::default() };
    let mut findings = Vec::new();
    for (key, tree) in &revision.connection.data {
        match scene.tree(tree) {
            Ok(Some(Json::String(text))) => {
                plan.data.insert(key.clone(), text);
            }
            Ok(Some(other)) => {
                plan.data.insert(key.clone(), other.to_string());
            }
            Ok(None) => {}
            Err(failure) => findings.push(failure.finding("ConnectionError")),
        }
    }
    for copy in &revision.connection.copy {
        match scene.tree(&copy.name) {
            Ok(Some(Json::String(name))) => plan.copies.push(CopyPlan {
                key: copy.key.clone(),
                kind: copy.kind,
                name,
                source_key: copy.source_key.clone(),
                optional: copy.optional,
            }),
            Ok(_) => {}
            Err(failure) => findings.push(failure.finding("ConnectionError")),
        }
    }
    if findings.is_empty() { Ok(plan) } else { Err(findings) }
}

/// What `creation.absent` of a revision names for these terms.
pub fn must_be_absent(revision: &Revision, terms: &Terms) -> Result<Vec<ForbiddenObject>, Vec<Finding>> {
    let memo = Memo::new(&revision.graph);
    let live = live(None);
    let scene = scene(revision, terms, &memo, &live);
    let (mut objects, mut findings) = (Vec::new(), Vec::new());
    for absent in &revision.absent {
        match scene.tree(&absent.name) {
            Ok(Some(Json::String(name))) => {
                objects.push(ForbiddenObject { kind: absent.kind.clone(), name, reason: absent.reason.clone() });
            }
            Ok(_) => {}
            Err(failure) => findings.push(Failure::finding(failure, "RenderError")),
        }
    }
    if findings.is_empty() { Ok(objects) } else { Err(findings) }
}

/// The live cluster as the one name that these places have beyond the facts.
fn live(cluster: Option<&Json>) -> ChangeValues {
    let cluster = cluster.map_or_else(Value::none, |cluster| Value::some(Value::from_json(cluster)));
    ChangeValues { old: Value::Null, new: Value::Null, path: Value::Null, key: Value::Null, observed: cluster }
}

fn scene<'a>(revision: &'a Revision, terms: &'a Terms, memo: &'a Memo, live: &'a ChangeValues) -> Scene<'a> {
    Scene {
        graph: &revision.graph,
        facts: Some(&terms.facts),
        memo,
        target_name: &terms.target.name,
        objects: None,
        change: Some(live),
        item: None,
    }
}
