//! The look that people know from rustc.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::clean::{clean, is_harmful};
use super::place::{Place, clamp, place};
use super::{Diagnostic, Help, Label, Severity, Sources};

/// Whether to emit colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text only.
    Plain,
    /// ANSI escapes.
    Colour,
}

/// A line with more bytes is cut down to the neighbourhood of what is marked.
const LONG_LINE: usize = 200;
/// Bytes of a long line that are shown on each side.
const NEIGHBOURHOOD: usize = 60;
/// Marks that are no further apart, in lines, share an excerpt.
const NEAR: usize = 6;
/// Stands behind a path in whose excerpt columns do not begin at 1; never in anything that is shown.
const CUT: char = '\u{f0000}';
/// A replacement with more bytes is described, not shown.
const LONG_PATCH: usize = 400;

/// Renders all diagnostics, an empty line between two.
pub fn render_human(diagnostics: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colour => Renderer::styled(),
    };
    let mut out = String::new();
    for diagnostic in diagnostics {
        if !out.is_empty() {
            out.push('\n');
        }
        let excerpts = excerpts(diagnostic, sources);
        let shown = renderer.render(&report(diagnostic, &excerpts, sources));
        out.push_str(&settle(&shown, &excerpts));
        out.push('\n');
    }
    out
}

/// Puts the true column where the renderer counted from the cut.
fn settle(rendered: &str, excerpts: &[Excerpt<'_>]) -> String {
    let mut parts = rendered.split(CUT);
    let mut out = parts.next().unwrap_or_default().to_owned();
    let cut = excerpts.iter().filter_map(Excerpt::long);
    for (part, mark) in parts.zip(cut) {
        let counted = part.strip_prefix(':').unwrap_or(part).trim_start_matches(|c: char| c.is_ascii_digit());
        let rest = counted.strip_prefix(':').unwrap_or(counted).trim_start_matches(|c: char| c.is_ascii_digit());
        out.extend([":", &mark.place.line.to_string(), ":", &mark.place.column.to_string(), rest]);
    }
    out
}

fn report<'a>(diagnostic: &'a Diagnostic, excerpts: &[Excerpt<'a>], sources: &'a Sources) -> Vec<Group<'a>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(clean(&diagnostic.message)).id(diagnostic.code.0);
    let mut main = Group::with_title(title);
    main = main.elements(excerpts.iter().filter_map(Excerpt::snippet));
    main = main.elements(diagnostic.notes.iter().map(|note| Level::NOTE.message(clean(note))));
    let mut groups = Vec::new();
    for help in &diagnostic.helps {
        match patch(help, sources) {
            Some(patch) => {
                let title = Level::HELP.secondary_title(clean(&help.text));
                groups.push(Group::with_title(title).element(patch));
            }
            None => main = main.element(Level::HELP.message(clean(&in_words(help)))),
        }
    }
    groups.insert(0, main);
    groups
}

fn in_words(help: &Help) -> String {
    match &help.replacement {
        Some((_, replacement)) if !replacement.is_empty() && replacement.len() <= NEIGHBOURHOOD => {
            format!("{}: `{replacement}`", help.text)
        }
        _ => help.text.clone(),
    }
}

/// Lines of one source with what is marked in them.
struct Excerpt<'a> {
    marks: Vec<Mark<'a>>,
}

struct Mark<'a> {
    place: Place<'a>,
    kind: AnnotationKind,
    text: &'a str,
}

fn excerpts<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Vec<Excerpt<'a>> {
    let mut excerpts: Vec<Excerpt<'a>> = Vec::new();
    let primary = diagnostic.primary.iter().map(|label| (label, AnnotationKind::Primary));
    let secondary = diagnostic.secondary.iter().map(|label| (label, AnnotationKind::Context));
    for (Label { span, text }, kind) in primary.chain(secondary) {
        let Some(place) = place(sources, *span) else { continue };
        let mark = Mark { place, kind, text };
        match excerpts.iter_mut().find(|excerpt| excerpt.takes(&mark)) {
            Some(excerpt) => excerpt.marks.push(mark),
            None => excerpts.push(Excerpt { marks: vec![mark] }),
        }
    }
    excerpts
}

impl<'a> Excerpt<'a> {
    /// Whether a mark is near, and no line in between is too long to be shown whole.
    fn takes(&self, mark: &Mark<'a>) -> bool {
        let near = self.marks.iter().any(|own| own.place.line.abs_diff(mark.place.line) <= NEAR);
        let same = self.marks.iter().all(|own| std::ptr::eq(own.place.text, mark.place.text));
        same && near && {
            let range = self.range(&mark.place.whole);
            let text = mark.place.text.get(range).unwrap_or_default();
            text.lines().all(|line| line.len() <= LONG_LINE)
        }
    }

    /// Bytes of all lines with marks, and of one more line.
    fn range(&self, more: &Range<usize>) -> Range<usize> {
        self.marks
            .iter()
            .fold(more.clone(), |all, mark| all.start.min(mark.place.whole.start)..all.end.max(mark.place.whole.end))
    }

    /// The only mark, if its line is cut.
    fn long(&self) -> Option<&Mark<'a>> {
        match self.marks.as_slice() {
            [mark] if mark.place.whole.len() > LONG_LINE => Some(mark),
            _ => None,
        }
    }

    fn snippet(&self) -> Option<Snippet<'a, Annotation<'a>>> {
        if let Some(mark) = self.long() {
            return Some(mark.alone());
        }
        let first = &self.marks.first()?.place;
        let range = self.range(&first.whole);
        let line = self.marks.iter().map(|mark| mark.place.line).min()?;
        let annotations = self.marks.iter().map(|mark| mark.annotation(range.start));
        let source = visible(first.text.get(range.clone())?);
        Some(Snippet::source(source).path(clean(first.name)).line_start(line).annotations(annotations))
    }
}

impl<'a> Mark<'a> {
    fn annotation(&self, base: usize) -> Annotation<'a> {
        let start = self.place.marked.start.saturating_sub(base);
        self.labelled(start..self.place.marked.end.saturating_sub(base).max(start))
    }

    fn labelled(&self, range: Range<usize>) -> Annotation<'a> {
        let annotation = self.kind.span(range);
        if self.text.is_empty() { annotation } else { annotation.label(clean(self.text)) }
    }

    /// The neighbourhood of the mark in a long line.
    fn alone(&self) -> Snippet<'a, Annotation<'a>> {
        let Place { text, whole, marked, .. } = &self.place;
        let start = marked.start.saturating_sub(NEIGHBOURHOOD).max(whole.start);
        let end = marked.end.min(marked.start + NEIGHBOURHOOD) + NEIGHBOURHOOD;
        let window = text.floor_char_boundary(start)..text.ceil_char_boundary(end.min(whole.end));
        let before = if window.start > whole.start { "…" } else { "" };
        let after = if window.end < whole.end { "…" } else { "" };
        let shown = visible(text.get(window.clone()).unwrap_or_default());
        let start = marked.start.saturating_sub(window.start) + before.len();
        let end = marked.end.min(window.end).saturating_sub(window.start) + before.len();
        Snippet::source(format!("{before}{shown}{after}"))
            .path(format!("{}{CUT}", clean(self.place.name)))
            .line_start(self.place.line)
            .annotation(self.labelled(start..end.max(start)))
    }
}

/// The edit that a help line proposes, as lines before and after; `None` where only words can tell.
fn patch<'a>(help: &'a Help, sources: &'a Sources) -> Option<Snippet<'a, Patch<'a>>> {
    let (span, replacement) = help.replacement.as_ref()?;
    let harmful = replacement.chars().any(|c| c != '\n' && is_harmful(c));
    if harmful || replacement.len() > LONG_PATCH {
        return None;
    }
    let place = place(sources, *span)?;
    let range = clamp(place.text, *span);
    let end = place.text.get(range.end..)?.find('\n').map_or(place.text.len(), |newline| range.end + newline);
    let source = place.text.get(place.whole.start..end)?;
    if place.text.get(range.clone())? == replacement || source.lines().any(|line| line.len() > LONG_LINE) {
        return None;
    }
    let relative = range.start - place.whole.start..range.end - place.whole.start;
    if source.lines().count() > NEAR {
        return None;
    }
    let patch = Patch::new(relative, replacement.as_str());
    Some(Snippet::source(visible(source)).path(clean(place.name)).line_start(place.line).patch(patch))
}

/// Harmful characters replaced by as many bytes, so that places stay what they are. Those of one byte
/// are left to the renderer, which shows them as `␛`.
fn visible(source: &str) -> String {
    let shown = |c: char| match c.len_utf8() {
        2 if is_harmful(c) => "¤",
        3 if is_harmful(c) => "\u{fffd}",
        4 if is_harmful(c) => "¤¤",
        _ => "",
    };
    let mut out = String::with_capacity(source.len());
    for c in source.chars() {
        match shown(c) {
            "" => out.push(c),
            shown => out.push_str(shown),
        }
    }
    out
}

#[cfg(test)]
mod tests;
