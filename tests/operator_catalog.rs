//! The catalog's reconcile on the sandbox: what it writes, and what it does when calls fail. What it decides is
//! told beside the code.

#[cfg(test)]
#[path = "support/catalog_operator.rs"]
mod catalog_operator;
#[cfg(test)]
#[path = "support/definitions.rs"]
mod definitions;

#[cfg(test)]
mod suite {
    use std::time::Duration;

    use openbao_claims::controller::catalog::fit_of_live_target;
    use openbao_claims::controller::server::{COMPONENT, OFFERING, PROFILE, REVISION, RULE_SET};
    use serde_json::{Value as Json, json};

    use super::catalog_operator::{Fault, Operator};

    const DEVELOPMENT: [&str; 3] = ["catalogs/components", "catalogs/development", "rules"];

    fn release(version: &str) -> impl FnOnce(&mut Json) {
        move |spec| spec["render"][0]["template"]["spec"]["version"] = json!(version)
    }

    async fn development() -> (Operator, String) {
        let operator = Operator::new();
        operator.ship(&DEVELOPMENT);
        operator.settle().await.result.unwrap();
        let current = operator.current("development").unwrap();
        (operator, current)
    }

    #[tokio::test(start_paused = true)]
    async fn all_shipped_catalogs_settle_into_revisions_and_a_second_run_calls_nothing() {
        let operator = Operator::new();
        operator.ship(&["catalogs/components", "catalogs/development", "catalogs/hardened-gateway", "rules"]);
        let first = operator.run().await;
        assert_eq!(first.result.unwrap(), Some(Duration::from_secs(10)));
        assert!(first.mutations.iter().all(|call| call.ends_with("/status")), "{:?}", first.mutations);
        assert!(operator.run().await.mutations.is_empty(), "nothing has happened yet");
        tokio::time::advance(Duration::from_secs(10)).await;
        let second = operator.run().await;
        assert_eq!(second.mutations.iter().filter(|call| call.starts_with("POST")).count(), 2);
        let made = |profile: &str| format!("OpenBaoServiceProfile/{profile} RevisionCreated");
        assert_eq!(second.told, [made("development"), made("hardened-gateway")]);
        for profile in ["development", "hardened-gateway"] {
            assert_eq!(operator.condition(PROFILE, profile, "Ready").1, "Current");
            assert_eq!(operator.condition(OFFERING, profile, "Ready").1, "Offered");
            assert_eq!(operator.condition(REVISION, &operator.current(profile).unwrap(), "Ready").1, "Current");
        }
        for _ in 0..3 {
            tokio::time::advance(Duration::from_mins(10)).await;
            let later = operator.run().await;
            assert!(later.mutations.is_empty() && later.told.is_empty() && later.queued.is_empty(), "{later:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_restarted_operator_writes_nothing() {
        let (mut operator, current) = development().await;
        operator.restart(10);
        let run = operator.run().await;
        assert!(run.mutations.is_empty(), "{run:?}");
        assert_eq!(operator.current("development"), Some(current));
    }

    #[tokio::test(start_paused = true)]
    async fn every_state_fits_the_kinds_and_is_told_once() {
        let (operator, current) = development().await;
        operator
            .edit(COMPONENT, "storage", |spec| {
                spec["render"][0]["template"]["spec"]["storage"]["size"] = json!("${inputs.siz}");
            })
            .await;
        operator.edit(RULE_SET, "posture", |spec| spec["validations"][0]["expression"] = json!("objec.spec")).await;
        let eligibility = json!([{"expression": "nobody", "message": "no"}]);
        operator.edit(OFFERING, "development", |spec| spec["eligibility"] = eligibility).await;
        let run = operator.run().await;
        run.result.unwrap();
        let mut told = run.told;
        told.sort();
        assert_eq!(
            told,
            [
                "OpenBaoRuleSet/posture NotCompiled",
                "OpenBaoServiceComponent/storage NotCompiled",
                "OpenBaoServiceOffering/development NotCompiled",
                "OpenBaoServiceProfile/development NotCompiled",
            ]
        );
        let fault = &operator.get(COMPONENT, "storage").unwrap()["status"]["diagnostics"][0];
        assert_eq!(fault["path"], "spec.render[0].template.spec.storage.size");
        assert_eq!(operator.current("development"), Some(current.clone()), "the last good one stays");
        assert_eq!(operator.get(PROFILE, "development").unwrap()["status"]["currentRevision"]["name"], json!(current));
        assert!(operator.run().await.mutations.is_empty());
        operator.delete(COMPONENT, "storage").await;
        operator.run().await.result.unwrap();
        assert_eq!(operator.condition(PROFILE, "development", "Compiled").1, "ReferenceNotFound");
        operator.delete(PROFILE, "development").await;
        operator.edit(OFFERING, "development", |spec| spec["eligibility"] = json!([])).await;
        let gone = operator.run().await;
        gone.result.unwrap();
        assert!(
            gone.told.contains(&"OpenBaoServiceOffering/development ProfileNotFound".to_owned()),
            "{:?}",
            gone.told
        );
        assert!(operator.run().await.mutations.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_revision_whose_answer_was_lost_is_made_once() {
        let operator = Operator::new();
        operator.ship(&DEVELOPMENT);
        operator.run().await.result.unwrap();
        tokio::time::advance(Duration::from_secs(10)).await;
        operator.next(Fault::Lost, "/openbaoservicerevisions");
        operator.watch().await;
        let first = operator.blind().await;
        assert!(first.result.unwrap_err().is_unknown_outcome());
        assert_eq!(operator.current("development"), None);
        // The watch has not brought it yet: it is made again, found to be there, and taken as it is.
        let second = operator.blind().await;
        second.result.unwrap();
        let current = operator.current("development").unwrap();
        assert_eq!(operator.get(REVISION, &current).unwrap()["spec"]["number"], 1);
        assert!(operator.run().await.mutations.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_fails_holds_up_no_other_and_is_made_again() {
        let operator = Operator::new();
        operator.ship(&DEVELOPMENT);
        operator.next(Fault::Refused, "/openbaoserviceprofiles/development/status");
        let first = operator.run().await;
        assert!(first.result.unwrap_err().is_transient());
        // As the API server made it: nobody has looked yet.
        assert_eq!(operator.get(PROFILE, "development").unwrap()["status"], json!({"observedGeneration": -1}));
        assert_eq!(operator.condition(OFFERING, "development", "Compiled").0, "True");
        let second = operator.run().await;
        second.result.unwrap();
        let path = "PATCH /apis/claims.openbao.org/v1alpha1/openbaoserviceprofiles/development/status";
        assert_eq!(second.mutations, [path]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_foreign_object_at_a_revision_s_name_is_left_alone_and_told() {
        let (operator, current) = development().await;
        let mut foreign = operator.get(REVISION, &current).unwrap();
        operator.delete(REVISION, &current).await;
        foreign["spec"]["sources"][0]["spec"]["selectable"] = json!(false);
        let metadata = json!({"name": current});
        foreign["metadata"] = metadata;
        foreign.as_object_mut().unwrap().remove("status");
        operator.sandbox.create(foreign).unwrap();
        // The watch has brought neither deletion nor creation when the operator starts anew on an empty cache.
        let run = operator.run().await;
        run.result.unwrap();
        assert!(run.mutations.iter().all(|call| call.ends_with("/status")), "{:?}", run.mutations);
        assert_eq!(operator.condition(PROFILE, "development", "Compiled").1, "RevisionUnusable");
        assert_eq!(operator.condition(REVISION, &current, "Compiled").1, "DigestMismatch");
        assert!(operator.ctx.registry().revisions.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_replica_that_does_not_lead_decides_and_writes_nothing() {
        let (operator, current) = development().await;
        operator.edit(PROFILE, "development", release("3.0.0")).await;
        operator.leads(false);
        let run = operator.settle().await;
        assert!(run.mutations.is_empty() && run.told.is_empty());
        assert_eq!(operator.current("development"), Some(current));
        operator.leads(true);
        assert_eq!(operator.run().await.told, ["OpenBaoServiceProfile/development RevisionCreated"]);
    }

    #[tokio::test(start_paused = true)]
    async fn old_revisions_are_collected_and_numbers_go_on_when_a_profile_comes_back() {
        let (mut operator, first) = development().await;
        operator.edit(PROFILE, "development", release("3.0.0")).await;
        operator.settle().await.result.unwrap();
        let second = operator.current("development").unwrap();
        operator.restart(0);
        assert!(operator.run().await.result.unwrap().is_some());
        assert_eq!(operator.condition(REVISION, &first, "Ready").1, "Unused");
        tokio::time::advance(Duration::from_mins(1)).await;
        let run = operator.run().await;
        let path = |name: &str| format!("DELETE /apis/claims.openbao.org/v1alpha1/openbaoservicerevisions/{name}");
        assert_eq!(run.mutations, [path(&first)]);
        assert!(operator.get(REVISION, &first).is_none() && operator.get(REVISION, &second).is_some());
        let mut profile = operator.get(PROFILE, "development").unwrap();
        operator.delete(PROFILE, "development").await;
        operator.run().await.result.unwrap();
        profile["metadata"] = json!({"name": "development"});
        profile.as_object_mut().unwrap().remove("status");
        release("3.1.0")(&mut profile["spec"]);
        operator.sandbox.create(profile).unwrap();
        operator.settle().await.result.unwrap();
        let third = operator.current("development").unwrap();
        assert_eq!(operator.get(REVISION, &third).unwrap()["spec"]["number"], 3);
        assert_eq!(operator.get(PROFILE, "development").unwrap()["status"]["currentRevision"]["number"], 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_claim_is_queued_when_its_offering_can_give_something_else() {
        let (operator, _) = development().await;
        let claim = json!({
            "apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoClusterClaim",
            "metadata": {"name": "a", "namespace": "team"},
            "spec": {"tenantRef": {"name": "team"}, "offeringRef": {"name": "development"}},
        });
        operator.sandbox.create(claim).unwrap();
        assert!(operator.run().await.queued.is_empty());
        operator.edit(PROFILE, "development", release("3.0.0")).await;
        assert_eq!(operator.settle().await.queued, ["a"]);
        operator.edit(RULE_SET, "posture", |spec| spec["validations"] = json!([])).await;
        assert_eq!(operator.run().await.queued, ["a"]);
        assert_eq!(operator.get(OFFERING, "development").unwrap()["status"]["claims"], 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_target_s_live_definition_is_compared_with_the_known_releases() {
        let operator = Operator::new();
        let fit = fit_of_live_target(&operator.ctx).await.unwrap().unwrap();
        assert_eq!((fit.release.as_str(), fit.count), ("main", 0));
    }
}
