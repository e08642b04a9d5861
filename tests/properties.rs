//! Invariants over generated inputs.

#[cfg(test)]
mod support;

#[cfg(test)]
mod suite {
    use super::support::{World, approved, classes, findings};
    use openbao_claims::api::Sensitivity;
    use openbao_claims::engine::{Decision, decide, explain};
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    fn gateway() -> World {
        World::shipped(&["rules", "catalogs/components", "catalogs/hardened-gateway"])
    }

    /// Parameters that the schema of `hardened-gateway` accepts, boundary values included.
    fn parameters() -> impl Strategy<Value = Json> {
        let size = prop::option::of(prop::sample::select(vec!["small", "medium", "large"]));
        let host = prop::option::of("[a-z]([a-z0-9]{1,9}(-[a-z0-9]{1,5}){0,3})?");
        let partition = prop::option::of("[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?");
        let schedule = prop::option::of(prop::sample::select(vec!["0 3 * * *", "*/5 0-6 1,15 * 1-5", "59 23 31 12 6"]));
        (size, host, partition, schedule).prop_map(|(size, host, partition, schedule)| {
            let mut parameters = json!({});
            let mut set = |name: &str, value: Option<Json>| {
                if let Some(value) = value {
                    parameters[name] = value;
                }
            };
            set("size", size.map(|it| json!(it)));
            set("hostname", host.map(|it| json!(format!("{it}.bao.example.com"))));
            let mut backup = json!({});
            if let Some(partition) = partition {
                backup["partition"] = json!(partition);
            }
            if let Some(schedule) = schedule {
                backup["schedule"] = json!(schedule);
            }
            set("backup", (backup != json!({})).then_some(backup));
            parameters
        })
    }

    /// Anything at all.
    fn anything() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            ".{0,30}".prop_map(Json::from),
        ];
        let key =
            prop_oneof![Just("size".to_owned()), Just("hostname".to_owned()), Just("backup".to_owned()), ".{0,8}"];
        leaf.prop_recursive(4, 32, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
                prop::collection::btree_map(key.clone(), inner, 0..5).prop_map(|it| json!(it)),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn every_accepted_claim_renders_a_valid_object_that_is_unchanged_against_itself(parameters in parameters()) {
            let world = WORLD.with(std::rc::Rc::clone);
            let claim = world.claim(parameters);
            let candidate = approved(world.decide(&claim));
            let contract = candidate.rendered.contract;
            for target in &world.revision().targets {
                let mut object = contract.object.clone();
                prop_assert!(target.schema.unknown_fields(&object).is_empty());
                target.schema.apply_defaults(&mut object);
                prop_assert!(target.schema.validate(&object).is_empty());
                prop_assert!(target.rules.evaluate(&object, None).is_empty());
            }
            let again = world.edit(&contract, &claim);
            prop_assert_eq!(approved(again).sensitivity(), Sensitivity::Unchanged);
        }

        #[test]
        fn every_change_is_classed_by_a_rule_or_blocked(old in parameters(), new in parameters()) {
            let world = WORLD.with(std::rc::Rc::clone);
            let applied = world.contract(old);
            let decision = world.edit(&applied, &world.claim(new));
            let candidate = match &decision {
                Decision::Candidate(candidate) | Decision::Blocked { candidate: Some(candidate), .. } => candidate,
                other => return Err(TestCaseError::fail(format!("{:?}", findings(other)))),
            };
            let transition = candidate.transition.as_ref().unwrap();
            for change in &transition.changes {
                prop_assert!(change.rule.is_some() || change.class == Sensitivity::Blocked);
                prop_assert!(change.class > Sensitivity::Unchanged);
                prop_assert!(change.old != change.new);
            }
            let changed = transition.candidate != applied.digest;
            prop_assert!(changed || transition.changes.is_empty(), "no digest differs, and yet {:?}", classes(&decision));
        }

        #[test]
        fn arbitrary_parameters_are_judged_and_never_panic(parameters in anything()) {
            let world = WORLD.with(std::rc::Rc::clone);
            let decision = world.decide(&world.claim(parameters));
            if !matches!(decision, Decision::Candidate(_)) {
                prop_assert!(!findings(&decision).is_empty());
            }
        }

        #[test]
        fn every_written_path_is_explained(parameters in parameters()) {
            let world = WORLD.with(std::rc::Rc::clone);
            let candidate = approved(world.decide(&world.claim(parameters)));
            let lines = explain(world.revision(), &candidate.rendered);
            prop_assert_eq!(lines.len(), candidate.rendered.writers.len());
            for line in lines {
                prop_assert!(line.through.iter().all(|used| used.value.is_ok()), "{}: {:?}", line.path, line.through);
            }
        }

        #[test]
        fn integers_keep_64_bits_from_claim_to_digest(number in any::<i64>()) {
            let tiny = super::support::Tiny {
                parameters: "{number: {type: integer, default: 0}}",
                render: "  - {name: number, template: {spec: {configuration: {cacheSize: \"${params.number < 0 ? -(params.number + 1) : params.number}\"}}}}".to_owned(),
                ..super::support::Tiny::default()
            };
            let world = tiny.sound();
            let first = world.contract(json!({"number": number}));
            prop_assert_eq!(&first.parameters["number"], &json!(number));
            let expected = if number < 0 { -(number + 1) } else { number };
            prop_assert_eq!(&first.object["spec"]["configuration"]["cacheSize"], &json!(expected));
            let other = number.checked_add(1).unwrap_or(number - 1);
            if (if other < 0 { -(other + 1) } else { other }) != expected {
                prop_assert_ne!(first.digest, world.contract(json!({"number": other})).digest);
            }
        }

        #[test]
        fn a_rule_that_errs_never_approves(index in 0_u8..6) {
            let errors = ["params.nothing == 1", "[1][5] == 1", "1 / 0 == 1", "int('x') == 1", "{}['a'] == 1", "dyn(1) + 'a' == 1"];
            let expression = errors[usize::from(index)];
            let tiny = super::support::Tiny {
                parameters: "{any: {type: object, x-kubernetes-preserve-unknown-fields: true}}",
                spec: format!("  validations: [{{expression: \"{}\", reason: R, message: m}}]", expression.replace("params.nothing", "params.any.nothing")),
                ..super::support::Tiny::default()
            };
            let world = tiny.world();
            // Either the catalog does not compile, or the claim is denied: never a candidate.
            let decision = world.decide(&world.claim(json!({"any": {}})));
            prop_assert!(!matches!(decision, Decision::Candidate(_)), "{}", expression);
        }
    }

    thread_local! {
        static WORLD: std::rc::Rc<World> = std::rc::Rc::new(gateway());
    }

    /// Re-orders every mapping of a YAML text that is JSON.
    fn shuffled(value: &Json, seed: &mut u64, out: &mut String) {
        match value {
            Json::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                for at in (1..members.len()).rev() {
                    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    members.swap(at, usize::try_from(*seed >> 33).unwrap() % (at + 1));
                }
                out.push('{');
                for (at, (key, member)) in members.into_iter().enumerate() {
                    if at > 0 {
                        out.push_str(", ");
                    }
                    out.push_str(&json!(key).to_string());
                    out.push_str(": ");
                    shuffled(member, seed, out);
                }
                out.push('}');
            }
            Json::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push_str(", ");
                    }
                    shuffled(item, seed, out);
                }
                out.push(']');
            }
            leaf => out.push_str(&leaf.to_string()),
        }
    }

    #[test]
    fn the_order_of_keys_and_files_changes_no_byte_over_1000_runs() {
        let world = gateway();
        let inputs_of = |world: &World| {
            let claim = world.claim(json!({"size": "large", "backup": {"partition": "p"}}));
            let inputs = world.platform.inputs(&claim, openbao_claims::engine::Before::default()).ok().unwrap();
            let Decision::Candidate(candidate) = decide(&inputs) else { panic!("refused") };
            let wire = openbao_claims::engine::to_wire(&candidate.rendered, &inputs, 1);
            (world.revision().digest.clone(), serde_json::to_string(&wire).unwrap())
        };
        let expected = inputs_of(&world);
        let documents: Vec<Json> = {
            let catalog = &world.catalog;
            let contents = catalog
                .profiles
                .values()
                .map(|it| &it.content)
                .chain(catalog.components.values().map(|it| &it.content));
            let rest = catalog
                .offerings
                .values()
                .map(|it| &it.content)
                .chain(catalog.rule_sets.values().map(|it| &it.content));
            let claims =
                catalog.claims.values().map(|it| &it.content).chain(catalog.tenants.values().map(|it| &it.content));
            contents
                .chain(rest)
                .chain(claims)
                .chain(catalog.namespaces.values().map(|it| &it.content))
                .cloned()
                .collect()
        };
        // Reading and compiling is the slow part: 40 shuffled catalogs, 25 decisions in each.
        for run in 0..40_u64 {
            let mut seed = run.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
            let mut texts: Vec<String> = documents
                .iter()
                .map(|document| {
                    let mut text = String::new();
                    shuffled(document, &mut seed, &mut text);
                    text
                })
                .collect();
            let turn = usize::try_from(run).unwrap() % texts.len();
            texts.rotate_left(turn);
            let texts: Vec<_> = texts.iter().map(String::as_str).collect();
            let shuffled = World::sound(&texts);
            for _ in 0..25 {
                assert_eq!(inputs_of(&shuffled), expected, "run {run}");
            }
        }
    }

    #[test]
    fn two_processes_print_the_same_bytes() {
        let run = || {
            let output = std::process::Command::new(env!("CARGO_BIN_EXE_openbao-claims"))
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .args(["render", "rules", "catalogs/components", "catalogs/hardened-gateway", "--output", "json"])
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            output.stdout
        };
        assert_eq!(run(), run());
    }
}
