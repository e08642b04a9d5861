//! What went wrong with a call to the API server, without a word of any object.
//!
//! `kube::Error` carries messages and, by its `Debug` form, whole answers; decoding errors quote values. None of
//! that may reach a log, an event or a status, since an object may hold a Secret's bytes. So an error is turned
//! into an [`ApiFailure`] where the call was made, and only that is passed on: verb, resource, name, code, reason.

use std::fmt;
use std::time::Duration;

use kube::core::response::{Status, reason};

#[cfg(test)]
mod tests;

/// What was asked of the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// Read one object.
    Get,
    /// Read many.
    List,
    /// Follow changes.
    Watch,
    /// Create, refused if it exists.
    Create,
    /// Replace whole.
    Update,
    /// Change in part, server-side apply included.
    Patch,
    /// Delete.
    Delete,
}

impl Verb {
    /// The verb in Kubernetes' words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Create => "create",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }

    /// Whether the verb changes anything.
    pub const fn mutates(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Patch | Self::Delete)
    }
}

/// How the call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The server answered with this code.
    Answered,
    /// No connection came about: nothing was sent.
    NotSent,
    /// The connection broke, or timed out, before the answer was whole.
    Broken,
    /// An answer came that is not what was asked for.
    Unreadable,
    /// The request could not be built, or the client is set up wrongly.
    Local,
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiFailure {
    verb: Verb,
    resource: String,
    name: String,
    cause: Cause,
    code: u16,
    /// One of Kubernetes' own reasons, or nothing: a webhook may put any text there.
    reason: &'static str,
    retry_after: Option<Duration>,
    namespace_terminating: bool,
    manager_conflict: bool,
}

impl ApiFailure {
    /// Keeps of an error what may be told. `resource` is the plural, `name` that of the object (`NAMESPACE/NAME`,
    /// or empty for a collection).
    pub fn new(verb: Verb, resource: &str, name: &str, error: &kube::Error) -> Self {
        let mut failure = Self::without_answer(verb, resource, name, cause(error));
        if let kube::Error::Api(status) = error {
            failure.keep(status);
        }
        failure
    }

    /// A request that could not be built.
    pub fn unsendable(verb: Verb, resource: &str, name: &str) -> Self {
        Self::without_answer(verb, resource, name, Cause::Local)
    }

    /// An answer that is not the object that was asked for.
    pub fn unreadable(verb: Verb, resource: &str, name: &str) -> Self {
        Self::without_answer(verb, resource, name, Cause::Unreadable)
    }

    fn without_answer(verb: Verb, resource: &str, name: &str, cause: Cause) -> Self {
        Self {
            verb,
            resource: resource.to_owned(),
            name: name.to_owned(),
            cause,
            code: 0,
            reason: "",
            retry_after: None,
            namespace_terminating: false,
            manager_conflict: false,
        }
    }

    /// As [`ApiFailure::new`] for a status that a watch delivered.
    pub fn from_status(verb: Verb, resource: &str, name: &str, status: &Status) -> Self {
        Self::new(verb, resource, name, &kube::Error::Api(Box::new(status.clone())))
    }

    fn keep(&mut self, status: &Status) {
        self.code = status.code;
        self.reason = REASONS.iter().find(|known| **known == status.reason).copied().unwrap_or_default();
        let Some(details) = &status.details else { return };
        if details.retry_after_seconds > 0 {
            self.retry_after = Some(Duration::from_secs(u64::from(details.retry_after_seconds)));
        }
        let has = |wanted: &str| details.causes.iter().any(|cause| cause.reason == wanted);
        self.namespace_terminating = has("NamespaceTerminating");
        self.manager_conflict = has("FieldManagerConflict");
    }

    /// What was asked.
    pub fn verb(&self) -> Verb {
        self.verb
    }

    /// The plural of what was asked for.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// The HTTP code; 0 where no answer came.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// A word for metrics, events and conditions: Kubernetes' reason where there is one.
    pub fn reason(&self) -> &'static str {
        match self.cause {
            Cause::Answered if self.reason.is_empty() => "UnexpectedAnswer",
            Cause::Answered => self.reason,
            Cause::NotSent => "Unreachable",
            Cause::Broken => "ConnectionLost",
            Cause::Unreadable => "UnreadableAnswer",
            Cause::Local => "ClientMisconfigured",
        }
    }

    /// The object, or the kind, is not there.
    pub fn is_not_found(&self) -> bool {
        self.is(reason::NOT_FOUND, 404)
    }

    /// Something of that name is there already.
    pub fn is_already_exists(&self) -> bool {
        self.reason == reason::ALREADY_EXISTS
    }

    /// The object has changed meanwhile, is another one (UID), or has fields that others own.
    pub fn is_conflict(&self) -> bool {
        self.is(reason::CONFLICT, 409)
    }

    /// A conflict because another manager owns a field that was applied without force.
    pub fn is_manager_conflict(&self) -> bool {
        self.is_conflict() && self.manager_conflict
    }

    /// Not allowed: by RBAC, by an admission policy, or since the namespace is going.
    pub fn is_forbidden(&self) -> bool {
        self.is(reason::FORBIDDEN, 403)
    }

    /// Refused since the namespace is being deleted.
    pub fn is_namespace_terminating(&self) -> bool {
        self.is_forbidden() && self.namespace_terminating
    }

    /// The object is not valid to the server: asking again with the same content is futile.
    pub fn is_invalid(&self) -> bool {
        self.is(reason::INVALID, 422) || self.is(reason::BAD_REQUEST, 400)
    }

    /// The server asks for fewer calls. See [`ApiFailure::retry_after`].
    pub fn is_throttled(&self) -> bool {
        self.is(reason::TOO_MANY_REQUESTS, 429)
    }

    /// The list or watch position is too old: list again.
    pub fn is_expired(&self) -> bool {
        self.is(reason::EXPIRED, 410) || self.is(reason::GONE, 410)
    }

    /// The same call may well succeed later: throttled, unavailable, broken off, or a server error.
    pub fn is_transient(&self) -> bool {
        match self.cause {
            Cause::NotSent | Cause::Broken => true,
            Cause::Unreadable | Cause::Local => false,
            Cause::Answered => self.is_throttled() || self.code >= 500 || self.code == 408,
        }
    }

    /// The call may have taken effect although it failed: only a fresh read tells. Never for calls that read.
    pub fn is_unknown_outcome(&self) -> bool {
        self.verb.mutates()
            && match self.cause {
                Cause::NotSent | Cause::Local => false,
                Cause::Broken | Cause::Unreadable => true,
                Cause::Answered => self.code >= 500 || self.code == 408,
            }
    }

    /// How long the server asked to be left alone, if it did: `details.retryAfterSeconds`, as the client keeps
    /// no header of a failed call.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// As Kubernetes' clients judge: by reason, and by code where the reason is none that is known.
    fn is(&self, reason: &str, code: u16) -> bool {
        self.reason == reason || (self.reason.is_empty() && self.cause == Cause::Answered && self.code == code)
    }
}

impl fmt::Display for ApiFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}", self.verb.name(), self.resource)?;
        if !self.name.is_empty() {
            write!(f, " `{}`", self.name)?;
        }
        match self.code {
            0 => write!(f, ": {}", self.reason()),
            code => write!(f, ": {code} {}", self.reason()),
        }
    }
}

impl std::error::Error for ApiFailure {}

fn cause(error: &kube::Error) -> Cause {
    match error {
        kube::Error::Api(_) => Cause::Answered,
        kube::Error::Service(source) => by_source(source.as_ref()),
        kube::Error::HyperError(_) | kube::Error::ReadEvents(_) => Cause::Broken,
        kube::Error::SerdeError(_) | kube::Error::FromUtf8(_) | kube::Error::LinesCodecMaxLineLengthExceeded => {
            Cause::Unreadable
        }
        _ => Cause::Local,
    }
}

/// A connection that never came about has done nothing; of anything else, nobody knows.
fn by_source(error: &(dyn std::error::Error + 'static)) -> Cause {
    let client = error.downcast_ref::<hyper_util::client::legacy::Error>();
    if client.is_some_and(hyper_util::client::legacy::Error::is_connect) { Cause::NotSent } else { Cause::Broken }
}

/// The reasons that Kubernetes defines.
const REASONS: &[&str] = &[
    reason::UNAUTHORIZED,
    reason::FORBIDDEN,
    reason::NOT_FOUND,
    reason::ALREADY_EXISTS,
    reason::CONFLICT,
    reason::GONE,
    reason::INVALID,
    reason::SERVER_TIMEOUT,
    reason::STORAGE_READ_ERROR,
    reason::TIMEOUT,
    reason::TOO_MANY_REQUESTS,
    reason::BAD_REQUEST,
    reason::METHOD_NOT_ALLOWED,
    reason::NOT_ACCEPTABLE,
    reason::REQUEST_ENTITY_TOO_LARGE,
    reason::UNSUPPORTED_MEDIA_TYPE,
    reason::INTERNAL_ERROR,
    reason::EXPIRED,
    reason::SERVICE_UNAVAILABLE,
];
