//! Values of Kubernetes' library types.

use std::fmt;
use std::sync::Arc;

use crate::scalar::cidr::Cidr;
use crate::scalar::format::NamedFormat;
use crate::scalar::ip::Ip;
use crate::scalar::quantity::Quantity;
use crate::scalar::semver::Version;
use crate::scalar::url::Url;

/// A value of a type that Kubernetes' libraries add to CEL. Equality is what `==` means on them:
/// quantities and versions by value, URLs by their text.
#[derive(Clone, Debug, PartialEq)]
pub enum Opaque {
    /// `quantity('1Gi')`
    Quantity(Quantity),
    /// `semver('1.2.3')`
    Semver(Arc<Version>),
    /// `ip('10.0.0.1')`
    Ip(Ip),
    /// `cidr('10.0.0.0/8')`
    Cidr(Cidr),
    /// `url('https://example.com')`
    Url(Arc<Url>),
    /// `format.dns1123Label()`
    Format(NamedFormat),
}

impl Opaque {
    /// CEL name of [`Opaque::Quantity`].
    pub const QUANTITY: &'static str = "kubernetes.Quantity";
    /// CEL name of [`Opaque::Semver`].
    pub const SEMVER: &'static str = "kubernetes.Semver";
    /// CEL name of [`Opaque::Ip`].
    pub const IP: &'static str = "net.IP";
    /// CEL name of [`Opaque::Cidr`].
    pub const CIDR: &'static str = "net.CIDR";
    /// CEL name of [`Opaque::Url`].
    pub const URL: &'static str = "kubernetes.URL";
    /// CEL name of [`Opaque::Format`].
    pub const FORMAT: &'static str = "kubernetes.NamedFormat";
    /// The names of all library types.
    pub const TYPES: [&'static str; 6] = [Self::QUANTITY, Self::SEMVER, Self::IP, Self::CIDR, Self::URL, Self::FORMAT];

    /// The CEL name of the type, as `type(x)` gives it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Quantity(_) => Self::QUANTITY,
            Self::Semver(_) => Self::SEMVER,
            Self::Ip(_) => Self::IP,
            Self::Cidr(_) => Self::CIDR,
            Self::Url(_) => Self::URL,
            Self::Format(_) => Self::FORMAT,
        }
    }
}

/// The normal form of the value.
impl fmt::Display for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quantity(quantity) => quantity.fmt(f),
            Self::Semver(version) => version.fmt(f),
            Self::Ip(ip) => ip.fmt(f),
            Self::Cidr(cidr) => cidr.fmt(f),
            Self::Url(url) => url.fmt(f),
            Self::Format(format) => f.write_str(format.name()),
        }
    }
}
