//! Networks in CIDR notation, by the strict rules of Kubernetes' CEL.

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::ip::{Ip, IpError};

/// An address and a prefix length. Bits beyond the prefix are kept and count in equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cidr {
    ip: Ip,
    prefix: u8,
}

/// Why a text is not a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CidrError {
    /// No slash.
    #[error("`{0}` is not a network: expected an address and a prefix length, as in `10.0.0.0/8`")]
    NoPrefix(String),
    /// The part before the slash.
    #[error("`{text}` is not a network: {cause}")]
    Address {
        /// The whole text.
        text: String,
        /// What is wrong with the address.
        #[source]
        cause: IpError,
    },
    /// The part after the slash.
    #[error("`{text}` has a bad prefix length: expected 0 to {max} without leading zeros")]
    Prefix {
        /// The whole text.
        text: String,
        /// 32 or 128.
        max: u8,
    },
}

impl Cidr {
    /// Reads a network.
    pub fn parse(text: &str) -> Result<Self, CidrError> {
        let Some((address, bits)) = text.rsplit_once('/') else { return Err(CidrError::NoPrefix(text.to_owned())) };
        let ip = Ip::parse(address).map_err(|cause| CidrError::Address { text: text.to_owned(), cause })?;
        let max = ip.byte_length() * 8;
        let digits = bits.bytes().all(|b| b.is_ascii_digit()) && (bits.len() == 1 || !bits.starts_with('0'));
        let prefix = bits.parse().ok().filter(|prefix| digits && *prefix <= max);
        let prefix = prefix.ok_or_else(|| CidrError::Prefix { text: text.to_owned(), max })?;
        Ok(Self { ip, prefix })
    }

    /// The address as written.
    pub fn ip(self) -> Ip {
        self.ip
    }

    /// Bits of the prefix.
    pub fn prefix_length(self) -> u8 {
        self.prefix
    }

    /// The network with the bits beyond the prefix cleared.
    #[must_use]
    pub fn masked(self) -> Self {
        Self { ip: Ip::from_std(mask(self.ip.address(), self.prefix)), prefix: self.prefix }
    }

    /// Whether an address of the same family lies in the network.
    pub fn contains_ip(self, ip: Ip) -> bool {
        mask(ip.address(), self.prefix) == mask(self.ip.address(), self.prefix) && self.ip.family() == ip.family()
    }

    /// Whether all of the other network lies in this one.
    pub fn contains_cidr(self, other: Self) -> bool {
        self.prefix <= other.prefix && self.contains_ip(other.ip)
    }
}

fn mask(address: IpAddr, prefix: u8) -> IpAddr {
    // A shift by the whole width is what an empty prefix needs, and what `checked_shr` refuses.
    match address {
        IpAddr::V4(v4) => {
            let host = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & !host))
        }
        IpAddr::V6(v6) => {
            let host = u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !host))
        }
    }
}

/// The normal form: the address's, a slash, the prefix length.
impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.ip, self.prefix)
    }
}
