//! Clusters: from nothing to running, and what may go wrong on the way.

use serde_json::{Value, json};

use super::{Behaviour, Progress, act, secrets};
use crate::sandbox::object::{self, text};
use crate::sandbox::time::seconds;
use crate::sandbox::verbs::Server;

const FINALIZER: &str = "openbao.org/openbaocluster-finalizer";
const TRIGGER: &str = "/metadata/annotations/openbao.org~1trigger-backup";
/// Stages after which a cluster has come up.
const UP: u64 = 2;

/// What a cluster is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Initializing,
    Running { missing: bool },
    Upgrading,
    BackingUp,
    Failed,
}

/// Moves a cluster along. Whether there is more to do later.
pub(super) fn reconcile(server: &mut Server, cluster: &Value, progress: &mut Progress, behaviour: Behaviour) -> bool {
    if object::is_deleting(cluster) {
        return end(server, cluster, progress, behaviour);
    }
    act::hold(server, cluster, FINALIZER);
    if behaviour == Behaviour::Stall || is_paused(cluster) {
        return false;
    }
    match progress.stage {
        0 => return true,
        1 => {
            act::report(server, cluster, status(server, cluster, Doing::Initializing));
            return true;
        }
        _ => {}
    }
    if behaviour == Behaviour::Fail {
        act::report(server, cluster, status(server, cluster, Doing::Failed));
        return false;
    }
    secrets::make(server, cluster);
    let doing = next(cluster, progress, behaviour, server.now());
    act::report(server, cluster, status(server, cluster, doing));
    matches!(doing, Doing::Upgrading | Doing::BackingUp) || behaviour == Behaviour::Flap
}

/// What a cluster that is up does at its present stage. Upgrades and backups take one stage: `UP` itself stands for
/// rest, a higher one for work that has been done since.
fn next(cluster: &Value, progress: &mut Progress, behaviour: Behaviour, now: i128) -> Doing {
    let at = text(cluster, "/status/phase");
    let (told, runs) = (text(cluster, "/spec/version"), text(cluster, "/status/currentVersion"));
    let wants_upgrade = !runs.is_empty() && told != runs;
    let wants_backup = trigger(cluster).is_some_and(|trigger| trigger != handled(cluster));
    let work = match (wants_upgrade, wants_backup) {
        (true, _) => Some(("Upgrading", Doing::Upgrading)),
        (_, true) => Some(("BackingUp", Doing::BackingUp)),
        _ => None,
    };
    if let Some((phase, doing)) = work {
        if at != phase {
            (progress.stage, progress.since) = (UP, now);
            return doing;
        }
        if progress.stage == UP {
            return doing;
        }
    }
    let missing = match behaviour {
        Behaviour::Degrade => true,
        Behaviour::Flap => progress.stage % 2 == 1,
        _ => false,
    };
    Doing::Running { missing }
}

fn end(server: &mut Server, cluster: &Value, progress: &mut Progress, behaviour: Behaviour) -> bool {
    // A deletion takes one stage from when it was first seen.
    const ENDING: u64 = u64::MAX / 2;
    if progress.stage < ENDING {
        progress.stage = ENDING;
        progress.since = server.now();
    } else if progress.stage > ENDING && behaviour != Behaviour::Stall {
        act::let_go(server, cluster, FINALIZER);
    }
    true
}

fn is_paused(cluster: &Value) -> bool {
    cluster.pointer("/spec/paused").and_then(Value::as_bool) == Some(true)
}

fn trigger(cluster: &Value) -> Option<&str> {
    cluster.pointer(TRIGGER).and_then(Value::as_str)
}

fn handled(cluster: &Value) -> &str {
    text(cluster, "/status/backup/lastHandledManualTrigger")
}

fn replicas(cluster: &Value) -> i64 {
    cluster.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1)
}

fn enabled(cluster: &Value, part: &str) -> bool {
    cluster.pointer(&format!("/spec/{part}/enabled")).and_then(Value::as_bool) == Some(true)
}

/// The status of a cluster that does something.
fn status(server: &Server, cluster: &Value, doing: Doing) -> Value {
    let (phase, ready) = match doing {
        Doing::Initializing => ("Initializing", 0),
        Doing::Running { missing } => ("Running", replicas(cluster).saturating_sub(i64::from(missing))),
        Doing::Upgrading => ("Upgrading", replicas(cluster)),
        Doing::BackingUp => ("BackingUp", replicas(cluster)),
        Doing::Failed => ("Failed", 0),
    };
    let up = !matches!(doing, Doing::Initializing | Doing::Failed);
    let mut status = json!({
        "phase": phase, "readyReplicas": ready, "initialized": up,
        "observedGeneration": cluster.pointer("/metadata/generation"),
        "conditions": conditions(cluster, doing),
    });
    if up {
        object::set(&mut status, "activeLeader", Some(format!("{}-0", object::name(cluster)).into()));
        object::set(&mut status, "selfInitialized", Some(enabled(cluster, "selfInit").into()));
    }
    if matches!(doing, Doing::Running { .. }) {
        object::set(&mut status, "currentVersion", Some(text(cluster, "/spec/version").into()));
        if let Some(trigger) = trigger(cluster).filter(|_| text(cluster, "/status/phase") == "BackingUp") {
            let now = seconds(server.now());
            let backup = json!({
                "lastHandledManualTrigger": trigger, "lastBackupTime": now, "lastAttemptTime": now,
                "lastBackupName": format!("{}-{now}", object::name(cluster)), "lastBackupSize": 1_024,
                "consecutiveFailures": 0,
            });
            object::set(&mut status, "backup", Some(backup));
        }
    }
    status
}

fn conditions(cluster: &Value, doing: Doing) -> Vec<Value> {
    let up = !matches!(doing, Doing::Initializing | Doing::Failed);
    let well = up && doing != Doing::Running { missing: true };
    let condition = |kind: &str, holds: bool, yes: &str, no: &str| {
        let reason = if holds { yes } else { no };
        act::condition(cluster, kind, holds, reason, "reported by the simulated runtime")
    };
    let broken = matches!(doing, Doing::Failed | Doing::Running { missing: true });
    let mut conditions = vec![
        condition("Available", well, "AllReplicasReady", "NotReady"),
        condition("Degraded", broken, "Simulated", "Healthy"),
        condition("OpenBaoInitialized", up, "Initialized", "NotInitialized"),
        condition("OpenBaoSealed", !up, "Sealed", "Unsealed"),
        condition("StorageConfigured", up, "Bound", "Pending"),
        condition("Upgrading", doing == Doing::Upgrading, "Upgrading", "Idle"),
        condition("BackingUp", doing == Doing::BackingUp, "BackingUp", "Idle"),
    ];
    let parts = [
        ("tls", "TLSReady"),
        ("gateway", "GatewayIntegrationReady"),
        ("ingress", "IngressIntegrationReady"),
        ("selfInit", "UserAccessBootstrap"),
    ];
    conditions.extend(
        parts
            .into_iter()
            .filter(|(part, _)| enabled(cluster, part))
            .map(|(_, kind)| condition(kind, up, "Ready", "NotReady")),
    );
    conditions
}
