//! comply: which of the platform's rules a running service fails, as it was agreed and as it is.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::catalog::{Revision, RuleSet};

use super::contract::Contract;
use super::drift::observed_contract;
use super::finding::Finding;
use super::judge::RuleSetJudge;
use super::project::Terms;

/// What a running service fails.
#[derive(Clone, Debug, Default)]
pub struct Compliance {
    /// Rules that its contract fails: they were made, or tightened, after it was agreed.
    pub contract: Vec<Finding>,
    /// Rules that the contract satisfies and the live object fails.
    pub live: Vec<Finding>,
}

/// Judges what is applied, and the live object, by the rule sets as they are now. Nothing follows from it but words.
pub fn compliance(
    contract: &Contract,
    terms: &Terms,
    live: Option<&Json>,
    revision: &Revision,
    rule_sets: &[Arc<RuleSet>],
) -> Compliance {
    let agreed = failures(contract, terms, rule_sets);
    let found = live.and_then(|live| observed_contract(contract, live, revision));
    let live = found.map(|found| failures(&found, terms, rule_sets)).unwrap_or_default();
    let known: Vec<_> = agreed.iter().map(Finding::rule_id).collect();
    let live = live.into_iter().filter(|finding| !known.contains(&finding.rule_id())).collect();
    Compliance { contract: agreed, live }
}

fn failures(contract: &Contract, terms: &Terms, rule_sets: &[Arc<RuleSet>]) -> Vec<Finding> {
    let facts = terms.facts();
    let mut found = Vec::new();
    for rule_set in rule_sets {
        let judge = RuleSetJudge::new(rule_set, &facts, contract, None);
        if judge.speaks() {
            found.extend(judge.findings(&mut Vec::new()));
        }
    }
    found
}
