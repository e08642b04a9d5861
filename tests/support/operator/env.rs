//! What a case is given: a cluster, operators to start on it, and short words for what tenants and admins do.

use openbao_claims::controller::metrics::Metrics;
use serde_json::{Value, json};

use super::{CANARY, Cluster, Running, SYSTEM, claim_path, condition, settings};

/// The catalog of most cases.
pub(crate) const BOX: &str = include_str!("../../fixtures/operator.yaml");
/// The namespace of most cases.
pub(crate) const TEAM: &str = "team-box";

type Connect = Box<dyn Fn(&Metrics) -> kube::Client>;

/// A cluster to play a case on.
pub(crate) struct Env {
    pub(crate) cluster: Cluster,
    connect: Connect,
    /// Seconds that a case waits at most to see that nothing happens: time is real on a real control plane.
    patience: u64,
}

impl Env {
    pub(crate) fn new(cluster: Cluster, connect: impl Fn(&Metrics) -> kube::Client + 'static, patience: u64) -> Self {
        Self { cluster, connect: Box::new(connect), patience }
    }

    /// Starts an operator.
    pub(crate) fn operator(&self) -> Running {
        Running::start(&self.connect, settings(), 7)
    }

    /// Starts a replica that writes when a Lease says so.
    pub(crate) fn elected(&self, identity: &str) -> Running {
        Running::elected(&self.connect, settings(), identity)
    }

    /// Rules, components and the small service.
    pub(crate) async fn catalog(&self) {
        for folder in ["rules", "catalogs/components"] {
            self.cluster.apply_folder(folder).await;
        }
        self.cluster.apply_text(BOX).await;
    }

    /// The namespace and its tenant.
    pub(crate) async fn team(&self) {
        self.cluster.namespace(TEAM).await;
        self.tenant().await;
    }

    pub(crate) async fn tenant(&self) {
        self.cluster
            .apply(&json!({
                "apiVersion": "openbao.org/v1alpha1", "kind": "OpenBaoTenant",
                "metadata": {"name": TEAM, "namespace": TEAM}, "spec": {"targetNamespace": TEAM},
            }))
            .await;
    }

    /// Catalog, team, and a claim named `name`.
    pub(crate) async fn ready(&self, name: &str, parameters: Value) -> Value {
        self.catalog().await;
        self.team().await;
        self.claim(name, parameters).await;
        self.until_ready(name).await
    }

    pub(crate) async fn claim(&self, name: &str, parameters: Value) -> Value {
        self.cluster.apply(&claim(name, &parameters)).await
    }

    pub(crate) async fn until_ready(&self, name: &str) -> Value {
        self.until(name, |claim| condition(claim, "Ready").0 == "True" && is_told(claim)).await
    }

    /// Waits for the reason of `Ready`.
    pub(crate) async fn until_reason(&self, name: &str, reason: &str) -> Value {
        self.until(name, |claim| condition(claim, "Ready").1 == reason && is_told(claim)).await
    }

    pub(crate) async fn until(&self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.cluster.until(&claim_path(TEAM, name), wanted).await
    }

    /// The cluster of a claim.
    pub(crate) async fn target(&self, name: &str) -> Value {
        self.cluster.api.get(&target_path(name)).await.expect_status(200)
    }

    /// Makes an edit to the claim's cluster by somebody else.
    pub(crate) async fn meddle(&self, name: &str, patch: Value) {
        self.cluster.api.patch(&target_path(name), crate::api::MERGE, &patch).await.expect_status(200);
    }

    /// Tells the runtime what to do with the claim's cluster.
    pub(crate) async fn tell(&self, name: &str, what: &str) {
        self.meddle(name, json!({"metadata": {"annotations": {super::runtime::TELL: what}}})).await;
    }

    /// A request for a claim.
    pub(crate) async fn request(&self, name: &str, claim: &str, spec: Value) -> Value {
        let mut spec = spec;
        spec["claimRef"] = json!({"name": claim});
        let request = json!({
            "apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoClaimRequest",
            "metadata": {"name": name, "namespace": TEAM}, "spec": spec,
        });
        self.cluster.api.post(&requests(), &request).await.expect_status(201)
    }

    /// Waits for the phase of a request.
    pub(crate) async fn until_phase(&self, request: &str, phase: &str) -> Value {
        let path = format!("{}/{request}", requests());
        self.cluster.until(&path, |it| it["status"]["phase"] == phase).await
    }

    /// The names of the contracts, in order.
    pub(crate) async fn contracts(&self) -> Vec<Value> {
        let path = format!("/apis/claims.openbao.org/v1alpha1/namespaces/{SYSTEM}/openbaoservicecontracts");
        self.cluster.api.get(&path).await.expect_status(200)["items"].as_array().cloned().unwrap_or_default()
    }

    /// Lets time pass, as far as there is patience.
    pub(crate) async fn pass(&self, seconds: u64) {
        tokio::time::sleep(std::time::Duration::from_secs(seconds.min(self.patience))).await;
    }

    /// A Secret of the team.
    pub(crate) async fn secret(&self, name: &str, key: &str) {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.encode(format!("{CANARY} of {name}"));
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": TEAM}, "data": {key: bytes},
        });
        self.cluster.apply(&secret).await;
    }
}

/// Whether the status speaks of the last edit.
fn is_told(claim: &Value) -> bool {
    claim["status"]["observedGeneration"] == claim["metadata"]["generation"]
}

/// A claim of the small service.
pub(crate) fn claim(name: &str, parameters: &Value) -> Value {
    json!({
        "apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoClusterClaim",
        "metadata": {"name": name, "namespace": TEAM},
        "spec": {"tenantRef": {"name": TEAM}, "offeringRef": {"name": "box"}, "parameters": parameters},
    })
}

fn requests() -> String {
    format!("/apis/claims.openbao.org/v1alpha1/namespaces/{TEAM}/openbaoclaimrequests")
}

/// The name of a claim's cluster.
pub(crate) fn target(name: &str) -> String {
    openbao_claims::engine::target_name(TEAM, name)
}

pub(crate) fn target_path(name: &str) -> String {
    format!("/apis/openbao.org/v1alpha1/namespaces/{TEAM}/openbaoclusters/{}", target(name))
}

pub(crate) fn secret_path(name: &str) -> String {
    format!("/api/v1/namespaces/{TEAM}/secrets/{name}")
}
