//! Arguments and their help.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Self-service OpenBao clusters on Kubernetes: try catalogs and claims offline, run the operator.
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
    /// of `check`: a SARIF 2.1.0 log
    Sarif,
    /// of `check`: annotations of a GitHub workflow run
    Github,
}

impl Format {
    /// Whether diagnostics are all that it can hold.
    pub(super) fn is_report(self) -> bool {
        matches!(self, Self::Sarif | Self::Github)
    }
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
    /// Run the tests of catalogs and rules: the cases of every `tests.yaml` in files and folders.
    ///
    /// A case says what a claim becomes: its verdict and reason, parts of the rendered object, changes with
    /// their classes, connection and health. Exits with 1 when a case fails, when there is none, and when a demand on
    /// all of them (`--fail-under`) is not met.
    Test(TestArgs),
    /// Try it all out: an API server in memory, the real operator on it, and a simulated OpenBao runtime.
    ///
    /// Needs nothing but this program. Without arguments it plays the shipped development catalog with its
    /// claim; a kubeconfig for `kubectl` is written beside it. Nothing of it outlives the process.
    #[cfg(feature = "operator")]
    Sandbox(SandboxArgs),
    /// Run the operator in the cluster that the kubeconfig, or the pod's service account, names.
    ///
    /// Its definitions must be there (`openbao-claims crds | kubectl apply -f -`). Several replicas elect one
    /// that writes. Ends by SIGTERM or Ctrl-C, after what runs is finished.
    #[cfg(feature = "operator")]
    Run(RunArgs),
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
pub(super) struct TestArgs {
    #[command(flatten)]
    pub(super) read: Paths,
    /// Write the results as `JUnit` XML too.
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    /// Show which rules and branches of the catalogs that cases touch no case has seen: conditions that are never
    /// true or never false, arms of `?:`, guards, and sensitivity rules that no change asks.
    #[arg(long)]
    pub(super) coverage: bool,
    /// Fail when less than so many per cent is seen. Measures coverage.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(super) fail_under: Option<f64>,
    /// Write the snapshots of rendered objects anew that differ, and nothing else.
    ///
    /// A case says `expect: {verdict: Approved, snapshot: small.snap}`: the whole object is kept in that file beside
    /// the `tests.yaml`. What the file says counts, not how; one that says the same is left as it is.
    #[arg(long)]
    pub(super) update: bool,
}

impl TestArgs {
    /// Whether what cases see is asked for.
    pub(super) fn measures_coverage(&self) -> bool {
        self.coverage || self.fail_under.is_some()
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is not a number from 0 to 100");
    text.parse().ok().filter(|percent| (0.0..=100.0).contains(percent)).ok_or_else(wrong)
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

#[cfg(feature = "operator")]
#[derive(Debug, ClapArgs)]
pub(super) struct SandboxArgs {
    /// A file or folder with rule sets, catalogs, tenants and claims; may be said several times. Without it: the
    /// shipped development catalog.
    #[arg(long, value_name = "PATH")]
    pub(super) catalog: Vec<PathBuf>,
    /// A file or folder with claims, and what they need; may be said several times.
    #[arg(long, value_name = "FILE")]
    pub(super) claim: Vec<PathBuf>,
    /// The port on loopback; without it, any that is free.
    #[arg(long, value_name = "N")]
    pub(super) port: Option<u16>,
    /// Where the kubeconfig is written; it is removed in the end. A file that no sandbox has written is left alone.
    #[arg(long, value_name = "PATH", default_value = "sandbox.kubeconfig")]
    pub(super) kubeconfig: PathBuf,
    /// End as soon as every claim is ready; exit with 1 if that takes longer than so many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(super) wait: Option<u64>,
}

#[cfg(feature = "operator")]
#[derive(Debug, ClapArgs)]
pub(super) struct RunArgs {
    /// The operator's own namespace: contracts, reservations and interventions live there.
    #[arg(long, default_value = "openbao-claims")]
    pub(super) namespace: String,
    /// Where `/healthz`, `/readyz` and `/metrics` are served, such as `0.0.0.0:8080`; without it, nowhere.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<String>,
    /// How logs look; `auto`: for people on a terminal, JSON elsewhere.
    #[arg(long, value_enum, default_value_t = LogFormat::Auto)]
    pub(super) log_format: LogFormat,
    /// What is logged: `info`, or directives like `openbao_claims=debug`.
    #[arg(long, env = "OPENBAO_CLAIMS_LOG", value_name = "DIRECTIVES")]
    pub(super) log: Option<String>,
    /// How many reconciles run at once.
    #[arg(long, default_value_t = 16, value_name = "N")]
    pub(super) concurrency: usize,
    /// Seconds for which a profile and its components must be unchanged before they become a revision.
    #[arg(long, default_value_t = 10, value_name = "SECONDS")]
    pub(super) settle: u64,
    /// How many revisions of a profile that no claim runs are kept.
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub(super) history: usize,
    /// Write without asking a Lease: for a single replica that can never be two.
    #[arg(long)]
    pub(super) no_leader_election: bool,
}

#[cfg(feature = "operator")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// for people on a terminal, JSON elsewhere
    Auto,
    /// for people
    Human,
    /// one JSON object a line
    Json,
}
