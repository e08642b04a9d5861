//! Format names and their checkers.

use super::super::{cidr, cron, duration, hostname, ip, name, path_segment, quantity, semver, url};
use super::{FormatError, kubernetes};

/// One format.
struct Format {
    name: &'static str,
    max_length: Option<usize>,
    check: fn(&str) -> Result<(), FormatError>,
}

const fn format(name: &'static str, max_length: Option<usize>, check: fn(&str) -> Result<(), FormatError>) -> Format {
    Format { name, max_length, check }
}

/// Bytes of the longest duration that is worth writing (Kubernetes' size estimate for durations).
const DURATION_LENGTH: usize = 32;
/// Bytes of the longest quantity: 38 digits, sign, point and suffix leave room.
const QUANTITY_LENGTH: usize = 64;
/// Bytes of the longest version.
const SEMVER_LENGTH: usize = 256;

/// Every format, by name. Names are unique without hyphens.
const FORMATS: &[Format] = &[
    format("bsonobjectid", Some(24), kubernetes::bson_object_id),
    format("byte", None, kubernetes::byte),
    format("cidr", Some(49), |text| plain(cidr::Cidr::parse(text))),
    format("creditcard", None, kubernetes::credit_card),
    format("cron", Some(cron::MAX_LENGTH), |text| plain(cron::Schedule::parse(text))),
    format("date", Some(10), kubernetes::date),
    format("date-time", None, kubernetes::date_time),
    format("dns1035Label", Some(name::LABEL_LENGTH), |text| plain(name::check_dns1035_label(text))),
    format("dns1123Label", Some(name::LABEL_LENGTH), |text| lower_case(text, name::check_dns1123_label)),
    format("dns1123Subdomain", Some(name::SUBDOMAIN_LENGTH), |text| lower_case(text, name::check_dns1123_subdomain)),
    format("duration", Some(DURATION_LENGTH), go_duration),
    format("email", None, kubernetes::email),
    format("hexcolor", Some(7), kubernetes::hex_color),
    format("hostname", Some(hostname::MAX_LENGTH), normal_hostname),
    format("ipv4", Some(15), kubernetes::ipv4),
    format("ipv6", Some(45), kubernetes::ipv6),
    format("isbn", None, kubernetes::isbn),
    format("isbn10", None, kubernetes::isbn10),
    format("isbn13", None, kubernetes::isbn13),
    format("k8s-long-name", Some(name::SUBDOMAIN_LENGTH), |text| lower_case(text, name::check_dns1123_subdomain)),
    format("k8s-short-name", Some(name::LABEL_LENGTH), |text| lower_case(text, name::check_dns1123_label)),
    format("labelValue", Some(name::LABEL_LENGTH), |text| plain(name::check_label_value(text))),
    format("mac", Some(59), kubernetes::mac),
    format("password", None, |_| Ok(())),
    format("pathSegment", Some(path_segment::MAX_LENGTH), |text| plain(path_segment::check(text))),
    format("qualifiedName", Some(name::QUALIFIED_LENGTH), |text| plain(name::check_qualified_name(text))),
    format("quantity", Some(QUANTITY_LENGTH), |text| plain(quantity::Quantity::parse(text))),
    format("rgbcolor", None, kubernetes::rgb_color),
    format("semver", Some(SEMVER_LENGTH), version),
    format("ssn", Some(11), kubernetes::ssn),
    format("uri", None, |text| plain(url::Url::check(text))),
    format("uuid", Some(36), |text| kubernetes::uuid(text, None)),
    format("uuid3", Some(36), |text| kubernetes::uuid(text, Some('3'))),
    format("uuid4", Some(36), |text| kubernetes::uuid(text, Some('4'))),
    format("uuid5", Some(36), |text| kubernetes::uuid(text, Some('5'))),
];

fn find(name: &str) -> Option<&'static Format> {
    let letters = |name: &'static str| name.bytes().filter(|b| *b != b'-');
    FORMATS.iter().find(|format| letters(format.name).eq(name.bytes().filter(|b| *b != b'-')))
}

/// Checks a text against a format; none for a format that is unknown and thus not checked.
pub fn check(format: &str, text: &str) -> Option<Result<(), FormatError>> {
    let format = find(format)?;
    Some(match format.max_length {
        Some(max) if text.len() > max => {
            let (name, length) = (format.name, text.len());
            Err(FormatError::new(format!("a {name} has at most {max} bytes, this has {length}: shorten it")))
        }
        _ => (format.check)(text),
    })
}

/// The bytes that a text of this format may have, where the format bounds them.
pub fn max_length(format: &str) -> Option<usize> {
    find(format).and_then(|format| format.max_length)
}

/// The names of all formats of strings, sorted.
pub fn known() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.name)
}

fn plain<T, E: ToString>(result: Result<T, E>) -> Result<(), FormatError> {
    result.map(|_| ()).map_err(|error| FormatError::new(error.to_string()))
}

/// A name whose only fault may be capitals: then its lower case is the normal form.
fn lower_case(text: &str, check: fn(&str) -> Result<(), name::NameError>) -> Result<(), FormatError> {
    let lower = text.to_ascii_lowercase();
    check(text).map_err(|error| FormatError::with(&error, check(&lower).is_ok().then_some(lower)))
}

fn normal_hostname(text: &str) -> Result<(), FormatError> {
    hostname::check(text).map_err(|error| FormatError::with(&error, hostname::normalize(text).ok()))
}

fn go_duration(text: &str) -> Result<(), FormatError> {
    duration::parse(text).map(|_| ()).map_err(|error| {
        let hours = match &error {
            duration::DurationError::Calendar { hours, .. } => Some(format!("{hours}h")),
            _ => None,
        };
        FormatError::with(&error, hours)
    })
}

fn version(text: &str) -> Result<(), FormatError> {
    let normal = || semver::Version::parse_normalized(text).ok().map(|version| version.to_string());
    semver::Version::parse(text).map(|_| ()).map_err(|error| FormatError::with(&error, normal()))
}

/// Checks an address for [`kubernetes::ipv4`] and [`kubernetes::ipv6`].
pub(super) fn address(text: &str, family: u8) -> Result<(), FormatError> {
    match ip::Ip::parse(text) {
        Ok(ip) if ip.family() == family => Ok(()),
        Ok(_) => Err(FormatError::new(format!("`{text}` is not an IPv{family} address"))),
        Err(error) => Err(FormatError::new(error.to_string())),
    }
}
