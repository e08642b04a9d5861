//! Calls: operators, functions, and macros by their form.

use std::ops::Range;
use std::sync::Arc;

use super::names::listed;
use super::{Call, ExprError, ExprErrorKind, Node, Op, Planner, known};
use crate::cel::ast::{Expr, Kind};
use crate::cel::library::{self, Function, Pattern};
use crate::cel::{Meter, Value};
use crate::diagnostic::nearest;

/// A call as it is written.
pub(super) struct Written<'a> {
    pub function: &'a Arc<str>,
    /// bytes of the name
    pub name: &'a Range<usize>,
    pub target: Option<&'a Expr>,
    pub args: &'a [Expr],
}

/// Conversions, which cel-go runs beforehand when the argument is constant.
const CONVERSIONS: [&str; 10] =
    ["bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"];

impl Planner<'_> {
    pub(super) fn call(&mut self, written: &Written<'_>) -> Op {
        if let Some(op) = self.special(written) {
            return op;
        }
        if let Some(op) = self.macro_call(written) {
            return op;
        }
        let qualified = written.target.and_then(|target| qualified(target, written.function));
        if let Some(function) = qualified.as_deref().and_then(library::find) {
            return self.function(function, None, written);
        }
        match library::find(written.function) {
            Some(function) => self.function(function, written.target, written),
            None => self.unknown_function(qualified.as_deref(), written),
        }
    }

    /// Operators that do not evaluate all of their operands.
    fn special(&mut self, written: &Written<'_>) -> Option<Op> {
        match (&**written.function, written.target, written.args) {
            (name @ ("_&&_" | "_||_"), None, [left, right]) => {
                let sides = Box::new([self.node(left), self.node(right)]);
                Some(Op::Logical { decides: name == "_||_", sides })
            }
            ("_?_:_", None, [condition, yes, no]) => {
                Some(Op::Conditional(Box::new([self.node(condition), self.node(yes), self.node(no)])))
            }
            (name @ ("or" | "orValue"), Some(target), [other]) => {
                let (target, other) = (self.boxed(target), self.boxed(other));
                Some(Op::Or { target, other, unwrap: name == "orValue" })
            }
            _ => None,
        }
    }

    fn function(&mut self, function: &'static Function, target: Option<&Expr>, written: &Written<'_>) -> Op {
        let args: Vec<Node> = target.into_iter().chain(written.args).map(|arg| self.node(arg)).collect();
        let receiver = target.is_some();
        if !takes(function, receiver, args.len()) {
            let kind = ExprErrorKind::WrongCall {
                function: function.name.to_string(),
                wanted: wanted(function, receiver, written.args.len()),
            };
            return self.error(written.name.clone(), kind);
        }
        match (function.name, args.as_slice()) {
            ("@in", [_, list]) => {
                if let Some(list) = members(list) {
                    return member(args, list);
                }
            }
            (name, [arg]) if CONVERSIONS.contains(&name) => {
                if let Some(value) = known(arg, false).and_then(|arg| convert(function, receiver, &arg)) {
                    return Op::Const(value);
                }
            }
            _ => {}
        }
        let constant = args.get(1).and_then(|pattern| known(pattern, false));
        let pattern = constant.filter(|_| function.name == "matches").and_then(|pattern| Pattern::of(&pattern));
        let gathers = !receiver && library::is_variadic(function.name) && args.len() > 2;
        let gathers = gathers && args.iter().any(|arg| known(arg, false).is_none());
        Op::Call(Call { function, receiver, args, gathers, pattern })
    }

    fn unknown_function(&mut self, qualified: Option<&str>, written: &Written<'_>) -> Op {
        for arg in written.args {
            self.node(arg);
        }
        let group = written.target.filter(|target| self.is_library_group(target));
        if let Some(target) = written.target.filter(|_| group.is_none()) {
            self.node(target);
        }
        let name = qualified.filter(|_| group.is_some()).unwrap_or(written.function);
        let help = match name {
            "now" => Some("Kubernetes' CEL has no clock: the same inputs must always give the same verdict".into()),
            _ => suggestion(name, group.is_some(), written.target.is_some()),
        };
        let kind = ExprErrorKind::UnknownFunction(name.to_string());
        self.refuse(ExprError::new(written.name.clone(), kind).maybe_help(help))
    }

    /// Whether `math` of `math.f()` is a group of functions rather than a value.
    fn is_library_group(&self, target: &Expr) -> bool {
        let Some(path) = path(target) else { return false };
        let first = path.split('.').next().unwrap_or_default();
        let below = format!("{path}.");
        self.local(first).is_none() && !self.scope.hides(first) && library::names().any(|name| name.starts_with(&below))
    }
}

/// `optional.of`, `sets.contains`: the name of a function with a dot in it.
fn qualified(target: &Expr, function: &str) -> Option<String> {
    path(target).map(|path| format!("{path}.{function}"))
}

fn path(target: &Expr) -> Option<String> {
    match &target.kind {
        Kind::Ident { name, .. } => Some(name.to_string()),
        Kind::Select { operand, field, optional: false, .. } => path(operand).map(|path| format!("{path}.{field}")),
        _ => None,
    }
}

fn takes(function: &Function, receiver: bool, count: usize) -> bool {
    let declared = function.overloads.iter().any(|o| o.receiver == receiver && o.params.len() == count);
    declared || (!receiver && count > 0 && library::is_variadic(function.name))
}

/// How a function is called, for the message.
fn wanted(function: &Function, receiver: bool, found: usize) -> String {
    let mut counts: Vec<usize> = function
        .overloads
        .iter()
        .filter(|overload| overload.receiver == receiver)
        .map(|overload| overload.params.len() - usize::from(receiver && !overload.params.is_empty()))
        .collect();
    counts.sort_unstable();
    counts.dedup();
    if counts.is_empty() {
        let name = function.name;
        return if receiver { format!("is called as `{name}(x)`") } else { format!("is called as `x.{name}()`") };
    }
    let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
    let plural = if counts.len() == 1 && counts.first().is_some_and(|count| count == "1") { "" } else { "s" };
    format!("takes {} argument{plural}, found {found}", counts.join(" or "))
}

fn suggestion(name: &str, grouped: bool, method: bool) -> Option<String> {
    let known: Vec<&str> = library::names()
        .chain(library::macros::names())
        .filter(|known| known.starts_with(|c: char| c.is_ascii_alphabetic()))
        .collect();
    if let Some(near) = nearest(name, known.iter().copied()) {
        let method = method && !grouped && !near.contains('.');
        return Some(if method {
            format!("did you mean `.{near}(…)`?")
        } else {
            format!("did you mean `{near}(…)`?")
        });
    }
    let group = name.rsplit_once('.').filter(|_| grouped).map(|(group, _)| format!("{group}."))?;
    let members: Vec<&str> = known.into_iter().filter(|known| known.starts_with(&group)).collect();
    Some(format!("known here: {}", listed(&members)))
}

/// The elements of a constant list that cel-go turns into a set: then the test costs nothing.
fn members(list: &Node) -> Option<Arc<[Value]>> {
    let Op::Const(Value::List(items)) = &list.op else { return None };
    let simple = |value: &Value| {
        matches!(value, Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::String(_))
    };
    items.iter().all(simple).then(|| Arc::clone(items))
}

fn member(mut args: Vec<Node>, list: Arc<[Value]>) -> Op {
    // Nothing is in an empty list, and cel-go does not look at the item then.
    if list.is_empty() {
        return Op::Const(Value::Bool(false));
    }
    args.truncate(1);
    match args.pop() {
        Some(item) => Op::Member { item: Box::new(item), list },
        None => Op::Const(Value::Bool(false)),
    }
}

fn convert(function: &'static Function, receiver: bool, arg: &Value) -> Option<Value> {
    let mut meter = Meter::new(Meter::PER_CALL_LIMIT);
    library::call(function, receiver, std::slice::from_ref(arg), &mut meter).ok()
}
