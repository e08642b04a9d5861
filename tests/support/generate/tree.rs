//! Generated expressions as trees, so that a failing one can be made smaller.

use super::types::Type;

/// An expression of one type: text with expressions in it.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) ty: Type,
    pub(crate) parts: Vec<Part>,
}

#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text(String),
    Tree(Tree),
}

impl Tree {
    pub(crate) fn leaf(ty: &Type, text: impl Into<String>) -> Self {
        Self { ty: ty.clone(), parts: vec![Part::Text(text.into())] }
    }

    /// `pattern` with each `$` replaced by the next of `trees`.
    pub(crate) fn of(ty: &Type, pattern: &str, trees: Vec<Tree>) -> Self {
        let mut parts = Vec::new();
        let mut trees = trees.into_iter();
        for (at, text) in pattern.split('$').enumerate() {
            if at > 0 {
                parts.push(Part::Tree(trees.next().expect(pattern)));
            }
            parts.push(Part::Text(text.to_string()));
        }
        Self { ty: ty.clone(), parts }
    }

    pub(crate) fn text(&self) -> String {
        self.parts.iter().map(Part::text).collect()
    }

    /// Smaller trees of the same type, nearest to the root first.
    pub(crate) fn smaller(&self) -> Vec<Tree> {
        let mut found: Vec<Tree> = self.below().filter(|tree| tree.ty == self.ty).cloned().collect();
        for (at, part) in self.parts.iter().enumerate() {
            let Part::Tree(tree) = part else { continue };
            for smaller in tree.smaller() {
                let mut copy = self.clone();
                copy.parts[at] = Part::Tree(smaller);
                found.push(copy);
            }
        }
        found
    }

    fn below(&self) -> Box<dyn Iterator<Item = &Tree> + '_> {
        Box::new(self.parts.iter().flat_map(|part| -> Box<dyn Iterator<Item = &Tree> + '_> {
            match part {
                Part::Text(_) => Box::new(std::iter::empty()),
                Part::Tree(tree) => Box::new(std::iter::once(tree).chain(tree.below())),
            }
        }))
    }
}

impl Part {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Tree(tree) => tree.text(),
        }
    }
}
