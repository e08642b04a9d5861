use proptest::prelude::*;

use super::{HostnameError, check, normalize};

#[test]
fn case_015_other_spellings_are_refused_with_the_normal_form() {
    for (text, normal) in [
        ("Vault.Apps.Example.COM", "vault.apps.example.com"),
        ("x.example.com.", "x.example.com"),
        ("XN--Bcher-KVA.example", "xn--bcher-kva.example"),
    ] {
        assert_eq!(check(text), Err(HostnameError::NotNormal { text: text.to_owned(), normal: normal.to_owned() }));
        assert_eq!(check(normal), Ok(()));
    }
}

#[test]
fn case_016_a_suffix_match_that_is_no_host_name_is_refused() {
    let message = |text| check(text).unwrap_err().to_string();
    assert!(message("*.apps.example.com").ends_with("is a wildcard: name one host"));
    assert!(message(".apps.example.com").contains("has an empty label"));
    assert!(message("a b.apps.example.com").contains("contains ` ` at 2"));
    assert!(message("evil.com/.apps.example.com").contains("contains `/` at 9"));
    assert!(message("b\u{fc}cher.example").contains("write international names in their ASCII form"));
    assert!(message("10.0.0.1").contains("is an address"));
    for text in ["", ".", "..", "-a.b", "a-.b", "a..b", "ab--c.d", "xn--.d", "a_b", "a.1", "a\n", "%41.b"] {
        assert!(check(text).is_err(), "{text:?}");
    }
    assert!(check(&format!("{}.com", "a".repeat(64))).is_err());
    assert!(check(&"a.".repeat(127)).is_err());
    assert!(check("a--b.com").is_ok());
    assert!(check("1.example.com").is_ok());
}

proptest! {
    #[test]
    fn normal_forms_are_normal(text in "[a-zA-Z0-9.*-]{0,20}") {
        if let Ok(normal) = normalize(&text) {
            prop_assert_eq!(normalize(&normal), Ok(normal.clone()));
            prop_assert_eq!(check(&normal), Ok(()));
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = check(&text);
    }
}
