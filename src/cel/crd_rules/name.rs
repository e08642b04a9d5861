//! How field names appear in expressions (apiserver `pkg/cel/escaping.go`).

use std::borrow::Cow;

/// Words that no expression can use as a name.
const RESERVED: [&str; 18] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
];
/// The rest of them, which Kubernetes' documentation leaves out.
const RESERVED_TOO: [&str; 3] = ["var", "void", "while"];

/// The name of a field in an expression; `None` where no expression can name it.
pub(super) fn escape(field: &str) -> Option<Cow<'_, str>> {
    if RESERVED.contains(&field) || RESERVED_TOO.contains(&field) {
        return Some(Cow::Owned(format!("__{field}__")));
    }
    if field.is_empty() || field.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
    if !field.chars().all(known) {
        return None;
    }
    if field.bytes().all(|c| c.is_ascii_alphanumeric()) {
        return Some(Cow::Borrowed(field));
    }
    // Pairs of underscores go first, since the other escapes hold some.
    let escaped = field.replace("__", "__underscores__");
    Some(Cow::Owned(escaped.chars().fold(String::new(), |mut name, c| {
        match c {
            '.' => name.push_str("__dot__"),
            '-' => name.push_str("__dash__"),
            '/' => name.push_str("__slash__"),
            c => name.push(c),
        }
        name
    })))
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn names_are_escaped_as_in_kubernetes() {
        for (field, name) in [
            ("plain", Some("plain")),
            ("_under", Some("_under")),
            ("a__b", Some("a__underscores__b")),
            ("a.b-c/d", Some("a__dot__b__dash__c__slash__d")),
            ("namespace", Some("__namespace__")),
            ("while", Some("__while__")),
            ("namespaces", Some("namespaces")),
            ("1a", None),
            ("a b", None),
            ("", None),
        ] {
            assert_eq!(escape(field).as_deref(), name, "{field}");
        }
    }
}
