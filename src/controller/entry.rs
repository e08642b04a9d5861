//! What the caches hold of objects: projections, never whole objects (facts/api-machinery.md 10). Long
//! parts that are seldom read are kept as text.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::api::{ContractStatus, ObjectRef, OpenBaoClusterClaim, OpenBaoServiceContract, OpenBaoServiceContractSpec};
use crate::catalog::Digest;
use crate::engine::{Namespace, Tenant};

use super::names::{self, Named};

/// Why an object of ours cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the object cannot be read: {part}")]
pub struct Malformed {
    /// What is wrong with it; never a value of it.
    pub part: String,
}

/// The metadata that decisions read.
#[derive(Clone, Debug, Default)]
pub struct Meta {
    /// Where it is.
    pub at: Named,
    /// Its UID.
    pub uid: String,
    /// Its resource version; comparable for one kind (Kubernetes 1.35 on).
    pub version: u64,
    /// Generation of its spec.
    pub generation: i64,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was asked to go.
    pub deleted: Option<Timestamp>,
    /// Who must let go of it.
    pub finalizers: Vec<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations, without kubectl's copy of the object.
    pub annotations: BTreeMap<String, String>,
}

impl Meta {
    /// Reads metadata.
    pub fn of(metadata: ObjectMeta) -> Self {
        let mut annotations = metadata.annotations.unwrap_or_default();
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
        Self {
            at: Named::new(metadata.namespace.unwrap_or_default(), metadata.name.unwrap_or_default()),
            uid: metadata.uid.unwrap_or_default(),
            version: metadata.resource_version.and_then(|version| version.parse().ok()).unwrap_or_default(),
            generation: metadata.generation.unwrap_or_default(),
            created: metadata.creation_timestamp.map(|time| time.0),
            deleted: metadata.deletion_timestamp.map(|time| time.0),
            finalizers: metadata.finalizers.unwrap_or_default(),
            labels: metadata.labels.unwrap_or_default(),
            annotations,
        }
    }

    /// Reads the metadata of an object.
    pub fn of_object(object: &Json) -> Result<Self, Malformed> {
        let mut metadata = object.get("metadata").cloned().unwrap_or(Json::Null);
        if let Some(members) = metadata.as_object_mut() {
            members.remove("managedFields");
        }
        Ok(Self::of(read(&metadata, "metadata")?))
    }

    /// One of our annotations.
    pub fn mark(&self, annotation: &str) -> Option<&str> {
        self.annotations.get(annotation).map(String::as_str)
    }

    /// Whether our finalizer is on it.
    pub fn protected(&self) -> bool {
        self.finalizers.iter().any(|finalizer| finalizer == names::FINALIZER)
    }
}

/// Reads a part of an object; what is wrong is told without the value, which may be a tenant's.
fn read<T: DeserializeOwned>(part: &Json, name: &str) -> Result<T, Malformed> {
    T::deserialize(part).map_err(|error| {
        let kind = match error.classify() {
            serde_json::error::Category::Data => "a field has the wrong type",
            _ => "it is not JSON",
        };
        Malformed { part: format!("`{name}`: {kind}") }
    })
}

/// A claim.
#[derive(Clone, Debug)]
pub struct ClaimEntry {
    /// Its metadata.
    pub meta: Meta,
    /// The claim as the engine reads it: name, namespace, UID, generation and spec.
    pub claim: OpenBaoClusterClaim,
    /// Its status as it is stored, as JSON text; empty where there is none.
    pub status: Box<str>,
}

impl ClaimEntry {
    /// Reads a claim.
    pub fn read(object: &Json) -> Result<Self, Malformed> {
        let meta = Meta::of_object(object)?;
        let mut claim =
            OpenBaoClusterClaim::new(&meta.at.name, read(object.get("spec").unwrap_or(&Json::Null), "spec")?);
        claim.metadata.namespace = Some(meta.at.namespace.clone());
        claim.metadata.uid = Some(meta.uid.clone());
        claim.metadata.generation = Some(meta.generation);
        let status = object.get("status").map(ToString::to_string).unwrap_or_default();
        Ok(Self { meta, claim, status: status.into() })
    }
}

/// A service contract without what it renders: that is read again when it is needed.
#[derive(Clone, Debug)]
pub struct ContractEntry {
    /// Its metadata.
    pub meta: Meta,
    /// All of its spec but `object` and `verdicts`.
    pub spec: OpenBaoServiceContractSpec,
    /// How far it has come.
    pub status: ContractStatus,
}

impl ContractEntry {
    /// Reads a contract.
    pub fn read(object: &Json) -> Result<Self, Malformed> {
        let meta = Meta::of_object(object)?;
        let status =
            object.get("status").map_or_else(|| Ok(ContractStatus::default()), |status| read(status, "status"))?;
        let mut spec = object.get("spec").cloned().unwrap_or(Json::Null);
        if let Some(members) = spec.as_object_mut() {
            members.remove("object");
            members.remove("verdicts");
        }
        Ok(Self { meta, spec: read(&spec, "spec")?, status })
    }

    /// The cluster that it describes: the name before the sequence.
    pub fn target(&self) -> &str {
        let name = self.meta.at.name.as_str();
        name.rsplit_once('-').map_or(name, |(target, _)| target)
    }

    /// What was made of it, with UIDs; the cluster first.
    pub fn cluster(&self) -> Option<&ObjectRef> {
        self.status.objects.first()
    }
}

/// Reads a whole stored contract.
pub fn contract(object: &Json) -> Result<OpenBaoServiceContract, Malformed> {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut) {
        metadata.remove("managedFields");
    }
    read(&object, "contract")
}

/// A live cluster that carries our label.
#[derive(Clone, Debug)]
pub struct ClusterEntry {
    /// Its metadata.
    pub meta: Meta,
    /// The object as JSON text, without managed fields.
    pub text: Box<str>,
    /// Digest over spec, labels and annotations: equal to the one in the contract's status, nothing of it was touched.
    pub fingerprint: String,
}

impl ClusterEntry {
    /// Reads a cluster.
    pub fn read(object: &Json) -> Result<Self, Malformed> {
        let meta = Meta::of_object(object)?;
        let fingerprint = fingerprint(object);
        let mut object = object.clone();
        if let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut) {
            metadata.remove("managedFields");
            if let Some(annotations) = metadata.get_mut("annotations").and_then(Json::as_object_mut) {
                annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
            }
        }
        Ok(Self { meta, text: object.to_string().into(), fingerprint })
    }

    /// The object.
    pub fn object(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or(Json::Null)
    }
}

/// What of a cluster is ours or next to it: spec, labels, annotations.
pub fn fingerprint(object: &Json) -> String {
    let part = |pointer: &str| object.pointer(pointer).cloned().unwrap_or(Json::Null);
    let parts = serde_json::json!([part("/spec"), part("/metadata/labels"), part("/metadata/annotations")]);
    Digest::of(&parts).to_string()
}

/// A tenant.
#[derive(Clone, Debug)]
pub struct TenantEntry {
    /// Its metadata.
    pub meta: Meta,
    /// What decisions read.
    pub tenant: Tenant,
}

impl TenantEntry {
    /// Reads an `OpenBaoTenant`. One that has no status yet is not provisioned.
    pub fn read(object: &Json) -> Result<Self, Malformed> {
        let mut tenant = Tenant::from_object(object);
        tenant.provisioned = Some(tenant.provisioned.unwrap_or_default());
        Ok(Self { meta: Meta::of_object(object)?, tenant })
    }
}

/// A namespace.
#[derive(Clone, Debug)]
pub struct NamespaceEntry {
    /// Its metadata.
    pub meta: Meta,
    /// What decisions read.
    pub namespace: Namespace,
}

impl NamespaceEntry {
    /// Reads a `Namespace`.
    pub fn read(object: &Json) -> Result<Self, Malformed> {
        Ok(Self { meta: Meta::of_object(object)?, namespace: Namespace::from_object(object) })
    }
}

/// An object that is kept as it is: catalog objects, revisions, requests. Few, or small.
#[derive(Clone, Debug)]
pub struct ObjectEntry {
    /// Its metadata.
    pub meta: Meta,
    /// The object, without managed fields and kubectl's copy.
    pub object: Json,
}

impl ObjectEntry {
    /// Reads an object.
    pub fn read(object: &Json) -> Result<Self, Malformed> {
        let meta = Meta::of_object(object)?;
        let mut object = object.clone();
        if let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut) {
            metadata.remove("managedFields");
            if let Some(annotations) = metadata.get_mut("annotations").and_then(Json::as_object_mut) {
                annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
            }
        }
        Ok(Self { meta, object })
    }

    /// Its spec.
    pub fn spec<T: DeserializeOwned>(&self) -> Result<T, Malformed> {
        read(self.object.get("spec").unwrap_or(&Json::Null), "spec")
    }

    /// Its status; the default where there is none.
    pub fn status<T: DeserializeOwned + Default>(&self) -> Result<T, Malformed> {
        self.object.get("status").map_or_else(|| Ok(T::default()), |status| read(status, "status"))
    }
}
