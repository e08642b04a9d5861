//! Lists, in pages of one snapshot.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::query::Query;
use super::selector::Selector;
use crate::sandbox::answer::ApiError;
use crate::sandbox::kinds::Kind;
use crate::sandbox::store::{Key, Objects};
use crate::sandbox::verbs::Server;

/// A page of a list.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) objects: Vec<Arc<Value>>,
    /// The list's own metadata.
    pub(crate) metadata: Value,
}

/// Where a page begins.
struct Start {
    version: u64,
    after: Option<Key>,
}

/// Lists a resource as `query` asks for it.
pub(crate) fn list(server: &mut Server, kind: &Kind, selector: &Selector, query: &Query) -> Result<Page, ApiError> {
    let start = start(server, query)?;
    let past = if start.version == server.store.version() { None } else { Some(past(server, kind, start.version)?) };
    let all: Box<dyn Iterator<Item = (&Key, &Arc<Value>)>> = match &past {
        Some(past) => Box::new(past.iter()),
        None => Box::new(server.store.objects(&kind.bucket)),
    };
    let limit = query.number("limit")?.filter(|limit| *limit > 0);
    let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let rest = all.filter(|(key, _)| selector.reaches(key) && start.after.as_ref().is_none_or(|after| *key > after));
    let mut rest =
        rest.map(|(key, object)| (key, kind.show(object))).filter(|(_, object)| selector.holds(object)).peekable();
    let (mut objects, mut last) = (Vec::new(), None);
    while objects.len() < limit {
        let Some((key, object)) = rest.next() else { break };
        last = Some(key);
        objects.push(object);
    }
    let mut metadata = json!({"resourceVersion": start.version.to_string()});
    if let (Some(_), Some(last), Some(fields)) = (rest.peek(), last, metadata.as_object_mut()) {
        fields.insert("continue".into(), token(start.version, last).into());
        if selector.is_everything() {
            fields.insert("remainingItemCount".into(), rest.count().into());
        }
    }
    Ok(Page { objects, metadata })
}

fn past(server: &mut Server, kind: &Kind, version: u64) -> Result<Objects, ApiError> {
    server.store.snapshot(&kind.bucket, version).map_err(|_| {
        ApiError::expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list \
             without the continue parameter.",
        )
    })
}

fn start(server: &Server, query: &Query) -> Result<Start, ApiError> {
    let now = server.store.version();
    match query.get("continue") {
        "" => {}
        token => {
            return read(token)
                .ok_or_else(|| ApiError::bad_request("continue key is not valid: it was not made by this server"));
        }
    }
    let told = version(query).map_err(|why| ApiError::bad_request(format!("invalid resource version: {why}")))?;
    if told > now {
        return Err(too_large(told, now));
    }
    let exact = query.get("resourceVersionMatch") == "Exact" && told > 0;
    Ok(Start { version: if exact { told } else { now }, after: None })
}

/// `resourceVersion`; 0 where it is absent.
pub(super) fn version(query: &Query) -> Result<u64, String> {
    match query.get("resourceVersion") {
        "" => Ok(0),
        text => text.parse().map_err(|_| {
            let why = format!("strconv.ParseUint: parsing \"{text}\": invalid syntax");
            format!("resourceVersion: Invalid value: \"{text}\": {why}")
        }),
    }
}

/// A version that lies ahead. Kubernetes waits three seconds for it; nothing here will ever bring it about.
pub(super) fn too_large(told: u64, now: u64) -> ApiError {
    let message = format!("Timeout: Too large resource version: {told}, current: {now}");
    let cause = json!({"reason": "ResourceVersionTooLarge", "message": "Too large resource version"});
    let details = json!({"causes": [cause], "retryAfterSeconds": 1});
    ApiError { details, ..ApiError::new(504, "Timeout", message) }
}

fn token(version: u64, last: &Key) -> String {
    let token = json!({"v": "meta.k8s.io/v1", "rv": version, "start": [last.namespace, last.name]});
    URL_SAFE_NO_PAD.encode(token.to_string())
}

fn read(token: &str) -> Option<Start> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let token: Value = serde_json::from_slice(&bytes).ok()?;
    let part = |at: usize| token.get("start")?.get(at)?.as_str();
    Some(Start { version: token.get("rv")?.as_u64()?, after: Some(Key::new(part(0)?, part(1)?)) })
}
