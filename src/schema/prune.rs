//! Fields that a schema does not know.

use serde_json::Value;

use super::node::{Additional, MAX_VALUE_DEPTH, Schema};
use super::path::{Name, Path, Trail, remove};
use crate::diagnostic::nearest;

/// A field that the schema does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The field.
    pub path: Path,
    /// The known field whose name comes closest.
    pub nearest: Option<String>,
}

impl std::fmt::Display for Unknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown field `{}`", self.path)?;
        match &self.nearest {
            Some(nearest) => write!(f, ", did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

impl Schema {
    /// Removes what the schema does not know, as the API server does, and says what; sorted.
    ///
    /// Nothing is removed from objects that keep unknown fields, except inside the fields that they do
    /// describe. What stands below `additionalProperties: true` counts as unknown, as it does in
    /// Kubernetes.
    pub fn prune(&self, value: &mut Value) -> Vec<Path> {
        let removed: Vec<Path> = self.unknown_fields(value).into_iter().map(|unknown| unknown.path).collect();
        for path in &removed {
            remove(value, path).into_iter().for_each(dismantle);
        }
        removed
    }

    /// What [`Schema::prune`] would remove, with the known name that comes closest; sorted.
    pub fn unknown_fields(&self, value: &Value) -> Vec<Unknown> {
        let mut walk = Walk { path: Trail::default(), depth: 0, found: Vec::new() };
        walk.visit(value, Some(self), self.preserve_unknown);
        walk.found.sort_by(|a, b| a.path.cmp(&b.path));
        walk.found
    }
}

struct Walk<'a> {
    path: Trail<'a>,
    depth: usize,
    found: Vec<Unknown>,
}

impl<'a> Walk<'a> {
    /// `keep`: fields that the schema does not describe stay.
    fn visit(&mut self, value: &'a Value, schema: Option<&Schema>, keep: bool) {
        // Only lists below an unknown place go deeper than the schema does.
        if self.depth > MAX_VALUE_DEPTH {
            return;
        }
        self.depth = self.depth.saturating_add(1);
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    self.path.push(Name::Field(name));
                    self.visit_field(name, field, schema, keep);
                    self.path.pop();
                }
            }
            Value::Array(items) => {
                let below = schema.and_then(|schema| schema.items.as_deref());
                // A list that keeps unknown fields keeps those of its items; what it does not describe
                // at all is none of our business.
                let described = !keep || below.is_some();
                for (at, item) in items.iter().enumerate().filter(|_| described) {
                    self.path.push(Name::Index(at));
                    self.visit(item, below, keep || below.is_some_and(|schema| schema.preserve_unknown));
                    self.path.pop();
                }
            }
            _ => {}
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn visit_field(&mut self, name: &str, field: &'a Value, schema: Option<&Schema>, keep: bool) {
        let Some(schema) = schema else { return self.report(None) };
        if let Some(below) = schema.field(name) {
            return self.visit(field, Some(below), below.preserve_unknown);
        }
        match schema.additional {
            Some(Additional::Schema(_)) => {}
            Some(Additional::Anything | Additional::Nothing) => self.visit(field, None, false),
            None if keep => {}
            None => self.report(nearest(name, schema.properties.keys().map(String::as_str))),
        }
    }

    fn report(&mut self, nearest: Option<String>) {
        self.found.push(Unknown { path: self.path.path(), nearest });
    }
}

/// Drops a value without recursion, however deeply it nests.
fn dismantle(value: Value) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => open.extend(fields.into_iter().map(|(_, field)| field)),
            _ => {}
        }
    }
}
