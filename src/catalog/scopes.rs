//! Which names the expressions of each place can read, for the reference: built from what binds them.

use serde::Serialize;

use crate::cel::Presence;

use super::names::{self, Binding, Names};

/// Expressions that read the same names.
#[derive(Clone, Debug, Serialize)]
pub struct ScopeEntry {
    /// What the expressions are for.
    pub title: &'static str,
    /// Where they stand: kind and path of the field, `OpenBaoServiceProfile spec.variables[].expression`.
    pub places: &'static [&'static str],
    /// What they can read, in the order in which it is declared.
    pub names: Vec<NameEntry>,
}

/// One name. Capitals stand for a name that an author chooses: `variables.NAME`.
#[derive(Clone, Debug, Serialize)]
pub struct NameEntry {
    /// As it is written.
    pub name: String,
    /// Its type, as the checker sees it.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Whether it may be absent, and must be tested by `has()` or read with `?.`.
    pub optional: bool,
    /// What it holds.
    pub doc: &'static str,
}

/// The names of every place that holds expressions.
pub fn scopes() -> Vec<ScopeEntry> {
    let profile = || with_declared(with_facets(names::profile()));
    let component = || with_declared(names::component(0));
    vec![
        entry("Who may have a service", ELIGIBILITY, &names::eligibility()),
        entry("A profile", PROFILE, &profile()),
        entry("A profile's validations", PROFILE_VALIDATIONS, &names::with_object(profile())),
        entry("A component", COMPONENT, &component()),
        entry("A component's validations", COMPONENT_VALIDATIONS, &names::with_object(component())),
        entry("A block with `forEach`, in addition", ITEMS, &Names::new().always("ITEM", Binding::Item)),
        entry("A rule set", RULE_SET, &with_variables(names::rule_set())),
        entry("Sensitivity", SENSITIVITY, &names::sensitivity()),
        entry("A profile's health and connection", PROFILE_LIVE, &names::live(profile())),
        entry("A component's health", COMPONENT_LIVE, &names::live(component())),
        entry("A profile's operations", PROFILE_OPERATIONS, &names::operation(profile())),
        entry("A component's operations", COMPONENT_OPERATIONS, &names::operation(component())),
        entry("What an operation created, in addition", CREATED, &Names::new().always("CREATED", Binding::Created)),
    ]
}

const ELIGIBILITY: &[&str] = &["OpenBaoServiceOffering spec.eligibility[]", "OpenBaoServiceProfile spec.eligibility[]"];
const PROFILE: &[&str] = &[
    "OpenBaoServiceProfile spec.variables[].expression",
    "OpenBaoServiceProfile spec.components.FACET.when",
    "OpenBaoServiceProfile spec.components.FACET.with",
    "OpenBaoServiceProfile spec.render[].when, .forEach, .template",
    "OpenBaoServiceProfile spec.projections[].from.name",
    "OpenBaoServiceProfile spec.unique[].key",
    "OpenBaoServiceProfile spec.creation.absent[].name",
    "OpenBaoServiceProfile spec.connection.copy[].from.name",
];
const PROFILE_VALIDATIONS: &[&str] = &["OpenBaoServiceProfile spec.validations[].expression, .messageExpression"];
const COMPONENT: &[&str] = &[
    "OpenBaoServiceComponent spec.variables[].expression",
    "OpenBaoServiceComponent spec.render[].when, .forEach, .template",
    "OpenBaoServiceComponent spec.projections[].from.name",
    "OpenBaoServiceComponent spec.unique[].key",
    "OpenBaoServiceComponent spec.creation.absent[].name",
];
const COMPONENT_VALIDATIONS: &[&str] = &["OpenBaoServiceComponent spec.validations[].expression, .messageExpression"];
const ITEMS: &[&str] =
    &["OpenBaoServiceProfile spec.render[].template", "OpenBaoServiceComponent spec.render[].template"];
const RULE_SET: &[&str] = &[
    "OpenBaoRuleSet spec.when",
    "OpenBaoRuleSet spec.variables[].expression",
    "OpenBaoRuleSet spec.validations[].expression, .messageExpression",
];
const SENSITIVITY: &[&str] = &[
    "OpenBaoServiceProfile spec.sensitivity[].expression",
    "OpenBaoServiceComponent spec.sensitivity[].expression",
    "OpenBaoRuleSet spec.sensitivity[].expression",
];
const PROFILE_LIVE: &[&str] =
    &["OpenBaoServiceProfile spec.health.ready, .degraded", "OpenBaoServiceProfile spec.connection.data.KEY"];
const COMPONENT_LIVE: &[&str] = &["OpenBaoServiceComponent spec.health.ready, .degraded"];
const PROFILE_OPERATIONS: &[&str] = &["OpenBaoServiceProfile spec.operations.NAME"];
const COMPONENT_OPERATIONS: &[&str] = &["OpenBaoServiceComponent spec.operations.NAME"];
const CREATED: &[&str] = &["spec.operations.NAME.succeeded, .failed, .results of an operation with `create`"];

fn with_variables(names: Names) -> Names {
    names.always("variables.NAME", Binding::Variable(0))
}

fn with_declared(names: Names) -> Names {
    with_variables(names).always("projections.NAME", Binding::Projection(0))
}

/// A facet may have a `when`: then it is there for some claims only.
fn with_facets(mut names: Names) -> Names {
    names.declare("FACET.inputs", Binding::Inputs(0), Presence::Optional);
    names.declare("FACET.variables.NAME", Binding::Variable(0), Presence::Optional);
    names
}

fn entry(title: &'static str, places: &'static [&'static str], names: &Names) -> ScopeEntry {
    let (scope, bindings) = (names.scope(), names.bindings());
    let mut roots: Vec<_> = scope.roots().collect();
    roots.sort_by_key(|(_, id)| *id);
    let names = roots.into_iter().filter_map(|(name, id)| {
        let (kind, doc) = described(*bindings.get(&id)?);
        let optional = scope.presence(id) == Some(Presence::Optional);
        Some(NameEntry { name: name.to_owned(), kind, optional, doc })
    });
    ScopeEntry { title, places, names: names.collect() }
}

/// Type and meaning of what a name stands for.
fn described(binding: Binding) -> (&'static str, &'static str) {
    match binding {
        Binding::Params => ("by the profile's `parameters`", "the claim's parameters, with defaults"),
        Binding::Claim => ("{name, namespace}", "the claim"),
        Binding::Tenant => ("{name, namespace, spec}", "the `OpenBaoTenant` that the claim names"),
        Binding::NamespaceObject => ("{name, labels}", "the claim's namespace; labels are read by literal keys"),
        Binding::Target => ("{name, namespace}", "what the claim becomes: the name that the operator gives it"),
        Binding::Variable(_) => ("of its expression", "a variable, evaluated when something reads it, and once"),
        Binding::Inputs(_) => ("by the component's `inputs`", "the component's inputs, with defaults"),
        Binding::Projection(_) => ("{name}", "a projection: the name of the copy"),
        Binding::Item => ("of the list, or {key, value}", "the element of a list, or the entry of a map"),
        Binding::Object => ("by the target's schema", "the rendered object, with the target's defaults"),
        Binding::OldObject => ("optional, by the target's schema", "the applied object; none before the first"),
        Binding::Old => ("by the target's schema at the paths", "the value at the changed path before"),
        Binding::New => ("by the target's schema at the paths", "the value at the changed path after"),
        Binding::Path => ("string", "the changed path"),
        Binding::Key => ("optional", "the key of the list item that holds the changed path"),
        Binding::Observed => ("optional, by the target's schema", "the live object"),
        Binding::Cluster => {
            ("optional, by the target's schema", "the live object, once its status has seen the last write")
        }
        Binding::Request => ("{name, namespace, uid, parameters}", "the request that runs the operation"),
        Binding::Now => ("timestamp", "the time at which the operation is evaluated"),
        Binding::Created => ("dyn", "the object that the operation created, by the name in `as`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cel::library;

    #[test]
    fn every_name_that_authors_may_not_take_is_explained_or_calls_functions() {
        let scopes = scopes();
        let known: Vec<_> = scopes.iter().flat_map(|scope| &scope.names).map(|entry| entry.name.as_str()).collect();
        for name in names::SCOPE_NAMES {
            let below = format!("{name}.");
            let readable = known.iter().any(|known| known == name || known.starts_with(&below));
            let mut calls = library::names().chain(library::macros::MACROS.iter().map(|entry| entry.name));
            let called = calls.any(|called| called == *name || called.starts_with(&below));
            assert!(readable || called, "`{name}` is reserved and nothing says what for");
        }
    }

    #[test]
    fn a_component_reads_no_parameter_and_a_rule_no_claim_s_inputs() {
        let scopes = scopes();
        let names = |title: &str| {
            let scope = scopes.iter().find(|scope| scope.title == title).unwrap();
            scope.names.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(
            names("A component"),
            ["claim", "tenant", "namespaceObject", "inputs", "target", "variables.NAME", "projections.NAME"]
        );
        assert_eq!(
            names("A rule set"),
            ["claim", "tenant", "namespaceObject", "object", "oldObject", "variables.NAME"]
        );
        assert!(names("A profile").contains(&"FACET.inputs"));
    }
}
