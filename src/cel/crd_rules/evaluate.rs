//! Running rules over an object, and its old self.

use serde_json::{Map, Value as Json};

use super::seen::Seen;
use super::{Cause, Names, Node, Rule, RuleViolation, Rules};
use crate::cel::{Activation, Context, EvalError, Fault, Key, Meter, Result as CelResult, RootId, Value};
use crate::schema::path::{Name, Path, Trail};
use crate::schema::{Additional, ListType, MAX_VALUE_DEPTH, Reason, Schema, nests_deeper};

/// Cost units that all rules of one object may take together: Kubernetes' `RuntimeCELCostBudget`
/// (apiserver `pkg/apis/cel/config.go`).
pub const RUNTIME_BUDGET: u64 = 10_000_000;

/// Bytes of the longest text that a `messageExpression` may give (the same file).
const MESSAGE_BYTES: usize = 5 * 1024;

impl Rules {
    /// The rules that `object` breaks, by path. Transition rules run when there is an old object and the
    /// place exists in both; rules without `oldSelf` say nothing about a place that has not changed.
    ///
    /// The object has its defaults, and the schema accepts it.
    pub fn evaluate(&self, object: &Json, old: Option<&Json>) -> Vec<RuleViolation> {
        let mut run =
            Run { names: self.names, path: Trail::default(), left: RUNTIME_BUDGET, spent: false, failures: Vec::new() };
        if [Some(object), old].into_iter().flatten().any(|value| nests_deeper(value, MAX_VALUE_DEPTH)) {
            run.fail(Path::root(), "nests too deeply to be judged".to_owned(), Cause::Fault, None);
        } else {
            run.node(&self.root, &self.schema, Seen::new(object), old.map(Seen::new), false);
        }
        run.failures.sort_by(|a, b| a.path.cmp(&b.path));
        run.failures
    }
}

struct Run<'a> {
    names: Names,
    path: Trail<'a>,
    /// Cost units left for this object.
    left: u64,
    /// No further rule runs.
    spent: bool,
    failures: Vec<RuleViolation>,
}

struct Env {
    names: Names,
    own: Value,
    old: Option<Value>,
}

impl Activation for Env {
    fn load(&self, root: RootId, _: &mut Context<'_>) -> CelResult<Option<Value>> {
        Ok(if root == self.names.own { Some(self.own.clone()) } else { self.old.clone() })
    }
}

impl<'a> Run<'a> {
    fn fail(&mut self, path: Path, message: String, cause: Cause, rule: Option<&Rule>) {
        let (reason, rule) =
            rule.map_or((Reason::default(), String::new()), |r| (r.source.reason, r.source.rule.clone()));
        self.failures.push(RuleViolation { path, message, reason, rule, cause });
    }

    fn below(&mut self, name: Name<'a>, judge: impl FnOnce(&mut Self)) {
        self.path.push(name);
        judge(self);
        self.path.pop();
    }

    /// `same`: the place above has not changed.
    fn node(&mut self, node: &Node, schema: &Schema, mut object: Seen<'a>, old: Option<Seen<'a>>, same: bool) {
        if object.json.is_null() || self.spent {
            return;
        }
        let mut old = old.filter(|old| !old.json.is_null());
        let same = same || old.as_ref().is_some_and(|old| old.json == object.json);
        if !node.rules.is_empty() {
            self.rules(&node.rules, schema, &mut object, old.as_mut(), same);
        }
        match object.json {
            Json::Object(_) => self.fields(node, schema, &object, old.as_ref(), same),
            Json::Array(_) => self.items(node, schema, &object, old.as_ref(), same),
            _ => {}
        }
    }

    fn fields(&mut self, node: &Node, schema: &Schema, object: &Seen<'a>, old: Option<&Seen<'a>>, same: bool) {
        for name in object.json.as_object().into_iter().flat_map(Map::keys) {
            let of_map;
            let (node, schema, key) =
                match (node.fields.get(name), schema.properties.get(name), &node.values, &schema.additional) {
                    (Some(field), Some(schema), ..) => (&field.node, schema, field.key.as_ref()),
                    (None, None, Some(node), Some(Additional::Schema(schema))) => {
                        of_map = Key::string(name);
                        (&**node, &**schema, Some(&of_map))
                    }
                    _ => continue,
                };
            let Some(field) = object.field(name, key) else { continue };
            let old = old.and_then(|old| old.field(name, key));
            self.below(Name::Field(name), |run| run.node(node, schema, field, old, same));
        }
    }

    fn items(&mut self, node: &Node, schema: &Schema, object: &Seen<'a>, old: Option<&Seen<'a>>, same: bool) {
        let (Some(node), Some(below)) = (node.items.as_deref(), schema.items.as_deref()) else { return };
        for (at, item) in object.items().enumerate() {
            let old = old.and_then(|old| old.items().find(|old| correlated(item.json, old.json, schema)));
            self.below(Name::Index(at), |run| run.node(node, below, item, old, same));
        }
    }

    fn rules(
        &mut self,
        rules: &[Rule],
        schema: &Schema,
        object: &mut Seen<'_>,
        old: Option<&mut Seen<'_>>,
        same: bool,
    ) {
        let (own, is_new) = (object.value(schema), old.is_none());
        let before = old.filter(|_| rules.iter().any(|rule| rule.uses_old)).map(|old| old.value(schema));
        let plain = Env { names: self.names, own: own.clone(), old: before.clone() };
        let optional = Env { names: self.names, own, old: Some(before.map_or_else(Value::none, Value::some)) };
        for rule in rules {
            let optional_old = rule.source.optional_old_self == Some(true);
            if rule.uses_old && is_new && !optional_old {
                continue;
            }
            let env = if optional_old { &optional } else { &plain };
            self.rule(rule, env, same);
            if self.spent {
                return;
            }
        }
    }

    fn rule(&mut self, rule: &Rule, env: &Env, same: bool) {
        let result = self.run(&rule.program, env);
        // What has not changed was accepted once; a transition rule judges the change itself.
        let excused = same && !rule.uses_old;
        if matches!(result, Ok(Value::Bool(holds)) if holds || excused) {
            return;
        }
        let place = self.path.path().segments().iter().chain(rule.shown_at.segments()).cloned().collect();
        let known = rule_text(rule);
        match result {
            Ok(Value::Bool(_)) => {
                let said = rule.message.as_ref().and_then(|program| self.message(program, env));
                let message = said.unwrap_or_else(|| match &rule.source.message {
                    Some(message) => one_line(message),
                    None => format!("failed rule: `{known}`"),
                });
                self.fail(place, message, Cause::False, Some(rule));
            }
            Ok(other) => {
                let found = other.type_name();
                self.fail(place, format!("the rule gave {found}, not a boolean: {known}"), Cause::Fault, Some(rule));
            }
            Err(EvalError { fault: Fault::Budget { limit }, .. }) => {
                self.spent = true;
                let message = format!("budget of {limit} spent, no further rule was run: {known}");
                self.fail(place, message, Cause::Budget, Some(rule));
            }
            Err(error) => self.fail(place, format!("{error}, in the rule: {known}"), Cause::Fault, Some(rule)),
        }
    }

    fn run(&mut self, program: &crate::cel::Program, env: &Env) -> Result<Value, EvalError> {
        let mut context = Context::new(self.left.min(Meter::PER_CALL_LIMIT));
        let result = program.eval(env, &mut context);
        self.left = self.left.saturating_sub(context.meter.spent());
        result
    }

    /// The text of a `messageExpression`; `None` where it gives none that can be shown.
    fn message(&mut self, program: &crate::cel::Program, env: &Env) -> Option<String> {
        let Ok(Value::String(text)) = self.run(program, env) else { return None };
        let text = text.trim();
        let shown = !text.is_empty() && text.len() <= MESSAGE_BYTES && !text.contains('\n');
        shown.then(|| text.to_owned())
    }
}

/// Whether two items of a map list have the same keys.
fn correlated(item: &Json, old: &Json, schema: &Schema) -> bool {
    schema.list_type == ListType::Map && schema.map_keys.iter().all(|key| old.get(key) == item.get(key))
}

fn rule_text(rule: &Rule) -> String {
    one_line(rule.source.message.as_deref().unwrap_or(&rule.source.rule))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
