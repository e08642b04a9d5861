//! The two forms of an event, which Kubernetes stores as one.

use serde_json::Value;

/// Fields of `events.k8s.io/v1` and of `v1` that hold the same.
const FIELDS: [(&str, &str); 6] = [
    ("regarding", "involvedObject"),
    ("note", "message"),
    ("reportingController", "reportingComponent"),
    ("deprecatedSource", "source"),
    ("deprecatedFirstTimestamp", "firstTimestamp"),
    ("deprecatedLastTimestamp", "lastTimestamp"),
];
const COUNT: (&str, &str) = ("deprecatedCount", "count");

/// An event of `v1` as `events.k8s.io/v1` shows it.
pub(super) fn to_events_v1(stored: &Value) -> Value {
    let mut event = stored.clone();
    for (shown, kept) in FIELDS.into_iter().chain([COUNT]) {
        rename(&mut event, kept, shown);
    }
    crate::sandbox::object::set(&mut event, "apiVersion", Some("events.k8s.io/v1".into()));
    event
}

/// An event of `events.k8s.io/v1` as `v1` shows it.
pub(super) fn to_core_v1(mut event: Value) -> Value {
    for (shown, kept) in FIELDS.into_iter().chain([COUNT]) {
        rename(&mut event, shown, kept);
    }
    crate::sandbox::object::set(&mut event, "apiVersion", Some("v1".into()));
    event
}

fn rename(event: &mut Value, from: &str, to: &str) {
    let Some(fields) = event.as_object_mut() else { return };
    if let Some(value) = fields.remove(from) {
        fields.insert(to.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_survives_the_way_there_and_back() {
        let event = json!({
            "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "a"},
            "regarding": {"name": "b"}, "note": "c", "reportingController": "d", "reason": "e"
        });
        let stored = to_core_v1(event.clone());
        assert_eq!(stored["involvedObject"]["name"], "b");
        assert_eq!(stored["message"], "c");
        assert_eq!(to_events_v1(&stored), event);
    }
}
