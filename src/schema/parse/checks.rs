//! Constraints on values.

use serde_json::{Map, Value};

use super::{Kind, Parser};
use crate::diagnostic::nearest;
use crate::scalar::re2;
use crate::schema::node::{Bound, Checks, CompiledPattern, Dialect, Type};
use crate::schema::{format, violation};

impl Parser {
    /// `kind`: the type of the values, when exactly one is known.
    pub(super) fn checks(&mut self, keywords: &Map<String, Value>, kind: Option<Type>) -> Checks {
        let checks = Checks {
            format: self.format(keywords, kind),
            allowed: self.members(keywords, kind),
            minimum: self.bound(keywords, "minimum", "exclusiveMinimum", kind),
            maximum: self.bound(keywords, "maximum", "exclusiveMaximum", kind),
            multiple_of: self.multiple_of(keywords),
            min_length: self.count(keywords, "minLength"),
            max_length: self.count(keywords, "maxLength"),
            pattern: self.pattern(keywords),
            min_items: self.count(keywords, "minItems"),
            max_items: self.count(keywords, "maxItems"),
            min_properties: self.count(keywords, "minProperties"),
            max_properties: self.count(keywords, "maxProperties"),
            required: self.texts(keywords, "required"),
            all_of: self.alternatives(keywords, "allOf"),
            any_of: self.alternatives(keywords, "anyOf"),
            one_of: self.alternatives(keywords, "oneOf"),
            not: keywords.get("not").map(|not| Box::new(self.below("not", |parser| parser.nested(not)))),
        };
        if self.flag(keywords, "uniqueItems") {
            self.forbid("uniqueItems", "it takes quadratic time: use `x-kubernetes-list-type: set`");
        }
        self.ranges(&checks);
        checks
    }

    fn format(&mut self, keywords: &Map<String, Value>, kind: Option<Type>) -> Option<String> {
        let format = self.text(keywords, "format").filter(|format| !format.is_empty())?;
        if format::is_known(self.dialect, kind, &format) {
            return Some(format);
        }
        if self.dialect == Dialect::Catalog {
            let nearest = nearest(&format, format::names(kind));
            self.fail_at("format", Kind::UnknownFormat { format: violation::cut(&format), nearest });
        }
        None
    }

    fn members(&mut self, keywords: &Map<String, Value>, kind: Option<Type>) -> Vec<Value> {
        let members = self.list(keywords, "enum").to_vec();
        if members.is_empty() && keywords.get("enum").is_some_and(Value::is_array) {
            self.forbid("enum", "an empty list allows nothing: leave it out");
        }
        for (at, member) in members.iter().enumerate() {
            let fits = kind.is_none_or(|kind| member.is_null() || super::super::validate::is_of(member, kind));
            if !fits {
                let kind = kind.map_or("", Type::keyword);
                let quote = kind == "string" && (member.is_boolean() || member.is_number());
                let hint = if quote { "; if you meant the text, quote it" } else { "" }.to_owned();
                let member = violation::show(member);
                self.below("enum", |parser| {
                    parser.fail_at(&at.to_string(), Kind::EnumMember { member, kind, hint });
                });
            }
        }
        members
    }

    fn bound(
        &mut self,
        keywords: &Map<String, Value>,
        keyword: &str,
        exclusive: &str,
        kind: Option<Type>,
    ) -> Option<Bound> {
        let exclusive = self.flag(keywords, exclusive);
        let value = self.read(keywords, keyword, "a number", Value::as_f64)?;
        // Kubernetes refuses every value then.
        if kind == Some(Type::Integer) && value.fract() != 0.0 {
            self.forbid(keyword, "the type is `integer`: write a whole number");
        }
        Some(Bound { value, exclusive })
    }

    fn multiple_of(&mut self, keywords: &Map<String, Value>) -> Option<f64> {
        let factor = self.read(keywords, "multipleOf", "a number", Value::as_f64)?;
        if factor <= 0.0 {
            self.forbid("multipleOf", "it has to be greater than zero");
            return None;
        }
        Some(factor)
    }

    fn count(&mut self, keywords: &Map<String, Value>, keyword: &str) -> Option<u64> {
        self.read(keywords, keyword, "a whole number from 0", Value::as_u64)
    }

    fn pattern(&mut self, keywords: &Map<String, Value>) -> Option<CompiledPattern> {
        let source = self.text(keywords, "pattern").filter(|source| !source.is_empty())?;
        match re2::compile(&source) {
            Ok(regex) => Some(CompiledPattern { source, regex }),
            Err(error) => {
                let reason = error.to_string();
                self.fail_at("pattern", Kind::Pattern { pattern: violation::cut(&source), reason });
                None
            }
        }
    }

    fn ranges(&mut self, checks: &Checks) {
        let number = |bound: Option<Bound>| bound.map(|bound| bound.value);
        let pairs = [
            ("minLength", "maxLength", checks.min_length > checks.max_length && checks.max_length.is_some()),
            ("minItems", "maxItems", checks.min_items > checks.max_items && checks.max_items.is_some()),
            (
                "minProperties",
                "maxProperties",
                checks.min_properties > checks.max_properties && checks.max_properties.is_some(),
            ),
            ("minimum", "maximum", number(checks.minimum) > number(checks.maximum) && checks.maximum.is_some()),
        ];
        // Kubernetes lets such a schema pass; nobody can mean it in a catalog.
        if self.dialect == Dialect::Catalog {
            for (least, most, _) in pairs.into_iter().filter(|(_, _, empty)| *empty) {
                self.fail_at(least, Kind::EmptyRange { least, most });
            }
        }
    }
}
