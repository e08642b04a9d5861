//! IP addresses (apiserver `cel/library/ip.go`).

use crate::cel::{Opaque, Result, Value};
use crate::scalar::ip::{Ip, IpError};

use super::cost::{FIRST, FIRST_TWICE, ONE};
use super::row::{global, invalid, method, pure};
use super::{Environment, Function, Ty};

pub(super) const IP: Ty = Ty::Opaque(Opaque::IP);
const SINCE: Environment = Environment::Kubernetes(30);

/// A row for a property of an address.
macro_rules! property {
    ($name:literal, $id:literal, $test:ident, $doc:literal, $example:literal) => {
        Function {
            name: $name,
            overloads: &[method($id, &[IP], Ty::Bool, ONE, pure!(
                [Value::Opaque(Opaque::Ip(ip))] => Ok(Value::Bool(ip.$test()))
            ))],
            doc: $doc,
            example: $example,
            since: SINCE,
        }
    };
}

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "ip",
        overloads: &[
            global("string_to_ip", &[Ty::String], IP, FIRST, pure!([Value::String(text)] => value(Ip::parse(text)))),
            method(
                "cidr_ip",
                &[Ty::Opaque(Opaque::CIDR)],
                IP,
                ONE,
                pure!(
                    [Value::Opaque(Opaque::Cidr(cidr))] => value(Ok(cidr.ip()))
                ),
            ),
        ],
        doc: "The IP address that a text says, or the address of a network. Faults on zones, leading zeros and \
              IPv4-mapped IPv6 addresses.",
        example: "ip('2001:db8:0::1') == ip('2001:db8::1') && cidr('10.0.0.1/8').ip() == ip('10.0.0.1')",
        since: SINCE,
    },
    Function {
        name: "isIP",
        overloads: &[global(
            "is_ip",
            &[Ty::String],
            Ty::Bool,
            FIRST,
            pure!(
                [Value::String(text)] => Ok(Value::Bool(Ip::parse(text).is_ok()))
            ),
        )],
        doc: "Whether `ip` reads the text.",
        example: "isIP('127.0.0.1') && !isIP('127.0.0.01')",
        since: SINCE,
    },
    Function {
        name: "ip.isCanonical",
        overloads: &[global(
            "ip_is_canonical",
            &[Ty::String],
            Ty::Bool,
            FIRST_TWICE,
            pure!(
                [Value::String(text)] => match Ip::parse(text) {
                    Ok(ip) => Ok(Value::Bool(ip.to_string() == **text)),
                    Err(error) => Err(invalid(error.to_string())),
                }
            ),
        )],
        doc: "Whether an IP address is written in its shortest form. Faults when `ip` would.",
        example: "ip.isCanonical('2001:db8::1') && !ip.isCanonical('2001:DB8::1')",
        since: SINCE,
    },
    Function {
        name: "family",
        overloads: &[method(
            "ip_family",
            &[IP],
            Ty::Int,
            ONE,
            pure!(
                [Value::Opaque(Opaque::Ip(ip))] => Ok(Value::Int(ip.family().into()))
            ),
        )],
        doc: "4 or 6.",
        example: "ip('127.0.0.1').family() == 4 && ip('::1').family() == 6",
        since: SINCE,
    },
    property!(
        "isUnspecified",
        "ip_is_unspecified",
        is_unspecified,
        "Whether it is `0.0.0.0` or `::`.",
        "ip('0.0.0.0').isUnspecified()"
    ),
    property!(
        "isLoopback",
        "ip_is_loopback",
        is_loopback,
        "Whether it is in `127.0.0.0/8`, or `::1`.",
        "ip('127.0.0.1').isLoopback()"
    ),
    property!(
        "isLinkLocalMulticast",
        "ip_is_link_local_multicast",
        is_link_local_multicast,
        "Whether it is in `224.0.0.0/24` or has IPv6's link-local multicast scope.",
        "ip('224.0.0.1').isLinkLocalMulticast() && ip('ff02::1').isLinkLocalMulticast()"
    ),
    property!(
        "isLinkLocalUnicast",
        "ip_is_link_local_unicast",
        is_link_local_unicast,
        "Whether it is in `169.254.0.0/16` or `fe80::/10`.",
        "ip('169.254.169.254').isLinkLocalUnicast()"
    ),
    property!(
        "isGlobalUnicast",
        "ip_is_global_unicast",
        is_global_unicast,
        "Whether it is neither unspecified, loopback, multicast, link-local nor broadcast. Private ranges count.",
        "ip('192.168.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast()"
    ),
];

pub(super) fn value(ip: std::result::Result<Ip, IpError>) -> Result {
    ip.map(|ip| Value::Opaque(Opaque::Ip(ip))).map_err(|error| invalid(error.to_string()))
}
