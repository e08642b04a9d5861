//! A revision: the immutable, self-contained closure of one profile, compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use crate::api::{Approver, CompareAs, ProjectionMode, Sensitivity, SourceKind};
use crate::cel::{Program, Template};
use crate::schema::Schema;
use crate::schema::path::{Path, Pattern};

use super::digest::Digest;
use super::graph::Reach;
use super::names::Bindings;
use super::origin::Site;
use super::target::Target;

/// A compiled expression, the meaning of its names, and where it was written.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What is evaluated.
    pub program: Program,
    /// What its names stand for.
    pub bindings: Bindings,
    /// Where it stands.
    pub site: Site,
}

/// A compiled text with `${…}` in it.
#[derive(Clone, Debug)]
pub struct Text {
    /// What is evaluated.
    pub template: Template,
    /// As it was written.
    pub source: String,
    /// What its names stand for.
    pub bindings: Bindings,
    /// Where it stands.
    pub site: Site,
}

/// A compiled template: JSON with texts to evaluate at some leaves.
#[derive(Clone, Debug)]
pub enum Tree {
    /// No `${…}` in it.
    Literal(Json),
    /// A text with `${…}`.
    Text(Text),
    /// An object; fields in key order.
    Map(Vec<(String, Tree)>),
    /// A list.
    List(Vec<Tree>),
}

/// What evaluates lazily and at most once: variables, inputs of facets, projections' names.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// `variables.X` of the profile, of every facet, or of a rule set.
    pub variables: Vec<Variable>,
    /// The wired components, in order of facet name.
    pub facets: Vec<Facet>,
    /// Named copies of bytes.
    pub projections: Vec<Projection>,
}

/// One variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// As people write it in the profile: `variables.voters`, `exposure.variables.host`.
    pub name: String,
    /// Its expression.
    pub expr: Expr,
}

/// A component, wired.
#[derive(Clone, Debug)]
pub struct Facet {
    /// `exposure`
    pub name: String,
    /// `public-gateway`
    pub component: String,
    /// Whether it is there at all; always, when absent.
    pub when: Option<Expr>,
    /// Its inputs before defaulting.
    pub with: Tree,
    /// What its inputs may be.
    pub inputs: Schema,
    /// The wiring in the profile.
    pub site: Site,
}

/// Bytes moved by name from one Secret or `ConfigMap` to a copy beside the cluster.
#[derive(Clone, Debug)]
pub struct Projection {
    /// `token`; unique in a revision as `FACET.token` or `token`.
    pub name: String,
    /// The facet that declares it; `None` for the profile.
    pub facet: Option<usize>,
    /// The system Secret that the copy is, by suffix (`tls-server`); otherwise its name is derived.
    pub system: Option<String>,
    /// Where the bytes come from.
    pub source: Source,
    /// Whether the copy follows its source.
    pub mode: ProjectionMode,
    /// Where it is declared.
    pub site: Site,
}

/// Where bytes come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A named object; the namespace is a literal or the claim's own (`None`).
    Named {
        /// `Secret` or `ConfigMap`
        kind: SourceKind,
        /// its namespace; `None`: the claim's
        namespace: Option<String>,
        /// its name
        name: Tree,
        /// key of the copy → key of the source
        keys: BTreeMap<String, String>,
    },
    /// A Secret in the claim's namespace that the tenant names by a parameter with `x-reference`.
    Parameter {
        /// the parameter
        name: String,
        /// the keys that the reference promises
        keys: Vec<String>,
    },
}

/// A block of `render`, of the profile or of a facet.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its name; unique in its list.
    pub name: String,
    /// The facet that it belongs to; `None` for the profile.
    pub facet: Option<usize>,
    /// Contributes only when this holds.
    pub when: Option<Expr>,
    /// Contributes once per element of this list, or entry of this map.
    pub for_each: Option<Expr>,
    /// May replace what a component maps to the same path.
    pub overrides: bool,
    /// Adds to atomic lists instead of conflicting.
    pub appends: bool,
    /// Where it stands.
    pub site: Site,
}

/// One target path and what is written to it.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// Index into [`Revision::blocks`].
    pub block: usize,
    /// Where in the target.
    pub path: Path,
    /// What.
    pub value: Tree,
    /// Where the value stands.
    pub site: Site,
}

/// A judgement that must hold.
#[derive(Clone, Debug)]
pub struct Validation {
    /// The facet that it belongs to; `None` for the profile or a rule set.
    pub facet: Option<usize>,
    /// Must yield `true`.
    pub rule: Expr,
    /// Whether it reads `object` or `oldObject`, so that it runs after rendering.
    pub needs_object: bool,
    /// The reason that a denial shows, `HostnameNotAllowed`.
    pub reason: String,
    /// What is said, unless `message_expression` says it.
    pub message: Option<String>,
    /// Yields what is said.
    pub message_expression: Option<Expr>,
}

/// One rule of a sensitivity list.
#[derive(Clone, Debug)]
pub struct SensitivityRule {
    /// The paths that it answers for.
    pub paths: Vec<Pattern>,
    /// Its answer.
    pub answer: Answer,
    /// Who approves what it gates.
    pub approver: Approver,
    /// What is said about the change.
    pub message: Option<String>,
    /// Where it stands.
    pub site: Site,
}

/// How a sensitivity rule answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The same for modify, add and remove.
    Class(Sensitivity),
    /// An expression over `old` and `new`.
    Expression {
        /// yields the name of a class when both values are there
        modify: Expr,
        /// when the path appears
        on_add: Sensitivity,
        /// when it goes
        on_remove: Sensitivity,
    },
}

/// Paths whose values compare by meaning.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Which paths.
    pub paths: Vec<Pattern>,
    /// How they compare.
    pub meaning: CompareAs,
}

/// A key that only one claim of the platform may hold.
#[derive(Clone, Debug)]
pub struct Unique {
    /// `hostname`
    pub name: String,
    /// The facet that declares it.
    pub facet: Option<usize>,
    /// Yields the key.
    pub key: Expr,
}

/// One external fact that a revision's expressions read: a change of it makes a new candidate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExternalRead {
    /// `claim`, `tenant`, `namespaceObject`
    pub root: String,
    /// the fields below it, as far as the text tells
    pub fields: Vec<String>,
}

/// What the claim's consumers get.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// Service Binding type.
    pub kind: Option<String>,
    /// Entry → text.
    pub data: BTreeMap<String, Tree>,
    /// Entries whose bytes are copied.
    pub copy: Vec<Copy>,
}

/// One copied entry of the connection Secret.
#[derive(Clone, Debug)]
pub struct Copy {
    /// The entry.
    pub key: String,
    /// Kind of the source.
    pub kind: SourceKind,
    /// Name of the source, in the claim's namespace.
    pub name: Tree,
    /// Key of the source.
    pub source_key: String,
    /// Whether the connection is whole without it.
    pub optional: bool,
    /// Where it is declared.
    pub site: Site,
}

/// A day-2 action that a catalog declares.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `Backup`; unique in a revision.
    pub name: String,
    /// The facet that declares it.
    pub facet: Option<usize>,
    /// What must hold before it starts.
    pub preconditions: Vec<Validation>,
    /// A merge patch of the claim's cluster.
    pub patch: Option<Tree>,
    /// An object that it makes.
    pub create: Option<Tree>,
    /// Yields `true` once it is done.
    pub succeeded: Option<Expr>,
    /// Yields `true` once it has failed.
    pub failed: Option<Expr>,
    /// Values to show when it is done.
    pub results: BTreeMap<String, Expr>,
    /// Where it is declared.
    pub site: Site,
}

/// When a service is well.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// All hold.
    pub ready: Vec<Validation>,
    /// None holds.
    pub degraded: Vec<Validation>,
}

/// An object that must not be there when the cluster is made.
#[derive(Clone, Debug)]
pub struct MustBeAbsent {
    /// Its kind.
    pub kind: String,
    /// Its name, in the claim's namespace.
    pub name: Tree,
    /// The reason that is shown when it is there.
    pub reason: String,
}

/// The immutable closure of one profile.
#[derive(Debug)]
pub struct Revision {
    /// The profile's name.
    pub profile: String,
    /// `PROFILE-` and 12 hex digits of the digest.
    pub name: String,
    /// Over the profile's and its components' content.
    pub digest: Digest,
    /// Whether a claim may name the profile itself.
    pub selectable: bool,
    /// Who may bind it at all.
    pub eligibility: Vec<Validation>,
    /// The target releases that it is for; the first one defaults `object`.
    pub targets: Vec<Arc<Target>>,
    /// Those of them that judge an object, the first among them: one that extends an earlier one adds nothing.
    pub judges: Vec<Arc<Target>>,
    /// What tenants may say.
    pub parameters: Schema,
    /// What evaluates lazily.
    pub graph: Graph,
    /// Render blocks: facets in order of name, the profile last.
    pub blocks: Vec<Block>,
    /// Mappings in order of block, then path.
    pub mappings: Vec<Mapping>,
    /// What each mapping depends on, in the same order: found once here, asked for by every change.
    pub reach: Vec<Reach>,
    /// Validations of the profile, then of each facet.
    pub validations: Vec<Validation>,
    /// Sensitivity lists: the profile's, then each facet's.
    pub sensitivity: Vec<Vec<SensitivityRule>>,
    /// What equal means.
    pub comparisons: Vec<Comparison>,
    /// Keys that one claim holds.
    pub unique: Vec<Unique>,
    /// What consumers get.
    pub connection: Connection,
    /// What must not be there at creation.
    pub absent: Vec<MustBeAbsent>,
    /// Whether deletion wants a confirmation.
    pub confirm_deletion: bool,
    /// Day-2 actions.
    pub operations: Vec<Operation>,
    /// When the service is well.
    pub health: Health,
    /// The facts from outside that its expressions read.
    pub reads: BTreeSet<ExternalRead>,
    /// The profile as it was, for the text of messages.
    pub site: Site,
}
