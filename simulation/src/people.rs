//! Tenants, admins and others, who talk to the API server as people do. Nothing befalls their calls.

use http_body_util::BodyExt;
use kube::client::Body;
use openbao_claims::engine::target_name;
use serde_json::{Value, json};

use crate::fixtures::{SYSTEM, TEAM, broken_rules, fixtures};
use crate::model::parameters;
use crate::oath::text;
use crate::schedule::{Act, CLAIMS, Catalog, Wish};
use crate::wire::Shared;

pub(crate) const APPLY: &str = "application/apply-patch+yaml";
pub(crate) const MERGE: &str = "application/merge-patch+json";
const JSON: &str = "application/json";
pub(crate) const OURS: &str = "/apis/claims.openbao.org/v1alpha1";

/// Raw requests.
#[derive(Clone)]
pub(crate) struct Api(kube::Client);

impl Api {
    pub(crate) fn new(client: kube::Client) -> Self {
        Self(client)
    }

    /// Sends a request; status and body of its answer.
    pub(crate) async fn call(&self, method: &str, path: &str, kind: &str, body: &Value) -> (u16, Value) {
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let mut request = http::Request::builder().method(method).uri(path);
        if !kind.is_empty() {
            request = request.header("Content-Type", kind);
        }
        let Ok(request) = request.body(Body::from(bytes)) else { return (0, Value::Null) };
        let Ok(response) = self.0.send(request).await else { return (0, Value::Null) };
        let status = response.status().as_u16();
        let Ok(body) = response.into_body().collect().await else { return (0, Value::Null) };
        (status, serde_json::from_slice(&body.to_bytes()).unwrap_or_default())
    }

    /// An object; null where there is none.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call("GET", path, "", &Value::Null).await;
        if status == 200 { body } else { Value::Null }
    }

    /// The items of a collection.
    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        self.get(path).await["items"].as_array().cloned().unwrap_or_default()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.call("POST", path, JSON, body).await
    }

    pub(crate) async fn merge(&self, path: &str, body: &Value) -> (u16, Value) {
        self.call("PATCH", path, MERGE, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (u16, Value) {
        self.call("DELETE", path, "", &Value::Null).await
    }

    /// Applies an object as `manager`.
    pub(crate) async fn apply(&self, object: &Value) {
        let path = format!("{}?fieldManager=person&force=true", path_of(object));
        let (status, body) = self.call("PATCH", &path, APPLY, object).await;
        assert!(status < 300, "{path}: {status} {body:#}");
    }
}

fn path_of(object: &Value) -> String {
    let (version, kind) = (text(object, "/apiVersion"), text(object, "/kind"));
    let (plural, name) = (format!("{}s", kind.to_lowercase()), text(object, "/metadata/name"));
    let root = if version.contains('/') { "/apis" } else { "/api" };
    match text(object, "/metadata/namespace") {
        "" => format!("{root}/{version}/{plural}/{name}"),
        namespace => format!("{root}/{version}/namespaces/{namespace}/{plural}/{name}"),
    }
}

pub(crate) fn claim_path(claim: usize) -> String {
    format!("{OURS}/namespaces/{TEAM}/openbaoclusterclaims/{}", CLAIMS[claim])
}

pub(crate) fn cluster_path(claim: usize) -> String {
    let target = target_name(TEAM, CLAIMS[claim]);
    format!("/apis/openbao.org/v1alpha1/namespaces/{TEAM}/openbaoclusters/{target}")
}

/// Everybody, and how often they have asked for something.
pub(crate) struct People {
    pub(crate) api: Api,
    shared: Shared,
    requests: u32,
}

impl People {
    pub(crate) fn new(shared: &Shared) -> Self {
        Self { api: Api::new(shared.client("somebody")), shared: shared.clone(), requests: 0 }
    }

    /// Does what the schedule says.
    pub(crate) async fn act(&mut self, act: Act) {
        self.shared.journal.tell("somebody", &format!("{act:?}"));
        match act {
            Act::Wish(claim, wish) => self.wish(claim, wish).await,
            Act::Delete(claim) => drop(self.api.delete(&claim_path(claim)).await),
            Act::Suspend(claim, on) => {
                self.api.merge(&claim_path(claim), &json!({"spec": {"suspend": on}})).await;
            }
            Act::Approve(claim) => self.approve(claim, "/status/pending/candidate", "candidate").await,
            Act::Move(claim) => self.approve(claim, "/status/availableRevision/name", "revision").await,
            Act::Catalog(change) => self.catalog(change).await,
            Act::Drift(claim) => {
                let drift = json!({"spec": {"configuration": {"logLevel": "warn"}}});
                self.api.merge(&cluster_path(claim), &drift).await;
            }
            Act::Unlabel(claim) => {
                let nothing = json!({"metadata": {"labels": {"claims.openbao.org/managed": null}}});
                self.api.merge(&cluster_path(claim), &nothing).await;
            }
            Act::Demolish(claim) => self.demolish(claim).await,
            Act::Service(claim, up) => {
                let told = json!({"metadata": {"annotations": {crate::runtime::TELL: if up { "" } else { "down" }}}});
                self.api.merge(&cluster_path(claim), &told).await;
            }
        }
    }

    async fn wish(&self, claim: usize, wish: Wish) {
        let path = claim_path(claim);
        let parameters = parameters(wish);
        // The whole of the parameters is said anew: what is left out is gone.
        let operations = json!([{"op": "add", "path": "/spec/parameters", "value": parameters}]);
        let (status, _) = self.api.call("PATCH", &path, "application/json-patch+json", &operations).await;
        if status != 404 {
            return;
        }
        let claim = json!({
            "apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoClusterClaim",
            "metadata": {"name": CLAIMS[claim], "namespace": TEAM},
            "spec": {"tenantRef": {"name": TEAM}, "offeringRef": {"name": "box"}, "parameters": parameters},
        });
        self.api.post(&format!("{OURS}/namespaces/{TEAM}/openbaoclusterclaims"), &claim).await;
    }

    async fn approve(&mut self, claim: usize, pointer: &str, what: &str) {
        let found = self.api.get(&claim_path(claim)).await;
        let wanted = text(&found, pointer);
        if wanted.is_empty() {
            return;
        }
        self.requests += 1;
        let request = json!({
            "apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoClaimRequest",
            "metadata": {"name": format!("yes-{}", self.requests), "namespace": TEAM},
            "spec": {"claimRef": {"name": CLAIMS[claim]}, "approve": {what: wanted}},
        });
        self.api.post(&format!("{OURS}/namespaces/{TEAM}/openbaoclaimrequests"), &request).await;
    }

    async fn demolish(&self, claim: usize) {
        let cluster = self.api.get(&cluster_path(claim)).await;
        if let Some(uid) = crate::oath::annotation(&cluster, openbao_claims::controller::names::CLAIM_UID) {
            self.shared.oath.demolish(uid);
            self.api.delete(&cluster_path(claim)).await;
        }
    }

    async fn catalog(&self, change: Catalog) {
        let version = |version: &str| fixed(&[("2.6.3", version)]);
        match change {
            Catalog::Version(0) => self.apply(&version("2.6.3")).await,
            Catalog::Version(1) => self.apply(&version("2.6.4")).await,
            Catalog::Version(_) => self.apply(&version("2.6.5")).await,
            Catalog::BreakProfile => self.apply(&fixed(&[("${params.ui}", "${params.uii}")])).await,
            Catalog::DeleteProfile => drop(self.api.delete(&format!("{OURS}/openbaoserviceprofiles/box")).await),
            Catalog::DeleteComponent => drop(self.api.delete(&format!("{OURS}/openbaocomponents/storage")).await),
            Catalog::DeleteOffering => drop(self.api.delete(&format!("{OURS}/openbaoserviceofferings/box")).await),
            Catalog::BreakRules => self.api.apply(&broken_rules()).await,
            Catalog::Repair => self.repair().await,
        }
    }

    /// The whole catalog, as it should be.
    pub(crate) async fn repair(&self) {
        self.api.delete(&format!("{OURS}/openbaorulesets/broken")).await;
        self.apply(&fixtures().parts).await;
        self.apply(&fixtures().service).await;
    }

    async fn apply(&self, objects: &[Value]) {
        for object in objects {
            self.api.apply(object).await;
        }
    }

    /// Puts right what people and the world have left behind, so that everything can come to rest.
    pub(crate) async fn reconcile_themselves(&self) {
        self.repair().await;
        for claim in 0..CLAIMS.len() {
            self.api.merge(&claim_path(claim), &json!({"spec": {"suspend": false}})).await;
            let nothing = json!({"metadata": {"annotations": {crate::runtime::TELL: null}}});
            self.api.merge(&cluster_path(claim), &nothing).await;
        }
    }

    /// A cluster of somebody else, where the one of a claim would stand.
    pub(crate) async fn squat(&self, claim: usize) {
        let foreign = json!({
            "apiVersion": "openbao.org/v1alpha1", "kind": "OpenBaoCluster",
            "metadata": {"name": target_name(TEAM, CLAIMS[claim]), "namespace": TEAM},
            "spec": {"version": "2.6.3", "profile": "Development", "replicas": 1, "storage": {"size": "1Gi"},
                "tls": {"enabled": true, "rotationPeriod": "720h"}},
        });
        let path = format!("/apis/openbao.org/v1alpha1/namespaces/{TEAM}/openbaoclusters");
        let (status, body) = self.api.post(&path, &foreign).await;
        assert!(status == 201, "{status} {body:#}");
        self.shared.oath.plant(cluster_path(claim));
    }

    /// The contracts.
    pub(crate) async fn contracts(&self) -> Vec<Value> {
        self.api.list(&format!("{OURS}/namespaces/{SYSTEM}/openbaoservicecontracts")).await
    }
}

/// The service with some of its text replaced.
fn fixed(replaced: &[(&str, &str)]) -> Vec<Value> {
    let objects = fixtures().service.iter();
    objects
        .map(|object| {
            let text = replaced.iter().fold(object.to_string(), |text, (from, to)| text.replace(from, to));
            serde_json::from_str(&text).expect("only words were replaced")
        })
        .collect()
}
