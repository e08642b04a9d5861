//! classify: what every change between what is applied and a candidate may do.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::api::{Approver, Sensitivity};
use crate::catalog::{Answer, Digest, Revision, SensitivityRule, Site};
use crate::cel::{Fault, Value};
use crate::schema::diff::Change;
use crate::schema::path::{Path, Segment};

use super::compare::changes;
use super::contract::{Contract, Rendered};
use super::env::{ChangeValues, Memo, Objects, Scene};
use super::explain::parameters_behind;
use super::finding::Failure;
use super::input::{Facts, Inputs};
use super::judge::{RuleSetJudge, objects};
use super::record::Way;

/// The way from what is applied to a candidate.
#[derive(Debug)]
pub struct Transition {
    /// The highest class over all changes.
    pub sensitivity: Sensitivity,
    /// Every change, in order of path.
    pub changes: Vec<ClassifiedChange>,
    /// Parameters that the claim leaves out and whose default differs.
    pub defaults: Vec<DefaultChange>,
    /// The candidate's digest: what an approval names.
    pub candidate: Digest,
}

/// One change with its class, and who said so.
#[derive(Debug)]
pub struct ClassifiedChange {
    /// Where.
    pub path: Path,
    /// The value before; absent: the path was not there.
    pub old: Option<Json>,
    /// The value after; absent: the path goes away.
    pub new: Option<Json>,
    /// What it may do.
    pub class: Sensitivity,
    /// Who approves it, when it is gated.
    pub approver: Option<Approver>,
    /// The rule that decided; absent: no rule speaks of this path.
    pub rule: Option<Site>,
    /// Why, in the rule's words or ours.
    pub message: Option<String>,
    /// The claim's parameters that it came from.
    pub parameters: Vec<String>,
    /// Why its rule could not be judged, where that is so.
    pub fault: Option<Box<Fault>>,
}

/// A default that is not what it was for this claim.
#[derive(Debug, PartialEq)]
pub struct DefaultChange {
    /// The parameter.
    pub parameter: String,
    /// Its value in what is applied.
    pub old: Option<Json>,
    /// Its default now.
    pub new: Option<Json>,
}

/// Compares a candidate with what is applied and classifies every change.
pub fn classify(applied: &Contract, candidate: &Rendered, inputs: &Inputs<'_>) -> Transition {
    let revision = inputs.revision;
    let contract = &candidate.contract;
    let Some(target) = revision.targets.first() else { return nothing(contract) };
    let comparisons: Vec<_> =
        revision.comparisons.iter().chain(inputs.rule_sets.iter().flat_map(|rule_set| &rule_set.comparisons)).collect();
    let found = changes(&target.schema, applied, contract, &comparisons);
    let jury = Jury::new(applied, candidate, inputs);
    let edited = changed_parameters(&applied.parameters, &contract.parameters);
    let changes: Vec<_> = found
        .into_iter()
        .map(|change| {
            let mut classified = jury.classify(change);
            let mut behind: BTreeSet<_> =
                parameters_behind(revision, &candidate.writers, &classified.path).into_iter().collect();
            if let Some(before) = inputs.applied_revision.or(Some(revision)) {
                behind.extend(super::explain::parameters_of_path(before, &classified.path));
            }
            classified.parameters = behind.into_iter().filter(|parameter| touches(&edited, parameter)).collect();
            classified
        })
        .collect();
    let sensitivity = changes.iter().map(|change| change.class).max().unwrap_or(Sensitivity::Unchanged);
    let defaults = default_changes(applied, candidate);
    Transition { sensitivity, changes, defaults, candidate: contract.digest.clone() }
}

fn nothing(contract: &Contract) -> Transition {
    Transition {
        sensitivity: Sensitivity::Unchanged,
        changes: Vec::new(),
        defaults: Vec::new(),
        candidate: contract.digest.clone(),
    }
}

fn changed_parameters(old: &Json, new: &Json) -> BTreeSet<String> {
    let names = |value: &Json| value.as_object().map(|it| it.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    names(old).into_iter().chain(names(new)).filter(|name| old.get(name) != new.get(name)).collect()
}

fn touches(changed: &BTreeSet<String>, parameter: &str) -> bool {
    let first = parameter.split('.').next().unwrap_or(parameter);
    first.is_empty() || changed.contains(first)
}

fn default_changes(applied: &Contract, candidate: &Rendered) -> Vec<DefaultChange> {
    changed_parameters(&applied.parameters, &candidate.contract.parameters)
        .into_iter()
        .filter(|name| !candidate.given.contains(name))
        .map(|name| DefaultChange {
            old: applied.parameters.get(&name).cloned(),
            new: candidate.contract.parameters.get(&name).cloned(),
            parameter: name,
        })
        .collect()
}

/// All lists that have a say, and what their expressions see.
struct Jury<'a> {
    lists: Vec<List<'a>>,
    /// Lists of the revision that is applied: they answer for paths that the new one cannot write.
    before: Vec<List<'a>>,
    revision: &'a Revision,
    objects: Objects,
    observed: Value,
    facts: &'a Facts,
    no_graph: crate::catalog::Graph,
}

/// One list; `facet` is set for a component's, whose projections are called by their own names.
struct List<'a> {
    rules: &'a [SensitivityRule],
    facet: Option<&'a str>,
}

/// One list's answer.
struct Opinion<'a> {
    class: Sensitivity,
    rule: &'a SensitivityRule,
    message: Option<String>,
    fault: Option<Box<Fault>>,
}

impl<'a> Jury<'a> {
    fn new(applied: &'a Contract, candidate: &'a Rendered, inputs: &Inputs<'a>) -> Self {
        let mut lists = lists_of(inputs.revision);
        for rule_set in inputs.rule_sets {
            let judge = RuleSetJudge::new(rule_set, &candidate.facts, &candidate.contract, Some(applied));
            if judge.speaks() {
                lists.push(List { rules: &rule_set.sensitivity, facet: None });
            }
        }
        Self {
            lists,
            before: inputs.applied_revision.map(lists_of).unwrap_or_default(),
            revision: inputs.revision,
            objects: objects(&candidate.contract, Some(applied)),
            observed: inputs.observed.map_or_else(Value::none, |observed| Value::some(Value::from_json(observed))),
            facts: &candidate.facts,
            no_graph: crate::catalog::Graph::default(),
        }
    }

    fn classify(&self, change: Change) -> ClassifiedChange {
        let mut opinions: Vec<_> = self.lists.iter().filter_map(|list| self.ask(list, &change)).collect();
        if opinions.is_empty() && !self.can_write(&change.path) {
            opinions.extend(self.before.iter().filter_map(|list| self.ask(list, &change)));
        }
        let strictest = opinions.iter().map(|opinion| opinion.class).max();
        let approver = opinions
            .iter()
            .filter(|opinion| Some(opinion.class) == strictest)
            .map(|opinion| opinion.rule.approver)
            .max()
            .filter(|_| strictest == Some(Sensitivity::Gated));
        let decisive = opinions.into_iter().find(|opinion| {
            Some(opinion.class) == strictest && approver.is_none_or(|approver| approver == opinion.rule.approver)
        });
        let Change { path, old, new } = change;
        match decisive {
            Some(opinion) => ClassifiedChange {
                path,
                old,
                new,
                class: opinion.class,
                approver,
                rule: Some(opinion.rule.site.clone()),
                message: opinion.message,
                fault: opinion.fault,
                parameters: Vec::new(),
            },
            None => ClassifiedChange {
                message: Some("no rule speaks of this path".to_owned()),
                path,
                old,
                new,
                class: Sensitivity::Blocked,
                approver: None,
                rule: None,
                parameters: Vec::new(),
                fault: None,
            },
        }
    }

    fn can_write(&self, path: &Path) -> bool {
        self.revision.mappings.iter().any(|mapping| path.starts_with(&mapping.path))
    }

    fn ask(&self, list: &List<'a>, change: &Change) -> Option<Opinion<'a>> {
        let path = own_path(list, &change.path);
        let rule = list.rules.iter().find(|rule| rule.paths.iter().any(|pattern| pattern.matches(&path)))?;
        if let Some(recorder) = &self.facts.recorder {
            recorder.asked(rule, way(change));
        }
        let (class, failure) = match &rule.answer {
            Answer::Class(class) => (*class, None),
            Answer::Expression { on_add, .. } if change.old.is_none() => (*on_add, None),
            Answer::Expression { on_remove, .. } if change.new.is_none() => (*on_remove, None),
            Answer::Expression { modify, .. } => match self.modify(modify, change, &path) {
                Ok(class) => (class, None),
                // A rule that errs never lets a change through.
                Err(failure) => (Sensitivity::Blocked, Some(failure)),
            },
        };
        let removed = || change.new.is_none().then(|| "it is removed".to_owned());
        let message = match &failure {
            Some(failure) => Some(format!("the rule could not be judged: {}", failure.message)),
            None => rule.message.clone().or_else(removed),
        };
        Some(Opinion { class, rule, message, fault: failure.and_then(|failure| failure.fault) })
    }

    fn modify(&self, expr: &crate::catalog::Expr, change: &Change, path: &Path) -> Result<Sensitivity, Failure> {
        let value = |value: &Option<Json>| value.as_ref().map_or(Value::Null, Value::from_json);
        let values = ChangeValues {
            old: value(&change.old),
            new: value(&change.new),
            path: Value::string(&path.to_string()),
            key: item_key(path).map_or_else(Value::none, Value::some),
            observed: self.observed.clone(),
        };
        let memo = Memo::new(&self.no_graph);
        let scene = Scene {
            graph: &self.no_graph,
            facts: Some(self.facts),
            memo: &memo,
            target_name: "",
            objects: Some(&self.objects),
            change: Some(&values),
            item: None,
        };
        match scene.eval(expr) {
            Ok(Value::String(answer)) => class_named(&answer).ok_or_else(|| {
                Failure::wrong_type(&expr.site, format!("answers `{answer}`, not `InPlace`, `Gated` or `Blocked`"))
            }),
            Ok(other) => {
                Err(Failure::wrong_type(&expr.site, format!("answers {}, not the name of a class", other.type_name())))
            }
            Err(error) => Err(Failure::of(&expr.site, &error)),
        }
    }
}

fn way(change: &Change) -> Way {
    match (&change.old, &change.new) {
        (None, _) => Way::Add,
        (_, None) => Way::Remove,
        _ => Way::Modify,
    }
}

fn class_named(name: &str) -> Option<Sensitivity> {
    match name {
        "InPlace" => Some(Sensitivity::InPlace),
        "Gated" => Some(Sensitivity::Gated),
        "Blocked" => Some(Sensitivity::Blocked),
        _ => None,
    }
}

/// The profile's list, then each component's.
fn lists_of(revision: &Revision) -> Vec<List<'_>> {
    let facets = revision.graph.facets.iter().map(|facet| Some(facet.name.as_str()));
    let owners = std::iter::once(None).chain(facets);
    revision.sensitivity.iter().zip(owners).map(|(rules, facet)| List { rules, facet }).collect()
}

/// A component calls its projections by their own names, without its facet's.
fn own_path(list: &List<'_>, path: &Path) -> Path {
    let segments = path.segments();
    match (list.facet, segments) {
        (Some(facet), [Segment::Field(first), Segment::Field(second), rest @ ..])
            if first == "projections" && second == facet =>
        {
            rest.iter().fold(Path::root().field("projections"), |path, segment| path.join(segment.clone()))
        }
        _ => path.clone(),
    }
}

/// The key of the innermost list item that holds the path: its value, or a map of several.
fn item_key(path: &Path) -> Option<Value> {
    path.segments().iter().rev().find_map(|segment| match segment {
        Segment::Key(key) if key.len() == 1 => key.values().next().map(Value::from_json),
        Segment::Key(key) => {
            let key: serde_json::Map<_, _> = key.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            Some(Value::from_json(&Json::Object(key)))
        }
        _ => None,
    })
}
