//! What is ours, and what is not.

use serde_json::json;

use crate::operator::env::{Env, TEAM, target, target_path};
use crate::operator::{SYSTEM, claim_path, condition};

pub(crate) async fn a_foreign_cluster_is_never_touched(env: Env) {
    let _running = env.operator();
    env.catalog().await;
    env.team().await;
    // Somebody took the name before: the content is that of a real one, made elsewhere.
    env.claim("model", json!({})).await;
    env.until_ready("model").await;
    let mut foreign = env.target("model").await;
    foreign["metadata"] = json!({"name": target("demo"), "namespace": TEAM});
    foreign.as_object_mut().unwrap().remove("status");
    let path = format!("/apis/openbao.org/v1alpha1/namespaces/{TEAM}/openbaoclusters");
    let before = env.cluster.api.post(&path, &foreign).await.expect_status(201);
    env.claim("demo", json!({})).await;
    let claim = env.until_reason("demo", "NotOwned").await;
    assert_eq!(claim["status"]["phase"], "Blocked");
    env.pass(120).await;
    let after = env.target("demo").await;
    assert_eq!(after["metadata"]["uid"], before["metadata"]["uid"]);
    assert_eq!(after["spec"], before["spec"]);
    assert!(after["metadata"]["annotations"]["claims.openbao.org/claim-uid"].is_null());
    env.cluster.api.delete(&claim_path(TEAM, "demo")).await.expect_status(200);
    env.cluster.gone(&claim_path(TEAM, "demo")).await;
    assert!(env.target("demo").await["metadata"]["deletionTimestamp"].is_null(), "a foreign cluster was deleted");
}

pub(crate) async fn case_087_data_of_a_former_claim_blocks(env: Env) {
    let _running = env.operator();
    env.catalog().await;
    env.team().await;
    let volume = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": {"name": format!("data-{}-0", target("demo")), "namespace": TEAM},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    });
    let made = env.cluster.api.post(&format!("/api/v1/namespaces/{TEAM}/persistentvolumeclaims"), &volume).await;
    made.expect_status(201);
    env.claim("demo", json!({})).await;
    let claim = env.until_reason("demo", "RetainedData").await;
    assert!(claim["status"]["summary"].as_str().unwrap().contains("former claim"), "{claim:#}");
    assert_eq!(env.cluster.api.get(&target_path("demo")).await.status, 404);
}

pub(crate) async fn a_unique_value_has_one_holder(env: Env) {
    let _running = env.operator();
    env.ready("first", json!({"host": "a.example.com"})).await;
    env.claim("second", json!({"host": "A.example.com."})).await;
    env.claim("third", json!({"host": "a.example.com"})).await;
    let claim = env.until_reason("third", "NotUnique").await;
    assert!(!claim["status"].to_string().contains("first"), "the holder was told");
    assert_eq!(env.cluster.api.get(&target_path("third")).await.status, 404);
    env.cluster.api.delete(&claim_path(TEAM, "first")).await.expect_status(200);
    env.cluster.gone(&claim_path(TEAM, "first")).await;
    env.pass(120).await;
    env.until_ready("third").await;
}

pub(crate) async fn case_092_drift_is_put_right_and_additions_are_left(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    env.meddle("demo", json!({"spec": {"configuration": {"logLevel": "debug"}, "paused": false}})).await;
    env.cluster.until(&target_path("demo"), |it| it["spec"]["configuration"]["logLevel"] == "info").await;
    let cluster = env.target("demo").await;
    assert_eq!(cluster["spec"]["paused"], false, "a path that nobody renders was touched");
    // The label by which we find it, taken off, comes back.
    env.meddle("demo", json!({"metadata": {"labels": {"claims.openbao.org/managed": null}}})).await;
    env.cluster
        .until(&target_path("demo"), |it| it["metadata"]["labels"]["claims.openbao.org/managed"] == "true")
        .await;
}

pub(crate) async fn drift_that_the_rules_would_block_in_reverse_is_left(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    env.meddle("demo", json!({"spec": {"storage": {"size": "9Gi"}}})).await;
    env.until("demo", |claim| {
        condition(claim, "Materialized").1 == "LiveAhead" && condition(claim, "Ready").0 == "True"
    })
    .await;
    env.meddle("demo", json!({"spec": {"configuration": {"logLevel": "debug"}}})).await;
    env.cluster.until(&target_path("demo"), |it| it["spec"]["configuration"]["logLevel"] == "info").await;
    assert_eq!(env.target("demo").await["spec"]["storage"]["size"], "9Gi");
}

pub(crate) async fn a_cluster_deleted_behind_our_back_is_not_made_again(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    env.cluster.api.delete(&target_path("demo")).await.expect_status(200);
    env.cluster.gone(&target_path("demo")).await;
    env.until_reason("demo", "ClusterGone").await;
    env.pass(120).await;
    assert_eq!(env.cluster.api.get(&target_path("demo")).await.status, 404);
    env.cluster.api.delete(&claim_path(TEAM, "demo")).await.expect_status(200);
    env.cluster.gone(&claim_path(TEAM, "demo")).await;
}

pub(crate) async fn case_095_after_a_restore_with_new_uids_nothing_is_made(env: Env) {
    let running = env.operator();
    env.ready("demo", json!({})).await;
    drop(running);
    // The claim comes back with another UID, as a restore makes it: its cluster and contracts are of the old one.
    let path = claim_path(TEAM, "demo");
    env.cluster.edit(&path, json!([{"op": "remove", "path": "/metadata/finalizers"}])).await;
    env.cluster.api.delete(&path).await.expect_status(200);
    env.cluster.gone(&path).await;
    let before = env.target("demo").await;
    env.claim("demo", json!({"ui": false})).await;
    let running = env.operator();
    env.until_reason("demo", "UidMismatch").await;
    env.pass(120).await;
    let after = env.target("demo").await;
    assert_eq!(after["spec"], before["spec"]);
    assert_eq!(after["metadata"]["uid"], before["metadata"]["uid"]);
    assert_eq!(env.contracts().await.len(), 1);
    env.cluster.api.delete(&path).await.expect_status(200);
    env.cluster.gone(&path).await;
    assert!(env.target("demo").await["metadata"]["deletionTimestamp"].is_null(), "the old service went along");
    drop(running);
}

pub(crate) async fn case_090_the_spec_of_a_claim_is_never_ours(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    let claim = env.cluster.api.get(&claim_path(TEAM, "demo")).await.expect_status(200);
    for entry in claim["metadata"]["managedFields"].as_array().unwrap() {
        if entry["manager"] == "openbao-claims" {
            assert!(entry["fieldsV1"]["f:spec"].is_null(), "{entry:#}");
        }
    }
}

pub(crate) async fn case_108_a_reference_waits_for_its_secret(env: Env) {
    let _running = env.operator();
    env.catalog().await;
    env.team().await;
    env.claim("demo", json!({"secret": "mine"})).await;
    let claim = env.until_reason("demo", "SecretMissing").await;
    assert_eq!(condition(&claim, "Stalled").0, "False");
    env.secret("mine", "other").await;
    env.until_reason("demo", "SecretKeyMissing").await;
    env.secret("mine", "token").await;
    env.until_ready("demo").await;
}

pub(crate) async fn case_113_a_forged_status_is_overwritten(env: Env) {
    let _running = env.operator();
    env.catalog().await;
    env.cluster.namespace(TEAM).await;
    env.claim("demo", json!({})).await;
    let before = env.until_reason("demo", "TenantNotFound").await;
    let forged = json!([{"op": "add", "path": "/status/phase", "value": "Ready"},
        {"op": "add", "path": "/status/applied", "value": {"name": "x-1", "sequence": 1, "generation": 1,
            "digest": format!("sha256:{}", "0".repeat(64))}}]);
    env.cluster.edit(&format!("{}/status", claim_path(TEAM, "demo")), forged).await;
    let after = env.until("demo", |claim| claim["status"]["phase"] == "Pending").await;
    assert_eq!(after["status"], before["status"]);
    assert_eq!(env.cluster.api.get(&target_path("demo")).await.status, 404);
    let contracts = format!("/apis/claims.openbao.org/v1alpha1/namespaces/{SYSTEM}/openbaoservicecontracts");
    let contracts = env.cluster.api.get(&contracts).await.expect_status(200);
    assert_eq!(contracts["items"], json!([]));
}
