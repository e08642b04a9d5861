//! Revisions as they are stored: read back and checked against their digest, and made from a closure.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::api::{self, CatalogDiagnostic, OpenBaoServiceRevision, OpenBaoServiceRevisionSpec};
use crate::catalog::{Digest, Kinds, Revision, Targets};
use crate::controller::entry::ObjectEntry;
use crate::controller::names;
use crate::controller::world::Watched;
use crate::diagnostic::Code;
use crate::engine::CEL_ENVIRONMENT;

use super::blame::{Faults, MAX_SHOWN, Owner};
use super::compile::{Cache, Closure, digest};

/// Label of a revision: its profile, or a hash where the name is too long for a label.
pub const PROFILE: &str = "claims.openbao.org/profile";
/// Largest revision in bytes of JSON (api-machinery 15).
const MAX_BYTES: usize = 512 * 1024;
/// Longest value of a label, in characters.
const MAX_LABEL: usize = 63;

/// A stored revision.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) entry: Arc<ObjectEntry>,
    /// Its profile; empty where it cannot be read.
    pub(super) profile: String,
    /// UID of the profile that it was made from.
    pub(super) profile_uid: Option<String>,
    /// Its place among the revisions of the profile.
    pub(super) number: i64,
    /// What it compiles to on this release, or why it does not.
    pub(super) compiled: Result<Arc<Revision>, Broken>,
}

/// Why a stored revision cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// One word.
    pub(super) reason: &'static str,
    /// Faults by path in the revision.
    pub(super) diagnostics: Vec<CatalogDiagnostic>,
}

/// Stored revisions by name.
pub(super) type Library = BTreeMap<String, Stored>;

/// Reads and compiles all stored revisions, each content once.
pub(super) fn library(entries: &[Arc<ObjectEntry>], cache: &mut Cache, kinds: &Kinds, targets: &Targets) -> Library {
    let load = |entry: &Arc<ObjectEntry>| (entry.meta.at.name.clone(), load(entry, cache, kinds, targets));
    entries.iter().map(load).collect()
}

fn load(entry: &Arc<ObjectEntry>, cache: &mut Cache, kinds: &Kinds, targets: &Targets) -> Stored {
    let mut stored = Stored {
        entry: Arc::clone(entry),
        profile: String::new(),
        profile_uid: None,
        number: 0,
        compiled: Err(broken("Invalid", "the revision cannot be read; it was not written by this operator")),
    };
    let Ok(spec) = entry.spec::<OpenBaoServiceRevisionSpec>() else { return stored };
    stored.compiled = check(&entry.meta.at.name, &spec).and_then(|digest| {
        let outcome = cache.stored(&spec.profile, &digest, &spec.sources, kinds, targets);
        match &outcome.value {
            Some(revision) if revision.digest == digest => Ok(Arc::clone(revision)),
            Some(_) => Err(broken("DigestMismatch", "this release of the operator reads other content into it")),
            None => Err(Broken { reason: "NotCompiled", diagnostics: by_source(&spec, &outcome.faults) }),
        }
    });
    stored.profile_uid = spec.sources.first().and_then(|source| source.uid.clone());
    stored.profile = spec.profile;
    stored.number = spec.number;
    stored
}

fn broken(reason: &'static str, message: &str) -> Broken {
    let diagnostic = CatalogDiagnostic {
        code: Code::E0205.to_string(),
        path: Some("spec".to_owned()),
        message: message.to_owned(),
        ..CatalogDiagnostic::default()
    };
    Broken { reason, diagnostics: vec![diagnostic] }
}

/// Content, digest and name belong together: whoever changed one of them by hand is found out here.
fn check(name: &str, spec: &OpenBaoServiceRevisionSpec) -> Result<Digest, Broken> {
    let found = digest(&spec.sources);
    if spec.digest != found.to_string() {
        let message = format!("its content has digest `{found}`, and it says `{}`", spec.digest);
        return Err(broken("DigestMismatch", &message));
    }
    if name != revision_name(&spec.profile, &found) {
        return Err(broken("DigestMismatch", "it does not have the name that its profile and content give"));
    }
    match spec.sources.first() {
        Some(first) if first.kind == "OpenBaoServiceProfile" && first.name == spec.profile => Ok(found),
        _ => Err(broken("Invalid", "its first source is not its profile")),
    }
}

/// `PROFILE-` and 12 hex digits of the digest.
pub(super) fn revision_name(profile: &str, digest: &Digest) -> String {
    format!("{profile}-{}", digest.short(12))
}

/// Faults in sources, with paths from the revision's root.
fn by_source(spec: &OpenBaoServiceRevisionSpec, faults: &Faults) -> Vec<CatalogDiagnostic> {
    let mut shown = Vec::new();
    for (at, source) in spec.sources.iter().enumerate() {
        let kind = if at == 0 { Watched::Profile } else { Watched::Component };
        for fault in faults.get(&Owner::new(kind, &source.name)).into_iter().flatten() {
            let path = fault.path.as_ref().map(|path| format!(".{path}")).unwrap_or_default();
            shown.push(CatalogDiagnostic { path: Some(format!("spec.sources[{at}]{path}")), ..fault.clone() });
        }
    }
    shown.truncate(MAX_SHOWN);
    shown
}

/// The revision object of a closure.
pub(super) fn object(profile: &str, closure: &Closure, number: i64) -> Result<Json, CatalogDiagnostic> {
    let name = revision_name(profile, &closure.digest);
    if name.len() > api::bounds::MAX_NAME {
        let message = format!("the name of its revision would have {} characters; shorten the profile's", name.len());
        return Err(too_large("metadata.name", message));
    }
    let spec = OpenBaoServiceRevisionSpec {
        profile: profile.to_owned(),
        number,
        digest: closure.digest.to_string(),
        engine_version: env!("CARGO_PKG_VERSION").to_owned(),
        cel_environment: CEL_ENVIRONMENT.to_owned(),
        sources: closure.sources.clone(),
    };
    let mut revision = OpenBaoServiceRevision::new(&name, spec);
    let labels = [(PROFILE.to_owned(), label(profile)), (names::MANAGED.to_owned(), "true".to_owned())];
    revision.metadata.labels = Some(labels.into());
    let object = serde_json::to_value(&revision).unwrap_or_default();
    let bytes = object.to_string().len();
    if bytes > MAX_BYTES {
        let message =
            format!("profile and components have {bytes} bytes, and a revision holds {MAX_BYTES}; split them");
        return Err(too_large("spec", message));
    }
    Ok(object)
}

fn too_large(path: &str, message: String) -> CatalogDiagnostic {
    let code = Code::E0002.to_string();
    CatalogDiagnostic { code, path: Some(path.to_owned()), line: None, column: None, message }
}

/// The profile's name as the value of a label.
pub(super) fn label(profile: &str) -> String {
    if profile.len() <= MAX_LABEL {
        return profile.to_owned();
    }
    let hash = Digest::of(&json!(profile));
    let start: String = profile.chars().take(MAX_LABEL - 13).collect();
    format!("{}-{}", start.trim_end_matches(['-', '.']), hash.short(12))
}

/// Whether an object that stands in the way of a new revision is that revision.
pub(super) fn same(wanted: &Json, found: &Json) -> bool {
    let part = |object: &Json, pointer: &str| object.pointer(pointer).cloned();
    let sources = |object: &Json| {
        let spec =
            part(object, "/spec").and_then(|spec| serde_json::from_value::<OpenBaoServiceRevisionSpec>(spec).ok());
        spec.map(|spec| digest(&spec.sources))
    };
    part(wanted, "/spec/digest") == part(found, "/spec/digest") && sources(wanted) == sources(found)
}

/// The number of the next revision of a profile.
pub(super) fn next_number(profile: &str, library: &Library) -> i64 {
    let numbers = library.values().filter(|stored| stored.profile == profile).map(|stored| stored.number);
    numbers.max().unwrap_or_default().saturating_add(1)
}
