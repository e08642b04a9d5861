use proptest::prelude::*;

use super::{CronError, Schedule, normalize};

#[test]
fn schedules_of_the_grammar_are_read() {
    for text in [
        "* * * * *",
        "0 2 * * 0",
        "*/15 8-18 * JAN,jul MON-FRI",
        "? ? ? ? ?",
        "5/10 * * * *",
        "0-59/60 0 1 1 6",
        "1,2,3 4-6 7-31/2 1-12 sun",
        "  0   0  1\t1  1 ",
        "00 007 01 1 1",
    ] {
        assert!(Schedule::parse(text).is_ok(), "{text:?}");
    }
}

#[test]
fn all_else_is_refused() {
    for text in [
        "",
        "* * * *",
        "* * * * * *",
        "@daily",
        "TZ=UTC * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 0 *",
        "* * * 13 *",
        "* * * * 7",
        "*/0 * * * *",
        "5-1 * * * *",
        "1-2-3 * * * *",
        "1/2/3 * * * *",
        "a * * * *",
        "-1 * * * *",
        "+1 * * * *",
        "1.5 * * * *",
        ", * * * *",
        "1,,2 * * * *",
        "*-5 * * * *",
        "* * L * *",
        "* * * * 5#3",
        "mon * * * *",
        "* * * monday *",
        "1- * * * *",
        "/5 * * * *",
    ] {
        assert!(Schedule::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn refusals_help() {
    assert_eq!(Schedule::parse("0 0 * * 7"), Err(CronError::Sunday("7".to_owned())));
    assert!(matches!(Schedule::parse("@daily"), Err(CronError::Descriptor(_))));
    assert_eq!(
        Schedule::parse("60 * * * *").unwrap_err().to_string(),
        "`60` is not a minute: expected 0 to 59, a range `a-b`, a step `*/n`, or a list of these"
    );
}

#[test]
fn day_and_weekday_widen_each_other_unless_one_is_a_star() {
    let weekly = Schedule::parse("0 2 * * 0").unwrap();
    assert!(weekly.matches(0, 2, 13, 5, 0));
    assert!(!weekly.matches(0, 2, 13, 5, 1));
    let either = Schedule::parse("0 0 13 * FRI").unwrap();
    assert!(either.matches(0, 0, 13, 1, 1));
    assert!(either.matches(0, 0, 1, 1, 5));
    assert!(!either.matches(0, 0, 1, 1, 1));
    let stepped = Schedule::parse("0 0 */2 * 1").unwrap();
    assert!(stepped.matches(0, 0, 3, 1, 4));
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = Schedule::parse(&text);
    }

    #[test]
    fn normalizing_changes_nothing_but_blanks(text in "[0-9*/, -]{0,30}") {
        let normal = normalize(&text);
        prop_assert_eq!(Schedule::parse(&text).ok(), Schedule::parse(&normal).ok());
        prop_assert_eq!(normalize(&normal), normal.clone());
    }
}
