//! From text to syntax tree. The grammar is the crate `cel`'s; bounds, messages and places are ours.

mod ranges;

use std::panic::{AssertUnwindSafe, catch_unwind};

use cel::common::ast::{IdedExpr, SourceInfo};
use cel::parser::ParseErrors;

use super::ast::Expr;
use super::error::{ExprError, ExprErrorKind};
use super::scan::{Token, TokenKind};
use super::{guard, scan, syntax};

/// The syntax tree of `text`.
///
/// # Errors
/// One located error: the grammar gives no second one that could be trusted.
pub fn parse(text: &str) -> Result<Expr, ExprError> {
    guard::bytes(text)?;
    let tokens = scan::tokens(text)?;
    guard::depth(&tokens)?;
    syntax::check(text, &tokens)?;
    literals(text, &tokens)?;
    let (tree, places) = grammar(text)?;
    ranges::Rebuild::new(text, &tokens, &places).expr(&tree)
}

/// The crate's parser without macros. It can panic in places; that becomes an error like any other.
fn grammar(text: &str) -> Result<(IdedExpr, SourceInfo), ExprError> {
    let parsed = catch_unwind(AssertUnwindSafe(|| {
        let parser = cel::Env::default().parser();
        // Brackets are bounded by `guard`; a conditional recurses without one.
        parser.enable_ident_escape_syntax(true).max_recursion_depth(1024).parse_with_source_info(text)
    }));
    match parsed {
        Ok(Ok(tree)) => Ok(tree),
        Ok(Err(errors)) => Err(rephrase(text, &errors)),
        Err(_) => Err(unreadable(text)),
    }
}

/// What the crate refuses although `syntax` let it pass: literals, mostly.
fn rephrase(text: &str, errors: &ParseErrors) -> ExprError {
    let Some(first) = errors.errors.first() else { return unreadable(text) };
    let message = first.msg.lines().next().unwrap_or_default().trim_start_matches("Syntax error: ");
    ExprError::new(0..text.len(), ExprErrorKind::Syntax(format!("this is no expression: {}", message.to_lowercase())))
}

fn unreadable(text: &str) -> ExprError {
    ExprError::new(0..text.len(), ExprErrorKind::Syntax("this expression cannot be read".into()))
}

/// Refuses numbers that their types cannot hold.
fn literals(text: &str, tokens: &[Token]) -> Result<(), ExprError> {
    for (at, token) in tokens.iter().enumerate() {
        let shown = text.get(token.range.clone()).unwrap_or_default();
        let fits = match token.kind {
            TokenKind::Int => {
                let negative = at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|t| t.is("-"));
                integer(shown).is_some_and(|value| value < 1 << 63 || (negative && value == 1 << 63))
            }
            TokenKind::Uint => integer(shown.trim_end_matches(['u', 'U'])).is_some(),
            TokenKind::Double => shown.parse::<f64>().is_ok_and(f64::is_finite),
            _ => true,
        };
        if !fits {
            let text = format!("the number `{shown}` does not fit 64 bits");
            return Err(ExprError::new(token.range.clone(), ExprErrorKind::Literal(text)));
        }
    }
    Ok(())
}

fn integer(digits: &str) -> Option<u64> {
    match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
