//! `test --generate`: what goes wrong with claims that the parameters of a profile allow.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::catalog::{Revision, rule_id};
use crate::diagnostic::{Code, Diagnostic, Sources};
use crate::trial::{Fault, Generated, generate};

use super::super::Outcome;
use super::super::args::TestArgs;
use super::super::output::{Output, plural, progress};
use super::coverage::{one_name, placed};
use super::finish;
use super::suite::{Loaded, load};

/// Tries claims of every profile that the suites load and that a claim of theirs leads to, each profile once.
pub(super) fn run(files: &[PathBuf], count: NonZeroUsize, args: &TestArgs, output: &mut Output) -> Outcome {
    let (mut tried, mut others) = (BTreeSet::new(), BTreeSet::new());
    let mut fine = true;
    for file in files {
        fine &= suite(file, count, args, &mut tried, &mut others, output);
    }
    let untried: Vec<_> = others.difference(&tried).map(|(_, profile)| profile.as_str()).collect();
    if !untried.is_empty() && output.is_human() {
        output.line(format!("no claim leads to {}: {}", plural(untried.len(), "more profile"), untried.join(", ")));
    }
    if tried.is_empty() && fine {
        let none = Diagnostic::unlocated(Code::E0504, "0 claims: nothing to begin with");
        let help = "put a claim beside the catalog: its tenant, namespace and offering are those of the generated ones";
        output.diagnostics(&[none.help(help)], &Sources::default());
        fine = false;
    }
    finish(&[], &[], fine, args, output)
}

/// File and name of a profile.
type Profile = (String, String);

/// `false`: something is wrong.
fn suite(
    file: &Path,
    count: NonZeroUsize,
    args: &TestArgs,
    tried: &mut BTreeSet<Profile>,
    others: &mut BTreeSet<Profile>,
    output: &mut Output,
) -> bool {
    let Loaded { workspace, .. } = match load(file, &args.read.targets, false) {
        Ok(loaded) => *loaded,
        Err((found, sources)) => {
            output.diagnostics(&found, &sources);
            return false;
        }
    };
    let (platform, sources) = (&workspace.platform, &workspace.sources);
    let key = |revision: &Revision| {
        let source = sources.get(revision.site.span().source);
        (source.map(|it| one_name(&it.name)).unwrap_or_default(), revision.profile.clone())
    };
    let wanted = |revision: &Revision| !tried.contains(&key(revision));
    let told = |profile: &str, done: usize| progress(&format!("profile {profile}, claim {done}/{count}"));
    let found = generate(&workspace.catalog, platform, count.get(), args.seed, &wanted, &told);
    progress("");
    others.extend(platform.revisions.values().map(|revision| key(revision)));
    let mut sound = true;
    for generated in &found {
        tried.extend(platform.revisions.get(&generated.profile).map(|revision| key(revision)));
        sound &= show(generated, sources, output);
    }
    sound
}

/// Shows what became of a profile's claims; `false`: something is wrong.
fn show(generated: &Generated, sources: &Sources, output: &mut Output) -> bool {
    let mut found: Vec<_> = generated.faults.iter().map(Fault::diagnostic).collect();
    if generated.approved == 0 && found.is_empty() {
        let message = format!("of profile `{}` no claim is approved, so that nothing is shown", generated.profile);
        found.push(Diagnostic::unlocated(Code::E0607, message).note(generated.refusal.clone().unwrap_or_default()));
    }
    output.diagnostics(&found, sources);
    if output.is_human() {
        let Generated { profile, claims, approved, denied, changes, .. } = generated;
        let all = if generated.proof { ", all that its parameters allow" } else { "" };
        let (claims, changes) = (plural(*claims, "claim"), plural(*changes, "change"));
        output.line(format!(
            "profile {profile}: {claims}{all}: {approved} approved, {denied} denied by its own rules; {changes}"
        ));
        for fault in &generated.faults {
            output.line(format!("  {}: {}", fault.message, plural(fault.count, fault.what())));
        }
        if !generated.without.is_empty() {
            output.line(format!("  no value is known for {}", generated.without.join(", ")));
        }
    } else {
        output.document(document(generated, sources));
    }
    found.is_empty()
}

fn document(generated: &Generated, sources: &Sources) -> Json {
    let faults = generated.faults.iter().map(|fault| {
        let document = json!({
            "wrong": format!("{:?}", fault.wrong),
            "message": fault.message,
            "count": fault.count,
            "rule": rule_id(&fault.site),
            "parameters": fault.parameters,
            "before": fault.before,
        });
        placed(document, sources, fault.site.span())
    });
    let faults: Vec<_> = faults.collect();
    json!({"generated": {
        "profile": generated.profile,
        "claims": generated.claims,
        "proof": generated.proof,
        "approved": generated.approved,
        "denied": generated.denied,
        "changes": generated.changes,
        "without": generated.without,
        "faults": faults,
    }})
}
