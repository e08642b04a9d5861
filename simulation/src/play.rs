//! A schedule, played.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use openbao_claims::controller::clock::TokioClock;
use openbao_claims::controller::random::Random;
use openbao_claims::sandbox::{Sandbox, SandboxConfig, runtime_clock};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::entropy;
use crate::faults::Faults;
use crate::fixtures::{SYSTEM, TEAM, fixtures, namespace, tenant};
use crate::journal::Journal;
use crate::people::{Api, OURS, People};
use crate::replica::Replica;
use crate::runtime;
use crate::schedule::{STORM, Schedule};
use crate::verdict;
use crate::wire::Shared;

/// Begin of the simulated time, in seconds since the Unix epoch.
const EPOCH: i64 = 1_790_000_000;
/// How long everybody has to come to rest: more than twice the longest backoff.
const CALM: Duration = Duration::from_mins(20);
/// How long nothing may be written then: more than a resync.
const QUIET: Duration = Duration::from_mins(35);
/// How long a dead replica stays dead, at most.
const RESTART: Duration = Duration::from_secs(20);

/// How a schedule went.
#[derive(Clone, Debug)]
pub struct Played {
    /// What happened, line by line.
    pub lines: Vec<String>,
    /// A hash over all calls, in their order, with their bodies.
    pub hash: String,
    /// What must not have been; empty when all is well.
    pub broken: Vec<String>,
    /// Clusters that came about by a late write after their claim was gone.
    pub orphans: u64,
}

/// Plays a schedule on a thread of its own, which is seeded before anything asks for randomness.
pub fn play(schedule: &Schedule) -> Played {
    let schedule = schedule.clone();
    let thread = std::thread::Builder::new().stack_size(16 * 1024 * 1024).spawn(move || {
        entropy::seed(schedule.seed);
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_time().start_paused(true).build().expect("a runtime needs nothing");
        let played = runtime.block_on(simulate(&schedule));
        drop(runtime);
        played
    });
    let joined = thread.expect("a thread can be started").join();
    joined.unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let broken = vec![format!("panic: {}", words.unwrap_or_default())];
        Played { lines: Vec::new(), hash: String::new(), broken, orphans: 0 }
    })
}

struct Play<'a> {
    schedule: &'a Schedule,
    shared: Shared,
    people: People,
    random: Random,
    replicas: Vec<Replica>,
    lives: Vec<u32>,
    deaths: mpsc::UnboundedReceiver<usize>,
}

async fn simulate(schedule: &Schedule) -> Played {
    let mut play = Play::begin(schedule).await;
    play.storm().await;
    play.shared.faults.end();
    play.people.reconcile_themselves().await;
    play.shared.sandbox.compact();
    play.shared.journal.tell("calm", "nothing goes wrong any more");
    play.run_for(CALM).await;
    verdict::judge(&play.shared, &play.people, schedule).await;
    let before = play.shared.journal.mutations();
    play.run_for(QUIET).await;
    let after = play.shared.journal.mutations();
    if before != after {
        play.shared.journal.broken(format!("{} writes although nothing happens", after - before));
    }
    let (lines, hash, broken, orphans) = play.shared.journal.close();
    Played { lines, hash, broken, orphans }
}

impl<'a> Play<'a> {
    async fn begin(schedule: &'a Schedule) -> Self {
        let mut random = Random::seeded(schedule.seed);
        let clock = runtime_clock(i128::from(EPOCH) * 1_000_000_000);
        let sandbox = Sandbox::new(SandboxConfig { clock, seed: schedule.seed, kept: SandboxConfig::KEPT });
        tokio::spawn(sandbox.clone().run_background());
        let bare = Api::new(sandbox.client());
        for definition in &fixtures().definitions {
            sandbox.create(definition.clone()).expect("a definition is accepted");
        }
        while bare.get(&format!("{OURS}/openbaoclusterclaims")).await.is_null() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        for name in [SYSTEM, TEAM] {
            sandbox.create(namespace(name)).expect("a namespace is accepted");
        }
        let journal = Journal::new();
        let (dying, deaths) = mpsc::unbounded_channel();
        let start = Timestamp::from_second(EPOCH).expect("it is in range");
        let clock = TokioClock::starting_at(start);
        let faults = Arc::new(Faults::new(&schedule.faults));
        let shared = Shared::new(sandbox, journal, faults, clock, dying);
        let people = People::new(&shared);
        tokio::spawn(runtime::run(shared.clone(), Random::seeded(random.number())));
        people.api.apply(&tenant()).await;
        people.repair().await;
        if schedule.squatted {
            people.squat(3).await;
        }
        let count = if schedule.elected { 2 } else { 1 };
        let mut play = Self { schedule, shared, people, random, replicas: Vec::new(), lives: vec![1; count], deaths };
        for replica in 0..count {
            let started = play.start(replica);
            play.replicas.push(started);
        }
        play
    }

    fn start(&mut self, replica: usize) -> Replica {
        let life = self.lives[replica];
        Replica::start(&self.shared, replica, life, self.schedule.elected, &mut self.random)
    }

    /// What the schedule says, until it is over.
    async fn storm(&mut self) {
        let origin = Instant::now();
        for (at, act) in &self.schedule.acts {
            self.run_until(origin + Duration::from_millis(*at)).await;
            self.people.act(*act).await;
        }
        self.run_until(origin + Duration::from_millis(STORM)).await;
    }

    async fn run_for(&mut self, time: Duration) {
        self.run_until(Instant::now() + time).await;
    }

    /// Lets time pass; who dies meanwhile is started again some time later.
    async fn run_until(&mut self, end: Instant) {
        loop {
            tokio::select! {
                biased;
                () = sleep_until(end) => return,
                Some(replica) = self.deaths.recv() => self.restart(replica).await,
            }
        }
    }

    async fn restart(&mut self, replica: usize) {
        self.shared.journal.tell("machine", &format!("operator-{replica} dies"));
        for task in self.replicas[replica].kill() {
            let _ = task.await;
        }
        let wait = Duration::from_millis(100) + self.random.up_to(RESTART);
        tokio::time::sleep(wait).await;
        self.lives[replica] += 1;
        self.shared.journal.tell("machine", &format!("operator-{replica} starts again"));
        self.replicas[replica] = self.start(replica);
    }
}
