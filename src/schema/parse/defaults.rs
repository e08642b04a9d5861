//! Defaults have to be valid and without unknown fields (apiextensions-apiserver
//! `defaulting/validation.go`).

use super::{Kind, Parser};
use crate::schema::node::{Additional, Schema};

impl Parser {
    /// Judges each default as it is written: what is nested in it gets no further defaults first.
    pub(super) fn defaults(&mut self, schema: &Schema) {
        if let Some(default) = &schema.default {
            for unknown in schema.unknown_fields(default) {
                self.fail_at("default", Kind::DefaultField(unknown));
            }
            for violation in schema.validate(default) {
                self.fail_at("default", Kind::Default(violation));
            }
        }
        for (name, property) in &schema.properties {
            self.below("properties", |parser| parser.below(name, |parser| parser.defaults(property)));
        }
        if let Some(Additional::Schema(below)) = &schema.additional {
            self.below("additionalProperties", |parser| parser.defaults(below));
        }
        if let Some(items) = &schema.items {
            self.below("items", |parser| parser.defaults(items));
        }
    }
}
