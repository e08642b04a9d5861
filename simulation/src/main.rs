//! Plays many schedules: `SEEDS` of them (500) from seed `FIRST` (0), on `THREADS` threads (all). `TRACE=1` tells the
//! whole story of a single one.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use openbao_claims_simulation::{Played, Schedule, play, prepare, shrink};

/// Schedules that are played to shrink one that fails.
const SHRINK: usize = 120;
/// Failures after which no more are looked for.
const ENOUGH: usize = 5;

#[expect(clippy::disallowed_methods, reason = "this program is told by its environment what to play")]
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[expect(clippy::disallowed_methods, reason = "how fast simulations run is measured in real time")]
fn main() -> ExitCode {
    prepare();
    let (first, seeds) = (number("FIRST", 0), number("SEEDS", 500));
    if number("TRACE", 0) == 1 {
        let played = play(&Schedule::of(first));
        println!("{}", played.lines.join("\n"));
        return if played.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let threads = number("THREADS", cores as u64).max(1);
    let began = Instant::now();
    let (next, orphans) = (AtomicU64::new(first), AtomicU64::new(0));
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let many = failed.lock().is_ok_and(|failed| failed.len() >= ENOUGH);
                    if seed >= first.saturating_add(seeds) || many {
                        return;
                    }
                    let played = play(&Schedule::of(seed));
                    orphans.fetch_add(played.orphans, Ordering::Relaxed);
                    if !played.broken.is_empty() {
                        println!("seed {seed} fails: {}", played.broken.join("; "));
                        if let Ok(mut failed) = failed.lock() {
                            failed.push(seed);
                        }
                    }
                }
            });
        }
    });
    let took = began.elapsed().as_secs_f64();
    let played = next.load(Ordering::Relaxed).min(first.saturating_add(seeds)).saturating_sub(first);
    let mut failed = failed.into_inner().unwrap_or_default();
    failed.sort_unstable();
    println!(
        "{played} schedules from seed {first} in {took:.1} s ({:.1} a second), {} failed, {} late clusters",
        f64::from(u32::try_from(played).unwrap_or(u32::MAX)) / took,
        failed.len(),
        orphans.load(Ordering::Relaxed),
    );
    let Some(seed) = failed.first() else { return ExitCode::SUCCESS };
    tell(*seed, &shrink(&Schedule::of(*seed), usize::try_from(number("SHRINK", SHRINK as u64)).unwrap_or(SHRINK)));
    ExitCode::FAILURE
}

/// The story of the least schedule that fails.
fn tell(seed: u64, (schedule, played): &(Schedule, Played)) {
    println!("\nseed {seed}, shrunk to {} acts and {} faults:", schedule.acts.len(), schedule.faults.len());
    println!("{}", played.lines.join("\n"));
}
