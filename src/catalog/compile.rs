//! From a profile and its components to a [`Revision`], or to everything that is wrong with them.

mod module;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::api::{self, OpenBaoServiceProfile};
use crate::diagnostic::{Code, nearest};

use super::checks;
use super::digest::Digest;
use super::names::{self, Binding};
use super::object::{Catalog, Entry, listed};
use super::origin::Site;
use super::prove::{self, Named, Place, Want, World};
use super::report::{Compiled, Report};
use super::revision::{
    Block, Connection, Copy, Facet, Graph, Health, Mapping, MustBeAbsent, Operation, Revision, Tree, Validation,
};
use super::target::{Target, Targets};
use super::wiring::{self, Wired, Wiring};

use self::module::Module;

/// Compiles the profile `name` of a catalog against the targets that it names.
///
/// Everything that can be known from the text is an error here, so that no claim has to find it out.
pub fn compile_profile(name: &str, catalog: &Catalog, targets: &Targets) -> Compiled<Revision> {
    let mut report = Report::default();
    let Some(profile) = catalog.profiles.get(name) else {
        report.push(crate::diagnostic::Diagnostic::unlocated(Code::E0207, format!("there is no profile `{name}`")));
        return report.finish(None);
    };
    let value = compile(profile, catalog, targets, &mut report);
    report.finish(value)
}

fn compile(
    profile: &Entry<OpenBaoServiceProfile>,
    catalog: &Catalog,
    targets: &Targets,
    report: &mut Report,
) -> Option<Revision> {
    let site = profile.site().at("spec");
    let spec = &profile.object.spec;
    let chosen = releases(profile, targets, report);
    let content = if spec.parameters.is_absent() { wiring::nothing() } else { spec.parameters.0.clone() };
    let parameters = wiring::schema(&content, &site.at("parameters"), report);
    if let Some(parameters) = &parameters {
        for error in parameters.check_bounded() {
            let place = site.at("parameters").below(&error.pointer);
            report.push(place.error(Code::E0303, error.kind.to_string(), "unbounded"));
        }
    }
    let facets = wiring::link(
        spec.components.iter(),
        spec.variables.len(),
        spec.projections.len(),
        catalog,
        &site.at("components"),
        report,
    );
    if facets.len() < spec.components.len() || chosen.len() < spec.target.releases.len() {
        return None;
    }
    let wiring = Wiring { facets, parameters: parameters? };
    let compiler = Compiler { targets: &chosen, wiring: &wiring, site: &site, report };
    let parts = compiler.run(profile);
    let inputs = wiring.facets.iter().map(|facet| &facet.inputs);
    checks::after(&parts, &chosen, &wiring, &site, report);
    report.prove(&World::of_profile(&wiring.parameters, inputs, &chosen, targets));
    if report.has_errors() {
        return None;
    }
    Some(assemble(profile, parts, chosen, &wiring))
}

fn releases(profile: &Entry<OpenBaoServiceProfile>, targets: &Targets, report: &mut Report) -> Vec<Arc<Target>> {
    let site = profile.site().at("spec").at("target");
    let wanted = &profile.object.spec.target;
    let mut chosen = Vec::new();
    if wanted.releases.is_empty() {
        report.push(
            site.error(Code::E0220, "the profile names no release of its target", "no `releases` here")
                .note(format!("known releases: {}", listed(targets.0.keys()))),
        );
    }
    for (at, release) in wanted.releases.iter().enumerate() {
        let place = site.at("releases").at(at);
        match targets.0.get(release) {
            Some(target) if target.kind == wanted.kind => chosen.push(Arc::clone(target)),
            Some(target) => report.push(site.at("kind").error(
                Code::E0220,
                format!("the target is `{}`, not `{}`", target.kind, wanted.kind),
                "another kind",
            )),
            None => {
                let diagnostic =
                    place.error(Code::E0220, format!("release `{release}` of the target is not known"), "not known");
                report.push(match nearest(release, targets.0.keys().map(String::as_str)) {
                    Some(nearest) => diagnostic.suggest("a similar release is known", place.span(), nearest),
                    None => diagnostic.note(format!("known releases: {}", listed(targets.0.keys()))),
                });
            }
        }
    }
    chosen
}

/// What [`Compiler::run`] makes, before the checks that need all of it.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) graph: Graph,
    pub(super) blocks: Vec<Block>,
    pub(super) mappings: Vec<Mapping>,
    pub(super) validations: Vec<Validation>,
    pub(super) eligibility: Vec<Validation>,
    pub(super) sensitivity: Vec<Vec<super::revision::SensitivityRule>>,
    pub(super) comparisons: Vec<super::revision::Comparison>,
    pub(super) unique: Vec<super::revision::Unique>,
    pub(super) connection: Connection,
    pub(super) absent: Vec<MustBeAbsent>,
    pub(super) operations: Vec<Operation>,
    pub(super) health: Health,
}

struct Compiler<'a, 'r> {
    targets: &'a [Arc<Target>],
    wiring: &'a Wiring<'a>,
    site: &'a Site,
    report: &'r mut Report,
}

impl<'a> Compiler<'a, '_> {
    fn run(mut self, profile: &'a Entry<OpenBaoServiceProfile>) -> Parts {
        let spec = &profile.object.spec;
        let place = self.wiring.profile_place(&spec.variables, &spec.projections);
        let mut parts = Parts::default();
        for (index, facet) in self.wiring.facets.iter().enumerate() {
            let facet = self.facet(index, facet, &place);
            parts.graph.facets.push(facet);
        }
        let profile_module = Module {
            facet: None,
            first_variable: 0,
            site: self.site.clone(),
            place: place.clone(),
            variables: &spec.variables,
            projections: &spec.projections,
            validations: &spec.validations,
            render: &spec.render,
            sensitivity: &spec.sensitivity,
            unique: &spec.unique,
            absent: spec.creation.as_ref().map(|creation| creation.absent.as_slice()).unwrap_or_default(),
            operations: &spec.operations,
            health: spec.health.as_ref(),
        };
        let facet_modules: Vec<_> = (0..self.wiring.facets.len()).filter_map(|at| self.facet_module(at)).collect();
        // Indices in the graph: the profile's first, then each facet's.
        for module in std::iter::once(&profile_module).chain(&facet_modules) {
            self.graph(module, &mut parts);
            self.judgements(module, &mut parts);
        }
        // Mappings: facets in order of name, the profile last, so that it has the last word.
        for module in facet_modules.iter().chain(std::iter::once(&profile_module)) {
            self.render(module, &mut parts);
            self.day_two(module, &mut parts);
        }
        parts.eligibility = self.report.eligibility(&spec.eligibility, &self.site.at("eligibility"));
        self.names_to_read(spec);
        parts.comparisons = self.report.comparisons(&spec.comparisons, &self.site.at("comparisons"));
        if let Some(connection) = &spec.connection {
            parts.connection = self.connection(connection, &place);
        }
        parts
    }

    /// Parameters, the profile's own variables and inputs of components: somebody should read them. Variables
    /// of components are for profiles to read, or not.
    fn names_to_read(&mut self, spec: &api::OpenBaoServiceProfileSpec) {
        let properties = self.site.at("parameters").at("properties");
        prove::patterns(&self.wiring.parameters, &self.site.at("parameters"), self.report);
        for (name, property) in &self.wiring.parameters.properties {
            // A reference names an object for a projection, which the schema tells.
            if property.reference.is_none() {
                self.should_be_read("parameter", name, Binding::Params, Some(name), properties.at(name));
            }
        }
        for (at, variable) in spec.variables.iter().enumerate() {
            let site = self.site.at("variables").at(at).at("name");
            self.should_be_read("variable", &variable.name, Binding::Variable(at), None, site);
        }
        for (index, facet) in self.wiring.facets.iter().enumerate() {
            let inputs = facet.component.site().at("spec").at("inputs");
            prove::patterns(&facet.inputs, &inputs, self.report);
            let inputs = inputs.at("properties");
            for name in facet.inputs.properties.keys() {
                self.should_be_read("input", name, Binding::Inputs(index), Some(name), inputs.at(name));
            }
        }
    }

    fn should_be_read(&mut self, what: &'static str, name: &str, binding: Binding, field: Option<&String>, site: Site) {
        self.report.named(Named { what, name: name.to_owned(), binding, field: field.cloned(), site });
    }

    fn facet_module(&self, index: usize) -> Option<Module<'a>> {
        let facet = self.wiring.facets.get(index)?;
        let spec = &facet.component.object.spec;
        Some(Module {
            facet: Some(index),
            first_variable: facet.first_variable,
            site: facet.component.site().at("spec"),
            place: self.wiring.component_place(index)?,
            variables: &spec.variables,
            projections: &spec.projections,
            validations: &spec.validations,
            render: &spec.render,
            sensitivity: &spec.sensitivity,
            unique: &spec.unique,
            absent: spec.creation.as_ref().map(|creation| creation.absent.as_slice()).unwrap_or_default(),
            operations: &spec.operations,
            health: spec.health.as_ref(),
        })
    }

    fn facet(&mut self, index: usize, facet: &Wired<'a>, place: &Place) -> Facet {
        let when = self.report.optional_expr(facet.when, place, Want::Condition, facet.site.at("when"));
        let there = place.where_(when.as_ref(), true);
        let site = facet.site.at("with");
        let with = facet.with.iter().map(|(name, value)| {
            let want = Want::Input(index, name.clone());
            (name.clone(), self.report.tree(&value.0, &there, want, &site.at(name)))
        });
        let with: Vec<_> = with.collect();
        Facet {
            name: facet.facet.clone(),
            component: facet.component.origin.name.clone(),
            when,
            with: Tree::Map(with),
            inputs: facet.inputs.clone(),
            site: facet.site.clone(),
        }
    }

    fn connection(&mut self, connection: &api::Connection, place: &Place) -> Connection {
        let site = self.site.at("connection");
        let live = place.named(names::live(place.names.clone()));
        let data = connection.data.iter().map(|(key, text)| {
            let here = site.at("data").at(key);
            (key.clone(), self.report.tree(&Json::String(text.clone()), &live, Want::Json, &here))
        });
        let data: BTreeMap<String, Tree> = data.collect();
        let copy = connection.copy.iter().enumerate().map(|(at, copy)| {
            let here = site.at("copy").at(at);
            Copy {
                key: copy.key.clone(),
                kind: copy.from.kind,
                name: self.report.tree(
                    &Json::String(copy.from.name.clone()),
                    place,
                    Want::Text,
                    &here.at("from").at("name"),
                ),
                source_key: copy.from.key.clone(),
                optional: copy.optional,
                site: here,
            }
        });
        Connection { kind: Some(connection.binding_type.clone()), data, copy: copy.collect() }
    }
}

fn assemble(
    profile: &Entry<OpenBaoServiceProfile>,
    parts: Parts,
    targets: Vec<Arc<Target>>,
    wiring: &Wiring<'_>,
) -> Revision {
    let spec = &profile.object.spec;
    let components: serde_json::Map<String, Json> = wiring
        .facets
        .iter()
        .map(|facet| {
            let spec = facet.component.content.get("spec").cloned().unwrap_or_default();
            (facet.component.origin.name.clone(), spec)
        })
        .collect();
    let content = json!({"profile": profile.content.get("spec"), "components": components});
    let digest = Digest::of(&content);
    let reads = checks::external_reads(&parts);
    let mut reaches = parts.graph.reaches();
    let reach = parts.mappings.iter().map(|mapping| reaches.of_mapping(mapping, &parts.blocks)).collect();
    Revision {
        profile: profile.origin.name.clone(),
        name: format!("{}-{}", profile.origin.name, digest.short(12)),
        digest,
        selectable: spec.selectable,
        eligibility: parts.eligibility,
        judges: Target::judges(&targets),
        targets,
        parameters: wiring.parameters.clone(),
        graph: parts.graph,
        blocks: parts.blocks,
        mappings: parts.mappings,
        reach,
        validations: parts.validations,
        sensitivity: parts.sensitivity,
        comparisons: parts.comparisons,
        unique: parts.unique,
        connection: parts.connection,
        absent: parts.absent,
        confirm_deletion: spec.deletion.as_ref().is_some_and(|deletion| deletion.confirm),
        operations: parts.operations,
        health: parts.health,
        reads,
        site: profile.site(),
    }
}
