//! Compiling expressions and templates where they stand, and collecting what is wrong with them.

use serde_json::Value as Json;

use crate::cel::{self, ExprError, ExprErrorKind, Segment, Template};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::schema::path::Pattern;

use super::labels;
use super::origin::Site;
use super::prove::{self, Named, Notes, Place, Want, World};
use super::revision::{Expr, Text, Tree};

/// A compiled object, or `None`, and all that was found on the way.
#[derive(Debug)]
pub struct Compiled<T> {
    /// There when no error was found.
    pub value: Option<T>,
    /// Errors and warnings, in the order of discovery.
    pub diagnostics: Vec<Diagnostic>,
}

/// Collects diagnostics of one compilation.
#[derive(Debug, Default)]
pub(super) struct Report {
    found: Vec<Diagnostic>,
    notes: Notes,
}

impl Report {
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    pub(super) fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.found.extend(diagnostics);
    }

    pub(super) fn has_errors(&self) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The end: the value counts only when no error was found.
    pub(super) fn finish<T>(self, value: Option<T>) -> Compiled<T> {
        let value = if self.has_errors() { None } else { value };
        let mut diagnostics: Vec<Diagnostic> = Vec::with_capacity(self.found.len());
        for found in self.found {
            // Two proofs may find the same mistake.
            if !diagnostics.contains(&found) {
                diagnostics.push(found);
            }
        }
        Compiled { value, diagnostics }
    }

    /// Notes a name that something should read.
    pub(super) fn named(&mut self, named: Named) {
        self.notes.named(named);
    }

    /// Proves what was compiled, now that all of it is known.
    pub(super) fn prove(&mut self, world: &World<'_>) {
        let notes = std::mem::take(&mut self.notes);
        prove::prove(&notes, world, self);
    }

    /// Compiles an expression that stands at `site`.
    pub(super) fn expr(&mut self, text: &str, place: &Place, want: Want, site: Site) -> Option<Expr> {
        match cel::compile(text, place.names.scope()) {
            Ok(program) => {
                let bindings = place.names.bindings();
                self.extend(labels::check(&program, 0, &bindings, &site));
                let expr = Expr { program, bindings, site };
                self.notes.expr(&expr, want, place);
                Some(expr)
            }
            Err(errors) => {
                self.extend(errors.into_iter().map(|error| located(error, &site)));
                None
            }
        }
    }

    /// The same for an expression that may be left out.
    pub(super) fn optional_expr(
        &mut self,
        text: Option<&String>,
        place: &Place,
        want: Want,
        site: Site,
    ) -> Option<Expr> {
        text.and_then(|text| self.expr(text, place, want, site))
    }

    /// Compiles JSON with `${…}` in its texts. What fails is reported and stands as an empty text.
    pub(super) fn tree(&mut self, value: &Json, place: &Place, want: Want, site: &Site) -> Tree {
        let tree = self.branch(value, place, site);
        self.notes.tree(&tree, site, want, place);
        tree
    }

    fn branch(&mut self, value: &Json, place: &Place, site: &Site) -> Tree {
        match value {
            Json::String(text) if text.contains("${") => match Template::compile(text, place.names.scope()) {
                Ok(template) => {
                    let bindings = place.names.bindings();
                    for segment in template.segments() {
                        let Segment::Expression { program, offset } = segment else { continue };
                        self.extend(labels::check(program, *offset, &bindings, site));
                    }
                    Tree::Text(Text { template, source: text.clone(), bindings, site: site.clone() })
                }
                Err(errors) => {
                    self.extend(errors.into_iter().map(|error| located(error, site)));
                    // Nothing more is asked of it.
                    Tree::Text(Text {
                        template: Template::default(),
                        source: text.clone(),
                        bindings: place.names.bindings(),
                        site: site.clone(),
                    })
                }
            },
            Json::Array(items) if has_expressions(value) => {
                Tree::List(items.iter().enumerate().map(|(at, item)| self.branch(item, place, &site.at(at))).collect())
            }
            Json::Object(members) if has_expressions(value) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by_key(|(key, _)| key.as_str());
                let compile =
                    |(key, member): (&String, &Json)| (key.clone(), self.branch(member, place, &site.at(key)));
                Tree::Map(members.into_iter().map(compile).collect())
            }
            literal => Tree::Literal(literal.clone()),
        }
    }

    /// Parses the path patterns of a rule.
    pub(super) fn patterns(&mut self, paths: &[String], site: &Site) -> Vec<Pattern> {
        let mut patterns = Vec::with_capacity(paths.len());
        for (at, path) in paths.iter().enumerate() {
            match Pattern::parse(path) {
                Ok(pattern) => {
                    self.notes.path(&pattern, &site.at(at));
                    patterns.push(pattern);
                }
                Err(error) => {
                    let place = site.at(at);
                    let span = place.within(error.at..path.len().max(error.at));
                    self.push(
                        Diagnostic::error(Code::E0218, format!("`{path}` is not a path: {error}"), span, "here").note(
                            "paths look like `spec.gateway.**`, `spec.audit[*].type`, `metadata.annotations['a.b/c']`",
                        ),
                    );
                }
            }
        }
        patterns
    }
}

/// Whether any text in it holds `${`.
pub(super) fn has_expressions(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains("${"),
        Json::Array(items) => items.iter().any(has_expressions),
        Json::Object(members) => members.values().any(has_expressions),
        _ => false,
    }
}

/// An expression's error at its place in the text that holds the expression.
fn located(error: ExprError, site: &Site) -> Diagnostic {
    let span = site.within(error.range.clone());
    let (code, label) = described(&error.kind);
    let diagnostic = Diagnostic::error(code, error.kind.to_string(), span, label);
    match error.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The code of an expression's error, and what stands at the mark.
fn described(kind: &ExprErrorKind) -> (Code, &'static str) {
    match kind {
        ExprErrorKind::TooLong { .. } | ExprErrorKind::TooDeep { .. } => (Code::E0105, "too large"),
        ExprErrorKind::Token(_) | ExprErrorKind::Syntax(_) => (Code::E0101, "here"),
        ExprErrorKind::Literal(_) => (Code::E0101, "not a value"),
        ExprErrorKind::UnknownName(_) => (Code::E0102, "not a name here"),
        ExprErrorKind::Namespace(_) => (Code::E0102, "no value of its own"),
        ExprErrorKind::Shadowing(_) => (Code::E0102, "already in use"),
        ExprErrorKind::UnknownFunction(_) => (Code::E0103, "unknown function"),
        ExprErrorKind::WrongCall { .. } | ExprErrorKind::Macro(_) => (Code::E0104, "called wrongly"),
        ExprErrorKind::DuplicateKey(_) => (Code::E0104, "again here"),
        ExprErrorKind::Template(_) => (Code::E0106, "in this text"),
    }
}
