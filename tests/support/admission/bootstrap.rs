//! 8.2: what every service keeps, its first configuration, its listener, and the way in.

use std::collections::BTreeSet;

use super::texts::versions;
use super::{Rule, Write, at, flag, list, oidc, text};

const GROUPS: &str = "spec.configuration.listener.tlsKeyExchangePreferences";
const OLDEST: &str = "spec.configuration.listener.tlsMinVersion";
const NEWEST: &str = "spec.configuration.listener.tlsMaxVersion";

fn paths<'a>(write: &Write<'a>) -> impl Iterator<Item = &'a str> {
    list(write.new, "spec.selfInit.requests").iter().map(|request| text(request, "path"))
}

fn below(write: &Write<'_>, place: &str) -> bool {
    paths(write).any(|path| path.starts_with(place))
}

fn has(write: &Write<'_>, place: &str) -> bool {
    paths(write).any(|path| path == place)
}

fn before_2_7(version: &str) -> bool {
    versions(version, "2.7.0").is_some_and(std::cmp::Ordering::is_lt)
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        demands: "a profile is set",
        refuses: |w| text(w.new, "spec.profile").is_empty(),
        broken: &[r#"{"spec": {"profile": null}}"#],
    },
    Rule {
        demands: "controllerJWTMode Target needs self-initialisation and OIDC",
        refuses: |w| {
            text(w.new, "spec.controllerJWTMode") == "Target" && !(flag(w.new, "spec.selfInit.enabled") && oidc(w.new))
        },
        broken: &[
            r#"{"spec": {"controllerJWTMode": "Target", "selfInit": {"oidc": null}, "backup": {"jwtAuthRole": "backup"}}}"#,
        ],
    },
    Rule {
        demands: "a TLS policy of the listener needs TLS there",
        refuses: |w| {
            [GROUPS, OLDEST, NEWEST].iter().any(|path| at(w.new, path).is_some())
                && (!flag(w.new, "spec.tls.enabled") || flag(w.new, "spec.configuration.listener.tlsDisable"))
        },
        broken: &[
            r#"{"spec": {"configuration": {"listener": {"tlsDisable": true}}}}"#,
            r#"{"spec": {"tls": {"enabled": false}}}"#,
        ],
    },
    Rule {
        demands: "the oldest TLS version is not newer than the newest",
        refuses: |w| text(w.new, OLDEST) == "tls13" && text(w.new, NEWEST) == "tls12",
        broken: &[r#"{"spec": {"configuration": {"listener": {"tlsMinVersion": "tls13", "tlsMaxVersion": "tls12"}}}}"#],
    },
    Rule {
        demands: "hybrid groups alone need TLS 1.3",
        refuses: |w| {
            let groups = list(w.new, GROUPS);
            let hybrid = |group: &serde_json::Value| group.as_str().is_some_and(|name| name.contains("MLKEM"));
            !groups.is_empty() && groups.iter().all(hybrid) && text(w.new, OLDEST) != "tls13"
        },
        broken: &[r#"{"spec": {"configuration": {"listener": {"tlsMinVersion": null}}}}"#],
    },
    Rule {
        demands: "groups need OpenBao 2.7.0, and no older one that still runs",
        refuses: |w| {
            let running = w.old.map(|old| text(old, "status.currentVersion")).unwrap_or_default();
            at(w.new, GROUPS).is_some() && (before_2_7(text(w.new, "spec.version")) || before_2_7(running))
        },
        broken: &[r#"{"spec": {"version": "2.6.3"}}"#, r#"{"spec": {"version": "2.7.0-rc1"}}"#],
    },
    Rule {
        demands: "the init container, where it is said, is enabled",
        refuses: |w| {
            at(w.new, "spec.initContainer").is_some()
                && !at(w.new, "spec.initContainer.enabled").is_none_or(|it| *it == true)
        },
        broken: &[r#"{"spec": {"initContainer": {"enabled": false}}}"#],
    },
    Rule {
        demands: "self-initialisation has 1 to 64 requests",
        refuses: |w| flag(w.new, "spec.selfInit.enabled") && !(1..=64).contains(&paths(w).count()),
        broken: &[r#"{"spec": {"selfInit": {"requests": []}}}"#],
    },
    Rule {
        demands: "requests have names of their own",
        refuses: |w| {
            let names = || list(w.new, "spec.selfInit.requests").iter().map(|it| text(it, "name"));
            names().collect::<BTreeSet<_>>().len() < names().count()
        },
        broken: &[
            r#"{"spec": {"selfInit": {"requests": [{"name": "a", "operation": "read", "path": "x"}, {"name": "a", "operation": "read", "path": "y"}]}}}"#,
        ],
    },
    Rule {
        demands: "a request's path has at most 256 characters",
        refuses: |w| paths(w).any(|path| path.chars().count() > 256),
        broken: &[r#"{"spec": {"selfInit": {"requests": [{"name": "a", "operation": "read", "path": "LONG"}]}}}"#],
    },
    Rule {
        demands: "OIDC needs self-initialisation",
        refuses: |w| oidc(w.new) && !flag(w.new, "spec.selfInit.enabled"),
        broken: &[r#"{"spec": {"profile": "Development", "selfInit": {"enabled": false}}}"#],
    },
    Rule {
        demands: "an enabled gateway has a hostname and names a gateway",
        refuses: |w| {
            flag(w.new, "spec.gateway.enabled")
                && (text(w.new, "spec.gateway.hostname").is_empty()
                    || text(w.new, "spec.gateway.gatewayRef.name").is_empty())
        },
        broken: &[
            r#"{"spec": {"gateway": {"enabled": true, "hostname": "", "gatewayRef": {"name": "public"}, "tlsPassthrough": true}}}"#,
            r#"{"spec": {"gateway": {"enabled": true, "hostname": "a.example.com", "gatewayRef": {"name": ""}, "tlsPassthrough": true}}}"#,
        ],
    },
    Rule {
        demands: "an enabled ingress has trusted peers",
        refuses: |w| flag(w.new, "spec.ingress.enabled") && list(w.new, "spec.network.trustedIngressPeers").is_empty(),
        broken: &[r#"{"spec": {"ingress": {"enabled": true, "host": "a.example.com"}}}"#],
    },
    Rule {
        demands: "the issuer is a plain https address of somebody else",
        refuses: |w| {
            let issuer = text(w.new, "spec.selfInit.oidc.issuer");
            let parts = ["@", "?", "#", "localhost", "127.0.0.1", "::1", "169.254.", "/.well-known/"];
            !issuer.is_empty() && (!issuer.starts_with("https://") || parts.iter().any(|part| issuer.contains(part)))
        },
        broken: &[
            r#"{"spec": {"selfInit": {"oidc": {"issuer": "http://login.example.com"}}}}"#,
            r#"{"spec": {"selfInit": {"oidc": {"issuer": "https://user@login.example.com"}}}}"#,
            r#"{"spec": {"selfInit": {"oidc": {"issuer": "https://login.example.com?a"}}}}"#,
            r#"{"spec": {"selfInit": {"oidc": {"issuer": "https://login.example.com#a"}}}}"#,
            r#"{"spec": {"selfInit": {"oidc": {"issuer": "https://localhost"}}}}"#,
            r#"{"spec": {"selfInit": {"oidc": {"issuer": "https://127.0.0.1"}}}}"#,
            r#"{"spec": {"selfInit": {"oidc": {"issuer": "https://[::1]"}}}}"#,
            r#"{"spec": {"selfInit": {"oidc": {"issuer": "https://169.254.169.254"}}}}"#,
            r#"{"spec": {"selfInit": {"oidc": {"issuer": "https://login.example.com/.well-known/openid-configuration"}}}}"#,
        ],
    },
    Rule {
        demands: "requests below auth/jwt/ need one that enables it",
        refuses: |w| below(w, "auth/jwt/") && !has(w, "sys/auth/jwt"),
        broken: &[
            r#"{"spec": {"selfInit": {"requests": [{"name": "a", "operation": "update", "path": "auth/jwt/config"}]}}}"#,
        ],
    },
    Rule {
        demands: "requests below auth/jwt-operator/ need one that enables it, or OIDC",
        refuses: |w| below(w, "auth/jwt-operator/") && !has(w, "sys/auth/jwt-operator") && !oidc(w.new),
        broken: &[
            r#"{"spec": {"backup": {"jwtAuthRole": "backup"}, "selfInit": {"oidc": null, "requests": [{"name": "a", "operation": "update", "path": "auth/jwt-operator/config"}]}}}"#,
        ],
    },
];
