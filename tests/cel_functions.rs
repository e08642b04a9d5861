//! The function table against the list of overloads that Kubernetes' CEL has.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    reason = "a suite of its own: a panic is how it fails"
)]

#[path = "support/oracle/mod.rs"]
mod oracle;

use std::collections::{BTreeMap, BTreeSet};

use openbao_claims::cel::library::macros::MACROS;
use openbao_claims::cel::library::{self, Environment};
use serde::Deserialize;

/// A line of `tests/oracle/functions.jsonl`: one overload.
#[derive(Deserialize)]
struct Row {
    function: String,
    overload: String,
    params: Vec<String>,
    /// `base`, `1.28` or `extension`
    since: String,
    /// How many recorded cases surely call it.
    cases: usize,
}

impl Row {
    fn since(&self) -> Environment {
        match self.since.strip_prefix("1.") {
            Some(minor) => Environment::Kubernetes(minor.parse().expect("a minor version")),
            None if self.since == "base" => Environment::Base,
            None => Environment::Extension,
        }
    }

    /// What only an authorizer has, and we have none.
    fn authorizes(&self) -> bool {
        self.params.iter().any(|param| param.contains("authorization"))
    }
}

/// Overloads that are forms of the evaluator here, not functions: operators that may not need all of their
/// operands, optional selection, and what macros become.
const FORMS: [&str; 12] = [
    "@mapInsert_map_key_value",
    "@mapInsert_map_map",
    "__not_strictly_false__",
    "conditional",
    "list_optindex_optional_int",
    "logical_and",
    "logical_or",
    "map_optindex_optional_value",
    "not_strictly_false",
    "optional_list_optindex_optional_int",
    "optional_map_optindex_optional_value",
    "select_optional_field",
];

fn rows() -> Vec<Row> {
    oracle::case::lines(&oracle::folder().join("functions.jsonl"))
}

fn ours() -> BTreeSet<&'static str> {
    library::functions().iter().flat_map(|row| row.overloads.iter().map(|overload| overload.id)).collect()
}

#[test]
fn every_overload_of_kubernetes_is_in_our_table_or_a_form_of_our_evaluator() {
    let (rows, ours) = (rows(), ours());
    let theirs = rows.iter().filter(|row| !row.authorizes()).map(|row| row.overload.as_str());
    let missing: BTreeSet<_> = theirs.filter(|id| !ours.contains(id)).collect();
    assert_eq!(missing, BTreeSet::from(FORMS));
}

#[test]
fn every_overload_of_our_table_is_kubernetes_own_and_has_recorded_cases() {
    let mut cases: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows() {
        *cases.entry(row.overload).or_default() += row.cases;
    }
    let without: Vec<_> = ours().into_iter().filter(|id| cases.get(*id).is_none_or(|count| *count == 0)).collect();
    assert!(without.is_empty(), "no recorded case calls {without:?}");
}

#[test]
fn our_table_dates_functions_as_kubernetes_does() {
    let mut theirs: BTreeMap<String, Environment> = BTreeMap::new();
    for row in rows() {
        let since = row.since();
        let first = theirs.entry(row.function).or_insert(since);
        *first = since.min(*first);
    }
    for row in library::functions() {
        if let Some(since) = theirs.get(row.name) {
            assert_eq!(row.since, *since, "{}", row.name);
        }
    }
}

#[test]
fn every_macro_has_recorded_cases() {
    let cases: Vec<oracle::case::Case> = ["macros", "macros2", "access", "bind", "optionals", "lists", "math"]
        .into_iter()
        .flat_map(|name| oracle::case::lines(&oracle::folder().join(format!("corpus/{name}.jsonl"))))
        .collect();
    for row in MACROS {
        let called = format!("{}(", row.name);
        assert!(cases.iter().filter(|case| case.expr.contains(&called)).count() >= 5, "{} has no cases", row.name);
    }
}
