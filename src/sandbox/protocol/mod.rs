//! From an HTTP request to an answer, and nothing of sockets.

mod body;
mod decode;
mod discovery;
mod list;
mod open_api;
mod path;
mod protobuf;
mod query;
mod selector;
mod view;
mod watch;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::{Value, json};

pub(crate) use path::{Route, Target, route};
pub(crate) use query::Query;
pub(crate) use watch::Watch;
pub use watch::WatchEvent;

use super::answer::ApiError;
use super::kinds::Kind;
use super::verbs::{Done, Server, Write};
use selector::Selector;
use view::View;

/// What the sandbox calls itself: the version whose behaviour it follows.
pub(crate) const VERSION: &str = "v1.37.2+openbao-claims-sandbox";
/// Bytes of a body that are read (Kubernetes' own limit for JSON).
pub(crate) const BODY_LIMIT: usize = 3 * 1024 * 1024;

/// The state of an API server, held for one step at a time.
pub(crate) type Shared = Arc<Mutex<Server>>;

/// The state. A step that panicked cannot leave it half-changed in a way that matters to a sandbox.
pub(crate) fn lock(shared: &Shared) -> MutexGuard<'_, Server> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An answer.
pub(crate) enum Answer {
    Whole(Response<Bytes>),
    Watch(Watch),
}

/// Serves one request.
pub(crate) fn handle(shared: &Shared, request: &Request<Bytes>) -> Answer {
    let mut server = lock(shared);
    let call = Call { shared, request, query: Query::parse(request.uri().query().unwrap_or_default()) };
    call.serve(&mut server).unwrap_or_else(|error| Answer::Whole(refusal(&error)))
}

/// The answer to a request that failed.
pub(crate) fn refusal(error: &ApiError) -> Response<Bytes> {
    let code = StatusCode::from_u16(error.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    whole(code, &error.status(), &[])
}

fn whole(code: StatusCode, body: &Value, warnings: &[String]) -> Response<Bytes> {
    typed(code, "application/json", Bytes::from(body.to_string()), warnings)
}

fn typed(code: StatusCode, kind: &'static str, body: Bytes, warnings: &[String]) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = code;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(kind));
    for warning in warnings {
        let text = format!("299 - \"{}\"", warning.replace('\\', "\\\\").replace('"', "\\\""));
        if let Ok(value) = http::HeaderValue::from_str(&text) {
            response.headers_mut().append("Warning", value);
        }
    }
    response
}

fn header(headers: &HeaderMap, name: http::header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// A request and where it happens.
struct Call<'a> {
    shared: &'a Shared,
    request: &'a Request<Bytes>,
    query: Query,
}

impl Call<'_> {
    fn serve(&self, server: &mut Server) -> Result<Answer, ApiError> {
        let route = route(self.request.uri().path());
        if let Route::Resource(target) = route {
            return self.resource(server, &target);
        }
        let accept = header(self.request.headers(), ACCEPT);
        let aggregated = accept.split(',').any(|range| {
            range.contains("as=APIGroupDiscoveryList") && range.contains("v=v2") && !range.contains("v=v2beta1")
        });
        let document = match route {
            Route::Core | Route::Groups if aggregated => {
                let list = discovery::aggregated(&server.kinds, route == Route::Core);
                let kind = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
                return Ok(Answer::Whole(typed(StatusCode::OK, kind, Bytes::from(list.to_string()), &[])));
            }
            Route::Health => {
                let body = Bytes::from_static(b"ok");
                return Ok(Answer::Whole(typed(StatusCode::OK, "text/plain; charset=utf-8", body, &[])));
            }
            Route::Version => Some(version()),
            Route::Core => Some(discovery::core()),
            Route::Groups => Some(discovery::all(&server.kinds)),
            Route::Group(group) => discovery::group(&server.kinds, &group),
            Route::Resources { group, version } => discovery::resources(&server.kinds, &group, &version),
            Route::OpenApi => Some(open_api::index(&server.kinds)),
            Route::OpenApiOf { group, version } => open_api::document(&server.kinds, &group, &version),
            Route::Resource(_) | Route::Nowhere => None,
        };
        let Some(document) = document else { return Ok(Answer::Whole(nowhere())) };
        Ok(Answer::Whole(whole(StatusCode::OK, &document, &[])))
    }

    fn resource(&self, server: &mut Server, target: &Target) -> Result<Answer, ApiError> {
        let kind = server.kinds.get(&target.group, &target.version, &target.plural).cloned();
        let Some(kind) = kind.filter(|kind| kind.namespaced || target.namespace.is_empty()) else {
            let built_in = server.kinds.all().any(|kind| !kind.custom && kind.group == target.group);
            return if built_in { Err(ApiError::no_resource()) } else { Ok(Answer::Whole(nowhere())) };
        };
        if kind.namespaced && target.namespace.is_empty() && target.name.is_some() {
            return Ok(Answer::Whole(nowhere()));
        }
        match target.subresource.as_deref() {
            None => {}
            Some("status") if kind.status => {}
            Some("finalize") if kind.plural == "namespaces" && kind.group.is_empty() => {}
            Some(_) => {
                let name = target.name.as_deref().unwrap_or_default();
                return Err(ApiError::not_found(&kind.group, &kind.plural, name));
            }
        }
        let view = View::negotiate(header(self.request.headers(), ACCEPT), self.query.get("includeObject"))?;
        let place = Place { call: self, kind: &kind, target, view };
        match (self.request.method(), &target.name) {
            (&Method::GET, None) => place.list_or_watch(server),
            (&Method::GET, Some(name)) => place.get(server, name),
            (&Method::POST, None) => place.create(server),
            // Kubernetes reads no more of the path than it needs.
            (&Method::POST, Some(_)) if kind.custom && target.subresource.is_none() => place.create(server),
            (&Method::PUT, None) if kind.custom => Err(ApiError::bad_request("name must be provided")),
            (&Method::PUT, Some(name)) => place.update(server, name),
            (&Method::PATCH, Some(name)) => place.patch(server, name),
            (&Method::DELETE, Some(name)) if target.subresource.is_none() => place.delete(server, name),
            (&Method::DELETE, None) => place.delete_all(server),
            _ => Err(ApiError::method_not_allowed()),
        }
    }

    /// `fieldManager`, or what stands before the slash in the user agent.
    fn manager(&self) -> &str {
        match self.query.get("fieldManager") {
            "" => header(self.request.headers(), USER_AGENT).split('/').next().unwrap_or_default(),
            manager => manager,
        }
    }
}

/// A path that leads to nothing, which Kubernetes answers in plain text.
fn nowhere() -> Response<Bytes> {
    let body = Bytes::from_static(b"404 page not found\n");
    typed(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", body, &[])
}

fn version() -> Value {
    json!({
        "major": "1", "minor": "37", "gitVersion": VERSION, "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "rustc", "platform": "sandbox/memory",
    })
}

/// A request to a resource or to an object of it.
struct Place<'a> {
    call: &'a Call<'a>,
    kind: &'a Arc<Kind>,
    target: &'a Target,
    view: View,
}

impl Place<'_> {
    fn list_or_watch(&self, server: &mut Server) -> Result<Answer, ApiError> {
        let query = &self.call.query;
        let (labels, fields) = (query.get("labelSelector"), query.get("fieldSelector"));
        let selector = Selector::parse(self.kind, &self.target.namespace, labels, fields)?;
        if query.flag("watch") {
            let watch = Watch::begin(self.call.shared, server, self.kind, selector, self.view, query)?;
            return Ok(Answer::Watch(watch));
        }
        let page = list::list(server, self.kind, &selector, query)?;
        let list = self.view.many(self.kind, &page.metadata, &page.objects, server.now());
        Ok(Answer::Whole(whole(StatusCode::OK, &list, &[])))
    }

    fn get(&self, server: &Server, name: &str) -> Result<Answer, ApiError> {
        let object = self.kind.show(server.get(self.kind, &self.target.namespace, name)?);
        Ok(self.object(server, StatusCode::OK, &object, &[]))
    }

    fn create(&self, server: &mut Server) -> Result<Answer, ApiError> {
        let write = self.write("CreateOptions")?;
        let (body, repeated) = body::object(self.call.request, self.kind, write.validation)?;
        let done = server.create(&write, body)?;
        Ok(self.done(server, done, repeated))
    }

    fn update(&self, server: &mut Server, name: &str) -> Result<Answer, ApiError> {
        let write = self.write("UpdateOptions")?;
        let (body, repeated) = body::object(self.call.request, self.kind, write.validation)?;
        let done = server.update(&write, name, body)?;
        Ok(self.done(server, done, repeated))
    }

    fn patch(&self, server: &mut Server, name: &str) -> Result<Answer, ApiError> {
        let patch = body::patch(self.call.request, self.kind, &self.call.query)?;
        let done = server.patch(&self.write("PatchOptions")?, name, patch)?;
        Ok(self.done(server, done, Vec::new()))
    }

    fn delete(&self, server: &mut Server, name: &str) -> Result<Answer, ApiError> {
        let options = body::delete_options(self.call.request, &self.call.query)?;
        let deleted = server.delete(self.kind, &self.target.namespace, name, &options)?;
        if !deleted.gone {
            return Ok(self.object(server, StatusCode::OK, &self.kind.show(&deleted.object), &[]));
        }
        let uid = super::object::uid(&deleted.object);
        let mut details = json!({"name": name, "kind": self.kind.plural, "uid": uid});
        if !self.kind.group.is_empty() {
            super::object::set(&mut details, "group", Some(self.kind.group.as_str().into()));
        }
        let status =
            json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details});
        Ok(Answer::Whole(whole(StatusCode::OK, &status, &[])))
    }

    fn delete_all(&self, server: &mut Server) -> Result<Answer, ApiError> {
        let query = &self.call.query;
        let (labels, fields) = (query.get("labelSelector"), query.get("fieldSelector"));
        let selector = Selector::parse(self.kind, &self.target.namespace, labels, fields)?;
        let options = body::delete_options(self.call.request, query)?;
        let page = list::list(server, self.kind, &selector, &Query::default())?;
        for object in &page.objects {
            let (namespace, name) = (super::object::namespace(object), super::object::name(object));
            server.delete(self.kind, namespace, name, &options)?;
        }
        let list = self.view.many(self.kind, &page.metadata, &page.objects, server.now());
        Ok(Answer::Whole(whole(StatusCode::OK, &list, &[])))
    }

    fn write(&self, options: &str) -> Result<Write<'_>, ApiError> {
        Ok(Write {
            kind: self.kind,
            namespace: &self.target.namespace,
            manager: self.call.manager(),
            dry_run: self.call.query.dry_run(options)?,
            validation: self.call.query.validation(options)?,
            status: self.target.subresource.is_some(),
        })
    }

    /// `repeated`: warnings about the body itself.
    fn done(&self, server: &Server, done: Done, repeated: Vec<String>) -> Answer {
        let code = if done.created { StatusCode::CREATED } else { StatusCode::OK };
        let warnings: Vec<String> = repeated.into_iter().chain(done.warnings).collect();
        self.object(server, code, &self.kind.show(&done.object), &warnings)
    }

    fn object(&self, server: &Server, code: StatusCode, object: &Arc<Value>, warnings: &[String]) -> Answer {
        Answer::Whole(whole(code, &self.view.one(self.kind, object, server.now()), warnings))
    }
}
