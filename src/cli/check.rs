//! `check`: is everything in order?

use crate::catalog::coverage;
use crate::diagnostic::{Diagnostic, Severity, sorted_capped};
use crate::engine::{Before, Decision, Finding};

use super::Outcome;
use super::args::CheckArgs;
use super::load::Workspace;
use super::output::{Output, counted, plural};
use super::show;

pub(super) fn run(args: &CheckArgs, output: &mut Output) -> Outcome {
    #[cfg(feature = "operator")]
    if args.watch {
        let paths: Vec<_> = args.read.paths.iter().chain(&args.read.targets.target_crd).cloned().collect();
        return super::watch::watch(&paths, || {
            let outcome = once(args, output);
            output.flush().then_some(outcome)
        });
    }
    once(args, output)
}

fn once(args: &CheckArgs, output: &mut Output) -> Outcome {
    let mut workspace = Workspace::load(&args.read.paths, &args.read.targets);
    let mut found = std::mem::take(&mut workspace.diagnostics);
    for claim in workspace.catalog.claims.values() {
        let decision = workspace.platform.decide(&claim.object, Before::default());
        found.extend(judged(&decision, claim));
    }
    let (mut paths, mut covered) = (0, 0);
    for revision in workspace.platform.revisions.values() {
        let coverage = coverage(revision, &workspace.platform.rule_sets);
        paths += coverage.paths;
        covered += coverage.covered;
        found.extend(coverage.warnings);
    }
    // Several profiles tell the same of a component that they share.
    let (mut found, _) = sorted_capped(found, usize::MAX);
    let failed = found.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    if failed {
        // Advice comes once nothing is wrong.
        found.retain(|diagnostic| !diagnostic.code.is_advice());
    }
    output.diagnostics(&found, &workspace.sources);
    output.more_about(&found);
    let catalog = &workspace.catalog;
    let counts = [
        (catalog.offerings.len(), "offering"),
        (catalog.profiles.len(), "profile"),
        (catalog.components.len(), "component"),
        (catalog.rule_sets.len(), "rule set"),
        (catalog.claims.len(), "claim"),
    ];
    if output.is_human() {
        let read: Vec<_> = counts.iter().map(|(count, what)| plural(*count, what)).collect();
        output.line(format!("checked {}: {}", read.join(", "), counted(&found)));
        if paths > 0 {
            output.line(format!("{covered} of {paths} paths that a change can touch have a sensitivity rule"));
        }
    } else {
        let read: serde_json::Map<_, _> =
            counts.iter().map(|(count, what)| ((*what).replace(' ', "_"), serde_json::json!(count))).collect();
        let sensitivity = serde_json::json!({"paths": paths, "covered": covered});
        output.document(serde_json::json!({"read": read, "sensitivity": sensitivity, "ok": !failed}));
    }
    if failed { Outcome::Refused } else { Outcome::Fine }
}

/// What a decision says about a claim; a tenant that was not read is only a warning here, since a
/// catalog is checked before its tenants exist.
fn judged(decision: &Decision, claim: &crate::catalog::Entry<crate::api::OpenBaoClusterClaim>) -> Vec<Diagnostic> {
    // What is wrong with the catalog is told where it is wrong.
    let told_above = |finding: &Finding| {
        matches!(finding.reason.as_str(), "ProfileNotCompiled" | "OfferingNotCompiled" | "RuleSetNotCompiled")
    };
    if show::findings(decision).iter().any(told_above) {
        return Vec::new();
    }
    let found = show::diagnostics(decision, claim);
    match decision {
        Decision::Pending(_) => found.into_iter().map(Diagnostic::warning).collect(),
        _ => found,
    }
}
