//! A transition as status and requests show it: bounded, the strictest changes first.

use serde_json::Value as Json;

use crate::api::{Change, PendingChange, RevisionIdentity};
use crate::catalog::{Digest, canonical, rule_id};

use super::classify::{ClassifiedChange, Transition};

/// Changes that are shown; the rest is counted.
const MAX_CHANGES: usize = 32;
/// Parameters that one change shows.
const MAX_PARAMETERS: usize = 16;
/// Characters of a value; a longer one is shown as digest and length.
const MAX_VALUE: usize = 256;
/// Characters of a message.
const MAX_MESSAGE: usize = 1024;

impl Transition {
    /// The wire form. `generation`: the claim's, that the candidate was made from.
    pub fn to_wire(&self, generation: Option<i64>, revision: RevisionIdentity) -> PendingChange {
        let mut changes: Vec<_> = self.changes.iter().collect();
        // A stable sort: within a class the order of paths stays.
        changes.sort_by_key(|change| std::cmp::Reverse(change.class));
        PendingChange {
            candidate: Some(self.candidate.to_string()),
            generation,
            revision: Some(revision),
            sensitivity: self.sensitivity,
            changes: changes.into_iter().take(MAX_CHANGES).map(change).collect(),
            total: i64::try_from(self.changes.len()).unwrap_or(i64::MAX),
        }
    }
}

fn change(change: &ClassifiedChange) -> Change {
    Change {
        path: bounded(&change.path.to_string(), crate::api::bounds::MAX_PATH),
        class: change.class,
        approver: change.approver,
        rule: change.rule.as_ref().map(|site| bounded(&rule_id(site), 512)),
        old: change.old.as_ref().map(value),
        new: change.new.as_ref().map(value),
        parameters: change.parameters.iter().take(MAX_PARAMETERS).map(|name| bounded(name, 256)).collect(),
        message: change.message.as_ref().map(|message| bounded(message, MAX_MESSAGE)),
    }
}

/// A value on one line: as JSON, or its digest and length.
fn value(value: &Json) -> String {
    let text = canonical(value);
    if text.chars().count() <= MAX_VALUE {
        return text;
    }
    format!("{} ({} bytes)", Digest::of(value), text.len())
}

/// A text cut to so many characters, with a mark where it was cut.
pub fn bounded(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(max.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn case_072_a_long_value_is_shown_as_digest_and_length() {
        let long = json!("x".repeat(200_000));
        let shown = value(&long);
        assert!(shown.starts_with("sha256:") && shown.ends_with(" (200002 bytes)"), "{shown}");
        assert_eq!(value(&json!({"a": 1})), r#"{"a":1}"#);
    }

    #[test]
    fn a_cut_text_says_so_and_keeps_whole_characters() {
        assert_eq!(bounded("schön", 5), "schön");
        assert_eq!(bounded("schön ist es", 5), "schö…");
    }
}
