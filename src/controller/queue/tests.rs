use super::*;
use proptest::prelude::*;

type Key = (&'static str, u8);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn group(key: &Key) -> Option<&str> {
    (key.0 != "-").then_some(key.0)
}

fn queue(limits: Limits) -> Queue<Key> {
    Queue::new(limits, group, Random::seeded(1))
}

fn wide() -> Limits {
    Limits { in_flight: 100, per_group: 100, fan_out_per_second: 1_000_000_000, ..Limits::default() }
}

fn drain(queue: &mut Queue<Key>, now: Duration) -> Vec<u8> {
    std::iter::from_fn(|| queue.next(now)).map(|key| key.1).collect()
}

#[test]
fn the_most_urgent_class_comes_first_and_the_first_come_within_it() {
    let mut queue = queue(wide());
    let order = [Priority::Resync, Priority::FanOut, Priority::Observed, Priority::Edit, Priority::Edit];
    for (name, priority) in (0..).zip(order) {
        queue.add(&("a", name), priority, secs(0));
    }
    assert_eq!(drain(&mut queue, secs(0)), [3, 4, 2, 1, 0]);
}

#[test]
fn a_key_in_line_is_only_ever_moved_forward() {
    let mut queue = queue(wide());
    queue.add(&("a", 1), Priority::Observed, secs(0));
    queue.add(&("a", 2), Priority::Observed, secs(0));
    queue.add(&("a", 2), Priority::Edit, secs(0));
    queue.add(&("a", 1), Priority::Resync, secs(0));
    assert_eq!(queue.depths().waiting[&Priority::Edit], 1);
    assert_eq!(drain(&mut queue, secs(0)), [2, 1]);
}

#[test]
fn a_key_added_while_it_runs_is_run_again_once_and_never_at_the_same_time() {
    let mut queue = queue(wide());
    queue.add(&("a", 1), Priority::Edit, secs(0));
    assert_eq!(queue.next(secs(0)), Some(("a", 1)));
    queue.add(&("a", 1), Priority::Observed, secs(1));
    queue.add(&("a", 1), Priority::Edit, secs(1));
    assert_eq!(queue.next(secs(1)), None);
    queue.done(&("a", 1), Outcome::Settled, secs(2));
    assert_eq!(queue.next(secs(2)), Some(("a", 1)));
    queue.done(&("a", 1), Outcome::Settled, secs(3));
    assert_eq!(queue.next(secs(3)), None);
    assert_eq!(queue.next_at(), None);
    assert!(queue.items.is_empty(), "an idle key costs nothing");
}

#[test]
fn failures_wait_longer_each_time_up_to_the_ceiling_and_success_resets() {
    let mut queue = queue(wide());
    queue.add(&("a", 1), Priority::Observed, secs(0));
    let mut now = secs(0);
    let mut waits = Vec::new();
    for _ in 0..14 {
        assert_eq!(queue.next(now), Some(("a", 1)));
        queue.done(&("a", 1), Outcome::Failed, now);
        let next = queue.next_at().unwrap();
        assert_eq!(queue.next(next.saturating_sub(Duration::from_millis(1))), None);
        waits.push(next.saturating_sub(now));
        now = next;
    }
    let ceiling = Limits::default().backoff_ceiling;
    assert!(waits[0] <= secs(1) && waits[13] >= ceiling / 2 && waits[13] <= ceiling, "{waits:?}");
    assert_eq!(queue.depths().failing, 1);
    assert_eq!(queue.next(now), Some(("a", 1)));
    queue.done(&("a", 1), Outcome::Requeue(secs(9)), now);
    assert_eq!(queue.next_at(), Some(now + secs(9)));
    assert_eq!(queue.depths().failing, 0);
}

#[test]
fn an_edit_ends_the_backoff_while_other_news_only_shorten_it() {
    let mut queue = queue(wide());
    let mut now = secs(0);
    queue.add(&("a", 1), Priority::Edit, now);
    for _ in 0..12 {
        now = now.max(queue.next_at().unwrap());
        queue.next(now).unwrap();
        queue.done(&("a", 1), Outcome::Failed, now);
    }
    queue.add(&("a", 1), Priority::FanOut, now);
    assert!(queue.next_at().unwrap() >= now + secs(150));
    queue.add(&("a", 1), Priority::Observed, now);
    assert_eq!(queue.next_at(), Some(now + secs(10)));
    queue.add(&("a", 1), Priority::Edit, now);
    assert_eq!(queue.next(now), Some(("a", 1)));
    queue.done(&("a", 1), Outcome::Settled, now);
    assert_eq!(queue.next_at(), None, "the retry was answered");
}

#[test]
fn a_throttled_key_waits_at_least_as_long_as_the_server_asked() {
    let mut queue = queue(wide());
    queue.add(&("a", 1), Priority::Edit, secs(0));
    queue.next(secs(0)).unwrap();
    queue.add(&("a", 1), Priority::Observed, secs(0));
    queue.done(&("a", 1), Outcome::Throttled(secs(30)), secs(0));
    assert_eq!(queue.next_at(), Some(secs(30)));
}

#[test]
fn a_promised_time_is_kept_whatever_runs_before_it() {
    let mut queue = queue(wide());
    queue.add_after(&("a", 1), Priority::Observed, secs(60));
    queue.add(&("a", 1), Priority::Edit, secs(1));
    queue.next(secs(1)).unwrap();
    queue.done(&("a", 1), Outcome::Requeue(secs(600)), secs(2));
    assert_eq!(queue.next_at(), Some(secs(60)));
    assert_eq!(queue.next(secs(60)), Some(("a", 1)));
    queue.done(&("a", 1), Outcome::Settled, secs(60));
    assert_eq!(queue.next_at(), None, "the later look was answered by this run");
}

#[test]
fn a_namespace_with_its_share_in_flight_lets_others_pass_and_keeps_its_order() {
    let mut queue = queue(Limits { in_flight: 3, per_group: 1, ..wide() });
    for name in 1..=3 {
        queue.add(&("noisy", name), Priority::Edit, secs(0));
    }
    queue.add(&("quiet", 9), Priority::Resync, secs(0));
    queue.add(&("-", 8), Priority::Resync, secs(0));
    assert_eq!(drain(&mut queue, secs(0)), [1, 9, 8]);
    queue.done(&("noisy", 1), Outcome::Settled, secs(1));
    assert_eq!(drain(&mut queue, secs(1)), [2]);
    queue.done(&("noisy", 2), Outcome::Settled, secs(1));
    assert_eq!(drain(&mut queue, secs(1)), [3]);
}

#[test]
fn a_key_that_stepped_aside_can_still_be_moved_forward() {
    let mut queue = queue(Limits { per_group: 1, ..wide() });
    for name in 1..=3 {
        queue.add(&("noisy", name), Priority::Observed, secs(0));
    }
    assert_eq!(drain(&mut queue, secs(0)), [1]);
    queue.add(&("noisy", 3), Priority::Edit, secs(0));
    queue.done(&("noisy", 1), Outcome::Settled, secs(0));
    assert_eq!(drain(&mut queue, secs(0)), [3]);
    queue.done(&("noisy", 3), Outcome::Settled, secs(0));
    assert_eq!(drain(&mut queue, secs(0)), [2]);
}

#[test]
fn fan_out_is_paced_while_edits_and_resyncs_are_not() {
    let mut queue = queue(Limits { fan_out_per_second: 4, ..wide() });
    for name in 0..20 {
        queue.add(&("a", name), Priority::FanOut, secs(0));
    }
    assert_eq!(drain(&mut queue, secs(0)), [0]);
    assert_eq!(queue.next_at(), Some(Duration::from_millis(250)));
    queue.add(&("a", 50), Priority::Edit, secs(0));
    queue.add(&("a", 51), Priority::Resync, secs(0));
    assert_eq!(drain(&mut queue, secs(0)), [50, 51]);
    let mut handed = 0;
    for tick in 0..1_000 {
        handed += drain(&mut queue, Duration::from_millis(tick)).len();
    }
    assert_eq!(handed, 3);
    assert_eq!(drain(&mut queue, secs(60)).len(), 1, "idle time earns no burst");
}

#[test]
fn a_full_queue_sleeps_until_something_is_done() {
    let mut queue = queue(Limits { in_flight: 1, ..wide() });
    queue.add(&("a", 1), Priority::Edit, secs(0));
    queue.add(&("a", 2), Priority::Edit, secs(0));
    queue.next(secs(0)).unwrap();
    assert_eq!((queue.next(secs(0)), queue.next_at()), (None, None));
    queue.done(&("a", 1), Outcome::Settled, secs(0));
    assert_eq!(queue.next_at(), Some(Duration::ZERO));
}

#[test]
fn the_end_of_a_run_that_never_began_is_ignored() {
    let mut queue = queue(wide());
    queue.done(&("a", 1), Outcome::Failed, secs(0));
    queue.add(&("a", 1), Priority::Edit, secs(0));
    queue.done(&("a", 1), Outcome::Failed, secs(0));
    assert_eq!(queue.next(secs(0)), Some(("a", 1)));
}

#[derive(Debug, Clone)]
enum Step {
    Add(Key, Priority),
    AddAfter(Key, Priority, u64),
    Next,
    Done(usize, u8),
    Sleep(u64),
}

fn key() -> impl Strategy<Value = Key> {
    (prop_oneof![Just("a"), Just("b"), Just("-")], 0_u8..4)
}

fn priority() -> impl Strategy<Value = Priority> {
    proptest::sample::select(&Priority::ALL[..])
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (key(), priority()).prop_map(|(key, priority)| Step::Add(key, priority)),
        1 => (key(), priority(), 0_u64..30).prop_map(|(key, priority, wait)| Step::AddAfter(key, priority, wait)),
        4 => Just(Step::Next),
        3 => (any::<usize>(), 0_u8..4).prop_map(|(which, outcome)| Step::Done(which, outcome)),
        1 => (0_u64..20).prop_map(Step::Sleep),
    ]
}

/// What is owed, by a bookkeeping that shares nothing with the queue.
#[derive(Default)]
struct Owed {
    runs: BTreeSet<Key>,
    promised: BTreeMap<Key, Duration>,
}

impl Owed {
    /// A promise whose time has come is owed as a run, and the next promise counts for itself.
    fn asked(&mut self, queue: &mut Queue<Key>, now: Duration) -> Option<Key> {
        let due: Vec<_> = self.promised.extract_if(.., |_, at| *at <= now).map(|promise| promise.0).collect();
        self.runs.extend(due);
        let key = queue.next(now)?;
        self.runs.remove(&key);
        Some(key)
    }
}

fn check(step: &Step, queue: &mut Queue<Key>, running: &mut Vec<Key>, owed: &mut Owed, now: &mut Duration) {
    match *step {
        Step::Add(key, priority) => {
            queue.add(&key, priority, *now);
            owed.runs.insert(key);
        }
        Step::AddAfter(key, priority, wait) => {
            let at = *now + secs(wait);
            queue.add_after(&key, priority, at);
            owed.promised.entry(key).and_modify(|held| *held = at.min(*held)).or_insert(at);
        }
        Step::Next => {
            if let Some(key) = owed.asked(queue, *now) {
                assert!(!running.contains(&key), "{key:?} twice at once");
                running.push(key);
            }
        }
        Step::Done(which, outcome) if !running.is_empty() => {
            let key = running.remove(which % running.len());
            let outcome = match outcome {
                0 => Outcome::Settled,
                1 => Outcome::Requeue(secs(5)),
                2 => Outcome::Failed,
                _ => Outcome::Throttled(secs(7)),
            };
            queue.done(&key, outcome, *now);
            if outcome != Outcome::Settled {
                owed.runs.insert(key);
            }
        }
        Step::Done(..) => {}
        Step::Sleep(wait) => *now += secs(wait),
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_and_no_cap_is_exceeded(
        steps in proptest::collection::vec(step(), 0..200),
        in_flight in 1_usize..5,
        per_group in 1_usize..4,
        seed: u64,
    ) {
        let limits = Limits { in_flight, per_group, fan_out_per_second: 2, ..Limits::default() };
        let mut queue = Queue::new(limits, group, Random::seeded(seed));
        let (mut running, mut owed, mut now) = (Vec::new(), Owed::default(), secs(0));
        for step in &steps {
            check(step, &mut queue, &mut running, &mut owed, &mut now);
            prop_assert!(running.len() <= in_flight);
            for group in ["a", "b"] {
                prop_assert!(running.iter().filter(|key| key.0 == group).count() <= per_group);
            }
        }
        for _ in 0..1_000 {
            while let Some(key) = owed.asked(&mut queue, now) {
                prop_assert!(!running.contains(&key));
                running.push(key);
            }
            if !running.is_empty() {
                queue.done(&running.remove(0), Outcome::Settled, now);
            } else if let Some(at) = queue.next_at() {
                prop_assert!(at > now, "asked to come at once for nothing");
                now = at;
            }
        }
        prop_assert!(owed.runs.is_empty() && owed.promised.is_empty(), "{:?} {:?}", owed.runs, owed.promised);
        prop_assert_eq!(queue.next_at(), None);
        prop_assert!(queue.items.is_empty() && queue.parked.is_empty() && queue.groups.is_empty());
    }

    #[test]
    fn without_caps_and_failures_the_order_is_that_of_a_sorted_list(
        steps in proptest::collection::vec(step(), 0..100),
    ) {
        let mut queue = queue(Limits { in_flight: usize::MAX, per_group: usize::MAX, ..wide() });
        let mut line: Vec<(Priority, usize, Key)> = Vec::new();
        let mut running: Vec<Key> = Vec::new();
        for (order, step) in steps.iter().enumerate() {
            match *step {
                Step::Add(key, priority) => {
                    queue.add(&key, priority, secs(order as u64));
                    if line.iter().all(|held| held.2 != key || held.0 < priority) {
                        line.retain(|held| held.2 != key);
                        line.push((priority, order, key));
                    }
                }
                Step::Next => {
                    let expected = line.iter().filter(|held| !running.contains(&held.2));
                    let expected = expected.min_by_key(|held| (Reverse(held.0), held.1)).map(|held| held.2);
                    prop_assert_eq!(queue.next(secs(order as u64)), expected);
                    line.retain(|held| Some(held.2) != expected);
                    running.extend(expected);
                }
                Step::Done(which, _) if !running.is_empty() => {
                    let key = running.remove(which % running.len());
                    queue.done(&key, Outcome::Settled, secs(order as u64));
                }
                _ => {}
            }
        }
    }

    #[test]
    fn the_same_steps_and_seed_replay_to_the_same_order(
        steps in proptest::collection::vec(step(), 0..60), seed: u64,
    ) {
        let replay = || {
            let limits = Limits { in_flight: 2, per_group: 1, ..Limits::default() };
            let mut queue = Queue::new(limits, group, Random::seeded(seed));
            let (mut running, mut owed, mut now) = (Vec::new(), Owed::default(), secs(0));
            let mut seen = Vec::new();
            for step in &steps {
                check(step, &mut queue, &mut running, &mut owed, &mut now);
                seen.push((running.clone(), queue.next_at()));
            }
            seen
        };
        prop_assert_eq!(replay(), replay());
    }
}
