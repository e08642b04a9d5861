//! For tests: an API server that is a closure, behind kube's own client, without a socket.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use http::{Method, Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use serde_json::{Value, json};
use tokio::time::Instant;
use tower::BoxError;

/// What the server answers with, and after how long.
pub(crate) struct Reply {
    after: Duration,
    kind: Kind,
}

enum Kind {
    Json(u16, Value),
    Events(Vec<Value>, End),
    Broken,
    Silent,
}

/// How a watch ends after its events.
#[derive(Clone, Copy)]
pub(crate) enum End {
    Closed,
    Open,
}

impl Reply {
    pub(crate) fn ok(body: Value) -> Self {
        Self::coded(200, body)
    }

    pub(crate) fn coded(code: u16, body: Value) -> Self {
        Self { after: Duration::ZERO, kind: Kind::Json(code, body) }
    }

    pub(crate) fn error(code: u16, reason: &str) -> Self {
        let body = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason});
        Self::coded(code, body)
    }

    pub(crate) fn events(events: Vec<Value>, end: End) -> Self {
        Self { after: Duration::ZERO, kind: Kind::Events(events, end) }
    }

    pub(crate) fn broken() -> Self {
        Self { after: Duration::ZERO, kind: Kind::Broken }
    }

    pub(crate) fn silent() -> Self {
        Self { after: Duration::ZERO, kind: Kind::Silent }
    }

    pub(crate) fn after(mut self, wait: Duration) -> Self {
        self.after = wait;
        self
    }
}

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Virtual milliseconds since the server was made.
    pub(crate) at: u128,
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) body: Value,
}

impl Seen {
    pub(crate) fn is_watch(&self) -> bool {
        self.target.contains("watch=true")
    }
}

type Body = UnsyncBoxBody<Bytes, BoxError>;
type Log = Arc<Mutex<Vec<Seen>>>;

/// A client of a server that answers by `answer`, and what that server sees.
pub(crate) fn server(answer: impl FnMut(&Seen) -> Reply + Send + 'static) -> (kube::Client, Log) {
    let log = Log::default();
    let client = kube::Client::new(service(answer, Arc::clone(&log)), "default");
    (client, log)
}

/// The same as a bare service.
pub(crate) fn service(
    answer: impl FnMut(&Seen) -> Reply + Send + 'static,
    log: Log,
) -> impl tower::Service<Request<kube::client::Body>, Response = Response<Body>, Error = BoxError, Future: Send + 'static>
+ Clone
+ Send
+ 'static {
    let answer = Arc::new(Mutex::new(answer));
    let origin = Instant::now();
    tower::service_fn(move |request: Request<kube::client::Body>| {
        let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let body = serde_json::from_slice(&body).unwrap_or_default();
            let at = origin.elapsed().as_millis();
            let seen = Seen { at, method: head.method, target: head.uri.to_string(), body };
            log.lock().unwrap().push(seen.clone());
            let reply = (answer.lock().unwrap())(&seen);
            tokio::time::sleep(reply.after).await;
            send(reply.kind).await
        }
    })
}

async fn send(kind: Kind) -> Result<Response<Body>, BoxError> {
    match kind {
        Kind::Json(code, body) => Ok(Response::builder().status(code).body(whole(&body))?),
        Kind::Events(events, end) => Ok(Response::new(stream(events, end))),
        Kind::Broken => Err("the connection broke".into()),
        Kind::Silent => std::future::pending().await,
    }
}

fn whole(body: &Value) -> Body {
    Full::from(body.to_string()).map_err(|never: Infallible| match never {}).boxed_unsync()
}

fn stream(events: Vec<Value>, end: End) -> Body {
    let lines = futures::stream::iter(events).map(|event| Ok(Frame::data(Bytes::from(format!("{event}\n")))));
    match end {
        End::Closed => StreamBody::new(lines).boxed_unsync(),
        End::Open => StreamBody::new(lines.chain(futures::stream::pending())).boxed_unsync(),
    }
}
