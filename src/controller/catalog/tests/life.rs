//! A catalog's ordinary life.

use serde_json::{Value as Json, json};

use super::cluster::{Cluster, SETTLE, surroundings};
use crate::controller::catalog::compile::digest;
use crate::controller::world::Watched;

fn set_version(version: &str) -> impl FnOnce(&mut Json) {
    let version = version.to_owned();
    move |spec| spec["render"][0]["template"]["spec"]["version"] = json!(version)
}

#[test]
fn a_catalog_becomes_a_revision_once_it_has_settled_and_then_nothing_is_written() {
    let mut cluster = Cluster::development();
    let first = cluster.run();
    assert_eq!((first.made.len(), first.next), (0, Some(SETTLE)));
    assert_eq!(cluster.condition(Watched::Profile, "development", "Ready")[1], "Gathering");
    assert_eq!(cluster.condition(Watched::Offering, "development", "Ready")[1], "Gathering");
    cluster.pass(SETTLE);
    let second = cluster.run();
    let [made] = second.made.as_slice() else { panic!("{second:?}") };
    assert_eq!(cluster.current("development").as_ref(), Some(made));
    assert_eq!(cluster.revisions(), [(made.clone(), 1)]);
    for (kind, name) in
        [(Watched::Profile, "development"), (Watched::Offering, "development"), (Watched::Revision, made)]
    {
        assert_eq!(cluster.condition(kind, name, "Ready")[0], "True");
    }
    let status = &cluster.object(Watched::Profile, "development").unwrap()["status"];
    assert_eq!(status["currentRevision"]["number"], 1);
    assert!(cluster.run().wrote_nothing());
    cluster.pass(3_600);
    let later = cluster.run();
    assert!(later.wrote_nothing() && later.queued.is_empty() && later.next.is_none(), "{later:?}");
}

#[test]
fn everything_that_is_shipped_compiles_and_each_component_by_itself() {
    let folders = ["catalogs/components", "catalogs/development", "catalogs/hardened-gateway", "rules"];
    let mut cluster = Cluster::of(&folders);
    let run = cluster.settle();
    assert_eq!(run.made.len(), 2, "{run:?}");
    let components: Vec<_> = cluster.world.components.all().map(|it| it.meta.at.name.clone()).collect();
    assert!(components.len() >= 30, "{components:?}");
    for name in &components {
        let [status, _, message] = cluster.condition(Watched::Component, name, "Compiled");
        assert_eq!(status, "True", "{name}: {message}");
    }
    assert_eq!(cluster.object(Watched::Component, "storage").unwrap()["status"]["profiles"], 2);
    assert_eq!(cluster.registry.broken_rule_sets, [""; 0]);
    assert_eq!(cluster.registry.rule_sets.len(), cluster.world.rule_sets.all().count());
}

#[test]
fn a_revision_keeps_the_sources_that_its_digest_is_made_of() {
    let mut cluster = Cluster::development();
    let name = cluster.settle().made.remove(0);
    let object = cluster.object(Watched::Revision, &name).unwrap();
    let sources: Vec<crate::api::SourceObject> = serde_json::from_value(object["spec"]["sources"].clone()).unwrap();
    let names: Vec<_> = sources.iter().map(|source| source.name.as_str()).collect();
    let wired = ["bootstrap-userpass", "exposure-internal", "storage", "unseal-static", "upgrade-rolling"];
    assert_eq!(names, [&["development"], wired.as_slice()].concat());
    assert!(sources.iter().all(|source| source.uid.is_some() && source.generation == Some(1)));
    assert_eq!(digest(&sources).to_string(), object["spec"]["digest"].as_str().unwrap());
    let bound = &cluster.registry.revisions[&name];
    assert_eq!(bound.revision.digest, digest(&sources));
    assert!(object["metadata"].get("ownerReferences").is_none());
    assert_eq!(object["metadata"]["labels"]["claims.openbao.org/profile"], "development");
    // What the API server demands of the kind holds for it.
    let mut catalog = crate::catalog::Catalog::default();
    let mut texts = crate::diagnostic::Sources::default();
    let id = texts.add("revision", crate::yaml::write(&json!({
        "apiVersion": object["apiVersion"], "kind": object["kind"], "metadata": {"name": name}, "spec": object["spec"],
    })));
    let document = crate::yaml::read(&texts, id).unwrap().remove(0);
    assert_eq!(catalog.add(document, &surroundings().0), []);
}

#[test]
fn edits_that_come_together_become_one_revision() {
    let mut cluster = Cluster::development();
    cluster.settle();
    cluster.edit(Watched::Profile, "development", set_version("2.6.4"));
    assert!(cluster.run().made.is_empty());
    cluster.pass(SETTLE - 1);
    cluster.edit(Watched::Component, "storage", |spec| spec["sensitivity"][0]["message"] = json!("it grows"));
    assert!(cluster.run().made.is_empty());
    cluster.pass(SETTLE - 1);
    assert!(cluster.run().made.is_empty());
    cluster.pass(1);
    let run = cluster.run();
    assert_eq!(run.made.len(), 1);
    assert_eq!(cluster.revisions().len(), 2);
    assert_eq!(cluster.current("development").as_ref(), run.made.first());
}

#[test]
fn an_edit_that_changes_no_content_makes_nothing() {
    let mut cluster = Cluster::development();
    let first = cluster.settle().made.remove(0);
    // The default of the CRD, written out.
    cluster.edit(Watched::Profile, "development", |spec| spec["sensitivity"][0]["class"] = json!("Gated"));
    let mut object = cluster.object(Watched::Profile, "development").unwrap();
    object["metadata"]["labels"] = json!({"a": "b"});
    cluster.put(object);
    let run = cluster.settle();
    assert!(run.made.is_empty());
    assert_eq!(cluster.current("development"), Some(first));
}

#[test]
fn content_that_returns_is_the_same_revision_and_current_again() {
    let mut cluster = Cluster::development();
    let first = cluster.settle().made.remove(0);
    cluster.edit(Watched::Profile, "development", set_version("2.6.4"));
    let second = cluster.settle().made.remove(0);
    cluster.edit(Watched::Profile, "development", set_version("2.6.3"));
    cluster.run();
    assert_eq!(cluster.current("development"), Some(second.clone()), "it has to settle, too");
    let run = cluster.settle();
    assert!(run.made.is_empty());
    assert_eq!(cluster.current("development"), Some(first.clone()));
    let mut numbers = cluster.revisions();
    numbers.sort_by_key(|(_, number)| *number);
    assert_eq!(numbers, [(first, 1), (second, 2)]);
}

#[test]
fn a_restart_changes_nothing_and_writes_nothing() {
    let mut cluster = Cluster::development();
    cluster.settle();
    cluster.edit(Watched::Profile, "development", set_version("2.6.4"));
    let second = cluster.settle().made.remove(0);
    cluster.restart();
    let run = cluster.run();
    assert!(run.wrote_nothing(), "{run:?}");
    assert_eq!(cluster.current("development"), Some(second));
}

#[test]
fn a_profile_that_comes_back_goes_on_counting() {
    let mut cluster = Cluster::development();
    let profile = cluster.object(Watched::Profile, "development").unwrap();
    let first = cluster.settle().made.remove(0);
    cluster.remove(Watched::Profile, "development");
    let gone = cluster.run();
    assert!(gone.told.contains(&"Offering/development ProfileNotFound".to_owned()), "{gone:?}");
    assert_eq!(cluster.current("development"), None);
    assert!(cluster.registry.revisions.contains_key(&first), "a revision outlives its profile");
    let mut again = json!({"kind": profile["kind"], "metadata": {"name": "development"}, "spec": profile["spec"]});
    set_version("2.7.0")(&mut again["spec"]);
    cluster.put(again);
    cluster.run();
    assert_eq!(cluster.current("development"), None, "what a former profile of that name gave is not given");
    let second = cluster.settle().made.remove(0);
    let mut numbers = cluster.revisions();
    numbers.sort_by_key(|(_, number)| *number);
    assert_eq!(numbers, [(first, 1), (second, 2)]);
    assert_eq!(cluster.condition(Watched::Offering, "development", "ProfileResolved")[0], "True");
}

#[test]
fn a_revision_that_somebody_deletes_is_made_again_from_the_profile() {
    let mut cluster = Cluster::development();
    let name = cluster.settle().made.remove(0);
    cluster.remove(Watched::Revision, &name);
    assert_eq!(cluster.run().made, std::slice::from_ref(&name));
    assert_eq!(cluster.current("development"), Some(name));
}
