//! `crds`: the `CustomResourceDefinitions` of this version, and the same as JSON Schemas.

use crate::api::{crd_files, json_schemas};
use crate::diagnostic::{Code, Diagnostic, Sources};

use super::Outcome;
use super::args::CrdsArgs;
use super::output::Output;

/// Names and texts.
type Files = Vec<(String, String)>;

pub(super) fn run(args: &CrdsArgs, output: &mut Output) -> Outcome {
    let files = if args.json_schema { schemas() } else { definitions() };
    let written = files.and_then(|files| files.iter().try_for_each(|(name, text)| one(args, name, text, output)));
    match written {
        Ok(()) => Outcome::Fine,
        Err(message) => {
            output.diagnostics(&[Diagnostic::unlocated(Code::E0001, message)], &Sources::default());
            Outcome::Refused
        }
    }
}

fn definitions() -> Result<Files, String> {
    crd_files().map_err(|error| format!("the definitions cannot be written as YAML: {error}"))
}

fn schemas() -> Result<Files, String> {
    let schemas = json_schemas().map_err(|error| format!("the definitions cannot be written as JSON: {error}"))?;
    Ok(schemas.into_iter().map(|(name, schema)| (name, format!("{schema:#}\n"))).collect())
}

fn one(args: &CrdsArgs, name: &str, text: &str, output: &mut Output) -> Result<(), String> {
    let Some(directory) = &args.directory else {
        if !args.json_schema {
            output.line("---");
        }
        output.line(text.trim_end());
        return Ok(());
    };
    let path = directory.join(name);
    let written = std::fs::create_dir_all(directory).and_then(|()| std::fs::write(&path, text));
    written.map_err(|error| format!("`{}` cannot be written: {error}", path.display()))
}
