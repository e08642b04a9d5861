use proptest::prelude::*;

use super::{Ip, IpError};

/// Text; normal form, and as digits: unspecified, loopback, link-local multicast, link-local unicast,
/// global unicast. Recorded from Go 1.26 `net/netip` by Kubernetes' rules.
const GOLDEN: &[(&str, Option<(&str, &str)>)] = &[
    ("1.2.3.4", Some(("1.2.3.4", "00001"))),
    ("0.0.0.0", Some(("0.0.0.0", "10000"))),
    ("127.0.0.1", Some(("127.0.0.1", "01000"))),
    ("127.1.2.3", Some(("127.1.2.3", "01000"))),
    ("255.255.255.255", Some(("255.255.255.255", "00000"))),
    ("224.0.0.1", Some(("224.0.0.1", "00100"))),
    ("224.0.1.1", Some(("224.0.1.1", "00000"))),
    ("239.1.1.1", Some(("239.1.1.1", "00000"))),
    ("169.254.1.1", Some(("169.254.1.1", "00010"))),
    ("10.0.0.1", Some(("10.0.0.1", "00001"))),
    ("::", Some(("::", "10000"))),
    ("::1", Some(("::1", "01000"))),
    ("fe80::1", Some(("fe80::1", "00010"))),
    ("fe80::1%eth0", None),
    ("febf::1", Some(("febf::1", "00010"))),
    ("fec0::1", Some(("fec0::1", "00001"))),
    ("ff02::1", Some(("ff02::1", "00100"))),
    ("ff12::1", Some(("ff12::1", "00100"))),
    ("ff05::1", Some(("ff05::1", "00000"))),
    ("ff01::1", Some(("ff01::1", "00000"))),
    ("2001:db8::1", Some(("2001:db8::1", "00001"))),
    ("2001:DB8::1", Some(("2001:db8::1", "00001"))),
    ("2001:0db8:0000:0000:0000:0000:0000:0001", Some(("2001:db8::1", "00001"))),
    ("2001:db8:0:0:1:0:0:1", Some(("2001:db8::1:0:0:1", "00001"))),
    ("fd00::1", Some(("fd00::1", "00001"))),
    ("::ffff:1.2.3.4", None),
    ("::1.2.3.4", Some(("::102:304", "00001"))),
    ("64:ff9b::1.2.3.4", Some(("64:ff9b::102:304", "00001"))),
    ("1:2:3:4:5:6:7:8", Some(("1:2:3:4:5:6:7:8", "00001"))),
    ("1::2:3:4:5:6:7:8", None),
    ("1:2:3:4:5:6:7::", Some(("1:2:3:4:5:6:7:0", "00001"))),
    ("::2:3:4:5:6:7:8", Some(("0:2:3:4:5:6:7:8", "00001"))),
    ("1:2:3:4:5:6:7", None),
    ("1:2:3:4:5:6:7:8:9", None),
    ("::1::", None),
    (":::", None),
    (":1", None),
    ("1:", None),
    ("01.2.3.4", None),
    ("1.2.3.04", None),
    ("1.2.3", None),
    ("1.2.3.4.5", None),
    ("256.1.1.1", None),
    ("1.2.3.-4", None),
    ("0x1.2.3.4", None),
    ("1.2.3.4 ", None),
    (" 1.2.3.4", None),
    ("", None),
    ("a", None),
    ("12345::", None),
    ("::fffff", None),
    ("::01.2.3.4", None),
    ("fe80::1%", None),
    ("::%a", None),
    ("1.2.3.4%a", None),
    ("[::1]", None),
    ("1.2.3.4/8", None),
    ("::ffff:0:0", None),
    ("::00001", None),
];

#[test]
fn texts_mean_what_they_mean_to_kubernetes() {
    for (text, expected) in GOLDEN {
        let found = Ip::parse(text).ok().map(|ip| {
            let flags = [
                ip.is_unspecified(),
                ip.is_loopback(),
                ip.is_link_local_multicast(),
                ip.is_link_local_unicast(),
                ip.is_global_unicast(),
            ];
            (ip.to_string(), flags.map(|flag| if flag { '1' } else { '0' }).iter().collect::<String>())
        });
        assert_eq!(found, expected.map(|(text, flags)| (text.to_owned(), flags.to_owned())), "{text:?}");
    }
}

#[test]
fn refusals_name_the_reason() {
    assert!(matches!(Ip::parse("fe80::1%eth0"), Err(IpError::Zone(_))));
    let mapped = Ip::parse("::ffff:1.2.3.4").unwrap_err().to_string();
    assert!(mapped.ends_with("write `1.2.3.4`"), "{mapped}");
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = Ip::parse(&text);
    }

    #[test]
    fn printing_and_reading_keeps_the_address(address in any::<std::net::Ipv6Addr>()) {
        if let Ok(ip) = Ip::parse(&address.to_string()) {
            prop_assert_eq!(Ip::parse(&ip.to_string()), Ok(ip));
        }
    }
}
