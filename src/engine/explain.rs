//! explain: for each path of the output the rule that wrote it, what that rule used, and the
//! parameters that it came from.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::catalog::{Mapping, Node, Reach, Revision, Site, Tree};
use crate::cel::{Key, Value};
use crate::schema::path::{Path, get};

use super::contract::Rendered;
use super::env::{Memo, Scene};

/// One written path of a rendered object, explained.
#[derive(Debug)]
pub struct Explained {
    /// Where.
    pub path: Path,
    /// What stands there.
    pub value: Json,
    /// The text of the rule that wrote it: an expression, a text with `${…}`, or a literal as JSON.
    pub text: String,
    /// Where that stands.
    pub site: Site,
    /// The block that it belongs to.
    pub block: String,
    /// The facet of that block; `None` for the profile's own.
    pub facet: Option<String>,
    /// Variables and inputs that it went through, with their values, in order of name.
    pub through: Vec<Used>,
    /// Parameters that it came from, in order of name.
    pub parameters: Vec<UsedParameter>,
    /// Facts from outside that it read: `claim.namespace`.
    pub facts: Vec<String>,
}

/// A variable or a facet's inputs on the way.
#[derive(Debug)]
pub struct Used {
    /// `variables.voters`
    pub name: String,
    /// Its value, or why it has none.
    pub value: Result<Json, String>,
}

/// A parameter, and whether the claim says it.
#[derive(Debug)]
pub struct UsedParameter {
    /// Its path below the parameters; empty: all of them.
    pub name: String,
    /// Its final value.
    pub value: Option<Json>,
    /// `true`: the claim says it; `false`: it is the revision's default, or absent.
    pub given: bool,
}

/// Explains every written path of a rendered contract, in order of path.
pub fn explain(revision: &Revision, rendered: &Rendered) -> Vec<Explained> {
    let memo = Memo::new(&revision.graph);
    let contract = &rendered.contract;
    let scene = Scene {
        graph: &revision.graph,
        facts: Some(&rendered.facts),
        memo: &memo,
        target_name: contract.identity.target.rsplit('/').next().unwrap_or_default(),
        objects: None,
        change: None,
        item: None,
    };
    rendered
        .writers
        .iter()
        .filter_map(|(path, mapping)| {
            let (mapping, reach) = (revision.mappings.get(*mapping)?, revision.reach.get(*mapping)?);
            let value = get(&contract.object, path).cloned().unwrap_or(Json::Null);
            Some(explained(path, value, (mapping, reach), revision, rendered, &scene))
        })
        .collect()
}

fn explained(
    path: &Path,
    value: Json,
    (mapping, reach): (&Mapping, &Reach),
    revision: &Revision,
    rendered: &Rendered,
    scene: &Scene<'_>,
) -> Explained {
    let block = revision.blocks.get(mapping.block);
    let facet = block.and_then(|block| block.facet).and_then(|at| revision.graph.facets.get(at));
    let parameters = reach.params.iter().map(|name| UsedParameter {
        value: lookup(&rendered.contract.parameters, name),
        given: rendered.given.contains(name.split('.').next().unwrap_or(name)),
        name: name.clone(),
    });
    let facts = reach.facts.iter().map(|fact| {
        let fields = std::iter::once(&fact.root).chain(&fact.fields);
        fields.map(String::as_str).collect::<Vec<_>>().join(".")
    });
    Explained {
        path: path.clone(),
        value,
        text: text_of(&mapping.value),
        site: mapping.site.clone(),
        block: block.map(|block| block.name.clone()).unwrap_or_default(),
        facet: facet.map(|facet| facet.name.clone()),
        through: through(reach, scene),
        parameters: parameters.collect(),
        facts: facts.collect(),
    }
}

fn lookup(parameters: &Json, dotted: &str) -> Option<Json> {
    if dotted.is_empty() {
        return Some(parameters.clone());
    }
    dotted.split('.').try_fold(parameters, |value, name| value.get(name)).cloned()
}

fn text_of(tree: &Tree) -> String {
    match tree {
        Tree::Text(text) => text.source.clone(),
        Tree::Literal(value) => crate::catalog::canonical(value),
        Tree::Map(_) | Tree::List(_) => {
            let mut texts = Vec::new();
            tree.texts(&mut texts);
            texts.iter().map(|text| text.source.as_str()).collect::<Vec<_>>().join(", ")
        }
    }
}

fn through(reach: &Reach, scene: &Scene<'_>) -> Vec<Used> {
    let mut used: Vec<_> = reach
        .nodes
        .iter()
        .map(|node| {
            let value = match node {
                Node::Variable(index) => scene.variable_value(*index),
                Node::Inputs(index) => scene.inputs_value(*index),
                Node::Input(index, name) => scene.inputs_value(*index).map(|inputs| member(inputs?, name)),
                Node::Projection(index) => Ok(scene.projection_value(*index)),
            };
            let json = value.map_err(|fault| fault.to_string()).and_then(|value| match value {
                Some(value) => Value::to_json(&value).map_err(|error| error.to_string()),
                None => Ok(Json::Null),
            });
            Used { name: scene.graph.name(node), value: json }
        })
        .collect();
    used.sort_by(|a, b| a.name.cmp(&b.name));
    used
}

/// One member of a map.
fn member(value: Value, name: &str) -> Option<Value> {
    match value {
        Value::Map(members) => members.get(&Key::string(name)).cloned(),
        _ => None,
    }
}

/// The parameters behind a path of a rendered object, in order of name.
pub(super) fn parameters_behind(revision: &Revision, writers: &BTreeMap<Path, usize>, path: &Path) -> Vec<String> {
    // A rule about a whole section is nobody's parameter: only what lies near is blamed.
    let near = |written: &Path| path.starts_with(written) || (path.segments().len() > 2 && written.starts_with(path));
    let mappings = writers.iter().filter(|(written, _)| near(written)).map(|(_, mapping)| *mapping);
    parameters_of(revision, mappings.collect())
}

/// The same from what a revision may write there.
pub(super) fn parameters_of_path(revision: &Revision, path: &Path) -> Vec<String> {
    let near = |mapping: &Mapping| path.starts_with(&mapping.path) || mapping.path.starts_with(path);
    let mappings = revision.mappings.iter().enumerate().filter(|(_, mapping)| near(mapping)).map(|(at, _)| at);
    parameters_of(revision, mappings.collect())
}

fn parameters_of(revision: &Revision, mappings: BTreeSet<usize>) -> Vec<String> {
    let reaches = mappings.into_iter().filter_map(|mapping| revision.reach.get(mapping));
    let parameters: BTreeSet<_> = reaches.flat_map(|reach| &reach.params).filter(|name| !name.is_empty()).collect();
    parameters.into_iter().cloned().collect()
}
