//! When the content of a profile becomes a revision, and which revision is current.

use std::time::Duration;

use crate::catalog::Digest;

/// What is remembered of a profile between reconciles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Track {
    /// The content that was seen last; `None`: it does not compile.
    content: Option<Digest>,
    /// Since when it has been that, on the reconciler's own clock.
    since: Duration,
    /// The revision that new claims get.
    pub(super) current: Option<String>,
}

/// A profile as it is now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now<'a> {
    /// On the reconciler's own clock.
    pub(super) time: Duration,
    /// How long content must be unchanged.
    pub(super) settle: Duration,
    /// Its content and the name of the revision that this is; `None`: it does not compile.
    pub(super) content: Option<(&'a Digest, &'a str)>,
    /// Whether that revision is stored and can be used.
    pub(super) stored: bool,
    /// The revision that its status calls current.
    pub(super) told: Option<&'a str>,
    /// The newest revision that was made from this very profile.
    pub(super) newest: Option<&'a str>,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing.
    Rest,
    /// Look again after this time.
    Wait(Duration),
    /// Make the revision.
    Make,
}

impl Track {
    /// Moves on. `usable` tells whether a revision by that name can be bound.
    pub(super) fn advance(known: Option<&Self>, now: Now<'_>, usable: impl Fn(&str) -> bool) -> (Self, Step) {
        let mut track = known.cloned().unwrap_or_else(|| Self::first(now));
        if track.content.as_ref() != now.content.map(|(digest, _)| digest) {
            track.content = now.content.map(|(digest, _)| digest.clone());
            track.since = now.time;
        }
        track.current = track.current.filter(|current| usable(current));
        let Some((_, wanted)) = now.content else {
            // Nothing newer can be had: the last good one stays.
            track.current = track.current.or_else(|| now.newest.map(ToOwned::to_owned));
            return (track, Step::Rest);
        };
        if track.current.as_deref() == Some(wanted) {
            return (track, Step::Rest);
        }
        let left = now.settle.saturating_sub(now.time.saturating_sub(track.since));
        if !left.is_zero() {
            return (track, Step::Wait(left));
        }
        if now.stored {
            track.current = Some(wanted.to_owned());
            return (track, Step::Rest);
        }
        (track, Step::Make)
    }

    /// A profile is seen for the first time, maybe after a restart. What its status tells holds; where it tells
    /// nothing and the content has its revision already, nothing needs to settle.
    fn first(now: Now<'_>) -> Self {
        let made = now.content.filter(|_| now.stored).map(|(_, name)| name);
        let content = now.content.map(|(digest, _)| digest.clone());
        Self { content, since: now.time, current: now.told.or(made).map(ToOwned::to_owned) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTLE: Duration = Duration::from_secs(10);

    fn digest(text: &str) -> Digest {
        Digest::of_text(text)
    }

    fn now<'a>(seconds: u64, content: Option<(&'a Digest, &'a str)>) -> Now<'a> {
        let time = Duration::from_secs(seconds);
        Now { time, settle: SETTLE, content, stored: false, told: None, newest: None }
    }

    fn step(known: Option<&Track>, now: Now<'_>) -> (Track, Step) {
        Track::advance(known, now, |_| true)
    }

    #[test]
    fn content_becomes_a_revision_once_it_has_been_unchanged_long_enough() {
        let (a, b) = (digest("a"), digest("b"));
        let (track, first) = step(None, now(100, Some((&a, "p-a"))));
        assert_eq!(first, Step::Wait(SETTLE));
        let (track, second) = step(Some(&track), now(106, Some((&b, "p-b"))));
        assert_eq!(second, Step::Wait(SETTLE), "an edit starts the wait anew");
        let (track, third) = step(Some(&track), now(110, Some((&b, "p-b"))));
        assert_eq!(third, Step::Wait(Duration::from_secs(6)));
        assert_eq!(track.current, None);
        assert_eq!(step(Some(&track), now(116, Some((&b, "p-b")))).1, Step::Make);
    }

    #[test]
    fn content_that_returns_is_current_again_after_it_has_settled() {
        let (a, b) = (digest("a"), digest("b"));
        let known = Track { content: Some(b), since: Duration::ZERO, current: Some("p-b".to_owned()) };
        let back = Now { stored: true, ..now(50, Some((&a, "p-a"))) };
        let (track, first) = step(Some(&known), back);
        assert_eq!((track.current.as_deref(), first), (Some("p-b"), Step::Wait(SETTLE)));
        let (track, second) = step(Some(&track), Now { time: Duration::from_mins(1), ..back });
        assert_eq!((track.current.as_deref(), second), (Some("p-a"), Step::Rest));
    }

    #[test]
    fn the_last_good_revision_stays_while_the_profile_is_broken() {
        let a = digest("a");
        let known = Track { content: Some(a), since: Duration::ZERO, current: Some("p-a".to_owned()) };
        let (track, then) = step(Some(&known), Now { newest: Some("p-z"), ..now(50, None) });
        assert_eq!((track.current.as_deref(), then), (Some("p-a"), Step::Rest));
        let (track, _) =
            Track::advance(Some(&track), Now { newest: Some("p-z"), ..now(60, None) }, |name| name == "p-z");
        assert_eq!(track.current.as_deref(), Some("p-z"), "one that is gone is not good");
    }

    #[test]
    fn after_a_restart_nothing_that_has_its_revision_waits() {
        let a = digest("a");
        let (track, then) = step(None, Now { stored: true, ..now(0, Some((&a, "p-a"))) });
        assert_eq!((track.current.as_deref(), then), (Some("p-a"), Step::Rest));
        let told = Now { stored: true, told: Some("p-b"), ..now(0, Some((&a, "p-a"))) };
        let (track, then) = step(None, told);
        assert_eq!((track.current.as_deref(), then), (Some("p-b"), Step::Wait(SETTLE)));
    }

    #[test]
    fn a_revision_that_somebody_removed_is_made_again() {
        let a = digest("a");
        let known = Track { content: Some(a.clone()), since: Duration::ZERO, current: Some("p-a".to_owned()) };
        let (track, then) = Track::advance(Some(&known), now(50, Some((&a, "p-a"))), |_| false);
        assert_eq!((track.current, then), (None, Step::Make));
    }
}
