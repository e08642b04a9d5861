//! Edits of a claim that runs.

use serde_json::json;

use crate::operator::condition;
use crate::operator::env::{BOX, Env};

fn size(cluster: &serde_json::Value) -> &serde_json::Value {
    &cluster["spec"]["storage"]["size"]
}

pub(crate) async fn an_edit_in_place_is_applied(env: Env) {
    let _running = env.operator();
    let before = env.ready("demo", json!({})).await;
    let uid = env.target("demo").await["metadata"]["uid"].clone();
    env.claim("demo", json!({"size": "medium", "ui": false})).await;
    let claim = env.until("demo", |claim| claim["status"]["applied"]["sequence"] == 2).await;
    assert_ne!(claim["status"]["applied"]["digest"], before["status"]["applied"]["digest"]);
    let cluster = env.target("demo").await;
    assert_eq!(size(&cluster), "5Gi");
    assert_eq!(cluster["metadata"]["uid"], uid);
    env.until_ready("demo").await;
}

pub(crate) async fn a_gated_edit_waits_for_the_approval_of_its_digest(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    env.claim("demo", json!({"logLevel": "debug"})).await;
    let claim = env.until_reason("demo", "ChangeGated").await;
    assert_eq!(condition(&claim, "Reconciling").0, "True");
    assert_eq!(condition(&claim, "Stalled").0, "False");
    assert_eq!(condition(&claim, "ServiceAvailable").0, "True");
    let pending = &claim["status"]["pending"];
    assert_eq!(pending["sensitivity"], "Gated");
    assert_eq!(pending["changes"][0]["path"], "spec.configuration.logLevel");
    assert_eq!(pending["changes"][0]["parameters"], json!(["logLevel"]));
    assert_eq!(env.target("demo").await["spec"]["configuration"]["logLevel"], "info");

    let other = format!("sha256:{}", "0".repeat(64));
    env.request("wrong", "demo", json!({"approve": {"candidate": other}})).await;
    let wrong = env.until_phase("wrong", "Pending").await;
    assert_eq!(wrong["status"]["reason"], "CandidateNotFound");

    let candidate = pending["candidate"].clone();
    env.request("try", "demo", json!({"approve": {"candidate": candidate}, "dryRun": true})).await;
    let tried = env.until_phase("try", "Succeeded").await;
    assert_eq!(tried["status"]["transition"]["changes"][0]["path"], "spec.configuration.logLevel");
    assert_eq!(env.target("demo").await["spec"]["configuration"]["logLevel"], "info");

    env.request("yes", "demo", json!({"approve": {"candidate": candidate}})).await;
    env.until_phase("yes", "Succeeded").await;
    let claim = env.until_ready("demo").await;
    assert_eq!(claim["status"]["applied"]["digest"], candidate);
    assert!(claim["status"]["pending"].is_null());
    assert_eq!(env.target("demo").await["spec"]["configuration"]["logLevel"], "debug");
}

pub(crate) async fn a_blocked_edit_changes_nothing_and_reverting_clears_it(env: Env) {
    let _running = env.operator();
    let before = env.ready("demo", json!({"size": "medium"})).await;
    env.claim("demo", json!({"size": "small"})).await;
    let claim = env.until_reason("demo", "ChangeBlocked").await;
    assert_eq!(condition(&claim, "Stalled").0, "True");
    assert_eq!(claim["status"]["phase"], "Blocked");
    assert_eq!(claim["status"]["pending"]["changes"][0]["class"], "Blocked");
    assert_eq!(size(&env.target("demo").await), "5Gi");
    let candidate = claim["status"]["pending"]["candidate"].clone();
    env.request("no", "demo", json!({"approve": {"candidate": candidate}})).await;
    let denied = env.until_phase("no", "Denied").await;
    assert_eq!(denied["status"]["reason"], "ChangeBlocked");
    env.claim("demo", json!({"size": "medium"})).await;
    let claim = env.until_ready("demo").await;
    assert_eq!(claim["status"]["applied"], before["status"]["applied"]);
    assert!(claim["status"]["pending"].is_null());
}

pub(crate) async fn a_denied_edit_keeps_what_runs(env: Env) {
    let _running = env.operator();
    let before = env.ready("demo", json!({})).await;
    env.claim("demo", json!({"size": "huge", "logLvl": "debug"})).await;
    let claim = env.until_reason("demo", "Denied").await;
    let message = condition_message(&claim, "Accepted");
    assert!(message.contains("size") && message.contains("logLvl"), "not all at once: {message}");
    assert_eq!(claim["status"]["applied"], before["status"]["applied"]);
    assert_eq!(condition(&claim, "ServiceAvailable").0, "True");
}

fn condition_message(claim: &serde_json::Value, kind: &str) -> String {
    let conditions = claim["status"]["conditions"].as_array().unwrap();
    conditions.iter().find(|it| it["type"] == kind).unwrap()["message"].as_str().unwrap().to_owned()
}

pub(crate) async fn a_new_revision_is_taken_by_approval_with_a_pending_edit(env: Env) {
    let _running = env.operator();
    let before = env.ready("demo", json!({})).await;
    env.claim("demo", json!({"logLevel": "debug"})).await;
    env.until_reason("demo", "ChangeGated").await;
    env.cluster.apply_text(&BOX.replace("version: 2.6.3", "version: 2.6.4")).await;
    let claim = env.until("demo", |claim| claim["status"]["availableRevision"].is_object()).await;
    assert_eq!(claim["status"]["revision"], before["status"]["revision"]);
    assert_eq!(condition(&claim, "RolloutPending").1, "RevisionAvailable");
    let newer = claim["status"]["availableRevision"]["name"].clone();
    env.request("move", "demo", json!({"approve": {"revision": newer}})).await;
    env.until_phase("move", "Succeeded").await;
    let claim = env.until_reason("demo", "ChangeGated").await;
    assert_eq!(claim["status"]["revision"]["name"], newer);
    let cluster = env.target("demo").await;
    assert_eq!(cluster["spec"]["version"], "2.6.4");
    assert_eq!(cluster["spec"]["configuration"]["logLevel"], "info", "the pending edit came along unasked");
    assert_eq!(claim["status"]["pending"]["changes"][0]["path"], "spec.configuration.logLevel");
}

pub(crate) async fn case_059_an_approval_that_is_created_again_touches_nothing(env: Env) {
    let running = env.operator();
    env.ready("demo", json!({})).await;
    env.claim("demo", json!({"logLevel": "debug"})).await;
    let claim = env.until_reason("demo", "ChangeGated").await;
    let candidate = claim["status"]["pending"]["candidate"].clone();
    env.request("yes", "demo", json!({"approve": {"candidate": candidate}})).await;
    env.until_phase("yes", "Succeeded").await;
    env.until_ready("demo").await;
    let path =
        format!("/apis/claims.openbao.org/v1alpha1/namespaces/{}/openbaoclaimrequests/yes", crate::operator::env::TEAM);
    env.cluster.api.delete(&path).await.expect_status(200);
    let sequence = env.contracts().await.len();
    env.request("yes", "demo", json!({"approve": {"candidate": candidate}})).await;
    env.until_phase("yes", "AlreadyExecuted").await;
    env.pass(2).await;
    assert_eq!(env.contracts().await.len(), sequence);
    drop(running);
}

pub(crate) async fn case_067_a_suspended_claim_is_neither_changed_nor_corrected(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    let mut claim = crate::operator::env::claim("demo", &json!({"ui": false}));
    claim["spec"]["suspend"] = json!(true);
    env.cluster.apply(&claim).await;
    env.until_reason("demo", "Suspended").await;
    env.meddle("demo", json!({"spec": {"configuration": {"logLevel": "debug"}}})).await;
    env.pass(10).await;
    let cluster = env.target("demo").await;
    assert_eq!(cluster["spec"]["configuration"], json!({"ui": true, "logLevel": "debug"}));
    env.claim("demo", json!({"ui": false})).await;
    env.until_ready("demo").await;
    let cluster = env.target("demo").await;
    assert_eq!(cluster["spec"]["configuration"], json!({"ui": false, "logLevel": "info"}));
}

pub(crate) async fn case_064_an_approved_change_waits_for_its_window(env: Env) {
    const OFFERING: &str = "/apis/claims.openbao.org/v1alpha1/openbaoserviceofferings/box";
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    // Time begins on a Monday in September; the only window is in February.
    let windows = json!([{"schedule": "0 2 1 2 *", "duration": "2h"}]);
    env.cluster.edit(OFFERING, json!([{"op": "add", "path": "/spec/windows", "value": windows}])).await;
    env.claim("demo", json!({"logLevel": "debug"})).await;
    let claim = env.until_reason("demo", "ChangeGated").await;
    let candidate = claim["status"]["pending"]["candidate"].clone();
    env.request("yes", "demo", json!({"approve": {"candidate": candidate}})).await;
    env.until_reason("demo", "AwaitingWindow").await;
    let request = env.until_phase("yes", "Pending").await;
    assert_eq!(request["status"]["reason"], "AwaitingWindow");
    // A change in place waits for nothing, and takes the held one along no further.
    assert_eq!(env.target("demo").await["spec"]["configuration"]["logLevel"], "info");
    env.cluster.edit(OFFERING, json!([{"op": "remove", "path": "/spec/windows"}])).await;
    env.until_phase("yes", "Succeeded").await;
    env.until_ready("demo").await;
    assert_eq!(env.target("demo").await["spec"]["configuration"]["logLevel"], "debug");
}

pub(crate) async fn an_edit_of_a_unique_value_alone_takes_the_new_and_frees_the_old(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({"host": "a.example.com"})).await;
    env.claim("demo", json!({"host": "b.example.com"})).await;
    env.until("demo", |claim| claim["status"]["applied"]["sequence"] == 2).await;
    env.claim("other", json!({"host": "a.example.com"})).await;
    env.until_ready("other").await;
    env.claim("third", json!({"host": "b.example.com"})).await;
    env.until_reason("third", "NotUnique").await;
}
