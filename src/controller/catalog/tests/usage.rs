//! Who uses what, what is collected, whom a change concerns.

use serde_json::json;

use super::cluster::{Cluster, SETTLE};
use crate::controller::world::Watched;

/// Edits the development profile into further revisions, one for each release.
fn revisions<const N: usize>(cluster: &mut Cluster, releases: [&str; N]) -> [String; N] {
    releases.map(|release| {
        cluster.edit(Watched::Profile, "development", |spec| {
            spec["render"][0]["template"]["spec"]["version"] = json!(release);
        });
        cluster.settle().made.remove(0)
    })
}

#[test]
fn usage_is_counted_on_revision_profile_and_offering() {
    let mut cluster = Cluster::development();
    let first = cluster.settle().made.remove(0);
    cluster.claim("a", "development");
    cluster.claim("b", "development");
    cluster.claim("c", "development");
    cluster.bind("a", 1, "development", &first);
    cluster.bind("b", 1, "development", &first);
    let [second] = revisions(&mut cluster, ["3.0.0"]);
    cluster.bind("b", 2, "development", &second);
    cluster.edit(Watched::Offering, "development", |spec| {
        spec["withdrawn"] = json!([{"revision": first, "reason": "it loses data", "replacement": second}]);
    });
    cluster.run();
    let claims = |kind, name: &str| cluster.object(kind, name).unwrap()["status"]["claims"].clone();
    assert_eq!(claims(Watched::Revision, &first), 1);
    assert_eq!(claims(Watched::Revision, &second), 1);
    assert_eq!(claims(Watched::Profile, "development"), 2);
    assert_eq!(claims(Watched::Offering, "development"), 3);
    let offering = cluster.object(Watched::Offering, "development").unwrap();
    assert_eq!(offering["status"]["claimsOnWithdrawn"], 1);
    assert_eq!(offering["status"]["currentRevision"]["name"], json!(second));
    assert!(cluster.run().wrote_nothing());
}

#[test]
fn an_offering_tells_what_new_claims_get_and_why_they_get_nothing() {
    let mut cluster = Cluster::development();
    let first = cluster.settle().made.remove(0);
    let [second] = revisions(&mut cluster, ["3.0.0"]);
    cluster.edit(Watched::Offering, "development", |spec| spec["revision"] = json!({"pin": first}));
    cluster.run();
    let current = &cluster.object(Watched::Offering, "development").unwrap()["status"]["currentRevision"];
    assert_eq!((&current["name"], &current["number"]), (&json!(first), &json!(1)));
    cluster
        .edit(Watched::Offering, "development", |spec| spec["revision"] = json!({"pin": "development-000000000000"}));
    cluster.run();
    assert_eq!(cluster.condition(Watched::Offering, "development", "Ready")[1], "RevisionNotFound");
    cluster.edit(Watched::Offering, "development", |spec| {
        spec["revision"] = json!({});
        spec["withdrawn"] = json!([{"revision": second, "reason": "it loses data"}]);
    });
    cluster.run();
    assert_eq!(cluster.condition(Watched::Offering, "development", "Ready")[1], "RevisionWithdrawn");
}

#[test]
fn revisions_beyond_the_history_are_collected_unless_something_needs_them() {
    let mut cluster = Cluster::development();
    let first = cluster.settle().made.remove(0);
    cluster.claim("a", "development");
    cluster.bind("a", 1, "development", &first);
    let [pinned, old, newer, newest] = revisions(&mut cluster, ["3.0.0", "3.0.1", "3.0.2", "3.0.3"]);
    cluster.edit(Watched::Offering, "development", |spec| spec["revision"] = json!({"pin": pinned}));
    cluster.history = 1;
    let condemned = cluster.run();
    assert!(condemned.deleted.is_empty() && condemned.next == Some(60), "{condemned:?}");
    assert!(!cluster.registry.revisions.contains_key(&old), "nobody binds what is about to go");
    assert_eq!(cluster.condition(Watched::Revision, &old, "Ready")[1], "Unused");
    cluster.pass(60);
    assert_eq!(cluster.run().deleted, [old]);
    for kept in [&first, &pinned, &newer, &newest] {
        assert!(cluster.registry.revisions.contains_key(kept));
    }
    assert!(cluster.run().wrote_nothing());
}

#[test]
fn a_revision_that_is_needed_again_in_time_is_spared() {
    let mut cluster = Cluster::development();
    cluster.history = 0;
    let first = cluster.settle().made.remove(0);
    cluster.claim("a", "development");
    revisions(&mut cluster, ["3.0.0"]);
    cluster.bind("a", 1, "development", &first);
    cluster.pass(120);
    assert!(cluster.run().deleted.is_empty());
    assert!(cluster.registry.revisions.contains_key(&first));
}

#[test]
fn the_last_number_of_a_profile_that_is_gone_is_never_collected() {
    let mut cluster = Cluster::development();
    cluster.history = 0;
    let first = cluster.settle().made.remove(0);
    let [second] = revisions(&mut cluster, ["3.0.0"]);
    cluster.remove(Watched::Profile, "development");
    cluster.run();
    cluster.pass(120);
    let run = cluster.run();
    assert_eq!((run.deleted, cluster.revisions()), (vec![first], vec![(second, 2)]));
}

#[test]
fn a_bound_revision_outlives_its_profile_and_the_whole_catalog() {
    let mut cluster = Cluster::development();
    cluster.history = 0;
    let first = cluster.settle().made.remove(0);
    cluster.claim("a", "development");
    cluster.bind("a", 1, "development", &first);
    let [second] = revisions(&mut cluster, ["3.0.0"]);
    cluster.remove(Watched::Profile, "development");
    cluster.remove(Watched::Offering, "development");
    for component in ["storage", "unseal-static", "exposure-internal", "bootstrap-userpass", "upgrade-rolling"] {
        cluster.remove(Watched::Component, component);
    }
    cluster.run();
    cluster.pass(600);
    assert!(cluster.run().deleted.is_empty());
    assert!(cluster.registry.bound(&first).is_ok() && cluster.registry.bound(&second).is_ok());
}

#[test]
fn a_new_revision_concerns_the_claims_of_its_profile_and_no_others() {
    let mut cluster = Cluster::development();
    let first = cluster.settle().made.remove(0);
    cluster.claim("runs", "development");
    cluster.bind("runs", 1, "development", &first);
    cluster.claim("waits", "development");
    cluster.claim("other", "elsewhere");
    assert!(cluster.run().queued.is_empty());
    cluster.edit(Watched::Profile, "development", |spec| {
        spec["render"][0]["template"]["spec"]["version"] = json!("3.0.0");
    });
    assert!(cluster.run().queued.is_empty());
    cluster.pass(SETTLE);
    let mut queued = cluster.run().queued;
    queued.dedup();
    assert_eq!(queued, ["runs", "waits"]);
    cluster.edit(Watched::Profile, "development", |spec| spec["variables"] = json!([]));
    assert_eq!(cluster.run().queued, ["waits"], "who runs something does not show why the profile is broken");
}

#[test]
fn a_change_of_a_label_concerns_nobody() {
    let mut cluster = Cluster::development();
    cluster.settle();
    cluster.claim("a", "development");
    cluster.run();
    let mut offering = cluster.object(Watched::Offering, "development").unwrap();
    offering["metadata"]["labels"] = json!({"team": "platform"});
    cluster.put(offering);
    let run = cluster.run();
    assert!(run.wrote_nothing() && run.queued.is_empty());
}
