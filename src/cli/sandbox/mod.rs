//! `sandbox`: an API server in memory, the real operator on it, and a simulated OpenBao runtime.

mod content;
mod view;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::catalog::shipped;
use crate::controller::client::client_over;
use crate::controller::clock::{Clock, SystemClock};
use crate::controller::context::Settings;
use crate::controller::metrics::Metrics;
use crate::controller::queue::Limits;
use crate::controller::shell::{Installation, serve};
use crate::diagnostic::Code;
use crate::sandbox::{Runtime, Sandbox, SandboxConfig, kubeconfig, runtime_clock};

use super::Outcome;
use super::args::{SandboxArgs, TargetArgs};
use super::load::Workspace;
use super::operate::{runtime, signalled};
use super::output::Output;

/// How long the simulated runtime takes for a stage.
const PACE: Duration = Duration::from_millis(600);
/// How long edits of a catalog are gathered: nobody tears commits here.
const SETTLE: Duration = Duration::from_millis(500);

/// Runs until a signal, or until every claim is ready.
pub(super) fn run(args: &SandboxArgs, output: &mut Output) -> Outcome {
    let told = mistakes(args, output);
    let played = content::read(&args.catalog, &args.claim)
        .map_err(|message| if told { String::new() } else { message })
        .and_then(|objects| runtime()?.block_on(play(args, &objects)));
    match played {
        Ok(outcome) => outcome,
        Err(message) => {
            if !message.is_empty() {
                anstream::eprintln!("error: {message}");
            }
            Outcome::Refused
        }
    }
}

/// Shows authors what `check` would; `true`: something is wrong. What can be stored is played all the same, since
/// the operator's own words about it are worth seeing, too.
fn mistakes(args: &SandboxArgs, output: &mut Output) -> bool {
    if args.catalog.is_empty() {
        return false;
    }
    let mut workspace = Workspace::load(args.catalog.iter().chain(&args.claim), &TargetArgs::default());
    // A sandbox stores Secrets and whatever else stands beside a catalog.
    workspace.diagnostics.retain(|diagnostic| diagnostic.code != Code::E0202);
    output.diagnostics(&workspace.diagnostics, &workspace.sources);
    workspace.has_errors()
}

/// A file that may be written, and removed in the end: none, or one that a sandbox left.
fn free_for_kubeconfig(path: &Path) -> Result<(), String> {
    match std::fs::read_to_string(path) {
        Ok(text) if text.contains("current-context: sandbox") => Ok(()),
        Ok(_) => Err(format!("`{}` is somebody's file: name another by `--kubeconfig`", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(format!("`{}` cannot be read: {error}", path.display())),
    }
}

async fn play(args: &SandboxArgs, objects: &[Json]) -> Result<Outcome, String> {
    free_for_kubeconfig(&args.kubeconfig)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let now = clock.now();
    let sandbox = Sandbox::new(SandboxConfig {
        clock: runtime_clock(now.as_nanosecond()),
        seed: now.as_nanosecond().unsigned_abs().try_into().unwrap_or(u64::MAX),
        kept: SandboxConfig::KEPT,
    });
    let port = args.port.unwrap_or_default();
    let listener = TcpListener::bind(("127.0.0.1", port)).await;
    let listener = listener.map_err(|error| format!("port {port} cannot be listened on: {error}"))?;
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
    let mut tasks = JoinSet::new();
    tasks.spawn(sandbox.clone().run_background());
    tasks.spawn(Runtime::new(&sandbox, PACE).run());
    let (service, served) = (sandbox.service(), listener);
    tasks.spawn(async move { drop(service.serve(served).await) });
    content::install(&sandbox, objects)?;
    std::fs::write(&args.kubeconfig, kubeconfig(port))
        .map_err(|error| format!("`{}` cannot be written: {error}", args.kubeconfig.display()))?;
    anstream::println!(
        "sandbox: a Kubernetes API in memory on http://127.0.0.1:{port}, with a simulated OpenBao runtime"
    );
    anstream::println!("  try in another terminal: kubectl --kubeconfig {} get obclaim -A", args.kubeconfig.display());
    anstream::println!("  {}", content::summary(objects));
    let operator = tokio::spawn(serve(installation(&sandbox, clock)?, signalled()));
    let outcome = view::follow(&sandbox, args.wait.map(Duration::from_secs)).await;
    if args.wait.is_none() {
        operator.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    }
    // The file names a server that is no more.
    let _ = std::fs::remove_file(&args.kubeconfig);
    Ok(outcome)
}

fn installation(sandbox: &Sandbox, clock: Arc<dyn Clock>) -> Result<Installation, String> {
    let metrics = Metrics::new();
    Ok(Installation {
        client: client_over(sandbox.service(), "default", &metrics),
        metrics,
        clock,
        settings: Settings { settle: SETTLE, ..Settings::default() },
        limits: Limits::default(),
        identity: "sandbox".to_owned(),
        elect: false,
        probes: None,
        targets: shipped::targets(|_| true).map_err(|error| error.to_string())?,
        seed: 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kubeconfig_of_somebody_is_never_overwritten() {
        let folder = std::env::temp_dir().join(format!("openbao-claims-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (absent, theirs, ours) = (folder.join("absent"), folder.join("theirs"), folder.join("ours"));
        std::fs::write(&theirs, "current-context: production\n").unwrap();
        std::fs::write(&ours, kubeconfig(1)).unwrap();
        assert!(free_for_kubeconfig(&absent).is_ok());
        assert!(free_for_kubeconfig(&ours).is_ok());
        assert!(free_for_kubeconfig(&theirs).unwrap_err().contains("--kubeconfig"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
