//! Work on many things at once, with results in their order.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Stack of a thread that compiles: the grammar recurses, and a thread's usual 2 MiB are less than a program's.
pub const STACK: usize = 8 << 20;

/// Does `work` for every item, `threads` of them at once, each with a state of its own. `told` hears how many of how
/// many are done. No result depends on how many threads there are.
pub fn in_parallel<T: Sync, S, R: Send>(
    items: &[T],
    threads: NonZeroUsize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &T) -> R + Sync,
    told: &(dyn Fn(usize, usize) + Sync),
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    let run = || {
        let mut state = state();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return };
            let result = work(&mut state, item);
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.push((at, result));
            told(done.len(), items.len());
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.get().min(items.len()) {
            // One that cannot be had leaves more to the others.
            let _ = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        }
        run();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_items_however_many_work() {
        let items: Vec<_> = (0..500_usize).collect();
        for threads in [1, 2, 7] {
            let seen = AtomicUsize::new(0);
            let told = |done: usize, all: usize| {
                assert_eq!(all, 500);
                seen.fetch_max(done, Ordering::Relaxed);
            };
            let double = |count: &mut usize, item: &usize| {
                *count += 1;
                item * 2
            };
            let doubled = in_parallel(&items, NonZeroUsize::new(threads).unwrap(), || 0, double, &told);
            assert_eq!(doubled, items.iter().map(|item| item * 2).collect::<Vec<_>>());
            assert_eq!(seen.into_inner(), 500);
        }
    }
}
