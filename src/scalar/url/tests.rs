use proptest::prelude::*;

use super::Url;

/// Text; whether it is a URL, whether its parts can be read, and the parts: scheme, host, host name, port,
/// escaped path, query, whole text. Recorded from Go 1.26 `net/url` (`ParseRequestURI`, then `Parse`).
#[expect(clippy::option_option, reason = "no URL, a URL without parts, a URL")]
const GOLDEN: &[(&str, Option<Option<[&str; 7]>>)] = &[
    ("https://example.com", Some(Some(["https", "example.com", "example.com", "", "", "", "https://example.com"]))),
    (
        "https://EXAMPLE.com:443/a",
        Some(Some(["https", "EXAMPLE.com:443", "EXAMPLE.com", "443", "/a", "", "https://EXAMPLE.com:443/a"])),
    ),
    ("HTTP://Example.com/", Some(Some(["http", "Example.com", "Example.com", "", "/", "", "http://Example.com/"]))),
    (
        "https://example.com/a%20b",
        Some(Some(["https", "example.com", "example.com", "", "/a%20b", "", "https://example.com/a%20b"])),
    ),
    (
        "https://example.com/a b",
        Some(Some(["https", "example.com", "example.com", "", "/a%20b", "", "https://example.com/a%20b"])),
    ),
    ("https://example.com/%zz", None),
    (
        "https://example.com/%2f%2F",
        Some(Some(["https", "example.com", "example.com", "", "/%2f%2F", "", "https://example.com/%2f%2F"])),
    ),
    (
        "https://example.com/a?b=c&b=d&e",
        Some(Some(["https", "example.com", "example.com", "", "/a", "b=c,d|e=", "https://example.com/a?b=c&b=d&e"])),
    ),
    (
        "https://example.com/?",
        Some(Some(["https", "example.com", "example.com", "", "/", "", "https://example.com/?"])),
    ),
    (
        "https://example.com?x",
        Some(Some(["https", "example.com", "example.com", "", "", "x=", "https://example.com?x"])),
    ),
    (
        "https://example.com/?a=1;b=2&c=3",
        Some(Some(["https", "example.com", "example.com", "", "/", "c=3", "https://example.com/?a=1;b=2&c=3"])),
    ),
    (
        "https://example.com/?%zz=1&a=%zz&b=2",
        Some(Some(["https", "example.com", "example.com", "", "/", "b=2", "https://example.com/?%zz=1&a=%zz&b=2"])),
    ),
    (
        "https://example.com/?a+b=c+d&e=%26",
        Some(Some([
            "https",
            "example.com",
            "example.com",
            "",
            "/",
            "a b=c d|e=&",
            "https://example.com/?a+b=c+d&e=%26",
        ])),
    ),
    (
        "https://example.com/#frag",
        Some(Some(["https", "example.com", "example.com", "", "/", "", "https://example.com/#frag"])),
    ),
    ("https://example.com/a#%zz", None),
    (
        "https://example.com/a?b#c?d",
        Some(Some(["https", "example.com", "example.com", "", "/a", "b=", "https://example.com/a?b#c?d"])),
    ),
    (
        "https://example.com/#a b",
        Some(Some(["https", "example.com", "example.com", "", "/", "", "https://example.com/#a%20b"])),
    ),
    ("https://example.com#", None),
    (
        "https://user:pass@example.com/",
        Some(Some(["https", "example.com", "example.com", "", "/", "", "https://user:pass@example.com/"])),
    ),
    ("https://us er@example.com/", None),
    (
        "https://user@example.com:80",
        Some(Some(["https", "example.com:80", "example.com", "80", "", "", "https://user@example.com:80"])),
    ),
    ("https://u%40:p%3A@h/", Some(Some(["https", "h", "h", "", "/", "", "https://u%40:p%3A@h/"]))),
    ("https://a:b:c@h/", Some(Some(["https", "h", "h", "", "/", "", "https://a:b%3Ac@h/"]))),
    ("https://@h/", Some(Some(["https", "h", "h", "", "/", "", "https://@h/"]))),
    ("https://[::1]:8080/x", Some(Some(["https", "[::1]:8080", "::1", "8080", "/x", "", "https://[::1]:8080/x"]))),
    ("https://[::1]", Some(Some(["https", "[::1]", "::1", "", "", "", "https://[::1]"]))),
    (
        "https://[fe80::1%25en0]:80/",
        Some(Some(["https", "[fe80::1%en0]:80", "fe80::1%en0", "80", "/", "", "https://[fe80::1%25en0]:80/"])),
    ),
    ("https://[fe80::1%en0]/", None),
    ("https://[1.2.3.4]/", None),
    ("https://[::1", None),
    ("https://::1/", None),
    ("https://a[b]/", None),
    ("https://[::1]a/", None),
    (
        "https://[::ffff:1.2.3.4]/",
        Some(Some(["https", "[::ffff:1.2.3.4]", "::ffff:1.2.3.4", "", "/", "", "https://[::ffff:1.2.3.4]/"])),
    ),
    ("https://h:/", Some(Some(["https", "h:", "h", "", "/", "", "https://h:/"]))),
    ("https://h:a/", None),
    ("https://h:80:90/", None),
    ("postgres://a:1,b:2/db", Some(Some(["postgres", "a:1,b:2", "a:1,b", "2", "/db", "", "postgres://a:1,b:2/db"]))),
    ("postgres://a:b,c:1/db", Some(Some(["postgres", "a:b,c:1", "a:b,c", "1", "/db", "", "postgres://a:b,c:1/db"]))),
    ("https://h:99999/", Some(Some(["https", "h:99999", "h", "99999", "/", "", "https://h:99999/"]))),
    ("mailto:a@b", Some(Some(["mailto", "", "", "", "", "", "mailto:a@b"]))),
    ("mailto:a@b?x=y", Some(Some(["mailto", "", "", "", "", "x=y", "mailto:a@b?x=y"]))),
    ("urn:isbn:1", Some(Some(["urn", "", "", "", "", "", "urn:isbn:1"]))),
    ("http:", Some(Some(["http", "", "", "", "", "", "http:"]))),
    ("http:/", Some(Some(["http", "", "", "", "/", "", "http:/"]))),
    ("http://", Some(Some(["http", "", "", "", "", "", "http:"]))),
    ("http:///a", Some(Some(["http", "", "", "", "/a", "", "http:///a"]))),
    ("/a/b", Some(Some(["", "", "", "", "/a/b", "", "/a/b"]))),
    ("/a b", Some(Some(["", "", "", "", "/a%20b", "", "/a%20b"]))),
    ("//h/a", Some(Some(["", "h", "h", "", "/a", "", "//h/a"]))),
    ("///a", Some(Some(["", "", "", "", "///a", "", "///a"]))),
    ("a/b", None),
    ("a", None),
    ("", None),
    ("*", Some(Some(["", "", "", "", "*", "", "*"]))),
    ("?a", None),
    ("#a", None),
    (":a", None),
    ("1http://a", None),
    ("a_b://c", None),
    ("ht+tp-1.0://c/", Some(Some(["ht+tp-1.0", "c", "c", "", "/", "", "ht+tp-1.0://c/"]))),
    ("http://a/\u{fc}", Some(Some(["http", "a", "a", "", "/%C3%BC", "", "http://a/%C3%BC"]))),
    ("http://\u{fc}/", Some(Some(["http", "\u{fc}", "\u{fc}", "", "/", "", "http://%C3%BC/"]))),
    ("http://%C3%BC/", Some(Some(["http", "\u{fc}", "\u{fc}", "", "/", "", "http://%C3%BC/"]))),
    ("http://%41/", None),
    ("http://a%25b/", Some(Some(["http", "a%b", "a%b", "", "/", "", "http://a%25b/"]))),
    ("http://a b/", None),
    ("http://a\u{1}/", None),
    ("http://a/\u{7f}", None),
    ("http://a/\u{9}", None),
    (
        "http://h/a;b,c:d@e!f$g&h'i(j)k*l+m=n~o",
        Some(Some([
            "http",
            "h",
            "h",
            "",
            "/a;b,c:d@e!f$g&h'i(j)k*l+m=n~o",
            "",
            "http://h/a;b,c:d@e!f$g&h'i(j)k*l+m=n~o",
        ])),
    ),
    ("http://h/[a]", Some(Some(["http", "h", "h", "", "/[a]", "", "http://h/[a]"]))),
    (
        "http://h/{a}|\\^`\"<>",
        Some(Some([
            "http",
            "h",
            "h",
            "",
            "/%7Ba%7D%7C%5C%5E%60%22%3C%3E",
            "",
            "http://h/%7Ba%7D%7C%5C%5E%60%22%3C%3E",
        ])),
    ),
    ("http://h/a//../b/./c", Some(Some(["http", "h", "h", "", "/a//../b/./c", "", "http://h/a//../b/./c"]))),
    ("http://1.2.3/", Some(Some(["http", "1.2.3", "1.2.3", "", "/", "", "http://1.2.3/"]))),
    ("http://h/?a=b?c", Some(Some(["http", "h", "h", "", "/", "a=b?c", "http://h/?a=b?c"]))),
    ("http://h??", Some(Some(["http", "h", "h", "", "", "?=", "http://h??"]))),
    ("http://h\\a/", None),
    ("http://h<>\"/", Some(Some(["http", "h<>\"", "h<>\"", "", "/", "", "http://h<>\"/"]))),
    ("http://h|/", None),
    (
        "https://example.com./",
        Some(Some(["https", "example.com.", "example.com.", "", "/", "", "https://example.com./"])),
    ),
    ("data:text/plain,hi", Some(Some(["data", "", "", "", "", "", "data:text/plain,hi"]))),
    ("http://h/%", None),
    ("http://h/%4", None),
    ("file:///etc/passwd", Some(Some(["file", "", "", "", "/etc/passwd", "", "file:///etc/passwd"]))),
    ("http://h/a%2Fb/c", Some(Some(["http", "h", "h", "", "/a%2Fb/c", "", "http://h/a%2Fb/c"]))),
    ("http://h/*", Some(Some(["http", "h", "h", "", "/*", "", "http://h/*"]))),
    ("http://u%zz@h/", None),
    ("http://u:p^@h/", None),
    ("http://h#a%20b", None),
    ("http://h/#\u{fc}", Some(Some(["http", "h", "h", "", "/", "", "http://h/#%C3%BC"]))),
    ("/*", Some(Some(["", "", "", "", "/*", "", "/*"]))),
    ("http://h/?&&a=1&&", Some(Some(["http", "h", "h", "", "/", "a=1", "http://h/?&&a=1&&"]))),
    ("http://h/?=v&k=", Some(Some(["http", "h", "h", "", "/", "=v|k=", "http://h/?=v&k="]))),
    ("http://-/", Some(Some(["http", "-", "-", "", "/", "", "http://-/"]))),
    ("http:// /", None),
    ("http:/a", Some(Some(["http", "", "", "", "/a", "", "http:/a"]))),
    ("http:?q", Some(Some(["http", "", "", "", "", "q=", "http:?q"]))),
];

fn parts(url: &Url) -> [String; 7] {
    let query = url.query().iter().map(|(key, values)| format!("{key}={}", values.join(","))).collect::<Vec<_>>();
    [
        url.scheme().to_owned(),
        url.host(),
        url.hostname(),
        url.port(),
        url.escaped_path().to_owned(),
        query.join("|"),
        url.to_string(),
    ]
}

#[test]
fn texts_mean_what_they_mean_to_go() {
    for (text, expected) in GOLDEN {
        let found = Url::is_request_uri(text).then(|| Url::parse(text).ok().map(|url| parts(&url)));
        let expected = expected.map(|parts| parts.map(|parts| parts.map(str::to_owned)));
        assert_eq!(found, expected, "{text:?}");
    }
}

#[test]
fn refusals_name_the_reason() {
    let error = |text| Url::parse(text).unwrap_err().to_string();
    assert!(error("example.com").contains("the scheme is missing"), "{}", error("example.com"));
    assert!(error("https://h/%zz").contains("`%zz` is no valid escape"), "{}", error("https://h/%zz"));
    assert!(error("https://h:a/").contains("`:a` is no port"), "{}", error("https://h:a/"));
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = Url::parse(&text);
    }

    #[test]
    fn printing_and_reading_keeps_the_url(text in "(https?|db)://([a-z:@%0-9A-F\\[\\]]{0,8}@)?[a-z0-9.:,%A-F\\[\\]]{0,12}(/[a-z0-9%A-F;,/ *\\[|]{0,8})?(\\?[a-z=&%0-9]{0,8})?(#[a-z%0-9 ]{0,4})?") {
        if let Ok(url) = Url::parse(&text) {
            let printed = url.to_string();
            if let Ok(again) = Url::parse(&printed) {
                prop_assert_eq!(again.to_string(), printed);
            }
        }
    }
}
