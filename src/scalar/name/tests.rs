use proptest::prelude::*;

use super::{
    check_dns1035_label, check_dns1123_label, check_dns1123_subdomain, check_label_value, check_qualified_name,
    without_trailing_dash,
};

/// Text; whether it is a DNS-1123 label, a DNS-1123 subdomain, a DNS-1035 label, a qualified name, a label
/// value. Recorded from apimachinery v0.37.2 `util/validation`.
const GOLDEN: &[(&str, &str)] = &[
    ("a", "11111"),
    ("a-b", "11111"),
    ("a-", "00000"),
    ("-a", "00000"),
    ("A", "00011"),
    ("1", "11011"),
    ("1a", "11011"),
    ("a1", "11111"),
    ("a.b", "01011"),
    ("a..b", "00011"),
    (".a", "00000"),
    ("a.", "00000"),
    ("", "00001"),
    ("a_b", "00011"),
    ("a b", "00000"),
    ("\u{fc}", "00000"),
    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "11111"),
    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "01000"),
    (
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "01000",
    ),
    (
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "00000",
    ),
    ("a/b", "00010"),
    ("/b", "00000"),
    ("a/", "00000"),
    ("a/b/c", "00000"),
    ("example.com/My_Name.1", "00010"),
    ("Example.com/x", "00000"),
    ("example.com/-x", "00000"),
    ("example.com/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "00000"),
    ("My.Value", "00011"),
    ("_a", "00000"),
    ("a_", "00000"),
    ("a\u{a}", "00000"),
    ("2fa-vault", "11011"),
    ("vault-v2.5", "01011"),
    ("-", "00000"),
    ("a--b", "11111"),
    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/x", "00010"),
];

#[test]
fn names_are_what_they_are_to_kubernetes() {
    for (text, expected) in GOLDEN {
        let verdicts = [
            check_dns1123_label(text).is_ok(),
            check_dns1123_subdomain(text).is_ok(),
            check_dns1035_label(text).is_ok(),
            check_qualified_name(text).is_ok(),
            check_label_value(text).is_ok(),
        ];
        let found: String = verdicts.iter().map(|valid| if *valid { '1' } else { '0' }).collect();
        assert_eq!(found, *expected, "{text:?}");
    }
}

#[test]
fn case_032_a_digit_first_or_a_dot_is_told_apart() {
    let first = check_dns1035_label("2fa-vault").unwrap_err().to_string();
    assert!(first.contains("it starts with `2`"), "{first}");
    let dot = check_dns1123_label("vault-v2.5").unwrap_err().to_string();
    assert_eq!(dot, "`vault-v2.5` contains a dot: a DNS label is one label; replace dots with `-`");
}

#[test]
fn case_033_a_long_name_is_refused_with_its_length() {
    let error = check_label_value(&"a".repeat(100)).unwrap_err().to_string();
    assert_eq!(error, "a label value has at most 63 bytes, this has 100: shorten it");
}

#[test]
fn a_prefix_is_checked_as_if_it_went_on() {
    assert_eq!(without_trailing_dash("ab-"), "aa");
    assert_eq!(without_trailing_dash("-"), "-");
    assert_eq!(without_trailing_dash("a--"), "aa");
    assert_eq!(without_trailing_dash("ab"), "ab");
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        for check in [check_dns1123_label, check_dns1123_subdomain, check_dns1035_label, check_qualified_name, check_label_value] {
            let _ = check(&text);
        }
        let _ = without_trailing_dash(&text);
    }
}
