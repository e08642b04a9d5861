//! Parts of objects: what of an expected part is not there.

use serde_json::Value as Json;

use crate::catalog::canonical;
use crate::schema::path::Path;

/// One expected value that is not there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) path: String,
    /// as a JSON pointer below the expectation
    pub(super) pointer: String,
    pub(super) expected: String,
    pub(super) got: String,
}

/// What of `expected` is not in `got`: maps may hold more, lists are whole; null means absent.
pub(super) fn missing(expected: &Json, got: &Json) -> Vec<Difference> {
    let mut found = Vec::new();
    walk(expected, Some(got), &Path::root(), String::new(), &mut found);
    found
}

fn walk(expected: &Json, got: Option<&Json>, path: &Path, pointer: String, found: &mut Vec<Difference>) {
    if let (Json::Object(wanted), Some(Json::Object(_))) = (expected, got) {
        for (key, value) in wanted {
            let below = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
            walk(value, got.and_then(|got| got.get(key)), &path.field(key.as_str()), below, found);
        }
        return;
    }
    if expected.is_null() && got.is_none() || got == Some(expected) {
        return;
    }
    let shown = |value: Option<&Json>| value.map_or_else(|| "absent".to_owned(), canonical);
    let expected = if expected.is_null() { "absent".to_owned() } else { canonical(expected) };
    found.push(Difference { path: path.to_string(), pointer, expected, got: shown(got) });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_part_may_lack_what_the_whole_has_but_lists_are_whole_and_null_is_absence() {
        let got = json!({"spec": {"replicas": 3, "list": [1, 2], "more": true}});
        assert_eq!(missing(&json!({"spec": {"replicas": 3, "gone": null}}), &got), []);
        let found = missing(&json!({"spec": {"replicas": 5, "list": [1], "more": null}}), &got);
        let found: Vec<_> = found.iter().map(|it| (it.path.as_str(), it.expected.as_str(), it.got.as_str())).collect();
        assert_eq!(
            found,
            [("spec.list", "[1]", "[1,2]"), ("spec.more", "absent", "true"), ("spec.replicas", "5", "3")]
        );
    }
}
