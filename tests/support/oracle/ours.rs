//! What our evaluator says to a case.

use openbao_claims::cel::{self, Activation, Context, Fault, Meter, Presence, RootId, Scope, Value};

use super::case::Case;
use super::tagged;

/// Our answer.
#[derive(Debug)]
pub(crate) struct Ours {
    pub(crate) verdict: Verdict,
    /// Cost units that were spent.
    pub(crate) cost: u64,
}

/// A value, or the stage at which there is none, with the text of the error.
#[derive(Debug)]
pub(crate) enum Verdict {
    Value(Value),
    Compile(String),
    Fault(Fault),
}

struct Names(Vec<(RootId, Value)>);

impl Activation for Names {
    fn load(&self, root: RootId, _: &mut Context<'_>) -> cel::Result<Option<Value>> {
        Ok(self.0.iter().find(|(id, _)| *id == root).map(|(_, value)| value.clone()))
    }
}

/// Compiles and evaluates a case within Kubernetes' budget for one call.
pub(crate) fn answer(case: &Case) -> Ours {
    let mut scope = Scope::new();
    let bind = |(name, value)| (scope.declare(name, Presence::Always), tagged::decode(value));
    let names = Names(case.vars.iter().map(|(name, value)| (name.as_str(), value)).map(bind).collect());
    let program = match cel::compile(&case.expr, &scope) {
        Ok(program) => program,
        Err(errors) => {
            let text = errors.first().map(ToString::to_string).unwrap_or_default();
            return Ours { verdict: Verdict::Compile(text), cost: 0 };
        }
    };
    let mut context = Context::new(Meter::PER_CALL_LIMIT);
    let verdict = match program.eval(&names, &mut context) {
        Ok(value) => Verdict::Value(value),
        Err(error) => Verdict::Fault(error.fault),
    };
    Ours { verdict, cost: context.meter.spent() }
}
