//! Regular expressions: `matches`, Kubernetes' `find` and `findAll`, cel-go's regex extension.

use std::sync::{Arc, OnceLock};

use regex::{Captures, Regex};

use crate::cel::{Fault, Meter, Result, Value};
use crate::scalar::re2;

use super::cost::{PATTERN, SEARCH, SEARCH_LIST, SEARCH_REPLACE, size};
use super::row::{Growth, STRINGS, global, invalid, method, mismatch, pure};
use super::{Environment, Function, Ty};

const TWO: &[Ty] = &[Ty::String, Ty::String];
const THREE: &[Ty] = &[Ty::String, Ty::String, Ty::String];

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "matches",
        overloads: &[
            global("matches", TWO, Ty::Bool, PATTERN, matches),
            method("matches_string", TWO, Ty::Bool, PATTERN, matches),
        ],
        doc: "Whether an RE2 pattern occurs in the text; anchor it with `^` and `$` to match all of it. Faults on a \
              malformed pattern.",
        example: "'v1.2'.matches('^v[0-9]+') && matches('abc', 'b')",
        since: Environment::Base,
    },
    Function {
        name: "find",
        overloads: &[method(
            "string_find_string",
            TWO,
            Ty::String,
            PATTERN,
            pure!(
                [Value::String(text), Value::String(pattern)] => {
                    let found = compile(pattern)?.find(text).map_or("", |found| found.as_str());
                    Ok(Value::string(found))
                }
            ),
        )],
        doc: "The first part of the text that an RE2 pattern matches, empty if there is none.",
        example: "'abc 123'.find('[0-9]+') == '123'",
        since: Environment::Base,
    },
    Function {
        name: "findAll",
        overloads: &[
            method("string_find_all_string", TWO, STRINGS, PATTERN, find_all),
            method("string_find_all_string_int", &[Ty::String, Ty::String, Ty::Int], STRINGS, PATTERN, find_all),
        ],
        doc: "The parts of the text that an RE2 pattern matches, at most `n` (all if negative).",
        example: "'1 a 22'.findAll('[0-9]+') == ['1', '22'] && '1 22'.findAll('[0-9]+', 1) == ['1']",
        since: Environment::Base,
    },
    Function {
        name: "regex.extract",
        overloads: &[global("regex_extract_string_string", TWO, Ty::Optional(&Ty::String), SEARCH, extract)],
        doc: "The first match, or what its only group caught, as an optional. Faults on more than one group.",
        example: "regex.extract('item-42', 'item-([0-9]+)') == optional.of('42')",
        since: Environment::Extension,
    },
    Function {
        name: "regex.extractAll",
        overloads: &[global("regex_extractAll_string_string", TWO, STRINGS, SEARCH_LIST, extract_all)],
        doc: "All matches, or what the only group caught in each (empty ones left out). Faults on more than one group.",
        example: "regex.extractAll('id:1, id:2', 'id:([0-9])') == ['1', '2']",
        since: Environment::Extension,
    },
    Function {
        name: "regex.replace",
        overloads: &[
            global("regex_replace_string_string_string", THREE, Ty::String, SEARCH_REPLACE, replace),
            global(
                "regex_replace_string_string_string_int",
                &[Ty::String, Ty::String, Ty::String, Ty::Int],
                Ty::String,
                SEARCH_REPLACE,
                replace,
            ),
        ],
        doc: "The text with matches replaced, all or the first `n` (all if negative); `\\1` to `\\9` stand for groups, \
              `\\0` for the match, `\\\\` for a backslash.",
        example: r"regex.replace('a1b2', '([a-z])([0-9])', '\\2\\1') == '1a2b' && regex.replace('aaa', 'a', 'b', 2) == 'bba'",
        since: Environment::Extension,
    },
];

fn compile(pattern: &str) -> Result<Regex> {
    re2::compile(pattern).map_err(|error| invalid(error.to_string()))
}

fn matches(args: &[Value], _: &mut Meter) -> Result {
    let [Value::String(text), Value::String(pattern)] = args else { return Err(mismatch()) };
    Ok(Value::Bool(compile(pattern)?.is_match(text)))
}

/// A constant pattern, compiled when it is first asked for and then kept.
#[derive(Debug)]
pub(crate) struct Pattern {
    source: Arc<str>,
    compiled: OnceLock<Result<Regex>>,
}

impl Pattern {
    /// The pattern that a constant is; `None` if it is no text.
    pub(crate) fn of(constant: &Value) -> Option<Self> {
        let Value::String(source) = constant else { return None };
        Some(Self { source: Arc::clone(source), compiled: OnceLock::new() })
    }

    /// `matches`, at the same price: `args` are `text` and the pattern.
    pub(crate) fn matches(&self, text: &str, args: &[Value], meter: &mut Meter) -> Result {
        meter.charge(PATTERN.of(args))?;
        let compiled = self.compiled.get_or_init(|| compile(&self.source));
        compiled.as_ref().map(|compiled| Value::Bool(compiled.is_match(text))).map_err(Clone::clone)
    }
}

fn find_all(args: &[Value], _: &mut Meter) -> Result {
    let (text, pattern, limit) = match args {
        [Value::String(text), Value::String(pattern)] => (text, pattern, -1),
        [Value::String(text), Value::String(pattern), Value::Int(limit)] => (text, pattern, *limit),
        _ => return Err(mismatch()),
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(compile(pattern)?.find_iter(text).take(limit).map(|found| Value::string(found.as_str())).collect())
}

/// A pattern with at most one group.
fn single_group(pattern: &str) -> Result<Regex> {
    let compiled = compile(pattern)?;
    // The whole match counts as a group.
    if compiled.captures_len() > 2 {
        return Err(invalid("the pattern has more than one capturing group"));
    }
    Ok(compiled)
}

fn extract(args: &[Value], meter: &mut Meter) -> Result {
    let [Value::String(text), Value::String(pattern)] = args else { return Err(mismatch()) };
    let compiled = single_group(pattern)?;
    let Some(found) = compiled.captures(text) else {
        meter.charge(1)?;
        return Ok(Value::none());
    };
    let caught = found.get(compiled.captures_len() - 1).map_or("", |group| group.as_str());
    // A group that caught nothing is none, an empty match is not.
    if caught.is_empty() && compiled.captures_len() == 2 {
        meter.charge(1)?;
        return Ok(Value::none());
    }
    let value = Value::string(caught);
    meter.charge(size(&value))?;
    Ok(Value::some(value))
}

fn extract_all(args: &[Value], meter: &mut Meter) -> Result {
    let [Value::String(text), Value::String(pattern)] = args else { return Err(mismatch()) };
    let compiled = single_group(pattern)?;
    let mut caught = Vec::new();
    for found in compiled.captures_iter(text) {
        let part = found.get(compiled.captures_len() - 1).map_or("", |group| group.as_str());
        if compiled.captures_len() == 1 || !part.is_empty() {
            meter.charge(1)?;
            caught.push(Value::string(part));
        }
    }
    Ok(Value::list(caught))
}

fn replace(args: &[Value], meter: &mut Meter) -> Result {
    let (text, pattern, by, limit) = match args {
        [Value::String(text), Value::String(pattern), Value::String(by)] => (text, pattern, by, -1),
        [Value::String(text), Value::String(pattern), Value::String(by), Value::Int(limit)] => {
            (text, pattern, by, *limit)
        }
        _ => return Err(mismatch()),
    };
    if limit == 0 {
        return Ok(Value::String(text.clone()));
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let compiled = compile(pattern)?;
    let mut out = Output::default();
    let mut end = 0;
    for found in compiled.captures_iter(text).take(limit) {
        let Some(all) = found.get(0) else { continue };
        out.push(text.get(end..all.start()).unwrap_or_default(), meter)?;
        expand(by, &found, &mut out, meter)?;
        end = all.end();
    }
    out.push(text.get(end..).unwrap_or_default(), meter)?;
    Ok(Value::from(out.text))
}

/// Text under construction, paid for by its length as cel-go prices the result.
#[derive(Default)]
struct Output {
    text: String,
    growth: Growth,
}

impl Output {
    fn push(&mut self, part: &str, meter: &mut Meter) -> Result<()> {
        self.growth.text(part.len(), &mut Meter::new(u64::MAX))?;
        meter.charge(u64::try_from(part.chars().count()).unwrap_or(u64::MAX))?;
        self.text.push_str(part);
        Ok(())
    }
}

fn expand(by: &str, found: &Captures<'_>, out: &mut Output, meter: &mut Meter) -> Result<()> {
    let mut rest = by;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push(before, meter)?;
        let mut following = after.chars();
        match following.next() {
            Some('\\') => out.push("\\", meter)?,
            Some(digit) => out.push(group(digit, found)?, meter)?,
            None => return Err(invalid("the replacement ends in a single `\\`")),
        }
        rest = following.as_str();
    }
    out.push(rest, meter)
}

fn group<'text>(digit: char, found: &Captures<'text>) -> Result<&'text str> {
    let number = digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
    let number = number.ok_or_else(|| invalid("in the replacement a `\\` must be followed by a digit or `\\`"))?;
    if number >= found.len() {
        let groups = found.len() - 1;
        return Err(Fault::InvalidArgument(format!(
            "the replacement names group {number}, but the pattern has only {groups}"
        )));
    }
    Ok(found.get(number).map_or("", |group| group.as_str()))
}
