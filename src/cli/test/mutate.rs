//! `test --mutate`: which small changes of the catalog no case notices.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::diagnostic::Span;
use crate::trial::{Fate, Ground, Score, Share, Survivor, mutate};

use super::super::Outcome;
use super::super::args::TestArgs;
use super::super::output::{Output, plural, progress};
use super::coverage::{one_name, placed, share_document};
use super::suite::{Loaded, load};
use super::{Gate, failed, finish};

/// Tries the mutants of every suite, and shows those that no case notices.
pub(super) fn run(files: &[PathBuf], args: &TestArgs, output: &mut Output) -> Outcome {
    let mut score = Score::default();
    let mut unread = 0;
    for (at, file) in files.iter().enumerate() {
        let told = |done: usize, all: usize| {
            progress(&format!("suite {}/{}, mutant {done}/{all}: {}", at + 1, files.len(), file.display()));
        };
        unread += usize::from(!suite(file, args, &mut score, &told, output));
    }
    progress("");
    show(&score, output);
    if unread > 0 && output.is_human() {
        let whose = if unread == 1 { "its" } else { "their" };
        output.line(format!("  {} not tried: {whose} cases must pass first", plural(unread, "file")));
    }
    let total = score.total();
    let gate = args.fail_under.map(|percent| Gate {
        name: format!("at least {percent} % of the mutants noticed"),
        failure: (!total.reaches(percent)).then(|| format!("{total} mutants are noticed, less than {percent} %")),
    });
    let gates: Vec<_> = gate.into_iter().collect();
    finish(&[], &gates, unread == 0, args, output)
}

/// `false`: the suite cannot be tried.
fn suite(
    file: &Path,
    args: &TestArgs,
    score: &mut Score,
    told: &(dyn Fn(usize, usize) + Sync),
    output: &mut Output,
) -> bool {
    let Loaded { suite, workspace, sources } = match load(file, &args.read.targets, false) {
        Ok(loaded) => *loaded,
        Err((found, sources)) => {
            output.diagnostics(&found, &sources);
            return false;
        }
    };
    let ground = Ground {
        suite: &suite,
        catalog: &workspace.catalog,
        platform: &workspace.platform,
        targets: &workspace.targets,
    };
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let known = |mutant: &_| score.knows(mutant, &workspace.sources, &one_name);
    match mutate(ground, known, threads, told) {
        Ok(tried) => {
            for (mutant, fate) in tried {
                score.add(&mutant, fate, &workspace.sources, &one_name);
            }
            true
        }
        Err(trials) => {
            let found: Vec<_> = trials.iter().flat_map(failed).collect();
            output.diagnostics(&found, &sources);
            false
        }
    }
}

fn show(score: &Score, output: &mut Output) {
    let total = score.total();
    if output.is_human() {
        output.line("mutants that are noticed:");
        for (file, share) in score.files() {
            let found: Vec<_> = score.survivors(file).map(|survivor| Survivor::diagnostic(&survivor)).collect();
            output.diagnostics(&found, score.sources());
            output.line(format!("  {file}: {share}"));
        }
        output.line(format!("  in all: {total}, {} of them by the compiler", score.refused()));
    } else {
        let files: Vec<_> = score.files().map(|(file, share)| file_document(score, file, share)).collect();
        let total = share_document(total);
        output.document(json!({"mutation": {"total": total, "refused": score.refused(), "files": files}}));
    }
}

fn file_document(score: &Score, file: &str, share: Share) -> Json {
    let mutants: Vec<_> = score.mutants(file).map(|it| mutant_document(score, it)).collect();
    json!({"file": file, "share": share_document(share), "mutants": mutants})
}

fn mutant_document(score: &Score, (rule, span, what, fate): (&str, Span, &str, &Fate)) -> Json {
    let (fate, reason, cases) = match fate {
        Fate::Noticed => ("Noticed", None, None),
        Fate::Refused(reason) => ("Refused", Some(reason), None),
        Fate::Unnoticed { cases } => ("Unnoticed", None, Some(cases)),
    };
    let document = json!({"rule": rule, "what": what, "fate": fate, "reason": reason, "cases": cases});
    placed(document, score.sources(), span)
}
