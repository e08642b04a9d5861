//! The macros, for the docs and for suggestions: the planner knows their meaning.

use super::Environment;

/// One macro.
#[derive(Clone, Copy, Debug)]
pub struct Macro {
    /// Name as written.
    pub name: &'static str,
    /// How it is written.
    pub forms: &'static [&'static str],
    /// What it does.
    pub doc: &'static str,
    /// An expression over constants that yields `true`; a test runs it.
    pub example: &'static str,
    /// Where it comes from.
    pub since: Environment,
}

/// Every macro, ordered by name.
pub const MACROS: &[Macro] = &[
    Macro {
        name: "all",
        forms: &["range.all(x, condition)", "range.all(key, value, condition)"],
        doc: "Whether the condition holds for every element of a list or key of a map. One element for which it does \
              not hold decides, even if the condition fails with an error for another.",
        example: "[1, 2].all(x, x > 0) && {'a': 1}.all(k, v, k == 'a' && v == 1)",
        since: Environment::Base,
    },
    Macro {
        name: "cel.bind",
        forms: &["cel.bind(x, value, expression)"],
        doc: "Names a value within an expression. The value is computed when it is first read, and once.",
        example: "cel.bind(x, 'ab', x + x) == 'abab'",
        since: Environment::Extension,
    },
    Macro {
        name: "exists",
        forms: &["range.exists(x, condition)", "range.exists(key, value, condition)"],
        doc: "Whether the condition holds for at least one element of a list or key of a map. One element for which \
              it holds decides, even if the condition fails with an error for another.",
        example: "[1, 2].exists(x, x > 1) && ['a'].exists(i, v, i == 0 && v == 'a')",
        since: Environment::Base,
    },
    Macro {
        name: "existsOne",
        forms: &["range.existsOne(key, value, condition)"],
        doc: "Whether the condition holds for exactly one index and element of a list, or key and value of a map. An \
              error for any of them is an error of the whole.",
        example: "!{'a': 1, 'b': 1}.existsOne(k, v, v == 1)",
        since: Environment::Kubernetes(32),
    },
    Macro {
        name: "exists_one",
        forms: &["range.exists_one(x, condition)", "range.exists_one(key, value, condition)"],
        doc: "Whether the condition holds for exactly one element of a list or key of a map. An error for any element \
              is an error of the whole.",
        example: "[1, 2].exists_one(x, x > 1)",
        since: Environment::Base,
    },
    Macro {
        name: "filter",
        forms: &["range.filter(x, condition)"],
        doc: "The elements of a list, or the keys of a map, for which the condition holds, as a list.",
        example: "[1, 2, 3].filter(x, x > 1) == [2, 3]",
        since: Environment::Base,
    },
    Macro {
        name: "has",
        forms: &["has(a.b)"],
        doc: "Whether the field or key is there. What it is read from must be there itself.",
        example: "has({'a': 1}.a) && !has({'a': 1}.b)",
        since: Environment::Base,
    },
    Macro {
        name: "map",
        forms: &["range.map(x, expression)", "range.map(x, condition, expression)"],
        doc: "A list of what the expression gives for each element of a list or key of a map; with a condition, for \
              those for which it holds.",
        example: "[1, 2, 3].map(x, x > 1, x * 10) == [20, 30]",
        since: Environment::Base,
    },
    Macro {
        name: "optFlatMap",
        forms: &["optional.optFlatMap(x, expression)"],
        doc: "The optional that the expression gives for the value held; nothing if none is held.",
        example: "optional.of({'a': 1}).optFlatMap(m, m.?a) == optional.of(1)",
        since: Environment::Kubernetes(28),
    },
    Macro {
        name: "optMap",
        forms: &["optional.optMap(x, expression)"],
        doc: "An optional of what the expression gives for the value held; nothing if none is held.",
        example: "{'a': 1}.?a.optMap(x, x + 1) == optional.of(2)",
        since: Environment::Kubernetes(28),
    },
    Macro {
        name: "sortBy",
        forms: &["list.sortBy(x, key)"],
        doc: "The list in the order of the keys that the expression gives for its elements.",
        example: "['ccc', 'a', 'bb'].sortBy(x, size(x)) == ['a', 'bb', 'ccc']",
        since: Environment::Kubernetes(34),
    },
    Macro {
        name: "transformList",
        forms: &[
            "range.transformList(key, value, expression)",
            "range.transformList(key, value, condition, expression)",
        ],
        doc: "A list of what the expression gives for each index and element of a list, or key and value of a map.",
        example: "['a', 'b'].transformList(i, v, i > 0, v + v) == ['bb']",
        since: Environment::Kubernetes(32),
    },
    Macro {
        name: "transformMap",
        forms: &["range.transformMap(key, value, expression)", "range.transformMap(key, value, condition, expression)"],
        doc: "A map with the same keys (a list's are its indices) and what the expression gives as values.",
        example: "{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10) == {'b': 20}",
        since: Environment::Kubernetes(32),
    },
    Macro {
        name: "transformMapEntry",
        forms: &["range.transformMapEntry(key, value, map)", "range.transformMapEntry(key, value, condition, map)"],
        doc: "A map of the entries of all maps that the expression gives. A key that appears twice is an error.",
        example: "{'a': 'x'}.transformMapEntry(k, v, {v: k}) == {'x': 'a'}",
        since: Environment::Kubernetes(32),
    },
];

/// What decides which of its operands is evaluated, and how to reach into what may be absent.
pub const OPERATORS: &[Macro] = &[
    Macro {
        name: "&&",
        forms: &["bool && bool → bool"],
        doc: "Whether both hold. One side that is false decides, even if the other fails with an error. What the left \
              side tests is known on the right: `has(a.b) && a.b > 0`.",
        example: "true && true",
        since: Environment::Base,
    },
    Macro {
        name: "||",
        forms: &["bool || bool → bool"],
        doc: "Whether one of two holds. One side that is true decides, even if the other fails with an error. That the \
              left side does not hold is known on the right: `!has(a.b) || a.b > 0`.",
        example: "false || true",
        since: Environment::Base,
    },
    Macro {
        name: "?:",
        forms: &["bool ? T : T → T"],
        doc: "The second operand if the first holds, else the third; the other one is not evaluated.",
        example: "(1 < 2 ? 'yes' : 'no') == 'yes'",
        since: Environment::Base,
    },
    Macro {
        name: ".?",
        forms: &["object.?field → optional(T)", "optional(object).?field → optional(T)"],
        doc: "An optional of the field or key; nothing if it is not there. What follows it yields optionals too, so one \
              `.?` at the first part that may be absent is enough; `orValue` ends the chain.",
        example: "{'a': {'b': 1}}.?a.b == optional.of(1) && {'a': 1}.?b.orValue(0) == 0",
        since: Environment::Kubernetes(28),
    },
    Macro {
        name: "[?]",
        forms: &["list(T)[?int] → optional(T)", "map(K, V)[?K] → optional(V)"],
        doc: "An optional of the element or value; nothing if it is not there.",
        example: "[1, 2][?5].orValue(0) == 0 && {'a': 1}[?'a'] == optional.of(1)",
        since: Environment::Kubernetes(28),
    },
    Macro {
        name: "[?…], {?…}",
        forms: &["[?optional(T)] → list(T)", "{?K: optional(V)} → map(K, V)"],
        doc: "An element or entry that is there only if the optional holds a value.",
        example: "[1, ?optional.none()] == [1] && {?'a': optional.of(1)} == {'a': 1}",
        since: Environment::Kubernetes(28),
    },
];

/// All names, in order.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    MACROS.iter().map(|entry| entry.name)
}
