//! The names that an expression may use.

use std::collections::{BTreeMap, BTreeSet};

/// Whether a name always has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// it has
    Always,
    /// it may be absent: read it with `a.?b`, test it with `has(a.b)`
    Optional,
}

/// Names a root within its [`Scope`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RootId(u32);

/// Declared names: dotted paths such as `params`, `variables.voters`, `exposure.inputs`.
///
/// An expression's `a.b.c` means the longest declared path that it starts with.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    roots: Vec<(String, Presence)>,
    ids: BTreeMap<String, RootId>,
}

/// What a chain of names means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// a root, which takes so many of the names
    Root(RootId, usize),
    /// the names are a group of roots: more of them are needed
    Group,
    /// nothing: the name at this position is in no root
    Unknown(usize),
}

impl Scope {
    /// No names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a name, or gives the one that is there and sets its presence.
    pub fn declare(&mut self, path: &str, presence: Presence) -> RootId {
        if let Some(id) = self.get(path) {
            if let Some(root) = self.roots.get_mut(index(id)) {
                root.1 = presence;
            }
            return id;
        }
        let id = RootId(u32::try_from(self.roots.len()).unwrap_or(u32::MAX));
        self.roots.push((path.to_string(), presence));
        self.ids.insert(path.to_string(), id);
        id
    }

    /// The root declared under exactly this path.
    pub fn get(&self, path: &str) -> Option<RootId> {
        self.ids.get(path).copied()
    }

    /// The path of a root.
    pub fn root_name(&self, root: RootId) -> Option<&str> {
        self.roots.get(index(root)).map(|(name, _)| name.as_str())
    }

    /// Whether a root always has a value.
    pub fn presence(&self, root: RootId) -> Option<Presence> {
        self.roots.get(index(root)).map(|(_, presence)| *presence)
    }

    /// All roots in the order of their paths.
    pub fn roots(&self) -> impl Iterator<Item = (&str, RootId)> {
        self.ids.iter().map(|(name, id)| (name.as_str(), *id))
    }

    /// What `names`, the parts of `a.b.c`, mean.
    pub(crate) fn resolve(&self, names: &[&str]) -> Found {
        let mut path = String::new();
        let mut found = None;
        let mut known = 0;
        for (at, name) in names.iter().enumerate() {
            if at > 0 {
                path.push('.');
            }
            path.push_str(name);
            let exact = self.get(&path);
            if let Some(root) = exact {
                found = Some((root, at + 1));
            }
            let group = self.is_group(&path);
            if exact.is_some() || group {
                known = at + 1;
            }
            if !group {
                break;
            }
        }
        match found {
            Some((root, taken)) => Found::Root(root, taken),
            None if known == names.len() => Found::Group,
            None => Found::Unknown(known),
        }
    }

    /// Whether some root lies below this path.
    pub(crate) fn is_group(&self, path: &str) -> bool {
        let below = format!("{path}.");
        self.ids.range(below.clone()..).next().is_some_and(|(name, _)| name.starts_with(&below))
    }

    /// The names that can follow these.
    pub(crate) fn members(&self, names: &[&str]) -> BTreeSet<&str> {
        let prefix: String = names.iter().flat_map(|name| [name, "."]).collect();
        let below = self.ids.keys().filter_map(|name| name.strip_prefix(&prefix));
        below.filter_map(|rest| rest.split('.').next()).collect()
    }

    /// Whether a variable of this name would hide a declared one.
    pub(crate) fn hides(&self, name: &str) -> bool {
        self.ids.contains_key(name) || self.is_group(name)
    }
}

fn index(root: RootId) -> usize {
    usize::try_from(root.0).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        let mut scope = Scope::new();
        for path in ["params", "variables.voters", "exposure.inputs", "exposure.variables.x", "variables.a"] {
            scope.declare(path, Presence::Always);
        }
        scope
    }

    #[test]
    fn a_chain_means_the_longest_declared_path() {
        let mut scope = scope();
        let outer = scope.declare("a", Presence::Always);
        let inner = scope.declare("a.b", Presence::Optional);
        assert_eq!(scope.resolve(&["a", "b", "c"]), Found::Root(inner, 2));
        assert_eq!(scope.resolve(&["a", "c"]), Found::Root(outer, 1));
        assert_eq!(scope.resolve(&["exposure", "variables"]), Found::Group);
        assert_eq!(scope.resolve(&["exposure", "variables", "y"]), Found::Unknown(2));
        assert_eq!(scope.resolve(&["x", "y"]), Found::Unknown(0));
    }

    #[test]
    fn members_are_the_next_parts_of_all_paths_below() {
        assert_eq!(scope().members(&["exposure"]).into_iter().collect::<Vec<_>>(), ["inputs", "variables"]);
        let all: Vec<_> = scope().members(&[]).into_iter().map(String::from).collect();
        assert_eq!(all, ["exposure", "params", "variables"]);
    }

    #[test]
    fn a_name_declared_twice_is_one_root_with_the_last_presence() {
        let mut scope = scope();
        let id = scope.declare("params", Presence::Optional);
        assert_eq!((scope.get("params"), scope.presence(id)), (Some(id), Some(Presence::Optional)));
        assert_eq!(scope.root_name(id), Some("params"));
    }

    #[test]
    fn variables_may_not_hide_roots_or_groups() {
        assert!(scope().hides("params") && scope().hides("exposure") && !scope().hides("inputs"));
    }
}
