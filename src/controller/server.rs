//! The API server as the operator speaks to it: few verbs, JSON in and out.
//!
//! Answers are fetched as text and decoded here: kube's own decoding logs whole bodies when it fails, and
//! a body can be a Secret (facts/api-machinery.md 9).

use http::{Method, Request};
use kube::Client;
use serde_json::{Value as Json, json};

use super::failure::{ApiFailure, Verb};
use super::names::{MANAGER, Named};

/// A kind of objects, as paths need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The kind's name.
    pub kind: &'static str,
    /// The name in paths.
    pub plural: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $group:literal, $version:literal, $kind:literal, $plural:literal;)+) => {
        $($(#[$doc])* pub const $name: Kind = Kind { group: $group, version: $version, kind: $kind, plural: $plural };)+
    };
}

kinds! {
    /// `OpenBaoClusterClaim`
    CLAIM = "claims.openbao.org", "v1alpha1", "OpenBaoClusterClaim", "openbaoclusterclaims";
    /// `OpenBaoClaimRequest`
    REQUEST = "claims.openbao.org", "v1alpha1", "OpenBaoClaimRequest", "openbaoclaimrequests";
    /// `OpenBaoServiceContract`
    CONTRACT = "claims.openbao.org", "v1alpha1", "OpenBaoServiceContract", "openbaoservicecontracts";
    /// `OpenBaoServiceOffering`
    OFFERING = "claims.openbao.org", "v1alpha1", "OpenBaoServiceOffering", "openbaoserviceofferings";
    /// `OpenBaoServiceProfile`
    PROFILE = "claims.openbao.org", "v1alpha1", "OpenBaoServiceProfile", "openbaoserviceprofiles";
    /// `OpenBaoServiceComponent`
    COMPONENT = "claims.openbao.org", "v1alpha1", "OpenBaoServiceComponent", "openbaoservicecomponents";
    /// `OpenBaoRuleSet`
    RULE_SET = "claims.openbao.org", "v1alpha1", "OpenBaoRuleSet", "openbaorulesets";
    /// `OpenBaoServiceRevision`
    REVISION = "claims.openbao.org", "v1alpha1", "OpenBaoServiceRevision", "openbaoservicerevisions";
    /// `OpenBaoServiceOfferingRollout`
    ROLLOUT = "claims.openbao.org", "v1alpha1", "OpenBaoServiceOfferingRollout", "openbaoserviceofferingrollouts";
    /// `OpenBaoClaimIntervention`
    INTERVENTION = "claims.openbao.org", "v1alpha1", "OpenBaoClaimIntervention", "openbaoclaiminterventions";
    /// The target.
    CLUSTER = "openbao.org", "v1alpha1", "OpenBaoCluster", "openbaoclusters";
    /// `OpenBaoTenant`
    TENANT = "openbao.org", "v1alpha1", "OpenBaoTenant", "openbaotenants";
    /// `Namespace`
    NAMESPACE = "", "v1", "Namespace", "namespaces";
    /// `Secret`
    SECRET = "", "v1", "Secret", "secrets";
    /// `ConfigMap`
    CONFIG_MAP = "", "v1", "ConfigMap", "configmaps";
    /// `PersistentVolumeClaim`
    VOLUME_CLAIM = "", "v1", "PersistentVolumeClaim", "persistentvolumeclaims";
    /// `Lease`
    LEASE = "coordination.k8s.io", "v1", "Lease", "leases";
}

impl Kind {
    /// `apiVersion` of its objects.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// The kind of an inventory's reference.
    pub fn by_name(kind: &str) -> Option<Self> {
        [CLUSTER, SECRET, CONFIG_MAP, VOLUME_CLAIM, LEASE].into_iter().find(|known| known.kind == kind)
    }

    /// The path of a collection.
    fn collection(&self, namespace: &str) -> String {
        let root = if self.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", self.group) };
        if namespace.is_empty() {
            format!("{root}/{}/{}", self.version, self.plural)
        } else {
            format!("{root}/{}/namespaces/{namespace}/{}", self.version, self.plural)
        }
    }

    /// The path of an object.
    fn path(&self, at: &Named) -> String {
        format!("{}/{}", self.collection(&at.namespace), at.name)
    }
}

/// What a delete found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    /// It was asked to go, and may still be there.
    Asked,
    /// There is nothing of that name, or only something with another UID.
    Gone,
}

/// A handle on an API server.
#[derive(Clone)]
pub struct Server {
    client: Client,
}

/// How an apply is made.
#[derive(Clone, Copy, Debug)]
pub struct Apply<'a> {
    /// `status`, or none.
    pub subresource: Option<&'a str>,
    /// Takes over what others own.
    pub force: bool,
    /// Who writes.
    pub manager: &'a str,
}

impl Default for Apply<'_> {
    fn default() -> Self {
        Self { subresource: None, force: true, manager: MANAGER }
    }
}

impl Server {
    /// Speaks through a client whose own retries are off.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// The client, for watches.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Reads an object past all caches; `None`: there is none.
    pub async fn get(&self, kind: Kind, at: &Named) -> Result<Option<Json>, ApiFailure> {
        match self.call(Verb::Get, kind, &at.name, Method::GET, &kind.path(at), "", None).await {
            Ok(object) => Ok(Some(object)),
            Err(failure) if failure.is_not_found() => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Lists the objects of a namespace, or of all.
    pub async fn list(&self, kind: Kind, namespace: &str, query: &str) -> Result<Vec<Json>, ApiFailure> {
        let path = format!("{}?{query}", kind.collection(namespace));
        let list = self.call(Verb::List, kind, "", Method::GET, &path, "", None).await?;
        let items = list.get("items").and_then(Json::as_array).cloned().unwrap_or_default();
        let typed = items.into_iter().map(|mut item| {
            if let Some(members) = item.as_object_mut() {
                members.entry("apiVersion").or_insert_with(|| json!(kind.api_version()));
                members.entry("kind").or_insert_with(|| json!(kind.kind));
            }
            item
        });
        Ok(typed.collect())
    }

    /// Makes an object; there must be none of that name.
    pub async fn create(&self, kind: Kind, namespace: &str, object: &Json) -> Result<Json, ApiFailure> {
        let path = format!("{}?fieldManager={MANAGER}&fieldValidation=Strict", kind.collection(namespace));
        let name = object.pointer("/metadata/name").and_then(Json::as_str).unwrap_or_default();
        self.call(Verb::Create, kind, name, Method::POST, &path, "application/json", Some(object)).await
    }

    /// Server-side apply, fields strictly checked.
    pub async fn apply(&self, kind: Kind, at: &Named, object: &Json, how: Apply<'_>) -> Result<Json, ApiFailure> {
        let path = format!(
            "{}{}?fieldManager={}&force={}&fieldValidation=Strict",
            kind.path(at),
            subresource(how.subresource),
            how.manager,
            how.force
        );
        self.call(Verb::Patch, kind, &at.name, Method::PATCH, &path, "application/apply-patch+yaml", Some(object)).await
    }

    /// A JSON patch (RFC 6902), as a list of operations.
    pub async fn patch(
        &self,
        kind: Kind,
        at: &Named,
        under: Option<&str>,
        operations: &Json,
    ) -> Result<Json, ApiFailure> {
        let path = format!("{}{}?fieldManager={MANAGER}", kind.path(at), subresource(under));
        self.call(Verb::Patch, kind, &at.name, Method::PATCH, &path, "application/json-patch+json", Some(operations))
            .await
    }

    /// Replaces the whole status of exactly this object: whatever anybody else wrote there goes.
    pub async fn write_status(&self, kind: Kind, at: &Named, uid: &str, status: &Json) -> Result<Json, ApiFailure> {
        let operations = json!([
            {"op": "test", "path": "/metadata/uid", "value": uid},
            {"op": "add", "path": "/status", "value": status},
        ]);
        self.patch(kind, at, Some("status"), &operations).await
    }

    /// Asks exactly this object to go.
    pub async fn delete(&self, kind: Kind, at: &Named, uid: &str) -> Result<Deleted, ApiFailure> {
        let options = json!({
            "apiVersion": "v1", "kind": "DeleteOptions",
            "preconditions": {"uid": uid}, "propagationPolicy": "Background",
        });
        let path = kind.path(at);
        match self.call(Verb::Delete, kind, &at.name, Method::DELETE, &path, "application/json", Some(&options)).await {
            Ok(_) => Ok(Deleted::Asked),
            // Another UID is another object, which is none of ours.
            Err(failure) if failure.is_not_found() || failure.is_conflict() => Ok(Deleted::Gone),
            Err(failure) => Err(failure),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one request, said once by each verb above")]
    async fn call(
        &self,
        verb: Verb,
        kind: Kind,
        name: &str,
        method: Method,
        path: &str,
        content_type: &str,
        body: Option<&Json>,
    ) -> Result<Json, ApiFailure> {
        let mut request = Request::builder().method(method).uri(path).header("accept", "application/json");
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        let body = body.map(ToString::to_string).unwrap_or_default().into_bytes();
        let request = request.body(body).map_err(|_| ApiFailure::unsendable(verb, kind.plural, name))?;
        let answer = self.client.request_text(request).await;
        let text = answer.map_err(|error| ApiFailure::new(verb, kind.plural, name, &error))?;
        serde_json::from_str(&text).map_err(|_| ApiFailure::unreadable(verb, kind.plural, name))
    }
}

fn subresource(name: Option<&str>) -> String {
    name.map(|name| format!("/{name}")).unwrap_or_default()
}
