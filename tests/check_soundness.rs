//! What the type checker accepts has no type error when it runs: on generated expressions over every
//! function of the table, with values of the declared types.
//!
//! `CASES=N` asks for more than CI does.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::match_same_arms,
    clippy::similar_names,
    clippy::format_collect,
    reason = "a suite of its own: a panic is how it fails"
)]

#[path = "support/oracle/mod.rs"]
mod oracle;

#[path = "support/generate/mod.rs"]
mod generate;

use generate::Generator;
use generate::variables;
use openbao_claims::cel::check::Type;
use openbao_claims::cel::cost::Extent;
use openbao_claims::cel::{Fault, Value};
use oracle::declared::Names;
use oracle::ours::{self, Verdict};
use oracle::verdict;

/// Cases of one run.
const CASES: usize = 6_000;
/// Fixed, so that a run can be repeated.
const SEED: u64 = 0x50_0d;

/// Whether a value is of a type.
fn is_of(value: &Value, ty: &Type) -> bool {
    match (ty, value) {
        (Type::Dyn | Type::Error, _)
        | (Type::Null, Value::Null)
        | (Type::Bool, Value::Bool(_))
        | (Type::Int, Value::Int(_))
        | (Type::Uint, Value::Uint(_))
        | (Type::Double, Value::Double(_))
        | (Type::String, Value::String(_))
        | (Type::Bytes, Value::Bytes(_))
        | (Type::Duration, Value::Duration(_))
        | (Type::Timestamp, Value::Timestamp(_))
        | (Type::Type(_), Value::Type(_)) => true,
        (Type::Enum(texts), Value::String(text)) => texts.contains(&**text),
        (Type::Opaque(name), Value::Opaque(_)) => value.type_name() == *name,
        (Type::List(item), Value::List(items)) => items.iter().all(|value| is_of(value, item)),
        (Type::Map(key, held), Value::Map(entries)) => {
            entries.iter().all(|(own, value)| is_of(&own.to_value(), key) && is_of(value, held))
        }
        (Type::Table(names, held), Value::Map(entries)) => {
            names.len() == entries.iter().count() && entries.iter().all(|(_, value)| is_of(value, held))
        }
        (Type::Optional(_), Value::Optional(None)) | (Type::Nullable(_), Value::Null) => true,
        (Type::Optional(held), Value::Optional(Some(value))) => is_of(value, held),
        (Type::Nullable(held), value) => is_of(value, held),
        (Type::IntOrString, value) => matches!(value, Value::Int(_) | Value::String(_)),
        _ => false,
    }
}

/// Whether a value is as small as was said.
fn holds(actual: &Extent, estimated: &Extent) -> bool {
    actual.most <= estimated.most.max(1) && actual.or(estimated).most == estimated.most.max(actual.most)
}

/// What no accepted expression may come to. All others depend on values, which no type tells.
fn forbidden(fault: &Fault) -> bool {
    match fault {
        Fault::NoSuchKey(_) | Fault::IndexOutOfBounds(_) | Fault::NoSuchOverload(_) | Fault::NoValue | Fault::Depth => {
            true
        }
        Fault::Overflow(_)
        | Fault::DivisionByZero(_)
        | Fault::InvalidArgument(_)
        | Fault::DuplicateKey(_)
        | Fault::Budget { .. } => false,
        Fault::Root { cause, .. } => forbidden(cause),
    }
}

#[test]
fn what_the_checker_accepts_has_no_type_error_when_it_runs() {
    let names = Names::new(&variables::types());
    let count = std::env::var("CASES").map_or(CASES, |count| count.parse().expect("CASES is a number"));
    let mut generator = Generator::new(SEED);
    let (mut accepted, mut valued, mut violations) = (0, 0, Vec::new());
    for number in 0..count {
        // The well-typed mood: values are of the declared types, and expressions mostly are.
        let (case, _) = generator.case(number * 2);
        let verdict::Verdict::Accepted { ty, estimate } = verdict::of(&case, &names) else { continue };
        accepted += 1;
        let answer = ours::answer(&case);
        if answer.cost > estimate.cost.max {
            violations.push(format!("{}\n  costs {}, at most {}", case.expr, answer.cost, estimate.cost.max));
        }
        match answer.verdict {
            Verdict::Value(value) if !holds(&Extent::of(&value), &estimate.extent) => {
                violations.push(format!("{}\n  is larger than {:?}: {value:?}", case.expr, estimate.extent));
            }
            Verdict::Value(value) if is_of(&value, &ty) => valued += 1,
            Verdict::Value(value) => {
                violations.push(format!("{}\n  is a {} and gives {value:?}", case.expr, ty));
            }
            Verdict::Fault(fault) if forbidden(&fault) => violations.push(format!("{}\n  fails: {fault}", case.expr)),
            Verdict::Fault(_) | Verdict::Compile(_) => {}
        }
    }
    println!("{count} expressions, {accepted} accepted, {valued} with a value, {} violations", violations.len());
    violations.sort_by_key(String::len);
    violations.truncate(12);
    assert!(violations.is_empty(), "{}", violations.join("\n"));
    assert!(accepted > count / 4, "the checker refuses nearly all: {accepted} of {count} are accepted");
}
