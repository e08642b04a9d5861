//! Operators and functions: signatures are those of the one table in `library`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::chain::dotted;
use super::facts::{Facts, key, place, with_parents};
use super::mistake::quoted;
use super::{Checker, MistakeKind, Type, Typed};
use crate::cel::ast::{Expr, Kind};
use crate::cel::library::{self, Function, Ty};
use crate::diagnostic::nearest;

impl Checker<'_> {
    pub(super) fn call(&mut self, expr: &Expr) -> Typed {
        let Kind::Call { function, target, args, .. } = &expr.kind else { return Type::Error.into() };
        match (&**function, target.as_deref(), args.as_slice()) {
            ("_&&_", None, [left, right]) => self.and(left, right),
            ("_||_", None, [left, right]) => self.or(left, right),
            ("!_", None, [operand]) => {
                let typed = self.expr(operand);
                let typed = self.truth(typed, &operand.range);
                Typed { ty: Type::Bool, yes: typed.no, no: typed.yes }
            }
            ("_?_:_", None, [condition, yes, no]) => self.conditional(condition, yes, no),
            ("has", None, [arg]) => Typed { ty: self.tested(arg), yes: with_parents(arg), no: Facts::default() },
            ("hasValue", Some(held), []) => {
                let ty = self.plain(expr);
                Typed { ty, yes: with_parents(held), no: Facts::default() }
            }
            ("@in", None, [item, range]) => self.member(expr, item, range),
            ("_==_" | "_!=_", None, [one, two]) => self.equality(expr, one, two).into(),
            (name, Some(target), args) => match self.macro_call(name, target, args) {
                Some(ty) => ty.into(),
                None => self.plain(expr).into(),
            },
            _ => self.plain(expr).into(),
        }
    }

    fn and(&mut self, left: &Expr, right: &Expr) -> Typed {
        let one = self.expr(left);
        let one = self.truth(one, &left.range);
        let two = self.knowing(&one.yes, right);
        let two = self.truth(two, &right.range);
        let no = one.no.intersection(&two.no).cloned().collect();
        Typed { ty: Type::Bool, yes: one.yes.into_iter().chain(two.yes).collect(), no }
    }

    fn or(&mut self, left: &Expr, right: &Expr) -> Typed {
        let one = self.expr(left);
        let one = self.truth(one, &left.range);
        let two = self.knowing(&one.no, right);
        let two = self.truth(two, &right.range);
        let yes = one.yes.intersection(&two.yes).cloned().collect();
        Typed { ty: Type::Bool, yes, no: one.no.into_iter().chain(two.no).collect() }
    }

    fn conditional(&mut self, condition: &Expr, yes: &Expr, no: &Expr) -> Typed {
        let asked = self.expr(condition);
        let asked = self.truth(asked, &condition.range);
        let one = self.knowing(&asked.yes, yes).ty;
        let two = self.knowing(&asked.no, no).ty;
        self.joined(one, two, "branches", &no.range).into()
    }

    /// `k in m`: the key is there.
    fn member(&mut self, expr: &Expr, item: &Expr, range: &Expr) -> Typed {
        let ty = self.plain(expr);
        let yes = place(range).and_then(|below| key(&below, item));
        Typed { ty, yes: yes.into_iter().collect(), no: Facts::default() }
    }

    fn equality(&mut self, expr: &Expr, one: &Expr, two: &Expr) -> Type {
        let (left, right) = (self.ty(one), self.ty(two));
        let Kind::Call { function, .. } = &expr.kind else { return Type::Error };
        if !left.comparable(&right) {
            let sign = function.trim_matches('_');
            let help = match (&left, &right) {
                (Type::Optional(_), _) | (_, Type::Optional(_)) => "end the optional with `.orValue(…)`".to_owned(),
                _ => "convert one of them, such as `string(…)` or `int(…)`".to_owned(),
            };
            self.mistake(&expr.range, MistakeKind::NoOverload(format!("{left} {sign} {right}")), Some(help));
            return Type::Bool;
        }
        for (literal, text, other) in [(one, &left, &right), (two, &right, &left)] {
            if let (Kind::Literal(_), Type::Enum(text), Type::Enum(values)) = (&literal.kind, text, other)
                && !(matches!(one.kind, Kind::Literal(_)) && matches!(two.kind, Kind::Literal(_)))
                && let Some(text) = text.first().filter(|text| !values.contains(*text))
            {
                let values: Vec<&String> = values.iter().collect();
                let near = nearest(text, values.iter().map(|value| value.as_str()));
                let help = near
                    .map_or_else(|| format!("it is one of {}", quoted(&values)), |it| format!("did you mean `{it}`?"));
                self.mistake(&literal.range, MistakeKind::Impossible(text.clone()), Some(help));
                return Type::Bool;
            }
        }
        Type::Bool
    }

    /// An argument; Kubernetes lets the list of `format` hold anything.
    fn argument(&mut self, row: &Function, arg: &Expr) -> Type {
        match &arg.kind {
            Kind::List(elements) if row.name == "format" => {
                for element in elements {
                    self.ty(&element.value);
                }
                Type::List(Arc::new(Type::Dyn))
            }
            _ => self.ty(arg),
        }
    }

    /// A call by its row of the table.
    fn plain(&mut self, expr: &Expr) -> Type {
        let Kind::Call { function, target, args, name } = &expr.kind else { return Type::Error };
        let qualified = target.as_deref().and_then(dotted).map(|path| format!("{path}.{function}"));
        let grouped = qualified.as_deref().and_then(library::find);
        let target = target.as_deref().filter(|_| grouped.is_none());
        let Some(row) = grouped.or_else(|| library::find(function)) else {
            for arg in args {
                self.ty(arg);
            }
            return Type::Error;
        };
        let types: Vec<Type> = target.into_iter().chain(args).map(|arg| self.argument(row, arg)).collect();
        if let Some(result) = result(row, target.is_some(), &types) {
            return result;
        }
        let operator = row.name.ends_with('_') || row.name == "@in";
        let range = if operator { &expr.range } else { name };
        let optional = types.iter().any(|ty| matches!(ty, Type::Optional(_)));
        let help = if optional {
            "end the optional with `.orValue(…)`"
        } else {
            "convert an operand, such as `string(…)` or `int(…)`"
        };
        self.mistake(
            range,
            MistakeKind::NoOverload(written(row.name, target.is_some(), &types)),
            Some(help.to_owned()),
        );
        Type::Error
    }
}

/// What a function gives for these types; `None` where no signature takes them.
fn result(row: &Function, receiver: bool, types: &[Type]) -> Option<Type> {
    if !receiver && library::is_variadic(row.name) && types.len() > 2 {
        return Some(Type::Dyn);
    }
    if types.contains(&Type::Error) {
        return Some(Type::Error);
    }
    let mut found: Option<Type> = None;
    let rows = row.overloads.iter().filter(|it| it.receiver == receiver && it.params.len() == types.len());
    for overload in rows {
        let mut bound = BTreeMap::new();
        let takes = overload.params.iter().zip(types).all(|(ty, found)| found.fits(*ty, &mut bound));
        if takes {
            let one = Type::of(overload.result, &bound);
            let one = if overload.result == Ty::Dyn { Type::Dyn } else { one };
            // Several signatures may take an operand of which nothing is known.
            found = Some(match found {
                Some(other) => other.join(&one).unwrap_or(Type::Dyn),
                None => one,
            });
        }
    }
    found
}

/// The call as it reads, with types for arguments.
fn written(name: &str, receiver: bool, types: &[Type]) -> String {
    let texts: Vec<String> = types.iter().map(ToString::to_string).collect();
    match (name, texts.as_slice()) {
        ("@in", [item, range]) => format!("{item} in {range}"),
        (_, [one, two]) if name.ends_with('_') => format!("{one} {} {two}", name.trim_matches('_')),
        (_, [one]) if name.ends_with('_') => format!("{}{one}", name.trim_end_matches('_')),
        (_, [target, rest @ ..]) if receiver => format!("{target}.{name}({})", rest.join(", ")),
        _ => format!("{name}({})", texts.join(", ")),
    }
}
