//! `sandbox`: an API server in memory, the real operator on it, and a simulated OpenBao runtime.

mod content;
mod view;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::catalog::shipped;
use crate::controller::client::client_over;
use crate::controller::clock::{Clock, SystemClock};
use crate::controller::context::Settings;
use crate::controller::metrics::Metrics;
use crate::controller::queue::Limits;
use crate::controller::shell::{Installation, serve};
use crate::sandbox::{Runtime, Sandbox, SandboxConfig, kubeconfig, runtime_clock};

use super::Outcome;
use super::args::SandboxArgs;
use super::operate::{runtime, signalled};

/// How long the simulated runtime takes for a stage.
const PACE: Duration = Duration::from_millis(600);
/// How long edits of a catalog are gathered: nobody tears commits here.
const SETTLE: Duration = Duration::from_millis(500);

/// Runs until a signal, or until every claim is ready.
pub(super) fn run(args: &SandboxArgs) -> Outcome {
    match runtime().and_then(|runtime| runtime.block_on(play(args))) {
        Ok(outcome) => outcome,
        Err(message) => {
            anstream::eprintln!("error: {message}");
            Outcome::Refused
        }
    }
}

async fn play(args: &SandboxArgs) -> Result<Outcome, String> {
    let objects = content::read(&args.catalog, &args.claim)?;
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
    std::fs::write(&args.kubeconfig, kubeconfig(port))
        .map_err(|error| format!("`{}` cannot be written: {error}", args.kubeconfig.display()))?;
    let mut tasks = JoinSet::new();
    tasks.spawn(sandbox.clone().run_background());
    tasks.spawn(Runtime::new(&sandbox, PACE).run());
    let (service, served) = (sandbox.service(), listener);
    tasks.spawn(async move { drop(service.serve(served).await) });
    content::install(&sandbox, &objects)?;
    anstream::println!(
        "sandbox: a Kubernetes API in memory on http://127.0.0.1:{port}, with a simulated OpenBao runtime"
    );
    anstream::println!("  try in another terminal: kubectl --kubeconfig {} get obclaim -A", args.kubeconfig.display());
    anstream::println!("  {}", content::summary(&objects));
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
