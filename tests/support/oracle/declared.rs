//! What the variables of cases are declared to be.

use std::collections::BTreeMap;
use std::sync::Arc;

use openbao_claims::cel::Value;
use openbao_claims::cel::check::{Declarations, Type};
use openbao_claims::cel::cost::{Extent, Unbounded};
use openbao_claims::schema::Schema;
use serde_json::Value as Json;

use super::notation::Type as Written;

/// Bytes of the largest request that Kubernetes takes: what a schema leaves open can be as large.
const REQUEST: u64 = 3 << 20;

/// What one variable is declared to be.
pub(crate) enum Declared {
    /// Of a type.
    Plain(Type),
    /// As a schema has it.
    Schema(Box<Schema>),
}

/// Variables by name. One that has no declaration is of any type.
pub(crate) struct Names(BTreeMap<String, Declared>);

impl Names {
    /// The declarations of a case: a type as CEL writes it, or a schema.
    pub(crate) fn new(types: &BTreeMap<String, Json>) -> Self {
        let declared = |(name, declared): (&String, &Json)| {
            let declared = match declared {
                Json::String(text) => Declared::Plain(plain(&Written::parse(text))),
                schema => Declared::Schema(Box::new(Schema::parse(schema).expect("a schema"))),
            };
            (name.clone(), declared)
        };
        Self(types.iter().map(declared).collect())
    }

    /// The same for the checker, with these variables of any type beside them.
    pub(crate) fn declarations<'a>(&self, variables: impl Iterator<Item = &'a String>) -> Declarations {
        variables.fold(Declarations::default(), |declarations, name| {
            let ty = self.0.get(name).map_or(Type::Dyn, Declared::ty);
            declarations.with(name, ty, true)
        })
    }

    /// How large the values of a variable can be: with a schema as large as it allows, without as this one.
    pub(crate) fn extent(&self, name: &str, value: &Value) -> Extent {
        match self.0.get(name) {
            Some(Declared::Schema(schema)) => {
                Extent::of_schema(schema, Unbounded { text: REQUEST, list: REQUEST, map: REQUEST })
            }
            _ => Extent::of(value),
        }
    }
}

impl Declared {
    fn ty(&self) -> Type {
        match self {
            Self::Plain(ty) => ty.clone(),
            Self::Schema(schema) => Type::from(&**schema),
        }
    }
}

/// The checker's type for one that is written.
pub(crate) fn plain(ty: &Written) -> Type {
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
