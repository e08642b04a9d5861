//! A real API server, and what the operator relies on of it. Needs the programs that `just control-plane` builds.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a suite of its own: a panic is how it fails"
)]

#[path = "support/api.rs"]
mod api;
#[path = "support/control_plane/mod.rs"]
mod control_plane;
#[path = "support/corpus/mod.rs"]
mod corpus;
#[path = "support/definitions.rs"]
mod definitions;

use api::{APPLY, Api, JSON_PATCH, MERGE};
use control_plane::{ControlPlane, User};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

const CLAIMS: &str = "/apis/claims.openbao.org/v1alpha1";
const TARGET: &str = "/apis/openbao.org/v1alpha1";

/// The shared control plane with all definitions.
async fn plane() -> (&'static ControlPlane, Api) {
    static INSTALLED: OnceCell<()> = OnceCell::const_new();
    let plane = ControlPlane::shared();
    let api = plane.api(User::Admin);
    INSTALLED
        .get_or_init(|| async {
            api.install(&definitions::ours()).await;
            api.install(&definitions::target()).await;
        })
        .await;
    (plane, api)
}

fn config_map(name: &str, value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"key": value}})
}

/// A cluster that the target's own rules accept.
fn cluster(name: &str) -> Value {
    json!({
        "apiVersion": "openbao.org/v1alpha1", "kind": "OpenBaoCluster", "metadata": {"name": name},
        "spec": {"version": "2.6.3", "profile": "Development", "replicas": 1, "tls": {"enabled": true, "rotationPeriod": "720h"}, "storage": {"size": "10Gi"}},
    })
}

#[tokio::test]
async fn each_kind_of_ours_and_of_the_target_is_served() {
    let (_, api) = plane().await;
    for crd in definitions::ours().into_iter().chain(definitions::target()) {
        let text = |pointer: &str| crd.pointer(pointer).and_then(Value::as_str).unwrap();
        let path = format!("/apis/{}/v1alpha1/{}", text("/spec/group"), text("/spec/names/plural"));
        let list = api.get(&path).await.expect_status(200);
        assert_eq!(list["kind"], format!("{}List", text("/spec/names/kind")));
    }
}

#[tokio::test]
async fn an_apply_that_expects_nothing_creates_once_and_never_merges_into_a_foreign_object() {
    let (plane, api) = plane().await;
    let namespace = plane.namespace("first-write").await;
    let path = |name: &str| {
        format!("{TARGET}/namespaces/{namespace}/openbaoclusters/{name}?fieldManager=openbao-claims&force=true")
    };
    let expecting_nothing = |name: &str| {
        let mut object = cluster(name);
        object["metadata"]["resourceVersion"] = "1".into();
        object
    };
    let made = api.patch(&path("fresh"), APPLY, &expecting_nothing("fresh")).await.expect_status(201);
    assert_ne!(made["metadata"]["resourceVersion"], "1");
    let again = api.patch(&path("fresh"), APPLY, &expecting_nothing("fresh")).await;
    assert_eq!((again.status, again.text("/reason")), (409, "Conflict"));

    let list = format!("{TARGET}/namespaces/{namespace}/openbaoclusters");
    let mut foreign = cluster("foreign");
    foreign["spec"]["replicas"] = 3.into();
    let before = api.post(&list, &foreign).await.expect_status(201);
    assert_eq!(api.patch(&path("foreign"), APPLY, &expecting_nothing("foreign")).await.status, 409);
    let after = api.get(&format!("{list}/foreign")).await.expect_status(200);
    assert_eq!(after["metadata"]["resourceVersion"], before["metadata"]["resourceVersion"]);
}

#[tokio::test]
async fn an_apply_with_a_uid_neither_makes_what_is_gone_nor_touches_what_replaced_it() {
    let (plane, api) = plane().await;
    let namespace = plane.namespace("later-write").await;
    let list = format!("{TARGET}/namespaces/{namespace}/openbaoclusters");
    let path = format!("{list}/one?fieldManager=openbao-claims&force=true");
    let uid = |object: &Value| object["metadata"]["uid"].clone();
    let with_uid = |uid: Value| {
        let mut object = cluster("one");
        object["metadata"]["uid"] = uid;
        object
    };
    let first = api.patch(&path, APPLY, &cluster("one")).await.expect_status(201);
    api.patch(&path, APPLY, &with_uid(uid(&first))).await.expect_status(200);
    api.delete(&format!("{list}/one")).await.expect_status(200);
    let gone = api.patch(&path, APPLY, &with_uid(uid(&first))).await;
    assert_eq!((gone.status, gone.text("/reason")), (409, "Conflict"), "{:#}", gone.body);

    let second = api.patch(&path, APPLY, &cluster("one")).await.expect_status(201);
    let replaced = api.patch(&path, APPLY, &with_uid(uid(&first))).await;
    assert_eq!((replaced.status, replaced.text("/reason")), (422, "Invalid"), "{:#}", replaced.body);
    let now = api.get(&format!("{list}/one")).await.expect_status(200);
    assert_eq!(uid(&now), uid(&second));
}

#[tokio::test]
async fn a_deletion_with_a_precondition_spares_another_object_of_the_same_name() {
    let (plane, api) = plane().await;
    let namespace = plane.namespace("precondition").await;
    let list = format!("/api/v1/namespaces/{namespace}/configmaps");
    let made = api.post(&list, &config_map("kept", "1")).await.expect_status(201);
    let one = format!("{list}/kept");
    let other = json!({"preconditions": {"uid": "11111111-1111-1111-1111-111111111111"}});
    assert_eq!(api.delete_with(&one, &other).await.status, 409);
    let own = json!({"preconditions": {"uid": made["metadata"]["uid"]}});
    api.delete_with(&one, &own).await.expect_status(200);
    assert_eq!(api.get(&one).await.status, 404);
}

#[tokio::test]
async fn a_finalizer_is_added_with_a_uid_and_removed_only_while_it_is_where_it_was() {
    let (plane, api) = plane().await;
    let namespace = plane.namespace("finalizer").await;
    let list = format!("/api/v1/namespaces/{namespace}/configmaps");
    let made = api.post(&list, &config_map("held", "1")).await.expect_status(201);
    let one = format!("{list}/held");
    let add =
        json!({"metadata": {"uid": made["metadata"]["uid"], "finalizers": ["claims.openbao.org/claim-protection"]}});
    api.patch(&one, MERGE, &add).await.expect_status(200);
    let going = api.delete(&one).await.expect_status(200);
    assert!(going["metadata"]["deletionTimestamp"].is_string());
    let remove = |finalizer: &str| {
        json!([
            {"op": "test", "path": "/metadata/finalizers/0", "value": finalizer},
            {"op": "remove", "path": "/metadata/finalizers/0"},
        ])
    };
    assert_eq!(api.patch(&one, JSON_PATCH, &remove("another/one")).await.status, 422);
    api.patch(&one, JSON_PATCH, &remove("claims.openbao.org/claim-protection")).await.expect_status(200);
    assert_eq!(api.get(&one).await.status, 404);
}

/// Objects of the kinds whose spec never changes, with free-form fields to swap keys in: pointer and value.
fn immutable_kinds(namespace: &str) -> Vec<(String, Value, &'static [&'static str])> {
    let digest = format!("sha256:{}", "a".repeat(64));
    let keys = json!({"a": 1, "b": 2});
    let identity = json!({"name": "one", "namespace": namespace, "uid": "11111111-1111-1111-1111-111111111111"});
    let revision = json!({"name": "hardened-aaaaaaaaaaaa", "digest": digest, "number": 1});
    let kind = |kind: &str, spec: Value| json!({"apiVersion": "claims.openbao.org/v1alpha1", "kind": kind, "metadata": {"name": "one"}, "spec": spec});
    vec![
        (
            format!("{CLAIMS}/namespaces/{namespace}/openbaoclaimrequests"),
            kind(
                "OpenBaoClaimRequest",
                json!({"claimRef": {"name": "one"}, "operation": "Backup", "parameters": keys}),
            ),
            &["/spec/parameters"],
        ),
        (
            format!("{CLAIMS}/namespaces/{namespace}/openbaoservicecontracts"),
            kind(
                "OpenBaoServiceContract",
                json!({
                    "claim": identity, "claimGeneration": 1, "sequence": 1, "digest": digest, "revision": revision,
                    "tenant": {"name": "one", "namespace": namespace, "uid": "11111111-1111-1111-1111-111111111111"},
                    "profile": {"name": "hardened"},
                    "engine": {"version": "0.1.0", "celEnvironment": "1.37", "targetRelease": "main", "targetSchema": digest, "fingerprint": 1},
                    "parameters": keys, "facts": keys, "object": keys,
                }),
            ),
            &["/spec/parameters", "/spec/facts", "/spec/object"],
        ),
        (
            format!("{CLAIMS}/openbaoservicerevisions"),
            kind(
                "OpenBaoServiceRevision",
                json!({
                    "profile": "hardened", "number": 1, "digest": digest, "celEnvironment": "1.37", "engineVersion": "0.1.0",
                    "sources": [{"kind": "OpenBaoServiceProfile", "name": "hardened", "spec": keys}],
                }),
            ),
            &["/spec/sources/0/spec"],
        ),
    ]
}

#[tokio::test]
async fn immutable_kinds_refuse_to_swap_keys_of_their_free_form_fields() {
    let (plane, api) = plane().await;
    let namespace = plane.namespace("immutable").await;
    for (list, object, free) in immutable_kinds(&namespace) {
        api.post(&list, &object).await.expect_status(201);
        for pointer in free {
            // As many keys as before: what `self == oldSelf` over a field of type object lets through.
            let swap = json!([{"op": "replace", "path": pointer, "value": {"z": 1, "y": 2}}]);
            let refused = api.patch(&format!("{list}/one"), JSON_PATCH, &swap).await;
            assert_eq!(refused.status, 422, "{list} {pointer}: {:#}", refused.body);
            let same = json!([{"op": "replace", "path": pointer, "value": {"b": 2, "a": 1}}]);
            api.patch(&format!("{list}/one"), JSON_PATCH, &same).await.expect_status(200);
        }
    }
    api.delete(&format!("{CLAIMS}/openbaoservicerevisions/one")).await.expect_status(200);
}

#[tokio::test]
async fn children_go_with_their_owner() {
    let (plane, api) = plane().await;
    let namespace = plane.namespace("owner").await;
    let list = format!("/api/v1/namespaces/{namespace}/configmaps");
    let owner = api.post(&list, &config_map("owner", "1")).await.expect_status(201);
    let mut child = config_map("child", "1");
    child["metadata"]["ownerReferences"] =
        json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]}]);
    api.post(&list, &child).await.expect_status(201);
    api.delete(&format!("{list}/owner")).await.expect_status(200);
    api.get_until(&format!("{list}/child"), |reply| reply.status == 404).await;
}

#[tokio::test]
async fn a_deleted_namespace_takes_all_with_it_and_ends() {
    let (plane, api) = plane().await;
    let namespace = plane.namespace("ending").await;
    let claims = format!("{CLAIMS}/namespaces/{namespace}/openbaoclusterclaims");
    let claim = json!({
        "apiVersion": "claims.openbao.org/v1alpha1", "kind": "OpenBaoClusterClaim", "metadata": {"name": "one"},
        "spec": {"tenantRef": {"name": "one"}, "offeringRef": {"name": "standard"}},
    });
    api.post(&claims, &claim).await.expect_status(201);
    let one = format!("/api/v1/namespaces/{namespace}");
    api.delete(&one).await.expect_status(200);
    api.get_until(&one, |reply| reply.status == 404).await;
}

#[tokio::test]
async fn users_may_do_what_they_were_granted_and_the_audit_log_tells_who_did() {
    let (plane, api) = plane().await;
    let namespace = plane.namespace("users").await;
    let list = format!("/api/v1/namespaces/{namespace}/configmaps");
    let anna = plane.api(User::TenantA);
    assert_eq!(anna.post(&list, &config_map("one", "1")).await.status, 403);
    plane.grant(User::TenantA, &namespace, "edit").await;
    // A role binding is in force when the server's own watch has seen it.
    anna.get_until(&list, |reply| reply.status == 200).await;
    anna.post(&list, &config_map("one", "1")).await.expect_status(201);
    api.post(&format!("{list}?dryRun=All"), &config_map("two", "1")).await.expect_status(201);
    let mine: Vec<_> = plane
        .audit()
        .mutations_by(User::TenantA)
        .await
        .into_iter()
        .filter(|call| call.namespace == namespace)
        .collect();
    assert_eq!(mine.iter().map(|call| call.code).collect::<Vec<_>>(), [403, 201], "{mine:?}");
}

#[tokio::test]
async fn an_admission_policy_is_in_force_once_a_probe_is_refused() {
    let (plane, api) = plane().await;
    let namespace = plane.namespace("policy").await;
    let policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
    let policy = json!({
        "metadata": {"name": "no-marker"},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}]},
            "validations": [{"expression": "!has(object.data) || !('marker' in object.data)", "message": "no markers here"}],
        },
    });
    api.post(policies, &policy).await.expect_status(201);
    let binding = json!({
        "metadata": {"name": "no-marker"},
        "spec": {
            "policyName": "no-marker", "validationActions": ["Deny"],
            "matchResources": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}},
        },
    });
    api.post("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings", &binding)
        .await
        .expect_status(201);
    let list = format!("/api/v1/namespaces/{namespace}/configmaps");
    let marked = json!({"metadata": {"generateName": "probe-"}, "data": {"marker": "1"}});
    let mut refused = api.post(&format!("{list}?dryRun=All"), &marked).await;
    for _ in 0..300 {
        if refused.status != 201 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        refused = api.post(&format!("{list}?dryRun=All"), &marked).await;
    }
    assert_eq!(refused.status, 422, "{:#}", refused.body);
    assert!(refused.text("/message").contains("no markers here"), "{:#}", refused.body);
    api.post(&list, &config_map("unmarked", "1")).await.expect_status(201);
}

/// Asks the real server again what it answers to every recorded request. `tests/api_corpus/record` writes the answers
/// down; otherwise any change of them is a failure.
#[tokio::test]
async fn the_servers_answers_to_the_corpus_are_those_that_are_recorded() {
    let (plane, api) = plane().await;
    api.install(&[corpus::widgets()]).await;
    let client = plane.client(User::Admin);
    let sequences = corpus::sequences();
    let answers = futures::future::join_all(sequences.iter().map(|it| corpus::replay::replay(&client, it))).await;
    #[expect(clippy::disallowed_methods, reason = "the recorder is this test, told to write")]
    let record = std::env::var("OPENBAO_CLAIMS_CORPUS").is_ok_and(|word| word == "record");
    let mut drift = Vec::new();
    for (sequence, now) in sequences.iter().zip(&answers) {
        let whole = |(step, answer): (&corpus::Step, &corpus::Answer)| {
            assert!(answer.status > 0, "{}: no `{}` for {}", sequence.name, answer.body, step.call);
            assert!(step.until.is_none_or(|wanted| wanted == answer.status), "{}: {}", sequence.name, step.call);
        };
        sequence.steps.iter().zip(now).for_each(whole);
        if record {
            sequence.record(now);
            continue;
        }
        let before = sequence.recorded();
        drift.extend((before.len() != now.len()).then(|| format!("{}: another number of steps", sequence.name)));
        for (old, new) in before.iter().zip(now).filter(|(old, new)| old != new) {
            let (old, new) = (serde_json::to_value(old).unwrap(), serde_json::to_value(new).unwrap());
            for (at, what) in corpus::differences(&new, &old) {
                drift.push(format!("{} step {} {at}: {what}", sequence.name, new["step"]));
            }
        }
    }
    assert!(
        drift.is_empty(),
        "the server answers what is not recorded (tests/api_corpus/record):\n{}",
        drift.join("\n")
    );
}
