//! Texts and literals worth trying, by what they are for.

use super::rng::Rng;
use super::types::Type;

const INTS: &[&str] =
    &["0", "1", "2", "3", "5", "7", "-1", "-2", "10", "100", "9223372036854775807", "-9223372036854775808"];
const UINTS: &[&str] = &["0u", "1u", "2u", "7u", "9223372036854775808u", "18446744073709551615u"];
const DOUBLES: &[&str] = &["0.0", "-0.0", "1.0", "0.5", "-2.5", "3.7", "1e20", "1e-7", "1e308", "9007199254740993.0"];
const STRINGS: &[&str] =
    &["", "a", "b", "ab", "abc", "A-b", "é", "😀x", " a ", "1", "a,b,c", "x\\n", "true", "10.0.0.1", "1Gi", "a.b"];
const BYTES: &[&str] = &["", "a", "ab", "\\xff", "é", "\\x00"];
const DURATIONS: &[&str] = &["0s", "1s", "1.5s", "-3m", "1h30m", "100ms", "1ns", "2562047h", "24h"];
// Without offsets, which we do not keep, and a day inside the years that any zone may have.
const TIMESTAMPS: &[&str] = &[
    "1970-01-01T00:00:00Z",
    "2024-02-29T12:30:45.123456789Z",
    "2024-03-10T07:30:00Z",
    "2024-10-27T01:30:00Z",
    "0001-01-02T00:00:00Z",
    "9999-12-30T23:59:59.999999999Z",
];
const QUANTITIES: &[&str] = &["0", "1", "-1", "100m", "1.5Gi", "1Ki", "1k", "1e3", "8Ei", "1n", "0.1", "1000m", "12E"];
const VERSIONS: &[&str] = &["1.2.3", "0.0.1", "1.0.0-rc.1", "1.0.0-rc.11", "1.0.0+b", "2.0.0-alpha", "10.20.30"];
const IPS: &[&str] =
    &["10.0.0.1", "127.0.0.1", "0.0.0.0", "::1", "2001:db8::1", "fe80::1", "224.0.0.1", "255.255.255.255"];
const CIDRS: &[&str] = &["10.0.0.0/8", "10.1.2.3/16", "0.0.0.0/0", "::/0", "2001:db8::/32", "10.0.0.1/32"];
const URLS: &[&str] = &[
    "https://a.b:8443/x/y?q=1&q=2#f",
    "http://[::1]/",
    "/p?a=b%20c",
    "mailto:a@b",
    "HTTPS://u:p@H/%2F",
    "https://é.x/ü",
];
const PATTERNS: &[&str] = &[
    "a",
    "^a",
    "[a-c]+",
    "\\\\d+",
    "(a|b)*",
    "x?",
    ".",
    "^$",
    "",
    "(?i)AB",
    "\\\\w\\\\b",
    "[^a]",
    "a{2,3}",
    "(",
    "\\\\pL",
    "😀",
];
const ZONES: &[&str] =
    &["UTC", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "-08:00", "+05:30", "01:00", "Nowhere", ""];
const NUMBERS: &[&str] =
    &["1", "-1", "1.5", "", "x", "0", "18446744073709551615", "9223372036854775808", "1e3", "NaN", " 1"];
const FORMATS: &[&str] =
    &["%s", "%d", "%s-%s", "%.2f", "%x", "%X", "%b", "%o", "%e", "%%", "a", "%", "%q", "%.0f", "%s %d"];
const ENCODED: &[&str] = &["YQ==", "YWI=", "YWJj", "YQ", "", "!", "_-8=", "/+8="];
const NAMED: &[&str] = &["dns1123Label", "uuid", "date", "datetime", "byte", "uri", "labelValue", "nothing"];

/// Texts for the argument of this place of a function; `None` if any text will do.
fn texts(function: &str, place: usize) -> Option<&'static [&'static str]> {
    Some(match (function, place) {
        ("duration", 0) => DURATIONS,
        ("timestamp", 0) => TIMESTAMPS,
        ("quantity" | "isQuantity", 0) => QUANTITIES,
        ("semver" | "isSemver", 0) => VERSIONS,
        ("ip" | "isIP" | "ip.isCanonical", 0) | ("containsIP", 1) => IPS,
        ("cidr" | "isCIDR", 0) | ("containsCIDR", 1) => CIDRS,
        ("url" | "isURL", 0) => URLS,
        ("matches" | "find" | "findAll", 1) => PATTERNS,
        ("int" | "uint" | "double" | "bool", 0) => NUMBERS,
        ("format", 0) => FORMATS,
        ("base64.decode", 0) => ENCODED,
        ("format.named", 0) => NAMED,
        (name, 1) if name.starts_with("get") => ZONES,
        _ => return None,
    })
}

/// A literal for the argument of this place of a function, where any would hardly ever fit.
pub(crate) fn argument(rng: &mut Rng, function: &str, place: usize, ty: &Type) -> Option<String> {
    if ty.is("int") && matches!(function, "lists.range" | "flatten" | "math.bitShiftLeft" | "math.bitShiftRight") {
        return Some(rng.pick(&["0", "1", "2", "3", "5"]).to_string());
    }
    // A list's index in range most of the time.
    if ty.is("int")
        && matches!(function, "_[_]" | "charAt" | "substring" | "slice" | "split" | "replace")
        && rng.percent(80)
    {
        return Some(rng.pick(&["0", "1", "2", "3", "-1"]).to_string());
    }
    let pool = texts(function, place).filter(|_| ty.is("string"))?;
    // Now and then a text that is not meant for it.
    let pool = if rng.percent(90) { pool } else { STRINGS };
    Some(format!("'{}'", rng.pick(pool)))
}

/// A literal of a type without parts; `None` for lists, maps and optionals.
pub(crate) fn literal(rng: &mut Rng, ty: &Type) -> Option<String> {
    let Type::Plain(name) = ty else { return None };
    let quoted = |call: &str, text: &str| format!("{call}('{text}')");
    Some(match name.as_str() {
        "bool" => rng.pick(&["true", "false"]).to_string(),
        "int" => rng.pick(INTS).to_string(),
        "uint" => rng.pick(UINTS).to_string(),
        "double" if rng.percent(15) => rng.pick(&["double('NaN')", "double('inf')", "double('-inf')"]).to_string(),
        "double" => rng.pick(DOUBLES).to_string(),
        "string" => format!("'{}'", rng.pick(STRINGS)),
        "bytes" => format!("b'{}'", rng.pick(BYTES)),
        "null_type" => "null".to_string(),
        "type" => rng.pick(&["int", "string", "list", "type", "google.protobuf.Duration"]).to_string(),
        "google.protobuf.Duration" => quoted("duration", rng.pick(DURATIONS)),
        "google.protobuf.Timestamp" => quoted("timestamp", rng.pick(TIMESTAMPS)),
        "kubernetes.Quantity" => quoted("quantity", rng.pick(QUANTITIES)),
        "kubernetes.Semver" => quoted("semver", rng.pick(VERSIONS)),
        "net.IP" => quoted("ip", rng.pick(IPS)),
        "net.CIDR" => quoted("cidr", rng.pick(CIDRS)),
        "kubernetes.URL" => quoted("url", rng.pick(URLS)),
        "kubernetes.NamedFormat" => format!("format.{}()", rng.pick(&["dns1123Label", "uuid", "date", "uri", "byte"])),
        _ => return None,
    })
}
