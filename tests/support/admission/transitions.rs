//! 8.4: what an update may not do.

use serde_json::Value as Json;

use super::texts::{quantity, versions};
use super::{Rule, Write, at, flag, list, number, oidc, text};

fn strategy(object: &Json) -> &str {
    match text(object, "spec.upgrade.strategy") {
        "" => "RollingUpdate",
        named => named,
    }
}

/// The old object, where the strategy changes.
fn switched<'a>(write: &Write<'a>) -> Option<&'a Json> {
    write.old.filter(|old| strategy(old) != strategy(write.new))
}

fn older(write: &Write<'_>, than: &str) -> bool {
    versions(text(write.new, "spec.version"), than).is_some_and(std::cmp::Ordering::is_lt)
}

fn condition(object: &Json, name: &str) -> bool {
    list(object, "status.conditions").iter().any(|it| text(it, "type") == name && text(it, "status") == "True")
}

/// Whether nothing is going on with a service.
fn idle(old: &Json) -> bool {
    let readers = number(old, "spec.readReplicas.replicas").unwrap_or_default();
    flag(old, "status.initialized")
        && text(old, "status.phase") == "Running"
        && text(old, "status.currentVersion") == text(old, "spec.version")
        && number(old, "status.readyReplicas") == number(old, "spec.replicas")
        && number(old, "status.readReplicas.readyReplicas").unwrap_or_default() == readers
        && text(old, "status.acceptedUpgradeStrategy") == strategy(old)
        && ["upgrade", "operationLock", "workload.lastError"]
            .iter()
            .all(|it| at(old, &format!("status.{it}")).is_none())
        && !flag(old, "status.breakGlass.active")
        && matches!(text(old, "status.blueGreen.phase"), "" | "Idle")
        && condition(old, "Available")
        && !condition(old, "Degraded")
}

fn handled(old: &Json) -> bool {
    ["Retry", "Promote", "Rollback"].iter().all(|request| {
        let asked = text(old, &format!("spec.upgrade.requests.{}", request.to_lowercase()));
        asked.is_empty() || asked == text(old, &format!("status.upgradeRequests.lastHandled{request}"))
    })
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        demands: "the class of volumes stays",
        refuses: |w| {
            w.old.is_some_and(|old| {
                text(old, "spec.storage.storageClassName") != text(w.new, "spec.storage.storageClassName")
            })
        },
        broken: &[r#"{"before": {"spec": {"storage": {"storageClassName": "other"}}}}"#],
    },
    Rule {
        demands: "volumes never shrink",
        refuses: |w| {
            w.old.is_some_and(|old| {
                let size = |object| quantity(text(object, "spec.storage.size"));
                // What is no quantity cannot be compared, and is refused.
                !matches!((size(old), size(w.new)), (Some(old), Some(new)) if new >= old)
            })
        },
        broken: &[
            r#"{"before": {"spec": {"storage": {"size": "51Gi"}}}}"#,
            r#"{"before": {"spec": {}}, "spec": {"storage": {"size": "large"}}}"#,
        ],
    },
    Rule {
        demands: "the key of a static seal stays",
        refuses: |w| {
            let fixed = |object| matches!(text(object, "spec.unseal.type"), "" | "static");
            let key = |object| at(object, "spec.unseal.credentialsSecretRef");
            w.old.is_some_and(|old| fixed(old) && fixed(w.new) && key(old) != key(w.new))
        },
        broken: &[
            r#"{"before": {"spec": {"profile": "Development", "unseal": {"type": "static", "transit": null, "credentialsSecretRef": {"name": "one"}}}},
            "spec": {"profile": "Development", "unseal": {"type": "static", "transit": null, "credentialsSecretRef": {"name": "two"}}}}"#,
        ],
    },
    Rule {
        demands: "controllerJWTMode Target is never left",
        refuses: |w| {
            let target = |object| text(object, "spec.controllerJWTMode") == "Target";
            w.old.is_some_and(|old| target(old) && !target(w.new))
        },
        broken: &[r#"{"before": {"spec": {}}, "spec": {"controllerJWTMode": null}}"#],
    },
    Rule {
        demands: "OpenBao is not taken back to an older version than runs",
        refuses: |w| w.old.is_some_and(|old| older(w, text(old, "status.currentVersion"))),
        broken: &[r#"{"before": {"spec": {"version": "2.7.1"}, "status": {"currentVersion": "2.7.1"}}}"#],
    },
    Rule {
        demands: "an upgrade that has begun is not taken back",
        refuses: |w| {
            w.old.is_some_and(|old| {
                let begun = number(old, "status.upgrade.currentPartition")
                    .is_some_and(|it| Some(it) < number(old, "spec.replicas"))
                    || !list(old, "status.upgrade.completedPods").is_empty();
                begun && older(w, text(old, "status.upgrade.targetVersion"))
            })
        },
        broken: &[
            r#"{"before": {"spec": {"version": "2.7.1"}, "status": {"upgrade": {"targetVersion": "2.7.1", "currentPartition": 2}}}}"#,
            r#"{"before": {"spec": {"version": "2.7.1"}, "status": {"upgrade": {"targetVersion": "2.7.1", "currentPartition": 3, "completedPods": [2]}}}}"#,
        ],
    },
    Rule {
        demands: "the upgrade strategy changes alone",
        refuses: |w| {
            let places = ["version", "image", "replicas", "readReplicas.replicas", "storage", "runtime.restartAt"];
            let moved = |old, place: &&str| at(old, &format!("spec.{place}")) != at(w.new, &format!("spec.{place}"));
            switched(w).is_some_and(|old| places.iter().any(|place| moved(old, place)))
        },
        broken: &[
            r#"{"before": {"spec": {"upgrade": {"strategy": "BlueGreen"}}}, "spec": {"version": "2.7.1"}}"#,
            r#"{"before": {"spec": {"upgrade": {"strategy": "BlueGreen"}, "replicas": 5}}}"#,
            r#"{"before": {"spec": {"upgrade": {"strategy": "BlueGreen"}, "image": "other"}}}"#,
            r#"{"before": {"spec": {"upgrade": {"strategy": "BlueGreen"}, "storage": {"size": "20Gi"}}}}"#,
        ],
    },
    Rule {
        demands: "the upgrade strategy changes while nothing else goes on",
        refuses: |w| switched(w).is_some_and(|old| !idle(old) || !handled(old)),
        broken: &[
            r#"{"before": {"spec": {"upgrade": {"strategy": "BlueGreen"}}, "status": {"phase": "Upgrading"}}}"#,
            r#"{"before": {"spec": {"upgrade": {"strategy": "BlueGreen", "requests": {"promote": "one"}}}}}"#,
        ],
    },
    Rule {
        demands: "blue/green upgrades log in by a role or OIDC",
        refuses: |w| {
            let login = !text(w.new, "spec.upgrade.jwtAuthRole").is_empty() || oidc(w.new);
            switched(w).is_some() && strategy(w.new) == "BlueGreen" && !login
        },
        broken: &[
            r#"{"before": {"spec": {}}, "spec": {"backup": {"jwtAuthRole": "backup"}, "controllerJWTMode": null, "selfInit": {"oidc": null}, "upgrade": {"strategy": "BlueGreen"}}}"#,
        ],
    },
    Rule {
        demands: "read replicas say how many they are where the strategy changes",
        refuses: |w| {
            let unsaid = |object| {
                at(object, "spec.readReplicas").is_some() && number(object, "spec.readReplicas.replicas").is_none()
            };
            switched(w).is_some_and(|old| unsaid(old) || unsaid(w.new))
        },
        broken: &[
            r#"{"before": {"spec": {"upgrade": {"strategy": "BlueGreen"}}}, "spec": {"readReplicas": {"service": {"enabled": true}}}}"#,
        ],
    },
];
