//! Scopes: which names an expression may use at which place, and what each name is bound to.
//!
//! The table of `design.md` 3, "Scopes", as data: every place builds its [`Names`] from here.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cel::{Presence, RootId, Scope};

/// What a name stands for. Indices point into the [`super::Graph`] that the expression belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Binding {
    /// `params`: the claim's final parameters
    Params,
    /// `claim`: `{name, namespace}`
    Claim,
    /// `tenant`: `{name, namespace, spec}`
    Tenant,
    /// `namespaceObject`: `{name, labels}`
    NamespaceObject,
    /// `target`: `{name, namespace}`
    Target,
    /// `variables.X`, `FACET.variables.X`
    Variable(usize),
    /// `inputs` in a component, `FACET.inputs` in a profile
    Inputs(usize),
    /// `projections.X`: `{name}`
    Projection(usize),
    /// the name of a block's `forEach`
    Item,
    /// `object`: the rendered object after the target's defaulting
    Object,
    /// `oldObject`: the applied one, an optional
    OldObject,
    /// `old`: the value at a changed path
    Old,
    /// `new`
    New,
    /// `path`: the changed path as text
    Path,
    /// `key`: of the list item that holds the changed path, an optional
    Key,
    /// `observed`: the live cluster, an optional
    Observed,
    /// `cluster`: the live cluster once its status has seen our last write, an optional
    Cluster,
    /// `request`: the request that runs an operation
    Request,
    /// `now`: a timestamp
    Now,
    /// an object that an operation creates, by its `as`
    Created,
}

/// The names of one place.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    scope: Arc<Scope>,
    bindings: Bindings,
}

/// Names bound, shared by the expressions of one place.
pub type Bindings = Arc<BTreeMap<RootId, Binding>>;

impl Names {
    /// No names.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds a name that always has a value.
    pub(super) fn always(mut self, path: &str, binding: Binding) -> Self {
        self.declare(path, binding, Presence::Always);
        self
    }

    /// Adds a name.
    pub(super) fn declare(&mut self, path: &str, binding: Binding, presence: Presence) {
        let id = Arc::make_mut(&mut self.scope).declare(path, presence);
        Arc::make_mut(&mut self.bindings).insert(id, binding);
    }

    /// The names as the expression compiler wants them.
    pub(super) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// What the names stand for.
    pub(super) fn bindings(&self) -> Bindings {
        Arc::clone(&self.bindings)
    }
}

/// Names of the facts about a claim that every place but sensitivity may read.
pub(super) fn facts() -> Names {
    Names::new()
        .always("claim", Binding::Claim)
        .always("tenant", Binding::Tenant)
        .always("namespaceObject", Binding::NamespaceObject)
}

/// An offering's or profile's eligibility.
pub(super) fn eligibility() -> Names {
    facts().always("params", Binding::Params)
}

/// A sensitivity rule, wherever it stands.
pub(super) fn sensitivity() -> Names {
    Names::new()
        .always("old", Binding::Old)
        .always("new", Binding::New)
        .always("path", Binding::Path)
        .always("key", Binding::Key)
        .always("object", Binding::Object)
        .always("oldObject", Binding::OldObject)
        .always("observed", Binding::Observed)
}

/// A profile, before what it declares itself.
pub(super) fn profile() -> Names {
    facts().always("params", Binding::Params).always("target", Binding::Target)
}

/// A component in facet `index`, before what it declares itself.
pub(super) fn component(index: usize) -> Names {
    facts().always("inputs", Binding::Inputs(index)).always("target", Binding::Target)
}

/// A rule set, before its variables.
pub(super) fn rule_set() -> Names {
    with_object(facts())
}

/// Adds what health and the connection see.
pub(super) fn live(names: Names) -> Names {
    names.always("cluster", Binding::Cluster)
}

/// Adds what an operation sees.
pub(super) fn operation(names: Names) -> Names {
    live(names).always("request", Binding::Request).always("now", Binding::Now)
}

/// Adds what a validation sees once the object is rendered.
pub(super) fn with_object(names: Names) -> Names {
    names.always("object", Binding::Object).always("oldObject", Binding::OldObject)
}

/// Names that a facet, variable, loop item or created object may not take: they are scope names already.
pub(super) const SCOPE_NAMES: &[&str] = &[
    "params",
    "claim",
    "tenant",
    "namespaceObject",
    "target",
    "variables",
    "inputs",
    "projections",
    "object",
    "oldObject",
    "old",
    "new",
    "path",
    "key",
    "observed",
    "cluster",
    "request",
    "now",
    "optional",
    "math",
    "sets",
    "lists",
    "strings",
    "base64",
    "regex",
    "cel",
    "format",
    "ip",
    "cidr",
    "url",
    "quantity",
    "semver",
    "jsonpatch",
];

/// CEL's reserved words (cel-spec, langdef "Syntax").
const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// Why a text cannot name a facet, variable or item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NameError {
    /// `ha-mode`, `2nd`
    #[error("it is not an identifier: letters, digits and `_`, no digit first")]
    NotAnIdentifier,
    /// `in`
    #[error("it is a reserved word of the expression language")]
    ReservedWord,
    /// `params`
    #[error("expressions use that name for something else")]
    ScopeName,
}

/// Checks the name of a facet, variable, item or created object.
pub(super) fn check_name(name: &str) -> Result<(), NameError> {
    let mut characters = name.chars();
    let first = characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    if !first || !characters.all(|rest| rest.is_ascii_alphanumeric() || rest == '_') {
        return Err(NameError::NotAnIdentifier);
    }
    if RESERVED.contains(&name) {
        return Err(NameError::ReservedWord);
    }
    if SCOPE_NAMES.contains(&name) { Err(NameError::ScopeName) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_facet_may_not_be_called_what_no_expression_can_say() {
        assert_eq!(check_name("exposure"), Ok(()));
        assert_eq!(check_name("read_replicas"), Ok(()));
        assert_eq!(check_name("ha-mode"), Err(NameError::NotAnIdentifier));
        assert_eq!(check_name(""), Err(NameError::NotAnIdentifier));
        assert_eq!(check_name("2nd"), Err(NameError::NotAnIdentifier));
        assert_eq!(check_name("in"), Err(NameError::ReservedWord));
        assert_eq!(check_name("params"), Err(NameError::ScopeName));
    }
}
