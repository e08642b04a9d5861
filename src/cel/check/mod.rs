//! The type checker: types and presence over the syntax tree as written.
//!
//! It runs beside the planner, which finds unknown names, unknown functions and malformed macros; those
//! are of the type [`Type::Error`] here, so that they are told once. What Kubernetes' checker refuses is
//! refused (operands, branches and aggregates of one type); beyond it, reading what may be absent and a
//! table without an entry for a possible value are mistakes. Recursion is as deep as the tree, which
//! `guard` bounds.

mod calls;
mod chain;
mod constants;
mod facts;
mod learn;
mod macros;
mod mistake;
#[cfg(test)]
mod tests;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::ast::{Element, Entry, Expr, Kind, Literal};
use facts::{Facts, Place};

pub use learn::Learned;
pub use mistake::{Mistake, MistakeKind, Remark, RemarkKind};
pub use types::{Object, Type};

/// Mistakes of one expression that are told.
const MAX_MISTAKES: usize = 100;

/// A name as an expression may use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The type of its value.
    pub ty: Type,
    /// Whether it has a value whatever the claim says.
    pub always: bool,
    /// For a condition that has a name: what follows where it holds, and where it does not.
    pub learned: Learned,
}

/// Tells what names stand for.
pub trait Declared {
    /// What is known of a dotted name (`params`, `exposure.inputs`); `None` where it is none.
    fn name(&self, path: &str) -> Option<Known>;
}

/// Names with their types, told one by one.
#[derive(Clone, Debug, Default)]
pub struct Declarations(BTreeMap<String, Known>);

impl Declarations {
    /// Adds a name (`params`, `exposure.inputs`); `always`: it has a value whatever the claim says.
    pub fn with(mut self, path: &str, ty: Type, always: bool) -> Self {
        self.0.insert(path.to_owned(), Known { ty, always, learned: Learned::default() });
        self
    }
}

impl Declared for Declarations {
    fn name(&self, path: &str) -> Option<Known> {
        self.0.get(path).cloned()
    }
}

/// What the checker knows of an expression.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The type of its value.
    pub kind: Type,
    /// If it is a condition: what follows where it holds, and where it does not.
    pub learned: Learned,
    /// What is wrong, in order of place; at most 100.
    pub mistakes: Vec<Mistake>,
    /// What may not be meant.
    pub remarks: Vec<Remark>,
}

/// Checks an expression that is evaluated only where each guard has the value beside it.
pub fn check(expr: &Expr, declared: &dyn Declared, guards: &[(&Expr, bool)]) -> Checked {
    let mut checker = Checker {
        declared,
        locals: Vec::new(),
        facts: Facts::default(),
        mistakes: Vec::new(),
        remarks: Vec::new(),
        loose: false,
    };
    for (guard, holds) in guards {
        let learned = checker.expr(guard).learned;
        let facts = std::mem::take(&mut checker.facts);
        checker.facts = facts.and(if *holds { &learned.yes } else { &learned.no });
    }
    // A guard's own mistakes are told where it stands.
    checker.mistakes.clear();
    checker.remarks.clear();
    let Typed { ty, learned } = checker.expr(expr);
    let mut mistakes = checker.mistakes;
    mistakes.sort_by_key(|mistake| (mistake.range.start, mistake.range.end));
    mistakes.dedup();
    mistakes.truncate(MAX_MISTAKES);
    let mut remarks = checker.remarks;
    remarks.dedup();
    Checked { kind: ty, learned, mistakes, remarks }
}

struct Checker<'a> {
    declared: &'a dyn Declared,
    /// variables of macros around here, innermost last
    locals: Vec<(Arc<str>, Type)>,
    facts: Facts,
    mistakes: Vec<Mistake>,
    remarks: Vec<Remark>,
    /// lists and maps may hold values of different types here
    loose: bool,
}

/// A type, and what is known if the value is true, or false.
struct Typed {
    ty: Type,
    learned: Learned,
}

impl From<Type> for Typed {
    fn from(ty: Type) -> Self {
        Self { ty, learned: Learned::default() }
    }
}

impl Checker<'_> {
    fn expr(&mut self, expr: &Expr) -> Typed {
        match &expr.kind {
            Kind::Literal(literal) => constant(literal).into(),
            Kind::Ident { .. } | Kind::Select { .. } | Kind::Index { .. } => self.chain(expr),
            Kind::Call { .. } => self.call(expr),
            Kind::List(elements) => self.list(elements).into(),
            Kind::Map(entries) => self.map(entries).into(),
        }
    }

    fn ty(&mut self, expr: &Expr) -> Type {
        self.expr(expr).ty
    }

    /// The type of an expression where more is known.
    fn knowing(&mut self, learned: &Facts, expr: &Expr) -> Typed {
        let before = self.facts.clone();
        self.facts = before.clone().and(learned);
        let typed = self.expr(expr);
        self.facts = before;
        typed
    }

    /// An operand that must be true or false.
    fn truth(&mut self, typed: Typed, range: &Range<usize>) -> Typed {
        if !typed.ty.is_silent() && typed.ty != Type::Bool {
            self.mistake(range, MistakeKind::NotBool(typed.ty.clone()), None);
        }
        typed
    }

    fn list(&mut self, elements: &[Element]) -> Type {
        let mut item = Type::Nothing;
        for element in elements {
            let found = self.element(&element.value, element.optional);
            item = self.gathered(item, &found, "elements", &element.value.range);
        }
        Type::List(Arc::new(item))
    }

    fn map(&mut self, entries: &[Entry]) -> Type {
        let (mut key, mut value) = (Type::Nothing, Type::Nothing);
        let mut names = Some(BTreeSet::new());
        for entry in entries {
            let found = self.ty(&entry.key);
            key = self.gathered(key, &found, "keys", &entry.key.range);
            let found = self.element(&entry.value, entry.optional);
            value = self.gathered(value, &found, "values", &entry.value.range);
            match (&entry.key.kind, names.as_mut()) {
                (Kind::Literal(Literal::String(name)), Some(names)) if !entry.optional => {
                    names.insert(name.to_string());
                }
                _ => names = None,
            }
        }
        match names {
            Some(names) if !entries.is_empty() => Type::Table(Arc::new(names), Arc::new(value)),
            _ => Type::Map(Arc::new(widened(key)), Arc::new(value)),
        }
    }

    /// An element: what an optional one holds.
    fn element(&mut self, expr: &Expr, optional: bool) -> Type {
        match (self.ty(expr), optional) {
            (Type::Optional(held), true) => (*held).clone(),
            (found, true) if !matches!(found, Type::Error | Type::Nothing) => {
                self.mistake(&expr.range, MistakeKind::NotOptional(found), None);
                Type::Error
            }
            (found, _) => found,
        }
    }

    /// What a list or map holds, where one more value is of a type. Kubernetes wants the very same type (cel-go,
    /// `ValidateHomogeneousAggregateLiterals`), but within `format`.
    fn gathered(&mut self, one: Type, two: &Type, what: &'static str, range: &Range<usize>) -> Type {
        if self.loose || one.alike(two) {
            return one.join(two).unwrap_or(Type::Dyn);
        }
        let help = Some("wrap all of them in `dyn(…)` if that is meant".to_owned());
        self.mistake(range, MistakeKind::Mixed { what, one, two: two.clone() }, help);
        Type::Error
    }

    /// Where lists and maps may hold values of different types.
    fn loosely<T>(&mut self, ask: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.loose, true);
        let answer = ask(self);
        self.loose = before;
        answer
    }

    fn joined(&mut self, one: Type, two: Type, what: &'static str, range: &Range<usize>) -> Type {
        if let Some(joined) = one.join(&two) {
            return joined;
        }
        let help = Some("wrap one of them in `dyn(…)` if that is meant".to_owned());
        self.mistake(range, MistakeKind::Mixed { what, one, two }, help);
        Type::Error
    }

    fn mistake(&mut self, range: &Range<usize>, kind: MistakeKind, help: Option<String>) {
        self.mistakes.push(Mistake { range: range.clone(), kind, help });
    }

    fn local(&self, name: &str) -> Option<&Type> {
        self.locals.iter().rev().find(|(local, _)| &**local == name).map(|(_, ty)| ty)
    }

    fn knows(&self, place: Option<&Place>) -> bool {
        place.is_some_and(|place| self.facts.has(place))
    }
}

fn constant(literal: &Literal) -> Type {
    match literal {
        Literal::Null => Type::Null,
        Literal::Bool(_) => Type::Bool,
        Literal::Int(_) => Type::Int,
        Literal::Uint(_) => Type::Uint,
        Literal::Double(_) => Type::Double,
        Literal::String(text) => Type::Enum(Arc::new(BTreeSet::from([text.to_string()]))),
        Literal::Bytes(_) => Type::Bytes,
    }
}

/// The keys of a map are not all known: the map may have others.
fn widened(key: Type) -> Type {
    if matches!(key, Type::Enum(_)) { Type::String } else { key }
}
