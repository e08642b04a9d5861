//! Decisions as people read them, and as programs do.

use serde_json::{Value as Json, json};

use crate::api::{self, OpenBaoClusterClaim, VerdictOutcome};
use crate::catalog::{Entry, Site, canonical, rule_id};
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::{Candidate, Decision, Finding, Inputs, Transition, to_wire};

use super::output::{Output, plural};

/// Longest value in a table of changes, in characters.
const MAX_VALUE: usize = 60;

/// One word for a decision.
pub(super) fn word(decision: &Decision) -> &'static str {
    decision.word()
}

/// The findings of a decision.
pub(super) fn findings(decision: &Decision) -> &[Finding] {
    decision.findings()
}

/// The candidate of a decision, where one could be rendered.
pub(super) fn candidate(decision: &Decision) -> Option<&Candidate> {
    decision.candidate()
}

/// Findings as diagnostics: marked in the claim where a parameter is to be changed, and in the rule.
pub(super) fn diagnostics(decision: &Decision, claim: &Entry<OpenBaoClusterClaim>) -> Vec<Diagnostic> {
    let code = match decision {
        Decision::Pending(_) => Code::E0502,
        Decision::Blocked { .. } => Code::E0503,
        _ => Code::E0501,
    };
    let word = word(decision).to_lowercase();
    findings(decision).iter().map(|finding| diagnostic(finding, code, &word, claim)).collect()
}

fn diagnostic(finding: &Finding, code: Code, word: &str, claim: &Entry<OpenBaoClusterClaim>) -> Diagnostic {
    let parameters = claim.site().at("spec").at("parameters");
    let written = finding.parameters.iter().find_map(|parameter| {
        let site = parameters.below(&pointer(parameter));
        let is_there = claim.content.pointer(&site.pointer).is_some();
        is_there.then_some((site, parameter))
    });
    let rule = finding.rule.as_ref().map(|place| {
        let range = place.range.clone();
        (range.map_or_else(|| place.site.span(), |range| place.site.within(range)), rule_id(&place.site))
    });
    let message = finding.message.clone();
    let label = finding.reason.clone();
    let mut diagnostic = match (&written, &rule) {
        // An unknown parameter is wrong by its name, any other by its value.
        (Some((site, _)), _) if finding.reason == "UnknownParameter" => site.key_error(code, message, label),
        (Some((site, _)), _) => site.error(code, message, label),
        (None, _) => selecting(finding, claim).error(code, message, label),
    };
    if let Some((span, id)) = rule {
        diagnostic = diagnostic.label(span, format!("judged by {id}"));
    }
    if let (None, Some(parameter)) = (&written, finding.parameters.first()) {
        diagnostic = diagnostic.note(format!("it comes from parameter `{parameter}`, which the claim leaves out"));
    }
    if let Some(help) = &finding.help {
        diagnostic = diagnostic.help(help.clone());
    }
    diagnostic.note(format!("claim `{}` is {word}", name(&claim.object)))
}

/// The field of the claim that a finding is about; its name where it is about all of it.
fn selecting(finding: &Finding, claim: &Entry<OpenBaoClusterClaim>) -> Site {
    let field = finding.field.filter(|field| claim.content.pointer(field).is_some());
    field.map_or_else(|| claim.site().at("metadata").at("name"), |field| claim.site().below(field))
}

/// `backup.partition` and `peers[2]` as a JSON pointer.
fn pointer(parameter: &str) -> String {
    let mut pointer = String::new();
    for part in parameter.split(['.', '[']).filter(|part| !part.is_empty()) {
        pointer.push('/');
        pointer.push_str(part.trim_end_matches(']'));
    }
    pointer
}

/// `namespace/name`.
pub(super) fn name(claim: &OpenBaoClusterClaim) -> String {
    let metadata = &claim.metadata;
    let namespace = metadata.namespace.as_deref().unwrap_or_default();
    format!("{namespace}/{}", metadata.name.as_deref().unwrap_or_default())
}

/// A decision for programs.
pub(super) fn document(decision: &Decision, inputs: Option<&Inputs<'_>>, claim: &OpenBaoClusterClaim) -> Json {
    let findings: Vec<_> = findings(decision)
        .iter()
        .map(|finding| {
            json!({
                "reason": finding.reason,
                "message": finding.message,
                "rule": finding.rule_id(),
                "path": finding.path.as_ref().map(ToString::to_string),
                "parameters": finding.parameters,
                "help": finding.help,
            })
        })
        .collect();
    let judged = candidate(decision).zip(inputs);
    json!({
        "claim": name(claim),
        "verdict": word(decision),
        "findings": findings,
        "contract": judged.map(|(candidate, inputs)| stored(candidate, inputs)),
        "pending": judged.and_then(|(candidate, inputs)| {
            let revision = api::RevisionIdentity {
                name: candidate.rendered.contract.revision.clone(),
                number: None,
                digest: Some(inputs.revision.digest.to_string()),
            };
            candidate.transition.as_ref().map(|it| it.to_wire(inputs.claim.metadata.generation, revision))
        }),
    })
}

/// The contract as it would be stored, first of its claim.
fn stored(candidate: &Candidate, inputs: &Inputs<'_>) -> Json {
    let target = candidate.rendered.contract.identity.target.rsplit('/').next().unwrap_or_default();
    json!({
        "apiVersion": api::API_VERSION,
        "kind": "OpenBaoServiceContract",
        "metadata": {"name": format!("{target}-1"), "namespace": "openbao-claims-system"},
        "spec": to_wire(&candidate.rendered, inputs, 1),
    })
}

/// A decision for people: what the claim becomes, and the trail that led there.
pub(super) fn human(
    decision: &Decision,
    inputs: Option<&Inputs<'_>>,
    claim: &OpenBaoClusterClaim,
    output: &mut Output,
) {
    let Some(candidate) = candidate(decision) else {
        output.line(format!("# claim {}: {}", name(claim), word(decision)));
        return;
    };
    let contract = &candidate.rendered.contract;
    output.line(format!("# claim {} → {}", name(claim), contract.identity.target));
    output.line(format!("#   verdict    {}", word(decision)));
    if let Some(offering) = &contract.identity.offering {
        output.line(format!("#   offering   {offering}"));
    }
    output.line(format!("#   revision   {}", contract.revision));
    output.line(format!("#   candidate  {}", contract.digest));
    if let Some(inputs) = inputs {
        parameters(candidate, inputs, output);
    }
    trail(candidate, output);
    for projection in &contract.projections {
        let from = format!("{} {}/{}", projection.kind, projection.source_namespace, projection.source_name);
        output.line(format!("#   copies     {from} → {}", projection.copy_name));
    }
    for key in &contract.unique {
        output.line(format!("#   reserves   {} {}", key.name, key.value.replace('\0', " ")));
    }
    if let Some(transition) = &candidate.transition {
        changes(transition, output);
    }
    output.line("---");
    output.line(crate::yaml::write(&contract.object).trim_end());
}

fn parameters(candidate: &Candidate, inputs: &Inputs<'_>, output: &mut Output) {
    let contract = &candidate.rendered.contract;
    for (name, value) in contract.parameters.as_object().into_iter().flatten() {
        let origin = if candidate.rendered.given.contains(name) {
            String::new()
        } else {
            format!("   (default of {})", inputs.revision.name)
        };
        output.line(format!("#   parameter  {name} = {}{origin}", shortened(value)));
    }
}

fn trail(candidate: &Candidate, output: &mut Output) {
    let verdicts = &candidate.rendered.verdicts;
    let passed = verdicts.iter().filter(|it| it.outcome == VerdictOutcome::Passed).count();
    output.line(format!("#   judged by  {}, {passed} passed", plural(verdicts.len(), "rule")));
    for verdict in verdicts {
        let outcome = match verdict.outcome {
            VerdictOutcome::Passed => "passed",
            VerdictOutcome::Skipped => "skipped",
            VerdictOutcome::Tolerated => "tolerated",
            VerdictOutcome::Waived => "waived",
        };
        let message = verdict.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
        output.line(format!("#     {outcome:<9} {}{message}", verdict.rule));
    }
}

/// The table of changes.
pub(super) fn changes(transition: &Transition, output: &mut Output) {
    let count = plural(transition.changes.len(), "change");
    output.line(format!("#   changes    {:?}, {count}", transition.sensitivity));
    for change in &transition.changes {
        let approver = change.approver.map(|approver| format!(" by {approver:?}")).unwrap_or_default();
        let value = |value: &Option<Json>| value.as_ref().map_or_else(|| "absent".to_owned(), shortened);
        let class = format!("{:?}{approver}", change.class);
        let (old, new) = (value(&change.old), value(&change.new));
        output.line(format!("#     {class:<18} {}: {old} → {new}", change.path));
        let rule = change.rule.as_ref().map_or_else(|| "no rule".to_owned(), rule_id);
        let message = change.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
        output.line(format!("#       {rule}{message}"));
        if !change.parameters.is_empty() {
            output.line(format!("#       from {}", change.parameters.join(", ")));
        }
    }
    for change in &transition.defaults {
        let value = |value: &Option<Json>| value.as_ref().map_or_else(|| "absent".to_owned(), shortened);
        let (old, new) = (value(&change.old), value(&change.new));
        output.line(format!("#     default of {}: {old} → {new} (the claim leaves it out)", change.parameter));
    }
}

/// A value on one line, cut.
pub(super) fn shortened(value: &Json) -> String {
    let text = canonical(value);
    let count = text.chars().count();
    if count <= MAX_VALUE {
        return text;
    }
    let cut: String = text.chars().take(MAX_VALUE).collect();
    format!("{cut}… ({count} characters)")
}
