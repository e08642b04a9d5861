//! The catalog changes under claims that run.

use serde_json::{Value, json};

use crate::operator::condition;
use crate::operator::env::{BOX, Env, target_path};

const PROFILE: &str = "/apis/claims.openbao.org/v1alpha1/openbaoserviceprofiles/box";
const OFFERING: &str = "/apis/claims.openbao.org/v1alpha1/openbaoserviceofferings/box";

fn current(offering: &Value) -> &Value {
    &offering["status"]["currentRevision"]["name"]
}

pub(crate) async fn existing_claims_never_follow_an_offering(env: Env) {
    let _running = env.operator();
    let before = env.ready("demo", json!({})).await;
    let old = before["status"]["revision"]["name"].clone();
    env.cluster.apply_text(&BOX.replace("version: 2.6.3", "version: 2.6.4")).await;
    let offering = env.cluster.until(OFFERING, |it| current(it).is_string() && *current(it) != old).await;
    env.claim("next", json!({})).await;
    let next = env.until_ready("next").await;
    assert_eq!(&next["status"]["revision"]["name"], current(&offering));
    assert_eq!(next["status"]["revision"]["number"], 2);
    env.claim("demo", json!({"ui": false})).await;
    let demo = env.until("demo", |claim| claim["status"]["applied"]["sequence"] == 2).await;
    assert_eq!(demo["status"]["revision"]["name"], old);
    assert_eq!(env.target("demo").await["spec"]["version"], "2.6.3");
}

pub(crate) async fn a_broken_profile_leaves_the_last_good_revision(env: Env) {
    let _running = env.operator();
    let before = env.ready("demo", json!({})).await;
    env.cluster.apply_text(&BOX.replace("${params.ui}", "${params.uii}")).await;
    let profile = env.cluster.until(PROFILE, |it| condition(it, "Compiled").0 == "False").await;
    let told = profile["status"]["diagnostics"].to_string();
    assert!(told.contains("uii"), "{profile:#}");
    env.claim("next", json!({})).await;
    let next = env.until_ready("next").await;
    assert_eq!(next["status"]["revision"]["name"], before["status"]["revision"]["name"]);
    env.cluster.apply_text(BOX).await;
    let profile = env.cluster.until(PROFILE, |it| condition(it, "Compiled").0 == "True").await;
    assert!(profile["status"]["diagnostics"].as_array().is_none_or(Vec::is_empty));
}

pub(crate) async fn case_062_claims_wait_for_the_catalog_and_recover(env: Env) {
    let _running = env.operator();
    env.team().await;
    env.claim("demo", json!({})).await;
    env.until_reason("demo", "OfferingNotFound").await;
    env.request("early", "demo", json!({"operation": "Backup"})).await;
    let early = env.until_phase("early", "Denied").await;
    assert_eq!(early["status"]["reason"], "NotSupported");
    // The offering comes before its profile, and the profile before its components.
    let (offering, profile) = BOX.split_once("---").unwrap();
    env.cluster.apply_text(offering).await;
    env.until("demo", |claim| condition(claim, "Ready").1 != "OfferingNotFound").await;
    env.cluster.apply_text(profile).await;
    env.cluster.until(PROFILE, |it| condition(it, "Compiled").0 == "False").await;
    let claim = env.until("demo", |claim| claim["status"]["phase"] == "Pending").await;
    assert_eq!(env.cluster.api.get(&target_path("demo")).await.status, 404, "{claim:#}");
    env.cluster.apply_folder("rules").await;
    env.cluster.apply_folder("catalogs/components").await;
    env.until_ready("demo").await;
}

pub(crate) async fn a_broken_rule_set_blocks_candidates_only(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    let broken = json!({
        "apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoRuleSet", "metadata": {"name": "broken"},
        "spec": {"validations": [{"expression": "objekt.spec.replicas > 0", "reason": "No", "message": "no"}]},
    });
    env.cluster.apply(&broken).await;
    let path = "/apis/claims.openbao.org/v1alpha1/openbaorulesets/broken";
    env.cluster.until(path, |it| condition(it, "Compiled").0 == "False").await;
    env.claim("demo", json!({"ui": false})).await;
    let claim = env.until_reason("demo", "ChangeBlocked").await;
    assert_eq!(condition(&claim, "Approved").1, "RuleSetNotCompiled");
    assert_eq!(condition(&claim, "ServiceAvailable").0, "True");
    env.cluster.api.delete(path).await.expect_status(200);
    env.until("demo", |claim| claim["status"]["applied"]["sequence"] == 2).await;
    env.until_ready("demo").await;
}

pub(crate) async fn case_065_a_withdrawn_revision_is_told_and_moves_nobody(env: Env) {
    let _running = env.operator();
    let before = env.ready("demo", json!({})).await;
    let revision = before["status"]["revision"]["name"].as_str().unwrap().to_owned();
    let withdrawn = json!([{"revision": revision, "reason": "it loses data"}]);
    env.cluster.edit(OFFERING, json!([{"op": "add", "path": "/spec/withdrawn", "value": withdrawn}])).await;
    let claim = env.until("demo", |claim| condition(claim, "RolloutPending").1 == "RevisionWithdrawn").await;
    assert_eq!(condition(&claim, "Ready").0, "True");
    assert_eq!(claim["status"]["applied"], before["status"]["applied"]);
    env.claim("next", json!({})).await;
    let next = env.until_reason("next", "Denied").await;
    assert_eq!(condition(&next, "Accepted").1, "RevisionWithdrawn");
}

pub(crate) async fn a_tightened_rule_tells_who_fails_it_and_moves_nobody(env: Env) {
    let running = env.operator();
    let before = env.ready("demo", json!({})).await;
    assert_eq!(condition(&before, "Compliant").0, "True");
    let strict = json!({
        "apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoRuleSet", "metadata": {"name": "strict"},
        "spec": {"validations": [
            {"expression": "object.spec.replicas >= 3", "reason": "TooFewVoters", "message": "three voters are the least"},
        ]},
    });
    env.cluster.apply(&strict).await;
    let claim = env.until("demo", |claim| condition(claim, "Compliant").0 == "False").await;
    assert_eq!(condition(&claim, "Compliant").1, "Violates");
    assert_eq!(condition(&claim, "Ready").0, "True");
    assert_eq!(claim["status"]["applied"], before["status"]["applied"]);
    // What it fails already does not hold up an edit; who comes now is held to it.
    env.claim("demo", json!({"ui": false})).await;
    env.until("demo", |claim| claim["status"]["applied"]["sequence"] == 2).await;
    env.claim("next", json!({})).await;
    let next = env.until_reason("next", "Denied").await;
    assert_eq!(condition(&next, "Accepted").1, "TooFewVoters");
    // Usage is counted a moment later.
    env.pass(15).await;
    drop(running);
    let again = env.operator();
    env.pass(15).await;
    assert_eq!(again.mutations(), 0, "a restart told it again");
}
