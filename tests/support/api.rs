//! Raw requests to anything that speaks the Kubernetes protocol: a real API server or ours.

#![allow(clippy::allow_attributes, dead_code, reason = "each suite uses a part of it, and which one differs")]

use http_body_util::BodyExt;
use kube::client::Body;
use serde_json::Value;

/// What `Content-Type` a patch has.
pub(crate) const MERGE: &str = "application/merge-patch+json";
pub(crate) const JSON_PATCH: &str = "application/json-patch+json";
pub(crate) const APPLY: &str = "application/apply-patch+yaml";
pub(crate) const JSON: &str = "application/json";

/// Sends requests and returns what comes, whatever the status.
#[derive(Clone)]
pub(crate) struct Api(kube::Client);

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Reply {
    /// The body, when the status is the expected one.
    #[track_caller]
    pub(crate) fn expect_status(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    /// The text at a JSON pointer; empty when there is none.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Api {
    pub(crate) fn new(client: kube::Client) -> Self {
        Self(client)
    }

    /// A request whose answer may fail to come.
    pub(crate) async fn try_call(&self, method: &str, path: &str, kind: &str, body: Vec<u8>) -> Result<Reply, String> {
        let mut request = http::Request::builder().method(method).uri(path).header("User-Agent", "suite");
        if !kind.is_empty() {
            request = request.header("Content-Type", kind);
        }
        let request = request.body(Body::from(body)).map_err(|error| error.to_string())?;
        let response = self.0.send(request).await.map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        Ok(Reply { status, body: serde_json::from_slice(&bytes).unwrap_or_else(|_| text()) })
    }

    async fn call(&self, method: &str, path: &str, kind: &str, body: Option<&Value>) -> Reply {
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        self.try_call(method, path, kind, body).await.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, "", None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.call("POST", path, JSON, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.call("PUT", path, JSON, Some(body)).await
    }

    /// A patch of the given content type.
    pub(crate) async fn patch(&self, path: &str, kind: &str, body: &Value) -> Reply {
        self.call("PATCH", path, kind, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.call("DELETE", path, "", None).await
    }

    /// Deletes with options such as preconditions.
    pub(crate) async fn delete_with(&self, path: &str, options: &Value) -> Reply {
        self.call("DELETE", path, JSON, Some(options)).await
    }

    /// Asks again until a reply is as wanted; panics with the last one after 60 s.
    pub(crate) async fn get_until(&self, path: &str, wanted: impl Fn(&Reply) -> bool) -> Reply {
        let mut reply = self.get(path).await;
        for _ in 0..300 {
            if wanted(&reply) {
                return reply;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            reply = self.get(path).await;
        }
        panic!("GET {path} does not become what is awaited: {} {:#}", reply.status, reply.body);
    }

    /// Creates definitions and waits until each is served.
    pub(crate) async fn install(&self, crds: &[Value]) {
        const PATH: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        for crd in crds {
            self.post(PATH, crd).await.expect_status(201);
        }
        for crd in crds {
            let text = |pointer: &str| crd.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            let (group, version, plural) =
                (text("/spec/group"), text("/spec/versions/0/name"), text("/spec/names/plural"));
            self.get_until(&format!("/apis/{group}/{version}/{plural}"), |reply| reply.status == 200).await;
        }
    }
}
