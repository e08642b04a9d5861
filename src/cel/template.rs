//! Strings with expressions in them: `https://${inputs.hostname}`.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::ast::{Expr, Kind};
use super::context::{Activation, Context, EvalError};
use super::program::{Program, Read, compile};
use super::scope::Scope;
use super::{ExprError, ExprErrorKind, Fault, Value, scan};

/// A compiled string. Cloning is O(1).
#[derive(Clone, Debug, Default)]
pub struct Template(Arc<[Segment]>);

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Segment {
    /// text as it will appear: `$${` is `${` here
    Text(String),
    /// `${…}`
    Expression {
        /// what is between the braces
        program: Program,
        /// where that starts in the template's text
        offset: usize,
    },
}

impl Template {
    /// Compiles `text` over the names of `scope`. Errors carry ranges in `text`.
    pub fn compile(text: &str, scope: &Scope) -> Result<Self, Vec<ExprError>> {
        let parts = split(text).map_err(|error| vec![error])?;
        let whole = parts.len() == 1;
        let (mut segments, mut errors) = (Vec::with_capacity(parts.len()), Vec::new());
        for part in parts {
            match part {
                Part::Text(text) => segments.push(Segment::Text(text)),
                Part::Expression(range) => match expression(text, range.clone(), scope, whole) {
                    Ok(program) => segments.push(Segment::Expression { program, offset: range.start }),
                    Err(found) => errors.extend(found),
                },
            }
        }
        if errors.is_empty() { Ok(Self(segments.into())) } else { Err(errors) }
    }

    /// Its parts, in order; none for an empty text.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The text, if there is no expression in it.
    pub fn literal(&self) -> Option<&str> {
        match &*self.0 {
            [] => Some(""),
            [Segment::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The expression, if there is nothing else: then the value keeps its type.
    pub fn expression(&self) -> Option<&Program> {
        match &*self.0 {
            [Segment::Expression { program, .. }] => Some(program),
            _ => None,
        }
    }

    /// What its expressions read.
    pub fn reads(&self) -> BTreeSet<Read> {
        let programs = self.0.iter().filter_map(|segment| match segment {
            Segment::Expression { program, .. } => Some(program),
            Segment::Text(_) => None,
        });
        programs.flat_map(|program| program.reads().iter().cloned()).collect()
    }

    /// Its value; `None` if it is one expression that yields `optional.none()`. Errors carry ranges in
    /// the template's text.
    pub fn render(&self, env: &dyn Activation, cx: &mut Context<'_>) -> Result<Option<Value>, EvalError> {
        if let [Segment::Expression { program, offset }] = &*self.0 {
            let value = program.eval(env, cx).map_err(|error| shifted(error, *offset))?;
            return Ok(match value {
                Value::Optional(held) => held.map(|held| Value::clone(&held)),
                value => Some(value),
            });
        }
        let mut text = String::new();
        for segment in self.0.iter() {
            match segment {
                Segment::Text(part) => text.push_str(part),
                Segment::Expression { program, offset } => {
                    let value = program.eval(env, cx).map_err(|error| shifted(error, *offset))?;
                    let range = *offset..offset + program.text().len();
                    append(&mut text, &value, cx).map_err(|fault| EvalError { fault, range })?;
                }
            }
        }
        Ok(Some(Value::String(text.into())))
    }
}

/// A part before its expression is compiled.
enum Part {
    Text(String),
    Expression(Range<usize>),
}

fn split(text: &str) -> Result<Vec<Part>, ExprError> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("$${") {
            literal.push_str("${");
            at += 3;
        } else if rest.starts_with("${") {
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            let end = scan::closing_brace(text, at + 2)?;
            parts.push(Part::Expression(at + 2..end));
            at = end + 1;
        } else {
            let next = rest.char_indices().skip(1).find(|(_, c)| *c == '$').map_or(rest.len(), |(next, _)| next);
            literal.push_str(rest.get(..next).unwrap_or_default());
            at += next;
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Text(literal));
    }
    Ok(parts)
}

fn expression(text: &str, range: Range<usize>, scope: &Scope, whole: bool) -> Result<Program, Vec<ExprError>> {
    let offset = range.start;
    let source = text.get(range).unwrap_or_default();
    let mut program = compile(source, scope).and_then(|program| match maybe_empty(program.ast()) {
        Some(part) if !whole => {
            let kind = ExprErrorKind::Template("an optional cannot be part of a text".into());
            Err(vec![
                ExprError::new(part.range.clone(), kind).help("say what stands there without a value: `.orValue('')`"),
            ])
        }
        _ => Ok(program),
    });
    if let Err(errors) = &mut program {
        for error in errors {
            error.range = error.range.start + offset..error.range.end + offset;
        }
    }
    program
}

/// The part of an expression that is an optional by its form.
fn maybe_empty(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        Kind::Select { optional: true, .. } | Kind::Index { optional: true, .. } => Some(expr),
        Kind::Select { operand, .. } | Kind::Index { operand, .. } => maybe_empty(operand).map(|_| expr),
        Kind::Call { function, target: None, args, .. } if &**function == "_?_:_" => {
            args.iter().skip(1).find_map(maybe_empty)
        }
        Kind::Call { function, target: Some(target), .. } => {
            let of_optional = matches!(&target.kind, Kind::Ident { name, .. } if &**name == "optional");
            (of_optional || matches!(&**function, "optMap" | "optFlatMap" | "or")).then_some(expr)
        }
        _ => None,
    }
}

/// Adds a value to a text, and counts it as cel-go counts joining strings: 0.1 a byte.
fn append(text: &mut String, value: &Value, cx: &mut Context<'_>) -> Result<(), Fault> {
    match value {
        Value::String(part) => {
            cx.meter.charge(u64::try_from(part.len()).unwrap_or(u64::MAX).div_ceil(10))?;
            text.push_str(part);
        }
        Value::Int(number) => text.push_str(&number.to_string()),
        Value::Uint(number) => text.push_str(&number.to_string()),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        other => {
            let found = other.type_name();
            return Err(Fault::InvalidArgument(format!("a text takes strings, integers and booleans, found {found}")));
        }
    }
    Ok(())
}

fn shifted(error: EvalError, offset: usize) -> EvalError {
    EvalError { range: error.range.start + offset..error.range.end + offset, ..error }
}

#[cfg(test)]
mod tests;
