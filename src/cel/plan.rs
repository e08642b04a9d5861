//! The plan: names are slots, functions are rows of the table, macros are forms of their own.

mod calls;
mod macros;
pub(super) mod names;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::ast::{Element, Entry, Expr, Kind, Literal, NodeId};
use super::error::{ExprError, ExprErrorKind};
use super::library::{Function, Pattern};
use super::program::Read;
use super::scope::{RootId, Scope};
use super::{Key, Value};

/// One step of a plan.
#[derive(Debug)]
pub(crate) struct Node {
    pub id: NodeId,
    pub range: Range<usize>,
    pub op: Op,
}

/// What a step does.
#[derive(Debug)]
pub(crate) enum Op {
    Const(Value),
    Root(Root),
    /// a variable of a macro
    Local(usize),
    Chain(Chain),
    Call(Call),
    /// `x in [constants]`
    Member {
        item: Box<Node>,
        list: Arc<[Value]>,
    },
    /// `a && b`: decided by `false`; `a || b`: decided by `true`
    Logical {
        decides: bool,
        sides: Box<[Node; 2]>,
    },
    Conditional(Box<[Node; 3]>),
    List(Vec<(bool, Node)>),
    Map(Vec<(bool, Node, Node)>),
    Fold(Box<Fold>),
    /// `cel.bind(x, init, body)`
    Bind {
        slot: usize,
        init: Box<Node>,
        body: Box<Node>,
    },
    /// `o.optMap(x, body)`; flat: `optFlatMap`
    OptMap {
        slot: usize,
        target: Box<Node>,
        body: Box<Node>,
        flat: bool,
    },
    /// `o.or(p)`; unwrap: `o.orValue(v)`
    Or {
        target: Box<Node>,
        other: Box<Node>,
        unwrap: bool,
    },
}

/// A call of a function.
#[derive(Debug)]
pub(crate) struct Call {
    pub function: &'static Function,
    /// written as `args[0].f(…)`
    pub receiver: bool,
    pub args: Vec<Node>,
    /// the arguments are gathered in a list that no constant is
    pub gathers: bool,
    /// of `matches` with a constant pattern
    pub pattern: Option<Pattern>,
}

/// How a root is read.
#[derive(Debug)]
pub(crate) struct Root {
    pub id: RootId,
    /// its last name, for the message when it is absent
    pub name: Arc<str>,
    /// names that it takes: what it costs
    pub names: u64,
    pub access: Access,
}

/// What is wanted of a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// the value, or a fault
    Value,
    /// an optional
    Optional,
    /// whether it is there
    Test,
}

/// `a.b[c].?d`: one base and the steps from it. cel-go calls this an attribute.
#[derive(Debug)]
pub(crate) struct Chain {
    pub base: Box<Node>,
    pub steps: Vec<Step>,
    /// `has(…)`: the last step is a test
    pub test: bool,
}

/// One `.b` or `[c]`.
#[derive(Debug)]
pub(crate) struct Step {
    pub id: NodeId,
    pub range: Range<usize>,
    pub key: StepKey,
    pub optional: bool,
}

/// The key of a step.
#[derive(Debug)]
pub(crate) enum StepKey {
    Const(Value),
    Node(Node),
}

/// A comprehension.
#[derive(Debug)]
pub(crate) struct Fold {
    pub over: Node,
    /// slots of the variables: one (elements, keys) or two (index or key, and value)
    pub first: usize,
    pub second: Option<usize>,
    pub filter: Option<Node>,
    pub step: Node,
    pub kind: FoldKind,
}

/// What a comprehension makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FoldKind {
    /// `all` is decided by `false`, `exists` by `true`
    Decided(bool),
    ExistsOne,
    /// `map`, `transformList`
    List,
    /// `filter`: the elements for which `step` holds
    Filter,
    /// `transformMap`
    Values,
    /// `transformMapEntry`
    Entries,
    /// `sortBy`
    Sort,
}

/// A whole plan.
#[derive(Debug)]
pub(crate) struct Plan {
    pub root: Node,
    pub slots: usize,
    pub reads: BTreeSet<Read>,
}

/// Plans one expression; gathers all of its errors.
pub(crate) struct Planner<'a> {
    scope: &'a Scope,
    errors: Vec<ExprError>,
    /// variables of macros around here, innermost last
    locals: Vec<(Arc<str>, usize)>,
    slots: usize,
    reads: BTreeSet<Read>,
}

/// Plans `expr` over the names of `scope`.
pub(crate) fn plan(expr: &Expr, scope: &Scope) -> Result<Plan, Vec<ExprError>> {
    let mut planner = Planner { scope, errors: Vec::new(), locals: Vec::new(), slots: 0, reads: BTreeSet::new() };
    let root = planner.node(expr);
    if planner.errors.is_empty() {
        return Ok(Plan { root, slots: planner.slots, reads: planner.reads });
    }
    planner.errors.sort_by_key(|error| (error.range.start, error.range.end));
    Err(planner.errors)
}

impl Planner<'_> {
    fn node(&mut self, expr: &Expr) -> Node {
        let op = match &expr.kind {
            Kind::Literal(literal) => Op::Const(constant(literal)),
            Kind::Ident { .. } | Kind::Select { .. } | Kind::Index { .. } => self.chain(expr, false),
            Kind::Call { function, name, target, args } => {
                self.call(&calls::Written { function, name, target: target.as_deref(), args })
            }
            Kind::List(elements) => self.list(elements),
            Kind::Map(entries) => self.map(entries),
        };
        Node { id: expr.id, range: expr.range.clone(), op }
    }

    fn boxed(&mut self, expr: &Expr) -> Box<Node> {
        Box::new(self.node(expr))
    }

    /// A list; one of constants is a constant, as in cel-go, and then costs nothing.
    fn list(&mut self, elements: &[Element]) -> Op {
        let nodes: Vec<_> = elements.iter().map(|element| (element.optional, self.node(&element.value))).collect();
        let constants: Option<Vec<Value>> = nodes.iter().map(|(optional, node)| known(node, *optional)).collect();
        constants.map_or(Op::List(nodes), |values| Op::Const(Value::List(values.into())))
    }

    fn map(&mut self, entries: &[Entry]) -> Op {
        let mut nodes = Vec::with_capacity(entries.len());
        let mut literal = BTreeSet::new();
        let mut constants = Some(std::collections::BTreeMap::new());
        for entry in entries {
            let (key, value) = (self.node(&entry.key), self.node(&entry.value));
            let known_key = known(&key, false).and_then(|key| Key::literal(&key));
            if let Some(known_key) = &known_key
                && !literal.insert(known_key.clone())
            {
                let text = shown_key(known_key);
                self.error(entry.key.range.clone(), ExprErrorKind::DuplicateKey(text));
            }
            match (known_key, known(&value, entry.optional), constants.as_mut()) {
                (Some(key), Some(value), Some(constants)) => drop(constants.insert(key, value)),
                _ => constants = None,
            }
            nodes.push((entry.optional, key, value));
        }
        constants.map_or(Op::Map(nodes), |values| Op::Const(Value::map(values)))
    }

    /// Plans `body` with a variable of a macro.
    fn with_locals<T>(&mut self, names: &[(Arc<str>, usize)], body: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.locals.len();
        self.locals.extend(names.iter().cloned());
        let planned = body(self);
        self.locals.truncate(before);
        planned
    }

    fn local(&self, name: &str) -> Option<usize> {
        self.locals.iter().rev().find(|(local, _)| &**local == name).map(|(_, slot)| *slot)
    }

    fn error(&mut self, range: Range<usize>, kind: ExprErrorKind) -> Op {
        self.refuse(ExprError::new(range, kind))
    }

    /// Keeps an error; planning goes on with something in the place of what is wrong.
    fn refuse(&mut self, error: ExprError) -> Op {
        self.errors.push(error);
        Op::Const(Value::Null)
    }
}

fn shown_key(key: &Key) -> String {
    match key {
        Key::String(text) => format!("`{text}`"),
        Key::Bool(value) => format!("`{value}`"),
        Key::Int(value) => format!("`{value}`"),
        Key::Uint(value) => format!("`{value}`"),
    }
}

/// The value of a constant step.
fn known(node: &Node, optional: bool) -> Option<Value> {
    match &node.op {
        Op::Const(value) if !optional => Some(value.clone()),
        _ => None,
    }
}

pub(crate) fn constant(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Uint(value) => Value::Uint(*value),
        Literal::Double(value) => Value::Double(*value),
        Literal::String(text) => Value::String(Arc::clone(text)),
        Literal::Bytes(bytes) => Value::Bytes(Arc::clone(bytes)),
    }
}
