//! Shorthand for rows of the table.

use crate::cel::{Fault, Meter, Result, Value};

use super::{Cost, Overload, Ty};

/// A row for `f(…)`.
pub(super) const fn global(
    id: &'static str,
    params: &'static [Ty],
    result: Ty,
    cost: Cost,
    call: fn(&[Value], &mut Meter) -> Result,
) -> Overload {
    Overload { id, receiver: false, params, result, cost, call }
}

/// A row for `x.f(…)`; the first parameter is `x`.
pub(super) const fn method(
    id: &'static str,
    params: &'static [Ty],
    result: Ty,
    cost: Cost,
    call: fn(&[Value], &mut Meter) -> Result,
) -> Overload {
    Overload { id, receiver: true, params, result, cost, call }
}

/// `list(T)`
pub(super) const LIST: Ty = Ty::List(&Ty::Param('T'));
/// `list(string)`
pub(super) const STRINGS: Ty = Ty::List(&Ty::String);
/// `optional_type(T)`
pub(super) const OPTIONAL: Ty = Ty::Optional(&Ty::Param('T'));

/// What a call says whose arguments are of other kinds than its row declares.
pub(super) fn mismatch() -> Fault {
    Fault::NoSuchOverload("arguments of other types than declared".into())
}

/// An implementation by a pattern over its arguments: `pure!([Value::Int(a)] => …)`.
macro_rules! pure {
    ([$($pattern:pat),* $(,)?] => $body:expr) => {
        |args: &[$crate::cel::Value], _: &mut $crate::cel::Meter| match args {
            [$($pattern),*] => $body,
            _ => Err($crate::cel::library::row::mismatch()),
        }
    };
}
pub(super) use pure;

/// A fault for a text or number that a function refuses.
pub(super) fn invalid(message: impl Into<String>) -> Fault {
    Fault::InvalidArgument(message.into())
}

/// Charges for what a result outgrows: Kubernetes' rules price some functions by their arguments
/// only, so that one cheap call could build megabytes. The first `FREE` units of size cost nothing
/// extra, which leaves everyday calls at Kubernetes' price.
#[derive(Debug, Default)]
pub(super) struct Growth {
    size: usize,
}

impl Growth {
    const FREE: usize = 1024;

    /// Before `more` bytes are added: a tenth of a unit each, and a fault past `MAX_TEXT_BYTES`.
    pub(super) fn text(&mut self, more: usize, meter: &mut Meter) -> Result<()> {
        if self.size.saturating_add(more) > Value::MAX_TEXT_BYTES {
            return Err(invalid(format!("the text is longer than {} bytes", Value::MAX_TEXT_BYTES)));
        }
        let paid = self.add(more);
        meter.charge(paid.div_ceil(10))
    }

    /// Before `more` list elements are added: one unit each.
    pub(super) fn elements(&mut self, more: usize, meter: &mut Meter) -> Result<()> {
        let paid = self.add(more);
        meter.charge(paid)
    }

    /// How much of `more` lies beyond the free part.
    fn add(&mut self, more: usize) -> u64 {
        let before = self.size.max(Self::FREE);
        self.size = self.size.saturating_add(more);
        u64::try_from(self.size.saturating_sub(before)).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_kilobyte_is_free_and_the_rest_costs_a_tenth() {
        let mut meter = Meter::new(1_000_000);
        let mut growth = Growth::default();
        growth.text(1000, &mut meter).unwrap();
        assert_eq!(meter.spent(), 0);
        growth.text(1024, &mut meter).unwrap();
        assert_eq!(meter.spent(), 100);
    }

    #[test]
    fn text_has_an_end_whatever_the_budget() {
        let mut meter = Meter::new(u64::MAX);
        let error = Growth::default().text(Value::MAX_TEXT_BYTES + 1, &mut meter).unwrap_err();
        assert_eq!(error.to_string(), "the text is longer than 3145728 bytes");
        assert_eq!(meter.spent(), 0);
    }

    #[test]
    fn elements_beyond_the_budget_fault_before_they_exist() {
        let mut meter = Meter::new(10);
        assert_eq!(Growth::default().elements(usize::MAX, &mut meter), Err(Fault::Budget { limit: 10 }));
    }
}
