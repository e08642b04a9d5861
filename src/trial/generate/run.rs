//! Trying generated claims on the verbs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::api::OpenBaoClusterClaim;
use crate::catalog::{Catalog, Revision, Site, canonical, rule_id};
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::{Before, Contract, Decision, Finding, Platform};

use super::shrink::shrunk;
use super::{Rng, domain, value};

/// What became of the claims of one profile.
#[derive(Debug, Default)]
pub struct Generated {
    /// The profile.
    pub profile: String,
    /// How many claims were tried.
    pub claims: usize,
    /// Whether they are all that the parameters allow.
    pub proof: bool,
    /// How many have a contract.
    pub approved: usize,
    /// How many the catalog's own rules deny.
    pub denied: usize,
    /// Why the first of these is.
    pub refusal: Option<String>,
    /// How many changes from one claim to another were tried.
    pub changes: usize,
    /// Parameters that no value was found for.
    pub without: Vec<String>,
    /// What went wrong, each fault once.
    pub faults: Vec<Fault>,
}

/// What went wrong with a claim that its parameters allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// The object cannot be rendered, or is not the target's.
    Object,
    /// A rule set denies what the catalog renders.
    RuleSet,
    /// A rule cannot be judged.
    Rule,
    /// No rule classifies a change.
    Change,
}

/// One fault, with the smallest claim that shows it.
#[derive(Debug)]
pub struct Fault {
    /// What.
    pub wrong: Wrong,
    /// How many claims or changes meet it.
    pub count: usize,
    /// The claim's parameters.
    pub parameters: Json,
    /// Parameters of the claim before, where it is a change.
    pub before: Option<Json>,
    /// In words.
    pub message: String,
    /// The rule that judged, or what lacks one.
    pub site: Site,
}

impl Fault {
    /// What meets it, in a word.
    pub fn what(&self) -> &'static str {
        if self.wrong == Wrong::Change { "change" } else { "claim" }
    }

    /// The same as an error.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, label) = match self.wrong {
            Wrong::Object => (Code::E0607, "renders this"),
            Wrong::RuleSet => (Code::E0607, "denies what the catalog renders"),
            Wrong::Rule => (Code::E0607, "cannot be judged"),
            Wrong::Change => (Code::E0608, "no rule here"),
        };
        let found = self.site.error(code, &self.message, label);
        match &self.before {
            None => found.note(format!("of a claim with the parameters {}", canonical(&self.parameters))),
            Some(before) => {
                let (before, after) = (canonical(before), canonical(&self.parameters));
                found.note(format!("between claims with the parameters {before} and {after}"))
            }
        }
    }
}

/// Claims and changes of one profile that are tried at most.
const CHANGES_PER_CLAIM: usize = 4;

/// Tries `count` claims of each profile that a claim of the catalog leads to and whose name `wanted` holds for. `told`
/// hears the profile and how many are done.
pub fn generate(
    catalog: &Catalog,
    platform: &Platform,
    count: usize,
    seed: u64,
    wanted: &dyn Fn(&Revision) -> bool,
    told: &dyn Fn(&str, usize),
) -> Vec<Generated> {
    let mut bases: BTreeMap<&str, Vec<&OpenBaoClusterClaim>> = BTreeMap::new();
    for claim in catalog.claims.values() {
        if let Ok(inputs) = platform.inputs(&claim.object, Before::default())
            && wanted(inputs.revision)
        {
            bases.entry(&inputs.revision.profile).or_default().push(&claim.object);
        }
    }
    let of = |(profile, claims): (&str, Vec<&OpenBaoClusterClaim>)| {
        let revision = platform.revisions.get(profile)?;
        // The first that is approved as it is: what it says of tenant and namespace holds.
        let approved =
            |claim: &&&OpenBaoClusterClaim| matches!(platform.decide(claim, Before::default()), Decision::Candidate(_));
        let base = claims.iter().find(approved).or(claims.first())?;
        let known: Vec<_> = claims.iter().map(|claim| &claim.spec.parameters.0).filter(|it| !it.is_null()).collect();
        let attempt = Attempt { platform, revision, base };
        Some(attempt.run(&known, count, Rng::new(seed), &|done| told(profile, done)))
    };
    bases.into_iter().filter_map(of).collect()
}

/// What tells one fault from another.
type Name = (Wrong, String);

struct Attempt<'a> {
    platform: &'a Platform,
    revision: &'a Revision,
    base: &'a OpenBaoClusterClaim,
}

impl Attempt<'_> {
    fn run(&self, known: &[&Json], count: usize, mut rng: Rng, told: &dyn Fn(usize)) -> Generated {
        let schema = &self.revision.parameters;
        let all = domain(schema, known, count);
        let mut claims = all.values;
        claims.truncate(count);
        let mut made: BTreeSet<String> = claims.iter().map(canonical).collect();
        // A schema may allow fewer claims than are asked for without telling so.
        for _ in 0..count.saturating_mul(4) {
            if all.complete || claims.len() >= count {
                break;
            }
            claims.extend(value(schema, known, &mut rng).filter(|claim| made.insert(canonical(claim))));
        }
        let mut done = Generated {
            profile: self.revision.profile.clone(),
            claims: claims.len(),
            proof: all.complete,
            without: all.without,
            ..Generated::default()
        };
        let mut faults = BTreeMap::new();
        let mut contracts = Vec::new();
        for (at, claim) in claims.into_iter().enumerate() {
            told(at);
            match self.platform.decide(&self.claim(&claim), Before::default()) {
                Decision::Candidate(candidate) => contracts.push((claim, candidate.rendered.contract)),
                refused if self.refused(&claim, &refused, &mut faults) => {}
                refused => {
                    done.denied += 1;
                    let first = refused.findings().first();
                    done.refusal = done.refusal.or(first.map(|it| format!("{}: {}", it.reason, it.message)));
                }
            }
        }
        done.approved = contracts.len();
        done.changes = self.changes(&contracts, count, &mut faults);
        done.faults = faults.into_values().collect();
        done
    }

    fn claim(&self, parameters: &Json) -> OpenBaoClusterClaim {
        let mut claim = self.base.clone();
        claim.spec.parameters = parameters.clone().into();
        claim
    }

    /// Whether a claim that is refused shows a fault; it is noted.
    fn refused(&self, claim: &Json, decision: &Decision, faults: &mut BTreeMap<Name, Fault>) -> bool {
        let wrong: Vec<_> = decision.findings().iter().filter_map(|it| wrong(it).map(|name| (name, it))).collect();
        let any = !wrong.is_empty();
        for (name, finding) in wrong {
            if let Some(fault) = faults.get_mut(&name) {
                fault.count += 1;
                continue;
            }
            let shows = |smaller: &Json| self.shows(smaller, &name);
            let site = finding.rule.as_ref().map_or_else(|| self.place("render"), |rule| rule.site.clone());
            let message = format!("{}: {}", finding.reason, finding.message);
            let parameters = shrunk(claim.clone(), shows);
            faults.insert(name.clone(), Fault { wrong: name.0, count: 1, parameters, before: None, message, site });
        }
        any
    }

    fn shows(&self, claim: &Json, name: &Name) -> bool {
        let decision = self.platform.decide(&self.claim(claim), Before::default());
        decision.findings().iter().any(|finding| wrong(finding).as_ref() == Some(name))
    }

    /// The part of the profile that is meant.
    fn place(&self, part: &str) -> Site {
        self.revision.site.at("spec").at(part)
    }

    /// Tries changes: all of them where claims are few, otherwise from each to the next.
    fn changes(&self, contracts: &[(Json, Contract)], count: usize, faults: &mut BTreeMap<Name, Fault>) -> usize {
        let all = contracts.len().saturating_mul(contracts.len()) <= count.saturating_mul(CHANGES_PER_CLAIM);
        let mut tried = 0;
        for (at, (before, contract)) in contracts.iter().enumerate() {
            let next = at + 1..at + 2;
            let others = if all { 0..contracts.len() } else { next };
            for (after, _) in contracts.get(others).into_iter().flatten().filter(|(after, _)| after != before) {
                tried += 1;
                for (name, message) in self.unclassified(contract, after) {
                    if let Some(fault) = faults.get_mut(&name) {
                        fault.count += 1;
                        continue;
                    }
                    let (before, parameters) = self.closer(before, after, &name);
                    let site = self.place("sensitivity");
                    let fault = Fault { wrong: name.0, count: 1, parameters, before: Some(before), message, site };
                    faults.insert(name, fault);
                }
            }
        }
        tried
    }

    /// Changes from a contract to a claim that no rule classifies.
    fn unclassified(&self, contract: &Contract, after: &Json) -> Vec<(Name, String)> {
        let claim = self.claim(after);
        let decision = self.platform.decide(&claim, Before { applied: Some(contract), revision: Some(self.revision) });
        let changes = decision.candidate().and_then(|it| it.transition.as_ref()).map(|it| it.changes.as_slice());
        let unclassified = changes.unwrap_or_default().iter().filter(|change| change.rule.is_none());
        unclassified
            .map(|change| {
                let path = change.path.to_string();
                let message = format!("no rule classifies a change of `{path}`, so it is blocked");
                ((Wrong::Change, path), message)
            })
            .collect()
    }

    /// The two closest claims that still show it: each step takes a parameter away from both, or the same for both.
    fn closer(&self, before: &Json, after: &Json, name: &Name) -> (Json, Json) {
        let shows = |pair: &Json| {
            let (Some(before), Some(after)) = (pair.get(0), pair.get(1)) else { return false };
            match self.platform.decide(&self.claim(before), Before::default()) {
                Decision::Candidate(candidate) => {
                    self.unclassified(&candidate.rendered.contract, after).iter().any(|(found, _)| found == name)
                }
                _ => false,
            }
        };
        let pair = shrunk(json!([before, after]), shows);
        (pair.get(0).cloned().unwrap_or_default(), pair.get(1).cloned().unwrap_or_default())
    }
}

/// What a finding about a claim that its schema allows says of the catalog; `None`: nothing, it is the catalog's will.
fn wrong(finding: &Finding) -> Option<Name> {
    let rule = finding.rule.as_ref().map(|rule| &rule.site);
    let name = |wrong, name: String| Some((wrong, name));
    match finding.reason.as_str() {
        "InvalidOutput" | "OutputTooLarge" | "RenderError" => {
            let place = finding.path.as_ref().map(ToString::to_string).or_else(|| rule.map(rule_id));
            name(Wrong::Object, place.unwrap_or_default())
        }
        "RuleError" => name(Wrong::Rule, rule.map(rule_id).unwrap_or_default()),
        _ => match rule {
            Some(site) if site.origin.kind == "OpenBaoRuleSet" => name(Wrong::RuleSet, rule_id(site)),
            _ => None,
        },
    }
}
