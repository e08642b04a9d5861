use super::*;

#[test]
fn positions_count_characters() {
    gives(on("charAt", &[s("aüb"), i(2)]), s("b"));
    gives(on("charAt", &[s("abc"), i(3)]), s(""));
    assert_eq!(message(on("charAt", &[s("abc"), i(4)])), "index out of range: 4");
    gives(on("indexOf", &[s("aéb"), s("b")]), i(2));
    gives(on("indexOf", &[s("abab"), s("ab"), i(1)]), i(2));
    gives(on("indexOf", &[s("abc"), s(""), i(9)]), i(3));
    gives(on("indexOf", &[s("abc"), s("c"), i(9)]), i(-1));
    gives(on("substring", &[s("aüb"), i(1)]), s("üb"));
    gives(on("substring", &[s("abc"), i(3)]), s(""));
    gives(on("substring", &[s("abc"), i(1), i(1)]), s(""));
    assert_eq!(message(on("substring", &[s("abc"), i(2), i(1)])), "invalid substring range. start: 2, end: 1");
    for index in [-1, 4] {
        assert!(on("substring", &[s("abc"), i(index)]).is_err());
    }
}

#[test]
fn the_last_occurrence_starts_at_or_before_the_offset() {
    gives(on("lastIndexOf", &[s("abcabc"), s("abc")]), i(3));
    gives(on("lastIndexOf", &[s("abcabc"), s("abc"), i(2)]), i(0));
    gives(on("lastIndexOf", &[s("abcabc"), s("abc"), i(3)]), i(3));
    gives(on("lastIndexOf", &[s("aaaa"), s("aa"), i(1)]), i(1));
    gives(on("lastIndexOf", &[s("aaaa"), s("aa")]), i(2));
    gives(on("lastIndexOf", &[s("üaüa"), s("a"), i(2)]), i(1));
    gives(on("lastIndexOf", &[s("aüü"), s("a"), i(1)]), i(0));
    gives(on("lastIndexOf", &[s("abc"), s("")]), i(3));
    gives(on("lastIndexOf", &[s("abc"), s(""), i(1)]), i(1));
    gives(on("lastIndexOf", &[s("abc"), s("c"), i(5)]), i(-1));
    gives(on("lastIndexOf", &[s("abc"), s("abcd")]), i(-1));
    gives(on("lastIndexOf", &[s(""), s("a")]), i(-1));
    assert_eq!(message(on("lastIndexOf", &[s("abc"), s("c"), i(-1)])), "index out of range: -1");
}

#[test]
fn replacing_and_splitting_follow_go() {
    let replace = |from: &str, to: &str, limit| on("replace", &[s("abc"), s(from), s(to), i(limit)]);
    gives(on("replace", &[s("abc"), s(""), s("-")]), s("-a-b-c-"));
    gives(replace("", "-", 2), s("-a-bc"));
    gives(replace("b", "x", 0), s("abc"));
    gives(replace("b", "", -1), s("ac"));
    let split = |text: &str, separator: &str, limit| on("split", &[s(text), s(separator), i(limit)]);
    gives(on("split", &[s("aü"), s("")]), l([s("a"), s("ü")]));
    gives(on("split", &[s(""), s("")]), l([]));
    gives(on("split", &[s(""), s(",")]), l([s("")]));
    gives(split("abc", "", 2), l([s("a"), s("bc")]));
    gives(split("a,b", ",", 0), l([]));
    gives(split("a,b,c", ",", 2), l([s("a"), s("b,c")]));
    gives(split("a,b,c", ",", -1), l([s("a"), s("b"), s("c")]));
    gives(split("abc", "", 1), l([s("abc")]));
}

#[test]
fn other_text_functions_follow_cel_go() {
    gives(on("join", &[l([s("a"), s("b")]), s(", ")]), s("a, b"));
    gives(on("join", &[l([])]), s(""));
    assert!(on("join", &[l([s("a"), i(1)]), s(",")]).is_err());
    assert!(is_no_overload(&on("join", &[l([i(1)]), s(",")])));
    gives(on("trim", &[s(" \u{a0}\u{3000}x\u{200b} ")]), s("x\u{200b}"));
    gives(on("lowerAscii", &[s("AÜ")]), s("aÜ"));
    gives(run("strings.quote", &[s("a\0b'\"\n\u{7f}é")]), s("\"a\0b'\\\"\\n\u{7f}é\""));
}

fn format(template: &str, values: Vec<Value>) -> Result {
    on("format", &[s(template), Value::list(values)])
}

#[test]
fn doubles_are_formatted_for_en_us() {
    for (template, value, text) in [
        ("%f", 1_234_567.5, "1,234,567.500000"),
        ("%.3f", -1_234_567.5, "-1,234,567.500"),
        ("%.0f", 2.5, "2"),
        ("%.0f", 1_234.5, "1,234"),
        ("%.1f", 0.25, "0.2"),
        ("%.1f", 0.35, "0.3"),
        ("%.2f", 999.999, "1,000.00"),
        ("%f", -0.0, "0.000000"),
        ("%f", -0.000_000_1, "-0.000000"),
        ("%f", 0.000_001_5, "0.000002"),
        ("%.0f", -0.4, "-0"),
        ("%.30f", 0.1, "0.100000000000000005551115123126"),
        ("%.256f", 0.1, "0.1000000000000000055511151231257827021181583404541015625"),
        ("%f", f64::NAN, "NaN"),
        ("%.2f", f64::NEG_INFINITY, "-∞"),
        ("%e", 1_234_567.5, "1.234568×10⁰⁶"),
        ("%.2e", 0.000_123_4, "1.234000×10⁻⁰⁴"),
        ("%e", 0.0, "0.000000×10⁰⁰"),
        ("%e", -0.0, "0.000000×10⁰⁰"),
        ("%.20e", 0.1, "      1.000000×10⁻⁰¹"),
        ("%e", 1e-300, "1.000000×10⁻³⁰⁰"),
        ("%e", f64::INFINITY, "     ∞"),
        ("%s", 1_234_567.0, "1.234567e+06"),
    ] {
        gives(format(template, vec![d(value)]), s(text));
    }
    gives(format("%e", vec![s("NaN")]), s("   NaN"));
    gives(format("%f", vec![s("-Infinity")]), s("-∞"));
}

#[test]
fn integers_have_four_bases_and_a_sign() {
    gives(format("%d %b %o %x %X", vec![i(-5), i(-5), i(-8), i(-255), u(255)]), s("-5 -101 -10 -ff FF"));
    gives(format("%x", vec![i(i64::MIN)]), s("-8000000000000000"));
    gives(format("%b%b", vec![true.into(), u(2)]), s("110"));
    gives(format("%X%x", vec![s("hé"), Value::bytes(&[0, 255])]), s("68C3A900ff"));
    gives(format("%.2d", vec![i(5)]), s("5"));
}

#[test]
fn any_value_has_a_text_with_strings_quoted_inside() {
    let value = l([
        i(1),
        s("a\"\u{200b}"),
        d(1.5),
        Value::bytes(b"x"),
        Value::Null,
        true.into(),
        Value::Duration(3_600_000_000_000),
        Value::Timestamp(0),
        d(f64::NAN),
        u(1),
        Value::Type("int".into()),
    ]);
    gives(
        format("%s", vec![value]),
        s(
            r#"[1, "a\"\u200b", 1.500000, b"x", null, true, duration("3600s"), timestamp("1970-01-01T00:00:00Z"), "NaN", 1, int]"#,
        ),
    );
    let map = Value::map([(3.into_key(), s("x")), ("b".into(), i(1)), ("a".into(), l([i(1)]))]);
    gives(format("%s", vec![map]), s(r#"{"a":[1], "b":1, 3:"x"}"#));
}

trait IntoKey {
    fn into_key(self) -> crate::cel::Key;
}

impl IntoKey for i64 {
    fn into_key(self) -> crate::cel::Key {
        crate::cel::Key::Int(self)
    }
}

#[test]
fn a_clause_that_cannot_be_filled_faults() {
    for (template, values) in [
        ("%", vec![i(1)]),
        ("%", vec![]),
        ("%.", vec![d(1.0)]),
        ("%.f", vec![d(1.0)]),
        ("%q", vec![i(1)]),
        ("%é", vec![i(1)]),
        ("%s %s", vec![i(1)]),
        ("%d", vec![d(1.5)]),
        ("%f", vec![s("abc")]),
        ("%f", vec![i(1)]),
        ("%o", vec![true.into()]),
        ("%s", vec![Value::some(i(1))]),
        ("%s", vec![l([Value::none()])]),
        ("%s", vec![Value::bytes(&[255])]),
        ("%.99999999999f", vec![d(1.0)]),
    ] {
        assert!(matches!(format(template, values), Err(Fault::InvalidArgument(_))), "{template}");
    }
    gives(format("é%%%s", vec![s("ü"), i(2)]), s("é%ü"));
    assert_eq!(message(format("%d", vec![s("x")])), "`%d` takes integers, found a `string`");
}

#[test]
fn what_grows_beyond_its_arguments_is_paid_for() {
    let long = s(&"a".repeat(100_000));
    assert!(matches!(
        on("replace", &[long.clone(), s("a"), long.clone()]),
        Err(Fault::Budget { .. } | Fault::InvalidArgument(_))
    ));
    assert!(format(&"%s".repeat(100), vec![long; 100]).is_err());
    assert!(run("regex.replace", &[s(&"a".repeat(10_000)), s("a"), s(&"b".repeat(10_000))]).is_err());
    gives(on("replace", &[s("a"), s("a"), s("bb")]), s("bb"));
}

#[test]
fn patterns_find_what_go_finds() {
    gives(on("findAll", &[s("baaac"), s("a*")]), l([s(""), s("aaa"), s("")]));
    gives(on("findAll", &[s("baaac"), s("a*"), i(2)]), l([s(""), s("aaa")]));
    gives(on("findAll", &[s("abc"), s("b"), i(0)]), l([]));
    gives(on("find", &[s("abc"), s("x")]), s(""));
    gives(run("matches", &[s("abc"), s("^b")]), false.into());
    assert!(matches!(on("matches", &[s("abc"), s("(")]), Err(Fault::InvalidArgument(_))));
}

#[test]
fn the_regex_extension_catches_one_group() {
    gives(run("regex.extract", &[s("item-A, item-B"), s(r"item-(\w+)")]), Value::some(s("A")));
    gives(run("regex.extract", &[s("x"), s("y")]), Value::none());
    gives(run("regex.extract", &[s("x"), s("y*")]), Value::some(s("")));
    gives(run("regex.extract", &[s("x"), s("x(y)?")]), Value::none());
    assert!(run("regex.extract", &[s("ab"), s("(a)(b)")]).is_err());
    gives(run("regex.extractAll", &[s("a1b"), s("[a-z]([0-9])?")]), l([s("1")]));
    let replace = |by: &str| run("regex.replace", &[s("a1"), s("([a-z])([0-9])"), s(by)]);
    gives(replace(r"\2\1\0\\"), s(r"1aa1\"));
    for bad in [r"\", r"\3", r"\x"] {
        assert!(replace(bad).is_err(), "{bad}");
    }
    gives(run("regex.replace", &[s("aaa"), s("a"), s("b"), i(2)]), s("bba"));
    gives(run("regex.replace", &[s("aaa"), s("("), s("b"), i(0)]), s("aaa"));
}

#[test]
fn base64_is_as_lenient_as_go() {
    let decode = |text: &str| run("base64.decode", &[s(text)]);
    gives(run("base64.encode", &[Value::bytes(b"hello")]), s("aGVsbG8="));
    for text in ["aGVsbG8=", "aGVsbG8", "aGVs\r\nbG8=", "aGVsbG9="] {
        gives(decode(text), Value::bytes(b"hello"));
    }
    gives(decode(""), Value::bytes(b""));
    for text in ["aGVsbG8==", "a", "a_b-", "aGVsbG8= "] {
        assert!(matches!(decode(text), Err(Fault::InvalidArgument(_))), "{text}");
    }
}
