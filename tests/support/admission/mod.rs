//! What the target's own admission would refuse, written from its description (facts: target-api.md 8.2–8.4) and from
//! nothing else: it shares no code with the engine, and no text with `rules/`.

mod backup;
mod bootstrap;
mod hardened;
pub(crate) mod parameters;
mod seals;
mod texts;
mod transitions;

use serde_json::Value as Json;

/// One rule.
pub(crate) struct Rule {
    /// What it demands.
    pub(crate) demands: &'static str,
    /// Whether it refuses.
    pub(crate) refuses: fn(&Write<'_>) -> bool,
    /// Merge patches, each of which makes a sound object one that this rule refuses. `before:` holds what differs
    /// from it in the object that is there already.
    pub(crate) broken: &'static [&'static str],
}

/// A create, or an update of what is there.
pub(crate) struct Write<'a> {
    pub(crate) new: &'a Json,
    pub(crate) old: Option<&'a Json>,
}

/// Every rule of 8.2, 8.3 and 8.4.
pub(crate) fn rules() -> impl Iterator<Item = &'static Rule> {
    let lists = [bootstrap::RULES, seals::RULES, backup::RULES, hardened::RULES, hardened::NETWORK, transitions::RULES];
    lists.into_iter().flatten()
}

/// What each rule that refuses demands.
pub(crate) fn refused(write: &Write<'_>) -> Vec<&'static str> {
    rules().filter(|rule| (rule.refuses)(write)).map(|rule| rule.demands).collect()
}

/// The value at a dotted path.
pub(crate) fn at<'a>(object: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').try_fold(object, |value, name| value.get(name)).filter(|value| !value.is_null())
}

/// The text there, or none of it.
fn text<'a>(object: &'a Json, path: &str) -> &'a str {
    at(object, path).and_then(Json::as_str).unwrap_or_default()
}

fn flag(object: &Json, path: &str) -> bool {
    at(object, path).and_then(Json::as_bool).unwrap_or_default()
}

/// Whether a switch that is on unless it is said otherwise is off.
fn off(object: &Json, path: &str) -> bool {
    at(object, path).and_then(Json::as_bool) == Some(false)
}

fn list<'a>(object: &'a Json, path: &str) -> &'a [Json] {
    at(object, path).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Whether a map or list is there and holds something.
fn filled(object: &Json, path: &str) -> bool {
    match at(object, path) {
        Some(Json::Object(members)) => !members.is_empty(),
        Some(Json::Array(items)) => !items.is_empty(),
        _ => false,
    }
}

fn number(object: &Json, path: &str) -> Option<i64> {
    at(object, path).and_then(Json::as_i64)
}

fn hardened(write: &Write<'_>) -> bool {
    text(write.new, "spec.profile") == "Hardened"
}

fn oidc(object: &Json) -> bool {
    flag(object, "spec.selfInit.oidc.enabled")
}

fn snapshots(object: &Json) -> bool {
    flag(object, "spec.upgrade.preUpgradeSnapshot") || flag(object, "spec.upgrade.blueGreen.preUpgradeSnapshot")
}
