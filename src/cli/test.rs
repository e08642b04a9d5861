//! `test`: do claims become what the cases beside catalogs and rules say?

mod coverage;
mod junit;
mod snapshot;
mod suite;

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use crate::diagnostic::{Code, Diagnostic, Sources};
use crate::trial::{self, Coverage, Failure, Trial, Witness};

use super::Outcome;
use super::args::TestArgs;
use super::load::test_files;
use super::output::{Output, plural};

use self::suite::{Loaded, load};

/// The cases of one file, run.
struct Report {
    file: String,
    trials: Vec<Trial>,
    /// snapshots that were written
    written: Vec<String>,
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
        reports.push(tested(file, args, coverage.as_mut()));
    }
    progress(files.len(), files.len(), Path::new(""));
    for report in &reports {
        show(report, output);
    }
    let cases: usize = reports.iter().map(|report| report.trials.len()).sum();
    let failed = reports.iter().flat_map(|report| &report.trials).filter(|trial| !trial.passed()).count();
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

fn tested(file: &Path, args: &TestArgs, coverage: Option<&mut Coverage>) -> Report {
    let name = file.display().to_string();
    let Loaded { suite, workspace, sources } = match load(file, &args.read.targets, args.update) {
        Ok(loaded) => *loaded,
        Err((found, sources)) => {
            return Report { file: name, trials: Vec::new(), written: Vec::new(), sources, found };
        }
    };
    let witness = coverage.as_ref().map(|_| Arc::new(Witness::default()));
    let (catalog, platform) = (&workspace.catalog, &workspace.platform);
    let mut trials: Vec<_> =
        suite.cases.iter().map(|case| trial::run(case, catalog, platform, witness.as_ref())).collect();
    if let (Some(coverage), Some(witness)) = (coverage, &witness) {
        coverage.add(witness, platform, &workspace.sources, coverage::one_name);
    }
    let (mut written, mut found) = (Vec::new(), Vec::new());
    if args.update {
        (written, found) = snapshot::write(&mut trials, suite::folder(file));
    }
    Report { file: name, trials, written, sources, found }
}

fn show(report: &Report, output: &mut Output) {
    output.diagnostics(&report.found, &report.sources);
    let failures: Vec<_> = report.trials.iter().flat_map(failed).collect();
    output.diagnostics(&failures, &report.sources);
    if !output.is_human() {
        let cases: Vec<_> = report.trials.iter().map(case_document).collect();
        output.document(json!({"file": report.file, "cases": cases, "written": report.written}));
        return;
    }
    for trial in &report.trials {
        let word = if trial.passed() { "ok  " } else { "FAIL" };
        output.line(format!("{word} {}: {}", report.file, trial.name));
        for snapshot in trial.failures.iter().filter_map(|failure| failure.snapshot.as_ref()) {
            snapshot::show(snapshot, output);
        }
    }
    for file in &report.written {
        output.line(format!("wrote {file}"));
    }
}

fn case_document(trial: &Trial) -> serde_json::Value {
    let failures: Vec<_> = trial
        .failures
        .iter()
        .map(|it| {
            let diff = it.snapshot.as_ref().map(snapshot::difference);
            json!({"what": it.what, "expected": it.expected, "got": it.got, "at": it.site.pointer, "diff": diff})
        })
        .collect();
    json!({"name": trial.name, "passed": trial.passed(), "failures": failures})
}

fn failed(trial: &Trial) -> impl Iterator<Item = Diagnostic> {
    trial.failures.iter().map(|failure| {
        let Failure { site, what, expected, got, snapshot } = failure;
        let message = format!("{what}: expected {expected}, got {got}");
        let found = site.error(Code::E0602, message, "expected here").note(format!("case `{}`", trial.name));
        match snapshot {
            Some(_) => found.help("read the difference; where it is meant, `test --update` writes the file anew"),
            None => found,
        }
    })
}
