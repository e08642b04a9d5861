//! The abstract run: what a program says, over places instead of values.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cel::plan::{Access, Call, Chain, FoldKind, Node, Op, Root, StepKey};
use crate::cel::{Program, RootId, Value};
use crate::schema::Type;

use super::symbol::{Symbol, each, held, size, there};
use super::{Atom, Compared, Constant, Domain, Formula};

/// Between the text of a condition and what tells it from the same text elsewhere.
pub(super) const SEPARATOR: char = '\0';

/// Steps of one abstract run, so that no expression can make conditions without end.
const MAX_STEPS: usize = 2_000;

/// Tells what names stand for.
pub trait Symbols<'s> {
    /// When a name has a value, and what that is.
    fn root(&mut self, root: RootId) -> (Formula, Symbol<'s>);
    /// What tells the same text apart where its names mean something else.
    fn context(&self) -> &str;
}

/// What a program stands for.
pub fn symbolic<'s>(program: &Program, symbols: &mut dyn Symbols<'s>) -> Symbol<'s> {
    Run::of(program, symbols).node(&program.plan().root)
}

/// When a condition holds.
pub fn condition(program: &Program, symbols: &mut dyn Symbols<'_>) -> Formula {
    Run::of(program, symbols).truth(&program.plan().root)
}

/// When a list or map that a program gives has any element.
pub fn nonempty(program: &Program, symbols: &mut dyn Symbols<'_>) -> Formula {
    Run::of(program, symbols).nonempty(&program.plan().root)
}

struct Run<'r, 's> {
    text: &'r str,
    symbols: &'r mut dyn Symbols<'s>,
    locals: BTreeMap<usize, Symbol<'s>>,
    steps: usize,
}

impl<'r, 's> Run<'r, 's> {
    fn of(program: &'r Program, symbols: &'r mut dyn Symbols<'s>) -> Self {
        Self { text: program.text(), symbols, locals: BTreeMap::new(), steps: 0 }
    }

    fn node(&mut self, node: &Node) -> Symbol<'s> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Symbol::Unknown;
        }
        match &node.op {
            Op::Const(value) => Symbol::Constant(value.clone()),
            Op::Root(root) => self.root(root),
            Op::Local(slot) => self.locals.get(slot).cloned().unwrap_or(Symbol::Unknown),
            Op::Chain(chain) => self.chain(chain, node),
            Op::Call(call) => self.call(call, node),
            Op::Member { item, list } => self.member(item, list, node),
            Op::Logical { decides, sides } => {
                let [left, right] = &**sides;
                let sides = [self.truth(left), self.truth(right)];
                Symbol::Truth(if *decides { Formula::any(sides) } else { Formula::all(sides) })
            }
            Op::Conditional(parts) => {
                let [condition, yes, no] = &**parts;
                let when = self.truth(condition);
                self.choice(when, yes, no)
            }
            Op::Bind { slot, init, body } => {
                let init = self.node(init);
                self.locals.insert(*slot, init);
                self.node(body)
            }
            Op::OptMap { slot, target, body, flat } => {
                let target = self.node(target);
                let first = there(&target);
                self.locals.insert(*slot, held(target));
                let body = self.node(body);
                let there = if *flat { Formula::all([first, there(&body)]) } else { first };
                Symbol::Maybe(there, Box::new(if *flat { held(body) } else { body }))
            }
            Op::Or { target, other, unwrap } => {
                let target = self.node(target);
                let first = there(&target);
                let other = self.node(other);
                let given = if *unwrap { held(target) } else { target };
                Symbol::Cases(vec![(first.clone(), given), (first.negated(), other)])
            }
            Op::List(_) | Op::Map(_) | Op::Fold(_) => Symbol::Unknown,
        }
    }

    fn choice(&mut self, when: Formula, yes: &Node, no: &Node) -> Symbol<'s> {
        match when {
            Formula::Known(true) => self.node(yes),
            Formula::Known(false) => self.node(no),
            when => {
                let (yes, no) = (self.node(yes), self.node(no));
                Symbol::Cases(vec![(when.clone(), yes), (when.negated(), no)])
            }
        }
    }

    fn root(&mut self, root: &Root) -> Symbol<'s> {
        let (there, value) = self.symbols.root(root.id);
        match root.access {
            Access::Value => value,
            Access::Optional => Symbol::Maybe(there, Box::new(value)),
            Access::Test => Symbol::Truth(there),
        }
    }

    /// A condition of which only the text is known.
    fn other(&self, node: &Node) -> Formula {
        let text = self.text.get(node.range.clone()).unwrap_or_default();
        Formula::Atom(Atom::Other(format!("{text}{SEPARATOR}{}", self.symbols.context()).into()))
    }

    fn truth(&mut self, node: &Node) -> Formula {
        let symbol = self.node(node);
        self.truth_of(&symbol, node)
    }

    fn truth_of(&self, symbol: &Symbol<'s>, node: &Node) -> Formula {
        match symbol {
            Symbol::Truth(formula) => formula.clone(),
            Symbol::Constant(Value::Bool(holds)) => Formula::Known(*holds),
            Symbol::Place(place) if place.domain() == Some(Domain::Bool) => {
                tested(&place.name, Domain::Bool, Compared::Equal, Constant::Bool(true))
            }
            Symbol::Maybe(_, held) => self.truth_of(held, node),
            Symbol::Cases(cases) => each(cases, |case| self.truth_of(case, node)),
            _ => self.other(node),
        }
    }

    fn chain(&mut self, chain: &Chain, node: &Node) -> Symbol<'s> {
        let (mut exists, mut at, mut optional) = match self.node(&chain.base) {
            Symbol::Maybe(there, held) => (there, *held, true),
            other => (Formula::Known(true), other, false),
        };
        for step in &chain.steps {
            let key = match &step.key {
                StepKey::Const(value) => Symbol::Constant(value.clone()),
                StepKey::Node(key) => self.node(key),
            };
            optional |= step.optional;
            let (found, below) = self.step(at, &key, node);
            exists = Formula::all([exists, found]);
            at = below;
        }
        match (chain.test, optional) {
            (true, _) => Symbol::Truth(exists),
            (false, true) => Symbol::Maybe(exists, Box::new(at)),
            (false, false) => at,
        }
    }

    /// What is below a key, and when.
    fn step(&self, at: Symbol<'s>, key: &Symbol<'s>, node: &Node) -> (Formula, Symbol<'s>) {
        let name = match key {
            Symbol::Constant(Value::String(name)) => Some(&**name),
            _ => None,
        };
        match (at, name) {
            (Symbol::Place(place), Some(name)) => {
                let (there, below) = place.field(name);
                (there, Symbol::Place(below))
            }
            (Symbol::Record(fields), Some(name)) => match fields.get(name) {
                Some(field) => (there(field), held(field.clone())),
                None => (Formula::Known(false), Symbol::Unknown),
            },
            (Symbol::Constant(Value::Map(entries)), _) => {
                let cases = entries.iter().map(|(own, value)| {
                    (self.equal(key, &Symbol::Constant(own.to_value()), node), Symbol::Constant(value.clone()))
                });
                let cases: Vec<_> = cases.filter(|(when, _)| *when != Formula::Known(false)).collect();
                let found = Formula::any(cases.iter().map(|(when, _)| when.clone()));
                (found, if cases.is_empty() { Symbol::Unknown } else { Symbol::Cases(cases) })
            }
            (Symbol::Cases(cases), _) => {
                let below: Vec<_> = cases.into_iter().map(|(when, case)| (when, self.step(case, key, node))).collect();
                let found =
                    Formula::any(below.iter().map(|(when, (there, _))| Formula::all([when.clone(), there.clone()])));
                (found, Symbol::Cases(below.into_iter().map(|(when, (_, below))| (when, below)).collect()))
            }
            (Symbol::Maybe(first, inner), _) => {
                let (found, below) = self.step(*inner, key, node);
                (Formula::all([first, found]), below)
            }
            _ => (self.other(node), Symbol::Unknown),
        }
    }

    fn member(&mut self, item: &Node, list: &[Value], node: &Node) -> Symbol<'s> {
        let item = self.node(item);
        let equal = list.iter().map(|value| self.equal(&item, &Symbol::Constant(value.clone()), node));
        Symbol::Truth(Formula::any(equal))
    }

    fn call(&mut self, call: &Call, node: &Node) -> Symbol<'s> {
        match (call.function.name, call.args.as_slice()) {
            ("!_", [inner]) => Symbol::Truth(self.truth(inner).negated()),
            (sign @ ("_==_" | "_!=_"), [one, two]) => {
                let (one, two) = (self.node(one), self.node(two));
                let equal = self.equal(&one, &two, node);
                Symbol::Truth(match sign {
                    "_==_" => equal,
                    // Its own text already says `!=`.
                    _ if equal == self.other(node) => equal,
                    _ => equal.negated(),
                })
            }
            (sign @ ("_<_" | "_<=_" | "_>_" | "_>=_"), [one, two]) => {
                let (one, two) = (self.node(one), self.node(two));
                Symbol::Truth(ordered(sign, &one, &two).unwrap_or_else(|| self.other(node)))
            }
            ("@in", [key, map]) => {
                let (key, map) = (self.node(key), self.node(map));
                let is_map = match &map {
                    Symbol::Place(place) => place.schema.is_some_and(|schema| schema.kind == Some(Type::Object)),
                    _ => false,
                };
                Symbol::Truth(if is_map { self.step(map, &key, node).0 } else { self.other(node) })
            }
            ("size", [counted]) => size(self.node(counted)),
            ("dyn", [inner]) => self.node(inner),
            ("optional.none", []) => Symbol::Constant(Value::Optional(None)),
            ("optional.of", [inner]) => Symbol::Maybe(Formula::Known(true), Box::new(self.node(inner))),
            ("optional.ofNonZeroValue", [inner]) => {
                let inner = self.node(inner);
                Symbol::Maybe(self.other(node), Box::new(inner))
            }
            ("hasValue", [inner]) => Symbol::Truth(there(&self.node(inner))),
            ("value", [inner]) => held(self.node(inner)),
            _ => Symbol::Unknown,
        }
    }

    fn equal(&self, one: &Symbol<'s>, two: &Symbol<'s>, node: &Node) -> Formula {
        match (one, two) {
            (Symbol::Constant(one), Symbol::Constant(two)) => Formula::Known(one == two),
            (Symbol::Cases(cases), other) | (other, Symbol::Cases(cases)) => {
                each(cases, |case| self.equal(case, other, node))
            }
            (Symbol::Truth(holds), Symbol::Constant(Value::Bool(wanted)))
            | (Symbol::Constant(Value::Bool(wanted)), Symbol::Truth(holds)) => {
                if *wanted {
                    holds.clone()
                } else {
                    holds.clone().negated()
                }
            }
            (Symbol::Place(place), Symbol::Constant(value)) | (Symbol::Constant(value), Symbol::Place(place)) => {
                match (place.domain(), constant(value)) {
                    (Some(domain), Some(constant)) if suits(&domain, &constant) => {
                        tested(&place.name, domain, Compared::Equal, constant)
                    }
                    _ => self.other(node),
                }
            }
            (Symbol::Count(name, least, most), Symbol::Constant(Value::Int(count)))
            | (Symbol::Constant(Value::Int(count)), Symbol::Count(name, least, most)) => {
                tested(name, Domain::Int(*least, *most), Compared::Equal, Constant::Int(*count))
            }
            _ => self.other(node),
        }
    }

    /// Whether a count is more than none.
    fn counted(&self, count: &Symbol<'s>, node: &Node) -> Formula {
        match count {
            Symbol::Cases(cases) => each(cases, |case| self.counted(case, node)),
            count => ordered("_>_", count, &Symbol::Constant(Value::Int(0))).unwrap_or_else(|| self.other(node)),
        }
    }

    fn nonempty(&mut self, node: &Node) -> Formula {
        match &node.op {
            Op::List(items) => {
                Formula::any(items.iter().map(
                    |(optional, item)| {
                        if *optional { there(&self.node(item)) } else { Formula::Known(true) }
                    },
                ))
            }
            Op::Fold(fold) if fold.kind == FoldKind::List && fold.filter.is_none() => self.nonempty(&fold.over),
            _ => {
                let symbol = self.node(node);
                self.counted(&size(held(symbol)), node)
            }
        }
    }
}

/// An ordering of two numbers of which one is constant; `None` where logic does not know them.
fn ordered(sign: &str, one: &Symbol<'_>, two: &Symbol<'_>) -> Option<Formula> {
    let ((name, domain), sign, bound) = match (one, two) {
        (Symbol::Constant(Value::Int(one)), Symbol::Constant(Value::Int(two))) => {
            return Some(Formula::Known(match sign {
                "_<_" => one < two,
                "_<=_" => one <= two,
                "_>_" => one > two,
                _ => one >= two,
            }));
        }
        (counted, Symbol::Constant(Value::Int(bound))) => (number(counted)?, sign, *bound),
        (Symbol::Constant(Value::Int(bound)), counted) => {
            let turned = match sign {
                "_<_" => "_>_",
                "_<=_" => "_>=_",
                "_>_" => "_<_",
                _ => "_<=_",
            };
            (number(counted)?, turned, *bound)
        }
        _ => return None,
    };
    let less = |bound: i64| tested(&name, domain.clone(), Compared::Less, Constant::Int(bound));
    Some(match sign {
        "_<_" => less(bound),
        "_<=_" => less(bound.checked_add(1)?),
        "_>_" => less(bound.checked_add(1)?).negated(),
        _ => less(bound).negated(),
    })
}

/// The name and the range of an integer that differs.
fn number(symbol: &Symbol<'_>) -> Option<(Arc<str>, Domain)> {
    match symbol {
        Symbol::Place(place) => match place.domain()? {
            domain @ Domain::Int(..) => Some((Arc::clone(&place.name), domain)),
            _ => None,
        },
        Symbol::Count(name, least, most) => Some((Arc::clone(name), Domain::Int(*least, *most))),
        _ => None,
    }
}

fn constant(value: &Value) -> Option<Constant> {
    match value {
        Value::Bool(value) => Some(Constant::Bool(*value)),
        Value::Int(value) => Some(Constant::Int(*value)),
        Value::String(text) => Some(Constant::Text(Arc::clone(text))),
        _ => None,
    }
}

/// Whether values of a domain are of the constant's type: otherwise the checker tells.
fn suits(domain: &Domain, constant: &Constant) -> bool {
    matches!(
        (domain, constant),
        (Domain::Bool, Constant::Bool(_))
            | (Domain::Int(..), Constant::Int(_))
            | (Domain::Texts(_) | Domain::AnyText, Constant::Text(_))
    )
}

pub(super) fn tested(place: &Arc<str>, domain: Domain, compared: Compared, constant: Constant) -> Formula {
    let decided = match (&domain, compared, &constant) {
        (Domain::Texts(texts), Compared::Equal, Constant::Text(text)) if !texts.contains(text) => Some(false),
        (Domain::Int(least, most), Compared::Equal, Constant::Int(value)) if !(least..=most).contains(&value) => {
            Some(false)
        }
        (Domain::Int(least, _), Compared::Less, Constant::Int(value)) if least >= value => Some(false),
        (Domain::Int(_, most), Compared::Less, Constant::Int(value)) if most < value => Some(true),
        _ => None,
    };
    match decided {
        Some(holds) => Formula::Known(holds),
        None => Formula::Atom(Atom::Test { place: Arc::clone(place), domain, compared, constant }),
    }
}
