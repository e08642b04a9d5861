//! Why a claim is not what its author asked for: one value for status, CLI and webhook.

use std::ops::Range;

use crate::api::{Verdict, VerdictOutcome};
use crate::catalog::{Site, rule_id};
use crate::cel::{EvalError, Fault};
use crate::schema::path::Path;

/// One reason why a claim is denied, blocked or pending.
#[derive(Clone, Debug)]
pub struct Finding {
    /// One word in CamelCase, the same in conditions, events and metrics.
    pub reason: String,
    /// One line for people.
    pub message: String,
    /// The rule that judged, where one did.
    pub rule: Option<Place>,
    /// The path of the rendered object that is meant.
    pub path: Option<Path>,
    /// The field of the claim that selects what is wrong, as a JSON pointer.
    pub field: Option<&'static str>,
    /// Where in the claim's parameters it is to be changed, as far as known.
    pub parameters: Vec<String>,
    /// What to try.
    pub help: Option<String>,
    /// The fault of an evaluation, where one made it; a value of another type than its place takes counts
    /// as an overload that does not exist. Of a catalog that compiles it depends on values alone.
    pub fault: Option<Box<Fault>>,
}

/// A rule, and the part of its text that failed.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where the rule stands.
    pub site: Site,
    /// Bytes of its text.
    pub range: Option<Range<usize>>,
}

impl Finding {
    /// A finding that no rule made.
    pub fn new(reason: &str, message: impl Into<String>) -> Self {
        Self {
            reason: reason.to_owned(),
            message: message.into(),
            rule: None,
            path: None,
            field: None,
            parameters: Vec::new(),
            help: None,
            fault: None,
        }
    }

    /// Names the rule.
    pub fn by(mut self, site: &Site, range: Option<Range<usize>>) -> Self {
        self.rule = Some(Place { site: site.clone(), range });
        self
    }

    /// Names the path of the rendered object.
    pub fn at(mut self, path: Path) -> Self {
        self.path = Some(path);
        self
    }

    /// Names the field of the claim, as a JSON pointer.
    pub fn field(mut self, pointer: &'static str) -> Self {
        self.field = Some(pointer);
        self
    }

    /// Names the parameters to change.
    pub fn parameters(mut self, parameters: impl IntoIterator<Item = String>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// Says what to try.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The stable id of its rule.
    pub fn rule_id(&self) -> Option<String> {
        self.rule.as_ref().map(|place| rule_id(&place.site))
    }
}

/// An evaluation that gave no usable value, and where.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) site: Site,
    pub(super) range: Option<Range<usize>>,
    pub(super) message: String,
    pub(super) fault: Option<Box<Fault>>,
}

impl Failure {
    pub(super) fn of(site: &Site, error: &EvalError) -> Self {
        Self { range: Some(error.range.clone()), ..Self::fault(site, error.fault.clone()) }
    }

    pub(super) fn fault(site: &Site, fault: Fault) -> Self {
        Self { site: site.clone(), range: None, message: fault.to_string(), fault: Some(Box::new(fault)) }
    }

    /// A value of another type than its place takes.
    pub(super) fn wrong_type(site: &Site, message: String) -> Self {
        let fault = Some(Box::new(Fault::NoSuchOverload(message.clone())));
        Self { site: site.clone(), range: None, message, fault }
    }

    pub(super) fn new(site: &Site, message: impl Into<String>) -> Self {
        Self { site: site.clone(), range: None, message: message.into(), fault: None }
    }

    pub(super) fn finding(self, reason: &str) -> Finding {
        Finding { fault: self.fault, ..Finding::new(reason, self.message) }.by(&self.site, self.range)
    }
}

/// A step of the trail.
pub(super) fn verdict(site: &Site, outcome: VerdictOutcome, message: Option<String>) -> Verdict {
    Verdict { rule: rule_id(site), outcome, message }
}
