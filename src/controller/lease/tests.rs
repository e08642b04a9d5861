use super::*;
use crate::controller::clock::TokioClock;
use crate::controller::random::Random;
use crate::controller::testing::{Reply, Seen, service};
use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Mutex;
use tokio::sync::oneshot;
use tower::ServiceExt;

/// The lease as the server has it; versions count up.
type Store = Arc<Mutex<Option<Value>>>;

fn answer(store: &Store, seen: &Seen) -> Reply {
    let mut held = store.lock().unwrap();
    let version =
        |lease: &Value| lease["metadata"]["resourceVersion"].as_str().map(|text| text.parse::<u64>().unwrap());
    let before = held.as_ref().and_then(version);
    let refusal = match (&seen.method, before) {
        (&Method::GET | &Method::PUT, None) => Some((404, "NotFound")),
        (&Method::POST, Some(_)) => Some((409, "AlreadyExists")),
        (&Method::PUT, Some(_)) if version(&seen.body) != before => Some((409, "Conflict")),
        _ => None,
    };
    if let Some((code, reason)) = refusal {
        return Reply::error(code, reason);
    }
    if seen.method != Method::GET {
        let mut lease = seen.body.clone();
        lease["metadata"]["resourceVersion"] = json!((before.unwrap_or_default() + 1).to_string());
        *held = Some(lease);
    }
    Reply::ok(held.clone().unwrap())
}

/// A client whose requests and answers take as long as `lag` says, in this order.
fn client(store: &Store, mut lag: impl FnMut() -> (Duration, Fate) + Send + 'static) -> kube::Client {
    let store = Arc::clone(store);
    let lags = Arc::new(Mutex::new(Vec::new()));
    let answers = Arc::clone(&lags);
    let inner = service(
        move |seen| {
            let fate: Fate = answers.lock().unwrap().pop().unwrap_or_default();
            let reply = answer(&store, seen);
            if fate.lost { Reply::broken().after(fate.back) } else { reply.after(fate.back) }
        },
        Arc::default(),
    );
    let laggy = tower::service_fn(move |request| {
        let (there, fate) = lag();
        let (inner, lags) = (inner.clone(), Arc::clone(&lags));
        async move {
            tokio::time::sleep(there).await;
            lags.lock().unwrap().push(fate);
            inner.oneshot(request).await
        }
    });
    kube::Client::new(laggy, "system")
}

/// What becomes of an answer.
#[derive(Clone, Copy, Default)]
struct Fate {
    back: Duration,
    lost: bool,
}

fn prompt() -> (Duration, Fate) {
    (Duration::from_millis(5), Fate::default())
}

struct Replica {
    leadership: Leadership,
    stop: Option<oneshot::Sender<()>>,
    task: tokio::task::JoinHandle<()>,
}

fn replica(store: &Store, identity: &str, lag: impl FnMut() -> (Duration, Fate) + Send + 'static) -> Replica {
    let clock = Arc::new(TokioClock::starting_at("2026-11-25T12:00:00Z".parse().unwrap()));
    let (election, leadership) = election(client(store, lag), Terms::new("system", "operator", identity), clock);
    let (stop, stopped) = oneshot::channel();
    let shutdown = async move {
        let _ = stopped.await;
    };
    Replica { leadership, stop: Some(stop), task: tokio::spawn(election.run(shutdown)) }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn the_first_leads_at_once_and_keeps_leading_while_the_second_waits() {
    let store = Store::default();
    let first = replica(&store, "first", prompt);
    first.leadership.elected().await;
    let second = replica(&store, "second", prompt);
    for _ in 0..600 {
        tokio::time::sleep(secs(1)).await;
        assert!(first.leadership.check().unwrap().left > secs(7));
        assert_eq!(second.leadership.check(), Err(NotLeader));
    }
    let lease = store.lock().unwrap().clone().unwrap();
    assert_eq!(lease["spec"]["holderIdentity"], "first");
    assert_eq!(lease["spec"]["leaseDurationSeconds"], 15);
    assert_eq!(lease["spec"]["acquireTime"], "2026-11-25T12:00:00.005000Z");
}

#[tokio::test(start_paused = true)]
async fn a_crashed_leader_is_followed_once_its_term_was_seen_to_run_out() {
    let store = Store::default();
    let first = replica(&store, "first", prompt);
    first.leadership.elected().await;
    let second = replica(&store, "second", prompt);
    tokio::time::sleep(secs(60)).await;
    first.task.abort();
    let since = Instant::now();
    second.leadership.elected().await;
    assert!((secs(10)..=secs(18)).contains(&since.elapsed()), "{:?}", since.elapsed());
    assert_eq!(second.leadership.check().unwrap().term, 1);
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_stops_gives_the_lease_up_and_the_next_follows_within_seconds() {
    let store = Store::default();
    let mut first = replica(&store, "first", prompt);
    first.leadership.elected().await;
    let second = replica(&store, "second", prompt);
    tokio::time::sleep(secs(60)).await;
    drop(first.stop.take());
    first.task.await.unwrap();
    assert!(!first.leadership.is_leader());
    let since = Instant::now();
    second.leadership.elected().await;
    assert!(since.elapsed() <= secs(3), "{:?}", since.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_leader_cut_off_knows_it_before_the_term_ends_and_tells_those_who_wait() {
    let store = Store::default();
    let cut = Arc::new(Mutex::new(false));
    let is_cut = Arc::clone(&cut);
    let lag = move || if *is_cut.lock().unwrap() { (secs(1_000), Fate::default()) } else { prompt() };
    let first = replica(&store, "first", lag);
    first.leadership.elected().await;
    tokio::time::sleep(secs(20)).await;
    *cut.lock().unwrap() = true;
    let since = Instant::now();
    first.leadership.lost().await;
    assert!(since.elapsed() <= secs(13), "{:?}", since.elapsed());
    assert!(!first.leadership.may_write());
}

#[tokio::test(start_paused = true)]
async fn a_term_counts_from_the_question_not_from_a_late_answer() {
    let store = Store::default();
    let late = Fate { back: Duration::from_millis(3_900), lost: false };
    let lags = Arc::new(Mutex::new(prompt()));
    let lag = Arc::clone(&lags);
    let first = replica(&store, "first", move || *lag.lock().unwrap());
    first.leadership.elected().await;
    let second = replica(&store, "second", prompt);
    tokio::time::sleep(secs(20)).await;
    *lags.lock().unwrap() = (Duration::ZERO, late);
    let before = store.lock().unwrap().clone();
    while *store.lock().unwrap() == before {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    *lags.lock().unwrap() = (secs(1_000), late);
    for _ in 0..3_000 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert!(!(first.leadership.is_leader() && second.leadership.is_leader()));
    }
    assert!(second.leadership.is_leader());
}

#[tokio::test(start_paused = true)]
async fn wrong_wall_clocks_change_nothing() {
    let store = Store::default();
    let ahead = json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": "operator", "namespace": "system", "resourceVersion": "7"},
        "spec": {"holderIdentity": "gone", "leaseDurationSeconds": 15, "renewTime": "2031-01-01T00:00:00.000000Z"},
    });
    *store.lock().unwrap() = Some(ahead);
    let second = replica(&store, "second", prompt);
    let since = Instant::now();
    second.leadership.elected().await;
    assert!((secs(15)..=secs(18)).contains(&since.elapsed()), "{:?}", since.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_taken_away_ends_the_term_at_once() {
    let store = Store::default();
    let first = replica(&store, "first", prompt);
    first.leadership.elected().await;
    let taken = {
        let mut lease = store.lock().unwrap().clone().unwrap();
        lease["spec"]["holderIdentity"] = json!("admin");
        lease["metadata"]["resourceVersion"] = json!("99");
        lease
    };
    *store.lock().unwrap() = Some(taken);
    let since = Instant::now();
    first.leadership.lost().await;
    assert!(since.elapsed() <= secs(5), "at the next renewal: {:?}", since.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn no_two_lead_whatever_is_slow_or_lost(seed: u64) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let mut leaders = std::collections::BTreeSet::new();
        let seen = &mut leaders;
        runtime.block_on(async move {
            let store = Store::default();
            let replicas: Vec<_> = (0..3).map(|number| {
                let mut random = Random::seeded(seed.wrapping_add(number));
                // Calm and storm in turn: some calls take up to 20 s each way, or their answer is lost.
                let lag = move || {
                    let bound = if random.number().is_multiple_of(3) { secs(20) } else { Duration::from_millis(50) };
                    let (there, back) = (random.up_to(bound), random.up_to(bound));
                    (there, Fate { back, lost: random.number().is_multiple_of(4) })
                };
                replica(&store, &format!("replica-{number}"), lag)
            }).collect();
            for _ in 0..6_000 {
                tokio::time::sleep(Duration::from_millis(97)).await;
                let leading = replicas.iter().enumerate().filter(|(_, it)| it.leadership.is_leader());
                let leading: Vec<_> = leading.map(|(number, _)| number).collect();
                assert!(leading.len() <= 1, "{leading:?} at once");
                seen.extend(leading);
            }
        });
        prop_assert!(!leaders.is_empty(), "somebody led at some time");
    }
}
