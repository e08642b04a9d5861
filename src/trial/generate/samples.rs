//! Texts that a schema accepts: of a format, of a pattern, of a length.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::schema::Schema;

use super::Rng;

/// Texts of each format, the shortest and the longest forms among them.
const FORMATS: &[(&str, &[&str])] = &[
    ("cidr", &["10.0.0.0/8", "0.0.0.0/0", "fd00::/8"]),
    ("cron", &["0 3 * * *", "*/5 0-6 1,15 * 1-5", "59 23 31 12 6"]),
    ("date", &["2000-02-29", "1970-01-01"]),
    ("date-time", &["2000-02-29T23:59:59Z", "1970-01-01T00:00:00Z"]),
    ("duration", &["1h", "1s", "720h", "1h30m"]),
    ("email", &["a@example.com"]),
    ("hostname", &["a.example.com", "example.com", "a"]),
    ("ipv4", &["10.0.0.1", "255.255.255.255"]),
    ("ipv6", &["::1", "fd00::1"]),
    ("quantity", &["1Gi", "1", "500m", "0"]),
    ("semver", &["2.6.3", "0.0.1", "1.0.0-rc.1"]),
    ("uri", &["https://example.com/a", "https://example.com"]),
    ("uuid", &["00000000-0000-4000-8000-000000000000"]),
    ("byte", &["YQ==", ""]),
    ("mac", &["00:00:5e:00:53:01"]),
    ("hexcolor", &["#000000"]),
    ("qualifiedName", &["example.com/a", "a"]),
];

/// Bytes of the longest text that is made.
const LONGEST: u64 = 4096;
/// Texts of a pattern that are made.
const OF_PATTERN: usize = 6;
/// How much more often than it must a part is repeated.
const MORE: u32 = 3;

/// Texts for a schema, those at its bounds first; not all of them need fit.
pub(super) fn texts(schema: &Schema) -> Vec<String> {
    let checks = &schema.checks;
    let mut found = Vec::new();
    let letters = |name: &str| name.replace('-', "");
    if let Some(format) = &checks.format {
        let known = FORMATS.iter().filter(|(name, _)| letters(name) == letters(format));
        found.extend(known.flat_map(|(_, texts)| *texts).map(|text| (*text).to_owned()));
    }
    if let Some(pattern) = &checks.pattern {
        let mut rng = Rng::new(0);
        if let Ok(hir) = regex_syntax::parse(&pattern.source) {
            found.extend((0..OF_PATTERN).map(|at| {
                let mut text = String::new();
                of_pattern(&hir, &mut rng, at > 0, &mut text);
                text
            }));
        }
    }
    let lengths = [checks.min_length, Some(1), checks.max_length.filter(|max| *max <= LONGEST)];
    for length in lengths.into_iter().flatten() {
        found.push("a".repeat(usize::try_from(length.min(LONGEST)).unwrap_or_default()));
    }
    found
}

/// Adds a text that a part of a pattern matches; the shortest of it, unless `more`.
fn of_pattern(hir: &Hir, rng: &mut Rng, more: bool, text: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(of_class(class, rng, more)),
        HirKind::Repetition(part) => {
            let most = part.max.unwrap_or(u32::MAX).min(part.min.saturating_add(if more { MORE } else { 0 }));
            let span = usize::try_from(most.saturating_sub(part.min)).unwrap_or_default();
            let count = part.min.saturating_add(u32::try_from(rng.below(span + 1)).unwrap_or_default());
            for _ in 0..count.min(u32::try_from(LONGEST).unwrap_or(u32::MAX)) {
                of_pattern(&part.sub, rng, more, text);
            }
        }
        HirKind::Capture(part) => of_pattern(&part.sub, rng, more, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| of_pattern(part, rng, more, text)),
        HirKind::Alternation(parts) => {
            let at = if more { rng.below(parts.len()) } else { 0 };
            parts.get(at).into_iter().for_each(|part| of_pattern(part, rng, more, text));
        }
    }
}

/// A character of a class: a letter where there is one, or any end of a range.
fn of_class(class: &Class, rng: &mut Rng, more: bool) -> Option<char> {
    let ends: Vec<char> = match class {
        Class::Unicode(class) => class.ranges().iter().flat_map(|range| [range.start(), range.end()]).collect(),
        Class::Bytes(class) => {
            class.ranges().iter().flat_map(|range| [range.start(), range.end()]).map(char::from).collect()
        }
    };
    let letter = ends.iter().find(|c| c.is_ascii_lowercase()).copied();
    if more { rng.pick(&ends).copied() } else { letter.or_else(|| ends.first().copied()) }
}
