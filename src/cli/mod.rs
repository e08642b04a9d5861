//! The command line: a thin shell that reads files, calls the engine's verbs and prints what they say.
//!
//! Exit codes: 0 all is well, 1 something is denied, invalid or cannot be read, 2 wrong usage.

mod args;
mod check;
mod crds;
mod diff;
mod explain;
mod graph;
mod load;
#[cfg(feature = "operator")]
mod operate;
mod output;
mod reference;
mod render;
#[cfg(feature = "operator")]
mod sandbox;
mod schema;
mod show;
mod test;
#[cfg(feature = "operator")]
mod watch;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use args::{Args, Command};
use output::Output;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Fine,
    /// Something is denied, blocked, pending or invalid.
    Refused,
    /// The command could not be understood.
    Usage,
}

/// Runs the command line.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // Nobody is left to tell when the terminal is gone.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    if args.output.is_report() && !matches!(args.command, Command::Check(_)) {
        let message = "`--output sarif` and `--output github` report what `check` finds; this command knows neither";
        let _ = Args::command().error(ErrorKind::ArgumentConflict, message).print();
        return ExitCode::from(2);
    }
    let mut output = Output::new(args.output, args.color);
    let outcome = run(args.command, &mut output);
    let written = output.flush();
    match (outcome, written) {
        (Outcome::Usage, _) => ExitCode::from(2),
        (Outcome::Fine, true) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn run(command: Command, output: &mut Output) -> Outcome {
    match command {
        Command::Check(args) => check::run(&args, output),
        Command::Render(args) => render::run(&args, output),
        Command::Diff(args) => diff::run(&args, output),
        Command::Explain(args) => explain::run(&args, output),
        Command::Test(args) => test::run(&args, output),
        Command::Schema(args) => schema::run(&args, output),
        Command::Graph(args) => graph::run(&args, output),
        #[cfg(feature = "operator")]
        Command::Sandbox(args) => sandbox::run(&args, output),
        #[cfg(feature = "operator")]
        Command::Run(args) => operate::run(&args),
        Command::Crds(args) => crds::run(&args, output),
        Command::Reference => reference::run(output),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "openbao-claims", &mut text);
            let _ = output.stdout().write_all(&text);
            Outcome::Fine
        }
    }
}
