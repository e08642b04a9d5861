//! The least of a schedule that still fails.

use crate::play::{Played, play};
use crate::schedule::Schedule;

/// Leaves out acts and faults, first many at once and then one by one, as long as something is still broken; plays
/// at most `budget` schedules.
pub fn shrink(failing: &Schedule, mut budget: usize) -> (Schedule, Played) {
    let mut best = (failing.clone(), play(failing));
    let mut size = (failing.acts.len() + failing.faults.len()).div_ceil(2);
    while size > 0 && budget > 0 {
        let mut from = 0;
        let mut shrunk = false;
        while from < best.0.acts.len() + best.0.faults.len() && budget > 0 {
            let less = without(&best.0, from, size);
            budget -= 1;
            let played = play(&less);
            if played.broken.is_empty() {
                from += size;
            } else {
                best = (less, played);
                shrunk = true;
            }
        }
        if size > 1 || !shrunk {
            size /= 2;
        }
    }
    best
}

/// The schedule without `size` items from the one at `from`, acts before faults.
fn without(schedule: &Schedule, from: usize, size: usize) -> Schedule {
    let mut less = schedule.clone();
    let acts = less.acts.len();
    let kept = |index: usize| index < from || index >= from + size;
    let mut index = 0;
    less.acts.retain(|_| {
        index += 1;
        kept(index - 1)
    });
    let mut index = acts;
    less.faults.retain(|_| {
        index += 1;
        kept(index - 1)
    });
    less
}
