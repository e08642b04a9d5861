//! A runtime that plays OpenBao's: it takes clusters in hand, brings them up, and lets go of them in time. It speaks
//! to any API server, a real one included.

use std::time::Duration;

use serde_json::{Value, json};

use super::CANARY;
use crate::api::{Api, JSON, MERGE};

const CLUSTERS: &str = "/apis/openbao.org/v1alpha1/openbaoclusters";
const TENANTS: &str = "/apis/openbao.org/v1alpha1/openbaotenants";
/// Its own finalizer.
const FINALIZER: &str = "openbao.org/runtime";
/// Annotation by which a test tells the runtime what to do: `hold` (nothing), `degrade`, `keep` (never lets go).
pub(crate) const TELL: &str = "test.openbao.org/tell";

/// Looks at everything again and again.
pub(crate) async fn run(client: kube::Client) {
    let api = Api::new(client);
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        for tenant in list(&api, TENANTS).await {
            provision(&api, &tenant).await;
        }
        for cluster in list(&api, CLUSTERS).await {
            step(&api, &cluster).await;
        }
    }
}

async fn list(api: &Api, path: &str) -> Vec<Value> {
    match api.try_call("GET", path, "", Vec::new()).await {
        Ok(reply) => reply.body["items"].as_array().cloned().unwrap_or_default(),
        Err(_) => Vec::new(),
    }
}

fn path(collection: &str, plural: &str, object: &Value) -> String {
    let (namespace, name) = (&object["metadata"]["namespace"], &object["metadata"]["name"]);
    let root = collection.trim_end_matches(plural);
    format!("{root}namespaces/{}/{plural}/{}", namespace.as_str().unwrap(), name.as_str().unwrap())
}

async fn send(api: &Api, method: &str, path: &str, kind: &str, body: &Value) {
    // What fails is tried again on the next round.
    let _ = api.try_call(method, path, kind, body.to_string().into_bytes()).await;
}

async fn provision(api: &Api, tenant: &Value) {
    let told = tenant.pointer(&format!("/metadata/annotations/{}", TELL.replace('/', "~1")));
    let provisioned = tenant.pointer("/status/provisioned") == Some(&json!(true));
    if provisioned || told == Some(&json!("hold")) {
        return;
    }
    let status = json!({"status": {"provisioned": true}});
    let path = format!("{}/status", path(TENANTS, "openbaotenants", tenant));
    send(api, "PATCH", &path, MERGE, &status).await;
}

async fn step(api: &Api, cluster: &Value) {
    let at = path(CLUSTERS, "openbaoclusters", cluster);
    let told = cluster.pointer(&format!("/metadata/annotations/{}", TELL.replace('/', "~1")));
    let told = told.and_then(Value::as_str).unwrap_or_default();
    let finalizers = cluster["metadata"]["finalizers"].as_array().cloned().unwrap_or_default();
    let ours = finalizers.iter().any(|it| it == FINALIZER);
    if cluster["metadata"]["deletionTimestamp"].is_string() {
        if ours && told != "keep" {
            let rest: Vec<_> = finalizers.into_iter().filter(|it| it != FINALIZER).collect();
            send(api, "PATCH", &at, MERGE, &json!({"metadata": {"finalizers": rest}})).await;
        }
        return;
    }
    if told == "hold" {
        return;
    }
    if !ours {
        let all: Vec<_> = finalizers.into_iter().chain([json!(FINALIZER)]).collect();
        send(api, "PATCH", &at, MERGE, &json!({"metadata": {"finalizers": all}})).await;
        return;
    }
    let generation = &cluster["metadata"]["generation"];
    let phase = if told == "down" { "Failed" } else { "Running" };
    let failures = if told == "degrade" { 5 } else { 0 };
    let status = json!({
        "observedGeneration": generation, "phase": phase, "selfInitialized": told != "uninitialized",
        "initialized": true, "readyReplicas": cluster["spec"]["replicas"],
        "backup": {"consecutiveFailures": failures},
    });
    let known = status.as_object().unwrap().iter().all(|(name, value)| covers(&cluster["status"][name], value));
    if known {
        return;
    }
    secret(api, cluster).await;
    send(api, "PATCH", &format!("{at}/status"), MERGE, &json!({"status": status})).await;
}

fn covers(have: &Value, want: &Value) -> bool {
    match want.as_object() {
        Some(members) => members.iter().all(|(name, value)| covers(&have[name], value)),
        None => have == want,
    }
}

/// The CA that the runtime makes.
async fn secret(api: &Api, cluster: &Value) {
    use base64::Engine as _;
    let (namespace, name) = (&cluster["metadata"]["namespace"], cluster["metadata"]["name"].as_str().unwrap());
    let bytes = base64::engine::general_purpose::STANDARD.encode(format!("{CANARY} ca of {name}"));
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": format!("{name}-tls-ca"), "namespace": namespace},
        "data": {"ca.crt": bytes, "ca.key": bytes},
    });
    send(api, "POST", &format!("/api/v1/namespaces/{}/secrets", namespace.as_str().unwrap()), JSON, &secret).await;
}
