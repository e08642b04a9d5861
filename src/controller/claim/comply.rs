//! comply: whether what runs satisfies the platform's rules as they are now. It is told, and changes nothing.

use crate::api::ClaimStatus;
use crate::controller::conditions::Told;
use crate::controller::context::Context;
use crate::engine::{self, Compliance, Finding};

use super::Failure;
use super::dereference::Seen;
use super::materialize::Applied;
use super::memory::Memory;
use super::report::line;
use super::service::Service;

/// What a judgement stands on: rules, contract and the live cluster.
pub(super) type ComplianceKey = (String, String, String);

/// Judges, where rules, contract or cluster have changed since they were last judged.
pub(super) async fn judge(
    ctx: &Context,
    seen: &Seen,
    applied: &Applied,
    service: &Service,
    memory: &mut Memory,
) -> Result<(), Failure> {
    let (Ok(bound), Service::Observed(observed)) = (&applied.bound, service) else { return Ok(()) };
    let Some(rules) = seen.registry.rules.as_ref().map(|rules| rules.short(12).to_owned()) else { return Ok(()) };
    let contract = applied.entry.meta.at.name.clone();
    let key = (rules.clone(), contract, observed.live.fingerprint.clone());
    if memory.compliant.as_ref().is_some_and(|(known, _)| *known == key) {
        return Ok(());
    }
    if memory.compliant.is_none()
        && applied.entry.status.fingerprint.as_deref() == Some(observed.live.fingerprint.as_str())
        && let Some(told) = told_before(seen, applied, &rules)
    {
        // A restart: what a former replica judged by the same rules is not judged again.
        memory.compliant = Some((key, told));
        return Ok(());
    }
    let Ok(content) = applied.content(ctx).await? else { return Ok(()) };
    let live = observed.live.object();
    let found = engine::compliance(&content, &applied.terms, Some(&live), &bound.revision, &seen.registry.rule_sets);
    memory.compliant = Some((key, told(&found, &rules)));
    Ok(())
}

/// The condition. Its words begin with the rules that judged, so that a restart knows by which.
fn told(found: &Compliance, rules: &str) -> Told {
    let words = |findings: &[Finding]| findings.iter().take(5).map(line).collect::<Vec<_>>().join("; ");
    let by = mark(rules);
    if !found.contract.is_empty() {
        return Told::new("Compliant", "False", "Violates", format!("{by}: {}", words(&found.contract)));
    }
    if !found.live.is_empty() {
        return Told::new("Compliant", "False", "LiveViolates", format!("{by}: {}", words(&found.live)));
    }
    Told::new("Compliant", "True", "Compliant", by)
}

fn mark(rules: &str) -> String {
    format!("judged by rules {rules}")
}

fn told_before(seen: &Seen, applied: &Applied, rules: &str) -> Option<Told> {
    let status: ClaimStatus = serde_json::from_str(&seen.claim.status).ok()?;
    if status.applied.as_ref().is_none_or(|told| told.name != applied.entry.meta.at.name) {
        return None;
    }
    let condition = status.conditions.into_iter().find(|condition| condition.type_ == "Compliant")?;
    let known = ["True", "False"].into_iter().find(|known| *known == condition.status)?;
    let by_these = condition.message.starts_with(&mark(rules));
    by_these.then(|| Told::new("Compliant", known, &condition.reason, condition.message))
}
