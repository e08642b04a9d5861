//! Claims that tools write, prune and judge: what must hold so that GitOps does no harm.

use serde_json::{Value, json};

use crate::operator::env::{Env, TEAM, claim, target, target_path};
use crate::operator::{claim_path, condition, path_of};

fn claims() -> String {
    format!("/apis/claims.openbao.org/v1alpha1/namespaces/{TEAM}/openbaoclusterclaims")
}

/// `Ready`, `Reconciling`, `Stalled`, of a status that speaks about the last edit.
fn kstatus(claim: &Value) -> [String; 3] {
    assert_eq!(claim["status"]["observedGeneration"], claim["metadata"]["generation"]);
    ["Ready", "Reconciling", "Stalled"].map(|kind| condition(claim, kind).0)
}

pub(crate) async fn case_068_a_refused_edit_is_not_green_while_the_service_is(env: Env) {
    let _running = env.operator();
    let ready = env.ready("demo", json!({"size": "medium"})).await;
    assert_eq!(kstatus(&ready), ["True", "False", "False"]);
    env.claim("demo", json!({"size": "small"})).await;
    let blocked = env.until_reason("demo", "ChangeBlocked").await;
    assert_eq!(kstatus(&blocked), ["False", "False", "True"]);
    assert_eq!(condition(&blocked, "ServiceAvailable").0, "True");
    env.claim("demo", json!({"size": "medium", "logLevel": "debug"})).await;
    let gated = env.until_reason("demo", "ChangeGated").await;
    assert_eq!(kstatus(&gated), ["False", "True", "False"]);
    env.claim("demo", json!({"size": "huge"})).await;
    let denied = env.until_reason("demo", "Denied").await;
    assert_eq!(kstatus(&denied), ["False", "False", "True"]);
    assert_eq!(condition(&denied, "ServiceAvailable").0, "True");
}

pub(crate) async fn case_072_a_status_stays_small_whatever_the_claim_says(env: Env) {
    let _running = env.operator();
    env.catalog().await;
    env.team().await;
    let mistakes: serde_json::Map<_, _> = (0..500).map(|at| (format!("mistake{at}"), "x".repeat(90).into())).collect();
    env.claim("demo", mistakes.into()).await;
    let denied = env.until_reason("demo", "Denied").await;
    let size = denied["status"].to_string().len();
    assert!(size < 32 * 1024, "the status has {size} bytes");
}

pub(crate) async fn case_084_a_claim_waits_for_an_operator_that_is_away(env: Env) {
    let running = env.operator();
    env.ready("demo", json!({})).await;
    drop(running);
    env.cluster.api.delete(&claim_path(TEAM, "demo")).await.expect_status(200);
    env.pass(3).await;
    assert!(env.target("demo").await["metadata"]["deletionTimestamp"].is_null());
    let _running = env.operator();
    env.cluster.gone(&claim_path(TEAM, "demo")).await;
    assert_eq!(env.cluster.api.get(&target_path("demo")).await.status, 404);
}

pub(crate) async fn case_088_no_mistake_of_a_tenant_is_answered_with_422(env: Env) {
    let _running = env.operator();
    env.catalog().await;
    env.team().await;
    let specs = [
        json!({}),
        json!({"tenantRef": {"name": ""}}),
        json!({"tenantRef": {"name": TEAM}, "offeringRef": null, "profileRef": null, "parameters": null}),
        json!({"tenantRef": {"name": "NOT A NAME"}, "offeringRef": {"name": "x".repeat(400)}}),
        json!({"tenantRef": {"name": TEAM}, "offeringRef": {"name": "box"}, "profileRef": {"name": "box"}}),
        json!({"tenantRef": {"name": TEAM}, "offeringRef": {"name": "box"}, "parameters": {"size": ["no"], "none": {}}}),
    ];
    for (at, spec) in specs.into_iter().enumerate() {
        let name = format!("odd-{at}");
        let mut odd = claim(&name, &json!({}));
        odd["spec"] = spec;
        let reply = env.cluster.api.post(&claims(), &odd).await;
        assert_eq!(reply.status, 201, "{:#}", reply.body);
        let told = env.until(&name, |claim| condition(claim, "Ready").0 == "False").await;
        assert_ne!(condition(&told, "Accepted").0, "True", "{name}");
        assert_eq!(env.cluster.api.get(&target_path(&name)).await.status, 404);
    }
}

pub(crate) async fn case_091_a_claim_goes_from_client_side_to_server_side_apply(env: Env) {
    let _running = env.operator();
    env.catalog().await;
    env.team().await;
    let mut first = claim("demo", &json!({"ui": false, "size": "small"}));
    let last = first.to_string();
    first["metadata"]["annotations"] = json!({"kubectl.kubernetes.io/last-applied-configuration": last});
    env.cluster.api.post(&claims(), &first).await.expect_status(201);
    let before = env.until_ready("demo").await;
    let uid = env.target("demo").await["metadata"]["uid"].clone();
    // The same again by server-side apply changes nothing; the service does not even notice.
    env.claim("demo", json!({"ui": false, "size": "small"})).await;
    env.pass(5).await;
    let after = env.until_ready("demo").await;
    assert_eq!(after["status"]["applied"], before["status"]["applied"]);
    assert_eq!(env.target("demo").await["metadata"]["uid"], uid);
}

pub(crate) async fn case_094_marks_of_gitops_tools_stay_on_the_claim(env: Env) {
    let _running = env.operator();
    env.catalog().await;
    env.team().await;
    let mut marked = claim("demo", &json!({}));
    marked["metadata"]["labels"] =
        json!({"argocd.argoproj.io/instance": "team", "kustomize.toolkit.fluxcd.io/name": "team"});
    marked["metadata"]["annotations"] =
        json!({"argocd.argoproj.io/tracking-id": "team:x", "argocd.argoproj.io/sync-wave": "3"});
    env.cluster.apply(&marked).await;
    let claim = env.until_ready("demo").await;
    let cluster = env.target("demo").await;
    let metadata = cluster["metadata"].to_string();
    assert!(!metadata.contains("argoproj") && !metadata.contains("fluxcd"), "{metadata}");
    // An owner reference would let the garbage collector take the service after a restore with new UIDs: the tree
    // that tools draw follows the references in the status, which name it exactly.
    assert!(cluster["metadata"]["ownerReferences"].is_null());
    assert_eq!(claim["status"]["resources"][0]["uid"], cluster["metadata"]["uid"]);
}

pub(crate) async fn case_096_a_claim_that_is_pruned_and_comes_back_at_once_gets_a_service_of_its_own(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    let before = env.target("demo").await["metadata"]["uid"].clone();
    env.cluster.api.delete(&claim_path(TEAM, "demo")).await.expect_status(200);
    // The other tool applies while the first deletion is under way: what goes does not come back to life.
    let again = claim("demo", &json!({"ui": false}));
    env.cluster
        .api
        .patch(&format!("{}?fieldManager=other&force=true", path_of(&again)), crate::api::APPLY, &again)
        .await;
    env.cluster.gone(&claim_path(TEAM, "demo")).await;
    env.cluster.apply(&again).await;
    env.until_ready("demo").await;
    let cluster = env.target("demo").await;
    assert_ne!(cluster["metadata"]["uid"], before);
    assert_eq!(cluster["spec"]["configuration"]["ui"], false);
}

pub(crate) async fn case_097_a_generated_name_makes_a_service(env: Env) {
    let _running = env.operator();
    env.catalog().await;
    env.team().await;
    let mut generated = claim("", &json!({}));
    generated["metadata"] = json!({"generateName": format!("{}.dotted-", "long".repeat(12)), "namespace": TEAM});
    let made = env.cluster.api.post(&claims(), &generated).await.expect_status(201);
    let name = made["metadata"]["name"].as_str().unwrap().to_owned();
    env.until_ready(&name).await;
    let target = target(&name);
    assert!(target.len() <= 35 && !target.contains('.'), "{target}");
    assert_eq!(env.target(&name).await["metadata"]["name"], target);
}
