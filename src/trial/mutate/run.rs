//! Trying mutants on cases.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::catalog::{Catalog, Targets};
use crate::engine::Platform;

use super::super::case::{Case, Suite};
use super::super::parallel::in_parallel;
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
    let work = Work { ground, cases: &cases };
    let fates = in_parallel(&mutants, threads, || catalog.clone(), |catalog, mutant| work.fate(mutant, catalog), told);
    Ok(mutants.into_iter().zip(fates).collect())
}

/// What threads share.
struct Work<'a> {
    ground: Ground<'a>,
    cases: &'a [(&'a Case, &'a Witness)],
}

impl Work<'_> {
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
