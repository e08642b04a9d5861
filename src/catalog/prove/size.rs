//! How large the values of names are: from the bounds of schemas, and of variables and inputs from what
//! gives them.

use std::collections::BTreeSet;

use crate::catalog::names::{Binding, Bindings};
use crate::catalog::revision::Tree;
use crate::cel::cost::{Bracket, Estimate, Extent, Extents, Unbounded, estimate};
use crate::cel::{Program, RootId, Segment};
use crate::schema::path::Pattern;

use super::world::{World, at};
use super::{Notes, Place};

/// Bytes of an input from outside, and of all parameters; larger ones are refused when a claim is judged
/// (`InputTooLarge`).
pub(in crate::catalog) const FOREIGN: u64 = 65_536;
/// Characters of a name (RFC 1123 subdomain).
const NAME: u64 = 253;
/// Characters of a label's key: a subdomain, a slash and a name of 63.
const LABEL_KEY: u64 = 317;
/// Characters of a label's value.
const LABEL_VALUE: u64 = 63;

/// The names of one place, and which values have been paid for already.
pub(super) struct Sizes<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) notes: &'a Notes,
    pub(super) place: &'a Place,
    pub(super) paid: &'a mut BTreeSet<Binding>,
    /// A parameter that is taken to be empty: what it makes of the cost is what is missing then.
    pub(super) without: Option<&'a str>,
}

impl Extents for Sizes<'_> {
    fn root(&mut self, root: RootId) -> Estimate {
        let bindings: Bindings = self.place.names.bindings();
        match bindings.get(&root) {
            Some(binding) => self.binding(*binding),
            None => free(Extent::any()),
        }
    }
}

fn free(extent: Extent) -> Estimate {
    Estimate { cost: Bracket::default(), extent }
}

impl Sizes<'_> {
    fn binding(&mut self, binding: Binding) -> Estimate {
        match binding {
            Binding::Params => free(self.params()),
            Binding::Variable(index) => self.variable(index),
            Binding::Inputs(facet) => self.inputs(facet),
            Binding::Claim | Binding::Target | Binding::Projection(_) => free(named([])),
            Binding::Tenant => free(named([("spec".to_owned(), Extent::within(FOREIGN))])),
            Binding::NamespaceObject => free(named([("labels".to_owned(), labels())])),
            Binding::Item => free(self.item()),
            Binding::Object | Binding::OldObject | Binding::Observed | Binding::Cluster => free(self.world.size()),
            Binding::Old | Binding::New => free(self.changed(&self.place.paths)),
            Binding::Path | Binding::Key => free(Extent::text(LABEL_KEY * 4)),
            Binding::Request | Binding::Created => free(Extent::within(FOREIGN)),
            Binding::Now => free(Extent::scalar()),
        }
    }

    fn params(&self) -> Extent {
        let Some(schema) = self.world.params() else { return Extent::within(FOREIGN) };
        let fields = schema.properties.iter().map(|(name, property)| {
            let extent = if self.without == Some(name.as_str()) {
                Extent::empty()
            } else {
                Extent::of_schema(property, Unbounded { text: FOREIGN, list: FOREIGN, map: FOREIGN })
            };
            (name.clone(), extent)
        });
        Extent::object(fields)
    }

    /// Where an expression stands elsewhere.
    fn elsewhere<T>(&mut self, place: &Place, ask: impl FnOnce(&mut Sizes<'_>) -> T) -> T {
        let mut there =
            Sizes { world: self.world, notes: self.notes, place, paid: &mut *self.paid, without: self.without };
        ask(&mut there)
    }

    fn variable(&mut self, index: usize) -> Estimate {
        // What did not compile, and a circle, is told elsewhere.
        let Some((expr, place)) = self.notes.variable(index) else { return free(Extent::default()) };
        let first = self.paid.insert(Binding::Variable(index));
        if !first {
            return free(self.world.known_size(index, self.without).unwrap_or_default());
        }
        let found = self.elsewhere(place, |there| estimate(&expr.program, there));
        self.world.know_size(index, self.without, &found.extent);
        found
    }

    fn inputs(&mut self, facet: usize) -> Estimate {
        let Some(schema) = self.world.inputs(facet) else { return free(Extent::any()) };
        let first = self.paid.insert(Binding::Inputs(facet));
        let open = Unbounded { text: FOREIGN, list: FOREIGN, map: FOREIGN };
        let mut cost = Bracket::default();
        let mut fields = Vec::with_capacity(schema.properties.len());
        for (name, property) in &schema.properties {
            let extent = match self.notes.input(facet, name) {
                Some((tree, place)) => {
                    let given = self.elsewhere(place, |there| there.tree(tree));
                    cost = cost.and(given.cost);
                    given.extent
                }
                None => Extent::of_schema(property, open),
            };
            fields.push((name.clone(), extent));
        }
        let extent = Extent::object(fields);
        if first { Estimate { cost, extent } } else { free(extent) }
    }

    /// The value of a template.
    pub(super) fn tree(&mut self, tree: &Tree) -> Estimate {
        match tree {
            Tree::Literal(value) => free(Extent::of(&crate::cel::Value::from_json(value))),
            Tree::Text(text) => match text.template.expression() {
                Some(program) => estimate(program, self),
                None => self.segments(text.template.segments()),
            },
            Tree::Map(members) => {
                let mut cost = Bracket::default();
                let mut fields = Vec::with_capacity(members.len());
                for (name, member) in members {
                    let found = self.tree(member);
                    cost = cost.and(found.cost);
                    fields.push((name.clone(), found.extent));
                }
                Estimate { cost, extent: Extent::object(fields) }
            }
            Tree::List(items) => {
                let mut cost = Bracket::default();
                let mut parts = Vec::with_capacity(items.len());
                for item in items {
                    let found = self.tree(item);
                    cost = cost.and(found.cost);
                    parts.push(found.extent);
                }
                let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
                Estimate { cost, extent: Extent::list(count, Extent::joined(parts)) }
            }
        }
    }

    /// A text of parts: joining costs a tenth a byte, of which a character has at most four.
    fn segments(&mut self, segments: &[Segment]) -> Estimate {
        let (mut cost, mut length) = (Bracket::default(), 0_u64);
        for segment in segments {
            let part = match segment {
                Segment::Text(text) => u64::try_from(text.chars().count()).unwrap_or(u64::MAX),
                Segment::Expression { program, .. } => {
                    let found = estimate(program, self);
                    cost = cost.and(found.cost);
                    found.extent.most.max(20)
                }
            };
            length = length.saturating_add(part);
        }
        cost.max = cost.max.saturating_add(length.saturating_mul(2) / 5).saturating_add(1);
        Estimate { cost, extent: Extent::text(length) }
    }

    /// What the block ranges over, and how often.
    pub(super) fn range(&mut self) -> Option<(Extent, u64)> {
        let range = self.place.range.clone()?;
        let (program, place): &(Program, Place) = &range;
        let over = self.elsewhere(place, |there| estimate(program, there)).extent;
        let count = over.most;
        Some((over, count))
    }

    fn item(&mut self) -> Extent {
        match self.range() {
            Some((over, _)) if over.has_keys() => {
                Extent::object([("key".to_owned(), over.key()), ("value".to_owned(), over.item())])
            }
            Some((over, _)) => over.item(),
            None => Extent::any(),
        }
    }

    fn changed(&self, paths: &[Pattern]) -> Extent {
        let targets = self.world.targets();
        let all = targets.iter().flat_map(|target| {
            let open = target.facts.bounds;
            let open = Unbounded { text: open.string, list: open.list, map: open.map };
            paths.iter().flat_map(move |pattern| {
                at(&target.schema, pattern.steps()).into_iter().map(move |schema| Extent::of_schema(schema, open))
            })
        });
        let found = Extent::joined(all);
        if found == Extent::default() { Extent::within(FOREIGN) } else { found }
    }
}

fn labels() -> Extent {
    Extent::map(FOREIGN / 8, Extent::text(LABEL_KEY), Extent::text(LABEL_VALUE))
}

fn named<const N: usize>(more: [(String, Extent); N]) -> Extent {
    let names = ["name", "namespace"].map(|name| (name.to_owned(), Extent::text(NAME)));
    Extent::object(names.into_iter().chain(more))
}
