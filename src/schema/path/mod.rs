//! Places in an object, and patterns over them.

mod edit;
mod pattern;
mod read;
mod text;
mod trail;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Number, Value};

pub use edit::{Blocked, get, insert, remove};
pub use pattern::{Pattern, Step};
pub use read::{PatternError, PatternErrorKind};
pub(crate) use trail::{Name, Trail};

/// One step of a [`Path`].
#[derive(Clone, Debug)]
pub enum Segment {
    /// A field of an object or a key of a map.
    Field(String),
    /// An item of a list by its position, from 0.
    Index(usize),
    /// An item of a map list by its key fields; a key field that the item lacks counts as `null`.
    Key(BTreeMap<String, Value>),
}

/// A place in an object, from the root down.
///
/// Shown as `spec.gateway.hostname`, `metadata.annotations['a.b/c']`, `spec.audit[path="x"].type`,
/// `spec.domains[0]`; the root itself as `.`. [`std::str::FromStr`] reads what is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<Segment>);

impl Path {
    /// The root.
    pub fn root() -> Self {
        Self::default()
    }

    /// The steps, from the root down.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// This path and a field below it.
    pub fn field(&self, name: impl Into<String>) -> Self {
        self.join(Segment::Field(name.into()))
    }

    /// This path and a list item below it.
    pub fn index(&self, at: usize) -> Self {
        self.join(Segment::Index(at))
    }

    /// This path and one more step.
    pub fn join(&self, segment: Segment) -> Self {
        let mut segments = Vec::with_capacity(self.0.len().saturating_add(1));
        segments.extend_from_slice(&self.0);
        segments.push(segment);
        Self(segments)
    }

    /// The path one step up; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, above) = self.0.split_last()?;
        Some(Self(above.to_vec()))
    }

    /// Adds a step in place.
    pub fn push(&mut self, segment: Segment) {
        self.0.push(segment);
    }

    /// Takes the last step away.
    pub fn pop(&mut self) -> Option<Segment> {
        self.0.pop()
    }

    /// Whether `self` is `above` or lies below it.
    pub fn starts_with(&self, above: &Self) -> bool {
        self.0.starts_with(&above.0)
    }
}

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

impl Ord for Segment {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Field(a), Self::Field(b)) => a.cmp(b),
            (Self::Index(a), Self::Index(b)) => a.cmp(b),
            (Self::Key(a), Self::Key(b)) => order_keys(a, b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Segment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Segment {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Segment {}

impl Segment {
    fn rank(&self) -> u8 {
        match self {
            Self::Field(_) => 0,
            Self::Index(_) => 1,
            Self::Key(_) => 2,
        }
    }
}

fn order_keys(a: &BTreeMap<String, Value>, b: &BTreeMap<String, Value>) -> Ordering {
    let pairs = a.iter().zip(b);
    let first = pairs.map(|((ka, va), (kb, vb))| ka.cmp(kb).then_with(|| order_scalars(va, vb)));
    first.reduce(Ordering::then).unwrap_or(Ordering::Equal).then_with(|| a.len().cmp(&b.len()))
}

/// A total order of scalars: by kind, then by value. Lists and objects, which no key may hold, by text.
fn order_scalars(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => order_numbers(a, b),
        _ => kind_rank(a).cmp(&kind_rank(b)).then_with(|| a.to_string().cmp(&b.to_string())),
    }
}

fn order_numbers(a: &Number, b: &Number) -> Ordering {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.as_f64().unwrap_or_default().total_cmp(&b.as_f64().unwrap_or_default()),
    }
}

fn kind_rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

#[cfg(test)]
mod tests;
