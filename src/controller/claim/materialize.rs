//! materialize: the one cluster of a claim, made equal to a contract that is written first.
//!
//! *Guarantees*: a contract is stored before what it describes is applied. The first apply demands that nothing is
//! there, every later one the recorded UID. What was begun is finished before anything else is decided.

use std::sync::{Arc, OnceLock};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde_json::{Value as Json, json};

use crate::api::{
    API_VERSION, ContractState, ContractStatus, ObjectRef, OpenBaoServiceContractSpec, PastContract, Reservation,
};
use crate::controller::conditions::whole_seconds;
use crate::controller::context::Context;
use crate::controller::entry::{self, ContractEntry, Meta};
use crate::controller::failure::{ApiFailure, Verb};
use crate::controller::names;
use crate::controller::registry::Bound;
use crate::controller::server::{Apply, CLUSTER, CONTRACT, Kind};
use crate::controller::world::Watched;
use crate::engine::{self, Contract, Finding, Terms};

use super::Failure;
use super::classify::Cleared;
use super::custody::{self, fence};
use super::dereference::{Seen, Standing};
use super::outcome::Held;
use super::{copies, reserve};

/// Why a contract is not applied.
#[derive(Debug)]
pub(super) enum MaterializeError {
    /// The world does not allow it; told in status. Reasons: `NotOwned`, `ClusterGone`, `ClusterReplaced`,
    /// `NotUnique`, `SecretMissing`, `SecretKeyMissing`, `ApplyRejected`, `ContractUnreadable`, and those that
    /// `creation.absent` gives.
    Held(Held),
    /// The API server did not do what was asked: it is tried again.
    Failed(Failure),
}

impl From<Failure> for MaterializeError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<ApiFailure> for MaterializeError {
    fn from(failure: ApiFailure) -> Self {
        Self::Failed(failure.into())
    }
}

impl From<Held> for MaterializeError {
    fn from(held: Held) -> Self {
        Self::Held(held)
    }
}

/// A contract that is applied. Only this is kept, published and reported ready.
#[derive(Debug)]
pub(super) struct Applied {
    pub(super) entry: Arc<ContractEntry>,
    /// Its revision, or why that is not at hand.
    pub(super) bound: Result<Bound, Box<Finding>>,
    /// What its expressions read, as it was.
    pub(super) terms: Terms,
    content: OnceLock<Contract>,
    /// Paths of the contract before that are still on the cluster, and who holds them.
    pub(super) removal_held: Option<String>,
}

impl Applied {
    fn new(seen: &Seen, entry: Arc<ContractEntry>) -> Self {
        let spec = &entry.spec;
        let terms = terms(seen, spec);
        let bound = seen.registry.bound(&spec.revision.name);
        Self { bound, terms, content: OnceLock::new(), removal_held: None, entry }
    }

    /// What it renders: read again when somebody needs it.
    pub(super) async fn content(&self, ctx: &Context) -> Result<Result<Contract, Held>, Failure> {
        if let Some(content) = self.content.get() {
            return Ok(Ok(content.clone()));
        }
        let content = match stored(ctx, &self.entry).await? {
            Ok(spec) => self.read(ctx, &spec),
            Err(held) => Err(held),
        };
        if let Ok(content) = &content {
            let _ = self.content.set(content.clone());
        }
        Ok(content)
    }

    fn read(&self, ctx: &Context, spec: &OpenBaoServiceContractSpec) -> Result<Contract, Held> {
        let target = match &self.bound {
            Ok(bound) => bound.revision.targets.first(),
            Err(_) => ctx.targets.0.values().next_back(),
        };
        let target = target.ok_or_else(|| unreadable(&self.entry, "no release of its target is known"))?;
        engine::from_wire(spec, target).map_err(|error| unreadable(&self.entry, &error.to_string()))
    }

    /// UID of the cluster.
    pub(super) fn cluster_uid(&self) -> Option<&str> {
        self.entry.cluster().and_then(|cluster| cluster.uid.as_deref())
    }
}

fn terms(seen: &Seen, spec: &OpenBaoServiceContractSpec) -> Terms {
    let tenant = (spec.tenant.namespace.as_str(), spec.tenant.name.as_str());
    Terms::new((&seen.at.namespace, &seen.at.name), &seen.target, tenant, &spec.parameters.0, &spec.facts.0)
}

fn unreadable(entry: &ContractEntry, why: &str) -> Held {
    Held::blocked("ContractUnreadable", format!("service contract `{}`: {why}", entry.meta.at.name))
}

/// The stored contract, whole.
async fn stored(ctx: &Context, entry: &ContractEntry) -> Result<Result<OpenBaoServiceContractSpec, Held>, Failure> {
    let Some(object) = ctx.server.get(CONTRACT, &entry.meta.at).await? else {
        return Ok(Err(unreadable(entry, "it is gone")));
    };
    Ok(entry::contract(&object).map(|contract| contract.spec).map_err(|error| unreadable(entry, &error.part)))
}

/// Finishes what was begun. What is applied comes back.
pub(super) async fn finish(
    ctx: &Context,
    seen: &Seen,
    standing: Standing,
) -> Result<Option<Arc<Applied>>, MaterializeError> {
    let (before, begun) = match standing {
        Standing::New => return Ok(None),
        Standing::Runs { applied, begun: None } => return Ok(Some(Arc::new(Applied::new(seen, applied)))),
        Standing::Runs { applied, begun: Some(begun) } => (Some(Applied::new(seen, applied)), begun),
        Standing::Begun(begun) => (None, begun),
    };
    let spec = stored(ctx, &begun).await??;
    let applied = write(ctx, seen, before.as_ref(), Applied::new(seen, begun), &spec).await?;
    Ok(Some(Arc::new(applied)))
}

/// Takes a cleared candidate: contract first, then copies and cluster, then the record that it is applied.
pub(super) async fn take(
    ctx: &Context,
    seen: &Seen,
    before: Option<Arc<Applied>>,
    cleared: Box<Cleared>,
) -> Result<Arc<Applied>, MaterializeError> {
    let Cleared { rendered, mut wire, .. } = *cleared;
    if before.is_none() {
        may_begin(ctx, seen, &wire).await?;
    }
    copies::check(ctx, seen, &wire.projections).await??;
    let held = before.as_ref().map(|it| it.entry.spec.reservations.as_slice()).unwrap_or_default();
    reserve::take(ctx, seen, &fresh(&wire.reservations, held)).await??;
    wire.history = history(before.as_deref());
    wire.inventory = inventory(seen, &wire);
    fence(ctx)?;
    let name = format!("{}-{}", seen.target.name, wire.sequence);
    let object = json!({
        "apiVersion": API_VERSION,
        "kind": CONTRACT.kind,
        "metadata": {
            "name": name,
            "namespace": ctx.settings.system,
            // By this label a deletion finds it past all caches.
            "labels": {names::MANAGED: "true", names::CLAIM_UID: seen.uid()},
            "annotations": {names::CLAIM_UID: seen.uid()},
        },
        "spec": wire,
    });
    let answer = ctx.server.create(CONTRACT, &ctx.settings.system, &object).await?;
    ctx.wrote(Watched::Contract, &answer);
    let entry =
        ContractEntry::read(&answer).map_err(|_| ApiFailure::unreadable(Verb::Create, CONTRACT.plural, &name))?;
    let applied = Applied::new(seen, Arc::new(entry));
    let _ = applied.content.set(rendered.contract);
    let applied = write(ctx, seen, before.as_deref(), applied, &wire).await?;
    Ok(Arc::new(applied))
}

fn fresh(wanted: &[Reservation], held: &[Reservation]) -> Vec<Reservation> {
    wanted.iter().filter(|wanted| held.iter().all(|held| held.key != wanted.key)).cloned().collect()
}

/// Whether a first cluster may be made: nothing stands at its name, no data of an earlier life is there.
async fn may_begin(ctx: &Context, seen: &Seen, wire: &OpenBaoServiceContractSpec) -> Result<(), MaterializeError> {
    let at = seen.cluster_at();
    if ctx.server.get(CLUSTER, &at).await?.is_some() {
        return Err(custody::not_owned(CLUSTER, &at).into());
    }
    let Ok(bound) = seen.registry.bound(&wire.revision.name) else { return Ok(()) };
    let terms = terms(seen, wire);
    let forbidden = engine::must_be_absent(&bound.revision, &terms).map_err(|findings| {
        let finding = findings.into_iter().next().unwrap_or_else(|| Finding::new("RenderError", "cannot be told"));
        Held { kind: super::outcome::HeldKind::Blocked, finding }
    })?;
    for object in forbidden {
        let Some(kind) = Kind::by_name(&object.kind) else {
            let message = format!("`creation.absent` names the kind `{}`, which is not looked at", object.kind);
            return Err(Held::blocked("RenderError", message).into());
        };
        let at = names::Named::new(&seen.at.namespace, &object.name);
        if ctx.server.get(kind, &at).await?.is_some() {
            let message = format!("{} `{}` of a former claim is still there", object.kind, object.name);
            let held = Held::blocked(&object.reason, message).help(
                "restore it or remove it; an intervention by a platform admin can let the new service start with it",
            );
            return Err(held.into());
        }
    }
    Ok(())
}

/// Everything that will exist for the claim.
fn inventory(seen: &Seen, wire: &OpenBaoServiceContractSpec) -> Vec<ObjectRef> {
    let mut all = vec![reference(CLUSTER, seen, &seen.target.name)];
    all.extend(wire.projections.iter().map(|it| reference(copies::kind_of(&it.source.kind), seen, &it.target_name)));
    all.push(reference(crate::controller::server::SECRET, seen, &super::publish::secret_name(seen)));
    all
}

fn reference(kind: Kind, seen: &Seen, name: &str) -> ObjectRef {
    ObjectRef {
        api_version: kind.api_version(),
        kind: kind.kind.to_owned(),
        namespace: Some(seen.at.namespace.clone()),
        name: name.to_owned(),
        uid: None,
    }
}

/// The contracts before, newest first, as digests.
fn history(before: Option<&Applied>) -> Vec<PastContract> {
    let Some(before) = before else { return Vec::new() };
    let spec = &before.entry.spec;
    let last =
        PastContract { sequence: spec.sequence, digest: spec.digest.clone(), revision: spec.revision.name.clone() };
    std::iter::once(last).chain(spec.history.iter().cloned()).take(10).collect()
}

/// Applies a stored contract: copies, then the cluster, then the record.
async fn write(
    ctx: &Context,
    seen: &Seen,
    before: Option<&Applied>,
    mut applied: Applied,
    spec: &OpenBaoServiceContractSpec,
) -> Result<Applied, MaterializeError> {
    let name = applied.entry.meta.at.name.clone();
    let made = copies::write(ctx, seen, &name, spec).await??;
    let live = match apply_cluster(ctx, seen, before, &name, spec).await {
        Ok(live) => live,
        Err(MaterializeError::Held(held)) => {
            // The answer is known: nothing of this contract was applied, so nothing of it is kept.
            discard(ctx, &applied.entry).await?;
            return Err(held.into());
        }
        Err(failed) => return Err(failed),
    };
    let live = match before {
        Some(before) => removed(ctx, seen, before, &mut applied, spec, live).await?,
        None => live,
    };
    ctx.wrote(Watched::Cluster, &live);
    applied.entry = record(ctx, seen, &applied, &live, made).await?;
    if let Some(before) = before {
        reserve::release(ctx, seen.uid(), &before.entry.spec.reservations, &spec.reservations).await?;
        forget_old(ctx, seen, spec.sequence).await?;
    }
    Ok(applied)
}

/// Takes back a contract of which nothing was applied.
async fn discard(ctx: &Context, entry: &ContractEntry) -> Result<(), Failure> {
    fence(ctx)?;
    ctx.server.delete(CONTRACT, &entry.meta.at, &entry.meta.uid).await?;
    // Nobody waits for it: the reconcile that discards it tells why.
    ctx.world().forget(Watched::Contract, &entry.meta.at);
    Ok(())
}

/// The cluster as it is applied: content and marks.
pub(super) fn marked(seen: &Seen, contract: &str, spec: &OpenBaoServiceContractSpec, object: &Json) -> Json {
    let mut object = object.clone();
    custody::mark(&mut object, seen, contract, spec);
    object
}

async fn apply_cluster(
    ctx: &Context,
    seen: &Seen,
    before: Option<&Applied>,
    contract: &str,
    spec: &OpenBaoServiceContractSpec,
) -> Result<Json, MaterializeError> {
    let at = seen.cluster_at();
    let mut object = marked(seen, contract, spec, &spec.object.0);
    let uid = before.and_then(Applied::cluster_uid);
    custody::expect(&mut object, uid);
    fence(ctx)?;
    let failure = match ctx.server.apply(CLUSTER, &at, &object, Apply::default()).await {
        Ok(live) => return Ok(live),
        Err(failure) => failure,
    };
    // The object was checked against its schema before: what is left is another object in the way, or the
    // target's own admission.
    if failure.is_conflict() || failure.is_already_exists() || failure.is_invalid() || failure.is_forbidden() {
        let found = ctx.server.get(CLUSTER, &at).await?;
        return match (found, uid) {
            (Some(found), None) => landed(seen, contract, found),
            (Some(found), Some(uid)) if found.pointer("/metadata/uid").and_then(Json::as_str) != Some(uid) => {
                Err(replaced(&seen.target.name).into())
            }
            (None, Some(_)) => Err(gone(&seen.target.name).into()),
            _ if failure.is_conflict() => Err(failure.into()),
            _ => Err(rejected(&failure).into()),
        };
    }
    Err(failure.into())
}

/// The answer to the first apply was lost: what is there is ours if it carries the marks of this very contract.
fn landed(seen: &Seen, contract: &str, found: Json) -> Result<Json, MaterializeError> {
    let meta =
        Meta::of_object(&found).map_err(|_| ApiFailure::unreadable(Verb::Get, CLUSTER.plural, &seen.target.name))?;
    if custody::is_ours(&meta, seen) && meta.mark(names::CONTRACT) == Some(contract) {
        return Ok(found);
    }
    Err(custody::not_owned(CLUSTER, &seen.cluster_at()).into())
}

pub(super) fn gone(target: &str) -> Held {
    Held::blocked("ClusterGone", format!("OpenBaoCluster `{target}` was deleted behind the claim's back"))
        .help("it is not made again over data that may be there: delete the claim, or let a platform admin intervene")
}

pub(super) fn replaced(target: &str) -> Held {
    Held::blocked("ClusterReplaced", format!("OpenBaoCluster `{target}` is another object than the one that was made"))
        .help("it is never adopted: a platform admin has to find out who made it")
}

fn rejected(failure: &ApiFailure) -> Held {
    Held::blocked("ApplyRejected", format!("the API server refuses the OpenBaoCluster: {failure}"))
        .help("the platform team finds the refusal in the API server's audit log; nothing was changed")
}

/// What the contract before wrote and this one does not must be gone, or at its default. Where another manager
/// co-owns it, we own it once more and let go: then it goes, unless it is held on purpose.
async fn removed(
    ctx: &Context,
    seen: &Seen,
    before: &Applied,
    applied: &mut Applied,
    spec: &OpenBaoServiceContractSpec,
    live: Json,
) -> Result<Json, MaterializeError> {
    let Ok(bound) = applied.bound.clone() else { return Ok(live) };
    let (old, new) = (before.content(ctx).await??, applied.content(ctx).await??);
    let held = engine::held(&old, &new, &live, &bound.revision);
    if held.is_empty() {
        return Ok(live);
    }
    let mut both = spec.object.0.clone();
    for path in &held {
        if let Some(value) = crate::schema::path::get(&live, path) {
            let _ = crate::schema::path::insert(&mut both, path, value.clone());
        }
    }
    let name = applied.entry.meta.at.name.clone();
    let mut last = live;
    for object in [&both, &spec.object.0] {
        let mut object = marked(seen, &name, spec, object);
        custody::expect(&mut object, before.cluster_uid());
        fence(ctx)?;
        last = ctx.server.apply(CLUSTER, &seen.cluster_at(), &object, Apply::default()).await?;
    }
    let held = engine::held(&old, &new, &last, &bound.revision);
    if !held.is_empty() {
        let paths: Vec<_> = held.iter().take(5).map(|path| format!("`{path}`")).collect();
        applied.removal_held = Some(format!("{} held by {}", paths.join(", "), managers(&last).join(", ")));
    }
    Ok(last)
}

/// Who else owns fields of an object.
fn managers(object: &Json) -> Vec<String> {
    let entries = object.pointer("/metadata/managedFields").and_then(Json::as_array).into_iter().flatten();
    let mut names: Vec<_> = entries
        .filter_map(|entry| entry.get("manager").and_then(Json::as_str))
        .filter(|manager| *manager != names::MANAGER)
        .map(|manager| format!("`{}`", engine::bounded(manager, 64)))
        .collect();
    names.dedup();
    names
}

/// Writes down that the contract is applied, and what was made.
async fn record(
    ctx: &Context,
    seen: &Seen,
    applied: &Applied,
    live: &Json,
    made: Vec<ObjectRef>,
) -> Result<Arc<ContractEntry>, Failure> {
    let entry = &applied.entry;
    let mut cluster = reference(CLUSTER, seen, &seen.target.name);
    cluster.uid = live.pointer("/metadata/uid").and_then(Json::as_str).map(ToOwned::to_owned);
    let status = ContractStatus {
        observed_generation: Some(entry.meta.generation),
        state: Some(ContractState::Applied),
        objects: std::iter::once(cluster).chain(made).collect(),
        fingerprint: Some(entry::fingerprint(live)),
        applied_at: Some(Time(whole_seconds(seen.now))),
        conditions: Vec::new(),
    };
    fence(ctx)?;
    let answer = ctx.server.write_status(CONTRACT, &entry.meta.at, &entry.meta.uid, &json!(status)).await?;
    ctx.wrote(Watched::Contract, &answer);
    let entry = ContractEntry::read(&answer);
    Ok(Arc::new(entry.map_err(|_| ApiFailure::unreadable(Verb::Patch, CONTRACT.plural, &applied.entry.meta.at.name))?))
}

/// The newest two are kept whole; older ones live on as digests in them (facts/api-machinery.md 11).
async fn forget_old(ctx: &Context, seen: &Seen, newest: i64) -> Result<(), Failure> {
    let old = seen.open().filter(|contract| contract.spec.sequence < newest.saturating_sub(1));
    for contract in old {
        fence(ctx)?;
        ctx.server.delete(CONTRACT, &contract.meta.at, &contract.meta.uid).await?;
    }
    Ok(())
}
