//! Texts that mean more than their characters: addresses, networks, versions, quantities.

use std::cmp::Ordering;
use std::net::IpAddr;

/// Scheme and host of a URL.
pub(super) fn url(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let address = authority.rsplit('@').next()?;
    let host = match address.strip_prefix('[') {
        Some(inner) => inner.split(']').next()?,
        None => address.split(':').next()?,
    };
    (!scheme.is_empty() && !host.is_empty()).then_some((scheme, host))
}

/// Whether a host is the machine itself, its link, or digits that readers take for different addresses.
pub(super) fn unreachable(host: &str) -> bool {
    let lower = host.to_ascii_lowercase();
    if lower == "localhost" || lower.ends_with(".localhost") {
        return true;
    }
    match lower.parse::<IpAddr>() {
        Ok(address) => [LOOPBACK, LINK_LOCAL].iter().flatten().any(|range| range.holds(address)),
        Err(_) => lower.split('.').next().is_some_and(|first| {
            !first.is_empty() && (first.starts_with("0x") || first.bytes().all(|it| it.is_ascii_digit()))
        }),
    }
}

/// A network: the bits of its address, left-aligned, and how many of them count.
#[derive(Clone, Copy)]
pub(super) struct Network {
    bits: u128,
    prefix: u32,
    six: bool,
}

const fn four(a: u8, b: u8, prefix: u32) -> Network {
    Network { bits: ((a as u128) << 120) | ((b as u128) << 112), prefix, six: false }
}

const LOOPBACK: [Network; 2] = [four(127, 0, 8), Network { bits: 1, prefix: 128, six: true }];
const LINK_LOCAL: [Network; 2] = [four(169, 254, 16), Network { bits: 0xfe80 << 112, prefix: 10, six: true }];

impl Network {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let prefix: u32 = prefix.parse().ok()?;
        let network = Self { prefix, ..Self::of(address) };
        (prefix <= if network.six { 128 } else { 32 }).then_some(network)
    }

    fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(four) => Self { bits: u128::from(four.to_bits()) << 96, prefix: 32, six: false },
            IpAddr::V6(six) => Self { bits: six.to_bits(), prefix: 128, six: true },
        }
    }

    fn meets(self, other: Self) -> bool {
        let shift = 128 - self.prefix.min(other.prefix);
        self.six == other.six && (shift == 128 || self.bits >> shift == other.bits >> shift)
    }

    fn holds(self, address: IpAddr) -> bool {
        self.meets(Self::of(address))
    }

    /// Not every address, and none of the machine's own or its link's.
    pub(super) fn scoped(self) -> bool {
        self.prefix > 0 && ![LOOPBACK, LINK_LOCAL].into_iter().flatten().any(|range| self.meets(range))
    }
}

/// Compares versions; pre-releases as plain texts.
pub(super) fn versions(one: &str, two: &str) -> Option<Ordering> {
    let (one, two) = (version(one)?, version(two)?);
    let pre = |one: &str, two: &str| match (one.is_empty(), two.is_empty()) {
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        _ => one.cmp(two),
    };
    Some(one.0.cmp(&two.0).then_with(|| pre(one.1, two.1)))
}

fn version(text: &str) -> Option<([u64; 3], &str)> {
    let text = text.strip_prefix('v').unwrap_or(text).split('+').next()?;
    let (core, pre) = text.split_once('-').unwrap_or((text, ""));
    let parts: Vec<u64> = core.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    Some((parts.try_into().ok()?, pre))
}

/// How much a quantity is.
pub(super) fn quantity(text: &str) -> Option<f64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '-')).unwrap_or(text.len());
    let (digits, suffix) = text.split_at(end);
    let factor = match suffix {
        "" => 1.0,
        "Ki" => 1024.0,
        "Mi" => 1024f64.powi(2),
        "Gi" => 1024f64.powi(3),
        "Ti" => 1024f64.powi(4),
        "Pi" => 1024f64.powi(5),
        "Ei" => 1024f64.powi(6),
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        _ => return None,
    };
    digits.parse::<f64>().ok().map(|digits| digits * factor)
}
