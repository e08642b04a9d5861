//! Which revisions nobody needs any more.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::api::OpenBaoServiceOfferingSpec;
use crate::controller::names::Named;

use super::revisions::{Library, Stored};
use super::snapshot::Snapshot;

/// How long a revision that is too many cannot be bound before it is deleted: a claim that was just being
/// decided on it has written its contract by then.
pub(super) const GRACE: Duration = Duration::from_mins(1);

/// Names of the revisions that are too many: of each profile, those beyond the newest `history` that nothing needs.
///
/// The one with the highest number stays in any case, so that numbers go on when a profile comes back.
pub(super) fn surplus(
    library: &Library,
    snapshot: &Snapshot,
    current: &BTreeSet<&str>,
    history: usize,
) -> BTreeSet<String> {
    if snapshot.usage.uncertain {
        return BTreeSet::new();
    }
    let named = named_by_offerings(snapshot);
    let Some(named) = named else { return BTreeSet::new() };
    let needed = |name: &str| snapshot.usage.held.contains(name) || current.contains(name) || named.contains(name);
    let mut by_profile: BTreeMap<&str, Vec<(&String, &Stored)>> = BTreeMap::new();
    for (name, stored) in library {
        // What cannot be read is somebody else's, or from another release: not ours to judge.
        if !stored.profile.is_empty() {
            by_profile.entry(&stored.profile).or_default().push((name, stored));
        }
    }
    let mut surplus = BTreeSet::new();
    for mut revisions in by_profile.into_values() {
        revisions.sort_by_key(|(name, stored)| (std::cmp::Reverse(stored.number), *name));
        let unused = revisions.into_iter().skip(1).filter(|(name, _)| !needed(name));
        surplus.extend(unused.skip(history).map(|(name, _)| name.clone()));
    }
    surplus
}

/// Pins, withdrawals and replacements of all offerings; `None` where one cannot be read.
fn named_by_offerings(snapshot: &Snapshot) -> Option<BTreeSet<String>> {
    let mut named = BTreeSet::new();
    for offering in &snapshot.offerings {
        let spec = offering.spec::<OpenBaoServiceOfferingSpec>().ok()?;
        named.extend(spec.revision.and_then(|choice| choice.pin));
        for withdrawn in spec.withdrawn {
            named.insert(withdrawn.revision);
            named.extend(withdrawn.replacement);
        }
    }
    Some(named)
}

/// Revisions that are too many, since when, on the reconciler's own clock.
#[derive(Debug, Default)]
pub(super) struct Condemned(BTreeMap<String, Duration>);

/// What becomes of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// To be deleted now, with their UIDs.
    pub(super) delete: Vec<(Named, String)>,
    /// Time until the next one is due.
    pub(super) wait: Option<Duration>,
}

impl Condemned {
    /// Takes in which ones are too many now; those that are needed again are spared.
    pub(super) fn judge(&mut self, surplus: &BTreeSet<String>, library: &Library, time: Duration) -> Verdict {
        self.0.retain(|name, _| surplus.contains(name));
        let mut verdict = Verdict::default();
        for name in surplus {
            let since = *self.0.entry(name.clone()).or_insert(time);
            let left = GRACE.saturating_sub(time.saturating_sub(since));
            let Some(stored) = library.get(name) else { continue };
            if left.is_zero() {
                let meta = &stored.entry.meta;
                verdict.delete.push((meta.at.clone(), meta.uid.clone()));
            } else {
                verdict.wait = Some(verdict.wait.map_or(left, |wait| wait.min(left)));
            }
        }
        verdict
    }
}
