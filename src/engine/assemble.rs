//! Putting mappings together into one object: who writes what, and where two meet.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::catalog::shape::Shape as _;
use crate::catalog::{Block, Mapping, canonical};
use crate::schema::Schema;
use crate::schema::path::{Path, Segment};

use super::finding::Finding;

/// A part of the object that is being put together.
#[derive(Debug)]
enum Node {
    /// A scalar, an atomic list or map, or free content; by the mapping that wrote it.
    Leaf { value: Json, mapping: usize },
    /// Fields; `empty` when some mapping wrote `{}` here.
    Object { members: BTreeMap<String, Node>, empty: Option<usize> },
    /// Items by their keys' canonical text.
    Items { items: BTreeMap<String, (BTreeMap<String, Json>, Node)>, empty: Option<usize> },
}

/// An object under construction.
pub(super) struct Assembly<'a> {
    schema: &'a Schema,
    blocks: &'a [Block],
    mappings: &'a [Mapping],
    root: Node,
    pub(super) conflicts: Vec<Finding>,
}

impl<'a> Assembly<'a> {
    pub(super) fn new(schema: &'a Schema, blocks: &'a [Block], mappings: &'a [Mapping]) -> Self {
        let root = Node::Object { members: BTreeMap::new(), empty: None };
        Self { schema, blocks, mappings, root, conflicts: Vec::new() }
    }

    /// Adds what mapping `mapping` wrote at its path.
    pub(super) fn add(&mut self, mapping: usize, path: &Path, value: Json) {
        let mut adder = Adder { blocks: self.blocks, mappings: self.mappings, conflicts: &mut self.conflicts };
        adder.descend(&mut self.root, self.schema, path.segments(), value, mapping, path);
    }

    /// The object, and who wrote each of its leaves.
    pub(super) fn finish(self) -> (Json, BTreeMap<Path, usize>, Vec<Finding>) {
        let mut writers = Vec::with_capacity(self.mappings.len());
        let object = collect(self.root, &mut Path::root(), &mut writers);
        (object, writers.into_iter().collect(), self.conflicts)
    }
}

struct Adder<'a, 'c> {
    blocks: &'a [Block],
    mappings: &'a [Mapping],
    conflicts: &'c mut Vec<Finding>,
}

fn empty_object() -> Node {
    Node::Object { members: BTreeMap::new(), empty: None }
}

impl Adder<'_, '_> {
    /// Goes down the `rest` of `path` and adds the value there.
    fn descend(
        &mut self,
        node: &mut Node,
        schema: &Schema,
        rest: &[Segment],
        value: Json,
        mapping: usize,
        path: &Path,
    ) {
        let Some((segment, rest)) = rest.split_first() else {
            self.value(node, schema, value, mapping, path);
            return;
        };
        match segment {
            Segment::Field(name) => {
                let Some(below) = schema.field(name) else { return };
                let Node::Object { members, .. } = node else { return };
                if let Some(child) = members.get_mut(name) {
                    return self.descend(child, below, rest, value, mapping, path);
                }
                let fresh = if rest.is_empty() { blank(below, &value) } else { blank_for(rest) };
                self.descend(members.entry(name.clone()).or_insert(fresh), below, rest, value, mapping, path);
            }
            Segment::Key(key) => {
                let Some(below) = schema.items.as_deref() else { return };
                if let Node::Items { items, .. } = node {
                    let (_, child) = items.entry(key_text(key)).or_insert_with(|| (key.clone(), empty_object()));
                    self.descend(child, below, rest, value, mapping, path);
                }
            }
            Segment::Index(_) => {}
        }
    }

    /// Adds a value whose own structure decides what merges and what meets.
    fn value(&mut self, node: &mut Node, schema: &Schema, value: Json, mapping: usize, here: &Path) {
        match (node, value) {
            (Node::Object { members, empty }, Json::Object(fields)) => {
                if fields.is_empty() {
                    *empty = Some(mapping);
                }
                for (name, field) in fields {
                    let Some(below) = schema.field(&name) else {
                        self.conflicts.push(self.unknown(&here.field(&name), mapping));
                        continue;
                    };
                    let child = members.entry(name.clone()).or_insert_with(|| blank(below, &field));
                    self.value(child, below, field, mapping, &here.field(&name));
                }
            }
            (Node::Items { items, empty }, Json::Array(list)) => {
                if list.is_empty() {
                    *empty = Some(mapping);
                }
                for item in list {
                    self.item(items, schema, item, mapping, here);
                }
            }
            (Node::Leaf { value: old, mapping: by }, new) => {
                if *by == UNWRITTEN {
                    *old = new;
                    *by = mapping;
                } else {
                    self.meet(old, by, new, mapping, here);
                }
            }
            (_, new) => {
                let message = format!("`{here}` is given {}, which cannot stand there", kind(&new));
                self.conflicts.push(self.finding("InvalidOutput", message, here, mapping));
            }
        }
    }

    fn item(
        &mut self,
        items: &mut BTreeMap<String, (BTreeMap<String, Json>, Node)>,
        schema: &Schema,
        item: Json,
        mapping: usize,
        here: &Path,
    ) {
        let keys = schema.list_map_keys().unwrap_or_default();
        let key: BTreeMap<_, _> =
            keys.iter().filter_map(|key| item.get(key).map(|value| (key.clone(), value.clone()))).collect();
        let Some(below) = schema.items.as_deref().filter(|_| key.len() == keys.len()) else {
            let message = format!("an item of `{here}` lacks its key {}", keys.join(", "));
            self.conflicts.push(self.finding("InvalidOutput", message, here, mapping));
            return;
        };
        let path = here.join(Segment::Key(key.clone()));
        let (_, child) = items.entry(key_text(&key)).or_insert_with(|| (key, empty_object()));
        self.value(child, below, item, mapping, &path);
    }

    /// A second value for a leaf: appended, overridden, or a conflict.
    fn meet(&mut self, old: &mut Json, by: &mut usize, new: Json, mapping: usize, here: &Path) {
        let (Some(first), Some(second)) = (self.block(*by), self.block(mapping)) else { return };
        if first.appends && second.appends {
            if let (Json::Array(list), Json::Array(more)) = (old, new) {
                list.extend(more);
            }
        } else if second.overrides && second.facet.is_none() && first.facet.is_some() {
            *old = new;
            *by = mapping;
        } else if *old == new && *by == mapping {
            // The same mapping twice: a `forEach` that gives one path the same value.
        } else if is_key_of(here, &new) && *old == new {
            // Every writer of a keyed item names its key.
        } else {
            let message = format!(
                "`{here}` is written by {} and by {}",
                crate::catalog::rule_id(&first.site),
                crate::catalog::rule_id(&second.site)
            );
            self.conflicts.push(self.finding("ConflictingOutput", message, here, mapping));
        }
    }

    fn block(&self, mapping: usize) -> Option<&Block> {
        self.mappings.get(mapping).and_then(|mapping| self.blocks.get(mapping.block))
    }

    fn unknown(&self, path: &Path, mapping: usize) -> Finding {
        self.finding("InvalidOutput", format!("the target has no field `{path}`"), path, mapping)
    }

    fn finding(&self, reason: &str, message: String, path: &Path, mapping: usize) -> Finding {
        let finding = Finding::new(reason, message).at(path.clone());
        match self.mappings.get(mapping) {
            Some(mapping) => finding.by(&mapping.site, None),
            None => finding,
        }
    }
}

/// Marks a leaf that nobody has written yet.
const UNWRITTEN: usize = usize::MAX;

/// The node that a value of this schema starts as.
fn blank(schema: &Schema, value: &Json) -> Node {
    if schema.list_map_keys().is_some() && value.is_array() {
        Node::Items { items: BTreeMap::new(), empty: None }
    } else if schema.has_children() && value.is_object() {
        empty_object()
    } else {
        Node::Leaf { value: Json::Null, mapping: UNWRITTEN }
    }
}

/// The node that a path goes on in.
fn blank_for(rest: &[Segment]) -> Node {
    match rest.first() {
        Some(Segment::Key(_)) => Node::Items { items: BTreeMap::new(), empty: None },
        _ => empty_object(),
    }
}

fn is_key_of(path: &Path, value: &Json) -> bool {
    let mut segments = path.segments().iter().rev();
    let (Some(Segment::Field(name)), Some(Segment::Key(key))) = (segments.next(), segments.next()) else {
        return false;
    };
    key.get(name) == Some(value)
}

fn key_text(key: &BTreeMap<String, Json>) -> String {
    let values: Vec<_> = key.values().map(canonical).collect();
    values.join(",")
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "a map",
    }
}

/// The value of a node at `path`, and who wrote which leaf of it.
fn collect(node: Node, path: &mut Path, writers: &mut Vec<(Path, usize)>) -> Json {
    let mut written_empty = |none: bool, empty: Option<usize>, path: &Path| {
        writers.extend(empty.filter(|_| none).map(|mapping| (path.clone(), mapping)));
    };
    match node {
        Node::Leaf { value, mapping } => {
            writers.push((path.clone(), mapping));
            value
        }
        Node::Object { members, empty } => {
            written_empty(members.is_empty(), empty, path);
            let mut object = Map::new();
            for (name, member) in members {
                path.push(Segment::Field(name));
                let value = collect(member, path, writers);
                if let Some(Segment::Field(name)) = path.pop() {
                    object.insert(name, value);
                }
            }
            Json::Object(object)
        }
        Node::Items { items, empty } => {
            written_empty(items.is_empty(), empty, path);
            let items = items.into_values().map(|(key, item)| {
                path.push(Segment::Key(key));
                let mut value = collect(item, path, writers);
                if let (Some(Segment::Key(key)), Json::Object(members)) = (path.pop(), &mut value) {
                    members.extend(key);
                }
                value
            });
            Json::Array(items.collect())
        }
    }
}
