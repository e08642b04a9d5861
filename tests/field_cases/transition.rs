//! D. Transition.

use openbao_claims::api::Sensitivity;
use openbao_claims::engine::{Before, Decision};
use serde_json::json;

use crate::support::{Tiny, World, approved, classes, findings};

fn growing() -> World {
    Tiny {
        parameters: "{size: {type: string, format: quantity, maxLength: 10, default: 10Gi}, motto: {type: string, maxLength: 20, default: x}}",
        render: "  - {name: cache, template: {spec: {auditFileStorage: {mode: ManagedPVC, size: \"${params.size}\"}, podMetadata: {labels: {motto: \"${params.motto}\"}}}}}"
            .to_owned(),
        sensitivity: "  - paths: [spec.auditFileStorage.size]\n    expression: >-\n      quantity(new).isGreaterThan(quantity(old)) ||\n      observed.?metadata.annotations[?'audit-size'].optMap(real, quantity(real).compareTo(quantity(new)) <= 0).orValue(false)\n      ? 'InPlace' : 'Blocked'\n    message: a volume never shrinks below what it has\n  - {paths: ['spec.podMetadata.**'], class: InPlace}"
            .to_owned(),
        ..Tiny::default()
    }
    .sound()
}

#[test]
fn case_045_a_growth_that_was_never_realised_has_a_way_back() {
    let world = growing();
    let applied = world.contract(json!({"size": "50Gi"}));
    let back = world.claim(json!({"size": "10Gi"}));
    assert_eq!(classes(&world.edit(&applied, &back)), ["spec.auditFileStorage.size Blocked"]);
    // Rules see what was observed: no volume has grown.
    let observed = json!({"metadata": {"annotations": {"audit-size": "10Gi"}}});
    let before = Before { applied: Some(&applied), revision: None };
    let mut inputs = world.platform.inputs(&back, before).unwrap();
    inputs.observed = Some(&observed);
    assert_eq!(classes(&openbao_claims::engine::decide(&inputs)), ["spec.auditFileStorage.size InPlace"]);
}

#[test]
fn case_046_the_same_rules_judge_the_way_back_from_a_live_object_that_is_ahead() {
    let world = growing();
    let contract = world.contract(json!({"size": "10Gi"}));
    let live = world.contract(json!({"size": "50Gi", "motto": "y"}));
    // contract → live is allowed, live → contract is not: what makes it `LiveAhead`; other paths still apply.
    let ahead = world.edit(&contract, &world.claim(json!({"size": "50Gi", "motto": "y"})));
    assert!(matches!(ahead, Decision::Candidate(_)));
    let behind = world.edit(&live, &world.claim(json!({"size": "10Gi"})));
    assert_eq!(classes(&behind), ["spec.auditFileStorage.size Blocked", "spec.podMetadata.labels.motto InPlace"]);
}

#[test]
fn case_048_a_refused_edit_leaves_the_applied_contract_as_it_is() {
    let world = growing();
    let applied = world.contract(json!({"size": "50Gi"}));
    let digest = applied.digest.clone();
    let decision = world.edit(&applied, &world.claim(json!({"size": "1Gi"})));
    // There is no outcome of a decision that could delete: blocked is blocked.
    assert!(matches!(decision, Decision::Blocked { .. }));
    assert_eq!(applied.digest, digest);
    assert!(
        matches!(world.edit(&applied, &world.claim(json!({"size": "50Gi"}))), Decision::Candidate(candidate) if candidate.sensitivity() == Sensitivity::Unchanged)
    );
}

fn sized(default: &str, extra: &str) -> World {
    Tiny {
        parameters: format!("{{size: {{type: string, enum: [small, medium], default: {default}}}{extra}}}").leak(),
        render: "  - {name: size, template: {spec: {podMetadata: {labels: {size: \"${params.size}\"}}}}}".to_owned(),
        sensitivity: "  - {paths: ['spec.podMetadata.**'], class: Gated}".to_owned(),
        ..Tiny::default()
    }
    .sound()
}

/// A claim of the old world, decided in the new one against what the old one applied.
fn moved(old: &World, new: &World, parameters: serde_json::Value) -> Decision {
    let applied = old.contract(parameters.clone());
    let before = Before { applied: Some(&applied), revision: Some(old.revision()) };
    new.platform.decide(&new.claim(parameters), before)
}

#[test]
fn case_049_a_default_that_differs_is_listed_for_each_claim_that_leaves_it_out() {
    let (old, new) = (sized("small", ""), sized("medium", ""));
    let decision = moved(&old, &new, json!({}));
    let candidate = approved(decision);
    let transition = candidate.transition.as_ref().unwrap();
    assert_eq!(transition.sensitivity, Sensitivity::Gated);
    let default = &transition.defaults[0];
    assert_eq!(default.parameter, "size");
    assert_eq!((default.old.clone(), default.new.clone()), (Some(json!("small")), Some(json!("medium"))));
    // Who says the value keeps it.
    let said = approved(moved(&old, &new, json!({"size": "small"})));
    assert!(said.transition.unwrap().defaults.is_empty());
}

#[test]
fn case_050_a_removed_parameter_disappears_from_the_object_and_says_so() {
    let world = Tiny {
        parameters: "{hostname: {type: string, format: hostname, maxLength: 253}}",
        render: "  - {name: host, when: has(params.hostname), template: {spec: {podMetadata: {annotations: {host: \"${params.hostname}\"}}}}}"
            .to_owned(),
        sensitivity: "  - {paths: ['spec.podMetadata.**'], class: Blocked, message: consumers depend on it}".to_owned(),
        ..Tiny::default()
    }
    .sound();
    let applied = world.contract(json!({"hostname": "a.example.com"}));
    let Decision::Blocked { candidate: Some(candidate), .. } = world.edit(&applied, &world.claim(json!({}))) else {
        panic!("not blocked")
    };
    assert_eq!(candidate.rendered.contract.object["spec"].get("podMetadata"), None);
    let change = &candidate.transition.as_ref().unwrap().changes[0];
    assert_eq!((change.old.clone(), change.new.clone()), (Some(json!("a.example.com")), None));
}

#[test]
fn case_051_a_parameter_that_the_new_revision_does_not_know_is_denied_by_name() {
    let old = sized("small", ", dbHostname: {type: string, maxLength: 9}");
    let new = sized("small", ", hostname: {type: string, maxLength: 9}");
    let decision = moved(&old, &new, json!({"dbHostname": "db"}));
    assert!(matches!(decision, Decision::Denied(_)));
    assert_eq!(findings(&decision)[0].message, "unknown parameter `dbHostname`");
}

#[test]
fn case_052_a_parameter_that_the_new_revision_demands_is_named() {
    let old = sized("small", "");
    let text = Tiny { parameters: "{costCenter: {type: string, maxLength: 9}}", ..Tiny::default() }
        .text()
        .replace("    type: object\n", "    type: object\n    required: [costCenter]\n");
    let new = World::sound(&[&text]);
    let decision = moved(&old, &new, json!({}));
    assert!(findings(&decision)[0].message.contains("costCenter"), "{decision:?}");
}

#[test]
fn case_054_a_rule_sees_several_paths_of_both_objects() {
    let tiny = |version: &str, strategy: &str| {
        let text = Tiny {
            spec: "  validations:\n  - expression: \"!oldObject.hasValue() || object.spec.?upgrade.strategy.orValue('') != 'BlueGreen' || semver(oldObject.value().spec.version).minor() >= 6 || semver(object.spec.version).minor() < 6\"\n    reason: UpgradePath\n    message: go to 2.6 by RollingUpdate first"
                .to_owned(),
            render: format!("  - {{name: strategy, template: {{spec: {{upgrade: {{strategy: {strategy}}}}}}}}}"),
            sensitivity: "  - {paths: ['spec.upgrade.**'], class: Gated}".to_owned(),
            ..Tiny::default()
        }
        .text()
        .replace("version: 2.6.3", &format!("version: {version}"));
        World::sound(&[&text])
    };
    let (old, new) = (tiny("2.5.5", "BlueGreen"), tiny("2.6.0", "BlueGreen"));
    let decision = moved(&old, &new, json!({}));
    assert!(matches!(decision, Decision::Blocked { .. }));
    assert_eq!(findings(&decision)[0].reason, "UpgradePath");
    approved(moved(&old, &tiny("2.6.0", "RollingUpdate"), json!({})));
}

#[test]
fn case_055_operational_fields_are_no_templates_to_write() {
    let world = Tiny {
        render: "  - {name: promote, template: {spec: {upgrade: {requests: {promote: now}}}}}".to_owned(),
        ..Tiny::default()
    }
    .world();
    assert!(world.told().contains("E0404"), "{}", world.told());
}

#[test]
fn case_056_bootstrap_settings_are_blocked_whatever_a_catalog_says() {
    let rules = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/transitions.yaml")).unwrap();
    let tiny = |path: &str| {
        let text = Tiny {
            render: format!("  - {{name: init, template: {{spec: {{selfInit: {{enabled: true, requests: [{{name: a, operation: update, path: {path}}}]}}}}}}}}"),
            // The catalog would let it through; rule sets only tighten.
            sensitivity: "  - {paths: ['spec.selfInit.requests'], class: InPlace}".to_owned(),
            ..Tiny::default()
        }
        .text();
        World::sound(&[&text, &rules])
    };
    let decision = moved(&tiny("sys/auth/a"), &tiny("sys/auth/b"), json!({}));
    assert_eq!(classes(&decision), ["spec.selfInit.requests Blocked"]);
    let Decision::Blocked { candidate: Some(candidate), .. } = decision else { panic!("not blocked") };
    let message = candidate.transition.as_ref().unwrap().changes[0].message.clone();
    assert!(message.unwrap().contains("runs once"));
}

#[test]
fn case_058_no_field_of_a_claim_waives_a_rule() {
    let world = growing();
    let applied = world.contract(json!({"size": "50Gi"}));
    let mut claim = world.claim(json!({"size": "1Gi"}));
    for key in ["claims.openbao.org/force", "claims.openbao.org/override", "claims.openbao.org/skip-validation"] {
        claim.metadata.annotations.get_or_insert_default().insert(key.to_owned(), "true".to_owned());
    }
    assert!(matches!(world.edit(&applied, &claim), Decision::Blocked { .. }));
}
