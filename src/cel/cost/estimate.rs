//! The abstract run.

use crate::cel::library::{self, Arg, Overload};
use crate::cel::plan::{Call, Chain, Fold, FoldKind, Node, Op, StepKey};
use crate::cel::{Program, RootId, Value};

use super::extent::Extent;
use super::results;

/// Cost units: at least, and at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bracket {
    /// whatever the values are
    pub min: u64,
    /// with the largest values that are allowed
    pub max: u64,
}

impl Bracket {
    /// Always the same.
    pub fn exactly(units: u64) -> Self {
        Self { min: units, max: units }
    }

    fn up_to(max: u64) -> Self {
        Self { min: 0, max }
    }

    /// Both are paid.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { min: self.min.saturating_add(other.min), max: self.max.saturating_add(other.max) }
    }

    /// One of both is paid.
    fn or(self, other: Self) -> Self {
        Self { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    /// May be paid, or not.
    fn maybe(self) -> Self {
        Self { min: 0, ..self }
    }
}

/// What an expression costs, and how large its value is.
#[derive(Clone, Debug, Default)]
pub struct Estimate {
    /// Cost units.
    pub cost: Bracket,
    /// Its value.
    pub extent: Extent,
}

/// Tells how large the values of names are.
pub trait Extents {
    /// The value of a name, and what it costs to compute it where that is not paid for yet.
    fn root(&mut self, root: RootId) -> Estimate;
}

/// What an expression costs at most over values of these extents.
pub fn estimate(program: &Program, roots: &mut dyn Extents) -> Estimate {
    let plan = program.plan();
    let mut run = Run { roots, locals: vec![Extent::default(); plan.slots] };
    run.node(&plan.root)
}

struct Run<'a> {
    roots: &'a mut dyn Extents,
    locals: Vec<Extent>,
}

impl Run<'_> {
    fn node(&mut self, node: &Node) -> Estimate {
        match &node.op {
            Op::Const(value) => Estimate { cost: Bracket::default(), extent: Extent::of(value) },
            Op::Root(root) => {
                let Estimate { cost, extent } = self.roots.root(root.id);
                // A branch of a conditional does not count the name that it starts with.
                let read = Bracket { min: root.names.saturating_sub(1), max: root.names };
                let extent = if root.access == crate::cel::plan::Access::Test { Extent::scalar() } else { extent };
                Estimate { cost: cost.maybe().and(read), extent }
            }
            Op::Local(slot) => Estimate { cost: Bracket::up_to(1), extent: self.local(*slot) },
            Op::Chain(chain) => self.chain(chain),
            Op::Call(call) => self.call(call),
            Op::Member { item, .. } => Estimate { extent: Extent::scalar(), ..self.node(item) },
            Op::Logical { sides, .. } => {
                let [left, right] = &**sides;
                let (left, right) = (self.node(left).cost, self.node(right).cost);
                Estimate { cost: left.and(right.maybe()), extent: Extent::scalar() }
            }
            Op::Conditional(parts) => {
                let [condition, yes, no] = &**parts;
                let asked = self.node(condition).cost;
                let (one, two) = (self.node(yes), self.node(no));
                Estimate { cost: asked.and(one.cost.or(two.cost)), extent: one.extent.or(&two.extent) }
            }
            Op::List(items) => self.list(items),
            Op::Map(entries) => self.map(entries),
            Op::Fold(fold) => self.fold(fold),
            Op::Bind { slot, init, body } => {
                let init = self.node(init);
                self.set(*slot, init.extent);
                let body = self.node(body);
                Estimate { cost: Bracket::exactly(1).and(init.cost.maybe()).and(body.cost), extent: body.extent }
            }
            Op::OptMap { slot, target, body, .. } => {
                let target = self.node(target);
                self.set(*slot, target.extent);
                let body = self.node(body);
                // The target counts again when the variable is first read, with one for reading it.
                let held = target.cost.and(body.cost).and(Bracket::exactly(4)).maybe();
                Estimate { cost: target.cost.and(held), extent: body.extent }
            }
            Op::Or { target, other, .. } => {
                let (target, other) = (self.node(target), self.node(other));
                Estimate { cost: target.cost.and(other.cost.maybe()), extent: target.extent.or(&other.extent) }
            }
        }
    }

    fn local(&self, slot: usize) -> Extent {
        self.locals.get(slot).cloned().unwrap_or_else(Extent::any)
    }

    fn set(&mut self, slot: usize, extent: Extent) {
        if let Some(local) = self.locals.get_mut(slot) {
            *local = extent;
        }
    }

    fn chain(&mut self, chain: &Chain) -> Estimate {
        let base = self.node(&chain.base);
        // Names are counted by their own rule, any other base as one.
        let mut cost = base.cost.and(Bracket::up_to(1));
        let mut extent = base.extent;
        for step in &chain.steps {
            let below = match &step.key {
                StepKey::Const(Value::String(name)) => extent.field(name),
                StepKey::Const(_) => extent.item(),
                StepKey::Node(node) => {
                    cost = cost.and(self.node(node).cost);
                    extent.item()
                }
            };
            cost = cost.and(Bracket::up_to(1));
            extent = below;
        }
        Estimate { cost, extent: if chain.test { Extent::scalar() } else { extent } }
    }

    fn call(&mut self, call: &Call) -> Estimate {
        let mut cost = Bracket::up_to(if call.gathers { 10 } else { 0 });
        let mut args = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            let Estimate { cost: own, extent } = self.node(arg);
            cost = cost.and(own);
            args.push(extent);
        }
        let (price, extent) = price(call.function, call.receiver, &args);
        Estimate { cost: cost.and(price), extent }
    }

    fn list(&mut self, items: &[(bool, Node)]) -> Estimate {
        let mut cost = Bracket::exactly(10);
        let mut parts = Vec::with_capacity(items.len());
        for (_, item) in items {
            let Estimate { cost: own, extent } = self.node(item);
            cost = cost.and(own);
            parts.push(extent);
        }
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        Estimate { cost, extent: Extent::list(count, Extent::joined(parts)) }
    }

    fn map(&mut self, entries: &[(bool, Node, Node)]) -> Estimate {
        let mut cost = Bracket::exactly(30);
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for (_, key, value) in entries {
            let (key, value) = (self.node(key), self.node(value));
            cost = cost.and(key.cost).and(value.cost);
            keys.push(key.extent);
            values.push(value.extent);
        }
        let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        Estimate { cost, extent: Extent::map(count, Extent::joined(keys), Extent::joined(values)) }
    }

    fn fold(&mut self, fold: &Fold) -> Estimate {
        let over = self.node(&fold.over);
        let range = over.extent;
        let (first, second) = match (range.has_keys(), fold.second) {
            (true, _) => (range.key(), range.item()),
            (false, Some(_)) => (Extent::count(range.most), range.item()),
            (false, None) => (range.item(), Extent::default()),
        };
        self.set(fold.first, first.clone());
        if let Some(slot) = fold.second {
            self.set(slot, second);
        }
        let filter = fold.filter.as_ref().map_or(Bracket::default(), |filter| self.node(filter).cost);
        let step = self.node(&fold.step);
        // What `eval::fold` charges for each element beside the step, and once at the end.
        let (each, end) = match fold.kind {
            FoldKind::Decided(_) => (4, 5),
            FoldKind::ExistsOne => (2, 3),
            FoldKind::List | FoldKind::Sort => (12, 6),
            FoldKind::Filter => (13, 2),
            FoldKind::Values | FoldKind::Entries => (3, 2),
        };
        let all = filter.max.saturating_add(step.cost.max).saturating_add(each).saturating_mul(range.most);
        let mut cost = over.cost.and(Bracket { min: 1, max: all.saturating_add(end).saturating_add(1) });
        let extent = match fold.kind {
            FoldKind::Decided(_) | FoldKind::ExistsOne => Extent::scalar(),
            FoldKind::List => Extent::list(range.most, step.extent),
            FoldKind::Filter => Extent::list(range.most, first),
            FoldKind::Sort => {
                let keys = Extent::list(range.most, step.extent);
                if let Some(function) = library::find("@sortByAssociatedKeys") {
                    cost = cost.and(price(function, true, &[range.clone(), keys]).0);
                }
                Extent::list(range.most, range.item())
            }
            FoldKind::Values => Extent::map(range.most, first, step.extent),
            FoldKind::Entries => {
                Extent::map(range.most.saturating_mul(step.extent.most), step.extent.key(), step.extent.item())
            }
        };
        Estimate { cost, extent }
    }
}

/// What a call costs by any signature that its form allows, and how large its result is.
fn price(function: &library::Function, receiver: bool, args: &[Extent]) -> (Bracket, Extent) {
    if !receiver && library::is_variadic(function.name) && args.len() > 2 {
        let list = Extent::list(u64::try_from(args.len()).unwrap_or(u64::MAX), Extent::joined(args.iter().cloned()));
        return price(function, receiver, &[list]);
    }
    let formed = |row: &&Overload| row.receiver == receiver && row.params.len() == args.len();
    let rows: Vec<&Overload> = function.overloads.iter().filter(formed).collect();
    let takes = |row: &&&Overload| row.params.iter().zip(args).all(|(ty, arg)| arg.may_be(*ty));
    let fitting: Vec<&Overload> = rows.iter().filter(takes).copied().collect();
    let rows = if fitting.is_empty() { rows } else { fitting };
    let none = Extent::default();
    let small: Vec<Arg<'_>> = args.iter().map(|_| Arg::Extent(&none)).collect();
    let large: Vec<Arg<'_>> = args.iter().map(Arg::Extent).collect();
    let by = |args: &[Arg<'_>]| rows.iter().map(|row| row.cost.of_args(args)).collect::<Vec<_>>();
    let (least, dearest) = (by(&small), by(&large));
    let extent = results::result(function.name, &rows, args);
    // Whatever grows beyond its first part is paid for by its bytes (`row::Growth`), a list by its elements.
    let grown = if extent.text { library::tenths(extent.most.saturating_mul(4)) } else { extent.most };
    let growth = if extent.most > 256 { grown } else { 0 };
    // Beside its price, cel-go counts what a regular expression's results hold.
    let found = if function.name.starts_with("regex.") { extent.written() } else { 0 };
    let min = least.into_iter().chain(std::iter::once(1)).min().unwrap_or(0);
    let max = dearest.into_iter().max().unwrap_or(1).max(1).saturating_add(growth).saturating_add(found);
    (Bracket { min, max }, extent)
}
