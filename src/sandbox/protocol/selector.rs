//! Label and field selectors.

use std::sync::Arc;

use serde_json::Value;

use crate::sandbox::answer::ApiError;
use crate::sandbox::kinds::Kind;
use crate::sandbox::object;
use crate::sandbox::store::Key;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Exists,
    Absent,
    In(Vec<String>),
    NotIn(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    key: String,
    test: Test,
}

impl Term {
    fn holds(&self, value: Option<&str>) -> bool {
        let among = |values: &[String]| value.is_some_and(|value| values.iter().any(|other| other == value));
        match &self.test {
            Test::Exists => value.is_some(),
            Test::Absent => value.is_none(),
            Test::In(values) => among(values),
            Test::NotIn(values) => !among(values),
        }
    }
}

/// Which objects of a resource are meant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selector {
    /// Empty for all namespaces.
    namespace: String,
    labels: Vec<Term>,
    fields: Vec<Term>,
}

impl Selector {
    /// Reads `labelSelector` and `fieldSelector`.
    pub(crate) fn parse(kind: &Kind, namespace: &str, labels: &str, fields: &str) -> Result<Self, ApiError> {
        let labels = terms(labels)
            .map(|term| label_term(&term).filter(is_plain).ok_or_else(|| unreadable(&term)))
            .collect::<Result<_, _>>()?;
        let fields = terms(fields).map(|term| field_term(kind, &term)).collect::<Result<_, _>>()?;
        Ok(Self { namespace: namespace.to_owned(), labels, fields })
    }

    /// Whether it is a whole namespace, or everything.
    pub(crate) fn is_everything(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Whether an object in this place can be meant.
    pub(crate) fn reaches(&self, key: &Key) -> bool {
        self.namespace.is_empty() || self.namespace == key.namespace
    }

    /// Whether an object, as its kind shows it, is meant.
    pub(crate) fn holds(&self, object: &Arc<Value>) -> bool {
        let label =
            |key: &str| object.pointer("/metadata/labels").and_then(|labels| labels.get(key)).and_then(Value::as_str);
        let field = |key: &str| {
            let found = key.split('.').try_fold(&**object, |value, name| value.get(name));
            match found {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Null) | None => String::new(),
                Some(other) => other.to_string(),
            }
        };
        (self.namespace.is_empty() || self.namespace == object::namespace(object))
            && self.labels.iter().all(|term| term.holds(label(&term.key)))
            && self.fields.iter().all(|term| term.holds(Some(&field(&term.key))))
    }
}

/// Whether its values hold no operator, as those of `a===b` do.
fn is_plain(term: &Term) -> bool {
    match &term.test {
        Test::In(values) | Test::NotIn(values) => values.iter().all(|value| !value.contains(['=', '!'])),
        Test::Exists | Test::Absent => true,
    }
}

fn unreadable(term: &str) -> ApiError {
    let found = if term.contains("===") { "'='" } else { term };
    ApiError::bad_request(format!("unable to parse requirement: found {found}, expected: identifier"))
}

/// The terms between commas, but for commas within parentheses.
fn terms(text: &str) -> impl Iterator<Item = String> {
    let mut terms = vec![String::new()];
    let mut depth: usize = 0;
    for c in text.chars() {
        match c {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match terms.last_mut() {
            Some(last) if c != ',' || depth > 0 => last.push(c),
            _ => terms.push(String::new()),
        }
    }
    terms.into_iter().map(|term| term.trim().to_owned()).filter(|term| !term.is_empty())
}

fn label_term(text: &str) -> Option<Term> {
    let term = |key: &str, test| {
        let key = key.trim();
        crate::scalar::name::check_qualified_name(key).ok()?;
        Some(Term { key: key.to_owned(), test })
    };
    if let Some((key, values)) = text.split_once('(') {
        let values = values.strip_suffix(')')?.split(',').map(|value| value.trim().to_owned()).collect();
        let (key, operator) = key.trim().rsplit_once(char::is_whitespace)?;
        return match operator {
            "in" => term(key, Test::In(values)),
            "notin" => term(key, Test::NotIn(values)),
            _ => None,
        };
    }
    if let Some((key, value)) = text.split_once("!=") {
        return term(key, Test::NotIn(vec![value.trim().to_owned()]));
    }
    if let Some((key, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return term(key, Test::In(vec![value.trim().to_owned()]));
    }
    match text.strip_prefix('!') {
        Some(key) => term(key, Test::Absent),
        None => term(text, Test::Exists),
    }
}

fn field_term(kind: &Kind, text: &str) -> Result<Term, ApiError> {
    let (key, value, not) = if let Some((key, value)) = text.split_once("!=") {
        (key, value, true)
    } else {
        let pair = text.split_once("==").or_else(|| text.split_once('='));
        let (key, value) = pair
            .ok_or_else(|| ApiError::bad_request(format!("invalid selector: '{text}'; can't understand '{text}'")))?;
        (key, value, false)
    };
    let own = key == "metadata.name" || (kind.namespaced && key == "metadata.namespace");
    if !own && !kind.selectable.iter().any(|field| field == key) {
        let plain = !kind.custom && kind.namespaced && kind.selectable.is_empty();
        let known = "only \"metadata.name\", \"metadata.namespace\"";
        return Err(ApiError::bad_request(if plain {
            format!("\"{key}\" is not a known field selector: {known}")
        } else {
            format!("field label not supported: {key}")
        }));
    }
    let values = vec![value.to_owned()];
    Ok(Term { key: key.to_owned(), test: if not { Test::NotIn(values) } else { Test::In(values) } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::kinds::Kinds;
    use serde_json::json;

    fn holds(labels: &str, fields: &str) -> bool {
        let kinds = Kinds::builtin();
        let kind = kinds.get("", "v1", "events").unwrap();
        let object = json!({
            "metadata": {"name": "x", "namespace": "n", "labels": {"app": "a", "tier": "web"}},
            "involvedObject": {"name": "claim"},
        });
        Selector::parse(kind, "", labels, fields).unwrap().holds(&Arc::new(object))
    }

    #[test]
    fn sets_and_equalities_of_labels_select() {
        for good in ["app=a", "app==a,tier!=db", "app in (a, b),tier", "!none", "none notin (a)", ""] {
            assert!(holds(good, ""), "{good}");
        }
        for bad in ["app=b", "app!=a", "app notin (a,b)", "!app", "none", "none in (a)"] {
            assert!(!holds(bad, ""), "{bad}");
        }
    }

    #[test]
    fn fields_select_and_unknown_ones_are_refused() {
        assert!(holds("", "metadata.name=x,involvedObject.name=claim,metadata.namespace!=m"));
        assert!(!holds("", "involvedObject.name=other"));
        let kinds = Kinds::builtin();
        let kind = kinds.get("", "v1", "configmaps").unwrap();
        let error = Selector::parse(kind, "", "", "spec.x=1").unwrap_err();
        assert!(error.message.starts_with("\"spec.x\" is not a known field selector"), "{error}");
        assert!(Selector::parse(kind, "", "a in b", "").is_err());
    }
}
