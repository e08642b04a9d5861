//! The target: a schema, its rules and a table of facts that no schema tells. The engine never names
//! a field of the target; everything it knows of one stands here.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::cel::crd_rules::Rules;
use crate::schema::Schema;
use crate::schema::path::Pattern;

use super::digest::Digest;

/// Facts about one release of the target that its schema does not tell (`crds/external/*/target.yaml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TargetFacts {
    /// Always `TargetFacts`.
    pub kind: String,
    /// The release, `0.5.1`.
    pub release: String,
    /// Bounds that are assumed for what the schema leaves open, and enforced on values.
    pub bounds: Bounds,
    /// Secrets of the runtime itself, by the suffix of their names.
    pub secrets: Vec<SystemSecret>,
    /// Paths whose value the target's own admission judges by the writer's permissions; a last key's trailing `*`
    /// stands for any rest of it.
    pub authorisation: Vec<String>,
    /// Paths that belong to operations and to people, never to a mapping.
    pub operational: Vec<String>,
    /// Paths that would carry a secret's bytes.
    pub secret_paths: Vec<String>,
    /// Labels and annotations that belong to other tools.
    pub reserved_metadata: ReservedMetadata,
    /// Where the target says which generation it has seen.
    pub observed_generation: String,
}

/// Assumed bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// characters of a string
    pub string: u64,
    /// items of a list
    pub list: u64,
    /// entries of a map
    pub map: u64,
}

/// A Secret that the runtime makes or reads.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemSecret {
    /// `-tls-ca`
    pub suffix: String,
    /// What a catalog may do with it.
    pub access: Access,
    /// Keys that may be copied out of it; none named: every key of a readable one.
    #[serde(default)]
    pub keys: Vec<String>,
}

/// What a catalog may do with a system Secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Access {
    /// a connection may copy from it
    Readable,
    /// a projection may be it
    Writable,
    /// neither
    Forbidden,
}

/// Keys of labels and annotations that belong to other tools; a trailing `*` stands for any rest.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReservedMetadata {
    /// label keys, or `key=value` where only that value is reserved
    pub labels: Vec<String>,
    /// annotation keys
    pub annotations: Vec<String>,
}

/// One release of the target kind, ready to judge objects.
#[derive(Debug)]
pub struct Target {
    /// `0.5.1`, `main`
    pub release: String,
    /// `openbao.org/v1alpha1`
    pub api_version: String,
    /// `OpenBaoCluster`
    pub kind: String,
    /// Digest of the whole CRD, for the record of what a contract was rendered against.
    pub digest: Digest,
    /// The version's schema.
    pub schema: Schema,
    /// Its `x-kubernetes-validations`, compiled.
    pub rules: Rules,
    /// What no schema tells.
    pub facts: TargetFacts,
    /// `facts.authorisation`, parsed.
    pub authorisation: Vec<Pattern>,
    /// `facts.operational`, parsed.
    pub operational: Vec<Pattern>,
    /// `facts.secret_paths`, parsed.
    pub secret_paths: Vec<Pattern>,
}

/// The releases that a catalog can be checked against, by name.
#[derive(Clone, Debug, Default)]
pub struct Targets(pub BTreeMap<String, Arc<Target>>);

/// Why a target cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The CRD does not describe a structural schema.
    #[error("the schema of {kind} {release} is not usable: {reason}")]
    Schema {
        /// the kind
        kind: String,
        /// the release
        release: String,
        /// the first problem
        reason: String,
    },
    /// A path in the facts is not one.
    #[error("the facts of release {release} hold the path `{path}`, which is not one: {reason}")]
    Path {
        /// the release
        release: String,
        /// the path
        path: String,
        /// the problem
        reason: String,
    },
}

impl Target {
    /// Joins a CRD and the facts beside it.
    pub fn new(crd: &serde_json::Value, facts: TargetFacts) -> Result<Self, TargetError> {
        let unusable = |kind: &str, reason: String| TargetError::Schema {
            kind: kind.to_owned(),
            release: facts.release.clone(),
            reason,
        };
        let digest = Digest::of(crd);
        let crd = crate::schema::Crd::parse(crd).map_err(|error| unusable("the target", described(&error)))?;
        let Some(version) = crd.versions.iter().find(|version| version.storage) else {
            return Err(unusable(&crd.kind, "it stores no version".to_owned()));
        };
        let schema = with_metadata(version.schema.clone())
            .map_err(|errors| unusable(&crd.kind, errors.first().map(ToString::to_string).unwrap_or_default()))?;
        let rules = Rules::compile(&version.schema)
            .map_err(|errors| unusable(&crd.kind, errors.first().map(ToString::to_string).unwrap_or_default()))?;
        Ok(Self {
            release: facts.release.clone(),
            api_version: format!("{}/{}", crd.group, version.name),
            kind: crd.kind.clone(),
            digest,
            schema,
            rules,
            authorisation: patterns(&facts.release, &facts.authorisation)?,
            operational: patterns(&facts.release, &facts.operational)?,
            secret_paths: patterns(&facts.release, &facts.secret_paths)?,
            facts,
        })
    }
}

impl Target {
    /// The releases that have something to say of an object which the ones before them accept.
    pub(super) fn judges(targets: &[Arc<Self>]) -> Vec<Arc<Self>> {
        let mut judges: Vec<Arc<Self>> = Vec::new();
        for target in targets {
            if !judges.iter().any(|judge| target.extends(judge)) {
                judges.push(Arc::clone(target));
            }
        }
        judges
    }

    /// Whether this release accepts every object that `base` accepts. With a transition rule it may not: an
    /// old object can hold what only this release knows.
    fn extends(&self, base: &Self) -> bool {
        self.schema.extends(&base.schema) && !self.rules.judge_changes() && self.facts.bounds == base.facts.bounds
    }
}

/// Labels and annotations have a shape, which a CRD may not state.
fn with_metadata(mut schema: Schema) -> Result<Schema, Vec<crate::schema::SchemaError>> {
    let map = serde_json::json!({"type": "object", "additionalProperties": {"type": "string"}});
    let text = serde_json::json!({"type": "string"});
    let metadata = Schema::parse(&serde_json::json!({
        "type": "object",
        "properties": {"labels": map, "annotations": map, "name": text, "namespace": text},
    }))?;
    schema.properties.insert("metadata".to_owned(), metadata);
    Ok(schema)
}

/// The first thing that is wrong with a CRD, in one line.
fn described(error: &crate::schema::CrdError) -> String {
    match error {
        crate::schema::CrdError::Schema { errors, .. } => {
            errors.first().map(|error| format!("{}: {}", error.pointer, error.kind)).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

fn patterns(release: &str, paths: &[String]) -> Result<Vec<Pattern>, TargetError> {
    let parse = |path: &String| {
        Pattern::parse(path).map_err(|error| TargetError::Path {
            release: release.to_owned(),
            path: path.clone(),
            reason: error.to_string(),
        })
    };
    paths.iter().map(parse).collect()
}

impl ReservedMetadata {
    /// Whether a label or annotation belongs to somebody else. `value` matters only for keys that are
    /// reserved with one value.
    pub fn reserves(&self, place: MetadataPlace, key: &str, value: &str) -> bool {
        let list = match place {
            MetadataPlace::Labels => &self.labels,
            MetadataPlace::Annotations => &self.annotations,
        };
        list.iter().any(|reserved| match (reserved.strip_suffix('*'), reserved.split_once('=')) {
            (Some(prefix), _) => key.starts_with(prefix),
            (None, Some((name, only))) => key == name && value == only,
            (None, None) => key == reserved,
        })
    }
}

/// The two maps of an object's metadata that people and tools share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataPlace {
    /// `metadata.labels`
    Labels,
    /// `metadata.annotations`
    Annotations,
}
