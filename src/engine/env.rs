//! Evaluation: names resolved to values, lazily and at most once, within the budgets.

use std::cell::{Cell, OnceCell};

use serde_json::Value as Json;

use crate::catalog::{Binding, Bindings, Expr, Facet, Graph, Source, Tree};
use crate::cel::{Activation, Context, EvalError, Fault, Meter, RootId, Value};

use super::finding::Failure;
use super::input::Facts;
use super::name::projection_name;
use super::record::Shown;

type Lazy<T> = OnceCell<Result<T, Fault>>;

/// What was evaluated already in one decision.
#[derive(Debug)]
pub(super) struct Memo {
    variables: Vec<Lazy<Value>>,
    present: Vec<Lazy<bool>>,
    inputs: Vec<Lazy<Value>>,
    spent: Cell<u64>,
}

impl Memo {
    pub(super) fn new(graph: &Graph) -> Self {
        fn cells<T>(count: usize) -> Vec<Lazy<T>> {
            (0..count).map(|_| OnceCell::new()).collect()
        }
        Self {
            variables: cells(graph.variables.len()),
            present: cells(graph.facets.len()),
            inputs: cells(graph.facets.len()),
            spent: Cell::new(0),
        }
    }
}

/// The values of one change, for sensitivity rules.
#[derive(Clone, Debug)]
pub(super) struct ChangeValues {
    pub(super) old: Value,
    pub(super) new: Value,
    pub(super) path: Value,
    pub(super) key: Value,
    pub(super) observed: Value,
}

/// The objects that a judgement after rendering sees.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    pub(super) object: Value,
    /// an optional
    pub(super) old_object: Value,
}

/// Everything that names can resolve to at one place.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) graph: &'a Graph,
    pub(super) facts: Option<&'a Facts>,
    pub(super) memo: &'a Memo,
    pub(super) target_name: &'a str,
    pub(super) objects: Option<&'a Objects>,
    pub(super) change: Option<&'a ChangeValues>,
    pub(super) item: Option<&'a Value>,
}

struct Frame<'a> {
    scene: Scene<'a>,
    bindings: &'a Bindings,
}

impl Activation for Frame<'_> {
    fn load(&self, root: RootId, cx: &mut Context<'_>) -> Result<Option<Value>, Fault> {
        let unbound = || Fault::InvalidArgument("a name without a value: the place does not have it".to_owned());
        let binding = *self.bindings.get(&root).ok_or_else(unbound)?;
        let scene = &self.scene;
        let value = match binding {
            Binding::Params => scene.facts.map(|facts| facts.params.clone()),
            Binding::Claim => scene.facts.map(|facts| facts.claim.clone()),
            Binding::Tenant => scene.facts.map(|facts| facts.tenant.clone()),
            Binding::NamespaceObject => scene.facts.map(|facts| facts.namespace.clone()),
            Binding::Target => scene.facts.map(|facts| facts.target.clone()),
            Binding::Variable(index) => return scene.variable(index, cx),
            Binding::Inputs(index) => return scene.inputs(index, cx),
            Binding::Projection(index) => scene.projection_value(index),
            Binding::Item => scene.item.cloned(),
            Binding::Object => scene.objects.map(|objects| objects.object.clone()),
            Binding::OldObject => scene.objects.map(|objects| objects.old_object.clone()),
            Binding::Old => scene.change.map(|change| change.old.clone()),
            Binding::New => scene.change.map(|change| change.new.clone()),
            Binding::Path => scene.change.map(|change| change.path.clone()),
            Binding::Key => scene.change.map(|change| change.key.clone()),
            Binding::Observed | Binding::Cluster => scene.change.map(|change| change.observed.clone()),
            Binding::Request | Binding::Now | Binding::Created => None,
        };
        value.map(Some).ok_or_else(unbound)
    }
}

impl Scene<'_> {
    /// Evaluates within a budget of its own and the decision's.
    fn budgeted<T>(&self, evaluate: impl FnOnce(&mut Context<'_>) -> T) -> T {
        let left = Meter::DECISION_LIMIT.saturating_sub(self.memo.spent.get());
        let limit = left.min(Meter::PER_CALL_LIMIT);
        let mut shown = self.facts.and_then(|facts| facts.recorder.clone()).map(Shown);
        let mut cx = match &mut shown {
            Some(shown) => Context::traced(limit, shown),
            None => Context::new(limit),
        };
        let result = evaluate(&mut cx);
        self.memo.spent.set(self.memo.spent.get().saturating_add(cx.meter.spent()));
        result
    }

    /// Evaluates an expression within its own budget and the decision's.
    pub(super) fn eval(&self, expr: &Expr) -> Result<Value, EvalError> {
        let frame = Frame { scene: *self, bindings: &expr.bindings };
        self.budgeted(|cx| expr.program.eval(&frame, cx))
    }

    /// Evaluates a condition; anything but `true` or `false` is an error.
    pub(super) fn condition(&self, expr: &Expr) -> Result<bool, Failure> {
        match self.eval(expr) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(other) => {
                Err(Failure::wrong_type(&expr.site, format!("yields {}, not true or false", other.type_name())))
            }
            Err(error) => Err(Failure::of(&expr.site, &error)),
        }
    }

    /// Evaluates a template; `None` contributes nothing.
    pub(super) fn tree(&self, tree: &Tree) -> Result<Option<Json>, Failure> {
        self.budgeted(|cx| self.tree_in(tree, cx))
    }

    fn tree_in(&self, tree: &Tree, cx: &mut Context<'_>) -> Result<Option<Json>, Failure> {
        match tree {
            Tree::Literal(value) => Ok(Some(value.clone())),
            Tree::Text(text) => {
                let frame = Frame { scene: *self, bindings: &text.bindings };
                let value = text.template.render(&frame, cx).map_err(|error| Failure::of(&text.site, &error))?;
                let json = value.map(|value| value.to_json()).transpose();
                json.map_err(|error| Failure::new(&text.site, error.to_string()))
            }
            Tree::Map(members) => {
                let mut object = serde_json::Map::new();
                for (key, member) in members {
                    if let Some(value) = self.tree_in(member, cx)? {
                        object.insert(key.clone(), value);
                    }
                }
                Ok(Some(Json::Object(object)))
            }
            Tree::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.extend(self.tree_in(item, cx)?);
                }
                Ok(Some(Json::Array(list)))
            }
        }
    }

    fn variable(&self, index: usize, cx: &mut Context<'_>) -> Result<Option<Value>, Fault> {
        let (Some(variable), Some(cell)) = (self.graph.variables.get(index), self.memo.variables.get(index)) else {
            return Ok(None);
        };
        if let Some(known) = cell.get() {
            return known.clone().map(Some);
        }
        // A variable sees no loop item, whoever asks for it first.
        let scene = Scene { item: None, ..*self };
        let frame = Frame { scene, bindings: &variable.expr.bindings };
        let wrap = |error: EvalError| Fault::Root { name: variable.name.clone(), cause: Box::new(error.fault) };
        let value = variable.expr.program.eval(&frame, cx).map_err(wrap);
        cell.get_or_init(|| value).clone().map(Some)
    }

    /// Whether a facet is there.
    pub(super) fn present(&self, index: usize) -> Result<bool, Fault> {
        let (Some(facet), Some(cell)) = (self.graph.facets.get(index), self.memo.present.get(index)) else {
            return Ok(false);
        };
        cell.get_or_init(|| match &facet.when {
            None => Ok(true),
            Some(when) => self.condition(when).map_err(|failure| Fault::Root {
                name: format!("{}.when", facet.name),
                cause: Box::new(Fault::InvalidArgument(failure.message)),
            }),
        })
        .clone()
    }

    fn inputs(&self, index: usize, cx: &mut Context<'_>) -> Result<Option<Value>, Fault> {
        if !self.present(index)? {
            return Ok(None);
        }
        let (Some(facet), Some(cell)) = (self.graph.facets.get(index), self.memo.inputs.get(index)) else {
            return Ok(None);
        };
        if let Some(known) = cell.get() {
            return known.clone().map(Some);
        }
        let value = self.make_inputs(facet, cx).map(|json| Value::from_json(&json));
        cell.get_or_init(|| value).clone().map(Some)
    }

    /// Evaluates the wiring of a facet, defaults it and holds it against the component's schema.
    fn make_inputs(&self, facet: &Facet, cx: &mut Context<'_>) -> Result<Json, Fault> {
        let name = format!("{}.inputs", facet.name);
        let failed = |cause: String| Fault::Root { name: name.clone(), cause: Box::new(Fault::InvalidArgument(cause)) };
        let scene = Scene { item: None, ..*self };
        let with = scene.tree_in(&facet.with, cx).map_err(|failure| failed(failure.message))?;
        let mut inputs = with.unwrap_or_else(|| Json::Object(serde_json::Map::new()));
        facet.inputs.apply_defaults(&mut inputs);
        facet.inputs.normalise_numbers(&mut inputs);
        match facet.inputs.validate(&inputs).first() {
            Some(violation) => Err(failed(format!("`{}`: {}", violation.path, violation.kind))),
            None => Ok(inputs),
        }
    }

    /// The value of a variable, evaluated now if nothing has asked for it yet.
    pub(super) fn variable_value(&self, index: usize) -> Result<Option<Value>, Fault> {
        self.budgeted(|cx| self.variable(index, cx))
    }

    /// The inputs of a facet; `None` where it is not there.
    pub(super) fn inputs_value(&self, index: usize) -> Result<Option<Value>, Fault> {
        self.budgeted(|cx| self.inputs(index, cx))
    }

    pub(super) fn projection_value(&self, index: usize) -> Option<Value> {
        self.graph.projections.get(index).map(|projection| {
            let name = copy_name(self.target_name, projection);
            Value::from_json(&serde_json::json!({"name": name}))
        })
    }

    /// The name of a projection's source.
    pub(super) fn source_name(&self, source: &Source, params: &Json) -> Result<Option<String>, Failure> {
        match source {
            Source::Named { name, .. } => Ok(self.tree(name)?.and_then(|name| name.as_str().map(ToOwned::to_owned))),
            Source::Parameter { name, .. } => Ok(params.get(name).and_then(Json::as_str).map(ToOwned::to_owned)),
        }
    }
}

/// The name of the copy that a projection makes.
pub(super) fn copy_name(target: &str, projection: &crate::catalog::Projection) -> String {
    match &projection.system {
        Some(suffix) => format!("{target}-{suffix}"),
        None => projection_name(target, &projection.name),
    }
}
