//! approve: may this claim have this revision on these parameters? All that is wrong is said at once.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::api::{LifecycleState, Verdict, VerdictOutcome};
use crate::catalog::{Revision, Validation, canonical_len};
use crate::schema::path::{Path, Segment};

use super::contract::Approved;
use super::env::{Memo, Scene};
use super::finding::{Failure, Finding, verdict};
use super::input::{Facts, Inputs, Selection, TargetIdentity};

/// Bytes of a claim's parameters, as JSON (facts/api-machinery.md 12).
pub const MAX_PARAMETERS: usize = 64 * 1024;

/// Bytes of a tenant's spec or a namespace's labels, as JSON: foreign inputs have no schema of ours,
/// so their size is assumed by every cost bound and enforced here.
pub const MAX_FOREIGN_INPUT: usize = 64 * 1024;

/// Why there are no approved terms.
#[derive(Debug)]
pub enum Refusal {
    /// Somebody else has to act first; the claim is fine as far as is known.
    Pending(Vec<Finding>),
    /// The claim may not have this.
    Denied(Vec<Finding>),
}

/// Judges a claim before anything is rendered.
pub fn approve(inputs: &Inputs<'_>) -> Result<Approved, Refusal> {
    let target = TargetIdentity::of(inputs.claim);
    let mut denied = selection(inputs);
    let pending = tenant(inputs, &mut denied);
    denied.extend(foreign_inputs(inputs));
    let given = given_parameters(inputs);
    let (parameters, faults) = parameters(inputs.revision, &given);
    let shape_holds = faults.is_empty();
    denied.extend(faults);
    let facts = Facts::new(inputs, &target, &parameters);
    let memo = Memo::new(&inputs.revision.graph);
    let mut verdicts = Vec::new();
    // With a wrong shape, rules would only fail for the shape's reasons.
    if shape_holds && pending.is_empty() {
        let scene = Scene {
            graph: &inputs.revision.graph,
            facts: Some(&facts),
            memo: &memo,
            target_name: &target.name,
            objects: None,
            change: None,
            item: None,
        };
        denied.extend(eligibility(inputs, &scene, &mut verdicts));
        let early = inputs.revision.validations.iter().filter(|validation| !validation.needs_object);
        denied.extend(validations(early, &scene, &mut verdicts));
    }
    if !denied.is_empty() {
        return Err(Refusal::Denied(denied));
    }
    if !pending.is_empty() {
        return Err(Refusal::Pending(pending));
    }
    let given = given.as_object().map(|given| given.keys().cloned().collect::<BTreeSet<_>>()).unwrap_or_default();
    Ok(Approved { target, parameters, given, verdicts, facts })
}

fn selection(inputs: &Inputs<'_>) -> Vec<Finding> {
    let spec = &inputs.claim.spec;
    if spec.offering_ref.is_some() && spec.profile_ref.is_some() {
        return vec![
            Finding::new("InvalidSelection", "the claim names both an offering and a profile")
                .field("/spec/profileRef")
                .help("name one of `offeringRef` and `profileRef`"),
        ];
    }
    match inputs.selection {
        Selection::Profile if !inputs.revision.selectable => {
            let message = format!("claims may not name the profile `{}`", inputs.revision.profile);
            vec![
                Finding::new("ProfileNotSelectable", message)
                    .field("/spec/profileRef/name")
                    .help("name an offering by `offeringRef`"),
            ]
        }
        Selection::Profile => Vec::new(),
        Selection::Offering(offering) => {
            let mut found = Vec::new();
            let runs = inputs.applied.is_some();
            // A retired offering never stops or moves a running service.
            if offering.lifecycle == LifecycleState::Retired && !runs {
                let message = format!("the offering `{}` is retired", offering.name);
                let finding = Finding::new("OfferingRetired", message).field("/spec/offeringRef/name");
                found.push(match &offering.replacement {
                    Some(replacement) => finding.help(format!("use the offering `{replacement}`")),
                    None => finding,
                });
            }
            if let (Some(reason), false) = (offering.withdrawn.get(&inputs.revision.name), runs) {
                let message = format!("revision `{}` is withdrawn: {reason}", inputs.revision.name);
                found.push(Finding::new("RevisionWithdrawn", message).field("/spec/offeringRef/name"));
            }
            found
        }
    }
}

/// What is wrong about the tenant: the claim's fault goes to `denied`, the rest is awaited.
fn tenant(inputs: &Inputs<'_>, denied: &mut Vec<Finding>) -> Vec<Finding> {
    let wanted = &inputs.claim.spec.tenant_ref;
    let namespace = inputs.claim.metadata.namespace.as_deref().unwrap_or_default();
    if wanted.name.is_empty() {
        denied.push(
            Finding::new("InvalidTenant", "the claim names no tenant")
                .field("/spec/tenantRef")
                .help("set `tenantRef.name`"),
        );
        return Vec::new();
    }
    let Some(tenant) = inputs.tenant else {
        let place = wanted.namespace.as_deref().unwrap_or(namespace);
        let message = format!("there is no OpenBaoTenant `{}` in namespace `{place}`", wanted.name);
        return vec![Finding::new("TenantNotFound", message).field("/spec/tenantRef/name")];
    };
    if tenant.target_namespace() != Some(namespace) {
        let message = format!(
            "the tenant `{}` is for namespace `{}`, not for the claim's namespace `{namespace}`",
            tenant.name,
            tenant.target_namespace().unwrap_or_default()
        );
        denied.push(
            Finding::new("TenantMismatch", message)
                .field("/spec/tenantRef/name")
                .help("a claim and all that it makes live in the namespace of its tenant"),
        );
        return Vec::new();
    }
    if tenant.provisioned == Some(false) {
        let message = format!("the tenant `{}` is not provisioned yet", tenant.name);
        return vec![Finding::new("TenantNotProvisioned", message).field("/spec/tenantRef/name")];
    }
    Vec::new()
}

fn foreign_inputs(inputs: &Inputs<'_>) -> Vec<Finding> {
    let tenant = inputs.tenant.map(|tenant| ("the tenant's spec", &tenant.spec));
    let sizes = tenant.into_iter().chain([("the namespace's labels", &inputs.namespace.labels)]);
    sizes
        .filter_map(|(what, value)| {
            let size = canonical_len(value);
            (size > MAX_FOREIGN_INPUT).then(|| {
                Finding::new("InputTooLarge", format!("{what} has {size} bytes, more than {MAX_FOREIGN_INPUT}"))
            })
        })
        .collect()
}

fn given_parameters(inputs: &Inputs<'_>) -> Json {
    match &inputs.claim.spec.parameters.0 {
        Json::Null => json!({}),
        given => given.clone(),
    }
}

/// Final parameters, and what is wrong with the given ones.
pub(super) fn parameters(revision: &Revision, given: &Json) -> (Json, Vec<Finding>) {
    let size = canonical_len(given);
    if size > MAX_PARAMETERS {
        let message = format!("the parameters have {size} bytes, more than {MAX_PARAMETERS}");
        return (json!({}), vec![Finding::new("InputTooLarge", message)]);
    }
    let mut findings: Vec<_> = revision
        .parameters
        .unknown_fields(given)
        .into_iter()
        .map(|unknown| {
            let finding = Finding::new("UnknownParameter", format!("unknown parameter `{}`", unknown.path))
                .parameters([dotted(&unknown.path)]);
            match unknown.nearest {
                Some(nearest) => finding.help(format!("did you mean `{nearest}`?")),
                None => finding,
            }
        })
        .collect();
    let mut parameters = given.clone();
    revision.parameters.apply_defaults(&mut parameters);
    revision.parameters.normalise_numbers(&mut parameters);
    findings.extend(revision.parameters.validate(&parameters).into_iter().map(|violation| {
        let message = if violation.path.is_root() {
            format!("the parameters: {}", violation.kind)
        } else {
            format!("parameter `{}`: {}", violation.path, violation.kind)
        };
        Finding::new("InvalidParameter", message).parameters([dotted(&violation.path)])
    }));
    (parameters, findings)
}

/// A path below the parameters in dots; list items by index.
pub(super) fn dotted(path: &Path) -> String {
    let mut text = String::new();
    for segment in path.segments() {
        match segment {
            Segment::Field(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Segment::Index(index) => {
                text.push('[');
                text.push_str(&index.to_string());
                text.push(']');
            }
            Segment::Key(_) => {}
        }
    }
    text
}

fn eligibility(inputs: &Inputs<'_>, scene: &Scene<'_>, verdicts: &mut Vec<Verdict>) -> Vec<Finding> {
    // An entitlement that is lost never stops or moves a running service; edits of one wait for it.
    let offering = match inputs.selection {
        Selection::Offering(offering) => offering.eligibility.as_slice(),
        Selection::Profile => &[],
    };
    let rules = inputs.revision.eligibility.iter().chain(offering);
    let mut findings = validations(rules, scene, verdicts);
    for finding in &mut findings {
        if finding.reason == "ValidationFailed" {
            "NotEligible".clone_into(&mut finding.reason);
        }
    }
    findings
}

/// Evaluates validations; each that does not hold is a finding, and so is each that errs.
pub(super) fn validations<'v>(
    validations: impl Iterator<Item = &'v Validation>,
    scene: &Scene<'_>,
    verdicts: &mut Vec<Verdict>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for validation in validations {
        match judge(validation, scene) {
            Judgement::Holds => verdicts.push(verdict(&validation.rule.site, VerdictOutcome::Passed, None)),
            Judgement::DoesNotSpeak => {
                let message = Some("its component is not part of this claim".to_owned());
                verdicts.push(verdict(&validation.rule.site, VerdictOutcome::Skipped, message));
            }
            Judgement::Fails(finding) => found.push(finding),
        }
    }
    found
}

pub(super) enum Judgement {
    Holds,
    DoesNotSpeak,
    Fails(Finding),
}

pub(super) fn judge(validation: &Validation, scene: &Scene<'_>) -> Judgement {
    if let Some(facet) = validation.facet {
        match scene.present(facet) {
            Ok(true) => {}
            Ok(false) => return Judgement::DoesNotSpeak,
            Err(fault) => {
                let failure = Failure::fault(&validation.rule.site, fault);
                return Judgement::Fails(failure.finding("RuleError"));
            }
        }
    }
    match scene.condition(&validation.rule) {
        Ok(true) => Judgement::Holds,
        Ok(false) => {
            let finding = Finding::new(&validation.reason, message(validation, scene));
            Judgement::Fails(finding.by(&validation.rule.site, None).parameters(reached(validation, scene)))
        }
        // A rule that errs never approves.
        Err(failure) => {
            let mut finding = failure.finding("RuleError");
            finding.message = format!("the rule could not be judged: {}", finding.message);
            Judgement::Fails(finding.parameters(reached(validation, scene)))
        }
    }
}

/// The words of a failed validation: its expression's, or its fixed ones where that errs.
pub(super) fn message(validation: &Validation, scene: &Scene<'_>) -> String {
    let said = validation.message_expression.as_ref().and_then(|expr| match scene.eval(expr) {
        Ok(crate::cel::Value::String(text)) if !text.trim().is_empty() => Some(bounded_line(&text)),
        _ => None,
    });
    said.or_else(|| validation.message.clone())
        .unwrap_or_else(|| format!("`{}` does not hold", validation.rule.program.text()))
}

/// Longest message that an expression may make, in characters; status shows no more.
const MAX_MESSAGE: usize = 1024;

fn bounded_line(text: &str) -> String {
    text.chars().take(MAX_MESSAGE).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The parameters that a rule reads, directly or through variables and inputs.
fn reached(validation: &Validation, scene: &Scene<'_>) -> Vec<String> {
    let mut reaches = scene.graph.reaches();
    reaches.of(&validation.rule).params.into_iter().filter(|name| !name.is_empty()).collect()
}
