//! How large values of an expression can be.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cel::Value;
use crate::cel::library::Ty;
use crate::cel::value::floor_to_u64;
use crate::schema::{Additional, Schema, Type};

/// The largest value that an expression can have: every part of any value of it is at most as large as the
/// part here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extent {
    /// Characters, bytes, elements or entries; one for all else.
    pub most: u64,
    /// It may be text or bytes.
    pub text: bool,
    /// Characters of the text that a value of a library type was made of.
    pub hidden: u64,
    /// The largest number that it can be, where that is known; counts are.
    pub number: Option<u64>,
    /// How far below zero it can be, where that is known.
    pub below: Option<u64>,
    key: Option<Arc<Extent>>,
    item: Option<Arc<Extent>>,
    fields: Option<Arc<BTreeMap<String, Extent>>>,
    /// Nothing is known of it.
    any: bool,
}

/// Characters of a value whose form is bounded by its format: the longest is a DNS name (253).
const FORMATTED: u64 = 253;
/// Characters of a number, time, version or other scalar as text.
pub(super) const SCALAR_TEXT: u64 = 64;

impl Extent {
    /// A value without size: a number, boolean, null.
    pub fn scalar() -> Self {
        Self { most: 1, ..Self::default() }
    }

    /// A count of at most so many.
    pub fn count(most: u64) -> Self {
        Self { number: Some(most), below: Some(0), ..Self::scalar() }
    }

    /// Of no size at all.
    pub fn empty() -> Self {
        Self { number: Some(0), below: Some(0), ..Self::default() }
    }

    /// A text of at most so many characters.
    pub fn text(most: u64) -> Self {
        Self { most: most.min(max_text()), text: true, ..Self::default() }
    }

    /// A value of a library type, made of so many characters.
    pub fn opaque(hidden: u64) -> Self {
        Self { hidden, ..Self::scalar() }
    }

    /// A list.
    pub fn list(most: u64, item: Self) -> Self {
        Self { most, item: Some(Arc::new(item)), ..Self::default() }
    }

    /// A map.
    pub fn map(most: u64, key: Self, item: Self) -> Self {
        Self { most, key: Some(Arc::new(key)), item: Some(Arc::new(item)), ..Self::default() }
    }

    /// An object of which the fields are known.
    pub fn object(fields: impl IntoIterator<Item = (String, Self)>) -> Self {
        let fields: BTreeMap<_, _> = fields.into_iter().collect();
        let most = u64::try_from(fields.len()).unwrap_or(u64::MAX);
        Self { most, fields: Some(Arc::new(fields)), ..Self::default() }
    }

    /// Anything.
    pub fn any() -> Self {
        Self { most: u64::MAX, hidden: u64::MAX, text: true, any: true, ..Self::default() }
    }

    /// Anything that can be said in so many bytes of JSON.
    pub fn within(bytes: u64) -> Self {
        Self { most: bytes, hidden: bytes, ..Self::any() }
    }

    /// Of a value that is known.
    pub fn of(value: &Value) -> Self {
        let size = value.size().map_or(1, |size| u64::try_from(size).unwrap_or(u64::MAX));
        match value {
            Value::Int(number) => {
                let positive = number.max(&0).unsigned_abs();
                Self { below: Some(number.min(&0).unsigned_abs()), ..Self::count(positive) }
            }
            Value::Uint(number) => Self::count(*number),
            Value::String(_) | Value::Bytes(_) => Self::text(size),
            Value::Optional(Some(held)) => Self::of(held),
            Value::Optional(None) => Self::default(),
            Value::Opaque(_) => Self::opaque(SCALAR_TEXT),
            Value::List(items) => Self::list(size, Self::joined(items.iter().map(Self::of))),
            Value::Map(entries) => Self::map(
                size,
                Self::joined(entries.iter().map(|(key, _)| Self::of(&key.to_value()))),
                Self::joined(entries.iter().map(|(_, value)| Self::of(value))),
            ),
            _ => Self::scalar(),
        }
    }

    /// Of all values that a schema accepts, where it says nothing as large as `unbounded` says.
    pub fn of_schema(schema: &Schema, unbounded: Unbounded) -> Self {
        let checks = &schema.checks;
        if !checks.allowed.is_empty() {
            return Self::joined(checks.allowed.iter().map(|value| Self::of(&Value::from_json(value))));
        }
        if schema.int_or_string || schema.kind == Some(Type::String) {
            let formatted = checks.format.as_deref().is_some_and(|format| format != "byte");
            let otherwise = if formatted { FORMATTED.min(unbounded.text) } else { unbounded.text };
            return Self::text(checks.max_length.unwrap_or(otherwise)).or(&Self::scalar());
        }
        match schema.kind {
            Some(Type::Array) => {
                let item = schema.items.as_deref().map_or_else(Self::any, |items| Self::of_schema(items, unbounded));
                Self::list(checks.max_items.unwrap_or(unbounded.list), item)
            }
            Some(Type::Object) if !schema.properties.is_empty() && !schema.preserve_unknown => {
                let field = |(name, field): (&String, &Schema)| (name.clone(), Self::of_schema(field, unbounded));
                Self::object(schema.properties.iter().map(field))
            }
            Some(Type::Object) if !schema.preserve_unknown => match &schema.additional {
                Some(Additional::Schema(values)) => Self::map(
                    checks.max_properties.unwrap_or(unbounded.map),
                    Self::text(unbounded.text.min(FORMATTED)),
                    Self::of_schema(values, unbounded),
                ),
                Some(Additional::Anything) => Self::any(),
                _ => Self::object([]),
            },
            Some(Type::Integer) => Self {
                number: checks.maximum.and_then(|bound| floor_to_u64(bound.value.max(0.0))),
                below: checks.minimum.and_then(|bound| floor_to_u64((-bound.value).max(0.0))),
                ..Self::scalar()
            },
            Some(Type::Number | Type::Boolean) => Self::scalar(),
            _ => Self::any(),
        }
    }

    /// As large as the larger of both, part by part.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        fn both(one: Option<&Arc<Extent>>, two: Option<&Arc<Extent>>) -> Option<Arc<Extent>> {
            match (one, two) {
                (Some(one), Some(two)) => Some(Arc::new(one.or(two))),
                (only, None) | (None, only) => only.cloned(),
            }
        }
        let fields = match (&self.fields, &other.fields) {
            (Some(one), Some(two)) => {
                let mut fields = BTreeMap::clone(one);
                for (name, extent) in two.iter() {
                    let joined = fields.get(name).map_or_else(|| extent.clone(), |known| known.or(extent));
                    fields.insert(name.clone(), joined);
                }
                Some(Arc::new(fields))
            }
            (only, None) | (None, only) => only.clone(),
        };
        Self {
            most: self.most.max(other.most),
            text: self.text || other.text,
            hidden: self.hidden.max(other.hidden),
            number: self.number.zip(other.number).map(|(one, two)| one.max(two)),
            below: self.below.zip(other.below).map(|(one, two)| one.max(two)),
            key: both(self.key.as_ref(), other.key.as_ref()),
            item: both(self.item.as_ref(), other.item.as_ref()),
            fields,
            any: self.any || other.any,
        }
    }

    /// As large as the largest of all.
    pub fn joined(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().reduce(|one, two| one.or(&two)).unwrap_or_default()
    }

    /// Whether a value of it may be of a type, as far as its form tells.
    pub(super) fn may_be(&self, ty: Ty) -> bool {
        let contains = self.item.is_some() || self.has_keys();
        match ty {
            Ty::Optional(held) => self.may_be(*held),
            Ty::String | Ty::Bytes => self.text || !contains,
            Ty::List(_) => !self.has_keys() && (contains || !self.text) || self.any,
            Ty::Map(..) => self.has_keys() || !contains && !self.text || self.any,
            Ty::Dyn | Ty::Param(_) => true,
            _ => !contains,
        }
    }

    /// The value of a field.
    pub(super) fn field(&self, name: &str) -> Self {
        let field = self.fields.as_ref().and_then(|fields| fields.get(name));
        match (field, &self.item) {
            (Some(field), Some(item)) => field.or(item),
            (Some(field), None) => field.clone(),
            (None, _) => self.item(),
        }
    }

    /// An element, or the value of an entry.
    pub(crate) fn item(&self) -> Self {
        if self.any {
            return self.clone();
        }
        let fields = self.fields.iter().flat_map(|fields| fields.values()).cloned();
        Self::joined(fields.chain(self.item.iter().map(|item| Self::clone(item))))
    }

    /// The key of an entry.
    pub(crate) fn key(&self) -> Self {
        if self.any {
            return self.clone();
        }
        let fields = self.fields.iter().flat_map(|fields| fields.keys());
        let names = fields.map(|name| Self::text(u64::try_from(name.chars().count()).unwrap_or(u64::MAX)));
        Self::joined(names.chain(self.key.iter().map(|key| Self::clone(key))))
    }

    /// Whether macros range over it as over a map.
    pub(crate) fn has_keys(&self) -> bool {
        self.key.is_some() || self.fields.is_some()
    }

    /// What a walk over all of it costs: a tenth a byte, of which a character has at most four, and one for
    /// each scalar, which what may be text may be too.
    pub(crate) fn traversal(&self) -> u64 {
        if self.any {
            return self.most;
        }
        let own = if self.text { crate::cel::library::tenths(self.most.saturating_mul(4)).max(1) } else { 1 };
        let key = self.key.as_ref().map_or(0, |key| key.traversal());
        let item = self.item.as_ref().map_or(0, |item| item.traversal());
        let items = self.most.saturating_mul(key.saturating_add(item));
        let fields = self.fields.iter().flat_map(|fields| fields.iter());
        let fields = fields.map(|(name, field)| {
            let name = u64::try_from(name.len()).unwrap_or(u64::MAX);
            crate::cel::library::tenths(name).saturating_add(field.traversal())
        });
        own.saturating_add(items).saturating_add(fields.fold(0, u64::saturating_add))
    }

    /// Characters of everything in it, written out.
    pub(super) fn written(&self) -> u64 {
        if self.any {
            return self.most;
        }
        let own = if self.text { self.most } else { SCALAR_TEXT.max(self.hidden.saturating_mul(3)) };
        let part = |part: Option<&Arc<Self>>| part.map_or(0, |part| part.written().saturating_add(4));
        let items = self.most.saturating_mul(part(self.key.as_ref()).saturating_add(part(self.item.as_ref())));
        let fields = self.fields.iter().flat_map(|fields| fields.iter());
        let fields = fields.map(|(name, field)| {
            u64::try_from(name.len()).unwrap_or(u64::MAX).saturating_add(field.written()).saturating_add(8)
        });
        own.saturating_add(items).saturating_add(fields.fold(0, u64::saturating_add))
    }
}

/// How large what a schema leaves open is taken to be.
#[derive(Clone, Copy, Debug)]
pub struct Unbounded {
    /// characters of a text
    pub text: u64,
    /// elements of a list
    pub list: u64,
    /// entries of a map
    pub map: u64,
}

fn max_text() -> u64 {
    u64::try_from(Value::MAX_TEXT_BYTES).unwrap_or(u64::MAX)
}
