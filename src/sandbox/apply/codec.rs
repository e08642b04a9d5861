//! `FieldsV1`: how managed fields are written.

use serde_json::{Map, Value, json};

use super::element::{Element, Scalar, whole};
use super::field_set::FieldSet;

/// Marks an object that is in the set itself and has something below it, too.
const SELF: &str = ".";

/// A set as `FieldsV1`.
pub(super) fn encode(set: &FieldSet) -> Value {
    let mut fields = Map::new();
    for element in set.members() {
        fields.insert(write(element), json!({}));
    }
    for (element, below) in set.children() {
        let mut below = encode(below);
        if let (true, Value::Object(below)) = (set.has(element), &mut below) {
            below.insert(SELF.to_owned(), json!({}));
        }
        fields.insert(write(element), below);
    }
    Value::Object(fields)
}

/// Reads `FieldsV1`. Elements of a kind that we do not know are left out, as the API server does.
pub(super) fn decode(fields: &Value) -> Result<FieldSet, String> {
    let mut set = FieldSet::default();
    let Value::Object(fields) = fields else { return Err(format!("expected an object, found `{fields}`")) };
    for (name, value) in fields.iter().filter(|(name, _)| *name != SELF) {
        let Some(element) = read(name)? else { continue };
        let below = decode(value)?;
        if below.is_empty() || value.get(SELF).is_some() {
            set.add(element.clone());
        }
        set.add_below(element, below);
    }
    Ok(set)
}

fn write(element: &Element) -> String {
    match element {
        Element::Field(name) => format!("f:{name}"),
        Element::Key(keys) => {
            let keys: Vec<String> = keys
                .iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), write_value(value.value())))
                .collect();
            format!("k:{{{}}}", keys.join(","))
        }
        Element::Value(value) => format!("v:{}", write_value(value.value())),
        Element::Index(at) => format!("i:{at}"),
    }
}

/// JSON as Go writes it: whole numbers without a fraction, and `<`, `>`, `&` escaped in text.
fn write_value(value: &Value) -> String {
    match value {
        Value::Number(number) => match whole(number) {
            Some(whole) => whole.to_string(),
            None => number.to_string(),
        },
        other => escaped(other),
    }
}

/// JSON with `<`, `>` and `&` escaped, which only occur in texts.
pub(super) fn escaped(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn read(text: &str) -> Result<Option<Element>, String> {
    let Some((kind, content)) = text.split_once(':') else {
        return Err(format!("`{text}` does not start with a kind of path element such as `f:`"));
    };
    let parse = || serde_json::from_str::<Value>(content).map_err(|error| format!("`{text}`: {error}"));
    Ok(Some(match kind {
        "f" => Element::Field(content.to_owned()),
        "v" => Element::Value(read_value(parse()?)),
        "k" => match parse()? {
            // The map is sorted, and so the keys are.
            Value::Object(keys) => {
                Element::Key(keys.into_iter().map(|(name, value)| (name, read_value(value))).collect())
            }
            other => return Err(format!("`{text}`: expected an object, found `{other}`")),
        },
        "i" => Element::Index(content.parse().map_err(|_| format!("`{text}`: expected an integer"))?),
        _ => return Ok(None),
    }))
}

/// The API server reads numbers in here as doubles, which shows in its messages about conflicts.
fn read_value(value: Value) -> Scalar {
    match value.as_f64() {
        Some(double) if value.is_number() => json!(double).into(),
        _ => value.into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::field_set::tests::paths;
    use super::*;

    #[test]
    fn members_with_something_below_them_are_marked() {
        let written = json!({
            "f:metadata": {"f:labels": {".": {}, "f:a": {}}},
            "f:spec": {"f:items": {"k:{\"name\":\"x\",\"port\":80}": {".": {}, "f:port": {}}, "v:\"a\"": {}, "i:0": {}}}
        });
        let set = decode(&written).expect("a set");
        assert_eq!(set.paths().len(), 6);
        assert_eq!(encode(&set), written);
    }

    #[test]
    fn unknown_kinds_of_elements_are_left_out() {
        let set = decode(&json!({"x:future": {"f:a": {}}, "f:a": {}})).expect("a set");
        assert_eq!(encode(&set), json!({"f:a": {}}));
    }

    #[test]
    fn broken_elements_are_refused() {
        for broken in [json!({"nocolon": {}}), json!({"k:[1]": {}}), json!({"v:{": {}}), json!({"i:x": {}}), json!([])]
        {
            assert!(decode(&broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn values_are_escaped_as_go_does() {
        let set: FieldSet = [vec![Element::Value(json!("a<b>&").into())]].into_iter().collect();
        let written = encode(&set);
        assert_eq!(written, json!({"v:\"a\\u003cb\\u003e\\u0026\"": {}}));
        assert_eq!(decode(&written), Ok(set));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(paths in paths()) {
            let set: FieldSet = paths.into_iter().collect();
            let written = encode(&set);
            prop_assert_eq!(decode(&written), Ok(set));
        }
    }
}
