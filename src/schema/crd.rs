//! Custom resource definitions.

use serde_json::Value;

use super::error::SchemaError;
use super::node::Schema;

/// What a custom resource definition says about its resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Crd {
    /// `spec.group`
    pub group: String,
    /// `spec.names.kind`
    pub kind: String,
    /// `spec.names.plural`
    pub plural: String,
    /// `spec.versions`, in order.
    pub versions: Vec<CrdVersion>,
}

/// One version of a custom resource.
#[derive(Clone, Debug, PartialEq)]
pub struct CrdVersion {
    /// `v1alpha1`
    pub name: String,
    /// Whether the API server serves it.
    pub served: bool,
    /// Whether objects are stored in it.
    pub storage: bool,
    /// Its schema, with `apiVersion`, `kind` and `metadata` implied.
    pub schema: Schema,
}

/// Why a document is no usable custom resource definition.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CrdError {
    /// Another kind of document.
    #[error("expected a `CustomResourceDefinition` of `apiextensions.k8s.io/v1`, found `{0}`")]
    Kind(String),
    /// A field that is missing or has another type.
    #[error("`{0}` is missing or has the wrong type")]
    Field(String),
    /// A schema that is not structural. Pointers start at the document's root.
    #[error("the schema of version `{version}` has {} errors", .errors.len())]
    Schema {
        /// The version.
        version: String,
        /// Everything that is wrong with its schema.
        errors: Vec<SchemaError>,
    },
}

impl Crd {
    /// Parses a `CustomResourceDefinition` of `apiextensions.k8s.io/v1`.
    pub fn parse(value: &Value) -> Result<Self, CrdError> {
        let kind = text(value, "/kind").unwrap_or_default();
        let version = text(value, "/apiVersion").unwrap_or_default();
        if kind != "CustomResourceDefinition" || version != "apiextensions.k8s.io/v1" {
            return Err(CrdError::Kind(super::violation::cut(&format!("{version} {kind}"))));
        }
        let field = |pointer: &str| text(value, pointer).ok_or_else(|| CrdError::Field(dotted(pointer)));
        let versions = value.pointer("/spec/versions").and_then(Value::as_array);
        let versions = versions.ok_or_else(|| CrdError::Field("spec.versions".to_owned()))?;
        Ok(Self {
            group: field("/spec/group")?,
            kind: field("/spec/names/kind")?,
            plural: field("/spec/names/plural")?,
            versions: versions
                .iter()
                .enumerate()
                .map(|(at, value)| parse_version(at, value))
                .collect::<Result<_, _>>()?,
        })
    }

    /// A version by its name.
    pub fn version(&self, name: &str) -> Option<&CrdVersion> {
        self.versions.iter().find(|version| version.name == name)
    }

    /// The version in which objects are stored.
    pub fn storage(&self) -> Option<&CrdVersion> {
        self.versions.iter().find(|version| version.storage)
    }
}

fn parse_version(at: usize, value: &Value) -> Result<CrdVersion, CrdError> {
    let place = |field: &str| CrdError::Field(format!("spec.versions[{at}].{field}"));
    let name = text(value, "/name").ok_or_else(|| place("name"))?;
    let flag = |field: &str| value.get(field).and_then(Value::as_bool).ok_or_else(|| place(field));
    let schema = value.pointer("/schema/openAPIV3Schema").ok_or_else(|| place("schema.openAPIV3Schema"))?;
    let schema = Schema::parse_resource(schema).map_err(|mut errors| {
        for error in &mut errors {
            error.pointer.insert_str(0, &format!("/spec/versions/{at}/schema/openAPIV3Schema"));
        }
        CrdError::Schema { version: name.clone(), errors }
    })?;
    Ok(CrdVersion { served: flag("served")?, storage: flag("storage")?, name, schema })
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}
