//! Places. The crate knows one token of each node; from that, the children and the brackets comes the
//! node's whole range.

use std::sync::Arc;

use cel::common::ast::{
    CallExpr, EntryExpr, Expr as Tree, IdedEntryExpr, IdedExpr, ListExpr, LiteralValue, SourceInfo,
};

use crate::cel::ast::{Element, Entry, Expr, Kind, Literal, NodeId};
use crate::cel::error::{ExprError, ExprErrorKind};
use crate::cel::scan::{Token, TokenKind};

/// First and last token of a node.
type Span = (usize, usize);

pub(super) struct Rebuild<'a> {
    text: &'a str,
    tokens: &'a [Token],
    places: &'a SourceInfo,
    /// for each bracket its partner
    partner: Vec<usize>,
    next: u32,
}

type Built = Result<(Expr, Span), ExprError>;

impl<'a> Rebuild<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token], places: &'a SourceInfo) -> Self {
        Self { text, tokens, places, partner: partners(tokens), next: 0 }
    }

    /// The tree of the whole text.
    pub(super) fn expr(&mut self, tree: &IdedExpr) -> Result<Expr, ExprError> {
        self.node(tree).map(|(expr, _)| expr)
    }

    fn node(&mut self, tree: &IdedExpr) -> Built {
        let id = NodeId(self.next);
        self.next += 1;
        let at = self.token_of(tree.id)?;
        let (kind, span) = match &tree.expr {
            Tree::Literal(literal) => (Kind::Literal(constant(literal)), (sign_of(literal, at), at)),
            Tree::Ident(name) => {
                let absolute = name.starts_with('.');
                let name = Arc::from(name.trim_start_matches('.'));
                (Kind::Ident { name, absolute }, (at - usize::from(absolute && at > 0), at))
            }
            Tree::Select(select) => self.select(&select.operand, &select.field, at, false)?,
            Tree::Call(call) => self.call(call, at)?,
            Tree::List(list) => (self.list(list)?, (at, self.partner(at))),
            Tree::Map(map) => (self.map(&map.entries)?, (at, self.partner(at))),
            Tree::Struct(_) | Tree::Comprehension(_) | Tree::Unspecified => return Err(self.lost()),
        };
        let range = self.start(span.0)..self.end(span.1);
        Ok((Expr { id, range, kind }, span))
    }

    fn call(&mut self, call: &CallExpr, at: usize) -> Result<(Kind, Span), ExprError> {
        match (call.func_name.as_str(), call.target.as_deref(), call.args.as_slice()) {
            ("_?._", None, [operand, IdedExpr { expr: Tree::Literal(LiteralValue::String(field)), .. }]) => {
                self.select(operand, field.inner(), at, true)
            }
            (name @ ("_[_]" | "_[?_]"), None, [operand, index]) => {
                let (operand, span) = self.postfixed(operand)?;
                let index = Box::new(self.node(index)?.0);
                let kind = Kind::Index { operand: Box::new(operand), index, optional: name == "_[?_]" };
                Ok((kind, (span.0, self.partner(at))))
            }
            (name, None, args) if is_operator(name) => self.operator(name, args, at),
            (name, None, args) => {
                let absolute = usize::from(name.starts_with('.'));
                let first = at.saturating_sub(1 + absolute);
                self.named(name.trim_start_matches('.'), None, args, at, first)
            }
            (name, Some(target), args) => {
                let (target, span) = self.postfixed(target)?;
                self.named(name, Some(Box::new(target)), args, at, span.0)
            }
        }
    }

    /// A call of a function by its name; `at` is its `(`.
    fn named(
        &mut self,
        function: &str,
        target: Option<Box<Expr>>,
        args: &[IdedExpr],
        at: usize,
        first: usize,
    ) -> Result<(Kind, Span), ExprError> {
        let args = args.iter().map(|arg| Ok(self.node(arg)?.0)).collect::<Result<_, ExprError>>()?;
        let name = at.saturating_sub(1);
        let name = self.start(name)..self.end(name);
        Ok((Kind::Call { function: function.into(), name, target, args }, (first, self.partner(at))))
    }

    fn operator(&mut self, function: &str, args: &[IdedExpr], at: usize) -> Result<(Kind, Span), ExprError> {
        let (mut first, mut last) = (at, at);
        let mut built = Vec::with_capacity(args.len());
        for arg in args {
            let (expr, span) = self.node(arg)?;
            // A sign's operand ends where the sign stands; the brackets around both are not the operand's.
            let floor = if is_sign(function) { at + 1 } else { 0 };
            let outer = self.with_signs(self.outside(span, floor), floor);
            (first, last) = (first.min(outer.0), last.max(outer.1));
            built.push(expr);
        }
        let name = self.start(at)..self.end(at);
        if is_sign(function) {
            // The sign that the crate names is the first of an odd number of them.
            first = at;
        }
        Ok((Kind::Call { function: function.into(), name, target: None, args: built }, (first, last)))
    }

    fn select(
        &mut self,
        operand: &IdedExpr,
        field: &str,
        at: usize,
        optional: bool,
    ) -> Result<(Kind, Span), ExprError> {
        let (operand, span) = self.postfixed(operand)?;
        let last = at + 1 + usize::from(optional);
        let name = self.start(last)..self.end(last);
        Ok((Kind::Select { operand: Box::new(operand), field: field.into(), name, optional }, (span.0, last)))
    }

    fn list(&mut self, list: &ListExpr) -> Result<Kind, ExprError> {
        let elements = list.elements.iter().enumerate().map(|(at, element)| {
            Ok(Element { optional: list.optional_indices.contains(&at), value: self.node(element)?.0 })
        });
        Ok(Kind::List(elements.collect::<Result<_, ExprError>>()?))
    }

    fn map(&mut self, entries: &[IdedEntryExpr]) -> Result<Kind, ExprError> {
        let entries = entries.iter().map(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => {
                Ok(Entry { optional: entry.optional, key: self.node(&entry.key)?.0, value: self.node(&entry.value)?.0 })
            }
            EntryExpr::StructField(_) => Err(self.lost()),
        });
        Ok(Kind::Map(entries.collect::<Result<_, ExprError>>()?))
    }

    /// What a `.`, `[` or `(` follows: with parentheses, but without signs, which bind looser.
    fn postfixed(&mut self, tree: &IdedExpr) -> Built {
        let (expr, span) = self.node(tree)?;
        let span = self.outside(span, 0);
        Ok((expr, span))
    }

    /// The span with the parentheses around it, and with the signs within those; nothing before `floor`.
    fn outside(&self, mut span: Span, floor: usize) -> Span {
        loop {
            let (first, last) = self.with_signs(span, floor);
            match first.checked_sub(1).filter(|open| *open >= floor) {
                Some(open) if self.is_group(open) && self.partner(open) == last + 1 => span = (open, last + 1),
                _ => return span,
            }
        }
    }

    /// The span with the signs before it.
    fn with_signs(&self, (mut first, last): Span, floor: usize) -> Span {
        while let Some(before) = first.checked_sub(1).filter(|at| *at >= floor && self.is_prefix(*at)) {
            first = before;
        }
        (first, last)
    }

    fn is_prefix(&self, at: usize) -> bool {
        let sign = self.tokens.get(at).is_some_and(|token| token.is("!") || token.is("-"));
        sign && !at.checked_sub(1).and_then(|before| self.tokens.get(before)).is_some_and(ends_operand)
    }

    fn is_group(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.tokens.get(before));
        self.tokens.get(at).is_some_and(|token| token.is("(")) && !before.is_some_and(ends_operand)
    }

    fn token_of(&self, id: u64) -> Result<usize, ExprError> {
        let start = self.places.offset_for(id).and_then(|(start, _)| usize::try_from(start).ok());
        let start = start.ok_or_else(|| self.lost())?;
        self.tokens.binary_search_by_key(&start, |token| token.range.start).map_err(|_| self.lost())
    }

    fn partner(&self, at: usize) -> usize {
        self.partner.get(at).copied().unwrap_or(at)
    }

    fn start(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(0, |token| token.range.start)
    }

    fn end(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(self.text.len(), |token| token.range.end)
    }

    /// The crate's tree does not fit the tokens: the two disagree about the text.
    fn lost(&self) -> ExprError {
        ExprError::new(0..self.text.len(), ExprErrorKind::Syntax("this expression cannot be read".into()))
    }
}

/// The first token of a number: its `-`, if it has one.
fn sign_of(literal: &LiteralValue, at: usize) -> usize {
    let negative = match literal {
        LiteralValue::Int(value) => *value.inner() < 0,
        LiteralValue::Double(value) => value.inner().is_sign_negative(),
        _ => false,
    };
    if negative { at.saturating_sub(1) } else { at }
}

/// Names of operators have a character that no name written in an expression has.
fn is_operator(name: &str) -> bool {
    name.contains(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))
}

fn is_sign(function: &str) -> bool {
    matches!(function, "!_" | "-_")
}

fn ends_operand(token: &Token) -> bool {
    match token.kind {
        TokenKind::Sign(sign) => matches!(sign, ")" | "]" | "}"),
        _ => true,
    }
}

fn constant(literal: &LiteralValue) -> Literal {
    match literal {
        LiteralValue::Null => Literal::Null,
        LiteralValue::Boolean(value) => Literal::Bool(*value.inner()),
        LiteralValue::Int(value) => Literal::Int(*value.inner()),
        LiteralValue::UInt(value) => Literal::Uint(*value.inner()),
        LiteralValue::Double(value) => Literal::Double(*value.inner()),
        LiteralValue::String(value) => Literal::String(value.inner().into()),
        LiteralValue::Bytes(value) => Literal::Bytes(value.inner().into()),
    }
}

fn partners(tokens: &[Token]) -> Vec<usize> {
    let mut partner: Vec<usize> = (0..tokens.len()).collect();
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.is("(") || token.is("[") || token.is("{") {
            open.push(at);
        } else if (token.is(")") || token.is("]") || token.is("}"))
            && let Some(start) = open.pop()
        {
            if let Some(entry) = partner.get_mut(start) {
                *entry = at;
            }
            if let Some(entry) = partner.get_mut(at) {
                *entry = start;
            }
        }
    }
    partner
}
