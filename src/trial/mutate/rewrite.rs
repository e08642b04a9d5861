//! Small changes of expressions.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::api::Sensitivity;
use crate::cel::ast::{Expr, Kind, Literal};
use crate::cel::{BranchWay, Program, branches};

/// What an expression is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It decides something.
    Condition,
    /// It yields a value.
    Value,
    /// It yields the name of a class.
    Class,
}

/// Another text in place of a part of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rewrite {
    pub(super) range: Range<usize>,
    pub(super) with: String,
}

/// Classes that a rule could have named in place of this one.
pub(super) fn other_classes(class: Sensitivity) -> &'static [Sensitivity] {
    match class {
        Sensitivity::Unchanged => &[],
        Sensitivity::Gated => &[Sensitivity::InPlace, Sensitivity::Blocked],
        Sensitivity::InPlace | Sensitivity::Blocked => &[Sensitivity::Gated],
    }
}

/// Every small change of an expression: another operator, another constant, the opposite of a condition; and of one
/// that decides something, that it always holds and that it never does.
pub(super) fn rewrites(program: &Program, role: Role) -> Vec<Rewrite> {
    let (text, ast) = (program.text(), program.ast());
    let mut found = Vec::new();
    let decides = role == Role::Condition && !matches!(ast.kind, Kind::Literal(_));
    if decides {
        found.extend(["true", "false"].map(|with| Rewrite { range: ast.range.clone(), with: with.to_owned() }));
    }
    for node in conditions(ast, role == Role::Condition) {
        // What decides all is told by `true` and `false`, and a comparison by its opposite.
        let told = decides && node.id == ast.id || !flipped(node).is_empty();
        if !told && let Some(part) = text.get(node.range.clone()) {
            found.push(Rewrite { range: node.range.clone(), with: format!("!({part})") });
        }
    }
    ast.walk(&mut |node| {
        let name = match &node.kind {
            Kind::Call { name, .. } => name,
            _ => &node.range,
        };
        let signs = flipped(node).iter().map(|sign| (*sign).to_owned());
        let all = signs.chain(constants(node, role));
        found.extend(all.map(|with| Rewrite { range: name.clone(), with }));
    });
    found
}

/// The nodes that are true or false, by what they decide.
fn conditions(ast: &Expr, condition: bool) -> Vec<&Expr> {
    let mut found = BTreeMap::new();
    for branch in branches(ast, condition).into_iter().filter(|it| it.way != BranchWay::Taken) {
        found.insert(branch.node.id, branch.node);
    }
    ast.walk(&mut |node| {
        if let Kind::Call { function, args, .. } = &node.kind
            && &**function == "_?_:_"
            && let Some(condition) = args.first()
        {
            found.insert(condition.id, condition);
        }
    });
    let plain = |node: &&Expr| match &node.kind {
        Kind::Literal(_) => false,
        Kind::Call { function, .. } => &**function != "!_",
        _ => true,
    };
    found.into_values().filter(plain).collect()
}

/// What could stand in the place of an operator or macro: the nearest slip, and the opposite.
fn flipped(node: &Expr) -> &'static [&'static str] {
    let Kind::Call { function, target, .. } = &node.kind else { return &[] };
    match (&**function, target.is_some()) {
        ("_==_", _) => &["!="],
        ("_!=_", _) => &["=="],
        ("_<_", _) => &["<=", ">="],
        ("_<=_", _) => &["<", ">"],
        ("_>_", _) => &[">=", "<="],
        ("_>=_", _) => &[">", "<"],
        ("_&&_", _) => &["||"],
        ("_||_", _) => &["&&"],
        ("_+_", _) => &["-"],
        ("_-_", _) => &["+"],
        ("_*_", _) => &["/"],
        ("_/_", _) => &["*"],
        ("all", true) => &["exists"],
        ("exists", true) => &["all"],
        _ => &[],
    }
}

/// Other constants in the place of one.
fn constants(node: &Expr, role: Role) -> Vec<String> {
    let Kind::Literal(literal) = &node.kind else { return Vec::new() };
    match literal {
        Literal::Bool(value) => vec![(!value).to_string()],
        Literal::Int(value) => value.checked_add(1).map(|next| next.to_string()).into_iter().collect(),
        Literal::Uint(value) => value.checked_add(1).map(|next| format!("{next}u")).into_iter().collect(),
        Literal::Double(value) => vec![format!("{:?}", value + 1.0)],
        Literal::String(text) if role == Role::Class => match class(text) {
            Some(class) => other_classes(class).iter().map(|other| format!("'{other:?}'")).collect(),
            None => Vec::new(),
        },
        Literal::String(text) if text.is_empty() => vec!["'other'".to_owned()],
        Literal::String(_) => vec!["''".to_owned()],
        Literal::Null | Literal::Bytes(_) => Vec::new(),
    }
}

fn class(name: &str) -> Option<Sensitivity> {
    let all = [Sensitivity::InPlace, Sensitivity::Gated, Sensitivity::Blocked];
    all.into_iter().find(|class| format!("{class:?}") == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cel::{Presence, Scope, compile};

    fn mutants(text: &str, role: Role) -> Vec<String> {
        let mut scope = Scope::new();
        for name in ["a", "b", "c", "l", "new", "old"] {
            scope.declare(name, Presence::Always);
        }
        let program = compile(text, &scope).unwrap();
        rewrites(&program, role)
            .iter()
            .map(|it| {
                let mut mutant = text.to_owned();
                mutant.replace_range(it.range.clone(), &it.with);
                mutant
            })
            .collect()
    }

    #[test]
    fn comparisons_slip_by_one_and_turn_around() {
        assert_eq!(mutants("a < 3", Role::Value), ["a <= 3", "a >= 3", "a < 4"]);
        assert_eq!(mutants("a == ''", Role::Condition), ["true", "false", "a != ''", "a == 'other'"]);
    }

    #[test]
    fn operands_of_logic_turn_around_and_so_does_the_operator() {
        let expected = ["true", "false", "!(a) && !b", "a && !!(b)", "a || !b"];
        assert_eq!(mutants("a && !b", Role::Condition), expected);
    }

    #[test]
    fn conditions_of_arms_turn_around_whatever_they_are() {
        assert_eq!(
            mutants("has(a.x) ? 'y' : ''", Role::Value),
            ["!(has(a.x)) ? 'y' : ''", "has(a.x) ? '' : ''", "has(a.x) ? 'y' : 'other'",]
        );
        assert_eq!(mutants("l.all(x, x)", Role::Condition), ["true", "false", "l.all(x, !(x))", "l.exists(x, x)"]);
    }

    #[test]
    fn a_class_becomes_another_and_no_other_text_does() {
        let expected = ["new >= old ? 'InPlace' : 'Gated'", "new <= old ? 'InPlace' : 'Gated'"];
        let classes = ["new > old ? 'Gated' : 'Gated'", "new > old ? 'InPlace' : 'InPlace'"];
        let last = ["new > old ? 'InPlace' : 'Blocked'"];
        let all: Vec<_> = expected.iter().chain(&classes).chain(&last).copied().collect();
        assert_eq!(mutants("new > old ? 'InPlace' : 'Gated'", Role::Class), all);
        assert_eq!(
            mutants("new == 'x' ? 'Blocked' : 'Blocked'", Role::Class)[1..],
            ["new == 'x' ? 'Gated' : 'Blocked'", "new == 'x' ? 'Blocked' : 'Gated'",]
        );
    }
}
