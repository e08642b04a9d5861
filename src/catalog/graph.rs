//! Variables, inputs and projections as one graph across profile and components: it must be acyclic,
//! and what an expression reads in the end is what its names reach in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::cel::Read;
use crate::diagnostic::{Code, Diagnostic};

use super::names::Binding;
use super::origin::Site;
use super::revision::{Block, Expr, ExternalRead, Graph, Mapping, Source, Text, Tree};

/// A node of the graph.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// `graph.variables[i]`
    Variable(usize),
    /// all inputs and the presence of `graph.facets[i]`
    Inputs(usize),
    /// one input of `graph.facets[i]`, and its presence
    Input(usize, String),
    /// the name of `graph.projections[i]`
    Projection(usize),
}

/// All that an expression reads in the end, through variables and inputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Parameters, as dotted paths (`hostname`, `backup.partition`; empty: all of them).
    pub params: BTreeSet<String>,
    /// Facts from outside.
    pub facts: BTreeSet<ExternalRead>,
    /// Nodes passed on the way.
    pub nodes: BTreeSet<Node>,
}

impl Reach {
    /// What a tenant can write: parameters, the claim's own name, and the tenant object, which may
    /// live in the tenant's namespace (field case 106).
    pub fn tenant_writable(&self) -> Option<String> {
        if let Some(parameter) = self.params.iter().next() {
            return Some(if parameter.is_empty() { "params".to_owned() } else { format!("params.{parameter}") });
        }
        let tainted = |fact: &&ExternalRead| match fact.root.as_str() {
            "tenant" => true,
            "claim" => fact.fields.first().is_none_or(|field| field != "namespace"),
            _ => false,
        };
        self.facts.iter().find(tainted).map(|fact| {
            let mut text = fact.root.clone();
            for field in &fact.fields {
                text.push('.');
                text.push_str(field);
            }
            text
        })
    }

    /// Adds what another reaches.
    pub fn merge(&mut self, other: &Self) {
        self.params.extend(other.params.iter().cloned());
        self.facts.extend(other.facts.iter().cloned());
        self.nodes.extend(other.nodes.iter().cloned());
    }
}

/// What a compiled expression or text reads directly.
pub trait Reads {
    /// Calls `visit` for every read with the meaning of its root.
    fn visit(&self, visit: &mut dyn FnMut(Binding, &Read));
    /// Where it stands.
    fn site(&self) -> &Site;
}

impl Reads for Expr {
    fn visit(&self, visit: &mut dyn FnMut(Binding, &Read)) {
        for read in self.program.reads() {
            if let Some(binding) = self.bindings.get(&read.root) {
                visit(*binding, read);
            }
        }
    }

    fn site(&self) -> &Site {
        &self.site
    }
}

impl Reads for Text {
    fn visit(&self, visit: &mut dyn FnMut(Binding, &Read)) {
        for read in &self.template.reads() {
            if let Some(binding) = self.bindings.get(&read.root) {
                visit(*binding, read);
            }
        }
    }

    fn site(&self) -> &Site {
        &self.site
    }
}

impl Tree {
    /// All texts in it, in order.
    pub fn texts<'a>(&'a self, out: &mut Vec<&'a Text>) {
        match self {
            Self::Literal(_) => {}
            Self::Text(text) => out.push(text),
            Self::Map(fields) => fields.iter().for_each(|(_, field)| field.texts(out)),
            Self::List(items) => items.iter().for_each(|item| item.texts(out)),
        }
    }
}

impl Graph {
    /// The expressions of a node.
    fn expressions(&self, node: &Node) -> Vec<&dyn Reads> {
        let mut texts = Vec::new();
        let mut found: Vec<&dyn Reads> = Vec::new();
        match node {
            Node::Variable(index) => {
                if let Some(variable) = self.variables.get(*index) {
                    found.push(&variable.expr);
                }
            }
            Node::Inputs(index) | Node::Input(index, _) => {
                if let Some(facet) = self.facets.get(*index) {
                    found.extend(facet.when.iter().map(|when| -> &dyn Reads { when }));
                    match (node, &facet.with) {
                        (Node::Input(_, name), Tree::Map(members)) => {
                            members.iter().filter(|(key, _)| key == name).for_each(|(_, it)| it.texts(&mut texts));
                        }
                        _ => facet.with.texts(&mut texts),
                    }
                }
            }
            Node::Projection(index) => {
                if let Some(Source::Named { name, .. }) = self.projections.get(*index).map(|it| &it.source) {
                    name.texts(&mut texts);
                }
            }
        }
        found.extend(texts.into_iter().map(|text| -> &dyn Reads { text }));
        found
    }

    fn nodes(&self) -> impl Iterator<Item = Node> + '_ {
        (0..self.variables.len())
            .map(Node::Variable)
            .chain((0..self.facets.len()).map(Node::Inputs))
            .chain((0..self.projections.len()).map(Node::Projection))
    }

    /// The name of a node as people write it.
    pub fn name(&self, node: &Node) -> String {
        match node {
            Node::Variable(index) => self.variables.get(*index).map(|it| it.name.clone()).unwrap_or_default(),
            Node::Inputs(index) => self.facets.get(*index).map(|it| format!("{}.inputs", it.name)).unwrap_or_default(),
            Node::Input(index, name) => {
                self.facets.get(*index).map(|it| format!("{}.inputs.{name}", it.name)).unwrap_or_default()
            }
            Node::Projection(index) => {
                self.projections.get(*index).map(|it| format!("projections.{}", it.name)).unwrap_or_default()
            }
        }
    }

    /// Every cycle, once, as a diagnostic that shows the way round.
    pub fn cycles(&self) -> Vec<Diagnostic> {
        let mut search = Search { graph: self, state: BTreeMap::new(), stack: Vec::new(), found: Vec::new() };
        for node in self.nodes() {
            search.walk(&node);
        }
        search.found
    }

    /// What each node reaches. The graph must be acyclic.
    pub fn reaches(&self) -> Reaches<'_> {
        let mut reaches = Reaches { graph: self, known: BTreeMap::new() };
        for node in self.nodes() {
            reaches.node(&node);
        }
        reaches
    }
}

/// The node that a read reaches in the end: of inputs only the one that it names.
fn reached(binding: Binding, read: &Read) -> Option<Node> {
    match (binding, read.fields.first()) {
        (Binding::Inputs(index), Some(input)) => Some(Node::Input(index, input.clone())),
        _ => successor(binding),
    }
}

/// The node that must be evaluated first: inputs of a facet are evaluated together.
fn successor(binding: Binding) -> Option<Node> {
    match binding {
        Binding::Variable(index) => Some(Node::Variable(index)),
        Binding::Inputs(index) => Some(Node::Inputs(index)),
        Binding::Projection(index) => Some(Node::Projection(index)),
        _ => None,
    }
}

struct Search<'g> {
    graph: &'g Graph,
    /// false: on the stack; true: done
    state: BTreeMap<Node, bool>,
    stack: Vec<(Node, Site)>,
    found: Vec<Diagnostic>,
}

impl Search<'_> {
    fn walk(&mut self, node: &Node) {
        if self.state.contains_key(node) {
            return;
        }
        self.state.insert(node.clone(), false);
        for expression in self.graph.expressions(node) {
            let mut next = BTreeSet::new();
            expression.visit(&mut |binding, _| next.extend(successor(binding)));
            for successor in next {
                self.stack.push((node.clone(), expression.site().clone()));
                if self.state.get(&successor) == Some(&false) {
                    self.report(&successor);
                } else {
                    self.walk(&successor);
                }
                self.stack.pop();
            }
        }
        self.state.insert(node.clone(), true);
    }

    fn report(&mut self, start: &Node) {
        let round: Vec<_> = self.stack.iter().skip_while(|(node, _)| node != start).collect();
        let Some((_, first)) = round.first() else { return };
        let name = self.graph.name(start);
        let mut diagnostic = Diagnostic::error(
            Code::E0210,
            format!("`{name}` needs itself"),
            first.span(),
            format!("`{name}` is computed here"),
        );
        for (node, site) in round.iter().skip(1) {
            diagnostic = diagnostic.label(site.span(), format!("which needs `{}`", self.graph.name(node)));
        }
        self.found.push(diagnostic.help("break the circle: compute one of them from parameters alone"));
    }
}

/// What the nodes of one graph reach.
pub struct Reaches<'g> {
    graph: &'g Graph,
    known: BTreeMap<Node, Reach>,
}

impl Reaches<'_> {
    fn node(&mut self, node: &Node) -> Reach {
        if let Some(known) = self.known.get(node) {
            return known.clone();
        }
        // A placeholder ends the recursion even if somebody calls this on a graph with a circle.
        self.known.insert(node.clone(), Reach::default());
        let mut reach = Reach::default();
        for expression in self.graph.expressions(node) {
            reach.merge(&self.of(expression));
        }
        self.known.insert(node.clone(), reach.clone());
        reach
    }

    /// What an expression reaches.
    pub fn of(&mut self, expression: &dyn Reads) -> Reach {
        let mut reach = Reach::default();
        let mut next = BTreeSet::new();
        expression.visit(&mut |binding, read| {
            match binding {
                Binding::Params => {
                    reach.params.insert(read.fields.join("."));
                }
                Binding::Claim | Binding::Tenant | Binding::NamespaceObject => {
                    let root = match binding {
                        Binding::Claim => "claim",
                        Binding::Tenant => "tenant",
                        _ => "namespaceObject",
                    };
                    reach.facts.insert(ExternalRead { root: root.to_owned(), fields: read.fields.clone() });
                }
                _ => {}
            }
            next.extend(reached(binding, read));
        });
        for node in next {
            let below = self.node(&node);
            reach.merge(&below);
            reach.nodes.insert(node);
        }
        reach
    }

    /// All that a mapping depends on: its value, its block's guard and loop, and its facet's presence.
    pub fn of_mapping(&mut self, mapping: &Mapping, blocks: &[Block]) -> Reach {
        let mut reach = self.of_tree(&mapping.value);
        if let Some(block) = blocks.get(mapping.block) {
            for expr in block.when.iter().chain(&block.for_each) {
                reach.merge(&self.of(expr));
            }
            let facet = block.facet.and_then(|at| self.graph.facets.get(at));
            if let Some(when) = facet.and_then(|facet| facet.when.as_ref()) {
                reach.merge(&self.of(when));
            }
        }
        reach
    }

    /// What a template reaches.
    pub fn of_tree(&mut self, tree: &Tree) -> Reach {
        let mut texts = Vec::new();
        tree.texts(&mut texts);
        let mut reach = Reach::default();
        for text in texts {
            reach.merge(&self.of(text));
        }
        reach
    }
}
