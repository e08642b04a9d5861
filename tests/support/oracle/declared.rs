//! What the variables of cases are declared to be.

use std::collections::BTreeMap;
use std::sync::Arc;

use openbao_claims::cel::Value;
use openbao_claims::cel::check::{Declarations, Object, Type};
use openbao_claims::cel::cost::{Extent, Unbounded};
use openbao_claims::schema::Schema;
use serde_json::Value as Json;

use super::notation::Type as Written;

/// Bytes of the largest request that Kubernetes takes: what a schema leaves open can be as large.
const REQUEST: u64 = 3 << 20;

/// What one variable is declared to be.
struct Declared {
    ty: Type,
    /// With a schema: how large its values can be.
    extent: Option<Extent>,
}

/// Variables by name. One that has no declaration is of any type.
pub(crate) struct Names(BTreeMap<String, Declared>);

impl Names {
    /// The declarations of a case: a type as CEL writes it, or a schema.
    pub(crate) fn new(types: &BTreeMap<String, Json>) -> Self {
        Self(types.iter().map(|(name, declared)| (name.clone(), Declared::new(declared))).collect())
    }

    /// The same for the checker, with these variables of any type beside them.
    pub(crate) fn declarations<'a>(&self, variables: impl Iterator<Item = &'a String>) -> Declarations {
        variables.fold(Declarations::default(), |declarations, name| {
            let ty = self.0.get(name).map_or(Type::Dyn, |declared| declared.ty.clone());
            declarations.with(name, ty, true)
        })
    }

    /// The object type to which Kubernetes' side gives this name: `schema.`, the variable, and the way to it.
    pub(crate) fn object(&self, name: &str) -> Option<Arc<Object>> {
        let mut steps = name.strip_prefix("schema.")?.split('.');
        let mut at = self.0.get(steps.next()?)?.ty.clone();
        for step in steps {
            let held = if let Type::Nullable(held) = &at { Type::clone(held) } else { at };
            at = match (held, step) {
                (Type::List(item), "@idx") => Type::clone(&item),
                (Type::Map(_, value), "@elem") => Type::clone(&value),
                (Type::Object(object), field) => object.fields.get(field)?.0.clone(),
                _ => return None,
            };
        }
        match at {
            Type::Object(object) => Some(object),
            Type::Nullable(held) => {
                if let Type::Object(object) = &*held {
                    Some(Arc::clone(object))
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// How large the values of a variable can be: with a schema as large as it allows, without as this one.
    pub(crate) fn extent(&self, name: &str, value: &Value) -> Extent {
        self.0.get(name).and_then(|declared| declared.extent.clone()).unwrap_or_else(|| Extent::of(value))
    }
}

impl Declared {
    fn new(declared: &Json) -> Self {
        if let Json::String(text) = declared {
            return Self { ty: plain(&Written::parse(text)), extent: None };
        }
        let schema = Schema::parse(declared).expect("a schema");
        let extent = Extent::of_schema(&schema, Unbounded { text: REQUEST, list: REQUEST, map: REQUEST });
        Self { ty: Type::from(&schema), extent: Some(extent) }
    }
}

/// The checker's type for one that is written.
fn plain(ty: &Written) -> Type {
    match ty {
        Written::Plain(name) => match name.as_str() {
            "bool" => Type::Bool,
            "int" => Type::Int,
            "uint" => Type::Uint,
            "double" => Type::Double,
            "string" => Type::String,
            "bytes" => Type::Bytes,
            "google.protobuf.Duration" => Type::Duration,
            "google.protobuf.Timestamp" => Type::Timestamp,
            "null_type" => Type::Null,
            "dyn" => Type::Dyn,
            other => panic!("no variable is a {other}"),
        },
        Written::Of(name, items) => match (name.as_str(), items.as_slice()) {
            ("list", [item]) => Type::List(Arc::new(plain(item))),
            ("map", [key, value]) => Type::Map(Arc::new(plain(key)), Arc::new(plain(value))),
            ("optional_type", [held]) => plain(held).optional(),
            other => panic!("no variable is a {other:?}"),
        },
        Written::Param(name) => panic!("no variable is a {name}"),
    }
}
