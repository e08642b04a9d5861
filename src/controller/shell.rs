//! An operator as a process runs it: election, events, probes, and reconciles while this replica leads.

use std::future::Future;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::catalog::{Kinds, Targets};

use super::clock::Clock;
use super::context::{Context, Enqueue, Fence, Settings, Shell};
use super::events;
use super::health;
use super::lease::{self, Leadership, Terms};
use super::metrics::Metrics;
use super::queue::Limits;
use super::random::Random;
use super::run::{self, Operator};
use super::server::Server;

/// What an installation is.
pub struct Installation {
    /// The API server, through a client that counts into `metrics`.
    pub client: kube::Client,
    /// Where everything is counted.
    pub metrics: Metrics,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Its choices.
    pub settings: Settings,
    /// How much is done at once.
    pub limits: Limits,
    /// This replica, named as no other process ever is.
    pub identity: String,
    /// Whether a Lease decides who of several replicas writes; without, this one always does.
    pub elect: bool,
    /// Where `/healthz`, `/readyz` and `/metrics` are served; none: nowhere.
    pub probes: Option<TcpListener>,
    /// Releases of the target.
    pub targets: Targets,
    /// Seed of waiting times.
    pub seed: u64,
}

/// Why an operator does not start, or stops.
#[derive(Debug, thiserror::Error)]
pub enum ShellError {
    /// Our own kinds cannot be read: the binary is broken.
    #[error("the operator's own definitions cannot be read: {0}")]
    Kinds(String),
    /// The probes cannot be served.
    #[error("`/healthz`, `/readyz` and `/metrics` cannot be served: {0}")]
    Probes(std::io::Error),
}

/// The one replica of a sandbox.
struct Alone;

impl Fence for Alone {
    fn may_write(&self) -> bool {
        true
    }
}

/// Runs until `shutdown`: then nothing new is begun, what runs is finished, events are written, the lease is given up.
pub async fn serve(installation: Installation, shutdown: impl Future<Output = ()>) -> Result<(), ShellError> {
    let Installation { client, metrics, clock, settings, limits, identity, elect, probes, targets, seed } =
        installation;
    let (stop, stopped) = watch::channel(false);
    // The lease is held, and events are told, until the last write is done: nobody else may begin before.
    let (end, ended) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let (told, publisher) = events::events(client.clone(), Arc::clone(&clock), &identity);
    tasks.spawn(publisher.run(once(ended.clone())));
    let leadership = elect.then(|| {
        let terms = Terms::new(&settings.system, "openbao-claims", &identity);
        let (election, leadership) = lease::election(client.clone(), terms, Arc::clone(&clock));
        tasks.spawn(election.run(once(ended.clone())));
        leadership
    });
    let mut random = Random::seeded(seed);
    let queue = run::queue(limits, Random::seeded(random.number()));
    let fence: Arc<dyn Fence> = match &leadership {
        Some(leadership) => Arc::new(leadership.clone()),
        None => Arc::new(Alone),
    };
    let context = Context::new(Shell {
        server: Server::new(client),
        clock,
        settings,
        queue: Arc::new(queue.clone()) as Arc<dyn Enqueue>,
        events: Arc::new(told),
        fence,
        kinds: Kinds::new().map_err(ShellError::Kinds)?,
        targets,
    });
    let operator = Operator::new(Arc::new(context), queue, metrics.clone());
    count(&operator, &metrics, leadership.clone());
    let follower = operator.clone();
    let watches = tokio::spawn(async move { follower.follow(&mut random).await });
    let probes = probes.map(|listener| {
        let router = health::router(operator.ready().clone(), metrics);
        tokio::spawn(health::serve(listener, router, once(ended.clone())))
    });
    // The work is told to stop, never dropped: what runs is finished.
    let working = lead(&operator, leadership.as_ref(), &stopped);
    let stopping = async {
        shutdown.await;
        let _ = stop.send(true);
    };
    tokio::join!(working, stopping);
    watches.abort();
    let _ = end.send(true);
    while tasks.join_next().await.is_some() {}
    match probes {
        Some(probes) => probes.await.unwrap_or(Ok(())).map_err(ShellError::Probes),
        None => Ok(()),
    }
}

/// Works whenever this replica leads, until told to stop.
async fn lead(operator: &Operator, leadership: Option<&Leadership>, stopped: &watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let Some(leadership) = leadership else {
            operator.work(once(stopped.clone())).await;
            return;
        };
        tokio::select! {
            biased;
            () = once(stopped.clone()) => return,
            () = leadership.elected() => {}
        }
        tracing::info!("this replica leads");
        let over = async {
            tokio::select! {
                biased;
                () = once(stopped.clone()) => {}
                () = leadership.lost() => {}
            }
        };
        operator.work(over).await;
    }
}

/// Ready once the value is true, or nobody can say it any more.
async fn once(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// What a scrape shows that is counted when it is asked for.
fn count(operator: &Operator, metrics: &Metrics, leadership: Option<Leadership>) {
    let operator = operator.clone();
    metrics.on_scrape(move |metrics| {
        metrics.queue("operator", &operator.depths());
        metrics.leading(leadership.as_ref().is_none_or(Leadership::is_leader));
        metrics.claims(&operator.context().world().phases());
    });
}
