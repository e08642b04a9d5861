//! A path in the making.

use super::{Path, Segment};

/// Where a walk stands. Names are borrowed: walks that seldom tell a place pay for a path only when they do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trail<'a>(Vec<Name<'a>>);

/// One step of a [`Trail`].
#[derive(Clone, Copy, Debug)]
pub(crate) enum Name<'a> {
    /// a field of an object or a key of a map
    Field(&'a str),
    /// an item of a list
    Index(usize),
}

impl<'a> Trail<'a> {
    /// Adds a step.
    pub(crate) fn push(&mut self, name: Name<'a>) {
        self.0.push(name);
    }

    /// Takes the last step away.
    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    /// The place.
    pub(crate) fn path(&self) -> Path {
        let segment = |name: &Name<'_>| match name {
            Name::Field(name) => Segment::Field((*name).to_owned()),
            Name::Index(at) => Segment::Index(*at),
        };
        self.0.iter().map(segment).collect()
    }
}
