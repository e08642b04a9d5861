//! Macros as forms of the plan.

use std::ops::Range;
use std::sync::Arc;

use super::calls::Written;
use super::{ExprError, ExprErrorKind, Fold, FoldKind, Op, Planner};
use crate::cel::Value;
use crate::cel::ast::{Expr, Kind};

/// A variable with its slot.
type Local = (Arc<str>, usize);

/// Names that cel-go uses for itself.
const ACCUMULATOR: &str = "__result__";

impl Planner<'_> {
    /// The macro that a call is, if it has the form of one.
    pub(super) fn macro_call(&mut self, written: &Written<'_>) -> Option<Op> {
        match (&**written.function, written.target, written.args) {
            ("has", None, [arg]) => Some(self.has(arg)),
            ("bind", Some(target), [variable, init, body]) if is_cel(target) => Some(self.bind(variable, init, body)),
            ("optMap" | "optFlatMap", Some(target), [variable, body]) => {
                Some(self.opt_map(target, variable, body, &**written.function == "optFlatMap"))
            }
            (name, Some(target), args) => self.fold(name, target, args),
            _ => None,
        }
    }

    fn has(&mut self, arg: &Expr) -> Op {
        match &arg.kind {
            Kind::Select { optional: false, .. } => self.chain(arg, true),
            _ => self.not_testable(arg),
        }
    }

    fn bind(&mut self, variable: &Expr, init: &Expr, body: &Expr) -> Op {
        let init = self.boxed(init);
        let Some(local) = self.variable(variable) else { return lost() };
        let slot = local.1;
        let body = self.with_locals(&[local], |planner| planner.boxed(body));
        Op::Bind { slot, init, body }
    }

    fn opt_map(&mut self, target: &Expr, variable: &Expr, body: &Expr, flat: bool) -> Op {
        let target = self.boxed(target);
        let Some(local) = self.variable(variable) else { return lost() };
        let slot = local.1;
        let body = self.with_locals(&[local], |planner| planner.boxed(body));
        Op::OptMap { slot, target, body, flat }
    }

    fn fold(&mut self, name: &str, target: &Expr, args: &[Expr]) -> Option<Op> {
        let (kind, variables, filter, step) = match (name, args) {
            ("all", [v, step]) => (FoldKind::Decided(false), vec![v], None, step),
            ("all", [k, v, step]) => (FoldKind::Decided(false), vec![k, v], None, step),
            ("exists", [v, step]) => (FoldKind::Decided(true), vec![v], None, step),
            ("exists", [k, v, step]) => (FoldKind::Decided(true), vec![k, v], None, step),
            ("exists_one", [v, step]) => (FoldKind::ExistsOne, vec![v], None, step),
            ("exists_one" | "existsOne", [k, v, step]) => (FoldKind::ExistsOne, vec![k, v], None, step),
            ("map", [v, step]) => (FoldKind::List, vec![v], None, step),
            ("map", [v, filter, step]) => (FoldKind::List, vec![v], Some(filter), step),
            ("filter", [v, step]) => (FoldKind::Filter, vec![v], None, step),
            ("sortBy", [v, step]) => (FoldKind::Sort, vec![v], None, step),
            ("transformList", [k, v, step]) => (FoldKind::List, vec![k, v], None, step),
            ("transformList", [k, v, filter, step]) => (FoldKind::List, vec![k, v], Some(filter), step),
            ("transformMap", [k, v, step]) => (FoldKind::Values, vec![k, v], None, step),
            ("transformMap", [k, v, filter, step]) => (FoldKind::Values, vec![k, v], Some(filter), step),
            ("transformMapEntry", [k, v, step]) => (FoldKind::Entries, vec![k, v], None, step),
            ("transformMapEntry", [k, v, filter, step]) => (FoldKind::Entries, vec![k, v], Some(filter), step),
            _ => return None,
        };
        let over = self.node(target);
        let locals: Vec<Local> = variables.iter().filter_map(|variable| self.variable(variable)).collect();
        let (first, second) = match (locals.as_slice(), variables.as_slice()) {
            ([first], [_]) => (first.1, None),
            ([first, second], [_, again]) if first.0 == second.0 => {
                let text = format!("`{}` names both variables", first.0);
                return Some(self.error(again.range.clone(), ExprErrorKind::Macro(text)));
            }
            ([first, second], _) => (first.1, Some(second.1)),
            _ => return Some(lost()),
        };
        let (filter, step) =
            self.with_locals(&locals, |planner| (filter.map(|filter| planner.node(filter)), planner.node(step)));
        Some(Op::Fold(Box::new(Fold { over, first, second, filter, step, kind })))
    }

    /// A variable with a slot of its own, or an error.
    fn variable(&mut self, expr: &Expr) -> Option<Local> {
        let Kind::Ident { name, absolute: false } = &expr.kind else {
            self.error(expr.range.clone(), ExprErrorKind::Macro("the variable of a macro must be a plain name".into()));
            return None;
        };
        if **name == *ACCUMULATOR {
            return self.refused(expr.range.clone(), ExprErrorKind::Shadowing(name.to_string()), "use another name");
        }
        if self.scope.hides(name) {
            let kind = ExprErrorKind::Shadowing(name.to_string());
            return self.refused(expr.range.clone(), kind, "give the variable another name");
        }
        let slot = self.slots;
        self.slots += 1;
        Some((Arc::clone(name), slot))
    }

    fn refused(&mut self, range: Range<usize>, kind: ExprErrorKind, help: &str) -> Option<Local> {
        self.refuse(ExprError::new(range, kind).help(help));
        None
    }
}

/// A macro whose variable is wrong: its body cannot be planned.
fn lost() -> Op {
    Op::Const(Value::Null)
}

fn is_cel(target: &Expr) -> bool {
    matches!(&target.kind, Kind::Ident { name, absolute: false } if &**name == "cel")
}
