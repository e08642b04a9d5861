//! Columns of `kubectl get`.

use serde_json::{Value, json};

use super::json_path::JsonPath;
use crate::sandbox::object;
use crate::scalar::timestamp;

/// Where a cell comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A path, and how its author wrote it.
    Path(JsonPath, String),
    Make(fn(&Value, i128) -> Value),
}

/// One column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) format: String,
    pub(super) description: String,
    pub(super) priority: i64,
    pub(super) source: Source,
}

impl Column {
    /// The first column of every table.
    pub(super) fn name() -> Self {
        let description = "Name must be unique within a namespace. Is required when creating resources, although some \
                           resources may allow a client to request the generation of an appropriate name automatically. \
                           Name is primarily intended for creation idempotence and configuration definition. Cannot be \
                           updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";
        let name = |object: &Value, _| object::name(object).into();
        let column = Self::made("Name", "string", name);
        Self { format: "name".to_owned(), description: description.to_owned(), ..column }
    }

    /// How long ago an object was created.
    pub(super) fn age() -> Self {
        let description = "CreationTimestamp is a timestamp representing the server time when this object was created. \
                           It is not guaranteed to be set in happens-before order across separate operations. Clients \
                           may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the \
                           system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/\
                           devel/sig-architecture/api-conventions.md#metadata";
        let age = |object: &Value, now| ago(object.pointer("/metadata/creationTimestamp"), now);
        Self { description: description.to_owned(), ..Self::made("Age", "string", age) }
    }

    /// The same column with a description.
    pub(super) fn about(self, description: &str) -> Self {
        Self { description: description.to_owned(), ..self }
    }

    /// The same column with another type.
    pub(super) fn of_type(self, kind: &str) -> Self {
        Self { kind: kind.to_owned(), ..self }
    }

    /// A column that code fills.
    pub(super) fn made(name: &str, kind: &str, make: fn(&Value, i128) -> Value) -> Self {
        Self {
            name: name.to_owned(),
            kind: kind.to_owned(),
            format: String::new(),
            description: String::new(),
            priority: 0,
            source: Source::Make(make),
        }
    }

    /// An entry of `additionalPrinterColumns`; `None` where its path cannot be read.
    pub(super) fn custom(entry: &Value) -> Option<Self> {
        let text = |field: &str| object::text(entry, field).to_owned();
        Some(Self {
            name: text("/name"),
            kind: text("/type"),
            format: text("/format"),
            description: text("/description"),
            priority: entry.get("priority").and_then(Value::as_i64).unwrap_or_default(),
            source: Source::Path(JsonPath::parse(object::text(entry, "/jsonPath"))?, text("/jsonPath")),
        })
    }

    /// Its head, as tables show it.
    pub(crate) fn head(&self) -> Value {
        let description = match (self.description.is_empty(), &self.source) {
            (true, Source::Path(_, path)) => &format!("Custom resource definition column (in JSONPath format): {path}"),
            _ => &self.description,
        };
        json!({
            "name": self.name, "type": self.kind, "format": self.format, "description": description,
            "priority": self.priority,
        })
    }

    /// What it shows of an object. `now`: nanoseconds since the Unix epoch.
    pub(crate) fn cell(&self, object: &Value, now: i128) -> Value {
        let path = match &self.source {
            Source::Make(make) => return make(object, now),
            Source::Path(path, _) => path,
        };
        let Some(&found) = path.find(object).first() else { return Value::Null };
        match (self.kind.as_str(), found) {
            ("date", value) => ago(Some(value), now),
            ("string", Value::String(_)) | ("integer" | "number", Value::Number(_)) | ("boolean", Value::Bool(_)) => {
                found.clone()
            }
            ("string", value) => value.to_string().into(),
            ("integer", Value::String(text)) => text.parse::<i64>().map_or(Value::Null, Value::from),
            _ => Value::Null,
        }
    }
}

/// How long ago an instant was, as `kubectl` writes it; `<unknown>` where there is none.
pub(super) fn ago(instant: Option<&Value>, now: i128) -> Value {
    let then = instant.and_then(Value::as_str).and_then(|text| timestamp::parse(text).ok());
    then.map_or_else(|| "<unknown>".into(), |then| human(now.saturating_sub(then)).into())
}

/// A duration with one or two units, the finer the shorter it is (apimachinery `duration.HumanDuration`).
fn human(nanos: i128) -> String {
    let seconds = nanos.div_euclid(1_000_000_000);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    let two = |whole: i128, unit: &str, rest: i128, small: &str| match rest {
        0 => format!("{whole}{unit}"),
        _ => format!("{whole}{unit}{rest}{small}"),
    };
    match seconds {
        ..-1 => "<invalid>".to_owned(),
        -1..=0 => "0s".to_owned(),
        1..120 => format!("{seconds}s"),
        120..600 => two(minutes, "m", seconds % 60, "s"),
        600..10_800 => format!("{minutes}m"),
        10_800..28_800 => two(hours, "h", minutes % 60, "m"),
        28_800..172_800 => format!("{hours}h"),
        172_800..691_200 => two(days, "d", hours % 24, "h"),
        691_200..63_072_000 => format!("{days}d"),
        63_072_000..252_288_000 => two(days / 365, "y", days % 365, "d"),
        _ => format!("{}y", days / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_written_as_kubectl_does() {
        let shown = |seconds: i128| human(seconds * 1_000_000_000);
        let cases = [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (125, "2m5s"),
            (600, "10m"),
            (7_200, "120m"),
            (10_860, "3h1m"),
            (100_000, "27h"),
            (200_000, "2d7h"),
            (864_000, "10d"),
            (-5, "<invalid>"),
        ];
        for (seconds, text) in cases {
            assert_eq!(shown(seconds), text);
        }
    }

    #[test]
    fn a_custom_column_shows_what_its_path_leads_to() {
        let entry = json!({"name": "Phase", "type": "string", "jsonPath": ".status.phase"});
        let column = Column::custom(&entry).unwrap();
        assert_eq!(column.cell(&json!({"status": {"phase": "Running"}}), 0), "Running");
        assert_eq!(column.cell(&json!({}), 0), Value::Null);
        assert_eq!(
            column.head()["description"],
            "Custom resource definition column (in JSONPath format): .status.phase"
        );
    }
}
