//! What every simulation begins with: definitions, catalog, and what the operator knows by itself. Read once.

use std::path::Path;
use std::sync::LazyLock;

use openbao_claims::catalog::{Targets, shipped};
use serde_json::{Value, json};

/// The operator's namespace.
pub(crate) const SYSTEM: &str = "openbao-claims";
/// The namespace of the claims.
pub(crate) const TEAM: &str = "team-box";
/// Bytes that nothing but Secrets may hold.
pub(crate) const CANARY: &str = "c4n4ry-6f1d";

/// What is read once.
pub(crate) struct Fixtures {
    /// Our definitions and the target's.
    pub(crate) definitions: Vec<Value>,
    /// Rule sets and components.
    pub(crate) parts: Vec<Value>,
    /// The offering and its profile.
    pub(crate) service: Vec<Value>,
    /// The target's releases.
    pub(crate) targets: Targets,
}

static FIXTURES: LazyLock<Fixtures> = LazyLock::new(read);

/// Reads what every simulation begins with. To be called before the first of them, so that all find it read.
pub fn prepare() {
    LazyLock::force(&FIXTURES);
}

pub(crate) fn fixtures() -> &'static Fixtures {
    &FIXTURES
}

fn text(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn documents(path: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn read() -> Fixtures {
    let ours = openbao_claims::api::crds();
    let mut definitions: Vec<_> =
        ours.iter().map(|crd| serde_json::to_value(crd).expect("a definition is JSON")).collect();
    for plural in ["openbaoclusters", "openbaotenants"] {
        definitions.extend(documents(&format!("crds/external/main/{plural}.yaml")));
    }
    let rules = ["posture", "comparisons", "transitions"].map(|name| format!("rules/{name}.yaml"));
    let names = ["storage", "exposure-internal", "unseal-static", "bootstrap-userpass", "upgrade-rolling"];
    let components = names.map(|name| format!("catalogs/components/{name}.yaml"));
    Fixtures {
        definitions,
        parts: rules.iter().chain(&components).flat_map(|path| documents(path)).collect(),
        service: documents("tests/fixtures/operator.yaml"),
        targets: shipped::targets(|_| true).expect("the shipped releases are readable"),
    }
}

/// A namespace.
pub(crate) fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

/// The team's tenant.
pub(crate) fn tenant() -> Value {
    json!({
        "apiVersion": "openbao.org/v1alpha1", "kind": "OpenBaoTenant",
        "metadata": {"name": TEAM, "namespace": TEAM}, "spec": {"targetNamespace": TEAM},
    })
}

/// A rule set with a mistake.
pub(crate) fn broken_rules() -> Value {
    json!({
        "apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoRuleSet", "metadata": {"name": "broken"},
        "spec": {"validations": [{"expression": "objekt.spec.replicas > 0", "reason": "No", "message": "no"}]},
    })
}
