use proptest::prelude::*;

use super::parse;
use crate::cel::ast::{Expr, Kind};

fn part<'a>(text: &'a str, range: &std::ops::Range<usize>) -> &'a str {
    text.get(range.clone()).expect("a range of the text")
}

/// The text with a line below it that marks the error, and its message and help.
fn shown(text: &str) -> String {
    let error = parse(text).expect_err(text);
    let marks: String = text.char_indices().map(|(at, _)| if error.range.contains(&at) { '^' } else { ' ' }).collect();
    let help = error.help.map(|help| format!("; {help}")).unwrap_or_default();
    format!("{} | {}{help}", marks.trim_end(), error.kind)
}

#[test]
fn syntax_errors_are_told_at_the_token_that_breaks_the_grammar() {
    let cases = [
        ("a = b", "  ^ | unexpected `=`; did you mean `==`?"),
        ("a === b", "  ^^^ | unexpected `===`; did you mean `==`?"),
        ("a and b", "  ^^^ | unexpected `and`; did you mean `&&`?"),
        ("a or b", "  ^^ | unexpected `or`; did you mean `||`?"),
        ("a & b", "  ^ | unexpected `&`; did you mean `&&`?"),
        ("not a", "^^^ | unexpected `not`; did you mean `!`?"),
        ("a not in b", "  ^^^ | unexpected `not`; did you mean `!(… in …)`?"),
        ("", " | expected an expression, found nothing"),
        ("a +", "  ^ | expected an expression after `+`"),
        ("a + * b", "    ^ | expected an expression after `+`, found `*`"),
        ("* b", "^ | expected an expression, found `*`"),
        ("f(a,)", "    ^ | expected an expression after `,`, found `)`"),
        ("()", " ^ | expected an expression after `(`, found `)`"),
        ("(a", "^ | `(` is never closed with `)`"),
        ("[a)", "  ^ | expected `]` to close `[`, found `)`"),
        ("a)", " ^ | unexpected `)`: nothing is open here"),
        ("a ? b", "    ^ | the conditional has no `:` and second branch; write `condition ? value : other`"),
        ("(a ? b)", "      ^ | expected `:` of the conditional, found `)`"),
        ("a ? b ? c : d : e", "      ^ | a conditional within the first branch of another needs parentheses"),
        ("{'a'}", "    ^ | expected `:` and a value after the key, found `}`"),
        ("{'a' 'b'}", "     ^^^ | expected an operator or the end after `'a'`, found `'b'`"),
        ("a.", " ^ | expected the name of a field after `.`"),
        ("a.1", " ^^ | expected an operator or the end after `a`, found `.1`"),
        ("a.'b'", "  ^^^ | expected the name of a field after `.`, found `'b'`; other keys are read as `a['b-c']`"),
        ("a.?b(c)", "    ^ | expected an operator or the end after `b`, found `(`"),
        ("a(b)(c)", "    ^ | expected an operator or the end after `)`, found `(`"),
        ("T{a: 1}", " ^ | an object literal with a type name is not supported; write a map: `{'key': value}`"),
        ("namespace", "^^^^^^^^^ | `namespace` is a reserved word; reserved words can be fields: `a.namespace`"),
        ("!-a", "^^ | `-` cannot follow `!`; write `!(-…)`"),
        ("a b", "  ^ | expected an operator or the end after `a`, found `b`"),
        ("'ü' = b", "    ^ | unexpected `=`; did you mean `==`?"),
        ("'abc", "^ | the string that starts here has no closing `'`"),
        ("'\\d'", " ^^ | invalid escape `\\d` in a string; write `\\\\` for a backslash, or a raw string `r'…'`"),
        (
            "a.`b-c",
            "  ^ | unexpected character ```; backticks are for fields of letters, digits and `_.-/ `; others are read as `a['…']`",
        ),
        ("`b`", "^^^ | backticks are for fields: ``a.`b-c` ``"),
        ("$a", "^ | unexpected character `$`; inside an expression names are written without `$`"),
        ("“a”", "^ | unexpected character `“`; strings are quoted with `'` or `\"`"),
        ("9223372036854775808", "^^^^^^^^^^^^^^^^^^^ | the number `9223372036854775808` does not fit 64 bits"),
        ("18446744073709551616u", "^^^^^^^^^^^^^^^^^^^^^ | the number `18446744073709551616u` does not fit 64 bits"),
        ("1e999", "^^^^^ | the number `1e999` does not fit 64 bits"),
        ("a[0", " ^ | `[` is never closed with `]`"),
        ("[a, ?]", "     ^ | expected an expression after `?`, found `]`"),
    ];
    for (text, wanted) in cases {
        assert_eq!(shown(text), wanted, "{text}");
    }
}

#[test]
fn every_form_of_the_grammar_has_its_whole_range() {
    let cases = [
        ("(a + b) * c", "a + b|a|b|c"),
        ("!!a.b", "a"),
        ("-(-a).b", "(-a).b|-a|a"),
        ("- 9223372036854775808", ""),
        ("a.?b[?'c'].d(e, f(g))", "a.?b[?'c']|a.?b|a|'c'|e|f(g)|g"),
        ("x ? [1, ?y] : {'k': v, ?'o': w,}", "x|[1, ?y]|1|y|{'k': v, ?'o': w,}|'k'|v|'o'|w"),
        (".a.b", ".a"),
        ("a.`b-c`.?`d`", "a.`b-c`|a"),
        ("[,] + {,}", "[,]|{,}"),
        ("((a)) in (b)", "a|b"),
        ("'é' + (a) // comment\n", "'é'|a"),
        ("f((a + b).c)", "(a + b).c|a + b|a|b"),
    ];
    for (text, wanted) in cases {
        let tree = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let mut parts = Vec::new();
        tree.walk(&mut |node| parts.push(part(text, &node.range)));
        assert_eq!(parts[1..].join("|"), wanted, "{text}");
    }
}

#[test]
fn node_ids_count_from_the_outermost_in_the_order_of_the_text() {
    let tree = parse("a + f(b)[c]").unwrap();
    let mut ids = Vec::new();
    tree.walk(&mut |node| ids.push(node.id.0));
    assert_eq!(ids, [0, 1, 2, 3, 4, 5]);
    assert!(matches!(tree.kind, Kind::Call { ref name, .. } if *name == (2..3)));
}

#[test]
fn hostile_texts_are_refused_before_anything_recurses() {
    let repeat = |part: &str, count: usize| part.repeat(count);
    let texts = [
        format!("{}1{}", repeat("(", 10_000), repeat(")", 10_000)),
        repeat("(", 5_000),
        format!("1{}", repeat("+1", 100_000)),
        format!("1{}", repeat("+1", 2_000)),
        format!("a{}", repeat(".b", 8_000)),
        format!("a{}", repeat("[0]", 4_000)),
        format!("a{}", repeat(".f()", 4_000)),
        format!("{}a", repeat("!", 10_000)),
        format!("{}a", repeat("-", 10_000)),
        format!("{}a", repeat("a?b:", 4_000)),
        format!("a{}", repeat("&&a", 5_000)),
        format!("a{}", repeat("<a", 5_000)),
        format!("{}{}", repeat("[", 8_000), repeat("]", 8_000)),
        format!("{}{}", repeat("{1:", 40), repeat("}", 40)),
        format!("{}1{}", repeat("(1+1+1+1+1+1+1+1+1+1+", 31), repeat(")", 31)),
        format!("{}1{}", repeat("(", 31), repeat("+1+1+1+1+1+1+1+1+1)", 31)),
    ];
    for text in texts {
        assert!(parse(&text).is_err(), "{}", part(&text, &(0..20)));
    }
}

/// The deepest that the guard lets pass, in each form.
pub(crate) fn deepest() -> Vec<String> {
    let repeat = |part: &str, count: usize| part.repeat(count);
    vec![
        format!("{}1{}", repeat("(", 32), repeat(")", 32)),
        format!("{}1{}", repeat("[", 32), repeat("]", 32)),
        format!("{}1{}", repeat("f(", 31), repeat(")", 31)),
        format!("{}1{}", repeat("(1+1+1+1+1+1+", 31), repeat(")", 31)),
        format!("{}1{}", repeat("(", 31), repeat("+1+1+1+1+1+1)", 31)),
        format!("1{}", repeat("+1", 128)),
        format!("{}a{}", repeat("!", 64), repeat(".b", 64)),
        format!("{}a", repeat("a?b:", 127)),
        format!("a{}", repeat("&&a", 128)),
        format!("a{}", repeat(".f()", 63)),
        format!("{}1{}", repeat("(true?", 31), repeat(":2)", 31)),
        format!("[{}1]", repeat("1,", 8_000)),
        format!("{}a{}", repeat("a?b:", 60), repeat(".b", 120)),
    ]
}

#[test]
fn the_deepest_text_that_passes_fits_the_stack_of_a_test_thread() {
    for text in deepest() {
        if let Err(error) = parse(&text) {
            panic!("{}: {error}", part(&text, &(0..30.min(text.len()))));
        }
    }
}

fn source() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a"),
        Just(".a"),
        Just("1"),
        Just("-1"),
        Just("0"),
        Just("1u"),
        Just("1.5"),
        Just("-2.5e3"),
        Just("'é'"),
        Just("b'x'"),
        Just("r'\\'"),
        Just("true"),
        Just("null"),
        Just("[]"),
        Just("{}"),
        Just("f()"),
        Just("''' ' '''"),
    ]
    .prop_map(str::to_string);
    leaf.prop_recursive(5, 40, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        let three = (inner.clone(), inner.clone(), inner.clone());
        prop_oneof![
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("( // c)\n {a} )")),
            inner.clone().prop_map(|a| format!("!({a})")),
            inner.clone().prop_map(|a| format!("!!({a})")),
            inner.clone().prop_map(|a| format!("-{a}")),
            inner.clone().prop_map(|a| format!("({a}).b")),
            inner.clone().prop_map(|a| format!("{a}.?b")),
            two.clone().prop_map(|(a, b)| format!("{a}[{b}]")),
            two.clone().prop_map(|(a, b)| format!("{a}[?{b}]")),
            two.clone().prop_map(|(a, b)| format!("{a}.m({b})")),
            two.clone().prop_map(|(a, b)| format!("f({a}, {b})")),
            (inner.clone(), prop::sample::select(vec!["+", "-", "*", "==", "<", "in", "&&", "||"]), inner.clone())
                .prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            three.clone().prop_map(|(a, b, c)| format!("{a} ? {b} : {c}")),
            two.clone().prop_map(|(a, b)| format!("[{a}, ?{b},]")),
            three.prop_map(|(a, b, c)| format!("{{{a}: {b}, ?{c}: {a}}}")),
        ]
    })
}

fn reparses(text: &str, tree: &Expr) -> Result<(), TestCaseError> {
    let mut nodes = Vec::new();
    tree.walk(&mut |node| nodes.push(node));
    for node in nodes {
        let part = part(text, &node.range);
        let again = parse(part).map_err(|error| TestCaseError::fail(format!("`{part}` of `{text}`: {error}")))?;
        prop_assert!(node.same_shape(&again), "`{}` of `{}`", part, text);
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_text_of_each_node_parses_to_that_node(text in source()) {
        if let Ok(tree) = parse(&text) {
            reparses(&text, &tree)?;
        }
    }

    #[test]
    fn the_grammar_of_the_crate_refuses_nothing_that_our_syntax_check_accepts(text in "[-!?a.,:(){}\\[\\]+<=&|1' ]{0,24}") {
        if let Err(error) = parse(&text) {
            let text = error.to_string();
            prop_assert!(!text.contains("this is no expression") && !text.contains("cannot be read"), "{}", text);
        }
    }

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,60}") {
        let _ = parse(&text);
    }
}
