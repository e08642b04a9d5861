//! IP addresses by the strict rules of Kubernetes' CEL: no zone, no leading zeros, no IPv4-mapped IPv6.

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An IPv4 or IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ip(IpAddr);

/// Why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IpError {
    /// Not an address at all.
    #[error(
        "`{0}` is not an IP address: expected IPv4, as in `10.0.0.1` without leading zeros, or IPv6, as in `fd00::1`"
    )]
    Malformed(String),
    /// A scoped address.
    #[error("`{0}` carries a zone, which is not allowed: remove the part from `%` on")]
    Zone(String),
    /// `::ffff:10.0.0.1`.
    #[error("`{text}` is an IPv4-mapped IPv6 address, which is not allowed: write `{ipv4}`")]
    Mapped {
        /// The whole text.
        text: String,
        /// The same address as IPv4.
        ipv4: Ipv4Addr,
    },
}

impl Ip {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, IpError> {
        match text.parse::<IpAddr>() {
            Ok(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
                Some(ipv4) => Err(IpError::Mapped { text: text.to_owned(), ipv4 }),
                None => Ok(Self(IpAddr::V6(v6))),
            },
            Ok(v4) => Ok(Self(v4)),
            Err(_) => Err(match text.split_once('%') {
                Some((address, zone)) if !zone.is_empty() && address.parse::<Ipv6Addr>().is_ok() => {
                    IpError::Zone(text.to_owned())
                }
                _ => IpError::Malformed(text.to_owned()),
            }),
        }
    }

    /// The address of a standard library value, which must not be IPv4-mapped.
    pub(super) fn from_std(address: IpAddr) -> Self {
        Self(address)
    }

    /// The standard library's value.
    pub fn address(self) -> IpAddr {
        self.0
    }

    /// 4 or 6.
    pub fn family(self) -> u8 {
        if self.0.is_ipv4() { 4 } else { 6 }
    }

    /// Bytes of the address: 4 or 16.
    pub fn byte_length(self) -> u8 {
        if self.0.is_ipv4() { 4 } else { 16 }
    }

    /// `0.0.0.0` or `::`.
    pub fn is_unspecified(self) -> bool {
        self.0.is_unspecified()
    }

    /// `127.0.0.0/8` or `::1`.
    pub fn is_loopback(self) -> bool {
        self.0.is_loopback()
    }

    /// `224.0.0.0/24` or `ffx2::/16`.
    pub fn is_link_local_multicast(self) -> bool {
        match self.0 {
            IpAddr::V4(v4) => matches!(v4.octets(), [224, 0, 0, _]),
            IpAddr::V6(v6) => v6.segments()[0] & 0xff0f == 0xff02,
        }
    }

    /// `169.254.0.0/16` or `fe80::/10`.
    pub fn is_link_local_unicast(self) -> bool {
        match self.0 {
            IpAddr::V4(v4) => v4.is_link_local(),
            IpAddr::V6(v6) => v6.is_unicast_link_local(),
        }
    }

    /// Neither unspecified, loopback, multicast, link-local nor the IPv4 broadcast. Private ranges count.
    pub fn is_global_unicast(self) -> bool {
        self.0 != IpAddr::V4(Ipv4Addr::BROADCAST)
            && !self.is_unspecified()
            && !self.is_loopback()
            && !self.0.is_multicast()
            && !self.is_link_local_unicast()
    }
}

/// The normal form: dotted decimals, or RFC 5952 text.
impl fmt::Display for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
