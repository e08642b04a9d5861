//! Custody: what is ours is known by its marks and its UID; everything else is never touched.

use serde_json::{Map, Value as Json, json};

use crate::api::OpenBaoServiceContractSpec;
use crate::controller::context::Context;
use crate::controller::entry::Meta;
use crate::controller::failure::{ApiFailure, Verb};
use crate::controller::names::{self, Named};
use crate::controller::server::{Apply, CLAIM, Kind};
use crate::controller::world::Watched;

use super::Failure;
use super::dereference::Seen;
use super::outcome::Held;

/// A writer asks before each burst of writes.
pub(super) fn fence(ctx: &Context) -> Result<(), Failure> {
    if ctx.fence.may_write() { Ok(()) } else { Err(Failure::NotLeader) }
}

/// Puts our finalizer on the claim, before anything is made for it.
pub(super) async fn protect(ctx: &Context, seen: &Seen) -> Result<(), Failure> {
    let meta = &seen.claim.meta;
    if meta.protected() {
        return Ok(());
    }
    let add = if meta.finalizers.is_empty() {
        json!({"op": "add", "path": "/metadata/finalizers", "value": [names::FINALIZER]})
    } else {
        json!({"op": "add", "path": "/metadata/finalizers/-", "value": names::FINALIZER})
    };
    let version = json!({"op": "test", "path": "/metadata/resourceVersion", "value": meta.version.to_string()});
    // With finalizers there, the list must be the one that was seen: a replaced one would lose somebody's.
    let same = if meta.finalizers.is_empty() { version } else { finalizers_are(&meta.finalizers) };
    let operations = json!([uid_is(&meta.uid), same, add]);
    let answer = ctx.server.patch(CLAIM, &seen.at, None, &operations).await?;
    ctx.wrote(Watched::Claim, &answer);
    Ok(())
}

/// Takes our finalizer off the claim: the last thing of its deletion.
pub(super) async fn release(ctx: &Context, seen: &Seen) -> Result<(), Failure> {
    let meta = &seen.claim.meta;
    let Some(index) = meta.finalizers.iter().position(|it| it == names::FINALIZER) else { return Ok(()) };
    let path = format!("/metadata/finalizers/{index}");
    let operations = json!([
        uid_is(&meta.uid),
        {"op": "test", "path": path, "value": names::FINALIZER},
        {"op": "remove", "path": path},
    ]);
    match ctx.server.patch(CLAIM, &seen.at, None, &operations).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.is_not_found() => Ok(()),
        Err(failure) => Err(failure.into()),
    }
}

fn uid_is(uid: &str) -> Json {
    json!({"op": "test", "path": "/metadata/uid", "value": uid})
}

fn finalizers_are(finalizers: &[String]) -> Json {
    json!({"op": "test", "path": "/metadata/finalizers", "value": finalizers})
}

/// Whether an object carries the marks of this claim.
pub(super) fn is_ours(meta: &Meta, seen: &Seen) -> bool {
    meta.mark(names::CLAIM_UID) == Some(seen.uid()) && meta.labels.contains_key(names::MANAGED)
}

/// Somebody else's object stands where ours should.
pub(super) fn not_owned(kind: Kind, at: &Named) -> Held {
    let message = format!("{} `{}` exists and was not made for this claim", kind.kind, at.name);
    Held::blocked("NotOwned", message).help("it is never adopted: remove it, or choose another name for the claim")
}

/// Adds our marks to an object. `extra` annotations come beside them.
pub(super) fn mark(object: &mut Json, seen: &Seen, contract: &str, spec: &OpenBaoServiceContractSpec) {
    let annotations = [
        (names::CLAIM_NAME, seen.at.name.clone()),
        (names::CLAIM_UID, seen.uid().to_owned()),
        (names::CONTRACT, contract.to_owned()),
        (names::SEQUENCE, spec.sequence.to_string()),
        (names::DIGEST, spec.digest.clone()),
        (names::REVISION, spec.revision.name.clone()),
    ];
    for (name, value) in annotations {
        annotate(object, name, value);
    }
    if let Some(labels) = metadata(object, "labels") {
        labels.insert(names::MANAGED.to_owned(), json!("true"));
    }
}

/// Sets one annotation.
pub(super) fn annotate(object: &mut Json, name: &str, value: impl Into<String>) {
    if let Some(annotations) = metadata(object, "annotations") {
        annotations.insert(name.to_owned(), Json::String(value.into()));
    }
}

fn metadata<'a>(object: &'a mut Json, part: &str) -> Option<&'a mut Map<String, Json>> {
    let metadata = object.as_object_mut()?.entry("metadata").or_insert_with(|| json!({})).as_object_mut()?;
    metadata.entry(part).or_insert_with(|| json!({})).as_object_mut()
}

/// Sets the precondition of an apply: nothing may be there, or exactly the object with this UID.
pub(super) fn expect(object: &mut Json, uid: Option<&str>) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut) {
        match uid {
            Some(uid) => metadata.insert("uid".to_owned(), json!(uid)),
            // No object has ever had this version: the apply creates, or answers 409 (facts/api-machinery.md 2).
            None => metadata.insert("resourceVersion".to_owned(), json!("1")),
        };
    }
}

/// What a write of an object beside the cluster came to.
pub(super) enum Beside {
    /// It is as it should be; its UID.
    There(String),
    /// Somebody else's object is there.
    NotOwned(Held),
}

/// Makes an object beside the cluster (a copy, the connection) what it should be. `sources` says when that is the
/// case already; the object's content is never compared or told.
pub(super) async fn beside(
    ctx: &Context,
    seen: &Seen,
    kind: Kind,
    mut object: Json,
    sources: &str,
) -> Result<Beside, Failure> {
    let name = object.pointer("/metadata/name").and_then(Json::as_str).unwrap_or_default().to_owned();
    let at = Named::new(&seen.at.namespace, name);
    annotate(&mut object, names::SOURCES, sources);
    let found = ctx.server.get(kind, &at).await?;
    let found = found.map(|found| Meta::of_object(&found)).transpose();
    let found = found.map_err(|_| ApiFailure::unreadable(Verb::Get, kind.plural, &at.name))?;
    match &found {
        Some(meta) if !is_ours(meta, seen) => return Ok(Beside::NotOwned(not_owned(kind, &at))),
        Some(meta) if meta.mark(names::SOURCES) == Some(sources) => return Ok(Beside::There(meta.uid.clone())),
        Some(meta) => expect(&mut object, Some(&meta.uid)),
        None => expect(&mut object, None),
    }
    fence(ctx)?;
    let answer = ctx.server.apply(kind, &at, &object, Apply::default()).await?;
    let uid = answer.pointer("/metadata/uid").and_then(Json::as_str).unwrap_or_default();
    Ok(Beside::There(uid.to_owned()))
}
