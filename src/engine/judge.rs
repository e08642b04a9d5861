//! Judging a rendered contract: the target's schema and rules, the revision's own validations over
//! `object`, and the platform's rule sets, which ratchet.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::api::{Verdict, VerdictOutcome};
use crate::catalog::{RuleSet, Target, Validation, canonical_len};
use crate::cel::Value;
use crate::schema::Schema;
use crate::schema::path::{Name, Trail};

use super::approve::{Judgement, judge as judge_validation, validations};
use super::contract::{Contract, Rendered};
use super::env::{Memo, Objects, Scene};
use super::finding::{Finding, verdict};
use super::input::{Facts, Inputs};

/// Bytes of a rendered object, as JSON: a persisted contract holds at most this
/// (facts/api-machinery.md 11).
pub const MAX_RENDERED: usize = 24 * 1024;

/// Judges a rendered contract and completes its trail. Everything that is wrong is returned.
pub fn judge(rendered: &mut Rendered, inputs: &Inputs<'_>) -> Vec<Finding> {
    let mut verdicts = Vec::new();
    let contract = &rendered.contract;
    let mut findings = target_findings(contract, inputs);
    let memo = Memo::new(&inputs.revision.graph);
    let objects = objects(contract, inputs.applied);
    let scene = Scene {
        graph: &inputs.revision.graph,
        facts: Some(&rendered.facts),
        memo: &memo,
        target_name: contract.identity.target.rsplit('/').next().unwrap_or_default(),
        objects: Some(&objects),
        change: None,
        item: None,
    };
    let own = inputs.revision.validations.iter().filter(|validation| validation.needs_object);
    findings.extend(validations(own, &scene, &mut verdicts));
    for name in inputs.broken_rule_sets {
        let message = format!("the rule set `{name}` does not compile, so nothing can be judged by it");
        findings.push(Finding::new("RuleSetNotCompiled", message));
    }
    for rule_set in inputs.rule_sets {
        let judge = RuleSetJudge::new(rule_set, &rendered.facts, contract, inputs.applied);
        if judge.speaks() {
            findings.extend(judge.findings(&mut verdicts));
        } else if let Some(when) = &rule_set.when {
            let message = Some("it does not speak of this object".to_owned());
            verdicts.push(verdict(&when.site, VerdictOutcome::Skipped, message));
        }
    }
    for finding in &mut findings {
        if let (Some(path), true) = (&finding.path, finding.parameters.is_empty()) {
            finding.parameters = super::explain::parameters_behind(inputs.revision, &rendered.writers, path);
        }
    }
    rendered.verdicts.extend(verdicts);
    findings
}

pub(super) fn objects(contract: &Contract, applied: Option<&Contract>) -> Objects {
    let old = applied.map(|applied| applied.defaulted.value());
    Objects { object: contract.defaulted.value(), old_object: old.map_or_else(Value::none, Value::some) }
}

/// The object against every release that the profile is for.
fn target_findings(contract: &Contract, inputs: &Inputs<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let size = canonical_len(&contract.object);
    if size > MAX_RENDERED {
        let message = format!("the rendered object has {size} bytes, more than {MAX_RENDERED}");
        findings.push(Finding::new("OutputTooLarge", message));
    }
    for (at, target) in inputs.revision.judges.iter().enumerate() {
        // The first release is the one whose defaults a contract shows.
        let object = if at == 0 { Cow::Borrowed(&*contract.defaulted) } else { defaulted(contract, target) };
        let found = release_findings(contract, &object, target, inputs.applied);
        if !found.is_empty() {
            // Other releases would say most of it again.
            findings.extend(found);
            break;
        }
    }
    findings
}

fn defaulted<'a>(contract: &Contract, target: &Target) -> Cow<'a, Json> {
    let mut object = contract.object.clone();
    target.schema.apply_defaults(&mut object);
    Cow::Owned(object)
}

/// `object`: the contract's with the defaults of this release.
fn release_findings(contract: &Contract, object: &Json, target: &Target, applied: Option<&Contract>) -> Vec<Finding> {
    let of = format!("{} {}", target.kind, target.release);
    let mut findings = Vec::new();
    for unknown in target.schema.unknown_fields(&contract.object) {
        let message = format!("{of} has no field `{}`", unknown.path);
        findings.push(Finding::new("InvalidOutput", message).at(unknown.path));
    }
    for violation in target.schema.validate(object) {
        let message = format!("`{}`: {}, as {of} defines it", violation.path, violation.kind);
        findings.push(Finding::new("InvalidOutput", message).at(violation.path));
    }
    nulls(&contract.object, &target.schema, &mut Trail::default(), &mut findings);
    assumed_bounds(&contract.object, &target.schema, &mut Trail::default(), target, &mut findings);
    if findings.is_empty() {
        let old = applied.map(|applied| defaulted(applied, target));
        for violation in target.rules.evaluate(object, old.as_deref()) {
            let message = format!("`{}`: {}, as {of} demands", violation.path, violation.message);
            findings.push(Finding::new("InvalidOutput", message).at(violation.path));
        }
    }
    findings
}

/// Calls `judge` for every value below a value that the schema knows.
fn below<'a>(
    value: &'a Json,
    schema: &'a Schema,
    trail: &mut Trail<'a>,
    mut judge: impl FnMut(&'a Json, &'a Schema, &mut Trail<'a>),
) {
    let mut step = |name, value, schema| {
        trail.push(name);
        judge(value, schema, trail);
        trail.pop();
    };
    match value {
        Json::Object(members) => {
            for (name, member) in members {
                if let Some(below) = schema.field(name) {
                    step(Name::Field(name), member, below);
                }
            }
        }
        Json::Array(items) => {
            if let Some(below) = schema.items.as_deref() {
                for (at, item) in items.iter().enumerate() {
                    step(Name::Index(at), item, below);
                }
            }
        }
        _ => {}
    }
}

/// Null never leaves the renderer for a place that is not nullable: the API server would drop it.
fn nulls<'a>(value: &'a Json, schema: &'a Schema, trail: &mut Trail<'a>, findings: &mut Vec<Finding>) {
    if value.is_null() && !schema.nullable {
        let path = trail.path();
        findings.push(Finding::new("InvalidOutput", format!("`{path}` is null")).at(path));
    }
    below(value, schema, trail, |value, schema, trail| nulls(value, schema, trail, findings));
}

/// Bounds that the target's schema leaves open are assumed by its facts and enforced here.
fn assumed_bounds<'a>(
    value: &'a Json,
    schema: &'a Schema,
    trail: &mut Trail<'a>,
    target: &Target,
    findings: &mut Vec<Finding>,
) {
    let bounds = target.facts.bounds;
    let (count, bound, what) = match value {
        Json::String(text) => (text.chars().count(), bounds.string, "characters"),
        Json::Array(items) => (items.len(), bounds.list, "items"),
        Json::Object(members) => (members.len(), bounds.map, "entries"),
        _ => return,
    };
    if u64::try_from(count).unwrap_or(u64::MAX) > bound {
        let path = trail.path();
        let message = format!("`{path}` has {count} {what}, more than the {bound} that are assumed");
        findings.push(Finding::new("OutputTooLarge", message).at(path));
        return;
    }
    below(value, schema, trail, |value, schema, trail| assumed_bounds(value, schema, trail, target, findings));
}

/// One rule set over the candidate and, for the ratchet, over what is applied.
pub(super) struct RuleSetJudge<'a> {
    rule_set: &'a RuleSet,
    facts: &'a Facts,
    candidate: Side,
    applied: Option<Side>,
}

/// An object as one rule set sees it.
struct Side {
    objects: Objects,
    memo: Memo,
}

impl<'a> RuleSetJudge<'a> {
    pub(super) fn new(
        rule_set: &'a RuleSet,
        facts: &'a Facts,
        contract: &Contract,
        applied: Option<&Contract>,
    ) -> Self {
        let side = |objects| Side { objects, memo: Memo::new(&rule_set.graph) };
        Self {
            rule_set,
            facts,
            candidate: side(objects(contract, applied)),
            applied: applied.map(|applied| side(objects(applied, None))),
        }
    }

    fn scene<'s>(&'s self, side: &'s Side) -> Scene<'s> {
        Scene {
            graph: &self.rule_set.graph,
            facts: Some(self.facts),
            memo: &side.memo,
            target_name: "",
            objects: Some(&side.objects),
            change: None,
            item: None,
        }
    }

    /// Whether `when` holds for the old or the new object; an error counts as true.
    pub(super) fn speaks(&self) -> bool {
        let Some(when) = &self.rule_set.when else { return true };
        let mut sides = std::iter::once(&self.candidate).chain(&self.applied);
        sides.any(|side| self.scene(side).condition(when).unwrap_or(true))
    }

    pub(super) fn findings(&self, verdicts: &mut Vec<Verdict>) -> Vec<Finding> {
        let mut found = Vec::new();
        for validation in &self.rule_set.validations {
            match judge_validation(validation, &self.scene(&self.candidate)) {
                Judgement::Fails(finding) if self.failed_before(validation) => {
                    let message = format!("{}; what is applied fails it too", finding.message);
                    verdicts.push(verdict(&validation.rule.site, VerdictOutcome::Tolerated, Some(message)));
                }
                Judgement::Fails(finding) => found.push(finding),
                _ => verdicts.push(verdict(&validation.rule.site, VerdictOutcome::Passed, None)),
            }
        }
        found
    }

    /// The ratchet: what the applied object fails already does not hold up an edit.
    fn failed_before(&self, validation: &Validation) -> bool {
        let Some(applied) = &self.applied else { return false };
        matches!(judge_validation(validation, &self.scene(applied)), Judgement::Fails(_))
    }
}
