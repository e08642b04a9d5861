//! `OpenBaoServiceOfferingRollout`: moving existing claims of an offering to another revision, in waves.

use super::bounds;
use super::common::{NameRef, Window};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::CustomResource;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Which claims move where, in what order and how fast. Immutable but for `paused` and `acknowledgedWave`.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "claims.openbao.org",
    version = "v1alpha1",
    kind = "OpenBaoServiceOfferingRollout",
    plural = "openbaoserviceofferingrollouts",
    shortname = "obroll",
    category = "openbao",
    category = "claims",
    status = "RolloutStatus",
    derive = "PartialEq",
    derive = "Default",
    doc = "A platform admin moving existing claims of an offering to another revision, in waves. It creates approvals and nothing else.",
    printcolumn = r#"{"name":"Offering","type":"string","jsonPath":".spec.offeringRef.name"}"#,
    printcolumn = r#"{"name":"Revision","type":"string","jsonPath":".spec.revision"}"#,
    printcolumn = r#"{"name":"Phase","type":"string","jsonPath":".status.phase"}"#,
    printcolumn = r#"{"name":"Wave","type":"integer","jsonPath":".status.wave"}"#,
    printcolumn = r#"{"name":"Total","type":"integer","jsonPath":".status.counts.total"}"#,
    printcolumn = r#"{"name":"Done","type":"integer","jsonPath":".status.counts.succeeded"}"#,
    printcolumn = r#"{"name":"Failed","type":"integer","jsonPath":".status.counts.failed"}"#,
    printcolumn = r#"{"name":"Paused","type":"boolean","jsonPath":".spec.paused","priority":1}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = spec_rules()))]
pub struct OpenBaoServiceOfferingRolloutSpec {
    /// Offering whose claims move.
    pub offering_ref: NameRef,
    /// Name of the revision that they move to.
    #[schemars(schema_with = "bounds::name")]
    pub revision: String,
    /// Kubernetes minor release whose CEL this object's expressions are written in, `1.37`; absent: the operator's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::filled::<16>")]
    pub cel_environment: Option<String>,
    /// Which of the offering's claims move; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<ClaimSelector>,
    /// CEL expression over a claim that yields an integer or string to sort by, smallest first; absent: by namespace
    /// and name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::expression")]
    pub order_by: Option<String>,
    /// The waves, first to last; absent: one wave with all claims.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Wave, 32>")]
    pub waves: Vec<Wave>,
    /// How many claims may be on the move at once; absent: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "at_least_one")]
    pub max_concurrent: Option<i64>,
    /// How many claims may fail before the rollout stops; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::count")]
    pub failure_budget: Option<i64>,
    /// CEL expression over the rollout's progress that stops it when it yields true; an error stops it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::expression")]
    pub stop_when: Option<String>,
    /// When claims may move; absent: in the windows of the offering.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<Window, 16>")]
    pub windows: Vec<Window>,
    /// True: an emergency, no window is waited for. Each claim says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore_windows: bool,
    /// True: no further claim starts to move. May change at any time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// Number of the last wave, from 1, after whose `pause` the rollout may go on. May change at any time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::count")]
    pub acknowledged_wave: Option<i64>,
}

/// The fields that never change, as `spec` names them. Each is compared by itself, since CEL has no way to say "all
/// but two". Not by `self.?x == oldSelf.?x`: the API server knows no bound for the cost of comparing optionals.
pub(super) const FROZEN: [&str; 11] = [
    "offeringRef",
    "revision",
    "celEnvironment",
    "selector",
    "orderBy",
    "waves",
    "maxConcurrent",
    "failureBudget",
    "stopWhen",
    "windows",
    "ignoreWindows",
];

fn spec_rules() -> Value {
    FROZEN
        .iter()
        .map(|field| {
            json!({
                "rule": format!(
                    "has(self.{field}) == has(oldSelf.{field}) && (!has(self.{field}) || self.{field} == oldSelf.{field})"
                ),
                "message": format!("{field} never changes: make another rollout")
            })
        })
        .collect()
}

fn at_least_one(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "format": "int64", "minimum": 1, "maximum": 10_000})
}

/// Which claims are meant: those that satisfy all that is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimSelector {
    /// Namespaces of the claims; absent: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::texts::<256, 63>")]
    pub namespaces: Vec<String>,
    /// Labels that a claim must have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(schema_with = "bounds::text_map::<32, 63>")]
    pub match_labels: BTreeMap<String, String>,
    /// Conditions on labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<LabelRequirement, 32>")]
    pub match_expressions: Vec<LabelRequirement>,
}

/// A condition on one label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LabelRequirement {
    /// Key of the label.
    #[schemars(schema_with = "bounds::filled::<317>")]
    pub key: String,
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
    pub operator: LabelOperator,
    /// Values for `In` and `NotIn`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::texts::<64, 63>")]
    pub values: Vec<String>,
}

/// How a label is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum LabelOperator {
    /// Its value is one of those listed.
    In,
    /// It is absent, or its value is none of those listed.
    NotIn,
    /// It is there.
    Exists,
    /// It is not there.
    DoesNotExist,
}

/// A part of the claims that moves together. It has exactly one of `count` and `percent`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = wave_rules()))]
pub struct Wave {
    /// How many claims the wave takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "at_least_one")]
    pub count: Option<i64>,
    /// Up to which share of all claims the wave takes, 1 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "percent")]
    pub percent: Option<i64>,
    /// True: after this wave the rollout waits for `acknowledgedWave`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pause: bool,
}

fn wave_rules() -> Value {
    json!([{"rule": "has(self.count) != has(self.percent)", "message": "say exactly one of count and percent"}])
}

fn percent(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "format": "int64", "minimum": 1, "maximum": 100})
}

/// Where a rollout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum RolloutPhase {
    /// It has not begun: preview, window, or a revision that is not there.
    Pending,
    /// Claims are moving.
    Running,
    /// Nothing further starts: paused, or waiting for an acknowledgement.
    Paused,
    /// All that could move have moved. Final.
    Succeeded,
    /// The failure budget is spent or `stopWhen` held. Final.
    Stopped,
}

/// What the operator observed and did about a rollout.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutStatus {
    /// Generation that this status speaks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::generation")]
    pub observed_generation: Option<i64>,
    /// Where the rollout stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::choice::<RolloutPhase>")]
    pub phase: Option<RolloutPhase>,
    /// Why, for people: one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::message")]
    pub message: Option<String>,
    /// What the rollout would do to the selected claims, told before the first wave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<RolloutPreview>,
    /// Number of the wave that is on its way, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::count")]
    pub wave: Option<i64>,
    /// Progress in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<RolloutCounts>,
    /// Progress by wave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<WaveStatus, 32>")]
    pub waves: Vec<WaveStatus>,
    /// The first claims that failed, at most 32.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::list::<RolloutFailure, 32>")]
    pub failures: Vec<RolloutFailure>,
    /// Start of the next window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::time")]
    pub scheduled_for: Option<Time>,
    /// `Ready` (the rollout has succeeded), `Reconciling`, `Stalled`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "bounds::conditions")]
    pub conditions: Vec<Condition>,
}

/// What a rollout would do, in numbers of claims.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutPreview {
    /// Digest of the plan: the claims and what each would become.
    #[schemars(schema_with = "bounds::digest")]
    pub digest: String,
    /// Claims that would not change.
    #[schemars(schema_with = "bounds::count")]
    pub unchanged: i64,
    /// Claims whose strictest change is `InPlace`.
    #[schemars(schema_with = "bounds::count")]
    pub in_place: i64,
    /// Claims whose strictest change is `Gated`.
    #[schemars(schema_with = "bounds::count")]
    pub gated: i64,
    /// Claims that a rule blocks.
    #[schemars(schema_with = "bounds::count")]
    pub blocked: i64,
    /// Claims whose parameters do not fit the revision.
    #[schemars(schema_with = "bounds::count")]
    pub denied: i64,
}

/// Progress in numbers of claims.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutCounts {
    /// Claims that the selector finds.
    #[schemars(schema_with = "bounds::count")]
    pub total: i64,
    /// Claims whose turn has not come.
    #[schemars(schema_with = "bounds::count")]
    pub pending: i64,
    /// Claims that are moving.
    #[schemars(schema_with = "bounds::count")]
    pub running: i64,
    /// Claims that have moved and are healthy.
    #[schemars(schema_with = "bounds::count")]
    pub succeeded: i64,
    /// Claims that have moved and are not healthy, or could not move.
    #[schemars(schema_with = "bounds::count")]
    pub failed: i64,
    /// Claims passed over because a rule blocks them.
    #[schemars(schema_with = "bounds::count")]
    pub skipped_blocked: i64,
    /// Claims passed over because they are suspended.
    #[schemars(schema_with = "bounds::count")]
    pub skipped_suspended: i64,
    /// Claims passed over because they are not eligible any more.
    #[schemars(schema_with = "bounds::count")]
    pub skipped_not_eligible: i64,
}

/// Progress of one wave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaveStatus {
    /// Claims in the wave.
    #[schemars(schema_with = "bounds::count")]
    pub total: i64,
    /// Claims that have ended, well or not.
    #[schemars(schema_with = "bounds::count")]
    pub finished: i64,
    /// Claims that have failed.
    #[schemars(schema_with = "bounds::count")]
    pub failed: i64,
    /// When the wave ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::time")]
    pub completion_time: Option<Time>,
}

/// A claim that failed to move.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutFailure {
    /// Namespace of the claim.
    #[schemars(schema_with = "bounds::label")]
    pub namespace: String,
    /// Name of the claim.
    #[schemars(schema_with = "bounds::name")]
    pub name: String,
    /// Why, for programs.
    #[schemars(schema_with = "bounds::reason")]
    pub reason: String,
    /// Why, for people: one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "bounds::text::<256>")]
    pub message: Option<String>,
}
