//! Formats that only Kubernetes' schemas use (kube-openapi `validation/strfmt`).

use std::net::Ipv6Addr;

use jiff::civil::Date;

use super::FormatError;
use super::registry::address;

type Verdict = Result<(), FormatError>;

fn verdict(valid: bool, text: &str, expected: &str) -> Verdict {
    if valid { Ok(()) } else { Err(FormatError::new(format!("`{text}` is not {expected}"))) }
}

fn hexadecimal(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Splits a text at byte positions from its start; none if it is shorter or a character is in the way.
fn cut<const N: usize>(text: &str, widths: [usize; N]) -> Option<[&str; N]> {
    let mut rest = text;
    let mut parts = [""; N];
    for (part, width) in parts.iter_mut().zip(widths) {
        (*part, rest) = rest.split_at_checked(width)?;
    }
    rest.is_empty().then_some(parts)
}

/// Standard base64 with padding; the empty text is not.
pub(super) fn byte(text: &str) -> Verdict {
    let body = text.trim_end_matches('=');
    let valid = !text.is_empty()
        && text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/');
    verdict(valid, text, "base64: expected letters, digits, `+`, `/` in groups of four, padded with `=`")
}

/// `2006-01-02`.
fn is_date(text: &str) -> bool {
    let Some([year, _, month, _, day]) = cut(text, [4, 1, 2, 1, 2]) else { return false };
    let hyphens = text.bytes().zip(0..).filter(|(_, i)| matches!(i, 4 | 7)).all(|(b, _)| b == b'-');
    let fields = digits(year) && digits(month) && digits(day) && hyphens;
    let number = |text: &str| text.parse::<i8>().ok();
    let date = year.parse::<i16>().ok().zip(number(month)).zip(number(day));
    fields && date.is_some_and(|((year, month), day)| Date::new(year, month, day).is_ok())
}

pub(super) fn date(text: &str) -> Verdict {
    verdict(is_date(text), text, "a date: expected year, month and day, as in `2026-11-25`")
}

/// A date, `T`, and a time of day with an offset, in either case. Only the fields of the time have bounds.
pub(super) fn date_time(text: &str) -> Verdict {
    let lower = text.to_lowercase();
    let mut parts = lower.split('t');
    let date = parts.next().is_some_and(is_date);
    let valid = date && parts.next().is_some_and(is_time);
    verdict(valid, text, "a date and time: expected RFC 3339, as in `2026-11-25T13:00:00Z`")
}

fn is_time(text: &str) -> bool {
    let Some((clock, rest)) = text.split_at_checked(8) else { return false };
    let Some([hour, c1, minute, c2, second]) = cut(clock, [2, 1, 2, 1, 2]) else { return false };
    let bounded = |field: &str, max: &str| digits(field) && field <= max;
    if c1 != ":" || c2 != ":" || !bounded(hour, "23") || !bounded(minute, "59") || !bounded(second, "59") {
        return false;
    }
    // Kubernetes' pattern has an unescaped dot: any one character may introduce the fraction.
    let mut fraction = rest.chars();
    fraction.next();
    let tail = fraction.as_str().trim_start_matches(|c: char| c.is_ascii_digit());
    let with_fraction = tail.len() < fraction.as_str().len() && is_offset(tail);
    is_offset(rest) || with_fraction
}

/// `z` or a signed `hh:mm` without bounds.
fn is_offset(text: &str) -> bool {
    let signed = text.strip_prefix(['+', '-']).and_then(|rest| rest.split_once(':'));
    text == "z" || signed.is_some_and(|(h, m)| h.len() == 2 && m.len() == 2 && digits(h) && digits(m))
}

/// A plain address; Kubernetes also takes display names and quoted local parts.
pub(super) fn email(text: &str) -> Verdict {
    let valid = text.rsplit_once('@').is_some_and(|(local, domain)| is_dot_atom(local) && is_dot_atom(domain));
    verdict(valid, text, "an e-mail address: expected a plain one, as in `ops@example.com`")
}

fn is_dot_atom(text: &str) -> bool {
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    text.split('.').all(|part| !part.is_empty() && part.chars().all(atom))
}

pub(super) fn ipv4(text: &str) -> Verdict {
    address(text, 4)
}

/// An IPv6 address; unlike in CEL, an IPv4-mapped one counts.
pub(super) fn ipv6(text: &str) -> Verdict {
    if text.parse::<Ipv6Addr>().is_ok() { Ok(()) } else { address(text, 6) }
}

/// 6, 8 or 20 bytes in pairs with `:` or `-`, in fours with `.`, or with nothing between.
pub(super) fn mac(text: &str) -> Verdict {
    let grouped = |separator: char, width: usize| {
        let groups: Vec<&str> = text.split(separator).collect();
        matches!(groups.len() * width, 12 | 16 | 40) && groups.iter().all(|g| g.len() == width && hexadecimal(g))
    };
    let bare = matches!(text.len(), 12 | 16 | 40) && hexadecimal(text);
    let valid = bare || grouped(':', 2) || grouped('-', 2) || grouped('.', 4);
    verdict(valid, text, "a MAC address, as in `00:1a:2b:3c:4d:5e`")
}

/// A UUID of any version or one, in either case, hyphens optional.
pub(super) fn uuid(text: &str, version: Option<char>) -> Verdict {
    let mut rest = text;
    let mut groups = [""; 5];
    let mut valid = true;
    for (group, (index, width)) in groups.iter_mut().zip([8, 4, 4, 4, 12].into_iter().enumerate()) {
        rest = if index > 0 { rest.strip_prefix('-').unwrap_or(rest) } else { rest };
        let (head, tail) = rest.split_at_checked(width).unwrap_or((rest, ""));
        valid &= head.len() == width && hexadecimal(head);
        (*group, rest) = (head, tail);
    }
    let [_, _, third, fourth, _] = groups;
    let version_fits = version.is_none_or(|version| third.starts_with(version));
    // Version 3 has no bound on the variant in Kubernetes.
    let variant = !matches!(version, Some('4' | '5')) || fourth.starts_with(['8', '9', 'a', 'b', 'A', 'B']);
    let expected = "a UUID (of this version), as in `123e4567-e89b-12d3-a456-426614174000`";
    verdict(valid && rest.is_empty() && version_fits && variant, text, expected)
}

pub(super) fn bson_object_id(text: &str) -> Verdict {
    verdict(text.len() == 24 && hexadecimal(text), text, "a BSON object id: expected 24 hexadecimal digits")
}

pub(super) fn hex_color(text: &str) -> Verdict {
    let body = text.strip_prefix('#').unwrap_or(text);
    verdict(matches!(body.len(), 3 | 6) && hexadecimal(body), text, "a colour, as in `#1a2b3c`")
}

pub(super) fn rgb_color(text: &str) -> Verdict {
    let inner = text.strip_prefix("rgb(").and_then(|text| text.strip_suffix(')')).unwrap_or_default();
    let blank = ['\t', '\n', '\u{c}', '\r', ' '];
    let component = |text: &str| {
        let text = text.trim_matches(blank);
        digits(text) && (text.len() == 1 || !text.starts_with('0')) && text.parse::<u8>().is_ok()
    };
    let valid = inner.split(',').count() == 3 && inner.split(',').all(component);
    verdict(valid, text, "a colour, as in `rgb(0, 127, 255)`")
}

pub(super) fn ssn(text: &str) -> Verdict {
    let valid = cut(text, [3, 1, 2, 1, 4]).is_some_and(|[area, a, group, b, serial]| {
        [a, b].iter().all(|c| matches!(*c, "-" | " ")) && [area, group, serial].iter().all(|part| digits(part))
    });
    verdict(valid, text, "a social security number, as in `123-45-6789`")
}

/// Digits with separators removed; what a Luhn or ISBN sum is taken of.
fn compact(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '-' | ' ')).collect()
}

/// The sum of digits times weights; a trailing `X` counts ten.
fn weighted_sum(text: &str, weights: impl Iterator<Item = u32>) -> u32 {
    text.chars().zip(weights).map(|(c, weight)| weight * c.to_digit(10).unwrap_or(10)).sum()
}

fn is_isbn10(text: &str) -> bool {
    let text = compact(text);
    let body = text.strip_suffix('X').unwrap_or(&text);
    text.len() == 10 && digits(body) && weighted_sum(&text, (1..=10).rev()).is_multiple_of(11)
}

fn is_isbn13(text: &str) -> bool {
    let text = compact(text);
    text.len() == 13 && digits(&text) && weighted_sum(&text, [1, 3].into_iter().cycle()).is_multiple_of(10)
}

pub(super) fn isbn(text: &str) -> Verdict {
    verdict(is_isbn10(text) || is_isbn13(text), text, "an ISBN of 10 or 13 digits with a valid check digit")
}

pub(super) fn isbn10(text: &str) -> Verdict {
    verdict(is_isbn10(text), text, "an ISBN of 10 digits with a valid check digit")
}

pub(super) fn isbn13(text: &str) -> Verdict {
    verdict(is_isbn13(text), text, "an ISBN of 13 digits with a valid check digit")
}

/// A number of a known issuer whose Luhn sum is right. Kubernetes removes any other character first;
/// here only blanks and hyphens are.
pub(super) fn credit_card(text: &str) -> Verdict {
    let number = compact(text);
    let valid = digits(&number) && is_issued(&number) && luhn_sum(&number).is_multiple_of(10);
    verdict(valid, text, "a card number with a valid check digit")
}

/// Whether length and first digits belong to an issuer.
fn is_issued(number: &str) -> bool {
    let prefix = |length| number.get(..length).and_then(|prefix| prefix.parse::<u16>().ok()).unwrap_or_default();
    match number.len() {
        13 => prefix(1) == 4,
        14 => matches!(prefix(3), 300..=305) || matches!(prefix(2), 36 | 38),
        15 => matches!(prefix(2), 34 | 37) || matches!(prefix(4), 2131 | 1800),
        16 => prefix(1) == 4 || matches!(prefix(2), 51..=55 | 65 | 35) || prefix(4) == 6011,
        _ => false,
    }
}

fn luhn_sum(number: &str) -> u32 {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let values = number.chars().rev().filter_map(|c| c.to_digit(10));
    values
        .zip([false, true].into_iter().cycle())
        .map(|(digit, double)| if double { doubled(digit) } else { digit })
        .sum()
}
