//! Mistakes that authors make, put into the shipped catalogs one by one: each is refused or warned of, with a
//! mark at the mistake or its name in the message.
//!
//! `CASES=N` asks for more than CI does; what is missed is printed.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    dead_code,
    reason = "a suite of its own: a panic is how it fails"
)]

mod support;

#[path = "support/mutate/mod.rs"]
mod mutate;

use std::collections::{BTreeMap, BTreeSet};

use mutate::{Mutant, mutants};
use openbao_claims::catalog::coverage;
use openbao_claims::diagnostic::{Diagnostic, Label};
use openbao_claims::engine::{Before, Decision};
use support::World;

/// Mutants of one run, evenly taken from all.
const CASES: usize = 420;
/// Of a hundred mistakes, so many must be told.
const DEMANDED: usize = 95;

/// A shipped catalog with the components that it wires, and the rules.
fn catalogs() -> Vec<Vec<String>> {
    let components = support::shipped::texts("catalogs/components");
    let shared = support::shipped::texts("rules");
    let names =
        ["hardened-gateway", "development", "hardened-aws", "hardened-ingress", "blue-green", "tested-restores"];
    let mut all = Vec::new();
    for name in names {
        let mut texts = support::shipped::texts(&format!("catalogs/{name}"));
        let wired = |component: &&String| {
            let own = component.lines().find_map(|line| line.strip_prefix("metadata: {name: ")).unwrap();
            let own = own.trim_end_matches('}');
            texts.iter().any(|text| {
                text.split("component: ").skip(1).any(|rest| {
                    rest.strip_prefix(own)
                        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
                })
            })
        };
        let components: Vec<_> = components.iter().filter(wired).cloned().collect();
        texts.extend(components);
        if all.is_empty() {
            texts.extend(shared.iter().cloned());
        }
        all.push(texts);
    }
    all
}

/// All that an author is told of a catalog: what compiling finds, what its claims show, and coverage.
fn told(texts: &[String]) -> (World, Vec<Diagnostic>) {
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let world = World::of(&texts);
    let mut found = world.diagnostics.clone();
    for revision in world.platform.revisions.values() {
        found.extend(coverage(revision, &world.platform.rule_sets).warnings);
    }
    (world, found)
}

/// The lines of a file that diagnostics mark, each with its text.
fn marks(world: &World, diagnostic: &Diagnostic, file: usize) -> BTreeSet<usize> {
    let labels: Vec<&Label> = diagnostic.primary.iter().chain(&diagnostic.secondary).collect();
    let mut lines = BTreeSet::new();
    for label in labels {
        let own = world.sources.get(label.span.source).map(|source| source.name.clone());
        if own.as_deref() == Some(&format!("file{file}.yaml")) {
            let place = world.sources.line_column(label.span).unwrap();
            lines.extend(place.line..=place.end_line);
        }
    }
    lines
}

/// The text at a diagnostic's mark.
fn marked(world: &World, diagnostic: &Diagnostic) -> String {
    let Some(label) = &diagnostic.primary else { return String::new() };
    let text = world.sources.get(label.span.source).map(|source| source.text.clone()).unwrap_or_default();
    let range = usize::try_from(label.span.start).unwrap()..usize::try_from(label.span.end).unwrap();
    text.get(range).unwrap_or_default().to_owned()
}

/// What became of a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    AtTheMistake,
    ByName,
    Elsewhere,
    Never,
}

fn judge(texts: &[String], mutant: &Mutant, before: &[Diagnostic]) -> (Told, String) {
    let mut mutated = texts.to_vec();
    mutated[mutant.file].clone_from(&mutant.text);
    let (world, found) = told(&mutated);
    let denied = world.catalog.claims.values().any(|claim| {
        matches!(
            world.platform.decide(&claim.object, Before::default()),
            Decision::Denied(_) | Decision::Blocked { .. }
        )
    });
    let new: Vec<_> = found.iter().filter(|it| !before.iter().any(|old| old.message == it.message)).collect();
    let shown = new.first().map(|it| it.message.clone()).unwrap_or_default();
    let at = new.iter().any(|it| marks(&world, it, mutant.file).contains(&mutant.line));
    let says =
        |it: &&&Diagnostic, name: &String| it.message.contains(name.as_str()) || marked(&world, it).contains(name);
    let named = !mutant.names.is_empty() && new.iter().any(|it| mutant.names.iter().all(|name| says(&it, name)));
    let told = match (at, named, new.is_empty() && !denied) {
        (true, _, _) => Told::AtTheMistake,
        (_, true, _) => Told::ByName,
        (_, _, false) => Told::Elsewhere,
        (_, _, true) => Told::Never,
    };
    (told, shown)
}

#[test]
fn mistakes_in_shipped_catalogs_are_told_where_they_are() {
    let wanted = std::env::var("CASES").map_or(CASES, |count| count.parse().expect("CASES is a number"));
    let catalogs = catalogs();
    let mut all: Vec<(usize, Mutant)> = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, texts) in catalogs.iter().enumerate() {
        for (file, text) in texts.iter().enumerate() {
            // A component that several catalogs wire is broken once.
            if seen.insert(text.clone()) {
                all.extend(mutants(file, text).into_iter().map(|mutant| (at, mutant)));
            }
        }
    }
    all.sort_by_key(|(_, mutant)| mutant.kind);
    assert!(all.len() >= 400, "only {} mistakes can be made", all.len());
    let chosen: Vec<_> = (0..wanted.min(all.len())).map(|at| &all[at * all.len() / wanted.min(all.len())]).collect();
    let before: Vec<_> = catalogs.iter().map(|texts| told(texts).1).collect();
    let mut tally: BTreeMap<Told, usize> = BTreeMap::new();
    let mut missed = Vec::new();
    // Two at once: most of the time is compiling.
    let judged: Vec<(Told, String)> = std::thread::scope(|scope| {
        let halves = chosen.chunks(chosen.len().div_ceil(2)).map(|half| {
            let judge = |(at, mutant): &&(usize, Mutant)| judge(&catalogs[*at], mutant, &before[*at]);
            scope.spawn(move || half.iter().map(judge).collect::<Vec<_>>())
        });
        halves.collect::<Vec<_>>().into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    for ((at, mutant), (told, shown)) in chosen.iter().zip(judged) {
        *tally.entry(told).or_default() += 1;
        if told > Told::ByName {
            let Mutant { kind, line, change: (from, to), file, .. } = mutant;
            missed
                .push(format!("{told:?}: {kind}: catalog {at} file {file} line {line}: {from:?} -> {to:?} [{shown}]"));
        }
    }
    println!("{} of {} mistakes: {tally:?}\n{}", chosen.len(), all.len(), missed.join("\n"));
    let told = chosen.len() - missed.len();
    assert!(told * 100 >= chosen.len() * DEMANDED, "{told} of {} are told:\n{}", chosen.len(), missed.join("\n"));
}
