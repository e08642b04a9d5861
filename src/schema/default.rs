//! Defaults and nulls, as the API server treats them.

use serde_json::Value;

use super::node::Schema;
use super::path::{Path, Segment};

impl Schema {
    /// Fills in defaults from the top down, only through parents that are present.
    ///
    /// A `null` where the schema has a default and is not nullable becomes the default; where it has
    /// none, a field is dropped and a list item stays (Kubernetes: `Default`, then
    /// `PruneNonNullableNullsWithoutDefaults`). A second run changes nothing.
    pub fn apply_defaults(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for (name, schema) in &self.properties {
                    let Some(default) = &schema.default else { continue };
                    let present = fields.get(name).is_some_and(|found| !schema.refuses_null(found));
                    if !present {
                        fields.insert(name.clone(), default.clone());
                    }
                }
                fields.retain(|name, field| {
                    let Some(schema) = self.field(name) else { return true };
                    schema.default_in_place(field);
                    !schema.refuses_null(field)
                });
            }
            Value::Array(items) => {
                let Some(schema) = self.items.as_deref() else { return };
                for item in items {
                    schema.default_in_place(item);
                }
            }
            _ => {}
        }
    }

    /// Fields whose `null` [`Schema::apply_defaults`] drops without putting anything in its place.
    ///
    /// The API server drops them in silence; whoever judges what a person wrote can refuse them.
    pub fn dropped_nulls(&self, value: &Value) -> Vec<Path> {
        let mut dropped = Vec::new();
        self.collect_nulls(value, &mut Path::root(), &mut dropped);
        dropped.sort();
        dropped
    }

    fn default_in_place(&self, value: &mut Value) {
        if let (true, Some(default)) = (self.refuses_null(value), &self.default) {
            *value = default.clone();
        }
        self.apply_defaults(value);
    }

    fn refuses_null(&self, value: &Value) -> bool {
        value.is_null() && !self.nullable
    }

    fn collect_nulls(&self, value: &Value, path: &mut Path, dropped: &mut Vec<Path>) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    let Some(schema) = self.field(name) else { continue };
                    path.push(Segment::Field(name.clone()));
                    if schema.refuses_null(field) && schema.default.is_none() {
                        dropped.push(path.clone());
                    }
                    schema.collect_nulls(field, path, dropped);
                    path.pop();
                }
            }
            Value::Array(items) => {
                let Some(schema) = self.items.as_deref() else { return };
                for (at, item) in items.iter().enumerate() {
                    path.push(Segment::Index(at));
                    schema.collect_nulls(item, path, dropped);
                    path.pop();
                }
            }
            _ => {}
        }
    }

    /// Defaults that no value without their parent reaches: the default's place, and the outermost
    /// object above it that is neither required nor defaulted. `default: {}` there would reach them.
    pub fn unreached_defaults(&self) -> Vec<(Path, Path)> {
        let mut unreached = Vec::new();
        self.collect_unreached(&mut Path::root(), None, &mut unreached);
        unreached
    }

    fn collect_unreached(&self, path: &mut Path, gap: Option<&Path>, unreached: &mut Vec<(Path, Path)>) {
        for (name, schema) in &self.properties {
            path.push(Segment::Field(name.clone()));
            match gap {
                Some(gap) if schema.default.is_some() => unreached.push((path.clone(), gap.clone())),
                _ => {
                    let reached = schema.default.is_some() || self.requires(name);
                    let own = (!reached).then(|| path.clone());
                    schema.collect_unreached(path, gap.or(own.as_ref()), unreached);
                }
            }
            path.pop();
        }
    }
}
