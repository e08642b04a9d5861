//! Types as CEL writes them.

use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// By its CEL name: `int`, `net.IP`, `dyn`.
    Plain(String),
    /// By its CEL name, with the types in parentheses: `list(int)`.
    Of(String, Vec<Type>),
    /// A type parameter: `<T>`.
    Param(String),
}

/// What each type parameter stands for.
pub(crate) type Bound = BTreeMap<String, Type>;

pub(crate) fn plain(name: &str) -> Type {
    Type::Plain(name.to_string())
}

pub(crate) fn list(item: Type) -> Type {
    Type::Of("list".to_string(), vec![item])
}

pub(crate) fn map(key: Type, value: Type) -> Type {
    Type::Of("map".to_string(), vec![key, value])
}

pub(crate) fn optional(value: Type) -> Type {
    Type::Of("optional_type".to_string(), vec![value])
}

impl Type {
    /// The type of a text such as `map(<K>, list(int))`.
    pub(crate) fn parse(text: &str) -> Self {
        if let Some(name) = text.strip_prefix('<') {
            return Self::Param(name.trim_end_matches('>').to_string());
        }
        let Some((head, rest)) = text.split_once('(') else { return plain(text) };
        if head == "type" {
            return plain("type");
        }
        Self::Of(head.to_string(), split(rest.strip_suffix(')').expect(text)).map(Self::parse).collect())
    }

    /// Whether this type, that may have parameters, can be `wanted`, which has none.
    pub(crate) fn unify(&self, wanted: &Self, bound: &mut Bound) -> bool {
        match (self, wanted) {
            (Self::Param(name), _) => bound.entry(name.clone()).or_insert_with(|| wanted.clone()) == wanted,
            (Self::Of(head, items), Self::Of(other, others)) => {
                head == other && items.iter().zip(others).all(|(item, other)| item.unify(other, bound))
            }
            _ => self == wanted,
        }
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        matches!(self, Self::Plain(plain) if plain == name)
    }
}

/// The parts of `K, map(A, B)`.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    text.split(move |c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    })
    .map(str::trim)
}
