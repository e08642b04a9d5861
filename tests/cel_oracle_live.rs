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
use generate::variables;
use oracle::agreement::Agreement;
use oracle::case::{Answer, Case};
use oracle::compare::{Direction, describe, difference};
use oracle::declared::Names;
use oracle::ours;
use process::Oracle;

/// Generated cases of one run; `CASES=N` asks for more.
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

/// What a run has seen.
#[derive(Default)]
struct Seen {
    values: usize,
    same_cost: usize,
    agreement: Agreement,
    differ: Vec<String>,
}

impl Seen {
    fn take(&mut self, process: &mut Oracle, names: &Names, (case, tree): (Case, Tree), answer: &Answer, valued: bool) {
        self.values += usize::from(answer.value.is_some());
        let ours = ours::answer(&case);
        self.same_cost += usize::from(ours.cost == answer.cost);
        self.agreement.take(&case, answer, names, None, valued);
        if let Some(direction) = difference(&ours, answer) {
            self.differ.push(report(process, case, tree, direction));
        }
    }

    fn is_enough(&self) -> bool {
        self.differ.len() + self.agreement.failures.len() >= ENOUGH
    }
}

#[test]
fn evaluator_checker_and_estimate_agree_with_kubernetes_on_generated_expressions() {
    #[expect(clippy::disallowed_methods, reason = "a run may be asked to be longer")]
    let count = std::env::var("CASES").map_or(CASES, |count| count.parse().expect("CASES is a number"));
    let mut process = Oracle::start();
    let mut generator = Generator::new(SEED);
    let names = Names::new(&variables::types());
    let (mut seen, mut number) = (Seen::default(), 0);
    while number < count && !seen.is_enough() {
        let (cases, trees): (Vec<_>, Vec<_>) = (number..number + BATCH).map(|number| generator.case(number)).unzip();
        let answers = process.answers(&cases);
        for (at, (case, answer)) in cases.into_iter().zip(trees).zip(&answers).enumerate() {
            // In the arbitrary mood variables have values of other types than declared.
            seen.take(&mut process, &names, case, answer, (number + at).is_multiple_of(2));
        }
        number += BATCH;
    }
    let Seen { values, same_cost, agreement, differ } = seen;
    println!("cel oracle, live: {number} cases, {values} with a value; {same_cost} cost the same\n{agreement}");
    let failures: Vec<_> = differ.iter().chain(&agreement.failures).map(String::as_str).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(values > number / 4, "the generator lost its way: only {values} of {number} cases have a value");
    assert!(agreement.accepted > number / 8, "only {} of {number} cases are accepted", agreement.accepted);
}
