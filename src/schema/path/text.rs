//! How paths and patterns are written.

use std::fmt::{self, Display, Formatter, Write};

use super::{Path, Pattern, Segment, Step};

/// Whether a name needs no quotes: letters, digits, `_` and `-`, not starting with `-`.
fn plain_name(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    name.chars().all(inner) && name.chars().next().is_some_and(|c| c != '-')
}

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.is_root() {
            return f.write_str(".");
        }
        self.segments().iter().enumerate().try_for_each(|(at, segment)| write_segment(f, segment, at == 0))
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.steps().is_empty() {
            return f.write_str(".");
        }
        self.steps().iter().enumerate().try_for_each(|(at, step)| match step {
            Step::Exact(segment) => write_segment(f, segment, at == 0),
            Step::AnyItem => f.write_str("[*]"),
            Step::AnyField => write_dotted(f, "*", at == 0),
            Step::Below => write_dotted(f, "**", at == 0),
        })
    }
}

fn write_dotted(f: &mut Formatter<'_>, name: &str, first: bool) -> fmt::Result {
    if !first {
        f.write_char('.')?;
    }
    f.write_str(name)
}

fn write_segment(f: &mut Formatter<'_>, segment: &Segment, first: bool) -> fmt::Result {
    match segment {
        Segment::Field(name) if plain_name(name) => write_dotted(f, name, first),
        Segment::Field(name) => {
            f.write_char('[')?;
            write_quoted(f, name)?;
            f.write_char(']')
        }
        Segment::Index(at) => write!(f, "[{at}]"),
        Segment::Key(keys) => {
            f.write_char('[')?;
            for (at, (name, value)) in keys.iter().enumerate() {
                if at > 0 {
                    f.write_char(',')?;
                }
                if plain_name(name) {
                    f.write_str(name)?;
                } else {
                    write_quoted(f, name)?;
                }
                write!(f, "={value}")?;
            }
            f.write_char(']')
        }
    }
}

/// Single quotes; `\'`, `\\`, and `\u{…}` for what would break the line.
fn write_quoted(f: &mut Formatter<'_>, name: &str) -> fmt::Result {
    f.write_char('\'')?;
    for c in name.chars() {
        match c {
            '\'' | '\\' => write!(f, "\\{c}")?,
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => write!(f, "{}", c.escape_unicode())?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('\'')
}
