//! `crds`: the `CustomResourceDefinitions` of this version.

use crate::api::crd_files;
use crate::diagnostic::{Code, Diagnostic, Sources};

use super::Outcome;
use super::args::CrdsArgs;
use super::output::Output;

pub(super) fn run(args: &CrdsArgs, output: &mut Output) -> Outcome {
    let files = match crd_files() {
        Ok(files) => files,
        Err(error) => {
            let message = format!("the definitions cannot be written as YAML: {error}");
            output.diagnostics(&[Diagnostic::unlocated(Code::E0001, message)], &Sources::default());
            return Outcome::Refused;
        }
    };
    for (name, text) in files {
        let Some(directory) = &args.directory else {
            output.line("---");
            output.line(text.trim_end());
            continue;
        };
        let path = directory.join(&name);
        let written = std::fs::create_dir_all(directory).and_then(|()| std::fs::write(&path, text));
        if let Err(error) = written {
            let message = format!("`{}` cannot be written: {error}", path.display());
            output.diagnostics(&[Diagnostic::unlocated(Code::E0001, message)], &Sources::default());
            return Outcome::Refused;
        }
    }
    Outcome::Fine
}
