//! The objects of the shipped catalogs, as a program that knows nothing but them would build them.

use openbao_claims::api::OpenBaoClusterClaim;
use openbao_claims::engine::{projection_name, target_name};
use serde_json::{Value as Json, json};

fn names(claim: &OpenBaoClusterClaim) -> (&str, &str, String) {
    let namespace = claim.metadata.namespace.as_deref().unwrap_or_default();
    let name = claim.metadata.name.as_deref().unwrap_or_default();
    (namespace, name, target_name(namespace, name))
}

fn text<'a>(value: &'a Json, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Json::as_str)
}

/// The cluster of a `development` claim.
pub(crate) fn development(claim: &OpenBaoClusterClaim, params: &Json) -> Json {
    let (namespace, _, target) = names(claim);
    let size = if text(params, "/size") == Some("medium") { "5Gi" } else { "1Gi" };
    let ui = params.get("ui").and_then(Json::as_bool).unwrap_or(true);
    let users = json!({"name": "enable-userpass", "operation": "update", "path": "sys/auth/userpass",
        "authMethod": {"description": "users for trials", "type": "userpass"}});
    json!({
        "apiVersion": "openbao.org/v1alpha1",
        "kind": "OpenBaoCluster",
        "metadata": {"name": target, "namespace": namespace},
        "spec": {
            "version": "2.6.3",
            "profile": "Development",
            "replicas": 1,
            "configuration": {"ui": ui},
            "selfInit": {"enabled": true, "requests": [users]},
            "service": {},
            "storage": {"size": size},
            "tls": {"enabled": true, "mode": "OperatorManaged", "rotationPeriod": "720h"},
            "unseal": {"type": "static"},
            "upgrade": {"preUpgradeSnapshot": false, "strategy": "RollingUpdate"},
        },
    })
}

/// The cluster of a `hardened-gateway` claim.
pub(crate) fn hardened_gateway(claim: &OpenBaoClusterClaim, params: &Json) -> Json {
    let (namespace, name, target) = names(claim);
    let (replicas, size) = match text(params, "/size") {
        Some("medium") => (3, "50Gi"),
        Some("large") => (5, "200Gi"),
        _ => (3, "10Gi"),
    };
    let derived = format!("{target}.bao.example.com");
    let hostname = text(params, "/hostname").unwrap_or(&derived);
    let partition = text(params, "/backup/partition").map(|it| format!("/{it}")).unwrap_or_default();
    let schedule = text(params, "/backup/schedule").unwrap_or("0 3 * * *");
    json!({
        "apiVersion": "openbao.org/v1alpha1",
        "kind": "OpenBaoCluster",
        "metadata": {"name": target, "namespace": namespace},
        "spec": {
            "version": "2.6.3",
            "profile": "Hardened",
            "replicas": replicas,
            "deletionPolicy": "Retain",
            "audit": [{"description": "audit log on standard output", "type": "file", "path": "stdout",
                "fileOptions": {"filePath": "stdout"}}],
            "backup": {
                "retention": {"maxCount": 14},
                "schedule": schedule,
                "target": {
                    "bucket": "example-bao-backups", "endpoint": "https://s3.eu-central-1.amazonaws.com",
                    "pathPrefix": format!("{namespace}/{name}{partition}"), "provider": "s3",
                    "region": "eu-central-1", "roleArn": "arn:aws:iam::123456789012:role/bao-backup",
                },
            },
            "configuration": {"logging": {"format": "json"}},
            "gateway": {
                "enabled": true, "gatewayRef": {"name": "public", "namespace": "edge"}, "hostname": hostname,
                "listenerName": "tls", "tlsPassthrough": true,
            },
            "network": {
                "apiServerEndpointIPs": ["10.0.0.1"],
                "egressRules": [egress("198.51.100.0/24", 443), egress("203.0.113.0/24", 443), egress("10.20.0.0/24", 8200)],
            },
            "selfInit": {"enabled": true, "oidc": {"enabled": true}, "requests": requests(namespace)},
            "storage": {"size": size, "storageClassName": "encrypted-ssd"},
            "tls": {
                "enabled": true, "mode": "ACME",
                "acme": {
                    "directoryURL": "https://acme.example.com/directory", "domains": [hostname],
                    "email": "platform@example.com",
                    "sharedCache": {"mode": "ManagedPVC", "size": "1Gi", "storageClassName": "shared-rwx"},
                },
            },
            "unseal": {
                "type": "transit",
                "credentialsSecretRef": {"name": projection_name(&target, "unseal.credentials")},
                "transit": {
                    "address": "https://bao.root.example.com:8200", "keyName": "autounseal", "mountPath": "transit",
                    "tlsCACert": "/etc/bao/seal-creds/ca.crt",
                },
            },
            "upgrade": {"preUpgradeSnapshot": true, "strategy": "RollingUpdate"},
        },
    })
}

fn egress(cidr: &str, port: u16) -> Json {
    json!({"to": [{"ipBlock": {"cidr": cidr}}], "ports": [{"protocol": "TCP", "port": port}]})
}

const POLICY: &str = r#"path "*" {
  capabilities = ["create", "read", "update", "delete", "list", "sudo"]
}
path "sys/storage/raft/snapshot*" {
  capabilities = ["deny"]
}
"#;

fn requests(namespace: &str) -> Json {
    json!([
        {"name": "enable-people", "operation": "update", "path": "sys/auth/people",
         "authMethod": {"type": "jwt", "description": "people by the platform's identity provider"}},
        {"name": "configure-people", "operation": "update", "path": "auth/people/config",
         "data": {"bound_issuer": "https://login.example.com", "default_role": "admin",
                  "oidc_discovery_url": "https://login.example.com"}},
        {"name": "role-admin", "operation": "update", "path": "auth/people/role/admin",
         "data": {"bound_audiences": ["openbao"], "bound_claims": {"groups": [format!("bao-admins-{namespace}")]},
                  "role_type": "jwt", "token_policies": ["admin"], "token_ttl": 3600, "user_claim": "sub"}},
        {"name": "policy-admin", "operation": "update", "path": "sys/policies/acl/admin", "policy": {"policy": POLICY}},
    ])
}
