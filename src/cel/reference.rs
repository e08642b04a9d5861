//! The reference of the language as data: operators, macros and functions, each with examples.

use std::fmt;

use serde::Serialize;

use super::ast::{Expr, Kind};
use super::library::macros::{MACROS, Macro, OPERATORS};
use super::library::{self, Cost, Environment, Function, Overload, Ty};
use super::parse;

/// Entries that belong together.
#[derive(Clone, Debug, Serialize)]
pub struct Chapter {
    /// What they are about.
    pub title: &'static str,
    /// Ordered by name.
    pub entries: Vec<Entry>,
}

/// An operator, macro or function.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// As it is written: `startsWith`, `+`.
    pub name: String,
    /// The ways to write it, with types where it is a function: `string.startsWith(string) → bool`.
    pub forms: Vec<String>,
    /// What it does.
    pub doc: &'static str,
    /// Expressions with their values.
    pub examples: Vec<Example>,
    /// Where it comes from.
    pub since: String,
    /// What a call costs; absent: it grows with the arguments, or is that of what is evaluated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<u64>,
}

/// An expression over constants, and what it yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The expression.
    pub expression: &'static str,
    /// A constant.
    pub value: &'static str,
}

/// Everything that an expression can be made of, but names.
pub fn reference() -> Vec<Chapter> {
    let of_macros = |title, macros: &[Macro]| Chapter { title, entries: macros.iter().map(of_macro).collect() };
    let mut chapters = vec![of_macros("Deciding and reaching in", OPERATORS), of_macros("Macros", MACROS)];
    chapters.extend(library::PARTS.iter().map(|(title, functions)| {
        let mut functions: Vec<_> = functions.iter().filter(|function| is_written(function)).collect();
        functions.sort_by_key(|function| function.name);
        Chapter { title, entries: functions.into_iter().map(of_function).collect() }
    }));
    chapters
}

/// What only macros call is no part of the language.
fn is_written(function: &Function) -> bool {
    function.name == "@in" || !function.name.starts_with('@')
}

fn of_macro(it: &Macro) -> Entry {
    Entry {
        name: it.name.to_owned(),
        forms: it.forms.iter().map(|form| (*form).to_owned()).collect(),
        doc: it.doc,
        examples: examples(it.example, it.name),
        since: it.since.to_string(),
        cost: None,
    }
}

fn of_function(function: &Function) -> Entry {
    Entry {
        name: sign(function.name).to_owned(),
        forms: function.overloads.iter().map(|overload| form(function.name, overload)).collect(),
        doc: function.doc,
        examples: examples(function.example, function.name),
        since: function.since.to_string(),
        cost: fixed_cost(function.overloads),
    }
}

/// An operator's sign, or the name of a function.
fn sign(name: &str) -> &str {
    match name {
        "_[_]" => "[]",
        "@in" => "in",
        _ if name.ends_with('_') => name.trim_matches('_'),
        _ => name,
    }
}

fn form(name: &str, overload: &Overload) -> String {
    let params: Vec<String> = overload.params.iter().map(ToString::to_string).collect();
    let call = match (name, params.as_slice()) {
        ("_[_]", [of, at]) => format!("{of}[{at}]"),
        ("@in", [left, right]) => format!("{left} in {right}"),
        (_, [left, right]) if name.ends_with('_') => format!("{left} {} {right}", sign(name)),
        (_, [operand]) if name.ends_with('_') => format!("{}{operand}", sign(name)),
        (_, [target, rest @ ..]) if overload.receiver => format!("{target}.{name}({})", rest.join(", ")),
        (_, params) => format!("{name}({})", params.join(", ")),
    };
    format!("{call} → {}", overload.result)
}

fn fixed_cost(overloads: &[Overload]) -> Option<u64> {
    let mut costs = overloads.iter().map(|overload| match overload.cost {
        Cost::Fixed(cost) => Some(cost),
        Cost::ByArguments(_) => None,
    });
    let first = costs.next()??;
    costs.all(|cost| cost == Some(first)).then_some(first)
}

/// A row's example, which yields true, as expressions with their values: it is joined by `&&`, and its parts
/// compare. `own` is what the example is about.
fn examples(text: &'static str, own: &str) -> Vec<Example> {
    let whole = Example { expression: text, value: "true" };
    let Ok(expr) = parse(text) else { return vec![whole] };
    let mut parts = Vec::new();
    conjuncts(&expr, own, &mut parts);
    parts.into_iter().map(|part| example(text, part, own)).collect()
}

fn conjuncts<'e>(expr: &'e Expr, own: &str, parts: &mut Vec<&'e Expr>) {
    match &expr.kind {
        Kind::Call { function, args, .. } if &**function == "_&&_" && own != "&&" => {
            for part in args {
                conjuncts(part, own, parts);
            }
        }
        _ => parts.push(expr),
    }
}

fn example(text: &'static str, part: &Expr, own: &str) -> Example {
    let at = |expr: &Expr| text.get(expr.range.clone()).unwrap_or(text);
    match &part.kind {
        Kind::Call { function, args, .. } if **function != *own => match (&**function, args.as_slice()) {
            ("_==_", [left, right]) => Example { expression: at(left), value: at(right) },
            ("!_", [operand]) => Example { expression: at(operand), value: "false" },
            _ => Example { expression: at(part), value: "true" },
        },
        _ => Example { expression: at(part), value: "true" },
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base => f.write_str("every Kubernetes"),
            Self::Kubernetes(minor) => write!(f, "Kubernetes 1.{minor} and later"),
            Self::Extension => f.write_str("cel-go's extensions, not in Kubernetes"),
        }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dyn => f.write_str("any"),
            Self::Null => f.write_str("null"),
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Uint => f.write_str("uint"),
            Self::Double => f.write_str("double"),
            Self::String => f.write_str("string"),
            Self::Bytes => f.write_str("bytes"),
            Self::Duration => f.write_str("duration"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::List(item) => write!(f, "list({item})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Optional(held) => write!(f, "optional({held})"),
            Self::Type => f.write_str("type"),
            Self::Param(letter) => write!(f, "{letter}"),
            Self::Opaque(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::cel::program::tests::Names;
    use crate::cel::{Context, Meter, Value, compile};

    fn entries() -> Vec<Entry> {
        reference().into_iter().flat_map(|chapter| chapter.entries).collect()
    }

    #[test]
    fn every_example_yields_the_value_beside_it() {
        let names = Names::default();
        for entry in entries() {
            assert!(!entry.examples.is_empty(), "`{}` has no example", entry.name);
            for Example { expression, value } in entry.examples {
                let text = format!("({expression}) == ({value})");
                let program = compile(&text, &names.scope).unwrap_or_else(|errors| panic!("{text}: {}", errors[0]));
                let same = program.eval(&names, &mut Context::new(Meter::PER_CALL_LIMIT));
                assert_eq!(same, Ok(Value::Bool(true)), "{text}");
            }
        }
    }

    /// Called as a function or on a value, with so many arguments.
    fn groups(function: &Function) -> BTreeSet<(bool, usize)> {
        function.overloads.iter().map(|overload| (overload.receiver, overload.params.len())).collect()
    }

    /// Name, style and arguments of a call, as the table has them.
    fn called(expr: &Expr) -> Option<(String, bool, usize)> {
        let (function, target, args) = match &expr.kind {
            Kind::Index { .. } => return Some(("_[_]".to_owned(), false, 2)),
            Kind::Call { function, target, args, .. } => (function, target, args.len()),
            _ => return None,
        };
        let Some(target) = target else { return Some((function.to_string(), false, args)) };
        if let Kind::Ident { name, .. } = &target.kind {
            let full = format!("{name}.{function}");
            if library::find(&full).is_some() {
                return Some((full, false, args));
            }
        }
        Some((function.to_string(), true, args + 1))
    }

    #[test]
    fn every_way_to_call_a_function_has_an_example() {
        let mut missing = Vec::new();
        for function in library::functions().iter().filter(|function| is_written(function)) {
            let mut seen = BTreeSet::new();
            parse(function.example).unwrap().walk(&mut |expr| seen.extend(called(expr)));
            for (receiver, arity) in groups(function) {
                if !seen.contains(&(function.name.to_owned(), receiver, arity)) {
                    missing.push(format!("{} receiver={receiver} arity={arity}: {}", function.name, function.example));
                }
            }
        }
        assert!(missing.is_empty(), "no example:\n{}", missing.join("\n"));
    }

    #[test]
    fn an_example_is_shown_in_parts_and_each_with_its_value() {
        let parts = |text, own| examples(text, own).iter().map(|it| (it.expression, it.value)).collect::<Vec<_>>();
        assert_eq!(
            parts("f(1) == 2 && !g() && 'a' in x", "f"),
            [("f(1)", "2"), ("g()", "false"), ("'a' in x", "true")]
        );
        assert_eq!(parts("1 == 1 && 2 == 2", "_==_"), [("1 == 1", "true"), ("2 == 2", "true")]);
        assert_eq!(parts("true && true", "&&"), [("true && true", "true")]);
    }

    #[test]
    fn forms_read_as_calls_do() {
        let entry = |name: &str| entries().into_iter().find(|entry| entry.name == name).unwrap();
        assert_eq!(entry("startsWith").forms, ["string.startsWith(string) → bool"]);
        assert_eq!(entry("in").forms.first().unwrap(), "A in list(A) → bool");
        assert_eq!(entry("!").forms, ["!bool → bool"]);
        assert_eq!(entry("[]").forms.first().unwrap(), "list(T)[int] → T");
    }
}
