//! Names, fields and keys.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::facts::place;
use super::mistake::quoted;
use super::{Checker, MistakeKind, Type};
use crate::cel::ast::{Expr, Kind, Literal};
use crate::diagnostic::nearest;

impl Checker<'_> {
    pub(super) fn chain(&mut self, expr: &Expr) -> Type {
        if let Some(ty) = self.name(expr, false) {
            return ty;
        }
        match &expr.kind {
            Kind::Select { operand, field, name, optional } => {
                let base = self.ty(operand);
                self.field(expr, &base, operand, field, name, *optional)
            }
            Kind::Index { operand, index, optional } => {
                let base = self.ty(operand);
                let key = self.ty(index);
                self.key(expr, &base, &key, index, *optional)
            }
            _ => Type::Error,
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
    fn name(&mut self, expr: &Expr, tested: bool) -> Option<Type> {
        let path = dotted(expr)?;
        let first = path.split('.').next().unwrap_or_default();
        if let Some(local) = self.local(first) {
            return (first == path).then(|| local.clone());
        }
        let (ty, always) = self.declarations.0.get(&path)?.clone();
        if matches!(expr.kind, Kind::Select { optional: true, .. }) {
            return Some(ty.optional());
        }
        if !always && !tested && !self.knows(Some(&path)) {
            let help = match path.rsplit_once('.') {
                Some((group, last)) => format!("read it as `{group}.?{last}`, or only where `has({path})` holds"),
                None => format!("test it with `has({path})`"),
            };
            self.mistake(&expr.range, MistakeKind::MayBeAbsent(path), Some(help));
        }
        Some(ty)
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
        let (base, viral) = match base {
            Type::Optional(held) => ((**held).clone(), true),
            plain => (plain.clone(), false),
        };
        let optional = optional || viral;
        let (ty, always) = match &base {
            Type::Object(object) => match object.fields.get(name) {
                Some((ty, always)) => (ty.clone(), *always),
                None if object.open => return if optional { Type::Dyn.optional() } else { Type::Dyn },
                None => {
                    self.unknown_field(operand, name, range, object.fields.keys().map(String::as_str));
                    return Type::Error;
                }
            },
            Type::Map(_, value) => ((**value).clone(), false),
            Type::Table(keys, value) => ((**value).clone(), keys.contains(name)),
            silent if silent.is_silent() => {
                return if optional { silent.clone().optional() } else { silent.clone() };
            }
            other => {
                let kind = MistakeKind::NoOverload(format!("{other}.{name}"));
                self.mistake(range, kind, Some(format!("a {other} has no fields")));
                return Type::Error;
            }
        };
        if optional {
            return ty.optional();
        }
        if !always && !self.knows(place(expr).as_ref()) {
            self.absent(expr, operand, name, range);
        }
        ty
    }

    fn absent(&mut self, expr: &Expr, operand: &Expr, name: &str, range: &Range<usize>) {
        let (whole, base) = (place(expr).unwrap_or_else(|| name.to_owned()), place(operand));
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
        let parent = place(operand).unwrap_or_else(|| "the object".to_owned());
        let help = match nearest(name, fields.iter().copied()) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if fields.is_empty() => None,
            None => Some(format!("its fields are {}", quoted(&fields))),
        };
        self.mistake(range, MistakeKind::UnknownField { parent, name: name.to_owned() }, help);
    }

    fn key(&mut self, expr: &Expr, base: &Type, key: &Type, index: &Expr, optional: bool) -> Type {
        let (base, viral) = match base {
            Type::Optional(held) => ((**held).clone(), true),
            plain => (plain.clone(), false),
        };
        let optional = optional || viral;
        let known = optional || self.knows(place(expr).as_ref());
        let value = match (&base, key) {
            (Type::Table(keys, value), _) => {
                if !known {
                    self.table(keys, key, index);
                }
                (**value).clone()
            }
            (Type::List(item), Type::Int | Type::Uint | Type::Double | Type::Dyn | Type::Error) => (**item).clone(),
            (Type::Object(object), _) => match &index.kind {
                Kind::Literal(Literal::String(name))
                    if object.fields.get(&**name).is_some_and(|(_, always)| *always) =>
                {
                    object.fields.get(&**name).map_or(Type::Dyn, |(ty, _)| ty.clone())
                }
                _ => {
                    self.key_absent(expr, index, known);
                    Type::Dyn
                }
            },
            (Type::Map(wanted, value), _) => {
                if wanted.join(key).is_none() {
                    let kind = MistakeKind::NoOverload(format!("{base}[{key}]"));
                    self.mistake(&index.range, kind, Some(format!("its keys are {wanted}")));
                } else {
                    self.key_absent(expr, index, known);
                }
                (**value).clone()
            }
            (silent, _) if silent.is_silent() => silent.clone(),
            (other, _) => {
                self.mistake(&expr.range, MistakeKind::NoOverload(format!("{other}[{key}]")), None);
                return Type::Error;
            }
        };
        if optional { value.optional() } else { value }
    }

    fn key_absent(&mut self, expr: &Expr, index: &Expr, known: bool) {
        if known {
            return;
        }
        let whole = place(expr).unwrap_or_else(|| "the key".to_owned());
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
            silent if silent.is_silent() => {}
            Type::String => {
                let kind = MistakeKind::MayBeAbsent("the table's entry for this text".to_owned());
                self.mistake(&index.range, kind, Some("read it as `[?…]` and end with `.orValue(…)`".to_owned()));
            }
            other => self.mistake(&index.range, MistakeKind::NoOverload(format!("map[{other}]")), None),
        }
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
