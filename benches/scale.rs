//! The operator at scale, on a real control plane and in a process of its own: `just scale 10000`.
//!
//! Rates belong to a machine, so each is shown beside a bare loop of applies in the same run. What is compared with
//! an aim: claims a second against that loop, calls and CPU a claim, memory, and that nothing is written at a restart.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a bench that cannot go on should stop at once, as the tests do whose support it shares"
)]
#![expect(clippy::disallowed_methods, reason = "time is what it measures")]

#[path = "../tests/support/api.rs"]
mod api;
#[path = "../tests/support/control_plane/mod.rs"]
mod control_plane;
#[path = "../tests/support/definitions.rs"]
mod definitions;
#[path = "scale/load.rs"]
mod load;
#[path = "scale/process.rs"]
mod process;

use std::path::Path;
use std::time::{Duration, Instant};

use control_plane::{ControlPlane, User};
use load::Load;
use process::{Calls, Process, cpu_seconds};

/// How long nothing may be called, to count as being at rest.
const REST: Duration = Duration::from_mins(1);

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` starts benches too; this one takes minutes.
    if !arguments.iter().any(|it| it == "--bench") {
        return;
    }
    let named = arguments.iter().position(|it| it == "--claims").and_then(|at| arguments.get(at.saturating_add(1)));
    let claims: usize = named.map_or(1000, |text| text.parse().unwrap());
    let plane = ControlPlane::start();
    let kubeconfig = plane.kubeconfig(User::Admin);
    let load = Load::prepare(api::Api::new(plane.client(User::Admin)), claims).await;
    println!("{claims} claims in {} namespaces, {} calls of ours at once", load::NAMESPACES, load::AT_ONCE);

    let operator = Process::start(&kubeconfig).await;
    load.warm_up().await;
    let bare = bare(&load).await;
    make(&load, &operator, bare).await;
    rest(&operator).await;
    println!("memory       {:.0} MiB resident, {:.0} MiB at most", operator.memory("VmRSS"), operator.memory("VmHWM"));
    drop(operator);
    restart(&load, &kubeconfig).await;
    edit(&load, &kubeconfig).await;
}

/// One apply an object and nothing else: objects a second.
async fn bare(load: &Load) -> f64 {
    let (started, cpu) = (Instant::now(), cpu_seconds(Path::new("/proc/self/stat")));
    load.apply_bare().await;
    let rate = load.rate(started.elapsed());
    let cpu = cpu_seconds(Path::new("/proc/self/stat")) - cpu;
    println!("bare applies {rate:.1}/s, {:.2} CPU-s per 1000", load.per_thousand(cpu));
    rate
}

/// Claims from the first create until each has its cluster, and from there until each is ready.
async fn make(load: &Load, operator: &Process, bare: f64) {
    let (started, cpu, calls) = (Instant::now(), operator.cpu(), operator.calls());
    load.create_claims().await;
    let created = started.elapsed();
    load.until_materialized().await;
    let rate = load.rate(started.elapsed());
    println!("created      {:.1}/s", load.rate(created));
    println!("materialized {rate:.1}/s, {:.2} of the bare rate", rate / bare);
    operator.until_quiet().await;
    let spent = load.per_thousand(operator.cpu() - cpu);
    let made = operator.calls().since(&calls);
    println!("             {:.2} calls a claim, {spent:.2} CPU-s per 1000", load.per_claim(made.total()));
    tell(load, &made);
    let (started, cpu, calls) = (Instant::now(), operator.cpu(), operator.calls());
    load.bring_up().await;
    load.until_ready().await;
    operator.until_quiet().await;
    let (spent, made) = (load.per_thousand(operator.cpu() - cpu), operator.calls().since(&calls));
    println!("ready        {:.1}/s once the runtime plays its part", load.rate(started.elapsed()));
    println!("             {:.2} calls a claim, {spent:.2} CPU-s per 1000", load.per_claim(made.total()));
    tell(load, &made);
}

fn tell(load: &Load, calls: &Calls) {
    for (call, count) in calls.all() {
        println!("               {:>6.2} {call}", load.per_claim(*count));
    }
}

async fn rest(operator: &Process) {
    let (calls, cpu) = (operator.calls(), operator.cpu());
    tokio::time::sleep(REST).await;
    let calls = operator.calls().since(&calls);
    let cpu = operator.cpu() - cpu;
    println!("at rest      {} calls and {cpu:.2} CPU-s in {} s", calls.total(), REST.as_secs());
    for (call, count) in calls.all() {
        println!("               {count:>6} {call}");
    }
}

/// A new process looks at every claim, and has nothing to say.
async fn restart(load: &Load, kubeconfig: &Path) {
    let started = Instant::now();
    let operator = Process::start(kubeconfig).await;
    let ready = started.elapsed();
    operator.until_quiet().await;
    let calls = operator.calls();
    let cpu = load.per_thousand(operator.cpu());
    println!(
        "restart      caches after {:.1} s; {} writes, {} calls",
        ready.as_secs_f64(),
        calls.writes(),
        calls.total()
    );
    println!("             {cpu:.2} CPU-s per 1000, {:.0} MiB resident", operator.memory("VmRSS"));
}

/// A tenant's edit while a new process still works through all claims.
async fn edit(load: &Load, kubeconfig: &Path) {
    let operator = Process::start(kubeconfig).await;
    let started = Instant::now();
    load.edit_last().await;
    println!("an edit then is served after {:.2} s", started.elapsed().as_secs_f64());
    drop(operator);
}
