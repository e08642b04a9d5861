//! The sandbox as the operator's client sees it.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt as _;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use kube::api::{Api, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams, PropagationPolicy};
use kube::core::{ApiResource, GroupVersionKind};
use kube::runtime::{WatchStreamExt as _, watcher};
use serde_json::{Value, json};

use super::*;

fn sandbox() -> Sandbox {
    let clock: Arc<dyn Clock> = Arc::new(|| 1_764_000_000_000_000_000_i128);
    Sandbox::new(SandboxConfig { clock, seed: 1, kept: 100 })
}

fn widgets() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.org"},
        "spec": {
            "group": "example.org", "scope": "Namespaced",
            "names": {"kind": "Widget", "plural": "widgets", "shortNames": ["w"]},
            "versions": [{
                "name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
                "additionalPrinterColumns": [{"name": "Size", "type": "integer", "jsonPath": ".spec.size"}],
                "schema": {"openAPIV3Schema": {"type": "object", "required": ["spec"], "properties": {
                    "spec": {
                        "type": "object",
                        "properties": {
                            "size": {"type": "integer", "minimum": 1},
                            "color": {"type": "string", "default": "red"},
                            "name": {"type": "string",
                                "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "name is fixed"}]},
                        },
                    },
                    "status": {"type": "object", "properties": {"phase": {"type": "string"}}},
                }}},
            }],
        },
    })
}

fn widget_api(client: kube::Client) -> Api<DynamicObject> {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("example.org", "v1", "Widget"));
    Api::namespaced_with(client, "default", &resource)
}

fn widget(spec: &Value) -> DynamicObject {
    let object = json!({
        "apiVersion": "example.org/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": spec,
        "status": {"phase": "ignored"},
    });
    serde_json::from_value(object).unwrap()
}

fn config_map(name: &str, value: &str) -> ConfigMap {
    ConfigMap {
        metadata: kube::api::ObjectMeta { name: Some(name.to_owned()), ..Default::default() },
        data: Some(BTreeMap::from([("k".to_owned(), value.to_owned())])),
        ..Default::default()
    }
}

fn status(error: kube::Error) -> (u16, String, String) {
    match error {
        kube::Error::Api(status) => (status.code, status.reason.clone(), status.message.clone()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn objects_are_created_read_replaced_and_deleted() {
    let api: Api<ConfigMap> = Api::namespaced(sandbox().client(), "default");
    let post = PostParams::default();
    let made = api.create(&post, &config_map("a", "1")).await.unwrap();
    assert!(made.metadata.uid.is_some());
    assert_eq!(status(api.create(&post, &config_map("a", "1")).await.unwrap_err()).1, "AlreadyExists");
    let mut newer = made.clone();
    newer.data = config_map("a", "2").data;
    let replaced = api.replace("a", &post, &newer).await.unwrap();
    assert_ne!(replaced.metadata.resource_version, made.metadata.resource_version);
    assert_eq!(status(api.replace("a", &post, &made).await.unwrap_err()).0, 409);
    assert!(api.delete("a", &DeleteParams::default()).await.unwrap().is_right());
    assert_eq!(status(api.get("a").await.unwrap_err()).2, "configmaps \"a\" not found");
}

#[tokio::test(start_paused = true)]
async fn a_definition_serves_its_kind_at_once_with_defaults_rules_and_status() {
    let sandbox = sandbox();
    sandbox.create(widgets()).unwrap();
    let api = widget_api(sandbox.client());
    let post = PostParams::default();
    let refused = api.create(&post, &widget(&json!({"size": 0}))).await.unwrap_err();
    assert_eq!(
        status(refused).2,
        "Widget.example.org \"w\" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or \
         equal to 1"
    );
    let made = api.create(&post, &widget(&json!({"size": 1, "name": "x", "extra": 1}))).await.unwrap();
    assert_eq!(made.data["spec"], json!({"size": 1, "name": "x", "color": "red"}));
    assert_eq!(made.data.get("status"), None);
    assert_eq!(made.metadata.generation, Some(1));

    let patch = json!({"status": {"phase": "Up"}, "spec": {"size": 9}});
    let reported = api.patch_status("w", &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
    assert_eq!(
        (reported.data["status"]["phase"].as_str(), reported.data["spec"]["size"].as_i64()),
        (Some("Up"), Some(1))
    );
    assert_eq!(reported.metadata.generation, Some(1));

    let changed = api.patch("w", &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
    assert_eq!((changed.metadata.generation, changed.data["spec"]["size"].as_i64()), (Some(2), Some(9)));
    let fixed = json!({"spec": {"name": "y"}});
    let refused = api.patch("w", &PatchParams::default(), &Patch::Merge(&fixed)).await.unwrap_err();
    assert_eq!(
        status(refused).2,
        "Widget.example.org \"w\" is invalid: spec.name: Invalid value: \"y\": name is fixed"
    );
}

#[tokio::test(start_paused = true)]
async fn finalizers_hold_a_deleted_object_until_they_are_gone() {
    let sandbox = sandbox();
    let api: Api<ConfigMap> = Api::namespaced(sandbox.client(), "default");
    let mut held = config_map("a", "1");
    held.metadata.finalizers = Some(vec!["example.org/hold".to_owned()]);
    api.create(&PostParams::default(), &held).await.unwrap();
    assert!(api.delete("a", &DeleteParams::default()).await.unwrap().is_left());
    assert!(api.get("a").await.unwrap().metadata.deletion_timestamp.is_some());
    let more = json!({"metadata": {"finalizers": ["example.org/hold", "example.org/more"]}});
    assert_eq!(status(api.patch("a", &PatchParams::default(), &Patch::Merge(&more)).await.unwrap_err()).0, 422);
    let free = json!({"metadata": {"finalizers": null}});
    api.patch("a", &PatchParams::default(), &Patch::Merge(&free)).await.unwrap();
    assert_eq!(status(api.get("a").await.unwrap_err()).0, 404);
}

#[tokio::test(start_paused = true)]
async fn preconditions_protect_an_object_that_was_made_again() {
    let api: Api<ConfigMap> = Api::namespaced(sandbox().client(), "default");
    api.create(&PostParams::default(), &config_map("a", "1")).await.unwrap();
    let precondition = kube::api::Preconditions { uid: Some("other".to_owned()), resource_version: None };
    let params = DeleteParams { preconditions: Some(precondition), ..DeleteParams::default() };
    assert_eq!(status(api.delete("a", &params).await.unwrap_err()).0, 409);
    let patch = json!({"metadata": {"resourceVersion": "1"}, "data": {"k": "2"}});
    assert_eq!(status(api.patch("a", &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap_err()).1, "Conflict");
}

#[tokio::test(start_paused = true)]
async fn dependents_go_with_their_owner_and_orphans_stay() {
    let sandbox = sandbox();
    tokio::spawn(sandbox.clone().run_background());
    let api: Api<ConfigMap> = Api::namespaced(sandbox.client(), "default");
    let post = PostParams::default();
    for (owner, dependent, policy, left) in [
        ("a", "b", PropagationPolicy::Background, false),
        ("c", "d", PropagationPolicy::Foreground, false),
        ("e", "f", PropagationPolicy::Orphan, true),
    ] {
        let owner = api.create(&post, &config_map(owner, "")).await.unwrap();
        let mut child = config_map(dependent, "");
        let reference = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "name": owner.metadata.name, "uid": owner.metadata.uid,
            "blockOwnerDeletion": true,
        });
        child.metadata.owner_references = Some(vec![serde_json::from_value(reference).unwrap()]);
        api.create(&post, &child).await.unwrap();
        let params = DeleteParams { propagation_policy: Some(policy), ..DeleteParams::default() };
        drop(api.delete(owner.metadata.name.as_deref().unwrap(), &params).await.unwrap());
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        assert!(api.get_opt(owner.metadata.name.as_deref().unwrap()).await.unwrap().is_none());
        let kept = api.get_opt(dependent).await.unwrap();
        assert_eq!(kept.is_some(), left, "{dependent}");
        assert!(kept.and_then(|kept| kept.metadata.owner_references).is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_deleted_namespace_takes_nothing_in_and_ends_when_it_is_empty() {
    let sandbox = sandbox();
    tokio::spawn(sandbox.clone().run_background());
    let client = sandbox.client();
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let post = PostParams::default();
    let named: Namespace = serde_json::from_value(json!({"metadata": {"name": "team"}})).unwrap();
    namespaces.create(&post, &named).await.unwrap();
    let api: Api<ConfigMap> = Api::namespaced(client.clone(), "team");
    let mut held = config_map("held", "");
    held.metadata.finalizers = Some(vec!["example.org/hold".to_owned()]);
    api.create(&post, &held).await.unwrap();
    api.create(&post, &config_map("free", "")).await.unwrap();
    drop(namespaces.delete("team", &DeleteParams::default()).await.unwrap());
    let (code, _, message) = status(api.create(&post, &config_map("new", "")).await.unwrap_err());
    assert_eq!(code, 403);
    assert!(
        message.contains("unable to create new content in namespace team because it is being terminated"),
        "{message}"
    );
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert!(api.get_opt("free").await.unwrap().is_none());
    assert_eq!(namespaces.get("team").await.unwrap().status.unwrap().phase.as_deref(), Some("Terminating"));
    let free = json!({"metadata": {"finalizers": null}});
    api.patch("held", &PatchParams::default(), &Patch::Merge(&free)).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert!(namespaces.get_opt("team").await.unwrap().is_none());
    let missing: Api<ConfigMap> = Api::namespaced(client, "none");
    assert_eq!(
        status(missing.create(&post, &config_map("a", "")).await.unwrap_err()).2,
        "namespaces \"none\" not found"
    );
}

#[tokio::test(start_paused = true)]
async fn a_watcher_of_kube_sees_everything_also_across_compaction() {
    let sandbox = sandbox();
    let api: Api<ConfigMap> = Api::namespaced(sandbox.client(), "default");
    let post = PostParams::default();
    api.create(&post, &config_map("a", "1")).await.unwrap();
    for config in [watcher::Config::default(), watcher::Config::default().streaming_lists()] {
        let mut seen = std::pin::pin!(watcher(api.clone(), config).applied_objects());
        assert_eq!(seen.next().await.unwrap().unwrap().metadata.name.as_deref(), Some("a"));
        sandbox.compact();
        let patch = json!({"data": {"k": "2"}});
        api.patch("a", &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
        assert_eq!(seen.next().await.unwrap().unwrap().data.unwrap()["k"], "2");
        let patch = json!({"data": {"k": "1"}});
        api.patch("a", &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
        drop(seen.next().await.unwrap().unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn lists_come_in_pages_of_one_snapshot() {
    let sandbox = sandbox();
    let api: Api<ConfigMap> = Api::namespaced(sandbox.client(), "default");
    let post = PostParams::default();
    for name in ["a", "b", "c"] {
        api.create(&post, &config_map(name, "")).await.unwrap();
    }
    let first = api.list(&ListParams::default().limit(2)).await.unwrap();
    assert_eq!(first.items.len(), 2);
    drop(api.delete("c", &DeleteParams::default()).await.unwrap());
    api.create(&post, &config_map("d", "")).await.unwrap();
    let token = first.metadata.continue_.clone().unwrap();
    let rest = api.list(&ListParams::default().continue_token(&token)).await.unwrap();
    let names: Vec<_> = rest.items.iter().filter_map(|item| item.metadata.name.as_deref()).collect();
    assert_eq!(names, ["c"]);
    assert_eq!(rest.metadata.resource_version, first.metadata.resource_version);
    sandbox.compact();
    assert_eq!(status(api.list(&ListParams::default().continue_token(&token)).await.unwrap_err()).0, 410);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_leaves_no_trace() {
    let sandbox = sandbox();
    let api: Api<Secret> = Api::namespaced(sandbox.client(), "default");
    let before = sandbox.version();
    let secret: Secret = serde_json::from_value(json!({"metadata": {"name": "a"}, "stringData": {"k": "v"}})).unwrap();
    let dry = PostParams { dry_run: true, ..PostParams::default() };
    let made = api.create(&dry, &secret).await.unwrap();
    assert_eq!(made.data.unwrap()["k"].0, b"v");
    assert_eq!(sandbox.version(), before);
    assert!(api.get_opt("a").await.unwrap().is_none());
}

/// Faults by the number of the request.
struct Faults;

impl Interceptor for Faults {
    fn before<'a>(&'a self, call: &'a Call) -> futures::future::BoxFuture<'a, Before> {
        Box::pin(async {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            match call.number {
                0 => Before::Refuse(ApiError::new(429, "TooManyRequests", "slow down")),
                1 => Before::Fail("the connection broke".to_owned()),
                _ => Before::Pass,
            }
        })
    }

    fn after<'a>(&'a self, call: &'a Call, status: http::StatusCode) -> futures::future::BoxFuture<'a, After> {
        let lost = call.number == 2 && status == 201;
        Box::pin(async move { if lost { After::Fail("the answer was lost".to_owned()) } else { After::Deliver } })
    }

    fn event<'a>(&'a self, _: &'a Call, event: &'a WatchEvent) -> futures::future::BoxFuture<'a, OnEvent> {
        let fate = match event.kind {
            "ADDED" => OnEvent::Twice,
            "MODIFIED" => OnEvent::Skip,
            _ => OnEvent::Cut,
        };
        Box::pin(async move { fate })
    }
}

#[tokio::test(start_paused = true)]
async fn faults_befall_requests_before_and_after_they_take_effect() {
    let sandbox = sandbox();
    let began = tokio::time::Instant::now();
    let client = kube::Client::new(sandbox.service_with(Arc::new(Faults)), "default");
    // The client's own retries would hide what happens.
    let post = |name: &'static str| {
        let body = json!({"metadata": {"name": name}}).to_string().into_bytes();
        let request = http::Request::post("/api/v1/namespaces/default/configmaps");
        let request = request.header("Content-Type", "application/json").body(kube::client::Body::from(body)).unwrap();
        client.send(request)
    };
    assert_eq!(post("a").await.unwrap().status(), 429);
    assert!(post("a").await.is_err());
    assert!(sandbox.get("v1", "ConfigMap", "default", "a").is_none());
    assert!(post("a").await.is_err());
    assert!(sandbox.get("v1", "ConfigMap", "default", "a").is_some());
    assert_eq!(post("a").await.unwrap().status(), 409);
    assert_eq!(began.elapsed(), std::time::Duration::from_secs(4));
}

#[tokio::test(start_paused = true)]
async fn events_are_doubled_lost_and_cut_off() {
    let sandbox = sandbox();
    let client = kube::Client::new(sandbox.service_with(Arc::new(Faults)), "default");
    let request = http::Request::get("/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=1");
    sandbox.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}})).unwrap();
    let api: Api<ConfigMap> = Api::namespaced(sandbox.client(), "default");
    api.patch("a", &PatchParams::default(), &Patch::Merge(&json!({"data": {"k": "v"}}))).await.unwrap();
    drop(api.delete("a", &DeleteParams::default()).await.unwrap());
    // The first two requests of this service fail.
    for _ in 0..2 {
        drop(client.send(http::Request::get("/version").body(kube::client::Body::empty()).unwrap()).await);
    }
    let answer = client.send(request.body(kube::client::Body::empty()).unwrap()).await.unwrap();
    let body = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap().to_bytes();
    let kinds: Vec<String> = String::from_utf8(body.to_vec())
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["ADDED", "ADDED"]);
}
