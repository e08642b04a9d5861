//! From a profile and its components to a [`Revision`], or to everything that is wrong with them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::api::{self, OpenBaoServiceProfile};
use crate::cel::Presence;
use crate::diagnostic::{Code, nearest};

use super::checks;
use super::digest::Digest;
use super::fields::Shapes;
use super::flatten::Flatten;
use super::names::{self, Binding};
use super::object::{Catalog, Entry, listed};
use super::origin::Site;
use super::report::{Compiled, Place, Report};
use super::revision::{
    Block, Connection, Copy, Facet, Graph, Health, Mapping, MustBeAbsent, Operation, Projection, Revision, Source,
    Tree, Validation, Variable,
};
use super::target::{Target, Targets};
use super::wiring::{self, Wired, Wiring};

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
    checks::after(&parts, &chosen, &wiring, report);
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

/// One module's share of the catalog: the profile's, or a facet's.
struct Module<'a> {
    facet: Option<usize>,
    site: Site,
    place: Place<'a>,
    variables: &'a [api::Variable],
    projections: &'a [api::Projection],
    validations: &'a [api::Validation],
    render: &'a [api::RenderBlock],
    sensitivity: &'a [api::SensitivityRule],
    unique: &'a [api::Unique],
    absent: &'a [api::AbsentObject],
    operations: &'a BTreeMap<String, api::Operation>,
    health: Option<&'a api::Health>,
}

impl<'a> Compiler<'a, '_> {
    fn run(mut self, profile: &'a Entry<OpenBaoServiceProfile>) -> Parts {
        let spec = &profile.object.spec;
        let place = self.wiring.profile_place(&spec.variables, &spec.projections);
        let mut parts = Parts::default();
        for facet in &self.wiring.facets {
            let facet = self.facet(facet, &place);
            parts.graph.facets.push(facet);
        }
        let profile_module = Module {
            facet: None,
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
        let eligibility = Place {
            names: names::eligibility(),
            shapes: Shapes::default().with(Binding::Params, &self.wiring.parameters),
        };
        let eligibility_site = self.site.at("eligibility");
        parts.eligibility = self.report.validations(&spec.eligibility, None, &eligibility, &eligibility_site);
        parts.comparisons = self.report.comparisons(&spec.comparisons, &self.site.at("comparisons"));
        if let Some(connection) = &spec.connection {
            parts.connection = self.connection(connection, &place);
        }
        parts
    }

    fn facet_module(&self, index: usize) -> Option<Module<'a>> {
        let facet = self.wiring.facets.get(index)?;
        let spec = &facet.component.object.spec;
        Some(Module {
            facet: Some(index),
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

    fn facet(&mut self, facet: &Wired<'a>, place: &Place<'a>) -> Facet {
        let with = Json::Object(facet.with.iter().map(|(name, value)| (name.clone(), value.0.clone())).collect());
        Facet {
            name: facet.facet.clone(),
            component: facet.component.origin.name.clone(),
            when: self.report.optional_expr(facet.when, place, facet.site.at("when")),
            with: self.report.tree(&with, place, &facet.site.at("with")),
            inputs: facet.inputs.clone(),
            site: facet.site.clone(),
        }
    }

    fn graph(&mut self, module: &Module<'a>, parts: &mut Parts) {
        let site = module.site.at("variables");
        let prefix = module.facet.and_then(|at| self.wiring.facets.get(at)).map(|it| format!("{}.", it.facet));
        let prefix = prefix.unwrap_or_default();
        self.report.distinct(module.variables.iter().map(|it| it.name.as_str()), "variable", &site);
        for (at, variable) in module.variables.iter().enumerate() {
            let here = site.at(at);
            if names::check_name(&variable.name) != Err(names::NameError::ScopeName) {
                self.report.name(&variable.name, "variable", here.at("name").span());
            }
            if let Some(expr) = self.report.expr(&variable.expression, &module.place, here.at("expression")) {
                parts.graph.variables.push(Variable { name: format!("{prefix}variables.{}", variable.name), expr });
            }
        }
        let site = module.site.at("projections");
        self.report.distinct(module.projections.iter().map(|it| it.name.as_str()), "projection", &site);
        for (at, projection) in module.projections.iter().enumerate() {
            let projection = self.projection(projection, module, &prefix, site.at(at));
            parts.graph.projections.extend(projection);
        }
    }

    fn projection(
        &mut self,
        projection: &api::Projection,
        module: &Module<'a>,
        prefix: &str,
        site: Site,
    ) -> Option<Projection> {
        let from = &projection.from;
        let source = match (&from.name, &from.parameter) {
            (Some(name), None) => Source::Named {
                kind: from.kind.unwrap_or(api::SourceKind::Secret),
                namespace: from.namespace.clone(),
                name: self.report.tree(&Json::String(name.clone()), &module.place, &site.at("from").at("name")),
                keys: from.keys.clone(),
            },
            (None, Some(parameter)) => {
                let reference = self.wiring.parameters.properties.get(parameter).and_then(|it| it.reference.as_ref());
                let Some(reference) = reference else {
                    self.report.push(
                        site.at("from")
                            .at("parameter")
                            .error(
                                Code::E0216,
                                format!("the parameter `{parameter}` is not a reference"),
                                "no reference",
                            )
                            .help(
                                "give the parameter `x-reference: {kind: Secret, keys: […]}` in the profile's schema",
                            ),
                    );
                    return None;
                };
                Source::Parameter { name: parameter.clone(), keys: reference.keys.clone() }
            }
            _ => {
                let from = site.at("from");
                self.report.push(
                    from.error(Code::E0216, "a projection has exactly one source", "neither or both here")
                        .help("give `kind`, `namespace`, `name` and `keys`, or `parameter` alone"),
                );
                return None;
            }
        };
        Some(Projection {
            name: format!("{prefix}{}", projection.name),
            facet: module.facet,
            system: projection.target_suffix.clone(),
            source,
            mode: projection.mode.unwrap_or_default(),
            site,
        })
    }

    fn judgements(&mut self, module: &Module<'a>, parts: &mut Parts) {
        let mut rendered = module.place.clone();
        rendered.names = names::with_object(rendered.names);
        for target in self.targets.iter().take(1) {
            rendered.shapes = rendered.shapes.with(Binding::Object, &target.schema);
        }
        let site = &module.site;
        let validations = self.report.validations(module.validations, module.facet, &rendered, &site.at("validations"));
        parts.validations.extend(validations);
        let sensitivity = self.report.sensitivity(module.sensitivity, &site.at("sensitivity"));
        parts.sensitivity.push(sensitivity);
        parts.unique.extend(self.report.unique(module.unique, module.facet, &module.place, &site.at("unique")));
        for (at, absent) in module.absent.iter().enumerate() {
            let here = site.at("creation").at("absent").at(at);
            parts.absent.push(MustBeAbsent {
                kind: absent.kind.clone(),
                name: self.report.tree(&Json::String(absent.name.clone()), &module.place, &here.at("name")),
                reason: absent.reason.clone().unwrap_or_else(|| "AlreadyThere".to_owned()),
            });
        }
    }

    fn render(&mut self, module: &Module<'a>, parts: &mut Parts) {
        let site = module.site.at("render");
        self.report.distinct(module.render.iter().map(|it| it.name.as_str()), "block", &site);
        for (at, block) in module.render.iter().enumerate() {
            let here = site.at(at);
            if block.overrides && module.facet.is_some() {
                self.report.push(
                    here.at("override")
                        .key_error(Code::E0403, "only a profile's block may override", "in a component")
                        .note("a component knows no other component"),
                );
            }
            let when = self.report.optional_expr(block.when.as_ref(), &module.place, here.at("when"));
            let mut place = module.place.clone();
            let mut for_each = None;
            for (item, expression) in &block.for_each {
                let loop_site = here.at("forEach").at(item);
                self.report.name(item, "loop item", loop_site.key_span());
                for_each = self.report.expr(expression, &module.place, loop_site);
                place.names.declare(item, Binding::Item, Presence::Always);
            }
            let index = parts.blocks.len();
            Flatten {
                block: index,
                targets: self.targets,
                place: &place,
                report: self.report,
                mappings: &mut parts.mappings,
            }
            .template(&block.template.0, &here.at("template"));
            parts.blocks.push(Block {
                name: block.name.clone(),
                facet: module.facet,
                when,
                for_each,
                overrides: block.overrides,
                appends: block.append,
                site: here,
            });
        }
    }

    fn day_two(&mut self, module: &Module<'a>, parts: &mut Parts) {
        let mut live = module.place.clone();
        live.names = live.names.always("cluster", Binding::Cluster);
        if let Some(health) = module.health {
            let site = module.site.at("health");
            parts.health.ready.extend(self.health_rule(health.ready.as_ref(), module.facet, &live, &site.at("ready")));
            let degraded = self.health_rule(health.degraded.as_ref(), module.facet, &live, &site.at("degraded"));
            parts.health.degraded.extend(degraded);
        }
        live.names = live.names.always("request", Binding::Request).always("now", Binding::Now);
        for (name, operation) in module.operations {
            let site = module.site.at("operations").at(name);
            if parts.operations.iter().any(|other| &other.name == name) {
                let message = format!("two components declare the operation `{name}`");
                self.report.push(site.key_error(Code::E0209, message, "again here"));
            }
            let compiled = self.operation(name, operation, module.facet, live.clone(), site);
            parts.operations.push(compiled);
        }
    }

    fn health_rule(
        &mut self,
        rule: Option<&api::HealthRule>,
        facet: Option<usize>,
        place: &Place<'a>,
        site: &Site,
    ) -> Option<Validation> {
        let rule = rule?;
        Some(Validation {
            facet,
            needs_object: false,
            reason: rule.reason.clone().unwrap_or_else(|| "NotHealthy".to_owned()),
            message: rule.message.clone(),
            message_expression: self.report.optional_expr(
                rule.message_expression.as_ref(),
                place,
                site.at("messageExpression"),
            ),
            rule: self.report.expr(&rule.expression, place, site.at("expression"))?,
        })
    }

    fn operation(
        &mut self,
        name: &str,
        operation: &api::Operation,
        facet: Option<usize>,
        mut place: Place<'a>,
        site: Site,
    ) -> Operation {
        let preconditions = self.report.validations(&operation.preconditions, facet, &place, &site.at("preconditions"));
        let patch =
            (!operation.patch.is_absent()).then(|| self.report.tree(&operation.patch.0, &place, &site.at("patch")));
        let create = operation.create.as_ref().map(|create| {
            let tree = self.report.tree(&create.spec.0, &place, &site.at("create").at("spec"));
            self.report.name(&create.bind_as, "created object", site.at("create").at("as").span());
            place.names.declare(&create.bind_as, Binding::Created, Presence::Always);
            tree
        });
        let succeeded = self.report.optional_expr(operation.succeeded.as_ref(), &place, site.at("succeeded"));
        let failed = self.report.optional_expr(operation.failed.as_ref(), &place, site.at("failed"));
        let results = operation
            .results
            .iter()
            .filter_map(|(key, text)| {
                self.report.expr(text, &place, site.at("results").at(key)).map(|expr| (key.clone(), expr))
            })
            .collect();
        Operation { name: name.to_owned(), facet, preconditions, patch, create, succeeded, failed, results, site }
    }

    fn connection(&mut self, connection: &api::Connection, place: &Place<'a>) -> Connection {
        let site = self.site.at("connection");
        let mut live = place.clone();
        live.names = live.names.always("cluster", Binding::Cluster);
        let data = connection.data.iter().map(|(key, text)| {
            let here = site.at("data").at(key);
            (key.clone(), self.report.tree(&Json::String(text.clone()), &live, &here))
        });
        let data: BTreeMap<String, Tree> = data.collect();
        let copy = connection.copy.iter().enumerate().map(|(at, copy)| {
            let here = site.at("copy").at(at);
            Copy {
                key: copy.key.clone(),
                kind: copy.from.kind,
                name: self.report.tree(&Json::String(copy.from.name.clone()), place, &here.at("from").at("name")),
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
