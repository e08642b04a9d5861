//! The catalogs and rules of the repository, as texts.

#![allow(clippy::allow_attributes, dead_code, reason = "each suite uses a part of it, and which one differs")]

use std::path::Path;

/// The text of each `*.yaml` of a folder, in order of name; `tests.yaml` is no catalog.
pub(crate) fn texts(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.retain(|path| path.extension().is_some_and(|it| it == "yaml") && !path.ends_with("tests.yaml"));
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}
