//! What a schema allows: its values at the bounds, all of them where they are few, and any of them.

use serde_json::{Map, Value as Json, json};

use crate::schema::{Additional, Schema, Type};

use super::Rng;
use super::samples::texts;

/// Values that a schema allows.
#[derive(Clone, Debug, Default)]
pub struct Domain {
    /// Some of them, those at bounds first.
    pub values: Vec<Json>,
    /// Whether these are all.
    pub complete: bool,
    /// Properties that no value was found for, by their dotted path.
    pub without: Vec<String>,
}

/// Most whole numbers that count as few.
const FEW_NUMBERS: i64 = 64;
/// Values of one place that are combined with those of others.
const AT_ONE_PLACE: usize = 32;

/// What `schema` allows: all of it where that is at most `limit` values, otherwise values at its bounds. `known` are
/// values that people have said at the same place.
pub fn domain(schema: &Schema, known: &[&Json], limit: usize) -> Domain {
    let mut domain = unchecked(schema, known, limit);
    if schema.nullable {
        domain.values.push(Json::Null);
    }
    let mut seen = Vec::new();
    domain.values.retain(|value| {
        let fresh = valid(schema, value) && !seen.contains(value);
        if fresh {
            seen.push(value.clone());
        }
        fresh
    });
    domain
}

/// Whether a schema takes a value, after its defaults.
fn valid(schema: &Schema, value: &Json) -> bool {
    let mut whole = value.clone();
    schema.apply_defaults(&mut whole);
    schema.normalise_numbers(&mut whole);
    schema.unknown_fields(value).is_empty() && schema.validate(&whole).is_empty()
}

fn unchecked(schema: &Schema, known: &[&Json], limit: usize) -> Domain {
    let some = |values: Vec<Json>| Domain { values, ..Domain::default() };
    let all = |values: Vec<Json>| Domain { values, complete: true, without: Vec::new() };
    if !schema.checks.allowed.is_empty() {
        return all(schema.checks.allowed.clone());
    }
    let said = schema.default.iter().chain(known.iter().copied()).cloned();
    if schema.int_or_string {
        return some(said.chain([json!(1), json!("50%")]).collect());
    }
    match schema.kind {
        Some(Type::Boolean) => all(vec![json!(false), json!(true)]),
        Some(Type::Integer) => numbers(schema, said.collect()),
        Some(Type::Number) => {
            let bounds = [schema.checks.minimum, schema.checks.maximum].into_iter().flatten();
            let near = bounds.flat_map(|bound| [bound.value, bound.value + 0.5, bound.value - 0.5]);
            some(said.chain(near.chain([0.0, 1.0, 0.5]).map(|number| json!(number))).collect())
        }
        Some(Type::String) => some(said.chain(texts(schema).into_iter().map(Json::String)).collect()),
        Some(Type::Array) => lists(schema, said.collect(), limit),
        Some(Type::Object) if schema.is_map() => maps(schema, said.collect(), limit),
        Some(Type::Object) => objects(schema, known, limit),
        None => some(said.collect()),
    }
}

fn numbers(schema: &Schema, said: Vec<Json>) -> Domain {
    let whole = |bound: Option<crate::schema::Bound>, inwards: i64| {
        let bound = bound?;
        // Bounds are doubles, as in Kubernetes; one beyond 64 bits bounds nothing.
        let text = format!("{:.0}", if inwards > 0 { bound.value.ceil() } else { bound.value.floor() });
        let edge = text.parse::<i64>().ok()?;
        let is_out = bound.exclusive && text.parse::<f64>().is_ok_and(|edge| edge.total_cmp(&bound.value).is_eq());
        if is_out { edge.checked_add(inwards) } else { Some(edge) }
    };
    let (least, most) = (whole(schema.checks.minimum, 1), whole(schema.checks.maximum, -1));
    if let (Some(least), Some(most)) = (least, most)
        && most.checked_sub(least).is_some_and(|count| count < FEW_NUMBERS)
    {
        return Domain { values: (least..=most).map(Json::from).collect(), complete: true, without: Vec::new() };
    }
    let edges = [least, most, least.and_then(|it| it.checked_add(1)), most.and_then(|it| it.checked_sub(1))];
    let values = said.into_iter().chain(edges.into_iter().flatten().chain([0, 1]).map(Json::from)).collect();
    Domain { values, ..Domain::default() }
}

fn lists(schema: &Schema, mut said: Vec<Json>, limit: usize) -> Domain {
    let items = schema.items.as_deref().map(|items| domain(items, &[], limit)).unwrap_or_default();
    said.push(json!([]));
    said.extend(items.values.iter().take(AT_ONE_PLACE).map(|item| json!([item])));
    let most = schema.checks.max_items.and_then(|most| usize::try_from(most).ok()).unwrap_or(2);
    for count in [schema.checks.min_items.and_then(|least| usize::try_from(least).ok()).unwrap_or(2), most] {
        let count = count.min(AT_ONE_PLACE);
        said.push(items.values.iter().cycle().take(count).cloned().collect());
        said.push(items.values.iter().take(count).cloned().collect());
    }
    Domain { values: said, ..Domain::default() }
}

fn maps(schema: &Schema, mut said: Vec<Json>, limit: usize) -> Domain {
    said.push(json!({}));
    if let Some(Additional::Schema(values)) = &schema.additional {
        let values = domain(values, &[], limit).values;
        said.extend(values.iter().take(AT_ONE_PLACE).map(|value| json!({"a": value})));
        said.extend(values.first().map(|value| json!({"a": value, "b": value})));
    }
    Domain { values: said, ..Domain::default() }
}

/// One property: absent first, where it may be.
struct Property<'a> {
    name: &'a str,
    choices: Vec<Option<Json>>,
}

fn objects(schema: &Schema, known: &[&Json], limit: usize) -> Domain {
    let mut all = Domain { complete: !schema.preserve_unknown && schema.additional.is_none(), ..Domain::default() };
    let mut properties = Vec::new();
    let mut count: usize = 1;
    for (name, property) in &schema.properties {
        let said: Vec<_> = known.iter().filter_map(|value| value.get(name)).collect();
        let below = domain(property, &said, limit);
        all.complete &= below.complete;
        all.without.extend(below.without.iter().map(|path| format!("{name}.{path}")));
        if below.values.is_empty() {
            all.without.push(name.clone());
        }
        let absent = (!schema.requires(name)).then_some(None);
        let choices: Vec<_> = absent.into_iter().chain(below.values.into_iter().map(Some)).collect();
        count = count.saturating_mul(choices.len());
        properties.push(Property { name, choices });
    }
    all.complete &= count <= limit;
    all.values = if all.complete { product(&properties) } else { in_turn(&properties, known) };
    all
}

/// Every combination.
fn product(properties: &[Property<'_>]) -> Vec<Json> {
    let mut all = vec![Map::new()];
    for property in properties {
        all = all
            .into_iter()
            .flat_map(|object| {
                property.choices.iter().map(move |choice| with(object.clone(), property.name, choice.as_ref()))
            })
            .collect();
    }
    all.into_iter().map(Json::Object).collect()
}

/// Each property in turn takes each of its values, beside what people have said, or the first values of the others;
/// then all do at once.
fn in_turn(properties: &[Property<'_>], known: &[&Json]) -> Vec<Json> {
    let first = |object, property: &Property<'_>| match property.choices.first() {
        Some(choice) => with(object, property.name, choice.as_ref()),
        None => object,
    };
    let plain = properties.iter().fold(Map::new(), first);
    let bases: Vec<_> = known.iter().filter_map(|value| value.as_object().cloned()).take(1).chain([plain]).collect();
    let mut values: Vec<_> = bases.clone();
    for property in properties {
        for choice in &property.choices {
            values.extend(bases.iter().map(|base| with(base.clone(), property.name, choice.as_ref())));
        }
    }
    let longest = properties.iter().map(|property| property.choices.len()).max().unwrap_or_default();
    for at in 0..longest {
        values.push(properties.iter().fold(
            Map::new(),
            |object, property| match property.choices.iter().cycle().nth(at) {
                Some(choice) => with(object, property.name, choice.as_ref()),
                None => object,
            },
        ));
    }
    values.into_iter().map(Json::Object).collect()
}

fn with(mut object: Map<String, Json>, name: &str, choice: Option<&Json>) -> Map<String, Json> {
    match choice {
        Some(value) => object.insert(name.to_owned(), value.clone()),
        None => object.remove(name),
    };
    object
}

/// Any value of `schema`, made of the values at its bounds; `None`: it has none that is known.
pub fn value(schema: &Schema, known: &[&Json], rng: &mut Rng) -> Option<Json> {
    let mut found = None;
    if schema.checks.allowed.is_empty() && schema.kind == Some(Type::Object) && !schema.is_map() {
        let mut object = Map::new();
        for (name, property) in &schema.properties {
            let said: Vec<_> = known.iter().filter_map(|value| value.get(name)).collect();
            if (schema.requires(name) || rng.percent(60))
                && let Some(below) = value(property, &said, rng)
            {
                object.insert(name.clone(), below);
            }
        }
        found = Some(Json::Object(object)).filter(|object| valid(schema, object));
    }
    let known_alone = || domain(schema, known, 1).values;
    found.or_else(|| rng.pick(&known_alone()).cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(schema: &Json, limit: usize) -> Domain {
        let whole = Schema::parse(&json!({"type": "object", "properties": {"p": schema}})).unwrap();
        domain(&whole.properties["p"], &[], limit)
    }

    #[test]
    fn few_values_are_all_of_them() {
        let whole = of(&json!({"type": "integer", "minimum": 1, "exclusiveMinimum": true, "maximum": 4}), 9);
        assert_eq!((whole.values, whole.complete), (vec![json!(2), json!(3), json!(4)], true));
        let schema = json!({"type": "object", "required": ["a"], "properties": {
            "a": {"type": "string", "enum": ["x", "y"]}, "b": {"type": "boolean", "nullable": true}}});
        let all = of(&schema, 8);
        assert!(all.complete && all.values.len() == 8, "{:?}", all.values);
        assert!(all.values.contains(&json!({"a": "y"})) && all.values.contains(&json!({"a": "x", "b": null})));
        assert!(!of(&schema, 7).complete);
    }

    #[test]
    fn what_is_endless_has_its_bounds_and_only_what_the_schema_takes() {
        let text = of(&json!({"type": "string", "minLength": 2, "maxLength": 5}), 9);
        assert!(!text.complete && text.values.contains(&json!("aa")) && text.values.contains(&json!("aaaaa")));
        assert!(!text.values.contains(&json!("a")), "{:?}", text.values);
        let pattern = of(&json!({"type": "string", "maxLength": 20, "pattern": "^v[0-9]{1,2}(-rc)?$"}), 9);
        assert!(!pattern.values.is_empty());
        for format in ["cron", "duration", "hostname", "quantity", "semver", "cidr", "uri", "uuid"] {
            let known = of(&json!({"type": "string", "maxLength": 64, "format": format}), 9);
            assert!(!known.values.is_empty(), "{format}");
        }
        let list = of(&json!({"type": "array", "maxItems": 2, "items": {"type": "boolean"}}), 9);
        assert!(list.values.contains(&json!([])) && list.values.contains(&json!([false, true])), "{:?}", list.values);
    }

    #[test]
    fn a_place_without_a_known_value_is_told() {
        let none = json!({"type": "object", "properties": {"a": {"type": "object", "properties": {
            "b": {"type": "string", "maxLength": 3, "pattern": "^[0-9]$", "format": "ipv4"}}}}});
        assert_eq!(of(&none, 9).without, ["a.b"]);
    }

    #[test]
    fn any_value_fits() {
        let schema = json!({"type": "object", "required": ["n"], "properties": {
            "n": {"type": "integer", "minimum": 5, "maximum": 500}, "s": {"type": "string", "maxLength": 3}}});
        let schema = Schema::parse(&schema).unwrap();
        let mut rng = Rng::new(3);
        for _ in 0..50 {
            let made = value(&schema, &[], &mut rng).unwrap();
            assert!(valid(&schema, &made), "{made}");
        }
    }
}
