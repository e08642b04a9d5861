//! What must hold for the bytes of a file before anything is parsed.

use crate::diagnostic::{Code, Diagnostic, SourceId, Span};

/// More findings of this kind tell nothing new.
const ENOUGH: usize = 10;

/// Characters that YAML readers treat differently, and lines at which `kubectl` would cut the file.
pub(super) fn check(id: SourceId, text: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut line_start = true;
    for (at, byte) in bytes.iter().enumerate() {
        if found.len() >= ENOUGH {
            break;
        }
        if line_start && matches!(byte, b'-' | b'.') {
            found.extend(separator(id, text, at));
        }
        line_start = *byte == b'\n';
        let suspect = match *byte {
            b'\t' | b'\n' => false,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            0..0x20 | 0x7f | 0xc2 | 0xe2 | 0xef => true,
            _ => false,
        };
        if suspect {
            found.extend(character(id, text, at));
        }
    }
    found
}

/// `kubectl` cuts files at lines that begin with `---` before any YAML is parsed, and accepts only a
/// comment behind it.
fn separator(id: SourceId, text: &str, at: usize) -> Option<Diagnostic> {
    let line = text.get(at..)?.lines().next()?;
    if line.strip_prefix("...").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])) {
        let span = Span::new(id, at..at + 3);
        let message = "kubectl reads nothing from `...` to the next `---`";
        return Some(Diagnostic::error(Code::E0003, message, span, "").help("remove the line, or write `---`"));
    }
    let rest = line.strip_prefix("---")?.trim_matches([' ', '\t', '\r']);
    if rest.is_empty() || rest.starts_with('#') {
        return None;
    }
    let span = Span::new(id, at..at + line.len());
    Some(
        Diagnostic::error(Code::E0003, "text behind `---` on the same line", span, "kubectl refuses this line")
            .help("put the text on a line of its own"),
    )
}

fn character(id: SourceId, text: &str, at: usize) -> Option<Diagnostic> {
    let character = text.get(at..)?.chars().next()?;
    let (what, help) = match character {
        '\u{feff}' => ("a byte order mark", "save the file as UTF-8 without one"),
        '\r' => ("a carriage return without a line feed", "end lines with a line feed"),
        '\u{85}' | '\u{2028}' | '\u{2029}' => (
            "a Unicode line separator, which YAML 1.1 takes for a line break",
            "write it as an escape in double quotes",
        ),
        '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. | ' '..='~' => return None,
        _ => ("a control character", "remove it, or write it as an escape in double quotes"),
    };
    let message = format!("{what} (U+{:04X})", u32::from(character));
    let span = Span::new(id, at..at + character.len_utf8());
    Some(Diagnostic::error(Code::E0009, message, span, "").help(help))
}
