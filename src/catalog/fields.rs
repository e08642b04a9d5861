//! Fields that are written out after a name of the scope are compared with what is known of its
//! shape, so that `params.hostnmae` is found where it is written. Types come with the checker.

use std::collections::BTreeMap;

use crate::cel::ast::{Expr, Kind};
use crate::cel::{Program, Scope};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::schema::Schema;

use super::names::{Binding, Bindings};
use super::object::listed;
use super::origin::Site;
use super::shape::Shape as _;

/// What is known of the values behind names.
#[derive(Clone, Debug, Default)]
pub(super) struct Shapes<'a>(BTreeMap<Binding, &'a Schema>);

impl<'a> Shapes<'a> {
    /// Adds a shape.
    pub(super) fn with(mut self, binding: Binding, schema: &'a Schema) -> Self {
        self.0.insert(binding, schema);
        self
    }
}

/// Objects of ours whose fields no schema tells.
fn fixed_fields(binding: Binding) -> Option<&'static [&'static str]> {
    match binding {
        Binding::Claim | Binding::Target => Some(&["name", "namespace"]),
        Binding::Tenant => Some(&["name", "namespace", "spec"]),
        Binding::NamespaceObject => Some(&["name", "labels"]),
        Binding::Projection(_) => Some(&["name"]),
        _ => None,
    }
}

/// Finds fields that are not there, and reads of a namespace's labels that no text tells.
///
/// `offset` is where the program's text starts in the text at `site`.
pub(super) fn check(
    program: &Program,
    offset: usize,
    scope: &Scope,
    bindings: &Bindings,
    shapes: &Shapes<'_>,
    site: &Site,
) -> Vec<Diagnostic> {
    let checker = Checker { offset, scope, bindings, shapes, site };
    let mut found = Vec::new();
    checker.walk(program.ast(), &mut found);
    let computed = |read: &&crate::cel::Read| {
        bindings.get(&read.root) == Some(&Binding::NamespaceObject)
            && read.whole
            && matches!(read.fields.as_slice(), [] | [_])
            && read.fields.first().is_none_or(|field| field == "labels")
    };
    if program.reads().iter().any(|read| computed(&read)) {
        let span = site.within(offset..offset + program.text().len());
        found.push(
            Diagnostic::error(
                Code::E0108,
                "labels of a namespace are read by literal keys only",
                span,
                "not a literal key",
            )
            .note("what an expression reads decides when a claim is looked at again")
            .help("write `namespaceObject.labels[?'team'].orValue('')`"),
        );
    }
    found
}

struct Checker<'a> {
    offset: usize,
    scope: &'a Scope,
    bindings: &'a Bindings,
    shapes: &'a Shapes<'a>,
    site: &'a Site,
}

/// One step of a chain: the field and its bytes.
type Step<'e> = (&'e str, std::ops::Range<usize>);

impl Checker<'_> {
    fn walk(&self, expr: &Expr, found: &mut Vec<Diagnostic>) {
        match chain(expr) {
            Some(steps) if steps.len() > 1 => found.extend(self.chain(&steps)),
            _ => expr.children().into_iter().for_each(|child| self.walk(child, found)),
        }
    }

    fn chain(&self, steps: &[Step<'_>]) -> Option<Diagnostic> {
        let mut dotted = String::new();
        let mut root = None;
        for (at, (name, _)) in steps.iter().enumerate() {
            if at > 0 {
                dotted.push('.');
            }
            dotted.push_str(name);
            if let Some(id) = self.scope.get(&dotted) {
                root = Some((at, dotted.clone(), *self.bindings.get(&id)?));
            }
        }
        let (at, mut written, binding) = root?;
        let mut rest = steps.iter().skip(at + 1);
        if let Some(fields) = fixed_fields(binding) {
            let (name, range) = rest.next()?;
            return (!fields.contains(name)).then(|| self.unknown(name, range, &written, fields));
        }
        let mut schema = *self.shapes.0.get(&binding)?;
        for (name, range) in rest {
            if schema.property_names().next().is_none() || schema.is_open() {
                return None;
            }
            let Some(below) = schema.properties.get(*name) else {
                let fields: Vec<_> = schema.property_names().collect();
                return Some(self.unknown(name, range, &written, &fields));
            };
            written.push('.');
            written.push_str(name);
            schema = below;
        }
        None
    }

    fn unknown(&self, name: &str, range: &std::ops::Range<usize>, parent: &str, fields: &[&str]) -> Diagnostic {
        let span = self.site.within(range.start + self.offset..range.end + self.offset);
        let diagnostic =
            Diagnostic::error(Code::E0107, format!("`{parent}` has no field `{name}`"), span, "unknown field");
        match nearest(name, fields.iter().copied()) {
            Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")),
            None if fields.len() <= 20 => diagnostic.note(format!("its fields are {}", listed(fields))),
            None => diagnostic,
        }
    }
}

/// `a.b.?c` as steps, outermost name first; `None` when it does not start with a name.
fn chain(expr: &Expr) -> Option<Vec<Step<'_>>> {
    match &expr.kind {
        Kind::Ident { name, .. } => Some(vec![(name.as_ref(), expr.range.clone())]),
        Kind::Select { operand, field, name, .. } => {
            let mut steps = chain(operand)?;
            steps.push((field.as_ref(), name.clone()));
            Some(steps)
        }
        _ => None,
    }
}
