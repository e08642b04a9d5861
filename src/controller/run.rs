//! The operator at work: caches that follow the API server, a queue, and reconciles by key.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use kube::api::{Api, ApiResource, DynamicObject};
use serde_json::Value as Json;
use tokio::task::JoinSet;

use super::claim::{self, Failure, Next};
use super::context::{Context, Enqueue};
use super::metrics::Metrics;
use super::names::{self, Named};
use super::queue::{Limits, Outcome, Priority, Queue};
use super::random::Random;
use super::ready::{Mark, Readiness};
use super::server::{self, Kind};
use super::watch::{Change, Malformed, Options, watch};
use super::workers;
use super::world::{Watched, Work};
use super::{acts, catalog};

impl Enqueue for workers::Work<Work> {
    fn add(&self, work: Work, priority: Priority) {
        workers::Work::add(self, &work, priority);
    }

    fn add_after(&self, work: Work, priority: Priority, delay: Duration) {
        workers::Work::add_after(self, &work, priority, delay);
    }
}

/// A queue for everything that is reconciled. Made inside of a runtime.
pub fn queue(limits: Limits, random: Random) -> workers::Work<Work> {
    workers::Work::new(Queue::new(limits, Work::group, random))
}

/// The operator, ready to run.
#[derive(Clone)]
pub struct Operator {
    context: Arc<Context>,
    queue: workers::Work<Work>,
    metrics: Metrics,
    ready: Readiness,
    marks: Arc<Mutex<Vec<(Watched, Mark)>>>,
}

impl Operator {
    /// An operator over a context whose queue is `queue`.
    pub fn new(context: Arc<Context>, queue: workers::Work<Work>, metrics: Metrics) -> Self {
        let ready = Readiness::default();
        // Expected from the start: whoever asks before the watches run is told that nothing is known yet.
        let marks = Watched::ALL.into_iter().map(|kind| (kind, ready.expect(kind.resource().plural))).collect();
        Self { context, queue, metrics, ready, marks: Arc::new(Mutex::new(marks)) }
    }

    /// Whether every cache holds its first list.
    pub fn ready(&self) -> &Readiness {
        &self.ready
    }

    /// What the reconciles stand on.
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// How full the queue is.
    pub fn depths(&self) -> super::queue::Depths {
        self.queue.depths()
    }

    /// Follows everything that decisions read, for as long as it is polled. Called once.
    pub async fn follow(&self, random: &mut Random) {
        let mut watches = JoinSet::new();
        let marks = std::mem::take(&mut *self.marks.lock().unwrap_or_else(PoisonError::into_inner));
        for (kind, mark) in marks {
            let operator = self.clone();
            let seed = Random::seeded(random.number());
            watches.spawn(async move {
                let options = Options { labels: kind.labels(), mark: Some(mark), ..Options::default() };
                // What is there at the start is looked at behind everything that happens from then on.
                let starting = Arc::new(AtomicBool::new(true));
                let (observer, listing) = (operator.clone(), Arc::clone(&starting));
                // Each object is taken in as it is read: a list of whole objects is never held.
                let observe = move |object: Json| observer.observe(kind, &object, listing.load(Ordering::Relaxed));
                let changes = watch(operator.api(kind), options, observe, seed);
                let mut changes = std::pin::pin!(changes);
                while let Some(change) = changes.next().await {
                    operator.take(kind, change);
                    starting.store(false, Ordering::Relaxed);
                }
            });
        }
        while watches.join_next().await.is_some() {}
    }

    fn api(&self, kind: Watched) -> Api<DynamicObject> {
        let resource = kind.resource();
        let resource = ApiResource {
            group: resource.group.to_owned(),
            version: resource.version.to_owned(),
            api_version: resource.api_version(),
            kind: resource.kind.to_owned(),
            plural: resource.plural.to_owned(),
        };
        let client = self.context.server.client();
        match kind {
            Watched::Contract | Watched::Intervention => {
                Api::namespaced_with(client, &self.context.settings.system, &resource)
            }
            _ => Api::all_with(client, &resource),
        }
    }

    /// Takes in a change whose objects were observed already.
    fn take(&self, kind: Watched, change: Change<Named>) {
        let ctx = &self.context;
        match change {
            Change::Replaced { objects, malformed } => {
                for malformed in &malformed {
                    unreadable(kind, malformed);
                }
                // An object that cannot be read is there all the same.
                let unread = malformed.into_iter().map(|malformed| malformed.identity.at);
                ctx.listed(kind, &objects.into_iter().chain(unread).collect());
                if kind.is_catalog() {
                    ctx.queue.add(Work::Catalog, Priority::Observed);
                }
            }
            Change::Applied(_) => {}
            Change::Deleted(identity) => ctx.gone(kind, &identity.at),
            Change::Malformed(malformed) => unreadable(kind, &malformed),
        }
    }

    fn observe(&self, kind: Watched, object: &Json, starting: bool) -> Result<Named, String> {
        let ceiling = if starting { Priority::Resync } else { Priority::Edit };
        self.context.observe(kind, object, ceiling).map_err(|malformed| malformed.to_string())?;
        Ok(place(object))
    }

    /// Reconciles until `shutdown`; what runs then is finished. Waits for the first lists.
    pub async fn work(&self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        tokio::select! {
            biased;
            () = &mut shutdown => return,
            () = self.ready.ready() => {}
        }
        // It is told in the log; what an object lacks in the end, the API server refuses.
        if let Err(failure) = catalog::fit_of_live_target(&self.context).await {
            tracing::warn!(error = %failure, "the target's CRD cannot be looked at");
        }
        self.context.queue.add(Work::Catalog, Priority::Edit);
        let operator = self.clone();
        self.queue.run(move |work| operator.clone().reconcile(work), shutdown).await;
    }

    async fn reconcile(self, work: Work) -> Outcome {
        let started = tokio::time::Instant::now();
        let result = self.one(&work).await;
        let (kind, at) = match &work {
            Work::Catalog => ("Catalog", String::new()),
            Work::Claim(at) => (server::CLAIM.kind, at.to_string()),
            Work::Act(kind, at) => (kind.resource().kind, at.to_string()),
        };
        let (outcome, reason) = match &result {
            Ok(None) => (Outcome::Settled, "Settled"),
            Ok(Some(after)) => (Outcome::Requeue(*after), "Settled"),
            Err(Failure::NotLeader) => (Outcome::Failed, "NotLeader"),
            Err(Failure::Api(failure)) => {
                tracing::info!(kind, at, error = %failure, "a reconcile is tried again");
                let outcome = failure.retry_after().map_or(Outcome::Failed, Outcome::Throttled);
                (outcome, if failure.reason().is_empty() { "ApiFailure" } else { failure.reason() })
            }
        };
        self.metrics.reconciled(kind, reason, started.elapsed());
        outcome
    }

    async fn one(&self, work: &Work) -> Result<Next, Failure> {
        let ctx = &*self.context;
        match work {
            Work::Catalog => Ok(catalog::reconcile(ctx).await?),
            Work::Claim(at) => claim::reconcile(ctx, at).await,
            Work::Act(Watched::Request, at) => claim::orphaned_request(ctx, at).await,
            Work::Act(kind, at) => acts::refuse(ctx, *kind, at).await,
        }
    }
}

fn unreadable(kind: Watched, malformed: &Malformed) {
    tracing::warn!(kind = kind.resource().kind, at = %malformed.identity.at, error = malformed.error, "cannot be read");
}

fn place(object: &Json) -> Named {
    let text = |pointer: &str| object.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
    Named::new(text("/metadata/namespace"), text("/metadata/name"))
}

impl Watched {
    /// The kind as paths need it.
    pub fn resource(self) -> Kind {
        match self {
            Self::Claim => server::CLAIM,
            Self::Request => server::REQUEST,
            Self::Contract => server::CONTRACT,
            Self::Cluster => server::CLUSTER,
            Self::Tenant => server::TENANT,
            Self::Namespace => server::NAMESPACE,
            Self::Offering => server::OFFERING,
            Self::Profile => server::PROFILE,
            Self::Component => server::COMPONENT,
            Self::RuleSet => server::RULE_SET,
            Self::Revision => server::REVISION,
            Self::Rollout => server::ROLLOUT,
            Self::Intervention => server::INTERVENTION,
        }
    }

    /// The labels that a watch asks for: of the target's clusters, ours are seen and no others.
    fn labels(self) -> Option<String> {
        (self == Self::Cluster).then(|| format!("{}=true", names::MANAGED))
    }

    fn is_catalog(self) -> bool {
        matches!(self, Self::Offering | Self::Profile | Self::Component | Self::RuleSet | Self::Revision)
    }
}
