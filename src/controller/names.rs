//! Names that the operator writes into objects. A release that changed one would lose what it made.

/// Field manager of everything that a claim's contract says (api-machinery 5: for ever).
pub const MANAGER: &str = "openbao-claims";
/// Field manager of what requests do.
pub const REQUEST_MANAGER: &str = "openbao-claims-requests";
/// Finalizer of a claim.
pub const FINALIZER: &str = "claims.openbao.org/claim-protection";

/// Label of everything that we make for claims; its value is always `true`.
pub const MANAGED: &str = "claims.openbao.org/managed";
/// Annotation: UID of the claim that an object was made for; a label of contracts, too.
pub const CLAIM_UID: &str = "claims.openbao.org/claim-uid";
/// Annotation: name of that claim.
pub const CLAIM_NAME: &str = "claims.openbao.org/claim";
/// Annotation: name of the service contract that an object was last applied from.
pub const CONTRACT: &str = "claims.openbao.org/contract";
/// Annotation: place of that contract in the claim's history.
pub const SEQUENCE: &str = "claims.openbao.org/contract-sequence";
/// Annotation: digest of that contract's content.
pub const DIGEST: &str = "claims.openbao.org/contract-digest";
/// Annotation: name of the revision.
pub const REVISION: &str = "claims.openbao.org/revision";
/// Annotation of a copy or connection: digest over UIDs and resource versions of its sources, never of content.
pub const SOURCES: &str = "claims.openbao.org/sources";

/// An object by namespace and name; no namespace: `""`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl Named {
    /// An object of a namespace.
    pub fn new(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }

    /// An object of the whole cluster.
    pub fn cluster(name: impl Into<String>) -> Self {
        Self { namespace: String::new(), name: name.into() }
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.namespace.is_empty() { f.write_str(&self.name) } else { write!(f, "{}/{}", self.namespace, self.name) }
    }
}
