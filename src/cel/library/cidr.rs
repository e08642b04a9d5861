//! Networks (apiserver `cel/library/cidr.go`).

use crate::cel::{Meter, Opaque, Result, Value};
use crate::scalar::cidr::{Cidr, CidrError};
use crate::scalar::ip::Ip;

use super::cost::{COMPARE_PREFIX, COMPARE_PREFIX_TEXT, FIRST, MASK_PREFIX, MASK_PREFIX_TEXT, ONE};
use super::ip::IP;
use super::row::{global, invalid, method, mismatch, pure};
use super::{Environment, Function, Ty};

const CIDR: Ty = Ty::Opaque(Opaque::CIDR);
const SINCE: Environment = Environment::Kubernetes(30);

pub(super) const ROWS: &[Function] = &[
    Function {
        name: "cidr",
        overloads: &[global(
            "string_to_cidr",
            &[Ty::String],
            CIDR,
            FIRST,
            pure!(
                [Value::String(text)] => value(Cidr::parse(text))
            ),
        )],
        doc: "The network that a text says; bits beyond the prefix are kept. Faults on any other text.",
        example: "string(cidr('192.168.0.0/24')) == '192.168.0.0/24'",
        since: SINCE,
    },
    Function {
        name: "isCIDR",
        overloads: &[global(
            "is_cidr",
            &[Ty::String],
            Ty::Bool,
            FIRST,
            pure!(
                [Value::String(text)] => Ok(Value::Bool(Cidr::parse(text).is_ok()))
            ),
        )],
        doc: "Whether `cidr` reads the text.",
        example: "isCIDR('10.0.0.0/8') && !isCIDR('10.0.0.0/08')",
        since: SINCE,
    },
    Function {
        name: "containsIP",
        overloads: &[
            method("cidr_contains_ip_ip", &[CIDR, IP], Ty::Bool, COMPARE_PREFIX, contains_ip),
            method("cidr_contains_ip_string", &[CIDR, Ty::String], Ty::Bool, COMPARE_PREFIX_TEXT, contains_ip),
        ],
        doc: "Whether an address lies in the network; never one of the other family. Faults on text that is no address.",
        example: "cidr('192.168.0.0/24').containsIP('192.168.0.1') && !cidr('0.0.0.0/0').containsIP(ip('::1'))",
        since: SINCE,
    },
    Function {
        name: "containsCIDR",
        overloads: &[
            method("cidr_contains_cidr", &[CIDR, CIDR], Ty::Bool, MASK_PREFIX, contains_cidr),
            method("cidr_contains_cidr_string", &[CIDR, Ty::String], Ty::Bool, MASK_PREFIX_TEXT, contains_cidr),
        ],
        doc: "Whether all of another network lies in the network. Faults on text that is no network.",
        example: "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.1.0.0/16').containsCIDR(cidr('10.0.0.0/8'))",
        since: SINCE,
    },
    Function {
        name: "prefixLength",
        overloads: &[method(
            "cidr_prefix_length",
            &[CIDR],
            Ty::Int,
            ONE,
            pure!(
                [Value::Opaque(Opaque::Cidr(cidr))] => Ok(Value::Int(cidr.prefix_length().into()))
            ),
        )],
        doc: "The bits of the network's prefix.",
        example: "cidr('10.0.0.0/8').prefixLength() == 8",
        since: SINCE,
    },
    Function {
        name: "masked",
        overloads: &[method(
            "cidr_masked",
            &[CIDR],
            CIDR,
            ONE,
            pure!(
                [Value::Opaque(Opaque::Cidr(cidr))] => value(Ok(cidr.masked()))
            ),
        )],
        doc: "The network with the bits beyond its prefix cleared.",
        example: "cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')",
        since: SINCE,
    },
];

fn value(cidr: std::result::Result<Cidr, CidrError>) -> Result {
    cidr.map(|cidr| Value::Opaque(Opaque::Cidr(cidr))).map_err(|error| invalid(error.to_string()))
}

fn contains_ip(args: &[Value], _: &mut Meter) -> Result {
    let (cidr, ip) = match args {
        [Value::Opaque(Opaque::Cidr(cidr)), Value::Opaque(Opaque::Ip(ip))] => (cidr, *ip),
        [Value::Opaque(Opaque::Cidr(cidr)), Value::String(text)] => {
            (cidr, Ip::parse(text).map_err(|error| invalid(error.to_string()))?)
        }
        _ => return Err(mismatch()),
    };
    Ok(Value::Bool(cidr.contains_ip(ip)))
}

fn contains_cidr(args: &[Value], _: &mut Meter) -> Result {
    let (cidr, other) = match args {
        [Value::Opaque(Opaque::Cidr(cidr)), Value::Opaque(Opaque::Cidr(other))] => (cidr, *other),
        [Value::Opaque(Opaque::Cidr(cidr)), Value::String(text)] => {
            (cidr, Cidr::parse(text).map_err(|error| invalid(error.to_string()))?)
        }
        _ => return Err(mismatch()),
    };
    Ok(Value::Bool(cidr.contains_cidr(other)))
}
