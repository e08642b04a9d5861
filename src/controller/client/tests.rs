use super::*;
use crate::controller::testing::{End, Reply, Seen, service};
use http::Method;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, PostParams};
use serde_json::json;
use std::sync::{Arc, Mutex};

fn over(answer: impl FnMut(&Seen) -> Reply + Send + 'static) -> (kube::Client, Metrics, Arc<Mutex<Vec<Seen>>>) {
    let (log, metrics) = (Arc::default(), Metrics::new());
    let client = client_over(service(answer, Arc::clone(&log)), "team", &metrics);
    (client, metrics, log)
}

fn failure(verb: Verb, error: &kube::Error) -> ApiFailure {
    ApiFailure::new(verb, "configmaps", "team/a", error)
}

#[tokio::test(start_paused = true)]
async fn every_call_is_counted_and_a_refusal_is_not_retried() {
    let (client, metrics, log) = over(|seen| match seen.method {
        Method::POST => Reply::ok(seen.body.clone()),
        _ => Reply::error(429, "TooManyRequests"),
    });
    let api: Api<ConfigMap> = Api::namespaced(client, "team");
    let made = api.create(&PostParams::default(), &ConfigMap::default()).await;
    assert!(made.is_ok());
    let error = api.get("a").await.unwrap_err();
    assert!(failure(Verb::Get, &error).is_throttled());
    assert_eq!(log.lock().unwrap().len(), 2);
    assert_eq!(metrics.calls(Verb::Create, "configmaps", "200"), 1);
    assert_eq!(metrics.calls(Verb::Get, "configmaps", "429"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_costs_a_call_half_a_minute_and_the_outcome_of_a_write_is_unknown() {
    let (client, metrics, _) = over(|_| Reply::silent());
    let api: Api<ConfigMap> = Api::namespaced(client, "team");
    let since = Instant::now();
    let error = api.create(&PostParams::default(), &ConfigMap::default()).await.unwrap_err();
    assert_eq!(since.elapsed(), ANSWER);
    assert!(failure(Verb::Create, &error).is_unknown_outcome());
    assert_eq!(metrics.calls(Verb::Create, "configmaps", "none"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_counts_as_no_answer_unless_it_is_a_watch_s() {
    let (client, _, _) = over(|_| Reply::events(vec![json!({})], End::Open));
    let get = Request::get("/api/v1/namespaces/team/configmaps/a").body(vec![]).unwrap();
    let since = Instant::now();
    assert!(client.request_text(get).await.is_err());
    assert_eq!(since.elapsed(), ANSWER);
    let watch = Request::get("/api/v1/configmaps?watch=true").body(vec![]).unwrap();
    assert!(client.request_stream(watch).await.is_ok());
    assert_eq!(since.elapsed(), ANSWER, "the watch began at once");
}

#[tokio::test]
async fn a_client_for_a_cluster_fails_at_once_where_kube_s_own_would_retry() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let busy = axum::Router::new().fallback(|| async { axum::http::StatusCode::SERVICE_UNAVAILABLE });
    let serving = tokio::spawn(async move { axum::serve(listener, busy).await });
    let metrics = Metrics::new();
    let config = kube::Config::new(format!("http://{address}").parse().unwrap());
    let client = client(config, &metrics).unwrap();
    let error = Api::<ConfigMap>::default_namespaced(client).get("a").await.unwrap_err();
    assert_eq!(failure(Verb::Get, &error).code(), 503);
    assert_eq!(metrics.calls(Verb::Get, "configmaps", "503"), 1);
    serving.abort();
}
