//! A. Authoring.

use openbao_claims::diagnostic::Code;
use openbao_claims::engine::Decision;
use serde_json::json;

use crate::support::{Tiny, World, approved, denied, findings};

fn codes(world: &World) -> Vec<&'static str> {
    world.errors().iter().map(|diagnostic| diagnostic.code.0).collect()
}

#[test]
fn case_001_a_guard_protects_an_index_and_nothing_is_evaluated_with_invented_data() {
    let tiny = |first: &str, second: &str| Tiny {
        parameters: "{peers: {type: array, maxItems: 5, items: {type: string, maxLength: 20}}}",
        render: format!("{first}\n{second}"),
        sensitivity: "  - {paths: ['spec.podMetadata.**'], class: InPlace}".to_owned(),
        ..Tiny::default()
    };
    let guarded = "  - name: peers\n    when: \"size(params.?peers.orValue([])) >= 3\"\n    template: {spec: {podMetadata: {annotations: {third: \"${params.peers[2]}\"}}}}";
    let other = "  - name: other\n    template: {spec: {podMetadata: {labels: {a: b}}}}";
    for (first, second) in [(guarded, other), (other, guarded)] {
        let world = tiny(first, second).sound();
        assert_eq!(world.contract(json!({})).object["spec"]["podMetadata"], json!({"labels": {"a": "b"}}));
        let three = world.contract(json!({"peers": ["x", "y", "z"]}));
        assert_eq!(three.object["spec"]["podMetadata"]["annotations"]["third"], "z");
    }
    let unguarded = guarded.replace("    when: \"size(params.?peers.orValue([])) >= 3\"\n", "");
    let world = tiny(&unguarded, other).world();
    assert_eq!(codes(&world), ["E0109", "E0109"]);
    assert!(world.told().contains("`params.peers[2]` may be absent"), "{}", world.told());
}

#[test]
fn case_002_has_the_wrong_way_round_is_told_where_it_is_read() {
    let world = Tiny {
        parameters: "{tlsRef: {type: string, maxLength: 20}}",
        spec: "  variables: [{name: image, expression: \"has(params.tlsRef) ? '' : params.tlsRef\"}]".to_owned(),
        render: "  - {name: image, template: {spec: {image: \"${variables.image}\"}}}".to_owned(),
        ..Tiny::default()
    }
    .world();
    assert_eq!(codes(&world), ["E0109"]);
    let told = world.told();
    assert!(told.contains("`params.tlsRef` may be absent") && told.contains("^^^^^^"), "{told}");
}

#[test]
fn case_003_an_absent_parameter_is_told_to_its_author_never_a_wait() {
    let world = Tiny {
        parameters: "{image: {type: string, maxLength: 20}}",
        render: "  - {name: image, template: {spec: {image: \"${params.image}\"}}}".to_owned(),
        ..Tiny::default()
    }
    .world();
    assert_eq!(codes(&world), ["E0109"]);
    let told = world.told();
    assert!(told.contains("test it with `has(params.image)`, or give a default: `params.?image.orValue(…)`"), "{told}");
}

#[test]
fn case_004_a_default_below_an_absent_parent_is_not_applied_and_below_an_empty_one_is() {
    let world = Tiny {
        parameters: "{backup: {type: object, properties: {days: {type: integer, default: 14}}}}",
        ..Tiny::default()
    }
    .sound();
    assert_eq!(world.contract(json!({})).parameters, json!({}));
    assert_eq!(world.contract(json!({"backup": {}})).parameters, json!({"backup": {"days": 14}}));
}

#[test]
fn case_006_a_boolean_annotation_is_a_type_error_where_it_is_written() {
    let world = Tiny {
        render: "  - {name: note, template: {metadata: {annotations: {audited: true}}}}".to_owned(),
        ..Tiny::default()
    }
    .world();
    assert_eq!(codes(&world), ["E0402"]);
    let told = world.told();
    assert!(told.contains("metadata.annotations.audited") && told.contains("^^^^"), "{told}");
}

#[test]
fn case_008_a_number_is_a_double_however_it_is_written() {
    let world = Tiny {
        parameters: "{ratio: {type: number, default: 1}}",
        spec: "  validations: [{expression: params.ratio > 1, reason: TooSmall, message: \"ratio must be above 1\"}]"
            .to_owned(),
        ..Tiny::default()
    }
    .sound();
    let digests: Vec<_> = ["2", "2.0", "2e0"]
        .iter()
        .map(|text| {
            let ratio: serde_json::Value = serde_json::from_str(text).unwrap();
            let contract = world.contract(json!({"ratio": ratio}));
            (contract.digest.to_string(), openbao_claims::catalog::canonical(&contract.parameters))
        })
        .collect();
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]), "{digests:?}");
    assert_eq!(denied(&world.decide(&world.claim(json!({})))), ["TooSmall: ratio must be above 1"]);
}

#[test]
fn case_009_has_of_a_bare_name_shows_the_form_that_works() {
    let world =
        Tiny { spec: "  variables: [{name: there, expression: has(params)}]".to_owned(), ..Tiny::default() }.world();
    assert_eq!(world.errors().len(), 1, "{}", world.told());
    assert!(world.told().contains("has("), "{}", world.told());
}

#[test]
fn case_011_shipped_rules_judge_objects_without_their_optional_parts() {
    let rules = World::shipped(&["rules"]);
    let tiny = Tiny {
        render: "  - {name: init, template: {spec: {selfInit: {enabled: false}}}}".to_owned(),
        ..Tiny::default()
    };
    let mut texts = vec![tiny.text()];
    texts.extend(crate::support::shipped::texts("rules"));
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let world = World::sound(&texts);
    assert_eq!(world.platform.rule_sets.len(), rules.platform.rule_sets.len());
    approved(world.decide(&world.claim(json!({}))));
}

#[test]
fn case_013_claims_of_a_broken_profile_wait_and_name_it_shortly() {
    let world =
        Tiny { spec: "  variables: [{name: x, expression: 'params = 1'}]".to_owned(), ..Tiny::default() }.world();
    let decision = world.decide(&world.claim(json!({})));
    assert!(matches!(decision, Decision::Pending(_)));
    let finding = &findings(&decision)[0];
    assert_eq!(finding.reason, "ProfileNotCompiled");
    assert_eq!(finding.message, format!("the profile `tiny` does not compile ({})", Code::E0101));
    // The full text stands with the profile only, marked.
    assert!(world.told().contains('^'), "{}", world.told());
}

#[test]
fn case_014_the_second_object_of_a_name_is_refused_and_the_first_one_stays() {
    let tiny = Tiny::default().text();
    let copy = "apiVersion: claims.openbao.org/v1alpha1\nkind: OpenBaoServiceOffering\nmetadata: {name: tiny}\nspec: {profileRef: {name: other}}\n";
    let world = World::of(&[&tiny, copy]);
    assert_eq!(codes(&world), ["E0206"]);
    approved(world.decide(&world.claim(json!({}))));
}
