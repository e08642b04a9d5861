//! Judgement: who may bind, what rule sets say, and how they ratchet.

#[cfg(test)]
mod support;

#[cfg(test)]
mod suite {
    use openbao_claims::api::VerdictOutcome;
    use openbao_claims::engine::Decision;
    use serde_json::json;

    use super::support::{Tiny, World, approved, classes, denied, findings};

    fn tiny() -> Tiny {
        Tiny {
            parameters: "{level: {type: string, enum: [info, warn, debug], default: info}, ui: {type: boolean, default: true}}",
            render:
                "  - {name: c, template: {spec: {configuration: {logLevel: '${params.level}', ui: '${params.ui}'}}}}"
                    .to_owned(),
            sensitivity: "  - {paths: ['spec.configuration.**'], class: InPlace}".to_owned(),
            ..Tiny::default()
        }
    }

    fn rules(spec: &str) -> String {
        format!(
            "apiVersion: claims.openbao.org/v1alpha1\nkind: OpenBaoRuleSet\nmetadata: {{name: rules}}\nspec:\n{spec}\n"
        )
    }

    const QUIET: &str = "  validations: [{expression: \"object.spec.?configuration.logLevel.orValue('info') != 'debug'\", reason: TooLoud, message: debug logs tell too much}]";

    #[test]
    fn a_rule_set_denies_a_new_claim_and_blocks_an_edit() {
        let world = World::sound(&[&tiny().text(), &rules(QUIET)]);
        assert_eq!(
            denied(&world.decide(&world.claim(json!({"level": "debug"})))),
            ["TooLoud: debug logs tell too much"]
        );
        let applied = world.contract(json!({}));
        let decision = world.edit(&applied, &world.claim(json!({"level": "debug"})));
        assert!(matches!(&decision, Decision::Blocked { findings, .. } if findings[0].reason == "TooLoud"));
        assert_eq!(classes(&decision), ["spec.configuration.logLevel InPlace"], "the table is shown all the same");
    }

    #[test]
    fn what_is_applied_and_fails_already_does_not_hold_up_an_edit_and_says_so() {
        let before = tiny().sound();
        let applied = before.contract(json!({"level": "debug"}));
        let now = World::sound(&[&tiny().text(), &rules(QUIET)]);
        let candidate = approved(now.edit(&applied, &now.claim(json!({"level": "debug", "ui": false}))));
        let tolerated: Vec<_> =
            candidate.rendered.verdicts.iter().filter(|it| it.outcome == VerdictOutcome::Tolerated).collect();
        assert_eq!(tolerated.len(), 1);
        assert_eq!(tolerated[0].rule, "ruleset/rules#validations[0]");
        // Once it holds it must stay so.
        let better = now.contract(json!({"level": "warn"}));
        assert!(matches!(now.edit(&better, &now.claim(json!({"level": "debug"}))), Decision::Blocked { .. }));
    }

    #[test]
    fn a_guard_that_errs_counts_as_true_and_one_that_held_before_still_judges() {
        let erring = rules(&format!("  when: int(object.metadata.name) == 1\n{QUIET}"));
        let world = World::sound(&[&tiny().text(), &erring]);
        assert!(!matches!(world.decide(&world.claim(json!({"level": "debug"}))), Decision::Candidate(_)));
        let guarded = rules(&format!("  when: object.spec.?configuration.ui.orValue(false)\n{QUIET}"));
        let world = World::sound(&[&tiny().text(), &guarded]);
        approved(world.decide(&world.claim(json!({"level": "debug", "ui": false}))));
        let applied = world.contract(json!({}));
        let leaving = world.edit(&applied, &world.claim(json!({"level": "debug", "ui": false})));
        assert!(matches!(leaving, Decision::Blocked { .. }), "the guard held for the old object");
    }

    #[test]
    fn rule_sets_only_tighten() {
        let loose = rules("  sensitivity: [{paths: ['spec.version'], class: InPlace}]");
        let text = tiny().text();
        let (old, new) = (
            World::sound(&[&text, &loose]),
            World::sound(&[&text.replace("version: 2.6.3", "version: 2.6.4"), &loose]),
        );
        assert_eq!(classes(&new.edit(&old.contract(json!({})), &new.claim(json!({})))), ["spec.version Gated"]);
        let strict = rules(
            "  sensitivity: [{paths: ['spec.configuration.logLevel'], class: Gated, approver: Platform, message: ask us}]",
        );
        let world = World::sound(&[&text, &strict]);
        let candidate = approved(world.edit(&world.contract(json!({})), &world.claim(json!({"level": "warn"}))));
        let change = &candidate.transition.as_ref().unwrap().changes[0];
        assert_eq!(change.approver, Some(openbao_claims::api::Approver::Platform));
        assert_eq!(change.message.as_deref(), Some("ask us"));
    }

    #[test]
    fn a_rule_set_that_does_not_compile_blocks_candidates_and_nothing_else() {
        let world = World::of(&[&tiny().text(), &rules("  validations: [{expression: 'object.spec.', message: m}]")]);
        let decision = world.decide(&world.claim(json!({})));
        assert_eq!(findings(&decision)[0].reason, "RuleSetNotCompiled");
    }

    #[test]
    fn a_sensitivity_rule_that_errs_blocks_and_one_that_answers_nonsense_is_refused() {
        let answering = |expression: &str| {
            let mut tiny = tiny();
            tiny.sensitivity = format!("  - {{paths: [spec.configuration.logLevel], expression: \"{expression}\"}}");
            tiny
        };
        for expression in
            ["1 / (size(old) - size(old)) == 1 ? 'InPlace' : 'Gated'", "int(old) > 1 ? 'InPlace' : 'Gated'"]
        {
            let world = answering(expression).sound();
            let decision = world.edit(&world.contract(json!({})), &world.claim(json!({"level": "warn"})));
            assert_eq!(classes(&decision), ["spec.configuration.logLevel Blocked"], "{expression}");
        }
        for expression in ["'Inplace'", "old", "true", "'Gated' + ''"] {
            let world = answering(expression).world();
            let codes: Vec<_> = world.errors().iter().map(|error| error.code.0).collect();
            assert_eq!(codes, ["E0112"], "{expression}");
        }
    }

    #[test]
    fn the_first_match_of_a_list_answers() {
        let mut tiny = tiny();
        tiny.sensitivity = "  - {paths: [spec.configuration.logLevel], class: Gated}\n  - {paths: ['spec.configuration.**'], class: InPlace}".to_owned();
        let world = tiny.sound();
        let decision = world.edit(&world.contract(json!({})), &world.claim(json!({"level": "warn", "ui": false})));
        assert_eq!(classes(&decision), ["spec.configuration.logLevel Gated", "spec.configuration.ui InPlace"]);
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let mut tiny = tiny();
        tiny.spec = "  validations:\n  - {expression: params.ui, reason: A, message: one}\n  - {expression: \"params.level != 'debug'\", reason: B, message: two}\n  - {expression: \"params.level.size() > 9\", reason: C, message: three}".to_owned();
        let world = tiny.sound();
        let told = denied(&world.decide(&world.claim(json!({"ui": false, "level": "debug"}))));
        assert_eq!(told, ["A: one", "B: two", "C: three"]);
    }

    #[test]
    fn a_withdrawn_revision_binds_no_more_and_a_running_claim_stays() {
        let world = tiny().sound();
        let name = world.revision().name.clone();
        let text = tiny().text().replace(
            "spec: {profileRef: {name: tiny}}",
            &format!("spec: {{profileRef: {{name: tiny}}, withdrawn: [{{revision: {name}, reason: loses data}}]}}"),
        );
        let withdrawn = World::sound(&[&text]);
        let told = denied(&withdrawn.decide(&withdrawn.claim(json!({}))));
        assert_eq!(told, [format!("RevisionWithdrawn: revision `{name}` is withdrawn: loses data")]);
        approved(withdrawn.edit(&world.contract(json!({})), &withdrawn.claim(json!({"ui": false}))));
    }

    #[test]
    fn an_offering_that_pins_another_revision_waits_for_it() {
        let text = tiny().text().replace(
            "spec: {profileRef: {name: tiny}}",
            "spec: {profileRef: {name: tiny}, revision: {pin: tiny-000000000000}}",
        );
        let world = World::sound(&[&text]);
        let decision = world.decide(&world.claim(json!({})));
        assert!(matches!(decision, Decision::Pending(_)));
        assert_eq!(findings(&decision)[0].reason, "RevisionNotFound");
    }

    #[test]
    fn inputs_from_outside_that_are_too_large_are_denied() {
        let world = tiny().sound();
        let text = tiny().text().replace(
            "spec: {targetNamespace: lab}",
            &format!("spec: {{targetNamespace: lab, note: {}}}", "x".repeat(70_000)),
        );
        let large = World::sound(&[&text]);
        assert!(denied(&large.decide(&large.claim(json!({}))))[0].starts_with("InputTooLarge"));
        let decision = world.decide(&world.claim(json!({"level": "x".repeat(70_000)})));
        assert!(denied(&decision)[0].starts_with("InputTooLarge"));
        assert!(denied(&decision)[0].len() < 200, "the value is not repeated");
    }
}
