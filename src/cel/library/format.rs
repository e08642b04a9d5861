//! `'…'.format([…])`, as cel-go's strings extension 2 does it in Kubernetes: with the locale `en_US`,
//! which groups thousands in `%f` and writes `%e` with a real multiplication sign.

mod clause;
mod number;

use crate::cel::{Meter, Result, Value};

use super::cost::FIRST;
use super::row::{Growth, invalid, method, mismatch};
use super::{Environment, Function, Ty};

pub(super) const ROWS: &[Function] = &[Function {
    name: "format",
    overloads: &[method("string_format", &[Ty::String, Ty::List(&Ty::Dyn)], Ty::String, FIRST, format)],
    doc: "The text with clauses replaced by the list's values in order: `%s` any value, `%d` integers, `%f` and `%e` \
          doubles (`%.2f` with decimals), `%b` `%o` `%x` `%X` integers (text and bytes in hexadecimal, booleans in \
          binary), `%%` a percent sign. Faults on another clause, a value that it does not take, or a missing one.",
    example: "'%s has %d of %.1f'.format(['a', 2, 3.0]) == 'a has 2 of 3.0'",
    since: Environment::Kubernetes(29),
}];

/// Text under construction, paid for before it grows.
#[derive(Debug)]
struct Output<'meter> {
    text: String,
    growth: Growth,
    meter: &'meter mut Meter,
}

impl Output<'_> {
    fn push(&mut self, part: &str) -> Result<()> {
        self.growth.text(part.len(), self.meter)?;
        self.text.push_str(part);
        Ok(())
    }

    fn pad(&mut self, spaces: usize) -> Result<()> {
        self.growth.text(spaces, self.meter)?;
        self.text.extend(std::iter::repeat_n(' ', spaces));
        Ok(())
    }
}

fn format(args: &[Value], meter: &mut Meter) -> Result {
    let [Value::String(template), Value::List(values)] = args else { return Err(mismatch()) };
    let mut out = Output { text: String::new(), growth: Growth::default(), meter };
    let mut values = values.iter();
    let mut rest: &str = template;
    while let Some((before, after)) = rest.split_once('%') {
        out.push(before)?;
        if let Some(after) = after.strip_prefix('%') {
            out.push("%")?;
            rest = after;
            continue;
        }
        let value = values.next().ok_or_else(|| missing(template))?;
        let (clause, after) = clause::parse(after)?;
        clause.write(value, &mut out)?;
        rest = after;
    }
    out.push(rest)?;
    Ok(Value::from(out.text))
}

/// The letters of a text's clauses, in order.
pub(crate) fn format_verbs(template: &str) -> std::result::Result<Vec<char>, crate::cel::Fault> {
    let mut verbs = Vec::new();
    let mut rest = template;
    while let Some((_, after)) = rest.split_once('%') {
        if let Some(after) = after.strip_prefix('%') {
            rest = after;
            continue;
        }
        let (clause, after) = clause::parse(after)?;
        verbs.push(clause.verb());
        rest = after;
    }
    Ok(verbs)
}

fn missing(template: &str) -> crate::cel::Fault {
    let shown: String = template.chars().take(60).collect();
    invalid(format!("`{shown}` has more clauses than there are values"))
}
