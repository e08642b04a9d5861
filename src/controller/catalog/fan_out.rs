//! Which claims a change of the catalog concerns.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Offering;
use crate::controller::names::Named;
use crate::controller::registry::Registry;

use super::snapshot::{Usage, Use};

/// Whether claims could see any difference.
pub(super) fn differs(old: &Registry, new: &Registry) -> bool {
    let Changed { current, fault, revisions, offerings } = Changed::between(old, new);
    whole(old, new) || [current, fault, revisions, offerings].iter().any(|changed| !changed.is_empty())
}

/// What concerns every claim.
fn whole(old: &Registry, new: &Registry) -> bool {
    old.ready != new.ready || old.rules != new.rules || old.broken_rule_sets != new.broken_rule_sets
}

/// Claims that see something else in `new` than in `old`, in order of name.
pub(super) fn concerned<'a>(old: &Registry, new: &Registry, usage: &'a Usage) -> Vec<&'a Named> {
    let all = whole(old, new);
    let changed = Changed::between(old, new);
    let concerns = |used: &Use| all || changed.concerns(used, old, new);
    usage.claims.iter().filter(|(_, used)| concerns(used)).map(|(claim, _)| claim).collect()
}

#[derive(Debug, Default)]
struct Changed {
    /// Profiles whose current revision is another one.
    current: BTreeSet<String>,
    /// Profiles whose fault is another one: those who run something do not show it.
    fault: BTreeSet<String>,
    /// Revisions that came, went or compile to something else.
    revisions: BTreeSet<String>,
    offerings: BTreeSet<String>,
}

impl Changed {
    fn between(old: &Registry, new: &Registry) -> Self {
        let mut changed = Self::default();
        for name in old.profiles.keys().chain(new.profiles.keys()) {
            let (was, is) = (old.profiles.get(name), new.profiles.get(name));
            if was.map(|state| &state.current) != is.map(|state| &state.current) {
                changed.current.insert(name.clone());
            }
            if was.map(|state| &state.fault) != is.map(|state| &state.fault) {
                changed.fault.insert(name.clone());
            }
        }
        for name in old.revisions.keys().chain(new.revisions.keys()) {
            if !old.revisions.contains_key(name) || !new.revisions.contains_key(name) {
                changed.revisions.insert(name.clone());
            }
        }
        for name in old.broken_revisions.keys().chain(new.broken_revisions.keys()) {
            if old.broken_revisions.get(name) != new.broken_revisions.get(name) {
                changed.revisions.insert(name.clone());
            }
        }
        for name in old.offerings.keys().chain(new.offerings.keys()) {
            if !same(old.offerings.get(name), new.offerings.get(name)) {
                changed.offerings.insert(name.clone());
            }
        }
        changed
    }

    fn concerns(&self, used: &Use, old: &Registry, new: &Registry) -> bool {
        if let Some(bound) = &used.bound
            && (self.current.contains(&bound.profile) || self.revisions.contains(&bound.revision))
        {
            return true;
        }
        let Some(name) = &used.offering else {
            return used.profile.as_ref().is_some_and(|profile| self.selected(profile, used));
        };
        let found = |registry: &Registry| registry.offerings.get(name).and_then(|it| it.as_ref().ok()).cloned();
        let chosen = [found(old), found(new)];
        let of = |offering: &Arc<Offering>| {
            self.selected(&offering.profile, used)
                || offering.pin.as_ref().is_some_and(|pin| self.revisions.contains(pin))
        };
        self.offerings.contains(name) || chosen.iter().flatten().any(of)
    }

    fn selected(&self, profile: &str, used: &Use) -> bool {
        self.current.contains(profile) || (used.bound.is_none() && self.fault.contains(profile))
    }
}

type Judged = Result<Arc<Offering>, String>;

/// Whether an offering is the very same: what has not changed is not compiled again.
fn same(old: Option<&Judged>, new: Option<&Judged>) -> bool {
    match (old, new) {
        (Some(Ok(old)), Some(Ok(new))) => Arc::ptr_eq(old, new),
        (Some(Err(old)), Some(Err(new))) => old == new,
        (None, None) => true,
        _ => false,
    }
}
