//! The parts of compiled catalogs that cases can see: expressions, texts and sensitivity rules.

use crate::catalog::{Expr, Offering, Revision, RuleSet, SensitivityRule, Source, Text, Tree, Validation};

/// A part that decisions evaluate.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part<'a> {
    /// Must yield true or false.
    Condition(&'a Expr),
    /// Yields any value.
    Value(&'a Expr),
    Text(&'a Text),
    Rule(&'a SensitivityRule),
}

/// All parts of a revision but those of operations and of `creation`, which no case runs.
pub(super) fn of_revision(revision: &Revision) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let graph = &revision.graph;
    let health = revision.health.ready.iter().chain(&revision.health.degraded);
    judgements(revision.eligibility.iter().chain(&revision.validations).chain(health), &mut parts);
    parts.extend(graph.variables.iter().map(|variable| Part::Value(&variable.expr)));
    let guards = graph.facets.iter().map(|facet| &facet.when).chain(revision.blocks.iter().map(|block| &block.when));
    parts.extend(guards.flatten().map(Part::Condition));
    parts.extend(revision.blocks.iter().filter_map(|block| block.for_each.as_ref()).map(Part::Value));
    parts.extend(revision.unique.iter().map(|unique| Part::Value(&unique.key)));
    let sources = graph.projections.iter().filter_map(|projection| match &projection.source {
        Source::Named { name, .. } => Some(name),
        Source::Parameter { .. } => None,
    });
    let trees = graph.facets.iter().map(|facet| &facet.with);
    let trees = trees.chain(sources).chain(revision.mappings.iter().map(|mapping| &mapping.value));
    let connection = &revision.connection;
    let trees = trees.chain(connection.data.values()).chain(connection.copy.iter().map(|copy| &copy.name));
    trees.for_each(|tree| texts(tree, &mut parts));
    parts.extend(revision.sensitivity.iter().flatten().map(Part::Rule));
    parts
}

/// All parts of a rule set.
pub(super) fn of_rule_set(rule_set: &RuleSet) -> Vec<Part<'_>> {
    let mut parts: Vec<_> = rule_set.when.iter().map(Part::Condition).collect();
    parts.extend(rule_set.graph.variables.iter().map(|variable| Part::Value(&variable.expr)));
    judgements(&rule_set.validations, &mut parts);
    parts.extend(rule_set.sensitivity.iter().map(Part::Rule));
    parts
}

/// All parts of an offering.
pub(super) fn of_offering(offering: &Offering) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    judgements(&offering.eligibility, &mut parts);
    parts
}

fn judgements<'a>(validations: impl IntoIterator<Item = &'a Validation>, parts: &mut Vec<Part<'a>>) {
    for validation in validations {
        parts.push(Part::Condition(&validation.rule));
        parts.extend(validation.message_expression.as_ref().map(Part::Value));
    }
}

fn texts<'a>(tree: &'a Tree, parts: &mut Vec<Part<'a>>) {
    let mut found = Vec::new();
    tree.texts(&mut found);
    parts.extend(found.into_iter().map(Part::Text));
}
