//! The schema of `metadata`, and of whole objects.

use serde_json::json;

use crate::schema::{Dialect, Schema, Type};

/// The schema of `metadata`: how its fields merge, as Kubernetes publishes it for `ObjectMeta`.
pub fn metadata_schema() -> Schema {
    open_kind().properties.remove("metadata").unwrap_or_default()
}

/// The schema of a whole object: `apiVersion`, `kind`, `metadata`, and what the version of its definition
/// describes; `None` where nothing is known of it.
pub fn kind_schema(crd_version_schema: Option<&Schema>) -> Schema {
    let open = open_kind();
    let Some(described) = crd_version_schema else { return open };
    let mut schema = described.clone();
    for (name, implied) in open.properties {
        schema.properties.entry(name).or_insert(implied);
    }
    schema
}

/// A kind of which nothing is known but what all kinds have.
fn open_kind() -> Schema {
    let written = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    Schema::parse_resource(&written).unwrap_or_else(|_| Schema {
        kind: Some(Type::Object),
        preserve_unknown: true,
        dialect: Dialect::Kubernetes,
        ..Schema::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ListType, MapType};

    #[test]
    fn metadata_merges_finalizers_by_value_and_owners_by_uid() {
        let metadata = metadata_schema();
        let of = |name: &str| metadata.field(name).expect("a field of metadata");
        assert_eq!(of("finalizers").list_type, ListType::Set);
        assert_eq!(of("ownerReferences").map_keys, ["uid"]);
        assert_eq!(of("ownerReferences").items.as_ref().expect("items").map_type, MapType::Atomic);
        assert!(of("labels").is_map());
    }

    #[test]
    fn a_described_kind_keeps_its_own_fields_and_gains_metadata() {
        let written = json!({"type": "object", "properties": {"spec": {"type": "object"}}});
        let described = Schema::parse_kubernetes(&written).expect("a schema");
        let schema = kind_schema(Some(&described));
        let names: Vec<&str> = schema.properties.keys().map(String::as_str).collect();
        assert_eq!(names, ["apiVersion", "kind", "metadata", "spec"]);
        assert!(!schema.preserve_unknown);
    }
}
