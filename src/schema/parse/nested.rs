//! `allOf`, `anyOf`, `oneOf` and `not`: constraints without structure.

use serde_json::{Map, Value};

use super::{Kind, Parser};
use crate::schema::node::{MAX_SCHEMA_DEPTH, Nested, Schema, Type};
use crate::schema::violation;

/// Keywords that make structure, and so have no place here.
const STRUCTURE: [&str; 12] = [
    "type",
    "default",
    "title",
    "description",
    "nullable",
    "additionalProperties",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
];

const REASON: &str = "`allOf`, `anyOf`, `oneOf` and `not` only constrain: say it outside of them";

impl Parser {
    pub(super) fn alternatives(&mut self, keywords: &Map<String, Value>, keyword: &str) -> Vec<Nested> {
        let list = self.list(keywords, keyword);
        self.below(keyword, |parser| {
            let parsed = list.iter().enumerate().map(|(at, value)| parser.below(&at.to_string(), |p| p.nested(value)));
            parsed.collect()
        })
    }

    pub(super) fn nested(&mut self, value: &Value) -> Nested {
        let mut nested = Nested::default();
        let Value::Object(keywords) = value else {
            self.fail(Kind::NotASchema(violation::show(value)));
            return nested;
        };
        if self.depth >= MAX_SCHEMA_DEPTH {
            self.fail(Kind::TooDeep { limit: MAX_SCHEMA_DEPTH });
            return nested;
        }
        self.depth = self.depth.saturating_add(1);
        self.known_keywords(keywords);
        for keyword in STRUCTURE.into_iter().filter(|keyword| keywords.contains_key(*keyword)) {
            if keyword == "type" && is_scalar_choice(keywords) {
                nested.kind = keywords.get("type").and_then(Value::as_str).and_then(Type::from_keyword);
            } else {
                self.forbid(keyword, REASON);
            }
        }
        if keywords.contains_key("x-kubernetes-validations") {
            self.forbid("x-kubernetes-validations", REASON);
        }
        nested.checks = self.checks(keywords, None);
        if let Some(properties) = self.object(keywords, "properties") {
            for (name, property) in properties {
                let property = self.below("properties", |parser| parser.below(name, |parser| parser.nested(property)));
                nested.properties.insert(name.clone(), property);
            }
        }
        if let Some(items) = keywords.get("items") {
            nested.items = Some(Box::new(self.below("items", |parser| parser.nested(items))));
        }
        self.depth = self.depth.saturating_sub(1);
        nested
    }

    /// Whether a type under `anyOf` is half of an int-or-string: `[{type: integer}, {type: string}]`,
    /// in `anyOf` or in the `anyOf` of the first `allOf`. Anything else is refused.
    pub(super) fn choices(&mut self, schema: &Schema) {
        let checks = &schema.checks;
        let of = |list: &[Nested]| list.iter().map(|nested| nested.kind).collect::<Vec<_>>();
        let both = [Some(Type::Integer), Some(Type::String)];
        let first = checks.all_of.first().map_or(&[][..], |nested| &nested.checks.any_of);
        let allowed = usize::from(of(&checks.any_of) == both) + usize::from(of(first) == both);
        if kinds(&checks.any_of) + kinds(&checks.all_of) + kinds(&checks.one_of) + not_kinds(checks) > allowed * 2 {
            let keyword = if checks.any_of.is_empty() { "allOf" } else { "anyOf" };
            let reason = "a type may only stand in `anyOf: [{type: integer}, {type: string}]`";
            self.forbid(keyword, reason);
        }
        for name in undeclared(checks, schema) {
            self.fail(Kind::Undeclared(name));
        }
    }
}

fn is_scalar_choice(keywords: &Map<String, Value>) -> bool {
    keywords.len() == 1 && matches!(keywords.get("type").and_then(Value::as_str), Some("integer" | "string"))
}

/// How many constraints below name a type.
fn kinds(list: &[Nested]) -> usize {
    list.iter().map(kinds_in).sum()
}

fn kinds_in(nested: &Nested) -> usize {
    let checks = &nested.checks;
    let junctors = kinds(&checks.any_of) + kinds(&checks.all_of) + kinds(&checks.one_of) + not_kinds(checks);
    let fields: usize = nested.properties.values().map(kinds_in).sum();
    usize::from(nested.kind.is_some()) + junctors + fields + nested.items.as_deref().map_or(0, kinds_in)
}

fn not_kinds(checks: &crate::schema::node::Checks) -> usize {
    checks.not.as_deref().map_or(0, kinds_in)
}

/// Fields and items that are constrained without being declared in the structure.
fn undeclared(checks: &crate::schema::node::Checks, schema: &Schema) -> Vec<String> {
    let junctors = checks.all_of.iter().chain(&checks.any_of).chain(&checks.one_of).chain(checks.not.as_deref());
    junctors.flat_map(|nested| undeclared_in(nested, schema)).collect()
}

fn undeclared_in(nested: &Nested, schema: &Schema) -> Vec<String> {
    let mut names = undeclared(&nested.checks, schema);
    for (name, below) in &nested.properties {
        match schema.properties.get(name) {
            Some(declared) => names.extend(undeclared_in(below, declared)),
            None => names.push(name.clone()),
        }
    }
    if let Some(below) = &nested.items {
        match schema.items.as_deref() {
            Some(declared) => names.extend(undeclared_in(below, declared)),
            None => names.push("items".to_owned()),
        }
    }
    names
}
