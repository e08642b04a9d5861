//! What a sandbox starts with: definitions, a catalog, claims, and what they need to be there.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::api;
use crate::controller::context::Settings;
use crate::diagnostic::{Sources, Style, render_human};
use crate::sandbox::Sandbox;
use crate::yaml;

use super::super::load::{files, read_text};
use super::super::output::plural;

/// The target's definitions.
const TARGET: [&str; 3] = [
    include_str!("../../../crds/external/main/openbaoclusters.yaml"),
    include_str!("../../../crds/external/main/openbaotenants.yaml"),
    include_str!("../../../crds/external/main/openbaorestores.yaml"),
];

/// What is tried out where nothing is named: the shipped rules, and a small service with its claim.
const DEFAULT: [&str; 19] = [
    include_str!("../../../rules/audit.yaml"),
    include_str!("../../../rules/authorisation.yaml"),
    include_str!("../../../rules/backup.yaml"),
    include_str!("../../../rules/comparisons.yaml"),
    include_str!("../../../rules/hostnames.yaml"),
    include_str!("../../../rules/listener.yaml"),
    include_str!("../../../rules/network-hardened.yaml"),
    include_str!("../../../rules/posture-hardened.yaml"),
    include_str!("../../../rules/posture.yaml"),
    include_str!("../../../rules/seals.yaml"),
    include_str!("../../../rules/transitions.yaml"),
    include_str!("../../../catalogs/components/storage.yaml"),
    include_str!("../../../catalogs/components/exposure-internal.yaml"),
    include_str!("../../../catalogs/components/unseal-static.yaml"),
    include_str!("../../../catalogs/components/bootstrap-userpass.yaml"),
    include_str!("../../../catalogs/components/upgrade-rolling.yaml"),
    include_str!("../../../catalogs/development/profile.yaml"),
    include_str!("../../../catalogs/development/offering.yaml"),
    include_str!("../../../catalogs/development/claims.yaml"),
];

/// All objects, in an order in which none needs a later one to be stored.
pub(super) fn read(catalogs: &[PathBuf], claims: &[PathBuf]) -> Result<Vec<Json>, String> {
    let mut objects = Vec::new();
    if catalogs.is_empty() {
        for (at, text) in DEFAULT.iter().enumerate() {
            objects.extend(documents(&format!("shipped file {at}"), text)?);
        }
        // Claims of one's own come instead of the shipped one.
        if !claims.is_empty() {
            objects.retain(|object| text(object, "/kind") != "OpenBaoClusterClaim");
        }
    }
    for path in catalogs.iter().chain(claims) {
        for file in files(path).map_err(|error| unreadable(path, &error))? {
            let text = read_text(&file).map_err(|error| unreadable(&file, &error))?;
            objects.extend(documents(&file.display().to_string(), &text)?);
        }
    }
    if objects.is_empty() {
        return Err("nothing was read: no object in these files".to_owned());
    }
    Ok(objects)
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    format!("`{}` cannot be read: {error}", path.display())
}

fn documents(name: &str, text: &str) -> Result<Vec<Json>, String> {
    let mut sources = Sources::default();
    let id = sources.add(name, text);
    let read = yaml::read(&sources, id);
    let documents = read.map_err(|found| render_human(&found, &sources, Style::Plain))?;
    Ok(documents.into_iter().map(|document| document.value).collect())
}

fn text<'a>(object: &'a Json, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

/// Definitions, namespaces and stand-ins first, then everything that was read.
pub(super) fn install(sandbox: &Sandbox, objects: &[Json]) -> Result<(), String> {
    let create = |object: Json| {
        let name = format!("{} `{}`", text(&object, "/kind"), text(&object, "/metadata/name"));
        sandbox.create(object).map(drop).map_err(|error| format!("{name} is refused: {error}"))
    };
    for crd in api::crds() {
        create(serde_json::to_value(crd).map_err(|error| error.to_string())?)?;
    }
    for definition in TARGET {
        for definition in documents("shipped definition", definition)? {
            create(definition)?;
        }
    }
    let given: BTreeSet<_> = objects.iter().filter(|it| text(it, "/kind") == "Namespace").map(name_of).collect();
    let mut namespaces: BTreeSet<_> =
        objects.iter().map(|object| text(object, "/metadata/namespace").to_owned()).collect();
    let stand_ins = stand_ins(objects);
    namespaces.extend(stand_ins.iter().map(|secret| text(secret, "/metadata/namespace").to_owned()));
    namespaces.insert(Settings::default().system);
    for name in namespaces.iter().filter(|name| !name.is_empty() && !given.contains(*name) && *name != "default") {
        create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}))?;
    }
    let (first, rest): (Vec<_>, Vec<_>) = objects.iter().partition(|object| text(object, "/kind") == "Namespace");
    for object in first.into_iter().chain(&stand_ins).chain(rest) {
        create(object.clone())?;
    }
    Ok(())
}

fn name_of(object: &Json) -> String {
    text(object, "/metadata/name").to_owned()
}

/// Secrets that catalogs copy from the platform's namespaces and that nobody has given: worthless bytes in their place.
fn stand_ins(objects: &[Json]) -> Vec<Json> {
    let given: BTreeSet<_> = objects
        .iter()
        .filter(|object| text(object, "/kind") == "Secret")
        .map(|object| (text(object, "/metadata/namespace"), text(object, "/metadata/name")))
        .collect();
    let projections = objects.iter().filter_map(|object| object.pointer("/spec/projections")?.as_array()).flatten();
    let mut made = Vec::new();
    for from in projections.filter_map(|projection| projection.get("from")) {
        let (namespace, name) = (text(from, "/namespace"), text(from, "/name"));
        let known =
            given.contains(&(namespace, name)) || made.iter().any(|it: &Json| text(it, "/metadata/name") == name);
        if text(from, "/kind") != "Secret" || namespace.is_empty() || name.contains("${") || known {
            continue;
        }
        let keys = from.get("keys").and_then(Json::as_object).into_iter().flatten().filter_map(|(_, key)| key.as_str());
        let data: serde_json::Map<_, _> = keys.map(|key| (key.to_owned(), json!("c2FuZGJveA=="))).collect();
        made.push(json!({
            "apiVersion": "v1", "kind": "Secret",
            "metadata": {"name": name, "namespace": namespace, "labels": {"sandbox.openbao.org/stand-in": "true"}},
            "data": data,
        }));
    }
    made
}

/// What was read, in one line.
pub(super) fn summary(objects: &[Json]) -> String {
    let count = |kind: &str| objects.iter().filter(|object| text(object, "/kind") == kind).count();
    let count = |kind: &str, what: &str| plural(count(kind), what);
    let counts = [
        count("OpenBaoServiceOffering", "offering"),
        count("OpenBaoServiceProfile", "profile"),
        count("OpenBaoServiceComponent", "component"),
        count("OpenBaoRuleSet", "rule set"),
        count("OpenBaoClusterClaim", "claim"),
    ];
    let mut line = counts.join(", ");
    let stand_ins = stand_ins(objects);
    if !stand_ins.is_empty() {
        let names: Vec<_> =
            stand_ins.iter().map(|it| format!("{}/{}", text(it, "/metadata/namespace"), name_of(it))).collect();
        let _ = write!(line, "; stand-ins for Secrets that the platform keeps: {}", names.join(", "));
    }
    line
}
