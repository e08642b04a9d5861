//! What compiles cannot fail by its types: generated catalogs and claims, through approve, render, judge,
//! classify and back.
//!
//! `CASES=N` asks for more than CI does. A case is one decision about one claim.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::format_collect,
    clippy::match_same_arms,
    clippy::similar_names,
    dead_code,
    reason = "a suite of its own: a panic is how it fails"
)]

mod support;

#[path = "support/oracle/mod.rs"]
mod oracle;

#[path = "support/generate/mod.rs"]
mod generate;

#[path = "support/sound/mod.rs"]
mod sound;

use openbao_claims::cel::Fault;
use openbao_claims::engine::{Before, Contract, Decision, Finding};
use sound::{Sample, Samples};
use support::World;

/// Decisions of one run.
const CASES: usize = 1_200;
/// Fixed, so that a run can be repeated.
const SEED: u64 = 0x0c1a_1135;

/// What no catalog that compiles may come to. What is left depends on values, which no type tells.
fn forbidden(fault: &Fault) -> bool {
    match fault {
        Fault::NoSuchKey(_)
        | Fault::IndexOutOfBounds(_)
        | Fault::NoSuchOverload(_)
        | Fault::NoValue
        | Fault::Depth
        | Fault::Budget { .. } => true,
        Fault::Overflow(_) | Fault::DivisionByZero(_) | Fault::InvalidArgument(_) | Fault::DuplicateKey(_) => false,
        Fault::Root { cause, .. } => forbidden(cause),
    }
}

/// Findings of a decision that a compiled catalog must not make.
fn violations(decision: &Decision) -> Vec<String> {
    let wrong = |finding: &Finding| match (&finding.fault, finding.reason.as_str()) {
        (Some(fault), _) => forbidden(fault),
        // A value that JSON cannot say.
        (None, "RenderError") => !finding.message.contains("has no JSON form: NaN") && !conflict(finding),
        (None, _) => false,
    };
    let mut found: Vec<_> = support::findings(decision)
        .iter()
        .filter(|finding| wrong(finding))
        .map(|finding| format!("{}: {}", finding.reason, finding.message))
        .collect();
    let candidate = match decision {
        Decision::Candidate(candidate) | Decision::Blocked { candidate: Some(candidate), .. } => candidate,
        Decision::Blocked { candidate: None, .. } | Decision::Denied(_) | Decision::Pending(_) => return found,
    };
    for change in candidate.transition.iter().flat_map(|transition| &transition.changes) {
        if change.fault.as_deref().is_some_and(forbidden) {
            found.push(format!("{}: {}", change.path, change.message.clone().unwrap_or_default()));
        }
    }
    found
}

/// Two blocks that write one path: what their guards allow, no type tells.
fn conflict(finding: &Finding) -> bool {
    finding.message.contains("written by")
}

/// Judges a sample's claims, each as a new one and as an edit of the one before.
fn judge(world: &World, sample: &Sample) -> (usize, Vec<String>) {
    let (mut count, mut found) = (0, Vec::new());
    let mut applied: Option<Contract> = None;
    for parameters in &sample.claims {
        let claim = world.claim(parameters.clone());
        let new = world.platform.decide(&claim, Before::default());
        let mut told = violations(&new);
        count += 1;
        if let Some(applied) = &applied {
            told.extend(violations(&world.edit(applied, &claim)));
            count += 1;
        }
        found.extend(told.into_iter().map(|told| format!("{told}\n  claim {parameters}")));
        if let Decision::Candidate(candidate) = new {
            applied = Some(candidate.rendered.contract);
        }
    }
    (count, found)
}

#[test]
fn a_catalog_that_compiles_has_no_type_error_for_any_claim() {
    let wanted = std::env::var("CASES").map_or(CASES, |count| count.parse().expect("CASES is a number"));
    let mut samples = Samples::new(SEED);
    let (mut made, mut accepted, mut decisions, mut failures) = (0, 0, 0, Vec::new());
    while decisions < wanted && failures.len() < 5 {
        let sample = samples.sample();
        made += 1;
        let world = World::of(&[&sample.text]);
        if !world.errors().is_empty() {
            assert!(accepted * 60 + 600 > made, "nearly all are refused, the last:\n{}", world.told());
            continue;
        }
        accepted += 1;
        let (count, found) = judge(&world, &sample);
        decisions += count;
        failures.extend(found.first().map(|told| format!("{told}\n{}", sample.text)));
    }
    println!("{made} catalogs, {accepted} compile, {decisions} decisions, {} violations", failures.len());
    failures.sort_by_key(String::len);
    assert!(failures.is_empty(), "{}", failures[0]);
}
