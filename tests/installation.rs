//! What `kubectl apply -k deploy` installs, on a real control plane: the operator's rights suffice and end where they
//! should, and the admission policies guard what its decisions rest on. Needs the programs that `just control-plane`
//! builds.

#[cfg(test)]
#[path = "support/api.rs"]
mod api;
#[cfg(test)]
#[path = "support/control_plane/mod.rs"]
mod control_plane;
#[cfg(test)]
#[path = "support/definitions.rs"]
mod definitions;
#[cfg(test)]
#[path = "support/operator/mod.rs"]
mod operator;

#[cfg(test)]
mod suite {
    use std::process::Command;
    use std::time::Duration;

    use super::api::{APPLY, Api, JSON_PATCH, MERGE, Reply};
    use super::control_plane::{ControlPlane, User, program};
    use super::operator::env::{Env, TEAM, secret_path, target, target_path};
    use super::operator::{Cluster, Running, SYSTEM, claim_path, condition};
    use openbao_claims::controller::client::client;
    use serde_json::{Value, json};

    const PATIENCE: u64 = 8;
    const OURS: &str = "/apis/claims.openbao.org/v1alpha1";

    /// A control plane with everything of `deploy/`, its policies in force, and tenant A an admin of its namespace.
    async fn installed(plane: &ControlPlane) -> Env {
        let mut cluster = Cluster::prepare(plane.client(User::Admin)).await;
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy");
        let mut command = Command::new(program("kubectl"));
        command.arg("--kubeconfig").arg(plane.kubeconfig(User::Admin));
        command.args(["apply", "--server-side", "--force-conflicts", "-k", folder]);
        // Beside a control plane that is still busy with the definitions: off the runtime's only thread.
        let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        cluster.bind();
        let config = plane.config(User::Operator);
        let env = Env::new(cluster, move |metrics: &_| client(config.clone(), metrics).unwrap(), PATIENCE);
        env.catalog().await;
        env.team().await;
        plane.grant(User::TenantA, TEAM, "admin").await;
        in_force(&env).await;
        env
    }

    /// The same with an operator at work, and the claim `demo` ready.
    async fn served(plane: &ControlPlane) -> (Env, Running, Value) {
        let env = installed(plane).await;
        let running = env.operator();
        env.claim("demo", json!({})).await;
        let claim = env.until_ready("demo").await;
        (env, running, claim)
    }

    /// Waits until the policies refuse: the API server takes them up within a second or so.
    async fn in_force(env: &Env) {
        let marked = json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "probe", "labels": {"claims.openbao.org/managed": "true"}},
        });
        let maps = format!("/api/v1/namespaces/{TEAM}/configmaps?dryRun=All");
        until_refused(async || env.cluster.api.post(&maps, &marked).await).await;
    }

    /// Asks for a dry run until it is refused: a policy may still be on its way.
    async fn until_refused(ask: impl AsyncFn() -> Reply) {
        for _ in 0..120 {
            if refused(&ask().await) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!("the policy does not come into force: {:?}", ask().await);
    }

    fn refused(reply: &Reply) -> bool {
        reply.status == 403 && reply.text("/message").contains("ValidatingAdmissionPolicy")
    }

    /// Refused by a policy of ours, in words that no GitOps tool takes for a reason to delete (field case 88).
    #[track_caller]
    fn expect_refused(reply: &Reply, words: &str) {
        let message = reply.text("/message").to_owned();
        assert_eq!(reply.status, 403, "{:#}", reply.body);
        assert!(message.contains("openbao-claims-") && message.contains(words), "{message}");
        for trigger in ["immutable", "Invalid"] {
            assert!(!message.contains(trigger), "{message}");
        }
    }

    fn label(value: Option<&str>) -> Value {
        json!({"metadata": {"labels": {"claims.openbao.org/managed": value}}})
    }

    fn plain_cluster(labels: &Value) -> Value {
        json!({
            "apiVersion": "openbao.org/v1alpha1", "kind": "OpenBaoCluster",
            "metadata": {"name": "own", "labels": labels},
            "spec": {
                "version": "2.6.3", "profile": "Development", "replicas": 1, "storage": {"size": "10Gi"},
                "tls": {"enabled": true, "rotationPeriod": "720h"},
            },
        })
    }

    /// Field case 113, the second half: nobody but the operator says what belongs to a claim.
    #[tokio::test]
    async fn case_113_marks_of_custody_cannot_be_forged_or_taken_off() {
        let plane = ControlPlane::start();
        let (env, _running, claim) = served(&plane).await;
        // A platform admin, who may do everything RBAC knows of.
        let api = &env.cluster.api;
        let path = target_path("demo");
        expect_refused(&api.patch(&path, MERGE, &label(None)).await, "which claim");
        let other = json!({"metadata": {"annotations": {"claims.openbao.org/claim-uid": "another"}}});
        expect_refused(&api.patch(&path, MERGE, &other).await, "which claim");
        let more = json!({"metadata": {"annotations": {"claims.openbao.org/more": "x"}}});
        expect_refused(&api.patch(&path, MERGE, &more).await, "which claim");
        expect_refused(&api.delete(&path).await, "delete the claim");
        let clusters = path.trim_end_matches(&format!("/{}", target("demo"))).to_owned();
        let forged = plain_cluster(&json!({"claims.openbao.org/managed": "true"}));
        expect_refused(&api.post(&clusters, &forged).await, "leave it out");
        let connection = claim["status"]["binding"]["name"].as_str().unwrap_or_default();
        assert!(!connection.is_empty(), "{:#}", claim["status"]);
        expect_refused(&api.delete(&secret_path(connection)).await, "delete the claim");
        expect_refused(&api.patch(&secret_path(connection), MERGE, &label(None)).await, "which claim");

        // What is not ours, and what is not a mark, is nobody's business.
        api.post(&clusters, &plain_cluster(&json!({}))).await.expect_status(201);
        expect_refused(&api.patch(&format!("{clusters}/own"), MERGE, &label(Some("true"))).await, "which claim");
        api.delete(&format!("{clusters}/own")).await.expect_status(200);
        let note = json!({"metadata": {"annotations": {"team.example/note": "x"}}});
        api.patch(&path, MERGE, &note).await.expect_status(200);

        // And the claim's own end is not held up.
        plane.api(User::TenantA).delete(&claim_path(TEAM, "demo")).await.expect_status(200);
        env.cluster.gone(&claim_path(TEAM, "demo")).await;
        env.cluster.gone(&path).await;
    }

    #[tokio::test]
    async fn contracts_and_revisions_are_written_by_the_operator_alone() {
        let plane = ControlPlane::start();
        let (env, _running, _) = served(&plane).await;
        let contract = env.contracts().await.remove(0);
        let name = contract["metadata"]["name"].as_str().unwrap();
        let path = format!("{OURS}/namespaces/{SYSTEM}/openbaoservicecontracts/{name}");
        let api = &env.cluster.api;
        let dry = format!("{path}?dryRun=All");
        until_refused(async || api.delete(&dry).await).await;
        expect_refused(&api.delete(&path).await, "only it writes");
        let released = json!({"status": {"state": "Released"}});
        expect_refused(&api.patch(&format!("{path}/status"), MERGE, &released).await, "only it writes");
        let revisions = api.get(&format!("{OURS}/openbaoservicerevisions")).await.expect_status(200);
        let revision = revisions["items"][0]["metadata"]["name"].as_str().unwrap();
        expect_refused(&api.delete(&format!("{OURS}/openbaoservicerevisions/{revision}")).await, "only it writes");
    }

    /// A service is never left behind by a claim whose deletion was cut short.
    #[tokio::test]
    async fn the_protection_of_a_claim_is_taken_off_by_the_operator_alone() {
        let plane = ControlPlane::start();
        let (env, running, _) = served(&plane).await;
        drop(running);
        let (tenant, path) = (plane.api(User::TenantA), claim_path(TEAM, "demo"));
        tenant.delete(&path).await.expect_status(200);
        let none = json!([{"op": "remove", "path": "/metadata/finalizers"}]);
        let dry = format!("{path}?dryRun=All");
        until_refused(async || tenant.patch(&dry, JSON_PATCH, &none).await).await;
        expect_refused(&tenant.patch(&path, JSON_PATCH, &none).await, "says what is awaited");
        let remark = json!({"metadata": {"annotations": {"team.example/note": "x"}}});
        tenant.patch(&path, MERGE, &remark).await.expect_status(200);
        let _running = env.operator();
        env.cluster.gone(&path).await;
    }

    /// Field case 111: deletion by the controllers of Kubernetes is exempt, by a list that can grow.
    #[tokio::test]
    async fn case_111_a_namespace_with_claims_goes_and_only_listed_identities_may_delete() {
        let plane = ControlPlane::start();
        let (env, _running, _) = served(&plane).await;
        // Same name, another namespace: not exempt, though RBAC lets it.
        let path = target_path("demo");
        plane.grant(User::TenantB, TEAM, "cluster-admin").await;
        expect_refused(&plane.api(User::TenantB).delete(&path).await, "delete the claim");
        let namespace = format!("/api/v1/namespaces/{TEAM}");
        env.cluster.api.delete(&namespace).await.expect_status(200);
        env.cluster.gone(&namespace).await;

        // A distribution's own controller, added to the list.
        let map = format!("/api/v1/namespaces/{SYSTEM}/configmaps/openbao-claims-identities");
        let listed = json!({"data": {"deletion": User::TenantB.name()}});
        env.cluster.api.patch(&map, MERGE, &listed).await.expect_status(200);
        env.team().await;
        plane.grant(User::TenantB, TEAM, "cluster-admin").await;
        env.claim("again", json!({})).await;
        env.until_ready("again").await;
        let (other, path) = (plane.api(User::TenantB), target_path("again"));
        for _ in 0..40 {
            let reply = other.delete(&format!("{path}?dryRun=All")).await;
            if reply.status == 200 {
                return expect_refused(&other.patch(&path, MERGE, &label(None)).await, "which claim");
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!("the list is not read again");
    }

    /// Where nobody bound the operator, the claim says what to bind, and goes on once that is done.
    #[tokio::test]
    async fn a_claim_tells_which_right_the_operator_lacks() {
        let plane = ControlPlane::start();
        let env = installed(&plane).await;
        let _running = env.operator();
        for file in ["offering", "profile", "tenant", "claims"] {
            let file = format!("{}/catalogs/hardened-gateway/{file}.yaml", env!("CARGO_MANIFEST_DIR"));
            env.cluster.apply_text(&std::fs::read_to_string(file).unwrap()).await;
        }
        let root = json!({"metadata": {"name": "bao-root"}});
        env.cluster.api.post("/api/v1/namespaces", &root).await.expect_status(201);
        let path = claim_path("team-pay", "payments");
        let claim = env.cluster.until(&path, |claim| condition(claim, "Ready").1 == "Forbidden").await;
        let summary = claim["status"]["summary"].as_str().unwrap();
        assert!(summary.starts_with("cannot get ") && summary.contains("openbao-claims-tenant-namespace"), "{summary}");
        assert_eq!(claim["status"]["phase"], "Blocked");
        assert_eq!(condition(&claim, "Stalled").0, "True");
        for namespace in ["team-pay", "bao-root"] {
            env.cluster.bind_in(namespace).await;
        }
        env.cluster.until(&path, |claim| condition(claim, "Ready").1 == "SecretMissing").await;
    }

    /// What the operator may not do, whoever steals its token.
    #[tokio::test]
    async fn the_operators_rights_end_at_single_named_objects() {
        let plane = ControlPlane::start();
        let env = installed(&plane).await;
        env.cluster
            .api
            .post("/api/v1/namespaces", &json!({"metadata": {"name": "elsewhere"}}))
            .await
            .expect_status(201);
        let operator = plane.api(User::Operator);
        let forbidden = [
            "/api/v1/secrets".to_owned(),
            format!("/api/v1/namespaces/{TEAM}/secrets"),
            format!("/api/v1/namespaces/{SYSTEM}/secrets"),
            format!("/api/v1/namespaces/{TEAM}/configmaps"),
            format!("/api/v1/namespaces/{TEAM}/persistentvolumeclaims"),
            "/api/v1/namespaces/elsewhere/secrets/any".to_owned(),
            "/api/v1/nodes".to_owned(),
        ];
        for path in forbidden {
            assert_eq!(operator.get(&path).await.status, 403, "{path}");
        }
        operator.get(&format!("/api/v1/namespaces/{TEAM}/secrets/any")).await.expect_status(404);
        let profile = format!("{OURS}/openbaoserviceprofiles/box?fieldManager=x&force=true");
        let body = json!({"apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoServiceProfile", "metadata": {"name": "box"}});
        assert_eq!(operator.patch(&profile, APPLY, &body).await.status, 403, "the catalog is not its own");
        let elsewhere = "/apis/openbao.org/v1alpha1/namespaces/elsewhere/openbaoclusters";
        assert_eq!(operator.post(elsewhere, &plain_cluster(&json!({}))).await.status, 403);
    }

    /// A tenant with Kubernetes' own role `edit` can claim; one with `view` can look; neither writes status.
    #[tokio::test]
    async fn tenants_claim_with_the_roles_that_they_have() {
        let plane = ControlPlane::start();
        let _env = installed(&plane).await;
        plane.grant(User::TenantB, TEAM, "view").await;
        // The roles are gathered by a controller, soon.
        let (editor, viewer) = (plane.api(User::TenantA), plane.api(User::TenantB));
        let claims = format!("{OURS}/namespaces/{TEAM}/openbaoclusterclaims");
        until_allowed(&viewer, &claims).await;
        until_allowed(&editor, &claims).await;
        let claim = super::operator::env::claim("demo", &json!({}));
        assert_eq!(viewer.post(&claims, &claim).await.status, 403);
        editor.post(&claims, &claim).await.expect_status(201);
        viewer.get(&format!("{OURS}/openbaoserviceofferings")).await.expect_status(200);
        assert_eq!(viewer.get(&format!("{OURS}/openbaoserviceprofiles")).await.status, 403);
        let forged = json!({"status": {"phase": "Ready"}});
        assert_eq!(editor.patch(&format!("{claims}/demo/status"), MERGE, &forged).await.status, 403);
    }

    async fn until_allowed(api: &Api, path: &str) {
        for _ in 0..80 {
            if api.get(path).await.status == 200 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!("{path} is not allowed");
    }
}
