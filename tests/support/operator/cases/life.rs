//! From the first apply to a service that runs.

use base64::Engine as _;
use serde_json::json;

use crate::operator::env::{Env, TEAM, secret_path, target, target_path};
use crate::operator::{CANARY, SYSTEM, claim_path, condition};

pub(crate) async fn a_development_claim_becomes_ready(env: Env) {
    let running = env.operator();
    env.cluster.namespace("team-lab").await;
    for folder in ["rules", "catalogs/components", "catalogs/development"] {
        env.cluster.apply_folder(folder).await;
    }
    let path = claim_path("team-lab", "trial");
    let claim = env.cluster.until(&path, |claim| condition(claim, "Ready").0 == "True").await;
    assert_eq!(claim["status"]["phase"], "Ready");
    assert_eq!(claim["status"]["observedGeneration"], claim["metadata"]["generation"]);
    let name = claim["status"]["resources"][0]["name"].as_str().unwrap();
    let binding = claim["status"]["binding"]["name"].as_str().unwrap();
    assert_eq!(binding, format!("{name}-connection"));
    let secret =
        env.cluster.api.get(&format!("/api/v1/namespaces/team-lab/secrets/{binding}")).await.expect_status(200);
    assert_eq!(secret["type"], "servicebinding.io/openbao");
    for key in ["type", "uri", "ca.crt"] {
        assert!(secret["data"][key].is_string(), "no {key}");
    }
    assert!(secret["data"]["ca.key"].is_null(), "a key that nobody named was copied");
    assert_eq!(secret["metadata"]["ownerReferences"][0]["uid"], claim["metadata"]["uid"]);
    let told = running.told.all();
    assert!(told.iter().any(|event| event.starts_with("Normal Ready OpenBaoClusterClaim/team-lab/trial")), "{told:#?}");
}

pub(crate) async fn hardened_claims_become_ready_with_a_copied_token(env: Env) {
    let _running = env.operator();
    env.cluster.namespace("bao-root").await;
    // Its file says more of it; here it gets the binding that lets the operator work in it.
    env.cluster.namespace("team-pay").await;
    let token = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "transit-token", "namespace": "bao-root"},
        "data": {"token": "dG9rZW4=", "ca.crt": "Y2E=", "root": "cm9vdA=="},
    });
    env.cluster.apply(&token).await;
    for folder in ["rules", "catalogs/components"] {
        env.cluster.apply_folder(folder).await;
    }
    for file in ["offering", "profile", "tenant", "claims"] {
        let file = format!("{}/catalogs/hardened-gateway/{file}.yaml", env!("CARGO_MANIFEST_DIR"));
        env.cluster.apply_text(&std::fs::read_to_string(file).unwrap()).await;
    }
    for name in ["payments", "sessions"] {
        let path = claim_path("team-pay", name);
        let claim = env.cluster.until(&path, |claim| condition(claim, "Ready").0 == "True").await;
        let copy = claim["status"]["resources"].as_array().unwrap().iter().find(|it| it["kind"] == "Secret").unwrap();
        let path = format!("/api/v1/namespaces/team-pay/secrets/{}", copy["name"].as_str().unwrap());
        let copy = env.cluster.api.get(&path).await.expect_status(200);
        assert_eq!(copy["data"], json!({"token": "dG9rZW4=", "ca.crt": "Y2E="}));
    }
}

pub(crate) async fn a_second_reconcile_writes_nothing(env: Env) {
    let running = env.operator();
    let claim = env.ready("demo", json!({})).await;
    env.pass(15).await;
    let before = running.mutations();
    // A look at everything, as after a long time.
    running.resync();
    env.pass(60).await;
    assert_eq!(running.mutations(), before, "a reconcile that changed nothing wrote something");
    let after = env.cluster.api.get(&claim_path(TEAM, "demo")).await.expect_status(200);
    assert_eq!(after["metadata"]["resourceVersion"], claim["metadata"]["resourceVersion"]);
}

pub(crate) async fn a_claim_waits_for_its_tenant(env: Env) {
    let _running = env.operator();
    env.catalog().await;
    env.cluster.namespace(TEAM).await;
    env.claim("demo", json!({})).await;
    let claim = env.until_reason("demo", "TenantNotFound").await;
    assert_eq!(claim["status"]["phase"], "Pending");
    assert_eq!(condition(&claim, "Reconciling").0, "True");
    assert_eq!(env.cluster.api.get(&target_path("demo")).await.status, 404);
    env.tenant().await;
    env.until_ready("demo").await;
}

pub(crate) async fn the_connection_is_kept_while_the_service_is_degraded(env: Env) {
    let _running = env.operator();
    env.ready("demo", json!({})).await;
    let path = secret_path(&format!("{}-connection", target("demo")));
    let before = env.cluster.api.get(&path).await.expect_status(200);
    env.tell("demo", "degrade").await;
    let claim = env.until_reason("demo", "BackupsFail").await;
    assert_eq!(claim["status"]["phase"], "Degraded");
    assert_eq!(condition(&claim, "Stalled").0, "True");
    assert_eq!(condition(&claim, "ServiceAvailable").0, "True");
    assert_eq!(claim["status"]["binding"]["name"], before["metadata"]["name"]);
    let after = env.cluster.api.get(&path).await.expect_status(200);
    assert_eq!(after["metadata"]["resourceVersion"], before["metadata"]["resourceVersion"]);
    env.tell("demo", "").await;
    env.until_ready("demo").await;
}

pub(crate) async fn a_restarted_operator_writes_nothing(env: Env) {
    let running = env.operator();
    env.ready("demo", json!({})).await;
    env.pass(15).await;
    drop(running);
    let running = env.operator();
    env.pass(30).await;
    assert_eq!(running.mutations(), 0, "a restart wrote something");
    env.claim("demo", json!({"ui": false})).await;
    env.until("demo", |claim| claim["status"]["applied"]["sequence"] == 2).await;
}

pub(crate) async fn a_lost_status_is_told_again(env: Env) {
    let _running = env.operator();
    let before = env.ready("demo", json!({})).await;
    let path = format!("{}/status", claim_path(TEAM, "demo"));
    env.cluster.edit(&path, json!([{"op": "remove", "path": "/status"}])).await;
    let after = env.until_ready("demo").await;
    assert_eq!(after["status"]["applied"], before["status"]["applied"]);
    assert_eq!(after["status"]["binding"], before["status"]["binding"]);
}

pub(crate) async fn no_secret_value_is_anywhere_but_in_secrets(env: Env) {
    let running = env.operator();
    env.catalog().await;
    env.team().await;
    env.secret("mine", "token").await;
    env.claim("demo", json!({"secret": "mine"})).await;
    env.until_ready("demo").await;
    let encoded = base64::engine::general_purpose::STANDARD.encode(CANARY);
    let encoded = encoded.trim_end_matches('=').get(..12).unwrap().to_owned();
    for path in [
        "/apis/claims.openbao.org/v1alpha1/openbaoclusterclaims".to_owned(),
        "/apis/openbao.org/v1alpha1/openbaoclusters".to_owned(),
        format!("/apis/claims.openbao.org/v1alpha1/namespaces/{SYSTEM}/openbaoservicecontracts"),
        "/apis/claims.openbao.org/v1alpha1/openbaoservicerevisions".to_owned(),
        "/api/v1/configmaps".to_owned(),
        "/apis/coordination.k8s.io/v1/leases".to_owned(),
    ] {
        let text = env.cluster.api.get(&path).await.expect_status(200).to_string();
        assert!(!text.contains(CANARY) && !text.contains(&encoded), "{path} holds a Secret's value");
    }
    assert!(!running.told.all().join("\n").contains(CANARY));
    let secrets = env.cluster.api.get(&format!("/api/v1/namespaces/{TEAM}/secrets")).await.expect_status(200);
    let copies = secrets["items"].as_array().unwrap().iter();
    let copies: Vec<_> = copies.filter(|it| it["metadata"]["labels"]["claims.openbao.org/managed"] == "true").collect();
    assert_eq!(copies.len(), 2, "the copy and the connection");
}

pub(crate) async fn case_069_the_first_status_says_unknown(env: Env) {
    env.catalog().await;
    env.team().await;
    // Before any operator has seen it, the definition's default says so.
    let unseen = env.claim("demo", json!({})).await;
    assert_eq!(unseen["status"], json!({"observedGeneration": -1}));
    let (api, path) = (env.cluster.api.clone(), claim_path(TEAM, "demo"));
    let watcher = tokio::spawn(async move {
        loop {
            let claim = api.get(&path).await.body;
            if claim["status"] != json!({"observedGeneration": -1}) {
                return claim;
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    });
    let _running = env.operator();
    let claim = watcher.await.unwrap();
    assert_eq!(claim["status"]["observedGeneration"], 1);
    assert!(["Unknown", "False"].contains(&condition(&claim, "Ready").0.as_str()), "{claim:#}");
    assert_eq!(condition(&claim, "Reconciling").0, "True");
}
