//! `graph`: the wiring of profiles as a picture.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::catalog::{Terminal, Wires, wires};
use crate::diagnostic::{Code, Diagnostic};

use super::Outcome;
use super::args::{GraphArgs, Picture};
use super::load::Workspace;
use super::output::Output;

pub(super) fn run(args: &GraphArgs, output: &mut Output) -> Outcome {
    let workspace = Workspace::load(&args.read.paths, &args.read.targets);
    output.diagnostics(&workspace.diagnostics, &workspace.sources);
    let revisions = workspace.platform.revisions.values();
    let wanted = revisions.filter(|it| args.profile.as_ref().is_none_or(|profile| *profile == it.profile));
    let profiles: Vec<_> = wanted.map(|revision| (revision.profile.as_str(), wires(revision))).collect();
    if profiles.is_empty() {
        let none = match &args.profile {
            Some(profile) => format!("there is no profile `{profile}` to draw"),
            None => "0 profiles: nothing to draw".to_owned(),
        };
        output.diagnostics(&[Diagnostic::unlocated(Code::E0207, none)], &workspace.sources);
        return Outcome::Refused;
    }
    if output.is_human() {
        let lines = match args.picture {
            Picture::Mermaid => mermaid(&profiles),
            Picture::Dot => dot(&profiles),
        };
        for line in lines {
            output.line(line);
        }
    } else {
        for (profile, wires) in &profiles {
            let wires: Vec<_> = wires.iter().map(|((from, to), given)| document(from, to, given)).collect();
            output.document(json!({"profile": profile, "wires": wires}));
        }
    }
    if workspace.has_errors() { Outcome::Refused } else { Outcome::Fine }
}

fn document(from: &Terminal, to: &Terminal, given: impl IntoIterator<Item = impl AsRef<str>>) -> Json {
    let given: Vec<_> = given.into_iter().map(|name| name.as_ref().to_owned()).collect();
    json!({"from": title(from), "to": title(to), "gives": given})
}

/// What people read in a box.
fn title(terminal: &Terminal) -> String {
    match terminal {
        Terminal::Parameter(name) if name.is_empty() => "params".to_owned(),
        Terminal::Parameter(name) => format!("params.{name}"),
        Terminal::Fact(name) => (*name).to_owned(),
        Terminal::Variable(name) => name.clone(),
        Terminal::Facet { name, component, conditional: false } => format!("{name}: {component}"),
        Terminal::Facet { name, component, conditional: true } => format!("{name}: {component}?"),
        Terminal::Projection(name) => format!("projections.{name}"),
        Terminal::Object(kind) => kind.clone(),
        Terminal::Connection => "connection".to_owned(),
    }
}

/// The terminals of a profile, each with a name that any picture takes.
fn named(at: usize, wires: &Wires) -> BTreeMap<&Terminal, String> {
    let mut names = BTreeMap::new();
    for (from, to) in wires.keys() {
        for terminal in [from, to] {
            let next = names.len();
            names.entry(terminal).or_insert_with(|| format!("p{at}n{next}"));
        }
    }
    names
}

/// Text between quotes; names of catalogs hold nothing that needs more.
fn quoted(text: &str) -> String {
    text.replace(['"', '\\', '\n'], "'")
}

fn mermaid(profiles: &[(&str, Wires)]) -> Vec<String> {
    let mut lines = vec!["flowchart LR".to_owned()];
    for (at, (profile, wires)) in profiles.iter().enumerate() {
        lines.push(format!("  subgraph p{at}[\"profile {}\"]", quoted(profile)));
        let names = named(at, wires);
        for (terminal, name) in &names {
            let (open, close) = match terminal {
                Terminal::Parameter(_) | Terminal::Fact(_) => ("([", "])"),
                Terminal::Facet { .. } => ("[[", "]]"),
                Terminal::Object(_) | Terminal::Connection => ("{{", "}}"),
                Terminal::Variable(_) | Terminal::Projection(_) => ("[", "]"),
            };
            lines.push(format!("    {name}{open}\"{}\"{close}", quoted(&title(terminal))));
        }
        for ((from, to), given) in wires {
            let (Some(from), Some(to)) = (names.get(from), names.get(to)) else { continue };
            let given: Vec<_> = given.iter().map(|name| quoted(name)).collect();
            let given = if given.is_empty() { String::new() } else { format!("|\"{}\"|", given.join(", ")) };
            lines.push(format!("    {from} -->{given} {to}"));
        }
        lines.push("  end".to_owned());
    }
    lines
}

fn dot(profiles: &[(&str, Wires)]) -> Vec<String> {
    let mut lines = vec!["digraph catalog {".to_owned(), "  rankdir=LR;".to_owned()];
    for (at, (profile, wires)) in profiles.iter().enumerate() {
        lines.push(format!("  subgraph cluster_{at} {{"));
        lines.push(format!("    label=\"profile {}\";", quoted(profile)));
        let names = named(at, wires);
        for (terminal, name) in &names {
            let shape = match terminal {
                Terminal::Parameter(_) | Terminal::Fact(_) => "ellipse",
                Terminal::Facet { conditional: false, .. } => "component",
                Terminal::Facet { conditional: true, .. } => "component, style=dashed",
                Terminal::Object(_) | Terminal::Connection => "hexagon",
                Terminal::Variable(_) | Terminal::Projection(_) => "box",
            };
            lines.push(format!("    {name} [label=\"{}\", shape={shape}];", quoted(&title(terminal))));
        }
        for ((from, to), given) in wires {
            let (Some(from), Some(to)) = (names.get(from), names.get(to)) else { continue };
            let given: Vec<_> = given.iter().map(|name| quoted(name)).collect();
            let given = if given.is_empty() { String::new() } else { format!(" [label=\"{}\"]", given.join(", ")) };
            lines.push(format!("    {from} -> {to}{given};"));
        }
        lines.push("  }".to_owned());
    }
    lines.push("}".to_owned());
    lines
}
