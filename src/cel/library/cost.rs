//! What calls cost at run time: the rules of cel-go (`interpreter/runtimecost.go`, `common/cost.go`)
//! and of Kubernetes (apiserver `pkg/cel/library/cost.go`).

use crate::cel::cost::Extent;
use crate::cel::value::{floor_to_u64, u64_to_f64};
use crate::cel::{Opaque, Value};

use super::Cost;

/// The price of a call that nothing else prices.
pub(super) const ONE: Cost = Cost::Fixed(1);

/// The base price of making a list (`ListCreateBaseCost`).
const LIST_CREATE: u64 = 10;

/// Bytes of an IPv6 address: the largest of what library types count as.
const ADDRESS: u64 = 16;

/// An argument as the rules see it: a value when it runs, the largest possible one before.
#[derive(Clone, Copy, Debug)]
pub enum Arg<'a> {
    /// a value
    Value(&'a Value),
    /// values up to this
    Extent(&'a Extent),
}

impl Arg<'_> {
    /// Characters, bytes, elements or entries; an optional counts as what it holds, all else as one
    /// (`actualSize`).
    fn size(&self) -> u64 {
        match self {
            Self::Value(value) => size(value),
            Self::Extent(extent) if extent.hidden > 0 => extent.most.max(ADDRESS),
            Self::Extent(extent) => extent.most,
        }
    }

    /// The sizes of a list's elements, summed up.
    fn parts(&self) -> u64 {
        match self {
            Self::Value(Value::List(items)) => items.iter().map(size).fold(0, u64::saturating_add),
            Self::Value(_) => 0,
            Self::Extent(extent) => extent.most.saturating_mul(extent.item().most),
        }
    }

    /// Whether it is surely of a library type.
    fn is_opaque(&self) -> bool {
        matches!(self, Self::Value(Value::Opaque(_)))
    }

    /// The number that it is, or the largest that it can be.
    fn number(&self) -> Option<i64> {
        match self {
            Self::Value(Value::Int(number)) => Some(*number),
            Self::Value(_) => None,
            Self::Extent(extent) => {
                Some(extent.number.map_or(i64::MAX, |most| i64::try_from(most).unwrap_or(i64::MAX)))
            }
        }
    }

    /// How many elements it asks for, or can ask for at most.
    fn count(&self) -> Option<u64> {
        self.number().map(|number| asked(number).max(self.below().min(1)))
    }

    /// How far below zero the number can be.
    fn below(&self) -> u64 {
        match self {
            Self::Value(_) => 0,
            Self::Extent(extent) => extent.below.unwrap_or(u64::MAX),
        }
    }

    /// Bytes of a network's prefix, rounded up: its size to the cost model.
    fn prefix_bytes(&self) -> u64 {
        match self {
            Self::Value(value @ Value::Opaque(Opaque::Cidr(_))) => size(value),
            Self::Value(_) => 0,
            Self::Extent(_) => ADDRESS,
        }
    }

    /// Whether a list's elements are texts, as far as the first one tells.
    fn holds_text(&self) -> bool {
        match self {
            Self::Value(Value::List(items)) => matches!(items.first(), Some(Value::String(_) | Value::Bytes(_))),
            Self::Value(_) => false,
            Self::Extent(extent) => extent.item().text,
        }
    }
}

impl Cost {
    /// The price of a call with these arguments.
    pub fn of(&self, args: &[Value]) -> u64 {
        match (self, args) {
            (Self::Fixed(units), _) => *units,
            (Self::ByArguments(rule), [one]) => rule(&[Arg::Value(one)]),
            (Self::ByArguments(rule), [one, two]) => rule(&[Arg::Value(one), Arg::Value(two)]),
            (Self::ByArguments(rule), args) => rule(&args.iter().map(Arg::Value).collect::<Vec<_>>()),
        }
    }

    /// The same for what is known of the arguments.
    pub fn of_args(&self, args: &[Arg<'_>]) -> u64 {
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

/// A value's size: see [`Arg`].
pub(super) fn size(value: &Value) -> u64 {
    let mut value = value;
    while let Value::Optional(Some(inner)) = value {
        value = inner;
    }
    match value {
        Value::Opaque(Opaque::Ip(ip)) => ip.byte_length().into(),
        Value::Opaque(Opaque::Cidr(cidr)) => cidr.prefix_length().div_ceil(8).into(),
        value => value.size().map_or(1, |size| u64::try_from(size).unwrap_or(u64::MAX)),
    }
}

pub(super) fn size_at(args: &[Arg<'_>], position: usize) -> u64 {
    args.get(position).map_or(0, Arg::size)
}

/// Traversing the first argument once: a tenth a character.
pub(super) const FIRST: Cost = Cost::ByArguments(|args| scaled(size_at(args, 0), 0.1));
/// Traversing the second argument once (`startsWith`, `endsWith`).
pub(super) const SECOND: Cost = Cost::ByArguments(|args| scaled(size_at(args, 1), 0.1));
/// Traversing the first argument and building as much (`replace`, `split`): `ceil(2n × 0.1)`.
pub(super) const FIRST_TWICE: Cost = Cost::ByArguments(|args| scaled(size_at(args, 0).saturating_mul(2), 0.1));
/// Concatenation of text or bytes.
pub(super) const BOTH: Cost = Cost::ByArguments(|args| scaled(size_at(args, 0).saturating_add(size_at(args, 1)), 0.1));
/// Comparing text or bytes, and `!=`, for which Kubernetes makes no exception.
pub(super) const SHORTER: Cost = Cost::ByArguments(shorter);
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
    [one, _] if one.is_opaque() => 1,
    _ => shorter(args),
});
/// A walk over everything in the first argument (`traversalCost`).
pub(super) const TRAVERSAL: Cost = Cost::ByArguments(|args| match args.first() {
    Some(Arg::Value(value)) => traversal(value),
    Some(Arg::Extent(extent)) => extent.traversal(),
    None => 0,
});
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

fn shorter(args: &[Arg<'_>]) -> u64 {
    scaled(size_at(args, 0).min(size_at(args, 1)), 0.1)
}

fn pairs(args: &[Arg<'_>], factor: u64) -> u64 {
    size_at(args, 0).saturating_mul(size_at(args, 1)).saturating_mul(factor).saturating_add(1)
}

/// A call that makes a list of `elements` (`trackAllocatingListCall`).
pub(super) fn allocating(elements: u64) -> u64 {
    elements.saturating_add(1 + LIST_CREATE)
}

/// `2 n²`, or `2.1 n²` when the first element is text or bytes (`trackListSelfCompare`).
fn self_compare(list: Option<&Arg<'_>>) -> u64 {
    let Some(list) = list else { return allocating(0) };
    let squared = list.size().saturating_mul(list.size());
    let factor = if list.holds_text() { 2.1 } else { 2.0 };
    allocating(floor_to_u64(u64_to_f64(squared) * factor).unwrap_or(u64::MAX))
}

/// `ceil(0.2 × length of the result)` of joining texts, which the parts tell.
pub(super) const JOIN: Cost = Cost::ByArguments(|args| {
    let Some(list) = args.first() else { return 0 };
    let between = size_at(args, 1).saturating_mul(list.size().saturating_sub(1));
    scaled(list.parts().saturating_add(between).saturating_mul(2), 0.1)
});

/// A list from a position to another.
pub(super) const SLICE: Cost = Cost::ByArguments(|args| match args {
    [Arg::Value(_), start, end] => match (start.number(), end.number()) {
        (Some(start), Some(end)) => allocating(asked(end.saturating_sub(start))),
        _ => 1,
    },
    // The price is paid before the positions are refused; one that no bound tells can be any.
    [_, start, end] => allocating(end.count().unwrap_or(u64::MAX).saturating_add(start.below())),
    _ => 1,
});

/// A list of so many numbers.
pub(super) const RANGE: Cost = Cost::ByArguments(|args| match args {
    [count] => count.count().map_or(1, allocating),
    _ => 1,
});

/// Elements times depth (`trackListFlatten`).
pub(super) const FLATTEN: Cost = Cost::ByArguments(|args| match args {
    [list, depth] => {
        let depth = depth.count().unwrap_or(1);
        allocating(floor_to_u64(u64_to_f64(list.size()) * u64_to_f64(depth)).unwrap_or(u64::MAX))
    }
    [list] => allocating(list.size()),
    _ => 1,
});

/// The elements that a number asks for; a negative one fails, which counts as one.
fn asked(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(1)
}

/// Text times pattern, without rounding on the way (cel-go `ext/regex.go`).
fn search(args: &[Arg<'_>]) -> f64 {
    let length = |position: usize| args.get(position).map_or(0.0, |arg| u64_to_f64(arg.size().saturating_add(1)));
    length(0) * 0.1 * (length(1) * 0.25)
}

/// cel-go adds the length of the result, which is not known before: the text's length bounds it.
pub(super) const SEARCH: Cost = Cost::ByArguments(|args| units((1.0 + search(args)).ceil()));
/// The same where a list is made.
pub(super) const SEARCH_LIST: Cost = Cost::ByArguments(|args| units((11.0 + search(args)).ceil()));
/// The same, rounded down.
pub(super) const SEARCH_REPLACE: Cost = Cost::ByArguments(|args| units(1.0 + search(args)));

fn units(cost: f64) -> u64 {
    floor_to_u64(cost).unwrap_or(u64::MAX)
}

fn compare(args: &[Arg<'_>]) -> u64 {
    scaled(args.first().map_or(0, Arg::prefix_bytes) * 2, 0.1)
}

fn mask(args: &[Arg<'_>]) -> u64 {
    compare(args) + scaled(args.first().map_or(0, Arg::prefix_bytes), 0.1) + 1
}

/// Reading the second argument.
fn read(args: &[Arg<'_>]) -> u64 {
    scaled(size_at(args, 1), 0.1)
}

/// Matching a named format: `ceil(0.1 (1+n)) × ceil(0.25 m)` for the length of the format's pattern, or of
/// the longest one.
pub(super) const VALIDATION: Cost = Cost::ByArguments(|args| {
    let pattern = match args.first() {
        Some(Arg::Value(Value::Opaque(Opaque::Format(format)))) => format.pattern_length().into(),
        Some(Arg::Value(_)) => return 1,
        _ => crate::scalar::format::NamedFormat::longest_pattern().into(),
    };
    scaled(size_at(args, 1).saturating_add(1), 0.1).saturating_mul(scaled(pattern, 0.25))
});

/// Comparing twice a network prefix's bytes.
pub(super) const COMPARE_PREFIX: Cost = Cost::ByArguments(compare);
/// The same after reading a text.
pub(super) const COMPARE_PREFIX_TEXT: Cost = Cost::ByArguments(|args| compare(args).saturating_add(read(args)));
/// Comparing, and masking the prefix.
pub(super) const MASK_PREFIX: Cost = Cost::ByArguments(mask);
/// The same after reading a text.
pub(super) const MASK_PREFIX_TEXT: Cost = Cost::ByArguments(|args| mask(args).saturating_add(read(args)));

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
    tenths(u64::try_from(bytes).unwrap_or(u64::MAX))
}

/// A tenth a byte, rounded down.
pub(crate) fn tenths(bytes: u64) -> u64 {
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
    fn unequal_addresses_cost_by_their_bytes() {
        let address = |text: &str| Value::Opaque(Opaque::Ip(crate::scalar::ip::Ip::parse(text).unwrap()));
        assert_eq!(EQUALITY.of(&[address("::1"), address("::1")]), 1);
        assert_eq!(SHORTER.of(&[address("::1"), address("::1")]), 2);
        assert_eq!(SHORTER.of(&[address("::1"), address("10.0.0.1")]), 1);
    }

    #[test]
    fn a_negative_count_costs_as_much_as_one() {
        assert_eq!(RANGE.of(&[Value::Int(-7)]), 12);
        assert_eq!(FLATTEN.of(&[Value::list(vec![Value::Int(1); 2]), Value::Int(-1)]), 13);
        let mut below = Extent::count(0);
        below.below = Some(1);
        assert_eq!(RANGE.of_args(&[Arg::Extent(&below)]), 12);
        assert_eq!(RANGE.of_args(&[Arg::Extent(&Extent::count(0))]), 11);
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
