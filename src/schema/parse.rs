//! From a document to a schema, with every complaint at once.

mod checks;
mod defaults;
mod extensions;
mod nested;
mod structure;

use serde_json::{Map, Value};

use super::error::{SchemaError, SchemaErrorKind as Kind};
use super::node::{Additional, Dialect, MAX_SCHEMA_DEPTH, Schema, Type};
use super::{resource, violation};
use crate::diagnostic::nearest;

impl Schema {
    /// Parses the schema of a profile's parameters or a component's inputs, and checks it as Kubernetes
    /// checks the schema of a custom resource: structure, patterns, list keys, defaults. Beyond that,
    /// formats have to be known.
    pub fn parse(value: &Value) -> Result<Self, Vec<SchemaError>> {
        Parser::run(value, Dialect::Catalog, false)
    }

    /// Parses the `openAPIV3Schema` of a custom resource. `apiVersion`, `kind` and `metadata` are
    /// implied at its root; formats that Kubernetes does not know mean nothing.
    pub fn parse_resource(value: &Value) -> Result<Self, Vec<SchemaError>> {
        Parser::run(value, Dialect::Kubernetes, true)
    }

    /// Parses a schema of Kubernetes' that is not the root of a resource.
    pub fn parse_kubernetes(value: &Value) -> Result<Self, Vec<SchemaError>> {
        Parser::run(value, Dialect::Kubernetes, false)
    }
}

/// What the place of a schema allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Root,
    Item,
    Field,
}

/// Keywords of JSON Schema that structural schemas do without, and what to write instead.
const UNSUPPORTED: [(&str, &str); 12] = [
    ("$ref", "write the schema out where it is used"),
    ("$schema", "leave it out"),
    ("id", "leave it out"),
    ("definitions", "write the schema out where it is used"),
    ("patternProperties", "use `additionalProperties` with a schema"),
    ("dependencies", "write a validation"),
    ("additionalItems", "use `items` with one schema"),
    ("const", "use `enum` with one member"),
    ("if", "write a validation"),
    ("then", "write a validation"),
    ("else", "write a validation"),
    ("$defs", "write the schema out where it is used"),
];

/// Every keyword.
const KEYWORDS: [&str; 40] = [
    "type",
    "nullable",
    "title",
    "description",
    "default",
    "example",
    "externalDocs",
    "properties",
    "additionalProperties",
    "items",
    "format",
    "enum",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "required",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
    "x-kubernetes-int-or-string",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-validations",
    "x-reference",
    "x-kubernetes-group-version-kind",
    "x-kubernetes-unions",
];

/// Whether a keyword is somebody's own, which schemas may carry along.
fn is_vendor(keyword: &str) -> bool {
    keyword.starts_with("x-") && !keyword.starts_with("x-kubernetes-")
}

struct Parser {
    dialect: Dialect,
    pointer: String,
    depth: usize,
    errors: Vec<SchemaError>,
}

impl Parser {
    fn run(value: &Value, dialect: Dialect, resource_root: bool) -> Result<Schema, Vec<SchemaError>> {
        let mut parser = Self { dialect, pointer: String::new(), depth: 0, errors: Vec::new() };
        // Each node of a schema is at most two levels of its document, or four under `allOf` and its like.
        if super::validate::nests_deeper(value, MAX_SCHEMA_DEPTH.saturating_mul(4)) {
            parser.fail(Kind::TooDeep { limit: MAX_SCHEMA_DEPTH });
            return Err(parser.errors);
        }
        let mut schema = parser.schema(value, Level::Root);
        if resource_root && parser.errors.is_empty() {
            parser.resource_root(&schema);
            resource::imply(&mut schema);
        }
        if parser.errors.is_empty() {
            parser.defaults(&schema);
        }
        if parser.errors.is_empty() {
            return Ok(schema);
        }
        parser.errors.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        Err(parser.errors)
    }

    fn fail(&mut self, kind: Kind) {
        self.errors.push(SchemaError { pointer: self.pointer.clone(), kind });
    }

    fn fail_at(&mut self, keyword: &str, kind: Kind) {
        self.below(keyword, |parser| parser.fail(kind));
    }

    fn forbid(&mut self, keyword: &str, reason: &'static str) {
        self.fail_at(keyword, Kind::Forbidden { keyword: keyword.to_owned(), reason });
    }

    /// Runs `parse` one step further down in the document.
    fn below<T>(&mut self, token: &str, parse: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
        let result = parse(self);
        self.pointer.truncate(length);
        result
    }

    fn schema(&mut self, value: &Value, level: Level) -> Schema {
        let mut schema = Schema { dialect: self.dialect, ..Schema::default() };
        let Value::Object(keywords) = value else {
            self.fail(Kind::NotASchema(violation::show(value)));
            return schema;
        };
        if self.depth >= MAX_SCHEMA_DEPTH {
            self.fail(Kind::TooDeep { limit: MAX_SCHEMA_DEPTH });
            return schema;
        }
        self.depth = self.depth.saturating_add(1);
        self.known_keywords(keywords);
        self.type_keyword(keywords, &mut schema);
        self.generic(keywords, &mut schema);
        self.structure(keywords, &mut schema);
        self.extensions(keywords, &mut schema);
        let kind = schema.kind.filter(|_| !schema.int_or_string);
        schema.checks = self.checks(keywords, kind);
        self.structural(&schema, level);
        if schema.embedded_resource {
            resource::imply(&mut schema);
        }
        self.depth = self.depth.saturating_sub(1);
        schema
    }

    fn known_keywords(&mut self, keywords: &Map<String, Value>) {
        for keyword in keywords.keys() {
            if let Some((_, instead)) = UNSUPPORTED.iter().find(|(name, _)| name == keyword) {
                self.fail_at(keyword, Kind::Unsupported(keyword.clone(), instead));
            } else if !KEYWORDS.contains(&keyword.as_str()) && !is_vendor(keyword) {
                let nearest = nearest(keyword, KEYWORDS);
                self.fail_at(keyword, Kind::UnknownKeyword { keyword: keyword.clone(), nearest });
            }
        }
    }

    fn type_keyword(&mut self, keywords: &Map<String, Value>, schema: &mut Schema) {
        let Some(text) = self.text(keywords, "type") else { return };
        schema.kind = Type::from_keyword(&text);
        if text == "null" {
            self.forbid("type", "write `nullable: true` beside another type");
        } else if schema.kind.is_none() {
            self.fail_at("type", Kind::UnknownType { found: violation::cut(&text) });
        }
    }

    fn generic(&mut self, keywords: &Map<String, Value>, schema: &mut Schema) {
        schema.nullable = self.flag(keywords, "nullable");
        schema.title = self.text(keywords, "title");
        schema.description = self.text(keywords, "description");
        schema.default = keywords.get("default").filter(|default| !default.is_null()).cloned();
    }

    fn structure(&mut self, keywords: &Map<String, Value>, schema: &mut Schema) {
        if let Some(properties) = self.object(keywords, "properties") {
            for (name, property) in properties {
                let property = self
                    .below("properties", |parser| parser.below(name, |parser| parser.schema(property, Level::Field)));
                schema.properties.insert(name.clone(), property);
            }
        }
        schema.additional = match keywords.get("additionalProperties") {
            None => None,
            Some(Value::Bool(true)) => Some(Additional::Anything),
            Some(Value::Bool(false)) => Some(Additional::Nothing),
            Some(value) => {
                let below = self.below("additionalProperties", |parser| parser.schema(value, Level::Field));
                Some(Additional::Schema(Box::new(below)))
            }
        };
        schema.items = match keywords.get("items") {
            None => None,
            Some(Value::Array(_)) => {
                self.forbid("items", "one schema holds for all items, not a list of schemas");
                None
            }
            Some(value) => Some(Box::new(self.below("items", |parser| parser.schema(value, Level::Item)))),
        };
    }

    fn object<'a>(&mut self, keywords: &'a Map<String, Value>, keyword: &str) -> Option<&'a Map<String, Value>> {
        self.read(keywords, keyword, "an object", Value::as_object)
    }

    fn text(&mut self, keywords: &Map<String, Value>, keyword: &str) -> Option<String> {
        self.read(keywords, keyword, "text", Value::as_str).map(str::to_owned)
    }

    fn flag(&mut self, keywords: &Map<String, Value>, keyword: &str) -> bool {
        self.read(keywords, keyword, "`true` or `false`", Value::as_bool).unwrap_or(false)
    }

    fn list<'a>(&mut self, keywords: &'a Map<String, Value>, keyword: &str) -> &'a [Value] {
        self.read(keywords, keyword, "a list", Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn texts(&mut self, keywords: &Map<String, Value>, keyword: &str) -> Vec<String> {
        let list = self.list(keywords, keyword);
        let mut texts = Vec::new();
        for (at, item) in list.iter().enumerate() {
            match item.as_str() {
                Some(text) => texts.push(text.to_owned()),
                None => self.below(keyword, |parser| {
                    let (keyword, found) = (keyword.to_owned(), violation::show(item));
                    parser.fail_at(&at.to_string(), Kind::Value { keyword, expected: "texts", found });
                }),
            }
        }
        texts
    }

    fn read<'a, T>(
        &mut self,
        keywords: &'a Map<String, Value>,
        keyword: &str,
        expected: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = keywords.get(keyword)?;
        let result = read(value);
        if result.is_none() {
            let found = violation::show(value);
            self.fail_at(keyword, Kind::Value { keyword: keyword.to_owned(), expected, found });
        }
        result
    }
}
