//! Copies beside the cluster: bytes go from `Secret` to `Secret`, or `ConfigMap` to `ConfigMap`, and are never looked at.

use serde_json::{Map, Value as Json, json};

use crate::api::{ContractProjection, ObjectRef, OpenBaoServiceContractSpec, ProjectionMode};
use crate::catalog::Digest;
use crate::controller::context::Context;
use crate::controller::names::Named;
use crate::controller::server::{CONFIG_MAP, Kind, SECRET};

use super::Failure;
use super::custody::{self, Beside};
use super::dereference::Seen;
use super::materialize::Applied;
use super::memory::Memory;
use super::outcome::Held;

/// The bytes of a source, and what identifies them.
pub(super) struct Source {
    /// Key → value as it is stored; only ever moved.
    data: Map<String, Json>,
    /// `UID/resourceVersion`
    pub(super) version: String,
}

/// The kind of a source.
pub(super) fn kind_of(kind: &str) -> Kind {
    if kind == CONFIG_MAP.kind { CONFIG_MAP } else { SECRET }
}

/// Reads the object that bytes come from; `None`: there is none.
pub(super) async fn source(ctx: &Context, kind: Kind, at: &Named) -> Result<Option<Source>, Failure> {
    let Some(mut object) = ctx.server.get(kind, at).await? else { return Ok(None) };
    let text = |pointer: &str| object.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
    let version = format!("{}/{}", text("/metadata/uid"), text("/metadata/resourceVersion"));
    let data = object.get_mut("data").map(Json::take);
    let data = if let Some(Json::Object(data)) = data { data } else { Map::new() };
    Ok(Some(Source { data, version }))
}

impl Source {
    /// The value of a key.
    pub(super) fn value(&self, key: &str) -> Option<&Json> {
        self.data.get(key)
    }
}

/// Digest over what identifies sources; content has no part in it.
pub(super) fn digest(parts: &[String]) -> String {
    Digest::of(&json!(parts)).to_string()
}

/// Whether every source is there with all keys: asked before anything is written.
pub(super) async fn check(
    ctx: &Context,
    seen: &Seen,
    projections: &[ContractProjection],
) -> Result<Result<(), Held>, Failure> {
    for projection in projections {
        if let Err(held) = read(ctx, seen, projection).await? {
            return Ok(Err(held));
        }
    }
    Ok(Ok(()))
}

async fn read(ctx: &Context, seen: &Seen, projection: &ContractProjection) -> Result<Result<Source, Held>, Failure> {
    let from = &projection.source;
    let namespace = from.namespace.as_deref().unwrap_or(&seen.at.namespace);
    let at = Named::new(namespace, &from.name);
    let own = namespace == seen.at.namespace;
    let whose = if own { String::new() } else { format!(" in namespace `{namespace}`") };
    let Some(source) = source(ctx, kind_of(&from.kind), &at).await? else {
        let message = format!("{} `{}`{whose} for `{}` is not there", from.kind, from.name, projection.name);
        let owner = if own { "create it" } else { "the platform team has to create it" };
        return Ok(Err(Held::pending("SecretMissing", message).help(owner)));
    };
    if let Some(missing) = projection.keys.values().find(|key| source.value(key).is_none()) {
        let message = format!("{} `{}`{whose} has no key `{missing}`", from.kind, from.name);
        return Ok(Err(Held::pending("SecretKeyMissing", message)));
    }
    Ok(Ok(source))
}

/// Makes every copy what its source is; references with UIDs.
pub(super) async fn write(
    ctx: &Context,
    seen: &Seen,
    contract: &str,
    spec: &OpenBaoServiceContractSpec,
) -> Result<Result<Vec<ObjectRef>, Held>, Failure> {
    let mut made = Vec::new();
    for projection in &spec.projections {
        let source = match read(ctx, seen, projection).await? {
            Ok(source) => source,
            Err(held) => return Ok(Err(held)),
        };
        let kind = kind_of(&projection.source.kind);
        let mut data = Map::new();
        for (key, from) in &projection.keys {
            if let Some(value) = source.value(from) {
                data.insert(key.clone(), value.clone());
            }
        }
        let mut object = json!({
            "apiVersion": kind.api_version(),
            "kind": kind.kind,
            "metadata": {"name": projection.target_name, "namespace": seen.at.namespace},
            "data": data,
        });
        custody::mark(&mut object, seen, contract, spec);
        // A copy for bootstrapping is made once: a later change of its source means nothing.
        let version = match projection.mode {
            Some(ProjectionMode::BootstrapOnly) => "once".to_owned(),
            _ => source.version.clone(),
        };
        let sources = digest(&[version, format!("{:?}", projection.keys)]);
        match custody::beside(ctx, seen, kind, object, &sources).await? {
            Beside::There(uid) => made.push(ObjectRef {
                api_version: kind.api_version(),
                kind: kind.kind.to_owned(),
                namespace: Some(seen.at.namespace.clone()),
                name: projection.target_name.clone(),
                uid: Some(uid).filter(|uid| !uid.is_empty()),
            }),
            Beside::NotOwned(held) => return Ok(Err(held)),
        }
    }
    Ok(Ok(made))
}

/// Copies that follow their sources are looked at every now and then: sources have no watch. A source that went
/// missing leaves the copy as it is.
pub(super) async fn refresh(ctx: &Context, seen: &Seen, applied: &Applied, memory: &mut Memory) -> Result<(), Failure> {
    let spec = &applied.entry.spec;
    if spec.projections.iter().all(|it| it.mode == Some(ProjectionMode::BootstrapOnly)) {
        return Ok(());
    }
    let since = memory.copies_checked.map(|at| seen.now.as_second().saturating_sub(at.as_second()));
    let due = since.is_some_and(|age| u64::try_from(age).unwrap_or(0) >= ctx.settings.resync.as_secs());
    if due && !seen.claim.claim.spec.suspend {
        let _ = write(ctx, seen, &applied.entry.meta.at.name, spec).await?;
    }
    if due || since.is_none() {
        memory.copies_checked = Some(seen.now);
    }
    Ok(())
}
