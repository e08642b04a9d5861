//! Deletion always ends.

use serde_json::json;

use crate::operator::env::{Env, TEAM, secret_path, target, target_path};
use crate::operator::{SYSTEM, claim_path, condition};

pub(crate) async fn case_081_deletion_ends_without_the_catalog(env: Env) {
    let _running = env.operator();
    let claim = env.ready("demo", json!({"host": "a.example.com"})).await;
    for path in [
        "openbaoserviceofferings/box",
        "openbaoserviceprofiles/box",
        "openbaoservicecomponents/storage",
        "openbaorulesets/posture",
    ] {
        env.cluster.api.delete(&format!("/apis/claims.openbao.org/v1alpha1/{path}")).await.expect_status(200);
    }
    let revision = claim["status"]["revision"]["name"].as_str().unwrap();
    let revision = format!("/apis/claims.openbao.org/v1alpha1/openbaoservicerevisions/{revision}");
    env.cluster.api.delete(&revision).await.expect_status(200);
    env.cluster.api.delete(&format!("/apis/openbao.org/v1alpha1/namespaces/{TEAM}/openbaotenants/{TEAM}")).await;
    env.pass(5).await;
    env.cluster.api.delete(&claim_path(TEAM, "demo")).await.expect_status(200);
    env.cluster.gone(&claim_path(TEAM, "demo")).await;
    assert_eq!(env.cluster.api.get(&target_path("demo")).await.status, 404);
    assert_eq!(env.cluster.api.get(&secret_path(&format!("{}-connection", target("demo")))).await.status, 404);
    let leases = format!("/apis/coordination.k8s.io/v1/namespaces/{SYSTEM}/leases");
    let leases = env.cluster.api.get(&leases).await.expect_status(200);
    assert_eq!(leases["items"], json!([]), "a reservation was left");
    let contracts = env.contracts().await;
    assert_eq!(contracts.len(), 1);
    assert_eq!(contracts[0]["status"]["state"], "Released");
}

pub(crate) async fn case_077_a_namespace_with_a_ready_claim_ends(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    env.claim("gated", json!({})).await;
    env.until_ready("gated").await;
    env.claim("gated", json!({"logLevel": "debug"})).await;
    env.until_reason("gated", "ChangeGated").await;
    env.cluster.api.delete(&format!("/api/v1/namespaces/{TEAM}")).await.expect_status(200);
    let started = tokio::time::Instant::now();
    env.cluster.gone(&format!("/api/v1/namespaces/{TEAM}")).await;
    assert!(started.elapsed().as_secs() < 30, "it took {:?}", started.elapsed());
}

pub(crate) async fn case_071_deletion_tells_what_it_waits_for(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    env.tell("demo", "keep").await;
    env.cluster.api.delete(&claim_path(TEAM, "demo")).await.expect_status(200);
    let claim = env.until("demo", |claim| claim["status"]["phase"] == "Deleting").await;
    let summary = claim["status"]["summary"].as_str().unwrap();
    assert!(summary.contains(&target("demo")) && summary.contains("openbao.org/runtime"), "{summary}");
    assert_eq!(condition(&claim, "Ready").1, "Deleting");
    env.tell("demo", "").await;
    env.cluster.gone(&claim_path(TEAM, "demo")).await;
}

pub(crate) async fn a_claim_that_was_never_granted_goes_at_once(env: Env) {
    let _running = env.operator();
    env.catalog().await;
    env.cluster.namespace(TEAM).await;
    env.claim("demo", json!({})).await;
    env.until_reason("demo", "TenantNotFound").await;
    env.cluster.api.delete(&claim_path(TEAM, "demo")).await.expect_status(200);
    env.cluster.gone(&claim_path(TEAM, "demo")).await;
}

pub(crate) async fn a_claim_made_again_starts_anew(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    let before = env.target("demo").await["metadata"]["uid"].clone();
    env.cluster.api.delete(&claim_path(TEAM, "demo")).await.expect_status(200);
    env.cluster.gone(&claim_path(TEAM, "demo")).await;
    env.claim("demo", json!({})).await;
    let claim = env.until_ready("demo").await;
    assert_ne!(env.target("demo").await["metadata"]["uid"], before);
    assert_eq!(claim["status"]["applied"]["sequence"], 2, "the place of the former claim's contract is taken");
}

pub(crate) async fn case_067_a_suspended_claim_can_be_deleted(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    env.cluster.edit(&claim_path(TEAM, "demo"), json!([{"op": "add", "path": "/spec/suspend", "value": true}])).await;
    env.pass(2).await;
    env.cluster.api.delete(&claim_path(TEAM, "demo")).await.expect_status(200);
    env.cluster.gone(&claim_path(TEAM, "demo")).await;
}

pub(crate) async fn a_cluster_whose_marks_were_taken_off_goes_with_its_claim(env: Env) {
    let running = env.operator();
    env.ready("demo", json!({})).await;
    drop(running);
    let bare = json!({"metadata": {
        "labels": {"claims.openbao.org/managed": null},
        "annotations": {"claims.openbao.org/claim-uid": null, "claims.openbao.org/claim": null},
    }});
    env.meddle("demo", bare).await;
    env.cluster.api.delete(&claim_path(TEAM, "demo")).await.expect_status(200);
    let _running = env.operator();
    env.cluster.gone(&claim_path(TEAM, "demo")).await;
    assert_eq!(env.cluster.api.get(&target_path("demo")).await.status, 404, "the service was left behind");
}
