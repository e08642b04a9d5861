//! `schema`: what tenants may say of an offering, for portals and editors.

use std::io::Write as _;

use serde_json::{Value as Json, json};

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::schema::JSON_SCHEMA_DIALECT;

use super::Outcome;
use super::args::SchemaArgs;
use super::load::Workspace;
use super::output::Output;

pub(super) fn run(args: &SchemaArgs, output: &mut Output) -> Outcome {
    let workspace = Workspace::load(&args.read.paths, &args.read.targets);
    output.diagnostics(&workspace.diagnostics, &workspace.sources);
    let Some(schema) = of_offering(&args.offering, &workspace) else {
        // An offering that was read and does not compile is told above.
        if !workspace.has_errors() {
            output.diagnostics(&[missing(&args.offering, &workspace)], &workspace.sources);
        }
        return Outcome::Refused;
    };
    if output.is_human() {
        // Writing into memory cannot fail.
        let _ = writeln!(output.stdout(), "{schema:#}");
    } else {
        output.document(schema);
    }
    if workspace.has_errors() { Outcome::Refused } else { Outcome::Fine }
}

fn of_offering(name: &str, workspace: &Workspace) -> Option<Json> {
    let profile = &workspace.platform.offerings.get(name)?.profile;
    let mut schema = workspace.platform.revisions.get(profile)?.parameters.to_json_schema();
    let spec = &workspace.catalog.offerings.get(name)?.object.spec;
    let title = spec.display_name.as_deref().unwrap_or(name);
    if let Json::Object(members) = &mut schema {
        members.insert("$schema".to_owned(), json!(JSON_SCHEMA_DIALECT));
        members.entry("title").or_insert_with(|| json!(title));
    }
    Some(schema)
}

fn missing(name: &str, workspace: &Workspace) -> Diagnostic {
    let names: Vec<_> = workspace.platform.offerings.keys().map(String::as_str).collect();
    let missing = Diagnostic::unlocated(Code::E0207, format!("there is no offering `{name}`"));
    match nearest(name, names.iter().copied()) {
        Some(nearest) => missing.help(format!("did you mean `{nearest}`?")),
        None if names.is_empty() => missing.help("no offering was read: name the file or folder that holds it"),
        None => missing.note(format!("offerings that were read: {}", names.join(", "))),
    }
}
