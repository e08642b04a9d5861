//! The parsed schema.

use std::collections::BTreeMap;

use serde_json::Value;

use super::path::{Path, Pattern, Segment, Step};

/// How deep a schema may nest, in schema nodes; deeper ones are refused, so that no walk over a schema
/// can exhaust the stack. The deepest published CRDs stay below 30.
pub const MAX_SCHEMA_DEPTH: usize = 64;

/// How deep a value may nest: `serde_json`'s own limit for text. Values come from elsewhere too.
pub const MAX_VALUE_DEPTH: usize = 128;

/// `type` of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// `object`
    Object,
    /// `array`
    Array,
    /// `string`
    String,
    /// `integer`: 64-bit signed
    Integer,
    /// `number`: IEEE 754 double, whole or not
    Number,
    /// `boolean`
    Boolean,
}

impl Type {
    /// Every type, with the keyword that names it.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Object, "object"),
        (Self::Array, "array"),
        (Self::String, "string"),
        (Self::Integer, "integer"),
        (Self::Number, "number"),
        (Self::Boolean, "boolean"),
    ];

    /// The keyword that names it.
    pub fn keyword(self) -> &'static str {
        Self::ALL.iter().find(|(own, _)| *own == self).map_or("", |(_, keyword)| keyword)
    }

    /// The type that a keyword names.
    pub fn from_keyword(keyword: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, own)| *own == keyword).map(|(own, _)| *own)
    }
}

/// `additionalProperties`: what an object may hold beyond `properties`.
#[derive(Clone, Debug, PartialEq)]
pub enum Additional {
    /// `false`: nothing.
    Nothing,
    /// `true`: any key; what its value holds is unknown, and pruned.
    Anything,
    /// Any key, whose value follows the schema.
    Schema(Box<Schema>),
}

/// `x-kubernetes-list-type`: how lists merge and compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListType {
    /// As a whole, in order. The default.
    #[default]
    Atomic,
    /// By value, in any order.
    Set,
    /// By the key fields of each item, in any order.
    Map,
}

/// `x-kubernetes-map-type`: how objects merge and compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MapType {
    /// Field by field. The default.
    #[default]
    Granular,
    /// As a whole.
    Atomic,
}

/// `reason` of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reason {
    /// `FieldValueInvalid`
    #[default]
    Invalid,
    /// `FieldValueForbidden`
    Forbidden,
    /// `FieldValueRequired`
    Required,
    /// `FieldValueDuplicate`
    Duplicate,
}

/// One entry of `x-kubernetes-validations`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidationRule {
    /// The CEL expression: true means valid.
    pub rule: String,
    /// What a failure says, when no `message_expression` gives a text.
    pub message: Option<String>,
    /// A CEL expression for the text of a failure.
    pub message_expression: Option<String>,
    /// Kind of failure.
    pub reason: Reason,
    /// Where the failure is shown, relative to the rule's place: `.spec.field` or `['a.b']`.
    pub field_path: Option<String>,
    /// `oldSelf` is an optional, and the rule runs on creation too; `None` where it is not said.
    pub optional_old_self: Option<bool>,
}

/// `x-reference`: the text names an object in the claim's own namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Kind of the object.
    pub kind: String,
    /// Data keys that it has to hold.
    pub keys: Vec<String>,
}

/// Whose schema language is spoken. They differ in formats only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Profiles and components: every format is known, and strict.
    #[default]
    Catalog,
    /// Custom resource definitions: Kubernetes' formats, unknown ones mean nothing.
    Kubernetes,
}

/// A `pattern`, compiled within bounds.
#[derive(Clone, Debug)]
pub struct CompiledPattern {
    /// As written.
    pub source: String,
    /// Searches, as Kubernetes does: an unanchored pattern matches anywhere.
    pub regex: regex::Regex,
}

impl PartialEq for CompiledPattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// One bound of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// The bound, a double as in Kubernetes.
    pub value: f64,
    /// Whether the bound itself is out.
    pub exclusive: bool,
}

/// Constraints on a value that its structure does not tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checks {
    /// `format`
    pub format: Option<String>,
    /// `enum`; empty where it is not said
    pub allowed: Vec<Value>,
    /// `minimum`
    pub minimum: Option<Bound>,
    /// `maximum`
    pub maximum: Option<Bound>,
    /// `multipleOf`
    pub multiple_of: Option<f64>,
    /// `minLength`, in characters
    pub min_length: Option<u64>,
    /// `maxLength`, in characters
    pub max_length: Option<u64>,
    /// `pattern`
    pub pattern: Option<CompiledPattern>,
    /// `minItems`
    pub min_items: Option<u64>,
    /// `maxItems`
    pub max_items: Option<u64>,
    /// `minProperties`
    pub min_properties: Option<u64>,
    /// `maxProperties`
    pub max_properties: Option<u64>,
    /// `required`
    pub required: Vec<String>,
    /// `allOf`
    pub all_of: Vec<Nested>,
    /// `anyOf`
    pub any_of: Vec<Nested>,
    /// `oneOf`
    pub one_of: Vec<Nested>,
    /// `not`
    pub not: Option<Box<Nested>>,
}

/// A schema under `allOf`, `anyOf`, `oneOf` or `not`: constraints only, no structure of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Nested {
    /// `type`, which only the two forms of int-or-string may have.
    pub kind: Option<Type>,
    /// Constraints on the value.
    pub checks: Checks,
    /// Constraints on fields.
    pub properties: BTreeMap<String, Nested>,
    /// Constraints on list items.
    pub items: Option<Box<Nested>>,
}

/// A structural schema, or one node of it.
#[expect(clippy::struct_excessive_bools, reason = "the keywords of the format are booleans")]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// `type`; absent under `x-kubernetes-int-or-string` and, if so written, under
    /// `x-kubernetes-preserve-unknown-fields`.
    pub kind: Option<Type>,
    /// `nullable`
    pub nullable: bool,
    /// `title`
    pub title: Option<String>,
    /// `description`
    pub description: Option<String>,
    /// `default`; `default: null` is no default
    pub default: Option<Value>,
    /// `properties`
    pub properties: BTreeMap<String, Schema>,
    /// `additionalProperties`
    pub additional: Option<Additional>,
    /// `items`
    pub items: Option<Box<Schema>>,
    /// Constraints on the value.
    pub checks: Checks,
    /// `x-kubernetes-list-type`
    pub list_type: ListType,
    /// `x-kubernetes-list-map-keys`
    pub map_keys: Vec<String>,
    /// `x-kubernetes-map-type`
    pub map_type: MapType,
    /// `x-kubernetes-int-or-string`
    pub int_or_string: bool,
    /// `x-kubernetes-preserve-unknown-fields`
    pub preserve_unknown: bool,
    /// `x-kubernetes-embedded-resource`; also the root of a resource
    pub embedded_resource: bool,
    /// `x-kubernetes-validations`
    pub validations: Vec<ValidationRule>,
    /// `x-reference`
    pub reference: Option<Reference>,
    /// All other `x-` keywords, as written.
    pub extensions: BTreeMap<String, Value>,
    /// Whose formats `checks.format` names.
    pub dialect: Dialect,
}

impl Schema {
    /// The schema of a field or map key; `None` where the schema knows no such field.
    pub fn field(&self, name: &str) -> Option<&Self> {
        self.properties.get(name).or(match &self.additional {
            Some(Additional::Schema(schema)) => Some(schema),
            _ => None,
        })
    }

    /// The schema of a place: through `properties`, `additionalProperties` and `items`.
    pub fn at(&self, path: &Path) -> Option<&Self> {
        path.segments().iter().try_fold(self, |at, segment| match segment {
            Segment::Field(name) => at.field(name),
            Segment::Index(_) | Segment::Key(_) => at.items.as_deref(),
        })
    }

    /// Whether a field must be present.
    pub fn requires(&self, name: &str) -> bool {
        self.checks.required.iter().any(|own| own == name)
    }

    /// Whether this is a map: any key, one schema.
    pub fn is_map(&self) -> bool {
        self.additional.is_some() && self.properties.is_empty()
    }

    /// The places whose values change as one (`diff` names no others but emptied containers): scalars,
    /// lists that merge as a whole, map lists as `[*]` and below, maps as `.*`, objects of any form as
    /// `.**`. In order.
    pub fn leaf_paths(&self) -> Vec<Pattern> {
        let mut leaves = Vec::new();
        self.collect_leaves(&mut Vec::new(), &mut leaves);
        leaves.sort();
        leaves
    }

    fn collect_leaves(&self, steps: &mut Vec<Step>, leaves: &mut Vec<Pattern>) {
        let mut below = |step: Step, schema: &Self| {
            steps.push(step);
            schema.collect_leaves(steps, leaves);
            steps.pop();
        };
        let mut inner = false;
        if self.map_type == MapType::Granular {
            for (name, schema) in &self.properties {
                below(Step::Exact(Segment::Field(name.clone())), schema);
                inner = true;
            }
            if let Some(Additional::Schema(schema)) = &self.additional {
                below(Step::AnyField, schema);
                inner = true;
            }
        }
        if let (ListType::Map, Some(items)) = (self.list_type, &self.items) {
            below(Step::AnyItem, items);
            inner = true;
        }
        let open = self.preserve_unknown || matches!(self.additional, Some(Additional::Anything));
        if open && self.map_type == MapType::Granular && self.kind != Some(Type::Array) {
            steps.push(Step::Below);
            leaves.push(Pattern::new(steps.clone()));
            steps.pop();
        } else if !inner {
            leaves.push(Pattern::new(steps.clone()));
        }
    }
}
