//! Conditions: what is told, merged with what was told, so that times move on transitions only.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use k8s_openapi::jiff::Timestamp;

use crate::api::bounds::MAX_MESSAGE;
use crate::engine::bounded;

/// One condition as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its type.
    pub kind: String,
    /// `True`, `False` or `Unknown`.
    pub status: &'static str,
    /// One word in CamelCase.
    pub reason: String,
    /// One line; bounded when it is merged.
    pub message: String,
}

impl Told {
    /// A condition.
    pub fn new(kind: &str, status: &'static str, reason: &str, message: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), status, reason: reason.to_owned(), message: message.into() }
    }
}

/// The conditions that are told now, and no others; the time of one that keeps its status stays.
pub fn merge(old: &[Condition], told: &[Told], generation: i64, now: Timestamp) -> Vec<Condition> {
    told.iter()
        .map(|told| {
            let before = old.iter().find(|before| before.type_ == told.kind && before.status == told.status);
            Condition {
                type_: told.kind.clone(),
                status: told.status.to_owned(),
                reason: told.reason.clone(),
                message: bounded(&told.message, MAX_MESSAGE),
                observed_generation: Some(generation),
                last_transition_time: before
                    .map_or(Time(whole_seconds(now)), |before| before.last_transition_time.clone()),
            }
        })
        .collect()
}

/// Times on the wire have whole seconds; one that had more would differ from itself after a round trip.
pub fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_moves_with_the_status_only() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let first = merge(&[], &[Told::new("Ready", "False", "Provisioning", "a")], 1, at(10));
        let same = merge(&first, &[Told::new("Ready", "False", "Degraded", "b")], 2, at(20));
        assert_eq!(same[0].last_transition_time.0, at(10));
        assert_eq!(same[0].reason, "Degraded");
        let other = merge(&same, &[Told::new("Ready", "True", "Ready", "")], 2, at(30));
        assert_eq!(other[0].last_transition_time.0, at(30));
    }
}
