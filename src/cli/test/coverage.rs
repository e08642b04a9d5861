//! `test --coverage`: what no case has seen.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::diagnostic::{Sources, Span};
use crate::trial::{Coverage, Share, Unseen};

use super::super::output::{Output, plural};
use super::Gate;

/// The name of a file however it was reached: below the working directory where it is there.
pub(super) fn one_name(file: &str) -> String {
    let path = Path::new(file);
    let Ok(whole) = path.canonicalize() else { return file.to_owned() };
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    whole.strip_prefix(&here).unwrap_or(&whole).display().to_string()
}

/// Shows what is seen and what is not; the demand, where there is one.
pub(super) fn show(coverage: &Coverage, fail_under: Option<f64>, output: &mut Output) -> Option<Gate> {
    let total = coverage.total();
    let untouched: Vec<_> = coverage.untouched().collect();
    if output.is_human() {
        output.line("coverage of rules and branches:");
        for (file, share) in coverage.files() {
            let unseen: Vec<_> = coverage.unseen(file).iter().map(Unseen::diagnostic).collect();
            output.diagnostics(&unseen, coverage.sources());
            output.line(format!("  {file}: {share}"));
        }
        output.line(format!("  in all: {total}"));
        if !untouched.is_empty() {
            let count = plural(untouched.len(), "more object");
            output.line(format!("  in no case, and so in no figure: {count}: {}", untouched.join(", ")));
        }
    } else {
        let files: Vec<_> = coverage.files().map(|(file, share)| file_document(coverage, file, share)).collect();
        let document = share_document(total);
        output.document(json!({"coverage": {"total": document, "files": files, "untouched": untouched}}));
    }
    fail_under.map(|percent| Gate {
        name: format!("coverage of at least {percent} %"),
        failure: (!total.reaches(percent)).then(|| format!("the coverage is {total}, less than {percent} %")),
    })
}

pub(super) fn share_document(share: Share) -> Json {
    let permille = u32::try_from(share.permille()).unwrap_or(u32::MAX);
    json!({"seen": share.seen, "all": share.all, "percent": f64::from(permille) / 10.0})
}

fn file_document(coverage: &Coverage, file: &str, share: Share) -> Json {
    let unseen: Vec<_> = coverage.unseen(file).iter().map(|it| unseen_document(coverage, it)).collect();
    json!({"file": file, "share": share_document(share), "unseen": unseen})
}

fn unseen_document(coverage: &Coverage, unseen: &Unseen) -> Json {
    placed(json!({"rule": unseen.rule, "what": unseen.what}), coverage.sources(), unseen.span)
}

/// A document about a span with the place of that.
pub(super) fn placed(mut document: Json, sources: &Sources, span: Span) -> Json {
    let place = sources.line_column(span);
    if let Json::Object(members) = &mut document {
        let mut add = |key: &str, at: Option<usize>| members.insert(key.to_owned(), json!(at));
        add("line", place.map(|place| place.line));
        add("column", place.map(|place| place.column));
        add("endLine", place.map(|place| place.end_line));
        add("endColumn", place.map(|place| place.end_column));
    }
    document
}
