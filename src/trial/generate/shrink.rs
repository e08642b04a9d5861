//! Smaller values: whoever repairs a fault reads the least that shows it.

use serde_json::Value as Json;

/// The smallest value that is reached from `value` by leaving out one thing after another while `shows` holds.
pub(super) fn shrunk(mut value: Json, shows: impl Fn(&Json) -> bool) -> Json {
    while let Some(smaller) = smaller(&value).into_iter().find(|it| shows(it)) {
        value = smaller;
    }
    value
}

/// The value without one of its fields or items, at any depth.
fn smaller(value: &Json) -> Vec<Json> {
    let mut found = Vec::new();
    match value {
        Json::Object(members) => {
            for name in members.keys() {
                let mut without = members.clone();
                without.remove(name);
                found.push(Json::Object(without));
            }
            for (name, member) in members {
                for below in smaller(member) {
                    let mut with = members.clone();
                    with.insert(name.clone(), below);
                    found.push(Json::Object(with));
                }
            }
        }
        Json::Array(items) => {
            for at in 0..items.len() {
                let mut without = items.clone();
                without.remove(at);
                found.push(Json::Array(without));
            }
            for (at, item) in items.iter().enumerate() {
                for below in smaller(item) {
                    let mut with = items.clone();
                    with.splice(at..=at, [below]);
                    found.push(Json::Array(with));
                }
            }
        }
        _ => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_does_not_matter_goes_at_any_depth() {
        let value = json!({"a": 1, "b": {"c": [1, 2, {"d": 3, "e": 4}], "f": 5}});
        let small = shrunk(value, |it| it.pointer("/b/c").is_some_and(|list| list.to_string().contains("\"d\"")));
        assert_eq!(small, json!({"b": {"c": [{"d": 3}]}}));
        assert_eq!(shrunk(json!(7), |_| true), json!(7));
    }
}
