//! Broken objects: what they spoil, and what they do not.

use serde_json::{Value as Json, json};

use super::cluster::{Cluster, shipped_objects};
use crate::controller::world::Watched;

fn both() -> Cluster {
    let folders = ["catalogs/components", "catalogs/development", "catalogs/hardened-gateway", "rules"];
    let mut cluster = Cluster::of(&folders);
    cluster.settle();
    cluster
}

fn misspell(spec: &mut Json) {
    spec["render"][0]["template"]["spec"]["storage"]["size"] = json!("${inputs.siz}");
}

fn diagnostics(cluster: &Cluster, kind: Watched, name: &str) -> Vec<Json> {
    let object = cluster.object(kind, name).unwrap();
    object["status"]["diagnostics"].as_array().cloned().unwrap_or_default()
}

#[test]
fn a_broken_component_is_blamed_itself_and_shortly_on_the_profiles_that_use_it() {
    let mut cluster = both();
    let before = cluster.current("development").unwrap();
    cluster.edit(Watched::Component, "storage", misspell);
    let run = cluster.run();
    assert!(run.made.is_empty());
    let [fault] = diagnostics(&cluster, Watched::Component, "storage").try_into().unwrap();
    assert_eq!(fault["code"], "E0107");
    assert_eq!(fault["path"], "spec.render[0].template.spec.storage.size");
    assert_eq!((&fault["line"], &fault["column"]), (&json!(1), &json!(10)));
    assert!(fault["message"].as_str().unwrap().contains("`size`"), "{fault}");
    for profile in ["development", "hardened-gateway"] {
        let [short] = diagnostics(&cluster, Watched::Profile, profile).try_into().unwrap();
        assert_eq!((&short["code"], &short["path"]), (&json!("E0107"), &json!("spec.components.storage")));
        assert!(short["message"].as_str().unwrap().starts_with("the component `storage` does not compile: E0107"));
    }
    let [status, reason, message] = cluster.condition(Watched::Profile, "development", "Compiled");
    assert_eq!((status.as_str(), reason.as_str()), ("False", "NotCompiled"));
    assert!(message.ends_with(&format!("; the last good revision `{before}` stays current")), "{message}");
    assert_eq!(cluster.current("development"), Some(before.clone()));
    assert_eq!(cluster.condition(Watched::Component, "unseal-static", "Compiled")[0], "True");
    assert_eq!(cluster.condition(Watched::Offering, "development", "Ready")[0], "True");
    for expected in ["Component/storage NotCompiled", "Profile/development NotCompiled"] {
        assert!(run.told.contains(&expected.to_owned()), "{:?}", run.told);
    }
    assert!(cluster.run().wrote_nothing());
    cluster.restart();
    assert!(cluster.run().wrote_nothing(), "the last good one is found again");
    assert_eq!(cluster.current("development"), Some(before));
}

#[test]
fn a_repaired_component_brings_back_the_same_revision() {
    let mut cluster = both();
    let before = cluster.current("development");
    let good = cluster.object(Watched::Component, "storage").unwrap();
    cluster.edit(Watched::Component, "storage", misspell);
    cluster.run();
    cluster.edit(Watched::Component, "storage", |spec| *spec = good["spec"].clone());
    let run = cluster.run();
    assert!(run.told.contains(&"Profile/development Compiled".to_owned()), "{:?}", run.told);
    assert_eq!(cluster.current("development"), before);
    assert_eq!(cluster.condition(Watched::Profile, "development", "Ready")[1], "Current");
    assert_eq!(cluster.revisions().len(), 2);
}

#[test]
fn nothing_compiles_while_a_reference_dangles() {
    let mut cluster = Cluster::empty();
    let objects = shipped_objects(&["catalogs/components", "catalogs/development"]);
    let (late, early): (Vec<_>, _) = objects.into_iter().partition(|it| it["metadata"]["name"] == "storage");
    for object in early {
        cluster.put(object);
    }
    assert!(cluster.settle().made.is_empty());
    let [status, reason, message] = cluster.condition(Watched::Profile, "development", "Compiled");
    assert_eq!((status.as_str(), reason.as_str()), ("False", "ReferenceNotFound"));
    assert!(message.contains("there is no component `storage`"), "{message}");
    assert_eq!(cluster.condition(Watched::Offering, "development", "Ready")[1], "ProfileNotCompiled");
    for object in late {
        cluster.put(object);
    }
    assert_eq!(cluster.settle().made.len(), 1);
}

#[test]
fn an_object_that_this_release_does_not_know_whole_is_invalid_and_stops_no_other() {
    let mut cluster = both();
    cluster.edit(Watched::Component, "backup-s3", |spec| spec["rendr"] = json!([]));
    cluster.run();
    let [fault] = diagnostics(&cluster, Watched::Component, "backup-s3").try_into().unwrap();
    assert_eq!((&fault["code"], &fault["path"]), (&json!("E0204"), &json!("spec.rendr")));
    assert_eq!(cluster.condition(Watched::Component, "backup-s3", "Compiled")[1], "Invalid");
    assert_eq!(cluster.condition(Watched::Profile, "hardened-gateway", "Compiled")[1], "ComponentInvalid");
    assert_eq!(cluster.condition(Watched::Profile, "development", "Compiled")[0], "True");
}

#[test]
fn a_broken_rule_set_blocks_and_one_that_changes_concerns_every_claim() {
    let mut cluster = both();
    cluster.claim("a", "development");
    cluster.claim("b", "nothing-that-exists");
    cluster.run();
    let before = cluster.registry.rules.clone();
    cluster.edit(Watched::RuleSet, "posture", |spec| spec["validations"][0]["expression"] = json!("objec.spec"));
    let run = cluster.run();
    assert_eq!(cluster.registry.broken_rule_sets, ["posture"]);
    assert_ne!(cluster.registry.rules, before);
    assert_eq!(run.queued, ["a", "b"]);
    assert_eq!(cluster.condition(Watched::RuleSet, "posture", "Ready")[1], "NotCompiled");
    assert_eq!(cluster.registry.rule_sets.len(), cluster.world.rule_sets.all().count() - 1);
    cluster.edit(Watched::RuleSet, "posture", |spec| *spec = json!({"validashuns": []}));
    cluster.run();
    assert_eq!(cluster.registry.broken_rule_sets, ["posture"], "one that cannot be read blocks as well");
    cluster.remove(Watched::RuleSet, "posture");
    assert_eq!(cluster.run().queued, ["a", "b"]);
    assert!(cluster.registry.broken_rule_sets.is_empty());
}

#[test]
fn a_broken_offering_says_so_alone() {
    let mut cluster = both();
    cluster.claim("a", "hardened-gateway");
    cluster.claim("b", "development");
    cluster.run();
    cluster.edit(Watched::Offering, "hardened-gateway", |spec| spec["eligibility"][0]["expression"] = json!("nobody"));
    let run = cluster.run();
    assert_eq!(run.queued, ["a"]);
    assert!(
        cluster.registry.offerings["hardened-gateway"].as_ref().unwrap_err().starts_with("E0102 spec.eligibility[0]")
    );
    assert_eq!(cluster.condition(Watched::Offering, "hardened-gateway", "Compiled")[1], "NotCompiled");
    assert_eq!(cluster.condition(Watched::Profile, "hardened-gateway", "Ready")[0], "True");
}

#[test]
fn an_offering_whose_profile_is_gone_still_leads_its_claims_to_their_revision() {
    let mut cluster = both();
    let revision = cluster.current("development").unwrap();
    cluster.claim("a", "development");
    cluster.bind("a", 1, "development", &revision);
    cluster.remove(Watched::Profile, "development");
    let run = cluster.run();
    let spec = serde_json::from_value(json!({"tenantRef": {"name": "team"}, "offeringRef": {"name": "development"}}));
    let spec = spec.unwrap();
    let selected = cluster.registry.select(&spec, Some(("development", &revision))).unwrap();
    assert_eq!(selected.bound.revision.name, revision);
    assert_eq!(cluster.registry.select(&spec, None).unwrap_err().reason, "ProfileNotFound");
    assert_eq!(cluster.condition(Watched::Revision, &revision, "Ready")[1], "ProfileGone");
    assert!(run.told.contains(&format!("Revision/{revision} ProfileGone")), "{:?}", run.told);
}

#[test]
fn a_revision_that_was_tampered_with_is_not_used_and_stands_in_nobody_s_way_in_silence() {
    let mut cluster = both();
    let revision = cluster.current("development").unwrap();
    cluster.edit(Watched::Revision, &revision, |spec| spec["sources"][0]["spec"]["selectable"] = json!(false));
    cluster.run();
    assert!(cluster.registry.broken_revisions[&revision].contains("its content has digest"));
    assert_eq!(cluster.condition(Watched::Revision, &revision, "Compiled")[1], "DigestMismatch");
    assert_eq!(cluster.condition(Watched::Profile, "development", "Compiled")[1], "RevisionUnusable");
    assert_eq!(cluster.current("development"), None);
    // Somebody removes it: the profile still has its content.
    cluster.remove(Watched::Revision, &revision);
    assert_eq!(cluster.settle().made, [revision]);
}

#[test]
fn a_stored_revision_that_does_not_compile_any_more_tells_where() {
    let mut cluster = both();
    let revision = cluster.current("development").unwrap();
    let mut object = cluster.object(Watched::Revision, &revision).unwrap();
    object["spec"]["sources"][3]["spec"]["render"][0]["template"]["spec"]["storage"]["size"] = json!("${inputs.siz}");
    let sources: Vec<_> = serde_json::from_value(object["spec"]["sources"].clone()).unwrap();
    let digest = crate::controller::catalog::compile::digest(&sources);
    let name = format!("development-{}", digest.short(12));
    object["spec"]["digest"] = json!(digest.to_string());
    object["metadata"]["name"] = json!(name);
    cluster.put(object);
    cluster.run();
    let [fault] = diagnostics(&cluster, Watched::Revision, &name).try_into().unwrap();
    assert_eq!(fault["path"], "spec.sources[3].spec.render[0].template.spec.storage.size");
    assert!(cluster.registry.broken_revisions.contains_key(&name));
    assert_eq!(cluster.current("development"), Some(revision));
}

#[test]
fn a_closure_that_is_too_large_for_a_revision_says_so() {
    let mut cluster = Cluster::development();
    let filler = "x".repeat(1_000);
    cluster.edit(Watched::Component, "storage", |spec| {
        let rules = (0..255).map(|_| json!({"paths": ["spec.storage.size"], "class": "Gated", "message": filler}));
        spec["sensitivity"] = rules.collect();
    });
    cluster.edit(Watched::Profile, "development", |spec| {
        let rules = (0..255).map(|_| json!({"paths": ["spec.version"], "class": "Gated", "message": filler}));
        spec["sensitivity"] = rules.collect();
    });
    assert!(cluster.settle().made.is_empty());
    assert_eq!(cluster.condition(Watched::Profile, "development", "Compiled")[1], "TooLarge");
}
