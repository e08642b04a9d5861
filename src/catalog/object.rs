//! Objects as they were read: strict against our own CRDs, so that a typo is an error here as it is
//! on the API server.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::api;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::schema::{Crd, Schema};
use crate::yaml::Document;

use super::origin::{Origin, Site};

/// One object, its content with our CRD's defaults, and where it was written.
#[derive(Clone, Debug)]
pub struct Entry<T> {
    /// The typed object.
    pub object: T,
    /// The same as JSON, defaulted.
    pub content: Json,
    /// Where it was written.
    pub origin: Arc<Origin>,
}

impl<T> Entry<T> {
    /// The place of the object's root.
    pub fn site(&self) -> Site {
        Site::root(&self.origin)
    }
}

/// Namespace and name of a namespaced object.
pub type Key = (String, String);

/// All objects that were read, by kind and name.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// `OpenBaoServiceOffering`
    pub offerings: BTreeMap<String, Entry<api::OpenBaoServiceOffering>>,
    /// `OpenBaoServiceProfile`
    pub profiles: BTreeMap<String, Entry<api::OpenBaoServiceProfile>>,
    /// `OpenBaoServiceComponent`
    pub components: BTreeMap<String, Entry<api::OpenBaoServiceComponent>>,
    /// `OpenBaoRuleSet`
    pub rule_sets: BTreeMap<String, Entry<api::OpenBaoRuleSet>>,
    /// `OpenBaoClusterClaim`
    pub claims: BTreeMap<Key, Entry<api::OpenBaoClusterClaim>>,
    /// `OpenBaoServiceContract`, as `render --output yaml` writes it
    pub contracts: BTreeMap<Key, Entry<api::OpenBaoServiceContract>>,
    /// `OpenBaoTenant`, not ours: as it was read
    pub tenants: BTreeMap<Key, Entry<Json>>,
    /// `Namespace`, not ours: as it was read
    pub namespaces: BTreeMap<String, Entry<Json>>,
    /// how many objects of other kinds of our group were read and checked
    pub others: usize,
    /// objects of our kinds that were read and not taken, by kind and name (`NAMESPACE/NAME` of a namespaced one), with
    /// the code of the first error: what names one of them must not hear that there is none
    pub refused: BTreeMap<(String, String), Code>,
}

/// What strict reading needs of our own kinds: their schemas, by kind.
#[derive(Debug)]
pub struct Kinds(BTreeMap<String, Kind>);

#[derive(Debug)]
struct Kind {
    namespaced: bool,
    schema: Schema,
}

impl Kinds {
    /// The ten kinds of our group. An error names a CRD of ours whose schema is not structural; a test
    /// shows that there is none.
    pub fn new() -> Result<Self, String> {
        let mut kinds = BTreeMap::new();
        for crd in api::crds() {
            let name = crd.spec.names.kind.clone();
            let namespaced = crd.spec.scope == "Namespaced";
            let crd = serde_json::to_value(crd).map_err(|error| format!("{name}: {error}"))?;
            let crd = Crd::parse(&crd).map_err(|error| format!("{name}: {error}"))?;
            let version = crd.versions.into_iter().next().ok_or_else(|| format!("{name}: no version"))?;
            kinds.insert(name, Kind { namespaced, schema: version.schema });
        }
        Ok(Self(kinds))
    }
}

impl Catalog {
    /// Adds one document. What is wrong with it is returned; a document with errors is not added.
    pub fn add(&mut self, document: Document, kinds: &Kinds) -> Vec<Diagnostic> {
        let header = Header::read(&document);
        let site = Site::root(&header.origin);
        if header.api_version == api::API_VERSION {
            return match kinds.0.get(&header.origin.kind) {
                Some(kind) => self.add_ours(header, kind, document.value),
                None => vec![unknown_kind(&site, &header.origin.kind, kinds)],
            };
        }
        let name = header.origin.name.clone();
        match (header.api_version.as_str(), header.origin.kind.as_str()) {
            ("openbao.org/v1alpha1", "OpenBaoTenant") => {
                let key = (header.origin.namespace.clone().unwrap_or_default(), name);
                insert(&mut self.tenants, key, document.value.clone(), document.value, &header.origin)
            }
            ("v1", "Namespace") => {
                insert(&mut self.namespaces, name, document.value.clone(), document.value, &header.origin)
            }
            ("", _) => vec![missing_api_version(&site, &header.origin.kind, kinds)],
            (version, kind) => vec![
                site.error(Code::E0202, format!("`{kind}` of `{version}` is not read"), "not a part of a catalog")
                    .warning(),
            ],
        }
    }

    fn add_ours(&mut self, header: Header, kind: &Kind, mut content: Json) -> Vec<Diagnostic> {
        let origin = header.origin;
        let site = Site::root(&origin);
        let mut found = check_identity(&site, kind.namespaced, &content);
        found.extend(check_content(&site, &kind.schema, &mut content));
        if let Some(first) = found.first() {
            let name = match &origin.namespace {
                Some(namespace) => format!("{namespace}/{}", origin.name),
                None => origin.name.clone(),
            };
            self.refused.insert((origin.kind.clone(), name), first.code);
            return found;
        }
        let name = origin.name.clone();
        let key = (origin.namespace.clone().unwrap_or_default(), name.clone());
        match origin.kind.as_str() {
            "OpenBaoServiceOffering" => insert_typed(&mut self.offerings, name, content, &origin),
            "OpenBaoServiceProfile" => insert_typed(&mut self.profiles, name, content, &origin),
            "OpenBaoServiceComponent" => insert_typed(&mut self.components, name, content, &origin),
            "OpenBaoRuleSet" => insert_typed(&mut self.rule_sets, name, content, &origin),
            "OpenBaoClusterClaim" => insert_typed(&mut self.claims, key, content, &origin),
            "OpenBaoServiceContract" => insert_typed(&mut self.contracts, key, content, &origin),
            _ => {
                self.others += 1;
                Vec::new()
            }
        }
    }

    /// Why an object that was read was not taken: the code of its first error.
    pub fn refusal(&self, kind: &str, name: &str) -> Option<Code> {
        self.refused.get(&(kind.to_owned(), name.to_owned())).copied()
    }

    /// What to say where an object is named that is not among those taken. `noun` is its kind in a word, `names` are
    /// those that were taken.
    pub(super) fn missing<'a>(
        &self,
        (kind, noun): (&str, &str),
        name: &str,
        names: impl Iterator<Item = &'a String> + Clone,
        place: &Site,
    ) -> Diagnostic {
        if let Some(code) = self.refusal(kind, name) {
            let message = format!("the {noun} `{name}` cannot be used: it has errors of its own ({code})");
            return place.error(Code::E0207, message, "not usable");
        }
        let diagnostic = place.error(Code::E0207, format!("there is no {noun} `{name}`"), "not found");
        match nearest(name, names.clone().map(String::as_str)) {
            Some(nearest) => diagnostic.suggest(format!("a {noun} with a similar name exists"), place.span(), nearest),
            None if names.clone().next().is_none() => {
                diagnostic.help(format!("no {noun} was read: name the file or folder that holds it"))
            }
            None => diagnostic.note(format!("{noun}s that were read: {}", listed(names))),
        }
    }

    /// How many objects were read.
    pub fn len(&self) -> usize {
        self.offerings.len()
            + self.profiles.len()
            + self.components.len()
            + self.rule_sets.len()
            + self.claims.len()
            + self.contracts.len()
            + self.tenants.len()
            + self.namespaces.len()
            + self.others
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

struct Header {
    api_version: String,
    origin: Arc<Origin>,
}

impl Header {
    fn read(document: &Document) -> Self {
        let text =
            |pointer: &str| document.value.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
        let namespace = text("/metadata/namespace");
        let generated = text("/metadata/generateName");
        let name = text("/metadata/name");
        Self {
            api_version: text("/apiVersion"),
            origin: Arc::new(Origin {
                kind: text("/kind"),
                namespace: (!namespace.is_empty()).then_some(namespace),
                name: if name.is_empty() { generated } else { name },
                positions: document.positions.clone(),
            }),
        }
    }
}

fn unknown_kind(site: &Site, kind: &str, kinds: &Kinds) -> Diagnostic {
    let diagnostic = site.at("kind").error(
        Code::E0201,
        format!("there is no kind `{kind}` in `{}`", api::API_VERSION),
        "unknown kind",
    );
    match nearest(kind, kinds.0.keys().map(String::as_str)) {
        Some(nearest) => diagnostic.suggest("a kind with a similar name exists", site.at("kind").span(), nearest),
        None => diagnostic.note(format!("its kinds are {}", listed(kinds.0.keys()))),
    }
}

fn missing_api_version(site: &Site, kind: &str, kinds: &Kinds) -> Diagnostic {
    let diagnostic = site.error(Code::E0201, "the object has no `apiVersion`", "starts here");
    if kinds.0.contains_key(kind) {
        diagnostic.help(format!("add `apiVersion: {}`", api::API_VERSION))
    } else {
        diagnostic
    }
}

/// Names in backticks, joined by commas.
pub(super) fn listed(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    names.join(", ")
}

fn check_identity(site: &Site, namespaced: bool, content: &Json) -> Vec<Diagnostic> {
    let metadata = site.at("metadata");
    let mut found = Vec::new();
    if site.origin.name.is_empty() {
        found.push(metadata.error(Code::E0203, "the object has no name", "`metadata.name` is missing"));
    } else if let Some(Err(error)) = crate::scalar::format::check("dns1123Subdomain", &site.origin.name)
        && content.pointer("/metadata/name").is_some()
    {
        let name = metadata.at("name");
        found.push(name.error(Code::E0203, format!("the name is not a DNS name: {error}"), "not a name"));
    }
    match (&site.origin.namespace, namespaced) {
        (None, true) => found.push(
            metadata
                .error(Code::E0203, "the object has no namespace", "`metadata.namespace` is missing")
                .note(format!("`{}` lives in a namespace", site.origin.kind))
                .help("add `namespace:` beside the name"),
        ),
        (Some(_), false) => found.push(
            metadata
                .at("namespace")
                .key_error(Code::E0203, "the object may not have a namespace", "not allowed here")
                .note(format!("`{}` is for the whole cluster", site.origin.kind)),
        ),
        _ => {}
    }
    found
}

/// Unknown fields, then violations of the schema, after its defaulting.
fn check_content(site: &Site, schema: &Schema, content: &mut Json) -> Vec<Diagnostic> {
    let mut found = unknown_fields(site, schema, content, Code::E0204);
    schema.apply_defaults(content);
    found.extend(violations(site, schema, content, Code::E0205));
    found
}

/// What a schema does not know, each at its key, with the nearest that it knows.
pub(crate) fn unknown_fields(site: &Site, schema: &Schema, content: &Json, code: Code) -> Vec<Diagnostic> {
    schema
        .unknown_fields(content)
        .into_iter()
        .map(|unknown| {
            let place = site.along(&unknown.path);
            let message = format!("unknown field `{}`", unknown.path);
            let diagnostic = place.key_error(code, message, "not a field here");
            match unknown.nearest {
                Some(nearest) => diagnostic.suggest("a field with a similar name exists", place.key_span(), nearest),
                None => diagnostic,
            }
        })
        .collect()
}

/// What a schema refuses, each at its place.
pub(crate) fn violations(site: &Site, schema: &Schema, content: &Json, code: Code) -> Vec<Diagnostic> {
    schema
        .validate(content)
        .into_iter()
        .map(|violation| {
            let message = format!("`{}`: {}", violation.path, violation.kind);
            site.along(&violation.path).error(code, message, "not valid")
        })
        .collect()
}

fn insert_typed<K: Ord, T: DeserializeOwned>(
    map: &mut BTreeMap<K, Entry<T>>,
    key: K,
    content: Json,
    origin: &Arc<Origin>,
) -> Vec<Diagnostic> {
    match serde_json::from_value(content.clone()) {
        Ok(object) => insert(map, key, object, content, origin),
        // The schema has accepted it, so this shows a disagreement between type and schema.
        Err(error) => vec![Site::root(origin).error(Code::E0205, format!("the object cannot be read: {error}"), "")],
    }
}

fn insert<K: Ord, T>(
    map: &mut BTreeMap<K, Entry<T>>,
    key: K,
    object: T,
    content: Json,
    origin: &Arc<Origin>,
) -> Vec<Diagnostic> {
    if let Some(first) = map.get(&key) {
        let name = Site::root(origin).at("metadata").at("name");
        return vec![
            name.error(Code::E0206, format!("`{origin}` is there twice"), "defined again here")
                .label(first.site().at("metadata").at("name").span(), "first defined here"),
        ];
    }
    map.insert(key, Entry { object, content, origin: Arc::clone(origin) });
    Vec::new()
}
