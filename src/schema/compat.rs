//! What another version of a schema means for those who wrote by the one before: a report over a closed list of kinds.

use serde_json::Value as Json;

use super::node::{Additional, Bound, Checks, Schema};

/// What a difference of two schemas does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Some values that were taken are refused now.
    Tightened,
    /// Some values that were refused are taken now, and none the other way.
    Loosened,
    /// Both may be.
    Changed,
    /// Who leaves it out gets something else.
    Default,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaChange {
    /// The place in values; `[*]` for items of lists and `*` for keys of maps.
    pub path: String,
    /// What it does.
    pub effect: Effect,
    /// What differs, in words.
    pub what: String,
}

/// Every difference between two versions of a schema, in order of place.
pub fn schema_changes(old: &Schema, new: &Schema) -> Vec<SchemaChange> {
    let mut report = Comparing { found: Vec::new() };
    report.schemas("", old, new);
    report.found
}

struct Comparing {
    found: Vec<SchemaChange>,
}

impl Comparing {
    fn add(&mut self, path: &str, effect: Effect, what: impl Into<String>) {
        self.found.push(SchemaChange { path: path.to_owned(), effect, what: what.into() });
    }

    fn schemas(&mut self, path: &str, old: &Schema, new: &Schema) {
        let kind = |schema: &Schema| match (schema.int_or_string, schema.kind) {
            (true, _) => "integer or string",
            (false, Some(kind)) => kind.keyword(),
            (false, None) => "anything",
        };
        if kind(old) != kind(new) {
            return self.add(path, Effect::Changed, format!("is {}, was {}", kind(new), kind(old)));
        }
        match (old.nullable, new.nullable) {
            (true, false) => self.add(path, Effect::Tightened, "may not be null any more"),
            (false, true) => self.add(path, Effect::Loosened, "may be null"),
            _ => {}
        }
        if old.default != new.default {
            let shown = |value: &Option<Json>| value.as_ref().map_or_else(|| "nothing".to_owned(), Json::to_string);
            let what = format!("defaults to {}, was {}", shown(&new.default), shown(&old.default));
            self.add(path, Effect::Default, what);
        }
        self.bounds(path, &old.checks, &new.checks);
        self.words(path, &old.checks, &new.checks);
        if others(old) != others(new) {
            self.add(path, Effect::Changed, "other constraints differ");
        }
        self.properties(path, old, new);
        if let (Some(old), Some(new)) = (&old.items, &new.items) {
            self.schemas(&format!("{path}[*]"), old, new);
        }
        match (&old.additional, &new.additional) {
            (Some(Additional::Schema(old)), Some(Additional::Schema(new))) => {
                self.schemas(&below(path, "*"), old, new);
            }
            (old, new) if old != new => self.add(path, Effect::Changed, "takes other keys"),
            _ => {}
        }
    }

    fn properties(&mut self, path: &str, old: &Schema, new: &Schema) {
        for (name, before) in &old.properties {
            let here = below(path, name);
            let Some(after) = new.properties.get(name) else {
                self.add(&here, Effect::Tightened, "is gone");
                continue;
            };
            match (old.requires(name), new.requires(name)) {
                (false, true) if after.default.is_none() => self.add(&here, Effect::Tightened, "is required"),
                (true, false) => self.add(&here, Effect::Loosened, "is not required any more"),
                _ => {}
            }
            self.schemas(&here, before, after);
        }
        for name in new.properties.keys().filter(|name| !old.properties.contains_key(*name)) {
            let default = new.properties.get(name).is_some_and(|schema| schema.default.is_some());
            let (effect, what) = if new.requires(name) && !default {
                (Effect::Tightened, "is new and required")
            } else {
                (Effect::Loosened, "is new")
            };
            self.add(&below(path, name), effect, what);
        }
    }

    fn bounds(&mut self, path: &str, old: &Checks, new: &Checks) {
        let count = |count: Option<u64>| count.map(|count| (count, count.to_string()));
        let counts = [
            ("minLength", old.min_length, new.min_length, true),
            ("maxLength", old.max_length, new.max_length, false),
            ("minItems", old.min_items, new.min_items, true),
            ("maxItems", old.max_items, new.max_items, false),
            ("minProperties", old.min_properties, new.min_properties, true),
            ("maxProperties", old.max_properties, new.max_properties, false),
        ];
        for (keyword, old, new, least) in counts {
            self.bound(path, keyword, count(old), count(new), least);
        }
        let number = |bound: Option<Bound>, least: bool| {
            let bound = bound?;
            // A bound that is out itself is the stricter of two at one place.
            let out = if bound.exclusive { "exclusive " } else { "" };
            let strict = bound.exclusive == least;
            Some(((bound.value, strict), format!("{out}{}", bound.value)))
        };
        self.bound(path, "minimum", number(old.minimum, true), number(new.minimum, true), true);
        self.bound(path, "maximum", number(old.maximum, false), number(new.maximum, false), false);
    }

    /// `least`: values have to lie above.
    fn bound<T: PartialOrd>(
        &mut self,
        path: &str,
        keyword: &str,
        old: Option<(T, String)>,
        new: Option<(T, String)>,
        least: bool,
    ) {
        match (old, new) {
            (None, Some((_, now))) => self.add(path, Effect::Tightened, format!("has {keyword} {now}, had none")),
            (Some((_, was)), None) => self.add(path, Effect::Loosened, format!("has no {keyword}, had {was}")),
            (Some((old, was)), Some((new, now))) if old != new => {
                let effect = if (new > old) == least { Effect::Tightened } else { Effect::Loosened };
                self.add(path, effect, format!("has {keyword} {now}, had {was}"));
            }
            _ => {}
        }
    }

    /// Enumerations, patterns, formats and factors.
    fn words(&mut self, path: &str, old: &Checks, new: &Checks) {
        let listed = |values: &[&Json]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match (old.allowed.is_empty(), new.allowed.is_empty()) {
            (true, false) => self.add(path, Effect::Tightened, "takes listed values alone"),
            (false, true) => self.add(path, Effect::Loosened, "takes other values than listed"),
            _ => {
                let gone: Vec<_> = old.allowed.iter().filter(|value| !new.allowed.contains(value)).collect();
                let fresh: Vec<_> = new.allowed.iter().filter(|value| !old.allowed.contains(value)).collect();
                if !gone.is_empty() {
                    self.add(path, Effect::Tightened, format!("does not take {} any more", listed(&gone)));
                }
                if !fresh.is_empty() {
                    self.add(path, Effect::Loosened, format!("takes {} too", listed(&fresh)));
                }
            }
        }
        let pattern = |checks: &Checks| checks.pattern.as_ref().map(|pattern| pattern.source.clone());
        let factor = |checks: &Checks| checks.multiple_of.map(|factor| factor.to_string());
        let texts = [
            ("pattern", pattern(old), pattern(new)),
            ("format", old.format.clone(), new.format.clone()),
            ("multipleOf", factor(old), factor(new)),
        ];
        for (keyword, old, new) in texts {
            match (old, new) {
                (None, Some(now)) => self.add(path, Effect::Tightened, format!("has the {keyword} `{now}`, had none")),
                (Some(was), None) => self.add(path, Effect::Loosened, format!("has no {keyword}, had `{was}`")),
                (Some(was), Some(now)) if was != now => {
                    self.add(path, Effect::Changed, format!("has the {keyword} `{now}`, had `{was}`"));
                }
                _ => {}
            }
        }
    }
}

/// What is compared as a whole: nobody reads its direction from the text.
fn others(schema: &Schema) -> impl PartialEq + use<> {
    let Checks { all_of, any_of, one_of, not, .. } = schema.checks.clone();
    let reference = schema.reference.clone();
    (all_of, any_of, one_of, not, schema.validations.clone(), reference, schema.list_type, schema.preserve_unknown)
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn changes(old: &Json, new: &Json) -> Vec<String> {
        let schema =
            |property: &Json| Schema::parse(&json!({"type": "object", "properties": {"p": property}})).unwrap();
        let found = schema_changes(&schema(old), &schema(new));
        found.iter().map(|it| format!("{:?} {}: {}", it.effect, it.path, it.what)).collect()
    }

    #[test]
    fn bounds_have_a_direction() {
        let old = json!({"type": "integer", "minimum": 1, "maximum": 9});
        let new = json!({"type": "integer", "minimum": 1, "exclusiveMinimum": true, "maximum": 12});
        let expected = ["Tightened p: has minimum exclusive 1, had 1", "Loosened p: has maximum 12, had 9"];
        assert_eq!(changes(&old, &new), expected);
        assert_eq!(changes(&new, &old)[1], "Tightened p: has maximum 9, had 12");
        let (short, long) = (json!({"type": "string", "maxLength": 5}), json!({"type": "string", "maxLength": 8}));
        assert_eq!(changes(&long, &short), ["Tightened p: has maxLength 5, had 8"]);
        assert_eq!(changes(&json!({"type": "string"}), &short), ["Tightened p: has maxLength 5, had none"]);
        assert_eq!(changes(&short, &short), [""; 0]);
    }

    #[test]
    fn values_and_defaults_come_and_go() {
        let old = json!({"type": "string", "enum": ["a", "b"], "default": "a"});
        let new = json!({"type": "string", "enum": ["b", "c"], "default": "b"});
        assert_eq!(
            changes(&old, &new),
            [
                "Default p: defaults to \"b\", was \"a\"",
                "Tightened p: does not take \"a\" any more",
                "Loosened p: takes \"c\" too",
            ]
        );
    }

    #[test]
    fn parameters_come_and_go_at_any_depth() {
        let old = json!({"type": "object", "properties": {"x": {"type": "boolean"}, "l": {"type": "array", "items": {"type": "integer"}}}});
        let new = json!({"type": "object", "required": ["y"], "properties": {"y": {"type": "boolean"},
            "z": {"type": "boolean"}, "l": {"type": "array", "items": {"type": "integer", "maximum": 3}}}});
        assert_eq!(
            changes(&old, &new),
            [
                "Tightened p.l[*]: has maximum 3, had none",
                "Tightened p.x: is gone",
                "Tightened p.y: is new and required",
                "Loosened p.z: is new",
            ]
        );
        assert_eq!(changes(&old, &json!({"type": "string"})), ["Changed p: is string, was object"]);
    }
}
