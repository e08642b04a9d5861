//! Walks a plan. Costs are cel-go's run-time costs (interpreter/runtimecost.go, common/cost.go).

mod chain;
mod fold;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::ast::NodeId;
use super::context::{Activation, Context, EvalError, MAX_NESTING, PROGRAM_NESTING};
use super::library;
use super::plan::{Access, Call, Node, Op, Plan, Root};
use super::{Fault, Key, Result as CelResult, Value};

/// Errors are boxed: the smaller a frame, the deeper the stack.
type Eval<T = Value> = Result<T, Box<EvalError>>;

/// Reading a name or a field.
const SELECT: u64 = 1;
/// Making a list, whatever its length.
const LIST: u64 = 10;
/// Making a map, whatever its size.
const MAP: u64 = 30;
/// A comprehension as such.
const FOLD: u64 = 1;

/// A variable of a macro.
#[derive(Clone)]
enum Local<'a> {
    Unset,
    /// evaluated when it is first read
    Lazy(&'a Node),
    /// counted, as so many units, when it is first read
    Pending(Value, u64),
    Known(Eval),
}

/// One evaluation.
pub(super) struct Run<'a, 'c, 't> {
    text: &'a str,
    env: &'a dyn Activation,
    cx: &'c mut Context<'t>,
    locals: Vec<Local<'a>>,
}

/// Evaluates a plan.
pub(super) fn run(plan: &Plan, text: &str, env: &dyn Activation, cx: &mut Context<'_>) -> Result<Value, EvalError> {
    let mut run = Run { text, env, cx, locals: vec![Local::Unset; plan.slots] };
    run.cx.depth += PROGRAM_NESTING;
    let result = run.node(&plan.root);
    run.cx.depth -= PROGRAM_NESTING;
    result.map_err(|error| *error)
}

impl<'a> Run<'a, '_, '_> {
    fn node(&mut self, node: &'a Node) -> Eval {
        self.cx.depth += 1;
        let result = if self.cx.depth > MAX_NESTING { Err(at(&node.range, Fault::Depth)) } else { self.op(node) };
        self.cx.depth -= 1;
        self.see(node.id, &node.range, &result);
        result
    }

    /// One match arm a form, each a call: the frame of this function stays small.
    fn op(&mut self, node: &'a Node) -> Eval {
        match &node.op {
            Op::Const(value) => Ok(value.clone()),
            Op::Root(root) => self.root(node, root, true),
            Op::Local(slot) => self.local(node, *slot, true),
            Op::Chain(chain) => self.chain(chain, !chain.test),
            Op::Call(call) => self.call(node, call),
            Op::Member { item, list } => self.member(item, list),
            Op::Logical { decides, sides } => self.logical(*decides, sides),
            Op::Conditional(parts) => self.conditional(parts),
            Op::List(items) => self.list(node, items),
            Op::Map(entries) => self.map(node, entries),
            Op::Fold(fold) => self.fold(node, fold),
            Op::Bind { slot, init, body } => {
                // A bind is a comprehension over nothing in cel-go, and counts as one.
                self.charge(FOLD, &node.range)?;
                self.set(*slot, Local::Lazy(init));
                self.node(body)
            }
            Op::OptMap { slot, target, body, flat } => self.opt_map(node, *slot, target, body, *flat),
            Op::Or { target, other, unwrap } => self.or(target, other, *unwrap),
        }
    }

    fn root(&mut self, node: &Node, root: &Root, paid: bool) -> Eval {
        let counted = paid && root.access != Access::Test;
        self.charge((root.names - u64::from(!counted)) * SELECT, &node.range)?;
        let value = self.env.load(root.id, self.cx).map_err(|fault| at(&node.range, fault))?;
        match (root.access, value) {
            (Access::Value, Some(value)) => Ok(value),
            (Access::Value, None) => Err(at(&node.range, Fault::NoSuchKey(root.name.to_string()))),
            (Access::Optional, value) => Ok(Value::Optional(value.map(Arc::new))),
            (Access::Test, value) => Ok(Value::Bool(value.is_some())),
        }
    }

    fn local(&mut self, node: &'a Node, slot: usize, paid: bool) -> Eval {
        if paid {
            self.charge(SELECT, &node.range)?;
        }
        match self.locals.get(slot) {
            Some(Local::Known(value)) => value.clone(),
            Some(Local::Lazy(init)) => {
                let init = *init;
                let value = self.node(init);
                self.set(slot, Local::Known(value.clone()));
                value
            }
            Some(Local::Pending(value, units)) => {
                let (value, units) = (value.clone(), *units);
                self.charge(units, &node.range)?;
                self.set(slot, Local::Known(Ok(value.clone())));
                Ok(value)
            }
            Some(Local::Unset) | None => Err(at(&node.range, Fault::Depth)),
        }
    }

    fn set(&mut self, slot: usize, local: Local<'a>) {
        if let Some(place) = self.locals.get_mut(slot) {
            *place = local;
        }
    }

    /// One and two arguments are all evaluated, and then the call counts, even if one of them failed: so
    /// does cel-go. They need no allocation either.
    fn call(&mut self, node: &'a Node, call: &'a Call) -> Eval {
        match call.args.as_slice() {
            [one] => match self.node(one) {
                Ok(one) => self.invoke(node, call, &[one]),
                Err(error) => self.failed(node, error),
            },
            [one, two] => match (self.node(one), self.node(two)) {
                (Ok(one), Ok(two)) => self.invoke(node, call, &[one, two]),
                (_, Err(fatal)) if is_fatal(&fatal.fault) => Err(fatal),
                (Err(error), _) | (_, Err(error)) => self.failed(node, error),
            },
            args => {
                let values = args.iter().map(|arg| self.node(arg)).collect::<Eval<Vec<_>>>()?;
                self.invoke(node, call, &values)
            }
        }
    }

    fn invoke(&mut self, node: &Node, call: &Call, args: &[Value]) -> Eval {
        if call.gathers {
            self.charge(LIST, &node.range)?;
        }
        let before = self.cx.meter.spent();
        let meter = &mut self.cx.meter;
        let result = match (&call.pattern, args) {
            (Some(pattern), [Value::String(text), _]) => pattern.matches(text, args, meter),
            _ => library::call(call.function, call.receiver, args, meter),
        };
        match result {
            Ok(value) => Ok(value),
            Err(fault @ Fault::NoSuchOverload(_)) if self.cx.meter.spent() == before => {
                self.failed(node, at(&node.range, fault))
            }
            Err(fault) => Err(at(&node.range, fault)),
        }
    }

    /// A call that could not be made counts all the same.
    fn failed(&mut self, node: &Node, error: Box<EvalError>) -> Eval {
        if !is_fatal(&error.fault) {
            self.charge(1, &node.range)?;
        }
        Err(error)
    }

    fn member(&mut self, item: &'a Node, list: &[Value]) -> Eval {
        let item = self.node(item)?;
        Ok(Value::Bool(list.contains(&item)))
    }

    /// `&&` and `||`: the value that decides absorbs what the other side does, even an error.
    fn logical(&mut self, decides: bool, sides: &'a [Node; 2]) -> Eval {
        let mut error = None;
        for side in sides {
            match self.truth(side) {
                Ok(value) if value == decides => return Ok(Value::Bool(decides)),
                Ok(_) => {}
                Err(fatal) if is_fatal(&fatal.fault) => return Err(fatal),
                Err(other) => error = error.or(Some(other)),
            }
        }
        error.map_or(Ok(Value::Bool(!decides)), Err)
    }

    fn truth(&mut self, node: &'a Node) -> Eval<bool> {
        match self.node(node)? {
            Value::Bool(value) => Ok(value),
            other => Err(at(&node.range, not_bool(&other))),
        }
    }

    fn conditional(&mut self, parts: &'a [Node; 3]) -> Eval {
        let [condition, yes, no] = parts;
        if self.truth(condition)? { self.branch(yes) } else { self.branch(no) }
    }

    /// A branch of a conditional: cel-go does not count the name that it starts with.
    fn branch(&mut self, node: &'a Node) -> Eval {
        let result = match &node.op {
            Op::Root(root) => self.root(node, root, false),
            Op::Local(slot) => self.local(node, *slot, false),
            Op::Chain(chain) => self.chain(chain, false),
            _ => return self.node(node),
        };
        self.see(node.id, &node.range, &result);
        result
    }

    fn list(&mut self, node: &'a Node, items: &'a [(bool, Node)]) -> Eval {
        let mut values = Vec::with_capacity(items.len());
        self.charge(LIST, &node.range)?;
        for (optional, item) in items {
            let value = self.node(item)?;
            values.extend(element(*optional, value, &item.range)?);
        }
        Ok(Value::List(values.into()))
    }

    fn map(&mut self, node: &'a Node, entries: &'a [(bool, Node, Node)]) -> Eval {
        let mut values = BTreeMap::new();
        self.charge(MAP, &node.range)?;
        for (optional, key, value) in entries {
            let key_value = self.node(key)?;
            let found = self.node(value)?;
            let name = Key::literal(&key_value).ok_or_else(|| at(&key.range, bad_key(&key_value)))?;
            let Some(found) = element(*optional, found, &value.range)? else { continue };
            insert(&mut values, name, found).map_err(|fault| at(&key.range, fault))?;
        }
        Ok(Value::map(values))
    }

    fn or(&mut self, target: &'a Node, other: &'a Node, unwrap: bool) -> Eval {
        match self.node(target)? {
            Value::Optional(Some(held)) if unwrap => Ok(Value::clone(&held)),
            Value::Optional(None) => self.node(other),
            Value::Optional(held) => Ok(Value::Optional(held)),
            found => {
                let name = if unwrap { "orValue" } else { "or" };
                Err(at(&target.range, Fault::NoSuchOverload(format!("`{}.{name}(…)`", found.type_name()))))
            }
        }
    }

    fn opt_map(&mut self, node: &'a Node, slot: usize, target: &'a Node, body: &'a Node, flat: bool) -> Eval {
        let before = self.cx.meter.spent();
        let value = self.node(target)?;
        // The macro is `t.hasValue() ? optional.of(bind(x, t.value(), body)) : optional.none()`: the
        // target counts again when `x` is first read.
        let again = self.cx.meter.spent().saturating_sub(before);
        match value {
            Value::Optional(None) => {
                self.charge(2, &node.range)?;
                Ok(Value::Optional(None))
            }
            Value::Optional(Some(held)) => {
                self.charge(if flat { 1 } else { 2 } + FOLD, &node.range)?;
                self.set(slot, Local::Pending(Value::clone(&held), again.saturating_add(1)));
                let value = self.node(body)?;
                Ok(if flat { value } else { Value::Optional(Some(Arc::new(value))) })
            }
            other => {
                let name = if flat { "optFlatMap" } else { "optMap" };
                Err(at(&target.range, Fault::NoSuchOverload(format!("`{}.{name}(…)`", other.type_name()))))
            }
        }
    }

    fn charge(&mut self, units: u64, range: &Range<usize>) -> Eval<()> {
        self.cx.meter.charge(units).map_err(|fault| at(range, fault))
    }

    /// Shows a value to the trace.
    fn see(&mut self, id: NodeId, range: &Range<usize>, result: &Eval) {
        if let Some(trace) = self.cx.trace.as_deref_mut() {
            let result: CelResult = result.clone().map_err(|error| error.fault);
            trace.value(self.text, id, range, &result);
        }
    }
}

/// `?x`: nothing if the optional is empty.
fn element(optional: bool, value: Value, range: &Range<usize>) -> Eval<Option<Value>> {
    match (optional, value) {
        (false, value) => Ok(Some(value)),
        (true, Value::Optional(held)) => Ok(held.map(|held| Value::clone(&held))),
        (true, other) => {
            let text = format!("`?` takes an optional, found {}", other.type_name());
            Err(at(range, Fault::NoSuchOverload(text)))
        }
    }
}

#[expect(clippy::unnecessary_box_returns, reason = "every result of the walk carries it boxed: see `Eval`")]
fn at(range: &Range<usize>, fault: Fault) -> Box<EvalError> {
    Box::new(EvalError { fault, range: range.clone() })
}

/// Faults that no operator absorbs: the evaluation itself has ended.
fn is_fatal(fault: &Fault) -> bool {
    match fault {
        Fault::Budget { .. } | Fault::Depth => true,
        Fault::Root { cause, .. } => is_fatal(cause),
        _ => false,
    }
}

fn not_bool(found: &Value) -> Fault {
    Fault::NoSuchOverload(format!("a condition must be bool, found {}", found.type_name()))
}

fn bad_key(found: &Value) -> Fault {
    Fault::NoSuchOverload(format!("a map key must be string, int, uint or bool, found {}", found.type_name()))
}

fn insert(values: &mut BTreeMap<Key, Value>, key: Key, value: Value) -> CelResult<()> {
    match values.entry(key) {
        std::collections::btree_map::Entry::Occupied(entry) => {
            Err(Fault::DuplicateKey(entry.key().to_value().to_cel_text(80)))
        }
        std::collections::btree_map::Entry::Vacant(entry) => {
            entry.insert(value);
            Ok(())
        }
    }
}
