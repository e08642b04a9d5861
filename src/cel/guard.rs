//! Bounds on the form of an expression: what passes here cannot overflow a stack, neither in the
//! grammar, which is not ours and recurses without a limit, nor in the evaluator.

use super::error::{ExprError, ExprErrorKind};
use super::scan::{Token, TokenKind};

/// Bytes of one expression. Kubernetes bounds a rule by its object only; ours are far shorter.
pub(crate) const MAX_BYTES: usize = 16 * 1024;
/// Brackets within brackets.
pub(crate) const MAX_BRACKETS: usize = 32;
/// Operators of one kind in a row at one level of brackets.
pub(crate) const MAX_CHAIN: usize = 128;
/// Brackets and chains together, along the deepest way into an expression.
pub(crate) const MAX_DEPTH: usize = 256;

/// One level of brackets: how deep a tree its tokens can make.
#[derive(Default)]
struct Level {
    ternary: usize,
    logical: usize,
    binary: usize,
    operand: usize,
    /// the deepest operand and part of this item, the deepest item, and the deepest level within
    deepest_operand: usize,
    deepest_part: usize,
    deepest_item: usize,
    deepest_inner: usize,
}

impl Level {
    fn end_operand(&mut self) {
        self.deepest_operand = self.deepest_operand.max(self.operand);
        self.operand = 0;
    }

    fn end_part(&mut self) {
        self.end_operand();
        self.deepest_part = self.deepest_part.max(self.binary);
        self.binary = 0;
    }

    fn end_item(&mut self) {
        self.end_part();
        // Logical operators make a balanced tree: 128 of them are 8 levels.
        let logical = usize::BITS - self.logical.leading_zeros();
        let item = self.ternary + logical as usize + self.deepest_part + self.deepest_operand;
        let deepest_item = self.deepest_item.max(item);
        *self = Self { deepest_item, deepest_inner: self.deepest_inner, ..Self::default() };
    }

    fn depth(&mut self) -> usize {
        self.end_item();
        self.deepest_item + 1 + self.deepest_inner
    }
}

/// Refuses a text that is too long.
pub(crate) fn bytes(text: &str) -> Result<(), ExprError> {
    if text.len() <= MAX_BYTES {
        return Ok(());
    }
    let kind = ExprErrorKind::TooLong { found: text.len(), limit: MAX_BYTES };
    Err(ExprError::new(0..text.len(), kind).help("split it into variables"))
}

/// Refuses tokens that would nest too deeply.
pub(crate) fn depth(tokens: &[Token]) -> Result<(), ExprError> {
    let mut levels = vec![Level::default()];
    let mut after_operand = false;
    for token in tokens {
        let TokenKind::Sign(sign) = token.kind else {
            after_operand = true;
            continue;
        };
        step(&mut levels, token, sign, after_operand)?;
        after_operand = matches!(sign, ")" | "]" | "}");
    }
    while levels.len() > 1 {
        close(&mut levels);
    }
    let depth = levels.last_mut().map_or(0, Level::depth);
    if depth <= MAX_DEPTH {
        return Ok(());
    }
    let range = tokens.first().map_or(0, |t| t.range.start)..tokens.last().map_or(0, |t| t.range.end);
    Err(too_deep(range, "this expression", MAX_DEPTH))
}

fn step(levels: &mut Vec<Level>, token: &Token, sign: &str, after_operand: bool) -> Result<(), ExprError> {
    let opens = matches!(sign, "(" | "[" | "{");
    let closes = matches!(sign, ")" | "]" | "}");
    if let Some(level) = levels.last_mut() {
        let what = match sign {
            "(" | "[" | "." if after_operand => count(&mut level.operand, "a chain of calls and fields"),
            "!" | "-" if !after_operand => count(&mut level.operand, "a chain of signs"),
            "&&" | "||" => {
                level.end_part();
                count(&mut level.logical, "a chain of conditions")
            }
            "?" if after_operand => {
                level.end_part();
                count(&mut level.ternary, "a chain of conditionals")
            }
            ":" => {
                level.end_part();
                None
            }
            "," => {
                level.end_item();
                None
            }
            "." | "?" => None,
            _ if opens || closes => None,
            _ => {
                level.end_operand();
                count(&mut level.binary, "a chain of operators")
            }
        };
        if let Some(what) = what {
            return Err(too_deep(token.range.clone(), what, MAX_CHAIN));
        }
    }
    if opens {
        levels.push(Level::default());
    }
    if closes && levels.len() > 1 {
        close(levels);
    }
    if levels.len() > MAX_BRACKETS + 1 {
        return Err(too_deep(token.range.clone(), "a bracket", MAX_BRACKETS));
    }
    Ok(())
}

/// Counts one more; gives `what` once there are too many.
fn count(counter: &mut usize, what: &'static str) -> Option<&'static str> {
    *counter += 1;
    (*counter > MAX_CHAIN).then_some(what)
}

fn close(levels: &mut Vec<Level>) {
    let depth = levels.pop().map_or(0, |mut level| level.depth());
    if let Some(outer) = levels.last_mut() {
        outer.deepest_inner = outer.deepest_inner.max(depth);
    }
}

fn too_deep(range: std::ops::Range<usize>, what: &'static str, limit: usize) -> ExprError {
    ExprError::new(range, ExprErrorKind::TooDeep { what, limit }).help("split the expression into variables")
}
