//! Cases as they are written in `tests.yaml`: read strictly, with the place of each part.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::api::Sensitivity;
use crate::catalog::{Origin, Site, unknown_fields, violations};
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::Schema;
use crate::yaml::Document;

use super::snapshot;

/// One `tests.yaml`.
#[derive(Debug)]
pub struct Suite {
    /// Files and folders that its cases need, relative to its own folder.
    pub files: Vec<String>,
    /// Its cases, as written.
    pub cases: Vec<Case>,
    /// Where the file is written.
    pub site: Site,
}

/// One case, and where it is written.
#[derive(Debug)]
pub struct Case {
    /// What it shows, as a sentence.
    pub name: String,
    /// The claim.
    pub claim: ClaimSource,
    /// A merge patch (RFC 7386) on that claim.
    pub patch: Option<Json>,
    /// A merge patch on what the claim becomes, before rules judge it: what no claim of the catalog brings about.
    pub rendered: Option<Json>,
    /// What is applied already.
    pub previous: Option<Previous>,
    /// The claim's tenant in place of the one that was read.
    pub tenant: Option<Json>,
    /// The claim's namespace in place of the one that was read.
    pub namespace: Option<Json>,
    /// The live cluster.
    pub observed: Option<Json>,
    /// What is expected.
    pub expect: Expect,
    /// The object that `expect.snapshot` keeps; whoever reads files puts it here.
    pub kept: Option<Json>,
    /// Where the case is written.
    pub site: Site,
}

/// Where a claim comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ClaimSource {
    /// `NAMESPACE/NAME` of a claim among the files
    Named(String),
    /// the claim itself
    Inline(Json),
}

/// What is applied before the case's claim is judged.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Previous {
    /// The earlier claim; absent: the case's own.
    pub claim: Option<ClaimSource>,
    /// A merge patch on it; the case's own `patch` is not applied to it.
    pub patch: Option<Json>,
    /// A merge patch on what it became: what an earlier revision rendered. `projections: {NAME: null}` takes a copy away.
    pub rendered: Option<Json>,
}

/// What a case expects. What it does not name, it does not judge.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Expect {
    /// `Approved`, `Gated`, `Blocked`, `Denied` or `Pending`.
    pub verdict: String,
    /// The reason of a refusal: one finding has it.
    pub reason: Option<String>,
    /// A part of that finding's message.
    pub message: Option<String>,
    /// A part of the rendered object: its maps may hold more, its lists are whole.
    pub rendered: Option<Json>,
    /// A file beside the suite that keeps the whole rendered object.
    pub snapshot: Option<String>,
    /// What the whole change may do.
    pub sensitivity: Option<Sensitivity>,
    /// Every changed path with its class; no other path may change.
    pub changes: Option<BTreeMap<String, Sensitivity>>,
    /// Texts of the connection by key.
    pub connection: Option<BTreeMap<String, String>>,
    /// `Healthy`, `Degraded` or `NotReady`.
    pub health: Option<String>,
    /// The reason of a finding about health.
    pub health_reason: Option<String>,
}

#[derive(Deserialize)]
struct Written {
    name: String,
    claim: ClaimSource,
    patch: Option<Json>,
    rendered: Option<Json>,
    previous: Option<Previous>,
    tenant: Option<Json>,
    namespace: Option<Json>,
    observed: Option<Json>,
    #[serde(default)]
    expect: Expect,
}

/// Reads a suite. `name`: how people find the file.
///
/// *Errors*: unknown fields, values of a wrong form, a refusal without a reason, two cases of one name.
pub fn read(document: &Document, name: &str) -> Result<Suite, Vec<Diagnostic>> {
    let origin = Arc::new(Origin {
        kind: "Tests".to_owned(),
        namespace: None,
        name: name.to_owned(),
        positions: document.positions.clone(),
    });
    let site = Site::root(&origin);
    let schema = Schema::parse(&form()).map_err(|errors| {
        errors.iter().map(|error| site.error(Code::E0601, error.to_string(), "")).collect::<Vec<_>>()
    })?;
    if document.value.get("apiVersion").is_some() {
        let message = "this is an object of a catalog, not a file of tests";
        let place = site.at("apiVersion").key_error(Code::E0601, message, "only objects have this");
        return Err(vec![place.help("name the folder that it is in, or a `tests.yaml`")]);
    }
    let mut found = unknown_fields(&site, &schema, &document.value, Code::E0601);
    found.extend(violations(&site, &schema, &document.value, Code::E0601));
    if !found.is_empty() {
        return Err(found);
    }
    let list = document.value.get("cases").and_then(Json::as_array).into_iter().flatten();
    let mut cases: Vec<Case> = Vec::new();
    for (at, content) in list.enumerate() {
        match case(content, site.at("cases").at(at)) {
            Ok(case) => {
                found.extend(cases.iter().find(|it| it.name == case.name).map(|first| {
                    let message = format!("two cases are called `{}`", case.name);
                    twice(message, &first.site.at("name"), &case.site.at("name"))
                }));
                found.extend(snapshot::checked(&case, &cases));
                cases.push(case);
            }
            Err(diagnostic) => found.push(*diagnostic),
        }
    }
    let files = document.value.get("files").and_then(Json::as_array).into_iter().flatten();
    let files = files.filter_map(Json::as_str).map(ToOwned::to_owned).collect();
    if found.is_empty() { Ok(Suite { files, cases, site }) } else { Err(found) }
}

/// An error about what may be said once in a suite.
pub(super) fn twice(message: String, first: &Site, again: &Site) -> Diagnostic {
    again.error(Code::E0601, message, "again here").label(first.span(), "first here")
}

fn case(content: &Json, site: Site) -> Result<Case, Box<Diagnostic>> {
    let written: Written = serde_json::from_value(content.clone())
        .map_err(|error| site.error(Code::E0601, format!("the case cannot be read: {error}"), "this case"))?;
    let refuses = matches!(written.expect.verdict.as_str(), "Denied" | "Pending");
    if refuses && written.expect.reason.is_none() {
        let place = site.at("expect").at("verdict");
        let message = "a case that expects a refusal names its reason";
        return Err(Box::new(
            place.error(Code::E0601, message, "refused for which reason?").help("add `reason:` beside it"),
        ));
    }
    Ok(Case {
        name: written.name,
        claim: written.claim,
        patch: written.patch,
        rendered: written.rendered,
        previous: written.previous,
        tenant: written.tenant,
        namespace: written.namespace,
        observed: written.observed,
        expect: written.expect,
        kept: None,
        site,
    })
}

/// The form of a `tests.yaml`.
fn form() -> Json {
    let free = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let any = json!({"x-kubernetes-preserve-unknown-fields": true});
    let class = json!({"type": "string", "enum": ["Unchanged", "InPlace", "Gated", "Blocked"]});
    let text = json!({"type": "string"});
    let previous = json!({"type": "object", "properties": {"claim": any, "patch": free, "rendered": free}});
    let expect = json!({"type": "object", "required": ["verdict"], "properties": {
        "verdict": {"type": "string", "enum": ["Approved", "Gated", "Blocked", "Denied", "Pending"]},
        "reason": text, "message": text, "rendered": free, "snapshot": text, "sensitivity": class,
        "changes": {"type": "object", "additionalProperties": class},
        "connection": {"type": "object", "additionalProperties": text},
        "health": {"type": "string", "enum": ["Healthy", "Degraded", "NotReady"]},
        "healthReason": text,
    }});
    let case = json!({"type": "object", "required": ["name", "claim", "expect"], "properties": {
        "name": {"type": "string", "minLength": 1}, "claim": any, "patch": free, "rendered": free,
        "previous": previous,
        "tenant": free, "namespace": free, "observed": free, "expect": expect,
    }});
    json!({"type": "object", "required": ["cases"], "properties": {
        "files": {"type": "array", "items": text},
        "cases": {"type": "array", "minItems": 1, "items": case},
    }})
}
