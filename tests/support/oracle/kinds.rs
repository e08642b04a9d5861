//! Our types beside those that Kubernetes' checker gives.

use std::collections::BTreeMap;

use openbao_claims::cel::check::Type;

use super::declared::Names;
use super::notation::Type as Written;

/// How two types that agree differ all the same.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fit {
    /// Ours says more somewhere: conditions teach types, and fields of any type keep what is known of them.
    pub(crate) narrower: bool,
    /// Ours says nothing where Kubernetes takes the first signature that no value at all fits, or the type of the
    /// default of a value of any type.
    pub(crate) wider: bool,
}

/// How our type fits Kubernetes'; `None` where a value of one is none of the other.
pub(crate) fn fit(ours: &Type, theirs: &Written, names: &Names) -> Option<Fit> {
    let mut fit = Fit::default();
    agree(ours, theirs, names, &mut fit).then_some(fit)
}

fn agree(ours: &Type, theirs: &Written, names: &Names, fit: &mut Fit) -> bool {
    match (ours, theirs) {
        (Type::Dyn | Type::Nothing | Type::IntOrString, theirs) if theirs.is("dyn") => true,
        // A type parameter that nothing has bound.
        (_, Written::Param(_)) => true,
        (Type::Dyn | Type::Nothing, _) => {
            fit.wider = true;
            true
        }
        (_, theirs) if theirs.is("dyn") => {
            fit.narrower = true;
            true
        }
        (Type::Nullable(held), _) => agree(held, theirs, names, fit),
        (Type::Object(object), Written::Plain(name)) => {
            let fields = names.object(name).map(|found| found.fields.keys().cloned().collect::<Vec<_>>());
            fields.is_some_and(|fields| object.fields.keys().eq(&fields))
        }
        (_, Written::Plain(name)) => plain(ours) == Some(name),
        (_, Written::Of(name, items)) => match (ours, name.as_str(), items.as_slice()) {
            (Type::List(item), "list", [other]) | (Type::Optional(item), "optional_type", [other]) => {
                agree(item, other, names, fit)
            }
            (Type::Map(..) | Type::Table(..), "map", [key, value]) => ours
                .entries()
                .is_some_and(|(own, held)| agree(&own, key, names, fit) && agree(&held, value, names, fit)),
            _ => false,
        },
    }
}

/// The name of a type without parts.
fn plain(ty: &Type) -> Option<&'static str> {
    let names: BTreeMap<&str, &'static str> = [
        ("null", "null_type"),
        ("bool", "bool"),
        ("int", "int"),
        ("uint", "uint"),
        ("double", "double"),
        ("string", "string"),
        ("bytes", "bytes"),
        ("duration", "google.protobuf.Duration"),
        ("timestamp", "google.protobuf.Timestamp"),
        ("type", "type"),
    ]
    .into();
    if let Type::Opaque(name) = ty { Some(name) } else { names.get(ty.to_string().as_str()).copied() }
}
