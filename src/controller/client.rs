//! The operator's client: kube's, without its hidden retries, with an end to every call, and counted.
//!
//! kube answers 429, 503 and 504 by up to 15 retries inside of one call, for minutes, and waits for an answer
//! without end. Here a failed call fails at once, and the queue's backoff decides when to come back.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Body as HttpBody;
use kube::client::{Body, ClientBuilder};
use tokio::time::{Instant, timeout};
use tower::{BoxError, Service};

use super::failure::{ApiFailure, Verb};
use super::metrics::Metrics;

mod target;
#[cfg(test)]
mod tests;

pub use target::Target;

/// How long a connection may take to come about.
pub const CONNECT: Duration = Duration::from_secs(10);
/// How long an answer may take, its body included; of a watch, its beginning.
pub const ANSWER: Duration = Duration::from_secs(30);

/// A client for a cluster.
pub fn client(mut config: kube::Config, metrics: &Metrics) -> Result<kube::Client, ApiFailure> {
    config.default_retry = false;
    config.connect_timeout = Some(CONNECT);
    let stack =
        ClientBuilder::try_from(config).map_err(|error| ApiFailure::new(Verb::Get, "configuration", "", &error))?;
    let counted = metrics.clone();
    let layer = tower::layer::layer_fn(move |inner| CountingService::new(inner, counted.clone()));
    Ok(stack.with_layer(&layer).build())
}

/// A client for a service that answers itself: the sandbox in the same process, or a test's server.
pub fn client_over<S, B>(service: S, namespace: &str, metrics: &Metrics) -> kube::Client
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    kube::Client::new(CountingService::new(service, metrics.clone()), namespace)
}

/// Counts the calls through a service by verb, resource and code, and gives each an end.
#[derive(Debug, Clone)]
pub struct CountingService<S> {
    inner: S,
    metrics: Metrics,
}

impl<S> CountingService<S> {
    /// Around `inner`.
    pub fn new(inner: S, metrics: Metrics) -> Self {
        Self { inner, metrics }
    }
}

type Answer = Response<UnsyncBoxBody<Bytes, BoxError>>;

impl<S, B> Service<Request<Body>> for CountingService<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Future: Send + 'static,
    S::Error: Into<BoxError>,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Answer;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let target = Target::of(request.method(), request.uri());
        let metrics = self.metrics.clone();
        let since = Instant::now();
        let answering = self.inner.call(request);
        Box::pin(async move {
            let streams = target.verb == Verb::Watch;
            let answer = timeout(ANSWER, answer(answering, streams)).await;
            let answer = answer.unwrap_or_else(|_| Err("no answer in time".into()));
            let code = answer.as_ref().map_or_else(|_| "none".to_owned(), |answer| answer.status().as_str().to_owned());
            metrics.called(target.verb, &target.resource, &code, since.elapsed());
            answer
        })
    }
}

/// Waits for the answer, with its body unless that is a watch's, whose refusals are read whole nonetheless.
async fn answer<B, E>(
    answering: impl Future<Output = Result<Response<B>, E>>,
    streams: bool,
) -> Result<Answer, BoxError>
where
    E: Into<BoxError>,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let (head, body) = answering.await.map_err(Into::into)?.into_parts();
    let body = body.map_err(Into::into);
    if streams && head.status.is_success() {
        return Ok(Response::from_parts(head, body.boxed_unsync()));
    }
    let whole = body.collect().await?.to_bytes();
    Ok(Response::from_parts(head, Full::from(whole).map_err(|never| match never {}).boxed_unsync()))
}
