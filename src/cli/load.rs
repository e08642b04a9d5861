//! Reading files and folders.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog::{Catalog, Kinds, Targets, shipped};
use crate::diagnostic::{Code, Diagnostic, Severity, Sources};
use crate::engine::Platform;
use crate::yaml;

use super::args::TargetArgs;

/// Largest file that is opened, in bytes; the reader has its own bounds on what is inside.
const MAX_FILE: u64 = 10 * 1024 * 1024;

/// Everything that was read and compiled.
pub(super) struct Workspace {
    pub(super) sources: Sources,
    pub(super) catalog: Catalog,
    pub(super) platform: Platform,
    /// what it was compiled for
    pub(super) targets: Targets,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Workspace {
    /// Reads and compiles files and folders.
    pub(super) fn load<'p>(paths: impl IntoIterator<Item = &'p PathBuf>, targets: &TargetArgs) -> Self {
        let mut workspace = Self::read(paths);
        if workspace.catalog.is_empty() && !workspace.has_errors() {
            let nothing = Diagnostic::unlocated(Code::E0200, "nothing was read: no object in these files");
            workspace.diagnostics.push(nothing.help("name files or folders that hold catalogs and claims as YAML"));
        }
        workspace.compile(targets);
        workspace
    }

    /// Reads without compiling.
    pub(super) fn read<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> Self {
        let mut workspace = Self {
            sources: Sources::default(),
            catalog: Catalog::default(),
            platform: Platform::default(),
            targets: Targets::default(),
            diagnostics: Vec::new(),
        };
        let kinds = match Kinds::new() {
            Ok(kinds) => kinds,
            Err(error) => {
                workspace.diagnostics.push(Diagnostic::unlocated(Code::E0200, error));
                return workspace;
            }
        };
        let mut seen = BTreeSet::new();
        for path in paths {
            match files(path) {
                Ok(files) => {
                    for file in files {
                        if seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())) {
                            workspace.file(&file, &kinds);
                        }
                    }
                }
                Err(error) => workspace.unreadable(path, &error),
            }
        }
        workspace
    }

    fn file(&mut self, path: &Path, kinds: &Kinds) {
        let text = match read_text(path) {
            Ok(text) => text,
            Err(error) => return self.unreadable(path, &error),
        };
        let id = self.sources.add(path.display().to_string(), text);
        match yaml::read(&self.sources, id) {
            Ok(documents) => {
                for document in documents {
                    let found = self.catalog.add(document, kinds);
                    self.diagnostics.extend(found);
                }
            }
            Err(found) => self.diagnostics.extend(found),
        }
    }

    fn unreadable(&mut self, path: &Path, error: &std::io::Error) {
        let message = format!("`{}` cannot be read: {error}", path.display());
        self.diagnostics.push(Diagnostic::unlocated(Code::E0001, message));
    }

    fn compile(&mut self, args: &TargetArgs) {
        match targets(args, &self.catalog) {
            Ok(targets) => {
                let (platform, found) = Platform::compile(&self.catalog, &targets);
                self.platform = platform;
                self.targets = targets;
                self.diagnostics.extend(found);
            }
            Err(message) => self.diagnostics.push(Diagnostic::unlocated(Code::E0220, message)),
        }
    }

    /// Whether anything is wrong with what was read.
    pub(super) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// The shipped releases that the profiles name, and the file that the arguments name. Each release
/// costs milliseconds, so only what is needed is loaded.
fn targets(args: &TargetArgs, catalog: &Catalog) -> Result<Targets, String> {
    let profiles = catalog.profiles.values();
    let named: BTreeSet<_> = profiles.flat_map(|profile| &profile.object.spec.target.releases).cloned().collect();
    let all_known = named.iter().all(|release| release == "file" || shipped::releases().any(|it| it == release));
    // A name that is not known wants all known ones as suggestions; rule sets want the newest.
    let wanted = |release: &str| !all_known || named.contains(release) || Some(release) == shipped::releases().last();
    let mut targets = shipped::targets(wanted).map_err(|error| error.to_string())?;
    if let Some(path) = &args.target_crd {
        let text = read_text(path).map_err(|error| format!("`{}` cannot be read: {error}", path.display()))?;
        let target = shipped::with_newest_facts("file", &text).map_err(|error| error.to_string())?;
        targets.0.insert("file".to_owned(), Arc::new(target));
    }
    Ok(targets)
}

pub(super) fn read_text(path: &Path) -> std::io::Result<String> {
    let size = std::fs::metadata(path)?.len();
    if size > MAX_FILE {
        let message = format!("it has {size} bytes, more than {MAX_FILE}");
        return Err(std::io::Error::other(message));
    }
    std::fs::read_to_string(path)
}

/// The cases of a catalog, beside its objects.
const TESTS: &str = "tests.yaml";

/// A file, or all YAML files below a folder, in order of name. `tests.yaml` belongs to a catalog's tests.
pub(super) fn files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    below(path, |name| name != TESTS && matches!(name.rsplit_once('.'), Some((_, "yaml" | "yml"))))
}

/// Every file that is named, and every `tests.yaml` below a folder that is, in order of name.
pub(super) fn test_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut found = BTreeSet::new();
    for path in paths {
        let files = below(path, |name| name == TESTS);
        found.extend(files.map_err(|error| format!("`{}` cannot be read: {error}", path.display()))?);
    }
    Ok(found.into_iter().collect())
}

/// A file as it is named, or the files below a folder whose names are wanted, in order of name.
fn below(path: &Path, wanted: impl Fn(&str) -> bool) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        std::fs::metadata(path)?;
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with('.') {
                continue;
            }
            // A link may lead back up; only real folders are entered.
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if wanted(name) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
