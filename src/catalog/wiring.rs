//! The wiring of a profile: which components it uses, which inputs they get, and which names every
//! place sees in consequence.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::api::{self, OpenBaoServiceComponent};
use crate::cel::Presence;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::schema::Schema;

use super::module::declare_variables;
use super::names::{self, Binding, Names};
use super::object::{Catalog, Entry, listed};
use super::origin::Site;
use super::prove::Place;
use super::report::Report;
use super::shape::Shape as _;

/// A component where a profile uses it.
pub(super) struct Wired<'a> {
    pub(super) facet: String,
    pub(super) component: &'a Entry<OpenBaoServiceComponent>,
    pub(super) with: &'a BTreeMap<String, api::Free>,
    pub(super) when: Option<&'a String>,
    pub(super) site: Site,
    pub(super) inputs: Schema,
    /// Index of the component's first variable in the graph.
    pub(super) first_variable: usize,
    /// Index of its first projection.
    pub(super) first_projection: usize,
}

/// Everything that decides names, before any expression is compiled.
pub(super) struct Wiring<'a> {
    pub(super) facets: Vec<Wired<'a>>,
    pub(super) parameters: Schema,
}

/// Reads a schema that stands in a catalog object; what is wrong with it is reported where it stands.
pub(super) fn schema(content: &Json, site: &Site, report: &mut Report) -> Option<Schema> {
    match Schema::parse(content) {
        Ok(schema) => Some(schema),
        Err(errors) => {
            for error in errors {
                let place = site.below(&error.pointer);
                let written = content.pointer(&error.pointer).is_some_and(|value| !value.is_null());
                let span = if written { place.span() } else { place.key_span() };
                report.push(Diagnostic::error(Code::E0301, error.kind.to_string(), span, "here"));
            }
            None
        }
    }
}

/// An object without fields: what a component without inputs takes, and a profile without parameters.
pub(super) fn nothing() -> Json {
    serde_json::json!({"type": "object"})
}

/// Links the components of a profile. Facets come in order of name.
pub(super) fn link<'a>(
    components: impl Iterator<Item = (&'a String, &'a api::ComponentBinding)>,
    profile_variables: usize,
    profile_projections: usize,
    catalog: &'a Catalog,
    site: &Site,
    report: &mut Report,
) -> Vec<Wired<'a>> {
    let (mut variables, mut projections) = (profile_variables, profile_projections);
    let mut facets = Vec::new();
    for (facet, wiring) in components {
        let place = site.at(facet);
        report.name(facet, "facet", place.key_span());
        let Some(component) = catalog.components.get(&wiring.component) else {
            report.push(unknown_component(&wiring.component, catalog, &place));
            continue;
        };
        let spec = component.site().at("spec");
        let content =
            if component.object.spec.inputs.is_absent() { nothing() } else { component.object.spec.inputs.0.clone() };
        let Some(inputs) = schema(&content, &spec.at("inputs"), report) else { continue };
        check_inputs(&wiring.with, &inputs, &wiring.component, &place.at("with"), report);
        facets.push(Wired {
            facet: facet.clone(),
            component,
            with: &wiring.with,
            when: wiring.when.as_ref(),
            site: place,
            inputs,
            first_variable: variables,
            first_projection: projections,
        });
        variables += component.object.spec.variables.len();
        projections += component.object.spec.projections.len();
    }
    facets
}

fn unknown_component(name: &str, catalog: &Catalog, place: &Site) -> Diagnostic {
    let site = place.at("component");
    catalog.missing(("OpenBaoServiceComponent", "component"), name, catalog.components.keys(), &site)
}

/// Compares the names in `with` with the component's inputs; values are checked when they are known.
fn check_inputs(
    given: &BTreeMap<String, api::Free>,
    inputs: &Schema,
    component: &str,
    site: &Site,
    report: &mut Report,
) {
    for name in given.keys() {
        if !inputs.properties.contains_key(name) && !inputs.is_open() {
            let place = site.at(name);
            let diagnostic =
                place.key_error(Code::E0211, format!("component `{component}` has no input `{name}`"), "unknown input");
            report.push(match nearest(name, inputs.property_names()) {
                Some(nearest) => diagnostic.suggest("an input with a similar name exists", place.key_span(), nearest),
                None => diagnostic.note(format!("its inputs are {}", listed(inputs.property_names()))),
            });
        }
    }
    for name in &inputs.checks.required {
        let defaulted = inputs.properties.get(name).is_some_and(|property| property.default.is_some());
        if !given.contains_key(name) && !defaulted {
            report.push(
                site.error(Code::E0212, format!("component `{component}` needs the input `{name}`"), "not given here")
                    .help(format!("add `{name}:` to `with`")),
            );
        }
    }
    // Literals are known now; a text with `${…}` is judged when it has a value.
    for (name, value) in given {
        let Some(property) = inputs.properties.get(name).filter(|_| !super::report::has_expressions(&value.0)) else {
            continue;
        };
        for violation in property.validate(&value.0) {
            let place = site.at(name).along(&violation.path);
            report.push(place.error(Code::E0302, format!("input `{name}`: {}", violation.kind), "not valid"));
        }
    }
}

impl Wiring<'_> {
    /// The names of a profile's expressions.
    pub(super) fn profile_place(&self, variables: &[api::Variable], projections: &[api::Projection]) -> Place {
        let mut names = names::profile();
        declare_variables(&mut names, "", variables, 0);
        declare_projections(&mut names, projections, 0);
        for (index, facet) in self.facets.iter().enumerate() {
            let presence = if facet.when.is_some() { Presence::Optional } else { Presence::Always };
            names.declare(&format!("{}.inputs", facet.facet), Binding::Inputs(index), presence);
            let prefix = format!("{}.variables.", facet.facet);
            for (at, variable) in facet.component.object.spec.variables.iter().enumerate() {
                let binding = Binding::Variable(facet.first_variable + at);
                names.declare(&format!("{prefix}{}", variable.name), binding, presence);
            }
        }
        Place::new(names)
    }

    /// The names of a component's expressions in facet `index`.
    pub(super) fn component_place(&self, index: usize) -> Option<Place> {
        let facet = self.facets.get(index)?;
        let spec = &facet.component.object.spec;
        let mut names = names::component(index);
        declare_variables(&mut names, "", &spec.variables, facet.first_variable);
        declare_projections(&mut names, &spec.projections, facet.first_projection);
        Some(Place::new(names))
    }
}

fn declare_projections(names: &mut Names, projections: &[api::Projection], first: usize) {
    for (at, projection) in projections.iter().enumerate() {
        let path = format!("projections.{}", projection.name);
        names.declare(&path, Binding::Projection(first + at), Presence::Always);
    }
}
