//! Contracts as they are stored: written from a rendered one, read back and checked.

use serde_json::Value as Json;

use crate::api::{
    self, ClaimIdentity, EngineIdentity, Free, NameRef, OpenBaoServiceContractSpec, Reservation, RevisionIdentity,
    TenantIdentity,
};
use crate::catalog::{Digest, Revision, Target};

use super::contract::{Contract, Identity, Rendered, RenderedKey, RenderedProjection, Shown};
use super::input::{Inputs, Namespace, Tenant};

/// Version of the list of inputs that a candidate's digest covers.
pub const FINGERPRINT: i64 = 1;

/// The Kubernetes minor release whose CEL the engine speaks.
pub const CEL_ENVIRONMENT: &str = "1.37";

/// Why a stored contract cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// It was written by a release whose digests cover other inputs.
    #[error("the contract has fingerprint {0}, and this release knows {FINGERPRINT}")]
    Fingerprint(i64),
    /// A part is missing or has another form.
    #[error("the contract has no usable `{0}`")]
    Part(&'static str),
    /// The content is not what the digest was made of.
    #[error("the contract's content has digest {found}, and it says {stored}")]
    Digest {
        /// of the content
        found: String,
        /// as stored
        stored: String,
    },
}

/// The stored form of a rendered contract, as contract number `sequence` of its claim.
pub fn to_wire(rendered: &Rendered, inputs: &Inputs<'_>, sequence: i64) -> OpenBaoServiceContractSpec {
    let contract = &rendered.contract;
    let metadata = &inputs.claim.metadata;
    let tenant = inputs.tenant.map(|tenant| TenantIdentity {
        namespace: tenant.namespace.clone(),
        name: tenant.name.clone(),
        uid: None,
    });
    let target = inputs.revision.targets.first();
    OpenBaoServiceContractSpec {
        claim: ClaimIdentity {
            namespace: metadata.namespace.clone().unwrap_or_default(),
            name: metadata.name.clone().unwrap_or_default(),
            uid: metadata.uid.clone(),
        },
        claim_generation: metadata.generation.unwrap_or(1),
        tenant: tenant.unwrap_or_default(),
        offering: contract.identity.offering.clone().map(|name| NameRef { name }),
        profile: NameRef { name: contract.identity.profile.clone() },
        revision: RevisionIdentity {
            name: contract.revision.clone(),
            number: None,
            digest: Some(inputs.revision.digest.to_string()),
        },
        sequence,
        digest: contract.digest.to_string(),
        engine: EngineIdentity {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            fingerprint: FINGERPRINT,
            cel_environment: CEL_ENVIRONMENT.to_owned(),
            target_release: target.map(|target| target.release.clone()).unwrap_or_default(),
            target_schema: target.map(|target| target.digest.to_string()).unwrap_or_default(),
        },
        parameters: Free(contract.parameters.clone()),
        given: rendered.given.iter().cloned().collect(),
        facts: facts_read(inputs.revision, inputs.tenant, inputs.namespace),
        verdicts: rendered.verdicts.clone(),
        approval: None,
        object: Free(contract.object.clone()),
        projections: contract.projections.iter().map(RenderedProjection::wire).collect(),
        reservations: contract.unique.iter().map(reservation).collect(),
        inventory: Vec::new(),
        history: Vec::new(),
    }
}

/// Exactly the facts from outside that the revision's expressions read, in their places:
/// `{"tenant": {"spec": …}, "namespaceObject": {"labels": …}}`. Absent where none is read.
pub fn facts_read(revision: &Revision, tenant: Option<&Tenant>, namespace: &Namespace) -> Free {
    let mut facts = Json::Null;
    for read in &revision.reads {
        let source = match read.root.as_str() {
            "tenant" => tenant.map(|tenant| serde_json::json!({"spec": tenant.spec})),
            "namespaceObject" => Some(serde_json::json!({"labels": namespace.labels})),
            _ => None,
        };
        let value = source.and_then(|source| read.fields.iter().try_fold(&source, |at, field| at.get(field)).cloned());
        if let Some(value) = value {
            put(&mut facts, std::iter::once(&read.root).chain(&read.fields), value);
        }
    }
    Free(facts)
}

/// Puts a value at a path of fields. What is read whole and in part is there whole.
fn put<'a>(place: &mut Json, mut path: impl Iterator<Item = &'a String>, value: Json) {
    let Some(field) = path.next() else {
        *place = value;
        return;
    };
    if !place.is_object() {
        *place = Json::Object(serde_json::Map::new());
    }
    if let Json::Object(members) = place {
        put(members.entry(field.clone()).or_insert(Json::Null), path, value);
    }
}

/// What a key is reserved as: the value itself may be a tenant's business and is never stored.
fn reservation(key: &RenderedKey) -> Reservation {
    let digest = key.digest();
    Reservation { name: key.name.clone(), lease: format!("unique-{}", digest.short(40)), key: digest.to_string() }
}

/// Reads a stored contract and holds its digest against its content.
pub fn from_wire(spec: &OpenBaoServiceContractSpec, target: &Target) -> Result<Contract, WireError> {
    if spec.engine.fingerprint != FINGERPRINT {
        return Err(WireError::Fingerprint(spec.engine.fingerprint));
    }
    let text = |pointer: &str| spec.object.0.pointer(pointer).and_then(Json::as_str);
    let (Some(namespace), Some(name)) = (text("/metadata/namespace"), text("/metadata/name")) else {
        return Err(WireError::Part("object"));
    };
    let identity = Identity {
        tenant: format!("{}/{}", spec.tenant.namespace, spec.tenant.name),
        target: format!("{namespace}/{name}"),
        offering: spec.offering.as_ref().map(|offering| offering.name.clone()),
        profile: spec.profile.name.clone(),
    };
    let projections: Vec<_> = spec.projections.iter().map(projection).collect();
    let keys = spec.reservations.iter().map(|it| (it.name.clone(), it.key.clone()));
    let digest = Contract::digest_of(&identity, &spec.object.0, &projections, keys);
    let stored = Digest::parse(&spec.digest).ok_or(WireError::Part("digest"))?;
    if digest != stored {
        return Err(WireError::Digest { found: digest.to_string(), stored: stored.to_string() });
    }
    let mut defaulted = spec.object.0.clone();
    target.schema.apply_defaults(&mut defaulted);
    Ok(Contract {
        identity,
        revision: spec.revision.name.clone(),
        parameters: if spec.parameters.is_absent() { serde_json::json!({}) } else { spec.parameters.0.clone() },
        object: spec.object.0.clone(),
        defaulted: Shown::new(defaulted),
        projections,
        unique: Vec::new(),
        digest,
    })
}

fn projection(wire: &api::ContractProjection) -> RenderedProjection {
    RenderedProjection {
        name: wire.name.clone(),
        kind: wire.source.kind.clone(),
        source_namespace: wire.source.namespace.clone().unwrap_or_default(),
        source_name: wire.source.name.clone(),
        copy_name: wire.target_name.clone(),
        keys: wire.keys.clone(),
        mode: wire.mode.unwrap_or_default(),
    }
}

impl RenderedKey {
    /// Digest of pool and value.
    pub fn digest(&self) -> Digest {
        Digest::of_text(&format!("{}\0{}", self.name, self.value))
    }
}
