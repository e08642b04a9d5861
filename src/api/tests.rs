//! Round trips: what is written reads back equal, and what an author wrote stays as it was.

use super::*;
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Debug;

fn word() -> BoxedStrategy<String> {
    "[a-z][a-z0-9]{0,8}".boxed()
}

fn text() -> BoxedStrategy<String> {
    prop_oneof![Just(String::new()), "\\PC{0,24}"].boxed()
}

fn json_value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(|number| json!(number)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(), inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
    .boxed()
}

fn free() -> BoxedStrategy<Free> {
    json_value().prop_map(Free).boxed()
}

fn name_ref() -> BoxedStrategy<NameRef> {
    word().prop_map(|name| NameRef { name }).boxed()
}

fn class() -> BoxedStrategy<Sensitivity> {
    prop_oneof![Just(Sensitivity::InPlace), Just(Sensitivity::Gated), Just(Sensitivity::Blocked)].boxed()
}

fn validation() -> BoxedStrategy<Validation> {
    (text(), of(text()), of(text()), of(word()))
        .prop_map(|(expression, message, message_expression, reason)| Validation {
            expression,
            message,
            message_expression,
            reason,
        })
        .boxed()
}

fn variable() -> BoxedStrategy<Variable> {
    (word(), text()).prop_map(|(name, expression)| Variable { name, expression }).boxed()
}

fn block() -> BoxedStrategy<RenderBlock> {
    (word(), of(text()), btree_map(word(), text(), 0..2), any::<bool>(), any::<bool>(), free())
        .prop_map(|(name, when, for_each, overrides, append, template)| RenderBlock {
            name,
            when,
            for_each,
            overrides,
            append,
            template,
        })
        .boxed()
}

fn sensitivity() -> BoxedStrategy<SensitivityRule> {
    let approver = prop_oneof![Just(Approver::Tenant), Just(Approver::Platform)];
    (vec(text(), 1..3), of(class()), of(text()), of(class()), of(class()), of(approver), of(text()))
        .prop_map(|(paths, class, expression, on_add, on_remove, approver, message)| SensitivityRule {
            paths,
            class,
            expression,
            on_add,
            on_remove,
            approver,
            message,
        })
        .boxed()
}

fn comparison() -> BoxedStrategy<Comparison> {
    let how = prop_oneof![
        Just(CompareAs::Quantity),
        Just(CompareAs::Duration),
        Just(CompareAs::Version),
        Just(CompareAs::Set)
    ];
    (vec(text(), 1..3), how).prop_map(|(paths, compare_as)| Comparison { paths, compare_as }).boxed()
}

fn projection() -> BoxedStrategy<Projection> {
    let kind = prop_oneof![Just(SourceKind::Secret), Just(SourceKind::ConfigMap)];
    let mode = prop_oneof![Just(ProjectionMode::Live), Just(ProjectionMode::BootstrapOnly)];
    let from = (of(kind), of(word()), of(text()), btree_map(text(), text(), 0..3), of(word())).prop_map(
        |(kind, namespace, name, keys, parameter)| ProjectionSource { kind, namespace, name, keys, parameter },
    );
    (word(), of(word()), from, of(mode))
        .prop_map(|(name, target_suffix, from, mode)| Projection { name, target_suffix, from, mode })
        .boxed()
}

fn operation() -> BoxedStrategy<Operation> {
    let create = (word(), word(), word(), free()).prop_map(|(bind_as, api_version, kind, spec)| CreatedObject {
        bind_as,
        api_version,
        kind,
        spec,
    });
    (free(), vec(validation(), 0..2), free(), of(create), btree_map(word(), text(), 0..2), of(text()), any::<bool>())
        .prop_map(|(parameters, preconditions, patch, create, results, succeeded, confirm)| Operation {
            parameters,
            preconditions,
            patch,
            create,
            succeeded,
            results,
            confirm,
            ..Operation::default()
        })
        .boxed()
}

fn health() -> BoxedStrategy<Health> {
    let rule = (text(), of(text()), of(word())).prop_map(|(expression, message, reason)| HealthRule {
        expression,
        message,
        reason,
        ..HealthRule::default()
    });
    (of(rule.clone()), of(rule)).prop_map(|(ready, degraded)| Health { ready, degraded }).boxed()
}

fn component() -> BoxedStrategy<OpenBaoServiceComponentSpec> {
    let unique = (word(), text()).prop_map(|(name, key)| Unique { name, key });
    let rules = (vec(sensitivity(), 0..3), vec(comparison(), 0..2), vec(projection(), 0..2), vec(unique, 0..2));
    let words = (free(), vec(variable(), 0..3), vec(validation(), 0..3), vec(block(), 0..3));
    (words, rules, btree_map(word(), operation(), 0..2), of(health()))
        .prop_map(|(words, rules, operations, health)| OpenBaoServiceComponentSpec {
            inputs: words.0,
            variables: words.1,
            validations: words.2,
            render: words.3,
            sensitivity: rules.0,
            comparisons: rules.1,
            projections: rules.2,
            unique: rules.3,
            operations,
            health,
            ..OpenBaoServiceComponentSpec::default()
        })
        .boxed()
}

fn profile() -> BoxedStrategy<OpenBaoServiceProfileSpec> {
    let binding = (word(), btree_map(word(), free(), 0..3), of(text()))
        .prop_map(|(component, with, when)| ComponentBinding { component, with, when });
    let copy = (word(), text(), word(), any::<bool>()).prop_map(|(key, name, source, optional)| CopiedKey {
        key,
        from: CopySource { kind: SourceKind::Secret, name, key: source },
        optional,
    });
    let connection = (word(), btree_map(word(), text(), 0..3), vec(copy, 0..2))
        .prop_map(|(binding_type, data, copy)| Connection { binding_type, data, copy });
    let parts = (btree_map(word(), binding, 0..3), of(connection), of(any::<bool>()));
    (component(), parts, any::<bool>())
        .prop_map(|(like, (components, connection, confirm), selectable)| OpenBaoServiceProfileSpec {
            target: Target { kind: "OpenBaoCluster".to_owned(), releases: vec!["main".to_owned()] },
            selectable,
            components,
            connection,
            deletion: confirm.map(|confirm| Deletion { confirm }),
            parameters: like.inputs,
            variables: like.variables,
            validations: like.validations,
            render: like.render,
            sensitivity: like.sensitivity,
            comparisons: like.comparisons,
            projections: like.projections,
            operations: like.operations,
            health: like.health,
            ..OpenBaoServiceProfileSpec::default()
        })
        .boxed()
}

fn offering() -> BoxedStrategy<OpenBaoServiceOfferingSpec> {
    let state =
        prop_oneof![Just(LifecycleState::Active), Just(LifecycleState::Deprecated), Just(LifecycleState::Retired)];
    let lifecycle = (of(state), of(name_ref())).prop_map(|(state, next)| Lifecycle { state, replacement_ref: next });
    let window = (text(), text(), of(text())).prop_map(|(schedule, duration, time_zone)| Window {
        schedule,
        duration,
        time_zone,
    });
    let withdrawn = (word(), text(), of(word())).prop_map(|(revision, reason, replacement)| WithdrawnRevision {
        revision,
        reason,
        replacement,
    });
    let choice = of(word()).prop_map(|pin| RevisionChoice { pin });
    (name_ref(), of(choice), vec(withdrawn, 0..2), of(lifecycle), vec(window, 0..2), vec(validation(), 0..2))
        .prop_map(|(profile_ref, revision, withdrawn, lifecycle, windows, eligibility)| OpenBaoServiceOfferingSpec {
            profile_ref,
            revision,
            withdrawn,
            lifecycle,
            windows,
            eligibility,
            ..OpenBaoServiceOfferingSpec::default()
        })
        .boxed()
}

fn claim() -> BoxedStrategy<OpenBaoClusterClaimSpec> {
    let tenant = (text(), of(text())).prop_map(|(name, namespace)| TenantRef { name, namespace });
    (tenant, of(name_ref()), of(name_ref()), free(), any::<bool>())
        .prop_map(|(tenant_ref, offering_ref, profile_ref, parameters, suspend)| OpenBaoClusterClaimSpec {
            tenant_ref,
            offering_ref,
            profile_ref,
            parameters,
            suspend,
        })
        .boxed()
}

fn contract() -> BoxedStrategy<OpenBaoServiceContractSpec> {
    let outcome = prop_oneof![Just(VerdictOutcome::Passed), Just(VerdictOutcome::Tolerated)];
    let verdict = (text(), outcome, of(text())).prop_map(|(rule, outcome, message)| Verdict { rule, outcome, message });
    (free(), free(), free(), vec(verdict, 0..3), any::<i64>())
        .prop_map(|(parameters, facts, object, verdicts, sequence)| OpenBaoServiceContractSpec {
            sequence,
            parameters,
            facts,
            verdicts,
            object,
            ..OpenBaoServiceContractSpec::default()
        })
        .boxed()
}

fn reads_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
    let text = serde_json::to_string(value).unwrap();
    prop_assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
    let tree = serde_json::to_value(value).unwrap();
    prop_assert_eq!(&serde_json::from_value::<T>(tree).unwrap(), value);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn an_offering_reads_back_equal(spec in offering()) {
        reads_back(&OpenBaoServiceOffering::new("a", spec))?;
    }

    #[test]
    fn a_profile_reads_back_equal(spec in profile()) {
        reads_back(&OpenBaoServiceProfile::new("a", spec))?;
    }

    #[test]
    fn a_component_reads_back_equal(spec in component()) {
        reads_back(&OpenBaoServiceComponent::new("a", spec))?;
    }

    #[test]
    fn a_rule_set_reads_back_equal(like in component(), when in of(text())) {
        reads_back(&OpenBaoRuleSet::new("a", OpenBaoRuleSetSpec {
            cel_environment: None,
            when,
            variables: like.variables,
            validations: like.validations,
            sensitivity: like.sensitivity,
            comparisons: like.comparisons,
        }))?;
    }

    #[test]
    fn a_claim_reads_back_equal(spec in claim()) {
        reads_back(&OpenBaoClusterClaim::new("a", spec))?;
    }

    #[test]
    fn a_contract_reads_back_equal(spec in contract()) {
        reads_back(&OpenBaoServiceContract::new("a", spec))?;
    }
}

#[test]
fn integers_of_64_bits_survive_free_form_content() {
    let text = r#"{"low":-9223372036854775808,"high":18446744073709551615,"odd":9007199254740993}"#;
    let free: Free = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_value(&free).unwrap(), serde_json::from_str::<Value>(text).unwrap());
}

#[test]
fn a_claim_without_anything_is_read_so_that_the_engine_can_deny_it() {
    let claim: OpenBaoClusterClaim = serde_json::from_value(json!({
        "apiVersion": API_VERSION, "kind": "OpenBaoClusterClaim", "metadata": {"name": "a"}, "spec": {}
    }))
    .unwrap();
    assert_eq!(claim.spec, OpenBaoClusterClaimSpec::default());
}

#[test]
fn null_where_a_claim_may_leave_out_means_left_out() {
    let spec: OpenBaoClusterClaimSpec = serde_json::from_value(json!({
        "tenantRef": {"name": "t", "namespace": null}, "offeringRef": null, "profileRef": null, "parameters": null
    }))
    .unwrap();
    assert!(spec.offering_ref.is_none() && spec.parameters.is_absent());
    assert_eq!(serde_json::to_value(&spec).unwrap(), json!({"tenantRef": {"name": "t"}}));
}

#[test]
fn classes_are_ordered_by_strictness() {
    assert!(Sensitivity::Unchanged < Sensitivity::InPlace);
    assert!(Sensitivity::InPlace < Sensitivity::Gated);
    assert!(Sensitivity::Gated < Sensitivity::Blocked);
}

#[test]
fn a_full_claim_status_reads_back_as_it_was_written() {
    let digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let status = json!({
        "observedGeneration": 3, "phase": "Ready", "summary": "a change waits for your approval",
        "revision": {"name": "hardened-5f3a9c01d2b4", "number": 4, "digest": digest},
        "availableRevision": {"name": "hardened-0a1b2c3d4e5f"},
        "applied": {"name": "payments-2", "sequence": 2, "digest": digest, "generation": 2},
        "pending": {
            "candidate": digest, "generation": 3, "sensitivity": "Gated", "total": 1,
            "changes": [{
                "path": "spec.gateway.hostname", "class": "Gated", "approver": "Tenant", "old": "\"a\"", "new": "\"b\"",
                "rule": "component/public-gateway#sensitivity[0]", "parameters": ["hostname"], "message": "why"
            }]
        },
        "activeRequest": {"name": "q", "uid": "u", "operation": "Backup", "phase": "Running"}, "queuedRequests": 1,
        "scheduledFor": "2026-12-06T02:00:00Z",
        "resources": [{"apiVersion": "openbao.org/v1alpha1", "kind": "OpenBaoCluster", "namespace": "n", "name": "c"}],
        "connection": {"uri": "https://a", "keys": ["uri"], "sources": digest}, "binding": {"name": "c-connection"},
        "conditions": [{
            "type": "Ready", "status": "False", "reason": "ChangeGated", "message": "",
            "lastTransitionTime": "2026-12-01T00:00:00Z", "observedGeneration": 3
        }]
    });
    let read: ClaimStatus = serde_json::from_value(status.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), status);
}

#[test]
fn an_intervention_reads_back_as_it_was_written() {
    let spec = json!({
        "claimRef": {"namespace": "n", "name": "c", "uid": "u"}, "abandon": true, "reason": "moved by hand",
        "expiresAt": "2026-12-01T00:00:00Z"
    });
    let read: OpenBaoClaimInterventionSpec = serde_json::from_value(spec.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), spec);
}
