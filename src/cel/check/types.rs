//! The types of the checker, and what fits what.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::cel::Opaque;
use crate::cel::library::Ty;
use crate::schema::{Additional, Schema, Type as SchemaType};

/// The type of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// what is wrong already: it silences all that follows from it
    Error,
    /// anything: only where a schema keeps unknown fields
    Dyn,
    /// no value at all: the elements of `[]`, what `optional.none()` holds
    Nothing,
    /// `null`
    Null,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `uint`
    Uint,
    /// `double`
    Double,
    /// `string`
    String,
    /// a string of which all values are known
    Enum(Arc<BTreeSet<String>>),
    /// `bytes`
    Bytes,
    /// a duration
    Duration,
    /// a timestamp
    Timestamp,
    /// a type, by what its values are
    Type(Arc<Type>),
    /// a library type, by its CEL name
    Opaque(&'static str),
    /// a list
    List(Arc<Type>),
    /// a map: any key may be absent
    Map(Arc<Type>, Arc<Type>),
    /// a map literal with text keys: exactly these are there
    Table(Arc<BTreeSet<String>>, Arc<Type>),
    /// an object that a schema describes
    Object(Arc<Object>),
    /// an optional
    Optional(Arc<Type>),
    /// a value or `null`
    Nullable(Arc<Type>),
    /// an `int` or a `string`
    IntOrString,
}

/// The fields of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// each field's type, and whether the field is always there when the object is
    pub fields: BTreeMap<String, (Type, bool)>,
    /// fields that are not named may be there too
    pub open: bool,
}

impl From<&Schema> for Type {
    /// The type of values that the schema accepts, after its defaults.
    fn from(schema: &Schema) -> Self {
        let ty = plain(schema);
        if schema.nullable && !ty.is_silent() { Self::Nullable(Arc::new(ty)) } else { ty }
    }
}

fn plain(schema: &Schema) -> Type {
    if schema.int_or_string {
        return Type::IntOrString;
    }
    match schema.kind {
        None => Type::Dyn,
        Some(SchemaType::Boolean) => Type::Bool,
        Some(SchemaType::Integer) => Type::Int,
        Some(SchemaType::Number) => Type::Double,
        Some(SchemaType::String) => text(schema),
        Some(SchemaType::Array) => Type::List(Arc::new(schema.items.as_deref().map_or(Type::Dyn, Type::from))),
        Some(SchemaType::Object) => object(schema),
    }
}

fn text(schema: &Schema) -> Type {
    let values: Option<BTreeSet<String>> =
        schema.checks.allowed.iter().map(|value| value.as_str().map(str::to_owned)).collect();
    match values {
        Some(values) if !values.is_empty() => Type::Enum(Arc::new(values)),
        _ => Type::String,
    }
}

fn object(schema: &Schema) -> Type {
    let open = schema.preserve_unknown || schema.embedded_resource;
    if schema.properties.is_empty() {
        return match &schema.additional {
            Some(Additional::Schema(value)) => Type::Map(Arc::new(Type::String), Arc::new(Type::from(&**value))),
            Some(Additional::Anything) => Type::Map(Arc::new(Type::String), Arc::new(Type::Dyn)),
            _ if open => Type::Dyn,
            _ => Type::Object(Arc::default()),
        };
    }
    let fields = schema.properties.iter().map(|(name, field)| {
        let always = schema.requires(name) || field.default.is_some();
        (name.clone(), (Type::from(field), always))
    });
    Type::Object(Arc::new(Object { fields: fields.collect(), open: open || schema.additional.is_some() }))
}

impl Type {
    /// An optional of it.
    pub fn optional(self) -> Self {
        match self {
            Self::Error => Self::Error,
            held => Self::Optional(Arc::new(held)),
        }
    }

    /// The type that a name stands for where it is none of the scope's: `int`, `list`.
    pub(super) fn named(name: &str) -> Option<Self> {
        let any = || Arc::new(Self::Dyn);
        Some(match name {
            "bool" => Self::Bool,
            "int" => Self::Int,
            "uint" => Self::Uint,
            "double" => Self::Double,
            "string" => Self::String,
            "bytes" => Self::Bytes,
            "list" => Self::List(any()),
            "map" => Self::Map(any(), any()),
            "null_type" => Self::Null,
            "type" => Self::Type(any()),
            "optional_type" => Self::Optional(any()),
            "google.protobuf.Duration" => Self::Duration,
            "google.protobuf.Timestamp" => Self::Timestamp,
            other => Self::Opaque(Opaque::TYPES.into_iter().find(|name| *name == other)?),
        })
    }

    /// An object of ours whose fields are all there.
    pub fn object<const N: usize>(fields: [(&str, Self); N]) -> Self {
        let fields = fields.into_iter().map(|(name, ty)| (name.to_owned(), (ty, true))).collect();
        Self::Object(Arc::new(Object { fields, open: false }))
    }

    /// The same where any field may be absent: what somebody else wrote, maybe under another schema.
    pub fn loosened(&self) -> Self {
        match self {
            Self::Object(object) => {
                let loosen = |(name, (ty, _)): (&String, &(Self, bool))| (name.clone(), (ty.loosened(), false));
                let fields = object.fields.iter().map(loosen).collect();
                Self::Object(Arc::new(Object { fields, open: object.open }))
            }
            Self::List(item) => Self::List(Arc::new(item.loosened())),
            Self::Map(key, value) => Self::Map(Arc::clone(key), Arc::new(value.loosened())),
            Self::Optional(held) => Self::Optional(Arc::new(held.loosened())),
            Self::Nullable(held) => Self::Nullable(Arc::new(held.loosened())),
            other => other.clone(),
        }
    }

    /// The type of values that are of one of two types, field by field: a field that only one of them
    /// has may be absent.
    pub fn either(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Object(one), Self::Object(two)) => {
                let mut fields = BTreeMap::new();
                for name in one.fields.keys().chain(two.fields.keys()) {
                    let field = match (one.fields.get(name), two.fields.get(name)) {
                        (Some((a, x)), Some((b, y))) => (a.either(b), *x && *y),
                        (Some((only, _)), None) | (None, Some((only, _))) => (only.clone(), false),
                        (None, None) => continue,
                    };
                    fields.insert(name.clone(), field);
                }
                Self::Object(Arc::new(Object { fields, open: one.open || two.open }))
            }
            (Self::List(one), Self::List(two)) => Self::List(Arc::new(one.either(two))),
            (Self::Map(k, v), Self::Map(l, w)) if k == l => Self::Map(Arc::clone(k), Arc::new(v.either(w))),
            (Self::Int | Self::String | Self::Enum(_), Self::IntOrString)
            | (Self::IntOrString, Self::Int | Self::String | Self::Enum(_)) => Self::IntOrString,
            (one, two) => one.join(two).unwrap_or(Self::Dyn),
        }
    }

    /// The same where a field, told by its path, is there, and of a type if one is given.
    pub(super) fn having(&self, path: &[Arc<str>], ty: Option<&Self>) -> Self {
        let Some((first, rest)) = path.split_first() else {
            return ty.cloned().unwrap_or_else(|| self.clone());
        };
        match self {
            Self::Object(object) => {
                let mut object = Object::clone(object);
                if let Some((field, always)) = object.fields.get_mut(&**first) {
                    *field = field.having(rest, ty);
                    *always = *always || ty.is_none();
                }
                Self::Object(Arc::new(object))
            }
            Self::Nullable(held) if ty.is_none() => held.having(path, None),
            other => other.clone(),
        }
    }

    /// The same without one text; only of a type whose values are known.
    pub(super) fn without(&self, texts: &BTreeSet<String>) -> Option<Self> {
        let Self::Enum(values) = self else { return None };
        let rest: BTreeSet<String> = values.difference(texts).cloned().collect();
        (!rest.is_empty()).then(|| Self::Enum(Arc::new(rest)))
    }

    /// The texts that it can be, if they are known.
    pub fn texts(&self) -> Option<&BTreeSet<String>> {
        match self {
            Self::Enum(values) => Some(values),
            _ => None,
        }
    }

    /// Whether nothing can be said of its values.
    pub fn is_silent(&self) -> bool {
        matches!(self, Self::Error | Self::Dyn | Self::Nothing)
    }

    /// Whether `==` between the two can be asked: Kubernetes wants one type on both sides.
    pub(super) fn comparable(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nullable(held), other) | (other, Self::Nullable(held)) => {
                *other == Self::Null || held.comparable(other)
            }
            // What can be null to Kubernetes' checker.
            (Self::Null, other) | (other, Self::Null) if other.may_be_null() => true,
            (Self::IntOrString, Self::Int | Self::Uint | Self::Double | Self::String | Self::Enum(_))
            | (Self::Int | Self::Uint | Self::Double | Self::String | Self::Enum(_), Self::IntOrString) => true,
            _ => self.join(other).is_some(),
        }
    }

    fn may_be_null(&self) -> bool {
        let special = matches!(self, Self::Null | Self::IntOrString | Self::Duration | Self::Timestamp);
        special || self.is_silent() || matches!(self, Self::Object(_) | Self::Optional(_) | Self::Opaque(_))
    }

    /// Whether values of both may stand in one list: only what is nullable and what is known of texts may differ.
    pub(super) fn alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Error | Self::Nothing, _)
            | (_, Self::Error | Self::Nothing)
            | (Self::String | Self::Enum(_), Self::String | Self::Enum(_)) => true,
            (Self::Nullable(held), other) | (other, Self::Nullable(held)) => held.alike(other),
            (Self::List(one), Self::List(two))
            | (Self::Optional(one), Self::Optional(two))
            | (Self::Type(one), Self::Type(two)) => one.alike(two),
            (Self::Map(..) | Self::Table(..), Self::Map(..) | Self::Table(..)) => {
                let parts = self.entries().zip(other.entries());
                parts.is_some_and(|((k, v), (l, w))| k.alike(&l) && v.alike(&w))
            }
            (one, two) => one == two,
        }
    }

    /// The type that holds the values of both; `None` where there is none.
    pub fn join(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Error, _) | (_, Self::Error) => Self::Error,
            (Self::Nothing, only) | (only, Self::Nothing) => only.clone(),
            (Self::Dyn, _) | (_, Self::Dyn) => Self::Dyn,
            (one, two) if one == two => one.clone(),
            (Self::Nullable(held), other) | (other, Self::Nullable(held)) => {
                let other = if let Self::Nullable(inner) = other { inner } else { other };
                if *other == Self::Null {
                    return Some(Self::Nullable(Arc::clone(held)));
                }
                Self::Nullable(Arc::new(held.join(other)?))
            }
            (Self::Enum(a), Self::Enum(b)) => Self::Enum(Arc::new(a.union(b).cloned().collect())),
            (Self::String | Self::Enum(_), Self::String | Self::Enum(_)) => Self::String,
            (Self::List(a), Self::List(b)) => Self::List(Arc::new(a.join(b)?)),
            (Self::Optional(a), Self::Optional(b)) => Self::Optional(Arc::new(a.join(b)?)),
            (Self::Type(_), Self::Type(_)) => Self::Type(Arc::new(Self::Dyn)),
            (Self::Map(k, v), Self::Map(l, w)) => Self::Map(Arc::new(k.join(l)?), Arc::new(v.join(w)?)),
            (Self::Table(_, v), Self::Table(_, w)) => Self::Map(Arc::new(Self::String), Arc::new(v.join(w)?)),
            (Self::Map(k, v), Self::Table(_, w)) | (Self::Table(_, w), Self::Map(k, v)) => {
                Self::Map(Arc::new(k.join(&Self::String)?), Arc::new(v.join(w)?))
            }
            (one, two) if one.is_map() && two.is_map() => Self::Dyn,
            _ => return None,
        })
    }

    fn is_map(&self) -> bool {
        matches!(self, Self::Map(..) | Self::Table(..) | Self::Object(_))
    }

    /// Key and value of what is a map when it runs.
    pub fn entries(&self) -> Option<(Self, Self)> {
        match self {
            Self::Map(key, value) => Some(((**key).clone(), (**value).clone())),
            Self::Table(keys, value) => Some((Self::Enum(Arc::clone(keys)), (**value).clone())),
            Self::Object(_) => Some((Self::String, Self::Dyn)),
            _ => None,
        }
    }

    /// Whether a parameter of this kind takes it; type parameters are bound on the way.
    pub(super) fn fits(&self, ty: Ty, bound: &mut BTreeMap<char, Self>) -> bool {
        match (ty, self) {
            (Ty::Param(letter), _) => match bound.get(&letter).map_or_else(|| Some(self.clone()), |it| it.join(self)) {
                Some(joined) => {
                    bound.insert(letter, joined);
                    true
                }
                None => false,
            },
            (Ty::Dyn, _)
            | (_, Self::Error | Self::Nothing)
            | (Ty::Null, Self::Null)
            | (Ty::Bool, Self::Bool)
            | (Ty::Int, Self::Int)
            | (Ty::Uint, Self::Uint)
            | (Ty::Double, Self::Double)
            | (Ty::String, Self::String | Self::Enum(_))
            | (Ty::Bytes, Self::Bytes)
            | (Ty::Duration, Self::Duration)
            | (Ty::Timestamp, Self::Timestamp)
            | (Ty::Type, Self::Type(_)) => true,
            (Ty::Opaque(wanted), Self::Opaque(found)) => wanted == *found,
            (Ty::List(inner), Self::List(item)) => item.fits(*inner, bound),
            (Ty::Optional(inner), Self::Optional(held)) => held.fits(*inner, bound),
            (Ty::Map(key, value), map) => {
                map.entries().is_some_and(|(own, held)| own.fits(*key, bound) && held.fits(*value, bound))
            }
            _ => false,
        }
    }

    /// The type that a signature's result stands for.
    pub(super) fn of(ty: Ty, bound: &BTreeMap<char, Self>) -> Self {
        match ty {
            Ty::Dyn => Self::Dyn,
            Ty::Null => Self::Null,
            Ty::Bool => Self::Bool,
            Ty::Int => Self::Int,
            Ty::Uint => Self::Uint,
            Ty::Double => Self::Double,
            Ty::String => Self::String,
            Ty::Bytes => Self::Bytes,
            Ty::Duration => Self::Duration,
            Ty::Timestamp => Self::Timestamp,
            Ty::Type => Self::Type(Arc::new(Self::Dyn)),
            Ty::Opaque(name) => Self::Opaque(name),
            Ty::Param(letter) => bound.get(&letter).cloned().unwrap_or(Self::Nothing),
            Ty::List(item) => Self::List(Arc::new(Self::of(*item, bound))),
            Ty::Map(key, value) => Self::Map(Arc::new(Self::of(*key, bound)), Arc::new(Self::of(*value, bound))),
            Ty::Optional(held) => Self::Optional(Arc::new(Self::of(*held, bound))),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error | Self::Dyn | Self::Nothing => f.write_str("dyn"),
            Self::Null => f.write_str("null"),
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Uint => f.write_str("uint"),
            Self::Double => f.write_str("double"),
            Self::String | Self::Enum(_) => f.write_str("string"),
            Self::Bytes => f.write_str("bytes"),
            Self::Duration => f.write_str("duration"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Type(_) => f.write_str("type"),
            Self::Opaque(name) => f.write_str(name),
            Self::List(item) => write!(f, "list({item})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Table(_, value) => write!(f, "map(string, {value})"),
            Self::Object(_) => f.write_str("object"),
            Self::Optional(held) => write!(f, "optional({held})"),
            Self::Nullable(held) => write!(f, "{held} or null"),
            Self::IntOrString => f.write_str("int or string"),
        }
    }
}
