//! What tenants, the platform and OpenBao's runtime do in the bench.

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use futures::StreamExt as _;
use openbao_claims::engine::target_name;
use serde_json::{Value, json};

use crate::api::{APPLY, Api, JSON, MERGE};

/// Tenants' namespaces: a queue that is fair to each has enough of them to be busy.
pub(crate) const NAMESPACES: usize = 50;
/// Calls at once, as many as the operator reconciles at once by default.
pub(crate) const AT_ONCE: usize = 16;

const SYSTEM: &str = "openbao-claims";
const CONTRACTS: &str = "/apis/claims.openbao.org/v1alpha1/namespaces/openbao-claims/openbaoservicecontracts";
const CLAIMS: &str = "/apis/claims.openbao.org/v1alpha1/openbaoclusterclaims";
const BY_PERSON: &str = "fieldManager=person&force=true";

/// A control plane with a catalog, tenants, and so many claims to come.
pub(crate) struct Load {
    api: Api,
    claims: usize,
}

impl Load {
    pub(crate) async fn prepare(api: Api, claims: usize) -> Self {
        api.install(&crate::definitions::ours()).await;
        api.install(&crate::definitions::target()).await;
        let load = Self { api, claims };
        load.namespace(SYSTEM).await;
        load.namespace("bare").await;
        for folder in ["rules", "catalogs/components"] {
            load.apply_folder(folder).await;
        }
        load.apply_text(include_str!("../../tests/fixtures/operator.yaml")).await;
        for namespace in (0..NAMESPACES).map(team) {
            load.namespace(&namespace).await;
            load.tenant(&namespace).await;
        }
        load
    }

    async fn namespace(&self, name: &str) {
        self.api.post("/api/v1/namespaces", &json!({"metadata": {"name": name}})).await.expect_status(201);
    }

    async fn tenant(&self, namespace: &str) {
        let tenants = format!("/apis/openbao.org/v1alpha1/namespaces/{namespace}/openbaotenants");
        let tenant = json!({
            "apiVersion": "openbao.org/v1alpha1", "kind": "OpenBaoTenant",
            "metadata": {"name": namespace}, "spec": {"targetNamespace": namespace},
        });
        self.api.post(&tenants, &tenant).await.expect_status(201);
        let status = json!({"status": {"provisioned": true}});
        self.api.patch(&format!("{tenants}/{namespace}/status"), MERGE, &status).await.expect_status(200);
    }

    async fn apply_folder(&self, folder: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.retain(|file| file.extension().is_some_and(|it| it == "yaml") && !file.ends_with("tests.yaml"));
        for file in files {
            self.apply_text(&std::fs::read_to_string(file).unwrap()).await;
        }
    }

    /// Applies what a catalog has: objects without a namespace.
    async fn apply_text(&self, text: &str) {
        let documents: Vec<Value> = serde_saphyr::from_multiple(text).unwrap();
        for document in documents {
            let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap();
            let plural = format!("{}s", text("/kind").to_lowercase());
            let path = format!("/apis/{}/{plural}/{}?{BY_PERSON}", text("/apiVersion"), text("/metadata/name"));
            self.api.patch(&path, APPLY, &document).await.expect_status(201);
        }
    }

    /// One claim by itself: then the catalog is compiled, and there is something to apply in the bare loop.
    pub(crate) async fn warm_up(&self) {
        self.create(0).await;
        let contract = format!("{CONTRACTS}/{}-1", Self::target(0));
        self.api.get_until(&contract, |reply| reply.text("/status/state") == "Applied").await;
    }

    /// Applies what the first claim became, so many times, under names of its own.
    pub(crate) async fn apply_bare(&self) {
        let contract = self.api.get(&format!("{CONTRACTS}/{}-1", Self::target(0))).await.expect_status(200);
        let object = contract.pointer("/spec/object").unwrap();
        self.each(|number| async move {
            let name = format!("bare-{number}");
            let mut object = object.clone();
            let metadata = object.get_mut("metadata").and_then(Value::as_object_mut).unwrap();
            metadata.insert("name".to_owned(), json!(name));
            metadata.insert("namespace".to_owned(), json!("bare"));
            let path = format!("/apis/openbao.org/v1alpha1/namespaces/bare/openbaoclusters/{name}?{BY_PERSON}");
            self.api.patch(&path, APPLY, &object).await.expect_status(201);
        })
        .await;
    }

    pub(crate) async fn create_claims(&self) {
        // The first one was made to warm up.
        self.each(|number| self.create(number.saturating_add(1))).await;
    }

    async fn create(&self, number: usize) {
        let (namespace, name) = place(number);
        let claim = json!({
            "apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoClusterClaim",
            "metadata": {"name": name},
            "spec": {"tenantRef": {"name": namespace}, "offeringRef": {"name": "box"}, "parameters": {}},
        });
        let claims = format!("/apis/claims.openbao.org/v1alpha1/namespaces/{namespace}/openbaoclusterclaims");
        self.api.post(&claims, &claim).await.expect_status(201);
    }

    /// Waits until each claim's contract says that it is applied.
    pub(crate) async fn until_materialized(&self) {
        self.until(CONTRACTS, |contract| contract.pointer("/status/state") == Some(&json!("Applied"))).await;
    }

    pub(crate) async fn until_ready(&self) {
        self.until(CLAIMS, |claim| claim.pointer("/status/phase") == Some(&json!("Ready"))).await;
    }

    /// Waits until all objects are as wanted. Asks how many there are first, which costs the server little.
    async fn until(&self, collection: &str, wanted: impl Fn(&Value) -> bool) {
        let all = self.claims.saturating_add(1);
        loop {
            let first = self.api.get(&format!("{collection}?limit=1")).await.expect_status(200);
            let more = first.pointer("/metadata/remainingItemCount").and_then(Value::as_u64).unwrap_or_default();
            if usize::try_from(more).unwrap() >= self.claims && self.count(collection, &wanted).await == all {
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn count(&self, collection: &str, wanted: impl Fn(&Value) -> bool) -> usize {
        let (mut count, mut page) = (0_usize, String::new());
        loop {
            let list = self.api.get(&format!("{collection}?limit=500&continue={page}")).await.expect_status(200);
            let items = list.get("items").and_then(Value::as_array).unwrap();
            let found = items.iter().filter(|item| wanted(item)).count();
            count = count.saturating_add(found);
            // One that is not there yet is reason enough to ask later.
            if found < items.len() {
                return count;
            }
            match list.pointer("/metadata/continue").and_then(Value::as_str) {
                Some(next) if !next.is_empty() => next.clone_into(&mut page),
                _ => return count,
            }
        }
    }

    /// Does for each cluster what OpenBao's own operator does: a CA, and a status that says it runs.
    pub(crate) async fn bring_up(&self) {
        self.up(0).await;
        self.each(|number| self.up(number.saturating_add(1))).await;
    }

    async fn up(&self, number: usize) {
        let ((namespace, _), target) = (place(number), Self::target(number));
        let secret = json!({"metadata": {"name": format!("{target}-tls-ca")}, "data": {"ca.crt": "Y2E="}});
        let secrets = format!("/api/v1/namespaces/{namespace}/secrets");
        let sent = self.api.try_call("POST", &secrets, JSON, secret.to_string().into_bytes()).await.unwrap();
        sent.expect_status(201);
        let status = json!({"status": {
            "observedGeneration": 1, "phase": "Running", "initialized": true, "selfInitialized": true, "readyReplicas": 1,
        }});
        let path = format!("/apis/openbao.org/v1alpha1/namespaces/{namespace}/openbaoclusters/{target}/status");
        self.api.patch(&path, MERGE, &status).await.expect_status(200);
    }

    /// Edits the claim that is looked at last, and waits until its cluster follows.
    pub(crate) async fn edit_last(&self) {
        let (namespace, name) = place(self.claims);
        let claim = format!("/apis/claims.openbao.org/v1alpha1/namespaces/{namespace}/openbaoclusterclaims/{name}");
        let ui = json!({"spec": {"parameters": {"ui": false}}});
        self.api.patch(&claim, MERGE, &ui).await.expect_status(200);
        let target = Self::target(self.claims);
        let cluster = format!("/apis/openbao.org/v1alpha1/namespaces/{namespace}/openbaoclusters/{target}");
        let served = |cluster: &Value| cluster.pointer("/spec/configuration/ui") == Some(&json!(false));
        while !served(&self.api.get(&cluster).await.expect_status(200)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn target(number: usize) -> String {
        let (namespace, name) = place(number);
        target_name(&namespace, &name)
    }

    async fn each<F: Future<Output = ()>>(&self, what: impl Fn(usize) -> F) {
        futures::stream::iter(0..self.claims).map(what).buffer_unordered(AT_ONCE).collect::<()>().await;
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn rate(&self, took: Duration) -> f64 {
        self.claims as f64 / took.as_secs_f64()
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn per_thousand(&self, cost: f64) -> f64 {
        cost * 1000.0 / self.claims as f64
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn per_claim(&self, count: u64) -> f64 {
        count as f64 / self.claims as f64
    }
}

fn team(number: usize) -> String {
    format!("team-{number:02}")
}

/// Namespace and name of a claim.
fn place(number: usize) -> (String, String) {
    (team(number.checked_rem(NAMESPACES).unwrap_or_default()), format!("claim-{number:05}"))
}
