//! One replica of the operator, from its start to its death.

use std::sync::Arc;

use openbao_claims::catalog::Kinds;
use openbao_claims::controller::client::client_over;
use openbao_claims::controller::clock::Clock;
use openbao_claims::controller::context::{About, Context, Fence, Settings, Severity, Shell, Tell};
use openbao_claims::controller::lease::{Leadership, Terms, election};
use openbao_claims::controller::metrics::Metrics;
use openbao_claims::controller::queue::Limits;
use openbao_claims::controller::random::Random;
use openbao_claims::controller::run::{self, Operator};
use openbao_claims::controller::server::Server;
use tokio::task::JoinHandle;

use crate::fixtures::{SYSTEM, fixtures};
use crate::oath::Oath;
use crate::wire::Shared;

struct Overheard(Arc<Oath>);

impl Tell for Overheard {
    fn tell(&self, about: About<'_>, _: Severity, reason: &str, note: &str) {
        self.0.overheard(&format!("{}: {reason} {note}", about.at));
    }
}

struct Always;

impl Fence for Always {
    fn may_write(&self) -> bool {
        true
    }
}

/// A replica at work. Dropped, it is dead: nothing of it is finished.
pub(crate) struct Replica(Vec<JoinHandle<()>>);

impl Drop for Replica {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

impl Replica {
    /// Ends everything it does; what is to be awaited until it has.
    pub(crate) fn kill(&mut self) -> Vec<JoinHandle<()>> {
        for task in &self.0 {
            task.abort();
        }
        std::mem::take(&mut self.0)
    }

    /// Starts the `life`th life of a replica.
    pub(crate) fn start(shared: &Shared, replica: usize, life: u32, elected: bool, random: &mut Random) -> Self {
        let name = format!("operator-{replica}.{life}");
        let metrics = Metrics::new();
        let service = shared.service(&name, Some(replica));
        let client = client_over(service, "default", &metrics);

        let clock: Arc<dyn Clock> = Arc::new(shared.clock);
        let mut tasks = Vec::new();
        let mut leads: Option<Leadership> = None;
        if elected {
            let terms = Terms::new(SYSTEM, "operator", &name);
            let (campaign, leadership) = election(client.clone(), terms, Arc::clone(&clock));
            tasks.push(tokio::spawn(campaign.run(std::future::pending())));
            leads = Some(leadership);
        }
        let fence: Arc<dyn Fence> = match leads.clone() {
            Some(leadership) => Arc::new(leadership),
            None => Arc::new(Always),
        };
        let queue = run::queue(Limits::default(), Random::seeded(random.number()));
        let shell = Shell {
            server: Server::new(client),
            clock,
            settings: Settings { system: SYSTEM.to_owned(), ..Settings::default() },
            queue: Arc::new(queue.clone()),
            events: Arc::new(Overheard(Arc::clone(&shared.oath))),
            fence,
            kinds: Kinds::new().expect("our definitions are readable"),
            targets: fixtures().targets.clone(),
        };
        let operator = Operator::new(Arc::new(Context::new(shell)), queue, metrics);
        let (follower, mut seeds) = (operator.clone(), Random::seeded(random.number()));
        tasks.push(tokio::spawn(async move { follower.follow(&mut seeds).await }));
        tasks.push(tokio::spawn(work(operator, leads)));
        Self(tasks)
    }
}

async fn work(operator: Operator, leads: Option<Leadership>) {
    let Some(leads) = leads else { return operator.work(std::future::pending()).await };
    loop {
        leads.elected().await;
        operator.work(leads.lost()).await;
    }
}
