//! Our evaluator against the running oracle, on freshly generated expressions.
//!
//! Needs the oracle that `tests/oracle/record` builds, so it is behind the feature `oracle` and run by CI.

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

#[path = "support/generate/mod.rs"]
mod generate;

#[path = "support/process.rs"]
mod process;

use generate::Generator;
use generate::tree::Tree;
use oracle::case::{Answer, Case};
use oracle::compare::{Direction, describe, difference};
use oracle::ours;
use process::Oracle;

/// Generated cases of one run.
const CASES: usize = 20_000;
/// Cases between two looks at the answers.
const BATCH: usize = 500;
/// Disagreements after which a run has seen enough.
const ENOUGH: usize = 20;
/// Fixed, so that a run can be repeated; another one finds other cases.
const SEED: u64 = 0x0b40_c1a1;

/// How our evaluator and the oracle differ on a case.
fn differ(case: &Case, answer: &Answer) -> Option<Direction> {
    difference(&ours::answer(case), answer)
}

/// The smallest expression that the tree can be cut down to and that still differs in the same direction.
fn smallest(process: &mut Oracle, case: Case, mut tree: Tree, direction: Direction) -> Case {
    let mut best = case;
    loop {
        let mut trees = tree.smaller();
        trees.sort_by_key(|tree| tree.text().len());
        trees.truncate(200);
        let cases: Vec<_> = trees.iter().map(|tree| Case { expr: tree.text(), ..best.clone() }).collect();
        let answers = process.answers(&cases);
        let found = cases
            .iter()
            .zip(&answers)
            .position(|(case, answer)| case.expr.len() < best.expr.len() && differ(case, answer) == Some(direction));
        let Some(at) = found else { return best };
        best = cases[at].clone();
        tree = trees[at].clone();
    }
}

fn report(process: &mut Oracle, case: Case, tree: Tree, direction: Direction) -> String {
    let case = smallest(process, case, tree, direction);
    let answer = process.answers(std::slice::from_ref(&case)).remove(0);
    describe(&case, &ours::answer(&case), &answer, direction)
}

#[test]
fn our_evaluator_agrees_with_kubernetes_on_generated_expressions() {
    let mut process = Oracle::start();
    let mut generator = Generator::new(SEED);
    let (mut failures, mut values, mut same_cost, mut number) = (Vec::new(), 0, 0, 0);
    while number < CASES && failures.len() < ENOUGH {
        let (cases, trees): (Vec<_>, Vec<_>) = (number..number + BATCH).map(|number| generator.case(number)).unzip();
        let answers = process.answers(&cases);
        for ((case, tree), answer) in cases.into_iter().zip(trees).zip(answers) {
            values += usize::from(answer.value.is_some());
            let ours = ours::answer(&case);
            same_cost += usize::from(ours.cost == answer.cost);
            if let Some(direction) = difference(&ours, &answer).filter(|_| failures.len() < ENOUGH) {
                failures.push(report(&mut process, case, tree, direction));
            }
        }
        number += BATCH;
    }
    let disagree = failures.len();
    println!("cel oracle, live: {number} cases, {values} with a value, {disagree} disagree; {same_cost} cost the same");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(values > number / 4, "the generator lost its way: only {values} of {number} cases have a value");
}
