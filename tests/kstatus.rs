//! What GitOps tools say of claims: the table of design section 8, judged by the tools' own libraries
//! (`tests/kstatus/record`), and the expressions for Flux once more by our own evaluator.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a suite of its own: a panic is how it fails"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use openbao_claims::api::{ClaimStatus, crds};
use openbao_claims::cel::{self, Activation, Context, Meter, Presence, RootId, Scope, Value as Cel};
use serde::Deserialize;
use serde_json::Value;

/// Case, kstatus, Argo CD, Flux.
const TABLE: &[(&str, &str, &str, &str)] = &[
    ("seen and nothing more", "InProgress", "Progressing", "InProgress"),
    ("applied, healthy", "Current", "Healthy", "Current"),
    ("applied, coming up", "InProgress", "Progressing", "InProgress"),
    ("pending on the tenant", "InProgress", "Progressing", "InProgress"),
    ("pending on the catalog", "InProgress", "Progressing", "InProgress"),
    ("gated, waiting, healthy", "InProgress", "Suspended", "InProgress"),
    ("gated, waiting, coming up", "InProgress", "Suspended", "InProgress"),
    ("suspended by its owner", "InProgress", "Suspended", "InProgress"),
    ("applied, degraded", "Failed", "Degraded", "Failed"),
    ("gated, degraded", "Failed", "Degraded", "Failed"),
    ("applied, failed", "Failed", "Degraded", "Failed"),
    ("blocked, healthy", "Failed", "Degraded", "Failed"),
    ("blocked, coming up", "Failed", "Degraded", "Failed"),
    ("denied, nothing made", "Failed", "Degraded", "Failed"),
    ("denied, healthy", "Failed", "Degraded", "Failed"),
    // An old status proves nothing about a newer edit.
    ("healthy before the last edit was seen", "InProgress", "Progressing", "InProgress"),
    ("blocked before the last edit was seen", "InProgress", "Progressing", "InProgress"),
    ("being deleted", "Terminating", "Progressing", "InProgress"),
    ("being deleted, before the operator saw it", "Terminating", "Progressing", "InProgress"),
    // Field case 69: nobody has looked at it. The definition's default makes the difference.
    ("status as the definition fills it in", "InProgress", "Progressing", "InProgress"),
    // What would be without that default: kstatus calls complete what nobody has looked at, and Flux's expressions
    // cannot be evaluated.
    ("no status at all", "Current", "Progressing", "Unknown"),
    ("an empty status", "Current", "Progressing", "InProgress"),
];

#[derive(Deserialize)]
struct Case {
    case: String,
    object: Value,
}

#[derive(Deserialize)]
struct Verdict {
    case: String,
    kstatus: Told,
    argocd: Told,
    flux: String,
}

#[derive(Deserialize)]
struct Told {
    status: String,
    message: String,
}

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn lines<T: serde::de::DeserializeOwned>(path: &str) -> Vec<T> {
    file(path)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{path}: {error}")))
        .collect()
}

fn cases() -> Vec<Case> {
    lines("tests/kstatus/cases.jsonl")
}

#[test]
fn each_row_of_the_table_is_what_the_tools_say() {
    let recorded: Vec<Verdict> = lines("tests/kstatus/recorded.jsonl");
    let table: BTreeMap<_, _> =
        TABLE.iter().map(|(case, kstatus, argo, flux)| (*case, (*kstatus, *argo, *flux))).collect();
    assert_eq!(recorded.len(), table.len(), "tests/kstatus/record has not run since a case was added");
    for told in &recorded {
        let verdict = (told.kstatus.status.as_str(), told.argocd.status.as_str(), told.flux.as_str());
        assert_eq!(Some(&verdict), table.get(told.case.as_str()), "{}", told.case);
    }
}

#[test]
fn each_case_is_a_status_that_the_controller_can_write() {
    let recorded: Vec<Verdict> = lines("tests/kstatus/recorded.jsonl");
    for (case, told) in cases().iter().zip(&recorded) {
        assert_eq!(case.case, told.case, "tests/kstatus/record has not run since the cases were moved");
        let status = case.object.get("status").cloned().unwrap_or_default();
        if status.is_null() {
            continue;
        }
        let read: ClaimStatus = serde_json::from_value(status.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), status, "{}", case.case);
    }
}

#[test]
fn argo_cd_shows_the_claims_own_summary() {
    for told in lines::<Verdict>("tests/kstatus/recorded.jsonl") {
        if told.argocd.status == "Degraded" {
            assert_eq!(told.argocd.message, told.kstatus.message, "{}", told.case);
        }
        assert!(!told.argocd.message.is_empty(), "{}", told.case);
    }
}

#[test]
fn the_claims_definition_fills_in_the_status_that_the_case_shows() {
    let claim = crds().into_iter().find(|crd| crd.spec.names.kind == "OpenBaoClusterClaim").unwrap();
    let definition = serde_json::to_value(claim).unwrap();
    let default = &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["status"]["default"];
    let case = cases().into_iter().find(|case| case.case == "status as the definition fills it in").unwrap();
    assert_eq!(default, &case.object["status"]);
}

struct Object<'a>(&'a Value, Vec<(RootId, String)>);

impl Activation for Object<'_> {
    fn load(&self, root: RootId, _: &mut Context<'_>) -> cel::Result<Option<Cel>> {
        let name = self.1.iter().find(|(id, _)| *id == root).map(|(_, name)| name.as_str());
        Ok(name.and_then(|name| self.0.get(name)).map(Cel::from_json))
    }
}

/// `None`: it cannot be evaluated.
fn holds(expression: &str, object: &Value) -> Option<bool> {
    let mut scope = Scope::new();
    let names = ["metadata", "status"].map(|name| (scope.declare(name, Presence::Always), name.to_owned()));
    let program = cel::compile(expression, &scope).unwrap_or_else(|errors| panic!("{expression}: {errors:?}"));
    let value = program.eval(&Object(object, names.to_vec()), &mut Context::new(Meter::PER_CALL_LIMIT)).ok()?;
    Some(value == Cel::Bool(true))
}

/// Flux's rules: an unobserved generation first, then the expressions in this order.
fn flux(checks: &Value, object: &Value) -> &'static str {
    let observed = object.pointer("/status/observedGeneration");
    if observed.is_some() && observed != object.pointer("/metadata/generation") {
        return "InProgress";
    }
    for (key, status) in [("inProgress", "InProgress"), ("failed", "Failed"), ("current", "Current")] {
        match holds(checks[key].as_str().unwrap(), object) {
            None => return "Unknown",
            Some(true) => return status,
            Some(false) => {}
        }
    }
    "InProgress"
}

#[test]
fn our_own_evaluator_agrees_with_flux_about_the_shipped_expressions() {
    let kustomization: Value = serde_saphyr::from_str(&file("docs/gitops/flux-kustomization.yaml")).unwrap();
    let checks = &kustomization["spec"]["healthCheckExprs"][0];
    let recorded: Vec<Verdict> = lines("tests/kstatus/recorded.jsonl");
    for (case, told) in cases().iter().zip(&recorded) {
        assert_eq!(flux(checks, &case.object), told.flux, "{}", case.case);
    }
}
