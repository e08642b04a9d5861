//! Plain JSON Schema (draft 2020-12) of a structural schema, for editors and portals that know no Kubernetes.

use serde_json::{Map, Value, json};

use super::node::{Additional, Bound, Checks, ListType, Nested, Schema, Type};

/// The dialect, as its documents name it.
pub const JSON_SCHEMA_DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

impl Schema {
    /// The same as JSON Schema, which takes what this schema takes and knows: fields that are not known are refused,
    /// as they are in claims. Rules in CEL, which it cannot say, are told in `$comment`.
    pub fn to_json_schema(&self) -> Value {
        let mut out = Map::new();
        out.extend(text("title", self.title.as_ref()));
        out.extend(text("description", self.description.as_ref()));
        out.extend(self.default.clone().map(|default| ("default".to_owned(), default)));
        out.extend(self.types().map(|types| ("type".to_owned(), types)));
        checks(&self.checks, self.nullable, &mut out);
        if !self.properties.is_empty() {
            let properties: Map<_, _> =
                self.properties.iter().map(|(name, schema)| (name.clone(), schema.to_json_schema())).collect();
            out.insert("properties".to_owned(), Value::Object(properties));
        }
        let additional = match &self.additional {
            Some(Additional::Schema(schema)) => Some(schema.to_json_schema()),
            Some(Additional::Anything) => None,
            Some(Additional::Nothing) => Some(json!(false)),
            None => (self.kind == Some(Type::Object) && !self.preserve_unknown).then_some(json!(false)),
        };
        out.extend(additional.map(|additional| ("additionalProperties".to_owned(), additional)));
        if let Some(items) = &self.items {
            out.insert("items".to_owned(), items.to_json_schema());
        }
        if self.list_type == ListType::Set {
            out.insert("uniqueItems".to_owned(), json!(true));
        }
        out.extend(self.comment().map(|comment| ("$comment".to_owned(), json!(comment))));
        Value::Object(out)
    }

    fn types(&self) -> Option<Value> {
        let mut types: Vec<_> = match (self.int_or_string, self.kind) {
            (true, _) => vec!["integer", "string"],
            (false, Some(kind)) => vec![kind.keyword()],
            (false, None) => return None,
        };
        if self.nullable {
            types.push("null");
        }
        match types.as_slice() {
            [one] => Some(json!(one)),
            several => Some(json!(several)),
        }
    }

    fn comment(&self) -> Option<String> {
        let reference = self.reference.iter().map(|reference| {
            let keys = reference.keys.join(", ");
            format!("names a {} in the claim's namespace that holds {keys}", reference.kind)
        });
        let rules = self.validations.iter().map(|rule| format!("must hold: {}", rule.rule));
        let all: Vec<_> = reference.chain(rules).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

fn text(key: &str, value: Option<&String>) -> Option<(String, Value)> {
    value.map(|value| (key.to_owned(), json!(value)))
}

fn checks(checks: &Checks, nullable: bool, out: &mut Map<String, Value>) {
    out.extend(text("format", checks.format.as_ref()));
    out.extend(text("pattern", checks.pattern.as_ref().map(|pattern| &pattern.source)));
    if !checks.allowed.is_empty() {
        let mut allowed = checks.allowed.clone();
        if nullable && !allowed.contains(&Value::Null) {
            allowed.push(Value::Null);
        }
        out.insert("enum".to_owned(), Value::Array(allowed));
    }
    for (bound, inclusive, exclusive) in
        [(checks.minimum, "minimum", "exclusiveMinimum"), (checks.maximum, "maximum", "exclusiveMaximum")]
    {
        let Some(Bound { value, exclusive: is_out }) = bound else { continue };
        out.insert(if is_out { exclusive } else { inclusive }.to_owned(), number(value));
    }
    out.extend(checks.multiple_of.map(|factor| ("multipleOf".to_owned(), number(factor))));
    let counts = [
        ("minLength", checks.min_length),
        ("maxLength", checks.max_length),
        ("minItems", checks.min_items),
        ("maxItems", checks.max_items),
        ("minProperties", checks.min_properties),
        ("maxProperties", checks.max_properties),
    ];
    out.extend(counts.into_iter().filter_map(|(key, count)| count.map(|count| (key.to_owned(), json!(count)))));
    if !checks.required.is_empty() {
        out.insert("required".to_owned(), json!(checks.required));
    }
    let lists = [("allOf", &checks.all_of), ("anyOf", &checks.any_of), ("oneOf", &checks.one_of)];
    for (key, all) in lists.into_iter().filter(|(_, all)| !all.is_empty()) {
        out.insert(key.to_owned(), all.iter().map(nested).collect());
    }
    if let Some(not) = &checks.not {
        out.insert("not".to_owned(), nested(not));
    }
}

fn nested(schema: &Nested) -> Value {
    let mut out = Map::new();
    out.extend(schema.kind.map(|kind| ("type".to_owned(), json!(kind.keyword()))));
    checks(&schema.checks, false, &mut out);
    if !schema.properties.is_empty() {
        let properties: Map<_, _> = schema.properties.iter().map(|(name, it)| (name.clone(), nested(it))).collect();
        out.insert("properties".to_owned(), Value::Object(properties));
    }
    out.extend(schema.items.as_ref().map(|items| ("items".to_owned(), nested(items))));
    Value::Object(out)
}

/// A whole number without its fraction, as people write it.
fn number(value: f64) -> Value {
    let whole = format!("{value:.0}").parse::<i64>().ok();
    whole.filter(|_| value.fract() == 0.0).map_or_else(|| json!(value), Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_becomes_the_one_of_the_dialect() {
        let schema = Schema::parse(&json!({
            "type": "object",
            "required": ["size"],
            "properties": {
                "size": {"type": "string", "enum": ["s", "l"], "nullable": true, "description": "how large"},
                "count": {"type": "integer", "minimum": 0, "exclusiveMinimum": true, "maximum": 9, "default": 3},
                "share": {"type": "number", "maximum": 0.5},
                "port": {"x-kubernetes-int-or-string": true},
                "zones": {"type": "array", "maxItems": 3, "x-kubernetes-list-type": "set",
                    "items": {"type": "string", "maxLength": 9, "pattern": "^[a-z]+$"}},
                "labels": {"type": "object", "maxProperties": 2, "additionalProperties": {"type": "string", "maxLength": 4}},
                "tls": {"type": "string", "maxLength": 63, "x-reference": {"kind": "Secret", "keys": ["tls.crt", "tls.key"]}},
            },
        }));
        assert_eq!(
            schema.unwrap().to_json_schema(),
            json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["size"],
                "properties": {
                    "size": {"type": ["string", "null"], "enum": ["s", "l", null], "description": "how large"},
                    "count": {"type": "integer", "exclusiveMinimum": 0, "maximum": 9, "default": 3},
                    "share": {"type": "number", "maximum": 0.5},
                    "port": {"type": ["integer", "string"]},
                    "zones": {"type": "array", "maxItems": 3, "uniqueItems": true,
                        "items": {"type": "string", "maxLength": 9, "pattern": "^[a-z]+$"}},
                    "labels": {"type": "object", "maxProperties": 2, "additionalProperties": {"type": "string", "maxLength": 4}},
                    "tls": {"type": "string", "maxLength": 63,
                        "$comment": "names a Secret in the claim's namespace that holds tls.crt, tls.key"},
                },
            })
        );
    }

    #[test]
    fn what_is_open_stays_open() {
        let schema = Schema::parse(&json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}));
        assert_eq!(schema.unwrap().to_json_schema(), json!({"type": "object"}));
    }
}
