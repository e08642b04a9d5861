//! Generated cases, directed by types, in two moods: well-typed ones reach deep, arbitrary ones reach errors.

#![allow(clippy::allow_attributes, dead_code, reason = "each suite uses a part of it, and which one differs")]

mod functions;
mod macros;
mod pools;
pub(crate) mod rng;
pub(crate) mod tree;
pub(crate) mod types;
pub(crate) mod variables;

use std::collections::BTreeMap;

use functions::Function;
use rng::Rng;
use tree::Tree;
use types::{Type, plain};

use crate::oracle::case::Case;

/// How deep expressions nest.
const DEPTH: usize = 5;
/// How many calls an expression has at most, about.
const CALLS: usize = 24;

/// Makes cases, the same ones for the same seed.
pub(crate) struct Generator {
    rng: Rng,
    functions: Vec<Function>,
    /// Places of the functions that have a type.
    fitting: BTreeMap<String, Vec<usize>>,
    /// Names that the expression may use here, with their types.
    names: Vec<(String, Type)>,
    /// Variables of comprehensions made so far: no name is used twice, since we refuse to hide one.
    fresh: usize,
    calls: usize,
    arbitrary: bool,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::new(seed),
            functions: functions::functions(),
            fitting: BTreeMap::new(),
            names: Vec::new(),
            fresh: 0,
            calls: 0,
            arbitrary: false,
        }
    }

    /// The next case, with the tree of its expression.
    pub(crate) fn case(&mut self, number: usize) -> (Case, Tree) {
        self.arbitrary = number % 2 == 1;
        self.fresh = 0;
        self.calls = 0;
        let names = variables::VARIABLES.iter().chain(variables::READS);
        self.names = names.map(|(name, ty)| ((*name).to_string(), Type::parse(ty))).collect();
        let vars = variables::values(&mut self.rng, self.arbitrary);
        let ty = types::any(&mut self.rng, 2);
        let tree = self.tree(&ty, DEPTH);
        let types = variables::types();
        (Case { id: format!("generated/{number}"), expr: tree.text(), vars, types }, tree)
    }

    /// An expression of a type over these names, which may be expressions themselves.
    pub(crate) fn over(&mut self, names: &[(String, Type)], ty: &Type, depth: usize) -> String {
        (self.arbitrary, self.calls) = (false, CALLS.saturating_sub(8));
        self.names = names.to_vec();
        self.tree(ty, depth).text()
    }

    /// The source of chance.
    pub(crate) fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// An expression of a type.
    fn tree(&mut self, ty: &Type, depth: usize) -> Tree {
        if depth == 0 || self.calls >= CALLS || self.rng.percent(12) {
            return self.leaf(ty);
        }
        self.calls += 1;
        match self.rng.below(10) {
            0..=2 => self.special(ty, depth).unwrap_or_else(|| self.call(ty, depth)),
            _ => self.call(ty, depth),
        }
    }

    /// A call of some function that has this type.
    fn call(&mut self, ty: &Type, depth: usize) -> Tree {
        let functions = &self.functions;
        let giving = || (0..functions.len()).filter(|at| functions[*at].giving(ty).is_some()).collect();
        let fitting: &Vec<usize> = self.fitting.entry(format!("{ty:?}")).or_insert_with(giving);
        if fitting.is_empty() {
            return self.leaf(ty);
        }
        let at = fitting[self.rng.below(fitting.len())];
        let function = &self.functions[at];
        let (name, pattern) = (function.name.clone(), function.pattern.clone());
        let mut bound = function.giving(ty).unwrap_or_default();
        let params: Vec<_> = function.params.iter().map(|param| param.fill(&mut bound, &mut self.rng)).collect();
        let arguments = params.iter().enumerate().map(|(place, param)| self.argument(&name, place, param, depth - 1));
        let arguments = arguments.collect();
        Tree::of(ty, &pattern, arguments)
    }

    fn argument(&mut self, function: &str, place: usize, ty: &Type, depth: usize) -> Tree {
        if let Some(literal) = pools::argument(&mut self.rng, function, place, ty) {
            return Tree::leaf(ty, literal);
        }
        if function == "sum" {
            // The sum of an empty list is zero of its type, which only a type checker knows.
            return self.compound(ty, 1);
        }
        self.typed(ty, depth)
    }

    /// An expression of the type; in the arbitrary mood sometimes of another one, hidden from the checker.
    fn typed(&mut self, ty: &Type, depth: usize) -> Tree {
        if self.arbitrary && self.rng.percent(12) {
            let other = types::any(&mut self.rng, 1);
            let inner = self.tree(&other, depth);
            return Tree::of(ty, "dyn($)", vec![inner]);
        }
        self.tree(ty, depth)
    }

    /// A name or a literal.
    fn leaf(&mut self, ty: &Type) -> Tree {
        let named: Vec<_> = self.names.iter().filter(|(_, other)| other == ty).map(|(name, _)| name.clone()).collect();
        if !named.is_empty() && self.rng.percent(60) {
            return Tree::leaf(ty, named[self.rng.below(named.len())].clone());
        }
        match pools::literal(&mut self.rng, ty) {
            Some(text) => Tree::leaf(ty, text),
            None => self.compound(ty, 0),
        }
    }

    /// A literal list, map or optional, with at least so many elements.
    fn compound(&mut self, ty: &Type, least: usize) -> Tree {
        let Type::Of(head, items) = ty else { return Tree::leaf(ty, "dyn(null)") };
        let count = least + self.rng.below(3);
        match (head.as_str(), items.as_slice()) {
            ("list", [item]) => {
                let trees = (0..count).map(|_| self.leaf(item)).collect();
                Tree::of(ty, &format!("[{}]", vec!["$"; count].join(", ")), trees)
            }
            ("map", [key, item]) => {
                let keys: &[&str] = match key {
                    key if key.is("int") => &["1", "0", "-5"],
                    key if key.is("bool") => &["true", "false"],
                    _ => &["'a'", "'b'", "'é'"],
                };
                let keys: Vec<_> = keys.iter().take(count).map(|key| format!("{key}: $")).collect();
                let trees = keys.iter().map(|_| self.leaf(item)).collect();
                Tree::of(ty, &format!("{{{}}}", keys.join(", ")), trees)
            }
            (_, [item]) if self.rng.percent(70) => {
                let inner = self.leaf(item);
                Tree::of(ty, "optional.of($)", vec![inner])
            }
            _ => Tree::leaf(ty, "optional.none()"),
        }
    }

    /// An expression in which a fresh name of type `ty` may be used.
    fn within(&mut self, names: &[(String, Type)], ty: &Type, depth: usize) -> Tree {
        self.names.extend_from_slice(names);
        let tree = self.typed(ty, depth);
        self.names.truncate(self.names.len() - names.len());
        tree
    }

    fn fresh(&mut self) -> String {
        self.fresh += 1;
        format!("v{}", self.fresh)
    }

    fn condition(&mut self, names: &[(String, Type)], depth: usize) -> Tree {
        self.within(names, &plain("bool"), depth)
    }
}
