//! The sandbox answers as the real API server does: the recorded corpus, request by request.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a suite of its own: a panic is how it fails"
)]

#[path = "support/corpus/mod.rs"]
mod corpus;
#[path = "support/definitions.rs"]
mod definitions;

use corpus::{Answer, Sequence, differences, replay, sequences};
use openbao_claims::sandbox::{Sandbox, SandboxConfig, runtime_clock};

/// Noon of 2026-11-25.
const START: i128 = 1_795_608_000_000_000_000;

/// Where the sandbox differs, and why: sequence, step, how the place begins, reason.
const KNOWN: &[(&str, usize, &str, &str)] = &[
    ("crud", 26, "/metadata/managedFields/0/fieldsV1/f:spec/.", "Go's typed Lease has no pointer there to own"),
    ("errors", 13, "/message", "words of Go's JSON library"),
    ("errors", 19, "/message", "words of Go's type conversion"),
    ("lists", 18, "/message", "words of Go's JSON library"),
    ("patches", 20, "/metadata/finalizers", "a strategic merge puts new items first there, last here"),
    ("patches", 22, "/", "built-in kinds are judged by their schema here, by Go's types there; refused by both"),
    ("schema", 18, "/details/causes", "a type is refused once here, once by each layer there"),
    ("schema", 28, "/details/causes", "a type is refused once here, once by each layer there"),
];

fn sandbox() -> Sandbox {
    let clock = runtime_clock(START);
    let sandbox = Sandbox::new(SandboxConfig { clock, seed: 1, kept: SandboxConfig::KEPT });
    tokio::spawn(sandbox.clone().run_background());
    let all = definitions::ours().into_iter().chain(definitions::target()).chain([corpus::widgets()]);
    for definition in all {
        sandbox.create(definition).expect("a definition is valid");
    }
    sandbox
}

/// An answer with no more events than were asked for: how many arrive in one piece is chance.
fn first(answer: &Answer, events: Option<usize>) -> Answer {
    let mut answer = answer.clone();
    if let (Some(count), Some(all)) = (events, answer.body.as_array_mut()) {
        all.truncate(count);
    }
    answer
}

/// What differs between an answer and the recorded one.
fn compare(sequence: &Sequence, ours: &Answer, theirs: &Answer) -> Vec<Difference> {
    let mut found = Vec::new();
    if ours.status != theirs.status {
        found.push(("status".to_owned(), format!("{}, not {}", ours.status, theirs.status)));
    }
    if ours.kind != theirs.kind {
        found.push(("type".to_owned(), format!("{}, not {}", ours.kind, theirs.kind)));
    }
    if ours.warnings != theirs.warnings {
        found.push(("warnings".to_owned(), format!("{:?}, not {:?}", ours.warnings, theirs.warnings)));
    }
    found.extend(differences(&ours.body, &theirs.body));
    found
        .into_iter()
        .map(|(place, what)| Difference { sequence: sequence.name.clone(), step: ours.step, place, what })
        .collect()
}

struct Difference {
    sequence: String,
    step: usize,
    place: String,
    what: String,
}

impl Difference {
    /// Whether it is the known one.
    fn is(&self, (name, step, start, _): &(&str, usize, &str, &str)) -> bool {
        self.sequence == *name && self.step == *step && self.place.starts_with(start)
    }
}

#[tokio::test(start_paused = true)]
async fn the_sandbox_answers_every_recorded_request_as_the_real_server_did() {
    let sandbox = sandbox();
    let (mut found, mut asked) = (Vec::new(), 0);
    for sequence in sequences() {
        let answers = replay::replay(&sandbox.client(), &sequence).await;
        let recorded = sequence.recorded();
        assert_eq!(answers.len(), recorded.len(), "{}", sequence.name);
        asked += answers.len();
        for ((ours, theirs), step) in answers.iter().zip(&recorded).zip(&sequence.steps) {
            let (ours, theirs) = (first(ours, step.events), first(theirs, step.events));
            found.extend(compare(&sequence, &ours, &theirs));
        }
    }
    assert!(asked > 100, "only {asked} requests");
    let new: Vec<String> = found
        .iter()
        .filter(|found| !KNOWN.iter().any(|known| found.is(known)))
        .map(|found| format!("{} {} {}: {}", found.sequence, found.step, found.place, found.what))
        .collect();
    assert!(new.is_empty(), "{} differences in {asked} answers\n{}", new.len(), new.join("\n"));
    let gone: Vec<_> = KNOWN.iter().filter(|known| !found.iter().any(|found| found.is(known))).collect();
    assert!(gone.is_empty(), "these no longer differ: {gone:?}");
}
