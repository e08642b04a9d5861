//! The part of `JSONPath` that printer columns use: `.spec.a`, `.metadata.labels['a.b']`, `.status.items[0]`,
//! `.status.conditions[?(@.type=="Ready")].status`, `[*]`.

use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Field(String),
    Index(usize),
    All,
    /// Items whose field has this text.
    Where(Vec<String>, String),
}

/// A parsed path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct JsonPath(Vec<Step>);

impl JsonPath {
    /// Reads a path; `None` where it uses more of `JSONPath` than this.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        let mut rest = text.trim().trim_start_matches('$');
        while !rest.is_empty() {
            let (step, after) = if let Some(inner) = rest.strip_prefix('[') { bracket(inner)? } else { field(rest)? };
            steps.push(step);
            rest = after;
        }
        Some(Self(steps))
    }

    /// Everything that the path leads to.
    pub(crate) fn find<'a>(&self, root: &'a Value) -> Vec<&'a Value> {
        let mut found = vec![root];
        for step in &self.0 {
            found = found.into_iter().flat_map(|value| step.take(value)).collect();
        }
        found
    }
}

impl Step {
    fn take<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match self {
            Self::Field(name) => value.get(name).into_iter().collect(),
            Self::Index(at) => value.get(at).into_iter().collect(),
            Self::All => match value {
                Value::Array(items) => items.iter().collect(),
                Value::Object(fields) => fields.values().collect(),
                _ => Vec::new(),
            },
            Self::Where(path, text) => {
                let matches = |item: &&Value| {
                    let found = path.iter().try_fold(*item, |value, name| value.get(name));
                    found.and_then(Value::as_str) == Some(text.as_str())
                };
                value.as_array().into_iter().flatten().filter(matches).collect()
            }
        }
    }
}

/// `.name`, where a backslash takes a dot into the name.
fn field(text: &str) -> Option<(Step, &str)> {
    let mut name = String::new();
    let mut rest = text.strip_prefix('.')?;
    loop {
        let end = rest.find(['.', '[', '\\']).unwrap_or(rest.len());
        let (part, after) = rest.split_at_checked(end)?;
        name.push_str(part);
        let Some(escaped) = after.strip_prefix('\\') else {
            return (!name.is_empty()).then_some((if name == "*" { Step::All } else { Step::Field(name) }, after));
        };
        name.extend(escaped.chars().next());
        rest = escaped.get(escaped.chars().next().map_or(0, char::len_utf8)..)?;
    }
}

/// What follows an opening bracket.
fn bracket(text: &str) -> Option<(Step, &str)> {
    if let Some(quoted) = text.strip_prefix('\'') {
        let (name, after) = quoted.split_once("']")?;
        return Some((Step::Field(name.to_owned()), after));
    }
    if let Some(filter) = text.strip_prefix("?(@.") {
        let (condition, after) = filter.split_once(")]")?;
        let (path, wanted) = condition.split_once("==")?;
        let wanted = wanted.trim().trim_matches(['"', '\'']).to_owned();
        return Some((Step::Where(path.trim().split('.').map(str::to_owned).collect(), wanted), after));
    }
    let (inner, after) = text.split_once(']')?;
    let step = if inner == "*" { Step::All } else { Step::Index(inner.parse().ok()?) };
    Some((step, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(path: &str, value: &Value) -> Vec<Value> {
        JsonPath::parse(path).unwrap().find(value).into_iter().cloned().collect()
    }

    #[test]
    fn paths_of_printer_columns_are_followed() {
        let object = json!({
            "spec": {"a": 1}, "metadata": {"labels": {"a.b/c": "x"}},
            "status": {"conditions": [{"type": "Up", "status": "False"}, {"type": "Ready", "status": "True"}]},
        });
        assert_eq!(found(".spec.a", &object), [json!(1)]);
        assert_eq!(found(".metadata.labels['a.b/c']", &object), [json!("x")]);
        assert_eq!(found(r".metadata.labels.a\.b/c", &object), [json!("x")]);
        assert_eq!(found(r#".status.conditions[?(@.type=="Ready")].status"#, &object), [json!("True")]);
        assert_eq!(found(".status.conditions[0].type", &object), [json!("Up")]);
        assert_eq!(found(".status.conditions[*].type", &object).len(), 2);
        assert!(found(".status.none", &object).is_empty());
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["spec", ".a[", ".a[x]", "..", ".a['b"] {
            assert_eq!(JsonPath::parse(text), None, "{text}");
        }
    }
}
