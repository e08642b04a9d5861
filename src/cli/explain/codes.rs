//! `explain CODE`: the pages of diagnostic codes.

use std::path::PathBuf;

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use serde_json::{Value as Json, json};

use crate::diagnostic::{CODES, Code, nearest};

use super::super::Outcome;
use super::super::args::Args;
use super::super::output::Output;

/// The text that asks for a code: the only argument, of the form of one.
pub(super) fn named(arguments: &[PathBuf]) -> Option<&str> {
    match arguments {
        [one] => one.to_str().filter(|text| Code::is_form(text)),
        _ => None,
    }
}

/// Prints the page of a code.
pub(super) fn page(name: &str, output: &mut Output) -> Outcome {
    let Some(code) = Code::named(name) else {
        let mut message = format!("there is no code `{name}`; `openbao-claims explain --codes` lists all");
        if let Some(nearest) = nearest(name, CODES.iter().map(|(code, _)| code.0)) {
            message = format!("{message}, such as `{nearest}`");
        }
        // Nobody is left to tell when the terminal is gone.
        let _ = Args::command().error(ErrorKind::InvalidValue, message).print();
        return Outcome::Usage;
    };
    if output.is_human() {
        output.line(code.page().trim_end());
    } else {
        let title = CODES.iter().find(|(known, _)| *known == code).map(|(_, title)| *title).unwrap_or_default();
        let mut entry = document(code, title);
        if let Json::Object(fields) = &mut entry {
            fields.insert("page".to_owned(), code.page().into());
        }
        output.document(entry);
    }
    Outcome::Fine
}

/// Prints all codes with their titles.
pub(super) fn list(output: &mut Output) -> Outcome {
    for (code, title) in CODES {
        if output.is_human() {
            output.line(format!("{code}  {title}"));
        } else {
            output.document(document(*code, title));
        }
    }
    Outcome::Fine
}

fn document(code: Code, title: &str) -> Json {
    json!({"code": code.0, "advice": code.is_advice(), "title": title})
}
