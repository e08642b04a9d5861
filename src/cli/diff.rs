//! `diff`: what would change, for every claim, between two states of claims or catalog?

mod profiles;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use serde_json::json;

use crate::api::{OpenBaoClusterClaim, Sensitivity};
use crate::catalog::{Entry, Key};
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::{Before, Candidate, Contract, Decision};
use crate::trial::{STACK, in_parallel};

use super::Outcome;
use super::args::DiffArgs;
use super::load::Workspace;
use super::output::{Output, plural, progress};
use super::show;

/// Claims that are decided before any of them is shown: what is decided is large, what is shown is not kept.
const AT_ONCE: usize = 512;

pub(super) fn run(args: &DiffArgs, output: &mut Output) -> Outcome {
    progress("reading");
    let (old, new) = read(args);
    progress("");
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
    profiles::show(&old, &new, output);
    let claims: Vec<_> = claims.into_iter().collect();
    let (counts, refused) = compare(&claims, &old, &new, output);
    if output.is_human() {
        let counts: Vec<_> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
        output.line(format!("compared {}: {}", plural(claims.len(), "claim"), counts.join(", ")));
    } else {
        output.document(json!({"compared": claims.len(), "verdicts": counts}));
    }
    if refused || old.has_errors() || new.has_errors() { Outcome::Refused } else { Outcome::Fine }
}

/// Both states, read and compiled at the same time.
fn read(args: &DiffArgs) -> (Workspace, Workspace) {
    let side = |path| Workspace::load(std::iter::once(path).chain(&args.shared), &args.targets);
    std::thread::scope(|scope| {
        let other = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || side(&args.old));
        let new = side(&args.new);
        // Without a second thread, or after its end, this one does the work, and meets what ended the other.
        let old = other.ok().and_then(|thread| thread.join().ok()).unwrap_or_else(|| side(&args.old));
        (old, new)
    })
}

/// Compares claims, in their order: how many have which verdict, and whether something about any is refused.
fn compare(
    claims: &[&Key],
    old: &Workspace,
    new: &Workspace,
    output: &mut Output,
) -> (BTreeMap<&'static str, usize>, bool) {
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let (mut counts, mut refused) = (BTreeMap::new(), false);
    for (at, some) in claims.chunks(AT_ONCE).enumerate() {
        let told = |done: usize, _: usize| progress(&format!("claim {}/{}", at * AT_ONCE + done, claims.len()));
        let pairs = in_parallel(some, threads, || (), |(), key| pair(key, old, new), &told);
        progress("");
        for (key, pair) in some.iter().zip(pairs) {
            let (word, fine) = show(key, &pair, old, new, output);
            *counts.entry(word).or_insert(0) += 1;
            refused |= !fine;
        }
    }
    (counts, refused)
}

/// A claim in both states.
enum Pair<'a> {
    New,
    Gone,
    /// it has no contract to compare with
    Unrendered(Decision, &'a Entry<OpenBaoClusterClaim>),
    Both(Box<Contract>, Decision, &'a Entry<OpenBaoClusterClaim>),
}

fn pair<'a>(key: &Key, old: &'a Workspace, new: &'a Workspace) -> Pair<'a> {
    match (old.catalog.claims.get(key), new.catalog.claims.get(key)) {
        (Some(before), Some(after)) => match old.platform.decide(&before.object, Before::default()) {
            Decision::Candidate(applied) => {
                let contract = Box::new(applied.rendered.contract);
                let decision = new.platform.decide(&after.object, since(&contract, before, old));
                Pair::Both(contract, decision, after)
            }
            refused => Pair::Unrendered(refused, before),
        },
        (Some(_), None) => Pair::Gone,
        (None, _) => Pair::New,
    }
}

/// What a claim is compared with.
fn since<'a>(contract: &'a Contract, before: &'a Entry<OpenBaoClusterClaim>, old: &'a Workspace) -> Before<'a> {
    let revision = old.platform.inputs(&before.object, Before::default()).ok().map(|inputs| inputs.revision);
    Before { applied: Some(contract), revision }
}

/// Shows what becomes of a claim: its verdict in a word, and whether nothing about it is refused.
fn show(key: &Key, pair: &Pair<'_>, old: &Workspace, new: &Workspace, output: &mut Output) -> (&'static str, bool) {
    let name = format!("{}/{}", key.0, key.1);
    let word = match pair {
        Pair::New => "is new",
        Pair::Gone => "goes away",
        Pair::Unrendered(decision, before) => {
            let mut found = show::diagnostics(decision, before);
            let place = before.site().at("metadata").at("name");
            let warning = place.error(Code::E0504, "the claim was not rendered before", "nothing to compare with");
            found.push(warning.warning());
            output.diagnostics(&found, &old.sources);
            return ("not rendered before", false);
        }
        Pair::Both(contract, decision, after) => {
            output.diagnostics(&show::diagnostics(decision, after), &new.sources);
            if output.is_human() {
                human(decision, &name, output);
            } else if let Some(before) = old.catalog.claims.get(key) {
                let inputs = new.platform.inputs(&after.object, since(contract, before, old)).ok();
                output.document(show::document(decision, inputs.as_ref(), &after.object));
            }
            return (verdict(decision), matches!(decision, Decision::Candidate(_)));
        }
    };
    if output.is_human() {
        output.line(format!("claim {name}: {word}"));
    } else {
        output.document(json!({"claim": name, "verdict": word}));
    }
    (word, true)
}

/// One word for the way from before.
fn verdict(decision: &Decision) -> &'static str {
    let candidate: Option<&Candidate> = show::candidate(decision);
    match candidate.and_then(|candidate| candidate.transition.as_ref()).map(|it| it.sensitivity) {
        Some(Sensitivity::Unchanged) => "Unchanged",
        Some(Sensitivity::InPlace) => "InPlace",
        _ => show::word(decision),
    }
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
