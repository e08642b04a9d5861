//! Which fault befalls which call.

use std::sync::{Mutex, MutexGuard, PoisonError};

use openbao_claims::sandbox::Call;

use crate::schedule::{Fault, FaultKind};

/// The faults that are still to come. Replicas share them: whoever comes first is hit.
pub(crate) struct Faults(Mutex<Inner>);

struct Inner {
    armed: Vec<Fault>,
    over: bool,
}

/// A point on the way of a call where something can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    Before,
    After,
    Event,
    Listed,
}

impl Faults {
    pub(crate) fn new(faults: &[Fault]) -> Self {
        Self(Mutex::new(Inner { armed: faults.to_vec(), over: false }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on nothing goes wrong.
    pub(crate) fn end(&self) {
        self.inner().over = true;
    }

    /// The fault that befalls a call here and now, if any.
    pub(crate) fn befalls(&self, now: u64, point: Point, call: &Call) -> Option<FaultKind> {
        let mut inner = self.inner();
        if inner.over {
            return None;
        }
        let hit =
            inner.armed.iter_mut().find(|fault| fault.at <= now && fault.times > 0 && fits(fault.kind, point, call));
        let fault = hit?;
        fault.times -= 1;
        Some(fault.kind)
    }
}

fn fits(kind: FaultKind, point: Point, call: &Call) -> bool {
    let (writes, watches) = (call.mutates(), call.watches());
    match kind {
        FaultKind::Conflict | FaultKind::LostBefore => point == Point::Before && writes,
        FaultKind::LostAfter => point == Point::After && writes,
        FaultKind::TooMany(_) | FaultKind::Internal | FaultKind::Slow(_) => point == Point::Before && !watches,
        FaultKind::CrashBefore | FaultKind::Partition(_) => point == Point::Before,
        FaultKind::CrashAfter => point == Point::After && !watches,
        FaultKind::Twice | FaultKind::Late(_) | FaultKind::Cut | FaultKind::Forgotten => point == Point::Event,
        FaultKind::StaleList => point == Point::Listed,
    }
}
