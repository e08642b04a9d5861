//! Names, and the chains of fields and keys that start at them.

use std::sync::Arc;

use super::{Access, Chain, ExprError, ExprErrorKind, Node, Op, Planner, Root, Step, StepKey};
use crate::cel::ast::{Expr, Kind, Literal};
use crate::cel::program::Read;
use crate::cel::scope::Found;
use crate::cel::{Key, Value};
use crate::diagnostic::nearest;

/// Names of types, which `type(x)` is compared with. Kubernetes names no other type of its libraries.
pub(in crate::cel) const TYPES: [&str; 15] = [
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "list",
    "map",
    "null_type",
    "type",
    "optional_type",
    "google.protobuf.Duration",
    "google.protobuf.Timestamp",
    "net.CIDR",
    "net.IP",
];

/// What the names at the start of a chain mean.
enum Base {
    /// a step, and how many of the chain's links it takes
    Known(Op, usize),
    Refused,
}

impl Planner<'_> {
    /// `a.b[c]`, or `has(a.b[c].d)`.
    pub(super) fn chain(&mut self, expr: &Expr, test: bool) -> Op {
        let links = links(expr);
        let Some((head, rest)) = links.split_first() else { return Op::Const(Value::Null) };
        let (base, taken) = match &head.kind {
            Kind::Ident { name, absolute } => match self.base(name, *absolute, head, rest, test) {
                Base::Known(op, taken) => (op, taken),
                Base::Refused => {
                    self.keys(rest);
                    return Op::Const(Value::Null);
                }
            },
            _ => (self.node(head).op, 0),
        };
        let Some(at) = links.get(taken) else { return base };
        let (id, range) = (at.id, at.range.clone());
        let steps = self.steps(rest.get(taken..).unwrap_or_default());
        self.note_read(&base, &steps);
        if steps.is_empty() {
            return base;
        }
        Op::Chain(Chain { base: Box::new(Node { id, range, op: base }), steps, test })
    }

    /// What the first names mean: a variable of a macro, a root, or a type.
    fn base(&mut self, first: &Arc<str>, absolute: bool, head: &Expr, rest: &[&Expr], test: bool) -> Base {
        if let Some(slot) = self.local(first).filter(|_| !absolute) {
            return Base::Known(Op::Local(slot), 0);
        }
        let mut names: Vec<&str> = vec![first];
        names.extend(rest.iter().map_while(|link| field(link)));
        match self.scope.resolve(&names) {
            Found::Root(id, count) => {
                let taken = rest.get(..count - 1).unwrap_or_default();
                let optional = taken.iter().any(|link| matches!(link.kind, Kind::Select { optional: true, .. }));
                let access = match (test && count > rest.len(), optional) {
                    (true, _) => Access::Test,
                    (false, true) => Access::Optional,
                    (false, false) => Access::Value,
                };
                let name = names.get(count - 1).copied().unwrap_or_default().into();
                Base::Known(Op::Root(Root { id, name, names: count as u64, access }), count - 1)
            }
            Found::Unknown(_) | Found::Group if type_name(&names).is_some() => {
                let (name, count) = type_name(&names).unwrap_or_default();
                Base::Known(Op::Const(Value::Type(name.into())), count - 1)
            }
            Found::Group => {
                self.group(head, rest.last().unwrap_or(&head), &names);
                Base::Refused
            }
            Found::Unknown(at) => {
                self.unknown(head, rest, &names, at);
                Base::Refused
            }
        }
    }

    /// A group of names that stands where a value must.
    fn group(&mut self, head: &Expr, last: &Expr, names: &[&str]) {
        let path = names.join(".");
        let member = self.scope.members(names).first().map(|member| format!("{path}.{member}"));
        let error = ExprError::new(head.range.start..last.range.end, ExprErrorKind::Namespace(path));
        self.refuse(error.maybe_help(member.map(|member| format!("name one of them, such as `{member}`"))));
    }

    /// A name that is not declared.
    fn unknown(&mut self, head: &Expr, rest: &[&Expr], names: &[&str], at: usize) {
        let known = names.get(..at).unwrap_or_default();
        let members = self.scope.members(known);
        let wrong = names.get(at).copied().unwrap_or_default();
        let range = match at.checked_sub(1).and_then(|link| rest.get(link)).map(|link| &link.kind) {
            Some(Kind::Select { name, .. }) => name.clone(),
            _ => head.range.clone(),
        };
        let locals = self.locals.iter().map(|(name, _)| &**name).filter(|_| at == 0);
        let near = nearest(wrong, members.iter().copied().chain(locals));
        let prefix: String = known.iter().flat_map(|name| [name, "."]).collect();
        let help = match near {
            Some(near) => Some(format!("did you mean `{prefix}{near}`?")),
            None if members.is_empty() => None,
            None => Some(format!("known here: {}", listed(&members.iter().copied().collect::<Vec<_>>()))),
        };
        let kind = ExprErrorKind::UnknownName(format!("{prefix}{wrong}"));
        self.refuse(ExprError::new(range, kind).maybe_help(help));
    }

    /// `has(…)` needs something to look into.
    pub(super) fn not_testable(&mut self, arg: &Expr) -> Op {
        let kind = ExprErrorKind::Macro("`has` tests a field, such as `has(a.b)`".into());
        let error = ExprError::new(arg.range.clone(), kind);
        let help = match &arg.kind {
            Kind::Ident { name, .. } => self
                .scope
                .members(&[name])
                .first()
                .map(|member| format!("write `has({name}.{member})`, or read it with `{name}.?{member}`")),
            Kind::Index { operand, index, .. } => Some(index_help(operand, index)),
            _ => None,
        };
        self.refuse(error.maybe_help(help))
    }

    fn steps(&mut self, links: &[&Expr]) -> Vec<Step> {
        let step = |planner: &mut Self, link: &&Expr| {
            let (key, optional) = match &link.kind {
                Kind::Select { field, optional, .. } => (StepKey::Const(Value::String(Arc::clone(field))), *optional),
                Kind::Index { index, optional, .. } => (planner.step_key(index), *optional),
                _ => return None,
            };
            Some(Step { id: link.id, range: link.range.clone(), key, optional })
        };
        links.iter().filter_map(|link| step(self, link)).collect()
    }

    fn step_key(&mut self, index: &Expr) -> StepKey {
        let node = self.node(index);
        match node.op {
            Op::Const(value) => {
                if Key::lookup(&value).is_none() && !matches!(value, Value::Double(_)) {
                    let text = format!("a key must be string, int, uint, bool or double, found {}", value.type_name());
                    self.error(index.range.clone(), ExprErrorKind::Literal(text));
                }
                StepKey::Const(value)
            }
            _ => StepKey::Node(node),
        }
    }

    /// The keys of a chain whose base is wrong can be wrong themselves.
    fn keys(&mut self, links: &[&Expr]) {
        for link in links {
            if let Kind::Index { index, .. } = &link.kind {
                self.node(index);
            }
        }
    }

    fn note_read(&mut self, base: &Op, steps: &[Step]) {
        let Op::Root(root) = base else { return };
        let literal = steps.iter().map_while(|step| match &step.key {
            StepKey::Const(Value::String(key)) => Some(key.to_string()),
            StepKey::Const(Value::Int(key)) => Some(key.to_string()),
            StepKey::Const(Value::Uint(key)) => Some(key.to_string()),
            _ => None,
        });
        let fields: Vec<String> = literal.collect();
        let whole = fields.len() < steps.len() || (fields.is_empty() && root.access != Access::Test);
        self.reads.insert(Read { root: root.id, fields, whole });
    }
}

/// The links of a chain: what it starts with, then each select and index, innermost first.
fn links(expr: &Expr) -> Vec<&Expr> {
    let mut links = vec![expr];
    let mut at = expr;
    while let Kind::Select { operand, .. } | Kind::Index { operand, .. } = &at.kind {
        links.push(operand);
        at = operand;
    }
    links.reverse();
    links
}

/// The name that a link adds, if it is a field.
fn field(link: &Expr) -> Option<&str> {
    match &link.kind {
        Kind::Select { field, .. } => Some(field),
        _ => None,
    }
}

/// The type that names spell, and how many of them it takes.
fn type_name(names: &[&str]) -> Option<(String, usize)> {
    let longest = names.len().min(3);
    (1..=longest).rev().find_map(|count| {
        let name = names.get(..count)?.join(".");
        TYPES.contains(&name.as_str()).then_some((name, count))
    })
}

fn index_help(operand: &Expr, index: &Expr) -> String {
    match (&operand.kind, &index.kind) {
        (Kind::Ident { name, .. }, Kind::Literal(Literal::String(key))) => {
            format!("write `'{key}' in {name}`, or `{name}[?'{key}'].hasValue()`")
        }
        _ => "test a key with `in`: `'key' in map`".into(),
    }
}

/// At most six names for a help line.
pub(super) fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(6).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > shown.len() { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
