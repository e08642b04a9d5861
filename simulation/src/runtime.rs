//! The service operator, simulated: it takes clusters in hand, brings them up, and lets go of them in time.

use std::time::Duration;

use base64::Engine as _;
use openbao_claims::controller::random::Random;
use serde_json::{Value, json};

use crate::fixtures::{CANARY, TEAM};
use crate::oath::{annotation, text};
use crate::people::Api;
use crate::wire::Shared;

/// Annotation by which somebody tells it that a service is `down`.
pub(crate) const TELL: &str = "test.openbao.org/tell";
const FINALIZER: &str = "openbao.org/runtime";
const CLUSTERS: &str = "/apis/openbao.org/v1alpha1/namespaces/team-box/openbaoclusters";
const TENANTS: &str = "/apis/openbao.org/v1alpha1/namespaces/team-box/openbaotenants";

/// Looks at everything some time after something has changed.
pub(crate) async fn run(shared: Shared, mut random: Random) {
    let api = Api::new(shared.client("runtime"));
    loop {
        shared.changed.notified().await;
        tokio::time::sleep(Duration::from_millis(50) + random.up_to(Duration::from_secs(2))).await;
        for tenant in api.list(TENANTS).await {
            if tenant["status"]["provisioned"] != true {
                let path = format!("{TENANTS}/{}/status", text(&tenant, "/metadata/name"));
                api.merge(&path, &json!({"status": {"provisioned": true}})).await;
            }
        }
        for cluster in api.list(CLUSTERS).await {
            step(&api, &cluster).await;
        }
    }
}

async fn step(api: &Api, cluster: &Value) {
    let at = format!("{CLUSTERS}/{}", text(cluster, "/metadata/name"));
    let finalizers = cluster["metadata"]["finalizers"].as_array().cloned().unwrap_or_default();
    let held = finalizers.iter().any(|it| it == FINALIZER);
    if cluster["metadata"]["deletionTimestamp"].is_string() {
        if held {
            let rest: Vec<_> = finalizers.into_iter().filter(|it| it != FINALIZER).collect();
            api.merge(&at, &json!({"metadata": {"finalizers": rest}})).await;
        }
        return;
    }
    if !held {
        let all: Vec<_> = finalizers.into_iter().chain([json!(FINALIZER)]).collect();
        api.merge(&at, &json!({"metadata": {"finalizers": all}})).await;
        return;
    }
    let down = annotation(cluster, TELL) == Some("down");
    let wanted = json!({
        "observedGeneration": cluster["metadata"]["generation"], "phase": if down { "Failed" } else { "Running" },
        "selfInitialized": true, "initialized": true, "readyReplicas": cluster["spec"]["replicas"],
    });
    let known = wanted.as_object().into_iter().flatten().all(|(name, value)| cluster["status"][name] == *value);
    if known {
        return;
    }
    secret(api, text(cluster, "/metadata/name")).await;
    api.merge(&format!("{at}/status"), &json!({"status": wanted})).await;
}

/// The CA that the runtime makes, whose bytes nobody may see elsewhere.
async fn secret(api: &Api, name: &str) {
    let bytes = base64::engine::general_purpose::STANDARD.encode(format!("{CANARY} of {name}"));
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": format!("{name}-tls-ca"), "namespace": TEAM},
        "data": {"ca.crt": bytes, "ca.key": bytes},
    });
    api.post(&format!("/api/v1/namespaces/{TEAM}/secrets"), &secret).await;
}
