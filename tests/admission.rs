//! The target's own admission, written anew from its description, against what shipped catalogs render: it refuses
//! nothing of it, and our rules refuse whatever it would.
//!
//! `CASES=N` asks for more than CI does. A case is one decision about one claim.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    dead_code,
    reason = "a suite of its own: a panic is how it fails"
)]

mod support;

#[path = "support/admission/mod.rs"]
mod admission;

#[path = "support/generate/rng.rs"]
mod rng;

use std::path::Path;
use std::process::Command;

use admission::{Write, parameters, refused, rules};
use json_patch::merge;
use openbao_claims::engine::{Before, Contract, Decision};
use rng::Rng;
use serde_json::{Value as Json, json};
use support::{World, approved};

/// Decisions of one run.
const CASES: usize = 1_100;
/// Fixed, so that a run can be repeated.
const SEED: u64 = 0x0ad_4155;

fn shapes() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogs");
    let names = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name != "components").collect();
    names.sort();
    names
}

fn world(shape: &str) -> World {
    World::shipped(&["rules", "catalogs/components", &format!("catalogs/{shape}")])
}

fn schema(world: &World) -> Json {
    let profile = world.catalog.profiles.values().next().expect("a profile");
    serde_json::to_value(&profile.object.spec.parameters).unwrap()
}

/// What the API server holds of a service that runs and has nothing to do.
fn settled(contract: &Contract) -> Json {
    let mut object: Json = (*contract.defaulted).clone();
    let spec = &object["spec"];
    object["status"] = json!({
        "phase": "Running", "initialized": true, "selfInitialized": true,
        "currentVersion": spec["version"], "readyReplicas": spec["replicas"],
        "readReplicas": {"readyReplicas": spec["readReplicas"]["replicas"]},
        "acceptedUpgradeStrategy": spec["upgrade"]["strategy"].as_str().unwrap_or("RollingUpdate"),
        "conditions": [{"type": "Available", "status": "True"}, {"type": "Degraded", "status": "False"}],
    });
    object
}

/// Decides about so many claims of a shape, each new one and then an edit of it; how many objects came of it.
fn try_claims(shape: &str, count: usize, failures: &mut Vec<String>) -> usize {
    let world = world(shape);
    let (schema, mut rng) = (schema(&world), Rng::new(SEED));
    let (mut rendered, mut applied) = (0, None::<Contract>);
    let mut name = String::new();
    for at in 0..count {
        let mut claim = world.claim(parameters::parameters(&mut rng, &schema));
        let before = applied.take().filter(|_| at % 2 == 1);
        if before.is_none() {
            name = parameters::name(&mut rng);
        }
        claim.metadata.name = Some(name.clone());
        let decision = world.platform.decide(&claim, Before { applied: before.as_ref(), revision: None });
        // Approved at once, or by whom it concerns: both are written.
        let Decision::Candidate(candidate) = decision else { continue };
        let contract = candidate.rendered.contract;
        let old = before.as_ref().map(settled);
        let found = refused(&Write { new: &contract.defaulted, old: old.as_ref() });
        failures.extend(found.iter().map(|rule| format!("{shape}: {rule}\n{name} {}", contract.parameters)));
        rendered += 1;
        applied = Some(contract);
    }
    rendered
}

#[test]
fn nothing_that_shipped_catalogs_render_is_refused() {
    let wanted = std::env::var("CASES").map_or(CASES, |count| count.parse().expect("CASES is a number"));
    let shapes = shapes();
    let each = wanted.div_ceil(shapes.len());
    let (mut rendered, mut failures) = (0, Vec::new());
    for shape in &shapes {
        let made = try_claims(shape, each, &mut failures);
        assert!(made * 3 > each, "{shape}: nearly all of {each} claims are denied, {made} are not");
        rendered += made;
    }
    println!("{} claims, {rendered} objects, {} refused", each * shapes.len(), failures.len());
    assert!(failures.is_empty(), "{}", failures[0]);
}

/// A service that every rule accepts, as it is held.
fn sound() -> Json {
    let world = world("tested-restores");
    let claim = world.catalog.claims.values().next().unwrap().object.clone();
    settled(&approved(world.decide(&claim)).rendered.contract)
}

/// A broken object of the table: what differs in the new object, and in what is there already.
fn broken(text: &str) -> (Json, Option<Json>) {
    let mut patch: Json = serde_json::from_str(&text.replace("LONG", &"x".repeat(257))).unwrap();
    let before = patch.as_object_mut().unwrap().remove("before");
    (patch, before)
}

fn merged(object: &Json, patch: &Json) -> Json {
    let mut object = object.clone();
    merge(&mut object, patch);
    object
}

#[test]
fn each_rule_refuses_what_is_broken_and_nothing_that_is_sound() {
    let sound = sound();
    assert_eq!(refused(&Write { new: &sound, old: None }), [""; 0]);
    assert_eq!(refused(&Write { new: &sound, old: Some(&sound) }), [""; 0]);
    for rule in rules() {
        assert!(!rule.broken.is_empty(), "nothing breaks: {}", rule.demands);
        for text in rule.broken {
            let (patch, before) = broken(text);
            let old = before.map(|before| merged(&sound, &before));
            let new = merged(&sound, &patch);
            assert!((rule.refuses)(&Write { new: &new, old: old.as_ref() }), "{} accepts {text}", rule.demands);
        }
    }
}

/// What only the running service tells: the target's admission reads it, and our rules see no status.
const OF_STATUS: &str = "the upgrade strategy changes while nothing else goes on";

/// One case for each broken object, and what it breaks.
fn cases() -> (Vec<&'static str>, Vec<Json>) {
    let broken: Vec<_> = rules().filter(|rule| rule.demands != OF_STATUS).flat_map(|rule| rule.broken).collect();
    let cases = broken.iter().enumerate().map(|(at, text)| {
        let (patch, before) = self::broken(text);
        let mut case = json!({"name": at.to_string(), "claim": "team-tested-restores/tested-restores",
            "rendered": patch, "expect": {"verdict": "Approved"}});
        if let Some(mut before) = before {
            before.as_object_mut().unwrap().remove("status");
            case["previous"] = json!({"rendered": before});
        }
        case
    });
    (broken.iter().map(|text| **text).collect(), cases.collect())
}

#[test]
fn our_rules_and_the_targets_schema_refuse_whatever_its_admission_would() {
    let (broken, cases) = cases();
    let root = env!("CARGO_MANIFEST_DIR");
    let files = ["rules", "catalogs/components", "catalogs/tested-restores"].map(|folder| format!("{root}/{folder}"));
    let folder = std::env::temp_dir().join(format!("openbao-claims-admission-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("tests.yaml"), json!({"files": files, "cases": cases}).to_string()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_openbao-claims"))
        .args(["test", "--output", "json"])
        .arg(&folder)
        .output()
        .unwrap();
    let _ = std::fs::remove_dir_all(&folder);
    let json: Json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let told = json["results"][0]["cases"].as_array().unwrap();
    assert_eq!(told.len(), broken.len());
    for (text, case) in broken.iter().zip(told) {
        let failure = &case["failures"][0];
        let got = failure["got"].as_str().unwrap_or("Approved");
        let refused = failure["what"] == "verdict" && (got.starts_with("Denied") || got.starts_with("Blocked"));
        assert!(refused, "{text}\n{failure}");
    }
}
