//! Blocks flatten into mappings: one target path, one value, one place in the text.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::cel::ast::{Expr, Kind};
use crate::diagnostic::{Code, nearest};
use crate::schema::Schema;
use crate::schema::path::{Path, Segment};

use super::object::listed;
use super::origin::Site;
use super::prove::{Place, Want};
use super::report::{Report, has_expressions};
use super::revision::{Mapping, Tree};
use super::shape::Shape as _;
use super::target::{MetadataPlace, Target};

/// Flattens the template of one block.
pub(super) struct Flatten<'a> {
    pub(super) block: usize,
    pub(super) targets: &'a [Arc<Target>],
    pub(super) place: &'a Place,
    pub(super) report: &'a mut Report,
    pub(super) mappings: &'a mut Vec<Mapping>,
}

/// The schemas of one path, one for each release.
type Schemas<'s> = Vec<&'s Schema>;

impl Flatten<'_> {
    /// The whole template.
    pub(super) fn template(&mut self, template: &Json, site: &Site) {
        let Json::Object(members) = template else {
            self.report.push(site.error(Code::E0410, "a template is a part of the target object", "not a map"));
            return;
        };
        let targets = self.targets.to_vec();
        let schemas: Schemas<'_> = targets.iter().map(|target| &target.schema).collect();
        for (key, member) in members {
            let place = site.at(key);
            match key.as_str() {
                "spec" => self.node(member, &Path::root().field("spec"), &place, &child(&schemas, "spec")),
                "metadata" => self.metadata(member, &place, &child(&schemas, "metadata")),
                _ => self.report.push(
                    place
                        .key_error(Code::E0410, format!("a template may not write `{key}`"), "not allowed here")
                        .note("a template writes `spec`, `metadata.labels` and `metadata.annotations`; all else is the operator's"),
                ),
            }
        }
    }

    fn metadata(&mut self, metadata: &Json, site: &Site, schemas: &Schemas<'_>) {
        let Json::Object(members) = metadata else {
            self.report.push(site.error(Code::E0410, "`metadata` is a map", "not a map"));
            return;
        };
        for (key, member) in members {
            let place = site.at(key);
            let map = match key.as_str() {
                "labels" => MetadataPlace::Labels,
                "annotations" => MetadataPlace::Annotations,
                _ => {
                    let message = format!("a template may not write `metadata.{key}`");
                    self.report.push(
                        place
                            .key_error(Code::E0410, message, "not allowed here")
                            .note("name, namespace, owner and finalizers of the cluster are the operator's"),
                    );
                    continue;
                }
            };
            self.reserved_keys(member, map, &place);
            let path = Path::root().field("metadata").field(key);
            self.node(member, &path, &place, &child(schemas, key));
            self.whole_map(&place);
        }
    }

    /// A map that is copied as a whole brings keys of other tools with it (field case 44).
    fn whole_map(&mut self, site: &Site) {
        let Some(Tree::Text(text)) = self.mappings.last().map(|mapping| &mapping.value) else { return };
        let copied = text.template.expression().is_some_and(|program| is_read(program.ast()));
        if copied && text.site.pointer == site.pointer {
            self.report.push(
                site.error(Code::E0407, "a whole map is copied into the object's metadata", "copied as it is")
                    .note("tools mark objects by keys of their own; a copy of one hands the cluster to them")
                    .help("name the keys that are wanted, one by one"),
            );
        }
    }

    /// Literal keys that belong to other tools (field case 44); computed ones are a render error.
    fn reserved_keys(&mut self, member: &Json, map: MetadataPlace, site: &Site) {
        let Json::Object(members) = member else { return };
        for (key, value) in members {
            let value = value.as_str().unwrap_or_default();
            let reserved = self.targets.iter().any(|target| target.facts.reserved_metadata.reserves(map, key, value));
            if reserved {
                let place = site.at(key);
                self.report.push(
                    place.key_error(Code::E0406, format!("`{key}` belongs to another tool"), "reserved").note(
                        "tools find, prune or adopt objects by such keys; a copy of one hands the cluster to them",
                    ),
                );
            }
        }
    }

    fn node(&mut self, node: &Json, path: &Path, site: &Site, schemas: &Schemas<'_>) {
        if schemas.len() < self.targets.len() {
            // Reported where the path left the schema.
            return;
        }
        let Some(schema) = schemas.first().copied() else { return };
        match node {
            Json::Null => self.report.push(
                site.error(Code::E0408, format!("`{path}` is null in the template"), "null")
                    .help("leave the field out, or use `${optional.none()}` where it depends on something"),
            ),
            Json::Object(members) if !members.is_empty() && schema.has_children() => {
                self.members(members, path, site, schemas);
            }
            Json::Array(items) if schema.list_map_keys().is_some() && !items.is_empty() => {
                self.keyed_items(items, path, site, schemas);
            }
            value => self.leaf(value, path, site, schemas),
        }
    }

    fn members(&mut self, members: &Map<String, Json>, path: &Path, site: &Site, schemas: &Schemas<'_>) {
        for (key, member) in members {
            let place = site.at(key);
            let path = path.field(key);
            if has_expressions(&Json::String(key.clone())) {
                self.report.push(
                    place
                        .key_error(Code::E0401, "a field's name may not be computed", "not an expression")
                        .help("give the whole map by one expression"),
                );
                continue;
            }
            let below = child(schemas, key);
            if below.len() < schemas.len() {
                self.unknown(key, &path, &place, schemas);
            }
            self.node(member, &path, &place, &below);
        }
    }

    fn unknown(&mut self, key: &str, path: &Path, site: &Site, schemas: &Schemas<'_>) {
        let lacking: Vec<_> = self
            .targets
            .iter()
            .zip(schemas)
            .filter(|(_, schema)| schema.field(key).is_none())
            .map(|(target, _)| target.release.clone())
            .collect();
        let kind = self.targets.first().map(|target| target.kind.clone()).unwrap_or_default();
        let everywhere = lacking.len() == self.targets.len();
        let message = if everywhere {
            format!("`{kind}` has no field `{path}`")
        } else {
            format!("`{kind}` has no field `{path}` in release {}", listed(&lacking))
        };
        let diagnostic = site.key_error(Code::E0401, message, "unknown field");
        let names = schemas.first().map(|schema| schema.property_names().collect::<Vec<_>>()).unwrap_or_default();
        self.report.push(match nearest(key, names) {
            Some(nearest) if everywhere => {
                diagnostic.suggest("a field with a similar name exists", site.key_span(), nearest)
            }
            _ if everywhere => diagnostic,
            _ => diagnostic.help("take that release from `target.releases`, or leave the field out"),
        });
    }

    /// Items of a list with map keys merge by key: each one whose key is literal has paths of its own.
    fn keyed_items(&mut self, items: &[Json], path: &Path, site: &Site, schemas: &Schemas<'_>) {
        let keys = schemas.first().and_then(|schema| schema.list_map_keys()).unwrap_or_default().to_vec();
        let below: Schemas<'_> = schemas.iter().filter_map(|schema| schema.items.as_deref()).collect();
        for (at, item) in items.iter().enumerate() {
            let place = site.at(at);
            let key: BTreeMap<_, _> = keys
                .iter()
                .filter_map(|key| item.get(key).map(|value| (key.clone(), value.clone())))
                .filter(|(_, value)| !has_expressions(value))
                .collect();
            match item {
                Json::Object(members) if key.len() == keys.len() => {
                    let path = path.join(Segment::Key(key));
                    self.members(members, &path, &place, &below);
                }
                _ => self.leaf(&Json::Array(vec![item.clone()]), path, &place, schemas),
            }
        }
    }

    fn leaf(&mut self, value: &Json, path: &Path, site: &Site, schemas: &Schemas<'_>) {
        self.check_ownership(value, path, site);
        if !has_expressions(value) {
            for (schema, target) in schemas.iter().zip(self.targets) {
                let violations = schema.validate(value);
                for violation in &violations {
                    let place = site.along(&violation.path);
                    let message = format!("`{path}`: {}", violation.kind);
                    self.report.push(
                        place
                            .error(Code::E0402, message, "not valid here")
                            .note(format!("as `{}` {} defines it", target.kind, target.release)),
                    );
                }
                if !violations.is_empty() {
                    break;
                }
            }
        }
        let value = self.report.tree(value, self.place, Want::Target(path.clone()), site);
        self.mappings.push(Mapping { block: self.block, path: path.clone(), value, site: site.clone() });
    }

    /// Paths that are not a mapping's to write, and literals that would be a secret's bytes.
    fn check_ownership(&mut self, value: &Json, path: &Path, site: &Site) {
        let matches = |patterns: &[crate::schema::path::Pattern]| patterns.iter().any(|pattern| pattern.matches(path));
        if self.targets.iter().any(|target| matches(&target.operational)) {
            self.report.push(
                site.key_error(Code::E0404, format!("`{path}` is not a template's to write"), "operational field")
                    .note("operations and people write it while the service runs; a template would undo them"),
            );
        }
        if self.targets.iter().any(|target| matches(&target.secret_paths))
            && value.as_str().is_some_and(|it| !it.is_empty())
        {
            self.report.push(
                site.error(Code::E0405, format!("`{path}` would put a secret into the object"), "a secret's bytes")
                    .help("name a Secret that holds it, and copy it there by a projection"),
            );
        }
    }
}

/// Whether an expression only reads: `namespaceObject.labels`, `params.a['b']`.
fn is_read(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Ident { .. } => true,
        Kind::Select { operand, .. } | Kind::Index { operand, .. } => is_read(operand),
        _ => false,
    }
}

fn child<'s>(schemas: &Schemas<'s>, key: &str) -> Schemas<'s> {
    schemas.iter().filter_map(|schema| schema.field(key)).collect()
}
