//! Macros: their variables have types, and conditions teach what follows them.

use std::sync::Arc;

use super::calls::result;
use super::facts::Facts;
use super::{Checker, MistakeKind, Type, Typed};
use crate::cel::ast::{Expr, Kind};
use crate::cel::library;

impl Checker<'_> {
    /// The type of a macro; `None` if the call is none.
    pub(super) fn macro_call(&mut self, name: &str, target: &Expr, args: &[Expr]) -> Option<Type> {
        match (name, args) {
            ("bind", [variable, init, body]) if is_cel(target) => {
                let ty = self.ty(init);
                Some(self.with(&[(variable, ty)], &Facts::default(), body).ty)
            }
            ("optMap", [variable, body]) => {
                let held = self.held(target);
                Some(self.with(&[(variable, held)], &Facts::default(), body).ty.optional())
            }
            ("optFlatMap", [variable, body]) => {
                let held = self.held(target);
                match self.with(&[(variable, held)], &Facts::default(), body).ty {
                    silent if silent.is_silent() => Some(silent),
                    made @ Type::Optional(_) => Some(made),
                    other => {
                        let advice = Some("use `optMap` for a body that is no optional".to_owned());
                        self.mistake(&body.range, MistakeKind::NotOptional(other), advice);
                        Some(Type::Error)
                    }
                }
            }
            ("all" | "exists" | "exists_one" | "existsOne" | "filter" | "map" | "sortBy", [v, body]) => {
                Some(self.fold(name, target, &[v], None, body))
            }
            (
                "all" | "exists" | "exists_one" | "existsOne" | "transformList" | "transformMap" | "transformMapEntry",
                [k, v, body],
            ) => Some(self.fold(name, target, &[k, v], None, body)),
            ("map", [v, filter, body]) => Some(self.fold(name, target, &[v], Some(filter), body)),
            ("transformList" | "transformMap" | "transformMapEntry", [k, v, filter, body]) => {
                Some(self.fold(name, target, &[k, v], Some(filter), body))
            }
            _ => None,
        }
    }

    /// `a.?b.orValue(c)`
    pub(super) fn default(&mut self, expr: &Expr) -> Type {
        let Kind::Call { target: Some(target), args, .. } = &expr.kind else { return Type::Error };
        let [other] = args.as_slice() else { return Type::Error };
        let held = self.held(target);
        let default = self.ty(other);
        self.joined(held, default, "value and default", &other.range)
    }

    /// What an optional holds.
    fn held(&mut self, target: &Expr) -> Type {
        match self.ty(target) {
            Type::Optional(held) => (*held).clone(),
            silent if silent.is_silent() => silent,
            other => {
                let help = Some("read a field as an optional with `.?`".to_owned());
                self.mistake(&target.range, MistakeKind::NotOptional(other), help);
                Type::Error
            }
        }
    }

    fn fold(&mut self, name: &str, target: &Expr, variables: &[&Expr], filter: Option<&Expr>, body: &Expr) -> Type {
        let range = self.ty(target);
        let (first, second) = self.elements(&range, variables.len() == 2, target);
        let declared: Vec<(&Expr, Type)> = variables.iter().copied().zip([first.clone(), second]).collect();
        let learned = match filter {
            Some(filter) => {
                let asked = self.with(&declared, &Facts::default(), filter);
                self.truth(asked, &filter.range).learned.yes
            }
            None => Facts::default(),
        };
        let made = self.with(&declared, &learned, body);
        match name {
            "all" | "exists" | "exists_one" | "existsOne" => {
                self.truth(made, &body.range);
                Type::Bool
            }
            "filter" => {
                let learned = self.truth(made, &body.range).learned;
                let variable = variables.first().and_then(|variable| named(variable));
                Type::List(Arc::new(variable.map_or(first.clone(), |name| learned.yes.refine(&name, first))))
            }
            "sortBy" => self.sorted(range, &made.ty, body),
            "transformMap" => Type::Map(Arc::new(super::widened(first)), Arc::new(made.ty)),
            "transformMapEntry" => self.made_entries(made.ty, body),
            _ => Type::List(Arc::new(made.ty)),
        }
    }

    fn sorted(&mut self, range: Type, keys: &Type, body: &Expr) -> Type {
        let row = library::find("@sortByAssociatedKeys");
        let listed = Type::List(Arc::new(keys.clone()));
        if row.is_none_or(|row| result(row, true, &[range.clone(), listed]).is_some()) {
            return range;
        }
        let kind = MistakeKind::NoOverload(format!("{range}.sortBy with {keys}"));
        self.mistake(&body.range, kind, Some("keys are numbers, texts, times or true and false".to_owned()));
        Type::Error
    }

    fn made_entries(&mut self, made: Type, body: &Expr) -> Type {
        match made.entries() {
            Some((key, value)) => Type::Map(Arc::new(super::widened(key)), Arc::new(value)),
            None if made.is_silent() => made,
            None => {
                let kind = MistakeKind::NoOverload(format!("transformMapEntry with {made}"));
                self.mistake(&body.range, kind, Some("the body gives a map, such as `{key: value}`".to_owned()));
                Type::Error
            }
        }
    }

    /// The types of a macro's variables.
    fn elements(&mut self, range: &Type, pair: bool, target: &Expr) -> (Type, Type) {
        match (range, range.entries()) {
            (Type::List(item), _) if pair => (Type::Int, (**item).clone()),
            (Type::List(item), _) => ((**item).clone(), Type::Error),
            (_, Some(entries)) => entries,
            (silent @ (Type::Error | Type::Nothing), _) => (silent.clone(), silent.clone()),
            (other, _) => {
                let help = match other {
                    Type::Optional(_) => Some("end the optional with `.orValue([])`".to_owned()),
                    Type::Nullable(_) => Some("ask `!= null` before".to_owned()),
                    Type::Dyn => Some("ask `type(…) == list` before".to_owned()),
                    _ => None,
                };
                self.mistake(&target.range, MistakeKind::NotARange(other.clone()), help);
                (Type::Error, Type::Error)
            }
        }
    }

    /// A body that sees variables; what was known of others by the same name is not known of them.
    fn with(&mut self, variables: &[(&Expr, Type)], learned: &Facts, body: &Expr) -> Typed {
        let depth = self.locals.len();
        let before = self.facts.clone();
        for (variable, ty) in variables {
            if let Some(name) = named(variable) {
                self.facts.forget(&name);
                self.locals.push((name, ty.clone()));
            }
        }
        self.facts = std::mem::take(&mut self.facts).and(learned);
        let typed = self.expr(body);
        self.locals.truncate(depth);
        self.facts = before;
        typed
    }
}

fn named(variable: &Expr) -> Option<Arc<str>> {
    match &variable.kind {
        Kind::Ident { name, .. } => Some(Arc::clone(name)),
        _ => None,
    }
}

fn is_cel(target: &Expr) -> bool {
    matches!(&target.kind, Kind::Ident { name, absolute: false } if &**name == "cel")
}
