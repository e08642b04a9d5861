//! report: the truth in the claim's status. Messages depend on the verdict only, so that nothing is written while
//! nothing changes; every exit of a reconcile that was judged at all states the generation that it speaks of.

use std::fmt::Write as _;
use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde_json::json;

use crate::api::{API_VERSION, AppliedContract, BindingRef, ClaimPhase, ClaimStatus, ConnectionStatus, ObjectRef};
use crate::controller::conditions::{self, Told};
use crate::controller::context::{About, Context, Severity};
use crate::controller::server::{CLAIM, CLUSTER, CONFIG_MAP, SECRET, VOLUME_CLAIM};
use crate::controller::world::Watched;
use crate::engine::{Finding, bounded};

use super::custody::fence;
use super::dereference::Seen;
use super::edit::Edit;
use super::materialize::Applied;
use super::memory::Memory;
use super::outcome::{HeldKind, Outcome};
use super::publish::Connection;
use super::service::Service;
use super::verdict::{Verdict, verdict};
use super::{ApiFailure, Failure};

/// Characters of the summary.
const MAX_SUMMARY: usize = 512;

/// The first thing that a new claim is told: without any status, kstatus would call it current (field case 69).
pub(super) async fn greet(ctx: &Context, seen: &Seen) -> Result<(), Failure> {
    if !seen.claim.status.is_empty() || !seen.contracts.is_empty() {
        return Ok(());
    }
    let told = [
        Told::new("Ready", "Unknown", "Pending", "the claim was seen"),
        Told::new("Reconciling", "True", "Pending", "the claim was seen"),
        Told::new("Stalled", "False", "Pending", ""),
    ];
    let status = ClaimStatus {
        observed_generation: Some(seen.generation()),
        phase: Some(ClaimPhase::Pending),
        summary: Some("the claim was seen".to_owned()),
        conditions: conditions::merge(&[], &told, seen.generation(), seen.now),
        ..ClaimStatus::default()
    };
    write(ctx, seen, &ClaimStatus::default(), &status).await
}

/// Tells what a reconcile came to; when to look again.
pub(super) async fn run(
    ctx: &Context,
    seen: &Seen,
    outcome: &Outcome,
    memory: &mut Memory,
) -> Result<Option<Duration>, Failure> {
    let old = told_before(ctx, seen);
    let verdict = verdict(outcome, memory);
    let status = status(seen, outcome, memory, &verdict, &old);
    write(ctx, seen, &old, &status).await?;
    tell(ctx, seen, &verdict, &old);
    Ok(next(ctx, seen, outcome, memory))
}

/// Tells that the operator lacks a right. What the status says of service, binding and changes stays: nothing was learnt
/// of them.
pub(super) async fn forbidden(ctx: &Context, seen: &Seen, failure: &ApiFailure) -> Result<(), Failure> {
    let old = told_before(ctx, seen);
    let message = format!("{failure}; help: {}", right(failure.resource(), &seen.at.namespace));
    let verdict = Verdict::blocked("Forbidden", &message);
    let told = [
        verdict.ready.clone(),
        Told::new("Reconciling", "False", "Forbidden", ""),
        Told::new("Stalled", "True", "Forbidden", &message),
    ];
    let status = ClaimStatus {
        observed_generation: Some(seen.generation()),
        phase: Some(verdict.phase),
        summary: Some(bounded(&verdict.summary, MAX_SUMMARY)),
        conditions: conditions::merge(&old.conditions, &told, seen.generation(), seen.now),
        ..old.clone()
    };
    write(ctx, seen, &old, &status).await?;
    tell(ctx, seen, &verdict, &old);
    Ok(())
}

/// What to grant. Where the operator works for tenants, its rights are bound by namespace; the rest it has once.
fn right(resource: &str, namespace: &str) -> String {
    let bound = [CLUSTER, SECRET, CONFIG_MAP, VOLUME_CLAIM];
    if bound.iter().any(|kind| kind.plural == resource) {
        format!("let the operator work in namespace `{namespace}`: bind `openbao-claims-tenant-namespace` there")
    } else {
        "the operator's own roles are not in force: apply `deploy/rbac.yaml`".to_owned()
    }
}

fn told_before(ctx: &Context, seen: &Seen) -> ClaimStatus {
    ctx.world().claims.get(&seen.at).and_then(|claim| serde_json::from_str(&claim.status).ok()).unwrap_or_default()
}

/// Writes a status that differs.
pub(super) async fn write(ctx: &Context, seen: &Seen, old: &ClaimStatus, new: &ClaimStatus) -> Result<(), Failure> {
    let (old, new) = (json!(old), json!(new));
    if old == new {
        return Ok(());
    }
    fence(ctx)?;
    match ctx.server.write_status(CLAIM, &seen.at, seen.uid(), &new).await {
        Ok(answer) => ctx.wrote(Watched::Claim, &answer),
        // It has gone meanwhile.
        Err(failure) if failure.is_not_found() => {}
        Err(failure) => return Err(failure.into()),
    }
    Ok(())
}

/// An event where phase or reason changes, and only then.
fn tell(ctx: &Context, seen: &Seen, verdict: &Verdict, old: &ClaimStatus) {
    let before = old.conditions.iter().find(|condition| condition.type_ == "Ready");
    let same = old.phase == Some(verdict.phase) && before.is_some_and(|before| before.reason == verdict.ready.reason);
    if same {
        return;
    }
    let severity = if verdict.stalled { Severity::Warning } else { Severity::Normal };
    let about = About { api_version: API_VERSION, kind: CLAIM.kind, at: &seen.at, uid: seen.uid() };
    ctx.events.tell(about, severity, &verdict.ready.reason, &verdict.ready.message);
}

fn status(seen: &Seen, outcome: &Outcome, memory: &Memory, verdict: &Verdict, old: &ClaimStatus) -> ClaimStatus {
    let applied = outcome.applied.as_deref();
    let profile = applied.map(|applied| applied.entry.spec.profile.name.as_str()).unwrap_or_default();
    let revision = applied.map(|applied| applied.entry.spec.revision.clone());
    let newer = revision.as_ref().and_then(|revision| seen.registry.newer(profile, &revision.name));
    let published = match &outcome.connection {
        Connection::There { published, .. } => Some(published),
        _ => None,
    };
    let pending = match &outcome.edit {
        Edit::Gated(change) | Edit::Waiting(change, _) | Edit::Suspended(Some(change)) => Some(change.clone()),
        Edit::Blocked { change, .. } => change.clone(),
        _ => None,
    };
    let open = seen.requests.iter().filter(|request| !super::requests::finished(request));
    let told = verdict.conditions(seen, outcome, memory, newer);
    ClaimStatus {
        observed_generation: Some(seen.generation()),
        phase: Some(verdict.phase),
        summary: Some(bounded(&verdict.summary, MAX_SUMMARY)),
        revision,
        available_revision: newer.map(crate::controller::registry::Bound::identity),
        applied: applied.map(applied_contract),
        pending,
        active_request: None,
        queued_requests: i64::try_from(open.count()).ok().filter(|count| *count > 0),
        scheduled_for: match &outcome.edit {
            Edit::Waiting(_, next) => next.map(Time),
            _ => None,
        },
        resources: resources(seen, outcome),
        connection: published.map(|published| ConnectionStatus {
            uri: published.uri.clone(),
            keys: published.keys.clone(),
            sources: Some(published.sources.clone()).filter(|sources| !sources.is_empty()),
        }),
        binding: published.map(|_| BindingRef { name: super::publish::secret_name(seen) }),
        conditions: conditions::merge(&old.conditions, &told, seen.generation(), seen.now),
    }
}

fn applied_contract(applied: &Applied) -> AppliedContract {
    AppliedContract {
        name: applied.entry.meta.at.name.clone(),
        sequence: applied.entry.spec.sequence,
        digest: applied.entry.spec.digest.clone(),
        generation: applied.entry.spec.claim_generation,
    }
}

/// What was made; the cluster first. Other tools draw their trees from it (field case 94).
fn resources(seen: &Seen, outcome: &Outcome) -> Vec<ObjectRef> {
    let Some(applied) = &outcome.applied else { return Vec::new() };
    let mut resources = applied.entry.status.objects.clone();
    if resources.is_empty() {
        resources.push(ObjectRef {
            api_version: CLUSTER.api_version(),
            kind: CLUSTER.kind.to_owned(),
            namespace: Some(seen.at.namespace.clone()),
            name: seen.target.name.clone(),
            uid: None,
        });
    }
    if let Connection::There { .. } = &outcome.connection {
        resources.push(ObjectRef {
            api_version: SECRET.api_version(),
            kind: SECRET.kind.to_owned(),
            namespace: Some(seen.at.namespace.clone()),
            name: super::publish::secret_name(seen),
            uid: None,
        });
    }
    resources
}

/// When to look again although nothing happens.
fn next(ctx: &Context, seen: &Seen, outcome: &Outcome, memory: &Memory) -> Option<Duration> {
    // What a tenant has to make, a Secret say, has no watch.
    const RETRY: Duration = Duration::from_secs(20);
    let mut times = vec![ctx.settings.resync];
    if outcome.held.is_some() || matches!(&outcome.service, Some(Service::Lost(_) | Service::Unknown(_))) {
        times.push(RETRY);
    }
    if matches!(&outcome.connection, Connection::Held(held) | Connection::There { fault: Some(held), .. }
        if held.kind == HeldKind::Pending)
    {
        times.push(RETRY);
    }
    if let Edit::Waiting(_, next) = &outcome.edit {
        let left = next.map_or(3600, |next| next.as_second().saturating_sub(seen.now.as_second()).max(1));
        times.push(Duration::from_secs(u64::try_from(left).unwrap_or(1)));
    }
    if !memory.contested.is_empty() || memory.removal_held.is_some() {
        times.push(Duration::from_mins(10));
    }
    if let (Some(Service::Observed(observed)), Some(applied)) = (&outcome.service, &outcome.applied)
        && !observed.health.is_up()
        && !observed.overdue
        && let Some(at) = applied.entry.status.applied_at.as_ref()
    {
        let age = u64::try_from(seen.now.as_second().saturating_sub(at.0.as_second())).unwrap_or(0);
        times.push(Duration::from_secs(ctx.settings.convergence.as_secs().saturating_sub(age).max(1)));
    }
    times.into_iter().min()
}

/// A finding in one line, with what it is about and what to do.
pub(super) fn line(finding: &Finding) -> String {
    let mut line = finding.message.clone();
    if let Some(path) = &finding.path
        && !line.contains(&path.to_string())
    {
        let _ = write!(line, " (at `{path}`)");
    }
    let names = finding.parameters.iter().map(|name| format!("`{name}`"));
    // What the message names already is not named again.
    let names: Vec<_> = names.filter(|name| !finding.message.contains(name)).collect();
    if !names.is_empty() {
        let _ = write!(line, "; parameter {}", names.join(", "));
    }
    if let Some(rule) = finding.rule_id() {
        let _ = write!(line, " [{rule}]");
    }
    if let Some(help) = &finding.help {
        let _ = write!(line, "; {help}");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_named_once() {
        let unknown = Finding::new("UnknownParameter", "unknown parameter `uii`").parameters(["uii".to_owned()]);
        assert_eq!(line(&unknown.help("did you mean `ui`?")), "unknown parameter `uii`; did you mean `ui`?");
        let hostname = Finding::new("No", "it must end in .example.com").parameters(["host".to_owned()]);
        assert_eq!(line(&hostname), "it must end in .example.com; parameter `host`");
    }
}
