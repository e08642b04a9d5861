//! Whether everything that a tenant may fill in has a bound.

use super::error::{SchemaError, SchemaErrorKind as Kind};
use super::format;
use super::node::{Additional, Schema, Type};

impl Schema {
    /// What has no bound: texts without `maxLength`, `enum` or a format that bounds them, lists without
    /// `maxItems`, maps without `maxProperties`, objects of any form. Bounds under `allOf` do not count.
    ///
    /// Without bounds neither the cost of an expression nor the size of what is rendered can be proven.
    pub fn check_bounded(&self) -> Vec<SchemaError> {
        let mut errors = Vec::new();
        self.collect_unbounded(&mut String::new(), &mut errors);
        errors
    }

    fn collect_unbounded(&self, pointer: &mut String, errors: &mut Vec<SchemaError>) {
        if let Some(kind) = self.unbounded() {
            errors.push(SchemaError { pointer: pointer.clone(), kind });
        }
        for (name, property) in &self.properties {
            let token = format!("/properties/{}", name.replace('~', "~0").replace('/', "~1"));
            below(pointer, &token, |pointer| property.collect_unbounded(pointer, errors));
        }
        if let Some(Additional::Schema(schema)) = &self.additional {
            below(pointer, "/additionalProperties", |pointer| schema.collect_unbounded(pointer, errors));
        }
        if let Some(items) = &self.items {
            below(pointer, "/items", |pointer| items.collect_unbounded(pointer, errors));
        }
    }

    fn unbounded(&self) -> Option<Kind> {
        let checks = &self.checks;
        if !checks.allowed.is_empty() {
            return None;
        }
        if self.preserve_unknown {
            let keyword = "x-kubernetes-preserve-unknown-fields";
            return Some(Kind::Unboundable { keyword, instead: "list the fields" });
        }
        if self.additional == Some(Additional::Anything) {
            return Some(Kind::Unboundable { keyword: "additionalProperties: true", instead: "write a schema" });
        }
        let text = self.int_or_string || self.kind == Some(Type::String);
        let by_format = checks.format.as_deref().is_some_and(format::is_bounded);
        if text && checks.max_length.is_none() && !by_format {
            return Some(Kind::Unbounded { what: "text", keyword: "maxLength" });
        }
        if self.kind == Some(Type::Array) && checks.max_items.is_none() {
            return Some(Kind::Unbounded { what: "a list", keyword: "maxItems" });
        }
        let map = matches!(self.additional, Some(Additional::Schema(_)));
        (map && checks.max_properties.is_none()).then_some(Kind::Unbounded { what: "a map", keyword: "maxProperties" })
    }
}

fn below(pointer: &mut String, token: &str, visit: impl FnOnce(&mut String)) {
    let length = pointer.len();
    pointer.push_str(token);
    visit(pointer);
    pointer.truncate(length);
}
