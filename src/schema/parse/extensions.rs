//! Vendor extensions: Kubernetes' and our own.

use serde_json::{Map, Value};

use super::{Kind, Parser};
use crate::schema::node::{ListType, MapType, Reason, Reference, Schema, ValidationRule};
use crate::schema::violation;

/// Extensions that have a field of their own in [`Schema`].
const PARSED: [&str; 8] = [
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
    "x-kubernetes-int-or-string",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-validations",
    "x-reference",
];

const RULE_KEYWORDS: [&str; 6] = ["rule", "message", "messageExpression", "reason", "fieldPath", "optionalOldSelf"];

impl Parser {
    pub(super) fn extensions(&mut self, keywords: &Map<String, Value>, schema: &mut Schema) {
        schema.list_type = self.choice(
            keywords,
            "x-kubernetes-list-type",
            &[("atomic", ListType::Atomic), ("set", ListType::Set), ("map", ListType::Map)],
            "`atomic`, `set` or `map`",
        );
        schema.map_type = self.choice(
            keywords,
            "x-kubernetes-map-type",
            &[("granular", MapType::Granular), ("atomic", MapType::Atomic)],
            "`granular` or `atomic`",
        );
        schema.map_keys = self.texts(keywords, "x-kubernetes-list-map-keys");
        schema.int_or_string = self.flag(keywords, "x-kubernetes-int-or-string");
        schema.embedded_resource = self.flag(keywords, "x-kubernetes-embedded-resource");
        let preserve = "x-kubernetes-preserve-unknown-fields";
        schema.preserve_unknown = self.flag(keywords, preserve);
        if keywords.get(preserve) == Some(&Value::Bool(false)) {
            self.forbid(preserve, "leave it out: `true` is its only value");
        }
        schema.validations = self.rules(keywords);
        schema.reference = self.reference(keywords);
        let vendor = keywords.iter().filter(|(name, _)| name.starts_with("x-") && !PARSED.contains(&name.as_str()));
        schema.extensions = vendor.map(|(name, value)| (name.clone(), value.clone())).collect();
    }

    fn choice<T: Copy + Default>(
        &mut self,
        keywords: &Map<String, Value>,
        keyword: &str,
        choices: &[(&str, T)],
        expected: &'static str,
    ) -> T {
        let Some(text) = self.text(keywords, keyword) else { return T::default() };
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == text) {
            return *choice;
        }
        let found = format!("`{}`", violation::cut(&text));
        self.fail_at(keyword, Kind::Value { keyword: keyword.to_owned(), expected, found });
        T::default()
    }

    fn rules(&mut self, keywords: &Map<String, Value>) -> Vec<ValidationRule> {
        let list = self.list(keywords, "x-kubernetes-validations");
        self.below("x-kubernetes-validations", |parser| {
            let rules = list.iter().enumerate().map(|(at, rule)| parser.below(&at.to_string(), |p| p.rule(rule)));
            rules.flatten().collect()
        })
    }

    fn rule(&mut self, value: &Value) -> Option<ValidationRule> {
        let Value::Object(keywords) = value else {
            let (keyword, found) = ("x-kubernetes-validations".to_owned(), violation::show(value));
            self.fail(Kind::Value { keyword, expected: "objects with a `rule`", found });
            return None;
        };
        for keyword in keywords.keys().filter(|keyword| !RULE_KEYWORDS.contains(&keyword.as_str())) {
            let nearest = crate::diagnostic::nearest(keyword, RULE_KEYWORDS);
            self.fail_at(keyword, Kind::UnknownKeyword { keyword: keyword.clone(), nearest });
        }
        let rule = self.text(keywords, "rule").unwrap_or_default();
        if rule.trim().is_empty() {
            self.fail(Kind::Needed {
                keyword: "rule".to_owned(),
                reason: "a CEL expression that is true for valid values",
            });
        }
        let message = self.line(keywords, "message");
        if message.is_none() && rule.trim().contains(['\n', '\r']) {
            let reason = "a rule of several lines says nothing by itself";
            self.fail(Kind::Needed { keyword: "message".to_owned(), reason });
        }
        let reasons = [
            ("FieldValueInvalid", Reason::Invalid),
            ("FieldValueForbidden", Reason::Forbidden),
            ("FieldValueRequired", Reason::Required),
            ("FieldValueDuplicate", Reason::Duplicate),
        ];
        let expected = "`FieldValueInvalid`, `FieldValueForbidden`, `FieldValueRequired` or `FieldValueDuplicate`";
        Some(ValidationRule {
            rule,
            message,
            message_expression: self.text(keywords, "messageExpression"),
            reason: self.choice(keywords, "reason", &reasons, expected),
            field_path: self.line(keywords, "fieldPath"),
            optional_old_self: self.read(keywords, "optionalOldSelf", "`true` or `false`", Value::as_bool),
        })
    }

    /// A text of one line that is not blank.
    fn line(&mut self, keywords: &Map<String, Value>, keyword: &str) -> Option<String> {
        let text = self.text(keywords, keyword)?;
        if text.trim().is_empty() || text.trim().contains(['\n', '\r']) {
            self.forbid(keyword, "write one line that is not blank, or leave it out");
        }
        Some(text)
    }

    fn reference(&mut self, keywords: &Map<String, Value>) -> Option<Reference> {
        let reference = self.object(keywords, "x-reference")?.clone();
        self.below("x-reference", |parser| {
            for keyword in reference.keys().filter(|keyword| !["kind", "keys"].contains(&keyword.as_str())) {
                let nearest = crate::diagnostic::nearest(keyword, ["kind", "keys"]);
                parser.fail_at(keyword, Kind::UnknownKeyword { keyword: keyword.clone(), nearest });
            }
            let kind = parser.choice(&reference, "kind", &[("Secret", "Secret")], "`Secret`");
            if !reference.contains_key("kind") {
                parser.fail(Kind::Needed { keyword: "kind".to_owned(), reason: "write `kind: Secret`" });
            }
            Some(Reference { kind: kind.to_owned(), keys: parser.texts(&reference, "keys") })
        })
    }
}
