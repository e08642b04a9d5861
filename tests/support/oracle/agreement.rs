//! Our verdicts beside Kubernetes'.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::case::{Answer, Case, Verdict as Theirs};
use super::compare::Direction;
use super::declared::Names;
use super::kinds;
use super::notation::Type as Written;
use super::rules::Rule;
use super::verdict::{self, Verdict, Why};

/// What many cases come to.
#[derive(Default)]
pub(crate) struct Agreement {
    compared: usize,
    /// Accepted by both.
    pub(crate) accepted: usize,
    refused: usize,
    stricter: BTreeMap<Rule, usize>,
    /// Types of ours that say more, and less.
    narrower: usize,
    wider: usize,
    /// Estimates of ours that are lower, equal and higher.
    estimates: [usize; 3],
    /// Cases that differ as they are listed to: accepted here only, or of another type.
    pub(crate) listed: BTreeMap<String, Direction>,
    pub(crate) failures: Vec<String>,
}

impl Agreement {
    /// Takes one more case. `listed`: how the verdicts may differ. `valued`: its variables have values of the
    /// declared types, so that costs can be compared.
    pub(crate) fn take(
        &mut self,
        case: &Case,
        answer: &Answer,
        names: &Names,
        listed: Option<Direction>,
        valued: bool,
    ) {
        let Some(theirs) = &answer.verdict else { return };
        self.compared += 1;
        match (verdict::of(case, names), &theirs.refused) {
            (Verdict::Refused(_), Some(_)) => self.refused += 1,
            (Verdict::Refused(whys), None) => self.stricter(case, &whys),
            (Verdict::Accepted { ty, .. }, Some(why)) => {
                let what = format!("is a {ty} here and refused by Kubernetes: {why}");
                self.differ(case, Direction::Looser, listed, &what);
            }
            (Verdict::Accepted { ty, estimate }, None) => {
                self.accepted += 1;
                match kinds::fit(&ty, &Written::parse(&theirs.ty), names) {
                    Some(fit) if !fit.wider || is_open(&case.expr) => {
                        self.narrower += usize::from(fit.narrower);
                        self.wider += usize::from(fit.wider);
                    }
                    _ => {
                        let what = format!("is a {ty}, and to Kubernetes a {}", theirs.ty);
                        self.differ(case, Direction::Other, listed, &what);
                    }
                }
                if valued {
                    self.cost(case, answer, theirs, estimate.cost.max);
                }
            }
        }
    }

    fn differ(&mut self, case: &Case, found: Direction, listed: Option<Direction>, what: &str) {
        if listed == Some(found) {
            self.listed.insert(case.id.clone(), found);
        } else {
            self.fail(case, what);
        }
    }

    fn stricter(&mut self, case: &Case, whys: &[Why]) {
        let rules: Option<BTreeSet<Rule>> = whys.iter().map(Rule::of).collect();
        match rules {
            Some(rules) => rules.into_iter().for_each(|rule| *self.stricter.entry(rule).or_default() += 1),
            None => self.fail(case, &format!("is refused by no rule that Kubernetes lacks: {whys:?}")),
        }
    }

    fn cost(&mut self, case: &Case, answer: &Answer, theirs: &Theirs, most: u64) {
        let [lower, equal, higher] = &mut self.estimates;
        match most.cmp(&theirs.max) {
            std::cmp::Ordering::Less => *lower += 1,
            std::cmp::Ordering::Equal => *equal += 1,
            std::cmp::Ordering::Greater => *higher += 1,
        }
        // With variables of any type and of the declared ones: Kubernetes pays differently.
        let paid = answer.cost.max(theirs.cost);
        if most < paid {
            self.fail(case, &format!("costs {paid} in Kubernetes, and here at most {most}"));
        }
    }

    fn fail(&mut self, case: &Case, what: &str) {
        self.failures.push(format!("{}: `{}` {what}", case.id, case.expr));
    }
}

/// Whether an expression has a literal without elements in it, or hides a type.
fn is_open(expr: &str) -> bool {
    ["[]", "{}", "optional.none()", "dyn("].iter().any(|literal| expr.contains(literal))
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { compared, accepted, refused, narrower, wider, estimates: [lower, equal, higher], .. } = self;
        write!(
            f,
            "{compared} verdicts: both accept {accepted} and refuse {refused}, {} differ as listed; types say more for \
             {narrower} and less for {wider}; estimates are lower than Kubernetes' for {lower}, equal for {equal}, higher \
             for {higher}; stricter by rule: {:?}",
            self.listed.len(),
            self.stricter
        )
    }
}
