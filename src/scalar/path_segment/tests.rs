use proptest::prelude::*;

use super::check;

#[test]
fn case_017_what_climbs_or_nests_is_refused() {
    for text in ["", ".", "..", "../../team-x", "a/b", "a\\b", "a b", "a%2fb", "a\0", "\u{fc}"] {
        assert!(check(text).is_err(), "{text:?}");
    }
    for text in ["team-x", "...", ".a", "A_1.b-c"] {
        assert!(check(text).is_ok(), "{text:?}");
    }
    assert!(check(&"a".repeat(256)).is_err());
    assert_eq!(
        check("a/b").unwrap_err().to_string(),
        "`a/b` is not a path segment: `/` at 2; use letters, digits, `.`, `_`, `-`"
    );
}

proptest! {
    #[test]
    fn what_is_accepted_stays_one_segment(text in any::<String>()) {
        if check(&text).is_ok() {
            prop_assert!(text.is_ascii() && !text.contains(['/', '\\', '%']) && text != "..");
        }
    }
}
