//! What Kubernetes and Prometheus ask an operator: `/healthz`, `/readyz`, `/metrics`.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use super::metrics::{CONTENT_TYPE, Metrics};
use super::ready::Readiness;

#[derive(Clone)]
struct Asked {
    readiness: Readiness,
    metrics: Metrics,
}

/// The routes. Ready is who has filled caches, leading or not: a standby with warm caches takes over at once.
pub fn router(readiness: Readiness, metrics: Metrics) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(scrape))
        .with_state(Asked { readiness, metrics })
}

/// Serves until `shutdown`, then finishes the requests at hand.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

async fn ready(State(asked): State<Asked>) -> Response {
    let missing = asked.readiness.missing();
    if missing.is_empty() {
        return "ok\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("not listed yet: {}\n", missing.join(", "))).into_response()
}

async fn scrape(State(asked): State<Asked>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], asked.metrics.text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    async fn ask(router: &Router, path: &str) -> (u16, String, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        let code = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (code, kind.unwrap_or_default(), String::from_utf8(body.into()).unwrap())
    }

    #[tokio::test]
    async fn an_operator_is_alive_before_it_is_ready_and_says_what_is_missing() {
        let readiness = Readiness::default();
        let mark = readiness.expect("openbaoclusters");
        let router = router(readiness, Metrics::new());
        assert_eq!(ask(&router, "/healthz").await.0, 200);
        let (code, _, text) = ask(&router, "/readyz").await;
        assert_eq!((code, text.as_str()), (503, "not listed yet: openbaoclusters\n"));
        mark.set();
        assert_eq!(ask(&router, "/readyz").await.0, 200);
        assert_eq!(ask(&router, "/other").await.0, 404);
    }

    #[tokio::test]
    async fn metrics_come_as_open_metrics() {
        let metrics = Metrics::new();
        metrics.leading(true);
        let (code, kind, text) = ask(&router(Readiness::default(), metrics), "/metrics").await;
        assert_eq!((code, kind.as_str()), (200, CONTENT_TYPE));
        assert!(text.contains("openbao_claims_leader 1\n"));
    }

    #[tokio::test]
    async fn the_server_stops_when_told() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let shutdown = async move {
            let _ = stopped.await;
        };
        let serving = tokio::spawn(serve(listener, router(Readiness::default(), Metrics::new()), shutdown));
        assert!(tokio::net::TcpStream::connect(address).await.is_ok());
        drop(stop);
        serving.await.unwrap().unwrap();
    }
}
