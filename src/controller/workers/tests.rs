use super::*;
use crate::controller::queue::Limits;
use crate::controller::random::Random;
use tokio::sync::oneshot;

type Log = Arc<Mutex<Vec<(u128, String)>>>;

fn work(limits: Limits) -> Work<String> {
    Work::new(Queue::new(limits, |_| None, Random::seeded(3)))
}

fn key(name: &str) -> String {
    name.to_owned()
}

/// A run that takes a second and ends as told by the key's name, logging its start and end.
fn slow(
    log: &Log,
    origin: Instant,
) -> impl Fn(String) -> std::pin::Pin<Box<dyn Future<Output = Outcome> + Send>> + use<> {
    let log = Arc::clone(log);
    move |key| {
        let log = Arc::clone(&log);
        Box::pin(async move {
            log.lock().unwrap().push((origin.elapsed().as_millis(), format!("+{key}")));
            tokio::time::sleep(Duration::from_secs(1)).await;
            log.lock().unwrap().push((origin.elapsed().as_millis(), format!("-{key}")));
            assert!(!key.starts_with("panics"), "a reconcile with a defect");
            if key.starts_with("fails") { Outcome::Failed } else { Outcome::Settled }
        })
    }
}

async fn run_for(work: &Work<String>, log: &Log, origin: Instant, seconds: u64) {
    work.run(slow(log, origin), tokio::time::sleep(Duration::from_secs(seconds))).await;
}

#[tokio::test(start_paused = true)]
async fn no_more_run_at_once_than_allowed_and_the_urgent_go_first() {
    let (work, log, origin) = (work(Limits { in_flight: 2, ..Limits::default() }), Log::default(), Instant::now());
    for name in ["b", "c", "d"] {
        work.add(&key(name), Priority::Resync);
    }
    work.add(&key("a"), Priority::Edit);
    assert_eq!(work.depths().waiting[&Priority::Resync], 3);
    run_for(&work, &log, origin, 10).await;
    let starts: Vec<_> = log.lock().unwrap().iter().filter(|it| it.1.starts_with('+')).cloned().collect();
    let expected = [(0, "+a"), (0, "+b"), (1_000, "+c"), (1_000, "+d")];
    assert_eq!(starts, expected.map(|(at, name)| (at, key(name))));
}

#[tokio::test(start_paused = true)]
async fn a_runner_asleep_is_woken_by_what_is_added_and_by_what_is_due() {
    let (work, log, origin) = (work(Limits::default()), Log::default(), Instant::now());
    let adder = work.clone();
    let adding = async move {
        adder.add_after(&key("later"), Priority::Observed, Duration::from_secs(7));
        tokio::time::sleep(Duration::from_secs(3)).await;
        adder.add(&key("now"), Priority::Edit);
    };
    tokio::join!(adding, run_for(&work, &log, origin, 20));
    let expected = [(3_000, "+now"), (4_000, "-now"), (7_000, "+later"), (8_000, "-later")];
    assert_eq!(*log.lock().unwrap(), expected.map(|(at, name)| (at, key(name))));
}

#[tokio::test(start_paused = true)]
async fn what_fails_or_panics_comes_back_later_and_hinders_nobody() {
    let (work, log, origin) = (work(Limits::default()), Log::default(), Instant::now());
    for name in ["fails", "panics", "works"] {
        work.add(&key(name), Priority::Edit);
    }
    run_for(&work, &log, origin, 60).await;
    let log = log.lock().unwrap();
    let starts = |name: &str| log.iter().filter(|it| it.1 == format!("+{name}")).count();
    assert_eq!(starts("works"), 1);
    assert!((4..10).contains(&starts("fails")), "{log:?}");
    assert!((4..10).contains(&starts("panics")), "{log:?}");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_finishes_what_runs_and_takes_nothing_new() {
    let (work, log, origin) = (work(Limits { in_flight: 1, ..Limits::default() }), Log::default(), Instant::now());
    work.add(&key("first"), Priority::Edit);
    work.add(&key("second"), Priority::Edit);
    let (stop, stopped) = oneshot::channel::<()>();
    let stopping = async move {
        tokio::time::sleep(Duration::from_millis(500)).await;
        drop(stop);
    };
    let shutdown = async move {
        let _ = stopped.await;
    };
    tokio::join!(stopping, work.run(slow(&log, origin), shutdown));
    assert_eq!(*log.lock().unwrap(), [(0, key("+first")), (1_000, key("-first"))]);
    log.lock().unwrap().clear();
    run_for(&work, &log, origin, 5).await;
    assert_eq!(log.lock().unwrap()[0], (1_000, key("+second")), "a later run goes on with what was left");
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_is_dropped_leaves_no_key_behind() {
    let (work, log, origin) = (work(Limits::default()), Log::default(), Instant::now());
    work.add(&key("a"), Priority::Edit);
    let dropped = tokio::time::timeout(Duration::from_millis(10), run_for(&work, &log, origin, 60)).await;
    assert!(dropped.is_err());
    assert_eq!(work.depths().running, 0);
    run_for(&work, &log, origin, 60).await;
    assert_eq!(log.lock().unwrap().iter().filter(|it| it.1 == "-a").count(), 1);
}
