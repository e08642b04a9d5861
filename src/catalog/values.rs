//! Values that the target does not take, as far as constants and the schemas of parameters tell them.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::cel::logic::{Answer, Formula, Place, Symbol};
use crate::cel::{Segment, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{Bound, Schema, Type};

use super::compile::Parts;
use super::feasible::Claims;
use super::revision::{Text, Tree};
use super::target::Target;

/// Finds values that some claim gives and a release of the target refuses; one for each place.
pub(super) fn check<'a>(parts: &'a Parts, claims: &Claims<'a>, targets: &[Arc<Target>]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for mapping in &parts.mappings {
        let when = claims.mapping(mapping);
        let refused = targets.iter().find_map(|target| {
            let schema = target.schema.at(&mapping.path)?;
            let refused = tree(&mapping.value, schema, &when, claims)?;
            Some(refused.note(format!("as `{}` {} defines it", target.kind, target.release)))
        });
        found.extend(refused);
    }
    found
}

fn tree<'a>(value: &'a Tree, schema: &Schema, when: &Formula, claims: &Claims<'a>) -> Option<Diagnostic> {
    match value {
        Tree::Literal(_) => None,
        Tree::Text(text) => {
            let symbol = claims.text(text)?;
            let misfit = misfit(&symbol, schema, when, claims)?;
            Some(tell(text, misfit))
        }
        Tree::Map(members) => members.iter().find_map(|(name, member)| tree(member, schema.field(name)?, when, claims)),
        Tree::List(items) => items.iter().find_map(|item| tree(item, schema.items.as_deref()?, when, claims)),
    }
}

fn tell(text: &Text, misfit: Misfit) -> Diagnostic {
    let range = text.template.segments().iter().find_map(|segment| match segment {
        Segment::Expression { program, offset } => Some(*offset..*offset + program.text().len()),
        Segment::Text(_) => None,
    });
    let span = text.site.within(range.unwrap_or(0..text.source.len()));
    let diagnostic = Diagnostic::error(Code::E0402, misfit.message, span, "not valid here");
    match misfit.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// Why a value is refused.
struct Misfit {
    message: String,
    help: Option<String>,
}

fn misfit(symbol: &Symbol<'_>, schema: &Schema, when: &Formula, claims: &Claims<'_>) -> Option<Misfit> {
    let possible = || matches!(claims.possible(when), Answer::Where(_));
    match symbol {
        Symbol::Constant(Value::Optional(held)) => {
            misfit(&Symbol::Constant(Value::clone(held.as_deref()?)), schema, when, claims)
        }
        Symbol::Constant(value) => {
            let json = value.to_json().ok().filter(|json| is_of_type(json, schema))?;
            let violation = schema.validate(&json).into_iter().next()?;
            let shown = shown(&json);
            possible().then(|| Misfit { message: format!("{shown} can be given here: {}", violation.kind), help: None })
        }
        Symbol::Place(place) => {
            let misfit = bounds(place, schema).filter(|_| possible())?;
            // A condition on the way may say what the schema does not.
            let outside = outside(place, schema).map(|outside| Formula::all([when.clone(), outside]));
            let ruled_out = outside.is_some_and(|outside| claims.possible(&outside) == Answer::Never);
            (!ruled_out).then_some(misfit)
        }
        Symbol::Maybe(there, held) => misfit(held, schema, &Formula::all([when.clone(), there.clone()]), claims),
        Symbol::Cases(cases) => cases
            .iter()
            .find_map(|(case, symbol)| misfit(symbol, schema, &Formula::all([when.clone(), case.clone()]), claims)),
        _ => None,
    }
}

/// Whether a value is of the right type: the checker tells those that are not.
fn is_of_type(json: &Json, schema: &Schema) -> bool {
    match schema.kind {
        _ if schema.int_or_string => json.is_string() || json.is_i64(),
        Some(Type::String) => json.is_string(),
        Some(Type::Integer | Type::Number) => json.is_number(),
        Some(Type::Boolean) => json.is_boolean(),
        Some(Type::Array) => json.is_array(),
        Some(Type::Object) => json.is_object(),
        None => false,
    }
}

fn shown(json: &Json) -> String {
    match json {
        Json::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

/// When a place's value is out of the target's bounds, as far as conditions can tell.
fn outside(place: &Place<'_>, wanted: &Schema) -> Option<Formula> {
    let limit = &wanted.checks;
    if [limit.minimum, limit.maximum].into_iter().flatten().any(|bound| bound.exclusive) {
        return None;
    }
    let whole = |bound: Option<Bound>| bound.and_then(|bound| format!("{}", bound.value).parse::<i64>().ok());
    let count = |bound: Option<u64>| bound.and_then(|bound| i64::try_from(bound).ok());
    let (least, most) = match place.schema?.kind? {
        Type::Integer => {
            let least = whole(limit.minimum).map(|bound| place.less(bound));
            let most = whole(limit.maximum).map(|bound| place.less(bound.checked_add(1)?));
            (least, most)
        }
        kind => {
            let (least, most) = match kind {
                Type::String => (limit.min_length, limit.max_length),
                Type::Array => (limit.min_items, limit.max_items),
                _ => (limit.min_properties, limit.max_properties),
            };
            let least = count(least).map(|bound| place.shorter(bound));
            (least, count(most).map(|bound| place.shorter(bound.checked_add(1)?)))
        }
    };
    // What conditions cannot tell is not ruled out.
    let below = least.map_or(Some(Formula::Known(false)), |below| below)?;
    let within = most.map_or(Some(Formula::Known(true)), |within| within)?;
    Some(Formula::any([below, within.negated()]))
}

/// Bounds of a place that are wider than those of the target.
fn bounds(place: &Place<'_>, wanted: &Schema) -> Option<Misfit> {
    let given = place.schema?;
    if !given.checks.allowed.is_empty() {
        return given.checks.allowed.iter().filter(|value| is_of_type(value, wanted)).find_map(|value| {
            let violation = wanted.validate(value).into_iter().next()?;
            Some(Misfit { message: format!("{} can be given here: {}", shown(value), violation.kind), help: None })
        });
    }
    let (own, limit) = (&given.checks, &wanted.checks);
    let name = &place.name;
    match given.kind? {
        Type::String => at_most("characters", "maxLength", name, own.max_length, limit.max_length).or_else(|| {
            let least = own.min_length.unwrap_or(0).max(u64::from(is_never_empty(given)));
            let told_by_pattern = own.pattern.is_some() && limit.min_length > Some(1);
            at_least("characters", "minLength", name, least, limit.min_length).filter(|_| !told_by_pattern)
        }),
        Type::Array => at_most("elements", "maxItems", name, own.max_items, limit.max_items)
            .or_else(|| at_least("elements", "minItems", name, own.min_items.unwrap_or(0), limit.min_items)),
        Type::Object => {
            at_most("entries", "maxProperties", name, own.max_properties, limit.max_properties).or_else(|| {
                at_least("entries", "minProperties", name, own.min_properties.unwrap_or(0), limit.min_properties)
            })
        }
        Type::Integer | Type::Number => number(name, given, wanted),
        Type::Boolean => None,
    }
}

/// Whether a text can never be empty: formats that we know describe something.
fn is_never_empty(schema: &Schema) -> bool {
    let formatted = schema.checks.format.as_deref().is_some_and(|format| format != "byte" && format != "password");
    formatted || schema.checks.pattern.as_ref().is_some_and(|pattern| !pattern.regex.is_match(""))
}

fn at_most(what: &str, keyword: &str, name: &str, own: Option<u64>, limit: Option<u64>) -> Option<Misfit> {
    let limit = limit?;
    if own.is_some_and(|own| own <= limit) {
        return None;
    }
    let has = own.map_or_else(|| format!("any number of {what}"), |own| format!("up to {own} {what}"));
    Some(Misfit {
        message: format!("`{name}` may have {has}, and at most {limit} are taken here"),
        help: Some(format!("bound it: `{keyword}: {limit}`")),
    })
}

fn at_least(what: &str, keyword: &str, name: &str, own: u64, limit: Option<u64>) -> Option<Misfit> {
    let limit = limit.filter(|limit| own < *limit)?;
    let has = if own == 0 { "be empty".to_owned() } else { format!("have no more than {own} {what}") };
    let are = if limit == 1 { "is" } else { "are" };
    Some(Misfit {
        message: format!("`{name}` may {has}, and at least {limit} {} {are} needed here", singular(what, limit)),
        help: Some(format!("bound it: `{keyword}: {limit}`")),
    })
}

fn singular(what: &str, count: u64) -> &str {
    match (count, what) {
        (1, "entries") => "entry",
        (1, what) => what.trim_end_matches('s'),
        _ => what,
    }
}

fn number(name: &str, given: &Schema, wanted: &Schema) -> Option<Misfit> {
    let within = |own: Option<Bound>, limit: Bound, sign: f64| {
        own.is_some_and(|own| {
            let (own_value, limit_value) = (own.value * sign, limit.value * sign);
            own_value < limit_value || own_value <= limit_value && (own.exclusive || !limit.exclusive)
        })
    };
    let told = |side: &str, keyword: &str, own: Option<Bound>, limit: Bound| {
        let has = own.map_or_else(|| "any number".to_owned(), |own| format!("{}", own.value));
        Misfit {
            message: format!("`{name}` may be {has}, and {side} {} is taken here", limit.value),
            help: Some(format!("bound it: `{keyword}: {}`", limit.value)),
        }
    };
    let (own, limit) = (&given.checks, &wanted.checks);
    let above = limit.maximum.filter(|limit| !within(own.maximum, *limit, 1.0));
    let below = limit.minimum.filter(|limit| !within(own.minimum, *limit, -1.0));
    above
        .map(|limit| told("at most", "maximum", own.maximum, limit))
        .or_else(|| below.map(|limit| told("at least", "minimum", own.minimum, limit)))
}
