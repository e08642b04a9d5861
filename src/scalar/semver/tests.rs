use proptest::prelude::*;

use super::{Version, VersionError};

/// Text; strict reading, reading after normalization. Recorded from blang/semver v4.0.0 and Kubernetes'
/// normalization (apiserver v0.37.2 `cel/library/semverlib.go`).
const GOLDEN: &[(&str, Option<&str>, Option<&str>)] = &[
    ("1.2.3", Some("1.2.3"), Some("1.2.3")),
    ("v1.2.3", None, Some("1.2.3")),
    ("V1.2.3", None, None),
    ("1.2", None, Some("1.2.0")),
    ("1", None, Some("1.0.0")),
    ("v1", None, Some("1.0.0")),
    ("", None, None),
    ("v", None, None),
    ("2.5.3-rc1", Some("2.5.3-rc1"), Some("2.5.3-rc1")),
    ("2.5.3-rc.1", Some("2.5.3-rc.1"), Some("2.5.3-rc.1")),
    ("2.5.3+fips", Some("2.5.3+fips"), Some("2.5.3+fips")),
    ("2.5.3-rc.1+fips.2", Some("2.5.3-rc.1+fips.2"), Some("2.5.3-rc.1+fips.2")),
    ("latest", None, None),
    ("01.2.3", None, Some("1.2.3")),
    ("1.02.3", None, Some("1.2.3")),
    ("1.2.03", None, Some("1.2.3")),
    ("001.002.003", None, Some("1.2.3")),
    ("1.2.3-", None, None),
    ("1.2.3+", None, None),
    ("1.2.3-+b", None, None),
    ("1.2.3-rc..1", None, None),
    ("1.2.3-01", None, None),
    ("1.2.3-0", Some("1.2.3-0"), Some("1.2.3-0")),
    ("1.2.3-0a", Some("1.2.3-0a"), Some("1.2.3-0a")),
    ("1.2.3-00", None, None),
    ("1.2.3+01", Some("1.2.3+01"), Some("1.2.3+01")),
    ("1.2.3.4", None, None),
    ("1.2.-rc", None, Some("1.2.0-rc")),
    ("1.2.rc", None, None),
    ("-1.2.3", None, None),
    ("+1.2.3", None, None),
    (" 1.2.3", None, None),
    ("1.2.3 ", None, None),
    ("1.2.3-rc_1", None, None),
    ("1.2.3-\u{fc}", None, None),
    ("18446744073709551615.0.0", Some("18446744073709551615.0.0"), Some("18446744073709551615.0.0")),
    ("18446744073709551616.0.0", None, None),
    ("1.0.0-18446744073709551615", Some("1.0.0-18446744073709551615"), Some("1.0.0-18446744073709551615")),
    ("1.0.0-18446744073709551616", None, None),
    ("1.2-rc1", None, None),
    ("1.2+b", None, None),
    ("00.00.00", None, Some("0.0.0")),
    ("1.2.3-rc.1.2.3", Some("1.2.3-rc.1.2.3"), Some("1.2.3-rc.1.2.3")),
    ("1.2.3--", Some("1.2.3--"), Some("1.2.3--")),
    ("1.2.3---a", Some("1.2.3---a"), Some("1.2.3---a")),
    ("v01.0", None, Some("1.0.0")),
    ("vv1.0.0", None, None),
    ("1..3", None, None),
    ("1.2.", None, None),
    (".2.3", None, None),
    ("1.2.3+a.b-c.d", Some("1.2.3+a.b-c.d"), Some("1.2.3+a.b-c.d")),
    ("1.2.3+a+b", None, None),
    ("1.2.0003-rc.01", None, None),
];

#[test]
fn case_025_texts_mean_what_they_mean_to_kubernetes() {
    for (text, strict, normalized) in GOLDEN {
        let print = |version: Result<Version, VersionError>| version.ok().map(|v| v.to_string());
        assert_eq!(print(Version::parse(text)).as_deref(), *strict, "{text:?}");
        assert_eq!(print(Version::parse_normalized(text)).as_deref(), *normalized, "{text:?} normalized");
    }
}

#[test]
fn case_025_build_metadata_does_not_order() {
    let version = |text| Version::parse(text).unwrap();
    assert_eq!(version("2.5.3+fips"), version("2.5.3"));
    let ascending = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "1.0.1",
    ];
    assert!(ascending.windows(2).all(|pair| version(pair[0]) < version(pair[1])));
}

#[test]
fn case_025_a_loose_version_is_refused_with_the_strict_one() {
    assert_eq!(Version::parse("v2.5").unwrap_err().to_string(), "`v2.5` is not a semantic version: write `2.5.0`");
    let error = Version::parse("latest").unwrap_err().to_string();
    assert!(error.starts_with("`latest` is not a semantic version: unexpected character"), "{error}");
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = Version::parse(&text);
        let _ = Version::parse_normalized(&text);
    }

    #[test]
    fn what_is_strict_is_unchanged_by_normalization(text in "[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}(-[a-z0-9.-]{1,6})?") {
        if let Ok(version) = Version::parse(&text) {
            prop_assert_eq!(version.to_string(), text.clone());
            prop_assert_eq!(Version::parse_normalized(&text), Ok(version));
        }
    }
}
