//! From spans to places inside objects: a status has no source text, so a fault is told by the path of the
//! field that holds it, and by line and column inside that field.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::api::bounds::{MAX_MESSAGE, MAX_PATH};
use crate::api::{self, CatalogDiagnostic};
use crate::controller::world::Watched;
use crate::diagnostic::{Diagnostic, Severity, SourceId, Sources, Span, sorted_capped};
use crate::engine::bounded;
use crate::schema::path::Path;
use crate::yaml::{self, Document};

/// Most diagnostics that a status shows; the CRDs have the same bound.
pub(super) const MAX_SHOWN: usize = 32;

/// The object that a fault stands in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Owner {
    pub(super) kind: Watched,
    pub(super) name: String,
}

impl Owner {
    pub(super) fn new(kind: Watched, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

/// Errors by the object that they stand in, in order of place, at most 32 each.
pub(super) type Faults = BTreeMap<Owner, Vec<CatalogDiagnostic>>;

/// The objects that were read, as the texts that positions refer to.
#[derive(Debug, Default)]
pub(super) struct Texts {
    sources: Sources,
    documents: BTreeMap<SourceId, (Owner, Option<Document>)>,
}

impl Texts {
    /// Writes an object's name and spec as text and reads it back with positions.
    pub(super) fn document(
        &mut self,
        owner: Owner,
        kind: &str,
        spec: Option<&Json>,
    ) -> Result<Document, Vec<Diagnostic>> {
        let mut object = json!({"apiVersion": api::API_VERSION, "kind": kind, "metadata": {"name": owner.name}});
        if let (Some(spec), Some(members)) = (spec, object.as_object_mut()) {
            members.insert("spec".to_owned(), spec.clone());
        }
        // JSON is YAML, and in it each text has one spelling, so that a place in it is a place in the value.
        let id = self.sources.add(format!("{kind}/{}", owner.name), format!("{object:#}"));
        let document = yaml::read(&self.sources, id).map(|documents| documents.into_iter().next());
        self.documents.insert(id, (owner, document.as_ref().ok().cloned().flatten()));
        document?.ok_or_else(Vec::new)
    }

    /// Errors by the object that they stand in; those without a place are `whose`. Warnings are left out.
    pub(super) fn blame(&self, whose: &Owner, found: Vec<Diagnostic>) -> Faults {
        let errors: Vec<_> = found.into_iter().filter(|it| it.severity == Severity::Error).collect();
        let (sorted, _) = sorted_capped(errors, usize::MAX);
        let mut faults = Faults::new();
        for diagnostic in &sorted {
            let span = diagnostic.primary.as_ref().map(|label| label.span);
            let known = span.and_then(|span| Some((span, self.documents.get(&span.source)?)));
            let (owner, place) = match known {
                Some((span, (owner, Some(document)))) => (owner, Place::find(document, span)),
                Some((_, (owner, None))) => (owner, Place::default()),
                None => (whose, Place::default()),
            };
            faults.entry(owner.clone()).or_default().push(place.tell(diagnostic));
        }
        for shown in faults.values_mut() {
            shown.dedup();
            shown.truncate(MAX_SHOWN);
        }
        faults
    }
}

/// A place inside an object.
#[derive(Default)]
struct Place {
    path: Option<String>,
    line: Option<i64>,
    column: Option<i64>,
}

impl Place {
    fn find(document: &Document, span: Span) -> Self {
        let mut at = At { pointer: String::new(), path: Path::root(), value: &document.value };
        while let Some(child) = at.child_at(document, span) {
            at = child;
        }
        let (line, column) = at.inside(document, span).unzip();
        let path = (!at.path.is_root()).then(|| bounded(&at.path.to_string(), MAX_PATH));
        Self { path, line, column }
    }

    fn tell(self, diagnostic: &Diagnostic) -> CatalogDiagnostic {
        let mut message = diagnostic.message.clone();
        for help in &diagnostic.helps {
            message = match &help.replacement {
                Some((_, replacement)) => format!("{message}; {}: `{replacement}`", help.text),
                None => format!("{message}; {}", help.text),
            };
        }
        CatalogDiagnostic {
            code: diagnostic.code.to_string(),
            path: self.path,
            line: self.line,
            column: self.column,
            message: bounded(&message, MAX_MESSAGE),
        }
    }
}

/// A value on the way down.
struct At<'a> {
    pointer: String,
    path: Path,
    value: &'a Json,
}

impl At<'_> {
    /// The child whose value, or whose key, holds the span.
    fn child_at(&self, document: &Document, span: Span) -> Option<Self> {
        let holds = |outer: Option<Span>| outer.is_some_and(|outer| outer.start <= span.start && span.end <= outer.end);
        self.children().find(|child| {
            holds(document.positions.value(&child.pointer)) || holds(document.positions.key(&child.pointer))
        })
    }

    fn children(&self) -> Box<dyn Iterator<Item = Self> + '_> {
        match self.value {
            Json::Object(members) => Box::new(members.iter().map(|(key, value)| {
                let token = key.replace('~', "~0").replace('/', "~1");
                At { pointer: format!("{}/{token}", self.pointer), path: self.path.field(key), value }
            })),
            Json::Array(items) => Box::new(items.iter().enumerate().map(|(at, value)| At {
                pointer: format!("{}/{at}", self.pointer),
                path: self.path.index(at),
                value,
            })),
            _ => Box::new(std::iter::empty()),
        }
    }

    /// Line and column inside a text, from 1, where the span is a part of it.
    fn inside(&self, document: &Document, span: Span) -> Option<(i64, i64)> {
        let text = self.value.as_str()?;
        if document.positions.value(&self.pointer) == Some(span) || document.positions.key(&self.pointer) == Some(span)
        {
            return None;
        }
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        // Places in the source grow with places in the value.
        let behind =
            starts.partition_point(|at| document.positions.within(&self.pointer, *at..*at).start <= span.start);
        let at = starts.get(behind.saturating_sub(1)).copied().unwrap_or_default();
        let before = text.get(..at)?;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let count = |count: usize| i64::try_from(count + 1).unwrap_or(i64::MAX);
        let column = before.get(line_start..).unwrap_or_default().chars().count();
        Some((count(before.matches('\n').count()), count(column)))
    }
}

/// One line for a condition: the first fault and how many more there are.
pub(super) fn summary(shown: &[CatalogDiagnostic]) -> String {
    let Some(first) = shown.first() else { return String::new() };
    let place = first.path.as_ref().map(|path| format!(" {path}")).unwrap_or_default();
    let more = match shown.len() {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    format!("{}{place}: {}{more}", first.code, first.message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Origin, Site};
    use crate::diagnostic::Code;
    use std::sync::Arc;

    fn texts(spec: &Json) -> (Texts, Site, Owner) {
        let mut texts = Texts::default();
        let owner = Owner::new(Watched::Profile, "p");
        let document = texts.document(owner.clone(), "OpenBaoServiceProfile", Some(spec)).unwrap();
        let kind = "OpenBaoServiceProfile".to_owned();
        let origin = Origin { kind, namespace: None, name: "p".to_owned(), positions: document.positions };
        (texts, Site::root(&Arc::new(origin)), owner)
    }

    fn shown(texts: &Texts, owner: &Owner, found: Vec<Diagnostic>) -> Vec<CatalogDiagnostic> {
        texts.blame(owner, found).remove(owner).unwrap_or_default()
    }

    #[test]
    fn a_fault_inside_an_expression_has_the_field_s_path_and_the_expression_s_line_and_column() {
        let text = "params.size == 'ä' &&\n  nothing";
        let (texts, root, owner) = texts(&json!({"variables": [{"name": "a.b", "expression": text}]}));
        let site = root.at("spec").at("variables").at(0).at("expression");
        let span = site.within(text.find("nothing").unwrap()..text.len());
        let diagnostic =
            Diagnostic::error(Code::E0102, "no such name", span, "").suggest("did you mean", span, "params");
        let [shown] = shown(&texts, &owner, vec![diagnostic]).try_into().unwrap();
        assert_eq!(shown.path.as_deref(), Some("spec.variables[0].expression"));
        assert_eq!((shown.line, shown.column), (Some(2), Some(3)));
        assert_eq!(shown.message, "no such name; did you mean: `params`");
    }

    #[test]
    fn a_fault_of_a_whole_value_or_key_has_a_path_alone() {
        let (texts, root, owner) = texts(&json!({"parameters": {"a/b.c": "text"}}));
        let site = root.at("spec").at("parameters").at("a/b.c");
        for diagnostic in [site.error(Code::E0302, "bad", ""), site.key_error(Code::E0302, "bad", "")] {
            let [shown] = shown(&texts, &owner, vec![diagnostic]).try_into().unwrap();
            assert_eq!(shown.path.as_deref(), Some("spec.parameters['a/b.c']"));
            assert_eq!((shown.line, shown.column), (None, None));
        }
    }

    #[test]
    fn warnings_are_not_shown_and_errors_are_sorted_said_once_and_bounded() {
        let list: Vec<_> = (0..40).collect();
        let (texts, root, owner) = texts(&json!({"list": list}));
        let at = |at: i32| root.at("spec").at("list").at(at).error(Code::E0302, format!("bad {at}"), "");
        let mut found: Vec<_> = (0..40).rev().map(at).collect();
        found.extend([at(3), at(5).warning(), Diagnostic::unlocated(Code::E0200, "nowhere")]);
        let shown = shown(&texts, &owner, found);
        assert_eq!(shown.len(), MAX_SHOWN);
        assert_eq!(
            shown.iter().take(3).map(|it| it.message.as_str()).collect::<Vec<_>>(),
            ["nowhere", "bad 0", "bad 1"]
        );
    }

    #[test]
    fn a_summary_tells_the_first_fault_and_how_many_more_there_are() {
        let fault = |path: Option<&str>| CatalogDiagnostic {
            code: "E0102".to_owned(),
            path: path.map(ToOwned::to_owned),
            message: "no such name".to_owned(),
            ..CatalogDiagnostic::default()
        };
        assert_eq!(summary(&[fault(Some("spec.a"))]), "E0102 spec.a: no such name");
        assert_eq!(summary(&[fault(None), fault(None)]), "E0102: no such name (and 1 more)");
        assert_eq!(summary(&[]), "");
    }
}
