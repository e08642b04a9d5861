//! `x-kubernetes-validations`: the rules of a schema, compiled once and run as the API server runs them.

mod evaluate;
mod name;
mod seen;
mod typed;

use std::collections::BTreeMap;

use super::{ExprError, Key, Presence, Program, RootId, Scope, compile};
use crate::schema::path::Path;
use crate::schema::{Additional, ListType, Reason, Schema, ValidationRule};

pub use evaluate::RUNTIME_BUDGET;

/// The compiled rules of a schema.
#[derive(Clone, Debug)]
pub struct Rules {
    schema: Schema,
    root: Node,
    names: Names,
    count: usize,
    /// Whether any rule is a transition rule.
    changes: bool,
}

/// The two names that a rule may use.
#[derive(Clone, Copy, Debug)]
struct Names {
    own: RootId,
    old: RootId,
}

/// The rules of one place, and of the places below that have any.
#[derive(Clone, Debug, Default)]
struct Node {
    rules: Vec<Rule>,
    fields: BTreeMap<String, Field>,
    values: Option<Box<Node>>,
    items: Option<Box<Node>>,
}

/// The rules at and below a field.
#[derive(Clone, Debug)]
struct Field {
    /// its name in expressions; absent where the object above does not show it as it is
    key: Option<Key>,
    node: Node,
}

#[derive(Clone, Debug)]
struct Rule {
    source: ValidationRule,
    program: Program,
    message: Option<Program>,
    /// Whether it is a transition rule.
    uses_old: bool,
    /// Where its failure is shown, below its place.
    shown_at: Path,
}

/// A rule that does not compile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct RuleError {
    /// The rule or its `messageExpression`, as a JSON pointer into the schema.
    pub pointer: String,
    /// Why.
    pub kind: RuleErrorKind,
}

/// Why a rule does not compile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleErrorKind {
    /// The expression is wrong.
    #[error("{0}")]
    Expression(ExprError),
    /// `oldSelf` below a list whose items have no identity.
    #[error("`oldSelf` has no meaning here: items of a list that is no map list cannot be told from others")]
    Uncorrelatable,
    /// `optionalOldSelf` on a rule without `oldSelf`.
    #[error("`optionalOldSelf` is set, but the rule does not use `oldSelf`: remove it")]
    NoOldSelf,
}

/// A rule that an object breaks.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleViolation {
    /// Where.
    pub path: Path,
    /// What the rule says, on one line.
    pub message: String,
    /// Which kind of failure the rule's author calls it.
    pub reason: Reason,
    /// The rule, as written; empty when no rule could run any more.
    pub rule: String,
    /// Whether the rule said no, or could not be judged.
    pub cause: Cause,
}

/// How a rule failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It is false.
    False,
    /// It has no value, or one that is no boolean.
    Fault,
    /// The budget of the object is spent: no further rule was run.
    Budget,
}

impl std::fmt::Display for RuleViolation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`: {}", self.path, self.message)
    }
}

impl Rules {
    /// Compiles every rule of a schema, or says what is wrong with each that does not compile.
    pub fn compile(schema: &Schema) -> Result<Self, Vec<RuleError>> {
        let mut scope = Scope::new();
        let own = scope.declare("self", Presence::Always);
        let old = scope.declare("oldSelf", Presence::Always);
        let names = Names { own, old };
        let mut compiler = Compiler { scope, names, pointer: String::new(), errors: Vec::new(), count: 0 };
        let root = compiler.node(schema, true);
        let count = compiler.count;
        if compiler.errors.is_empty() {
            let root = root.unwrap_or_default();
            let changes = root.changes();
            return Ok(Self { schema: schema.clone(), root, names, count, changes });
        }
        Err(compiler.errors)
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether any of them reads the old object.
    pub fn judge_changes(&self) -> bool {
        self.changes
    }

    /// Whether there is no rule at all.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl Node {
    fn changes(&self) -> bool {
        let mut below = self.fields.values().map(|field| &field.node);
        self.rules.iter().any(|rule| rule.uses_old)
            || below.any(Self::changes)
            || [&self.values, &self.items].into_iter().flatten().any(|node| node.changes())
    }
}

struct Compiler {
    scope: Scope,
    names: Names,
    pointer: String,
    errors: Vec<RuleError>,
    count: usize,
}

impl Compiler {
    fn below<T>(&mut self, token: &str, compile: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
        let result = compile(self);
        self.pointer.truncate(length);
        result
    }

    fn fail(&mut self, kind: RuleErrorKind) {
        self.errors.push(RuleError { pointer: self.pointer.clone(), kind });
    }

    /// The rules at and below a place; none where there are none. `correlatable`: whether the place's
    /// old value can be told.
    fn node(&mut self, schema: &Schema, correlatable: bool) -> Option<Node> {
        let mut node = Node::default();
        for (at, rule) in schema.validations.iter().enumerate() {
            let compiled = self.below("x-kubernetes-validations", |compiler| {
                compiler.below(&at.to_string(), |compiler| compiler.rule(rule, correlatable))
            });
            node.rules.extend(compiled);
        }
        for (name, field) in &schema.properties {
            let field = self.below("properties", |compiler| compiler.below(name, |c| c.node(field, correlatable)));
            let whole = !(schema.embedded_resource && name == "metadata");
            let key = name::escape(name).filter(|_| whole).map(|key| Key::string(&key));
            node.fields.extend(field.map(|node| (name.clone(), Field { key, node })));
        }
        if let Some(Additional::Schema(values)) = &schema.additional {
            node.values = self.below("additionalProperties", |c| c.node(values, correlatable)).map(Box::new);
        }
        if let Some(items) = &schema.items {
            let correlatable = correlatable && schema.list_type == ListType::Map;
            node.items = self.below("items", |compiler| compiler.node(items, correlatable)).map(Box::new);
        }
        let empty = node.rules.is_empty() && node.fields.is_empty() && node.values.is_none() && node.items.is_none();
        (!empty).then_some(node)
    }

    fn rule(&mut self, source: &ValidationRule, correlatable: bool) -> Option<Rule> {
        self.count = self.count.saturating_add(1);
        let program = self.expression("rule", &source.rule);
        let message = source.message_expression.as_deref().map(|text| self.expression("messageExpression", text));
        let program = program?;
        let uses_old = program.roots().contains(&self.names.old);
        if uses_old && !correlatable {
            self.fail(RuleErrorKind::Uncorrelatable);
        }
        if !uses_old && source.optional_old_self.is_some() {
            self.fail(RuleErrorKind::NoOldSelf);
        }
        let shown_at = source.field_path.as_deref().map(|path| path.trim().trim_start_matches('.').parse());
        let shown_at = shown_at.and_then(Result::ok).unwrap_or_default();
        Some(Rule { source: source.clone(), program, message: message.flatten(), uses_old, shown_at })
    }

    fn expression(&mut self, keyword: &str, text: &str) -> Option<Program> {
        match compile(text, &self.scope) {
            Ok(program) => Some(program),
            Err(errors) => {
                self.below(keyword, |compiler| {
                    for error in errors {
                        compiler.fail(RuleErrorKind::Expression(error));
                    }
                });
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
