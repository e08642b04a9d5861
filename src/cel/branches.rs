//! The ways that an expression can go: what a test must have seen to have seen all of it.

use super::ast::{Expr, Kind};
use super::library::{self, Ty};

/// One way that an expression can go.
#[derive(Clone, Copy, Debug)]
pub struct Branch<'a> {
    /// The node that shows it.
    pub node: &'a Expr,
    /// What must be seen of it.
    pub way: BranchWay,
}

/// What must be seen of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BranchWay {
    /// It is true.
    True,
    /// It is false.
    False,
    /// It is evaluated: an arm of `?:`.
    Taken,
}

/// How a node is used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// True or false decides something.
    Condition,
    /// An arm of `?:`.
    Arm,
    /// Any other value.
    Value,
}

/// Every way of an expression, in the order of its text; `condition`: whether it must yield true or false.
///
/// A way that others imply is left out: of `a && b` the operands are told, of `!a` it is `a`, and of `a ? x : y`
/// the arms where they tell of `a`.
pub fn branches(expr: &Expr, condition: bool) -> Vec<Branch<'_>> {
    let mut found = Vec::new();
    walk(expr, if condition { Use::Condition } else { Use::Value }, &mut found);
    found
}

fn walk<'a>(expr: &'a Expr, wanted: Use, found: &mut Vec<Branch<'a>>) {
    if let Kind::Literal(_) = &expr.kind {
        if wanted == Use::Arm {
            found.push(Branch { node: expr, way: BranchWay::Taken });
        }
        return;
    }
    match form(expr) {
        Form::Logic(sides) => sides.iter().for_each(|side| walk(side, Use::Condition, found)),
        Form::Conditional([condition, yes, no]) => conditional(condition, [yes, no], wanted, found),
        Form::Bind(init, body) => {
            walk(init, Use::Value, found);
            walk(body, wanted, found);
        }
        Form::Truth => {
            both(expr, found);
            below(expr, found);
        }
        Form::Other => {
            match wanted {
                Use::Condition => both(expr, found),
                Use::Arm => found.push(Branch { node: expr, way: BranchWay::Taken }),
                Use::Value => {}
            }
            below(expr, found);
        }
    }
}

fn conditional<'a>(condition: &'a Expr, arms: [&'a Expr; 2], wanted: Use, found: &mut Vec<Branch<'a>>) {
    let arm = if wanted == Use::Condition { Use::Condition } else { Use::Arm };
    if arm == Use::Arm && is_plain(condition) {
        below(condition, found);
    } else {
        walk(condition, Use::Condition, found);
    }
    for it in arms {
        walk(it, arm, found);
    }
}

/// Whether a condition is true exactly where its first arm is taken, with no operand to tell apart.
fn is_plain(condition: &Expr) -> bool {
    matches!(form(condition), Form::Truth | Form::Other) && predicate(condition).is_none()
}

fn both<'a>(node: &'a Expr, found: &mut Vec<Branch<'a>>) {
    found.extend([BranchWay::True, BranchWay::False].map(|way| Branch { node, way }));
}

fn below<'a>(expr: &'a Expr, found: &mut Vec<Branch<'a>>) {
    let predicate = predicate(expr);
    for child in expr.children() {
        let wanted = if predicate.is_some_and(|it| it.id == child.id) { Use::Condition } else { Use::Value };
        walk(child, wanted, found);
    }
}

/// What an expression is, as far as its ways go.
enum Form<'a> {
    /// operators whose operands tell all
    Logic(Vec<&'a Expr>),
    Conditional([&'a Expr; 3]),
    /// `cel.bind(x, init, body)`
    Bind(&'a Expr, &'a Expr),
    /// true or false by its form
    Truth,
    Other,
}

fn form(expr: &Expr) -> Form<'_> {
    let Kind::Call { function, target, args, .. } = &expr.kind else { return Form::Other };
    match (&**function, target.as_deref(), args.as_slice()) {
        ("_&&_" | "_||_", None, [a, b]) => Form::Logic(vec![a, b]),
        ("!_", None, [a]) => Form::Logic(vec![a]),
        ("_?_:_", None, [condition, yes, no]) => Form::Conditional([condition, yes, no]),
        ("bind", Some(target), [_, init, body]) if named(target, "cel") => Form::Bind(init, body),
        ("has", None, [_]) | ("all" | "exists" | "exists_one" | "existsOne", Some(_), [_, _] | [_, _, _]) => {
            Form::Truth
        }
        (function, target, _) if yields_truth(function, target) => Form::Truth,
        _ => Form::Other,
    }
}

fn named(expr: &Expr, wanted: &str) -> bool {
    matches!(&expr.kind, Kind::Ident { name, .. } if &**name == wanted)
}

/// Whether every function of this name yields true or false.
fn yields_truth(function: &str, target: Option<&Expr>) -> bool {
    let qualified = match target.map(|target| &target.kind) {
        Some(Kind::Ident { name, .. }) => library::find(&format!("{name}.{function}")),
        _ => None,
    };
    let row = qualified.or_else(|| library::find(function));
    row.is_some_and(|row| row.overloads.iter().all(|overload| overload.result == Ty::Bool))
}

/// The part of a macro that is asked of each element.
fn predicate(expr: &Expr) -> Option<&Expr> {
    let Kind::Call { function, target: Some(_), args, .. } = &expr.kind else { return None };
    match (&**function, args.as_slice()) {
        ("all" | "exists" | "exists_one" | "existsOne", [_, asked] | [_, _, asked])
        | ("filter", [_, asked])
        | ("map", [_, asked, _])
        | ("transformList" | "transformMap" | "transformMapEntry", [_, _, asked, _]) => Some(asked),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cel::parse;

    /// `text+` true, `text-` false, `text.` taken.
    fn ways(text: &str, condition: bool) -> Vec<String> {
        let expr = parse(text).unwrap();
        let sign = |way| match way {
            BranchWay::True => '+',
            BranchWay::False => '-',
            BranchWay::Taken => '.',
        };
        branches(&expr, condition)
            .iter()
            .map(|branch| format!("{}{}", text.get(branch.node.range.clone()).unwrap(), sign(branch.way)))
            .collect()
    }

    #[test]
    fn operands_of_logic_are_told_and_the_whole_follows() {
        assert_eq!(ways("a && !(b || c.d)", true), ["a+", "a-", "b+", "b-", "c.d+", "c.d-"]);
        assert_eq!(ways("true", true), [""; 0]);
    }

    #[test]
    fn arms_tell_of_a_plain_condition_and_operands_of_a_composed_one() {
        assert_eq!(ways("new > old ? 'InPlace' : 'Gated'", false), ["'InPlace'.", "'Gated'."]);
        assert_eq!(ways("a ? 1 : b ? 2 : 3", false), ["1.", "2.", "3."]);
        assert_eq!(ways("a && b ? 1 : 2", false), ["a+", "a-", "b+", "b-", "1.", "2."]);
        assert_eq!(ways("a ? b : false", true), ["a+", "a-", "b+", "b-"]);
    }

    #[test]
    fn comparisons_and_predicates_count_wherever_they_stand() {
        assert_eq!(ways("[a == 1, b]", false), ["a == 1+", "a == 1-"]);
        assert_eq!(ways("l.filter(x, x > 1)", false), ["x > 1+", "x > 1-"]);
        assert_eq!(ways("sets.contains(a, b)", false), ["sets.contains(a, b)+", "sets.contains(a, b)-"]);
        let all = ["l.all(x, x > 1)+", "l.all(x, x > 1)-", "x > 1+", "x > 1-"];
        assert_eq!(ways("l.all(x, x > 1)", true), all);
        assert_eq!(ways("a + 'x'", false), [""; 0]);
    }
}
