//! Our evaluator against the recorded answers of Kubernetes' own CEL.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    reason = "a suite of its own: a panic is how it fails"
)]

#[path = "support/oracle/mod.rs"]
mod oracle;

#[path = "support/differences.rs"]
mod differences;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use oracle::agreement::Agreement;
use oracle::case::{self, Answer, Case};
use oracle::compare::{Direction, describe, difference};
use oracle::declared::Names;
use oracle::ours::{self, Verdict};
use serde::Deserialize;

/// A case with the answer that was recorded.
#[derive(Deserialize)]
struct Recorded {
    #[serde(flatten)]
    case: Case,
    /// Absent until `tests/oracle/record` has run.
    answer: Option<Answer>,
}

/// What a folder of cases comes to.
#[derive(Default)]
struct Tally {
    cases: usize,
    agreed: usize,
    refused: usize,
    same_cost: usize,
    pinned: BTreeSet<String>,
    failures: Vec<String>,
}

/// All recorded cases of a folder, in the order of files and lines.
fn recorded(folder: &str) -> Vec<Recorded> {
    let folder = oracle::folder().join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().flat_map(|file| case::lines(file)).collect()
}

impl Tally {
    fn take(&mut self, Recorded { case, answer }: &Recorded, known: &BTreeMap<String, Direction>) {
        let theirs = answer.as_ref().unwrap_or_else(|| panic!("{} has no answer: run tests/oracle/record", case.id));
        let ours = ours::answer(case);
        self.cases += 1;
        self.refused += usize::from(theirs.refused.is_some() && matches!(ours.verdict, Verdict::Value(_)));
        match (difference(&ours, theirs), known.get(&case.id)) {
            (None, None) => {
                self.agreed += 1;
                self.same_cost += usize::from(ours.cost == theirs.cost);
            }
            (Some(found), Some(pinned)) if found == *pinned => {
                self.pinned.insert(case.id.clone());
            }
            (Some(found), _) => self.failures.push(describe(case, &ours, theirs, found)),
            (None, Some(_)) => self.failures.push(format!("{} is pinned but agrees now: unpin it", case.id)),
        }
    }
}

#[test]
fn our_evaluator_agrees_with_kubernetes_on_every_recorded_case() {
    let known = differences::known();
    let mut tally = Tally::default();
    for case in ["corpus", "spec"].into_iter().flat_map(recorded) {
        tally.take(&case, &known);
    }
    println!(
        "cel oracle: {} cases, {} agreed, {} pinned; {} have a value although Kubernetes' type checker refuses them; \
         {} of the agreed cost the same",
        tally.cases,
        tally.agreed,
        tally.pinned.len(),
        tally.refused,
        tally.same_cost
    );
    let gone: Vec<_> = known.keys().filter(|id| !tally.pinned.contains(*id)).collect();
    assert!(tally.failures.is_empty(), "{} disagree:\n{}", tally.failures.len(), tally.failures.join("\n"));
    assert!(gone.is_empty(), "pinned, but no case: {gone:?}");
    assert!(tally.cases >= 3_000, "the corpus shrank to {} cases", tally.cases);
}

#[test]
fn our_checker_agrees_with_kubernetes_on_every_recorded_case() {
    let listed = differences::verdicts();
    let mut agreement = Agreement::default();
    for Recorded { case, answer } in ["corpus", "spec"].into_iter().flat_map(recorded) {
        let answer = answer.unwrap_or_else(|| panic!("{} has no answer: run tests/oracle/record", case.id));
        let names = Names::new(&case.types);
        agreement.take(&case, &answer, &names, listed.get(&case.id).copied(), true);
    }
    println!("cel oracle: {agreement}");
    let failures = &agreement.failures;
    assert!(failures.is_empty(), "{} disagree:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(agreement.listed, listed, "what differs, and what is listed to");
}
