//! When parts of a revision contribute: guards, loops and optional values as one condition over what
//! claims can say.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cel::logic::{Answer, Formula, Place, Symbol, Symbols, condition, nonempty, solve, symbolic, there};
use crate::cel::{Program, RootId, Value};
use crate::schema::Schema;

use super::compile::Parts;
use super::names::{Binding, Bindings};
use super::revision::{Expr, Mapping, Text, Tree};

/// What the names of one profile and its components stand for, and what is known of every claim that is
/// rendered at all. Indices into the graph must hold, and the graph must be acyclic.
pub(super) struct Claims<'a> {
    parts: &'a Parts,
    parameters: &'a Schema,
    variables: RefCell<BTreeMap<usize, Symbol<'a>>>,
    inputs: RefCell<BTreeMap<usize, Symbol<'a>>>,
    facets: RefCell<BTreeMap<usize, Formula>>,
    /// the validations that run before anything is rendered
    valid: Vec<Formula>,
}

impl<'a> Claims<'a> {
    pub(super) fn new(parts: &'a Parts, parameters: &'a Schema) -> Self {
        let mut claims = Self {
            parts,
            parameters,
            variables: RefCell::default(),
            inputs: RefCell::default(),
            facets: RefCell::default(),
            valid: Vec::new(),
        };
        let early = parts.validations.iter().filter(|validation| !validation.needs_object);
        let valid = early.map(|validation| {
            let holds = claims.holds(&validation.rule);
            match validation.facet {
                Some(facet) => Formula::any([claims.facet(facet).negated(), holds]),
                None => holds,
            }
        });
        claims.valid = valid.collect();
        claims
    }

    /// Whether a condition can hold for a claim that passes all validations.
    pub(super) fn possible(&self, condition: &Formula) -> Answer {
        solve(condition, &self.valid)
    }

    /// When a condition holds.
    pub(super) fn holds(&self, expr: &'a Expr) -> Formula {
        condition(&expr.program, &mut self.names(&expr.program, &expr.bindings))
    }

    /// When a facet is there.
    pub(super) fn facet(&self, index: usize) -> Formula {
        if let Some(known) = self.facets.borrow().get(&index) {
            return known.clone();
        }
        let when = self.parts.graph.facets.get(index).and_then(|facet| facet.when.as_ref());
        let found = when.map_or(Formula::Known(true), |when| self.holds(when));
        self.facets.borrow_mut().insert(index, found.clone());
        found
    }

    /// When a block contributes.
    pub(super) fn block(&self, index: usize) -> Formula {
        let Some(block) = self.parts.blocks.get(index) else { return Formula::Known(false) };
        let facet = block.facet.map_or(Formula::Known(true), |facet| self.facet(facet));
        let when = block.when.as_ref().map_or(Formula::Known(true), |when| self.holds(when));
        let range = block.for_each.as_ref().map_or(Formula::Known(true), |range| {
            nonempty(&range.program, &mut self.names(&range.program, &range.bindings))
        });
        Formula::all([facet, when, range])
    }

    /// When a mapping writes something.
    pub(super) fn mapping(&self, mapping: &'a Mapping) -> Formula {
        Formula::all([self.block(mapping.block), there(&self.tree(&mapping.value))])
    }

    fn names(&self, program: &Program, bindings: &'a Bindings) -> Names<'a, '_> {
        let used = program.roots().iter().filter_map(|root| bindings.get(root));
        Names { claims: self, bindings, context: context(used) }
    }

    fn symbol(&self, program: &Program, bindings: &'a Bindings) -> Symbol<'a> {
        symbolic(program, &mut self.names(program, bindings))
    }

    /// What a text that is one expression stands for; `None` where it has other parts.
    pub(super) fn text(&self, text: &'a Text) -> Option<Symbol<'a>> {
        text.template.expression().map(|program| self.symbol(program, &text.bindings))
    }

    fn tree(&self, tree: &'a Tree) -> Symbol<'a> {
        match tree {
            Tree::Literal(value) => Symbol::Constant(Value::from_json(value)),
            Tree::Text(text) => self.text(text).unwrap_or(Symbol::Unknown),
            Tree::Map(members) => {
                let fields = members.iter().map(|(name, member)| (name.clone(), self.tree(member)));
                Symbol::Record(Arc::new(fields.collect()))
            }
            Tree::List(_) => Symbol::Unknown,
        }
    }

    fn variable(&self, index: usize) -> Symbol<'a> {
        if let Some(known) = self.variables.borrow().get(&index) {
            return known.clone();
        }
        let expr = self.parts.graph.variables.get(index).map(|variable| &variable.expr);
        let found = expr.map_or(Symbol::Unknown, |expr| self.symbol(&expr.program, &expr.bindings));
        self.variables.borrow_mut().insert(index, found.clone());
        found
    }

    /// The inputs of a facet after defaulting.
    fn facet_inputs(&self, index: usize) -> Symbol<'a> {
        if let Some(known) = self.inputs.borrow().get(&index) {
            return known.clone();
        }
        let Some(facet) = self.parts.graph.facets.get(index) else { return Symbol::Unknown };
        let found = self.tree(&facet.with).completed(&facet.inputs);
        self.inputs.borrow_mut().insert(index, found.clone());
        found
    }
}

/// The same text means the same only where its names do.
fn context<'b>(used: impl Iterator<Item = &'b Binding>) -> String {
    let mut text = String::new();
    for binding in used {
        match binding {
            Binding::Variable(index) | Binding::Inputs(index) | Binding::Projection(index) => {
                text.push('\u{0}');
                text.push_str(&index.to_string());
            }
            _ => {}
        }
    }
    text
}

struct Names<'a, 'c> {
    claims: &'c Claims<'a>,
    bindings: &'a Bindings,
    context: String,
}

impl<'a> Symbols<'a> for Names<'a, '_> {
    fn root(&mut self, root: RootId) -> (Formula, Symbol<'a>) {
        let Some(binding) = self.bindings.get(&root) else { return (Formula::Known(true), Symbol::Unknown) };
        let place = |name| Symbol::Place(Place::new(name, None));
        let always = Formula::Known(true);
        match *binding {
            Binding::Params => (always, Symbol::Place(Place::new("params", Some(self.claims.parameters)))),
            Binding::Claim => (always, place("claim")),
            Binding::Tenant => (always, place("tenant")),
            Binding::NamespaceObject => (always, place("namespaceObject")),
            Binding::Target => (always, place("target")),
            Binding::Variable(index) => (always, self.claims.variable(index)),
            Binding::Inputs(index) => (self.claims.facet(index), self.claims.facet_inputs(index)),
            _ => (always, Symbol::Unknown),
        }
    }

    fn context(&self) -> &str {
        &self.context
    }
}
