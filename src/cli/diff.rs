//! `diff`: what would change, for every claim, between two states of claims or catalog?

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::json;

use crate::api::Sensitivity;
use crate::catalog::Key;
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::{Before, Candidate, Decision};

use super::Outcome;
use super::args::DiffArgs;
use super::load::Workspace;
use super::output::{Output, plural};
use super::show;

pub(super) fn run(args: &DiffArgs, output: &mut Output) -> Outcome {
    let side = |path: &PathBuf| Workspace::load(std::iter::once(path).chain(&args.shared), &args.targets);
    let (old, new) = (side(&args.old), side(&args.new));
    for workspace in [&old, &new] {
        output.diagnostics(&workspace.diagnostics, &workspace.sources);
    }
    let claims: BTreeSet<&Key> = old
        .catalog
        .claims
        .keys()
        .chain(new.catalog.claims.keys())
        .filter(|(namespace, name)| args.claim.as_ref().is_none_or(|wanted| *wanted == format!("{namespace}/{name}")))
        .collect();
    if claims.is_empty() {
        let none = Diagnostic::unlocated(Code::E0504, "0 claims: nothing to compare")
            .help("give the claims by `--with PATH`, or put them into both states");
        output.diagnostics(&[none], &new.sources);
        return Outcome::Refused;
    }
    revisions(&old, &new, output);
    let mut refused = old.has_errors() || new.has_errors();
    for key in &claims {
        refused |= !compare(key, &old, &new, output);
    }
    if output.is_human() {
        output.line(format!("compared {}", plural(claims.len(), "claim")));
    }
    if refused { Outcome::Refused } else { Outcome::Fine }
}

/// Says which profiles have another revision.
fn revisions(old: &Workspace, new: &Workspace, output: &mut Output) {
    for (profile, after) in &new.platform.revisions {
        let Some(before) = old.platform.revisions.get(profile) else { continue };
        if before.digest != after.digest && output.is_human() {
            output.line(format!("profile {profile}: {} → {}", before.name, after.name));
        }
    }
}

/// Compares one claim. `false`: something about it is refused.
fn compare((namespace, name): &Key, old: &Workspace, new: &Workspace, output: &mut Output) -> bool {
    let key = (namespace.clone(), name.clone());
    let (before, after) = match (old.catalog.claims.get(&key), new.catalog.claims.get(&key)) {
        (Some(before), Some(after)) => (before, after),
        (before, _) => {
            let what = if before.is_some() { "goes away" } else { "is new" };
            if output.is_human() {
                output.line(format!("claim {namespace}/{name}: {what}"));
            } else {
                output.document(json!({"claim": format!("{namespace}/{name}"), "verdict": what}));
            }
            return true;
        }
    };
    let earlier = old.platform.decide(&before.object, Before::default());
    let Decision::Candidate(applied) = earlier else {
        let mut found = show::diagnostics(&earlier, before);
        found.push(
            before
                .site()
                .at("metadata")
                .at("name")
                .error(Code::E0504, "the claim was not rendered before", "nothing to compare with")
                .warning(),
        );
        output.diagnostics(&found, &old.sources);
        return false;
    };
    let revision = old.platform.inputs(&before.object, Before::default()).ok().map(|inputs| inputs.revision);
    let before = Before { applied: Some(&applied.rendered.contract), revision };
    let decision = new.platform.decide(&after.object, before);
    output.diagnostics(&show::diagnostics(&decision, after), &new.sources);
    if output.is_human() {
        human(&decision, &show::name(&after.object), output);
    } else {
        let inputs = new.platform.inputs(&after.object, before).ok();
        output.document(show::document(&decision, inputs.as_ref(), &after.object));
    }
    matches!(decision, Decision::Candidate(_))
}

fn human(decision: &Decision, name: &str, output: &mut Output) {
    let candidate: Option<&Candidate> = show::candidate(decision);
    let Some(transition) = candidate.and_then(|candidate| candidate.transition.as_ref()) else {
        output.line(format!("claim {name}: {}", show::word(decision)));
        return;
    };
    if transition.sensitivity == Sensitivity::Unchanged && transition.defaults.is_empty() {
        output.line(format!("claim {name}: Unchanged"));
        return;
    }
    output.line(format!("claim {name}: {:?}, candidate {}", transition.sensitivity, transition.candidate));
    show::changes(transition, output);
}
