//! Patterns over paths.

use super::{Path, Segment};

/// One step of a [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// This segment and no other.
    Exact(Segment),
    /// `*`: any one field or map key.
    AnyField,
    /// `[*]`: any one list item, by position or by key.
    AnyItem,
    /// `**`, always last: the place so far and everything below it.
    Below,
}

/// A pattern over paths: `spec.gateway.**`, `metadata.labels.*`, `spec.audit[*].type`,
/// `metadata.annotations['a.b/c']`.
///
/// `*` stands for one field or map key, `[*]` for one list item, `**` (last) for the place so far and
/// everything below it. All else stands for itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern(Vec<Step>);

impl Pattern {
    pub(crate) fn new(steps: Vec<Step>) -> Self {
        Self(steps)
    }

    /// The steps, from the root down.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether the pattern stands for `path`.
    pub fn matches(&self, path: &Path) -> bool {
        let mut segments = path.segments().iter();
        for step in &self.0 {
            if *step == Step::Below {
                return true;
            }
            if !segments.next().is_some_and(|segment| step.takes(segment)) {
                return false;
            }
        }
        segments.next().is_none()
    }

    /// How many leading steps name a field: 2 for `spec.gateway.**`, 1 for `spec.*.name`.
    pub fn named_prefix_len(&self) -> usize {
        self.0.iter().take_while(|step| matches!(step, Step::Exact(Segment::Field(_)))).count()
    }

    /// Whether every path that `other` stands for is one that `self` stands for.
    pub fn covers(&self, other: &Self) -> bool {
        let mut theirs = other.0.iter();
        for step in &self.0 {
            if *step == Step::Below {
                return true;
            }
            if !theirs.next().is_some_and(|their| step.covers(their)) {
                return false;
            }
        }
        theirs.next().is_none()
    }

    /// Whether some path is one that both stand for.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (mut mine, mut theirs) = (self.0.iter(), other.0.iter());
        loop {
            return match (mine.next(), theirs.next()) {
                (None, None) | (Some(Step::Below), _) | (_, Some(Step::Below)) => true,
                (Some(one), Some(two)) if one.covers(two) || two.covers(one) => continue,
                _ => false,
            };
        }
    }

    /// The path that the pattern is, when it holds no wildcard.
    pub fn to_path(&self) -> Option<Path> {
        let exact = |step: &Step| match step {
            Step::Exact(segment) => Some(segment.clone()),
            _ => None,
        };
        self.0.iter().map(exact).collect()
    }
}

impl From<&Path> for Pattern {
    fn from(path: &Path) -> Self {
        Self(path.segments().iter().cloned().map(Step::Exact).collect())
    }
}

impl Step {
    fn takes(&self, segment: &Segment) -> bool {
        match self {
            Self::Exact(own) => own == segment,
            Self::AnyField => matches!(segment, Segment::Field(_)),
            Self::AnyItem => matches!(segment, Segment::Index(_) | Segment::Key(_)),
            Self::Below => true,
        }
    }

    fn covers(&self, other: &Self) -> bool {
        match other {
            Self::Exact(segment) => self.takes(segment),
            Self::AnyField | Self::AnyItem => self == other,
            Self::Below => false,
        }
    }
}
