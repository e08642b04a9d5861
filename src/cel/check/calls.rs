//! Operators and functions: signatures are those of the one table in `library`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::chain::dotted;
use super::facts::{Facts, Place};
use super::learn::{self, Learned};
use super::mistake::quoted;
use super::{Checker, MistakeKind, Remark, RemarkKind, Type, Typed};
use crate::cel::ast::{Expr, Kind, Literal};
use crate::cel::library::{self, Function, Ty};
use crate::diagnostic::nearest;

/// A call of a function of the table.
pub(super) struct Call<'e> {
    /// its row
    pub(super) row: &'static Function,
    /// `x` of `x.f(…)`
    pub(super) target: Option<&'e Expr>,
    /// what stands in the parentheses
    pub(super) args: &'e [Expr],
}

impl<'e> Call<'e> {
    /// The call that an expression is; `None` where the table has no such function.
    pub(super) fn of(expr: &'e Expr) -> Option<Self> {
        let Kind::Call { function, target, args, .. } = &expr.kind else { return None };
        let qualified = target.as_deref().and_then(dotted).map(|path| format!("{path}.{function}"));
        if let Some(row) = qualified.as_deref().and_then(library::find) {
            return Some(Self { row, target: None, args });
        }
        Some(Self { row: library::find(function)?, target: target.as_deref(), args })
    }

    /// All operands, the target first.
    pub(super) fn operands(&self) -> impl Iterator<Item = &'e Expr> + use<'e> {
        self.target.into_iter().chain(self.args)
    }
}

impl Checker<'_> {
    pub(super) fn call(&mut self, expr: &Expr) -> Typed {
        let Kind::Call { function, target, args, .. } = &expr.kind else { return Type::Error.into() };
        match (&**function, target.as_deref(), args.as_slice()) {
            ("_&&_", None, [left, right]) => self.and(left, right),
            ("_||_", None, [left, right]) => self.or(left, right),
            ("!_", None, [operand]) => {
                let typed = self.expr(operand);
                let Typed { learned, .. } = self.truth(typed, &operand.range);
                Typed { ty: Type::Bool, learned: Learned { yes: learned.no, no: learned.yes } }
            }
            ("_?_:_", None, [condition, yes, no]) => self.conditional(condition, yes, no),
            ("has", None, [arg]) => Typed { ty: self.tested(arg), learned: there(arg) },
            ("hasValue", Some(held), []) => Typed { ty: self.plain(expr), learned: there(held) },
            ("value", Some(held), []) => {
                let ty = self.plain(expr);
                self.proven(held, name_of(expr));
                ty.into()
            }
            ("@in", None, [item, range]) => self.member(expr, item, range),
            ("_==_" | "_!=_", None, [one, two]) => self.equality(expr, one, two),
            ("_<_" | "_<=_" | "_>_" | "_>=_", None, [one, two]) => {
                Typed { ty: self.plain(expr), learned: learn::ordering(function, one, two) }
            }
            ("orValue", Some(_), [_]) => {
                let learned = learn::flag(expr);
                Typed { ty: self.default(expr), learned }
            }
            (name, Some(target), args) => match self.macro_call(name, target, args) {
                Some(ty) => ty.into(),
                None => self.plain(expr).into(),
            },
            _ => self.plain(expr).into(),
        }
    }

    /// `.value()` of an optional is an error where it holds none.
    fn proven(&mut self, held: &Expr, name: &Range<usize>) {
        let given = matches!(&held.kind, Kind::Call { function, .. } if &**function == "of");
        let place = Place::of(held);
        if given || self.knows(place.as_ref()) {
            return;
        }
        let what = place.map_or_else(|| "the optional's value".to_owned(), |place| place.to_string());
        let advice = "end the optional with `.orValue(…)`, or ask `.hasValue()` before".to_owned();
        self.mistake(name, MistakeKind::MayBeAbsent(what), Some(advice));
    }

    fn and(&mut self, left: &Expr, right: &Expr) -> Typed {
        let one = self.expr(left);
        let one = self.truth(one, &left.range).learned;
        let two = self.knowing(&one.yes, right);
        let two = self.truth(two, &right.range).learned;
        // Where it does not hold, the left did not, or it did and the right did not.
        let no = one.no.or(&one.yes.clone().and(&two.no));
        Typed { ty: Type::Bool, learned: Learned { yes: one.yes.and(&two.yes), no } }
    }

    fn or(&mut self, left: &Expr, right: &Expr) -> Typed {
        let one = self.expr(left);
        let one = self.truth(one, &left.range).learned;
        let two = self.knowing(&one.no, right);
        let two = self.truth(two, &right.range).learned;
        let yes = one.yes.or(&one.no.clone().and(&two.yes));
        Typed { ty: Type::Bool, learned: Learned { yes, no: one.no.and(&two.no) } }
    }

    fn conditional(&mut self, condition: &Expr, yes: &Expr, no: &Expr) -> Typed {
        let asked = self.expr(condition);
        let asked = self.truth(asked, &condition.range).learned;
        let one = self.knowing(&asked.yes, yes);
        let two = self.knowing(&asked.no, no);
        let learned = match (&yes.kind, &no.kind) {
            // `a ? b : false` is `a && b`; `a ? true : b` is `a || b`.
            (_, Kind::Literal(Literal::Bool(false))) => Learned::yes(asked.yes.and(&one.learned.yes)),
            (Kind::Literal(Literal::Bool(false)), _) => Learned::yes(asked.no.and(&two.learned.yes)),
            _ => Learned {
                yes: asked.yes.clone().and(&one.learned.yes).or(&asked.no.clone().and(&two.learned.yes)),
                no: asked.yes.and(&one.learned.no).or(&asked.no.and(&two.learned.no)),
            },
        };
        Typed { ty: self.joined(one.ty, two.ty, "branches", &no.range), learned }
    }

    /// `k in m`: the key is there; `x in ['a', 'b']`: it is one of them.
    fn member(&mut self, expr: &Expr, item: &Expr, range: &Expr) -> Typed {
        let (one, two) = (self.ty(item), self.ty(range));
        let Some(call) = Call::of(expr) else { return Type::Error.into() };
        let ty = self.settled(&call, expr, &[one.clone(), two.clone()]);
        self.possible(item, &one, range, &two);
        Typed { ty, learned: learn::membership((item, &one), (range, &two)) }
    }

    /// A list that is asked for a value which it cannot hold, or a value that is none of it.
    fn possible(&mut self, item: &Expr, one: &Type, range: &Expr, two: &Type) {
        match (&range.kind, one, two) {
            (Kind::List(elements), Type::Enum(_), _) if !matches!(item.kind, Kind::Literal(_)) => {
                for element in elements {
                    let value = self.quietly(&element.value);
                    self.impossible(&element.value, &value, one);
                }
            }
            (_, Type::Enum(_), Type::List(values)) => {
                self.impossible(item, one, values);
            }
            (_, Type::Enum(_), Type::Object(object)) if !object.open => {
                let names = Type::Enum(Arc::new(object.fields.keys().cloned().collect()));
                self.impossible(item, one, &names);
            }
            _ => {}
        }
    }

    /// A literal that is none of the possible values.
    fn impossible(&mut self, literal: &Expr, text: &Type, possible: &Type) -> bool {
        let (Kind::Literal(_), Some(text), Some(values)) = (&literal.kind, text.texts(), possible.texts()) else {
            return false;
        };
        let Some(text) = text.first().filter(|text| !values.contains(*text)) else { return false };
        let near = nearest(text, values.iter().map(String::as_str));
        let values: Vec<&String> = values.iter().collect();
        let help =
            near.map_or_else(|| format!("it is one of {}", quoted(&values)), |it| format!("did you mean `{it}`?"));
        self.mistake(&literal.range, MistakeKind::Impossible(text.clone()), Some(help));
        true
    }

    fn equality(&mut self, expr: &Expr, one: &Expr, two: &Expr) -> Typed {
        let (left, right) = (self.ty(one), self.ty(two));
        let Kind::Call { function, .. } = &expr.kind else { return Type::Error.into() };
        if !left.comparable(&right) {
            let sign = function.trim_matches('_');
            let help = match (&left, &right) {
                (Type::Optional(_), _) | (_, Type::Optional(_)) => END_OPTIONAL.to_owned(),
                _ => "convert one of them, such as `string(…)` or `int(…)`".to_owned(),
            };
            self.mistake(&expr.range, MistakeKind::NoOverload(format!("{left} {sign} {right}")), Some(help));
            return Type::Bool.into();
        }
        let both = matches!(one.kind, Kind::Literal(_)) && matches!(two.kind, Kind::Literal(_));
        if !both && (self.impossible(one, &left, &right) || self.impossible(two, &right, &left)) {
            return Type::Bool.into();
        }
        let learned = learn::equality(&**function == "_==_", (one, &left), (two, &right));
        Typed { ty: Type::Bool, learned }
    }

    /// A call by its row of the table.
    fn plain(&mut self, expr: &Expr) -> Type {
        let Some(call) = Call::of(expr) else {
            for operand in expr.children() {
                self.ty(operand);
            }
            return Type::Error;
        };
        let types = match (call.row.name, call.target, call.args) {
            ("format", Some(template), [Expr { kind: Kind::List(elements), .. }]) => {
                let text = self.loosely(|own| own.ty(template));
                let values: Vec<Type> = self.loosely(|own| elements.iter().map(|it| own.ty(&it.value)).collect());
                self.formatted(template, elements, &values);
                vec![text, Type::List(Arc::new(Type::Dyn))]
            }
            ("format", ..) => self.loosely(|own| call.operands().map(|operand| own.ty(operand)).collect()),
            _ => call.operands().map(|operand| self.ty(operand)).collect(),
        };
        let listed = call.target.is_none() && library::is_variadic(call.row.name) && types.len() > 2;
        if listed && let Some(first) = types.first() {
            for (ty, operand) in types.iter().zip(call.args) {
                if self.gathered(first.clone(), ty, "arguments", &operand.range) == Type::Error {
                    return Type::Error;
                }
            }
        }
        self.settled(&call, expr, &types)
    }

    /// The type of a call by those of its operands.
    fn settled(&mut self, call: &Call<'_>, expr: &Expr, types: &[Type]) -> Type {
        let row = call.row;
        if let Some(result) = result(row, call.target.is_some(), types) {
            self.remark(call, expr, types);
            self.hopeless(call, expr);
            return match types {
                [of] if row.name == "type" => Type::Type(Arc::new(of.clone())),
                _ => result,
            };
        }
        let operator = row.name.ends_with('_') || row.name == "@in";
        let range = if operator { &expr.range } else { name_of(expr) };
        let kind = MistakeKind::NoOverload(written(row.name, call.target.is_some(), types));
        self.mistake(range, kind, Some(advice(types).to_owned()));
        Type::Error
    }

    /// What a call does that its author may not mean.
    fn remark(&mut self, call: &Call<'_>, expr: &Expr, types: &[Type]) {
        let ordering = matches!(call.row.name, "_<_" | "_<=_" | "_>_" | "_>=_");
        if ordering && types.iter().all(|ty| matches!(ty, Type::String | Type::Enum(_))) {
            self.remarks.push(Remark { range: expr.range.clone(), kind: RemarkKind::TextOrder });
        }
        let pattern = call.operands().nth(1).map(|arg| (arg, &arg.kind));
        if let ("matches", Some((arg, Kind::Literal(Literal::String(pattern))))) = (call.row.name, pattern)
            && !crate::scalar::re2::is_anchored(pattern)
        {
            self.remarks.push(Remark { range: arg.range.clone(), kind: RemarkKind::Unanchored });
        }
    }

    /// The type of an expression whose mistakes are told elsewhere.
    pub(super) fn quietly(&mut self, expr: &Expr) -> Type {
        let (told, remarked) = (self.mistakes.len(), self.remarks.len());
        let ty = self.ty(expr);
        self.mistakes.truncate(told);
        self.remarks.truncate(remarked);
        ty
    }
}

pub(super) const END_OPTIONAL: &str = "end the optional with `.orValue(…)`";

/// What to do where no signature takes these types.
fn advice(types: &[Type]) -> &'static str {
    if types.iter().any(|ty| matches!(ty, Type::Optional(_))) {
        END_OPTIONAL
    } else if types.iter().any(|ty| matches!(ty, Type::Nullable(_))) {
        "ask `!= null` before"
    } else if types.iter().any(|ty| matches!(ty, Type::Dyn)) {
        "of a value of any type ask `type(…) == string` (or `int`, …) before"
    } else if matches!(types, [Type::Opaque(_), Type::Opaque(_)]) {
        "they compare by `.isLessThan(…)`, `.isGreaterThan(…)` and `.compareTo(…)`"
    } else {
        "convert an operand, such as `string(…)` or `int(…)`"
    }
}

/// Bytes of a call's name.
fn name_of(expr: &Expr) -> &Range<usize> {
    match &expr.kind {
        Kind::Call { name, .. } => name,
        _ => &expr.range,
    }
}

fn there(expr: &Expr) -> Learned {
    Learned::yes(Place::of(expr).as_ref().map(Facts::there).unwrap_or_default())
}

/// What a function gives for these types; `None` where some value of them is taken by no signature.
pub(super) fn result(row: &Function, receiver: bool, types: &[Type]) -> Option<Type> {
    if types.contains(&Type::Error) {
        return Some(Type::Error);
    }
    if let Some(at) = types.iter().position(|ty| *ty == Type::IntOrString) {
        let as_one = |ty: Type| {
            let mut types = types.to_vec();
            *types.get_mut(at)? = ty;
            result(row, receiver, &types)
        };
        return as_one(Type::Int)?.join(&as_one(Type::String)?);
    }
    if !receiver && library::is_variadic(row.name) && types.len() > 2 {
        let (first, rest) = types.split_first()?;
        let pairs = rest.iter().map(|ty| single(row, receiver, &[first.clone(), ty.clone()]));
        return pairs.reduce(|one, two| Some(one?.join(&two?).unwrap_or(Type::Dyn)))?;
    }
    single(row, receiver, types)
}

fn single(row: &Function, receiver: bool, types: &[Type]) -> Option<Type> {
    let mut found: Option<Type> = None;
    let rows = row.overloads.iter().filter(|it| it.receiver == receiver && it.params.len() == types.len());
    for overload in rows {
        let mut bound = BTreeMap::new();
        let takes = overload.params.iter().zip(types).all(|(ty, found)| found.fits(*ty, &mut bound));
        if takes {
            let one = Type::of(overload.result, &bound);
            let one = if overload.result == Ty::Dyn { Type::Dyn } else { one };
            // Several signatures may take what is empty: then they must agree.
            if found.is_some_and(|other| other != one) {
                return None;
            }
            found = Some(one);
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
