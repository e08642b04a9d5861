//! `run`: the operator in a cluster.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::catalog::shipped;
use crate::controller::client::client;
use crate::controller::clock::{Clock, SystemClock};
use crate::controller::context::Settings;
use crate::controller::metrics::Metrics;
use crate::controller::queue::Limits;
use crate::controller::shell::{Installation, serve};
use crate::controller::telemetry;

use super::Outcome;
use super::args::{LogFormat, RunArgs};

/// Runs until a signal ends it.
pub(super) fn run(args: &RunArgs) -> Outcome {
    match runtime().and_then(|runtime| runtime.block_on(operate(args))) {
        Ok(()) => Outcome::Fine,
        Err(message) => {
            anstream::eprintln!("error: {message}");
            Outcome::Refused
        }
    }
}

/// A runtime for IO and timers.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, String> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|error| format!("no runtime can be started: {error}"))
}

async fn operate(args: &RunArgs) -> Result<(), String> {
    let terminal = std::io::stderr().is_terminal();
    let format = match args.log_format {
        LogFormat::Auto if terminal => telemetry::Format::Human { colour: true },
        LogFormat::Human => telemetry::Format::Human { colour: terminal },
        LogFormat::Auto | LogFormat::Json => telemetry::Format::Json,
    };
    telemetry::start(format, args.log.as_deref()).map_err(|error| error.to_string())?;
    let config = kube::Config::infer().await.map_err(|error| {
        format!("no cluster to run in: {error}; set KUBECONFIG, or try `openbao-claims sandbox` without any cluster")
    })?;
    let metrics = Metrics::new();
    let client = client(config, &metrics).map_err(|error| error.to_string())?;
    let probes = match &args.listen {
        Some(address) => {
            let bound = TcpListener::bind(address).await;
            Some(bound.map_err(|error| format!("`{address}` cannot be listened on: {error}"))?)
        }
        None => None,
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let now = clock.now();
    let identity = format!("{}-{}-{}", host(), std::process::id(), now.as_millisecond());
    let installation = Installation {
        client,
        metrics,
        settings: settings(args),
        limits: Limits { in_flight: args.concurrency, ..Limits::default() },
        identity,
        elect: !args.no_leader_election,
        probes,
        targets: shipped::targets(|_| true).map_err(|error| error.to_string())?,
        seed: now.as_nanosecond().unsigned_abs().try_into().unwrap_or(u64::MAX),
        clock,
    };
    serve(installation, signalled()).await.map_err(|error| error.to_string())
}

fn settings(args: &RunArgs) -> Settings {
    Settings {
        system: args.namespace.clone(),
        settle: Duration::from_secs(args.settle),
        history: args.history,
        ..Settings::default()
    }
}

/// The name of this machine: in a cluster, the pod's.
fn host() -> String {
    let name = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "operator".to_owned() } else { name.to_owned() }
}

/// Ready when the process is asked to end, by Ctrl-C or by Kubernetes.
pub(super) async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
