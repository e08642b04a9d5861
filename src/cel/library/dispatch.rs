//! The whole table, and the choice of an overload at run time.

use std::sync::LazyLock;

use crate::cel::{Fault, Key, Meter, Result, Value};

use super::{Function, Overload, Ty};

/// The rows of each part of the library, with what it is about.
pub(in crate::cel) const PARTS: &[(&str, &[Function])] = &[
    ("Arithmetic and negation", super::arithmetic::ROWS),
    ("Comparison and membership", super::relation::ROWS),
    ("Elements and sizes", super::index::ROWS),
    ("Conversions and types", super::convert::ROWS),
    ("Texts", super::strings::ROWS),
    ("Formatting", super::format::ROWS),
    ("Lists", super::lists::ROWS),
    ("Lists of Kubernetes", super::kubernetes_lists::ROWS),
    ("Lists as sets", super::sets::ROWS),
    ("Mathematics", super::math::ROWS),
    ("Base64", super::encoding::ROWS),
    ("Patterns", super::pattern::ROWS),
    ("Optionals", super::optional::ROWS),
    ("Time", super::time::ROWS),
    ("Quantities", super::quantity::ROWS),
    ("Versions", super::semver::ROWS),
    ("Order of quantities and versions", super::comparison::ROWS),
    ("Addresses", super::ip::ROWS),
    ("Networks", super::cidr::ROWS),
    ("URLs", super::url::ROWS),
    ("Named formats", super::named_format::ROWS),
    ("JSON Patch", super::jsonpatch::ROWS),
];

static TABLE: LazyLock<Vec<&'static Function>> = LazyLock::new(|| {
    let mut table: Vec<_> = PARTS.iter().flat_map(|(_, part)| part.iter()).collect();
    table.sort_by_key(|function| function.name);
    table
});

/// All functions, ordered by name.
pub fn functions() -> &'static [&'static Function] {
    &TABLE
}

/// The function of this name.
pub fn find(name: &str) -> Option<&'static Function> {
    let found = TABLE.binary_search_by_key(&name, |function| function.name).ok()?;
    TABLE.get(found).copied()
}

/// All names, in order; those with an `@` or `_` in front cannot be written as calls.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|function| function.name)
}

/// Whether three and more arguments are taken as one list: `math.greatest`, `math.least`.
pub fn is_variadic(name: &str) -> bool {
    matches!(name, "math.greatest" | "math.least")
}

/// Calls a function: chooses the overload, charges its cost, then runs it.
///
/// `receiver` says that it was written `args[0].name(…)`.
pub fn call(function: &Function, receiver: bool, args: &[Value], meter: &mut Meter) -> Result {
    if let Some(overload) = function.dispatch(args, receiver) {
        return overload.invoke(args, meter);
    }
    match (function.name, args) {
        // cel-go declares these more narrowly than it runs them for dynamic values.
        ("_[_]", [_, _]) => {
            meter.charge(1)?;
            super::index::index(args, meter)
        }
        ("-_", [Value::Duration(nanos)]) => {
            meter.charge(1)?;
            nanos.checked_neg().map(Value::Duration).ok_or(Fault::Overflow("integer"))
        }
        (name, [_, _, _, ..]) if !receiver && is_variadic(name) => {
            call(function, receiver, &[Value::List(args.into())], meter)
        }
        (name, _) => Err(Fault::NoSuchOverload(written(name, receiver, args))),
    }
}

impl Function {
    /// The first overload that takes these arguments, receiver first.
    pub fn dispatch(&self, args: &[Value], receiver: bool) -> Option<&'static Overload> {
        self.overloads.iter().find(|overload| overload.receiver == receiver && overload.accepts(args))
    }
}

impl Overload {
    /// Whether the arguments are of the kinds that this overload declares.
    pub fn accepts(&self, args: &[Value]) -> bool {
        self.params.len() == args.len() && self.params.iter().zip(args).all(|(param, arg)| param.accepts(arg))
    }

    /// Charges the cost, then runs.
    pub fn invoke(&self, args: &[Value], meter: &mut Meter) -> Result {
        meter.charge(self.cost.of(args))?;
        (self.call)(args, meter)
    }
}

impl Ty {
    /// Whether a value is of this type, as far as cel-go looks at run time: its kind, and the kind of
    /// a list's or map's first element if the type names one.
    fn accepts(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::List(item), Value::List(items)) => items.first().is_none_or(|first| item.accepts_inside(first)),
            (Self::Map(key, item), Value::Map(entries)) => {
                entries.iter().next().is_none_or(|(first, value)| key.accepts_key(first) && item.accepts_inside(value))
            }
            _ => self.accepts_kind(value),
        }
    }

    fn accepts_inside(&self, value: &Value) -> bool {
        // Lists of lists are no further looked into: `flatten` takes flat ones too.
        matches!(self, Self::List(_) | Self::Map(..)) || self.accepts_kind(value)
    }

    fn accepts_kind(&self, value: &Value) -> bool {
        match self {
            Self::Dyn | Self::Param(_) => true,
            Self::Null => matches!(value, Value::Null),
            Self::Bool => matches!(value, Value::Bool(_)),
            Self::Int => matches!(value, Value::Int(_)),
            Self::Uint => matches!(value, Value::Uint(_)),
            Self::Double => matches!(value, Value::Double(_)),
            Self::String => matches!(value, Value::String(_)),
            Self::Bytes => matches!(value, Value::Bytes(_)),
            Self::Duration => matches!(value, Value::Duration(_)),
            Self::Timestamp => matches!(value, Value::Timestamp(_)),
            Self::List(_) => matches!(value, Value::List(_)),
            Self::Map(..) => matches!(value, Value::Map(_)),
            Self::Optional(_) => matches!(value, Value::Optional(_)),
            Self::Type => matches!(value, Value::Type(_)),
            Self::Opaque(name) => matches!(value, Value::Opaque(opaque) if opaque.type_name() == *name),
        }
    }

    fn accepts_key(&self, key: &Key) -> bool {
        match self {
            Self::Dyn | Self::Param(_) => true,
            Self::Bool => matches!(key, Key::Bool(_)),
            Self::Int => matches!(key, Key::Int(_)),
            Self::Uint => matches!(key, Key::Uint(_)),
            Self::String => matches!(key, Key::String(_)),
            _ => false,
        }
    }
}

/// The call as it reads, with types for arguments: `int + string`, `string.size(int)`.
fn written(name: &str, receiver: bool, args: &[Value]) -> String {
    let types: Vec<&str> = args.iter().map(Value::type_name).collect();
    match (name, types.as_slice()) {
        ("_[_]", [list, index]) => format!("`{list}[{index}]`"),
        ("@in", [left, right]) => format!("`{left} in {right}`"),
        (_, [left, right]) if is_operator(name) => format!("`{left} {} {right}`", name.trim_matches('_')),
        (_, [operand]) if is_operator(name) => format!("`{}{operand}`", name.trim_end_matches('_')),
        (_, [target, rest @ ..]) if receiver => format!("`{target}.{name}({})`", rest.join(", ")),
        _ => format!("`{name}({})`", types.join(", ")),
    }
}

fn is_operator(name: &str) -> bool {
    name.ends_with('_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(name: &str, receiver: bool, args: &[Value]) -> String {
        let function = find(name).unwrap();
        call(function, receiver, args, &mut Meter::new(1_000)).unwrap_err().to_string()
    }

    #[test]
    fn a_call_without_overload_says_how_it_was_written() {
        let (int, text) = (Value::Int(1), Value::string("a"));
        assert_eq!(fault("_+_", false, &[int.clone(), text.clone()]), "no such overload: `int + string`");
        assert_eq!(fault("-_", false, std::slice::from_ref(&text)), "no such overload: `-string`");
        assert_eq!(fault("@in", false, &[int.clone(), text.clone()]), "no such overload: `int in string`");
        assert_eq!(fault("_[_]", false, &[Value::Null, int.clone()]), "no such overload: `null_type[int]`");
        assert_eq!(fault("size", false, std::slice::from_ref(&int)), "no such overload: `size(int)`");
        assert_eq!(fault("startsWith", true, &[text, int]), "no such overload: `string.startsWith(int)`");
    }

    #[test]
    fn the_first_element_of_a_list_decides() {
        let sum = find("sum").unwrap();
        let chosen = |items| sum.dispatch(&[Value::list(items)], true).map(|overload| overload.id);
        assert_eq!(chosen(vec![Value::Uint(1), Value::string("x")]), Some("list_uint_sum_uint"));
        assert_eq!(chosen(vec![]), Some("list_int_sum_int"));
        assert_eq!(chosen(vec![Value::Null]), None);
    }

    #[test]
    fn functions_and_methods_are_told_apart() {
        let size = find("size").unwrap();
        let id = |receiver| size.dispatch(&[Value::string("x")], receiver).map(|overload| overload.id);
        assert_eq!((id(false), id(true)), (Some("size_string"), Some("string_size")));
    }

    #[test]
    fn three_and_more_numbers_are_taken_as_a_list() {
        let args = [Value::Int(1), Value::Double(3.5), Value::Uint(2)];
        let greatest = call(find("math.greatest").unwrap(), false, &args, &mut Meter::new(100));
        assert_eq!(greatest, Ok(Value::Double(3.5)));
    }

    #[test]
    fn what_a_call_costs_is_charged_before_it_runs() {
        let mut meter = Meter::new(5);
        let range = call(find("lists.range").unwrap(), false, &[Value::Int(900_000_000)], &mut meter);
        assert_eq!(range, Err(Fault::Budget { limit: 5 }));
    }
}
