//! Proofs before a catalog runs: every expression has a type, reads nothing that may be absent, and
//! gives what its place takes.
//!
//! Compiling collects what stands where ([`Notes`]); once all names have their expressions, [`prove`]
//! judges each in the [`World`] of its catalog object.

mod cost;
mod fit;
mod lint;
mod paths;
mod size;
mod tell;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cel::Program;
use crate::cel::ast;
use crate::cel::check::{Type, check};
use crate::schema::path::{Path, Pattern};

use super::names::Names;
use super::origin::Site;
use super::report::Report;
use super::revision::{Expr, Text, Tree};

pub(super) use lint::{Named, patterns};
pub(super) use world::World;

/// What an expression may use at one place, and what is known there.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) names: Names,
    /// Conditions of which the values are known where the expression runs.
    guards: Vec<(Program, bool)>,
    /// What a block's `forEach` ranges over.
    range: Option<Arc<(Program, Place)>>,
    /// The paths of a sensitivity rule, whose values `old` and `new` are.
    paths: Arc<[Pattern]>,
}

impl Place {
    /// A place with these names, of which nothing else is known.
    pub(super) fn new(names: Names) -> Self {
        Self { names, ..Self::default() }
    }

    /// The same with other names.
    pub(super) fn named(&self, names: Names) -> Self {
        Self { names, ..self.clone() }
    }

    /// The same where a condition has a value.
    pub(super) fn where_(&self, guard: Option<&Expr>, holds: bool) -> Self {
        let mut place = self.clone();
        place.guards.extend(guard.map(|guard| (guard.program.clone(), holds)));
        place
    }

    /// The same for each element of a list, or entry of a map, that an expression gives here.
    pub(super) fn each(&self, range: Option<&Expr>) -> Self {
        let range = range.map(|range| Arc::new((range.program.clone(), self.clone())));
        Self { range, ..self.clone() }
    }

    /// The same for changes of these paths.
    pub(super) fn of_changes(&self, paths: &[Pattern]) -> Self {
        Self { paths: paths.into(), ..self.clone() }
    }

    fn guards(&self) -> Vec<(&ast::Expr, bool)> {
        self.guards.iter().map(|(program, holds)| (program.ast(), *holds)).collect()
    }
}

/// What a value is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// whatever it is: the variable with this index in the graph, if it is one
    Any(Option<usize>),
    /// true or false
    Condition,
    /// true or false: whether a claim may have it at all
    Admission,
    /// a text
    Text,
    /// a text, or a list of texts: what a unique key is made of
    Key,
    /// what `forEach` ranges over
    Range,
    /// the name of a class
    Class,
    /// a part of the target
    Target(Path),
    /// an input of a facet of the graph
    Input(usize, String),
    /// anything that JSON can say
    Json,
}

/// What stands somewhere.
#[derive(Clone, Debug)]
enum Content {
    Expr(Expr),
    Tree(Tree, Site),
}

#[derive(Clone, Debug)]
struct Note {
    content: Content,
    want: Want,
    place: Place,
}

/// Everything of a catalog object that is to be proven.
#[derive(Debug, Default)]
pub(super) struct Notes {
    all: Vec<Note>,
    /// index in the graph → note
    variables: BTreeMap<usize, usize>,
    /// facet and input → note
    inputs: BTreeMap<(usize, String), usize>,
    /// names that should be read somewhere
    named: Vec<Named>,
    /// paths of rules
    paths: Vec<(Pattern, Site)>,
}

impl Notes {
    /// Adds a name that something should read.
    pub(super) fn named(&mut self, named: Named) {
        self.named.push(named);
    }

    /// Adds the path of a rule.
    pub(super) fn path(&mut self, pattern: &Pattern, site: &Site) {
        self.paths.push((pattern.clone(), site.clone()));
    }

    /// Adds an expression.
    pub(super) fn expr(&mut self, expr: &Expr, want: Want, place: &Place) {
        if let Want::Any(Some(index)) = want {
            self.variables.insert(index, self.all.len());
        }
        self.all.push(Note { content: Content::Expr(expr.clone()), want, place: place.clone() });
    }

    /// Adds a template.
    pub(super) fn tree(&mut self, tree: &Tree, site: &Site, want: Want, place: &Place) {
        if let Want::Input(facet, name) = &want {
            self.inputs.insert((*facet, name.clone()), self.all.len());
        } else if matches!(tree, Tree::Literal(_)) {
            return;
        }
        self.all.push(Note { content: Content::Tree(tree.clone(), site.clone()), want, place: place.clone() });
    }

    fn input(&self, facet: usize, name: &str) -> Option<(&Tree, &Place)> {
        match self.all.get(*self.inputs.get(&(facet, name.to_owned()))?)? {
            Note { content: Content::Tree(tree, _), place, .. } => Some((tree, place)),
            Note { .. } => None,
        }
    }

    fn variable(&self, index: usize) -> Option<(&Expr, &Place)> {
        match self.all.get(*self.variables.get(&index)?)? {
            Note { content: Content::Expr(expr), place, .. } => Some((expr, place)),
            Note { .. } => None,
        }
    }
}

/// Judges all that was noted; what is wrong is reported where it stands.
pub(super) fn prove(notes: &Notes, world: &World<'_>, report: &mut Report) {
    let mut prover = Prover { world, notes, report };
    for note in &notes.all {
        match &note.content {
            Content::Expr(expr) => prover.expr(expr, note),
            // A literal was judged where it was read.
            Content::Tree(Tree::Literal(_), _) => {}
            Content::Tree(tree, site) => prover.top(tree, site, note),
        }
    }
    report.extend(notes.paths.iter().filter_map(|(path, site)| paths::unknown(path, site, world.known())));
    cost::check(notes, world, report);
    lint::check(notes, report);
}

struct Prover<'a, 'w> {
    world: &'a World<'w>,
    notes: &'a Notes,
    report: &'a mut Report,
}

impl Prover<'_, '_> {
    fn expr(&mut self, expr: &Expr, note: &Note) {
        if let Some(ty) = self.program(&expr.program, 0, &note.place, &expr.site) {
            let range = 0..expr.program.text().len();
            self.report.extend(fit::want(&ty, &note.want, &expr.site.within(range)));
        }
    }

    /// The type of a program that has no mistakes; mistakes are told. `offset`: where it starts in the
    /// text at `site`.
    fn program(&mut self, program: &Program, offset: usize, place: &Place, site: &Site) -> Option<Type> {
        let view = self.world.view(self.notes, place);
        let checked = check(program.ast(), &view, &place.guards());
        let sound = checked.mistakes.is_empty();
        self.report.extend(checked.mistakes.into_iter().map(|mistake| tell::mistake(mistake, offset, site)));
        self.report.extend(checked.remarks.into_iter().map(|remark| tell::remark(&remark, offset, site)));
        sound.then_some(checked.kind)
    }

    fn top(&mut self, tree: &Tree, site: &Site, note: &Note) {
        match &note.want {
            Want::Target(path) => {
                let targets = self.world.targets();
                let schemas: Vec<_> = targets
                    .iter()
                    .filter_map(|target| Some(fit::Slot { schema: target.schema.at(path)?, target: Some(target) }))
                    .collect();
                self.tree(tree, site, note, &schemas);
            }
            Want::Input(facet, name) => {
                let inputs = self.world.inputs(*facet).and_then(|inputs| inputs.field(name));
                let slots: Vec<_> = inputs.map(|schema| fit::Slot { schema, target: None }).into_iter().collect();
                self.tree(tree, site, note, &slots);
            }
            _ => self.tree(tree, site, note, &[]),
        }
    }

    /// Judges a template whose value goes where the slots are.
    fn tree(&mut self, tree: &Tree, site: &Site, note: &Note, slots: &[fit::Slot<'_>]) {
        match tree {
            Tree::Literal(value) => self.report.extend(fit::literal(value, slots, site)),
            Tree::Text(text) => self.text(text, note, slots),
            Tree::Map(members) => {
                self.report.extend(fit::missing(members, slots, site));
                for (key, member) in members {
                    let below: Vec<_> = slots.iter().filter_map(|slot| slot.field(key)).collect();
                    if below.len() < slots.len() {
                        self.report.extend(fit::unknown(key, slots, &site.at(key)));
                    }
                    self.tree(member, &site.at(key), note, &below);
                }
            }
            Tree::List(items) => {
                let below: Vec<_> = slots.iter().filter_map(fit::Slot::items).collect();
                for (at, item) in items.iter().enumerate() {
                    self.tree(item, &site.at(at), note, &below);
                }
            }
        }
    }

    fn text(&mut self, text: &Text, note: &Note, slots: &[fit::Slot<'_>]) {
        let site = &text.site;
        if text.template.segments().is_empty() {
            return;
        }
        let whole = text.template.expression().is_some();
        let mut sound = true;
        for segment in text.template.segments() {
            let crate::cel::Segment::Expression { program, offset } = segment else { continue };
            let range = *offset..offset + program.text().len();
            let Some(ty) = self.program(program, *offset, &note.place, site) else {
                sound = false;
                continue;
            };
            let span = site.within(range);
            if whole {
                self.report.extend(fit::want(&ty, &note.want, &span));
                self.report.extend(fit::slots(&ty, slots, &span));
            } else {
                self.report.extend(fit::part(&ty, &span));
            }
        }
        if !whole && sound {
            self.report.extend(fit::slots(&Type::String, slots, &site.span()));
        }
    }
}
