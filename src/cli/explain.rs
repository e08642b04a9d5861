//! `explain`: which rule wrote which path, with which values? And what does a code mean?

mod codes;

use serde_json::{Value as Json, json};

use crate::catalog::{Site, rule_id};
use crate::diagnostic::{Code, Diagnostic, Sources};
use crate::engine::{Before, Decision, Explained, explain};
use crate::schema::path::Pattern;

use super::Outcome;
use super::args::ExplainArgs;
use super::load::Workspace;
use super::output::Output;
use super::{render, show};

pub(super) fn run(args: &ExplainArgs, output: &mut Output) -> Outcome {
    if args.codes {
        return codes::list(output);
    }
    match codes::named(&args.paths) {
        Some(code) => codes::page(code, output),
        None => paths(args, output),
    }
}

fn paths(args: &ExplainArgs, output: &mut Output) -> Outcome {
    let pattern = match args.path.as_deref().map(Pattern::parse).transpose() {
        Ok(pattern) => pattern,
        Err(error) => {
            let path = args.path.as_deref().unwrap_or_default();
            let wrong = Diagnostic::unlocated(Code::E0218, format!("`{path}` is not a path: {error}"));
            output.diagnostics(&[wrong], &Sources::default());
            return Outcome::Usage;
        }
    };
    let mut workspace = Workspace::load(&args.paths, &args.targets);
    let mut refused = workspace.has_errors();
    let Some(chosen) = render::choose(&mut workspace, args.claim.as_deref(), output) else { return Outcome::Refused };
    let mut found = std::mem::take(&mut workspace.diagnostics);
    for claim in &chosen {
        let decision = workspace.platform.decide(&claim.object, Before::default());
        found.extend(show::diagnostics(&decision, claim));
        let inputs = workspace.platform.inputs(&claim.object, Before::default());
        let (Decision::Candidate(candidate), Ok(inputs)) = (&decision, inputs) else {
            refused = true;
            continue;
        };
        let mut lines = explain(inputs.revision, &candidate.rendered);
        lines.retain(|line| pattern.as_ref().is_none_or(|pattern| pattern.matches(&line.path)));
        if output.is_human() {
            output.line(format!(
                "claim {} → {}",
                show::name(&claim.object),
                candidate.rendered.contract.identity.target
            ));
            for line in &lines {
                human(line, &workspace.sources, output);
            }
        } else {
            let paths: Vec<_> = lines.iter().map(|line| document(line, &workspace.sources)).collect();
            output.document(json!({"claim": show::name(&claim.object), "paths": paths}));
        }
    }
    output.diagnostics(&found, &workspace.sources);
    if refused { Outcome::Refused } else { Outcome::Fine }
}

/// `file:line:column` of a place.
fn place(site: &Site, sources: &Sources) -> String {
    let span = site.span();
    let name = sources.get(span.source).map(|source| source.name.as_str()).unwrap_or_default();
    match sources.line_column(span) {
        Some(at) => format!("{name}:{}:{}", at.line, at.column),
        None => name.to_owned(),
    }
}

fn human(line: &Explained, sources: &Sources, output: &mut Output) {
    output.line(format!("{} = {}", line.path, show::shortened(&line.value)));
    let facet = line.facet.as_ref().map(|facet| format!("facet {facet}, ")).unwrap_or_default();
    output.line(format!("    by {facet}block {} ({})", line.block, place(&line.site, sources)));
    if line.text.contains("${") {
        output.line(format!("       {}", line.text));
    }
    for used in &line.through {
        let value = match &used.value {
            Ok(value) => show::shortened(value),
            Err(error) => error.clone(),
        };
        output.line(format!("    through {} = {value}", used.name));
    }
    for parameter in &line.parameters {
        let value = parameter.value.as_ref().map_or_else(|| "absent".to_owned(), show::shortened);
        let origin = match (&parameter.value, parameter.given) {
            (_, true) => "set by the claim",
            (Some(_), false) => "default",
            (None, false) => "left out by the claim",
        };
        let name = if parameter.name.is_empty() { "params".to_owned() } else { format!("params.{}", parameter.name) };
        output.line(format!("    from {name} = {value} ({origin})"));
    }
    for fact in &line.facts {
        output.line(format!("    from {fact}"));
    }
}

fn document(line: &Explained, sources: &Sources) -> Json {
    let through: Vec<_> = line
        .through
        .iter()
        .map(|used| match &used.value {
            Ok(value) => json!({"name": used.name, "value": value}),
            Err(error) => json!({"name": used.name, "error": error}),
        })
        .collect();
    let parameters: Vec<_> =
        line.parameters.iter().map(|it| json!({"name": it.name, "value": it.value, "given": it.given})).collect();
    json!({
        "path": line.path.to_string(),
        "value": line.value,
        "rule": rule_id(&line.site),
        "place": place(&line.site, sources),
        "block": line.block,
        "facet": line.facet,
        "text": line.text,
        "through": through,
        "parameters": parameters,
        "facts": line.facts,
    })
}
