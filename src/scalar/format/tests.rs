use proptest::prelude::*;

use super::{check, known, max_length};

/// Format, text, Kubernetes' verdict. Recorded from kube-openapi `validation/strfmt` (of apiserver v0.37.2).
const GOLDEN: &[(&str, &str, bool)] = &[
    ("bsonobjectid", "507f1f77bcf86cd799439011", true),
    ("bsonobjectid", "507f1f77bcf86cd79943901", false),
    ("bsonobjectid", "507F1F77BCF86CD799439011", true),
    ("bsonobjectid", "g07f1f77bcf86cd799439011", false),
    ("byte", "", false),
    ("byte", "YQ==", true),
    ("byte", "YWI=", true),
    ("byte", "YWJj", true),
    ("byte", "YQ=", false),
    ("byte", "YQ", false),
    ("byte", "YQ===", false),
    ("byte", "=", false),
    ("byte", "====", false),
    ("byte", "YWJj YWJj", false),
    ("byte", "YW\u{a}Jj", false),
    ("byte", "YQ==YQ==", false),
    ("byte", "-_-_", false),
    ("byte", "Y===", false),
    ("byte", "a===", false),
    ("byte", "AA=A", false),
    ("cidr", "10.0.0.0/8", true),
    ("cidr", "::/0", true),
    ("cidr", "10.0.0.0", false),
    ("cidr", "10.0.0.0/33", false),
    ("creditcard", "4111-1111-1111-1111", true),
    ("creditcard", "4111111111111111", true),
    ("creditcard", "4111111111111112", false),
    ("creditcard", "375556917985515", true),
    ("creditcard", "36050234196908", true),
    ("creditcard", "4716461583322103", true),
    ("creditcard", "5398228707871527", true),
    ("creditcard", "9111111111111111", false),
    ("creditcard", "6011111111111117", true),
    ("creditcard", "3530111333300000", true),
    ("creditcard", "", false),
    ("creditcard", "4222222222222", true),
    ("date", "2026-11-25", true),
    ("date", "2026-02-29", false),
    ("date", "2024-02-29", true),
    ("date", "2026-11-25 ", false),
    ("date", "2026-1-25", false),
    ("date", "2026/11/25", false),
    ("date", "26-11-25", false),
    ("date", "", false),
    ("date", "0000-01-01", true),
    ("date", "2026-11-2\u{b2}", false),
    ("date", "+026-11-25", false),
    ("datetime", "2026-11-25T13:00:00Z", true),
    ("datetime", "2026-11-25t13:00:00z", true),
    ("datetime", "2026-11-25T13:00:00", false),
    ("datetime", "2026-11-25T13:00:00.5Z", true),
    ("datetime", "2026-11-25T13:00:00,5Z", true),
    ("datetime", "2026-11-25T13:00:00x5Z", true),
    ("datetime", "2026-11-25T13:00:00+99:99", true),
    ("datetime", "2026-11-25T24:00:00Z", false),
    ("datetime", "2026-11-25T13:60:00Z", false),
    ("datetime", "2026-11-25T13:00:60Z", false),
    ("datetime", "2026-02-30T13:00:00Z", false),
    ("datetime", "2026-11-25 13:00:00Z", false),
    ("datetime", "2026-11-25T13:00:00Zt", true),
    ("datetime", "2026-11-25T13:00:00.Z", false),
    ("datetime", "2026-11-25T13:00:005Z", false),
    ("datetime", "2026-11-25T13:00:0005Z", true),
    ("datetime", "", false),
    ("datetime", "2026-11-25T", false),
    ("email", "a@b", true),
    ("email", "a@b.c", true),
    ("email", "a b@c", false),
    ("email", "@b", false),
    ("email", "a@", false),
    ("email", "a.b+c@d-e.f", true),
    ("email", "a..b@c", false),
    ("email", ".a@b", false),
    ("email", "a@b@c", false),
    ("email", "", false),
    ("hexcolor", "#fff", true),
    ("hexcolor", "fff", true),
    ("hexcolor", "#12aB34", true),
    ("hexcolor", "#ffff", false),
    ("hexcolor", "#ggg", false),
    ("hexcolor", "", false),
    ("hexcolor", "##fff", false),
    ("ipv4", "1.2.3.4", true),
    ("ipv4", "::1", false),
    ("ipv4", "1.2.3", false),
    ("ipv4", "a", false),
    ("ipv4", "", false),
    ("ipv6", "::1", true),
    ("ipv6", "1.2.3.4", false),
    ("ipv6", "::ffff:1.2.3.4", true),
    ("ipv6", "fe80::1%a", false),
    ("ipv6", "", false),
    ("isbn", "0321751043", true),
    ("isbn", "9780321751041", true),
    ("isbn", "1", false),
    ("isbn10", "0321751043", true),
    ("isbn10", "0-321-75104-3", true),
    ("isbn10", "0321751044", false),
    ("isbn10", "032175104X", false),
    ("isbn10", "080442957X", true),
    ("isbn10", "08044 2957X", true),
    ("isbn10", "X321751043", false),
    ("isbn10", "", false),
    ("isbn13", "978-0321751041", true),
    ("isbn13", "9780321751041", true),
    ("isbn13", "9780321751042", false),
    ("isbn13", "978 0321751041", true),
    ("k8s-long-name", "a-b", true),
    ("k8s-long-name", "a.b", true),
    ("k8s-long-name", "A", false),
    ("k8s-long-name", "", false),
    ("k8s-long-name", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true),
    ("k8s-short-name", "a-b", true),
    ("k8s-short-name", "a.b", false),
    ("k8s-short-name", "A", false),
    ("k8s-short-name", "", false),
    ("k8s-short-name", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
    ("mac", "01:23:45:67:89:ab", true),
    ("mac", "01-23-45-67-89-AB", true),
    ("mac", "0123.4567.89ab", true),
    ("mac", "01:23:45:67:89:ab:cd:ef", true),
    ("mac", "0123.4567.89ab.cdef", true),
    ("mac", "01:23:45:67:89", false),
    ("mac", "01:23:45:67:89:ag", false),
    ("mac", "0123456789ab", true),
    ("mac", "01:23-45:67:89:ab", false),
    ("mac", "", false),
    ("mac", "00:00:00:00:fe:80:00:00:00:00:00:00:02:00:5e:10:00:00:00:01", true),
    ("mac", "1:2:3:4:5:6", false),
    ("password", "", true),
    ("password", "x", true),
    ("rgbcolor", "rgb(0,31,255)", true),
    ("rgbcolor", "rgb( 0 , 31 , 255 )", true),
    ("rgbcolor", "rgb(256,0,0)", false),
    ("rgbcolor", "rgb(00,0,0)", false),
    ("rgbcolor", "rgb(1,2)", false),
    ("rgbcolor", "rgb(1,2,3", false),
    ("rgbcolor", "RGB(1,2,3)", false),
    ("rgbcolor", "rgb(1,2,3,4)", false),
    ("rgbcolor", "rgb(190,19,9)", true),
    ("rgbcolor", "rgb (1,2,3)", false),
    ("ssn", "123-45-6789", true),
    ("ssn", "123 45 6789", true),
    ("ssn", "123456789", false),
    ("ssn", "123-456789", false),
    ("ssn", "12-345-6789", false),
    ("ssn", "123-45 6789", true),
    ("uri", "https://a/", true),
    ("uri", "/a", true),
    ("uri", "a", false),
    ("uri", "", false),
    ("uri", "https://a/%zz", false),
    ("uri", "http://a/#%zz", false),
    ("uuid", "123e4567-e89b-12d3-a456-426614174000", true),
    ("uuid", "123E4567-E89B-12D3-A456-426614174000", true),
    ("uuid", "123e4567e89b12d3a456426614174000", true),
    ("uuid", "123e4567-e89b12d3a456-426614174000", true),
    ("uuid", "123e4567-e89b-12d3-a456-42661417400", false),
    ("uuid", "123e4567-e89b-12d3-a456-4266141740000", false),
    ("uuid", "g23e4567-e89b-12d3-a456-426614174000", false),
    ("uuid", "", false),
    ("uuid", "123e4567--e89b-12d3-a456-426614174000", false),
    ("uuid3", "123e4567-e89b-32d3-1456-426614174000", true),
    ("uuid3", "123e4567-e89b-12d3-a456-426614174000", false),
    ("uuid4", "123e4567-e89b-42d3-1456-426614174000", false),
    ("uuid4", "123e4567-e89b-42d3-B456-426614174000", true),
    ("uuid5", "123e4567-e89b-52d3-a456-426614174000", true),
    ("uuid5", "123e4567-e89b-42d3-a456-426614174000", false),
];

#[test]
fn verdicts_are_those_of_kubernetes() {
    for (format, text, valid) in GOLDEN {
        assert_eq!(check(format, text).unwrap().is_ok(), *valid, "{format} {text:?}");
    }
}

#[test]
fn what_kubernetes_takes_beyond_the_plain_form_is_refused() {
    for (format, text) in [
        ("hostname", "Vault.Example.COM"),
        ("duration", "30d"),
        ("duration", "2 weeks"),
        ("ipv4", "010.0.0.1"),
        ("cidr", "10.0.0.0/08"),
        ("email", "Ops <ops@example.com>"),
        ("creditcard", "4111x1111x1111x1111"),
    ] {
        assert!(check(format, text).unwrap().is_err(), "{format} {text:?}");
    }
}

#[test]
fn unknown_formats_are_not_checked_and_hyphens_do_not_count() {
    assert!(check("int32", "x").is_none());
    assert!(check("", "x").is_none());
    assert!(check("datetime", "x").unwrap().is_err());
    assert!(check("date-time", "x").unwrap().is_err());
    assert_eq!(max_length("hostname"), Some(253));
    assert_eq!(max_length("uri"), None);
}

#[test]
fn names_are_sorted_for_suggestions() {
    let names: Vec<_> = known().collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(names, sorted);
}

#[test]
fn normal_forms_are_offered_and_accepted() {
    for (format, text, normal) in [
        ("hostname", "Vault.Example.COM.", Some("vault.example.com")),
        ("dns1123Label", "My-Name", Some("my-name")),
        ("dns1123Label", "my_name", None),
        ("duration", "30d", Some("720h")),
        ("semver", "v2.5", Some("2.5.0")),
        ("quantity", "1 Gi", None),
        ("cron", "@daily", None),
    ] {
        let error = check(format, text).unwrap().unwrap_err();
        assert_eq!(error.normal_form.as_deref(), normal, "{format} {text}");
        assert!(normal.is_none_or(|normal| check(format, normal).unwrap().is_ok()));
    }
}

#[test]
fn measures_take_every_spelling() {
    for (format, text) in [
        ("quantity", "2048Mi"),
        ("quantity", "1000m"),
        ("duration", "720h"),
        ("duration", "720h0m0s"),
        ("cron", "0  2 * * 0"),
    ] {
        assert!(check(format, text).unwrap().is_ok(), "{format} {text}");
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_bounds_hold(text in any::<String>(), digits in "[0-9X -]{0,30}") {
        for format in known() {
            for text in [&text, &digits] {
                if check(format, text).unwrap().is_ok() {
                    prop_assert!(max_length(format).is_none_or(|max| text.len() <= max));
                }
            }
        }
    }
}
