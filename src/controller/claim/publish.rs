//! publish: the connection Secret, in Service Binding form, whole or not at all. It is published once the service
//! was up, and kept while it is not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

use crate::api::{API_VERSION, ClaimStatus, SourceKind};
use crate::catalog::Digest;
use crate::controller::context::Context;
use crate::controller::names::Named;
use crate::controller::server::{CLAIM, CONFIG_MAP, SECRET};
use crate::engine::{self, ConnectionPlan, CopyPlan};
use k8s_openapi::jiff::Timestamp;

use super::Failure;
use super::copies;
use super::custody::{self, Beside};
use super::dereference::Seen;
use super::materialize::Applied;
use super::memory::Memory;
use super::outcome::Held;
use super::service::Service;

/// What is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Published {
    /// Contract that it speaks of.
    pub(super) contract: String,
    /// Version of the cluster that it was made from.
    cluster: u64,
    /// Digest of texts and names of copies.
    plan: String,
    /// Digest over what identifies the sources, and the plan.
    pub(super) sources: String,
    /// Its keys.
    pub(super) keys: Vec<String>,
    /// Address of the service.
    pub(super) uri: Option<String>,
    /// When it was last held against its sources.
    checked: Timestamp,
}

/// The connection after a reconcile.
#[derive(Clone, Debug, Default)]
pub(super) enum Connection {
    /// The profile publishes none, or nothing runs.
    #[default]
    None,
    /// The service was not up yet.
    Awaited,
    /// It is published. `fault`: it could not be brought up to date, and is kept as it was.
    There {
        /// As it is.
        published: Published,
        /// Why it is not newer.
        fault: Option<Held>,
    },
    /// It cannot be published. Reasons: `SourceMissing`, `ConnectionError`, `NotOwned`, `ConnectionRejected`.
    Held(Held),
}

/// The name of a claim's connection Secret.
pub(super) fn secret_name(seen: &Seen) -> String {
    format!("{}-connection", seen.target.name)
}

/// Publishes what is to be published.
pub(super) async fn run(
    ctx: &Context,
    seen: &Seen,
    applied: &Applied,
    service: &Service,
    memory: &mut Memory,
) -> Result<Connection, Failure> {
    let Ok(bound) = &applied.bound else { return Ok(kept(memory, None)) };
    if bound.revision.connection.kind.is_none() {
        return Ok(Connection::None);
    }
    if memory.published.is_none() {
        memory.published = remembered(ctx, seen, applied).await?;
    }
    let Service::Observed(observed) = service else { return Ok(kept(memory, None)) };
    if !observed.health.is_up() {
        return Ok(kept(memory, None));
    }
    let contract = applied.entry.meta.at.name.as_str();
    let due = |published: &Published| is_due(ctx, seen, published);
    let version = observed.live.meta.version;
    if memory.published.as_ref().is_some_and(|it| it.contract == contract && it.cluster == version && !due(it)) {
        return Ok(kept(memory, None));
    }
    let live = observed.live.object();
    let plan = match engine::connection(&bound.revision, &applied.terms, Some(&live)) {
        Ok(plan) => plan,
        Err(findings) => {
            let words = findings.first().map(|finding| finding.message.clone()).unwrap_or_default();
            return Ok(kept(memory, Some(Held::blocked("ConnectionError", words))));
        }
    };
    let digest = plan_digest(&plan);
    if let Some(published) = &mut memory.published
        && published.contract == contract
        // What a former replica published is taken as it is until sources are looked at again.
        && (published.plan == digest || published.plan.is_empty())
        && !is_due(ctx, seen, published)
    {
        published.cluster = version;
        published.plan = digest;
        return Ok(kept(memory, None));
    }
    match write(ctx, seen, applied, &plan, digest, version).await? {
        Ok(published) => {
            memory.published = Some(published);
            Ok(kept(memory, None))
        }
        Err(held) => Ok(kept(memory, Some(held))),
    }
}

/// What is there stays, whatever is wrong with what should come.
fn kept(memory: &Memory, fault: Option<Held>) -> Connection {
    match (&memory.published, fault) {
        (Some(published), fault) => Connection::There { published: published.clone(), fault },
        (None, Some(held)) => Connection::Held(held),
        (None, None) => Connection::Awaited,
    }
}

/// Sources have no watch: they are looked at every now and then, each claim at its own time.
fn is_due(ctx: &Context, seen: &Seen, published: &Published) -> bool {
    let age = seen.now.as_second().saturating_sub(published.checked.as_second());
    u64::try_from(age).unwrap_or(0) >= ctx.settings.resync.as_secs()
}

/// After a restart, or when the status was lost: what was published before. The claim's status is a hint that spares
/// a read; where it says nothing, the Secret itself does.
async fn remembered(ctx: &Context, seen: &Seen, applied: &Applied) -> Result<Option<Published>, Failure> {
    let status: Option<ClaimStatus> = serde_json::from_str(&seen.claim.status).ok();
    let contract = applied.entry.meta.at.name.clone();
    if seen.open().next().is_none() {
        // The first contract was made a moment ago: nothing was published before it.
        return Ok(None);
    }
    if let Some(status) = &status {
        let of_this = status.applied.as_ref().is_some_and(|applied| applied.name == contract);
        match (&status.connection, &status.binding) {
            (Some(connection), Some(_)) if of_this => {
                return Ok(Some(Published {
                    contract,
                    cluster: 0,
                    plan: String::new(),
                    sources: connection.sources.clone().unwrap_or_default(),
                    keys: connection.keys.clone(),
                    uri: connection.uri.clone(),
                    checked: seen.now,
                }));
            }
            // A status of ours that names no connection: there was none.
            (None, None) if status.phase.is_some() => return Ok(None),
            _ => {}
        }
    }
    let at = Named::new(&seen.at.namespace, secret_name(seen));
    let Some(secret) = ctx.server.get(SECRET, &at).await? else { return Ok(None) };
    let Ok(meta) = crate::controller::entry::Meta::of_object(&secret) else { return Ok(None) };
    if !custody::is_ours(&meta, seen) {
        return Ok(None);
    }
    let keys = secret.get("data").and_then(Json::as_object).map(|data| data.keys().cloned().collect());
    Ok(Some(Published {
        contract: meta.mark(crate::controller::names::CONTRACT).unwrap_or_default().to_owned(),
        cluster: 0,
        plan: String::new(),
        sources: meta.mark(crate::controller::names::SOURCES).unwrap_or_default().to_owned(),
        keys: keys.unwrap_or_default(),
        uri: None,
        checked: seen.now,
    }))
}

fn plan_digest(plan: &ConnectionPlan) -> String {
    let copies: Vec<_> = plan.copies.iter().map(|it| json!([it.key, it.name, it.source_key, it.optional])).collect();
    Digest::of(&json!({"type": plan.kind, "data": plan.data, "copies": copies})).to_string()
}

async fn write(
    ctx: &Context,
    seen: &Seen,
    applied: &Applied,
    plan: &ConnectionPlan,
    digest: String,
    cluster: u64,
) -> Result<Result<Published, Held>, Failure> {
    let mut data = Map::new();
    let kind = plan.kind.clone().unwrap_or_default();
    data.insert("type".to_owned(), json!(STANDARD.encode(&kind)));
    for (key, text) in &plan.data {
        data.insert(key.clone(), json!(STANDARD.encode(text)));
    }
    let mut versions = vec![digest.clone()];
    for copy in &plan.copies {
        match copied(ctx, seen, copy).await? {
            Ok(Some((value, version))) => {
                data.insert(copy.key.clone(), value);
                versions.push(version);
            }
            Ok(None) => versions.push("absent".to_owned()),
            Err(held) => return Ok(Err(held)),
        }
    }
    let contract = applied.entry.meta.at.name.clone();
    let sources = copies::digest(&versions);
    let keys: Vec<_> = data.keys().cloned().collect();
    let mut secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": secret_name(seen),
            "namespace": seen.at.namespace,
            "ownerReferences": [{
                "apiVersion": API_VERSION, "kind": CLAIM.kind, "name": seen.at.name, "uid": seen.uid(),
                "controller": true, "blockOwnerDeletion": false,
            }],
        },
        "type": format!("servicebinding.io/{kind}"),
        "data": data,
    });
    custody::mark(&mut secret, seen, &contract, &applied.entry.spec);
    match custody::beside(ctx, seen, SECRET, secret, &sources).await {
        Ok(Beside::There(_)) => {}
        Ok(Beside::NotOwned(held)) => return Ok(Err(held)),
        Err(Failure::Api(failure)) if failure.is_invalid() || failure.is_forbidden() => {
            return Ok(Err(Held::blocked("ConnectionRejected", failure.to_string())));
        }
        Err(failure) => return Err(failure),
    }
    let uri = plan.data.get("uri").cloned();
    Ok(Ok(Published { contract, cluster, plan: digest, sources, keys, uri, checked: seen.now }))
}

/// The value of one key, encoded, and what identifies its source; none where an optional one is not there.
async fn copied(ctx: &Context, seen: &Seen, copy: &CopyPlan) -> Result<Result<Option<(Json, String)>, Held>, Failure> {
    let kind = match copy.kind {
        SourceKind::Secret => SECRET,
        SourceKind::ConfigMap => CONFIG_MAP,
    };
    let at = Named::new(&seen.at.namespace, &copy.name);
    let source = copies::source(ctx, kind, &at).await?;
    let found = source.as_ref().and_then(|source| Some((source.value(&copy.source_key)?, source.version.clone())));
    match (found, copy.kind) {
        (Some((value, version)), SourceKind::Secret) => Ok(Ok(Some((value.clone(), version)))),
        (Some((value, version)), SourceKind::ConfigMap) => {
            Ok(Ok(Some((json!(STANDARD.encode(value.as_str().unwrap_or_default())), version))))
        }
        (None, _) if copy.optional => Ok(Ok(None)),
        (None, _) => {
            let message = format!("{} `{}` has no key `{}` yet", kind.kind, copy.name, copy.source_key);
            Ok(Err(Held::pending("SourceMissing", message)))
        }
    }
}
