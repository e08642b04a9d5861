//! Arguments and their help.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Self-service OpenBao clusters on Kubernetes: try catalogs and claims offline.
#[derive(Debug, Parser)]
#[command(name = "openbao-claims", version, propagate_version = true, arg_required_else_help = true)]
pub(super) struct Args {
    /// What is printed: text for people, or data for programs.
    #[arg(long, short, global = true, value_enum, default_value_t = Format::Human)]
    pub(super) output: Format,
    /// When to use colour; `auto`: on a terminal, unless `NO_COLOR` is set.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(super) color: Colour,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// text for people
    Human,
    /// one JSON document
    Json,
    /// YAML documents
    Yaml,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// on a terminal
    Auto,
    /// always
    Always,
    /// never
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Compile catalogs and rule sets, and judge the claims beside them.
    ///
    /// Every mistake is shown with its file, its line and the text that is wrong. Exits with 1 when
    /// there is an error, and when nothing was read.
    Check(CheckArgs),
    /// Show what claims become: the `OpenBaoCluster`, its digest, and the verdicts that led there.
    ///
    /// Reads rule sets, catalogs, tenants, namespaces and claims from files and folders. Exits with 1
    /// when a claim is denied, blocked or pending, and when there is no claim.
    Render(RenderArgs),
    /// Show what changes between two states of claims or of a catalog, and how sensitive each change is.
    Diff(DiffArgs),
    /// Show for each path of a rendered object which rule wrote it and which parameters it came from.
    Explain(ExplainArgs),
    /// Print the `CustomResourceDefinitions` of this version, or write them into a folder.
    Crds(CrdsArgs),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// What is read.
#[derive(Clone, Debug, ClapArgs)]
pub(super) struct Paths {
    /// Files, and folders that are read with all below them (`*.yaml`, `*.yml`).
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) targets: TargetArgs,
}

/// Which target is rendered for.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(super) struct TargetArgs {
    /// A CRD of the target beside the shipped releases; profiles name it as release `file`.
    #[arg(long, value_name = "FILE")]
    pub(super) target_crd: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) read: Paths,
}

#[derive(Debug, ClapArgs)]
pub(super) struct RenderArgs {
    #[command(flatten)]
    pub(super) read: Paths,
    /// Render only this claim.
    #[arg(long, value_name = "NAMESPACE/NAME")]
    pub(super) claim: Option<String>,
    /// What is applied: an earlier claim, or a contract as `render --output yaml` prints it. The
    /// changes from there are classified.
    #[arg(long, value_name = "FILE")]
    pub(super) previous: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct DiffArgs {
    /// The state before: a file or folder of claims, or of a catalog.
    pub(super) old: PathBuf,
    /// The state after.
    pub(super) new: PathBuf,
    /// What both states share: rule sets, catalog, tenants, claims.
    #[arg(long = "with", value_name = "PATH")]
    pub(super) shared: Vec<PathBuf>,
    /// Compare only this claim.
    #[arg(long, value_name = "NAMESPACE/NAME")]
    pub(super) claim: Option<String>,
    #[command(flatten)]
    pub(super) targets: TargetArgs,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ExplainArgs {
    #[command(flatten)]
    pub(super) read: Paths,
    /// Explain only this claim.
    #[arg(long, value_name = "NAMESPACE/NAME")]
    pub(super) claim: Option<String>,
    /// Explain only these paths, such as `spec.gateway.**`.
    #[arg(long, value_name = "PATTERN")]
    pub(super) path: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct CrdsArgs {
    /// The folder to write into, one file a kind; without it they are printed.
    #[arg(long, value_name = "DIR")]
    pub(super) directory: Option<PathBuf>,
}
