use proptest::prelude::*;

use super::Cidr;
use crate::scalar::ip::Ip;

/// Text; normal form, masked form. Recorded from Go 1.26 `net/netip` by Kubernetes' rules.
const GOLDEN: &[(&str, Option<(&str, &str)>)] = &[
    ("10.0.0.0/8", Some(("10.0.0.0/8", "10.0.0.0/8"))),
    ("10.1.2.3/8", Some(("10.1.2.3/8", "10.0.0.0/8"))),
    ("10.0.0.0/08", None),
    ("10.0.0.0/0", Some(("10.0.0.0/0", "0.0.0.0/0"))),
    ("10.0.0.0/00", None),
    ("10.0.0.0/32", Some(("10.0.0.0/32", "10.0.0.0/32"))),
    ("10.0.0.0/33", None),
    ("10.0.0.0/+8", None),
    ("10.0.0.0/-1", None),
    ("10.0.0.0/", None),
    ("10.0.0.0", None),
    ("/8", None),
    ("10.0.0.0/8/8", None),
    ("10.0.0.0/ 8", None),
    ("2001:db8::/32", Some(("2001:db8::/32", "2001:db8::/32"))),
    ("2001:db8::1/32", Some(("2001:db8::1/32", "2001:db8::/32"))),
    ("::/0", Some(("::/0", "::/0"))),
    ("::1/128", Some(("::1/128", "::1/128"))),
    ("::1/129", None),
    ("fe80::1%a/64", None),
    ("::ffff:1.2.3.4/96", None),
    ("::ffff:1.2.3.4/120", None),
    ("::/096", None),
    ("1.2.3.4/1000", None),
    ("1.2.3.4/8a", None),
    ("", None),
    ("255.255.255.255/1", Some(("255.255.255.255/1", "128.0.0.0/1"))),
    ("ffff::ffff/17", Some(("ffff::ffff/17", "ffff::/17"))),
];

#[test]
fn texts_mean_what_they_mean_to_kubernetes() {
    for (text, expected) in GOLDEN {
        let found = Cidr::parse(text).ok().map(|cidr| (cidr.to_string(), cidr.masked().to_string()));
        assert_eq!(found, expected.map(|(text, masked)| (text.to_owned(), masked.to_owned())), "{text:?}");
    }
}

#[test]
fn containment_needs_the_same_family_and_a_longer_prefix() {
    let cidr = |text| Cidr::parse(text).unwrap();
    let ip = |text| Ip::parse(text).unwrap();
    assert!(cidr("10.0.0.0/8").contains_ip(ip("10.255.0.1")));
    assert!(!cidr("10.0.0.0/8").contains_ip(ip("11.0.0.1")));
    assert!(!cidr("0.0.0.0/0").contains_ip(ip("::1")));
    assert!(cidr("::/0").contains_ip(ip("::1")));
    assert!(cidr("10.0.0.0/8").contains_cidr(cidr("10.1.0.0/16")));
    assert!(!cidr("10.1.0.0/16").contains_cidr(cidr("10.0.0.0/8")));
    assert!(cidr("10.0.0.0/8").contains_cidr(cidr("10.9.9.9/8")));
    assert_ne!(cidr("10.1.0.0/8"), cidr("10.0.0.0/8"));
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = Cidr::parse(&text);
    }

    #[test]
    fn masking_is_idempotent_and_contained(bits in any::<u32>(), prefix in 0..=32_u8) {
        let cidr = Cidr::parse(&format!("{}/{prefix}", std::net::Ipv4Addr::from_bits(bits))).unwrap();
        prop_assert_eq!(cidr.masked().masked(), cidr.masked());
        prop_assert!(cidr.masked().contains_ip(cidr.ip()));
    }
}
