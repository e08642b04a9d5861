//! The API server as a service: for a client in the same process, or behind a socket.

mod fault;
mod serve;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::stream;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::{Body, Frame};
use tower::BoxError;

pub use fault::{After, Before, Call, Interceptor, OnEvent};
pub use serve::kubeconfig;

use super::answer::ApiError;
use super::protocol::{self, Answer, BODY_LIMIT, Shared, Watch};

/// A body of an answer: whole, or a watch that goes on.
pub type AnswerBody = UnsyncBoxBody<Bytes, BoxError>;

/// Serves requests of [`kube::Client`] without a socket. Clones serve the same state.
#[derive(Clone)]
pub struct SandboxService {
    shared: Shared,
    interceptor: Option<Arc<dyn Interceptor>>,
    calls: Arc<AtomicU64>,
}

impl SandboxService {
    pub(super) fn new(shared: Shared, interceptor: Option<Arc<dyn Interceptor>>) -> Self {
        Self { shared, interceptor, calls: Arc::new(AtomicU64::new(0)) }
    }

    /// Serves one request.
    async fn answer<B>(self, request: Request<B>) -> Result<Response<AnswerBody>, BoxError>
    where
        B: Body<Data = Bytes> + Send,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
            let message = format!("Request entity too large: limit is {BODY_LIMIT}");
            return Ok(boxed(protocol::refusal(&ApiError::new(413, "RequestEntityTooLarge", message))));
        };
        let request = Request::from_parts(parts, body.to_bytes());
        let Some(interceptor) = self.interceptor.clone() else {
            return Ok(match protocol::handle(&self.shared, &request) {
                Answer::Whole(response) => boxed(response),
                Answer::Watch(watch) => streamed(watch, None),
            });
        };
        let call = Arc::new(Call::of(&request, self.calls.fetch_add(1, Ordering::Relaxed)));
        match interceptor.before(&call).await {
            Before::Pass => {}
            Before::Refuse(error) => return Ok(boxed(protocol::refusal(&error))),
            Before::Fail(why) => return Err(why.into()),
        }
        let answer = protocol::handle(&self.shared, &request);
        let status = match &answer {
            Answer::Whole(response) => response.status(),
            Answer::Watch(_) => http::StatusCode::OK,
        };
        match interceptor.after(&call, status).await {
            After::Deliver => {}
            After::Refuse(error) => return Ok(boxed(protocol::refusal(&error))),
            After::Fail(why) => return Err(why.into()),
        }
        Ok(match answer {
            Answer::Whole(response) => boxed(response),
            Answer::Watch(watch) => streamed(watch, Some((interceptor, call))),
        })
    }
}

type AnswerFuture = Pin<Box<dyn Future<Output = Result<Response<AnswerBody>, BoxError>> + Send>>;

impl<B> tower::Service<Request<B>> for SandboxService
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<AnswerBody>;
    type Error = BoxError;
    type Future = AnswerFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> AnswerFuture {
        Box::pin(self.clone().answer(request))
    }
}

fn boxed(response: Response<Bytes>) -> Response<AnswerBody> {
    let never = |never: Infallible| match never {};
    response.map(|bytes| Full::new(bytes).map_err(never).boxed_unsync())
}

/// What befalls the events of a watch.
type Fate = Option<(Arc<dyn Interceptor>, Arc<Call>)>;

struct Streaming {
    watch: Watch,
    fate: Fate,
    /// A line that is told twice.
    again: Option<Bytes>,
}

fn streamed(watch: Watch, fate: Fate) -> Response<AnswerBody> {
    let lines = stream::unfold(Streaming { watch, fate, again: None }, async |mut streaming| {
        let line = streaming.line().await?;
        Some((Ok(Frame::data(line)), streaming))
    });
    let mut response = Response::new(StreamBody::new(lines).boxed_unsync());
    let kind = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    response
}

impl Streaming {
    /// The next line; none where the watch is over or was cut.
    async fn line(&mut self) -> Option<Bytes> {
        if let Some(line) = self.again.take() {
            return Some(line);
        }
        loop {
            let event = self.watch.next().await?;
            let line = Bytes::from(event.line());
            let Some((interceptor, call)) = &self.fate else { return Some(line) };
            match interceptor.event(call, &event).await {
                OnEvent::Deliver => return Some(line),
                OnEvent::Twice => {
                    self.again = Some(line.clone());
                    return Some(line);
                }
                OnEvent::Skip => {}
                OnEvent::Cut => return None,
            }
        }
    }
}
