//! Snapshots: whole rendered objects in files beside a suite, one a case.

use std::path::{Component, Path};

use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic};
use crate::yaml;

use super::case::{Case, twice};
use super::run::Failure;

/// A rendered object that is not what its file keeps.
#[derive(Debug)]
pub struct Snapshot {
    /// The file, relative to the suite's folder.
    pub file: String,
    /// What it keeps, in the form in which it is written; absent: there is none yet.
    pub kept: Option<String>,
    /// What it has to keep.
    pub text: String,
}

/// How the names of these files end. Not as YAML: `kubectl apply -R` would make what they hold.
const ENDING: &str = "snap";

/// What is wrong with the file that a case names, beside those before it.
pub(super) fn checked(case: &Case, before: &[Case]) -> Option<Diagnostic> {
    let file = case.expect.snapshot.as_ref()?;
    let site = case.site.at("expect").at("snapshot");
    let path = Path::new(file);
    if path.components().any(|part| !matches!(part, Component::Normal(_))) {
        let message = format!("the snapshot `{file}` is not below the folder of this file");
        return Some(site.error(Code::E0601, message, "leads away from here").help("give a name such as `small.snap`"));
    }
    if path.extension().is_none_or(|ending| ending != ENDING) {
        let message = format!("the snapshot `{file}` does not end in `.{ENDING}`");
        let place = site.error(Code::E0601, message, "another ending");
        let help = format!("call it `{}`", path.with_extension(ENDING).display());
        return Some(place.note("what ends in `.yaml` is an object to apply, for kubectl and for catalogs").help(help));
    }
    let first = before.iter().find(|it| it.expect.snapshot.as_ref() == Some(file))?;
    let message = format!("two cases keep their object in `{file}`");
    Some(twice(message, &first.site.at("expect").at("snapshot"), &site))
}

/// Whether a case's object is the one that its snapshot keeps.
pub(super) fn compare(case: &Case, object: &Json) -> Option<Failure> {
    let file = case.expect.snapshot.as_ref()?;
    if case.kept.as_ref() == Some(object) {
        return None;
    }
    let kept = case.kept.as_ref().map(yaml::write);
    let (expected, got) = match kept {
        Some(_) => ("the object that it keeps", "another"),
        None => ("a file", "none yet"),
    };
    Some(Failure {
        site: case.site.at("expect").at("snapshot"),
        what: format!("snapshot {file}"),
        expected: expected.to_owned(),
        got: got.to_owned(),
        snapshot: Some(Snapshot { file: file.clone(), kept, text: yaml::write(object) }),
    })
}
