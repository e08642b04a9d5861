//! 8.2: seals.

use super::{Rule, text};

const ADDRESS: &str = "spec.unseal.transit.address";

pub(super) const RULES: &[Rule] = &[
    Rule {
        demands: "the transit seal has a plain https address of another machine",
        refuses: |w| {
            let address = text(w.new, ADDRESS);
            let Some(rest) = address.strip_prefix("https://") else { return !address.is_empty() };
            let host = rest.split(['/', ':']).next().unwrap_or_default();
            let digits = !host.is_empty() && host.bytes().all(|it| it.is_ascii_digit());
            let parts = ["@", "?", "#", "localhost", "127.0.0.1", "[::1]", "169.254.", "[fe80:"];
            digits || parts.iter().any(|part| address.contains(part))
        },
        broken: &[
            r#"{"spec": {"unseal": {"transit": {"address": "http://bao.example.com"}}}}"#,
            r#"{"spec": {"unseal": {"transit": {"address": "https://user@bao.example.com"}}}}"#,
            r#"{"spec": {"unseal": {"transit": {"address": "https://bao.example.com?a=b"}}}}"#,
            r#"{"spec": {"unseal": {"transit": {"address": "https://bao.example.com/#a"}}}}"#,
            r#"{"spec": {"unseal": {"transit": {"address": "https://localhost:8200"}}}}"#,
            r#"{"spec": {"unseal": {"transit": {"address": "https://127.0.0.1:8200"}}}}"#,
            r#"{"spec": {"unseal": {"transit": {"address": "https://[::1]:8200"}}}}"#,
            r#"{"spec": {"unseal": {"transit": {"address": "https://169.254.1.1:8200"}}}}"#,
            r#"{"spec": {"unseal": {"transit": {"address": "https://[fe80::1]:8200"}}}}"#,
            r#"{"spec": {"unseal": {"transit": {"address": "https://2130706433:8200"}}}}"#,
        ],
    },
    Rule {
        demands: "a client certificate of the transit seal and its key come together",
        refuses: |w| {
            text(w.new, "spec.unseal.transit.tlsClientCert").is_empty()
                != text(w.new, "spec.unseal.transit.tlsClientKey").is_empty()
        },
        broken: &[
            r#"{"spec": {"unseal": {"transit": {"tlsClientCert": "/etc/bao/seal-creds/tls.crt"}}}}"#,
            r#"{"spec": {"unseal": {"transit": {"tlsClientKey": "/etc/bao/seal-creds/tls.key"}}}}"#,
        ],
    },
    Rule {
        demands: "a Secret of the service itself is never referred to",
        refuses: |w| {
            let places = [
                "spec.unseal.credentialsSecretRef.name",
                "spec.backup.target.credentialsSecretRef.name",
                "spec.backup.tokenSecretRef.name",
                "spec.observability.metrics.serviceMonitor.authorization.credentialsSecret.name",
            ];
            let suffixes = ["-unseal-key", "-root-token", "-tls-ca", "-tls-server"];
            places.iter().any(|place| suffixes.iter().any(|suffix| text(w.new, place).ends_with(suffix)))
        },
        broken: &[
            r#"{"spec": {"unseal": {"credentialsSecretRef": {"name": "other-unseal-key"}}}}"#,
            r#"{"spec": {"backup": {"target": {"credentialsSecretRef": {"name": "other-root-token"}}}}}"#,
            r#"{"spec": {"backup": {"tokenSecretRef": {"name": "other-tls-ca"}}}}"#,
            r#"{"spec": {"observability": {"metrics": {"enabled": true, "serviceMonitor": {"authorization": {"credentialsSecret": {"name": "other-tls-server"}}}}}}}"#,
        ],
    },
];
