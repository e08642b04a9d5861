//! The types of the checker, and what fits what.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::cel::library::Ty;
use crate::schema::{Additional, Schema, Type as SchemaType};

/// The type of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// what is wrong already: it silences all that follows from it
    Error,
    /// anything: only where a schema keeps unknown fields, or allows null, or a number or text
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
    /// a type
    Type,
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
        if schema.nullable || schema.int_or_string {
            return Self::Dyn;
        }
        match schema.kind {
            None => Self::Dyn,
            Some(SchemaType::Boolean) => Self::Bool,
            Some(SchemaType::Integer) => Self::Int,
            Some(SchemaType::Number) => Self::Double,
            Some(SchemaType::String) => text(schema),
            Some(SchemaType::Array) => Self::List(Arc::new(schema.items.as_deref().map_or(Self::Dyn, Self::from))),
            Some(SchemaType::Object) => object(schema),
        }
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

    /// Whether nothing can be said of its values.
    pub(super) fn is_silent(&self) -> bool {
        matches!(self, Self::Error | Self::Dyn | Self::Nothing)
    }

    /// Whether `==` between the two can be asked: Kubernetes wants one type on both sides.
    pub(super) fn comparable(&self, other: &Self) -> bool {
        matches!(self, Self::Null) || matches!(other, Self::Null) || self.join(other).is_some()
    }

    /// The type that holds the values of both; `None` where there is none.
    pub(super) fn join(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Error, _) | (_, Self::Error) => Self::Error,
            (Self::Nothing, only) | (only, Self::Nothing) => only.clone(),
            (Self::Dyn, _) | (_, Self::Dyn) => Self::Dyn,
            (one, two) if one == two => one.clone(),
            (Self::Enum(a), Self::Enum(b)) => Self::Enum(Arc::new(a.union(b).cloned().collect())),
            (Self::String | Self::Enum(_), Self::String | Self::Enum(_)) => Self::String,
            (Self::List(a), Self::List(b)) => Self::List(Arc::new(a.join(b)?)),
            (Self::Optional(a), Self::Optional(b)) => Self::Optional(Arc::new(a.join(b)?)),
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
    pub(super) fn entries(&self) -> Option<(Self, Self)> {
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
            | (_, Self::Error | Self::Dyn | Self::Nothing)
            | (Ty::Null, Self::Null)
            | (Ty::Bool, Self::Bool)
            | (Ty::Int, Self::Int)
            | (Ty::Uint, Self::Uint)
            | (Ty::Double, Self::Double)
            | (Ty::String, Self::String | Self::Enum(_))
            | (Ty::Bytes, Self::Bytes)
            | (Ty::Duration, Self::Duration)
            | (Ty::Timestamp, Self::Timestamp)
            | (Ty::Type, Self::Type) => true,
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
            Ty::Type => Self::Type,
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
            Self::Type => f.write_str("type"),
            Self::Opaque(name) => f.write_str(name),
            Self::List(item) => write!(f, "list({item})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Table(_, value) => write!(f, "map(string, {value})"),
            Self::Object(_) => f.write_str("object"),
            Self::Optional(held) => write!(f, "optional({held})"),
        }
    }
}
