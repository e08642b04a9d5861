//! What a tenant can steer: sources of copies, and paths of the target that take a permission to write.

use std::sync::Arc;

use crate::api::SourceKind;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::path::{Pattern, Segment, Step};
use crate::schema::{Schema, Type};

use super::compile::Parts;
use super::graph::{Reach, Reaches};
use super::object::listed;
use super::origin::Site;
use super::revision::{Copy, Mapping, Source, Text, Tree};
use super::target::{Access, SystemSecret, Target};

/// Finds copies that a tenant could steer, and free text of tenants where the target asks for permissions.
pub(super) fn check(parts: &Parts, targets: &[Arc<Target>], parameters: &Schema) -> Vec<Diagnostic> {
    let mut reaches = parts.graph.reaches();
    let mut found = copies(parts, targets, &mut reaches);
    let judged = judged_parameters(parts, &mut reaches);
    for mapping in &parts.mappings {
        found.extend(permitted(mapping, targets, &judged, parameters, &mut reaches));
    }
    found
}

/// Parameters that a validation before rendering reads: it is the allow-list of what they may say.
fn judged_parameters(parts: &Parts, reaches: &mut Reaches<'_>) -> Vec<String> {
    let early = parts.validations.iter().filter(|validation| !validation.needs_object);
    early.flat_map(|validation| reaches.of(&validation.rule).params).collect()
}

/// A value that a tenant's free text decides, at a path where the target asks who may say that.
fn permitted(
    mapping: &Mapping,
    targets: &[Arc<Target>],
    judged: &[String],
    parameters: &Schema,
    reaches: &mut Reaches<'_>,
) -> Option<Diagnostic> {
    let mut texts = Vec::new();
    leaves(&mapping.value, Pattern::from(&mapping.path).steps().to_vec(), &mut texts);
    texts.into_iter().find_map(|(path, text)| {
        let asked = |target: &&Arc<Target>| target.authorisation.iter().any(|pattern| asks(pattern, &path));
        let target = targets.iter().find(asked)?;
        let mut reach = reaches.of(text);
        reach.params.retain(|name| !judged.contains(name) && !is_bounded(name, parameters));
        let source = reach.tenant_writable()?;
        let message = format!("`{source}`, which a tenant writes, decides `{}`", mapping.path);
        let asks = format!(
            "`{}` asks there whether its writer has a permission, and the operator would answer for the tenant",
            target.kind
        );
        Some(
            text.site
                .error(Code::E0412, message, "takes a permission")
                .note(asks)
                .help("let tenants choose from an `enum`, or say by a validation which values are allowed"),
        )
    })
}

/// Whether some path that both stand for takes a permission; the last key of `asking` may end in `*`.
fn asks(asking: &Pattern, path: &Pattern) -> bool {
    let Some((Step::Exact(Segment::Field(key)), above)) = asking.steps().split_last() else {
        return asking.overlaps(path);
    };
    let Some(prefix) = key.strip_suffix('*') else { return asking.overlaps(path) };
    let any = Pattern::new(above.iter().cloned().chain([Step::AnyField]).collect());
    let starts = match path.steps().get(above.len()) {
        Some(Step::Exact(Segment::Field(key))) => key.starts_with(prefix),
        _ => true,
    };
    starts && any.overlaps(path)
}

/// The texts of a template, each with all paths that it may write.
fn leaves<'t>(tree: &'t Tree, mut steps: Vec<Step>, found: &mut Vec<(Pattern, &'t Text)>) {
    match tree {
        Tree::Literal(_) => {}
        Tree::Text(text) => {
            steps.push(Step::Below);
            found.push((Pattern::new(steps), text));
        }
        Tree::Map(members) => members.iter().for_each(|(name, member)| {
            let field = Step::Exact(Segment::Field(name.clone()));
            leaves(member, steps.iter().cloned().chain([field]).collect(), found);
        }),
        Tree::List(items) => items.iter().for_each(|item| {
            leaves(item, steps.iter().cloned().chain([Step::AnyItem]).collect(), found);
        }),
    }
}

/// Whether a parameter can only say what its schema lists: an enumeration, a switch, a number, or the name of an
/// object in the tenant's own namespace.
fn is_bounded(name: &str, parameters: &Schema) -> bool {
    let mut steps = name.split('.').filter(|step| !step.is_empty());
    let schema = steps.try_fold(parameters, |schema, step| schema.field(step));
    schema.is_some_and(is_listed)
}

fn is_listed(schema: &Schema) -> bool {
    match schema.kind {
        Some(Type::Boolean | Type::Integer | Type::Number) => true,
        Some(Type::String) => !schema.checks.allowed.is_empty() || schema.reference.is_some(),
        Some(Type::Array) => schema.items.as_deref().is_some_and(is_listed),
        Some(Type::Object) => schema.additional.is_none() && schema.properties.values().all(is_listed),
        None => false,
    }
}

/// Sources of bytes: nothing that a tenant can write may steer them (field case 107).
fn copies(parts: &Parts, targets: &[Arc<Target>], reaches: &mut Reaches<'_>) -> Vec<Diagnostic> {
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
fn suffix_of<'t>(name: &Tree, targets: &'t [Arc<Target>]) -> Option<&'t SystemSecret> {
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

fn copied_key(copy: &Copy, targets: &[Arc<Target>]) -> Option<Diagnostic> {
    let secret = suffix_of(&copy.name, targets)?;
    if secret.access != Access::Readable || secret.keys.is_empty() || secret.keys.contains(&copy.source_key) {
        return None;
    }
    let site = copy.site.at("from").at("key");
    Some(site.error(
        Code::E0215,
        format!("key `{}` of `*{}` may not be copied", copy.source_key, secret.suffix),
        format!("only {}", listed(&secret.keys)),
    ))
}
