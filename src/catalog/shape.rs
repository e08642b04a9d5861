//! A schema as the catalog asks it: by names and by what merges.

use crate::schema::path::{Pattern, Step};
use crate::schema::{Additional, ListType, MapType, Schema};

/// Questions about one node of a schema.
pub(crate) trait Shape {
    /// Names of its fields, in order.
    fn property_names(&self) -> impl Iterator<Item = &str>;
    /// Whether it takes fields that it does not name.
    fn is_open(&self) -> bool;
    /// Keys of a list whose items merge by key.
    fn list_map_keys(&self) -> Option<&[String]>;
    /// Whether values of it merge field by field, instead of being one value.
    fn has_children(&self) -> bool;
}

impl Shape for Schema {
    fn property_names(&self) -> impl Iterator<Item = &str> {
        self.properties.keys().map(String::as_str)
    }

    fn is_open(&self) -> bool {
        self.preserve_unknown || self.additional.is_some()
    }

    fn list_map_keys(&self) -> Option<&[String]> {
        (self.list_type == ListType::Map).then_some(self.map_keys.as_slice())
    }

    fn has_children(&self) -> bool {
        let named = !self.properties.is_empty() || matches!(self.additional, Some(Additional::Schema(_)));
        self.map_type == MapType::Granular && named && !self.preserve_unknown
    }
}

/// Whether a pattern ends in `**`.
pub(super) fn is_open_ended(pattern: &Pattern) -> bool {
    pattern.steps().last() == Some(&Step::Below)
}
