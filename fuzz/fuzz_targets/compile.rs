//! A catalog with a part that is anything compiles or says why, the same way every time.
//!
//! The input is a profile's spec after its fixed beginning, or, with `---` in front, whole documents.

#![no_main]

use libfuzzer_sys::fuzz_target;
use openbao_claims::catalog::Catalog;
use openbao_claims::diagnostic::{Severity, Sources};
use openbao_claims::engine::{Before, Decision, Platform};
use openbao_claims_fuzz::{check_diagnostics, load, targets};

const BASE: &str = include_str!("base.yaml");

fuzz_target!(|text: &str| {
    let whole = if text.starts_with("---") { text.to_owned() } else { BASE.replace("  # here\n", text) };
    let (mut sources, mut catalog) = (Sources::default(), Catalog::default());
    let mut found = load(&whole, &mut catalog, &mut sources);
    let (platform, more) = Platform::compile(&catalog, targets());
    let (again, _) = Platform::compile(&catalog, targets());
    for (name, revision) in &platform.revisions {
        assert_eq!(Some(&revision.digest), again.revisions.get(name).map(|it| &it.digest));
    }
    for name in catalog.profiles.keys() {
        assert!(platform.revisions.contains_key(name) != platform.broken_profiles.contains_key(name), "{name}");
    }
    // What was refused when it was read is told by the reading, the rest by the compiler.
    found.extend(more);
    if !platform.broken_profiles.is_empty() {
        assert!(found.iter().any(|it| it.severity == Severity::Error));
    }
    check_diagnostics(&found, &sources);
    for entry in catalog.claims.values() {
        let Decision::Candidate(first) = platform.decide(&entry.object, Before::default()) else { continue };
        let Decision::Candidate(second) = platform.decide(&entry.object, Before::default()) else { panic!("differs") };
        assert_eq!(first.rendered.contract.digest, second.rendered.contract.digest);
    }
});
