//! What cases have seen, as it happens.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::catalog::SensitivityRule;
use crate::cel::ast::NodeId;
use crate::cel::{BranchWay, Program, Result, Value};
use crate::engine::{Inputs, Recorder, Selection, Way};

/// Sees the decisions about the cases of one platform, for as long as that lives.
#[derive(Debug, Default)]
pub struct Witness(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// by address of the program's text
    nodes: BTreeMap<(usize, NodeId), Values>,
    /// by address of the rule
    rules: BTreeSet<(usize, Way)>,
    profiles: BTreeSet<String>,
    offerings: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Values {
    yes: bool,
    no: bool,
}

impl Witness {
    /// A case is decided on these inputs.
    pub(crate) fn decides(&self, inputs: &Inputs<'_>) {
        let mut seen = self.seen();
        seen.profiles.insert(inputs.revision.profile.clone());
        if let Selection::Offering(offering) = inputs.selection {
            seen.offerings.insert(offering.name.clone());
        }
    }

    pub(super) fn profile(&self, name: &str) -> bool {
        self.seen().profiles.contains(name)
    }

    pub(super) fn offering(&self, name: &str) -> bool {
        self.seen().offerings.contains(name)
    }

    pub(super) fn went(&self, program: &Program, node: NodeId, way: BranchWay) -> bool {
        let seen = self.seen();
        let values = seen.nodes.get(&(program.text().as_ptr().addr(), node));
        values.is_some_and(|values| match way {
            BranchWay::True => values.yes,
            BranchWay::False => values.no,
            BranchWay::Taken => true,
        })
    }

    /// Whether anything of the program whose text has this address was evaluated.
    pub(super) fn evaluated(&self, text: usize) -> bool {
        self.seen().nodes.range((text, NodeId(0))..=(text, NodeId(u32::MAX))).next().is_some()
    }

    /// Whether the condition whose text has this address was true; `root`: its outermost node.
    pub(super) fn held(&self, text: usize, root: NodeId) -> bool {
        self.seen().nodes.get(&(text, root)).is_some_and(|values| values.yes)
    }

    /// Whether the rule of this address was asked about any change.
    pub(super) fn was_asked(&self, rule: usize) -> bool {
        self.seen().rules.range((rule, Way::Modify)..=(rule, Way::Remove)).next().is_some()
    }

    pub(super) fn asked(&self, rule: &SensitivityRule, ways: &[Way]) -> bool {
        let seen = self.seen();
        ways.iter().any(|way| seen.rules.contains(&(std::ptr::from_ref(rule).addr(), *way)))
    }

    /// What is seen stays true when a thread that saw something else has ended early.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder for Witness {
    fn value(&self, text: &str, node: NodeId, result: &Result<Value>) {
        let mut seen = self.seen();
        let values = seen.nodes.entry((text.as_ptr().addr(), node)).or_default();
        match result {
            Ok(Value::Bool(true)) => values.yes = true,
            Ok(Value::Bool(false)) => values.no = true,
            _ => {}
        }
    }

    fn asked(&self, rule: &SensitivityRule, way: Way) {
        self.seen().rules.insert((std::ptr::from_ref(rule).addr(), way));
    }
}
