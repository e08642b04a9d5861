//! The target's CRDs (`crds/external`) hold what the target API states: every path and rule is counted, so that a
//! lost line shows, and bounds are looked at where a wrong one would hurt.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Value, json};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

const RELEASES: [&str; 2] = ["0.5.1", "main"];
const PLURALS: [&str; 3] = ["openbaoclusters", "openbaorestores", "openbaotenants"];

fn read(release: &str, name: &str) -> Outcome<Value> {
    let file: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "crds/external", release, &format!("{name}.yaml")].iter().collect();
    Ok(serde_saphyr::from_str(&std::fs::read_to_string(file)?)?)
}

/// The whole-object schema of the only version.
fn schema(release: &str, plural: &str) -> Outcome<Value> {
    let crd = read(release, plural)?;
    Ok(crd.pointer("/spec/versions/0/schema/openAPIV3Schema").ok_or("no schema")?.clone())
}

/// Calls `see` with each place of a schema: named fields, `[*]` for list items, `.*` for map values.
fn walk<'a>(schema: &'a Value, path: &str, see: &mut dyn FnMut(&str, &'a Value)) {
    see(path, schema);
    for (name, child) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let dot = if path.is_empty() { "" } else { "." };
        walk(child, &format!("{path}{dot}{name}"), see);
    }
    if let Some(items) = schema.get("items") {
        walk(items, &format!("{path}[*]"), see);
    }
    if let Some(values) = schema.get("additionalProperties") {
        walk(values, &format!("{path}.*"), see);
    }
}

fn places(schema: &Value) -> BTreeMap<String, &Value> {
    let mut all = BTreeMap::new();
    walk(schema, "", &mut |path, place| {
        all.insert(path.to_owned(), place);
    });
    all
}

/// Whether no named field stands below: what a tenant or a catalog gives as one value.
fn is_leaf(place: &Value) -> bool {
    let below = place.get("items").or_else(|| place.get("additionalProperties"));
    place.get("properties").is_none() && below.is_none_or(is_leaf)
}

/// Named fields without named fields below, within one top-level field.
fn leaves(schema: &Value, top: &str) -> BTreeSet<String> {
    let own = |path: &str| path.starts_with(&format!("{top}.")) && !path.ends_with("[*]") && !path.ends_with(".*");
    places(schema).into_iter().filter(|(path, place)| own(path) && is_leaf(place)).map(|(path, _)| path).collect()
}

/// Number of rules by the place where they stand.
fn rules(schema: &Value) -> BTreeMap<String, usize> {
    let count = |place: &Value| place.get("x-kubernetes-validations").and_then(Value::as_array).map_or(0, Vec::len);
    places(schema).into_iter().map(|(path, place)| (path, count(place))).filter(|(_, count)| *count > 0).collect()
}

fn counts(rows: &[(&str, usize)]) -> BTreeMap<String, usize> {
    rows.iter().map(|(path, count)| ((*path).to_owned(), *count)).collect()
}

const CLUSTER_RULES: [(&str, usize); 10] = [
    ("spec", 6),
    ("spec.audit[*]", 4),
    ("spec.auditFileStorage", 6),
    ("spec.backup.target", 4),
    ("spec.recoveryKeys.initial", 2),
    ("spec.selfInit.oidc", 1),
    ("spec.selfInit.requests[*].auditDevice", 6),
    ("spec.tls.acme.sharedCache", 5),
    ("spec.unseal", 10),
    ("spec.unseal.pkcs11", 2),
];

const MAIN_CLUSTER_RULES: [(&str, usize); 5] = [
    ("spec.backup.restoreTest", 2),
    ("spec.backup.restoreTest.clusterTemplate", 6),
    ("spec.backup.restoreTest.clusterTemplate.tls.acme.sharedCache", 5),
    ("spec.backup.restoreTest.clusterTemplate.unseal", 10),
    ("spec.backup.restoreTest.clusterTemplate.unseal.pkcs11", 2),
];

const MAIN_RESTORE_RULES: [(&str, usize); 5] = [
    ("spec", 3),
    ("spec.clusterTemplate", 6),
    ("spec.clusterTemplate.tls.acme.sharedCache", 5),
    ("spec.clusterTemplate.unseal", 10),
    ("spec.clusterTemplate.unseal.pkcs11", 2),
];

/// Roots of all that is on main and not in 0.5.1.
const MAIN_ONLY_CLUSTER: [&str; 12] = [
    "spec.backup.restoreTest",
    "spec.configuration.listener.tlsKeyExchangePreferences",
    "spec.configuration.listener.tlsMaxVersion",
    "spec.configuration.listener.tlsMinVersion",
    "spec.controllerJWTMode",
    "spec.reconcilePolicies",
    "spec.unseal.azureKeyVault.authMethod",
    "status.backup.latestSnapshot",
    "status.backup.restoreTest",
    "status.backup.successfulBackups",
    "status.workload.policyReconciliation",
    "status.workload.policyRevision",
];

const MAIN_ONLY_RESTORE: [&str; 11] = [
    "spec.cleanupAfterSeconds",
    "spec.clusterTemplate",
    "spec.source.expectedClusterID",
    "spec.source.expectedDigest",
    "spec.source.expectedSize",
    "spec.source.expectedVersion",
    "spec.targetLifecycle",
    "status.administratorDisposition",
    "status.restart",
    "status.submissionClaim",
    "status.target",
];

#[test]
fn each_file_holds_as_many_leaf_paths_as_the_target_api_states() -> Outcome {
    let expected = [
        ("0.5.1", "openbaoclusters", 479, 95),
        ("0.5.1", "openbaorestores", 23, 23),
        ("0.5.1", "openbaotenants", 12, 8),
        ("main", "openbaoclusters", 591, 128),
        ("main", "openbaorestores", 130, 42),
        ("main", "openbaotenants", 12, 8),
    ];
    for (release, plural, spec, status) in expected {
        let schema = schema(release, plural)?;
        assert_eq!(
            (leaves(&schema, "spec").len(), leaves(&schema, "status").len()),
            (spec, status),
            "{release} {plural}"
        );
    }
    Ok(())
}

#[test]
fn each_place_holds_as_many_rules_as_the_target_api_states() -> Outcome {
    let main_cluster = counts(&[&CLUSTER_RULES[..], &MAIN_CLUSTER_RULES[..]].concat());
    let main_restore = counts(&[&[("spec.source.target", 4)], &MAIN_RESTORE_RULES[..]].concat());
    let expected = [
        ("0.5.1", "openbaoclusters", 46, counts(&CLUSTER_RULES)),
        ("0.5.1", "openbaorestores", 4, counts(&[("spec.source.target", 4)])),
        ("0.5.1", "openbaotenants", 0, counts(&[])),
        ("main", "openbaoclusters", 71, main_cluster),
        ("main", "openbaorestores", 30, main_restore),
        ("main", "openbaotenants", 0, counts(&[])),
    ];
    for (release, plural, total, by_place) in expected {
        let found = rules(&schema(release, plural)?);
        assert_eq!(found, by_place, "{release} {plural}");
        assert_eq!(found.values().sum::<usize>(), total, "{release} {plural}");
    }
    Ok(())
}

#[test]
fn every_rule_has_a_message_and_looks_at_one_state_only() -> Outcome {
    for (release, plural) in files() {
        for (path, place) in places(&schema(release, plural)?) {
            for rule in place.get("x-kubernetes-validations").and_then(Value::as_array).into_iter().flatten() {
                let text = |key: &str| rule.get(key).and_then(Value::as_str).unwrap_or_default();
                assert!(!text("message").is_empty() && !text("message").contains('\n'), "{release} {path}: {rule}");
                assert!(!text("rule").is_empty() && !text("rule").contains("oldSelf"), "{release} {path}: {rule}");
            }
        }
    }
    Ok(())
}

fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    RELEASES.into_iter().flat_map(|release| PLURALS.into_iter().map(move |plural| (release, plural)))
}

#[test]
fn main_adds_known_paths_to_the_release_and_takes_none_away() -> Outcome {
    for (plural, roots) in [
        ("openbaoclusters", &MAIN_ONLY_CLUSTER[..]),
        ("openbaorestores", &MAIN_ONLY_RESTORE[..]),
        ("openbaotenants", &[]),
    ] {
        let (old, new) = (schema("0.5.1", plural)?, schema("main", plural)?);
        let (old, new) = (places(&old), places(&new));
        let below = |path: &str, root: &str| {
            path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        for path in new.keys().filter(|path| !old.contains_key(*path)) {
            assert!(roots.iter().any(|root| below(path, root)), "{plural} {path} is new");
        }
        for root in roots {
            assert!(new.contains_key(*root) && !old.contains_key(*root), "{plural} {root} is on main only");
        }
        for (path, place) in old.iter().filter(|(_, place)| is_leaf(place)) {
            assert_eq!(new.get(path), Some(place), "{plural} {path}");
        }
    }
    Ok(())
}

#[test]
fn kinds_carry_their_names_columns_and_a_status_subresource() -> Outcome {
    let expected = [
        ("openbaoclusters", "OpenBaoCluster", json!(["bao", "baoc"]), json!(["Phase", "Version", "Replicas", "Age"])),
        (
            "openbaorestores",
            "OpenBaoRestore",
            json!(["obrestore"]),
            json!(["Cluster", "Phase", "Recovery", "Age", "Message"]),
        ),
        ("openbaotenants", "OpenBaoTenant", json!(["obt"]), json!(["Target Namespace", "Provisioned", "Age"])),
    ];
    for release in RELEASES {
        for (plural, kind, short, columns) in &expected {
            let crd = read(release, plural)?;
            let at = |pointer: &str| crd.pointer(pointer).cloned().unwrap_or_default();
            assert_eq!(at("/metadata/name"), format!("{plural}.openbao.org"));
            assert_eq!(at("/spec/group"), "openbao.org");
            assert_eq!(at("/spec/scope"), "Namespaced");
            assert_eq!(at("/spec/names/kind"), *kind);
            assert_eq!(at("/spec/names/shortNames"), *short);
            assert_eq!(at("/spec/versions/0/name"), "v1alpha1");
            assert_eq!(at("/spec/versions/0/subresources"), json!({"status": {}}));
            assert_eq!(at("/spec/versions/0/schema/openAPIV3Schema/required"), json!(["spec"]));
            let names = at("/spec/versions/0/additionalPrinterColumns");
            let names: Vec<_> =
                names.as_array().into_iter().flatten().filter_map(|column| column.get("name")).collect();
            assert_eq!(json!(names), *columns);
        }
    }
    Ok(())
}

#[test]
fn bounds_defaults_and_list_types_are_those_of_the_target_api() -> Outcome {
    let cluster = schema("main", "openbaoclusters")?;
    let restore = schema("main", "openbaorestores")?;
    let (cluster, restore) = (places(&cluster), places(&restore));
    let expected = [
        (&cluster, "spec", "required", json!(["profile", "replicas", "storage", "tls", "version"])),
        (&cluster, "spec.replicas", "default", json!(3)),
        (
            &cluster,
            "spec.profile",
            "allOf",
            json!([{"enum": ["Hardened", "Development"]}, {"enum": ["Hardened", "Development"]}]),
        ),
        (&cluster, "spec.tls.mode", "default", json!("OperatorManaged")),
        (&cluster, "spec.tls.acme.domains", "minItems", json!(1)),
        (&cluster, "spec.imagePullSecrets[*]", "x-kubernetes-map-type", json!("atomic")),
        (&cluster, "spec.imagePullSecrets[*].name", "default", json!("")),
        (&cluster, "spec.ingress", "required", json!(["host"])),
        (&cluster, "spec.audit", "x-kubernetes-list-map-keys", json!(["path"])),
        (&cluster, "spec.audit[*].options", "x-kubernetes-preserve-unknown-fields", json!(true)),
        (&cluster, "spec.backup.target.partSize", "minimum", json!(5_242_880)),
        (&cluster, "spec.backup.target.concurrency", "maximum", json!(10)),
        (&cluster, "spec.backup.restoreTest.clusterTemplate.imagePullSecrets", "maxItems", json!(2)),
        (&cluster, "spec.unseal.type", "default", json!("static")),
        (&cluster, "spec.unseal.kms.config", "maxProperties", json!(64)),
        (&cluster, "spec.unseal.pkcs11.runtime.fileEnv", "maxItems", json!(16)),
        (&cluster, "spec.recoveryKeys.initial.recipients", "x-kubernetes-list-map-keys", json!(["name"])),
        (&cluster, "spec.selfInit.oidc.additionalSubjects.operator", "x-kubernetes-list-type", json!("set")),
        (&cluster, "spec.selfInit.oidc.additionalSubjects.operator[*]", "maxLength", json!(340)),
        (&cluster, "spec.readReplicas.storage.size", "x-kubernetes-int-or-string", json!(true)),
        (&cluster, "spec.observability.metrics.metricsOnlyListener.port", "default", json!(8202)),
        (&cluster, "spec.upgrade.blueGreen.verification.prePromotionHook.timeoutSeconds", "default", json!(300)),
        (&cluster, "spec.configuration.raft.autopilot.minQuorum", "minimum", json!(3)),
        (&cluster, "spec.configuration.listener.tlsKeyExchangePreferences", "maxItems", json!(7)),
        (&cluster, "status.operationLock", "nullable", json!(true)),
        (&cluster, "status.conditions", "x-kubernetes-list-map-keys", json!(["type"])),
        (&restore, "spec.source.expectedSize", "maximum", json!(8_589_934_592_u64)),
        (&restore, "spec.source.expectedDigest", "pattern", json!("^sha256:[a-f0-9]{64}$")),
        (&restore, "spec.clusterTemplate.version", "enum", json!(["2.7.0", "2.7.1"])),
        (&restore, "status.restart.pods", "minItems", json!(1)),
    ];
    for (places, path, key, value) in expected {
        assert_eq!(places.get(path).and_then(|place| place.get(key)), Some(&value), "{path} {key}");
    }
    Ok(())
}

#[test]
fn every_place_is_typed_and_what_it_requires_or_keys_lists_by_is_there() -> Outcome {
    for (release, plural) in files() {
        let schema = schema(release, plural)?;
        for (path, place) in places(&schema) {
            let free = ["x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields"];
            let typed = place.get("type").is_some() || free.iter().any(|mark| place.get(mark).is_some());
            assert!(typed, "{release} {path} has no type");
            let named = |schema: &Value, name: &Value| {
                schema.pointer(&format!("/properties/{}", name.as_str().unwrap_or_default())).is_some()
            };
            let required = place.get("required").and_then(Value::as_array);
            assert!(
                required.into_iter().flatten().all(|name| named(place, name)),
                "{release} {path} requires a stranger"
            );
            let keys = place.get("x-kubernetes-list-map-keys").and_then(Value::as_array);
            let items = place.get("items").unwrap_or(&Value::Null);
            assert!(
                keys.into_iter().flatten().all(|name| named(items, name)),
                "{release} {path} is keyed by a stranger"
            );
        }
    }
    Ok(())
}

/// The path of a schema place that a pattern of `target.yaml` stands for.
fn place_of(pattern: &str) -> &str {
    pattern.strip_suffix(".**").unwrap_or(pattern)
}

#[test]
fn the_facts_beside_the_schemas_name_paths_that_exist() -> Outcome {
    for release in RELEASES {
        let facts = read(release, "target")?;
        assert_eq!(facts.get("kind"), Some(&json!("TargetFacts")));
        assert_eq!(facts.get("release"), Some(&json!(release)));
        let schema = schema(release, "openbaoclusters")?;
        let places = places(&schema);
        let observed = facts.get("observedGeneration").and_then(Value::as_str).ok_or("observedGeneration")?;
        assert!(places.contains_key(observed));
        for list in ["authorisation", "operational", "secretPaths"] {
            let patterns = facts.get(list).and_then(Value::as_array).ok_or(list)?;
            let patterns: Vec<_> = patterns.iter().filter_map(Value::as_str).collect();
            assert_eq!(
                patterns.iter().collect::<BTreeSet<_>>().len(),
                patterns.len(),
                "{release} {list} repeats itself"
            );
            for pattern in patterns.into_iter().filter(|pattern| !pattern.starts_with("metadata.")) {
                // Keys of a map are no places of the schema.
                let above = pattern.split_once("['").map_or(pattern, |(above, _)| above);
                assert!(places.contains_key(place_of(above)), "{release} {list}: {pattern}");
            }
        }
    }
    Ok(())
}

#[test]
fn every_path_that_holds_a_secret_of_a_seal_is_known_as_one() -> Outcome {
    let secret = ["token", "secretKey", "sessionToken", "clientSecret", "pin", "currentKey", "circonusAPIKey"];
    for release in RELEASES {
        let facts = read(release, "target")?;
        let known = facts.get("secretPaths").and_then(Value::as_array).ok_or("secretPaths")?.clone();
        let schema = schema(release, "openbaoclusters")?;
        for path in leaves(&schema, "spec") {
            // A pkcs11 variable's `secretKey` names a key of a Secret.
            let name = path.rsplit('.').next().unwrap_or_default();
            if secret.contains(&name) && !path.contains("[*]") {
                assert!(known.contains(&json!(path)), "{release} {path}");
            }
        }
    }
    Ok(())
}
