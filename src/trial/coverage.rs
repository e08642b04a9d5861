//! Coverage: which rules and branches of the catalogs that cases touch no case has seen.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Answer, Expr, SensitivityRule, Site, rule_id};
use crate::cel::{Branch, BranchWay, Program, Segment, branches};
use crate::diagnostic::{Code, Diagnostic, Sources, Span};
use crate::engine::{Platform, Way};

use super::parts::{self, Part};
use super::texts::Texts;
use super::witness::Witness;

/// What a case can see of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    True,
    False,
    Taken,
    /// a sensitivity rule: any change of its paths, or, of one with an expression, one of a value
    Asked,
    Added,
    Removed,
}

/// Which places of catalogs cases have seen, over any number of platforms that share files.
#[derive(Debug, Default)]
pub struct Coverage {
    texts: Texts,
    places: BTreeMap<(String, u32, u32, What), Place>,
    objects: BTreeMap<String, bool>,
}

#[derive(Debug)]
struct Place {
    seen: bool,
    rule: String,
    span: Span,
}

/// How much of something is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Seen by a case.
    pub seen: usize,
    /// All that there is.
    pub all: usize,
}

/// A part of an expression or rule that no case has seen whole.
#[derive(Debug)]
pub struct Unseen {
    /// The rule or expression that it belongs to, by its stable id.
    pub rule: String,
    /// The part.
    pub span: Span,
    /// What no case shows: `never true`, `never taken`.
    pub what: &'static str,
}

impl Share {
    /// Whether this is at least so many per cent. Of nothing, everything is seen.
    pub fn reaches(self, percent: f64) -> bool {
        let count = |count: usize| u32::try_from(count).map_or(f64::from(u32::MAX), f64::from);
        count(self.seen) * 100.0 >= percent * count(self.all)
    }

    /// Tenths of a per cent, rounded down: 1000 is all.
    pub fn permille(self) -> usize {
        self.seen.saturating_mul(1000).checked_div(self.all).unwrap_or(1000)
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { seen, all } = self;
        write!(f, "{seen}/{all} ({}.{} %)", self.permille() / 10, self.permille() % 10)
    }
}

impl Coverage {
    /// Adds what `witness` has seen of `platform`, whose texts are `sources`. `file` gives each file the one name that
    /// it has over all platforms.
    pub fn add(&mut self, witness: &Witness, platform: &Platform, sources: &Sources, file: impl Fn(&str) -> String) {
        let mut adding = Adding { coverage: self, witness, sources, file: &file };
        for (profile, revision) in &platform.revisions {
            let touched = witness.profile(profile);
            adding.object(format!("profile/{profile}"), touched);
            for facet in &revision.graph.facets {
                adding.object(format!("component/{}", facet.component), touched);
            }
            if touched {
                adding.parts(parts::of_revision(revision));
            }
        }
        for offering in platform.offerings.values().filter(|it| witness.offering(&it.name)) {
            adding.parts(parts::of_offering(offering));
        }
        for rule_set in &platform.rule_sets {
            adding.parts(parts::of_rule_set(rule_set));
        }
    }

    /// The texts that spans of unseen parts point into.
    pub fn sources(&self) -> &Sources {
        self.texts.sources()
    }

    /// How much is seen in all.
    pub fn total(&self) -> Share {
        share(self.places.values())
    }

    /// How much is seen of each file, in order of name.
    pub fn files(&self) -> impl Iterator<Item = (&str, Share)> {
        let names: BTreeSet<_> = self.places.keys().map(|(file, ..)| file.as_str()).collect();
        names.into_iter().map(|name| (name, share(self.of_file(name).map(|(_, place)| place))))
    }

    /// Profiles, and components that a profile wires, that no case touches: they are in no figure.
    pub fn untouched(&self) -> impl Iterator<Item = &str> {
        self.objects.iter().filter(|(_, touched)| !**touched).map(|(name, _)| name.as_str())
    }

    /// What of a file no case has seen, in the order of its text.
    pub fn unseen(&self, file: &str) -> Vec<Unseen> {
        let mut missing: BTreeMap<(u32, u32), (BTreeSet<What>, &Place)> = BTreeMap::new();
        for ((_, start, end, what), place) in self.of_file(file).filter(|(_, place)| !place.seen) {
            missing.entry((*start, *end)).or_insert_with(|| (BTreeSet::new(), place)).0.insert(*what);
        }
        let unseen = missing.into_values();
        unseen.map(|(what, place)| Unseen { rule: place.rule.clone(), span: place.span, what: said(&what) }).collect()
    }

    fn of_file(&self, file: &str) -> impl Iterator<Item = (&(String, u32, u32, What), &Place)> {
        let start = (file.to_owned(), 0, 0, What::True);
        self.places.range(start..).take_while(move |((name, ..), _)| name == file)
    }
}

impl Unseen {
    /// The same as a warning.
    pub fn diagnostic(&self) -> Diagnostic {
        let message = format!("no case has seen all of {}", self.rule);
        Diagnostic::error(Code::E0604, message, self.span, self.what).warning()
    }
}

fn share<'p>(places: impl Iterator<Item = &'p Place>) -> Share {
    places.fold(Share::default(), |share, place| Share {
        seen: share.seen.saturating_add(usize::from(place.seen)),
        all: share.all.saturating_add(1),
    })
}

fn said(what: &BTreeSet<What>) -> &'static str {
    let has = |it| what.contains(&it);
    match (has(What::True), has(What::False)) {
        (true, true) => return "never evaluated",
        (true, false) => return "never true",
        (false, true) => return "never false",
        (false, false) => {}
    }
    match what.first() {
        Some(What::Asked) => "never asked: no case changes this",
        Some(What::Added) => "never asked: in no case this appears",
        Some(What::Removed) => "never asked: in no case this goes away",
        _ => "never taken",
    }
}

/// One platform on its way into a coverage.
struct Adding<'a> {
    coverage: &'a mut Coverage,
    witness: &'a Witness,
    sources: &'a Sources,
    file: &'a dyn Fn(&str) -> String,
}

impl Adding<'_> {
    fn object(&mut self, name: String, touched: bool) {
        let known = self.coverage.objects.entry(name).or_default();
        *known = *known || touched;
    }

    fn parts(&mut self, parts: Vec<Part<'_>>) {
        for part in parts {
            match part {
                Part::Condition(expr) => self.expression(expr, true),
                Part::Value(expr) => self.expression(expr, false),
                Part::Text(text) => {
                    for segment in text.template.segments() {
                        if let Segment::Expression { program, offset } = segment {
                            self.program(program, *offset, false, &text.site);
                        }
                    }
                }
                Part::Rule(rule) => self.rule(rule),
            }
        }
    }

    fn expression(&mut self, expr: &Expr, condition: bool) {
        self.program(&expr.program, 0, condition, &expr.site);
    }

    fn program(&mut self, program: &Program, offset: usize, condition: bool, site: &Site) {
        for Branch { node, way } in branches(program.ast(), condition) {
            let what = match way {
                BranchWay::True => What::True,
                BranchWay::False => What::False,
                BranchWay::Taken => What::Taken,
            };
            let span = site.within(node.range.start + offset..node.range.end + offset);
            self.place(span, what, self.witness.went(program, node.id, way), site);
        }
    }

    /// A rule with a class is seen with any change; one with an expression by its answers.
    fn rule(&mut self, rule: &SensitivityRule) {
        let site = &rule.site;
        let Answer::Expression { modify, .. } = &rule.answer else {
            let seen = self.witness.asked(rule, &[Way::Modify, Way::Add, Way::Remove]);
            return self.place(site.at("paths").span(), What::Asked, seen, site);
        };
        self.expression(modify, false);
        if branches(modify.program.ast(), false).is_empty() {
            let seen = self.witness.asked(rule, &[Way::Modify]);
            self.place(modify.site.span(), What::Asked, seen, site);
        }
        for (field, what, way) in [("onAdd", What::Added, Way::Add), ("onRemove", What::Removed, Way::Remove)] {
            // What is not written blocks, and nothing of it can be wrong.
            let written = site.at(field);
            if let Some(span) = written.origin.positions.value(&written.pointer) {
                self.place(span, what, self.witness.asked(rule, &[way]), &written);
            }
        }
    }

    fn place(&mut self, span: Span, what: What, seen: bool, site: &Site) {
        let coverage = &mut *self.coverage;
        let Some((file, span)) = coverage.texts.place(span, self.sources, self.file) else { return };
        let new = || Place { seen: false, rule: rule_id(site), span };
        let place = coverage.places.entry((file, span.start, span.end, what)).or_insert_with(new);
        place.seen = place.seen || seen;
    }
}
