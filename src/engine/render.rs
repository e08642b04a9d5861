//! render: what approved terms produce, exactly.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::api::SourceKind;
use crate::catalog::{Access, Block, MetadataPlace, Projection, Source, Target};
use crate::cel::{Key, Value};

use super::assemble::Assembly;
use super::contract::{Approved, Contract, Identity, Rendered, RenderedKey, RenderedProjection, Shown};
use super::env::{Memo, Scene, copy_name};
use super::finding::{Failure, Finding};
use super::input::{Inputs, Selection};

/// Renders approved terms. The findings are faults of the catalog on this claim: nothing is applied.
pub fn render(approved: Approved, inputs: &Inputs<'_>) -> Result<Rendered, Vec<Finding>> {
    let revision = inputs.revision;
    let Some(target) = revision.targets.first() else {
        return Err(vec![Finding::new("InvalidOutput", "the revision is for no release of its target")]);
    };
    let memo = Memo::new(&revision.graph);
    let scene = Scene {
        graph: &revision.graph,
        facts: Some(&approved.facts),
        memo: &memo,
        target_name: &approved.target.name,
        objects: None,
        change: None,
        item: None,
    };
    let mut findings = Vec::new();
    let (content, writers) = content(inputs, target, &scene, &mut findings);
    let projections = projections(inputs, &approved, &scene, &mut findings);
    let unique = unique(inputs, &scene, &mut findings);
    findings.extend(reserved_metadata(&content, target));
    if !findings.is_empty() {
        return Err(findings);
    }
    let object = complete(content, target, &approved);
    let mut defaulted = object.clone();
    target.schema.apply_defaults(&mut defaulted);
    let identity = identity(inputs, &approved);
    let keys = unique.iter().map(|key| (key.name.clone(), key.digest().to_string()));
    let digest = Contract::digest_of(&identity, &object, &projections, keys);
    let contract = Contract {
        identity,
        revision: revision.name.clone(),
        parameters: approved.parameters,
        object,
        defaulted: Shown::new(defaulted),
        projections,
        unique,
        digest,
    };
    Ok(Rendered { contract, given: approved.given, writers, verdicts: approved.verdicts, facts: approved.facts })
}

fn identity(inputs: &Inputs<'_>, approved: &Approved) -> Identity {
    let tenant = inputs.tenant.map(|it| format!("{}/{}", it.namespace, it.name)).unwrap_or_default();
    Identity {
        tenant,
        target: format!("{}/{}", approved.target.namespace, approved.target.name),
        offering: match inputs.selection {
            Selection::Offering(offering) => Some(offering.name.clone()),
            Selection::Profile => None,
        },
        profile: inputs.revision.profile.clone(),
    }
}

/// Adds what no template writes: type, name and namespace.
fn complete(content: Json, target: &Target, approved: &Approved) -> Json {
    let mut object = json!({
        "apiVersion": target.api_version,
        "kind": target.kind,
        "metadata": {"name": approved.target.name, "namespace": approved.target.namespace},
    });
    if let (Json::Object(object), Json::Object(content)) = (&mut object, content) {
        for (name, member) in content {
            match (object.get_mut(&name), member) {
                (Some(Json::Object(own)), Json::Object(members)) => own.extend(members),
                (_, member) => {
                    object.insert(name, member);
                }
            }
        }
    }
    object
}

type Writers = BTreeMap<crate::schema::path::Path, usize>;

fn content(inputs: &Inputs<'_>, target: &Target, scene: &Scene<'_>, findings: &mut Vec<Finding>) -> (Json, Writers) {
    let revision = inputs.revision;
    let mut assembly = Assembly::new(&target.schema, &revision.blocks, &revision.mappings);
    let mut mappings = revision.mappings.iter().enumerate().peekable();
    for (index, block) in revision.blocks.iter().enumerate() {
        let mut own = Vec::new();
        while let Some((at, mapping)) = mappings.next_if(|(_, mapping)| mapping.block == index) {
            own.push((at, mapping));
        }
        let items = match elements(block, scene) {
            Ok(items) => items,
            Err(failure) => {
                findings.push(failure.finding("RenderError"));
                continue;
            }
        };
        for item in &items {
            let scene = Scene { item: item.as_ref(), ..*scene };
            for (at, mapping) in &own {
                match scene.tree(&mapping.value) {
                    Ok(Some(value)) => assembly.add(*at, &mapping.path, value),
                    Ok(None) => {}
                    Err(failure) => {
                        let mut finding = failure.finding("RenderError").at(mapping.path.clone());
                        finding.message = format!("`{}` could not be rendered: {}", mapping.path, finding.message);
                        findings.push(finding);
                    }
                }
            }
        }
    }
    let (content, writers, conflicts) = assembly.finish();
    findings.extend(conflicts);
    (content, writers)
}

/// How often a block contributes, and with which item: not at all, once, or once per element.
fn elements(block: &Block, scene: &Scene<'_>) -> Result<Vec<Option<Value>>, Failure> {
    if let Some(facet) = block.facet {
        let present = scene.present(facet).map_err(|fault| Failure::fault(&block.site, fault))?;
        if !present {
            return Ok(Vec::new());
        }
    }
    if let Some(when) = &block.when
        && !scene.condition(when)?
    {
        return Ok(Vec::new());
    }
    let Some(for_each) = &block.for_each else { return Ok(vec![None]) };
    match scene.eval(for_each).map_err(|error| Failure::of(&for_each.site, &error))? {
        Value::List(items) => Ok(items.iter().cloned().map(Some).collect()),
        Value::Map(entries) => Ok(entries.iter().map(|(key, value)| Some(entry(key, value))).collect()),
        other => Err(Failure::wrong_type(&for_each.site, format!("yields {}, not a list or a map", other.type_name()))),
    }
}

/// An entry of a map as a loop item: `{key, value}`.
fn entry(key: &Key, value: &Value) -> Value {
    Value::map([(Key::string("key"), key.to_value()), (Key::string("value"), value.clone())])
}

fn projections(
    inputs: &Inputs<'_>,
    approved: &Approved,
    scene: &Scene<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<RenderedProjection> {
    let mut rendered = Vec::new();
    for projection in &inputs.revision.graph.projections {
        if let Some(facet) = projection.facet
            && scene.present(facet) != Ok(true)
        {
            continue;
        }
        match self::projection(projection, approved, scene) {
            Ok(projection) => {
                findings.extend(projection.as_ref().and_then(|it| forbidden_source(it, inputs)));
                rendered.extend(projection);
            }
            Err(failure) => findings.push(failure.finding("RenderError")),
        }
    }
    rendered
}

fn projection(
    projection: &Projection,
    approved: &Approved,
    scene: &Scene<'_>,
) -> Result<Option<RenderedProjection>, Failure> {
    // A reference that the claim leaves out copies nothing.
    let Some(source_name) = scene.source_name(&projection.source, &approved.parameters)? else { return Ok(None) };
    let (kind, namespace, keys) = match &projection.source {
        Source::Named { kind, namespace, keys, .. } => (*kind, namespace.clone(), keys.clone()),
        Source::Parameter { keys, .. } => {
            (SourceKind::Secret, None, keys.iter().map(|key| (key.clone(), key.clone())).collect())
        }
    };
    Ok(Some(RenderedProjection {
        name: projection.name.clone(),
        kind: match kind {
            SourceKind::Secret => "Secret".to_owned(),
            SourceKind::ConfigMap => "ConfigMap".to_owned(),
        },
        source_namespace: namespace.unwrap_or_else(|| approved.target.namespace.clone()),
        source_name,
        copy_name: copy_name(&approved.target.name, projection),
        keys,
        mode: projection.mode,
    }))
}

/// Secrets of the runtime are never copied, whatever named them (field case 107).
fn forbidden_source(projection: &RenderedProjection, inputs: &Inputs<'_>) -> Option<Finding> {
    let targets = inputs.revision.targets.iter();
    let secret = targets.flat_map(|target| &target.facts.secrets).find(|secret| {
        let name = projection.source_name.trim().trim_end_matches('.');
        name.ends_with(&secret.suffix) && secret.access != Access::Writable
    })?;
    let message = format!("Secrets named `*{}` belong to the runtime and are never copied", secret.suffix);
    Some(Finding::new("ForbiddenSource", message))
}

fn unique(inputs: &Inputs<'_>, scene: &Scene<'_>, findings: &mut Vec<Finding>) -> Vec<RenderedKey> {
    let mut keys = Vec::new();
    for unique in &inputs.revision.unique {
        if let Some(facet) = unique.facet
            && scene.present(facet) != Ok(true)
        {
            continue;
        }
        match scene.eval(&unique.key) {
            Ok(value) => {
                if let Some(value) = key_text(&value) {
                    keys.push(RenderedKey { name: unique.name.clone(), value });
                } else {
                    let message = format!("yields {}, not a text or a list of texts", value.type_name());
                    findings.push(Failure::wrong_type(&unique.key.site, message).finding("RenderError"));
                }
            }
            Err(error) => findings.push(Failure::of(&unique.key.site, &error).finding("RenderError")),
        }
    }
    keys.sort();
    keys
}

/// A key's one normal form: lower case, no dot at the end; the parts of a list are kept apart by NUL.
fn key_text(value: &Value) -> Option<String> {
    let normal = |text: &str| text.trim_end_matches('.').to_lowercase();
    match value {
        Value::String(text) => Some(normal(text)),
        Value::List(parts) => {
            let parts: Option<Vec<_>> = parts
                .iter()
                .map(|part| if let Value::String(text) = part { Some(normal(text)) } else { None })
                .collect();
            parts.map(|parts| parts.join("\0"))
        }
        _ => None,
    }
}

/// Computed keys of labels and annotations that belong to other tools (field case 44).
fn reserved_metadata(content: &Json, target: &Target) -> Vec<Finding> {
    let places = [("labels", MetadataPlace::Labels), ("annotations", MetadataPlace::Annotations)];
    let mut found = Vec::new();
    for (name, place) in places {
        let Some(members) = content.pointer(&format!("/metadata/{name}")).and_then(Json::as_object) else { continue };
        for (key, value) in members {
            if target.facts.reserved_metadata.reserves(place, key, value.as_str().unwrap_or_default()) {
                let message = format!("`metadata.{name}['{key}']` belongs to another tool");
                found.push(Finding::new("ReservedMetadata", message));
            }
        }
    }
    found
}
