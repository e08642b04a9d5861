//! Which of the paths that a revision can write have a rule that says what a change of them may do.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::schema::path::{Path, Pattern, Segment, Step};

use super::origin::{Site, rule_id};
use super::revision::{Mapping, Revision, SensitivityRule};
use super::rules::RuleSet;

/// Sensitivity over all that a revision can write.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Places of the target, and copies, that the revision can write: what changes as one.
    pub paths: usize,
    /// Those of them for which some rule answers.
    pub covered: usize,
    /// What is amiss: paths without a rule, rules without a path, rules that are never asked.
    pub warnings: Vec<Diagnostic>,
}

/// A place that a revision can write, and what writes it.
struct Writable<'a> {
    path: Pattern,
    site: &'a Site,
}

/// Compares what a revision can write with its own rules and those of the rule sets beside it.
pub fn coverage(revision: &Revision, rule_sets: &[Arc<RuleSet>]) -> Coverage {
    let writable = writable(revision);
    let mut covered = 0;
    let mut warnings = Vec::new();
    let mut told = BTreeSet::new();
    for place in &writable {
        if answered(&place.path, revision, rule_sets) {
            covered += 1;
        } else if told.insert(place.site.to_string()) {
            let message = format!("no rule says what a change of `{}` may do", place.path);
            warnings.push(
                place
                    .site
                    .key_error(Code::W0701, message, "written here")
                    .note("a change that no rule classifies is blocked")
                    .help("add a rule to `sensitivity` where it is written")
                    .warning(),
            );
        }
    }
    for list in &revision.sensitivity {
        warnings.extend(idle(list, &writable));
    }
    Coverage { paths: writable.len(), covered, warnings }
}

fn answered(path: &Pattern, revision: &Revision, rule_sets: &[Arc<RuleSet>]) -> bool {
    let by = |rules: &[SensitivityRule], path: &Pattern| {
        rules.iter().any(|rule| rule.paths.iter().any(|pattern| pattern.covers(path)))
    };
    // A component calls its copies by their own names.
    let own = own_copy(path);
    revision.sensitivity.iter().any(|list| by(list, path) || own.as_ref().is_some_and(|own| by(list, own)))
        || rule_sets.iter().any(|rules| by(&rules.sensitivity, path))
}

/// `projections.FACET.NAME` as the facet's component says it.
fn own_copy(path: &Pattern) -> Option<Pattern> {
    match path.steps() {
        [first @ Step::Exact(Segment::Field(root)), _, name] if root == "projections" => {
            Some(Pattern::new(vec![first.clone(), name.clone()]))
        }
        _ => None,
    }
}

/// All places, each once.
fn writable(revision: &Revision) -> Vec<Writable<'_>> {
    let mut seen = BTreeSet::new();
    let mut places = Vec::new();
    let mut add = |path: Pattern, site| {
        if seen.insert(path.clone()) {
            places.push(Writable { path, site });
        }
    };
    for mapping in &revision.mappings {
        for path in leaves(mapping, revision) {
            add(path, &mapping.site);
        }
    }
    for projection in &revision.graph.projections {
        let path = projection.name.split('.').fold(Path::root().field("projections"), |path, part| path.field(part));
        add(Pattern::from(&path), &projection.site);
    }
    places
}

/// What changes as one at and below a mapping's path. A literal writes what it holds and no more.
fn leaves(mapping: &Mapping, revision: &Revision) -> Vec<Pattern> {
    let own = Pattern::from(&mapping.path);
    let Some(schema) = revision.targets.first().and_then(|target| target.schema.at(&mapping.path)) else {
        return vec![own];
    };
    let below = schema.leaf_paths();
    let literal = matches!(&mapping.value, super::revision::Tree::Literal(value) if !value.is_object());
    if literal || below.len() < 2 {
        return below.into_iter().take(1).map(|leaf| joined(&own, &leaf)).collect();
    }
    below.iter().map(|leaf| joined(&own, leaf)).collect()
}

fn joined(above: &Pattern, below: &Pattern) -> Pattern {
    Pattern::new(above.steps().iter().chain(below.steps()).cloned().collect())
}

/// Paths of a rule that nothing writes, beside others that something does.
fn useless(rule: &SensitivityRule, writable: &[Writable<'_>]) -> Vec<Diagnostic> {
    let written = |pattern: &Pattern| {
        writable.iter().any(|place| {
            pattern.overlaps(&place.path) || own_copy(&place.path).is_some_and(|own| pattern.overlaps(&own))
        })
    };
    let idle = rule.paths.iter().enumerate().filter(|(_, pattern)| !written(pattern));
    idle.map(|(at, pattern)| {
        let site = rule.site.at("paths").at(at);
        site.error(Code::W0702, format!("`{pattern}` cannot be written"), "never asked")
            .help("correct the path, or remove it")
            .warning()
    })
    .collect()
}

/// Rules of a list that answer for nothing that can be written, or after another that answers for all of it.
fn idle(list: &[SensitivityRule], writable: &[Writable<'_>]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (at, rule) in list.iter().enumerate() {
        let own: Vec<Pattern> = writable
            .iter()
            .flat_map(|place| [Some(place.path.clone()), own_copy(&place.path)])
            .flatten()
            .filter(|path| rule.paths.iter().any(|pattern| pattern.overlaps(path)))
            .collect();
        if own.is_empty() {
            found.push(
                rule.site
                    .error(Code::W0702, "the rule answers for no path that can be written", "never asked")
                    .help("correct its paths, or remove it")
                    .warning(),
            );
            continue;
        }
        found.extend(useless(rule, writable));
        let before = list.get(..at).unwrap_or_default();
        let first = |path: &Pattern| before.iter().find(|rule| rule.paths.iter().any(|pattern| pattern.covers(path)));
        if own.iter().all(|path| first(path).is_some())
            && let Some(earlier) = own.iter().find_map(first)
        {
            found.push(
                rule.site
                    .error(Code::W0703, "earlier rules answer for all of its paths", "never asked")
                    .label(earlier.site.span(), format!("{} answers first", rule_id(&earlier.site)))
                    .help("the first rule that matches a path answers: move it up, or remove it")
                    .warning(),
            );
        }
    }
    found
}
