//! 8.3: what a hardened service keeps, and whom it talks to.

use serde_json::Value as Json;

use super::texts::{Network, url};
use super::{Rule, at, filled, flag, hardened, list, number, off, snapshots, text};

const SECRETS: [&str; 5] = [
    "spec.unseal.transit.token",
    "spec.unseal.awskms.secretKey",
    "spec.unseal.awskms.sessionToken",
    "spec.unseal.azureKeyVault.clientSecret",
    "spec.unseal.pkcs11.pin",
];
const SWITCHES: [&str; 5] = [
    "spec.configuration.listener.tlsDisable",
    "spec.configuration.detectDeadlocks",
    "spec.configuration.rawStorageEndpoint",
    "spec.configuration.introspectionEndpoint",
    "spec.configuration.unsafeAllowAPIAuditCreation",
];
const IDS: [&str; 3] =
    ["spec.securityContext.runAsUser", "spec.securityContext.runAsGroup", "spec.securityContext.fsGroup"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        demands: "Hardened has TLS",
        refuses: |w| hardened(w) && !flag(w.new, "spec.tls.enabled"),
        broken: &[r#"{"spec": {"tls": {"enabled": false}}}"#],
    },
    Rule {
        demands: "Hardened has External or ACME certificates",
        refuses: |w| hardened(w) && !matches!(text(w.new, "spec.tls.mode"), "External" | "ACME"),
        broken: &[r#"{"spec": {"tls": {"mode": "OperatorManaged", "rotationPeriod": "720h"}}}"#],
    },
    Rule {
        demands: "Hardened has a seal other than static",
        refuses: |w| hardened(w) && matches!(text(w.new, "spec.unseal.type"), "" | "static"),
        broken: &[r#"{"spec": {"unseal": null}}"#, r#"{"spec": {"unseal": {"type": "static", "transit": null}}}"#],
    },
    Rule {
        demands: "Hardened is self-initialised",
        refuses: |w| hardened(w) && !flag(w.new, "spec.selfInit.enabled"),
        broken: &[r#"{"spec": {"backup": {"jwtAuthRole": "backup"}, "selfInit": {"enabled": false, "oidc": null}}}"#],
    },
    Rule {
        demands: "Hardened verifies the transit seal",
        refuses: |w| hardened(w) && flag(w.new, "spec.unseal.transit.tlsSkipVerify"),
        broken: &[r#"{"spec": {"unseal": {"transit": {"tlsSkipVerify": true}}}}"#],
    },
    Rule {
        demands: "Hardened writes no secret of a seal",
        refuses: |w| {
            hardened(w)
                && (SECRETS.iter().any(|path| !text(w.new, path).is_empty()) || filled(w.new, "spec.unseal.kms.config"))
        },
        broken: &[
            r#"{"spec": {"unseal": {"transit": {"token": "s"}}}}"#,
            r#"{"spec": {"unseal": {"type": "awskms", "transit": null, "awskms": {"region": "r", "kmsKeyID": "k", "secretKey": "s"}}}}"#,
            r#"{"spec": {"unseal": {"type": "awskms", "transit": null, "awskms": {"region": "r", "kmsKeyID": "k", "sessionToken": "s"}}}}"#,
            r#"{"spec": {"unseal": {"type": "azurekeyvault", "transit": null, "azureKeyVault": {"vaultName": "v", "keyName": "k", "clientSecret": "s"}}}}"#,
            r#"{"spec": {"unseal": {"type": "pkcs11", "transit": null, "pkcs11": {"lib": "l", "keyLabel": "k", "tokenLabel": "t", "pin": "s"}}}}"#,
            r#"{"spec": {"unseal": {"type": "kms", "transit": null, "kms": {"pluginName": "p", "config": {"secret": "s"}}}}}"#,
        ],
    },
    Rule {
        demands: "Hardened verifies images and blocks those that fail",
        refuses: |w| {
            let check = |check: &str| {
                at(w.new, check).is_some_and(|it| !flag(it, "enabled") || text(it, "failurePolicy") == "Warn")
            };
            hardened(w) && (check("spec.imageVerification") || check("spec.operatorImageVerification"))
        },
        broken: &[
            r#"{"spec": {"imageVerification": {"enabled": false, "failurePolicy": "Block"}}}"#,
            r#"{"spec": {"operatorImageVerification": {"enabled": true, "failurePolicy": "Warn"}}}"#,
        ],
    },
    Rule {
        demands: "Hardened keeps pods from being root or unconfined",
        refuses: |w| {
            let root = off(w.new, "spec.securityContext.runAsNonRoot")
                || IDS.iter().any(|path| number(w.new, path) == Some(0))
                || list(w.new, "spec.securityContext.supplementalGroups").iter().any(|id| *id == 0);
            let unconfined = text(w.new, "spec.securityContext.seccompProfile.type") == "Unconfined";
            let more = filled(w.new, "spec.securityContext.sysctls")
                || at(w.new, "spec.securityContext.windowsOptions").is_some();
            hardened(w) && (root || unconfined || more)
        },
        broken: &[
            r#"{"spec": {"securityContext": {"runAsNonRoot": false}}}"#,
            r#"{"spec": {"securityContext": {"runAsUser": 0}}}"#,
            r#"{"spec": {"securityContext": {"runAsGroup": 0}}}"#,
            r#"{"spec": {"securityContext": {"fsGroup": 0}}}"#,
            r#"{"spec": {"securityContext": {"supplementalGroups": [1, 0]}}}"#,
            r#"{"spec": {"securityContext": {"seccompProfile": {"type": "Unconfined"}}}}"#,
            r#"{"spec": {"securityContext": {"sysctls": [{"name": "n", "value": "v"}]}}}"#,
            r#"{"spec": {"securityContext": {"windowsOptions": {"hostProcess": true}}}}"#,
        ],
    },
    Rule {
        demands: "Hardened keeps TLS of the listener, and endpoints for debugging off",
        refuses: |w| hardened(w) && SWITCHES.iter().any(|path| flag(w.new, path)),
        broken: &[
            r#"{"spec": {"configuration": {"listener": {"tlsDisable": true}}}}"#,
            r#"{"spec": {"configuration": {"detectDeadlocks": true}}}"#,
            r#"{"spec": {"configuration": {"rawStorageEndpoint": true}}}"#,
            r#"{"spec": {"configuration": {"introspectionEndpoint": true}}}"#,
            r#"{"spec": {"configuration": {"unsafeAllowAPIAuditCreation": true}}}"#,
        ],
    },
    Rule {
        demands: "Hardened backs up by a named identity",
        refuses: |w| {
            let target = "spec.backup.target";
            let named = |path: &str| !text(w.new, &format!("{target}.{path}")).is_empty();
            let held = |path: &str| filled(w.new, &format!("{target}.workloadIdentity.{path}"));
            let identity = named("credentialsSecretRef.name")
                || text(w.new, "spec.backup.target.provider") == "s3" && named("roleArn")
                || held("serviceAccountAnnotations")
                || held("podLabels");
            hardened(w) && at(w.new, "spec.backup").is_some() && !identity
        },
        broken: &[
            r#"{"spec": {"backup": {"target": {"credentialsSecretRef": null}}}}"#,
            r#"{"spec": {"backup": {"target": {"credentialsSecretRef": null, "workloadIdentity": {"podLabels": {}}}}}}"#,
        ],
    },
    Rule {
        demands: "Hardened verifies the store, and reaches it by https or s3",
        refuses: |w| {
            let endpoint = text(w.new, "spec.backup.target.endpoint").trim();
            let plain =
                !endpoint.is_empty() && !url(endpoint).is_some_and(|(scheme, _)| matches!(scheme, "https" | "s3"));
            hardened(w) && (plain || flag(w.new, "spec.backup.target.insecureSkipVerify"))
        },
        broken: &[
            r#"{"spec": {"backup": {"target": {"insecureSkipVerify": true}}}}"#,
            r#"{"spec": {"backup": {"target": {"endpoint": "http://store.example.com"}}}}"#,
        ],
    },
    Rule {
        demands: "Hardened has its certificate verified by whoever collects metrics",
        refuses: |w| {
            hardened(w) && flag(w.new, "spec.observability.metrics.serviceMonitor.tlsConfig.insecureSkipVerify")
        },
        broken: &[
            r#"{"spec": {"observability": {"metrics": {"enabled": true, "serviceMonitor": {"tlsConfig": {"insecureSkipVerify": true}}}}}}"#,
        ],
    },
    Rule {
        demands: "Hardened keeps TLS behind a gateway",
        refuses: |w| {
            let gateway = flag(w.new, "spec.gateway.enabled") && !flag(w.new, "spec.gateway.tlsPassthrough");
            hardened(w) && gateway && off(w.new, "spec.gateway.backendTLS.enabled")
        },
        broken: &[
            r#"{"spec": {"gateway": {"enabled": true, "hostname": "a.example.com", "gatewayRef": {"name": "public"}, "backendTLS": {"enabled": false}}}}"#,
        ],
    },
    Rule {
        demands: "Hardened has three voters",
        refuses: |w| hardened(w) && number(w.new, "spec.replicas").is_none_or(|count| count < 3),
        broken: &[r#"{"spec": {"replicas": 2}}"#],
    },
];

/// Whether a selector holds something.
fn selects(peer: &Json, selector: &str) -> bool {
    filled(peer, &format!("{selector}.matchLabels")) || filled(peer, &format!("{selector}.matchExpressions"))
}

/// Whether a peer is named, and is not everybody or the machine itself.
fn scoped(peer: &Json) -> bool {
    let (spaces, pods) = (selects(peer, "namespaceSelector"), selects(peer, "podSelector"));
    let block = at(peer, "ipBlock");
    let empty = |selector: &str| at(peer, selector).is_some() && !selects(peer, selector);
    let sound = block.is_none_or(|block| Network::parse(text(block, "cidr")).is_some_and(Network::scoped));
    (spaces || pods || block.is_some()) && !empty("namespaceSelector") && (!empty("podSelector") || spaces) && sound
}

pub(super) const NETWORK: &[Rule] = &[
    Rule {
        demands: "Hardened has no ingress rules",
        refuses: |w| hardened(w) && !list(w.new, "spec.network.ingressRules").is_empty(),
        broken: &[r#"{"spec": {"network": {"ingressRules": [{}]}}}"#],
    },
    Rule {
        demands: "Hardened trusts peers that are named",
        refuses: |w| hardened(w) && !list(w.new, "spec.network.trustedIngressPeers").iter().all(scoped),
        broken: &[
            r#"{"spec": {"network": {"trustedIngressPeers": [{}]}}}"#,
            r#"{"spec": {"network": {"trustedIngressPeers": [{"namespaceSelector": {}}]}}}"#,
            r#"{"spec": {"network": {"trustedIngressPeers": [{"podSelector": {}}]}}}"#,
            r#"{"spec": {"network": {"trustedIngressPeers": [{"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}]}}}"#,
            r#"{"spec": {"network": {"trustedIngressPeers": [{"ipBlock": {"cidr": "everywhere"}}]}}}"#,
            r#"{"spec": {"network": {"trustedIngressPeers": [{"ipBlock": {"cidr": "::/0"}}]}}}"#,
            r#"{"spec": {"network": {"trustedIngressPeers": [{"ipBlock": {"cidr": "126.0.0.0/7"}}]}}}"#,
            r#"{"spec": {"network": {"trustedIngressPeers": [{"ipBlock": {"cidr": "127.1.0.0/16"}}]}}}"#,
            r#"{"spec": {"network": {"trustedIngressPeers": [{"ipBlock": {"cidr": "169.0.0.0/8"}}]}}}"#,
            r#"{"spec": {"network": {"trustedIngressPeers": [{"ipBlock": {"cidr": "::1/128"}}]}}}"#,
            r#"{"spec": {"network": {"trustedIngressPeers": [{"ipBlock": {"cidr": "fe90::/16"}}]}}}"#,
        ],
    },
    Rule {
        demands: "Hardened names peers and ports of every egress rule",
        refuses: |w| {
            let sound = |rule: &Json| {
                let (to, ports) = (list(rule, "to"), list(rule, "ports"));
                !to.is_empty()
                    && to.iter().all(scoped)
                    && !ports.is_empty()
                    && ports.iter().all(|port| at(port, "port").is_some())
            };
            hardened(w) && !list(w.new, "spec.network.egressRules").iter().all(sound)
        },
        broken: &[
            r#"{"spec": {"network": {"egressRules": [{"ports": [{"port": 443}]}]}}}"#,
            r#"{"spec": {"network": {"egressRules": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}}}"#,
            r#"{"spec": {"network": {"egressRules": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"protocol": "TCP"}]}]}}}"#,
            r#"{"spec": {"network": {"egressRules": [{"to": [{}], "ports": [{"port": 443}]}]}}}"#,
            r#"{"spec": {"network": {"egressRules": [{"to": [{"namespaceSelector": {}}], "ports": [{"port": 443}]}]}}}"#,
            r#"{"spec": {"network": {"egressRules": [{"to": [{"podSelector": {}}], "ports": [{"port": 443}]}]}}}"#,
            r#"{"spec": {"network": {"egressRules": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 443}]}]}}}"#,
            r#"{"spec": {"network": {"egressRules": [{"to": [{"ipBlock": {"cidr": "64.0.0.0/2"}}], "ports": [{"port": 443}]}]}}}"#,
            r#"{"spec": {"network": {"egressRules": [{"to": [{"ipBlock": {"cidr": "127.0.0.0/30"}}], "ports": [{"port": 443}]}]}}}"#,
            r#"{"spec": {"network": {"egressRules": [{"to": [{"ipBlock": {"cidr": "169.128.0.0/9"}}], "ports": [{"port": 443}]}]}}}"#,
            r#"{"spec": {"network": {"egressRules": [{"to": [{"ipBlock": {"cidr": "::/64"}}], "ports": [{"port": 443}]}]}}}"#,
            r#"{"spec": {"network": {"egressRules": [{"to": [{"ipBlock": {"cidr": "FE80::/10"}}], "ports": [{"port": 443}]}]}}}"#,
        ],
    },
    Rule {
        demands: "Hardened names where it connects to for backups",
        refuses: |w| {
            let backed = at(w.new, "spec.backup").is_some() || snapshots(w.new);
            hardened(w) && backed && list(w.new, "spec.network.egressRules").is_empty()
        },
        broken: &[r#"{"spec": {"network": {"egressRules": []}}}"#],
    },
];
