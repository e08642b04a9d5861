//! Any parameters of the shipped `hardened-gateway` are judged; what is accepted is a valid object, is
//! unchanged against itself, and an edit to it is a change of some class.
//!
//! The input is two lines of JSON: parameters, and edited ones.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use openbao_claims::api::{OpenBaoClusterClaim, Sensitivity};
use openbao_claims::catalog::Catalog;
use openbao_claims::diagnostic::Sources;
use openbao_claims::engine::{Before, Decision, Platform, explain};
use openbao_claims_fuzz::{load, targets, texts};
use serde_json::Value as Json;

struct Shipped {
    platform: Platform,
    claim: OpenBaoClusterClaim,
}

static SHIPPED: LazyLock<Shipped> = LazyLock::new(|| {
    let (mut sources, mut catalog) = (Sources::default(), Catalog::default());
    for text in ["rules", "catalogs/components", "catalogs/hardened-gateway"].into_iter().flat_map(texts) {
        assert!(load(&text, &mut catalog, &mut sources).is_empty());
    }
    let claim = catalog.claims.values().next().expect("a claim").object.clone();
    Shipped { platform: Platform::compile(&catalog, targets()).0, claim }
});

fn claim(parameters: &str) -> Option<OpenBaoClusterClaim> {
    let parameters: Json = serde_json::from_str(parameters).ok()?;
    let mut claim = SHIPPED.claim.clone();
    claim.spec.parameters = parameters.into();
    Some(claim)
}

fuzz_target!(|text: &str| {
    let (old, new) = text.split_once('\n').unwrap_or((text, "{}"));
    let (Some(old), Some(new)) = (claim(old), claim(new)) else { return };
    let platform = &SHIPPED.platform;
    let candidate = match platform.decide(&old, Before::default()) {
        Decision::Candidate(candidate) => candidate,
        Decision::Denied(findings) => return assert!(!findings.is_empty()),
        other => panic!("{other:?}"),
    };
    assert!(candidate.transition.is_none());
    let revision = platform.revisions.values().next().expect("a revision");
    assert_eq!(explain(revision, &candidate.rendered).len(), candidate.rendered.writers.len());
    let applied = candidate.rendered.contract;
    for target in &revision.targets {
        let mut object = applied.object.clone();
        assert!(target.schema.unknown_fields(&object).is_empty());
        target.schema.apply_defaults(&mut object);
        assert!(target.schema.validate(&object).is_empty());
    }
    let Decision::Candidate(same) = platform.decide(&old, Before { applied: Some(&applied), revision: None }) else {
        panic!("what is applied is refused")
    };
    assert_eq!(same.sensitivity(), Sensitivity::Unchanged);
    assert_eq!(same.rendered.contract.digest, applied.digest);

    let edited = match platform.decide(&new, Before { applied: Some(&applied), revision: None }) {
        Decision::Candidate(candidate) | Decision::Blocked { candidate: Some(candidate), .. } => candidate,
        Decision::Denied(findings) | Decision::Blocked { findings, .. } => return assert!(!findings.is_empty()),
        Decision::Pending(findings) => panic!("{findings:?}"),
    };
    let transition = edited.transition.expect("something is applied");
    assert!(transition.changes.iter().all(|change| change.old != change.new && change.class > Sensitivity::Unchanged));
    assert!(transition.changes.iter().all(|change| change.rule.is_some() || change.class == Sensitivity::Blocked));
    assert_eq!(edited.rendered.contract.object == applied.object, edited.rendered.contract.digest == applied.digest);
});
