//! One case against a platform: the very verbs that the operator calls.

use std::collections::BTreeMap;
use std::sync::Arc;

use json_patch::merge;
use serde_json::{Value as Json, json};

use crate::api::{API_VERSION, OpenBaoClusterClaim};
use crate::catalog::{Catalog, Site};
use crate::engine::{
    Before, Candidate, Contract, Decision, Finding, Inputs, Namespace, Platform, Recorder, TargetIdentity, Tenant,
    Terms, Unselected, connection, decide_amended, health,
};

use super::case::{Case, ClaimSource, Expect};
use super::compare::missing;
use super::coverage::Witness;
use super::snapshot::{self, Snapshot};

/// How one case went.
#[derive(Debug)]
pub struct Trial {
    /// The case's name.
    pub name: String,
    /// What was expected and did not come; empty: the case passes.
    pub failures: Vec<Failure>,
}

impl Trial {
    /// Whether all that was expected came.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// One expectation that did not hold.
#[derive(Debug)]
pub struct Failure {
    /// Where it is written.
    pub site: Site,
    /// What was looked at.
    pub what: String,
    /// What the case says.
    pub expected: String,
    /// What came.
    pub got: String,
    /// The file that keeps what was expected, where it is a whole object.
    pub snapshot: Option<Snapshot>,
}

/// Runs one case. `witness`: who sees what is evaluated.
pub fn run(case: &Case, catalog: &Catalog, platform: &Platform, witness: Option<&Arc<Witness>>) -> Trial {
    let failures = match judged(case, catalog, platform, witness) {
        Ok(failures) => failures,
        Err(failure) => vec![*failure],
    };
    Trial { name: case.name.clone(), failures }
}

fn fail(site: &Site, what: &str, expected: impl Into<String>, got: impl Into<String>) -> Failure {
    let (expected, got) = (expected.into(), got.into());
    Failure { site: site.clone(), what: what.to_owned(), expected, got, snapshot: None }
}

type Judged<T> = Result<T, Box<Failure>>;

fn judged(case: &Case, catalog: &Catalog, platform: &Platform, witness: Option<&Arc<Witness>>) -> Judged<Vec<Failure>> {
    let site = case.site.at("claim");
    let content = content(&case.claim, catalog, &site)?;
    let claim = patched(content.clone(), case.patch.as_ref(), &case.site)?;
    let tenant = case.tenant.as_ref().map(Tenant::from_object);
    let namespace = case.namespace.as_ref().map(Namespace::from_object);
    let recorder = witness.map(|witness| -> Arc<dyn Recorder> { Arc::clone(witness) as Arc<dyn Recorder> });
    let facts = Facts { tenant: tenant.as_ref(), namespace: namespace.as_ref(), witness, recorder: recorder.as_ref() };
    let applied = previous(case, content, catalog, platform, &facts)?;
    let revision = applied.as_ref().and_then(|applied| platform.revisions.get(&applied.identity.profile));
    let before = Before { applied: applied.as_ref(), revision: revision.map(AsRef::as_ref) };
    let decision = match platform.inputs(&claim, before) {
        Ok(inputs) => {
            let inputs = Inputs { observed: case.observed.as_ref(), ..facts.over(inputs) };
            let decision = decide_amended(&inputs, case.rendered.as_ref());
            let mut failures = compare(&case.expect, &decision, &case.site.at("expect"));
            if let Some(candidate) = decision.candidate() {
                failures.extend(live(case, candidate, &inputs));
            } else {
                failures.extend(unrendered(&case.expect, &decision, &case.site.at("expect")));
            }
            return Ok(failures);
        }
        Err(Unselected::Denied(finding)) => Decision::Denied(vec![*finding]),
        Err(Unselected::Pending(finding)) => Decision::Pending(vec![*finding]),
    };
    let site = case.site.at("expect");
    let mut failures = compare(&case.expect, &decision, &site);
    failures.extend(unrendered(&case.expect, &decision, &site));
    Ok(failures)
}

/// Facts that a case states in place of those that were read, and who sees what becomes of them.
struct Facts<'a> {
    tenant: Option<&'a Tenant>,
    namespace: Option<&'a Namespace>,
    witness: Option<&'a Arc<Witness>>,
    recorder: Option<&'a Arc<dyn Recorder>>,
}

impl<'a> Facts<'a> {
    fn over(&self, inputs: Inputs<'a>) -> Inputs<'a> {
        if let Some(witness) = self.witness {
            witness.decides(&inputs);
        }
        Inputs {
            tenant: self.tenant.or(inputs.tenant),
            namespace: self.namespace.unwrap_or(inputs.namespace),
            recorder: self.recorder,
            ..inputs
        }
    }
}

/// What a claim's source says, as an object.
fn content(source: &ClaimSource, catalog: &Catalog, site: &Site) -> Judged<Json> {
    match source {
        ClaimSource::Inline(content) => {
            let mut whole = json!({"apiVersion": API_VERSION, "kind": "OpenBaoClusterClaim"});
            merge(&mut whole, content);
            Ok(whole)
        }
        ClaimSource::Named(name) => {
            let (namespace, short) = name.split_once('/').unwrap_or_default();
            let claim = catalog.claims.get(&(namespace.to_owned(), short.to_owned()));
            claim.map(|claim| claim.content.clone()).ok_or_else(|| {
                let names: Vec<_> = catalog.claims.keys().map(|(space, name)| format!("{space}/{name}")).collect();
                Box::new(fail(site, "claim", name, format!("no such claim among {}", names.join(", "))))
            })
        }
    }
}

fn patched(mut content: Json, patch: Option<&Json>, site: &Site) -> Judged<OpenBaoClusterClaim> {
    if let Some(patch) = patch {
        merge(&mut content, patch);
    }
    serde_json::from_value(content)
        .map_err(|error| Box::new(fail(&site.at("claim"), "claim", "a claim", format!("it cannot be read: {error}"))))
}

/// The contract that is applied, made from the earlier claim.
fn previous(
    case: &Case,
    own: Json,
    catalog: &Catalog,
    platform: &Platform,
    facts: &Facts<'_>,
) -> Judged<Option<Contract>> {
    let Some(previous) = &case.previous else { return Ok(None) };
    let site = case.site.at("previous");
    let content = match &previous.claim {
        Some(source) => content(source, catalog, &site.at("claim"))?,
        None => own,
    };
    let claim = patched(content, previous.patch.as_ref(), &site)?;
    let decision = match platform.inputs(&claim, Before::default()) {
        Ok(inputs) => decide_amended(&facts.over(inputs), previous.rendered.as_ref()),
        Err(Unselected::Denied(finding)) => Decision::Denied(vec![*finding]),
        Err(Unselected::Pending(finding)) => Decision::Pending(vec![*finding]),
    };
    match decision {
        Decision::Candidate(candidate) => Ok(Some(candidate.rendered.contract)),
        refused => Err(Box::new(fail(&site, "the previous claim", "Approved", outcome(&refused)))),
    }
}

/// A decision in a line: its word and the reasons.
fn outcome(decision: &Decision) -> String {
    let reasons: Vec<_> = decision.findings().iter().map(|it| format!("{}: {}", it.reason, it.message)).collect();
    if reasons.is_empty() {
        decision.word().to_owned()
    } else {
        format!("{} ({})", decision.word(), reasons.join("; "))
    }
}

fn compare(expect: &Expect, decision: &Decision, site: &Site) -> Vec<Failure> {
    let mut failures = Vec::new();
    if expect.verdict != decision.word() {
        failures.push(fail(&site.at("verdict"), "verdict", &expect.verdict, outcome(decision)));
    }
    let found = decision.findings();
    if let Some(reason) = &expect.reason {
        let meant: Vec<_> = found.iter().filter(|finding| finding.reason == *reason).collect();
        if meant.is_empty() {
            failures.push(fail(&site.at("reason"), "reason", reason, outcome(decision)));
        } else if let Some(part) = &expect.message
            && !meant.iter().any(|finding| finding.message.contains(part.as_str()))
        {
            let got: Vec<_> = meant.iter().map(|it| it.message.as_str()).collect();
            failures.push(fail(&site.at("message"), "message", part, got.join("; ")));
        }
        // A refusal for more than the case names hides what the case is about.
        let others: Vec<_> = found.iter().filter(|it| it.reason != *reason).map(|it| it.reason.as_str()).collect();
        if !meant.is_empty() && !others.is_empty() {
            failures.push(fail(&site.at("reason"), "reason", format!("{reason} alone"), others.join(", ")));
        }
    }
    failures
}

/// Expectations of a rendered object where there is none.
fn unrendered(expect: &Expect, decision: &Decision, site: &Site) -> Vec<Failure> {
    let asked = [
        ("rendered", expect.rendered.is_some()),
        ("snapshot", expect.snapshot.is_some()),
        ("sensitivity", expect.sensitivity.is_some()),
        ("changes", expect.changes.is_some()),
        ("connection", expect.connection.is_some()),
        ("health", expect.health.is_some()),
        ("healthReason", expect.health_reason.is_some()),
    ];
    let asked = asked.into_iter().filter(|(_, asked)| *asked);
    asked.map(|(what, _)| fail(&site.at(what), what, "a rendered object", outcome(decision))).collect()
}

/// What a candidate is, and what an observed cluster says of it.
fn live(case: &Case, candidate: &Candidate, inputs: &Inputs<'_>) -> Vec<Failure> {
    let (expect, site) = (&case.expect, case.site.at("expect"));
    let contract = &candidate.rendered.contract;
    let mut failures = Vec::new();
    if let Some(rendered) = &expect.rendered {
        let place = site.at("rendered");
        failures.extend(
            missing(rendered, &contract.object)
                .into_iter()
                .map(|it| fail(&place.below(&it.pointer), &format!("rendered {}", it.path), it.expected, it.got)),
        );
    }
    failures.extend(snapshot::compare(case, &contract.object));
    failures.extend(changes(expect, candidate, &site));
    let terms = terms(contract, inputs);
    if let Some(expected) = &expect.connection {
        let place = site.at("connection");
        match connection(inputs.revision, &terms, case.observed.as_ref()) {
            Ok(plan) => {
                failures.extend(missing(&json!(expected), &json!(plan.data)).into_iter().map(|it| {
                    fail(&place.below(&it.pointer), &format!("connection {}", it.path), it.expected, it.got)
                }));
            }
            Err(found) => failures.push(fail(&place, "connection", "texts", messages(&found))),
        }
    }
    failures.extend(healthy(case, inputs, &terms, &site));
    failures
}

fn messages(found: &[Finding]) -> String {
    found.iter().map(|it| format!("{}: {}", it.reason, it.message)).collect::<Vec<_>>().join("; ")
}

fn terms(contract: &Contract, inputs: &Inputs<'_>) -> Terms {
    let metadata = &inputs.claim.metadata;
    let claim = (metadata.namespace.as_deref().unwrap_or_default(), metadata.name.as_deref().unwrap_or_default());
    let tenant = inputs.tenant.map(|it| (it.namespace.as_str(), it.name.as_str())).unwrap_or_default();
    let facts = json!({
        "tenant": {"spec": inputs.tenant.map(|tenant| &tenant.spec)},
        "namespaceObject": {"labels": inputs.namespace.labels},
    });
    Terms::new(claim, &TargetIdentity::of(inputs.claim), tenant, &contract.parameters, &facts).recorded(inputs.recorder)
}

fn changes(expect: &Expect, candidate: &Candidate, site: &Site) -> Vec<Failure> {
    let mut failures = Vec::new();
    let Some(transition) = &candidate.transition else {
        if expect.sensitivity.is_some() || expect.changes.is_some() {
            let got = "the case has no `previous`, so nothing changes";
            failures.push(fail(site, "changes", "a change", got));
        }
        return failures;
    };
    if let Some(expected) = expect.sensitivity
        && expected != transition.sensitivity
    {
        let got = format!("{:?}", transition.sensitivity);
        failures.push(fail(&site.at("sensitivity"), "sensitivity", format!("{expected:?}"), got));
    }
    let Some(expected) = &expect.changes else { return failures };
    let place = site.at("changes");
    let got: BTreeMap<_, _> = transition.changes.iter().map(|it| (it.path.to_string(), it.class)).collect();
    for (path, class) in expected {
        match got.get(path) {
            Some(found) if found == class => {}
            found => {
                let got = found.map_or_else(|| "no change".to_owned(), |found| format!("{found:?}"));
                failures.push(fail(&place.at(path), &format!("change {path}"), format!("{class:?}"), got));
            }
        }
    }
    for (path, class) in got.iter().filter(|(path, _)| !expected.contains_key(*path)) {
        failures.push(fail(&place, &format!("change {path}"), "no change", format!("{class:?}")));
    }
    failures
}

fn healthy(case: &Case, inputs: &Inputs<'_>, terms: &Terms, site: &Site) -> Vec<Failure> {
    let mut failures = Vec::new();
    let (state, reason) = (&case.expect.health, &case.expect.health_reason);
    if state.is_none() && reason.is_none() {
        return failures;
    }
    let found = health(inputs.revision, terms, case.observed.as_ref());
    let got = match (found.is_up(), found.is_healthy()) {
        (_, true) => "Healthy",
        (true, false) => "Degraded",
        (false, _) => "NotReady",
    };
    let all: Vec<_> = found.missing.into_iter().chain(found.degraded).collect();
    if let Some(state) = state
        && state != got
    {
        failures.push(fail(&site.at("health"), "health", state, format!("{got} ({})", messages(&all))));
    }
    if let Some(reason) = reason
        && !all.iter().any(|finding| finding.reason == *reason)
    {
        failures.push(fail(&site.at("healthReason"), "healthReason", reason, messages(&all)));
    }
    failures
}
