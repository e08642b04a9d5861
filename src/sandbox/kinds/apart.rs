//! Work that leaves no trace in the thread that asks for it.

use std::panic::resume_unwind;
use std::thread::{Builder, scope};

/// Bytes of stack: expressions are parsed by recursion.
const STACK: usize = 8 * 1024 * 1024;

/// Does work on a thread of its own. What is done once a process and remembered must not draw on its first caller's
/// thread: hash maps take their keys from a sequence that each thread has, and a schedule that is replayed from its
/// seed would find that sequence in another place the second time.
pub(super) fn apart<T: Send>(work: impl Fn() -> T + Sync) -> T {
    scope(|scope| match Builder::new().stack_size(STACK).spawn_scoped(scope, &work) {
        Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
        Err(_) => work(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_on_another_thread_and_hands_back_what_it_made() {
        let here = std::thread::current().id();
        assert_ne!(apart(|| std::thread::current().id()), here);
    }
}
