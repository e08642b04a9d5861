//! The example of the design: it compiles, and each edit has the class that its comment states.

#[cfg(test)]
mod support;

#[cfg(test)]
mod suite {
    use super::support::{World, approved, classes, findings};
    use openbao_claims::api::Sensitivity;
    use openbao_claims::engine::Decision;
    use serde_json::json;

    fn world() -> World {
        World::sound(&[include_str!("fixtures/design-example.yaml")])
    }

    #[test]
    fn it_compiles_and_renders_the_claim() {
        let world = world();
        let contract = world.contract(json!({"size": "medium"}));
        assert_eq!(contract.object["spec"]["replicas"], 3);
        assert_eq!(contract.object["spec"]["storage"]["size"], "50Gi");
        assert_eq!(
            contract.object["spec"]["gateway"]["hostname"],
            contract.object["spec"]["tls"]["acme"]["domains"][0]
        );
        let pools: Vec<_> = contract.unique.iter().map(|key| key.name.as_str()).collect();
        assert_eq!(pools, ["backup-partition", "hostname"]);
    }

    #[test]
    fn small_to_large_is_in_place() {
        let world = world();
        let applied = world.contract(json!({"size": "small"}));
        let candidate = approved(world.edit(&applied, &world.claim(json!({"size": "large"}))));
        assert_eq!(candidate.sensitivity(), Sensitivity::InPlace, "{:?}", candidate.transition);
    }

    #[test]
    fn fewer_voters_are_gated_and_a_smaller_disk_is_blocked() {
        let world = world();
        let applied = world.contract(json!({"size": "large"}));
        let decision = world.edit(&applied, &world.claim(json!({"size": "small"})));
        let told = classes(&decision);
        assert!(told.contains(&"spec.replicas Gated".to_owned()), "{told:?}");
        assert!(
            matches!(decision, Decision::Blocked { .. }) || told.iter().all(|it| !it.ends_with("Blocked")),
            "{told:?}"
        );
    }

    #[test]
    fn a_new_hostname_waits_for_approval() {
        let world = world();
        let applied = world.contract(json!({"hostname": "a.bao.example.com"}));
        let candidate = approved(world.edit(&applied, &world.claim(json!({"hostname": "b.bao.example.com"}))));
        assert_eq!(candidate.sensitivity(), Sensitivity::Gated);
    }

    #[test]
    fn a_backup_that_goes_away_is_blocked() {
        let world = world();
        let applied = world.contract(json!({"backup": true}));
        let decision = world.edit(&applied, &world.claim(json!({"backup": false})));
        assert!(matches!(decision, Decision::Blocked { .. }), "{:?}", findings(&decision));
        assert!(classes(&decision).iter().any(|it| it.starts_with("spec.backup.") && it.ends_with("Blocked")));
    }

    #[test]
    fn a_foreign_hostname_is_denied_in_the_component_s_words() {
        let world = world();
        let decision = world.decide(&world.claim(json!({"hostname": "a.evil.example.org"})));
        assert_eq!(super::support::denied(&decision), ["HostnameNotAllowed: hostname must end in .bao.example.com"]);
    }

    #[test]
    fn a_namespace_without_the_tier_is_not_eligible() {
        let text = include_str!("fixtures/design-example.yaml");
        let world = World::sound(&[&text.replace("openbao.example/tier: standard", "openbao.example/tier: trial")]);
        let decision = world.decide(&world.claim(json!({})));
        assert_eq!(
            super::support::denied(&decision),
            ["NotEligible: this namespace is not entitled to the standard tier"]
        );
    }
}
