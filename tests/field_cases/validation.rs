//! B. Validation.

use openbao_claims::engine::Decision;
use serde_json::json;

use crate::support::{Tiny, World, approved, classes, denied, findings};

fn hostname() -> World {
    Tiny {
        parameters: "{hostname: {type: string, format: hostname, maxLength: 253}}",
        render: "  - {name: host, when: has(params.hostname), template: {spec: {tls: {extraSANs: [\"${params.hostname}\"]}}}}"
            .to_owned(),
        spec: "  unique: [{name: hostname, key: \"params.?hostname.orValue('none')\"}]\n  validations:\n  - {expression: \"params.?hostname.orValue('x.apps.example.com').endsWith('.apps.example.com')\", reason: HostnameNotAllowed, message: not below apps.example.com}"
            .to_owned(),
        ..Tiny::default()
    }
    .sound()
}

#[test]
fn case_015_a_hostname_has_one_normal_form() {
    let world = hostname();
    let decision = world.decide(&world.claim(json!({"hostname": "Vault.Apps.Example.COM"})));
    let told = denied(&decision);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("vault.apps.example.com"), "the normal form is shown: {told:?}");
    let keys = world.contract(json!({"hostname": "vault.apps.example.com"})).unique;
    assert_eq!(keys[0].value, "vault.apps.example.com");
}

#[test]
fn case_016_what_ends_like_a_hostname_is_not_one_by_that() {
    let world = hostname();
    for wrong in [
        "*.apps.example.com",
        ".apps.example.com",
        "a b.apps.example.com",
        "evil.com/.apps.example.com",
        "x.apps.example.com.",
    ] {
        let decision = world.decide(&world.claim(json!({"hostname": wrong})));
        let told = denied(&decision);
        assert_eq!(findings(&decision)[0].reason, "InvalidParameter", "{wrong}: {told:?}");
        assert_eq!(told.len(), 1, "one message for {wrong}: {told:?}");
    }
}

#[test]
fn case_017_a_pattern_searches_unless_it_is_anchored() {
    let partition = |pattern: &'static str| Tiny {
        parameters: pattern,
        render: "  - {name: x, template: {metadata: {annotations: {p: \"${params.partition}\"}}}}".to_owned(),
        ..Tiny::default()
    };
    let open = partition("{partition: {type: string, maxLength: 30, pattern: 'team-[a-z]+', default: team-a}}").sound();
    approved(open.decide(&open.claim(json!({"partition": "../../team-x"}))));
    let anchored =
        partition("{partition: {type: string, maxLength: 30, pattern: '^team-[a-z]+$', default: team-a}}").sound();
    assert_eq!(denied(&anchored.decide(&anchored.claim(json!({"partition": "../../team-x"})))).len(), 1);
    // Every pattern of the shipped catalogs is anchored at both ends.
    for folder in ["catalogs/components", "catalogs/hardened-gateway", "catalogs/development"] {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(root).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for line in text.lines().filter(|line| line.contains("pattern:")) {
                let guarded = line.contains("\"^") && (line.contains("$\"") || line.contains("\"^https://\""));
                assert!(guarded, "{folder}: {line}");
            }
        }
    }
}

#[test]
fn case_019_null_follows_the_rule_of_kubernetes() {
    let world = Tiny {
        parameters: "{size: {type: string, enum: [small, large], default: small}, backup: {type: boolean}}",
        spec: "  validations: [{expression: '!has(params.backup)', reason: Has, message: has}]".to_owned(),
        ..Tiny::default()
    }
    .sound();
    // With a default: dropped, then defaulted.
    assert_eq!(world.contract(json!({"size": null})).parameters, json!({"size": "small"}));
    // Without one: dropped too, as the API server does (the case asks for an error; the design says
    // "to the letter", and the letter is `PruneNonNullableNullsWithoutDefaults`). `has()` is false.
    assert_eq!(world.contract(json!({"backup": null})).parameters, json!({"size": "small"}));
    // In a place that is no field, null is an error that names the path.
    let told = denied(&world.decide(&world.claim(json!({"size": ["null", null]}))));
    assert!(told[0].starts_with("InvalidParameter: parameter `size"), "{told:?}");
}

#[test]
fn case_021_a_boolean_where_a_word_was_meant_is_explained() {
    let quoted =
        Tiny { parameters: "{mode: {type: string, enum: ['on', 'off', auto], default: auto}}", ..Tiny::default() };
    let world = quoted.sound();
    let told = denied(&world.decide(&world.claim(json!({"mode": true}))));
    assert!(told[0].contains("true") && told[0].contains("quote it"), "{told:?}");
    let bare = Tiny { parameters: "{mode: {type: string, enum: [on, off, auto], default: auto}}", ..Tiny::default() };
    let told = bare.world().told();
    assert!(told.contains("E0004") && told.contains("quote it"), "{told}");
}

#[test]
fn case_022_numbers_that_two_yamls_read_differently_are_refused() {
    for value in ["0600", "22:30", "1_000", "0o17"] {
        let tiny = Tiny { more: format!("  parameters: {{x: {value}}}"), ..Tiny::default() };
        let told = tiny.world().told();
        assert!(told.contains("E0004") && told.contains("quote it"), "{value}: {told}");
    }
}

#[test]
fn case_023_equal_quantities_are_no_change() {
    let tiny = |comparisons: &str| Tiny {
        parameters: "{size: {type: string, format: quantity, maxLength: 20, default: 1Gi}}",
        spec: comparisons.to_owned(),
        render: "  - {name: cache, template: {spec: {auditFileStorage: {mode: ManagedPVC, size: \"${params.size}\"}}}}"
            .to_owned(),
        ..Tiny::default()
    };
    let declared = tiny("  comparisons: [{paths: [spec.auditFileStorage.size], as: quantity}]").sound();
    for (old, new) in [("2Gi", "2048Mi"), ("1.5Gi", "1536Mi"), ("1", "1000m"), ("1k", "1e3")] {
        let applied = declared.contract(json!({"size": old}));
        let decision = declared.edit(&applied, &declared.claim(json!({"size": new})));
        assert_eq!(classes(&decision), Vec::<String>::new(), "{old} {new}");
    }
    let undeclared = tiny("").sound();
    let applied = undeclared.contract(json!({"size": "2Gi"}));
    let decision = undeclared.edit(&applied, &undeclared.claim(json!({"size": "2048Mi"})));
    assert_eq!(classes(&decision), ["spec.auditFileStorage.size Blocked"]);
}

#[test]
fn case_025_a_version_that_does_not_parse_denies() {
    let world = Tiny {
        parameters: "{version: {type: string, maxLength: 30, default: 2.6.3}}",
        spec: "  validations: [{expression: \"!semver(params.version).isLessThan(semver('2.6.0'))\", reason: TooOld, message: too old}]"
            .to_owned(),
        ..Tiny::default()
    }
    .sound();
    approved(world.decide(&world.claim(json!({"version": "2.6.0+fips"}))));
    for wrong in ["v2.6.3", "2.6", "latest"] {
        let decision = world.decide(&world.claim(json!({"version": wrong})));
        assert_eq!(findings(&decision)[0].reason, "RuleError", "{wrong}");
        assert!(findings(&decision)[0].message.contains(wrong), "{:?}", findings(&decision));
    }
    assert_eq!(findings(&world.decide(&world.claim(json!({"version": "2.6.0-rc1"}))))[0].reason, "TooOld");
}

#[test]
fn case_026_days_are_no_duration_and_equal_durations_no_change() {
    let world = Tiny {
        parameters: "{period: {type: string, format: duration, maxLength: 20, default: 720h}}",
        spec: "  comparisons: [{paths: [spec.configuration.defaultLeaseTTL], as: duration}]".to_owned(),
        render: "  - {name: rotation, template: {spec: {configuration: {defaultLeaseTTL: \"${params.period}\"}}}}"
            .to_owned(),
        ..Tiny::default()
    }
    .sound();
    let told = denied(&world.decide(&world.claim(json!({"period": "30d"}))));
    assert!(told[0].contains("720h"), "{told:?}");
    let applied = world.contract(json!({"period": "720h"}));
    assert_eq!(applied.object["spec"]["configuration"]["defaultLeaseTTL"], "720h");
    let decision = world.edit(&applied, &world.claim(json!({"period": "720h0m0s"})));
    // Written otherwise in the catalog's own normal form it would be denied; by value it is the same.
    if let Decision::Candidate(_) = decision {
        assert_eq!(classes(&decision), Vec::<String>::new());
    } else {
        assert!(denied_or_blocked(&decision).contains("720h"), "{decision:?}");
    }
}

fn denied_or_blocked(decision: &Decision) -> String {
    findings(decision).iter().map(|finding| finding.message.clone()).collect::<Vec<_>>().join("\n")
}

#[test]
fn case_029_a_typo_in_a_parameter_is_denied_with_the_right_name() {
    let world = hostname();
    let decision = world.decide(&world.claim(json!({"hostnmae": "vault.apps.example.com"})));
    assert_eq!(denied(&decision), ["UnknownParameter: unknown parameter `hostnmae`"]);
    assert_eq!(findings(&decision)[0].help.as_deref(), Some("did you mean `hostname`?"));
}

#[test]
fn case_030_the_same_inputs_give_the_same_verdict_byte_by_byte() {
    let (first, second) = (hostname(), hostname());
    let parameters = json!({"hostname": "UPPER.apps.example.com", "x": 1, "y": 2});
    let told: Vec<_> =
        [&first, &second].iter().map(|world| denied(&world.decide(&world.claim(parameters.clone())))).collect();
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].len(), 3, "all of them at once: {told:?}");
}
