//! The hand-coded feature beside ours: its tables as a catalog of their own, and what our catalogs answer instead
//! (facts: openbao-operator.md 3, 5.1, 5.2, 11).

#[cfg(test)]
mod support;

#[cfg(test)]
#[path = "support/cases.rs"]
mod cases;

#[cfg(test)]
mod suite {
    use super::cases::pass;
    use super::support::{World, approved};
    use serde_json::{Value as Json, json};

    const HAND_CODED: &[&str] = &["tests/baseline/hand-coded.yaml"];
    const OURS: &[&str] = &["rules", "catalogs", "tests/baseline/tenants.yaml"];

    const OLD: &str = "team-old/old";
    const GATEWAY: &str = "team-pay/payments";
    const INGRESS: &str = "team-hardened-ingress/hardened-ingress";
    const READERS: &str = "team-read-scale/read-scale";

    /// A row of table 5.1: what changes, and what each says of it.
    struct Row {
        field: &'static str,
        /// the catalog of ours that has it, by its claim
        claim: &'static str,
        /// what was rendered before, as a merge patch
        before: &'static str,
        /// what is rendered now, likewise
        now: &'static str,
        hand_coded: &'static str,
        ours: &'static str,
    }

    const fn row(
        field: &'static str,
        claim: &'static str,
        before: &'static str,
        now: &'static str,
        hand_coded: &'static str,
        ours: &'static str,
    ) -> Row {
        Row { field, claim, before, now, hand_coded, ours }
    }

    #[rustfmt::skip]
    const TABLE: &[Row] = &[
        row("nothing", GATEWAY, "{}", "{}", "Unchanged", "Unchanged"),
        row("version", GATEWAY, r#"{"version": "2.6.2"}"#, "{}", "InPlace", "Gated"),
        row("upgrade strategy", GATEWAY, r#"{"upgrade": {"strategy": "BlueGreen"}}"#, "{}", "InPlace", "Gated"),
        row("upgrade policy", GATEWAY, r#"{"upgrade": {"blueGreen": {"maxJobFailures": 9}}}"#, "{}", "InPlace", "Gated"),
        row("snapshot before upgrades", GATEWAY, r#"{"upgrade": {"preUpgradeSnapshot": false}}"#, "{}", "InPlace", "InPlace"),
        row("backup schedule", GATEWAY, r#"{"backup": {"schedule": "0 4 * * *"}}"#, "{}", "InPlace", "InPlace"),
        row("backup retention", GATEWAY, r#"{"backup": {"retention": {"maxCount": 7}}}"#, "{}", "InPlace", "InPlace"),
        row("more voters", GATEWAY, "{}", r#"{"replicas": 5}"#, "Blocked", "InPlace"),
        row("fewer voters", GATEWAY, r#"{"replicas": 5}"#, "{}", "Blocked", "Gated"),
        row("more readers", READERS, "{}", r#"{"readReplicas": {"replicas": 5}}"#, "Blocked", "InPlace"),
        row("fewer readers", READERS, r#"{"readReplicas": {"replicas": 5}}"#, "{}", "Blocked", "Gated"),
        row("security profile", GATEWAY, r#"{"profile": "Development"}"#, "{}", "Blocked", "Blocked"),
        row("storage grows", GATEWAY, r#"{"storage": {"size": "10Gi"}}"#, "{}", "Blocked", "InPlace"),
        row("storage shrinks", GATEWAY, r#"{"storage": {"size": "90Gi"}}"#, "{}", "Blocked", "Blocked"),
        row("storage class", GATEWAY, r#"{"storage": {"storageClassName": "slow"}}"#, "{}", "Blocked", "Blocked"),
        row("ACME cache grows", GATEWAY, r#"{"tls": {"acme": {"sharedCache": {"size": "500Mi"}}}}"#, "{}", "Blocked", "InPlace"),
        row("address of the seal", GATEWAY, r#"{"unseal": {"transit": {"address": "https://old.example.com"}}}"#, "{}", "Blocked", "Gated"),
        row("key of the seal", GATEWAY, r#"{"unseal": {"transit": {"keyName": "old"}}}"#, "{}", "Blocked", "Blocked"),
        row("runtime", INGRESS, r#"{"securityContext": {"runAsUser": 10002}}"#, "{}", "Blocked", "Gated"),
        row("helper images", INGRESS, r#"{"backup": {"image": "old"}}"#, "{}", "Blocked", "Gated"),
        row("observability", INGRESS, r#"{"observability": {"metrics": {"scrapeProfile": "Active"}}}"#, "{}", "Blocked", "Gated"),
        row("network", GATEWAY, r#"{"network": {"apiServerEndpointIPs": ["10.0.0.2"]}}"#, "{}", "Blocked", "Gated"),
        row("exposure", GATEWAY, r#"{"gateway": {"gatewayRef": {"name": "old"}}}"#, "{}", "Blocked", "Gated"),
        row("bootstrap", GATEWAY, r#"{"selfInit": {"requests": [{"name": "a", "operation": "update", "path": "sys/auth/b"}]}}"#, "{}", "Blocked", "Blocked"),
        row("backup target", GATEWAY, r#"{"backup": {"target": {"bucket": "old"}}}"#, "{}", "Blocked", "Blocked"),
        row("hostname", GATEWAY, r#"{"gateway": {"hostname": "a.bao.example.com"}, "tls": {"acme": {"domains": ["a.bao.example.com"]}}}"#, "{}", "InPlace", "Gated"),
    ];

    fn verdict(class: &str) -> &str {
        if matches!(class, "Unchanged" | "InPlace") { "Approved" } else { class }
    }

    fn change(row: &Row, claim: &str, class: &str) -> Json {
        let spec = |text: &str| json!({"spec": serde_json::from_str::<Json>(text).unwrap()});
        json!({"name": row.field, "claim": claim, "rendered": spec(row.now), "previous": {"rendered": spec(row.before)},
            "expect": {"verdict": verdict(class), "sensitivity": class}})
    }

    /// A row of table 5.2: an edit of a claim, and what each says of it.
    #[rustfmt::skip]
    const LOCKS: &[(&str, &str, &str, &str, &str)] = &[
        ("tenant", r#"{"tenantRef": {"name": "other"}}"#, r#"{"tenantRef": {"name": "other"}}"#, "Blocked", "Blocked"),
        ("offering", r#"{"offeringRef": null, "profileRef": {"name": "hand-coded"}}"#, r#"{"offeringRef": {"name": "read-scale"}, "parameters": {"backup": null}}"#, "Blocked", "Blocked"),
        ("backup location", r#"{"parameters": {"location": "bao-old"}}"#, r#"{"parameters": {"backup": {"partition": "old"}}}"#, "Blocked", "Blocked"),
        ("backup partition", r#"{"parameters": {"partition": "old"}}"#, r#"{"parameters": {"backup": {"partition": null}}}"#, "Blocked", "Blocked"),
        ("hostname", r#"{"parameters": {"hostname": "a.bao.example.com"}}"#, r#"{"parameters": {"hostname": "a.bao.example.com"}}"#, "InPlace", "Gated"),
    ];

    fn edit(name: &str, claim: &str, before: &str, class: &str) -> Json {
        let before: Json = serde_json::from_str(before).unwrap();
        json!({"name": format!("lock of {name}"), "claim": claim, "previous": {"patch": {"spec": before}},
            "expect": {"verdict": verdict(class), "sensitivity": class}})
    }

    #[test]
    fn a_catalog_says_what_the_hand_coded_tables_say() {
        let table = TABLE.iter().map(|row| change(row, OLD, row.hand_coded));
        let locks = LOCKS.iter().map(|(name, before, _, class, _)| edit(name, OLD, before, class));
        pass("hand-coded", HAND_CODED, &table.chain(locks).collect::<Vec<_>>());
    }

    #[test]
    fn our_catalogs_say_better() {
        let table = TABLE.iter().map(|row| change(row, row.claim, row.ours));
        let locks = LOCKS.iter().map(|(name, _, before, _, class)| edit(name, GATEWAY, before, class));
        pass("ours", OURS, &table.chain(locks).collect::<Vec<_>>());
        let better = TABLE.iter().filter(|row| row.hand_coded != row.ours).count();
        assert_eq!(better, 16, "rows where the answers differ");
    }

    /// A rule of section 3, what the hand-coded feature does of it, a claim's parameters, and our answer.
    type Parameter = (&'static str, &'static str, &'static str, &'static str, &'static str);

    #[rustfmt::skip]
    const PARAMETERS: &[Parameter] = &[
        ("a hostname with capitals", "lowers it in silence", GATEWAY, r#"{"hostname": "Payments.bao.example.com"}"#, "InvalidParameter"),
        ("a hostname with blanks", "trims it in silence", GATEWAY, r#"{"hostname": " payments.bao.example.com"}"#, "InvalidParameter"),
        ("a hostname that is no DNS name", "denies it", GATEWAY, r#"{"hostname": "pay_ments.bao.example.com"}"#, "InvalidParameter"),
        ("a hostname of another domain", "denies it", GATEWAY, r#"{"hostname": "payments.example.org"}"#, "HostnameNotAllowed"),
        ("a hostname that only ends like the domain", "denies it", GATEWAY, r#"{"hostname": "paymentsbao.example.com"}"#, "HostnameNotAllowed"),
        ("the domain itself", "takes it", GATEWAY, r#"{"hostname": "bao.example.com"}"#, "HostnameNotAllowed"),
        ("no hostname", "derives it", GATEWAY, r#"{"hostname": null}"#, ""),
        ("a hostname where none may be chosen", "denies it", "team-lab/trial", r#"{"hostname": "a.bao.example.com"}"#, "UnknownParameter"),
        ("a location where none may be chosen", "ignores it in silence", GATEWAY, r#"{"backup": {"location": "bao-mine"}}"#, "UnknownParameter"),
        ("a partition that climbs out", "takes it", GATEWAY, r#"{"backup": {"partition": "../other"}}"#, "InvalidParameter"),
        ("a partition of two parts", "takes it", GATEWAY, r#"{"backup": {"partition": "a/b"}}"#, "InvalidParameter"),
        ("a partition where nothing is backed up", "ignores it in silence", "team-lab/trial", r#"{"backup": {"partition": "a"}}"#, "UnknownParameter"),
        ("no partition", "takes it", GATEWAY, r#"{"backup": {"partition": null}}"#, ""),
        ("a location that must be chosen and is not", "denies it", OLD, r#"{"location": null}"#, "InvalidParameter"),
        ("a location that only holds what is wanted", "takes it: its patterns match anywhere", OLD, r#"{"location": "evil/bao-x"}"#, "InvalidParameter"),
        ("a location as it is wanted", "takes it", OLD, r#"{"location": "bao-mine"}"#, ""),
    ];

    #[test]
    fn every_parameter_rule_is_there_and_none_is_silent() {
        let cases: Vec<_> = PARAMETERS
            .iter()
            .map(|(name, hand_coded, claim, parameters, reason)| {
                let parameters: Json = serde_json::from_str(parameters).unwrap();
                let expect = match *reason {
                    "" => json!({"verdict": "Approved"}),
                    reason => json!({"verdict": "Denied", "reason": reason}),
                };
                json!({"name": format!("{name}; hand-coded {hand_coded}"), "claim": claim,
                    "patch": {"spec": {"parameters": parameters}}, "expect": expect})
            })
            .collect();
        let files: Vec<_> = HAND_CODED.iter().chain(OURS).copied().collect();
        let (old, ours): (Vec<_>, Vec<_>) = cases.into_iter().partition(|case| case["claim"] == OLD);
        pass("parameters-old", HAND_CODED, &old);
        pass("parameters", &files[1..], &ours);
    }

    #[test]
    fn weak_points_are_answered_side_by_side() {
        let cases: Vec<Json> = serde_saphyr::from_str(include_str!("baseline/weak-points.yaml")).unwrap();
        assert!(cases.len() >= 10, "{} points", cases.len());
        pass("weak-points", OURS, &cases);
    }

    fn gateway(edit: impl Fn(String) -> String) -> World {
        let folders = ["rules", "catalogs/components", "catalogs/hardened-gateway"];
        let texts: Vec<_> =
            folders.iter().flat_map(|folder| super::support::shipped::texts(folder)).map(edit).collect();
        World::of(&texts.iter().map(String::as_str).collect::<Vec<_>>())
    }

    #[test]
    fn renaming_what_stays_the_same_changes_nothing() {
        let renamed = gateway(|text| {
            text.replace("metadata: {name: upgrade-rolling}", "metadata: {name: rolling-v2}")
                .replace("component: upgrade-rolling", "component: rolling-v2")
        });
        let before = gateway(|text| text);
        let claim = before.catalog.claims.values().next().unwrap().object.clone();
        let applied = approved(before.decide(&claim)).rendered.contract;
        let candidate = approved(renamed.edit(&applied, &claim));
        assert_ne!(candidate.rendered.contract.revision, applied.revision);
        assert!(candidate.transition.unwrap().changes.is_empty());
    }

    #[test]
    fn two_claims_of_one_name_hold_one_key_and_only_one_can_have_it() {
        let world = gateway(|text| text);
        let keys = |name: &str| {
            let mut claim = world.claim(json!({"hostname": "shared.bao.example.com"}));
            claim.metadata.name = Some(name.to_owned());
            approved(world.decide(&claim)).rendered.contract.unique
        };
        let (one, two) = (keys("one"), keys("two"));
        let shared: Vec<_> = one.iter().filter(|key| two.contains(key)).map(|key| key.name.as_str()).collect();
        assert_eq!(shared, ["hostname"], "backups go to places of their own");
    }

    #[test]
    fn a_field_without_effect_is_told_when_the_catalog_compiles() {
        let edit = |text: String| {
            text.replace("tlsPassthrough: true\n", "tlsPassthrough: true\n          minVersion: TLS12\n")
        };
        let world = gateway(edit);
        let told: Vec<_> = world.errors().iter().map(|error| error.message.clone()).collect();
        assert!(!told.is_empty() && told.iter().all(|it| it.contains("minVersion")), "{told:?}");
    }
}
