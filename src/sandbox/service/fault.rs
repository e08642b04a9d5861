//! Where faults are put between a client and the sandbox.

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt, ready};
use http::{Method, Request, StatusCode};

use crate::sandbox::answer::ApiError;
use crate::sandbox::protocol::WatchEvent;

/// A request, as an [`Interceptor`] sees it.
#[derive(Clone, Debug)]
pub struct Call {
    /// Counts the requests of one service, from 0.
    pub number: u64,
    /// The method.
    pub method: Method,
    /// The path, percent-encoded.
    pub path: String,
    /// The query, percent-encoded, without `?`.
    pub query: String,
    /// The user agent; empty where there is none.
    pub user_agent: String,
    /// The body.
    pub body: Bytes,
}

impl Call {
    pub(super) fn of(request: &Request<Bytes>, number: u64) -> Self {
        let agent = request.headers().get(http::header::USER_AGENT);
        Self {
            number,
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            user_agent: agent.and_then(|agent| agent.to_str().ok()).unwrap_or_default().to_owned(),
            body: request.body().clone(),
        }
    }

    /// Whether it changes anything when it succeeds (a dry run does not).
    pub fn mutates(&self) -> bool {
        self.method != Method::GET && !self.query.split('&').any(|pair| pair == "dryRun=All")
    }

    /// Whether it opens a watch.
    pub fn watches(&self) -> bool {
        self.query.split('&').any(|pair| matches!(pair, "watch=true" | "watch=1"))
    }
}

/// What becomes of a request before the server sees it.
#[derive(Clone, Debug)]
pub enum Before {
    /// The server serves it.
    Pass,
    /// It is answered with an error; nothing happens.
    Refuse(ApiError),
    /// The connection breaks; nothing happens.
    Fail(String),
}

/// What becomes of an answer once the request has been served.
#[derive(Clone, Debug)]
pub enum After {
    /// It arrives.
    Deliver,
    /// An error arrives in its place, although the request has taken effect.
    Refuse(ApiError),
    /// It is lost with the connection, although the request has taken effect.
    Fail(String),
}

/// What becomes of an event of a watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnEvent {
    /// It arrives.
    Deliver,
    /// It arrives twice.
    Twice,
    /// It is lost, and the watch goes on as if nothing had happened.
    Skip,
    /// The watch ends before it.
    Cut,
}

/// Faults between a client and the sandbox. Every hook may wait (`tokio::time::sleep`) before it decides.
pub trait Interceptor: Send + Sync {
    /// Called with each request before it is served.
    fn before<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Before> {
        let _ = call;
        ready(Before::Pass).boxed()
    }

    /// Called with each request after it was served, with the status of its answer.
    fn after<'a>(&'a self, call: &'a Call, status: StatusCode) -> BoxFuture<'a, After> {
        let _ = (call, status);
        ready(After::Deliver).boxed()
    }

    /// Called with each event before it goes out.
    fn event<'a>(&'a self, call: &'a Call, event: &'a WatchEvent) -> BoxFuture<'a, OnEvent> {
        let _ = (call, event);
        ready(OnEvent::Deliver).boxed()
    }
}
