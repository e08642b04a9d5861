//! One `tests.yaml` with all that its cases need.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Diagnostic, Sources};
use crate::trial::{self, Suite};
use crate::yaml;

use super::super::args::TargetArgs;
use super::super::load::{Workspace, read_text};

/// A suite that can be run.
pub(super) struct Loaded {
    pub(super) suite: Suite,
    pub(super) workspace: Workspace,
    /// the suite's own text and those of its snapshots
    pub(super) sources: Sources,
}

/// Reads a suite, its snapshots and its catalog. `anew`: the snapshots are to be written, so that one which cannot be
/// read is none.
///
/// *Errors*: what is wrong with any of them, and the texts that show it.
pub(super) fn load(file: &Path, targets: &TargetArgs, anew: bool) -> Result<Box<Loaded>, (Vec<Diagnostic>, Sources)> {
    let mut sources = Sources::default();
    let read = read(file, &mut sources).and_then(|mut suite| {
        let mut found = absent(&suite, folder(file));
        found.extend(keep(&mut suite, folder(file), anew, &mut sources));
        if found.is_empty() { Ok(suite) } else { Err(found) }
    });
    let suite = match read {
        Ok(suite) => suite,
        Err(found) => return Err((found, sources)),
    };
    let folder = folder(file);
    let paths: Vec<PathBuf> =
        std::iter::once(folder.to_owned()).chain(suite.files.iter().map(|path| folder.join(path))).collect();
    let workspace = Workspace::load(&paths, targets);
    if workspace.has_errors() {
        return Err((workspace.diagnostics, workspace.sources));
    }
    Ok(Box::new(Loaded { suite, workspace, sources }))
}

/// The folder that a suite is for.
pub(super) fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// What `files` names and is not there: without it, all that follows would be told as missing too.
fn absent(suite: &Suite, folder: &Path) -> Vec<Diagnostic> {
    let absent = suite.files.iter().enumerate().filter(|(_, path)| !folder.join(path).exists());
    absent
        .map(|(at, path)| {
            let message = format!("`{}` is not there", folder.join(path).display());
            let place = suite.site.at("files").at(at).error(Code::E0601, message, "no such file or folder");
            place.note("paths are relative to the folder of this file")
        })
        .collect()
}

/// Puts to each case the object that its snapshot keeps.
fn keep(suite: &mut Suite, folder: &Path, anew: bool, sources: &mut Sources) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for case in &mut suite.cases {
        let Some(file) = case.expect.snapshot.as_ref().map(|file| folder.join(file)).filter(|file| file.exists())
        else {
            continue;
        };
        match document(&file, sources) {
            Ok(document) => case.kept = Some(document.value),
            Err(_) if anew => {}
            Err(wrong) => found.extend(wrong),
        }
    }
    found
}

fn read(file: &Path, sources: &mut Sources) -> Result<Suite, Vec<Diagnostic>> {
    trial::read(&document(file, sources)?, &file.display().to_string())
}

/// The one document of a file.
fn document(file: &Path, sources: &mut Sources) -> Result<yaml::Document, Vec<Diagnostic>> {
    let name = file.display().to_string();
    let text = read_text(file)
        .map_err(|error| vec![Diagnostic::unlocated(Code::E0001, format!("`{name}` cannot be read: {error}"))])?;
    let id = sources.add(name.clone(), text);
    let mut documents = yaml::read(sources, id)?;
    match (documents.pop(), documents.len()) {
        (Some(document), 0) => Ok(document),
        (_, more) => {
            let message = format!("`{name}` holds {} documents, and tests and snapshots are one", more + 1);
            Err(vec![Diagnostic::unlocated(Code::E0601, message)])
        }
    }
}
