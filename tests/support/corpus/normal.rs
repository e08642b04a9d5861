//! Takes from answers what differs from run to run: identities, versions, times, random names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

static UID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").expect("it is valid"));
/// Times of today. Requests write times of the year 2020, which stay.
static TIME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"20(2[1-9]|[3-9]\d)-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z").expect("it is valid"));
static AGE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\d+[smhd]$").expect("it is valid"));
/// Versions within an error's words.
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(ResourceVersion in record|too (old|large) resource version:) [^.]*\d\)?").expect("it is valid")
});
/// A whole object within an error's words.
static OBJECT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#""\{\\".*\}(\\n)?": "#).expect("it is valid"));

/// What has been seen in one sequence. The same identity gets the same name throughout.
#[derive(Default)]
pub(crate) struct Normal {
    uids: BTreeMap<String, String>,
    versions: BTreeMap<String, String>,
    /// Generated name → what stands for it.
    names: BTreeMap<String, String>,
}

/// The name for a value: the one it has, or the next ordinal.
fn ordinal(seen: &mut BTreeMap<String, String>, word: &str, value: &str) -> String {
    let next = format!("{word}-{}", seen.len() + 1);
    seen.entry(value.to_owned()).or_insert(next).clone()
}

impl Normal {
    /// A body as it is compared and recorded.
    pub(crate) fn body(&mut self, body: &Value) -> Value {
        self.learn_names(body);
        self.value("", body)
    }

    /// Finds names that the server made from `generateName`.
    fn learn_names(&mut self, value: &Value) {
        if let Some(metadata) = value.get("metadata")
            && let Some(prefix) = metadata.get("generateName").and_then(Value::as_str)
            && let Some(name) = metadata.get("name").and_then(Value::as_str)
            && name.strip_prefix(prefix).is_some_and(|rest| rest.len() == 5)
        {
            let stands =
                format!("{prefix}{}", ordinal(&mut self.names, "generated", name).replace("generated-", "xxxx"));
            self.names.insert(name.to_owned(), stands);
        }
        match value {
            Value::Object(fields) => fields.values().for_each(|child| self.learn_names(child)),
            Value::Array(items) => items.iter().for_each(|child| self.learn_names(child)),
            _ => {}
        }
    }

    fn value(&mut self, key: &str, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(key, text)),
            Value::Array(items) => {
                let mut items: Vec<_> = items.iter().map(|item| self.value("", item)).collect();
                match key {
                    // The server checks the fields of an object in the order of a Go map, which is random.
                    "causes" => items.sort_by_key(Value::to_string),
                    "resources" => items.sort_by_key(|resource| resource["name"].to_string()),
                    _ => {}
                }
                if key == "managedFields" {
                    // The server sorts by time before name, and whether a second passes is chance.
                    items.sort_by_key(|entry| {
                        ["operation", "manager", "subresource", "apiVersion"]
                            .map(|key| entry[key].as_str().map(str::to_owned))
                    });
                }
                Value::Array(items)
            }
            Value::Object(fields) => Value::Object(self.object(fields)),
            other => other.clone(),
        }
    }

    fn object(&mut self, fields: &Map<String, Value>) -> Map<String, Value> {
        let mut fields = fields.clone();
        // Any write in the whole server moves the version of a list and of a bookmark: no ordinal.
        let bookmark = fields.get("type").is_some_and(|kind| kind == "BOOKMARK");
        let list = ["items", "rows"].iter().any(|key| fields.contains_key(*key));
        let metadata = if bookmark {
            fields.get_mut("object").and_then(|object| object.get_mut("metadata"))
        } else {
            fields.get_mut("metadata").filter(|_| list)
        };
        if let Some(version) = metadata.and_then(|metadata| metadata.get_mut("resourceVersion")) {
            *version = "*".into();
        }
        let mut made: Map<_, _> = fields.iter().map(|(key, child)| (self.uids(key), self.value(key, child))).collect();
        blank_ages(&mut made);
        shorten(&mut made);
        made
    }

    fn text(&mut self, key: &str, text: &str) -> String {
        match key {
            // What a request may have written itself stays.
            "resourceVersion" if text.len() > 1 => return ordinal(&mut self.versions, "rv", text),
            "continue" if !text.is_empty() => return "CONTINUE".to_owned(),
            "storageVersionHash" => return "HASH".to_owned(),
            _ => {}
        }
        let text = self.uids(text);
        let text = TIME.replace_all(&text, "TIME");
        let text = OBJECT.replace(&text, "OBJECT: ");
        let mut text = VERSION.replace_all(&text, "$1 (rv)").into_owned();
        for (name, stands) in &self.names {
            text = text.replace(name, stands);
        }
        text
    }

    fn uids(&mut self, text: &str) -> String {
        let name = |found: &regex::Captures| {
            let uid = &found[0];
            // Those that requests write are of one digit throughout.
            let first = uid.chars().next();
            let written = uid.chars().all(|digit| digit == '-' || Some(digit) == first);
            if written { uid.to_owned() } else { ordinal(&mut self.uids, "uid", uid) }
        };
        UID.replace_all(text, name).into_owned()
    }
}

/// The cells of a table that tell an age.
fn blank_ages(row: &mut Map<String, Value>) {
    for cell in row.get_mut("cells").and_then(Value::as_array_mut).into_iter().flatten() {
        if cell.as_str().is_some_and(|text| AGE.is_match(text)) {
            *cell = "AGE".into();
        }
    }
}

/// The causes of an error say all that its message does, and in an order that does not change.
fn shorten(status: &mut Map<String, Value>) {
    let causes = status.get("details").and_then(|details| details.get("causes")).and_then(Value::as_array);
    if causes.is_some_and(|causes| causes.len() > 1)
        && let Some(Value::String(message)) = status.get_mut("message")
        && let Some(at) = message.find(": [")
    {
        message.replace_range(at.., ": [CAUSES]");
    }
}
