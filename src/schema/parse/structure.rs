//! The rules that make a schema structural (apiextensions-apiserver `schema/validation.go` and
//! `validation/validation.go`).

use super::{Kind, Level, Parser};
use crate::diagnostic::nearest;
use crate::schema::node::{Additional, ListType, MapType, Schema, Type};

impl Parser {
    pub(super) fn structural(&mut self, schema: &Schema, level: Level) {
        self.has_type(schema, level);
        self.exclusions(schema, level);
        self.choices(schema);
        self.merging(schema);
        if schema.embedded_resource {
            self.metadata(schema);
        }
        if self.dialect == super::Dialect::Catalog {
            self.required_names(schema);
        }
    }

    fn has_type(&mut self, schema: &Schema, level: Level) {
        let unknown = self.errors.iter().any(|error| error.pointer.strip_suffix("/type") == Some(&self.pointer));
        match schema.kind {
            None if unknown => {}
            Some(Type::Object) => {}
            Some(other) if level == Level::Root => self.fail_at("type", Kind::RootType(other.keyword())),
            _ if schema.embedded_resource => self.fail(Kind::NoType("object")),
            None if !schema.int_or_string && !schema.preserve_unknown => self.fail(Kind::NoType(likely(schema))),
            _ => {}
        }
        if schema.kind == Some(Type::Array) && schema.items.is_none() {
            let reason = "a list needs the schema of its items";
            self.fail(Kind::Needed { keyword: "items".to_owned(), reason });
        }
    }

    fn exclusions(&mut self, schema: &Schema, level: Level) {
        let preserve = "x-kubernetes-preserve-unknown-fields";
        if schema.int_or_string && schema.preserve_unknown {
            self.forbid(preserve, "an int-or-string has no fields");
        }
        if schema.int_or_string && schema.embedded_resource {
            self.forbid("x-kubernetes-embedded-resource", "an int-or-string is no resource");
        }
        if schema.int_or_string && schema.kind.is_some() && self.dialect == super::Dialect::Catalog {
            self.forbid("type", "`x-kubernetes-int-or-string` says it already: leave the type out");
        }
        if level == Level::Root && schema.nullable {
            self.forbid("nullable", "the root cannot be null");
        }
        let Some(additional) = &schema.additional else { return };
        if level == Level::Root {
            self.forbid("additionalProperties", "not at the root: put the map into a field");
        } else if schema.embedded_resource {
            self.forbid("additionalProperties", "a resource is no map");
        }
        if !schema.properties.is_empty() && *additional != Additional::Anything {
            let reason =
                "an object has `properties`, a map has `additionalProperties`; unknown fields are refused anyway";
            self.forbid("additionalProperties", reason);
        }
    }

    fn merging(&mut self, schema: &Schema) {
        if schema.map_type != MapType::Granular && schema.kind != Some(Type::Object) {
            self.forbid("x-kubernetes-map-type", "only objects have it: add `type: object`");
        }
        if schema.list_type != ListType::Atomic && schema.kind != Some(Type::Array) {
            self.forbid("x-kubernetes-list-type", "only lists have it: add `type: array`");
        }
        if !schema.map_keys.is_empty() && schema.list_type != ListType::Map {
            self.forbid("x-kubernetes-list-map-keys", "only map lists have keys: add `x-kubernetes-list-type: map`");
        }
        let Some(items) = schema.items.as_deref() else { return };
        if schema.list_type != ListType::Atomic && items.nullable {
            self.below("items", |parser| parser.forbid("nullable", "an item of a set or map list cannot be null"));
        }
        match schema.list_type {
            ListType::Atomic => {}
            ListType::Set => self.set_items(items),
            ListType::Map => self.map_items(schema, items),
        }
    }

    fn set_items(&mut self, items: &Schema) {
        let reason = "items of a set compare as a whole: make them atomic";
        self.below("items", |parser| match items.kind {
            Some(Type::Array) if items.list_type != ListType::Atomic => parser.forbid("x-kubernetes-list-type", reason),
            Some(Type::Object) if items.map_type != MapType::Atomic => {
                let keyword = "x-kubernetes-map-type".to_owned();
                parser.fail(Kind::Needed { keyword, reason: "items of a set compare as a whole: write `atomic`" });
            }
            _ => {}
        });
    }

    fn map_items(&mut self, schema: &Schema, items: &Schema) {
        let keyword = "x-kubernetes-list-map-keys";
        if schema.map_keys.is_empty() {
            let reason = "name the fields that tell the items apart";
            return self.fail(Kind::Needed { keyword: keyword.to_owned(), reason });
        }
        if items.kind != Some(Type::Object) {
            return self.below("items", |parser| parser.forbid("type", "items of a map list are objects"));
        }
        for (at, key) in schema.map_keys.iter().enumerate() {
            let twice = schema.map_keys.iter().take(at).any(|earlier| earlier == key);
            let problem = match items.properties.get(key) {
                _ if twice => "is named twice",
                None => "is no property of the items",
                Some(field) if matches!(field.kind, Some(Type::Array | Type::Object)) => "is no scalar",
                Some(field) if field.nullable => "cannot be nullable",
                Some(field) if field.default.is_none() && !items.requires(key) => {
                    "needs a default, or a place in the items' `required`"
                }
                Some(_) => continue,
            };
            let key = key.clone();
            self.below(keyword, |parser| parser.fail_at(&at.to_string(), Kind::MapKey { key, problem }));
        }
    }

    /// `apiVersion`, `kind` and `metadata` of a resource have fixed types.
    fn metadata(&mut self, schema: &Schema) {
        for (name, kind) in [("apiVersion", Type::String), ("kind", Type::String), ("metadata", Type::Object)] {
            let wrong = schema.properties.get(name).is_some_and(|field| field.kind != Some(kind));
            if wrong {
                let reason = "`apiVersion` and `kind` are strings, `metadata` is an object";
                self.below("properties", |parser| parser.below(name, |parser| parser.forbid("type", reason)));
            }
        }
        if !schema.preserve_unknown && schema.properties.is_empty() {
            let reason = "an embedded resource lists its fields, or keeps unknown ones";
            self.fail(Kind::Needed { keyword: "properties".to_owned(), reason });
        }
    }

    /// What the root of a custom resource may not say, since Kubernetes says it.
    pub(super) fn resource_root(&mut self, schema: &Schema) {
        for name in ["apiVersion", "kind", "metadata"] {
            if schema.properties.get(name).is_some_and(|field| field.default.is_some()) {
                self.below("properties", |parser| {
                    parser.below(name, |parser| parser.forbid("default", "Kubernetes fills it in"));
                });
            }
        }
        let Some(metadata) = schema.properties.get("metadata") else { return };
        let known = |name: &String| name == "name" || name == "generateName";
        for name in metadata.properties.keys().filter(|name| !known(name)) {
            let name = name.clone();
            self.below("properties", |parser| {
                parser.below("metadata", |parser| {
                    parser.below("properties", |parser| {
                        parser.forbid(&name, "only `name` and `generateName` may be restricted: all else is implied");
                    });
                });
            });
        }
    }

    /// Nothing could ever be valid, which Kubernetes lets pass and no catalog means.
    fn required_names(&mut self, schema: &Schema) {
        if schema.kind != Some(Type::Object) || schema.preserve_unknown || schema.additional.is_some() {
            return;
        }
        for (at, name) in schema.checks.required.iter().enumerate() {
            if !schema.properties.contains_key(name) {
                let nearest = nearest(name, schema.properties.keys().map(String::as_str));
                let name = name.clone();
                self.below("required", |parser| {
                    parser.fail_at(&at.to_string(), Kind::RequiredUnknown { name, nearest });
                });
            }
        }
    }
}

/// The type that the other keywords speak of.
fn likely(schema: &Schema) -> &'static str {
    let checks = &schema.checks;
    if !schema.properties.is_empty() || schema.additional.is_some() {
        return "object";
    }
    if schema.items.is_some() {
        return "array";
    }
    if checks.minimum.is_some() || checks.maximum.is_some() {
        return "integer";
    }
    "string"
}
