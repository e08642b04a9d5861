//! One verdict over edit, service and connection: phase, `Ready`, `Reconciling`, `Stalled` (design 8's table).

use crate::api::{ClaimPhase, PendingChange};
use crate::controller::conditions::Told;
use crate::controller::registry::Bound;
use crate::engine::Finding;
use std::fmt::Write as _;

use super::dereference::Seen;
use super::edit::Edit;
use super::memory::Memory;
use super::outcome::{Held, HeldKind, Outcome};
use super::publish::Connection;
use super::report::line;
use super::service::Service;

/// What is told of a claim.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub(super) phase: ClaimPhase,
    pub(super) ready: Told,
    pub(super) stalled: bool,
    pub(super) summary: String,
}

impl Verdict {
    fn new(phase: ClaimPhase, stalled: bool, reason: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { phase, ready: Told::new("Ready", "False", reason, &message), stalled, summary: message }
    }

    /// Somebody has to do something first.
    pub(super) fn blocked(reason: &str, message: &str) -> Self {
        Self::new(ClaimPhase::Blocked, true, reason, message)
    }
}

/// The one verdict. What stands first hides what comes after it.
pub(super) fn verdict(outcome: &Outcome, memory: &Memory) -> Verdict {
    troubled(outcome, memory)
        .or_else(|| refused(outcome))
        .or_else(|| waiting(outcome))
        .or_else(|| coming(outcome))
        .unwrap_or_else(|| {
            let mut verdict = Verdict::new(ClaimPhase::Ready, false, "Ready", "the service is up as it was asked for");
            verdict.ready.status = "True";
            verdict
        })
}

/// The service itself is in trouble, whatever the edit.
fn troubled(outcome: &Outcome, memory: &Memory) -> Option<Verdict> {
    let degraded = |reason: &str, message: String| Some(Verdict::new(ClaimPhase::Degraded, true, reason, message));
    match &outcome.service {
        Some(Service::Lost(held)) => {
            let finding = &held.finding;
            return Some(Verdict::new(ClaimPhase::Blocked, true, &finding.reason, line(finding)));
        }
        Some(Service::Observed(observed)) => {
            if let Some(finding) = observed.health.degraded.first() {
                return degraded(&finding.reason, line(finding));
            }
            if observed.overdue {
                let why = observed.health.missing.first().map(line).unwrap_or_default();
                return degraded("NotConverging", format!("the service does not come up: {why}"));
            }
        }
        Some(Service::Unknown(_)) | None => {}
    }
    if let Some(held) = &memory.removal_held {
        return degraded("RemovalHeld", format!("what was taken out is still there: {held}"));
    }
    if !memory.contested.is_empty() {
        let paths: Vec<_> = memory.contested.iter().take(5).map(|path| format!("`{path}`")).collect();
        return degraded("DriftContested", format!("somebody else keeps changing {}", paths.join(", ")));
    }
    None
}

fn refused(outcome: &Outcome) -> Option<Verdict> {
    if let Some(held) = blocked(outcome.held.as_ref()) {
        return Some(Verdict::new(ClaimPhase::Blocked, true, &held.finding.reason, line(&held.finding)));
    }
    match &outcome.edit {
        Edit::Denied(findings) => Some(Verdict::new(ClaimPhase::Blocked, true, "Denied", lines(findings))),
        Edit::Blocked { findings, change } => {
            let message = if findings.is_empty() { changes(change.as_ref(), "blocked") } else { lines(findings) };
            Some(Verdict::new(ClaimPhase::Blocked, true, "ChangeBlocked", message))
        }
        _ => match &outcome.connection {
            Connection::Held(held) | Connection::There { fault: Some(held), .. } => blocked(Some(held))
                .map(|held| Verdict::new(ClaimPhase::Degraded, true, &held.finding.reason, line(&held.finding))),
            _ => None,
        },
    }
}

fn blocked(held: Option<&Held>) -> Option<&Held> {
    held.filter(|held| held.kind == HeldKind::Blocked)
}

fn waiting(outcome: &Outcome) -> Option<Verdict> {
    if let Some(held) = &outcome.held {
        return Some(Verdict::new(ClaimPhase::Pending, false, &held.finding.reason, line(&held.finding)));
    }
    match &outcome.edit {
        Edit::Gated(change) => {
            let phase = if is_up(outcome) { ClaimPhase::Pending } else { ClaimPhase::Provisioning };
            Some(Verdict::new(phase, false, "ChangeGated", changes(Some(change), "waiting for approval")))
        }
        Edit::Waiting(change, next) => {
            let when = next.map(|next| format!(" until {next}")).unwrap_or_default();
            let what = format!("approved, waiting for a window{when}");
            Some(Verdict::new(ClaimPhase::Pending, false, "AwaitingWindow", changes(Some(change), &what)))
        }
        Edit::Pending(findings) => {
            let reason = findings.first().map_or("Pending", |finding| finding.reason.as_str());
            Some(Verdict::new(ClaimPhase::Pending, false, reason, lines(findings)))
        }
        Edit::Suspended(change) => {
            let message = match change {
                Some(change) => changes(Some(change), "held by `suspend`"),
                None => "nothing is made while the claim says `suspend`".to_owned(),
            };
            Some(Verdict::new(ClaimPhase::Pending, false, "Suspended", message))
        }
        Edit::Unjudged => Some(Verdict::new(ClaimPhase::Pending, false, "Pending", "the last edit was not judged yet")),
        Edit::Current | Edit::Denied(_) | Edit::Blocked { .. } => None,
    }
}

fn coming(outcome: &Outcome) -> Option<Verdict> {
    let provisioning = |message: String| Some(Verdict::new(ClaimPhase::Provisioning, false, "Provisioning", message));
    match &outcome.service {
        Some(Service::Unknown(held)) => {
            return Some(Verdict::new(ClaimPhase::Pending, false, &held.finding.reason, line(&held.finding)));
        }
        Some(Service::Observed(observed)) => {
            if let Some(finding) = observed.health.missing.first() {
                return provisioning(format!("the service is coming up: {}", line(finding)));
            }
        }
        Some(Service::Lost(_)) | None => return provisioning("the service is being made".to_owned()),
    }
    match &outcome.connection {
        Connection::Held(held) => Some(Verdict::new(
            ClaimPhase::Provisioning,
            false,
            &held.finding.reason,
            format!("the service is up, its connection is not: {}", line(&held.finding)),
        )),
        Connection::Awaited => provisioning("the service is up, its connection is being made".to_owned()),
        Connection::None | Connection::There { .. } => None,
    }
}

fn is_up(outcome: &Outcome) -> bool {
    matches!(&outcome.service, Some(Service::Observed(observed)) if observed.health.is_up())
}

/// The first findings, and how many there are.
fn lines(findings: &[Finding]) -> String {
    let mut text = findings.iter().take(5).map(line).collect::<Vec<_>>().join("; ");
    if findings.len() > 5 {
        let _ = write!(text, "; and {} more", findings.len().saturating_sub(5));
    }
    text
}

fn changes(change: Option<&PendingChange>, what: &str) -> String {
    let Some(change) = change else { return format!("the change is {what}") };
    let first = change.changes.first().map(|first| {
        let words = first.message.as_ref().map(|message| format!(" ({message})")).unwrap_or_default();
        format!(": `{}`{words}", first.path)
    });
    let more = change.total.saturating_sub(1);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let digest = change.candidate.as_ref().map(|digest| format!("; candidate {digest}")).unwrap_or_default();
    format!("{what}{}{more}{digest}", first.unwrap_or_default())
}

impl Verdict {
    /// All conditions, in one order.
    pub(super) fn conditions(
        &self,
        seen: &Seen,
        outcome: &Outcome,
        memory: &Memory,
        newer: Option<&Bound>,
    ) -> Vec<Told> {
        let word = |yes: bool| if yes { "True" } else { "False" };
        let ready = self.ready.status == "True";
        let (reason, message) = (self.ready.reason.as_str(), self.ready.message.as_str());
        let mut told = edit_conditions(&outcome.edit);
        told.push(materialized(outcome, memory));
        told.push(connection(&outcome.connection));
        told.extend(memory.compliant.as_ref().filter(|_| outcome.applied.is_some()).map(|(_, told)| told.clone()));
        told.extend(withdrawn_or_newer(seen, outcome, newer));
        told.push(available(outcome));
        told.push(self.ready.clone());
        told.push(Told::new("Reconciling", word(!ready && !self.stalled), reason, message));
        told.push(Told::new("Stalled", word(self.stalled), reason, message));
        told
    }
}

/// `Accepted`, `Approved` and `Rendered`.
fn edit_conditions(edit: &Edit) -> Vec<Told> {
    let row = |accepted, approved, rendered, reason: &str, message: String| {
        vec![
            Told::new("Accepted", accepted, reason, &message),
            Told::new("Approved", approved, reason, &message),
            Told::new("Rendered", rendered, reason, message),
        ]
    };
    let first = |findings: &[Finding]| findings.first().map_or("Unknown", |finding| finding.reason.as_str()).to_owned();
    match edit {
        Edit::Current => row("True", "True", "True", "Applied", String::new()),
        Edit::Unjudged => row("Unknown", "Unknown", "Unknown", "Pending", String::new()),
        Edit::Pending(findings) => row("Unknown", "Unknown", "Unknown", &first(findings), lines(findings)),
        Edit::Denied(findings) => row("False", "False", "False", &first(findings), lines(findings)),
        Edit::Gated(change) => {
            row("True", "False", "True", "ChangeGated", changes(Some(change), "waiting for approval"))
        }
        Edit::Waiting(..) => {
            row("True", "True", "True", "AwaitingWindow", "it is approved and waits for a window".to_owned())
        }
        Edit::Suspended(_) => row("True", "Unknown", "True", "Suspended", "held by `suspend`".to_owned()),
        Edit::Blocked { findings, change } => {
            let message = if findings.is_empty() { changes(change.as_ref(), "blocked") } else { lines(findings) };
            let reason = if findings.is_empty() { "ChangeBlocked".to_owned() } else { first(findings) };
            row("True", "False", "True", &reason, message)
        }
    }
}

fn materialized(outcome: &Outcome, memory: &Memory) -> Told {
    match (&outcome.held, &outcome.service, &outcome.applied) {
        (_, Some(Service::Lost(held)), _) | (Some(held), _, None) => {
            Told::new("Materialized", "False", &held.finding.reason, line(&held.finding))
        }
        (_, _, None) => Told::new("Materialized", "False", "NothingApplied", "nothing was made yet"),
        (_, _, Some(_)) if !memory.ahead.is_empty() => {
            let paths: Vec<_> = memory.ahead.iter().take(5).map(|path| format!("`{path}`")).collect();
            let message = format!("{} is ahead of the contract, and the rules forbid to go back", paths.join(", "));
            Told::new("Materialized", "True", "LiveAhead", message)
        }
        (_, _, Some(_)) => Told::new("Materialized", "True", "Applied", ""),
    }
}

fn connection(connection: &Connection) -> Told {
    match connection {
        Connection::None => Told::new("ConnectionPublished", "False", "NoConnection", "there is none to publish"),
        Connection::Awaited => Told::new("ConnectionPublished", "False", "NotReady", "the service was not up yet"),
        Connection::Held(held) => Told::new("ConnectionPublished", "False", &held.finding.reason, line(&held.finding)),
        Connection::There { fault: None, .. } => Told::new("ConnectionPublished", "True", "Published", ""),
        Connection::There { fault: Some(held), .. } => {
            Told::new("ConnectionPublished", "True", &held.finding.reason, line(&held.finding))
        }
    }
}

/// Information only: neither being on an older revision nor on a withdrawn one makes a claim unhealthy.
fn withdrawn_or_newer(seen: &Seen, outcome: &Outcome, newer: Option<&Bound>) -> Option<Told> {
    let applied = outcome.applied.as_ref()?;
    let spec = &applied.entry.spec;
    let offering = spec.offering.as_ref().and_then(|it| seen.registry.offerings.get(&it.name)?.as_ref().ok());
    if let Some(reason) = offering.and_then(|offering| offering.withdrawn.get(&spec.revision.name)) {
        let message = format!("revision `{}` is withdrawn: {reason}", spec.revision.name);
        return Some(Told::new("RolloutPending", "True", "RevisionWithdrawn", message));
    }
    Some(match newer {
        Some(newer) => {
            let message = format!("revision `{}` is there to approve", newer.revision.name);
            Told::new("RolloutPending", "True", "RevisionAvailable", message)
        }
        None => Told::new("RolloutPending", "False", "UpToDate", ""),
    })
}

/// The service itself, whatever the edit's fate.
fn available(outcome: &Outcome) -> Told {
    match &outcome.service {
        Some(Service::Observed(observed)) if observed.health.is_up() => Told::new("ServiceAvailable", "True", "Up", ""),
        Some(Service::Observed(observed)) => {
            let why = observed.health.missing.first().map(line).unwrap_or_default();
            Told::new("ServiceAvailable", "False", "NotUp", why)
        }
        Some(Service::Lost(held)) => Told::new("ServiceAvailable", "False", &held.finding.reason, line(&held.finding)),
        Some(Service::Unknown(held)) => {
            Told::new("ServiceAvailable", "Unknown", &held.finding.reason, line(&held.finding))
        }
        None => Told::new("ServiceAvailable", "False", "NothingApplied", "nothing was made yet"),
    }
}
