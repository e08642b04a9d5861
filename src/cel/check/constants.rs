//! Calls that have no value whatever the claim says: `duration('1')`, `1 / 0`, `params.name.matches('(')`.

use super::calls::Call;
use super::{Checker, MistakeKind, Type};
use crate::cel::ast::{Element, Expr, Kind, Literal};
use crate::cel::{Fault, Meter, Result, Value, library, plan};

/// Cost units that a constant may take here; what is dearer shows when it runs.
const LIMIT: u64 = 1_000;

impl Checker<'_> {
    /// A call that always fails, for its constant arguments or its constant pattern.
    pub(super) fn hopeless(&mut self, call: &Call<'_>, expr: &Expr) {
        let whole = evaluated(expr).map(|result| (result, expr));
        let pattern = call.operands().nth(1).filter(|_| takes_pattern(call.row.name));
        let found = whole.or_else(|| Some((matched(pattern?)?, pattern?)));
        if let Some((Err(fault), at)) = found {
            self.mistake(&at.range, MistakeKind::AlwaysFails(fault.to_string()), None);
        }
    }

    /// `'…'.format([…])`: each clause has a value that it takes, and each value a clause.
    pub(super) fn formatted(&mut self, template: &Expr, elements: &[Element], types: &[Type]) {
        let Kind::Literal(Literal::String(text)) = &template.kind else { return };
        let verbs = match library::format_verbs(text) {
            Ok(verbs) => verbs,
            Err(fault) => return self.mistake(&template.range, MistakeKind::AlwaysFails(fault.to_string()), None),
        };
        if verbs.len() != elements.len() {
            let text = format!("the text has {} clauses for {} values", verbs.len(), elements.len());
            return self.mistake(&template.range, MistakeKind::AlwaysFails(text), None);
        }
        for ((verb, element), ty) in verbs.iter().zip(elements).zip(types) {
            if !printable(*verb, ty) {
                let kind = MistakeKind::NoOverload(format!("%{verb} of {ty}"));
                self.mistake(&element.value.range, kind, Some("see `format` for what each clause takes".to_owned()));
            }
        }
    }
}

/// The value of an expression that reads nothing, or why it has none; `None` where it reads something.
fn evaluated(expr: &Expr) -> Option<Result> {
    match &expr.kind {
        Kind::Literal(literal) => Some(Ok(plan::constant(literal))),
        Kind::List(elements) if elements.iter().all(|element| !element.optional) => {
            let values: Option<Vec<Value>> = elements.iter().map(|element| evaluated(&element.value)?.ok()).collect();
            Some(Ok(Value::list(values?)))
        }
        Kind::Call { .. } => {
            let call = Call::of(expr)?;
            // What fails further down is told there.
            let args: Option<Vec<Value>> = call.operands().map(|arg| evaluated(arg)?.ok()).collect();
            tried(call.row, call.target.is_some(), &args?)
        }
        _ => None,
    }
}

/// What a call gives; `None` where only running it tells.
fn tried(row: &'static library::Function, receiver: bool, args: &[Value]) -> Option<Result> {
    match library::call(row, receiver, args, &mut Meter::new(LIMIT)) {
        Err(Fault::Budget { .. } | Fault::Depth | Fault::NoSuchOverload(_)) => None,
        result => Some(result),
    }
}

/// Whether the second argument is a pattern.
fn takes_pattern(name: &str) -> bool {
    matches!(name, "matches" | "find" | "findAll" | "regex.extract" | "regex.extractAll" | "regex.replace")
}

/// What matching a constant pattern with no text comes to.
fn matched(pattern: &Expr) -> Option<Result> {
    let pattern = evaluated(pattern)?.ok()?;
    tried(library::find("matches")?, true, &[Value::string(""), pattern])
}

/// Whether a clause of `format` takes a value of this type (cel-go, `stringFormatChecker`).
fn printable(verb: char, ty: &Type) -> bool {
    match (verb, ty) {
        (_, Type::Error | Type::Dyn | Type::Nothing | Type::IntOrString)
        | ('d' | 'o' | 'b' | 'x' | 'X', Type::Int | Type::Uint)
        | ('b', Type::Bool)
        | ('f' | 'e', Type::Double | Type::String | Type::Enum(_))
        | ('x' | 'X', Type::String | Type::Enum(_) | Type::Bytes) => true,
        (_, Type::Nullable(held)) => verb == 's' && printable(verb, held),
        ('s', ty) => !matches!(ty, Type::Optional(_) | Type::Opaque(_) | Type::Object(_)),
        _ => false,
    }
}
