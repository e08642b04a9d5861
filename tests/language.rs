//! The catalog's language: blocks, guards, loops, overrides, lists that merge, projections.

#[cfg(test)]
mod support;

#[cfg(test)]
mod suite {
    use openbao_claims::api::Sensitivity;
    use openbao_claims::engine::Decision;
    use serde_json::{Value as Json, json};

    use super::support::{Tiny, World, approved, denied, findings};

    fn rendered(render: &str, parameters: &'static str, given: Json) -> Json {
        let world = Tiny { parameters, render: render.to_owned(), ..Tiny::default() }.sound();
        world.contract(given).object
    }

    #[test]
    fn an_expression_alone_keeps_its_type_and_text_interpolates() {
        let render = "  - {name: a, template: {spec: {configuration: {cacheSize: '${1 + 2}', ui: '${true}', logging: {file: '/a-${1 + 2}-${true}-$${x}'}}}}}";
        let object = rendered(render, "{}", json!({}));
        let configuration = &object["spec"]["configuration"];
        assert_eq!(configuration["cacheSize"], 3);
        assert_eq!(configuration["ui"], true);
        assert_eq!(configuration["logging"]["file"], "/a-3-true-${x}");
    }

    #[test]
    fn a_value_of_another_type_is_refused_before_any_claim_and_one_out_of_bounds_denied() {
        let text = |value: &str| {
            let parameters = "{count: {type: integer, minimum: 0, maximum: 9, default: 0}}";
            let tiny = Tiny { parameters, ..Tiny::default() };
            tiny.text().replace("replicas: 1", &format!("replicas: \"${{{value}}}\""))
        };
        let world = World::of(&[&text("'three'")]);
        assert_eq!(world.errors()[0].code.0, "E0112", "{}", world.told());
        let world = World::of(&[&text("params.count")]);
        assert_eq!(world.errors()[0].code.0, "E0402", "{}", world.told());
        // What arithmetic gives, only values tell.
        let world = World::sound(&[&text("params.count - 1")]);
        let told = denied(&world.decide(&world.claim(json!({}))));
        assert!(told[0].starts_with("InvalidOutput: `spec.replicas`"), "{told:?}");
    }

    #[test]
    fn a_loop_contributes_once_an_element_and_map_lists_merge_by_key() {
        let render = "  - name: devices\n    forEach: {device: params.devices}\n    template: {spec: {audit: [{path: '${device}', type: file, fileOptions: {filePath: '/audit/${device}'}}]}}\n  - name: last\n    template: {spec: {audit: [{path: z, type: file, fileOptions: {filePath: /audit/z}}]}}\n  - name: described\n    template: {spec: {audit: [{path: z, description: last}]}}";
        let parameters = "{devices: {type: array, maxItems: 9, items: {type: string, maxLength: 9}, default: [b, a]}}";
        let object = rendered(render, parameters, json!({}));
        assert_eq!(
            object["spec"]["audit"],
            json!([
                {"path": "a", "type": "file", "fileOptions": {"filePath": "/audit/a"}},
                {"path": "b", "type": "file", "fileOptions": {"filePath": "/audit/b"}},
                {"path": "z", "type": "file", "description": "last", "fileOptions": {"filePath": "/audit/z"}},
            ])
        );
    }

    #[test]
    fn a_loop_over_a_map_goes_in_key_order_as_key_and_value() {
        let render = "  - name: labels\n    append: true\n    forEach: {entry: params.domains}\n    template: {spec: {tls: {extraSANs: ['${entry.key}.${entry.value}']}}}";
        let parameters = "{domains: {type: object, maxProperties: 9, additionalProperties: {type: string, maxLength: 9}, default: {b: x, a: z}}}";
        assert_eq!(rendered(render, parameters, json!({}))["spec"]["tls"]["extraSANs"], json!(["a.z", "b.x"]));
    }

    #[test]
    fn two_blocks_that_can_meet_are_refused_unless_both_append() {
        let render = |append: &str| {
            format!(
                "  - {{name: a, when: params.a, {append}template: {{spec: {{tls: {{extraSANs: [one]}}}}}}}}\n  - {{name: b, when: params.b, {append}template: {{spec: {{tls: {{extraSANs: [two]}}}}}}}}"
            )
        };
        let parameters = "{a: {type: boolean, default: true}, b: {type: boolean, default: true}}";
        let appended = Tiny { parameters, render: render("append: true, "), ..Tiny::default() }.sound();
        assert_eq!(appended.contract(json!({})).object["spec"]["tls"]["extraSANs"], json!(["one", "two"]));
        let meeting = Tiny { parameters, render: render(""), ..Tiny::default() };
        assert!(meeting.world().told().contains("both are written where `params.a` is true, and `params.b` is true"));
        let apart = Tiny { render: render("").replace("when: params.b", "when: '!params.a && params.b'"), ..meeting };
        assert_eq!(apart.sound().contract(json!({})).object["spec"]["tls"]["extraSANs"], json!(["one"]));
    }

    #[test]
    fn items_that_meet_by_a_computed_key_are_a_conflict() {
        let block = |name: &str| {
            format!(
                "  - {{name: {name}, template: {{spec: {{audit: [{{path: '${{params.{name}}}', type: file, fileOptions: {{filePath: /{name}}}}}]}}}}}}\n"
            )
        };
        let text = "{type: string, minLength: 1, maxLength: 9, default: x}";
        let parameters: &'static str = Box::leak(format!("{{a: {text}, b: {text}}}").into_boxed_str());
        let world = Tiny { parameters, render: block("a") + &block("b"), ..Tiny::default() }.sound();
        assert_eq!(world.contract(json!({"b": "y"})).object["spec"]["audit"].as_array().unwrap().len(), 2);
        let decision = world.decide(&world.claim(json!({})));
        assert_eq!(findings(&decision)[0].reason, "ConflictingOutput", "{:?}", denied(&decision));
    }

    fn with_component(profile_block: &str, component: &str) -> Tiny {
        Tiny {
            components: "  components: {extra: {component: extra}}".to_owned(),
            render: profile_block.to_owned(),
            more: format!(
                "---\napiVersion: claims.openbao.org/v1alpha1\nkind: OpenBaoServiceComponent\nmetadata: {{name: extra}}\nspec:\n{component}"
            ),
            ..Tiny::default()
        }
    }

    const LOGGING: &str = "  render: [{name: log, template: {spec: {configuration: {logLevel: warn}}}}]\n  sensitivity: [{paths: ['spec.configuration.**'], class: InPlace}]\n";

    #[test]
    fn only_a_profile_s_block_overrides_a_component_s() {
        let overriding = "  - {name: mine, override: true, template: {spec: {configuration: {logLevel: debug}}}}";
        let world = with_component(overriding, LOGGING).sound();
        assert_eq!(world.contract(json!({})).object["spec"]["configuration"]["logLevel"], "debug");
        let plain = overriding.replace("override: true, ", "");
        assert!(with_component(&plain, LOGGING).world().told().contains("E0403"));
        let component = LOGGING.replace("name: log,", "name: log, override: true,");
        assert!(with_component("", &component).world().told().contains("a component knows no other component"));
    }

    #[test]
    fn a_component_with_other_names_and_the_same_content_is_no_change() {
        let before = with_component("", LOGGING).sound();
        let text = with_component("", LOGGING)
            .text()
            .replace("component: extra}", "component: other}")
            .replace("metadata: {name: extra}", "metadata: {name: other}");
        let after = World::sound(&[&text]);
        assert_ne!(before.revision().digest, after.revision().digest);
        let applied = before.contract(json!({}));
        let candidate = approved(after.edit(&applied, &after.claim(json!({}))));
        assert_eq!(candidate.sensitivity(), Sensitivity::Unchanged);
        assert_eq!(candidate.rendered.contract.digest, applied.digest);
    }

    #[test]
    fn a_facet_that_is_not_there_contributes_nothing_and_its_rules_are_silent() {
        let tiny = Tiny {
            parameters: "{there: {type: boolean, default: false}}",
            components: "  components: {extra: {component: extra, when: params.there}}".to_owned(),
            render: "  - {name: told, template: {metadata: {annotations: {told: \"${extra.?inputs.level.orValue('absent')}\"}}}}".to_owned(),
            more: "---\napiVersion: claims.openbao.org/v1alpha1\nkind: OpenBaoServiceComponent\nmetadata: {name: extra}\nspec:\n  inputs: {type: object, properties: {level: {type: string, maxLength: 9, default: warn}}}\n  validations: [{expression: 'false', reason: Never, message: never}]\n".to_owned(),
            ..Tiny::default()
        };
        let world = tiny.sound();
        assert_eq!(world.contract(json!({})).object["metadata"]["annotations"]["told"], "absent");
        assert_eq!(denied(&world.decide(&world.claim(json!({"there": true})))), ["Never: never"]);
    }

    #[test]
    fn a_tenant_brings_a_secret_by_reference_and_only_names_move() {
        let tiny = Tiny {
            parameters: "{tls: {type: string, format: dns1123Subdomain, maxLength: 253, x-reference: {kind: Secret, keys: [tls.crt, tls.key]}}}",
            spec: "  projections: [{name: server, as: tls-server, from: {parameter: tls}}]".to_owned(),
            ..Tiny::default()
        };
        let world = tiny.world();
        if !world.errors().is_empty() {
            // The target's facts say which system Secrets a catalog may provide.
            assert!(world.told().contains("E0216"), "{}", world.told());
        }
        let own =
            Tiny { spec: tiny.spec.replace("as: tls-server, ", ""), parameters: tiny.parameters, ..Tiny::default() };
        let world = own.sound();
        assert!(world.contract(json!({})).projections.is_empty(), "what is left out copies nothing");
        let copy = &world.contract(json!({"tls": "mine"})).projections[0];
        assert_eq!((copy.source_namespace.as_str(), copy.source_name.as_str()), ("lab", "mine"));
        assert_eq!(copy.keys.keys().collect::<Vec<_>>(), ["tls.crt", "tls.key"]);
        let decision = world.decide(&world.claim(json!({"tls": "other-root-token"})));
        assert_eq!(findings(&decision)[0].reason, "ForbiddenSource");
    }

    #[test]
    fn a_changed_copy_is_a_change_that_somebody_must_class() {
        let tiny = |name: &str| Tiny {
            spec: format!(
                "  projections: [{{name: token, from: {{kind: Secret, namespace: root, name: {name}, keys: {{a: a}}}}}}]"
            ),
            ..Tiny::default()
        };
        let (old, new) = (tiny("one").sound(), tiny("two").sound());
        let decision = new.edit(&old.contract(json!({})), &new.claim(json!({})));
        assert!(matches!(decision, Decision::Blocked { .. }));
        assert_eq!(super::support::classes(&decision), ["projections.token Blocked"]);
    }

    #[test]
    fn variables_are_evaluated_at_most_once_and_only_when_they_are_read() {
        let world = Tiny {
            spec: "  variables: [{name: never, expression: \"1 / (size(claim.name) - size(claim.name)) == 1\"}, {name: x, expression: \"'a'\"}]".to_owned(),
            render: "  - {name: x, template: {metadata: {annotations: {x: '${variables.x + variables.x}'}}}}"
                .to_owned(),
            ..Tiny::default()
        }
        .sound();
        assert_eq!(world.contract(json!({})).object["metadata"]["annotations"]["x"], "aa");
    }

    #[test]
    fn the_facts_that_a_revision_reads_are_known_from_its_text() {
        let world = Tiny {
            spec: "  variables: [{name: team, expression: \"namespaceObject.labels[?'team'].orValue('none')\"}]"
                .to_owned(),
            render: "  - {name: team, template: {metadata: {annotations: {team: '${variables.team}-${claim.name}'}}}}"
                .to_owned(),
            ..Tiny::default()
        }
        .sound();
        let reads: Vec<_> =
            world.revision().reads.iter().map(|read| format!("{} {:?}", read.root, read.fields)).collect();
        assert_eq!(reads, ["claim [\"name\"]", "namespaceObject [\"labels\", \"team\"]"]);
    }
}
