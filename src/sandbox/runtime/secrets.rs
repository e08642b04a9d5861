//! Secrets that the runtime keeps beside a cluster: dummies that can be recognised wherever they turn up.

use serde_json::{Value, json};

use super::act;
use crate::sandbox::object::{self, text};
use crate::sandbox::verbs::Server;

/// Stands in every `ca.crt`, which a connection may show.
pub const CA_CANARY: &str = "SANDBOX-CA-CANARY";
/// Stands in every root token and unseal key, which nothing may ever show.
pub const SECRET_CANARY: &str = "SANDBOX-SECRET-CANARY";

/// Makes the Secrets of a cluster that comes up.
pub(super) fn make(server: &mut Server, cluster: &Value) {
    let ca = format!("-----BEGIN CERTIFICATE-----\n{CA_CANARY}\n-----END CERTIFICATE-----\n");
    let tls = cluster.pointer("/spec/tls/enabled").and_then(Value::as_bool) == Some(true);
    let own = matches!(text(cluster, "/spec/tls/mode"), "" | "OperatorManaged");
    if tls && own {
        act::create(server, secret(cluster, "-tls-ca", &json!({"ca.crt": ca, "ca.key": SECRET_CANARY})));
        let server_pair = json!({"ca.crt": ca, "tls.crt": ca, "tls.key": SECRET_CANARY});
        act::create(server, secret(cluster, "-tls-server", &server_pair));
    }
    if cluster.pointer("/spec/selfInit/enabled").and_then(Value::as_bool) != Some(true) {
        act::create(server, secret(cluster, "-root-token", &json!({"token": SECRET_CANARY})));
    }
    if matches!(text(cluster, "/spec/unseal/type"), "" | "static") {
        act::create(server, secret(cluster, "-unseal-key", &json!({"key": SECRET_CANARY})));
    }
}

fn secret(cluster: &Value, suffix: &str, data: &Value) -> Value {
    let name = object::name(cluster);
    let owner = json!({
        "apiVersion": text(cluster, "/apiVersion"), "kind": text(cluster, "/kind"), "name": name,
        "uid": object::uid(cluster), "controller": true, "blockOwnerDeletion": true,
    });
    let labels = json!({"app.kubernetes.io/managed-by": "openbao-operator", "openbao.org/cluster": name});
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "stringData": data,
        "metadata": {
            "name": format!("{name}{suffix}"), "namespace": object::namespace(cluster), "labels": labels,
            "ownerReferences": [owner],
        },
    })
}
