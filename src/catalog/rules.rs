//! Rule sets and offerings: what judges a candidate beside its own revision.

use std::collections::BTreeMap;

use crate::api::{LifecycleState, OpenBaoRuleSet};
use crate::diagnostic::Code;
use crate::schema::Schema;

use super::module::declare_variables;
use super::names::{self, Binding};
use super::object::{Catalog, Entry};
use super::origin::Site;
use super::prove::{Named, Place, Want, World};
use super::report::{Compiled, Report};
use super::revision::{Comparison, Expr, Graph, SensitivityRule, Validation, Variable};
use super::target::Targets;

/// The platform's judgement of rendered objects, compiled.
#[derive(Debug)]
pub struct RuleSet {
    /// Its name.
    pub name: String,
    /// Judges only where this holds for the old or the new object.
    pub when: Option<Expr>,
    /// Its variables.
    pub graph: Graph,
    /// What must hold.
    pub validations: Vec<Validation>,
    /// Its answers about changes.
    pub sensitivity: Vec<SensitivityRule>,
    /// What equal means.
    pub comparisons: Vec<Comparison>,
    /// Where it stands.
    pub site: Site,
}

/// A stable name that tenants choose, compiled.
#[derive(Debug)]
pub struct Offering {
    /// Its name.
    pub name: String,
    /// The profile that it gives.
    pub profile: String,
    /// The revision that new claims get; the newest compiled one when absent.
    pub pin: Option<String>,
    /// Revisions that bind no more: name → reason.
    pub withdrawn: BTreeMap<String, String>,
    /// `Active`, `Deprecated`, `Retired`
    pub lifecycle: LifecycleState,
    /// What to take instead.
    pub replacement: Option<String>,
    /// Who may bind it.
    pub eligibility: Vec<Validation>,
    /// Where it stands.
    pub site: Site,
}

/// Compiles a rule set, which judges objects of every release.
pub fn compile_rule_set(entry: &Entry<OpenBaoRuleSet>, targets: &Targets) -> Compiled<RuleSet> {
    let mut report = Report::default();
    let spec = &entry.object.spec;
    let site = entry.site().at("spec");
    let mut names = names::rule_set();
    declare_variables(&mut names, "", &spec.variables, 0);
    let place = Place::new(names);
    report.distinct(spec.variables.iter().map(|it| it.name.as_str()), "variable", &site.at("variables"));
    let mut graph = Graph::default();
    for (at, variable) in spec.variables.iter().enumerate() {
        let here = site.at("variables").at(at).at("expression");
        let expr = report.expr(&variable.expression, &place, Want::Any(Some(at)), here);
        report.named(Named {
            what: "variable",
            name: variable.name.clone(),
            binding: Binding::Variable(at),
            field: None,
            site: site.at("variables").at(at).at("name"),
        });
        graph.variables.extend(expr.map(|expr| Variable { name: format!("variables.{}", variable.name), expr }));
    }
    let when = report.optional_expr(spec.when.as_ref(), &place, Want::Condition, site.at("when"));
    let validations = report.validations(&spec.validations, None, &place, &site.at("validations"));
    let sensitivity = report.sensitivity(&spec.sensitivity, &site.at("sensitivity"));
    let comparisons = report.comparisons(&spec.comparisons, &site.at("comparisons"));
    if !report.has_errors() {
        report.extend(graph.cycles());
    }
    let targets: Vec<_> = targets.0.values().cloned().collect();
    report.prove(&World::of_rules(&targets));
    let name = entry.origin.name.clone();
    report.finish(Some(RuleSet { name, when, graph, validations, sensitivity, comparisons, site: entry.site() }))
}

/// Compiles an offering. `parameters` is its profile's parameter schema, where that compiled.
pub fn compile_offering(name: &str, catalog: &Catalog, parameters: Option<&Schema>) -> Compiled<Offering> {
    let mut report = Report::default();
    let Some(entry) = catalog.offerings.get(name) else {
        report.push(crate::diagnostic::Diagnostic::unlocated(Code::E0207, format!("there is no offering `{name}`")));
        return report.finish(None);
    };
    let spec = &entry.object.spec;
    let site = entry.site().at("spec");
    let profile = &spec.profile_ref.name;
    if !catalog.profiles.contains_key(profile) {
        let place = site.at("profileRef").at("name");
        let kind = ("OpenBaoServiceProfile", "profile");
        report.push(catalog.missing(kind, profile, catalog.profiles.keys(), &place));
    }
    let eligibility = report.eligibility(&spec.eligibility, &site.at("eligibility"));
    report.prove(&World::of_offering(parameters));
    let withdrawn: BTreeMap<_, _> = spec.withdrawn.iter().map(|it| (it.revision.clone(), it.reason.clone())).collect();
    let lifecycle = spec.lifecycle.clone().unwrap_or_default();
    report.finish(Some(Offering {
        name: name.to_owned(),
        profile: profile.clone(),
        pin: spec.revision.as_ref().and_then(|revision| revision.pin.clone()),
        withdrawn,
        lifecycle: lifecycle.state.unwrap_or_default(),
        replacement: lifecycle.replacement_ref.map(|it| it.name),
        eligibility,
        site: entry.site(),
    }))
}
