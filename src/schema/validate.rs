//! Judging a value by a schema.

mod list;
mod resource;
mod scalar;

use serde_json::{Map, Value};

use super::node::{Additional, Checks, MAX_VALUE_DEPTH, Nested, Schema, Type};
use super::path::{Name, Trail};
use super::violation::{Violation, ViolationKind};

impl Schema {
    /// Everything that the schema refuses in `value`, sorted by path; empty when it is valid.
    ///
    /// Judges as the API server does once defaults are in, with `x-kubernetes-validations` apart. Fields
    /// that the schema does not know are not refused here: [`Schema::unknown_fields`] tells them. Where
    /// Kubernetes lets something pass by accident this does not (the last cases of `behaviour/cases.yaml`).
    pub fn validate(&self, value: &Value) -> Vec<Violation> {
        let mut judge = Judge { path: Trail::default(), found: Vec::new() };
        if nests_deeper(value, MAX_VALUE_DEPTH) {
            judge.report(ViolationKind::TooDeep { limit: MAX_VALUE_DEPTH });
        } else {
            judge.schema(value, self);
        }
        // Stable: several violations of one place stay in the order in which they were found.
        judge.found.sort_by(|a, b| a.path.cmp(&b.path));
        judge.found
    }
}

/// Whether a value nests deeper than `limit`; needs no stack.
pub(crate) fn nests_deeper(value: &Value, limit: usize) -> bool {
    let mut open = vec![(value, 0_usize)];
    while let Some((value, depth)) = open.pop() {
        if depth > limit {
            return true;
        }
        let depth = depth.saturating_add(1);
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth))),
            Value::Object(fields) => open.extend(fields.values().map(|field| (field, depth))),
            _ => {}
        }
    }
    false
}

/// What is left to be said about one value, and where it stands.
struct Judge<'a> {
    path: Trail<'a>,
    found: Vec<Violation>,
}

impl<'a> Judge<'a> {
    fn report(&mut self, kind: ViolationKind) {
        self.found.push(Violation { path: self.path.path(), kind });
    }

    fn below<T>(&mut self, name: Name<'a>, judge: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name);
        let result = judge(self);
        self.path.pop();
        result
    }

    fn schema(&mut self, value: &'a Value, schema: &'a Schema) {
        let mut expected = expected_types(schema).into_iter().flatten().peekable();
        if value.is_null() {
            return self.null(schema, expected.collect());
        }
        if expected.peek().is_some() && !expected.any(|kind| is_of(value, kind)) {
            let expected = expected_types(schema).into_iter().flatten().collect();
            let allowed = schema.checks.allowed.clone();
            return self.report(ViolationKind::Type { found: value.clone(), expected, allowed });
        }
        match value {
            Value::Object(fields) => self.object(fields, schema),
            Value::Array(items) => self.array(items, schema),
            _ => {}
        }
        // Kubernetes turns an int-or-string into the two types, which leaves no format to mind.
        self.checks(value, &schema.checks, if schema.int_or_string { Some(Type::String) } else { schema.kind });
    }

    /// Kubernetes asks nothing more of a `null` than that it be allowed and, should there be an `enum`,
    /// refuses it even there.
    fn null(&mut self, schema: &Schema, expected: Vec<Type>) {
        if !expected.is_empty() && !schema.nullable {
            self.report(ViolationKind::Null { expected });
        } else if !schema.checks.allowed.is_empty() {
            self.outside_enum(&Value::Null, &schema.checks.allowed);
        }
    }

    fn object(&mut self, fields: &'a Map<String, Value>, schema: &'a Schema) {
        if schema.embedded_resource {
            self.resource(fields);
        }
        for (name, field) in fields {
            match (schema.field(name), &schema.additional) {
                (Some(below), _) => self.below(Name::Field(name), |judge| judge.schema(field, below)),
                (None, Some(Additional::Nothing)) => {
                    self.below(Name::Field(name), |judge| judge.report(ViolationKind::NotAllowed));
                }
                _ => {}
            }
        }
    }

    fn array(&mut self, items: &'a [Value], schema: &'a Schema) {
        self.list_keys(items, schema);
        let Some(below) = schema.items.as_deref() else { return };
        for (at, item) in items.iter().enumerate() {
            self.below(Name::Index(at), |judge| judge.schema(item, below));
        }
    }

    /// Constraints that hold in a schema and under `allOf`, `anyOf`, `oneOf` and `not` alike. The value
    /// is not null.
    fn checks(&mut self, value: &'a Value, checks: &'a Checks, kind: Option<Type>) {
        match value {
            Value::Object(fields) => self.fields(fields, checks),
            Value::Array(items) => self.items(items.len(), checks),
            Value::String(text) => self.text(value, text, checks),
            Value::Number(number) => self.number(number, checks, kind),
            Value::Bool(_) | Value::Null => {}
        }
        // Under `allOf` and its like a format without a type stands for text.
        if kind.is_none() && checks.format.is_some() && !value.is_string() {
            let (found, expected) = (value.clone(), vec![Type::String]);
            self.report(ViolationKind::Type { found, expected, allowed: Vec::new() });
        }
        if !checks.allowed.is_empty() && !checks.allowed.iter().any(|member| same(value, member)) {
            self.outside_enum(value, &checks.allowed);
        }
        self.junctors(value, checks);
    }

    fn fields(&mut self, fields: &'a Map<String, Value>, checks: &'a Checks) {
        let (found, what) = (len(fields.len()), "fields");
        if let Some(limit) = checks.max_properties.filter(|limit| found > *limit) {
            self.report(ViolationKind::TooMany { found, limit, what });
        }
        if let Some(limit) = checks.min_properties.filter(|limit| found < *limit) {
            self.report(ViolationKind::TooFew { found, limit, what });
        }
        for name in checks.required.iter().filter(|name| !fields.contains_key(*name)) {
            self.below(Name::Field(name), |judge| judge.report(ViolationKind::Missing));
        }
    }

    fn items(&mut self, count: usize, checks: &Checks) {
        let (found, what) = (len(count), "items");
        if let Some(limit) = checks.max_items.filter(|limit| found > *limit) {
            self.report(ViolationKind::TooMany { found, limit, what });
        }
        if let Some(limit) = checks.min_items.filter(|limit| found < *limit) {
            self.report(ViolationKind::TooFew { found, limit, what });
        }
    }

    fn junctors(&mut self, value: &'a Value, checks: &'a Checks) {
        for nested in &checks.all_of {
            self.nested(value, nested);
        }
        if !checks.any_of.is_empty() {
            let (matched, closest) = self.count_matches(value, &checks.any_of);
            if matched == 0 {
                let closest = closest.unwrap_or_default();
                self.report(ViolationKind::AnyOf { count: checks.any_of.len(), closest });
            }
        }
        if !checks.one_of.is_empty() {
            let (matched, closest) = self.count_matches(value, &checks.one_of);
            if matched != 1 {
                let closest = closest.filter(|_| matched == 0);
                self.report(ViolationKind::OneOf { matched, count: checks.one_of.len(), closest });
            }
        }
        if let Some(not) = &checks.not
            && self.tried(value, not).is_empty()
        {
            self.report(ViolationKind::Not);
        }
    }

    fn nested(&mut self, value: &'a Value, nested: &'a Nested) {
        if let Some(kind) = nested.kind.filter(|kind| !is_of(value, *kind)) {
            let (found, expected) = (value.clone(), vec![kind]);
            return self.report(ViolationKind::Type { found, expected, allowed: Vec::new() });
        }
        if value.is_null() {
            // As in Kubernetes, only type and `enum` look at a null.
            if !nested.checks.allowed.is_empty() {
                self.outside_enum(value, &nested.checks.allowed);
            }
            return;
        }
        match value {
            Value::Object(fields) => {
                for (name, below) in &nested.properties {
                    let Some(field) = fields.get(name) else { continue };
                    self.below(Name::Field(name), |judge| judge.nested(field, below));
                }
            }
            Value::Array(items) => {
                for (below, (at, item)) in
                    nested.items.iter().flat_map(|below| items.iter().enumerate().map(move |item| (below, item)))
                {
                    self.below(Name::Index(at), |judge| judge.nested(item, below));
                }
            }
            _ => {}
        }
        self.checks(value, &nested.checks, nested.kind);
    }

    /// How many alternatives take the value, and the first complaint of the one that comes closest.
    fn count_matches(&self, value: &'a Value, alternatives: &'a [Nested]) -> (usize, Option<String>) {
        let tried: Vec<Vec<Violation>> = alternatives.iter().map(|nested| self.tried(value, nested)).collect();
        let matched = tried.iter().filter(|found| found.is_empty()).count();
        let closest = tried.iter().min_by_key(|found| found.len()).and_then(|found| found.first());
        (matched, closest.map(Violation::to_string))
    }

    fn tried(&self, value: &'a Value, nested: &'a Nested) -> Vec<Violation> {
        let mut judge = Judge { path: self.path.clone(), found: Vec::new() };
        judge.nested(value, nested);
        judge.found
    }
}

/// The types that a value may have; any, if there are none.
fn expected_types(schema: &Schema) -> [Option<Type>; 2] {
    if schema.int_or_string { [Some(Type::Integer), Some(Type::String)] } else { [schema.kind, None] }
}

/// Whether a value is of a type. Integers are numbers, and doubles without fraction are integers.
pub(super) fn is_of(value: &Value, kind: Type) -> bool {
    match (value, kind) {
        (Value::Object(_), Type::Object)
        | (Value::Array(_), Type::Array)
        | (Value::String(_), Type::String)
        | (Value::Bool(_), Type::Boolean)
        | (Value::Number(_), Type::Number) => true,
        (Value::Number(number), Type::Integer) => super::number::as_integer(number).is_some(),
        _ => false,
    }
}

/// Equality as `enum` has it: numbers by value at the top, everything else exactly. No member is null.
fn same(value: &Value, member: &Value) -> bool {
    match (value, member) {
        (Value::Number(value), Value::Number(member)) => {
            value == member
                || member
                    .as_f64()
                    .and_then(|bound| super::number::compare(value, bound))
                    .is_some_and(std::cmp::Ordering::is_eq)
        }
        (Value::Null, _) => false,
        _ => value == member,
    }
}

fn len(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
