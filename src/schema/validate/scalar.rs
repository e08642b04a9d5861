//! Texts and numbers.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::{Judge, len};
use crate::diagnostic::nearest;
use crate::schema::format;
use crate::schema::node::{Checks, Type};
use crate::schema::number::{compare, is_multiple};
use crate::schema::violation::ViolationKind;

impl Judge<'_> {
    pub(super) fn outside_enum(&mut self, value: &Value, allowed: &[Value]) {
        let texts = allowed.iter().filter_map(Value::as_str);
        let nearest = value.as_str().and_then(|text| nearest(text, texts));
        self.report(ViolationKind::Enum { found: value.clone(), allowed: allowed.to_vec(), nearest });
    }

    pub(super) fn text(&mut self, value: &Value, text: &str, checks: &Checks) {
        // Counted in characters; a text with fewer bytes than the limit needs no count.
        let found = len(text.chars().count());
        if let Some(limit) = checks.max_length.filter(|limit| found > *limit) {
            self.report(ViolationKind::TooLong { found, limit });
        }
        if let Some(limit) = checks.min_length.filter(|limit| found < *limit) {
            self.report(ViolationKind::TooShort { found, limit });
        }
        if let Some(pattern) = checks.pattern.as_ref().filter(|pattern| !pattern.regex.is_match(text)) {
            self.report(ViolationKind::Pattern { found: value.clone(), pattern: pattern.source.clone() });
        }
        if let Some(name) = &checks.format
            && let Err(reason) = format::check(name, text)
        {
            self.report(ViolationKind::Format { found: value.clone(), format: name.clone(), reason });
        }
    }

    pub(super) fn number(&mut self, number: &Number, checks: &Checks, kind: Option<Type>) {
        let found = || Value::Number(number.clone());
        if let Some(bound) = checks.maximum {
            let above = compare(number, bound.value);
            if above == Some(Ordering::Greater) || (bound.exclusive && above == Some(Ordering::Equal)) {
                let (limit, exclusive) = (bound.value, bound.exclusive);
                self.report(ViolationKind::TooLarge { found: found(), limit, exclusive });
            }
        }
        if let Some(bound) = checks.minimum {
            let below = compare(number, bound.value);
            if below == Some(Ordering::Less) || (bound.exclusive && below == Some(Ordering::Equal)) {
                let (limit, exclusive) = (bound.value, bound.exclusive);
                self.report(ViolationKind::TooSmall { found: found(), limit, exclusive });
            }
        }
        if let Some(factor) = checks.multiple_of.filter(|factor| !is_multiple(number, *factor)) {
            self.report(ViolationKind::Multiple { found: found(), factor });
        }
        if let Some(format) = out_of_range(number, checks.format.as_deref(), kind) {
            self.report(ViolationKind::Range { found: found(), format });
        }
    }
}

fn out_of_range(number: &Number, format: Option<&str>, kind: Option<Type>) -> Option<&'static str> {
    match (kind?, format?) {
        (Type::Integer, "int32") => {
            let fits = super::super::number::as_integer(number).is_some_and(|value| i32::try_from(value).is_ok());
            (!fits).then_some("int32")
        }
        (Type::Number, "float") => {
            let fits = number.as_f64().is_some_and(|value| value.abs() <= f64::from(f32::MAX));
            (!fits).then_some("float")
        }
        _ => None,
    }
}
