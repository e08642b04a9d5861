//! What expressions stand for, where values are not known.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cel::Value;
use crate::schema::{Additional, Schema, Type};

use super::symbolic::tested;
use super::{Atom, Compared, Constant, Domain, Formula};

/// A place that programs read: a name and fields below it.
#[derive(Clone, Debug)]
pub struct Place<'s> {
    /// As people write it: `params.backup.schedule`.
    pub name: Arc<str>,
    /// What it can hold, where that is known.
    pub schema: Option<&'s Schema>,
    /// What its value is completed by on the way: fields with a default here are always there.
    pub completed: Option<&'s Schema>,
}

/// What an expression stands for.
#[derive(Clone, Debug)]
pub enum Symbol<'s> {
    /// true where the condition holds
    Truth(Formula),
    /// always this
    Constant(Value),
    /// an optional: there where the condition holds
    Maybe(Formula, Box<Symbol<'s>>),
    /// the value of a place
    Place(Place<'s>),
    /// a count, by its name, of at least and at most so many
    Count(Arc<str>, i64, i64),
    /// fields, which may be optionals
    Record(Arc<BTreeMap<String, Symbol<'s>>>),
    /// one of these: the one whose condition holds
    Cases(Vec<(Formula, Symbol<'s>)>),
    /// nothing is known of it
    Unknown,
}

/// When a symbol has a value.
pub fn there(symbol: &Symbol<'_>) -> Formula {
    match symbol {
        Symbol::Maybe(there, _) => there.clone(),
        Symbol::Constant(Value::Optional(held)) => Formula::Known(held.is_some()),
        // One of them is the value.
        Symbol::Cases(cases) if cases.iter().all(|(_, case)| there(case) == Formula::Known(true)) => {
            Formula::Known(true)
        }
        Symbol::Cases(cases) => each(cases, |case| there(case)),
        _ => Formula::Known(true),
    }
}

/// What an optional holds.
pub(super) fn held(symbol: Symbol<'_>) -> Symbol<'_> {
    match symbol {
        Symbol::Maybe(_, held) => *held,
        Symbol::Constant(Value::Optional(Some(value))) => Symbol::Constant(Value::clone(&value)),
        Symbol::Constant(Value::Optional(None)) => Symbol::Unknown,
        Symbol::Cases(cases) => Symbol::Cases(cases.into_iter().map(|(when, case)| (when, held(case))).collect()),
        other => other,
    }
}

pub(super) fn each<'s>(cases: &[(Formula, Symbol<'s>)], mut tell: impl FnMut(&Symbol<'s>) -> Formula) -> Formula {
    Formula::any(cases.iter().map(|(when, case)| Formula::all([when.clone(), tell(case)])))
}

impl<'s> Symbol<'s> {
    /// The same after a schema's defaults are filled in.
    #[must_use]
    pub fn completed(self, by: &'s Schema) -> Self {
        match self {
            Self::Place(place) => Self::Place(Place { completed: Some(by), ..place }),
            Self::Maybe(there, held) => Self::Maybe(there, Box::new(held.completed(by))),
            Self::Constant(value @ Value::Map(_)) => match value.to_json() {
                Ok(mut json) => {
                    by.apply_defaults(&mut json);
                    Self::Constant(Value::from_json(&json))
                }
                Err(_) => Self::Unknown,
            },
            Self::Record(fields) => {
                let mut fields = BTreeMap::clone(&fields);
                for (name, schema) in &by.properties {
                    let given = fields.remove(name).map(|field| field.completed(schema));
                    fields.extend(with_default(given, schema).map(|field| (name.clone(), field)));
                }
                Self::Record(Arc::new(fields))
            }
            Self::Cases(cases) => {
                Self::Cases(cases.into_iter().map(|(when, case)| (when, case.completed(by))).collect())
            }
            other => other,
        }
    }
}

/// A field that is given where it is there, and else its default.
fn with_default<'s>(given: Option<Symbol<'s>>, schema: &Schema) -> Option<Symbol<'s>> {
    let Some(default) = &schema.default else { return given };
    let default = Symbol::Constant(Value::from_json(default));
    let Some(given) = given else { return Some(default) };
    Some(match there(&given) {
        Formula::Known(true) => held(given),
        when => Symbol::Cases(vec![(when.clone(), held(given)), (when.negated(), default)]),
    })
}

impl<'s> Place<'s> {
    /// A place by its name.
    pub fn new(name: &str, schema: Option<&'s Schema>) -> Self {
        Self { name: name.into(), schema, completed: None }
    }

    /// A field, and when it is there.
    pub(super) fn field(&self, key: &str) -> (Formula, Self) {
        let below = |schema: Option<&'s Schema>| schema.and_then(|schema| schema.field(key));
        let needed = |schema: &Schema| schema.checks.required.iter().any(|name| name == key);
        let (schema, completed) = (below(self.schema), below(self.completed));
        let always = [self.schema, self.completed].into_iter().flatten().any(needed)
            || [schema, completed].into_iter().flatten().any(|field| field.default.is_some());
        let place = Self { name: format!("{}.{key}", self.name).into(), schema, completed };
        let there = if always { Formula::Known(true) } else { Formula::Atom(Atom::There(Arc::clone(&place.name))) };
        (there, place)
    }

    /// The values that it can have, where they can be told apart.
    pub(super) fn domain(&self) -> Option<Domain> {
        let schema = self.schema?;
        if schema.nullable || schema.int_or_string {
            return None;
        }
        match schema.kind? {
            Type::Boolean => Some(Domain::Bool),
            Type::Integer => {
                let whole = |bound: Option<crate::schema::Bound>, or: i64| match bound {
                    None => Some(or),
                    Some(bound) if bound.exclusive => None,
                    Some(bound) => format!("{}", bound.value).parse().ok(),
                };
                Some(Domain::Int(whole(schema.checks.minimum, i64::MIN)?, whole(schema.checks.maximum, i64::MAX)?))
            }
            Type::String if schema.checks.allowed.is_empty() => Some(Domain::AnyText),
            Type::String => {
                let texts = schema.checks.allowed.iter().filter_map(|value| value.as_str().map(Arc::from));
                Some(Domain::Texts(texts.collect()))
            }
            _ => None,
        }
    }

    /// When its value is less than a bound; `None` where it is no integer.
    pub fn less(&self, bound: i64) -> Option<Formula> {
        match self.domain()? {
            domain @ Domain::Int(..) => Some(tested(&self.name, domain, Compared::Less, Constant::Int(bound))),
            _ => None,
        }
    }

    /// When it has fewer elements, entries or characters than a bound.
    pub fn shorter(&self, bound: i64) -> Option<Formula> {
        match self.count() {
            Symbol::Count(name, least, most) => {
                Some(tested(&name, Domain::Int(least, most), Compared::Less, Constant::Int(bound)))
            }
            _ => None,
        }
    }

    /// How many elements, entries or characters it has.
    fn count(&self) -> Symbol<'s> {
        let Some(schema) = self.schema else {
            return Symbol::Count(format!("size({})", self.name).into(), 0, i64::MAX);
        };
        let checks = &schema.checks;
        let (least, most) = match schema.kind {
            Some(Type::Array) => (checks.min_items, checks.max_items),
            Some(Type::Object) if matches!(schema.additional, Some(Additional::Schema(_))) => {
                (checks.min_properties, checks.max_properties)
            }
            Some(Type::String) => (checks.min_length, checks.max_length),
            _ => (None, None),
        };
        let whole = |bound: Option<u64>, or: i64| bound.map_or(or, |bound| i64::try_from(bound).unwrap_or(i64::MAX));
        Symbol::Count(format!("size({})", self.name).into(), whole(least, 0), whole(most, i64::MAX))
    }
}

pub(super) fn size(symbol: Symbol<'_>) -> Symbol<'_> {
    match symbol {
        Symbol::Place(place) => place.count(),
        Symbol::Constant(value) => {
            let size = value.size().and_then(|size| i64::try_from(size).ok());
            size.map_or(Symbol::Unknown, |size| Symbol::Constant(Value::Int(size)))
        }
        Symbol::Cases(cases) => Symbol::Cases(cases.into_iter().map(|(when, case)| (when, size(case))).collect()),
        _ => Symbol::Unknown,
    }
}
