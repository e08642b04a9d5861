use serde_json::json;
use tokio::time::sleep;

use super::*;
use crate::sandbox::{SandboxConfig, runtime_clock};

/// One stage.
const PACE: Duration = Duration::from_secs(1);

fn definition(file: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/crds/external/main/");
    serde_saphyr::from_str(&std::fs::read_to_string(format!("{folder}{file}.yaml")).unwrap()).unwrap()
}

fn start() -> (Sandbox, Runtime) {
    let clock = runtime_clock(1_795_608_000_000_000_000);
    let sandbox = Sandbox::new(SandboxConfig { clock, seed: 1, kept: 100 });
    for file in ["openbaoclusters", "openbaotenants"] {
        sandbox.create(definition(file)).unwrap();
    }
    let runtime = Runtime::new(&sandbox, PACE);
    tokio::spawn(sandbox.clone().run_background());
    tokio::spawn(runtime.clone().run());
    (sandbox, runtime)
}

fn cluster(name: &str, behaviour: &str) -> Value {
    json!({
        "apiVersion": "openbao.org/v1alpha1", "kind": "OpenBaoCluster",
        "metadata": {"name": name, "annotations": {BEHAVIOUR: behaviour}},
        "spec": {
            "version": "2.6.3", "profile": "Development", "replicas": 3, "storage": {"size": "1Gi"},
            "tls": {"enabled": true, "rotationPeriod": "720h"},
        },
    })
}

fn get(sandbox: &Sandbox, name: &str) -> Value {
    sandbox.get("openbao.org/v1alpha1", "OpenBaoCluster", "default", name).unwrap_or_default()
}

fn phase(sandbox: &Sandbox, name: &str) -> String {
    object::text(&get(sandbox, name), "/status/phase").to_owned()
}

async fn delete(sandbox: &Sandbox, path: &str) {
    let request = http::Request::delete(path).body(Vec::new()).unwrap();
    drop(sandbox.client().request::<Value>(request).await.unwrap());
}

async fn merge(sandbox: &Sandbox, path: &str, change: Value) {
    let request = http::Request::patch(path).header("Content-Type", "application/merge-patch+json");
    let request = request.body(change.to_string().into_bytes()).unwrap();
    drop(sandbox.client().request::<Value>(request).await.unwrap());
}

const PATH: &str = "/apis/openbao.org/v1alpha1/namespaces/default/openbaoclusters/a";

#[tokio::test(start_paused = true)]
async fn a_cluster_comes_up_stage_by_stage_and_brings_its_secrets() {
    let (sandbox, _) = start();
    sandbox.create(cluster("a", "normal")).unwrap();
    sleep(PACE / 2).await;
    assert_eq!(object::finalizers(&get(&sandbox, "a")), ["openbao.org/openbaocluster-finalizer"]);
    assert_eq!(phase(&sandbox, "a"), "");
    sleep(PACE).await;
    assert_eq!(phase(&sandbox, "a"), "Initializing");
    sleep(PACE).await;
    let up = get(&sandbox, "a");
    assert_eq!(up["status"]["phase"], "Running");
    assert_eq!(up["status"]["readyReplicas"], 3);
    assert_eq!(up["status"]["observedGeneration"], up["metadata"]["generation"]);
    let secret = sandbox.get("v1", "Secret", "default", "a-tls-ca").unwrap();
    assert_eq!(secret["metadata"]["ownerReferences"][0]["uid"], up["metadata"]["uid"]);
    assert!(sandbox.get("v1", "Secret", "default", "a-root-token").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_cluster_at_rest_is_not_written() {
    let (sandbox, _) = start();
    sandbox.create(cluster("a", "normal")).unwrap();
    sleep(PACE * 4).await;
    let version = sandbox.version();
    sleep(PACE * 100).await;
    assert_eq!(sandbox.version(), version);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_cluster_is_let_go_after_a_stage_and_takes_its_secrets_along() {
    let (sandbox, _) = start();
    sandbox.create(cluster("a", "normal")).unwrap();
    sleep(PACE * 4).await;
    delete(&sandbox, PATH).await;
    sleep(PACE / 2).await;
    assert!(object::is_deleting(&get(&sandbox, "a")));
    sleep(PACE * 2).await;
    assert_eq!(get(&sandbox, "a"), Value::Null);
    assert!(sandbox.get("v1", "Secret", "default", "a-tls-ca").is_none());
}

#[tokio::test(start_paused = true)]
async fn an_upgrade_and_a_backup_take_a_stage_each() {
    let (sandbox, _) = start();
    sandbox.create(cluster("a", "normal")).unwrap();
    sleep(PACE * 4).await;
    merge(&sandbox, PATH, json!({"spec": {"version": "2.6.4"}})).await;
    sleep(PACE / 2).await;
    assert_eq!(phase(&sandbox, "a"), "Upgrading");
    sleep(PACE * 2).await;
    assert_eq!(phase(&sandbox, "a"), "Running");
    assert_eq!(get(&sandbox, "a")["status"]["currentVersion"], "2.6.4");
    merge(&sandbox, PATH, json!({"metadata": {"annotations": {"openbao.org/trigger-backup": "one"}}})).await;
    sleep(PACE / 2).await;
    assert_eq!(phase(&sandbox, "a"), "BackingUp");
    sleep(PACE * 2).await;
    assert_eq!(phase(&sandbox, "a"), "Running");
    assert_eq!(get(&sandbox, "a")["status"]["backup"]["lastHandledManualTrigger"], "one");
}

#[tokio::test(start_paused = true)]
async fn clusters_misbehave_as_they_are_told() {
    let (sandbox, runtime) = start();
    for behaviour in ["fail", "degrade", "stall", "flap"] {
        sandbox.create(cluster(behaviour, behaviour)).unwrap();
    }
    sleep(PACE * 4).await;
    assert_eq!(phase(&sandbox, "fail"), "Failed");
    assert_eq!(get(&sandbox, "degrade")["status"]["readyReplicas"], 2);
    assert_eq!(phase(&sandbox, "stall"), "");
    let mut seen = BTreeSet::new();
    for _ in 0..4 {
        seen.insert(get(&sandbox, "flap")["status"]["readyReplicas"].as_i64());
        sleep(PACE).await;
    }
    assert_eq!(seen.len(), 2);
    runtime.order("default", "fail", Behaviour::Normal);
    runtime.order("default", "stall", Behaviour::Normal);
    sleep(PACE * 4).await;
    assert_eq!((phase(&sandbox, "fail").as_str(), phase(&sandbox, "stall").as_str()), ("Running", "Running"));
}

#[tokio::test(start_paused = true)]
async fn a_tenant_is_provisioned_once_its_namespace_is_there() {
    let (sandbox, _) = start();
    let tenant = json!({
        "apiVersion": "openbao.org/v1alpha1", "kind": "OpenBaoTenant", "metadata": {"name": "t"},
        "spec": {"targetNamespace": "team"},
    });
    sandbox.create(tenant).unwrap();
    let status = || sandbox.get("openbao.org/v1alpha1", "OpenBaoTenant", "default", "t").unwrap()["status"].clone();
    sleep(PACE * 2).await;
    assert_eq!(status()["provisioned"], false);
    assert_eq!(status()["lastError"], "namespace team does not exist");
    sandbox.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}})).unwrap();
    sleep(PACE * 2).await;
    assert_eq!(status()["provisioned"], true);
    assert_eq!(status().get("lastError"), None);
}
