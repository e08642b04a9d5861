//! Sets of fields: a trie of path elements.

use std::collections::{BTreeMap, BTreeSet};

use super::element::Element;

/// A set of paths. A path can be in it without its parents, and without what lies below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FieldSet {
    /// What is in the set, of this level.
    members: BTreeSet<Element>,
    /// What is in the set below this level; no set in here is empty.
    children: BTreeMap<Element, FieldSet>,
}

impl FieldSet {
    /// Whether nothing is in the set.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty() && self.children.is_empty()
    }

    /// Adds a path; the empty path, which is the whole object, belongs to nobody.
    pub(super) fn insert(&mut self, path: &[Element]) {
        match path {
            [] => {}
            [last] => self.add(last.clone()),
            [first, rest @ ..] => self.children.entry(first.clone()).or_default().insert(rest),
        }
    }

    /// Adds a field of this level.
    pub(super) fn add(&mut self, element: Element) {
        self.members.insert(element);
    }

    /// Adds all of a set below a field of this level.
    pub(super) fn add_below(&mut self, element: Element, below: FieldSet) {
        if below.is_empty() {
            return;
        }
        let joined = match self.children.remove(&element) {
            Some(known) => known.union(&below),
            None => below,
        };
        self.children.insert(element, joined);
    }

    /// Whether a field of this level is in the set.
    pub(super) fn has(&self, element: &Element) -> bool {
        self.members.contains(element)
    }

    /// What is in the set below a field of this level.
    pub(super) fn below(&self, element: &Element) -> Option<&FieldSet> {
        self.children.get(element)
    }

    /// The fields of this level that are in the set, in order.
    pub(super) fn members(&self) -> impl Iterator<Item = &Element> {
        self.members.iter()
    }

    /// The fields of this level below which something is in the set, in order.
    pub(super) fn children(&self) -> impl Iterator<Item = (&Element, &FieldSet)> {
        self.children.iter()
    }

    /// What is in either.
    pub(super) fn union(&self, other: &Self) -> Self {
        let mut joined = self.clone();
        joined.members.extend(other.members.iter().cloned());
        for (element, below) in &other.children {
            joined.add_below(element.clone(), below.clone());
        }
        joined
    }

    /// What is in both.
    pub(super) fn intersection(&self, other: &Self) -> Self {
        let members = self.members.intersection(&other.members).cloned().collect();
        let children = self.children.iter().filter_map(|(element, below)| {
            let shared = below.intersection(other.below(element)?);
            (!shared.is_empty()).then(|| (element.clone(), shared))
        });
        Self { members, children: children.collect() }
    }

    /// What is in `self` only. A parent stays when its child goes, and the other way round.
    pub(super) fn difference(&self, other: &Self) -> Self {
        let members = self.members.difference(&other.members).cloned().collect();
        let children = self.children.iter().filter_map(|(element, below)| {
            let rest = match other.below(element) {
                Some(against) => below.difference(against),
                None => below.clone(),
            };
            (!rest.is_empty()).then(|| (element.clone(), rest))
        });
        Self { members, children: children.collect() }
    }

    /// Every path: those of this level first, as the API server lists conflicts.
    pub(super) fn paths(&self) -> Vec<Vec<Element>> {
        let mut paths = Vec::new();
        self.collect(&mut Vec::new(), &mut paths);
        paths
    }

    fn collect(&self, prefix: &mut Vec<Element>, paths: &mut Vec<Vec<Element>>) {
        for element in &self.members {
            prefix.push(element.clone());
            paths.push(prefix.clone());
            prefix.pop();
        }
        for (element, below) in &self.children {
            prefix.push(element.clone());
            below.collect(prefix, paths);
            prefix.pop();
        }
    }
}

impl FromIterator<Vec<Element>> for FieldSet {
    fn from_iter<I: IntoIterator<Item = Vec<Element>>>(paths: I) -> Self {
        let mut set = Self::default();
        for path in paths {
            set.insert(&path);
        }
        set
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// A path of fields, written with dots.
    fn path(text: &str) -> Vec<Element> {
        text.split('.').map(|name| Element::Field(name.to_owned())).collect()
    }

    fn set(paths: &[&str]) -> FieldSet {
        paths.iter().map(|text| path(text)).collect()
    }

    pub(in super::super) fn element() -> impl Strategy<Value = Element> {
        prop_oneof![
            "[abc]".prop_map(Element::Field),
            "[abc]".prop_map(|name| Element::Key(vec![("name".to_owned(), json!(name).into())])),
            (0..3).prop_map(|value: i32| Element::Value(json!(value).into())),
            (0..3_i64).prop_map(Element::Index),
        ]
    }

    pub(in super::super) fn paths() -> impl Strategy<Value = BTreeSet<Vec<Element>>> {
        prop::collection::btree_set(prop::collection::vec(element(), 1..4), 0..12)
    }

    #[test]
    fn a_path_is_in_the_set_without_its_parents_and_children() {
        let set = set(&["a.b"]);
        let [a, b] = ["a", "b"].map(|name| Element::Field(name.to_owned()));
        assert!(!set.has(&a));
        assert!(set.below(&a).is_some_and(|below| below.has(&b) && below.below(&b).is_none()));
    }

    #[test]
    fn the_whole_object_belongs_to_nobody() {
        let mut set = FieldSet::default();
        set.insert(&[]);
        assert!(set.is_empty());
    }

    #[test]
    fn a_difference_keeps_children_of_what_goes() {
        let all = set(&["a", "a.b", "c"]);
        assert_eq!(all.difference(&set(&["a"])), set(&["a.b", "c"]));
        assert_eq!(all.difference(&set(&["a.b"])), set(&["a", "c"]));
    }

    #[test]
    fn paths_of_a_level_come_before_those_below_it() {
        let shown: Vec<String> =
            set(&["a.x", "b", "a"]).paths().iter().map(|path| super::super::element::show_path(path)).collect();
        assert_eq!(shown, [".a", ".b", ".a.x"]);
    }

    proptest! {
        #[test]
        fn operations_are_those_of_plain_sets_of_paths(a in paths(), b in paths()) {
            let (left, right): (FieldSet, FieldSet) = (a.iter().cloned().collect(), b.iter().cloned().collect());
            let plain = |set: FieldSet| set.paths().into_iter().collect::<BTreeSet<_>>();
            prop_assert_eq!(plain(left.union(&right)), a.union(&b).cloned().collect());
            prop_assert_eq!(plain(left.intersection(&right)), a.intersection(&b).cloned().collect());
            prop_assert_eq!(plain(left.difference(&right)), a.difference(&b).cloned().collect());
        }

        #[test]
        fn the_same_paths_make_the_same_set(a in paths(), b in paths()) {
            let joined: FieldSet = a.iter().chain(&b).cloned().collect();
            let (left, right): (FieldSet, FieldSet) = (a.into_iter().collect(), b.into_iter().collect());
            prop_assert_eq!(left.union(&right), joined);
            prop_assert!(left.difference(&left).is_empty());
        }
    }
}
