//! What our checker and estimate say before an expression runs.

use openbao_claims::cel::check::{MistakeKind, Type, check};
use openbao_claims::cel::cost::{self, Bracket, Estimate, Extent, Extents};
use openbao_claims::cel::{self, ExprErrorKind, Presence, RootId, Scope};

use super::case::Case;
use super::declared::Names;
use super::tagged;

/// Our verdict.
pub(crate) enum Verdict {
    /// Planner and checker find nothing wrong.
    Accepted {
        /// The type of the value.
        ty: Type,
        /// What it costs at most, and how large it is.
        estimate: Estimate,
    },
    /// All that is wrong.
    Refused(Vec<Why>),
}

/// One thing that is wrong.
#[derive(Debug)]
pub(crate) enum Why {
    /// The planner says so.
    Compile(ExprErrorKind),
    /// The checker says so.
    Mistake(MistakeKind),
}

/// How large the variables are.
struct Sizes(Vec<(RootId, Extent)>);

impl Extents for Sizes {
    fn root(&mut self, root: RootId) -> Estimate {
        let extent = self.0.iter().find(|(id, _)| *id == root).map(|(_, extent)| extent.clone());
        Estimate { cost: Bracket::default(), extent: extent.unwrap_or_else(Extent::any) }
    }
}

/// What we say to a case whose variables are declared so.
pub(crate) fn of(case: &Case, names: &Names) -> Verdict {
    let mut scope = Scope::new();
    let sizes = case
        .vars
        .iter()
        .map(|(name, value)| (scope.declare(name, Presence::Always), names.extent(name, &tagged::decode(value))));
    let mut sizes = Sizes(sizes.collect());
    let program = match cel::compile(&case.expr, &scope) {
        Ok(program) => program,
        Err(errors) => {
            return Verdict::Refused(errors.into_iter().map(|error| Why::Compile(error.kind)).collect());
        }
    };
    let checked = check(program.ast(), &names.declarations(case.vars.keys()), &[]);
    if checked.mistakes.is_empty() {
        return Verdict::Accepted { ty: checked.kind, estimate: cost::estimate(&program, &mut sizes) };
    }
    Verdict::Refused(checked.mistakes.into_iter().map(|mistake| Why::Mistake(mistake.kind)).collect())
}
