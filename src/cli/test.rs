//! `test`: do claims become what the cases beside catalogs and rules say?

mod coverage;
mod junit;

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use crate::diagnostic::{Code, Diagnostic, Sources};
use crate::trial::{self, Coverage, Failure, Suite, Trial, Witness};
use crate::yaml;

use super::Outcome;
use super::args::TestArgs;
use super::load::{Workspace, read_text, test_files};
use super::output::{Output, plural};

/// The cases of one file, run.
struct Report {
    file: String,
    trials: Vec<Trial>,
    /// its own texts, which failures point into
    sources: Sources,
    /// what keeps the file from being run, or is wrong with its catalog
    found: Vec<Diagnostic>,
}

/// What is demanded of all cases together.
struct Gate {
    /// The demand, as a sentence.
    name: String,
    /// Why it is not met.
    failure: Option<String>,
}

pub(super) fn run(args: &TestArgs, output: &mut Output) -> Outcome {
    let files = match test_files(&args.read.paths) {
        Ok(files) => files,
        Err(message) => return nothing(Diagnostic::unlocated(Code::E0001, message), output),
    };
    if files.is_empty() {
        let none = Diagnostic::unlocated(Code::E0603, "0 tests: no `tests.yaml` in these files and folders");
        return nothing(none.help("write cases into a `tests.yaml` beside the catalog"), output);
    }
    let mut reports = Vec::new();
    let mut coverage = args.measures_coverage().then(Coverage::default);
    for (at, file) in files.iter().enumerate() {
        progress(at, files.len(), file);
        reports.push(suite(file, args, coverage.as_mut()));
    }
    progress(files.len(), files.len(), Path::new(""));
    for report in &reports {
        show(report, output);
    }
    let cases: usize = reports.iter().map(|report| report.trials.len()).sum();
    let failed = reports.iter().flat_map(|report| &report.trials).filter(|trial| !trial.failures.is_empty()).count();
    let unread = reports.iter().filter(|report| !report.found.is_empty()).count();
    if output.is_human() {
        let unread = if unread == 0 { String::new() } else { format!("; {} not run", plural(unread, "file")) };
        output.line(format!("{}: {} passed, {failed} failed{unread}", plural(cases, "case"), cases - failed));
    }
    let gates: Vec<_> = coverage.iter().filter_map(|it| coverage::show(it, args.fail_under, output)).collect();
    let met = unmet(&gates, output);
    let written = args.junit.as_ref().is_none_or(|path| match std::fs::write(path, junit::junit(&reports, &gates)) {
        Ok(()) => true,
        Err(error) => {
            let message = format!("`{}` cannot be written: {error}", path.display());
            output.diagnostics(&[Diagnostic::unlocated(Code::E0001, message)], &Sources::default());
            false
        }
    });
    if failed + unread == 0 && cases > 0 && met && written { Outcome::Fine } else { Outcome::Refused }
}

/// Tells which demands are not met; whether all are.
fn unmet(gates: &[Gate], output: &mut Output) -> bool {
    let failures = gates.iter().filter_map(|gate| gate.failure.as_ref());
    let found: Vec<_> = failures.map(|failure| Diagnostic::unlocated(Code::E0605, failure)).collect();
    output.diagnostics(&found, &Sources::default());
    found.is_empty()
}

fn nothing(diagnostic: Diagnostic, output: &mut Output) -> Outcome {
    output.diagnostics(&[diagnostic], &Sources::default());
    Outcome::Refused
}

/// Tells on a terminal which file runs.
fn progress(done: usize, all: usize, file: &Path) {
    let mut stderr = std::io::stderr();
    if stderr.is_terminal() {
        // Nobody is left to tell when standard error is gone.
        let _ = if done < all {
            write!(stderr, "\r\x1b[2Ktesting {}/{all}: {}", done + 1, file.display())
        } else {
            write!(stderr, "\r\x1b[2K")
        };
    }
}

fn suite(file: &Path, args: &TestArgs, coverage: Option<&mut Coverage>) -> Report {
    let name = file.display().to_string();
    let mut sources = Sources::default();
    let suite = match read(file, &name, &mut sources) {
        Ok(suite) => suite,
        Err(found) => return Report { file: name, trials: Vec::new(), sources, found },
    };
    let folder = file.parent().unwrap_or(Path::new("."));
    let absent = absent(&suite, folder);
    if !absent.is_empty() {
        return Report { file: name, trials: Vec::new(), sources, found: absent };
    }
    let paths: Vec<PathBuf> =
        std::iter::once(folder.to_owned()).chain(suite.files.iter().map(|path| folder.join(path))).collect();
    let workspace = Workspace::load(&paths, &args.read.targets);
    if workspace.has_errors() {
        return Report { file: name, trials: Vec::new(), sources: workspace.sources, found: workspace.diagnostics };
    }
    let witness = coverage.as_ref().map(|_| Arc::new(Witness::default()));
    let (catalog, platform) = (&workspace.catalog, &workspace.platform);
    let trials = suite.cases.iter().map(|case| trial::run(case, catalog, platform, witness.as_ref())).collect();
    if let (Some(coverage), Some(witness)) = (coverage, &witness) {
        coverage.add(witness, platform, &workspace.sources, coverage::one_name);
    }
    Report { file: name, trials, sources, found: Vec::new() }
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

fn read(file: &Path, name: &str, sources: &mut Sources) -> Result<Suite, Vec<Diagnostic>> {
    let text = read_text(file)
        .map_err(|error| vec![Diagnostic::unlocated(Code::E0001, format!("`{name}` cannot be read: {error}"))])?;
    let id = sources.add(name, text);
    let documents = yaml::read(sources, id)?;
    match documents.as_slice() {
        [document] => trial::read(document, name),
        found => {
            let message = format!("`{name}` holds {} documents, and tests are one", found.len());
            Err(vec![Diagnostic::unlocated(Code::E0601, message)])
        }
    }
}

fn show(report: &Report, output: &mut Output) {
    output.diagnostics(&report.found, &report.sources);
    let failures: Vec<_> = report.trials.iter().flat_map(failed).collect();
    output.diagnostics(&failures, &report.sources);
    if !output.is_human() {
        let cases: Vec<_> = report.trials.iter().map(case_document).collect();
        output.document(json!({"file": report.file, "cases": cases}));
        return;
    }
    for trial in &report.trials {
        let word = if trial.failures.is_empty() { "ok  " } else { "FAIL" };
        output.line(format!("{word} {}: {}", report.file, trial.name));
    }
}

fn case_document(trial: &Trial) -> serde_json::Value {
    let failures: Vec<_> = trial
        .failures
        .iter()
        .map(|it| json!({"what": it.what, "expected": it.expected, "got": it.got, "at": it.site.pointer}))
        .collect();
    json!({"name": trial.name, "passed": trial.failures.is_empty(), "failures": failures})
}

fn failed(trial: &Trial) -> impl Iterator<Item = Diagnostic> {
    trial.failures.iter().map(|failure| {
        let Failure { site, what, expected, got } = failure;
        let message = format!("{what}: expected {expected}, got {got}");
        site.error(Code::E0602, message, "expected here").note(format!("case `{}`", trial.name))
    })
}
