//! Whether one schema judges as another does.

use super::node::{Additional, Schema};

impl Schema {
    /// Whether this schema says of every value without unknown fields under `base` exactly what `base` says:
    /// both are the same but for texts, and for fields that only this one has.
    ///
    /// Such a field changes nothing as long as it is absent: it has no default, is not required, and no
    /// value that `base` accepts could hold it.
    pub fn extends(&self, base: &Self) -> bool {
        let additional = match (&self.additional, &base.additional) {
            (Some(Additional::Schema(own)), Some(Additional::Schema(base))) => own.extends(base),
            (own, base) => own == base,
        };
        let items = match (&self.items, &base.items) {
            (Some(own), Some(base)) => own.extends(base),
            (own, base) => own == base,
        };
        additional && items && self.says_the_same(base) && self.fields_extend(base)
    }

    fn fields_extend(&self, base: &Self) -> bool {
        let open = base.preserve_unknown || base.additional.is_some();
        let mut new = self.properties.iter().filter(|(name, _)| !base.properties.contains_key(*name));
        let mut kept = base.properties.iter();
        kept.all(|(name, field)| self.properties.get(name).is_some_and(|own| own.extends(field)))
            && new.all(|(_, field)| !open && field.default.is_none())
    }

    /// All that is said about the value itself, and no default that fills in a field unknown to `base`.
    fn says_the_same(&self, base: &Self) -> bool {
        let forms = |it: &Self| (it.kind, it.nullable, it.int_or_string, it.preserve_unknown, it.embedded_resource);
        let lists = |it: &Self| (it.list_type, it.map_type, it.dialect);
        let default_is_known = base.default.as_ref().is_none_or(|default| base.unknown_fields(default).is_empty());
        forms(self) == forms(base)
            && lists(self) == lists(base)
            && self.map_keys == base.map_keys
            && self.default == base.default
            && self.checks == base.checks
            && self.validations == base.validations
            && default_is_known
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn extends(own: Value, base: Value) -> bool {
        let schema =
            |properties: Value| Schema::parse_kubernetes(&json!({"type": "object", "properties": properties})).unwrap();
        schema(own).extends(&schema(base))
    }

    #[test]
    fn a_schema_extends_itself_whatever_its_texts_say() {
        let described = json!({"size": {"type": "integer", "minimum": 1, "description": "how large"}});
        assert!(extends(described, json!({"size": {"type": "integer", "minimum": 1}})));
    }

    #[test]
    fn fields_may_be_new_and_none_may_be_lost() {
        let (less, more) =
            (json!({"a": {"type": "string"}}), json!({"a": {"type": "string"}, "b": {"type": "string"}}));
        assert!(extends(more.clone(), less.clone()));
        assert!(!extends(less, more));
    }

    #[test]
    fn a_new_field_with_a_default_is_there_at_once() {
        assert!(!extends(json!({"a": {"type": "string", "default": "x"}}), json!({})));
    }

    #[test]
    fn a_constraint_that_differs_anywhere_is_seen() {
        let list = |item: Value| json!({"a": {"type": "array", "items": item}});
        assert!(!extends(list(json!({"type": "string", "maxLength": 3})), list(json!({"type": "string"}))));
        let map = |value: Value| json!({"a": {"type": "object", "additionalProperties": value}});
        assert!(!extends(map(json!({"type": "string"})), map(json!({"type": "string", "maxLength": 3}))));
        let rule = |rule: &str| json!({"a": {"type": "string", "x-kubernetes-validations": [{"rule": rule}]}});
        assert!(!extends(rule("self != ''"), rule("self == ''")));
    }

    #[test]
    fn what_kept_unknown_fields_could_hold_the_new_one_already() {
        let open = |fields: Value| json!({"a": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": fields}});
        assert!(!extends(open(json!({"b": {"type": "string"}})), open(json!({}))));
        assert!(extends(open(json!({})), open(json!({}))));
    }
}
