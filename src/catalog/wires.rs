//! How a profile is wired: who gives what to whom.

use std::collections::{BTreeMap, BTreeSet};

use crate::cel::Read;

use super::graph::Reads;
use super::names::Binding;
use super::revision::{Revision, Text, Tree};

/// What stands at an end of a wire.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Terminal {
    /// `params.size`; empty: all of them
    Parameter(String),
    /// `claim`, `tenant`, `namespaceObject`, `target`
    Fact(&'static str),
    /// `variables.disk` of the profile
    Variable(String),
    /// a facet with the component that fills it, and whether a condition decides that it is there
    Facet {
        /// `exposure`
        name: String,
        /// `public-gateway`
        component: String,
        /// it has a `when`
        conditional: bool,
    },
    /// a copy of bytes
    Projection(String),
    /// the object that is rendered, by its kind
    Object(String),
    /// what consumers get
    Connection,
}

/// What leads from one to another, by the names of what is given: inputs of a facet, `when`; empty for all else.
pub type Wires = BTreeMap<(Terminal, Terminal), BTreeSet<String>>;

/// How a profile is wired. What a component does inside is its own.
pub fn wires(revision: &Revision) -> Wires {
    let mut wiring = Drawing { revision, wires: Wires::new() };
    wiring.variables();
    wiring.facets();
    wiring.rest();
    wiring.wires
}

struct Drawing<'r> {
    revision: &'r Revision,
    wires: Wires,
}

impl Drawing<'_> {
    fn variables(&mut self) {
        for at in 0..self.revision.graph.variables.len() {
            let (Some(variable), Some(to)) = (self.revision.graph.variables.get(at), self.variable(at)) else {
                continue;
            };
            self.reads(&variable.expr, &to, "");
        }
    }

    fn facets(&mut self) {
        let object = self.object();
        for (at, facet) in self.revision.graph.facets.iter().enumerate() {
            let Some(to) = self.facet(at) else { continue };
            if let Some(when) = &facet.when {
                self.reads(when, &to, "when");
            }
            match &facet.with {
                Tree::Map(inputs) => inputs.iter().for_each(|(input, tree)| self.texts(tree, &to, input)),
                tree => self.texts(tree, &to, ""),
            }
            self.wires.entry((to, object.clone())).or_default();
        }
    }

    /// The profile's own blocks, copies and connection.
    fn rest(&mut self) {
        let (revision, object) = (self.revision, self.object());
        for block in revision.blocks.iter().filter(|block| block.facet.is_none()) {
            block.when.iter().chain(&block.for_each).for_each(|expr| self.reads(expr, &object, "when"));
        }
        for mapping in &revision.mappings {
            if revision.blocks.get(mapping.block).is_some_and(|block| block.facet.is_none()) {
                self.texts(&mapping.value, &object, "");
            }
        }
        for copy in &revision.connection.copy {
            self.texts(&copy.name, &Terminal::Connection, &copy.key);
        }
        for (key, tree) in &revision.connection.data {
            self.texts(tree, &Terminal::Connection, key);
        }
    }

    fn texts(&mut self, tree: &Tree, to: &Terminal, what: &str) {
        let mut texts: Vec<&Text> = Vec::new();
        tree.texts(&mut texts);
        for text in texts {
            self.reads(text, to, what);
        }
    }

    fn reads(&mut self, reads: &dyn Reads, to: &Terminal, what: &str) {
        let mut from = BTreeSet::new();
        reads.visit(&mut |binding, read| from.extend(self.terminal(binding, read)));
        for from in from.into_iter().filter(|from| from != to) {
            let names = self.wires.entry((from, to.clone())).or_default();
            if !what.is_empty() {
                names.insert(what.to_owned());
            }
        }
    }

    fn terminal(&self, binding: Binding, read: &Read) -> Option<Terminal> {
        match binding {
            Binding::Params => Some(Terminal::Parameter(read.fields.first().cloned().unwrap_or_default())),
            Binding::Claim => Some(Terminal::Fact("claim")),
            Binding::Tenant => Some(Terminal::Fact("tenant")),
            Binding::NamespaceObject => Some(Terminal::Fact("namespaceObject")),
            Binding::Target => Some(Terminal::Fact("target")),
            Binding::Variable(at) => self.variable(at),
            Binding::Inputs(at) => self.facet(at),
            Binding::Projection(at) => {
                self.revision.graph.projections.get(at).map(|it| Terminal::Projection(it.name.clone()))
            }
            _ => None,
        }
    }

    /// A variable of the profile, or the facet that has it.
    fn variable(&self, at: usize) -> Option<Terminal> {
        let name = &self.revision.graph.variables.get(at)?.name;
        match name.split_once(".variables.") {
            Some((facet, _)) => {
                let at = self.revision.graph.facets.iter().position(|it| it.name == facet)?;
                self.facet(at)
            }
            None => Some(Terminal::Variable(name.clone())),
        }
    }

    fn facet(&self, at: usize) -> Option<Terminal> {
        self.revision.graph.facets.get(at).map(|facet| Terminal::Facet {
            name: facet.name.clone(),
            component: facet.component.clone(),
            conditional: facet.when.is_some(),
        })
    }

    fn object(&self) -> Terminal {
        let kind = self.revision.targets.first().map(|target| target.kind.clone());
        Terminal::Object(kind.unwrap_or_default())
    }
}
