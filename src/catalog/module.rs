//! What a profile, a component and a rule set have in common, compiled by one piece of code.

use std::collections::BTreeSet;

use crate::api::{self, Sensitivity};
use crate::diagnostic::{Code, Diagnostic};

use super::names::{self, Names};
use super::origin::Site;
use super::prove::{Place, Want};
use super::report::Report;
use super::revision::{Answer, Comparison, Expr, SensitivityRule, Unique, Validation};

/// The reason that a failed validation shows when its author gives none.
const DEFAULT_REASON: &str = "ValidationFailed";

impl Report {
    /// Compiles conditions of who may have a service at all.
    pub(super) fn eligibility(&mut self, conditions: &[api::Validation], site: &Site) -> Vec<Validation> {
        let place = Place::new(names::eligibility());
        let compile = |(at, condition): (usize, &api::Validation)| {
            self.validation(condition, None, &place, Want::Admission, &site.at(at))
        };
        conditions.iter().enumerate().filter_map(compile).collect()
    }

    /// Compiles validations of `site`, a list. `place` is what they see before rendering, `rendered` after.
    pub(super) fn validations(
        &mut self,
        validations: &[api::Validation],
        facet: Option<usize>,
        rendered: &Place,
        site: &Site,
    ) -> Vec<Validation> {
        let mut compiled = Vec::with_capacity(validations.len());
        for (at, validation) in validations.iter().enumerate() {
            compiled.extend(self.validation(validation, facet, rendered, Want::Condition, &site.at(at)));
        }
        compiled
    }

    fn validation(
        &mut self,
        validation: &api::Validation,
        facet: Option<usize>,
        place: &Place,
        want: Want,
        site: &Site,
    ) -> Option<Validation> {
        if validation.message.is_none() && validation.message_expression.is_none() {
            self.push(
                site.error(Code::E0213, "the validation does not say what is wrong", "no `message` here")
                    .help("add `message:`, what the tenant reads when it fails"),
            );
        }
        let rule = self.expr(&validation.expression, place, want, site.at("expression"));
        let failed = place.where_(rule.as_ref(), false);
        let message_expression = validation.message_expression.as_ref();
        let message_expression =
            self.optional_expr(message_expression, &failed, Want::Text, site.at("messageExpression"));
        let rule = rule?;
        let needs_object = reads_object(&rule) || message_expression.as_ref().is_some_and(reads_object);
        Some(Validation {
            facet,
            needs_object,
            reason: validation.reason.clone().unwrap_or_else(|| DEFAULT_REASON.to_owned()),
            message: validation.message.clone(),
            message_expression,
            rule,
        })
    }

    /// Compiles a sensitivity list.
    pub(super) fn sensitivity(&mut self, rules: &[api::SensitivityRule], site: &Site) -> Vec<SensitivityRule> {
        let place = Place::new(names::sensitivity());
        let mut compiled = Vec::with_capacity(rules.len());
        for (at, rule) in rules.iter().enumerate() {
            compiled.extend(self.sensitivity_rule(rule, &place, site.at(at)));
        }
        compiled
    }

    fn sensitivity_rule(&mut self, rule: &api::SensitivityRule, place: &Place, site: Site) -> Option<SensitivityRule> {
        let paths = self.patterns(&rule.paths, &site.at("paths"));
        let answer = match (rule.class, &rule.expression) {
            (Some(class), None) => Answer::Class(class),
            (None, Some(expression)) => Answer::Expression {
                modify: self.expr(expression, &place.of_changes(&paths), Want::Class, site.at("expression"))?,
                on_add: rule.on_add.unwrap_or(Sensitivity::Blocked),
                on_remove: rule.on_remove.unwrap_or(Sensitivity::Blocked),
            },
            _ => {
                self.push(
                    site.error(Code::E0219, "a sensitivity rule answers in exactly one way", "neither or both here")
                        .help("give `class:`, or `expression:` with `onAdd:` and `onRemove:` beside it"),
                );
                return None;
            }
        };
        let loosest = match &answer {
            Answer::Class(class) => *class,
            Answer::Expression { .. } => Sensitivity::InPlace,
        };
        for (at, pattern) in paths.iter().enumerate() {
            if loosest < Sensitivity::Gated && super::shape::is_open_ended(pattern) && pattern.named_prefix_len() < 2 {
                self.push(too_wide(&site.at("paths").at(at), &pattern.to_string()));
            }
        }
        let approver = rule.approver.unwrap_or_default();
        Some(SensitivityRule { paths, answer, approver, message: rule.message.clone(), site })
    }

    /// Compiles comparisons.
    pub(super) fn comparisons(&mut self, comparisons: &[api::Comparison], site: &Site) -> Vec<Comparison> {
        let compile = |(at, comparison): (usize, &api::Comparison)| Comparison {
            paths: self.patterns(&comparison.paths, &site.at(at).at("paths")),
            meaning: comparison.compare_as,
        };
        comparisons.iter().enumerate().map(compile).collect()
    }

    /// Compiles unique keys.
    pub(super) fn unique(
        &mut self,
        unique: &[api::Unique],
        facet: Option<usize>,
        place: &Place,
        site: &Site,
    ) -> Vec<Unique> {
        let mut compiled = Vec::with_capacity(unique.len());
        for (at, unique) in unique.iter().enumerate() {
            let key = self.expr(&unique.key, place, Want::Key, site.at(at).at("key"));
            compiled.extend(key.map(|key| Unique { name: unique.name.clone(), facet, key }));
        }
        compiled
    }

    /// Refuses a name that stands twice in a list.
    pub(super) fn distinct<'n>(&mut self, names: impl IntoIterator<Item = &'n str>, what: &str, site: &Site) {
        let mut seen = BTreeSet::new();
        for (at, name) in names.into_iter().enumerate() {
            if !seen.insert(name) {
                let place = site.at(at).at("name");
                self.push(place.error(Code::E0209, format!("the {what} `{name}` is there twice"), "again here"));
            }
        }
    }

    /// Refuses a name that expressions cannot say.
    pub(super) fn name(&mut self, name: &str, what: &str, span: crate::diagnostic::Span) {
        if let Err(error) = names::check_name(name) {
            self.push(Diagnostic::error(
                Code::E0208,
                format!("`{name}` cannot name a {what}: {error}"),
                span,
                "choose another name",
            ));
        }
    }
}

fn too_wide(site: &Site, pattern: &str) -> Diagnostic {
    site.error(Code::E0217, format!("`{pattern}` is too wide for a rule that may answer `InPlace`"), "covers too much")
        .note("`**` after fewer than two named segments answers `Gated` or `Blocked` only")
        .help("name at least two segments before `**`, such as `spec.gateway.**`")
}

fn reads_object(expr: &Expr) -> bool {
    use super::names::Binding;
    expr.program
        .roots()
        .iter()
        .any(|root| matches!(expr.bindings.get(root), Some(Binding::Object | Binding::OldObject)))
}

/// Declares `variables.X` for a list of variables whose first one has index `first`.
pub(super) fn declare_variables(names: &mut Names, prefix: &str, variables: &[api::Variable], first: usize) {
    for (at, variable) in variables.iter().enumerate() {
        let path = format!("{prefix}variables.{}", variable.name);
        names.declare(&path, names::Binding::Variable(first + at), crate::cel::Presence::Always);
    }
}
