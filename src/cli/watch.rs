//! `--watch`: a command again and again, whenever its files change.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::pin::pin;
use std::time::{Duration, SystemTime};

use super::Outcome;
use super::load::files;
use super::operate::{runtime, signalled};

/// How often files are looked at. Changes count once they are the same in two looks: editors write in steps.
const TICK: Duration = Duration::from_millis(250);

/// What tells a change of a file: when it was written, and its size.
type Seen = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Runs `once`, and again whenever a file below `paths` changes, appears or goes away, until a signal ends it.
///
/// The result is the last one. `once` says no more when there is nobody left to tell.
pub(super) fn watch(paths: &[PathBuf], mut once: impl FnMut() -> Option<Outcome>) -> Outcome {
    let watched = runtime().map(|runtime| {
        runtime.block_on(async {
            let mut end = pin!(signalled());
            // Listens to signals from here on, so that none gets lost while the first result is made.
            tokio::select! {
                biased;
                () = &mut end => return Outcome::Fine,
                () = tokio::task::yield_now() => {}
            }
            loop {
                let known = seen(paths);
                clear();
                let Some(outcome) = once() else { return Outcome::Refused };
                tokio::select! {
                    () = &mut end => return outcome,
                    () = changed(paths, &known) => {}
                }
            }
        })
    });
    watched.unwrap_or_else(|message| {
        anstream::eprintln!("error: {message}");
        Outcome::Refused
    })
}

/// Ready when files are not as they were, and have stopped to change.
async fn changed(paths: &[PathBuf], known: &Seen) {
    let mut last = seen(paths);
    loop {
        tokio::time::sleep(TICK).await;
        let now = seen(paths);
        if now != *known && now == last {
            return;
        }
        last = now;
    }
}

fn seen(paths: &[PathBuf]) -> Seen {
    let below = paths.iter().flat_map(|path| files(path).unwrap_or_default());
    let state = |file: PathBuf| {
        let state = std::fs::metadata(&file).and_then(|found| Ok((found.modified()?, found.len()))).ok();
        (file, state)
    };
    below.map(state).collect()
}

/// Each result begins at the top of a terminal.
fn clear() {
    let mut stdout = std::io::stdout();
    if stdout.is_terminal() {
        // Nobody is left to tell when the terminal is gone.
        let _ = stdout.write_all(b"\x1b[2J\x1b[3J\x1b[H").and_then(|()| stdout.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_written_appears_or_goes_away_is_seen() {
        let folder = std::env::temp_dir().join(format!("openbao-claims-seen-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let paths = [folder.clone()];
        let empty = seen(&paths);
        let file = folder.join("a.yaml");
        std::fs::write(&file, "a: 1").unwrap();
        let written = seen(&paths);
        std::fs::write(&file, "a: 10").unwrap();
        let again = seen(&paths);
        std::fs::remove_file(&file).unwrap();
        let gone = seen(&paths);
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(empty != written && written != again);
        assert_eq!((gone, seen(&paths)), (empty, Seen::new()));
    }
}
