//! The functions that the generator calls: the recorded list of Kubernetes' overloads.

use serde::Deserialize;

use super::types::{Bound, Type};
use crate::oracle::case;

#[derive(Deserialize)]
struct Row {
    function: String,
    #[serde(default)]
    receiver: bool,
    params: Vec<String>,
    result: String,
}

/// One overload.
pub(crate) struct Function {
    pub(crate) name: String,
    /// How a call is written, `$` for each argument.
    pub(crate) pattern: String,
    pub(crate) params: Vec<Type>,
    result: Type,
}

/// All overloads that an expression can call by itself.
pub(crate) fn functions() -> Vec<Function> {
    let rows: Vec<Row> = case::lines(&crate::oracle::folder().join("functions.jsonl"));
    rows.into_iter().filter(callable).map(|row| function(&row)).collect()
}

/// Not the parts of macros, the old spellings of `in`, nor what needs an authorizer.
fn callable(row: &Row) -> bool {
    let internal = row.function.contains('@') && row.function != "@in";
    let old = matches!(row.function.as_str(), "_in_" | "in" | "__not_strictly_false__" | "_?._");
    let authorizer = row.params.iter().any(|param| param.contains("authorization"));
    !internal && !old && !authorizer
}

fn function(row: &Row) -> Function {
    let params: Vec<_> = row.params.iter().map(|param| Type::parse(param)).collect();
    Function { name: row.function.clone(), pattern: pattern(row), params, result: Type::parse(&row.result) }
}

fn pattern(row: &Row) -> String {
    let name = &row.function;
    if let Some(operator) = name.strip_prefix('_').filter(|rest| rest.ends_with('_') && !rest.contains(['?', '['])) {
        return format!("($ {} $)", operator.trim_end_matches('_'));
    }
    match (name.as_str(), row.receiver) {
        ("@in", _) => "($ in $)".to_string(),
        ("!_", _) => "!($)".to_string(),
        ("-_", _) => "-($)".to_string(),
        ("_[_]", _) => "$[$]".to_string(),
        ("_[?_]", _) => "$[?$]".to_string(),
        ("_?_:_", _) => "($ ? $ : $)".to_string(),
        (_, true) => format!("$.{name}({})", arguments(row.params.len() - 1)),
        (_, false) => format!("{name}({})", arguments(row.params.len())),
    }
}

fn arguments(count: usize) -> String {
    vec!["$"; count].join(", ")
}

impl Function {
    /// What the parameters are when the result is `wanted`; `None` if it never is.
    pub(crate) fn giving(&self, wanted: &Type) -> Option<Bound> {
        let mut bound = Bound::new();
        self.result.unify(wanted, &mut bound).then_some(bound)
    }
}
