//! C. Rendering. Cases 32 and 33 stand beside the code that names clusters (`engine/name.rs`).

use openbao_claims::engine::Decision;
use serde_json::json;

use crate::support::{Tiny, World, approved, classes, denied, findings};

#[test]
fn case_032_names_that_start_with_a_digit_or_hold_dots_become_clusters() {
    let world = Tiny::default().sound();
    for name in ["2fa-vault", "vault-v2.5"] {
        let mut claim = world.claim(json!({}));
        claim.metadata.name = Some(name.to_owned());
        let contract = approved(world.decide(&claim)).rendered.contract;
        let target = contract.object["metadata"]["name"].as_str().unwrap().to_owned();
        assert!(target.len() <= 35 && target.starts_with(|first: char| first.is_ascii_lowercase()), "{target}");
        assert!(!target.contains('.'), "{target}");
    }
}

#[test]
fn case_033_a_claim_of_180_characters_renders() {
    let world = Tiny::default().sound();
    let mut claim = world.claim(json!({}));
    claim.metadata.name = Some("a".repeat(180));
    let contract = approved(world.decide(&claim)).rendered.contract;
    assert!(contract.object["metadata"]["name"].as_str().unwrap().len() <= 35);
}

fn unique() -> World {
    Tiny {
        parameters: "{bucket: {type: string, maxLength: 63, default: shared}, path: {type: string, maxLength: 63}}",
        spec: "  unique: [{name: backup, key: \"[params.bucket, params.?path.orValue('default')]\"}]".to_owned(),
        ..Tiny::default()
    }
    .sound()
}

#[test]
fn case_035_uniqueness_is_judged_on_what_is_rendered_whatever_produced_it() {
    let world = unique();
    // A generated default and the same value said by the tenant are one key.
    assert_eq!(world.contract(json!({})).unique, world.contract(json!({"bucket": "SHARED", "path": "Default"})).unique);
    assert_ne!(world.contract(json!({})).unique, world.contract(json!({"path": "other"})).unique);
    // Parts are kept apart: ("ab", "c") is not ("a", "bc").
    assert_ne!(
        world.contract(json!({"bucket": "ab", "path": "c"})).unique,
        world.contract(json!({"bucket": "a", "path": "bc"})).unique
    );
}

#[test]
fn case_036_a_key_has_one_digest_that_names_its_reservation() {
    let world = unique();
    let key = |parameters| world.contract(parameters).unique[0].digest();
    assert_eq!(key(json!({})), key(json!({"bucket": "Shared"})));
    assert_ne!(key(json!({})), key(json!({"bucket": "mine"})));
}

#[test]
fn case_037_a_candidate_names_the_key_that_it_would_hold_and_the_applied_one_stays() {
    let world = unique();
    let applied = world.contract(json!({"path": "a"}));
    let edited = approved(world.edit(&applied, &world.claim(json!({"path": "b"}))));
    assert_ne!(applied.unique, edited.rendered.contract.unique);
    assert_ne!(applied.digest, edited.rendered.contract.digest, "a key is part of the candidate");
}

fn service(template: &str) -> World {
    Tiny {
        parameters: "{here: {type: boolean, default: true}, nothing: {type: string, maxLength: 9}}",
        render: format!("  - {{name: service, when: params.here, template: {{spec: {template}}}}}"),
        sensitivity: "  - {paths: ['spec.service.**'], class: InPlace}".to_owned(),
        ..Tiny::default()
    }
    .sound()
}

#[test]
fn case_038_absent_and_empty_are_different_things() {
    let world = service("{service: {}}");
    let with = world.contract(json!({}));
    assert_eq!(with.object["spec"]["service"], json!({}));
    let without = world.contract(json!({"here": false}));
    assert_eq!(without.object["spec"].get("service"), None);
    let decision = world.edit(&without, &world.claim(json!({})));
    assert_eq!(classes(&decision), ["spec.service InPlace"]);
    // A list that is empty is neither absent nor null.
    let world = service("{imagePullSecrets: []}");
    assert_eq!(world.contract(json!({})).object["spec"]["imagePullSecrets"], json!([]));
    // An optional without a value contributes nothing, and null is told to its author.
    let world = service("{image: \"${optional.none()}\"}");
    assert_eq!(world.contract(json!({})).object["spec"].get("image"), None);
}

#[test]
fn case_039_a_field_of_a_newer_release_is_an_error_for_an_older_one() {
    let tiny = Tiny {
        render: "  - {name: mode, template: {spec: {controllerJWTMode: Shared}}}".to_owned(),
        ..Tiny::default()
    };
    let told = tiny.world().told();
    assert!(told.contains("E0401") && told.contains("0.5.1"), "{told}");
    let newer = tiny.text().replace("releases: [\"0.5.1\", main]", "releases: [main]");
    World::sound(&[&newer]);
}

#[test]
fn case_040_what_the_target_defaults_is_not_ours_and_no_change() {
    let world = Tiny {
        parameters: "{manual: {type: boolean, default: false}}",
        render: "  - {name: upgrade, template: {spec: {upgrade: {strategy: BlueGreen, blueGreen: {autoRollback: {enabled: true}}}}}}\n  - {name: same, when: params.manual, template: {spec: {upgrade: {blueGreen: {maxJobFailures: 5}}}}}"
            .to_owned(),
        ..Tiny::default()
    }
    .sound();
    let applied = world.contract(json!({}));
    assert_eq!(applied.object["spec"]["upgrade"]["blueGreen"], json!({"autoRollback": {"enabled": true}}));
    assert_eq!(applied.defaulted["spec"]["upgrade"]["blueGreen"]["maxJobFailures"], 5);
    // Writing the very value that the API defaults changes nothing.
    let decision = world.edit(&applied, &world.claim(json!({"manual": true})));
    assert_eq!(classes(&decision), Vec::<String>::new());
}

#[test]
fn case_041_a_removed_parameter_is_a_classified_removal() {
    let world = Tiny {
        parameters: "{partition: {type: string, maxLength: 20}}",
        render: "  - {name: p, when: has(params.partition), template: {spec: {podMetadata: {labels: {partition: \"${params.partition}\"}}}}}"
            .to_owned(),
        sensitivity: "  - {paths: ['spec.podMetadata.labels.*'], expression: \"new == old ? 'InPlace' : 'Gated'\"}".to_owned(),
        ..Tiny::default()
    }
    .sound();
    let applied = world.contract(json!({"partition": "a"}));
    let decision = world.edit(&applied, &world.claim(json!({})));
    let Decision::Blocked { candidate: Some(candidate), .. } = &decision else { panic!("{decision:?}") };
    let change = &candidate.transition.as_ref().unwrap().changes[0];
    assert_eq!(change.path.to_string(), "spec.podMetadata.labels.partition");
    assert_eq!((change.old.clone(), change.new.clone()), (Some(json!("a")), None));
    assert_eq!(change.message.as_deref(), Some("it is removed"));
    assert_eq!(change.parameters, ["partition"]);
}

#[test]
fn case_044_keys_of_other_tools_never_reach_the_object() {
    let world = |template: &str| Tiny {
        parameters: "{key: {type: string, maxLength: 63, default: team}}",
        render: format!("  - {{name: labels, template: {{metadata: {{labels: {template}}}}}}}"),
        ..Tiny::default()
    };
    let whole = world("\"${namespaceObject.labels}\"").world();
    assert!(!whole.errors().is_empty(), "a whole map is never copied");
    let literal = world("{argocd.argoproj.io/instance: mine}").world();
    assert!(literal.told().contains("E0406"), "{}", literal.told());
    let computed = world("\"${{params.key: 'x'}}\"").sound();
    approved(computed.decide(&computed.claim(json!({}))));
    for key in ["argocd.argoproj.io/instance", "kustomize.toolkit.fluxcd.io/name", "app.kubernetes.io/managed-by"] {
        let decision = computed.decide(&computed.claim(json!({"key": key})));
        assert_eq!(findings(&decision)[0].reason, "ReservedMetadata", "{key}: {:?}", denied(&decision));
    }
}
