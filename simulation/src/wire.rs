//! The way between one client and the server. What is on it arrives or not whatever becomes of who sent it: a call
//! whose sender gave up, or died, still takes effect.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use kube::client::Body;
use openbao_claims::controller::clock::TokioClock;
use openbao_claims::sandbox::{
    After, AnswerBody, ApiError, Before, Call, Interceptor, OnEvent, Sandbox, SandboxService, WatchEvent,
};
use serde_json::json;
use tokio::sync::{Notify, mpsc};
use tower::{BoxError, Service, ServiceExt};

use crate::faults::{Faults, Point};
use crate::journal::Journal;
use crate::oath::Oath;
use crate::schedule::FaultKind;

/// What all wires of a simulation share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) sandbox: Sandbox,
    pub(crate) journal: Journal,
    pub(crate) oath: Arc<Oath>,
    pub(crate) faults: Arc<Faults>,
    /// Told of each change, so that the simulated runtime need not ask all the time.
    pub(crate) changed: Arc<Notify>,
    /// The time of day.
    pub(crate) clock: TokioClock,
    /// Replicas that died.
    pub(crate) deaths: mpsc::UnboundedSender<usize>,
    /// Answers to lists, as they were last.
    lists: Arc<Mutex<BTreeMap<String, Bytes>>>,
}

impl Shared {
    pub(crate) fn new(
        sandbox: Sandbox,
        journal: Journal,
        faults: Arc<Faults>,
        clock: TokioClock,
        deaths: mpsc::UnboundedSender<usize>,
    ) -> Self {
        let oath = Arc::new(Oath::new(sandbox.clone(), journal.clone()));
        Self { sandbox, journal, oath, faults, changed: Arc::default(), clock, deaths, lists: Arc::default() }
    }

    /// A client of somebody else than the operator: nothing befalls its calls.
    pub(crate) fn client(&self, who: &str) -> kube::Client {
        kube::Client::new(self.service(who, None), "default")
    }

    /// The way of one client. `replica`: the operator's, with faults.
    pub(crate) fn service(&self, who: &str, replica: Option<usize>) -> Wired {
        let wire = Arc::new(Wire {
            shared: self.clone(),
            who: who.to_owned(),
            replica,
            dead: AtomicBool::new(false),
            cut_until: AtomicU64::new(0),
        });
        Wired { inner: self.sandbox.service_with(Arc::clone(&wire) as Arc<dyn Interceptor>), wire }
    }
}

/// The hooks of one client's calls.
pub(crate) struct Wire {
    shared: Shared,
    who: String,
    replica: Option<usize>,
    /// Whoever called is no more.
    dead: AtomicBool,
    /// Nothing arrives before this virtual millisecond.
    cut_until: AtomicU64,
}

impl Wire {
    fn befalls(&self, point: Point, call: &Call) -> Option<FaultKind> {
        self.replica?;
        let fault = self.shared.faults.befalls(self.shared.journal.now(), point, call)?;
        let what = format!("{fault:?} befalls {} {}", call.method, brief(&call.path));
        self.shared.journal.tell(&self.who, &what);
        Some(fault)
    }

    /// The replica dies here.
    async fn die<T>(&self) -> T {
        if !self.dead.swap(true, Ordering::Relaxed)
            && let Some(replica) = self.replica
        {
            let _ = self.shared.deaths.send(replica);
        }
        std::future::pending().await
    }

    /// Waits while nothing gets through.
    async fn reachable(&self) {
        loop {
            let left = self.cut_until.load(Ordering::Relaxed).saturating_sub(self.shared.journal.now());
            if left == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(left)).await;
        }
    }

    async fn outward(&self, call: &Call) -> Before {
        if self.dead.load(Ordering::Relaxed) {
            return std::future::pending().await;
        }
        let about = brief(&call.path);
        match self.befalls(Point::Before, call) {
            Some(FaultKind::Conflict) => {
                return Before::Refuse(ApiError::new(
                    409,
                    "Conflict",
                    format!("{about}: the object has been modified"),
                ));
            }
            Some(FaultKind::TooMany(seconds)) => {
                let details = json!({"retryAfterSeconds": seconds});
                return Before::Refuse(ApiError {
                    details,
                    ..ApiError::new(429, "TooManyRequests", "too many requests")
                });
            }
            Some(FaultKind::Internal) => {
                return Before::Refuse(ApiError::new(500, "InternalError", "etcd: leader changed"));
            }
            Some(FaultKind::LostBefore) => return Before::Fail("connection reset".to_owned()),
            Some(FaultKind::Slow(millis)) => tokio::time::sleep(Duration::from_millis(millis)).await,
            Some(FaultKind::CrashBefore) => return self.die().await,
            Some(FaultKind::Partition(millis)) => {
                self.cut_until.store(self.shared.journal.now().saturating_add(millis), Ordering::Relaxed);
            }
            _ => {}
        }
        self.reachable().await;
        self.shared.oath.about_to(&self.who, self.replica.is_some(), call);
        Before::Pass
    }

    async fn homeward(&self, call: &Call, status: StatusCode) -> After {
        let Shared { journal, oath, changed, .. } = &self.shared;
        if call.mutates() || self.replica.is_some() {
            journal.tell(&self.who, &format!("{} {}: {}", call.method, brief(&call.path), status.as_u16()));
            journal.weigh(&call.body);
        }
        if call.mutates() && status.is_success() {
            oath.happened(&self.who, self.replica.is_some(), call, status);
            changed.notify_one();
        }
        match self.befalls(Point::After, call) {
            Some(FaultKind::LostAfter) => return After::Fail("connection reset".to_owned()),
            Some(FaultKind::CrashAfter) => return self.die().await,
            _ => {}
        }
        self.reachable().await;
        After::Deliver
    }

    async fn inward(&self, call: &Call) -> OnEvent {
        if self.dead.load(Ordering::Relaxed) {
            return OnEvent::Cut;
        }
        let fate = match self.befalls(Point::Event, call) {
            Some(FaultKind::Twice) => OnEvent::Twice,
            Some(FaultKind::Cut) => OnEvent::Cut,
            Some(FaultKind::Forgotten) => {
                self.shared.sandbox.compact();
                OnEvent::Cut
            }
            Some(FaultKind::Late(millis)) => {
                tokio::time::sleep(Duration::from_millis(millis)).await;
                OnEvent::Deliver
            }
            _ => OnEvent::Deliver,
        };
        self.reachable().await;
        fate
    }
}

impl Interceptor for Wire {
    fn before<'a>(&'a self, call: &'a Call) -> BoxFuture<'a, Before> {
        self.outward(call).boxed()
    }

    fn after<'a>(&'a self, call: &'a Call, status: StatusCode) -> BoxFuture<'a, After> {
        self.homeward(call, status).boxed()
    }

    fn event<'a>(&'a self, call: &'a Call, _: &'a WatchEvent) -> BoxFuture<'a, OnEvent> {
        self.inward(call).boxed()
    }
}

/// A service whose calls go on when nobody waits for them.
#[derive(Clone)]
pub(crate) struct Wired {
    inner: SandboxService,
    wire: Arc<Wire>,
}

impl Service<Request<Body>> for Wired {
    type Response = Response<AnswerBody>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<AnswerBody>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (inner, wire) = (self.inner.clone(), Arc::clone(&self.wire));
        let listed = wire.replica.is_some() && request.uri().query().is_some_and(|query| query.contains("limit="));
        let place = request.uri().to_string();
        let method = request.method().clone();
        let sent = tokio::spawn(inner.oneshot(request));
        async move {
            let response = sent.await??;
            if !listed || !response.status().is_success() {
                return Ok(response);
            }
            let (head, body) = response.into_parts();
            let fresh = body.collect().await?.to_bytes();
            let call = Call {
                number: 0,
                method,
                path: place.clone(),
                query: String::new(),
                user_agent: String::new(),
                body: Bytes::new(),
            };
            let told = wire.befalls(Point::Listed, &call).is_some();
            let mut lists = wire.shared.lists.lock().unwrap_or_else(PoisonError::into_inner);
            let before = lists.insert(place, fresh.clone());
            let body = if told { before.unwrap_or(fresh) } else { fresh };
            Ok(Response::from_parts(head, Full::new(body).map_err(|never| match never {}).boxed_unsync()))
        }
        .boxed()
    }
}

/// A path without what goes without saying.
pub(crate) fn brief(path: &str) -> &str {
    let path = path.split('?').next().unwrap_or(path);
    ["/apis/claims.openbao.org/v1alpha1/", "/apis/openbao.org/v1alpha1/", "/apis/coordination.k8s.io/v1/", "/api/v1/"]
        .iter()
        .find_map(|root| path.strip_prefix(root))
        .unwrap_or(path)
}
