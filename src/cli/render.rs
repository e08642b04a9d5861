//! `render`: what do claims become?

use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::api::OpenBaoServiceContractSpec;
use crate::catalog::{Catalog, Entry, Kinds, Revision};
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::{Before, Contract, Decision, from_wire};
use crate::yaml;

use super::Outcome;
use super::args::RenderArgs;
use super::load::{Workspace, read_text};
use super::output::Output;
use super::show;

type Claim = Entry<crate::api::OpenBaoClusterClaim>;

pub(super) fn run(args: &RenderArgs, output: &mut Output) -> Outcome {
    let mut workspace = Workspace::load(&args.read.paths, &args.read.targets);
    let unread = workspace.has_errors();
    let Some(chosen) = choose(&mut workspace, args.claim.as_deref(), output) else { return Outcome::Refused };
    let previous = match args.previous.as_deref().map(|path| previous(path, &mut workspace)) {
        None => Vec::new(),
        Some(Ok(contracts)) => contracts,
        Some(Err(found)) => {
            workspace.diagnostics.extend(found);
            output.diagnostics(&workspace.diagnostics, &workspace.sources);
            return Outcome::Refused;
        }
    };
    let mut found = std::mem::take(&mut workspace.diagnostics);
    let mut refused = unread;
    for claim in &chosen {
        let applied = previous.iter().find(|(name, _)| *name == show::name(&claim.object));
        if applied.is_none() && args.previous.is_some() {
            let message = format!("the previous state holds no claim `{}`", show::name(&claim.object));
            let site = claim.site().at("metadata").at("name");
            found.push(site.error(Code::E0504, message, "not there before").warning());
        }
        let before = Before { applied: applied.map(|(_, contract)| contract), revision: None };
        let decision = workspace.platform.decide(&claim.object, before);
        let inputs = workspace.platform.inputs(&claim.object, before).ok();
        refused |= !matches!(decision, Decision::Candidate(_));
        found.extend(show::diagnostics(&decision, claim));
        if output.is_human() {
            show::human(&decision, inputs.as_ref(), &claim.object, output);
        } else {
            output.document(show::document(&decision, inputs.as_ref(), &claim.object));
        }
    }
    output.diagnostics(&found, &workspace.sources);
    if refused { Outcome::Refused } else { Outcome::Fine }
}

/// The claims that are meant; none is an error, shown at once.
pub(super) fn choose(workspace: &mut Workspace, wanted: Option<&str>, output: &mut Output) -> Option<Vec<Claim>> {
    let all = workspace.catalog.claims.values();
    let chosen: Vec<_> = match wanted {
        None => all.cloned().collect(),
        Some(wanted) => all.filter(|claim| show::name(&claim.object) == wanted).cloned().collect(),
    };
    if !chosen.is_empty() {
        return Some(chosen);
    }
    let diagnostic = match wanted {
        None => Diagnostic::unlocated(Code::E0504, "0 claims: nothing to do")
            .help("name a file or folder with an `OpenBaoClusterClaim`"),
        Some(wanted) => {
            let names: Vec<_> = workspace.catalog.claims.values().map(|claim| show::name(&claim.object)).collect();
            let refusal = workspace.catalog.refusal("OpenBaoClusterClaim", wanted);
            let diagnostic = Diagnostic::unlocated(
                Code::E0504,
                match refusal {
                    Some(code) => format!("the claim `{wanted}` cannot be read: it has errors of its own ({code})"),
                    None => format!("there is no claim `{wanted}`"),
                },
            );
            match crate::diagnostic::nearest(wanted, names.iter().map(String::as_str)) {
                _ if refusal.is_some() => diagnostic,
                Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")),
                None => diagnostic.note(format!("claims that were read: {}", names.join(", "))),
            }
        }
    };
    workspace.diagnostics.push(diagnostic);
    output.diagnostics(&workspace.diagnostics, &workspace.sources);
    None
}

type Previous = Vec<(String, Contract)>;

/// Contracts from a file: stored ones, results of `render`, or claims that are rendered first.
fn previous(path: &Path, workspace: &mut Workspace) -> Result<Previous, Vec<Diagnostic>> {
    let text = read_text(path).map_err(|error| {
        vec![Diagnostic::unlocated(Code::E0001, format!("`{}` cannot be read: {error}", path.display()))]
    })?;
    let id = workspace.sources.add(path.display().to_string(), text);
    let documents = yaml::read(&workspace.sources, id)?;
    let kinds = Kinds::new().map_err(|error| vec![Diagnostic::unlocated(Code::E0200, error)])?;
    let mut catalog = Catalog::default();
    let mut contracts = Previous::new();
    let mut found = Vec::new();
    for document in documents {
        let stored = stored_contracts(&document.value);
        if stored.is_empty() {
            found.extend(catalog.add(document, &kinds));
            continue;
        }
        for content in stored {
            match read_contract(&content, workspace) {
                Ok(contract) => contracts.push(contract),
                Err(message) => {
                    let diagnostic = Diagnostic::error(Code::E0504, message, document.span, "this contract");
                    found.push(diagnostic);
                }
            }
        }
    }
    for claim in catalog.claims.values() {
        match workspace.platform.decide(&claim.object, Before::default()) {
            Decision::Candidate(candidate) => {
                contracts.push((show::name(&claim.object), candidate.rendered.contract));
            }
            refused => found.extend(show::diagnostics(&refused, claim)),
        }
    }
    if contracts.is_empty() && found.is_empty() {
        let message = format!("`{}` holds neither a claim nor a contract", path.display());
        found.push(Diagnostic::unlocated(Code::E0504, message));
    }
    if found.is_empty() { Ok(contracts) } else { Err(found) }
}

/// The stored contracts in a document: itself, a result of `render`, or a list of results.
fn stored_contracts(value: &Json) -> Vec<Json> {
    if value.get("kind").and_then(Json::as_str) == Some("OpenBaoServiceContract") {
        return vec![value.clone()];
    }
    let results = value.get("results").and_then(Json::as_array).cloned().unwrap_or_else(|| vec![value.clone()]);
    results.iter().filter_map(|result| result.get("contract").cloned()).collect()
}

fn read_contract(content: &Json, workspace: &Workspace) -> Result<(String, Contract), String> {
    let spec = content.get("spec").cloned().unwrap_or_default();
    let spec: OpenBaoServiceContractSpec =
        serde_json::from_value(spec).map_err(|error| format!("the contract cannot be read: {error}"))?;
    let revision: Option<&Arc<Revision>> = workspace.platform.revisions.get(&spec.profile.name);
    let revision = revision.or_else(|| workspace.platform.revisions.values().next());
    let target = revision.and_then(|revision| revision.targets.first());
    let target = target.ok_or("no profile was read that tells the contract's target")?;
    let contract = from_wire(&spec, target).map_err(|error| error.to_string())?;
    Ok((format!("{}/{}", spec.claim.namespace, spec.claim.name), contract))
}
