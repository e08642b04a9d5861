//! Approved and rendered contracts: the terms, and exactly what they produce.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::OnceLock;

use serde_json::{Value as Json, json};

use crate::api::{self, ProjectionMode, Verdict};
use crate::catalog::{Digest, canonical};
use crate::cel::Value;
use crate::schema::path::Path;

use super::input::{Facts, TargetIdentity};

/// The terms: what was asked, by whom, and that it may be had. Only this renders.
#[derive(Debug)]
pub struct Approved {
    /// The cluster that it will be.
    pub target: TargetIdentity,
    /// Final parameters, defaults filled in.
    pub parameters: Json,
    /// Parameters that the claim says itself, by name; all others are defaults.
    pub given: BTreeSet<String>,
    /// The rules that judged so far.
    pub verdicts: Vec<Verdict>,
    pub(super) facts: Facts,
}

/// Who asked for what: a change of it is a change like any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `namespace/name` of the tenant
    pub tenant: String,
    /// `namespace/name` of the cluster
    pub target: String,
    /// the offering, when there is one
    pub offering: Option<String>,
    /// the profile
    pub profile: String,
}

impl Identity {
    /// Its parts by the paths that sensitivity rules use.
    pub fn parts(&self) -> [(&'static str, Option<&str>); 4] {
        [
            ("offering", self.offering.as_deref()),
            ("profile", Some(&self.profile)),
            ("target", Some(&self.target)),
            ("tenant", Some(&self.tenant)),
        ]
    }
}

/// A copy of bytes as it will be made: names only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedProjection {
    /// The projection's name in its revision.
    pub name: String,
    /// `Secret` or `ConfigMap`
    pub kind: String,
    /// namespace of the source
    pub source_namespace: String,
    /// name of the source
    pub source_name: String,
    /// name of the copy, in the claim's namespace
    pub copy_name: String,
    /// key of the copy → key of the source
    pub keys: BTreeMap<String, String>,
    /// whether the copy follows its source
    pub mode: ProjectionMode,
}

/// A unique key as it will be reserved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RenderedKey {
    /// the pool
    pub name: String,
    /// the normalised value
    pub value: String,
}

/// The exact object that approved terms produce, with its digest. Only this classifies and applies.
#[derive(Debug)]
pub struct Rendered {
    /// What will be compared and applied.
    pub contract: Contract,
    /// Final parameters by name whose values are defaults.
    pub given: BTreeSet<String>,
    /// Which mapping wrote which path.
    pub writers: BTreeMap<Path, usize>,
    /// The whole trail of rules.
    pub verdicts: Vec<Verdict>,
    pub(super) facts: Facts,
}

/// What is applied, or would be: enough to compare two of them.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Who asked for what.
    pub identity: Identity,
    /// Name of the revision.
    pub revision: String,
    /// Final parameters.
    pub parameters: Json,
    /// The object exactly as it is applied.
    pub object: Json,
    /// The object after the target's defaulting: what rules and comparisons see.
    pub defaulted: Shown,
    /// Copies beside it.
    pub projections: Vec<RenderedProjection>,
    /// Keys that it holds.
    pub unique: Vec<RenderedKey>,
    /// The candidate's digest.
    pub digest: Digest,
}

/// An object, and the value that expressions see of it, made when the first one asks and then kept.
#[derive(Clone, Debug)]
pub struct Shown {
    object: Json,
    value: OnceLock<Value>,
}

impl Shown {
    /// Nothing has asked yet.
    pub(super) fn new(object: Json) -> Self {
        Self { object, value: OnceLock::new() }
    }

    /// What expressions see.
    pub(super) fn value(&self) -> Value {
        self.value.get_or_init(|| Value::from_json(&self.object)).clone()
    }
}

impl Deref for Shown {
    type Target = Json;

    fn deref(&self) -> &Json {
        &self.object
    }
}

impl Contract {
    /// The digest of content: identity, object, copies and the digests of unique keys by pool. The revision is not part of it: the
    /// same bytes are the same candidate, whatever the catalog that produced them is called.
    pub fn digest_of(
        identity: &Identity,
        object: &Json,
        projections: &[RenderedProjection],
        unique: impl IntoIterator<Item = (String, String)>,
    ) -> Digest {
        let parts: serde_json::Map<_, _> =
            identity.parts().into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        let copies: Vec<_> = projections.iter().map(RenderedProjection::content).collect();
        let keys: Vec<_> = unique.into_iter().map(|(name, key)| json!({"name": name, "key": key})).collect();
        let identity = canonical(&Json::Object(parts));
        let (object, projections, unique) =
            (canonical(object), canonical(&Json::Array(copies)), canonical(&keys.into()));
        Digest::of_members(vec![
            ("identity", &identity),
            ("object", &object),
            ("projections", &projections),
            ("unique", &unique),
        ])
    }
}

impl RenderedProjection {
    /// Everything about the copy but its bytes, as JSON.
    pub fn content(&self) -> Json {
        json!({
            "name": self.name,
            "kind": self.kind,
            "source": {"namespace": self.source_namespace, "name": self.source_name},
            "copy": self.copy_name,
            "keys": self.keys,
            "mode": self.mode,
        })
    }

    /// The wire form of the contract's list.
    pub fn wire(&self) -> api::ContractProjection {
        api::ContractProjection {
            name: self.name.clone(),
            source: api::ObjectRef {
                api_version: "v1".to_owned(),
                kind: self.kind.clone(),
                namespace: Some(self.source_namespace.clone()),
                name: self.source_name.clone(),
                uid: None,
            },
            resource_version: None,
            target_name: self.copy_name.clone(),
            keys: self.keys.clone(),
            mode: Some(self.mode),
        }
    }
}
