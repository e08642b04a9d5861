//! What is not wrong and still not meant: names that nothing reads, conditions that always say the same,
//! eligibility that a tenant can grant itself.

use std::collections::BTreeSet;

use crate::catalog::names::Binding;
use crate::catalog::origin::Site;
use crate::catalog::report::Report;
use crate::catalog::revision::{Expr, Tree};
use crate::cel::{Program, Read, Segment};
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{Additional, Schema};

use super::{Content, Note, Notes, Want};

/// All reads of an object's expressions.
#[derive(Default)]
struct Seen(BTreeSet<(Binding, Option<String>)>);

impl Seen {
    fn of(notes: &Notes) -> Self {
        let mut seen = Self::default();
        for note in &notes.all {
            for program in programs(&note.content) {
                seen.add(program, note);
            }
            if let Some(range) = &note.place.range {
                seen.add(&range.0, note);
            }
        }
        seen
    }

    fn add(&mut self, program: &Program, note: &Note) {
        let bindings = note.place.names.bindings();
        for Read { root, fields, .. } in program.reads() {
            if let Some(binding) = bindings.get(root) {
                self.0.insert((*binding, fields.first().cloned()));
            }
        }
    }

    fn has(&self, binding: Binding) -> bool {
        self.0.iter().any(|(own, _)| *own == binding)
    }

    /// Whether a field, or the whole, is read.
    fn has_field(&self, binding: Binding, name: &str) -> bool {
        self.0.iter().any(|(own, field)| *own == binding && field.as_deref().is_none_or(|field| field == name))
    }
}

fn programs(content: &Content) -> Vec<&Program> {
    let mut found = Vec::new();
    match content {
        Content::Expr(expr) => found.push(&expr.program),
        Content::Tree(tree, _) => collect(tree, &mut found),
    }
    found
}

fn collect<'t>(tree: &'t Tree, found: &mut Vec<&'t Program>) {
    let mut texts = Vec::new();
    tree.texts(&mut texts);
    for text in texts {
        let programs = text.template.segments().iter().filter_map(|segment| match segment {
            Segment::Expression { program, .. } => Some(program),
            Segment::Text(_) => None,
        });
        found.extend(programs);
    }
}

/// What a module gives a name to: where the name is written, and what it is for.
#[derive(Clone, Debug)]
pub(in crate::catalog) struct Named {
    pub(in crate::catalog) what: &'static str,
    pub(in crate::catalog) name: String,
    pub(in crate::catalog) binding: Binding,
    /// the field of the binding, where it is one
    pub(in crate::catalog) field: Option<String>,
    pub(in crate::catalog) site: Site,
}

/// Tells what nothing reads, and conditions that decide nothing.
pub(super) fn check(notes: &Notes, report: &mut Report) {
    let seen = Seen::of(notes);
    for named in &notes.named {
        let used = match &named.field {
            Some(field) => seen.has_field(named.binding, field),
            None => seen.has(named.binding),
        };
        if !used {
            let Named { what, name, site, .. } = named;
            report.push(
                site.key_error(Code::W0711, format!("nothing reads the {what} `{name}`"), "not read")
                    .help("remove it, or use it")
                    .warning(),
            );
        }
    }
    for note in &notes.all {
        let Content::Expr(expr) = &note.content else { continue };
        if matches!(note.want, Want::Condition | Want::Admission) && expr.program.roots().is_empty() {
            report.push(
                whole(expr, Code::W0712, "the condition reads nothing: it is the same for every claim")
                    .help("remove it, or say what it depends on"),
            );
        }
        if note.want == Want::Admission && granted_by_tenants(expr) {
            report.push(
                whole(expr, Code::W0715, "tenants can write all that this condition reads")
                    .note("who is eligible is the platform's to say: a tenant would grant it to itself")
                    .help("read labels of `namespaceObject`, which tenants cannot write"),
            );
        }
    }
}

/// Patterns of a schema that let more through than they show.
pub(in crate::catalog) fn patterns(schema: &Schema, site: &Site, report: &mut Report) {
    if let Some(pattern) = &schema.checks.pattern
        && !crate::scalar::re2::is_anchored(&pattern.source)
    {
        report.push(
            site.at("pattern")
                .error(Code::W0714, "the pattern matches anywhere in the text", "not anchored")
                .note("what guards a name, host or path has to see all of it")
                .help("write `^…$`")
                .warning(),
        );
    }
    for (name, property) in &schema.properties {
        patterns(property, &site.at("properties").at(name), report);
    }
    if let Some(Additional::Schema(values)) = &schema.additional {
        patterns(values, &site.at("additionalProperties"), report);
    }
    if let Some(items) = &schema.items {
        patterns(items, &site.at("items"), report);
    }
}

fn whole(expr: &Expr, code: Code, message: &str) -> Diagnostic {
    let span = expr.site.within(0..expr.program.text().len());
    Diagnostic::error(code, message, span, "here").warning()
}

/// Whether an expression reads only what a tenant can write: parameters, the claim's name, and the tenant
/// object, which may live in the tenant's namespace (field case 106).
fn granted_by_tenants(expr: &Expr) -> bool {
    let theirs = |read: &Read| match expr.bindings.get(&read.root) {
        Some(Binding::Params | Binding::Tenant) => true,
        Some(Binding::Claim) => read.fields.first().is_some_and(|field| field == "name"),
        _ => false,
    };
    !expr.program.reads().is_empty() && expr.program.reads().iter().all(theirs)
}
