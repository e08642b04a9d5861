//! What a decision is made from: everything is passed in, nothing is looked up.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::api::OpenBaoClusterClaim;
use crate::catalog::{Offering, Revision, RuleSet};
use crate::cel::Value;

use super::contract::Contract;
use super::name::target_name;
use super::record::Recorder;

/// All that one decision about one claim sees.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The claim as it is now.
    pub claim: &'a OpenBaoClusterClaim,
    /// The `OpenBaoTenant` that it names; `None`: there is none.
    pub tenant: Option<&'a Tenant>,
    /// Labels of the claim's namespace.
    pub namespace: &'a Namespace,
    /// How the claim came to the revision.
    pub selection: Selection<'a>,
    /// The revision to decide on.
    pub revision: &'a Revision,
    /// The platform's rule sets as they are now, in order of name.
    pub rule_sets: &'a [Arc<RuleSet>],
    /// Rule sets that do not compile: they block candidates and nothing else.
    pub broken_rule_sets: &'a [String],
    /// What is applied; `None` before the first materialization.
    pub applied: Option<&'a Contract>,
    /// The revision that the applied contract was rendered on, where it differs from `revision`.
    pub applied_revision: Option<&'a Revision>,
    /// The live cluster.
    pub observed: Option<&'a Json>,
    /// Who sees what is evaluated; nobody outside of tests of catalogs.
    pub recorder: Option<&'a Arc<dyn Recorder>>,
}

/// How a claim came to its revision.
#[derive(Clone, Copy, Debug)]
pub enum Selection<'a> {
    /// By an offering.
    Offering(&'a Offering),
    /// By naming the profile, which must be selectable.
    Profile,
}

/// An `OpenBaoTenant`, as far as decisions read it.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its spec.
    pub spec: Json,
    /// `status.provisioned`; `None` where no status is known, as in a file.
    pub provisioned: Option<bool>,
}

impl Tenant {
    /// Reads what decisions need from the object.
    pub fn from_object(object: &Json) -> Self {
        let text = |pointer: &str| object.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
        Self {
            namespace: text("/metadata/namespace"),
            name: text("/metadata/name"),
            spec: object.get("spec").cloned().unwrap_or_else(|| json!({})),
            provisioned: object
                .get("status")
                .map(|status| status.get("provisioned").and_then(Json::as_bool).unwrap_or_default()),
        }
    }

    /// The namespace that it provisions.
    pub fn target_namespace(&self) -> Option<&str> {
        self.spec.get("targetNamespace").and_then(Json::as_str)
    }
}

/// The claim's namespace, as far as decisions read it.
#[derive(Clone, Debug, Default)]
pub struct Namespace {
    /// Its labels.
    pub labels: Json,
}

impl Namespace {
    /// Reads the labels of a `Namespace` object.
    pub fn from_object(object: &Json) -> Self {
        Self { labels: object.pointer("/metadata/labels").cloned().unwrap_or_else(|| json!({})) }
    }
}

/// The cluster that a claim becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetIdentity {
    /// The claim's namespace.
    pub namespace: String,
    /// Derived from the claim's namespace and name.
    pub name: String,
}

impl TargetIdentity {
    /// The cluster of a claim.
    pub fn of(claim: &OpenBaoClusterClaim) -> Self {
        let namespace = claim.metadata.namespace.clone().unwrap_or_default();
        let name = target_name(&namespace, claim.metadata.name.as_deref().unwrap_or_default());
        Self { namespace, name }
    }
}

/// The facts that expressions read, as values: made once for a decision.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) claim: Value,
    pub(super) tenant: Value,
    pub(super) namespace: Value,
    pub(super) target: Value,
    pub(super) params: Value,
    /// Goes where the facts go: into every evaluation.
    pub(super) recorder: Option<Arc<dyn Recorder>>,
}

impl Facts {
    pub(super) fn new(inputs: &Inputs<'_>, target: &TargetIdentity, params: &Json) -> Self {
        let name = inputs.claim.metadata.name.as_deref().unwrap_or_default();
        let tenant = inputs.tenant.map_or_else(
            || json!({"name": "", "namespace": "", "spec": {}}),
            |tenant| json!({"name": tenant.name, "namespace": tenant.namespace, "spec": tenant.spec}),
        );
        let labels = if inputs.namespace.labels.is_object() { inputs.namespace.labels.clone() } else { json!({}) };
        Self {
            claim: Value::from_json(&json!({"name": name, "namespace": target.namespace})),
            tenant: Value::from_json(&tenant),
            namespace: Value::from_json(&json!({"name": target.namespace, "labels": labels})),
            target: Value::from_json(&json!({"name": target.name, "namespace": target.namespace})),
            params: Value::from_json(params),
            recorder: inputs.recorder.cloned(),
        }
    }
}
