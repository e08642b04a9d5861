//! Macros: their variables have types, and conditions teach what follows them.

use std::sync::Arc;

use super::facts::Facts;
use super::{Checker, MistakeKind, Type, Typed};
use crate::cel::ast::{Expr, Kind};

impl Checker<'_> {
    /// The type of a macro; `None` if the call is none.
    pub(super) fn macro_call(&mut self, name: &str, target: &Expr, args: &[Expr]) -> Option<Type> {
        match (name, args) {
            ("bind", [variable, init, body]) if is_cel(target) => {
                let ty = self.ty(init);
                Some(self.with(&[(variable, ty)], &Facts::new(), body).ty)
            }
            ("optMap" | "optFlatMap", [variable, body]) => {
                let held = self.held(target);
                let made = self.with(&[(variable, held)], &Facts::new(), body).ty;
                Some(if name == "optMap" { made.optional() } else { made })
            }
            ("orValue", [other]) => {
                let held = self.held(target);
                let other_type = self.ty(other);
                Some(self.joined(held, other_type, "value and default", &other.range))
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
                let asked = self.with(&declared, &Facts::new(), filter);
                self.truth(asked, &filter.range).yes
            }
            None => Facts::new(),
        };
        let made = self.with(&declared, &learned, body);
        match name {
            "all" | "exists" | "exists_one" | "existsOne" => {
                self.truth(made, &body.range);
                Type::Bool
            }
            "filter" => {
                self.truth(made, &body.range);
                Type::List(Arc::new(first))
            }
            "sortBy" => range,
            "transformMap" => Type::Map(Arc::new(first), Arc::new(made.ty)),
            "transformMapEntry" => match made.ty.entries() {
                Some((key, value)) => Type::Map(Arc::new(super::widened(key)), Arc::new(value)),
                None => Type::Dyn,
            },
            _ => Type::List(Arc::new(made.ty)),
        }
    }

    /// The types of a macro's variables.
    fn elements(&mut self, range: &Type, pair: bool, target: &Expr) -> (Type, Type) {
        match (range, range.entries()) {
            (Type::List(item), _) if pair => (Type::Int, (**item).clone()),
            (Type::List(item), _) => ((**item).clone(), Type::Error),
            (_, Some(entries)) => entries,
            (silent, _) if silent.is_silent() => (silent.clone(), silent.clone()),
            (other, _) => {
                let optional = matches!(other, Type::Optional(_));
                let help = optional.then(|| "end the optional with `.orValue([])`".to_owned());
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
            if let Kind::Ident { name, .. } = &variable.kind {
                self.facts.retain(|fact| !fact.contains(&**name));
                self.locals.push((Arc::clone(name), ty.clone()));
            }
        }
        self.facts.extend(learned.iter().cloned());
        let typed = self.expr(body);
        self.locals.truncate(depth);
        self.facts = before;
        typed
    }
}

fn is_cel(target: &Expr) -> bool {
    matches!(&target.kind, Kind::Ident { name, absolute: false } if &**name == "cel")
}
