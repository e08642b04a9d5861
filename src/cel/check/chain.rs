//! Names, fields and keys.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::calls::END_OPTIONAL;
use super::facts::Place;
use super::learn::Learned;
use super::mistake::quoted;
use super::{Checker, Known, MistakeKind, Object, Type, Typed};
use crate::cel::ast::{Expr, Kind, Literal};
use crate::diagnostic::nearest;

impl Checker<'_> {
    pub(super) fn chain(&mut self, expr: &Expr) -> Typed {
        if let Some((ty, learned)) = self.name(expr, false) {
            return Typed { ty: self.narrowed(expr, ty), learned };
        }
        let ty = match &expr.kind {
            Kind::Select { operand, field, name, optional } => {
                let base = self.ty(operand);
                if self.holds_optional(operand, &base) {
                    let kind = MistakeKind::NoOverload(format!("{base}.{field}"));
                    self.mistake(name, kind, Some(END_OPTIONAL.to_owned()));
                    return Type::Error.into();
                }
                self.field(expr, &base, operand, field, name, *optional)
            }
            Kind::Index { operand, index, optional } => {
                let base = self.ty(operand);
                let key = self.ty(index);
                if self.holds_optional(operand, &base) {
                    let kind = MistakeKind::NoOverload(format!("{base}[{key}]"));
                    self.mistake(&index.range, kind, Some(END_OPTIONAL.to_owned()));
                    return Type::Error.into();
                }
                self.key(expr, &base, &key, index, *optional)
            }
            _ => Type::Error,
        };
        self.narrowed(expr, ty).into()
    }

    /// Whether a value within a chain is itself an optional: only what a chain starts with is opened when it
    /// runs, and what a `?` on the way makes optional (cel-go, `applyQualifiers`).
    fn holds_optional(&mut self, operand: &Expr, ty: &Type) -> bool {
        if !matches!(ty, Type::Optional(_)) {
            return false;
        }
        let mut at = operand;
        loop {
            let declared = dotted(at).is_some_and(|path| self.declared.name(&path).is_some());
            at = match &at.kind {
                Kind::Select { optional: true, .. } | Kind::Index { optional: true, .. } => return false,
                Kind::Select { operand, .. } | Kind::Index { operand, .. } if !declared => operand,
                _ => break,
            };
        }
        !std::ptr::eq(at, operand) && !matches!(self.quietly(at), Type::Optional(_))
    }

    /// The type that is known of a place, if it is narrower than the declared one.
    fn narrowed(&self, expr: &Expr, ty: Type) -> Type {
        let known = Place::of(expr).and_then(|place| self.facts.ty(&place).cloned());
        match (known, &ty) {
            (Some(known), Type::Optional(_)) => known.optional(),
            (Some(known), _) if ty != Type::Error => known,
            _ => ty,
        }
    }

    /// `has(a.b)`: what is looked into must be there, the field need not.
    pub(super) fn tested(&mut self, arg: &Expr) -> Type {
        if self.name(arg, true).is_some() {
            return Type::Bool;
        }
        let Kind::Select { operand, field, name, .. } = &arg.kind else { return Type::Bool };
        let base = self.ty(operand);
        self.field(arg, &base, operand, field, name, true);
        Type::Bool
    }

    /// A declared name or a variable of a macro.
    fn name(&mut self, expr: &Expr, tested: bool) -> Option<(Type, Learned)> {
        let path = dotted(expr)?;
        let first = path.split('.').next().unwrap_or_default();
        if let Some(local) = self.local(first) {
            return (first == path).then(|| (local.clone(), Learned::default()));
        }
        let Some(Known { ty, always, learned }) = self.declared.name(&path) else {
            return Type::named(&path).map(|ty| (Type::Type(Arc::new(ty)), Learned::default()));
        };
        if matches!(expr.kind, Kind::Select { optional: true, .. }) {
            return Some((ty.optional(), Learned::default()));
        }
        if !always && !tested && !self.knows(Place::of(expr).as_ref()) {
            let help = match path.rsplit_once('.') {
                Some((group, last)) => format!("read it as `{group}.?{last}`, or only where `has({path})` holds"),
                None => format!("test it with `has({path})`"),
            };
            self.mistake(&expr.range, MistakeKind::MayBeAbsent(path), Some(help));
        }
        Some((ty, learned))
    }

    fn field(
        &mut self,
        expr: &Expr,
        base: &Type,
        operand: &Expr,
        name: &str,
        range: &Range<usize>,
        optional: bool,
    ) -> Type {
        let (base, viral) = inside(base);
        let optional = optional || viral;
        let base = match base {
            // `.?` of null finds nothing.
            Type::Nullable(held) if optional => (*held).clone(),
            base => base,
        };
        let (ty, always) = match &base {
            Type::Object(object) => match object.fields.get(name) {
                Some((ty, always)) => (ty.clone(), *always),
                None if object.open => (Type::Dyn, false),
                None => {
                    self.unknown_field(operand, name, range, object.fields.keys().map(String::as_str));
                    return Type::Error;
                }
            },
            Type::Map(_, value) => ((**value).clone(), false),
            Type::Table(keys, value) => ((**value).clone(), keys.contains(name)),
            Type::Dyn => (Type::Dyn, false),
            silent if silent.is_silent() => {
                return if optional { silent.clone().optional() } else { silent.clone() };
            }
            other => {
                let help = match other {
                    Type::Nullable(_) => "ask `!= null` before, or read it with `.?`".to_owned(),
                    _ => format!("a {other} has no fields"),
                };
                self.mistake(range, MistakeKind::NoOverload(format!("{other}.{name}")), Some(help));
                return Type::Error;
            }
        };
        if optional {
            return ty.optional();
        }
        if !always && !self.knows(Place::of(expr).as_ref()) {
            self.absent(expr, operand, name, range);
        }
        ty
    }

    fn absent(&mut self, expr: &Expr, operand: &Expr, name: &str, range: &Range<usize>) {
        let (whole, base) = (Place::of(expr).map_or_else(|| name.to_owned(), |it| it.to_string()), Place::of(operand));
        let help =
            base.map(|base| format!("test it with `has({whole})`, or give a default: `{base}.?{name}.orValue(…)`"));
        self.mistake(range, MistakeKind::MayBeAbsent(whole), help);
    }

    fn unknown_field<'n>(
        &mut self,
        operand: &Expr,
        name: &str,
        range: &Range<usize>,
        fields: impl Iterator<Item = &'n str>,
    ) {
        let fields: Vec<&str> = fields.collect();
        let parent = Place::of(operand).map_or_else(|| "the object".to_owned(), |it| it.to_string());
        let help = match nearest(name, fields.iter().copied()) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if fields.is_empty() => None,
            None => Some(format!("its fields are {}", quoted(&fields))),
        };
        self.mistake(range, MistakeKind::UnknownField { parent, name: name.to_owned() }, help);
    }

    fn key(&mut self, expr: &Expr, base: &Type, key: &Type, index: &Expr, optional: bool) -> Type {
        let (base, viral) = inside(base);
        let optional = optional || viral;
        let base = match base {
            Type::Nullable(held) if optional => (*held).clone(),
            base => base,
        };
        let known = optional || self.knows(Place::of(expr).as_ref());
        let value = match (&base, key) {
            (Type::Error | Type::Nothing, _) => base.clone(),
            (_, Type::Error) => Type::Error,
            (Type::Table(keys, value), _) if is_key(key) && key.join(&Type::String).is_some() => {
                if !known {
                    self.table(keys, key, index);
                }
                (**value).clone()
            }
            (Type::List(item), Type::Int) => {
                self.position(expr, index, known);
                (**item).clone()
            }
            (Type::Object(object), Type::String | Type::Enum(_)) => self.keyed(expr, object, key, index, known),
            (Type::Map(wanted, value), _) if is_key(key) && wanted.join(key).is_some() => {
                self.key_absent(expr, index, known);
                (**value).clone()
            }
            (Type::Dyn, Type::String | Type::Enum(_) | Type::Int | Type::Uint | Type::Bool) => {
                self.key_absent(expr, index, known);
                Type::Dyn
            }
            (other, _) => {
                let help = match other {
                    Type::Table(..) => Some("its keys are string".to_owned()),
                    Type::Map(wanted, _) => Some(format!("its keys are {wanted}")),
                    Type::Nullable(_) => Some("ask `!= null` before, or read it with `[?…]`".to_owned()),
                    _ => None,
                };
                self.mistake(&index.range, MistakeKind::NoOverload(format!("{other}[{key}]")), help);
                return Type::Error;
            }
        };
        if optional { value.optional() } else { value }
    }

    /// `object['k']`, `object[key]` where the key's values are known.
    fn keyed(&mut self, expr: &Expr, object: &Object, key: &Type, index: &Expr, known: bool) -> Type {
        let Some(names) = key.texts() else {
            self.key_absent(expr, index, known);
            return Type::Dyn;
        };
        let mut value = Type::Nothing;
        for name in names {
            let (ty, always) = match object.fields.get(name) {
                Some((ty, always)) => (ty.clone(), *always),
                None if object.open => (Type::Dyn, false),
                None => {
                    let parent = Place::of(expr).map_or_else(|| "the object".to_owned(), |it| it.to_string());
                    let kind = MistakeKind::UnknownField { parent, name: name.clone() };
                    let near = nearest(name, object.fields.keys().map(String::as_str));
                    self.mistake(&index.range, kind, near.map(|near| format!("did you mean `{near}`?")));
                    return Type::Error;
                }
            };
            value = value.join(&ty).unwrap_or(Type::Dyn);
            if !always && !known {
                self.key_absent(expr, index, false);
                return value;
            }
        }
        value
    }

    /// A position of a list must be proven, but for a list that is written out.
    fn position(&mut self, expr: &Expr, index: &Expr, known: bool) {
        if let (Kind::Index { operand, .. }, Kind::Literal(Literal::Int(at))) = (&expr.kind, &index.kind)
            && let Kind::List(elements) = &operand.kind
            && elements.iter().all(|element| !element.optional)
            && usize::try_from(*at).is_ok_and(|at| at < elements.len())
        {
            return;
        }
        if !known {
            let whole = Place::of(expr).map_or_else(|| "the position".to_owned(), |it| it.to_string());
            let help = "test it with `size()`, or read it as `[?…]` and end with `.orValue(…)`".to_owned();
            self.mistake(&index.range, MistakeKind::MayBeAbsent(whole), Some(help));
        }
    }

    fn key_absent(&mut self, expr: &Expr, index: &Expr, known: bool) {
        if known {
            return;
        }
        let whole = Place::of(expr).map_or_else(|| "the key".to_owned(), |it| it.to_string());
        let help = "test it with `in`, or read it as `[?…]` and end with `.orValue(…)`".to_owned();
        self.mistake(&index.range, MistakeKind::MayBeAbsent(whole), Some(help));
    }

    /// A table must have an entry for every value that is asked of it.
    fn table(&mut self, keys: &Arc<BTreeSet<String>>, key: &Type, index: &Expr) {
        let help = "add them, or read it as `[?…]` and end with `.orValue(…)`".to_owned();
        match key {
            Type::Enum(values) => {
                let missing: Vec<String> = values.difference(keys).cloned().collect();
                let near = match missing.as_slice() {
                    [only] if values.len() == 1 => nearest(only, keys.iter().map(String::as_str)),
                    _ => None,
                };
                if !missing.is_empty() {
                    let help = near.map_or(help, |near| format!("did you mean `{near}`?"));
                    self.mistake(&index.range, MistakeKind::NotInTable(missing), Some(help));
                }
            }
            Type::String => {
                let kind = MistakeKind::MayBeAbsent("the table's entry for this text".to_owned());
                self.mistake(&index.range, kind, Some("read it as `[?…]` and end with `.orValue(…)`".to_owned()));
            }
            _ => {}
        }
    }
}

/// Whether a map can be asked for such a key at all.
fn is_key(key: &Type) -> bool {
    matches!(key, Type::String | Type::Enum(_) | Type::Int | Type::Uint | Type::Double | Type::Bool | Type::Nothing)
}

/// What is looked into: what an optional holds, and whether it was one.
fn inside(base: &Type) -> (Type, bool) {
    match base {
        Type::Optional(held) => ((**held).clone(), true),
        plain => (plain.clone(), false),
    }
}

/// `a.b.c` as text, whether with `.?` or without.
pub(super) fn dotted(expr: &Expr) -> Option<String> {
    match &expr.kind {
        Kind::Ident { name, .. } => Some(name.to_string()),
        Kind::Select { operand, field, .. } => Some(format!("{}.{field}", dotted(operand)?)),
        _ => None,
    }
}
