//! Snapshots of rendered objects: shown where they differ, written anew by `--update`.

use std::path::Path;

use similar::TextDiff;

use crate::diagnostic::{Code, Diagnostic};
use crate::trial::{Snapshot, Trial};

use super::super::output::Output;

/// Lines that stand around one that differs.
const CONTEXT: usize = 3;

/// Writes what differs, which then is no failure any more: the files that were written, and what kept others from it.
pub(super) fn write(trials: &mut [Trial], folder: &Path) -> (Vec<String>, Vec<Diagnostic>) {
    let (mut written, mut found) = (Vec::new(), Vec::new());
    for failures in trials.iter_mut().map(|trial| &mut trial.failures) {
        failures.retain(|failure| {
            let Some(snapshot) = &failure.snapshot else { return true };
            let file = folder.join(&snapshot.file);
            let made = file.parent().map_or(Ok(()), std::fs::create_dir_all);
            match made.and_then(|()| std::fs::write(&file, &snapshot.text)) {
                Ok(()) => written.push(file.display().to_string()),
                Err(error) => {
                    let message = format!("`{}` cannot be written: {error}", file.display());
                    found.push(Diagnostic::unlocated(Code::E0001, message));
                }
            }
            false
        });
    }
    (written, found)
}

/// What is kept and what came, as a unified diff; empty where nothing is kept yet.
pub(super) fn difference(snapshot: &Snapshot) -> String {
    let Some(kept) = &snapshot.kept else { return String::new() };
    TextDiff::from_lines(kept, &snapshot.text).unified_diff().context_radius(CONTEXT).to_string()
}

/// Shows people what differs.
pub(super) fn show(snapshot: &Snapshot, output: &mut Output) {
    for line in difference(snapshot).lines() {
        output.line(format!("     {line}"));
    }
}
