//! By which rules our checker refuses what Kubernetes accepts. The list is closed: a refusal by none of them is a
//! defect of the checker.

use openbao_claims::cel::ExprErrorKind;
use openbao_claims::cel::check::{MistakeKind, Type};

use super::verdict::Why;

/// One rule that Kubernetes does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// What may be absent is read with `has()`, `?` or a default: Kubernetes fails when it runs.
    Presence,
    /// A table has an entry for every possible key: Kubernetes fails when it runs.
    Exhaustive,
    /// A comparison can hold: Kubernetes' types know no enum.
    Possible,
    /// A call of constants has a value: Kubernetes folds conversions and patterns only.
    Constant,
    /// A value of any type is asked for its type before it is used: Kubernetes fails when it runs.
    Dyn,
    /// `null` is asked for before a value is used: Kubernetes' types know no `nullable`, and take `null` for
    /// durations, timestamps, optionals and library values.
    Null,
    /// An `int` or `string` is asked for its type before it is used: to Kubernetes it is of any type.
    IntOrString,
    /// An optional within a chain is ended before it is looked into: Kubernetes fails when it runs.
    Opened,
    /// A key is a text, a number or a boolean: Kubernetes fails when it runs.
    Key,
    /// A variable of a macro hides no name.
    Shadowing,
    /// A map literal names a key once.
    DuplicateKey,
    /// A variable of a macro is written without a leading dot.
    Variable,
    /// There are no protobuf messages.
    Message,
    /// Brackets nest up to 32 deep.
    Depth,
}

impl Rule {
    /// The rule of a refusal.
    pub(crate) fn of(why: &Why) -> Option<Self> {
        match why {
            Why::Mistake(kind) => Self::of_mistake(kind),
            Why::Compile(kind) => Self::of_error(kind),
        }
    }

    fn of_mistake(kind: &MistakeKind) -> Option<Self> {
        match kind {
            MistakeKind::MayBeAbsent(_) => Some(Self::Presence),
            MistakeKind::NotInTable(_) => Some(Self::Exhaustive),
            MistakeKind::Impossible(_) => Some(Self::Possible),
            MistakeKind::AlwaysFails(_) => Some(Self::Constant),
            MistakeKind::NoOverload(call) => Self::of_types(call),
            MistakeKind::Mixed { one, two, .. } => Self::of_types(&format!("{one}, {two}")),
            MistakeKind::NotBool(ty) | MistakeKind::NotARange(ty) | MistakeKind::NotOptional(ty) => {
                if *ty == Type::Dyn { Some(Self::Dyn) } else { Self::of_types(&ty.to_string()) }
            }
            MistakeKind::UnknownField { .. } => None,
        }
    }

    fn of_error(kind: &ExprErrorKind) -> Option<Self> {
        match kind {
            ExprErrorKind::Shadowing(_) => Some(Self::Shadowing),
            ExprErrorKind::DuplicateKey(_) => Some(Self::DuplicateKey),
            ExprErrorKind::TooDeep { .. } => Some(Self::Depth),
            ExprErrorKind::Literal(text) if text.starts_with("a key must be") => Some(Self::Key),
            ExprErrorKind::Macro(text) if text.starts_with("the variable of a macro") => Some(Self::Variable),
            ExprErrorKind::Syntax(text) if text.starts_with("an object literal") => Some(Self::Message),
            _ => None,
        }
    }

    /// The rule by which a call with these types is refused.
    fn of_types(call: &str) -> Option<Self> {
        let names = |name: &str| call.split(|c: char| !c.is_alphanumeric()).any(|word| word == name);
        match () {
            () if call.contains("int or string") => Some(Self::IntOrString),
            () if names("dyn") => Some(Self::Dyn),
            () if names("null") => Some(Self::Null),
            () if call.starts_with("optional(") && call.ends_with(']') => Some(Self::Opened),
            () if call.starts_with("map(") && call.ends_with(']') => {
                let key = call.rsplit('[').next()?.trim_end_matches(']');
                (!["string", "int", "uint", "double", "bool"].contains(&key)).then_some(Self::Key)
            }
            () => None,
        }
    }
}
