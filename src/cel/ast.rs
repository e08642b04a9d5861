//! The syntax tree: every node as it was written, with its place.

use std::ops::Range;
use std::sync::Arc;

/// Names a node within one expression. Ids are given in the order in which nodes start, outermost first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// One node.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its name within the expression.
    pub id: NodeId,
    /// Its bytes in the expression's text, without parentheses around it.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// What a node is. Macros are calls: nothing is expanded.
#[derive(Clone, Debug)]
pub enum Kind {
    /// a constant
    Literal(Literal),
    /// a name
    Ident {
        /// the name, without a leading dot
        name: Arc<str>,
        /// written with a leading dot: never a comprehension's variable
        absolute: bool,
    },
    /// `a.b`, `a.?b`
    Select {
        /// `a`
        operand: Box<Expr>,
        /// `b`
        field: Arc<str>,
        /// bytes of `b`
        name: Range<usize>,
        /// written with `.?`
        optional: bool,
    },
    /// `a[k]`, `a[?k]`
    Index {
        /// `a`
        operand: Box<Expr>,
        /// `k`
        index: Box<Expr>,
        /// written with `[?`
        optional: bool,
    },
    /// `f(x)`, `a.f(x)` and operators by cel-go's names (`_+_`, `_?_:_`)
    Call {
        /// the function's name
        function: Arc<str>,
        /// bytes of the name or of the operator's sign
        name: Range<usize>,
        /// `a`
        target: Option<Box<Expr>>,
        /// `x`
        args: Vec<Expr>,
    },
    /// `[a, ?b]`
    List(Vec<Element>),
    /// `{k: v, ?o: w}`
    Map(Vec<Entry>),
}

/// One element of a list literal.
#[derive(Clone, Debug)]
pub struct Element {
    /// written with `?`: an optional that adds nothing when empty
    pub optional: bool,
    /// the element
    pub value: Expr,
}

/// One entry of a map literal.
#[derive(Clone, Debug)]
pub struct Entry {
    /// written with `?`: an optional that adds nothing when empty
    pub optional: bool,
    /// the key
    pub key: Expr,
    /// the value
    pub value: Expr,
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `1`, `-1`, `0x1f`
    Int(i64),
    /// `1u`
    Uint(u64),
    /// `1.5`
    Double(f64),
    /// `'text'`
    String(Arc<str>),
    /// `b'bytes'`
    Bytes(Arc<[u8]>),
}

impl Expr {
    /// The nodes directly below, as written from left to right.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            Kind::Literal(_) | Kind::Ident { .. } => Vec::new(),
            Kind::Select { operand, .. } => vec![operand],
            Kind::Index { operand, index, .. } => vec![operand, index],
            Kind::Call { target, args, .. } => target.iter().map(AsRef::as_ref).chain(args).collect(),
            Kind::List(elements) => elements.iter().map(|element| &element.value).collect(),
            Kind::Map(entries) => entries.iter().flat_map(|entry| [&entry.key, &entry.value]).collect(),
        }
    }

    /// Calls `see` with this node and every node below it.
    pub fn walk<'a>(&'a self, see: &mut dyn FnMut(&'a Expr)) {
        see(self);
        for child in self.children() {
            child.walk(see);
        }
    }

    /// Equal in all but ids and places.
    pub fn same_shape(&self, other: &Expr) -> bool {
        let here = match (&self.kind, &other.kind) {
            (Kind::Literal(a), Kind::Literal(b)) => a == b,
            (Kind::Ident { name: a, absolute: x }, Kind::Ident { name: b, absolute: y }) => a == b && x == y,
            (Kind::Select { field: a, optional: x, .. }, Kind::Select { field: b, optional: y, .. }) => {
                a == b && x == y
            }
            (Kind::Index { optional: x, .. }, Kind::Index { optional: y, .. }) => x == y,
            (Kind::Call { function: a, target: x, .. }, Kind::Call { function: b, target: y, .. }) => {
                a == b && x.is_some() == y.is_some()
            }
            (Kind::List(a), Kind::List(b)) => a.iter().map(|e| e.optional).eq(b.iter().map(|e| e.optional)),
            (Kind::Map(a), Kind::Map(b)) => a.iter().map(|e| e.optional).eq(b.iter().map(|e| e.optional)),
            _ => false,
        };
        let (mine, theirs) = (self.children(), other.children());
        here && mine.len() == theirs.len() && mine.iter().zip(theirs).all(|(a, b)| a.same_shape(b))
    }
}
