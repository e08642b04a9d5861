//! What must hold once faults are over and everybody has had time.

use openbao_claims::controller::names;
use serde_json::Value;

use crate::fixtures::SYSTEM;
use crate::model::{Change, change};
use crate::oath::{annotation, text};
use crate::people::{Api, People, claim_path, cluster_path};
use crate::schedule::{CLAIMS, Schedule};
use crate::wire::Shared;

/// Looks at everything.
pub(crate) async fn judge(shared: &Shared, people: &People, schedule: &Schedule) {
    let contracts = people.contracts().await;
    let mut living = Vec::new();
    for (index, name) in CLAIMS.iter().enumerate() {
        let claim = people.api.get(&claim_path(index)).await;
        if claim.is_null() {
            continue;
        }
        living.push(text(&claim, "/metadata/uid").to_owned());
        let cluster = people.api.get(&cluster_path(index)).await;
        let squatted = schedule.squatted && index == 3;
        for wrong in claim_wrongs(shared, &claim, &cluster, &contracts, squatted) {
            shared.journal.broken(format!("{name} at rest: {wrong}"));
        }
    }
    leases(shared, &people.api, &living).await;
    for contract in &contracts {
        let (uid, state) = (text(contract, "/spec/claim/uid"), text(contract, "/status/state"));
        if !living.iter().any(|it| it == uid) && state != "Released" {
            let name = text(contract, "/metadata/name");
            shared.journal.broken(format!("contract {name} of a claim that is gone is `{state}`"));
        }
    }
}

/// No value is held by a claim that is gone.
async fn leases(shared: &Shared, api: &Api, living: &[String]) {
    for lease in api.list(&format!("/apis/coordination.k8s.io/v1/namespaces/{SYSTEM}/leases")).await {
        let (name, holder) = (text(&lease, "/metadata/name"), text(&lease, "/spec/holderIdentity"));
        if name.starts_with("unique-") && !living.iter().any(|it| it == holder) {
            shared.journal.broken(format!("lease {name} is held by a claim that is gone"));
        }
    }
}

fn claim_wrongs(shared: &Shared, claim: &Value, cluster: &Value, contracts: &[Value], squatted: bool) -> Vec<String> {
    let uid = text(claim, "/metadata/uid");
    let (ready, reason) = condition(claim, "Ready");
    let mut wrongs = Vec::new();
    if claim["metadata"]["deletionTimestamp"].is_string() {
        return vec!["its deletion does not end".to_owned()];
    }
    if claim["status"]["observedGeneration"] != claim["metadata"]["generation"] {
        wrongs.push("its status does not speak of the last edit".to_owned());
    }
    let mine = contracts.iter().filter(|it| text(it, "/spec/claim/uid") == uid);
    let newest = mine.max_by_key(|it| it["spec"]["sequence"].as_i64());
    if squatted {
        if cluster.pointer("/metadata/annotations/claims.openbao.org~1claim-uid").is_some() || ready == "True" {
            wrongs.push("it has taken somebody else's cluster".to_owned());
        }
        return wrongs;
    }
    if shared.oath.is_demolished(uid) {
        if !cluster.is_null() || reason != "ClusterGone" {
            wrongs.push(format!("its cluster was deleted, and it says {reason}"));
        }
        return wrongs;
    }
    let wanted = &claim["spec"]["parameters"];
    let Some(newest) = newest else {
        let excused = wanted.get("nonsense").is_some() && reason == "Denied" || reason == "NotUnique";
        if !excused {
            wrongs.push(format!("it has no contract, and says {reason}"));
        }
        return wrongs;
    };
    wrongs.extend(service_wrongs(newest, cluster));
    wrongs.extend(edit_wrong(&newest["spec"]["parameters"], wanted, claim));
    wrongs
}

/// What runs is the newest contract.
fn service_wrongs(contract: &Value, cluster: &Value) -> Vec<String> {
    let mut wrongs = Vec::new();
    if text(contract, "/status/state") != "Applied" {
        wrongs.push("its newest contract is not applied".to_owned());
    }
    if cluster.is_null() {
        return vec!["it has no cluster".to_owned()];
    }
    if annotation(cluster, names::DIGEST) != Some(text(contract, "/spec/digest")) {
        wrongs.push("its cluster is not marked with the newest contract".to_owned());
    }
    let rendered = &contract["spec"]["object"]["spec"];
    if !covers(&cluster["spec"], rendered) {
        wrongs.push(format!("its cluster is not what the contract says: {} for {rendered}", cluster["spec"]));
    }
    wrongs
}

/// The last edit is applied where it may be, and told where it may not.
fn edit_wrong(applied: &Value, wanted: &Value, claim: &Value) -> Option<String> {
    let (ready, reason) = condition(claim, "Ready");
    let expected: &[&str] = match change(applied, wanted) {
        Change::Unchanged if ready == "True" => return None,
        Change::Unchanged => &[],
        // Another host may be taken.
        Change::InPlace if applied.get("host") != wanted.get("host") => &["NotUnique"],
        Change::InPlace => &[],
        Change::Gated => &["ChangeGated"],
        Change::Blocked => &["ChangeBlocked"],
        Change::Denied => &["Denied"],
    };
    let told = expected.contains(&reason.as_str());
    (!told).then(|| format!("{applied} runs, {wanted} is asked for, and it says {ready} {reason}"))
}

fn covers(have: &Value, want: &Value) -> bool {
    match want.as_object() {
        Some(members) => members.iter().all(|(name, value)| covers(&have[name], value)),
        None => have == want,
    }
}

/// Status and reason of a condition.
fn condition(object: &Value, kind: &str) -> (String, String) {
    let all = object.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten();
    let found = all.into_iter().find(|condition| condition["type"] == kind);
    let of = |name: &str| found.and_then(|it| it[name].as_str()).unwrap_or_default().to_owned();
    (of("status"), of("reason"))
}
