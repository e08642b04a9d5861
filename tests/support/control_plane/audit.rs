//! The audit log of a control plane: who called what.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::{ControlPlane, User};

/// Reads of the log until an awaited line must be there, 50 ms apart.
const READS: usize = 600;

/// One call that was answered.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) user: String,
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
    pub(crate) verb: String,
    pub(crate) uri: String,
    pub(crate) resource: String,
    /// Empty for the object itself.
    pub(crate) subresource: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) code: u64,
}

impl Call {
    fn read(event: &Value) -> Self {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            user: text("/user/username"),
            verb: text("/verb"),
            uri: text("/requestURI"),
            resource: text("/objectRef/resource"),
            subresource: text("/objectRef/subresource"),
            namespace: text("/objectRef/namespace"),
            name: text("/objectRef/name"),
            code: event.pointer("/responseStatus/code").and_then(Value::as_u64).unwrap_or_default(),
        }
    }

    /// Whether it may have changed something: a dry run does not.
    pub(crate) fn mutates(&self) -> bool {
        ["create", "update", "patch", "delete", "deletecollection"].contains(&self.verb.as_str())
            && !self.uri.contains("dryRun=All")
    }
}

/// The log, read anew at each question.
pub(crate) struct Audit<'a> {
    plane: &'a ControlPlane,
    file: PathBuf,
}

impl<'a> Audit<'a> {
    pub(super) fn new(plane: &'a ControlPlane, file: PathBuf) -> Self {
        Self { plane, file }
    }

    fn read(&self) -> Vec<Call> {
        let log = std::fs::read_to_string(&self.file).unwrap_or_default();
        // The last line may still be on its way.
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).map(|event| Call::read(&event)).collect()
    }

    /// All calls that were answered before this question, in the order of their answers. A marker is written and
    /// waited for, so no answered call is missing.
    pub(crate) async fn calls(&self) -> Vec<Call> {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let marker = format!("/version?audit={}", ASKED.fetch_add(1, Ordering::Relaxed));
        self.plane.api(User::Admin).get(&marker).await.expect_status(200);
        for _ in 0..READS {
            let mut calls = self.read();
            if let Some(at) = calls.iter().position(|call| call.uri == marker) {
                calls.truncate(at);
                calls.retain(|call| !call.uri.contains("?audit="));
                return calls;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the audit log does not show a call that was answered");
    }

    /// Calls of a user that may have changed something.
    pub(crate) async fn mutations_by(&self, user: User) -> Vec<Call> {
        let mine = |call: &Call| call.user == user.name() && call.mutates();
        self.calls().await.into_iter().filter(mine).collect()
    }
}

/// What is logged: each answered call, without bodies. The server's own calls to itself are nobody's.
pub(super) fn policy() -> Value {
    json!({
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [{"level": "None", "users": ["system:apiserver"]}, {"level": "Metadata"}],
    })
}
