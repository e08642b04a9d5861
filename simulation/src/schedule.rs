//! What happens in a simulation, drawn from a seed. Each item can be left out without changing another.

use openbao_claims::controller::random::Random;

/// Names of the claims that people make.
pub(crate) const CLAIMS: [&str; 4] = ["amber", "birch", "cedar", "dune"];
/// Until when things happen and go wrong, in virtual milliseconds.
pub(crate) const STORM: u64 = 300_000;

/// A schedule: everything that distinguishes one simulation from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Where all other randomness of the simulation comes from: jitter, UIDs, hash keys.
    pub seed: u64,
    /// Whether there are two replicas and an election.
    pub elected: bool,
    /// Whether a foreign cluster stands where `dune`'s would.
    pub squatted: bool,
    /// What people do, by time in virtual milliseconds.
    pub acts: Vec<(u64, Act)>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
}

/// What a tenant asks for.
#[expect(clippy::struct_excessive_bools, reason = "each is a parameter of the service, and every combination is valid")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// `medium` rather than `small`: back is blocked.
    pub medium: bool,
    /// Off: in place, both ways.
    pub no_ui: bool,
    /// `debug` rather than `info`: gated, both ways.
    pub debug: bool,
    /// A host of a few: unique.
    pub host: Option<u8>,
    /// A parameter that no profile knows: denied.
    pub nonsense: bool,
}

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A tenant makes or edits a claim.
    Wish(usize, Wish),
    /// A tenant deletes a claim.
    Delete(usize),
    /// A tenant suspends a claim, or resumes it.
    Suspend(usize, bool),
    /// A tenant approves the pending change of a claim.
    Approve(usize),
    /// A tenant approves the move to the revision that is offered.
    Move(usize),
    /// An admin changes the catalog.
    Catalog(Catalog),
    /// Somebody changes a value of a claim's cluster.
    Drift(usize),
    /// Somebody takes the operator's label off a cluster.
    Unlabel(usize),
    /// Somebody deletes a cluster.
    Demolish(usize),
    /// The service goes down, or comes up again.
    Service(usize, bool),
}

/// What an admin does to the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Catalog {
    /// The profile names another version.
    Version(u8),
    /// The profile has a mistake.
    BreakProfile,
    /// The profile goes.
    DeleteProfile,
    /// A component goes.
    DeleteComponent,
    /// The offering goes.
    DeleteOffering,
    /// A rule set with a mistake comes.
    BreakRules,
    /// All is as it should be.
    Repair,
}

/// Something that goes wrong with the operator's next calls of a class after a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Not before this virtual millisecond.
    pub at: u64,
    /// How many calls it befalls.
    pub times: u32,
    /// What goes wrong.
    pub kind: FaultKind,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A write is answered 409.
    Conflict,
    /// A call is answered 429, and asked to wait this many seconds.
    TooMany(u64),
    /// A call is answered 500.
    Internal,
    /// A write breaks off before it is served.
    LostBefore,
    /// A write is served and its answer is lost.
    LostAfter,
    /// A call waits this many milliseconds before it is served; beyond 30 s the client has given up by then.
    Slow(u64),
    /// The replica dies as a call leaves it: the call never arrives.
    CrashBefore,
    /// The replica dies after a call was served: its answer arrives nowhere.
    CrashAfter,
    /// An event arrives twice.
    Twice,
    /// An event arrives late, and all after it.
    Late(u64),
    /// A watch ends.
    Cut,
    /// A watch ends, and the past is forgotten: 410.
    Forgotten,
    /// A list is answered as it was the time before.
    StaleList,
    /// Nothing of a replica arrives for so many milliseconds; then all of it.
    Partition(u64),
}

impl Schedule {
    /// The schedule of a seed.
    pub fn of(seed: u64) -> Self {
        let mut draw = Draw(Random::seeded(seed ^ 0x0b5e_55ed));
        let elected = draw.one_in(4);
        let squatted = draw.one_in(3);
        let acts = draw.below(26) + 4;
        let mut acts: Vec<_> = (0..acts).map(|_| (draw.below(STORM - 20_000), draw.act())).collect();
        // Something to work on from the start.
        acts.extend((0..2).map(|claim| (draw.below(2_000), Act::Wish(claim, draw.wish(false)))));
        acts.sort_by_key(|(at, _)| *at);
        let faults = if draw.one_in(12) { 0 } else { draw.below(40) };
        let mut faults: Vec<_> = (0..faults).map(|_| draw.fault(elected)).collect();
        faults.sort_by_key(|fault| fault.at);
        Self { seed, elected, squatted, acts, faults }
    }
}

/// Draws parts of a schedule.
struct Draw(Random);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0.number() % bound
    }

    fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn claim(&mut self) -> usize {
        usize::try_from(self.below(CLAIMS.len() as u64)).unwrap_or_default()
    }

    fn wish(&mut self, wild: bool) -> Wish {
        let host = self.one_in(3).then(|| u8::try_from(self.below(2)).unwrap_or_default());
        Wish {
            medium: self.one_in(2),
            no_ui: self.one_in(2),
            debug: self.one_in(3),
            host,
            nonsense: wild && self.one_in(10),
        }
    }

    fn act(&mut self) -> Act {
        let claim = self.claim();
        match self.below(40) {
            0..=12 => Act::Wish(claim, self.wish(true)),
            13..=16 => Act::Delete(claim),
            17 | 18 => Act::Suspend(claim, self.one_in(2)),
            19..=23 => Act::Approve(claim),
            24 | 25 => Act::Move(claim),
            26..=31 => Act::Catalog(self.catalog()),
            32 | 33 => Act::Drift(claim),
            34 => Act::Unlabel(claim),
            35 => Act::Demolish(claim),
            _ => Act::Service(claim, self.one_in(2)),
        }
    }

    fn catalog(&mut self) -> Catalog {
        match self.below(10) {
            0..=2 => Catalog::Version(u8::try_from(self.below(3)).unwrap_or_default()),
            3 => Catalog::BreakProfile,
            4 => Catalog::DeleteProfile,
            5 => Catalog::DeleteComponent,
            6 => Catalog::DeleteOffering,
            7 => Catalog::BreakRules,
            _ => Catalog::Repair,
        }
    }

    fn fault(&mut self, elected: bool) -> Fault {
        let kind = match self.below(20) {
            0 => FaultKind::Conflict,
            1 | 2 => FaultKind::TooMany(self.below(8) + 1),
            3 | 4 => FaultKind::Internal,
            5 | 6 => FaultKind::LostBefore,
            7 | 8 => FaultKind::LostAfter,
            9 | 10 => FaultKind::Slow(self.below(50_000)),
            11 => FaultKind::CrashBefore,
            12 => FaultKind::CrashAfter,
            13 => FaultKind::Twice,
            14 | 15 => FaultKind::Late(self.below(20_000)),
            16 => FaultKind::Cut,
            17 => FaultKind::Forgotten,
            18 if elected => FaultKind::Partition(self.below(60_000)),
            _ => FaultKind::StaleList,
        };
        Fault { at: self.below(STORM - 10_000), times: u32::try_from(self.below(3)).unwrap_or_default() + 1, kind }
    }
}
