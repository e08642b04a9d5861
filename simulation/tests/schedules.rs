//! Simulations replay, and nothing that must not be is ever seen.

#[cfg(test)]
mod tests {
    use openbao_claims_simulation::{Schedule, play, prepare};

    #[test]
    fn a_seed_gives_the_same_calls_on_every_run_and_on_any_thread() {
        prepare();
        for seed in [3, 17, 4_711, 90_210] {
            let schedule = Schedule::of(seed);
            let (here, there) = std::thread::scope(|scope| {
                let there = scope.spawn(|| play(&schedule));
                (play(&schedule), there.join().unwrap())
            });
            let differs = here.lines.iter().zip(&there.lines).position(|(here, there)| here != there);
            assert_eq!(differs.map(|at| (&here.lines[at], &there.lines[at])), None, "seed {seed}");
            assert_eq!(here.hash, there.hash, "seed {seed}");
        }
    }

    #[test]
    fn different_seeds_are_different_stories() {
        assert_ne!(Schedule::of(1), Schedule::of(2));
        assert_eq!(Schedule::of(1), Schedule::of(1));
    }

    #[test]
    fn without_faults_everything_comes_to_rest() {
        prepare();
        for seed in 0..8 {
            let schedule = Schedule { faults: Vec::new(), ..Schedule::of(seed) };
            let played = play(&schedule);
            assert!(played.broken.is_empty(), "seed {seed}: {:#?}\n{}", played.broken, played.lines.join("\n"));
        }
    }
}
