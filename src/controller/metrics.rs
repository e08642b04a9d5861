//! What the operator counts, in OpenMetrics text. Passed around, never global: two operators in one process (a
//! second replica in a test) count apart.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::failure::Verb;
use super::queue::Depths;

/// The media type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Labels = Vec<(&'static str, String)>;
type Refresh = Box<dyn Fn(&Metrics) + Send + Sync>;

/// The counters of one operator. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    inner: Arc<Inner>,
}

struct Inner {
    registry: Registry,
    refresh: Mutex<Vec<Arc<Refresh>>>,
    reconciles: Family<Labels, Counter>,
    reconcile_seconds: Family<Labels, Histogram>,
    calls: Family<Labels, Counter>,
    call_seconds: Family<Labels, Histogram>,
    compiles: Family<Labels, Counter>,
    claims: Family<Labels, Gauge>,
    waiting: Family<Labels, Gauge>,
    queued: Family<Labels, Gauge>,
    leader: Gauge,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Everything at zero.
    pub fn new() -> Self {
        let seconds = || Family::new_with_constructor(histogram as fn() -> Histogram);
        let mut inner = Inner {
            registry: Registry::with_prefix("openbao_claims"),
            refresh: Mutex::default(),
            reconciles: Family::default(),
            reconcile_seconds: seconds(),
            calls: Family::default(),
            call_seconds: seconds(),
            compiles: Family::default(),
            claims: Family::default(),
            waiting: Family::default(),
            queued: Family::default(),
            leader: Gauge::default(),
        };
        inner.register();
        Self { inner: Arc::new(inner) }
    }

    /// A reconcile of this kind ended for this reason (a condition's or a failure's, from a closed list).
    pub fn reconciled(&self, kind: &str, reason: &str, took: Duration) {
        let labels = vec![("kind", kind.to_owned()), ("reason", reason.to_owned())];
        self.inner.reconciles.get_or_create(&labels).inc();
        let labels = vec![("kind", kind.to_owned())];
        self.inner.reconcile_seconds.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// A call to the API server ended. `code` is the HTTP code, or a word where no answer came.
    pub fn called(&self, verb: Verb, resource: &str, code: &str, took: Duration) {
        let verb = ("verb", verb.name().to_owned());
        let labels = vec![verb.clone(), ("resource", resource.to_owned()), ("code", code.to_owned())];
        self.inner.calls.get_or_create(&labels).inc();
        self.inner.call_seconds.get_or_create(&vec![verb]).observe(took.as_secs_f64());
    }

    /// How often a call was made, over all codes; what tests assert.
    pub fn calls(&self, verb: Verb, resource: &str, code: &str) -> u64 {
        let labels =
            vec![("verb", verb.name().to_owned()), ("resource", resource.to_owned()), ("code", code.to_owned())];
        self.inner.calls.get(&labels).map_or(0, |counter| counter.get())
    }

    /// A catalog object was compiled, with this result (`ok`, `broken`, …).
    pub fn compiled(&self, result: &str) {
        self.inner.compiles.get_or_create(&vec![("result", result.to_owned())]).inc();
    }

    /// How many claims are in which phase; phases left out have none.
    pub fn claims(&self, phases: &BTreeMap<String, usize>) {
        self.inner.claims.clear();
        for (phase, count) in phases {
            set(&self.inner.claims, &vec![("phase", phase.clone())], *count);
        }
    }

    /// How full a queue is.
    pub fn queue(&self, name: &str, depths: &Depths) {
        let queue = ("queue", name.to_owned());
        for (priority, count) in &depths.waiting {
            set(&self.inner.waiting, &vec![queue.clone(), ("priority", priority.name().to_owned())], *count);
        }
        let states = [("delayed", depths.delayed), ("running", depths.running), ("failing", depths.failing)];
        for (state, count) in states {
            set(&self.inner.queued, &vec![queue.clone(), ("state", state.to_owned())], count);
        }
    }

    /// Whether this replica leads.
    pub fn leading(&self, leads: bool) {
        self.inner.leader.set(i64::from(leads));
    }

    /// Runs before each scrape: to set gauges that nobody needs in between.
    pub fn on_scrape(&self, refresh: impl Fn(&Self) + Send + Sync + 'static) {
        let mut all = self.inner.refresh.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Arc::new(Box::new(refresh)));
    }

    /// All of it, in the text format of OpenMetrics.
    pub fn text(&self) -> String {
        let refresh = self.inner.refresh.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for refresh in refresh {
            refresh(self);
        }
        let mut text = String::new();
        // Writing to a string cannot fail; half a text would be refused by the scraper, as it lacks its end.
        let _ = encode(&mut text, &self.inner.registry);
        text
    }
}

impl Inner {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("reconciles", "Reconciles ended, by kind and reason", self.reconciles.clone());
        registry.register("reconcile_seconds", "How long reconciles took", self.reconcile_seconds.clone());
        registry.register("api_calls", "Calls to the API server ended", self.calls.clone());
        registry.register("api_call_seconds", "How long the API server took to answer", self.call_seconds.clone());
        registry.register("compiles", "Catalog objects compiled, by result", self.compiles.clone());
        registry.register("claims", "Claims, by phase", self.claims.clone());
        registry.register("queue_waiting", "Keys that wait for a worker, by priority", self.waiting.clone());
        registry.register("queue_keys", "Keys that are delayed, running, or failing", self.queued.clone());
        registry.register("leader", "1 if this replica leads", self.leader.clone());
    }
}

fn set(family: &Family<Labels, Gauge>, labels: &Labels, count: usize) {
    family.get_or_create(labels).set(i64::try_from(count).unwrap_or(i64::MAX));
}

/// From a millisecond to half a minute.
fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 16))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controller::queue::Priority;

    #[test]
    fn the_text_has_every_metric_with_its_labels_and_an_end() {
        let metrics = Metrics::new();
        metrics.reconciled("OpenBaoClusterClaim", "Applied", Duration::from_millis(12));
        metrics.called(Verb::Patch, "openbaoclusters", "201", Duration::from_millis(30));
        metrics.compiled("broken");
        metrics.leading(true);
        metrics.claims(&BTreeMap::from([("Ready".to_owned(), 3)]));
        let waiting = BTreeMap::from([(Priority::FanOut, 7)]);
        metrics.queue("claims", &Depths { waiting, delayed: 1, running: 2, failing: 4 });
        let text = metrics.text();
        for line in [
            r#"openbao_claims_reconciles_total{kind="OpenBaoClusterClaim",reason="Applied"} 1"#,
            r#"openbao_claims_reconcile_seconds_count{kind="OpenBaoClusterClaim"} 1"#,
            r#"openbao_claims_api_calls_total{verb="patch",resource="openbaoclusters",code="201"} 1"#,
            r#"openbao_claims_api_call_seconds_bucket{le="0.032",verb="patch"} 1"#,
            r#"openbao_claims_compiles_total{result="broken"} 1"#,
            r#"openbao_claims_claims{phase="Ready"} 3"#,
            r#"openbao_claims_queue_waiting{queue="claims",priority="fan-out"} 7"#,
            r#"openbao_claims_queue_keys{queue="claims",state="failing"} 4"#,
            "openbao_claims_leader 1",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
        assert_eq!(metrics.calls(Verb::Patch, "openbaoclusters", "201"), 1);
        assert_eq!(metrics.calls(Verb::Patch, "openbaoclusters", "409"), 0);
    }

    #[test]
    fn a_phase_that_no_claim_is_in_any_more_is_gone() {
        let metrics = Metrics::new();
        metrics.claims(&BTreeMap::from([("Pending".to_owned(), 1)]));
        metrics.claims(&BTreeMap::from([("Ready".to_owned(), 1)]));
        assert!(!metrics.text().contains("Pending"));
    }

    #[test]
    fn what_a_scrape_refreshes_is_in_that_scrape_and_two_operators_count_apart() {
        let (one, other) = (Metrics::new(), Metrics::new());
        one.on_scrape(|metrics| metrics.compiled("ok"));
        assert!(one.text().contains("compiles_total{result=\"ok\"} 1"));
        assert!(one.text().contains("compiles_total{result=\"ok\"} 2"));
        assert!(!other.text().contains("result="));
    }
}
