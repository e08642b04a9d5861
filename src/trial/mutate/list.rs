//! Which mutants a platform has.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::api::Sensitivity;
use crate::catalog::{Answer, Expr, Mapping, Origin, Revision, SensitivityRule, Site, Text, Tree, canonical, rule_id};
use crate::cel::ast::NodeId;
use crate::cel::{Program, Segment};
use crate::diagnostic::Span;
use crate::engine::Platform;

use super::super::parts::{self, Part};
use super::super::witness::Witness;
use super::rewrite::{Role, other_classes, rewrites};

/// A catalog with one small change.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// The rule or expression that changes, by its stable id.
    pub rule: String,
    /// What changes.
    pub span: Span,
    /// What stands there then: `` `!=` in its place ``.
    pub what: String,
    /// The object that it stands in.
    pub(super) origin: Arc<Origin>,
    /// Its place in there.
    pub(super) pointer: String,
    /// How.
    pub(super) edit: Edit,
    /// The profiles that it is a part of.
    pub(super) profiles: BTreeSet<String>,
    /// What a case must have seen to notice it: any of these.
    reach: Vec<Reach>,
}

/// A change of a value.
#[derive(Clone, Debug)]
pub(super) enum Edit {
    /// A part of a text.
    Text { range: Range<usize>, with: String },
    /// All of it.
    Set(Json),
    /// It is not there.
    Remove,
}

/// What a case has seen.
#[derive(Clone, Debug)]
enum Reach {
    /// by address of the program's text
    Program(usize),
    /// by address
    Rule(usize),
    /// a condition that held: the program's text by address, and its root
    Held(usize, NodeId),
    Profile(String),
}

impl Mutant {
    /// Whether a case that has seen so much can notice it.
    pub(super) fn reached(&self, witness: &Witness) -> bool {
        self.reach.iter().any(|reach| match reach {
            Reach::Program(text) => witness.evaluated(*text),
            Reach::Rule(rule) => witness.was_asked(*rule),
            Reach::Held(text, root) => witness.held(*text, *root),
            Reach::Profile(profile) => witness.profile(profile),
        })
    }
}

/// All mutants of what cases touch, in the order of objects and their texts.
pub(super) fn mutants(platform: &Platform, witnesses: &[Arc<Witness>]) -> Vec<Mutant> {
    let mut listing = Listing { found: BTreeMap::new(), profile: None };
    for (profile, revision) in &platform.revisions {
        if witnesses.iter().any(|witness| witness.profile(profile)) {
            listing.profile = Some(profile.clone());
            listing.parts(parts::of_revision(revision));
            for mapping in &revision.mappings {
                listing.literal(mapping, revision);
            }
        }
    }
    listing.profile = None;
    for offering in platform.offerings.values() {
        if witnesses.iter().any(|witness| witness.offering(&offering.name)) {
            listing.parts(parts::of_offering(offering));
        }
    }
    for rule_set in &platform.rule_sets {
        listing.parts(parts::of_rule_set(rule_set));
    }
    let mut mutants: Vec<_> = listing.found.into_values().collect();
    // Stable: mutants of one place keep the order of their texts.
    mutants.sort_by_key(|mutant| mutant.span);
    mutants
}

/// Object, place in it, part of its text, what stands there then.
type Key = (String, String, (usize, usize), String);

struct Listing {
    found: BTreeMap<Key, Mutant>,
    /// the profile whose parts are listed
    profile: Option<String>,
}

impl Listing {
    fn parts(&mut self, parts: Vec<Part<'_>>) {
        for part in parts {
            match part {
                Part::Condition(expr) => self.expression(expr, Role::Condition),
                // What is said to people is no case's business.
                Part::Value(expr) if expr.site.pointer.ends_with("/messageExpression") => {}
                Part::Value(expr) => self.expression(expr, Role::Value),
                Part::Text(text) => self.text(text),
                Part::Rule(rule) => self.rule(rule),
            }
        }
    }

    fn expression(&mut self, expr: &Expr, role: Role) {
        self.program(&expr.program, 0, role, &expr.site);
    }

    fn text(&mut self, text: &Text) {
        for segment in text.template.segments() {
            if let Segment::Expression { program, offset } = segment {
                self.program(program, *offset, Role::Value, &text.site);
            }
        }
    }

    fn program(&mut self, program: &Program, offset: usize, role: Role, site: &Site) {
        let reach = Reach::Program(program.text().as_ptr().addr());
        for rewrite in rewrites(program, role) {
            let range = rewrite.range.start + offset..rewrite.range.end + offset;
            let (span, what) = (site.within(range.clone()), format!("`{}` in its place", rewrite.with));
            self.add(site, span, what, Edit::Text { range, with: rewrite.with }, &reach);
        }
    }

    fn rule(&mut self, rule: &SensitivityRule) {
        let reach = Reach::Rule(std::ptr::from_ref(rule).addr());
        match &rule.answer {
            Answer::Class(class) => self.class(*class, &rule.site.at("class"), &reach),
            Answer::Expression { modify, on_add, on_remove } => {
                self.expression(modify, Role::Class);
                for (field, class) in [("onAdd", on_add), ("onRemove", on_remove)] {
                    let site = rule.site.at(field);
                    // What is not written blocks, and nothing of it can be wrong.
                    if site.origin.positions.value(&site.pointer).is_some() {
                        self.class(*class, &site, &reach);
                    }
                }
            }
        }
    }

    fn class(&mut self, class: Sensitivity, site: &Site, reach: &Reach) {
        for other in other_classes(class) {
            let edit = Edit::Set(json!(other));
            self.add(site, site.span(), format!("`{other:?}` in its place"), edit, reach);
        }
    }

    /// A value that a template writes as it stands.
    fn literal(&mut self, mapping: &Mapping, revision: &Revision) {
        let (Tree::Literal(value), Some(profile)) = (&mapping.value, &self.profile) else { return };
        let block = revision.blocks.get(mapping.block);
        let facet = block.and_then(|block| revision.graph.facets.get(block.facet?));
        let guard = block.and_then(|block| block.when.as_ref()).or(facet.and_then(|facet| facet.when.as_ref()));
        let reach = match guard.map(|guard| &guard.program) {
            Some(guard) => Reach::Held(guard.text().as_ptr().addr(), guard.ast().id),
            None => Reach::Profile(profile.clone()),
        };
        let other = match value {
            Json::Bool(value) => Some(json!(!value)),
            Json::Number(number) => number.as_i64().and_then(|number| number.checked_add(1)).map(Json::from),
            _ => None,
        };
        let (what, edit) = match other {
            Some(other) => (format!("`{}` in its place", canonical(&other)), Edit::Set(other)),
            None => ("not there".to_owned(), Edit::Remove),
        };
        self.add(&mapping.site, mapping.site.span(), what, edit, &reach);
    }

    fn add(&mut self, site: &Site, span: Span, what: String, edit: Edit, reach: &Reach) {
        let range = match &edit {
            Edit::Text { range, .. } => (range.start, range.end),
            Edit::Set(_) | Edit::Remove => (0, 0),
        };
        let key = (site.origin.to_string(), site.pointer.clone(), range, what.clone());
        let mutant = self.found.entry(key).or_insert_with(|| Mutant {
            rule: rule_id(site),
            span,
            what,
            origin: Arc::clone(&site.origin),
            pointer: site.pointer.clone(),
            edit,
            profiles: BTreeSet::new(),
            reach: Vec::new(),
        });
        mutant.reach.push(reach.clone());
        mutant.profiles.extend(self.profile.clone());
    }
}
