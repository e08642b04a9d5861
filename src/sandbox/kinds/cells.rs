//! Columns of built-in kinds.

use serde_json::Value;

use super::column::{Column, ago};
use crate::sandbox::object::text;

const CONFIG_DATA: &str = "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', \
                           '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys \
                           stored in Data must not overlap with the keys in the BinaryData field, this is enforced \
                           during validation process.";

/// The columns of a built-in resource.
pub(super) fn builtin(group: &str, plural: &str) -> Vec<Column> {
    let middle = match (group, plural) {
        ("" | "events.k8s.io", "events") => return events(),
        ("", "namespaces") => vec![
            Column::made("Status", "string", |object, _| text(object, "/status/phase").into())
                .about("The status of the namespace"),
        ],
        ("", "secrets") => vec![
            Column::made("Type", "string", |object, _| text(object, "/type").into()),
            Column::made("Data", "string", |object, _| count(object, &["data"])),
        ],
        ("", "configmaps") => {
            let data = Column::made("Data", "string", |object, _| count(object, &["data", "binaryData"]));
            vec![data.about(CONFIG_DATA)]
        }
        ("", "serviceaccounts") => vec![Column::made("Secrets", "string", |object, _| count(object, &["secrets"]))],
        ("", "persistentvolumeclaims") => volumes(),
        ("coordination.k8s.io", "leases") => {
            vec![Column::made("Holder", "string", |object, _| text(object, "/spec/holderIdentity").into())]
        }
        ("rbac.authorization.k8s.io", "rolebindings" | "clusterrolebindings") => {
            vec![Column::made("Role", "string", |object, _| {
                format!("{}/{}", text(object, "/roleRef/kind"), text(object, "/roleRef/name")).into()
            })]
        }
        ("rbac.authorization.k8s.io" | "apiextensions.k8s.io", _) => {
            let created = |object: &Value, _| text(object, "/metadata/creationTimestamp").into();
            return vec![Column::name(), Column::made("Created At", "date", created)];
        }
        _ => Vec::new(),
    };
    std::iter::once(Column::name()).chain(middle).chain([Column::age()]).collect()
}

fn count(object: &Value, fields: &[&str]) -> Value {
    let sizes = fields.iter().filter_map(|field| object.get(field)).map(|value| match value {
        Value::Object(fields) => fields.len(),
        Value::Array(items) => items.len(),
        _ => 0,
    });
    sizes.fold(0, usize::saturating_add).into()
}

fn volumes() -> Vec<Column> {
    vec![
        Column::made("Status", "string", |object, _| text(object, "/status/phase").into()),
        Column::made("Volume", "string", |object, _| text(object, "/spec/volumeName").into()),
        Column::made("Capacity", "string", |object, _| text(object, "/status/capacity/storage").into()),
        Column::made("StorageClass", "string", |object, _| text(object, "/spec/storageClassName").into()),
    ]
}

fn events() -> Vec<Column> {
    let last = |object: &Value, now| {
        let series = object.pointer("/series/lastObservedTime");
        let times = ["/lastTimestamp", "/deprecatedLastTimestamp", "/eventTime", "/metadata/creationTimestamp"];
        let mut times = times.iter().map(|time| object.pointer(time));
        ago(series.or_else(|| times.find_map(|time| time.filter(|time| time.is_string()))), now)
    };
    let about = |object: &Value, _| {
        let of = |field: &str| {
            let about = ["involvedObject", "regarding"].iter().find_map(|name| object.get(name));
            about.and_then(|about| about.get(field)).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        format!("{}/{}", of("kind").to_lowercase(), of("name")).into()
    };
    let message = |object: &Value, _| {
        let message = ["message", "note"].iter().find_map(|field| object.get(field)).and_then(Value::as_str);
        message.unwrap_or_default().trim().into()
    };
    vec![
        Column::made("Last Seen", "string", last),
        Column::made("Type", "string", |object, _| text(object, "/type").into()),
        Column::made("Reason", "string", |object, _| text(object, "/reason").into()),
        Column::made("Object", "string", about),
        Column::made("Message", "string", message),
    ]
}
