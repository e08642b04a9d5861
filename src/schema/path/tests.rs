use proptest::prelude::*;
use serde_json::json;

use super::*;

fn path(text: &str) -> Path {
    text.parse().unwrap()
}

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap()
}

#[test]
fn paths_are_shown_as_people_write_them() {
    for text in [
        ".",
        "spec.gateway.hostname",
        "metadata.annotations['a.b/c']",
        r#"spec.audit[path="x"].type"#,
        "spec.domains[0]",
        r#"spec.ports[port=80,protocol="TCP"].name"#,
        r"x['it\'s \\ \u{a}']",
        "spec.0.a-b",
    ] {
        assert_eq!(path(text).to_string(), text);
    }
}

#[test]
fn patterns_match_by_step() {
    for (text, yes, no) in [
        ("spec.gateway.**", "spec.gateway", "spec.gatewayRef"),
        ("spec.gateway.**", "spec.gateway.a[0].b", "spec"),
        ("spec.*.name", "spec.a.name", "spec.a[0].name"),
        ("spec.audit[*].type", r#"spec.audit[path="x"].type"#, "spec.audit.x.type"),
        ("spec.audit[*].type", "spec.audit[3].type", "spec.audit[3]"),
        ("metadata.labels['a.b/c']", "metadata.labels['a.b/c']", "metadata.labels.a"),
        ("**", ".", "nothing.is['left out']"),
    ] {
        assert!(pattern(text).matches(&path(yes)), "{text} {yes}");
        assert_eq!(pattern(text).matches(&path(no)), text == "**", "{text} {no}");
    }
}

#[test]
fn a_pattern_covers_what_it_matches_wholly() {
    for (a, b, covers) in [
        ("spec.**", "spec.a.*", true),
        ("spec.**", "spec", true),
        ("spec.**", "spec.a.**", true),
        ("spec.*", "spec.**", false),
        ("spec.*", "spec.a", true),
        ("spec.a", "spec.*", false),
        ("spec[*].a", "spec[0].a", true),
        ("spec[*].a", "spec.*.a", false),
        ("spec.a", "spec.a.b", false),
    ] {
        assert_eq!(pattern(a).covers(&pattern(b)), covers, "{a} {b}");
    }
}

#[test]
fn named_prefixes_are_counted_up_to_the_first_other_step() {
    assert_eq!(pattern("spec.gateway.**").named_prefix_len(), 2);
    assert_eq!(pattern("spec.*.name").named_prefix_len(), 1);
    assert_eq!(pattern("spec.list[*].name").named_prefix_len(), 2);
}

#[test]
fn errors_say_where_and_what() {
    for (text, at, kind) in [
        ("spec..a", 5, PatternErrorKind::NoName),
        ("spec.", 5, PatternErrorKind::NoName),
        ("spec.a/b", 6, PatternErrorKind::Character('/')),
        ("spec.**.a", 7, PatternErrorKind::BelowInside),
        ("spec['a", 7, PatternErrorKind::Unclosed('\'')),
        ("spec[", 5, PatternErrorKind::Unclosed('[')),
        ("spec[a=]", 7, PatternErrorKind::Bracket),
        ("spec[01]", 5, PatternErrorKind::Bracket),
        ("spec[a=1,a=2]", 12, PatternErrorKind::KeyTwice("a".into())),
        (r"spec['\n']", 8, PatternErrorKind::Escape),
    ] {
        assert_eq!(Pattern::parse(text), Err(PatternError { at, kind }), "{text}");
    }
    assert_eq!("spec.*".parse::<Path>(), Err(PatternError { at: 5, kind: PatternErrorKind::Wildcard }));
}

#[test]
fn values_are_read_written_and_removed_by_path() {
    let mut value = json!({"spec": {"audit": [{"path": "x", "type": "file"}]}});
    let at = path(r#"spec.audit[path="x"].type"#);
    assert_eq!(get(&value, &at), Some(&json!("file")));
    insert(&mut value, &path(r#"spec.audit[path="y"].type"#), json!("socket")).unwrap();
    insert(&mut value, &path("spec.new.deep[0]"), json!(1)).unwrap();
    assert_eq!(
        value,
        json!({"spec": {
            "audit": [{"path": "x", "type": "file"}, {"path": "y", "type": "socket"}],
            "new": {"deep": [1]}
        }})
    );
    assert_eq!(remove(&mut value, &path("spec.new.deep[0]")), Some(json!(1)));
    assert_eq!(remove(&mut value, &path(r#"spec.audit[path="x"]"#)), Some(json!({"path": "x", "type": "file"})));
    assert_eq!(insert(&mut value, &path("spec.new.deep[4]"), json!(1)), Err(Blocked(path("spec.new.deep"))));
    assert_eq!(insert(&mut value, &path("spec.audit.a"), json!(1)), Err(Blocked(path("spec.audit"))));
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(Value::Null),
    ]
}

fn segment() -> impl Strategy<Value = Segment> {
    prop_oneof![
        any::<String>().prop_map(Segment::Field),
        "[a-z_][a-z0-9_-]{0,4}".prop_map(Segment::Field),
        any::<usize>().prop_map(Segment::Index),
        proptest::collection::btree_map(any::<String>(), scalar(), 1..3).prop_map(Segment::Key),
    ]
}

fn any_path() -> impl Strategy<Value = Path> {
    proptest::collection::vec(segment(), 0..6).prop_map(|segments| segments.into_iter().collect())
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(path in any_path()) {
        prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path));
    }

    #[test]
    fn no_text_breaks_the_reader(text in ".{0,40}") {
        if let Ok(pattern) = Pattern::parse(&text) {
            prop_assert_eq!(Pattern::parse(&pattern.to_string()), Ok(pattern));
        }
    }

    #[test]
    fn a_path_matches_itself_and_everything_above_by_below(path in any_path()) {
        prop_assert!(Pattern::from(&path).matches(&path));
        let mut above = path.clone();
        while above.pop().is_some() {
            let mut steps = Pattern::from(&above).steps().to_vec();
            steps.push(Step::Below);
            prop_assert!(Pattern::new(steps).matches(&path));
        }
    }

    #[test]
    fn the_order_of_segments_agrees_with_equality(a in segment(), b in segment()) {
        prop_assert_eq!(a.cmp(&b).reverse(), b.cmp(&a));
        prop_assert_eq!(a == b, a.cmp(&b).is_eq());
    }
}
