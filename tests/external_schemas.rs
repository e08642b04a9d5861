//! The target's CRDs are structural for the engine's own schema reader, in every release.

use std::path::PathBuf;

use openbao_claims::cel::crd_rules::Rules;
use openbao_claims::schema::{Additional, Crd, Schema};
use serde_json::{Value, json};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn read(release: &str, plural: &str) -> Outcome<Crd> {
    let file: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "crds/external", release, &format!("{plural}.yaml")].iter().collect();
    let value: Value = serde_saphyr::from_str(&std::fs::read_to_string(file)?)?;
    Ok(Crd::parse(&value)?)
}

fn count_rules(schema: &Schema) -> usize {
    let fields: usize = schema.properties.values().map(count_rules).sum();
    let items = schema.items.as_deref().map_or(0, count_rules);
    let values = match &schema.additional {
        Some(Additional::Schema(values)) => count_rules(values),
        _ => 0,
    };
    schema.validations.len() + fields + items + values
}

#[test]
fn every_external_crd_is_structural() -> Outcome {
    for release in ["0.5.1", "main"] {
        for plural in ["openbaoclusters", "openbaorestores", "openbaotenants"] {
            let crd = read(release, plural).map_err(|error| format!("{release} {plural}: {error} {error:?}"))?;
            let schema = &crd.storage().ok_or("no storage version")?.schema;
            println!("{release} {plural}: {} leaves, {} rules", schema.leaf_paths().len(), count_rules(schema));
            assert!(schema.at(&"spec".parse()?).is_some());
        }
    }
    Ok(())
}

#[test]
fn the_target_judges_a_cluster() -> Outcome {
    let crd = read("0.5.1", "openbaoclusters")?;
    let schema = &crd.storage().ok_or("no storage version")?.schema;
    let cluster = json!({
        "apiVersion": "openbao.org/v1alpha1", "kind": "OpenBaoCluster", "metadata": {"name": "a", "namespace": "b"},
        "spec": {"replicas": "3", "nonsense": true}
    });
    let violations: Vec<String> = schema.validate(&cluster).iter().map(ToString::to_string).collect();
    assert!(violations.iter().any(|text| text.starts_with("`spec.replicas`: found text `3`")), "{violations:?}");
    let unknown: Vec<String> = schema.unknown_fields(&cluster).iter().map(|unknown| unknown.path.to_string()).collect();
    assert_eq!(unknown, ["spec.nonsense"]);
    Ok(())
}

#[test]
fn every_rule_of_the_external_crds_compiles() -> Outcome {
    for release in ["0.5.1", "main"] {
        for plural in ["openbaoclusters", "openbaorestores", "openbaotenants"] {
            let crd = read(release, plural)?;
            let schema = &crd.storage().ok_or("no storage version")?.schema;
            let rules = Rules::compile(schema).map_err(|errors| format!("{release} {plural}: {errors:#?}"))?;
            assert_eq!(rules.len(), count_rules(schema), "{release} {plural}");
        }
    }
    Ok(())
}

/// What the rules of release 0.5.1 say about a cluster with this `spec`, once it has its defaults.
fn broken(spec: &Value) -> Outcome<Vec<String>> {
    let crd = read("0.5.1", "openbaoclusters")?;
    let schema = &crd.storage().ok_or("no storage version")?.schema;
    let rules = Rules::compile(schema).map_err(|errors| format!("{errors:?}"))?;
    let mut cluster = json!({
        "apiVersion": "openbao.org/v1alpha1", "kind": "OpenBaoCluster", "metadata": {"name": "a"}, "spec": spec
    });
    schema.apply_defaults(&mut cluster);
    Ok(rules.evaluate(&cluster, None).iter().map(ToString::to_string).collect())
}

#[test]
fn rules_of_the_target_refuse_what_they_speak_about() -> Outcome {
    let acme = json!({"replicas": 3, "tls": {"enabled": true, "mode": "ACME", "acme": {"domains": ["a.example.com"]}}});
    for (spec, said) in [
        (acme, "`spec`: TLS in mode ACME needs `tls.acme.sharedCache`"),
        (
            json!({"tls": {"mode": "External"}, "audit": [{"type": "file", "path": "x", "httpOptions": {}}]}),
            "`spec.audit[0]`: `httpOptions` is only for devices of type http",
        ),
        (
            json!({"tls": {"mode": "External"}, "unseal": {"type": "transit"}}),
            "`spec.unseal`: every seal but static needs the section of its type",
        ),
        (
            json!({"tls": {"mode": "External"}, "unseal": {"type": "pkcs11", "pkcs11": {"slot": "1", "tokenLabel": "t"}}}),
            "`spec.unseal.pkcs11`: pkcs11 takes `slot` or `tokenLabel`, not both",
        ),
        (
            json!({"tls": {"mode": "External"}, "backup": {"target": {"provider": "gcs", "roleArn": "r"}}}),
            "`spec.backup.target`: `roleArn` is only for provider s3",
        ),
    ] {
        let found = broken(&spec)?;
        assert!(found.iter().any(|text| text.starts_with(said)), "{said}: {found:?}");
    }
    let sound = json!({
        "replicas": 3, "version": "2.6.3", "profile": "Hardened", "storage": {"size": "10Gi"},
        "tls": {"enabled": true, "mode": "External"}
    });
    assert_eq!(broken(&sound)?, Vec::<String>::new());
    Ok(())
}
