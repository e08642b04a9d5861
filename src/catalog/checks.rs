//! What can only be known of a whole revision: circles, paths that operations patch too, and the facts from
//! outside that its expressions read.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::schema::path::Path;

use super::compile::Parts;
use super::graph::Reads;
use super::origin::Site;
use super::presence;
use super::report::Report;
use super::revision::{ExternalRead, Tree};
use super::taint;
use super::target::Target;
use super::wiring::Wiring;

pub(super) fn after(parts: &Parts, targets: &[Arc<Target>], wiring: &Wiring<'_>, site: &Site, report: &mut Report) {
    if report.has_errors() {
        // Indices into the graph only hold when every part of it compiled.
        return;
    }
    let cycles = parts.graph.cycles();
    if !cycles.is_empty() {
        report.extend(cycles);
        return;
    }
    presence::check(parts, targets, &wiring.parameters, site, report);
    report.extend(taint::check(parts, targets, &wiring.parameters));
    report.extend(patched(parts));
}

/// A mapping may not write what an operation patches: each would undo the other.
fn patched(parts: &Parts) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for operation in &parts.operations {
        let mut paths = Vec::new();
        if let Some(patch) = &operation.patch {
            leaves(patch, &Path::root(), &mut paths);
        }
        for path in paths {
            for mapping in parts.mappings.iter().filter(|mapping| mapping.path == path) {
                found.push(
                    mapping
                        .site
                        .error(
                            Code::E0411,
                            format!("`{path}` is patched by the operation `{}`", operation.name),
                            "written here too",
                        )
                        .label(operation.site.key_span(), "the operation"),
                );
            }
        }
    }
    found
}

fn leaves(tree: &Tree, path: &Path, out: &mut Vec<Path>) {
    match tree {
        Tree::Map(members) => members.iter().for_each(|(key, member)| leaves(member, &path.field(key), out)),
        Tree::Literal(serde_json::Value::Object(members)) if !members.is_empty() => {
            for (key, member) in members {
                leaves(&Tree::Literal(member.clone()), &path.field(key), out);
            }
        }
        _ => out.push(path.clone()),
    }
}

/// The facts from outside that any expression of the revision reads.
pub(super) fn external_reads(parts: &Parts) -> BTreeSet<ExternalRead> {
    let mut reaches = parts.graph.reaches();
    let mut reads = BTreeSet::new();
    let mut texts = Vec::new();
    for mapping in &parts.mappings {
        mapping.value.texts(&mut texts);
    }
    let blocks = parts.blocks.iter().flat_map(|block| block.when.iter().chain(&block.for_each));
    let validations = parts.validations.iter().flat_map(|it| std::iter::once(&it.rule).chain(&it.message_expression));
    let facets = parts.graph.facets.iter().flat_map(|facet| &facet.when);
    for facet in &parts.graph.facets {
        facet.with.texts(&mut texts);
    }
    let expressions = blocks.chain(validations).chain(facets).chain(parts.unique.iter().map(|unique| &unique.key));
    let all =
        expressions.map(|expr| -> &dyn Reads { expr }).chain(texts.into_iter().map(|text| -> &dyn Reads { text }));
    for expression in all {
        reads.extend(reaches.of(expression).facts);
    }
    reads
}
