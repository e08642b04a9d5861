//! What calls cost at run time: the rules of cel-go (`interpreter/runtimecost.go`, `common/cost.go`)
//! and of Kubernetes (apiserver `pkg/cel/library/cost.go`).

use crate::cel::Value;
use crate::cel::value::{floor_to_u64, u64_to_f64};

use super::Cost;

/// The price of a call that nothing else prices.
pub(super) const ONE: Cost = Cost::Fixed(1);

/// The base price of making a list (`ListCreateBaseCost`).
const LIST_CREATE: u64 = 10;

impl Cost {
    /// The price of a call with these arguments.
    pub fn of(&self, args: &[Value]) -> u64 {
        match self {
            Self::Fixed(units) => *units,
            Self::ByArguments(rule) => rule(args),
        }
    }
}

/// `ceil(n × factor)` as Go computes it, in doubles.
pub(super) fn scaled(n: u64, factor: f64) -> u64 {
    floor_to_u64((u64_to_f64(n) * factor).ceil()).unwrap_or(u64::MAX)
}

/// Characters, bytes, elements or entries; an optional counts as what it holds, all else as one
/// (`actualSize`).
pub(super) fn size(value: &Value) -> u64 {
    let mut value = value;
    while let Value::Optional(Some(inner)) = value {
        value = inner;
    }
    value.size().map_or(1, |size| u64::try_from(size).unwrap_or(u64::MAX))
}

fn size_at(args: &[Value], position: usize) -> u64 {
    args.get(position).map_or(0, size)
}

/// Traversing the first argument once: a tenth a character.
pub(super) const FIRST: Cost = Cost::ByArguments(|args| scaled(size_at(args, 0), 0.1));
/// Traversing the second argument once (`startsWith`, `endsWith`).
pub(super) const SECOND: Cost = Cost::ByArguments(|args| scaled(size_at(args, 1), 0.1));
/// Traversing the first argument and building as much (`replace`, `split`): `ceil(2n × 0.1)`.
pub(super) const FIRST_TWICE: Cost = Cost::ByArguments(|args| scaled(size_at(args, 0).saturating_mul(2), 0.1));
/// Concatenation of text or bytes.
pub(super) const BOTH: Cost = Cost::ByArguments(|args| scaled(size_at(args, 0).saturating_add(size_at(args, 1)), 0.1));
/// Comparing text or bytes.
pub(super) const SHORTER: Cost = Cost::ByArguments(|args| scaled(size_at(args, 0).min(size_at(args, 1)), 0.1));
/// `x in list`.
pub(super) const MEMBERSHIP: Cost = Cost::ByArguments(|args| size_at(args, 1));
/// Searching text in text.
pub(super) const CONTAINS: Cost =
    Cost::ByArguments(|args| scaled(size_at(args, 0), 0.1).saturating_mul(scaled(size_at(args, 1), 0.1)));
/// Matching a pattern (the second argument): `ceil(0.1 (1+n)) × ceil(0.25 m)`.
pub(super) const PATTERN: Cost = Cost::ByArguments(|args| {
    let text = scaled(size_at(args, 0).saturating_add(1), 0.1);
    text.saturating_mul(scaled(size_at(args, 1), 0.25))
});
/// `==`: library types cost one.
pub(super) const EQUALITY: Cost = Cost::ByArguments(|args| match args {
    [Value::Opaque(_), _] => 1,
    _ => scaled(size_at(args, 0).min(size_at(args, 1)), 0.1),
});
/// A walk over everything in the first argument (`traversalCost`).
pub(super) const TRAVERSAL: Cost = Cost::ByArguments(|args| args.first().map_or(0, traversal));
/// `sets.contains`, `sets.intersects`.
pub(super) const PAIRS: Cost = Cost::ByArguments(|args| pairs(args, 1));
/// `sets.equivalent`.
pub(super) const PAIRS_TWICE: Cost = Cost::ByArguments(|args| pairs(args, 2));
/// A new list as long as the first argument.
pub(super) const COPY: Cost = Cost::ByArguments(|args| allocating(size_at(args, 0)));
/// Comparing every element of the first argument with every other.
pub(super) const SELF_COMPARE: Cost = Cost::ByArguments(|args| self_compare(args.first()));
/// Comparing every key, which are the second argument.
pub(super) const KEYS_COMPARE: Cost = Cost::ByArguments(|args| self_compare(args.get(1)));

fn pairs(args: &[Value], factor: u64) -> u64 {
    size_at(args, 0).saturating_mul(size_at(args, 1)).saturating_mul(factor).saturating_add(1)
}

/// A call that makes a list of `elements` (`trackAllocatingListCall`).
pub(super) fn allocating(elements: u64) -> u64 {
    elements.saturating_add(1 + LIST_CREATE)
}

/// `2 n²`, or `2.1 n²` when the first element is text or bytes (`trackListSelfCompare`).
fn self_compare(list: Option<&Value>) -> u64 {
    let Some(Value::List(items)) = list else { return allocating(0) };
    let squared = u64::try_from(items.len()).map_or(u64::MAX, |n| n.saturating_mul(n));
    let factor = match items.first() {
        Some(Value::String(_) | Value::Bytes(_)) => 2.1,
        _ => 2.0,
    };
    allocating(floor_to_u64(u64_to_f64(squared) * factor).unwrap_or(u64::MAX))
}

/// One a scalar, a tenth (rounded down) a byte of text, summed over everything inside.
pub(super) fn traversal(value: &Value) -> u64 {
    let mut total = 0_u64;
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => total = total.saturating_add(tenth(text.len())),
            Value::Bytes(bytes) => total = total.saturating_add(tenth(bytes.len())),
            Value::List(items) => open.extend(items.iter()),
            Value::Map(entries) => {
                for (key, value) in entries.iter() {
                    let cost = if let crate::cel::Key::String(text) = key { tenth(text.len()) } else { 1 };
                    total = total.saturating_add(cost);
                    open.push(value);
                }
            }
            _ => total = total.saturating_add(1),
        }
    }
    total
}

fn tenth(bytes: usize) -> u64 {
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    floor_to_u64(u64_to_f64(bytes) * 0.1).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(length: usize) -> Value {
        Value::from("x".repeat(length))
    }

    #[test]
    fn a_started_unit_counts_as_one() {
        assert_eq!(scaled(30, 0.1), 3);
        assert_eq!(scaled(31, 0.1), 4);
        assert_eq!(scaled(10, 0.1), 1);
        assert_eq!(scaled(0, 0.1), 0);
        assert_eq!(scaled(u64::MAX, 1.0), u64::MAX);
    }

    #[test]
    fn patterns_cost_text_times_pattern() {
        assert_eq!(PATTERN.of(&[text(0), text(4)]), 1);
        assert_eq!(PATTERN.of(&[text(19), text(5)]), 4);
    }

    #[test]
    fn equality_costs_by_the_shorter_side() {
        assert_eq!(EQUALITY.of(&[text(100), text(0)]), 0);
        assert_eq!(EQUALITY.of(&[text(100), text(11)]), 2);
        assert_eq!(EQUALITY.of(&[Value::Int(1), Value::Int(1)]), 1);
        assert_eq!(EQUALITY.of(&[Value::some(text(20)), Value::some(text(20))]), 2);
    }

    #[test]
    fn a_walk_sums_up_what_it_sees() {
        assert_eq!(traversal(&Value::list(vec![Value::Int(1), text(25), Value::list(vec![Value::Null])])), 4);
        assert_eq!(traversal(&Value::map([("0123456789".into(), Value::Int(1))])), 2);
    }

    #[test]
    fn sorting_costs_the_square() {
        assert_eq!(SELF_COMPARE.of(&[Value::list(vec![Value::Int(1); 3])]), 29);
        assert_eq!(SELF_COMPARE.of(&[Value::list(vec![text(1); 10])]), 221);
        assert_eq!(SELF_COMPARE.of(&[Value::list(vec![])]), 11);
    }
}
