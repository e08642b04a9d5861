//! What can only be known of a whole revision: circles, mappings that meet, bytes that a tenant could
//! steer, and the facts from outside that its expressions read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::api::SourceKind;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::path::Path;

use super::compile::Parts;
use super::graph::{Reach, Reads};
use super::origin::{Site, rule_id};
use super::report::Report;
use super::revision::{Block, ExternalRead, Mapping, Source, Tree};
use super::target::{Access, Target};
use super::wiring::Wiring;

pub(super) fn after(parts: &Parts, targets: &[Arc<Target>], wiring: &Wiring<'_>, report: &mut Report) {
    if report.has_errors() {
        // Indices into the graph only hold when every part of it compiled.
        return;
    }
    let cycles = parts.graph.cycles();
    if !cycles.is_empty() {
        report.extend(cycles);
        return;
    }
    report.extend(conflicts(parts, wiring));
    report.extend(taint(parts, targets));
    report.extend(patched(parts));
}

/// Whether a mapping contributes whatever the claim says.
fn unguarded(block: &Block, wiring: &Wiring<'_>) -> bool {
    let facet = block.facet.and_then(|at| wiring.facets.get(at));
    block.when.is_none() && block.for_each.is_none() && facet.is_none_or(|facet| facet.when.is_none())
}

fn is_empty_map(mapping: &Mapping) -> bool {
    matches!(&mapping.value, Tree::Literal(serde_json::Value::Object(members)) if members.is_empty())
}

/// Two unguarded mappings of one path, unless the profile overrides or all writers append.
fn conflicts(parts: &Parts, wiring: &Wiring<'_>) -> Vec<Diagnostic> {
    let mut writers: BTreeMap<&Path, Vec<&Mapping>> = BTreeMap::new();
    for mapping in parts.mappings.iter().filter(|mapping| !is_empty_map(mapping)) {
        writers.entry(&mapping.path).or_default().push(mapping);
    }
    let block = |mapping: &Mapping| parts.blocks.get(mapping.block);
    let mut found = Vec::new();
    for (path, mappings) in &writers {
        for (at, later) in mappings.iter().enumerate() {
            for earlier in mappings.iter().take(at) {
                let (Some(first), Some(second)) = (block(earlier), block(later)) else { continue };
                let settled = (first.appends && second.appends)
                    || (second.overrides && second.facet.is_none() && first.facet.is_some());
                if !settled && unguarded(first, wiring) && unguarded(second, wiring) {
                    found.push(two_writers(path, earlier, later, second));
                }
            }
        }
    }
    found
}

fn two_writers(path: &Path, earlier: &Mapping, later: &Mapping, block: &Block) -> Diagnostic {
    let diagnostic = later
        .site
        .error(Code::E0403, format!("two blocks write `{path}`"), "and also here")
        .label(earlier.site.span(), format!("written by {}", rule_id(&earlier.site)));
    if block.facet.is_none() {
        diagnostic
            .help("say `override: true` on the profile's block if it is meant to win, or guard one of them by `when`")
    } else {
        diagnostic
            .help("guard one of them by `when`, or let the profile decide with an `override: true` block of its own")
    }
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

/// Sources of bytes: nothing that a tenant can write may steer them (field case 107).
fn taint(parts: &Parts, targets: &[Arc<Target>]) -> Vec<Diagnostic> {
    let mut reaches = parts.graph.reaches();
    let mut found = Vec::new();
    for projection in &parts.graph.projections {
        let site = projection.site.at("from");
        if let Source::Named { kind, namespace, name, .. } = &projection.source {
            found.extend(steered(&reaches.of_tree(name), &site.at("name")));
            let foreign = namespace.is_some();
            found.extend(system_secret(name, *kind == SourceKind::Secret, foreign, targets, &site.at("name")));
        }
        if let Some(suffix) = &projection.system {
            let writable = targets.iter().all(|target| {
                let wanted = format!("-{suffix}");
                target.facts.secrets.iter().any(|secret| secret.suffix == wanted && secret.access == Access::Writable)
            });
            if !writable {
                let place = projection.site.at("as");
                found.push(
                    place
                        .error(
                            Code::E0216,
                            format!("`{suffix}` is not a Secret that a projection may be"),
                            "not writable",
                        )
                        .note("the target's facts name the Secrets of the runtime that a catalog may provide"),
                );
            }
        }
    }
    for copy in &parts.connection.copy {
        let site = copy.site.at("from").at("name");
        found.extend(steered(&reaches.of_tree(&copy.name), &site));
        found.extend(system_secret(&copy.name, copy.kind == SourceKind::Secret, false, targets, &site));
        found.extend(copied_key(copy, targets));
    }
    found
}

fn steered(reach: &Reach, site: &Site) -> Option<Diagnostic> {
    let source = reach.tenant_writable()?;
    Some(
        site.error(Code::E0214, format!("the source of a copy depends on `{source}`, which a tenant can write"), "here")
            .note("whoever chooses the name chooses whose secret is copied into the tenant's namespace")
            .help("name the source by literals, `target.name` or `claim.namespace`; let tenants bring their own by `x-reference`"),
    )
}

/// The suffix of a system Secret that a template's text ends with, as far as the text shows it.
fn suffix_of<'t>(name: &Tree, targets: &'t [Arc<Target>]) -> Option<&'t super::target::SystemSecret> {
    let text = match name {
        Tree::Literal(value) => value.as_str()?.to_owned(),
        Tree::Text(text) => text.source.clone(),
        _ => return None,
    };
    let end = text.trim_end_matches(|c: char| matches!(c, '}' | '\'' | '"' | ')') || c.is_whitespace());
    targets.iter().flat_map(|target| &target.facts.secrets).find(|secret| end.ends_with(&secret.suffix))
}

fn system_secret(
    name: &Tree,
    is_secret: bool,
    projected: bool,
    targets: &[Arc<Target>],
    site: &Site,
) -> Option<Diagnostic> {
    let secret = suffix_of(name, targets).filter(|_| is_secret)?;
    if secret.access == Access::Readable && !projected {
        return None;
    }
    Some(
        site.error(
            Code::E0215,
            format!("Secrets named `*{}` belong to the runtime", secret.suffix),
            "may not be copied",
        )
        .note("it holds keys of the service itself; no claim may ever see them"),
    )
}

fn copied_key(copy: &super::revision::Copy, targets: &[Arc<Target>]) -> Option<Diagnostic> {
    let secret = suffix_of(&copy.name, targets)?;
    if secret.access != Access::Readable || secret.keys.is_empty() || secret.keys.contains(&copy.source_key) {
        return None;
    }
    let site = copy.site.at("from").at("key");
    Some(site.error(
        Code::E0215,
        format!("key `{}` of `*{}` may not be copied", copy.source_key, secret.suffix),
        format!("only {}", super::object::listed(&secret.keys)),
    ))
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
