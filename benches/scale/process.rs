//! An operator in a process of its own, and what the kernel and its metrics say about it.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Clock ticks in a second, as `/proc` counts them on every Linux.
const TICKS: f64 = 100.0;
/// How long nothing may be called until the work counts as done.
const QUIET: Duration = Duration::from_secs(5);

/// Killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    port: u16,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// Starts one and waits until its caches are filled.
    pub(crate) async fn start(kubeconfig: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // Without election: a Lease is renewed for ever, which is no claim's cost.
        let child = Command::new(env!("CARGO_BIN_EXE_openbao-claims"))
            .args(["run", "--settle", "1", "--no-leader-election", "--log", "warn", "--listen"])
            .arg(format!("127.0.0.1:{port}"))
            .env("KUBECONFIG", kubeconfig)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let process = Self { child, port };
        while !process.get("/readyz").is_some_and(|text| text.starts_with("HTTP/1.1 200")) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        process
    }

    fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
        let mut text = String::new();
        stream.read_to_string(&mut text).ok()?;
        Some(text)
    }

    fn proc(&self, file: &str) -> PathBuf {
        Path::new("/proc").join(self.child.id().to_string()).join(file)
    }

    /// CPU-seconds so far.
    pub(crate) fn cpu(&self) -> f64 {
        cpu_seconds(&self.proc("stat"))
    }

    /// A line of `/proc/PID/status`, in MiB.
    pub(crate) fn memory(&self, name: &str) -> f64 {
        let status = std::fs::read_to_string(self.proc("status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }

    /// Calls to the API server that have ended.
    pub(crate) fn calls(&self) -> Calls {
        Calls::read(&self.get("/metrics").unwrap())
    }

    /// Waits until it calls nobody.
    pub(crate) async fn until_quiet(&self) {
        let mut before = self.calls().total();
        loop {
            tokio::time::sleep(QUIET).await;
            let now = self.calls().total();
            if now == before {
                return;
            }
            before = now;
        }
    }
}

/// User and system time of a process, from its `stat`.
pub(crate) fn cpu_seconds(stat: &Path) -> f64 {
    let stat = std::fs::read_to_string(stat).unwrap();
    // The name in brackets may hold anything; the fields after it are numbered from 3.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: f64 = [11, 12].iter().map(|at| fields.get(*at).unwrap().parse::<f64>().unwrap()).sum();
    ticks / TICKS
}

/// Calls by verb, resource and code. Watches are not among them: each is one call that lasts.
#[derive(Default)]
pub(crate) struct Calls(BTreeMap<String, u64>);

impl Calls {
    fn read(metrics: &str) -> Self {
        let lines = metrics.lines().filter_map(|line| line.strip_prefix("openbao_claims_api_calls_total"));
        let counts = lines.filter(|line| !line.contains("verb=\"watch\"")).map(|line| {
            let (labels, count) = line.rsplit_once(' ').unwrap();
            (labels.to_owned(), count.parse().unwrap())
        });
        Self(counts.collect())
    }

    pub(crate) fn since(&self, before: &Self) -> Self {
        let new = |(call, count): (&String, &u64)| {
            let more = count.saturating_sub(before.0.get(call).copied().unwrap_or_default());
            (more > 0).then(|| (call.clone(), more))
        };
        Self(self.0.iter().filter_map(new).collect())
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&String, &u64)> {
        self.0.iter()
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Those that may have changed something.
    pub(crate) fn writes(&self) -> u64 {
        let reads = |call: &str| ["get", "list"].iter().any(|verb| call.contains(&format!("verb=\"{verb}\"")));
        self.0.iter().filter(|(call, _)| !reads(call)).map(|(_, count)| count).sum()
    }
}
