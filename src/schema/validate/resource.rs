//! `apiVersion`, `kind` and `metadata` of resources and of resources within them.

use serde_json::{Map, Value};

use super::Judge;
use crate::schema::path::Name;
use crate::schema::violation::{ViolationKind, cut};

impl Judge<'_> {
    /// `apiVersion` and `kind` are required; `metadata` is not. Types are judged by the implied schema.
    pub(super) fn resource(&mut self, fields: &Map<String, Value>) {
        for (name, check) in [("apiVersion", api_version as fn(&str) -> Option<String>), ("kind", kind)] {
            let wrong = match fields.get(name) {
                None => Some(ViolationKind::Missing),
                Some(Value::String(text)) => check(text).map(ViolationKind::Resource),
                Some(_) => None,
            };
            if let Some(wrong) = wrong {
                self.below(Name::Field(name), |judge| judge.report(wrong));
            }
        }
        let name = fields.get("metadata").and_then(|metadata| metadata.get("name")).and_then(Value::as_str);
        if let Some(wrong) = name.and_then(path_segment) {
            self.below(Name::Field("metadata"), |judge| {
                judge.below(Name::Field("name"), |judge| judge.report(ViolationKind::Resource(wrong)));
            });
        }
    }
}

fn api_version(text: &str) -> Option<String> {
    let wrong = text.is_empty() || text.split('/').count() > 2 || text.split('/').any(str::is_empty);
    wrong.then(|| format!("found `{}`, expected `VERSION` or `GROUP/VERSION`", cut(text)))
}

/// A DNS-1035 label, but for upper case.
fn kind(text: &str) -> Option<String> {
    let inner = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let ends = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic()) && !text.ends_with('-');
    let wrong = !inner || !ends || text.len() > 63;
    wrong.then(|| {
        format!("found `{}`, expected a kind such as `OpenBaoCluster`: letters and digits, at most 63", cut(text))
    })
}

fn path_segment(text: &str) -> Option<String> {
    let wrong = matches!(text, "." | "..") || text.contains(['/', '%']);
    wrong.then(|| format!("found `{}`, expected a name without `/` and `%`, neither `.` nor `..`", cut(text)))
}
