//! What our evaluator says to a case.

use openbao_claims::cel::cost::{self, Bracket, Estimate, Extent, Extents};
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

/// What a case costs at most, by the sizes of its variables' values.
pub(crate) fn estimate(case: &Case) -> Option<Estimate> {
    struct Sizes(Vec<(RootId, Extent)>);
    impl Extents for Sizes {
        fn root(&mut self, root: RootId) -> Estimate {
            let extent = self.0.iter().find(|(id, _)| *id == root).map(|(_, extent)| extent.clone());
            Estimate { cost: Bracket::default(), extent: extent.unwrap_or_else(Extent::any) }
        }
    }
    let mut scope = Scope::new();
    let bind =
        |(name, value): (&String, _)| (scope.declare(name, Presence::Always), Extent::of(&tagged::decode(value)));
    let mut sizes = Sizes(case.vars.iter().map(bind).collect());
    let program = cel::compile(&case.expr, &scope).ok()?;
    Some(cost::estimate(&program, &mut sizes))
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
