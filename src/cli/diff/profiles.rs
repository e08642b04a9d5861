//! What another state of a catalog means for those who write claims.

use serde_json::json;

use crate::schema::{Effect, SchemaChange, schema_changes};

use super::super::load::Workspace;
use super::super::output::Output;

/// Shows which profiles come, go and have another revision, and how what they take differs.
pub(super) fn show(old: &Workspace, new: &Workspace, output: &mut Output) {
    for (profile, after) in &new.platform.revisions {
        match old.platform.revisions.get(profile) {
            None => told(profile, "is new", output),
            Some(before) if before.digest != after.digest => {
                let changes = schema_changes(&before.parameters, &after.parameters);
                if output.is_human() {
                    output.line(format!("profile {profile}: {} → {}", before.name, after.name));
                    for change in &changes {
                        human(change, output);
                    }
                } else {
                    let parameters: Vec<_> = changes
                        .iter()
                        .map(|it| json!({"path": it.path, "effect": format!("{:?}", it.effect), "what": it.what}))
                        .collect();
                    let (from, to) = (&before.name, &after.name);
                    output.document(json!({"profile": profile, "from": from, "to": to, "parameters": parameters}));
                }
            }
            Some(_) => {}
        }
    }
    for profile in old.platform.revisions.keys().filter(|profile| !new.platform.revisions.contains_key(*profile)) {
        told(profile, "goes away", output);
    }
}

fn told(profile: &str, what: &str, output: &mut Output) {
    if output.is_human() {
        output.line(format!("profile {profile}: {what}"));
    } else {
        output.document(json!({"profile": profile, "verdict": what}));
    }
}

fn human(change: &SchemaChange, output: &mut Output) {
    let effect = match change.effect {
        Effect::Tightened => "tightened",
        Effect::Loosened => "loosened",
        Effect::Changed => "changed",
        Effect::Default => "default",
    };
    let path = if change.path.is_empty() { "parameters".to_owned() } else { format!("parameter {}", change.path) };
    output.line(format!("  {effect:<9}  {path}: {}", change.what));
}
