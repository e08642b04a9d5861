//! Randomness of the process, replaced: whatever asks the system for it (keys of hash maps, and through them the
//! branches that `tokio::select!` tries first) gets what the thread's seed gives.

use std::cell::Cell;

thread_local! {
    static STATE: Cell<u64> = const { Cell::new(0x5eed) };
}

/// Seeds this thread. Before it, and on every other thread, the answers are constant.
pub(crate) fn seed(seed: u64) {
    STATE.set(seed);
}

fn next() -> u64 {
    let state = STATE.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
    STATE.set(state);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Stands in for the system's function of this name, in programs that link this crate.
///
/// # Safety
/// As of `getrandom(2)`: `buffer` points to `length` writable bytes.
#[expect(unsafe_code, reason = "the symbol of the system's C library is replaced, which has no safe form")]
#[unsafe(no_mangle)]
unsafe extern "C" fn getrandom(buffer: *mut u8, length: usize, _flags: u32) -> isize {
    for at in 0..length {
        // SAFETY: the caller promises `length` writable bytes.
        unsafe { buffer.add(at).write(next().to_le_bytes()[at % 8]) };
    }
    isize::try_from(length).unwrap_or(isize::MAX)
}
