//! What merging sees of a schema.

use serde_json::{Map, Value};

use super::element::Element;
use super::field_set::FieldSet;
use crate::schema::{Additional, ListType, MapType, Schema, Type};

/// A place in an object.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'s> {
    /// A schema describes it.
    Described {
        /// The schema.
        schema: &'s Schema,
        /// Whether this schema or one around it keeps unknown fields: it counts for all below.
        open: bool,
    },
    /// Nothing is known: objects merge field by field, lists as a whole.
    Deduced,
    /// Inside something that merges as a whole.
    Opaque,
}

/// How a value is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// As one value.
    Scalar,
    /// By fields.
    Map,
    /// By items.
    List,
}

/// How the items of a list are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Items<'s> {
    /// They are not: the list is one value.
    Atomic,
    /// By value.
    Set,
    /// By the values of these fields.
    Map(&'s [String]),
}

impl<'s> Place<'s> {
    /// The root of an object.
    pub(super) fn root(schema: &'s Schema) -> Self {
        Self::Described { schema, open: schema.preserve_unknown }
    }

    fn inner(self, schema: &'s Schema) -> Self {
        let around = matches!(self, Self::Described { open: true, .. });
        Self::Described { schema, open: around || schema.preserve_unknown }
    }

    /// The only kind of value that is allowed; `None` where every kind is.
    pub(super) fn only_kind(self) -> Option<Kind> {
        match self {
            Self::Described { schema, .. } => schema.kind.map(|kind| match kind {
                Type::Object => Kind::Map,
                Type::Array => Kind::List,
                _ => Kind::Scalar,
            }),
            Self::Deduced | Self::Opaque => None,
        }
    }

    /// The kind that a value decides on; `None` where it decides nothing: it is null or absent, and every
    /// kind is allowed.
    pub(super) fn deduce(self, value: Option<&Value>) -> Option<Kind> {
        self.only_kind().or_else(|| match value? {
            Value::Null => None,
            Value::Array(_) => Some(Kind::List),
            Value::Object(_) => Some(Kind::Map),
            _ => Some(Kind::Scalar),
        })
    }

    /// How a value is walked; what decides nothing is an object.
    pub(super) fn kind(self, value: Option<&Value>) -> Kind {
        self.deduce(value).unwrap_or(Kind::Map)
    }

    /// Whether objects here can have fields that the schema names.
    pub(super) fn allows(self, kind: Kind) -> bool {
        self.only_kind().is_none_or(|only| only == kind)
    }

    /// Whether the schema names a field, as opposed to a key of a map.
    pub(super) fn names(self, field: &str) -> bool {
        matches!(self, Self::Described { schema, .. } if schema.properties.contains_key(field))
    }

    /// The place of a field; `None` where the schema has no such field.
    pub(super) fn declared(self, field: &str) -> Option<Self> {
        let Self::Described { schema, open } = self else { return Some(self) };
        if let Some(named) = schema.properties.get(field) {
            return Some(self.inner(named));
        }
        match &schema.additional {
            Some(Additional::Schema(schema)) => Some(self.inner(schema)),
            Some(Additional::Anything) => Some(Self::Deduced),
            Some(Additional::Nothing) => None,
            None => (open || schema.properties.is_empty()).then_some(Self::Deduced),
        }
    }

    /// The place of a field. An object that was stored under another schema can have fields that this one
    /// does not know; they merge as unknown fields do.
    pub(super) fn field(self, field: &str) -> Self {
        self.declared(field).unwrap_or(Self::Deduced)
    }

    /// The place of each item of a list.
    pub(super) fn item(self) -> Self {
        match self {
            Self::Described { schema, .. } => schema.items.as_deref().map_or(Self::Opaque, |items| self.inner(items)),
            Self::Deduced | Self::Opaque => Self::Opaque,
        }
    }

    /// Whether objects here merge as a whole.
    pub(super) fn is_atomic_map(self) -> bool {
        match self {
            Self::Described { schema, .. } => schema.map_type == MapType::Atomic,
            Self::Deduced => false,
            Self::Opaque => true,
        }
    }

    /// How items of lists are told apart.
    pub(super) fn items(self) -> Items<'s> {
        let Self::Described { schema, .. } = self else { return Items::Atomic };
        match schema.list_type {
            ListType::Atomic => Items::Atomic,
            ListType::Set => Items::Set,
            ListType::Map => Items::Map(&schema.map_keys),
        }
    }

    /// What names an item of a list here.
    pub(super) fn element(self, item: &Value) -> Result<Element, String> {
        match (self.items(), item) {
            (Items::Atomic, _) => Err("invalid indexing of non-associative list".to_owned()),
            (Items::Set, Value::Object(_)) => {
                Err("associative list without keys has an element that's a map type".to_owned())
            }
            (Items::Set, Value::Array(_)) => Err("not supported: associative list with lists as elements".to_owned()),
            (Items::Set, Value::Null) => {
                Err("associative list without keys has an element that's an explicit null".to_owned())
            }
            (Items::Set, scalar) => Ok(Element::Value(scalar.clone().into())),
            (Items::Map(keys), Value::Object(fields)) => self.keyed(keys, fields),
            (Items::Map(_), Value::Null) => Err("associative list with keys may not have a null element".to_owned()),
            (Items::Map(_), _) => Err("associative list with keys may not have non-map elements".to_owned()),
        }
    }

    fn keyed(self, names: &[String], fields: &Map<String, Value>) -> Result<Element, String> {
        let default = |name: &str| match self.item() {
            Self::Described { schema, .. } => schema.properties.get(name).and_then(|key| key.default.as_ref()),
            Self::Deduced | Self::Opaque => None,
        };
        let value = |name: &str| fields.get(name).or_else(|| default(name)).cloned();
        let mut keys: Vec<_> = names.iter().filter_map(|name| Some((name.clone(), value(name)?.into()))).collect();
        if keys.is_empty() && !names.is_empty() {
            return Err(format!(
                "associative list with keys has an element that omits all key fields [{}] (and doesn't have default values for any key fields)",
                names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" ")
            ));
        }
        keys.sort();
        Ok(Element::Key(keys))
    }
}

/// Adds the parents that the schema names to a set: who owns `spec.a` has a say in whether `spec` is
/// there. Keys of maps and items of lists are left out, they are owned explicitly.
pub(super) fn with_named_parents(place: Option<Place<'_>>, set: &FieldSet) -> FieldSet {
    let mut all = FieldSet::default();
    set.members().for_each(|element| all.add(element.clone()));
    for (element, below) in set.children() {
        let inner = match (element, place) {
            (Element::Field(name), Some(place)) if place.allows(Kind::Map) => {
                if place.names(name) {
                    all.add(element.clone());
                }
                place.declared(name)
            }
            (Element::Key(_), Some(place)) if place.allows(Kind::List) => Some(place.item()),
            _ => None,
        };
        all.add_below(element.clone(), with_named_parents(inner, below));
    }
    all
}
