//! Wire types of the API group `claims.openbao.org/v1alpha1`: data and bounds, no logic.
//!
//! One file per kind. A field that is absent is skipped when written, so an object reads back as its author wrote it.
//! Types do not deny unknown fields, as is the custom for API objects; who reads files strictly checks them against
//! the generated schema ([`crds`]) first.

pub mod bounds;
mod claim;
mod common;
mod component;
mod contract;
mod crd;
mod intervention;
mod json_schema;
mod language;
mod offering;
mod operation;
mod profile;
mod request;
mod revision;
mod rollout;
mod rule_set;
mod status;
#[cfg(test)]
mod tests;

pub use claim::{
    AppliedContract, BindingRef, ClaimPhase, ClaimStatus, ConnectionStatus, OpenBaoClusterClaim,
    OpenBaoClusterClaimSpec, RequestSummary, TenantRef,
};
pub use common::{API_VERSION, ClaimIdentity, Free, GROUP, NameRef, ObjectRef, RevisionIdentity, VERSION, Window};
pub use component::{ComponentStatus, OpenBaoServiceComponent, OpenBaoServiceComponentSpec};
pub use contract::{
    Approval, ApprovalSource, ContractProjection, ContractState, ContractStatus, EngineIdentity,
    OpenBaoServiceContract, OpenBaoServiceContractSpec, PastContract, Reservation, TenantIdentity, Verdict,
    VerdictOutcome,
};
pub use crd::{crd_files, crds};
pub use intervention::{
    ApplyCandidate, InterventionPhase, InterventionStatus, OpenBaoClaimIntervention, OpenBaoClaimInterventionSpec,
    Rebind,
};
pub use json_schema::json_schemas;
pub use language::{
    AbsentObject, Approver, CompareAs, Comparison, Creation, Health, HealthRule, Projection, ProjectionMode,
    ProjectionSource, RenderBlock, Sensitivity, SensitivityRule, SourceKind, Unique, Validation, Variable,
};
pub use offering::{
    Lifecycle, LifecycleState, OfferingStatus, OpenBaoServiceOffering, OpenBaoServiceOfferingSpec, RevisionChoice,
    WithdrawnRevision,
};
pub use operation::{CreatedObject, Operation};
pub use profile::{
    ComponentBinding, Connection, CopiedKey, CopySource, Deletion, OpenBaoServiceProfile, OpenBaoServiceProfileSpec,
    ProfileStatus, Target,
};
pub use request::{
    Approve, OpenBaoClaimRequest, OpenBaoClaimRequestSpec, RequestClaimRef, RequestPhase, RequestStatus,
};
pub use revision::{OpenBaoServiceRevision, OpenBaoServiceRevisionSpec, RevisionStatus, SourceObject};
pub use rollout::{
    ClaimSelector, LabelOperator, LabelRequirement, OpenBaoServiceOfferingRollout, OpenBaoServiceOfferingRolloutSpec,
    RolloutCounts, RolloutFailure, RolloutPhase, RolloutPreview, RolloutStatus, Wave, WaveStatus,
};
pub use rule_set::{OpenBaoRuleSet, OpenBaoRuleSetSpec, RuleSetStatus};
pub use status::{CatalogDiagnostic, Change, PendingChange};
