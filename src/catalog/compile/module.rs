//! What one module adds to a revision: its part of the graph, its judgements, its mappings, its day two.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Compiler, Parts};
use crate::api;
use crate::catalog::flatten::Flatten;
use crate::catalog::names::{self, Binding};
use crate::catalog::origin::Site;
use crate::catalog::prove::{Place, Want};
use crate::catalog::revision::{Block, MustBeAbsent, Operation, Projection, Source, Validation, Variable};
use crate::cel::Presence;
use crate::diagnostic::Code;

/// One module's share of the catalog: the profile's, or a facet's.
pub(super) struct Module<'a> {
    pub(super) facet: Option<usize>,
    /// Index of its first variable in the graph.
    pub(super) first_variable: usize,
    pub(super) site: Site,
    pub(super) place: Place,
    pub(super) variables: &'a [api::Variable],
    pub(super) projections: &'a [api::Projection],
    pub(super) validations: &'a [api::Validation],
    pub(super) render: &'a [api::RenderBlock],
    pub(super) sensitivity: &'a [api::SensitivityRule],
    pub(super) unique: &'a [api::Unique],
    pub(super) absent: &'a [api::AbsentObject],
    pub(super) operations: &'a BTreeMap<String, api::Operation>,
    pub(super) health: Option<&'a api::Health>,
}

impl<'a> Compiler<'a, '_> {
    pub(super) fn graph(&mut self, module: &Module<'a>, parts: &mut Parts) {
        let site = module.site.at("variables");
        let prefix = module.facet.and_then(|at| self.wiring.facets.get(at)).map(|it| format!("{}.", it.facet));
        let prefix = prefix.unwrap_or_default();
        self.report.distinct(module.variables.iter().map(|it| it.name.as_str()), "variable", &site);
        for (at, variable) in module.variables.iter().enumerate() {
            let here = site.at(at);
            if names::check_name(&variable.name) != Err(names::NameError::ScopeName) {
                self.report.name(&variable.name, "variable", here.at("name").span());
            }
            let want = Want::Any(Some(module.first_variable + at));
            if let Some(expr) = self.report.expr(&variable.expression, &module.place, want, here.at("expression")) {
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
                name: self.report.tree(
                    &Json::String(name.clone()),
                    &module.place,
                    Want::Text,
                    &site.at("from").at("name"),
                ),
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

    pub(super) fn judgements(&mut self, module: &Module<'a>, parts: &mut Parts) {
        let rendered = module.place.named(names::with_object(module.place.names.clone()));
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
                name: self.report.tree(&Json::String(absent.name.clone()), &module.place, Want::Text, &here.at("name")),
                reason: absent.reason.clone().unwrap_or_else(|| "AlreadyThere".to_owned()),
            });
        }
    }

    pub(super) fn render(&mut self, module: &Module<'a>, parts: &mut Parts) {
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
            let when = self.report.optional_expr(block.when.as_ref(), &module.place, Want::Condition, here.at("when"));
            let outer = module.place.where_(when.as_ref(), true);
            let mut place = outer.clone();
            let mut for_each = None;
            for (item, expression) in &block.for_each {
                let loop_site = here.at("forEach").at(item);
                self.report.name(item, "loop item", loop_site.key_span());
                for_each = self.report.expr(expression, &outer, Want::Range, loop_site);
                place = outer.each(for_each.as_ref());
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

    pub(super) fn day_two(&mut self, module: &Module<'a>, parts: &mut Parts) {
        let live = module.place.named(names::live(module.place.names.clone()));
        if let Some(health) = module.health {
            let site = module.site.at("health");
            parts.health.ready.extend(self.health_rule(health.ready.as_ref(), module.facet, &live, &site.at("ready")));
            let degraded = self.health_rule(health.degraded.as_ref(), module.facet, &live, &site.at("degraded"));
            parts.health.degraded.extend(degraded);
        }
        let live = module.place.named(names::operation(module.place.names.clone()));
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
        place: &Place,
        site: &Site,
    ) -> Option<Validation> {
        let rule = rule?;
        let condition = self.report.expr(&rule.expression, place, Want::Condition, site.at("expression"));
        // `ready` speaks where it does not hold, `degraded` where it does.
        let speaks = place.where_(condition.as_ref(), !site.pointer.ends_with("ready"));
        Some(Validation {
            facet,
            needs_object: false,
            reason: rule.reason.clone().unwrap_or_else(|| "NotHealthy".to_owned()),
            message: rule.message.clone(),
            message_expression: self.report.optional_expr(
                rule.message_expression.as_ref(),
                &speaks,
                Want::Text,
                site.at("messageExpression"),
            ),
            rule: condition?,
        })
    }

    fn operation(
        &mut self,
        name: &str,
        operation: &api::Operation,
        facet: Option<usize>,
        mut place: Place,
        site: Site,
    ) -> Operation {
        let preconditions = self.report.validations(&operation.preconditions, facet, &place, &site.at("preconditions"));
        let patch = (!operation.patch.is_absent())
            .then(|| self.report.tree(&operation.patch.0, &place, Want::Json, &site.at("patch")));
        let create = operation.create.as_ref().map(|create| {
            let tree = self.report.tree(&create.spec.0, &place, Want::Json, &site.at("create").at("spec"));
            self.report.name(&create.bind_as, "created object", site.at("create").at("as").span());
            place.names.declare(&create.bind_as, Binding::Created, Presence::Always);
            tree
        });
        let succeeded =
            self.report.optional_expr(operation.succeeded.as_ref(), &place, Want::Condition, site.at("succeeded"));
        let failed = self.report.optional_expr(operation.failed.as_ref(), &place, Want::Condition, site.at("failed"));
        let results = operation
            .results
            .iter()
            .filter_map(|(key, text)| {
                self.report.expr(text, &place, Want::Json, site.at("results").at(key)).map(|expr| (key.clone(), expr))
            })
            .collect();
        Operation { name: name.to_owned(), facet, preconditions, patch, create, succeeded, failed, results, site }
    }
}
