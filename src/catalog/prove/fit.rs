//! Whether a value of a type fits where it goes.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::api::Sensitivity;
use crate::catalog::object::listed;
use crate::catalog::origin::Site;
use crate::catalog::revision::Tree;
use crate::catalog::shape::Shape as _;
use crate::catalog::target::Target;
use crate::cel::check::Type;
use crate::diagnostic::{Code, Diagnostic, Span, nearest};
use crate::schema::{Additional, Schema, Type as SchemaType};

use super::Want;

/// Where a value goes: a part of a release of the target, or an input of a component.
#[derive(Clone, Copy)]
pub(super) struct Slot<'s> {
    pub(super) schema: &'s Schema,
    /// the release; `None` for an input
    pub(super) target: Option<&'s Arc<Target>>,
}

impl Slot<'_> {
    pub(super) fn field(&self, name: &str) -> Option<Self> {
        let schema = self.schema.field(name)?;
        Some(Self { schema, target: self.target })
    }

    pub(super) fn items(&self) -> Option<Self> {
        Some(Self { schema: self.schema.items.as_deref()?, target: self.target })
    }

    fn code(&self) -> Code {
        if self.target.is_some() { Code::E0402 } else { Code::E0302 }
    }

    fn noted(&self, diagnostic: Diagnostic) -> Diagnostic {
        match self.target {
            Some(target) => diagnostic.note(format!("as `{}` {} defines it", target.kind, target.release)),
            None => diagnostic.note("as the component's `inputs` define it"),
        }
    }
}

/// What a value of the type is not, if its use wants something.
pub(super) fn want(ty: &Type, want: &Want, span: &Span) -> Option<Diagnostic> {
    if matches!(ty, Type::Error | Type::Nothing) {
        return None;
    }
    let ok = match want {
        Want::Condition | Want::Admission => *ty == Type::Bool,
        Want::Text => is_text(ty),
        Want::Key => is_text(ty) || matches!(ty, Type::List(item) if is_text(item) || item.is_silent()),
        Want::Range => matches!(ty, Type::List(_)) || ty.entries().is_some(),
        Want::Class => return class(ty, span),
        Want::Target(_) | Want::Input(..) | Want::Json => leaves(ty),
        Want::Any(_) => true,
    };
    let wanted = match want {
        Want::Condition | Want::Admission => "true or false",
        Want::Text => "a text",
        Want::Key => "a text or a list of texts",
        Want::Range => "a list or a map",
        _ => "a value that JSON can say",
    };
    (!ok).then(|| wrong(*span, format!("this must give {wanted}, and gives {ty}")))
}

fn wrong(span: Span, message: String) -> Diagnostic {
    Diagnostic::error(Code::E0112, message, span, "of the wrong type")
}

fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Enum(_))
}

/// Whether a value may leave the language; an optional that is the whole value may.
fn leaves(ty: &Type) -> bool {
    fn inner(ty: &Type) -> bool {
        match ty {
            Type::Opaque(_) | Type::Type(_) | Type::Optional(_) => false,
            Type::List(held) | Type::Nullable(held) | Type::Map(_, held) | Type::Table(_, held) => inner(held),
            _ => true,
        }
    }
    match ty {
        Type::Optional(held) => inner(held),
        other => inner(other),
    }
}

fn class(ty: &Type, span: &Span) -> Option<Diagnostic> {
    let names = [Sensitivity::InPlace, Sensitivity::Gated, Sensitivity::Blocked].map(|class| format!("{class:?}"));
    let Some(texts) = ty.texts() else {
        let diagnostic = wrong(*span, format!("this must give the name of a class, and gives {ty}"));
        return Some(diagnostic.help(format!("give one of {} literally", listed(&names))));
    };
    let unknown = texts.iter().find(|text| !names.contains(text))?;
    let diagnostic = Diagnostic::error(Code::E0112, format!("`{unknown}` is not a class"), *span, "not a class");
    Some(match nearest(unknown, names.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("it is one of {}", listed(&names))),
    })
}

/// What cannot be a part of a text.
pub(super) fn part(ty: &Type, span: &Span) -> Option<Diagnostic> {
    let ok = is_text(ty) || matches!(ty, Type::Int | Type::Uint | Type::Bool | Type::IntOrString);
    if ok || matches!(ty, Type::Error | Type::Nothing) {
        return None;
    }
    let diagnostic = wrong(*span, format!("a part of a text is a text, an integer or a boolean, and this is {ty}"));
    Some(match ty {
        Type::Optional(_) => diagnostic.help("say what stands there without a value: `.orValue('')`"),
        _ => diagnostic.help("write it as a text: `string(…)`"),
    })
}

/// The first slot that a value of the type does not fit; an optional that is the whole value may be none.
pub(super) fn slots(ty: &Type, slots: &[Slot<'_>], span: &Span) -> Option<Diagnostic> {
    let ty = match ty {
        Type::Optional(held) => held,
        other => other,
    };
    slots.iter().find_map(|slot| {
        let misfit = fits(ty, slot.schema)?;
        let code = if misfit.value { slot.code() } else { Code::E0112 };
        let label = if misfit.value { "not valid here" } else { "of the wrong type" };
        let diagnostic = slot.noted(Diagnostic::error(code, misfit.message, *span, label));
        Some(match misfit.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        })
    })
}

/// Why a type does not fit.
struct Misfit {
    message: String,
    help: Option<String>,
    /// its values are of the right type, and one of them is not allowed
    value: bool,
}

impl Misfit {
    fn ty(ty: &Type, wanted: &str) -> Self {
        let help = match ty {
            Type::Nullable(_) => Some("ask `!= null` before, or use `optional.none()` in its place".to_owned()),
            Type::Dyn => Some("convert it, or ask its `type(…)` before".to_owned()),
            Type::Int | Type::Uint | Type::Bool | Type::Double | Type::IntOrString if wanted == "string" => {
                Some("write `string(…)`".to_owned())
            }
            Type::Opaque(_) if wanted == "string" || wanted == "a quantity" => Some("write `string(…)`".to_owned()),
            _ => None,
        };
        Self { message: format!("this must be {wanted}, and is {ty}"), help, value: false }
    }

    fn within(self, place: &str) -> Self {
        Self { message: format!("`{place}`: {}", self.message), ..self }
    }
}

fn fits(ty: &Type, schema: &Schema) -> Option<Misfit> {
    if matches!(ty, Type::Error | Type::Nothing) || schema.kind.is_none() && !schema.int_or_string {
        return None;
    }
    match ty {
        Type::Null if schema.nullable => None,
        Type::Nullable(held) if schema.nullable => fits(held, schema),
        Type::Null | Type::Nullable(_) | Type::Dyn => Some(Misfit::ty(ty, wanted(schema))),
        _ if schema.int_or_string => match ty {
            Type::Int | Type::Uint | Type::IntOrString | Type::String => None,
            Type::Enum(texts) => allowed(texts, schema),
            _ => Some(Misfit::ty(ty, "int or string")),
        },
        _ => typed(ty, schema),
    }
}

fn wanted(schema: &Schema) -> &'static str {
    if schema.int_or_string { "int or string" } else { schema.kind.map_or("any", SchemaType::keyword) }
}

fn typed(ty: &Type, schema: &Schema) -> Option<Misfit> {
    match (schema.kind?, ty) {
        (SchemaType::Boolean, Type::Bool)
        | (SchemaType::Integer | SchemaType::Number, Type::Int | Type::Uint)
        | (SchemaType::Number, Type::Double)
        | (SchemaType::String, Type::Bytes | Type::Duration | Type::Timestamp) => None,
        (SchemaType::String, Type::Enum(texts)) => allowed(texts, schema),
        (SchemaType::String, Type::String) if schema.checks.allowed.is_empty() => None,
        (SchemaType::String, Type::String) => {
            let values: Vec<_> = schema.checks.allowed.iter().filter_map(Json::as_str).collect();
            Some(Misfit {
                message: format!("any text is given, and only {} are taken", listed(values)),
                help: Some("give the parameter an `enum`, or map it by a table: `{'a': 'A'}[params.x]`".to_owned()),
                value: false,
            })
        }
        (SchemaType::Array, Type::List(item)) => {
            fits(item, schema.items.as_deref()?).map(|misfit| misfit.within("[*]"))
        }
        (SchemaType::Object, map) if map.entries().is_some() => object(map, schema),
        _ => Some(Misfit::ty(ty, wanted(schema))),
    }
}

/// The first of some texts that the schema refuses.
fn allowed(texts: &BTreeSet<String>, schema: &Schema) -> Option<Misfit> {
    texts.iter().find_map(|text| {
        let violation = schema.validate(&Json::String(text.clone())).into_iter().next()?;
        Some(Misfit { message: format!("`{text}` can be given here: {}", violation.kind), help: None, value: true })
    })
}

fn object(map: &Type, schema: &Schema) -> Option<Misfit> {
    if schema.properties.is_empty() {
        return match (&schema.additional, map) {
            (Some(Additional::Schema(values)), Type::Object(object)) => {
                object.fields.iter().find_map(|(name, (ty, _))| Some(fits(ty, values)?.within(name)))
            }
            (Some(Additional::Schema(values)), map) => {
                map.entries().and_then(|(_, value)| fits(&value, values)).map(|misfit| misfit.within("*"))
            }
            _ => None,
        };
    }
    let (names, always): (Vec<(&String, Type)>, BTreeSet<&String>) = match map {
        Type::Object(object) => (
            object.fields.iter().map(|(name, (ty, _))| (name, ty.clone())).collect(),
            object.fields.iter().filter(|(_, (_, always))| *always).map(|(name, _)| name).collect(),
        ),
        Type::Table(keys, value) => (keys.iter().map(|key| (key, (**value).clone())).collect(), keys.iter().collect()),
        // Its keys are known when it runs; the schema judges them then.
        _ => return None,
    };
    for (name, ty) in &names {
        match schema.field(name) {
            Some(field) => {
                if let Some(misfit) = fits(ty, field) {
                    return Some(misfit.within(name));
                }
            }
            None if schema.is_open() => {}
            None => {
                let near = nearest(name, schema.property_names());
                let help = near.map(|near| format!("did you mean `{near}`?"));
                return Some(Misfit { message: format!("there is no field `{name}` here"), help, value: true });
            }
        }
    }
    let required = &schema.checks.required;
    let lacking = required.iter().find(|name| {
        !always.contains(name) && schema.properties.get(*name).is_none_or(|field| field.default.is_none())
    })?;
    Some(Misfit {
        message: format!("the field `{lacking}` is needed here, and may be absent"),
        help: None,
        value: true,
    })
}

/// Literal parts beside expressions.
pub(super) fn literal(value: &Json, slots: &[Slot<'_>], site: &Site) -> Vec<Diagnostic> {
    for slot in slots {
        let violations = slot.schema.validate(value);
        if !violations.is_empty() {
            let tell = |violation: &crate::schema::Violation| {
                let place = site.along(&violation.path);
                slot.noted(place.error(slot.code(), violation.kind.to_string(), "not valid here"))
            };
            return violations.iter().map(tell).collect();
        }
    }
    Vec::new()
}

/// Fields that a map must have and has not.
pub(super) fn missing(members: &[(String, Tree)], slots: &[Slot<'_>], site: &Site) -> Option<Diagnostic> {
    slots.iter().find_map(|slot| {
        let lacks = |name: &&String| {
            !members.iter().any(|(key, _)| key == *name)
                && slot.schema.properties.get(*name).is_none_or(|field| field.default.is_none())
        };
        let lacking: Vec<_> = slot.schema.checks.required.iter().filter(lacks).collect();
        if lacking.is_empty() {
            return None;
        }
        let message = format!("{} {} needed here", listed(&lacking), if lacking.len() == 1 { "is" } else { "are" });
        Some(slot.noted(site.error(slot.code(), message, "not complete")))
    })
}

/// A field that no slot's schema has.
pub(super) fn unknown(key: &str, slots: &[Slot<'_>], site: &Site) -> Option<Diagnostic> {
    let slot = slots.iter().find(|slot| slot.schema.field(key).is_none() && !slot.schema.is_open())?;
    if slot.schema.kind != Some(SchemaType::Object) {
        return None;
    }
    let code = if slot.target.is_some() { Code::E0401 } else { Code::E0302 };
    let diagnostic = slot.noted(site.key_error(code, format!("there is no field `{key}` here"), "unknown field"));
    Some(match nearest(key, slot.schema.property_names()) {
        Some(near) => diagnostic.suggest("a field with a similar name exists", site.key_span(), near),
        None => diagnostic,
    })
}
