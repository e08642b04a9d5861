//! Trying mutants on cases.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::catalog::{Catalog, Targets};
use crate::engine::Platform;

use super::super::case::{Case, Suite};
use super::super::run::{Trial, run};
use super::super::witness::Witness;
use super::apply::mutated;
use super::list::{Mutant, mutants};

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A case fails on it.
    Noticed,
    /// It does not compile any more, for this reason.
    Refused(String),
    /// Every case holds.
    Unnoticed {
        /// How many cases get to what it changes.
        cases: usize,
    },
}

/// What mutants are tried on.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The cases.
    pub suite: &'a Suite,
    /// What they are about.
    pub catalog: &'a Catalog,
    /// The same, compiled without errors.
    pub platform: &'a Platform,
    /// What it was compiled for.
    pub targets: &'a Targets,
}

/// Stack of a thread that compiles: the grammar recurses, and a thread's usual 2 MiB are less than a program's.
const STACK: usize = 8 << 20;

/// Tries every mutant of what the cases touch but those that `known` names. `told` hears how many of how many are
/// done; `threads` work at once, and no result depends on how many they are.
///
/// *Errors*: cases that fail without any mutant; they would notice all.
pub fn mutate(
    ground: Ground<'_>,
    mut known: impl FnMut(&Mutant) -> bool,
    threads: NonZeroUsize,
    told: &(dyn Fn(usize, usize) + Sync),
) -> Result<Vec<(Mutant, Fate)>, Vec<Trial>> {
    let Ground { suite, catalog, platform, .. } = ground;
    let witnesses: Vec<_> = suite.cases.iter().map(|_| Arc::new(Witness::default())).collect();
    let trials = suite.cases.iter().zip(&witnesses).map(|(case, seen)| run(case, catalog, platform, Some(seen)));
    let failed: Vec<_> = trials.filter(|trial| !trial.passed()).collect();
    if !failed.is_empty() {
        return Err(failed);
    }
    let mutants: Vec<_> = mutants(platform, &witnesses).into_iter().filter(|mutant| !known(mutant)).collect();
    let cases: Vec<_> = suite.cases.iter().zip(witnesses.iter().map(AsRef::as_ref)).collect();
    let work = Work { ground, cases: &cases, mutants: &mutants, next: AtomicUsize::new(0), fates: Mutex::default() };
    std::thread::scope(|scope| {
        for _ in 1..threads.get() {
            let thread = std::thread::Builder::new().stack_size(STACK);
            // One that cannot be had leaves more to the others.
            let _ = thread.spawn_scoped(scope, || work.run(told));
        }
        work.run(told);
    });
    let mut fates = work.fates.into_inner().unwrap_or_else(PoisonError::into_inner);
    fates.sort_by_key(|(at, _)| *at);
    Ok(mutants.into_iter().zip(fates.into_iter().map(|(_, fate)| fate)).collect())
}

/// What threads share.
struct Work<'a> {
    ground: Ground<'a>,
    cases: &'a [(&'a Case, &'a Witness)],
    mutants: &'a [Mutant],
    next: AtomicUsize,
    /// by index of the mutant
    fates: Mutex<Vec<(usize, Fate)>>,
}

impl Work<'_> {
    fn run(&self, told: &(dyn Fn(usize, usize) + Sync)) {
        let mut catalog = self.ground.catalog.clone();
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(mutant) = self.mutants.get(at) else { return };
            let fate = self.fate(mutant, &mut catalog);
            let mut fates = self.fates.lock().unwrap_or_else(PoisonError::into_inner);
            fates.push((at, fate));
            told(fates.len(), self.mutants.len());
        }
    }

    fn fate(&self, mutant: &Mutant, catalog: &mut Catalog) -> Fate {
        let platform = match mutated(mutant, self.ground.platform, catalog, self.ground.targets) {
            Ok(platform) => platform,
            Err(reason) => return Fate::Refused(reason),
        };
        let mut cases = 0;
        for (case, _) in self.cases.iter().filter(|(_, seen)| mutant.reached(seen)) {
            if !run(case, self.ground.catalog, &platform, None).passed() {
                return Fate::Noticed;
            }
            cases += 1;
        }
        Fate::Unnoticed { cases }
    }
}
