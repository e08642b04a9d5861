//! Every reason is shown once, with the words that say whose turn it is.

use serde_json::{Value, json};

use crate::operator::env::{BOX, Env, TEAM, claim, target, target_path};
use crate::operator::{SYSTEM, claim_path, condition};

fn message(claim: &Value, kind: &str) -> String {
    let conditions = claim["status"]["conditions"].as_array().unwrap();
    conditions.iter().find(|it| it["type"] == kind).unwrap()["message"].as_str().unwrap().to_owned()
}

pub(crate) async fn each_denial_has_its_own_reason_and_names_what_to_change(env: Env) {
    let _running = env.operator();
    env.catalog().await;
    env.team().await;
    let mut elsewhere = claim("elsewhere", &json!({}));
    elsewhere["spec"]["tenantRef"] = json!({"name": "other"});
    env.cluster
        .apply(&json!({
            "apiVersion": "openbao.org/v1alpha1", "kind": "OpenBaoTenant",
            "metadata": {"name": "other", "namespace": TEAM}, "spec": {"targetNamespace": "another"},
        }))
        .await;
    let mut nobody = claim("nobody", &json!({}));
    nobody["spec"]["tenantRef"] = json!({"name": ""});
    let mut both = claim("both", &json!({}));
    both["spec"]["profileRef"] = json!({"name": "box"});
    let cases = [
        (elsewhere, "TenantMismatch", "another"),
        (nobody, "InvalidTenant", "tenantRef.name"),
        (both, "InvalidSelection", "one of"),
        (claim("value", &json!({"size": "huge"})), "InvalidParameter", "size"),
        (claim("name", &json!({"sise": "small"})), "UnknownParameter", "size"),
    ];
    for (claim, reason, words) in cases {
        let name = claim["metadata"]["name"].as_str().unwrap().to_owned();
        env.cluster.apply(&claim).await;
        let told = env.until_reason(&name, "Denied").await;
        assert_eq!(condition(&told, "Accepted").1, reason, "{name}");
        let message = message(&told, "Accepted");
        assert!(message.contains(words), "{name}: {message}");
        assert_eq!(told["status"]["observedGeneration"], told["metadata"]["generation"]);
        assert_eq!(env.cluster.api.get(&target_path(&name)).await.status, 404);
    }
}

pub(crate) async fn case_074_the_summary_names_the_first_cause_and_its_owner(env: Env) {
    let _running = env.operator();
    env.team().await;
    for folder in ["rules", "catalogs/components"] {
        env.cluster.apply_folder(folder).await;
    }
    env.cluster.apply_text(&BOX.replace("${params.ui}", "${params.uii}")).await;
    env.claim("demo", json!({})).await;
    let claim = env.until_reason("demo", "ProfileNotCompiled").await;
    let summary = claim["status"]["summary"].as_str().unwrap();
    assert!(summary.contains("platform team") && summary.contains("`box`"), "{summary}");
}

pub(crate) async fn an_entitlement_that_is_lost_stops_nothing_that_runs(env: Env) {
    let _running = env.operator();
    let before = env.ready("demo", json!({})).await;
    let label = json!({"metadata": {"labels": {"openbao.example/tier": "none"}}});
    env.cluster.api.patch(&format!("/api/v1/namespaces/{TEAM}"), crate::api::MERGE, &label).await.expect_status(200);
    env.claim("next", json!({})).await;
    let next = env.until_reason("next", "Denied").await;
    assert_eq!(condition(&next, "Accepted").1, "NotEligible");
    let claim = env.until_ready("demo").await;
    assert_eq!(claim["status"]["applied"], before["status"]["applied"]);
}

pub(crate) async fn case_072_a_huge_parameter_is_denied_in_few_words(env: Env) {
    let _running = env.operator();
    env.catalog().await;
    env.team().await;
    env.claim("demo", json!({"host": "x".repeat(100_000)})).await;
    let claim = env.until_reason("demo", "Denied").await;
    let size = claim["status"].to_string().len();
    assert!(size < 16 * 1024, "the status has {size} bytes");
}

pub(crate) async fn a_cluster_that_was_replaced_is_not_adopted(env: Env) {
    let running = env.operator();
    env.ready("demo", json!({})).await;
    drop(running);
    let mut other = env.target("demo").await;
    env.cluster.api.delete(&target_path("demo")).await.expect_status(200);
    env.cluster.gone(&target_path("demo")).await;
    let metadata = json!({"name": target("demo"), "namespace": TEAM,
        "labels": other["metadata"]["labels"], "annotations": other["metadata"]["annotations"]});
    other["metadata"] = metadata;
    let path = format!("/apis/openbao.org/v1alpha1/namespaces/{TEAM}/openbaoclusters");
    let made = env.cluster.api.post(&path, &other).await.expect_status(201);
    let _running = env.operator();
    env.until_reason("demo", "ClusterReplaced").await;
    env.claim("demo", json!({"ui": false})).await;
    env.pass(30).await;
    let after = env.target("demo").await;
    assert_eq!(after["spec"], made["spec"]);
}

pub(crate) async fn contracts_restored_from_an_older_backup_roll_nothing_back(env: Env) {
    let running = env.operator();
    env.ready("demo", json!({})).await;
    let contracts = format!("/apis/claims.openbao.org/v1alpha1/namespaces/{SYSTEM}/openbaoservicecontracts");
    env.claim("demo", json!({"ui": false})).await;
    env.until("demo", |claim| claim["status"]["applied"]["sequence"] == 2).await;
    drop(running);
    env.cluster.api.delete(&format!("{contracts}/{}-2", target("demo"))).await.expect_status(200);
    let before = env.target("demo").await;
    let _running = env.operator();
    env.until_reason("demo", "ContractBehind").await;
    env.pass(30).await;
    assert_eq!(env.target("demo").await["spec"], before["spec"]);
    env.cluster.api.delete(&claim_path(TEAM, "demo")).await.expect_status(200);
    env.cluster.gone(&claim_path(TEAM, "demo")).await;
}

pub(crate) async fn kinds_of_later_releases_say_that_they_are_not_supported(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    let rollout = json!({
        "apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoServiceOfferingRollout",
        "metadata": {"name": "all"},
        "spec": {"offeringRef": {"name": "box"}, "revision": "box-000000000000", "waves": [{"percent": 100}]},
    });
    env.cluster.apply(&rollout).await;
    let path = "/apis/claims.openbao.org/v1alpha1/openbaoserviceofferingrollouts/all";
    env.cluster.until(path, |it| condition(it, "Stalled") == ("True".to_owned(), "NotSupported".to_owned())).await;
    env.request("backup", "demo", json!({"operation": "Backup"})).await;
    let request = env.until_phase("backup", "Denied").await;
    assert_eq!(request["status"]["reason"], "NotSupported");
    env.request("lost", "nobody", json!({"approve": {"revision": "box-000000000000"}})).await;
    let request = env.until_phase("lost", "Pending").await;
    assert_eq!(request["status"]["reason"], "ClaimNotFound");
}

pub(crate) async fn a_second_replica_takes_over(env: Env) {
    let first = env.elected("one");
    env.ready("demo", json!({})).await;
    let second = env.elected("two");
    env.pass(20).await;
    assert_eq!(second.mutations_of("openbaoclusters"), 0, "two replicas write");
    drop(first);
    env.claim("demo", json!({"ui": false})).await;
    env.until("demo", |claim| claim["status"]["applied"]["sequence"] == 2).await;
    assert!(second.mutations_of("openbaoclusters") > 0);
    let cluster = env.target("demo").await;
    assert_eq!(cluster["spec"]["configuration"]["ui"], false);
}
